#include "output/output.h"

#include <strings.h>

/* Read as text: the locale itself may not be installed, and the program never leaves "C". */
static bool names_utf8(struct str locale)
{
	const char *dot = memchr(locale.at, '.', locale.len);
	if (!dot)
		return false;
	return strncasecmp(dot, ".utf-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0;
}

bool locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);
		if (value && value[0])
			return names_utf8(str_of(value));
	}
	return false;
}
