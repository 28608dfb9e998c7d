/*
 * Values of inputs: checked against their declaration, and made from text.
 */
#include "model/inputs.h"

#include "base/duration.h"
#include "base/json.h"
#include "base/regex.h"

#include <math.h>

/* Longer values are cut in messages. */
#define SHOWN_MAX 60

static bool fail(const char **why, const char *reason)
{
	*why = reason;
	return false;
}

/* The value for a message; of a secret, nothing. */
static const char *shown(struct arena *a, const struct input *in, const struct value *v)
{
	if (in->secret == 1)
		return "the value";
	struct strbuf b = {0};
	strbuf_putc(&b, '`');
	value_print(&b, v);
	if (b.len > SHOWN_MAX) {
		b.len = SHOWN_MAX;
		while (((unsigned char)b.at[b.len] & 0xC0) == 0x80)
			b.len--;
		strbuf_puts(&b, "…");
	}
	strbuf_putc(&b, '`');
	struct str text = strbuf_take(&b, a);
	strbuf_release(&b);
	return text.at;
}

/* ---- types ------------------------------------------------------------------------------------
 */

static const char *expected(uint8_t type)
{
	static const char *const names[] = {"", "text", "true or false", "a whole number",
		"a number", "one of its options", "a URL", "a duration such as `30s`", "a list"};
	return names[type];
}

static bool is_web_url(struct str s)
{
	size_t from;
	if (str_starts_with(s, STR("https://")))
		from = 8;
	else if (str_starts_with(s, STR("http://")))
		from = 7;
	else
		return false;
	for (size_t i = from; i < s.len; i++) {
		if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
			return false;
	}
	return s.len > from && s.at[from] != '/' && s.at[from] != '?' && s.at[from] != '#';
}

static bool is_of_kind(uint8_t type, const struct value *v)
{
	switch (type) {
	case INPUT_BOOLEAN:
		return v->kind == VALUE_BOOL;
	case INPUT_INTEGER:
		return v->kind == VALUE_INT;
	case INPUT_NUMBER:
		return v->kind == VALUE_INT || (v->kind == VALUE_FLOAT && isfinite(v->number));
	case INPUT_LIST:
		return v->kind == VALUE_LIST;
	case INPUT_CHOICE:
		return true;
	default:
		return v->kind == VALUE_STRING;
	}
}

static bool check_type(
	struct arena *a, const struct input *in, const struct value *v, const char **why)
{
	int64_t ns;
	const char *reason;
	if (!is_of_kind(in->type, v)) {
		if (in->type == INPUT_DURATION && (v->kind == VALUE_INT || v->kind == VALUE_FLOAT))
			return fail(why, "a duration needs a unit: `30s` or `30m`");
		return fail(why, arena_printf(a, "expected %s, got %s", expected(in->type),
					 value_kind_name(v)));
	}
	if (in->type == INPUT_URL && !is_web_url(value_string(v)))
		return fail(why, arena_printf(a, "expected a URL of http or https, got %s",
					 shown(a, in, v)));
	if (in->type == INPUT_DURATION && !duration_parse(value_string(v), &ns, &reason))
		return fail(
			why, arena_printf(a, "%s is not a duration: %s", shown(a, in, v), reason));
	return true;
}

/* ---- options ----------------------------------------------------------------------------------
 */

static bool is_option(const struct input *in, const struct value *v)
{
	for (size_t i = 0; i < in->options.list->count; i++) {
		if (value_equal(&in->options.list->items[i], v))
			return true;
	}
	return false;
}

static const char *options_text(struct arena *a, const struct input *in)
{
	struct strbuf b = {0};
	size_t count = in->options.list->count;
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&b, i == 0 ? "`" : i + 1 == count ? " or `" : ", `");
		value_print(&b, &in->options.list->items[i]);
		strbuf_putc(&b, '`');
	}
	struct str text = strbuf_take(&b, a);
	strbuf_release(&b);
	return text.at;
}

static bool check_options(
	struct arena *a, const struct input *in, const struct value *v, const char **why)
{
	if (in->options.kind != VALUE_LIST)
		return true;
	if (in->type == INPUT_LIST) {
		for (size_t i = 0; i < v->list->count; i++) {
			const struct value *item = &v->list->items[i];
			if (!is_option(in, item))
				return fail(why, arena_printf(a, "%s is not among the options: %s",
							 shown(a, in, item), options_text(a, in)));
		}
		return true;
	}
	if (is_option(in, v))
		return true;
	return fail(why, arena_printf(a, "%s is not an option: expected %s", shown(a, in, v),
				 options_text(a, in)));
}

/* ---- pattern ----------------------------------------------------------------------------------
 */

/* `$` also matches before a last newline, which would let a value in that has one. With one more
 * behind it, `$` only stands where the value ends. */
static struct str strict_end(struct arena *a, struct str s)
{
	if (!s.len || s.at[s.len - 1] != '\n')
		return s;
	return str_of(arena_printf(a, "%.*s\n", STR_ARGS(s)));
}

static bool check_text(
	struct arena *a, const struct input *in, const struct value *v, const char **why)
{
	const char *error;
	size_t offset;
	struct regex *re = regex_get(a, in->pattern, &error, &offset);
	if (!re || v->kind != VALUE_STRING)
		return true; /* a pattern that does not compile was told where it stands */
	switch (regex_test(re, strict_end(a, value_string(v)), &error)) {
	case REGEX_MATCH:
		return true;
	case REGEX_NO_MATCH:
		return fail(why, arena_printf(a, "%s does not match the pattern `%.*s`",
					 shown(a, in, v), STR_ARGS(in->pattern)));
	default:
		return fail(why, arena_printf(a, "the pattern cannot be tried on it: %s", error));
	}
}

static bool check_pattern(
	struct arena *a, const struct input *in, const struct value *v, const char **why)
{
	if (!in->pattern.at)
		return true;
	if (v->kind != VALUE_LIST)
		return check_text(a, in, v, why);
	for (size_t i = 0; i < v->list->count; i++) {
		if (!check_text(a, in, &v->list->items[i], why))
			return false;
	}
	return true;
}

/* ---- bounds -----------------------------------------------------------------------------------
 */

static double characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
	return (double)n;
}

/* `2 items`, `1 item`. */
static const char *amount(struct arena *a, const struct value *n, const char *what)
{
	struct strbuf b = {0};
	value_print(&b, n);
	strbuf_puts(&b, what);
	if (*what && n->kind == VALUE_INT && n->integer == 1)
		b.len--;
	struct str text = strbuf_take(&b, a);
	strbuf_release(&b);
	return text.at;
}

/* What is compared with `min` and `max`, and how it is called. */
static double measure(const struct input *in, const struct value *v, const char **what)
{
	int64_t ns = 0;
	const char *why;
	*what = "";
	if (v->kind == VALUE_INT)
		return (double)v->integer;
	if (v->kind == VALUE_FLOAT)
		return v->number;
	if (v->kind == VALUE_LIST) {
		*what = " items";
		return (double)v->list->count;
	}
	if (v->kind != VALUE_STRING)
		return (double)NAN;
	if (in->type == INPUT_DURATION)
		return duration_parse(value_string(v), &ns, &why) ? (double)ns : (double)NAN;
	*what = " characters";
	return characters(value_string(v));
}

static bool check_bounds(
	struct arena *a, const struct input *in, const struct value *v, const char **why)
{
	const char *what, *unused;
	double size = measure(in, v, &what);
	if (in->min.kind != VALUE_NIL && size < measure(in, &in->min, &unused))
		return fail(why, arena_printf(a, "%s is too %s: the least is %s", shown(a, in, v),
					 *what ? "short" : "small", amount(a, &in->min, what)));
	if (in->max.kind != VALUE_NIL && size > measure(in, &in->max, &unused))
		return fail(why, arena_printf(a, "%s is too %s: the most is %s", shown(a, in, v),
					 *what ? "long" : "large", amount(a, &in->max, what)));
	return true;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

bool input_check(struct arena *a, const struct input *in, const struct value *v, struct value *out,
	const char **why)
{
	*out = *v;
	if (v->kind == VALUE_UNKNOWN)
		return true; /* checked again when it is known */
	return check_type(a, in, v, why) && check_options(a, in, v, why) &&
	       check_pattern(a, in, v, why) && check_bounds(a, in, v, why);
}

/* ---- from text --------------------------------------------------------------------------------
 */

static bool boolean_from(struct str text, struct value *out)
{
	bool is_true = str_is(text, "true") || str_is(text, "yes");
	*out = value_bool(is_true);
	return is_true || str_is(text, "false") || str_is(text, "no");
}

static bool number_from(struct str text, bool is_whole, struct value *out)
{
	int64_t integer;
	double number;
	if (parse_int(text, &integer)) {
		*out = value_int(integer);
		return true;
	}
	if (is_whole || !parse_float(text, &number))
		return false;
	*out = value_float(number);
	return true;
}

/* The option that prints as the text: a choice may be among numbers. */
static struct value option_from(struct arena *a, const struct input *in, struct str text)
{
	struct value found = value_copy_str(a, text);
	if (in->options.kind != VALUE_LIST)
		return found;
	struct strbuf b = {0};
	for (size_t i = 0; i < in->options.list->count; i++) {
		strbuf_clear(&b);
		value_print(&b, &in->options.list->items[i]);
		if (str_equal(strbuf_str(&b), text)) {
			found = in->options.list->items[i];
			break;
		}
	}
	strbuf_release(&b);
	return found;
}

static struct value split_at_commas(struct arena *a, struct str text)
{
	struct value list = value_list(a);
	while (text.len) {
		ptrdiff_t comma = str_find(text, STR(","), 0);
		size_t len = comma < 0 ? text.len : (size_t)comma;
		struct str item = str_trim((struct str){text.at, len});
		list_add(a, list.list, value_copy_str(a, item));
		size_t used = comma < 0 ? len : len + 1;
		text = (struct str){text.at + used, text.len - used};
	}
	return list;
}

/* A JSON list, or texts between commas. */
static bool list_from(struct arena *a, struct str text, struct value *out, const char **why)
{
	struct json_error error;
	text = str_trim(text);
	if (!str_starts_with(text, STR("["))) {
		*out = split_at_commas(a, text);
		return true;
	}
	if (json_decode(a, text, out, &error))
		return true;
	return fail(why, arena_printf(a, "not a JSON list: %s", error.message));
}

bool input_from_text(struct arena *a, const struct input *in, struct str text, struct value *out,
	const char **why)
{
	struct value v = value_nil(), written = value_str(text);
	bool is_read = true;
	switch (in->type) {
	case INPUT_BOOLEAN:
		is_read = boolean_from(text, &v);
		break;
	case INPUT_INTEGER:
	case INPUT_NUMBER:
		is_read = number_from(text, in->type == INPUT_INTEGER, &v);
		break;
	case INPUT_LIST:
		if (!list_from(a, text, &v, why))
			return false;
		break;
	case INPUT_CHOICE:
		v = option_from(a, in, text);
		break;
	default:
		v = value_copy_str(a, text);
		break;
	}
	if (!is_read)
		return fail(why, arena_printf(a, "expected %s, got %s", expected(in->type),
					 shown(a, in, &written)));
	return input_check(a, in, &v, out, why);
}
