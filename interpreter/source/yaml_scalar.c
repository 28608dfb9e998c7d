#include "source/yaml.h"

#include "source/yaml_line.h"

#include <math.h>

static bool is_one_of(struct str text, const char *lower, const char *title, const char *upper)
{
	return str_is(text, lower) || str_is(text, title) || str_is(text, upper);
}

/* 0o17 and 0x1F; neither has a sign in the core schema. */
static bool parse_prefixed(struct str text, int64_t *out)
{
	if (text.len < 3 || text.at[0] != '0' || (text.at[1] != 'o' && text.at[1] != 'x'))
		return false;
	unsigned base = text.at[1] == 'o' ? 8 : 16;
	int64_t n = 0;
	for (size_t i = 2; i < text.len; i++) {
		char c = text.at[i];
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
							: base;
		if (digit >= base || __builtin_mul_overflow(n, (int64_t)base, &n) ||
			__builtin_add_overflow(n, (int64_t)digit, &n))
			return false;
	}
	*out = n;
	return true;
}

static bool parse_special_float(struct str text, double *out)
{
	if (is_one_of(text, ".nan", ".NaN", ".NAN")) {
		*out = NAN;
		return true;
	}
	bool is_negative = text.len && text.at[0] == '-';
	if (is_negative || (text.len && text.at[0] == '+'))
		text = (struct str){text.at + 1, text.len - 1};
	*out = is_negative ? -INFINITY : INFINITY;
	return is_one_of(text, ".inf", ".Inf", ".INF");
}

/* A whole number that 64 bits cannot hold is a float, as in JSON; one that a double cannot hold
 * either stays the text it is. */
static struct value number_or_text(struct str text)
{
	int64_t integer;
	double number;
	if (parse_int(text, &integer) || parse_prefixed(text, &integer))
		return value_int(integer);
	if (parse_float(text, &number) || parse_special_float(text, &number))
		return value_float(number);
	return value_str(text);
}

/* Most plain scalars are words: what cannot be anything else is told by its first byte. */
struct value yaml_plain_scalar(struct str text)
{
	char first = text.len ? text.at[0] : '~';
	if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.')
		return number_or_text(text);
	if (text.len == 0 || str_is(text, "~"))
		return value_nil();
	if ((first == 't' || first == 'T') && is_one_of(text, "true", "True", "TRUE"))
		return value_bool(true);
	if ((first == 'f' || first == 'F') && is_one_of(text, "false", "False", "FALSE"))
		return value_bool(false);
	if ((first == 'n' || first == 'N') && is_one_of(text, "null", "Null", "NULL"))
		return value_nil();
	return value_str(text);
}

/* ---- values cut by a comment ------------------------------------------------------------------
 */

bool yaml_cut_by_comment(
	const struct source_file *file, const struct value *v, struct span *comment)
{
	struct str text = file->text;
	size_t end = (size_t)v->start + v->span_len, at = end;
	if (!(v->flags & VALUE_PLAIN) || v->file != file->id)
		return false;
	while (at < text.len && (text.at[at] == ' ' || text.at[at] == '\t'))
		at++;
	if (at == end || at >= text.len || text.at[at] != '#')
		return false;
	*comment = (struct span){.start = (uint32_t)at, .file = file->id};
	comment->len = (uint32_t)(yaml_line_end(text, at) - at);
	return true;
}

void yaml_fix_cut(struct diagnostics *d, struct diagnostic *to, const struct source_file *file,
	const struct value *v)
{
	struct str text = file->text;
	size_t start = v->start;
	while (start < text.len && text.at[start] == ' ')
		start++;
	size_t end = yaml_line_end(text, start);
	while (end > start && (text.at[end - 1] == ' ' || text.at[end - 1] == '\t'))
		end--;
	struct span span = {
		.start = (uint32_t)start, .len = (uint32_t)(end - start), .file = file->id};
	struct str whole = {text.at + start, end - start};
	diagnostic_fix(d, to, span, yaml_single_quoted(d->arena, whole));
}
