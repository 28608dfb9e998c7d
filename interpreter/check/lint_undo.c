/*
 * Compensations that would break when they are needed.
 */
#include "check/lint_rules.h"

#include "check/order.h"

/* ---- what is said twice and differs -----------------------------------------------------------
 */

static void check_undone(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	struct diagnostic *told;

	if (!s->has_rollback)
		return;
	if (s->effects == EFFECT_NONE) {
		told = diagnose(c->d, RB405, step_key_span(c, s, "rollback"),
			"%s changes nothing, it says, and has a `rollback`", step_words(c, s));
		diagnostic_label(
			c->d, told, step_key_span(c, s, "effects"), "`effects: none` stands here");
		diagnostic_hint(c->d, told, "one of the two is wrong");
	} else if (s->more && s->more->irreversible) {
		told = diagnose(c->d, RB405, step_key_span(c, s, "rollback"),
			"%s cannot be undone, it says, and has a `rollback`", step_words(c, s));
		diagnostic_label(c->d, told, step_key_span(c, s, "irreversible"),
			"a point of no return: nothing is undone once it has started");
		diagnostic_hint(c->d, told, "one of the two is wrong");
	}
}

const struct rule lint_undone = {.id = RB405, .step = check_undone};

/* ---- reading what cannot be there -------------------------------------------------------------
 */

struct mention {
	struct str id;
	bool is_found;
};

static void look_for(void *context, const struct expr *e)
{
	struct mention *m = context;

	if (e->kind == EXPR_FIELD && e->object->kind == EXPR_NAME &&
		(str_is(e->object->name, "steps") ? str_equal(e->name, m->id)
						  : str_is(e->object->name, "self")))
		m->is_found = true;
}

static bool mentions(const struct guard *g, struct str id)
{
	struct mention m = {.id = id};

	if (g && g->expr)
		visit_expr(g->expr, look_for, &m);
	return m.is_found;
}

/* An `if` of the compensation asks first. */
static bool is_asked(const struct reader *r, struct str id)
{
	if (r->step && mentions(r->step->only_if, id))
		return true;
	for (const struct around *a = r->around; a; a = a->outer) {
		if (mentions(a->step->only_if, id))
			return true;
	}
	return false;
}

bool field_is_always_there(struct str name)
{
	static const char *const names[] = {"state", "ok", "failed", "skipped", "reason", "message",
		"attempts", "duration", "outputs", NULL};

	for (size_t i = 0; names[i]; i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

bool term_needs_value(const struct term *t)
{
	for (const struct term *up = t->above; up; up = up->above) {
		const struct expr *e = up->e;

		if (e->kind == EXPR_AND || e->kind == EXPR_OR || e->kind == EXPR_NOT ||
			e->kind == EXPR_CALL || e->kind == EXPR_TABLE ||
			(e->kind == EXPR_BINARY && (e->op == OP_EQ || e->op == OP_NE)))
			return false;
	}
	return true;
}

/* The place of `step` in time, as the one who is undone sees it. */
static bool has_not_run(struct check *c, const struct code *code, uint32_t step, bool *never)
{
	struct reader undone = *code->reader;
	struct code as_undone = *code;
	enum order_answer answer;

	undone.node = code->reader->self;
	as_undone.reader = &undone;
	as_undone.place = PLACE_RESULT;
	answer = order_of_nodes(c, &as_undone, step);
	*never = answer == ORDER_OTHER_BRANCH;
	return answer == ORDER_LATER || answer == ORDER_OTHER_BRANCH;
}

static bool is_declared_output(const struct step *s, struct str name)
{
	for (size_t i = 0; s->more && i < s->more->outputs.count; i++) {
		if (str_equal(((const struct named_guard *)s->more->outputs.items[i])->name, name))
			return true;
	}
	return false;
}

static void tell_early(struct check *c, const struct code *code, const struct expr *e,
	const struct target *t, bool never)
{
	const struct step *undone = c->plan->nodes[code->reader->self].step;
	struct diagnostic *told = diagnose(c->d, RB402, expr_span(code, e),
		never ? "`%.*s` cannot have run when %s is undone: it is in another branch"
		      : "`%.*s` may not have run when %s is undone",
		STR_ARGS(t->step->id), step_words(c, undone));

	diagnostic_label(c->d, told, t->step->id_span,
		never ? "`%.*s` is here" : "`%.*s` runs later", STR_ARGS(t->step->id));
	diagnostic_note(c->d, told,
		"the rollback would break there, and what it should undo would be left behind");
	diagnostic_hint(c->d, told,
		"read a step that runs before, or ask first: `rollback: { if: steps.%.*s.ok, … }`",
		STR_ARGS(t->step->id));
}

static void check_early_undo(struct check *c, const struct code *code, const struct term *t)
{
	const struct reader *r = code->reader;
	struct target target;
	bool never = false;

	if (r->section != SECTION_UNDO || r->self == NODE_NONE || code->place != PLACE_ARGUMENT ||
		field_is_always_there(t->e->name) || !term_needs_value(t) ||
		!code_step(c, code, t->e->object, &target) || target.node == NODE_NONE ||
		is_asked(r, target.step->id))
		return;
	if (target.node == r->self) {
		if (is_declared_output(target.step, t->e->name))
			diagnostic_hint(c->d,
				diagnose(c->d, RB403, expr_span(code, t->e),
					"`%.*s` is not there when the step has failed half-way",
					STR_ARGS(t->e->name)),
				"note it in a step before, or ask first: `if: self.ok`");
		return;
	}
	if (target.section == SECTION_MAIN && target.step->id.len &&
		has_not_run(c, code, target.node, &never))
		tell_early(c, code, t->e, &target, never);
}

const struct rule lint_early_undo = {
	.id = RB402, .term = check_early_undo, .kinds = KIND(EXPR_FIELD)};
