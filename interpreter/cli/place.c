#include "cli/place.h"

#include "base/duration.h"
#include "base/utc.h"

#include <sys/random.h>
#include <unistd.h>

int64_t wall_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct str run_id_new(struct arena *a)
{
	/* Without letters that read like digits, or like each other. */
	static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
	struct tm tm = utc_fields(utc_seconds(wall_clock_ns()));
	unsigned char chance[5] = {0};
	char tail[sizeof(chance) + 1];

	if (getrandom(chance, sizeof(chance), 0) < 0)
		chance[0] = (unsigned char)getpid();
	for (size_t i = 0; i < sizeof(chance); i++)
		tail[i] = letters[chance[i] % (sizeof(letters) - 1)];
	tail[sizeof(chance)] = 0;
	return str_of(arena_printf(a, "%04d%02d%02d-%02d%02d%02d-%s", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tail));
}

struct value environment_value(struct arena *a)
{
	struct value v = value_map(a);

	for (char **e = environ; e && *e; e++) {
		const char *equals = strchr(*e, '=');

		if (equals)
			map_set(a, v.map, (struct str){*e, (size_t)(equals - *e)},
				value_str(str_of(equals + 1)));
	}
	return v;
}

static bool is_safe(const char *entry)
{
	static const char *const names[] = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG",
		"LANGUAGE", "TZ", "TERM", "TMPDIR", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR",
		"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"};
	size_t len = strcspn(entry, "=");

	if (strncmp(entry, "LC_", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (len == strlen(names[i]) && strncmp(entry, names[i], len) == 0)
			return true;
	}
	return false;
}

const char *const *base_environment(struct arena *a)
{
	size_t count = 0;
	const char **list;

	for (char **e = environ; e && *e; e++)
		count++;
	list = arena_array(a, count + 1, sizeof(char *));
	count = 0;
	for (char **e = environ; e && *e; e++) {
		if (is_safe(*e))
			list[count++] = *e;
	}
	return list;
}
