/*
 * Declarations of inputs: what contradicts itself is told where it stands.
 */
#include "model/decode.h"

#include "base/duration.h"
#include "base/regex.h"
#include "model/inputs.h"

static const char *type_name(const struct input *in)
{
	static const char *const names[] = {"", "text", "a boolean", "a whole number", "a number",
		"a choice", "a URL", "a duration", "a list"};
	return names[in->type];
}

static bool is_text(const struct input *in)
{
	return in->type == INPUT_STRING || in->type == INPUT_URL || in->type == INPUT_CHOICE;
}

/* ---- options ----------------------------------------------------------------------------------
 */

static void check_option(struct decoder *d, const struct input *in, size_t i)
{
	const struct value *option = &in->options.list->items[i];
	if (option->kind != VALUE_STRING && option->kind != VALUE_INT &&
		option->kind != VALUE_FLOAT && option->kind != VALUE_BOOL) {
		diagnose(d->diagnostics, RB102, value_place(d, option),
			"an option is text or a number, not %s", value_kind_name(option));
		return;
	}
	for (size_t j = 0; j < i; j++) {
		if (!value_equal(&in->options.list->items[j], option))
			continue;
		struct diagnostic *told = diagnose(
			d->diagnostics, RB112, value_place(d, option), "an option is given twice");
		diagnostic_label(
			d->diagnostics, told, value_span(&in->options.list->items[j]), "here, too");
	}
}

/* Quadratic comparison: who has more options has another problem. */
#define OPTIONS_MAX 1000

static void check_options(struct decoder *d, struct input *in, const struct value *v)
{
	struct diagnostic *told;
	if (!has_key(v, "options")) {
		if (in->type != INPUT_CHOICE || d->frame->unknown)
			return;
		told = diagnose(d->diagnostics, RB103, in->span, "a choice needs `options`");
		diagnostic_hint(d->diagnostics, told, "for example `options: [ci, manual]`");
		return;
	}
	bool is_list = in->options.kind == VALUE_LIST;
	if (is_list && in->options.list->count && in->options.list->count <= OPTIONS_MAX) {
		for (size_t i = 0; i < in->options.list->count; i++)
			check_option(d, in, i);
		return;
	}
	told = diagnose(d->diagnostics, is_list ? RB104 : RB102, value_place(d, &in->options),
		is_list ? "`options` has %s" : "`options` expects a list, got %s",
		!is_list		  ? value_kind_name(&in->options)
		: in->options.list->count ? "more than 1000 items"
					  : "no items");
	diagnostic_hint(d->diagnostics, told, "for example `options: [ci, manual]`");
	in->options = value_nil();
}

/* ---- pattern ----------------------------------------------------------------------------------
 */

static void check_pattern(struct decoder *d, struct input *in, const struct value *v)
{
	const char *error;
	size_t offset;
	if (!in->pattern.at)
		return;
	const struct value *pattern = map_get(v->map, "pattern");
	in->pattern_span = value_span(pattern);
	if (!is_text(in) && in->type != INPUT_LIST && in->type != INPUT_DURATION) {
		diagnose(d->diagnostics, RB112, value_span(pattern),
			"`pattern` is for text, this is %s", type_name(in));
	} else if (!regex_get(d->diagnostics->arena, in->pattern, &error, &offset)) {
		struct origin origin = origin_of(d->arena, d->file, pattern);
		if (offset >= in->pattern.len && offset)
			offset = in->pattern.len - 1;
		struct diagnostic *told = diagnose(d->diagnostics, RB701,
			origin_span(&origin, offset, 1), "the pattern does not compile: %s", error);
		diagnostic_hint(d->diagnostics, told,
			"patterns are PCRE2; a `\\` before a sign takes its meaning away");
	} else {
		return;
	}
	in->pattern = (struct str){NULL, 0};
}

/* ---- min and max ------------------------------------------------------------------------------
 */

static bool bound_fits(const struct input *in, const struct value *bound)
{
	int64_t ns;
	const char *why;
	switch (in->type) {
	case INPUT_INTEGER:
	case INPUT_NUMBER:
		return bound->kind == VALUE_INT || bound->kind == VALUE_FLOAT;
	case INPUT_DURATION:
		return bound->kind == VALUE_STRING &&
		       duration_parse(value_string(bound), &ns, &why);
	default:
		return bound->kind == VALUE_INT && bound->integer >= 0;
	}
}

static void check_bound(
	struct decoder *d, const struct input *in, struct value *bound, const char *key)
{
	if (bound->kind == VALUE_NIL)
		return;
	if (in->type == INPUT_BOOLEAN || in->type == INPUT_CHOICE) {
		diagnose(d->diagnostics, RB112, value_place(d, bound), "`%s` has no meaning for %s",
			key, type_name(in));
	} else if (!bound_fits(in, bound)) {
		const char *wanted = in->type == INPUT_DURATION	 ? "a duration"
				     : in->type == INPUT_INTEGER ? "a number"
				     : in->type == INPUT_NUMBER	 ? "a number"
				     : in->type == INPUT_LIST	 ? "a number of items"
								 : "a number of characters";
		diagnose(d->diagnostics, RB112, value_place(d, bound), "`%s` of %s is %s, not %s",
			key, type_name(in), wanted, value_kind_name(bound));
	} else {
		return;
	}
	*bound = value_nil();
}

static void check_order(struct decoder *d, const struct input *in)
{
	const char *why;
	int64_t least, most;
	if (in->min.kind == VALUE_NIL || in->max.kind == VALUE_NIL)
		return;
	double min = in->min.kind == VALUE_FLOAT ? in->min.number : (double)in->min.integer;
	double max = in->max.kind == VALUE_FLOAT ? in->max.number : (double)in->max.integer;
	if (in->type == INPUT_DURATION) {
		if (!duration_parse(value_string(&in->min), &least, &why) ||
			!duration_parse(value_string(&in->max), &most, &why))
			return;
		min = (double)least;
		max = (double)most;
	}
	if (min <= max)
		return;
	struct diagnostic *told =
		diagnose(d->diagnostics, RB112, value_span(&in->min), "`min` is more than `max`");
	diagnostic_label(d->diagnostics, told, value_span(&in->max), "`max` is here");
}

/* ---- default ----------------------------------------------------------------------------------
 */

/* A number where text is wanted lacks its quotes, and the other way round. */
static void offer_quotes(
	struct decoder *d, struct diagnostic *told, const struct input *in, const struct value *v)
{
	struct str text = scalar_text(d, v);
	struct value read;
	const char *why;
	bool is_scalar = v->kind == VALUE_INT || v->kind == VALUE_FLOAT || v->kind == VALUE_BOOL;
	if (is_scalar && in->type == INPUT_STRING) {
		diagnostic_hint(
			d->diagnostics, told, "in quotes it is text: `'%.*s'`", STR_ARGS(text));
		diagnostic_fix(d->diagnostics, told, value_span(v),
			arena_printf(d->diagnostics->arena, "'%.*s'", STR_ARGS(text)));
	} else if (v->kind == VALUE_STRING && !is_text(in) && in->type != INPUT_LIST &&
		   in->type != INPUT_DURATION && input_from_text(d->arena, in, text, &read, &why)) {
		struct strbuf b = {0};
		value_print(&b, &read);
		struct str plain = strbuf_take(&b, d->diagnostics->arena);
		strbuf_release(&b);
		diagnostic_hint(d->diagnostics, told, "write `%s`", plain.at);
		diagnostic_fix(d->diagnostics, told, value_span(v), plain.at);
	}
}

static void check_default(struct decoder *d, struct input *in)
{
	const char *why;
	struct value checked;
	struct diagnostic *told;
	const struct value *v = &in->fallback;
	struct span span = value_place(d, v);
	if (v->kind == VALUE_STRING && is_interpolated(value_string(v))) {
		told = diagnose(d->diagnostics, RB112, span,
			"the default of `%.*s` is interpolated", STR_ARGS(in->name));
		diagnostic_hint(d->diagnostics, told,
			"a default is a plain value; `vars` can be computed from inputs");
	} else if (!input_check(d->diagnostics->arena, in, v, &checked, &why)) {
		told = diagnose(d->diagnostics, RB112, span,
			"the default of `%.*s` does not fit: %s", STR_ARGS(in->name), why);
		offer_quotes(d, told, in, v);
	}
}

static void required_default(struct decoder *d, const struct value *v)
{
	const struct entry *required = map_find(v->map, STR("required"));
	struct diagnostic *told =
		diagnose(d->diagnostics, RB112, entry_key_span(map_find(v->map, STR("default"))),
			"a required input has a default, which would never be used");
	diagnostic_label(d->diagnostics, told, entry_key_span(required), "required here");
	diagnostic_hint(d->diagnostics, told, "drop one of the two");
}

void input_finish(struct decoder *d, void *out, const struct value *v)
{
	struct input *in = out;
	bool type_failed = has_key(v, "type") && !in->type;
	if (!in->type)
		in->type = has_key(v, "options") ? INPUT_CHOICE : INPUT_STRING;
	if (v->kind != VALUE_MAP || type_failed)
		return;
	check_options(d, in, v);
	check_pattern(d, in, v);
	check_bound(d, in, &in->min, "min");
	check_bound(d, in, &in->max, "max");
	check_order(d, in);
	in->has_default = in->fallback.kind != VALUE_NIL;
	if (!in->has_default)
		return;
	in->default_span = value_span(&in->fallback);
	check_default(d, in);
	if (in->required == 1)
		required_default(d, v);
}
