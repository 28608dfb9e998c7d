/*
 * What names mean to a reader: the same as at run time (run/scope.c, run/step_object.c).
 */
#include "check/rule.h"

const struct str root_names[ROOT_COUNT] = {
	[ROOT_NONE] = {"", 0},
#define ROOT(root, name) [root] = {name, sizeof(name) - 1}
	ROOT(ROOT_INPUTS, "inputs"),
	ROOT(ROOT_VARS, "vars"),
	ROOT(ROOT_SECRETS, "secrets"),
	ROOT(ROOT_ENV, "env"),
	ROOT(ROOT_RUN, "run"),
	ROOT(ROOT_STEPS, "steps"),
	ROOT(ROOT_WATCH, "watch"),
	ROOT(ROOT_FAILURE, "failure"),
	ROOT(ROOT_SELF, "self"),
#undef ROOT
};

bool root_is_visible(const struct code *code, enum root root)
{
	const struct reader *r = code->reader;
	if (root == ROOT_SELF)
		return r->self != NODE_NONE;
	if (root == ROOT_FAILURE)
		return r->section >= SECTION_BEFORE && r->section <= SECTION_VERIFY;
	return true;
}

enum root code_root(struct check *c, const struct code *code, const struct expr *e)
{
	enum type type;
	if (e->kind != EXPR_NAME)
		return ROOT_NONE;
	for (int i = ROOT_NONE + 1; i < ROOT_COUNT; i++) {
		enum root root = (enum root)i;
		if (!str_equal(e->name, root_names[i]) || !root_is_visible(code, root))
			continue;
		/* A result of that name goes before it. */
		return result_find(c, code, e->name, &type) ? ROOT_NONE : root;
	}
	return ROOT_NONE;
}

/* ---- loops ------------------------------------------------------------------------------------
 */

static bool names_item(const struct step *s, struct str name)
{
	if (!step_items(s))
		return false;
	return str_is(name, "item") || str_is(name, "index") ||
	       (s->more->as.len && str_equal(s->more->as, name));
}

bool sees_item(const struct check *c, const struct code *code, struct str name)
{
	const struct reader *r = code->reader;
	const struct plan *p = c->plan;
	/* The list of a loop is there before its items. */
	const struct step *made = code->place == PLACE_FOR_EACH ? r->step : NULL;
	for (const struct around *a = r->around; a; a = a->outer) {
		if (a->step != made && names_item(a->step, name))
			return true;
	}
	for (uint32_t up = r->anchor; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct node *n = &p->nodes[up];
		if (n->unit != r->book->unit)
			break;
		if (n->step != made && names_item(n->step, name))
			return true;
	}
	return false;
}

/* ---- steps ------------------------------------------------------------------------------------
 */

static struct target own_target(const struct reader *r)
{
	return (struct target){.step = r->step, .node = r->node, .section = r->section};
}

bool code_step(struct check *c, const struct code *code, const struct expr *e, struct target *out)
{
	const struct reader *r = code->reader;
	if (e->kind == EXPR_NAME && code_root(c, code, e) == ROOT_SELF) {
		*out = (struct target){.step = c->plan->nodes[r->self].step, .node = r->self};
		return true;
	}
	if (e->kind == EXPR_FIELD && code_root(c, code, e->object) == ROOT_STEPS)
		return book_step(c, r->book, e->name, out);
	/* An item of a loop has what its step has. */
	if (e->kind == EXPR_INDEX && e->left->kind == EXPR_FIELD && str_is(e->left->name, "items"))
		return code_step(c, code, e->left->object, out);
	return false;
}

bool is_watch(struct check *c, const struct code *code, const struct expr *e)
{
	return e->kind == EXPR_FIELD && code_root(c, code, e->object) == ROOT_WATCH;
}

bool sees_results(const struct code *code)
{
	bool is_place = code->place == PLACE_RESULT || code->place == PLACE_HINT ||
			code->place == PLACE_UNTIL;
	return is_place && code->reader->step;
}

/* What a hint sees of the failure beside the result: run/judge.c. */
static bool failure_field(const struct code *code, struct str name, enum type *type)
{
	bool is_count = str_is(name, "attempts");
	if (code->place != PLACE_HINT || !(is_count || str_is(name, "reason") ||
						 str_is(name, "message") || str_is(name, "state")))
		return false;
	*type = is_count ? TYPE_NUMBER : TYPE_STRING;
	return true;
}

bool result_find(struct check *c, const struct code *code, struct str name, enum type *type)
{
	if (!sees_results(code))
		return false;
	struct target t = own_target(code->reader);
	return target_result(c, &t, name, type) || failure_field(code, name, type);
}
