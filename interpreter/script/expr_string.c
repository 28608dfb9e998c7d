/*
 * String literals of Lua: quotes with escapes, and long brackets.
 */
#include "script/expr_lex.h"

#include "script/expr_number.h"

size_t long_bracket_level(struct str text, size_t at)
{
	if (at >= text.len || text.at[at] != '[')
		return SIZE_MAX;
	size_t level = 0;
	while (++at < text.len && text.at[at] == '=')
		level++;
	return at < text.len && text.at[at] == '[' ? level : SIZE_MAX;
}

bool long_bracket_end(struct str text, size_t at, size_t level, size_t *end)
{
	for (at += level + 2; at < text.len; at++) {
		if (text.at[at] != ']')
			continue;
		size_t equals = 0;
		while (at + 1 + equals < text.len && text.at[at + 1 + equals] == '=')
			equals++;
		size_t close = at + 1 + equals;
		if (equals == level && close < text.len && text.at[close] == ']') {
			*end = close + 1;
			return true;
		}
	}
	return false;
}

/* Interpolation does not happen in here; who writes it believes it does. */
static void refuse_interpolation(struct lexer *l, size_t start, size_t end)
{
	struct str inside = {l->text.at + start, end - start};
	ptrdiff_t at = str_find(inside, STR("${{"), 0);
	if (at < 0)
		return;
	struct diagnostic *d = lex_tell(l, RB208, start + (size_t)at, 3,
		"`${{ }}` inside a string of an expression stays as it is");
	diagnostic_hint(l->d, d, "write the value itself, and join text with `..`");
}

bool lex_long_string(struct lexer *l, struct token *t)
{
	size_t level = long_bracket_level(l->text, l->at), end;
	if (level == SIZE_MAX)
		return false;
	if (!long_bracket_end(l->text, l->at, level, &end)) {
		lex_tell(l, RB201, l->at, level + 2, "this long string is not closed");
		lex_break(l);
		return true;
	}
	size_t start = l->at + level + 2, stop = end - level - 2;
	refuse_interpolation(l, start, stop);
	char *to = arena_alloc(l->arena, stop - start + 1);
	size_t len = 0;
	/* As Lua reads it: a line end is \n however it is written, and the first one is dropped. */
	for (size_t i = start; i < stop; i++) {
		char c = l->text.at[i];
		if (c == '\r' || c == '\n') {
			char other = c == '\r' ? '\n' : '\r';
			bool is_first = i == start;
			if (i + 1 < stop && l->text.at[i + 1] == other)
				i++;
			if (is_first)
				continue;
			c = '\n';
		}
		to[len++] = c;
	}
	t->kind = TOKEN_CONSTANT;
	t->constant = value_str((struct str){to, len});
	l->at = end;
	return true;
}

/* ---- escapes -------------------------------------------------------------------------------- */

struct unescape {
	struct lexer *l;
	size_t at, end; /* in the text: the next byte, the closing quote */
	char *to;
	size_t len;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool bad_escape(struct unescape *u, size_t len, const char *what)
{
	struct lexer *l = u->l;
	if (u->at + len > u->end)
		len = u->end - u->at;
	struct diagnostic *d =
		lex_tell(l, RB201, u->at, len, "`%.*s` %s", (int)len, l->text.at + u->at, what);
	if (len == 2) {
		char c = l->text.at[u->at + 1];
		diagnostic_hint(l->d, d, "a backslash is written `\\\\`: `\\\\%c`", c);
		lex_fix(l, d, u->at, 1, "\\\\");
	}
	u->at += len;
	return false;
}

/* `\xHH` */
static bool unescape_hex(struct unescape *u)
{
	if (u->at + 4 > u->end)
		return bad_escape(u, u->end - u->at, "needs two hexadecimal digits");
	int high = hex_value(u->l->text.at[u->at + 2]), low = hex_value(u->l->text.at[u->at + 3]);
	if (high < 0 || low < 0)
		return bad_escape(u, 4, "needs two hexadecimal digits");
	u->to[u->len++] = (char)(high * 16 + low);
	u->at += 4;
	return true;
}

/* `\ddd` */
static bool unescape_decimal(struct unescape *u)
{
	unsigned code = 0;
	size_t i = u->at + 1, most = i + 3;
	for (; i < most && i < u->end && u->l->text.at[i] >= '0' && u->l->text.at[i] <= '9'; i++)
		code = code * 10 + (unsigned)(u->l->text.at[i] - '0');
	if (code > 255)
		return bad_escape(u, i - u->at, "is no byte: the largest is `\\255`");
	u->to[u->len++] = (char)code;
	u->at = i;
	return true;
}

/* Lua goes up to 2^31 with the encoding of old; as many bytes as that never fit in less text. */
static void put_utf8(struct unescape *u, uint32_t code)
{
	char bytes[8];
	size_t n = 0;
	uint32_t most = 0x3f;
	if (code < 0x80) {
		u->to[u->len++] = (char)code;
		return;
	}
	do {
		bytes[n++] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
		most >>= 1;
	} while (code > most);
	bytes[n++] = (char)((~most << 1) | code);
	while (n)
		u->to[u->len++] = bytes[--n];
}

/* `\u{XXX}` */
static bool unescape_unicode(struct unescape *u)
{
	size_t i = u->at + 3;
	uint32_t code = 0;
	bool is_open = u->at + 2 < u->end && u->l->text.at[u->at + 2] == '{';
	size_t digits = i;
	for (; is_open && i < u->end && hex_value(u->l->text.at[i]) >= 0; i++) {
		if (code > 0x7ffffff)
			return bad_escape(u, i + 1 - u->at, "is too large");
		code = code << 4 | (uint32_t)hex_value(u->l->text.at[i]);
	}
	if (!is_open || i == digits || i >= u->end || u->l->text.at[i] != '}')
		return bad_escape(u, 2, "needs a code point in braces: `\\u{1F600}`");
	put_utf8(u, code);
	u->at = i + 1;
	return true;
}

/* A line end behind a backslash stands for \n, `\r\n` too. */
static void unescape_line(struct unescape *u)
{
	char c = u->l->text.at[u->at + 1];
	u->at += 2;
	if (u->at < u->end && u->l->text.at[u->at] == (c == '\r' ? '\n' : '\r'))
		u->at++;
	u->to[u->len++] = '\n';
}

static bool unescape_one(struct unescape *u)
{
	static const char plain[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"''";
	char c = u->l->text.at[u->at + 1];
	for (size_t i = 0; i + 1 < sizeof plain; i += 2) {
		if (plain[i] == c) {
			u->to[u->len++] = plain[i + 1];
			u->at += 2;
			return true;
		}
	}
	if (c == 'x')
		return unescape_hex(u);
	if (c == 'u')
		return unescape_unicode(u);
	if (c >= '0' && c <= '9')
		return unescape_decimal(u);
	if (c == '\n' || c == '\r') {
		unescape_line(u);
		return true;
	}
	if (c != 'z')
		return bad_escape(u, 2, "is no escape of a string");
	for (u->at += 2; u->at < u->end && is_lua_space(u->l->text.at[u->at]);)
		u->at++;
	return true;
}

/* Every escape is at least as long as what it stands for. */
static struct str unescape(struct lexer *l, size_t start, size_t end)
{
	struct unescape u = {.l = l, .at = start, .end = end};
	u.to = arena_alloc(l->arena, end - start + 1);
	while (u.at < end) {
		if (l->text.at[u.at] == '\\')
			unescape_one(&u);
		else
			u.to[u.len++] = l->text.at[u.at++];
	}
	return (struct str){u.to, u.len};
}

/* ---- quotes --------------------------------------------------------------------------------- */

/* Behind `\z` white space, and so a line end, belongs to the string. */
static size_t skip_escape(struct str text, size_t at)
{
	char c = at + 1 < text.len ? text.at[at + 1] : '\0';
	at += 2;
	if (c == 'z') {
		while (at < text.len && is_lua_space(text.at[at]))
			at++;
	} else if (c == '\r' && at < text.len && text.at[at] == '\n') {
		at++;
	}
	return at;
}

bool lex_string(struct lexer *l, struct token *t)
{
	char quote = l->text.at[l->at];
	size_t start = l->at + 1, end = start;
	bool has_escapes = false, has_dollar = false;
	while (end < l->text.len && l->text.at[end] != quote && l->text.at[end] != '\n' &&
		l->text.at[end] != '\r') {
		has_dollar |= l->text.at[end] == '$';
		if (l->text.at[end] == '\\') {
			has_escapes = true;
			end = skip_escape(l->text, end);
		} else {
			end++;
		}
	}
	if (end >= l->text.len || l->text.at[end] != quote) {
		struct diagnostic *d = lex_tell(l, RB201, l->at, 1, "this string is not closed");
		diagnostic_hint(l->d, d, "a string ends on its line with the quote it began with");
		lex_break(l);
		return false;
	}
	if (has_dollar)
		refuse_interpolation(l, start, end);
	struct str inside = {l->text.at + start, end - start};
	t->kind = TOKEN_CONSTANT;
	t->constant = value_str(has_escapes ? unescape(l, start, end) : inside);
	l->at = end + 1;
	return true;
}
