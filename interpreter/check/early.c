/*
 * Telling of steps that are read too early: see order.c.
 */
#include "check/order.h"

static const char *reader_name(struct check *c, const struct reader *r)
{
	if (!r->step)
		return "the condition";
	if (r->node == NODE_NONE)
		return r->step->id.len ? arena_printf(c->d->arena, "`%.*s`", STR_ARGS(r->step->id))
				       : "this step";
	return arena_printf(
		c->d->arena, "`%.*s`", STR_ARGS(plan_name(c->plan, r->node, c->d->arena)));
}

static void label_step(struct check *c, struct diagnostic *told, const struct step *s)
{
	diagnostic_label(c->d, told, s->id_span.file ? s->id_span : s->span, "`%.*s` is here",
		STR_ARGS(s->id));
}

/* How long a step runs and how often it was tried is known while it runs. */
static bool reads_progress(const struct term *t)
{
	const struct expr *above = t->above ? t->above->e : NULL;
	return above && above->kind == EXPR_FIELD &&
	       (str_is(above->name, "attempts") || str_is(above->name, "duration"));
}

static void tell_nodes(struct check *c, const struct code *code, const struct expr *e,
	const struct step *step, enum order_answer answer)
{
	struct span span = expr_span(code, e);
	struct str id = step->id;
	struct diagnostic *told;
	switch (answer) {
	case ORDER_ITSELF:
		told = diagnose(
			c->d, RB213, span, "step `%.*s` is read before it has run", STR_ARGS(id));
		diagnostic_hint(c->d, told,
			"its result has bare names in `expect`, `outputs`, `until` and `retry.if`");
		return;
	case ORDER_AROUND:
		told = diagnose(c->d, RB213, span,
			"`%.*s` is around this step and has not ended by then", STR_ARGS(id));
		break;
	case ORDER_INSIDE:
		told = diagnose(c->d, RB213, span,
			"step `%.*s` is inside this one and runs after this is read", STR_ARGS(id));
		break;
	case ORDER_OTHER_BRANCH:
		told = diagnose(c->d, RB213, span,
			"step `%.*s` is in another branch: only one of them runs", STR_ARGS(id));
		break;
	default:
		told = diagnose(c->d, RB213, span, "step `%.*s` runs after %s", STR_ARGS(id),
			reader_name(c, code->reader));
	}
	label_step(c, told, step);
}

/* ---- sections ---------------------------------------------------------------------------------
 */

static void tell_section(
	struct check *c, const struct code *code, const struct expr *e, const struct target *t)
{
	struct diagnostic *told;
	if (code->reader->section == SECTION_START)
		told = diagnose(c->d, RB213, expr_span(code, e),
			"%s filled in before any step has run", code->reader->what);
	else if (t->section == SECTION_FINALLY)
		told = diagnose(c->d, RB213, expr_span(code, e),
			"step `%.*s` runs in `finally`, after all others", STR_ARGS(t->step->id));
	else if (code->reader->section <= SECTION_WHEN)
		told = diagnose(c->d, RB213, expr_span(code, e),
			"step `%.*s` only runs in a rollback", STR_ARGS(t->step->id));
	else
		told = diagnose(c->d, RB213, expr_span(code, e), "step `%.*s` runs after %s",
			STR_ARGS(t->step->id), reader_name(c, code->reader));
	label_step(c, told, t->step);
}

/* Within the lists around a rollback steps run as they are written. */
static bool is_later_loose(const struct reader *r, const struct target *t)
{
	bool is_list = r->section == SECTION_BEFORE || r->section == SECTION_AFTER;
	return is_list && t->section == r->section && t->top > r->top;
}

static void check_read(struct check *c, const struct code *code, const struct term *t)
{
	const struct reader *r = code->reader;
	struct target target;
	if (r->section == SECTION_ANY || !book_step(c, r->book, t->e->name, &target))
		return;
	if (target.section > r->section || is_later_loose(r, &target)) {
		tell_section(c, code, t->e, &target);
		return;
	}
	if (r->node == NODE_NONE || target.node == NODE_NONE || r->section != target.section)
		return;
	enum order_answer answer = order_of_nodes(c, code, target.node);
	bool runs_now = answer == ORDER_ITSELF || answer == ORDER_AROUND;
	if (answer == ORDER_FINE || (runs_now && reads_progress(t)))
		return;
	tell_nodes(c, code, t->e, target.step, answer);
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

/* `steps`, and `watch` before there are samples. */
static void check_early(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	if (e->kind == EXPR_FIELD) {
		if (code_root(c, code, e->object) == ROOT_STEPS)
			check_read(c, code, t);
		return;
	}
	bool is_field = t->above && t->above->e->kind == EXPR_FIELD;
	enum root root = code->reader->section == SECTION_START ? code_root(c, code, e) : ROOT_NONE;
	if (root == ROOT_WATCH)
		diagnose(c->d, RB213, expr_span(code, is_field ? t->above->e : e),
			"%s filled in before there are samples", code->reader->what);
	else if (root == ROOT_STEPS && !is_field)
		diagnose(c->d, RB213, expr_span(code, e), "%s filled in before any step has run",
			code->reader->what);
}

const struct rule rule_order = {
	.id = RB213, .term = check_early, .kinds = KIND(EXPR_FIELD) | KIND(EXPR_NAME)};
