/*
 * I-Regexp to PCRE2, by the mapping of RFC 9485, 5.3 and 5.4: a point outside of a class means
 * every character but line ends, and the pattern is put in brackets, with anchors when the whole
 * text has to match. The brackets also take from `(*…)` at the start what it could switch.
 */
#include "base/jsonpath_tree.h"

/* Only balanced round brackets may be enclosed: `a)|(b` would slip out. */
static bool translate(struct strbuf *b, struct str pattern)
{
	size_t depth = 0;
	bool in_class = false;
	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.at[i];
		if (c == '.' && !in_class) {
			strbuf_puts(b, "[^\\n\\r]");
			continue;
		}
		strbuf_putc(b, c);
		if (c == '\\') {
			if (++i == pattern.len)
				return false;
			strbuf_putc(b, pattern.at[i]);
		} else if (c == '[') {
			in_class = true;
		} else if (c == ']') {
			in_class = false;
		} else if (c == '(' && !in_class) {
			depth++;
		} else if (c == ')' && !in_class) {
			if (!depth)
				return false;
			depth--;
		}
	}
	return depth == 0;
}

bool path_pattern(struct arena *a, struct str pattern, bool is_whole, struct str *out)
{
	struct strbuf b = {0};
	strbuf_puts(&b, is_whole ? "\\A(?:" : "(?:");
	bool is_good = translate(&b, pattern);
	strbuf_puts(&b, is_whole ? ")\\z" : ")");
	*out = strbuf_take(&b, a);
	strbuf_release(&b);
	return is_good;
}
