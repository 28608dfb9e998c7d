#include "base/jsonpath_lexer.h"

#define QUERY_MAX (64 * 1024)
#define INDEX_MOST ((INT64_C(1) << 53) - 1)

bool lexer_fail(struct lexer *x, const char *message)
{
	if (!x->error)
		x->error = message;
	return false;
}

bool lexer_start(struct lexer *x)
{
	size_t bad;
	if (x->text.len > QUERY_MAX)
		return lexer_fail(x, "the query is longer than 64 KiB");
	if (utf8_valid(x->text, &bad))
		return true;
	x->at = bad;
	return lexer_fail(x, "the query is not valid UTF-8");
}

char lexer_peek(const struct lexer *x)
{
	return x->at < x->text.len ? x->text.at[x->at] : '\0';
}

bool lexer_take(struct lexer *x, const char *sign)
{
	struct str rest = {x->text.at + x->at, x->text.len - x->at};
	if (!str_starts_with(rest, str_of(sign)))
		return false;
	x->at += strlen(sign);
	return true;
}

bool lexer_expect(struct lexer *x, const char *sign, const char *message)
{
	return lexer_take(x, sign) || lexer_fail(x, message);
}

void lexer_space(struct lexer *x)
{
	while (lexer_peek(x) && strchr(" \t\n\r", lexer_peek(x)))
		x->at++;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool skip_digits(struct lexer *x)
{
	size_t start = x->at;
	while (is_digit(lexer_peek(x)))
		x->at++;
	return x->at > start;
}

bool lexer_starts_index(const struct lexer *x)
{
	return lexer_peek(x) == '-' || is_digit(lexer_peek(x));
}

/* `0`, or digits without a zero in front, perhaps a minus before them. */
static bool whole_number(struct lexer *x, struct str *out)
{
	size_t start = x->at;
	if (lexer_peek(x) == '-')
		x->at++;
	size_t first = x->at;
	if (!skip_digits(x))
		return lexer_fail(x, "a number is missing");
	if (x->text.at[first] == '0' && x->at > first + 1) {
		x->at = first;
		return lexer_fail(x, "a number does not start with 0");
	}
	*out = (struct str){x->text.at + start, x->at - start};
	return true;
}

bool lexer_index(struct lexer *x, int64_t *out)
{
	struct str number;
	size_t start = x->at;
	if (!whole_number(x, &number))
		return false;
	bool fits = parse_int(number, out) && *out >= -INDEX_MOST && *out <= INDEX_MOST;
	if (fits && !str_is(number, "-0"))
		return true;
	x->at = start;
	return lexer_fail(x, fits ? "-0 is no index" : "the number is too large");
}

bool lexer_number(struct lexer *x, struct value *out)
{
	struct str number;
	size_t start = x->at;
	if (!whole_number(x, &number))
		return false;
	bool is_whole = true;
	if (lexer_take(x, ".")) {
		is_whole = false;
		if (!skip_digits(x))
			return lexer_fail(x, "a digit is missing behind the point");
	}
	if (lexer_take(x, "e") || lexer_take(x, "E")) {
		is_whole = false;
		if (!lexer_take(x, "-"))
			lexer_take(x, "+");
		if (!skip_digits(x))
			return lexer_fail(x, "a digit is missing in the exponent");
	}
	number.len = x->at - start;
	int64_t whole;
	double f;
	if (is_whole && parse_int(number, &whole)) {
		*out = value_int(whole);
		return true;
	}
	x->at = start;
	if (!parse_float(number, &f))
		return lexer_fail(x, "the number is too large");
	x->at += number.len;
	*out = value_float(f);
	return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

static bool is_name_byte(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) ||
	       (!is_first && is_digit(c));
}

bool lexer_member_name(struct lexer *x, struct str *out)
{
	size_t start = x->at;
	while (is_name_byte(lexer_peek(x), x->at == start))
		x->at++;
	if (x->at == start)
		return lexer_fail(x, "a name is missing; names of other characters go in ['…']");
	size_t len = x->at - start;
	*out = (struct str){arena_copy(x->arena, x->text.at + start, len), len};
	return true;
}

static struct str word(struct lexer *x)
{
	size_t start = x->at, end = start;
	while (end < x->text.len && is_name_byte(x->text.at[end], end == start))
		end++;
	return (struct str){x->text.at + start, end - start};
}

bool lexer_keyword(struct lexer *x, struct value *out)
{
	struct str s = word(x);
	if (str_is(s, "null"))
		*out = value_nil();
	else if (str_is(s, "true") || str_is(s, "false"))
		*out = value_bool(s.len == 4);
	else
		return false;
	x->at += s.len;
	return true;
}

struct str lexer_function_name(struct lexer *x)
{
	size_t start = x->at;
	for (;; x->at++) {
		char c = lexer_peek(x);
		bool is_inside = x->at > start && (c == '_' || is_digit(c));
		if (!(c >= 'a' && c <= 'z') && !is_inside)
			return (struct str){x->text.at + start, x->at - start};
	}
}

/* ---- strings -------------------------------------------------------------------------------- */

static bool hex4(struct lexer *x, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, x->at++) {
		char c = lexer_peek(x);
		uint32_t digit;
		if (is_digit(c))
			digit = (uint32_t)(c - '0');
		else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
			digit = (uint32_t)((c | 0x20) - 'a') + 10;
		else
			return lexer_fail(x, "`\\u` needs four hexadecimal digits");
		*out = *out << 4 | digit;
	}
	return true;
}

/* Behind `\u`: one unit, or the two of a surrogate pair. */
static bool unicode_escape(struct lexer *x, char **to)
{
	uint32_t code, low = 0;
	size_t start = x->at;
	if (!hex4(x, &code))
		return false;
	bool is_pair = code >= 0xD800 && code < 0xDC00;
	if (is_pair && lexer_take(x, "\\u") && !hex4(x, &low))
		return false;
	bool is_low = low >= 0xDC00 && low < 0xE000;
	if ((code >= 0xDC00 && code < 0xE000) || (is_pair && !is_low)) {
		x->at = start;
		return lexer_fail(x, "a surrogate without its other half");
	}
	if (is_pair)
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	*to += utf8_encode(code, *to);
	return true;
}

static bool escape(struct lexer *x, char quote, char **to)
{
	static const char names[] = "bfnrt/\\", meant[] = "\b\f\n\r\t/\\";
	char c = lexer_peek(x);
	if (c == 'u') {
		x->at++;
		return unicode_escape(x, to);
	}
	const char *known = c ? strchr(names, c) : NULL;
	if (!known && c != quote)
		return lexer_fail(x, "there is no such escape");
	*(*to)++ = known ? meant[known - names] : c;
	x->at++;
	return true;
}

static size_t string_end(const struct lexer *x, char quote)
{
	size_t end = x->at;
	while (end < x->text.len && x->text.at[end] != quote)
		end += x->text.at[end] == '\\' ? 2 : 1;
	return end;
}

bool lexer_string(struct lexer *x, struct value *out)
{
	char quote = x->text.at[x->at++];
	size_t end = string_end(x, quote);
	if (end >= x->text.len) {
		x->at--;
		return lexer_fail(x, "the string does not end");
	}
	/* No escape is shorter than what it stands for. */
	char *text = arena_alloc(x->arena, end - x->at + 1), *to = text;
	while (x->at < end) {
		char c = x->text.at[x->at];
		if ((unsigned char)c < 0x20)
			return lexer_fail(x, "a control character has to be escaped");
		x->at++;
		if (c != '\\')
			*to++ = c;
		else if (!escape(x, quote, &to))
			return false;
	}
	x->at++;
	*out = value_str((struct str){text, (size_t)(to - text)});
	return true;
}
