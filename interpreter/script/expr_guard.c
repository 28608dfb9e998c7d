/*
 * Guards: expressions that stand bare in YAML, and what YAML does to them before we see them.
 */
#include "script/expr.h"

#include "script/template.h"
#include "source/yaml.h"

static bool tell_empty(const struct source_file *file, const struct value *v, struct diagnostics *d)
{
	struct span comment;
	struct span span = value_span(v);
	if (file && yaml_cut_by_comment(file, v, &comment)) {
		struct diagnostic *told = diagnose(
			d, RB207, comment, "the `#` begins a comment, so there is no guard here");
		diagnostic_hint(d, told, "put the whole guard in quotes");
		yaml_fix_cut(d, told, file, v);
		return false;
	}
	struct diagnostic *told = diagnose(d, RB207, span, "there is no guard here");
	diagnostic_hint(d, told, "write an expression, such as `steps.build.ok`");
	return false;
}

/* What YAML cannot take as the beginning of plain text. */
static bool needs_quotes(struct str code)
{
	return code.len == 0 || strchr("!&*{}[]\"'|>%@`#,", code.at[0]) ||
	       str_find(code, STR(": "), 0) >= 0 || str_find(code, STR(" #"), 0) >= 0;
}

static const char *unwrapped(struct arena *a, const struct value *v, struct str code)
{
	bool quote = (v->flags & VALUE_PLAIN) && needs_quotes(code);
	if (!quote)
		return arena_printf(a, "%.*s", STR_ARGS(code));
	if (str_find(code, STR("'"), 0) >= 0)
		return NULL;
	return arena_printf(a, "'%.*s'", STR_ARGS(code));
}

/* `${{ x }}`, or `{{ x }}` of other tools, around all of a guard. */
static bool find_wrapping(struct str text, struct str *code)
{
	struct str bare = str_trim(text);
	struct template_mark mark;
	if (template_find(bare, 0, &mark) && mark.kind == TEMPLATE_MARK_CODE && mark.start == 0 &&
		mark.end == bare.len) {
		*code = str_trim(mark.code);
		return true;
	}
	if (!str_starts_with(bare, STR("{{")) || !str_ends_with(bare, STR("}}")) || bare.len < 4)
		return false;
	*code = str_trim((struct str){bare.at + 2, bare.len - 4});
	return true;
}

static void tell_wrapped(struct arena *a, const struct value *v, const struct origin *o,
	struct str text, struct str code, struct diagnostics *d)
{
	struct str bare = str_trim(text);
	struct span span = origin_span(o, (size_t)(bare.at - text.at), bare.len);
	struct diagnostic *told =
		diagnose(d, RB208, span, "a guard is an expression already and takes no `%s }}`",
			bare.at[0] == '$' ? "${{" : "{{");
	diagnostic_hint(d, told, "write `%.*s`", STR_ARGS(code));
	const char *fix = unwrapped(a, v, code);
	if (fix && o->is_exact)
		diagnostic_fix(d, told, span, fix);
}

/* Quotes that are not closed because YAML took ` #` for the beginning of a comment. */
static bool is_cut(struct arena *a, const struct source_file *file, const struct value *v,
	const struct guard *g, struct diagnostics *d)
{
	struct span comment;
	if (!file || !yaml_cut_by_comment(file, v, &comment))
		return false;
	struct diagnostics unseen;
	diagnostics_init(&unseen, a);
	if (expr_parse(a, g->text, &g->origin, &unseen))
		return false; /* whole without it: an honest comment */
	struct diagnostic *told =
		diagnose(d, RB201, comment, "the ` #` begins a comment and cuts the guard short");
	diagnostic_hint(d, told, "put the whole guard in quotes");
	yaml_fix_cut(d, told, file, v);
	return true;
}

static bool parse_string(struct arena *a, const struct source_file *file, const struct value *v,
	struct diagnostics *d, struct guard *g)
{
	struct str code;
	g->text = value_string(v);
	g->origin = origin_of(a, file, v);
	if (str_trim(g->text).len == 0)
		return tell_empty(file, v, d);
	if (find_wrapping(g->text, &code)) {
		tell_wrapped(a, v, &g->origin, g->text, code, d);
		struct origin inside = g->origin;
		inside.shift += (uint32_t)(code.at - g->text.at);
		if (code.len)
			expr_parse(a, code, &inside, d);
		return false;
	}
	if (is_cut(a, file, v, g, d))
		return false;
	g->expr = expr_parse(a, g->text, &g->origin, d);
	return g->expr != NULL;
}

/* `True` is true to YAML and the name of nothing to Lua: it is read as it is written. */
static bool is_spelled_otherwise(
	const struct source_file *file, const struct value *v, struct value *text)
{
	if (v->kind != VALUE_BOOL || !file || v->file != file->id || !v->span_len)
		return false;
	*text = value_str((struct str){file->text.at + v->start, v->span_len});
	text->start = v->start;
	text->span_len = v->span_len;
	text->file = v->file;
	return !str_is(value_string(text), "true") && !str_is(value_string(text), "false");
}

/* true, false, a number or null, as YAML read them. */
static bool parse_literal(struct arena *a, const struct value *v, struct guard *g)
{
	struct strbuf text = {0};
	value_print(&text, v);
	g->text = strbuf_take(&text, a);
	strbuf_release(&text);
	g->origin = origin_of(a, NULL, v);
	struct expr *e = arena_new(a, struct expr);
	e->kind = EXPR_CONSTANT;
	e->depth = 1;
	e->len = (uint32_t)g->text.len;
	e->constant = *v;
	g->expr = e;
	return true;
}

static bool tell_kind(const struct source_file *file, const struct value *v, struct diagnostics *d)
{
	struct span span = value_span(v);
	bool is_braces = file && v->kind == VALUE_MAP && span.start + 1u < file->text.len &&
			 str_starts_with((struct str){file->text.at + span.start,
						 file->text.len - span.start},
				 STR("{{"));
	struct diagnostic *told = diagnose(d, is_braces ? RB208 : RB102, span,
		is_braces ? "the braces make this a YAML mapping, not a guard"
			  : "a guard is an expression, not %s",
		value_kind_name(v));
	if (is_braces)
		diagnostic_hint(d, told, "guards need no braces");
	return false;
}

bool guard_parse(struct arena *a, const struct source_file *file, const struct value *v,
	struct diagnostics *d, struct guard *out)
{
	struct value text;
	*out = (struct guard){0};
	if (is_spelled_otherwise(file, v, &text))
		return parse_string(a, file, &text, d, out);
	switch ((enum value_kind)v->kind) {
	case VALUE_STRING:
		return parse_string(a, file, v, d, out);
	case VALUE_NIL:
		if (v->span_len == 0)
			return tell_empty(file, v, d);
		return parse_literal(a, v, out);
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_FLOAT:
		return parse_literal(a, v, out);
	default:
		return tell_kind(file, v, d);
	}
}
