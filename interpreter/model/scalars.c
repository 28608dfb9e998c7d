/*
 * Scalars of the language: what a key asks for, what it got, and the mend where there is one.
 */
#include "model/decode.h"

#include "base/duration.h"

#include <math.h>

bool is_interpolated(struct str text)
{
	return str_find(text, STR("${{"), 0) >= 0;
}

struct str scalar_text(struct decoder *d, const struct value *v)
{
	struct str text = d->file ? d->file->text : STR("");
	if (v->kind == VALUE_STRING)
		return value_string(v);
	if (d->file && v->flags & VALUE_PLAIN && v->file == d->file->id &&
		(size_t)v->start + v->span_len <= text.len)
		return (struct str){text.at + v->start, v->span_len};
	struct strbuf b = {0};
	value_print(&b, v);
	struct str printed = strbuf_take(&b, d->arena);
	strbuf_release(&b);
	return printed;
}

struct diagnostic *wrong_type(
	struct decoder *d, const struct field *f, const struct value *v, const char *expected)
{
	return diagnose(d->diagnostics, RB102, value_place(d, v), "`%s` expects %s, got %s",
		f->name, expected, value_kind_name(v));
}

/* A string that would be right without its quotes. */
static void unquote(
	struct decoder *d, struct diagnostic *told, const struct value *v, const char *written)
{
	diagnostic_hint(d->diagnostics, told, "write it without quotes: `%s`", written);
	diagnostic_fix(d->diagnostics, told, value_span(v), written);
}

static const char *copied(struct decoder *d, struct str s)
{
	return arena_copy(d->diagnostics->arena, s.at, s.len);
}

/* ---- text -------------------------------------------------------------------------------------
 */

static bool is_plain_scalar(const struct value *v)
{
	return v->kind == VALUE_BOOL || v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

bool decode_str(struct decoder *d, const struct field *f, const struct value *v, struct str *out)
{
	if (v->kind != VALUE_STRING) {
		struct diagnostic *told = wrong_type(d, f, v, "text");
		if (!is_plain_scalar(v))
			return false;
		struct str text = scalar_text(d, v);
		diagnostic_hint(
			d->diagnostics, told, "in quotes it is text: `'%.*s'`", STR_ARGS(text));
		diagnostic_fix(d->diagnostics, told, value_span(v),
			arena_printf(d->diagnostics->arena, "'%.*s'", STR_ARGS(text)));
		return false;
	}
	if (f->flags & FIELD_NOT_EMPTY && str_trim(value_string(v)).len == 0) {
		diagnose(d->diagnostics, RB104, value_place(d, v), "`%s` is empty", f->name);
		return false;
	}
	*out = value_string(v);
	return true;
}

/* ---- booleans and numbers ---------------------------------------------------------------------
 */

/* Words that YAML 1.1 or other languages take for a boolean. */
static const char *boolean_meant(struct str s)
{
	static const char *const yes[] = {"true", "yes", "on", "y"};
	static const char *const no[] = {"false", "no", "off", "n"};
	char word[8];
	if (s.len >= sizeof word)
		return NULL;
	for (size_t i = 0; i < s.len; i++)
		word[i] = (char)(s.at[i] >= 'A' && s.at[i] <= 'Z' ? s.at[i] + 32 : s.at[i]);
	for (size_t i = 0; i < 4; i++) {
		if (str_is((struct str){word, s.len}, yes[i]))
			return "true";
		if (str_is((struct str){word, s.len}, no[i]))
			return "false";
	}
	return NULL;
}

bool decode_bool(struct decoder *d, const struct field *f, const struct value *v, int8_t *out)
{
	if (v->kind == VALUE_BOOL) {
		*out = v->boolean;
		return true;
	}
	struct diagnostic *told = wrong_type(d, f, v, "true or false");
	const char *meant = v->kind == VALUE_STRING ? boolean_meant(value_string(v)) : NULL;
	if (meant) {
		diagnostic_hint(d->diagnostics, told, "write `%s`", meant);
		diagnostic_fix(d->diagnostics, told, value_span(v), meant);
	}
	return false;
}

static bool is_whole(double n)
{
	return n > -1e15 && n < 1e15 && n == trunc(n);
}

static void without_point(struct decoder *d, struct diagnostic *told, const struct value *v)
{
	const char *whole = arena_printf(d->diagnostics->arena, "%.0f", v->number);
	diagnostic_hint(d->diagnostics, told, "write `%s`", whole);
	diagnostic_fix(d->diagnostics, told, value_span(v), whole);
}

static bool has_bounds(const struct field *f)
{
	return f->min || f->max;
}

static void out_of_bounds(
	struct decoder *d, const struct field *f, const struct value *v, const char *bound)
{
	diagnose(d->diagnostics, RB104, value_place(d, v), "`%s` must be %s, not %.*s", f->name,
		bound, STR_ARGS(scalar_text(d, v)));
}

bool decode_int(struct decoder *d, const struct field *f, const struct value *v, int64_t *out)
{
	int64_t n;
	if (v->kind != VALUE_INT) {
		struct diagnostic *told = wrong_type(d, f, v, "a whole number");
		if (v->kind == VALUE_STRING && parse_int(value_string(v), &n))
			unquote(d, told, v, copied(d, value_string(v)));
		else if (v->kind == VALUE_FLOAT && is_whole(v->number))
			without_point(d, told, v);
		return false;
	}
	n = v->integer;
	struct arena *a = d->diagnostics->arena;
	if (n < f->min)
		out_of_bounds(d, f, v, arena_printf(a, "at least %lld", (long long)f->min));
	else if (has_bounds(f) && n > f->max)
		out_of_bounds(d, f, v, arena_printf(a, "at most %lld", (long long)f->max));
	else {
		*out = n;
		return true;
	}
	return false;
}

/* `25%`; false: it is something else, or not a whole percentage up to 100. */
static bool is_percentage(const struct value *v, int64_t *percent)
{
	struct str text = v->kind == VALUE_STRING ? value_string(v) : (struct str){0};
	return text.len > 1 && text.at[text.len - 1] == '%' &&
	       parse_int((struct str){text.at, text.len - 1}, percent) && *percent >= 0 &&
	       *percent <= 100;
}

bool decode_share(struct decoder *d, const struct field *f, const struct value *v, int64_t *out)
{
	int64_t percent;
	if (v->kind == VALUE_INT)
		return decode_int(d, f, v, out);
	if (is_percentage(v, &percent) && (percent > 0 || f->min == 0)) {
		*out = -percent;
		return true;
	}
	if (v->kind != VALUE_STRING) {
		wrong_type(d, f, v, "a whole number or a percentage");
		return false;
	}
	struct diagnostic *told = diagnose(d->diagnostics, RB104, value_place(d, v),
		"`%s` takes a whole number or a percentage, not `%.*s`", f->name,
		STR_ARGS(value_string(v)));
	diagnostic_hint(
		d->diagnostics, told, "for example `%s: 2` or `%s: 25%%`", f->name, f->name);
	return false;
}

bool decode_number(struct decoder *d, const struct field *f, const struct value *v, double *out)
{
	double n = v->kind == VALUE_INT ? (double)v->integer : 0;
	if (v->kind == VALUE_FLOAT)
		n = v->number;
	else if (v->kind != VALUE_INT) {
		struct diagnostic *told = wrong_type(d, f, v, "a number");
		if (v->kind == VALUE_STRING && parse_float(value_string(v), &n))
			unquote(d, told, v, copied(d, value_string(v)));
		else if (v->kind == VALUE_STRING && str_ends_with(value_string(v), STR("%")))
			diagnostic_hint(d->diagnostics, told, "write a share: 5%% is `0.05`");
		return false;
	}
	if (!isfinite(n) || n < (double)f->min || (has_bounds(f) && n > (double)f->max)) {
		out_of_bounds(d, f, v,
			has_bounds(f) ? arena_printf(d->diagnostics->arena, "between %lld and %lld",
						(long long)f->min, (long long)f->max)
				      : "a finite number and not negative");
		return false;
	}
	*out = n;
	return true;
}

/* ---- numbers with units -----------------------------------------------------------------------
 */

/* A number without its unit, written as a number or in quotes. */
static bool is_bare_number(const struct value *v)
{
	double n;
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT ||
	       (v->kind == VALUE_STRING && parse_float(value_string(v), &n));
}

static void needs_unit(struct decoder *d, const struct field *f, const struct value *v,
	enum rule_id rule, const char *one, const char *other)
{
	struct str n = scalar_text(d, v);
	struct diagnostic *told =
		diagnose(d->diagnostics, rule, value_place(d, v), "`%s` needs a unit", f->name);
	diagnostic_hint(d->diagnostics, told, "which unit? `%.*s%s` or `%.*s%s`", STR_ARGS(n), one,
		STR_ARGS(n), other);
}

static bool duration_is_within(
	struct decoder *d, const struct field *f, const struct value *v, int64_t ns)
{
	bool is_short = ns < f->min;
	if (!is_short && (!has_bounds(f) || ns <= f->max))
		return true;
	struct strbuf b = {0};
	strbuf_puts(&b, is_short ? "at least " : "at most ");
	duration_print(&b, is_short ? f->min : f->max);
	out_of_bounds(d, f, v, b.at);
	strbuf_release(&b);
	return false;
}

bool decode_duration(struct decoder *d, const struct field *f, const struct value *v, int64_t *out)
{
	const char *why;
	int64_t ns;
	struct diagnostic *told;
	if (is_bare_number(v)) {
		needs_unit(d, f, v, RB105, "s", "m");
	} else if (v->kind != VALUE_STRING) {
		told = wrong_type(d, f, v, "a duration");
		diagnostic_hint(d->diagnostics, told, "for example `30s`, `5m` or `1h30m`");
	} else if (is_interpolated(value_string(v))) {
		told = diagnose(d->diagnostics, RB105, value_place(d, v),
			"`%s` takes no interpolation: it has to be known before the run", f->name);
		diagnostic_hint(d->diagnostics, told, "write a duration, for example `30s`");
	} else if (!duration_parse(value_string(v), &ns, &why)) {
		told = diagnose(d->diagnostics, RB105, value_place(d, v),
			"`%s` is not a duration: %s", f->name, why);
		diagnostic_hint(d->diagnostics, told,
			"durations look like `500ms`, `30s`, `5m` or `1h30m`");
	} else if (duration_is_within(d, f, v, ns)) {
		*out = ns;
		return true;
	}
	return false;
}

bool decode_size(struct decoder *d, const struct field *f, const struct value *v, int64_t *out)
{
	const char *why;
	struct diagnostic *told;
	if (is_bare_number(v)) {
		needs_unit(d, f, v, RB106, "kB", "MB");
	} else if (v->kind != VALUE_STRING) {
		told = wrong_type(d, f, v, "a size");
		diagnostic_hint(d->diagnostics, told, "for example `10MB` or `64KiB`");
	} else if (!size_parse(value_string(v), out, &why)) {
		told = diagnose(d->diagnostics, RB106, value_place(d, v), "`%s` is not a size: %s",
			f->name, why);
		diagnostic_hint(d->diagnostics, told, "sizes look like `512B`, `10MB` or `64KiB`");
		*out = INT64_MIN;
	} else {
		return true;
	}
	return false;
}

/* ---- choices ----------------------------------------------------------------------------------
 */

static const char *choices_text(struct decoder *d, const struct field *f)
{
	struct strbuf b = {0};
	for (size_t i = 0; f->choices[i]; i++) {
		bool is_last = i && !f->choices[i + 1];
		strbuf_printf(&b, "%s`%s`", is_last ? " or " : i ? ", " : "", f->choices[i]);
	}
	struct str text = strbuf_take(&b, d->diagnostics->arena);
	strbuf_release(&b);
	return text.at;
}

/* In shorter words one letter may be the meaning: `zsh` is no slip for `sh`. */
#define SLIP_MIN 4

static void not_a_choice(
	struct decoder *d, const struct field *f, const struct value *v, size_t count)
{
	struct str word = value_string(v);
	struct diagnostic *told = diagnose(d->diagnostics, RB104, value_place(d, v),
		"`%s` cannot be `%.*s`", f->name, STR_ARGS(word));
	const char *near = nearest_word(word, f->choices, count);
	if (near) {
		diagnostic_hint(d->diagnostics, told, "did you mean `%s`?", near);
		if (word.len >= SLIP_MIN)
			diagnostic_fix(d->diagnostics, told, value_span(v), near);
	} else {
		diagnostic_hint(d->diagnostics, told, count > 1 ? "one of %s" : "it can only be %s",
			choices_text(d, f));
	}
}

bool decode_choice(struct decoder *d, const struct field *f, const struct value *v, uint8_t *out)
{
	size_t count = 0;
	if (v->kind != VALUE_STRING) {
		wrong_type(d, f, v, choices_text(d, f));
		return false;
	}
	for (; f->choices[count]; count++) {
		if (str_is(value_string(v), f->choices[count])) {
			*out = (uint8_t)(count + 1);
			return true;
		}
	}
	not_a_choice(d, f, v, count);
	return false;
}
