/*
 * Bare names that do not exist where they are read.
 */
#include "check/rule.h"

#include "script/function.h"

/* ---- what was meant ---------------------------------------------------------------------------
 */

static bool is_compared(const struct term *t)
{
	const struct expr *above = t->above ? t->above->e : NULL;
	return above && above->kind == EXPR_BINARY && (above->op == OP_EQ || above->op == OP_NE);
}

static bool has_field(const struct term *t)
{
	return t->above && t->above->e->kind == EXPR_FIELD;
}

/* `version` for `inputs.version`. */
static bool hint_declared(struct check *c, struct diagnostic *told, const struct code *code,
	const struct expr *e, const struct term *t)
{
	const struct book *b = code->reader->book;
	struct target step;
	const struct {
		const struct names *names;
		const char *root;
	} lists[] = {{&b->inputs, "inputs"}, {&b->vars, "vars"}, {&b->secrets, "secrets"},
		{&b->watches, "watch"}};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (!names_find(lists[i].names, e->name))
			continue;
		diagnostic_hint(
			c->d, told, "did you mean `%s.%.*s`?", lists[i].root, STR_ARGS(e->name));
		return true;
	}
	/* Compared, it is rather the text than whether the step is ok. */
	if (is_compared(t) || !book_step(c, b, e->name, &step))
		return false;
	diagnostic_hint(c->d, told, "did you mean `steps.%.*s%s`?", STR_ARGS(e->name),
		has_field(t) ? "" : ".ok");
	return true;
}

/* `inputs.env == prod`: what stands on the right is rather a text than a slip. */
static bool hint_text(struct check *c, struct diagnostic *told, const struct term *t, bool is_right)
{
	const struct expr *e = t->e;
	if (!is_compared(t) || (is_right && t->above->e->right != e))
		return false;
	diagnostic_hint(c->d, told, "did you mean the string `\"%.*s\"`?", STR_ARGS(e->name));
	return true;
}

static const char *action_with(struct str result)
{
	for (int kind = ACTION_NONE + 1; kind < ACTION_COUNT; kind++) {
		const struct action_info *info = action_info((enum action_kind)kind);
		for (const struct result_field *f = info->results; f && f->name; f++) {
			if (str_is(result, f->name))
				return info->name;
		}
	}
	return NULL;
}

/* A result, where none is seen by bare name, or of another action. */
static bool hint_result(
	struct check *c, struct diagnostic *told, const struct code *code, const struct expr *e)
{
	const char *with = action_with(e->name);
	if (!with)
		return false;
	if (sees_results(code))
		diagnostic_hint(c->d, told, "`%.*s` is a result of `%s`, and this step is a `%s`",
			STR_ARGS(e->name), with,
			action_info((enum action_kind)code->reader->step->action)->name);
	else
		diagnostic_hint(c->d, told,
			"the result of a step is `steps.<id>.%.*s`; its bare name is seen in the "
			"step's own `expect`, `outputs`, `until` and `retry.if`",
			STR_ARGS(e->name));
	return true;
}

static bool hint_nearest(
	struct check *c, struct diagnostic *told, const struct code *code, const struct expr *e)
{
	static const char *const items[] = {"item", "index"};
	struct words w = {0};
	for (int i = ROOT_NONE + 1; i < ROOT_COUNT; i++) {
		if (root_is_visible(code, (enum root)i))
			words_add(c, &w, root_names[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		if (sees_item(c, code, str_of(items[i])))
			words_add(c, &w, str_of(items[i]));
	}
	if (sees_results(code)) {
		struct target own = {.step = code->reader->step, .node = code->reader->node};
		words_add_results(c, &w, &own, false);
	}
	return words_nearest(c, told, e->name, &w);
}

/* ---- names that have a meaning elsewhere ------------------------------------------------------
 */

static bool is_library(struct str name)
{
	return str_is(name, "math") || str_is(name, "string") || str_is(name, "table") ||
	       str_is(name, "utf8");
}

/* A function that is not called: `len`, `math.floor`. */
static bool tell_function(
	struct check *c, const struct code *code, const struct expr *e, struct str name)
{
	const struct function *f = function_find(name);
	if (!f)
		return false;
	struct diagnostic *told = diagnose(
		c->d, RB202, expr_span(code, e), "`%s` is a function, not a value", f->name);
	diagnostic_hint(c->d, told, "call it: `%s`", f->signature);
	return true;
}

static void tell_library(
	struct check *c, const struct code *code, const struct expr *e, const struct term *t)
{
	struct diagnostic *told;
	struct str name = e->name;
	if (has_field(t)) {
		const struct expr *field = t->above->e;
		char *full =
			arena_printf(&c->arena, "%.*s.%.*s", STR_ARGS(name), STR_ARGS(field->name));
		if (tell_function(c, code, field, str_of(full)))
			return;
		diagnose(c->d, RB203, field_span(code, field), "there is no `%s`", full);
		return;
	}
	told = diagnose(c->d, RB202, expr_span(code, e), "`%.*s` is a library, not a value",
		STR_ARGS(name));
	diagnostic_hint(c->d, told, "its functions are called by their names, such as `%s`",
		str_is(name, "math")	 ? "math.floor(x)"
		: str_is(name, "string") ? "string.format(format, …)"
		: str_is(name, "table")	 ? "table.concat(list)"
					 : "utf8.len(s)");
}

static const struct {
	const char *name, *where, *hint;
} elsewhere[] = {
	{"item", "in a step with `for_each`", NULL},
	{"index", "in a step with `for_each`", NULL},
	{"self", "in a step's own `rollback`", "other steps are read as `steps.<id>`"},
	{"failure", "while rolling back: in `rollback` sections",
		"how the run ended is `run.status` and `run.reason`"},
};

static bool tell_elsewhere(struct check *c, const struct code *code, const struct expr *e)
{
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		if (!str_is(e->name, elsewhere[i].name))
			continue;
		struct diagnostic *told = diagnose(c->d, RB202, expr_span(code, e),
			"`%s` is only there %s", elsewhere[i].name, elsewhere[i].where);
		if (elsewhere[i].hint)
			diagnostic_hint(c->d, told, "%s", elsewhere[i].hint);
		return true;
	}
	return false;
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

static void tell(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	if (is_library(e->name)) {
		tell_library(c, code, e, t);
		return;
	}
	if (tell_elsewhere(c, code, e) || (!is_compared(t) && tell_function(c, code, e, e->name)))
		return;
	struct diagnostic *told =
		diagnose(c->d, RB202, expr_span(code, e), "there is no `%.*s`", STR_ARGS(e->name));
	if (hint_declared(c, told, code, e, t) || hint_result(c, told, code, e) ||
		hint_text(c, told, t, true))
		return;
	if (!hint_nearest(c, told, code, e))
		hint_text(c, told, t, false);
}

static void check_name(struct check *c, const struct code *code, const struct term *t)
{
	enum type type;
	if (code_root(c, code, t->e) || result_find(c, code, t->e->name, &type) ||
		sees_item(c, code, t->e->name))
		return;
	tell(c, code, t);
}

const struct rule rule_names = {.id = RB202, .term = check_name, .kinds = KIND(EXPR_NAME)};
