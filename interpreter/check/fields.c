/*
 * Fields that do not exist: of what is declared, of steps and their results, of the run.
 */
#include "check/rule.h"

/* ---- what is declared -------------------------------------------------------------------------
 */

/* Declared in the file: names, in the eyes of who writes them. */
static void check_declared(struct check *c, const struct code *code, const struct expr *e,
	const struct names *names, const char *what, const char *key)
{
	if (names_find(names, e->name))
		return;
	struct diagnostic *told = diagnose(
		c->d, RB202, field_span(code, e), "there is no %s `%.*s`", what, STR_ARGS(e->name));
	struct words w = {0};
	words_add_names(c, &w, names);
	if (words_nearest(c, told, e->name, &w))
		return;
	if (names == &code->reader->book->secrets && code->reader->book->runbook->is_module)
		diagnostic_hint(c->d, told, "a module gets secrets as inputs with `secret: true`");
	else
		diagnostic_hint(c->d, told, "declare it under `%s:`", key);
}

static void check_var(struct check *c, const struct code *code, const struct expr *e)
{
	const struct reader *r = code->reader;
	const struct name_slot *slot = names_find(&r->book->vars, e->name);
	if (!slot) {
		check_declared(c, code, e, &r->book->vars, "var", "vars");
		return;
	}
	if (slot->number < r->vars)
		return;
	const struct named_value *var = slot->what;
	struct diagnostic *told = diagnose(c->d, RB202, field_span(code, e),
		slot->number == r->vars ? "the var `%.*s` is made of itself"
					: "the var `%.*s` is filled in later",
		STR_ARGS(e->name));
	if (slot->number == r->vars)
		return;
	diagnostic_label(c->d, told, var->span, "it stands here");
	diagnostic_hint(c->d, told, "vars are filled in from top to bottom: move it up");
}

/* ---- what is always there ---------------------------------------------------------------------
 */

static const char *const run_fields[] = {
	"id", "runbook", "status", "reason", "failed_step", "started", "duration", NULL};
static const char *const failure_fields[] = {"step", "reason", "message", NULL};
static const char *const watch_fields[] = {"value", "age", "errors", "samples", NULL};

static void check_fixed(
	struct check *c, const struct code *code, const struct expr *e, const char *const *fields)
{
	struct words w = {0};
	for (const char *const *f = fields; *f; f++) {
		if (str_is(e->name, *f))
			return;
	}
	for (const char *const *f = fields; *f; f++)
		words_add(c, &w, str_of(*f));
	struct diagnostic *told = diagnose(c->d, RB203, field_span(code, e),
		"`%s` has no field `%.*s`", expr_text(c, code, e->object), STR_ARGS(e->name));
	if (words_nearest(c, told, e->name, &w))
		return;
	struct strbuf b = {0};
	for (const char *const *f = fields; *f; f++)
		strbuf_printf(&b, "%s`%s`", f == fields ? "" : " ", *f);
	diagnostic_hint(c->d, told, "it has %s", b.at);
	strbuf_release(&b);
}

/* ---- steps ------------------------------------------------------------------------------------
 */

static void check_step(struct check *c, const struct code *code, const struct expr *e)
{
	const struct book *b = code->reader->book;
	struct target t;
	if (book_step(c, b, e->name, &t))
		return;
	struct diagnostic *told = diagnose(
		c->d, RB202, field_span(code, e), "there is no step `%.*s`", STR_ARGS(e->name));
	if (!nearest_step(c, told, b, e->name))
		diagnostic_hint(c->d, told, "`steps` has the steps of this file that have an `id`");
}

/* Who has a result of that name, when this step has none. */
static const char *other_action(const struct step *s, struct str name)
{
	const char *found = NULL;
	for (int kind = ACTION_NONE + 1; kind < ACTION_COUNT; kind++) {
		const struct action_info *info = action_info((enum action_kind)kind);
		for (const struct result_field *f = info->results; f && f->name; f++) {
			if (kind == s->action || !str_is(name, f->name))
				continue;
			if (found)
				return NULL; /* several: it says nothing */
			found = info->name;
		}
	}
	return found;
}

static void check_step_field(
	struct check *c, const struct code *code, const struct expr *e, const struct target *t)
{
	enum type type;
	if (field_find(c, t, e->name, &type))
		return;
	const struct action_info *info = action_info((enum action_kind)t->step->action);
	struct diagnostic *told = diagnose(c->d, RB203, field_span(code, e),
		"`%s` has no field `%.*s`", expr_text(c, code, e->object), STR_ARGS(e->name));
	struct words w = {0};
	words_add_results(c, &w, t, true);
	const char *other = other_action(t->step, e->name);
	bool is_near = !other && words_nearest(c, told, e->name, &w);
	free(w.at);
	if (other && info)
		diagnostic_hint(c->d, told, "`%.*s` is a result of `%s`, and this step is a `%s`",
			STR_ARGS(e->name), other, info->name);
	else if (!is_near)
		diagnostic_hint(c->d, told, "declare it under the step's `outputs:`");
	if (!is_near)
		diagnostic_label(c->d, told,
			t->step->id_span.file ? t->step->id_span : t->step->span,
			"the step is here");
}

/* ---- values that have no fields ---------------------------------------------------------------
 */

static void check_plain(struct check *c, const struct code *code, const struct expr *e,
	const struct expr *of, enum type type)
{
	if (type != TYPE_BOOL && type != TYPE_NUMBER && type != TYPE_STRING)
		return;
	if (e->kind == EXPR_FIELD) {
		diagnose(c->d, RB203, field_span(code, e), "`%s` is %s and has no fields",
			expr_text(c, code, of), type_name(type));
		return;
	}
	struct diagnostic *told = diagnose(c->d, RB203, expr_span(code, e),
		"`%s` is %s and has no items", expr_text(c, code, of), type_name(type));
	if (type == TYPE_STRING)
		diagnostic_hint(
			c->d, told, "a part of a text is `%s:sub(i, j)`", expr_text(c, code, of));
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

static bool check_root(
	struct check *c, const struct code *code, const struct expr *e, enum root root)
{
	const struct book *b = code->reader->book;
	switch (root) {
	case ROOT_INPUTS:
		check_declared(c, code, e, &b->inputs, "input", "inputs");
		return true;
	case ROOT_VARS:
		check_var(c, code, e);
		return true;
	case ROOT_SECRETS:
		check_declared(c, code, e, &b->secrets, "secret", "secrets");
		return true;
	case ROOT_WATCH:
		check_declared(c, code, e, &b->watches, "watch", "watch");
		return true;
	case ROOT_RUN:
		check_fixed(c, code, e, run_fields);
		return true;
	case ROOT_FAILURE:
		check_fixed(c, code, e, failure_fields);
		return true;
	case ROOT_STEPS:
		check_step(c, code, e);
		return true;
	case ROOT_ENV:
		return true;
	default:
		return false;
	}
}

static void check_field(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	struct target target;
	if (e->kind == EXPR_INDEX) {
		check_plain(c, code, e, e->left, child_type(c, t, 0));
		return;
	}
	if (check_root(c, code, e, code_root(c, code, e->object)))
		return;
	if (code_step(c, code, e->object, &target))
		check_step_field(c, code, e, &target);
	else if (is_watch(c, code, e->object))
		check_fixed(c, code, e, watch_fields);
	else
		check_plain(c, code, e, e->object, child_type(c, t, 0));
}

const struct rule rule_fields = {
	.id = RB203, .term = check_field, .kinds = KIND(EXPR_FIELD) | KIND(EXPR_INDEX)};
