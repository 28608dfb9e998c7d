/*
 * Patterns that match too much, or take for ever.
 */
#include "check/lint_rules.h"

#include "base/regex.h"
#include "check/redos.h"
#include "script/function.h"

/* A pattern where it stands: in a guard, or under `pattern`. */
struct written {
	struct str pattern;
	struct span whole;
	const struct origin *origin; /* of the pattern's first byte; NULL: only `whole` is known */
};

static struct span part_of(const struct written *w, size_t at, size_t len)
{
	return w->origin ? origin_span(w->origin, at, len) : w->whole;
}

/* ---- exponential ----------------------------------------------------------------------------- */

static const char *shown(struct check *c, struct str s)
{
	struct strbuf b = {0};
	struct str out;

	for (size_t i = 0; i < s.len && i < 20; i++) {
		if (s.at[i] >= ' ' && s.at[i] < 127)
			strbuf_putc(&b, s.at[i]);
		else
			strbuf_printf(&b, "\\x%02x", (unsigned char)s.at[i]);
	}
	out = strbuf_take(&b, c->d->arena);
	strbuf_release(&b);
	return out.at;
}

static void check_cost(struct check *c, const struct written *w)
{
	struct redos r;
	struct diagnostic *told;

	if (!redos_find(&c->arena, w->pattern, &r))
		return;
	told = diagnose(c->d, RB702, part_of(w, r.at, r.len),
		"this takes exponentially long on a text made for it");
	diagnostic_note(c->d, told, "on `%s%s%s%s…` matching is given up, which is an error",
		shown(c, r.text), shown(c, r.pump), shown(c, r.pump), shown(c, r.pump));
	diagnostic_hint(c->d, told,
		"what is repeated inside and outside can be split in many ways: repeat it once, "
		"or make it possessive: `(?>…)`, `++`");
}

/* ---- empty ----------------------------------------------------------------------------------- */

static bool matches_text(struct regex *re, struct str text)
{
	const char *error;

	return regex_test(re, text, &error) == REGEX_MATCH;
}

static bool matches_all(struct regex *re)
{
	return matches_text(re, STR("")) && matches_text(re, STR("\x01~\n\x02")) &&
	       matches_text(re, STR("Zz9 \x7f"));
}

static struct regex *compiled(struct check *c, struct str pattern)
{
	const char *error;
	size_t offset;

	return regex_get(&c->arena, pattern, &error, &offset);
}

/* Optional on purpose, or free text, which may well be empty. */
static bool may_be_meant(struct str pattern)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (strchr("|?{ ,", pattern.at[i]) ||
			(pattern.at[i] == 's' && i && pattern.at[i - 1] == '\\'))
			return true;
	}
	return str_find(pattern, STR(".*"), 0) >= 0;
}

static void check_all(struct check *c, const struct written *w, const struct input *in)
{
	struct regex *re = memchr(w->pattern.at, '*', w->pattern.len) ||
					   memchr(w->pattern.at, '?', w->pattern.len) ||
					   memchr(w->pattern.at, '{', w->pattern.len)
				   ? compiled(c, w->pattern)
				   : NULL;
	bool is_default =
		in && in->has_default && in->fallback.kind == VALUE_STRING && !in->fallback.len;
	struct diagnostic *told;

	if (!re || !matches_text(re, STR("")))
		return;
	if (matches_all(re))
		told = diagnose(c->d, RB703, part_of(w, 0, w->pattern.len),
			"`%.*s` matches the empty text, and so every text", STR_ARGS(w->pattern));
	else if (in && !is_default && !may_be_meant(w->pattern))
		told = diagnose(c->d, RB703, part_of(w, 0, w->pattern.len),
			"`%.*s` matches the empty text, too", STR_ARGS(w->pattern));
	else
		return;
	diagnostic_hint(
		c->d, told, "`+` wants at least one; `^` and `$` hold it to the whole text");
}

/* ---- where patterns are -----------------------------------------------------------------------
 */

static void check_literal(struct check *c, const struct code *code, const struct expr *e)
{
	struct str text = code->guard->text, value = value_string(&e->constant);
	struct written w = {.pattern = value, .whole = expr_span(code, e)};
	struct origin inside = code->guard->origin;

	/* Written as it is between its quotes. */
	if (e->len == value.len + 2 && memcmp(text.at + e->start + 1, value.at, value.len) == 0) {
		inside.shift += e->start + 1;
		w.origin = &inside;
	}
	if (!compiled(c, value))
		return; /* told */
	check_cost(c, &w);
	check_all(c, &w, NULL);
}

static void check_call(struct check *c, const struct code *code, const struct term *t)
{
	const struct function *f = t->e->function;

	for (size_t i = 0; f && i < t->e->count && i < FUNCTION_MAX_ARGS; i++) {
		const struct expr *e = t->e->arguments[i];

		if (f->args[i] == ARG_PATTERN && e->kind == EXPR_CONSTANT &&
			e->constant.kind == VALUE_STRING)
			check_literal(c, code, e);
	}
}

const struct rule lint_patterns = {.id = RB702, .term = check_call, .kinds = KIND(EXPR_CALL)};

static bool is_anchored(struct str p)
{
	return p.len > 1 && (p.at[0] == '^' || (p.at[0] == '\\' && p.at[1] == 'A')) &&
	       (p.at[p.len - 1] == '$' || p.at[p.len - 1] == 'z' || p.at[p.len - 1] == 'Z');
}

static void check_input(struct check *c, const struct runbook *r, const struct input *in)
{
	struct written w = {.pattern = in->pattern, .whole = in->pattern_span};
	const char *text = r->file->text.at;
	struct origin origin = {.file = r->file->id, .is_exact = true};

	if (!in->pattern.len)
		return;
	if (in->pattern.at >= text && in->pattern.at < text + r->file->text.len) {
		origin.shift = (uint32_t)(in->pattern.at - text);
		w.origin = &origin;
	}
	check_cost(c, &w);
	check_all(c, &w, in);
	if (!is_anchored(in->pattern) && in->type == INPUT_STRING)
		diagnostic_hint(c->d,
			diagnose(c->d, RB704, part_of(&w, 0, in->pattern.len),
				"`%.*s` is looked for anywhere in the text", STR_ARGS(in->pattern)),
			"`^` and `$` hold it to the whole text");
}

void lint_inputs(struct check *c, const struct book *b)
{
	for (size_t i = 0; i < b->runbook->inputs.count; i++)
		check_input(c, b->runbook, b->runbook->inputs.items[i]);
}
