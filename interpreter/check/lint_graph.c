/*
 * Who runs when, and whether at all: reads that race, results that may be missing, branches that
 * are never taken, needs that say nothing.
 */
#include "check/lint_rules.h"

#include "check/order.h"

/* ---- reads that race --------------------------------------------------------------------------
 */

static void tell_race(
	struct check *c, const struct code *code, const struct expr *e, const struct step *step)
{
	struct diagnostic *told = diagnose(c->d, RB304, expr_span(code, e),
		"`%.*s` may still be running when this is read", STR_ARGS(step->id));

	diagnostic_label(c->d, told, step->id_span, "nothing orders it before");
	diagnostic_hint(c->d, told, "`needs: [%.*s]` waits for it", STR_ARGS(step->id));
}

static void check_race(struct check *c, const struct code *code, const struct term *t)
{
	const struct reader *r = code->reader;
	struct target target;

	if (r->node == NODE_NONE || r->section != SECTION_MAIN || code->place == PLACE_UNTIL ||
		code->place == PLACE_HINT || code_root(c, code, t->e->object) != ROOT_STEPS ||
		!book_step(c, r->book, t->e->name, &target) || target.node == NODE_NONE ||
		target.section != SECTION_MAIN || !target.step->id.len)
		return;
	if (t->above && t->above->e->kind == EXPR_FIELD &&
		(str_is(t->above->e->name, "attempts") || str_is(t->above->e->name, "duration")))
		return;
	if (order_is_open(c, code, target.node))
		tell_race(c, code, t->e, target.step);
}

const struct rule lint_races = {.id = RB304, .term = check_race, .kinds = KIND(EXPR_FIELD)};

/* ---- results of steps that may be skipped -----------------------------------------------------
 */

static bool is_branch(const struct plan *p, uint32_t node)
{
	uint32_t parent = p->nodes[node].parent;

	return parent != NODE_NONE && p->nodes[parent].action == ACTION_CHOOSE;
}

/* The `if` of the node or of what is around it that is not around `other`; NODE_NONE: none. */
static uint32_t condition_above(const struct plan *p, uint32_t node, uint32_t other)
{
	for (uint32_t up = node; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct step *s = p->nodes[up].step;

		if (other != NODE_NONE && plan_is_within(p, other, up))
			return NODE_NONE;
		if (s && (s->only_if || is_branch(p, up)))
			return up;
	}
	return NODE_NONE;
}

static bool is_around_conditional(const struct reader *r)
{
	for (const struct around *a = r->around; a; a = a->outer) {
		if (a->step->only_if)
			return true;
	}
	return r->step && r->step->only_if;
}

static void check_skipped(struct check *c, const struct code *code, const struct term *t)
{
	const struct reader *r = code->reader;
	const struct plan *p = c->plan;
	struct target target;
	uint32_t conditional;
	struct diagnostic *told;

	if (code->place != PLACE_ARGUMENT || r->anchor == NODE_NONE ||
		field_is_always_there(t->e->name) || !term_needs_value(t) ||
		code_root(c, code, t->e->object) != ROOT_NONE || t->e->object->kind != EXPR_FIELD ||
		!code_step(c, code, t->e->object, &target) || target.node == NODE_NONE ||
		!target.step->id.len || target.section != SECTION_MAIN ||
		is_around_conditional(r) || condition_above(p, r->anchor, target.node) != NODE_NONE)
		return;
	conditional = condition_above(p, target.node, r->anchor);
	if (conditional == NODE_NONE || !p->nodes[conditional].step->only_if)
		return;
	told = diagnose(c->d, RB222, expr_span(code, t->e),
		"`%s` is nothing when `%.*s` is skipped", expr_text(c, code, t->e),
		STR_ARGS(target.step->id));
	diagnostic_label(c->d, told,
		origin_span(&p->nodes[conditional].step->only_if->origin, 0,
			p->nodes[conditional].step->only_if->text.len),
		"it only runs if this holds");
	diagnostic_note(c->d, told, "filling in nothing is an error of this step");
	diagnostic_hint(c->d, told, "give this step the same `if`, or another value: `%s or \"…\"`",
		expr_text(c, code, t->e));
}

const struct rule lint_skipped = {.id = RB222, .term = check_skipped, .kinds = KIND(EXPR_FIELD)};

/* ---- branches that are never taken ------------------------------------------------------------
 */

static bool is_true(const struct check *c, const struct guard *g)
{
	struct eval ev = {.arena = (struct arena *)&c->arena};
	const char *why;

	return g && g->expr && expr_is_constant(g->expr) &&
	       guard_test(&ev, g, &why) == VERDICT_TRUE;
}

static bool is_same(struct check *c, const struct guard *x, const struct guard *y)
{
	struct strbuf a = {0}, b = {0};
	bool same;

	(void)c;
	expr_print(&a, x->expr);
	expr_print(&b, y->expr);
	same = str_equal(strbuf_str(&a), strbuf_str(&b));
	strbuf_release(&a);
	strbuf_release(&b);
	return same;
}

#define BRANCHES_COMPARED 64

static void check_branches(struct check *c, const struct step_list *branches)
{
	for (size_t i = 1; i < branches->count && i < BRANCHES_COMPARED; i++) {
		const struct guard *g = branches->items[i]->only_if;

		for (size_t k = 0; k < i; k++) {
			const struct guard *earlier = branches->items[k]->only_if;
			struct diagnostic *told;

			if (!earlier || !earlier->expr)
				continue;
			if (!is_true(c, earlier) && (!g || !g->expr || !is_same(c, g, earlier)))
				continue;
			told = diagnose(c->d, RB303,
				g ? origin_span(&g->origin, 0, g->text.len)
				  : branches->items[i]->span,
				"this branch never runs: the one before it is taken");
			diagnostic_label(c->d, told,
				origin_span(&earlier->origin, 0, earlier->text.len),
				"holds whenever this one does");
			break;
		}
	}
}

static void check_choose(struct check *c, const struct reader *r)
{
	if (r->step->action == ACTION_CHOOSE && r->step->steps)
		check_branches(c, r->step->steps);
}

const struct rule lint_branches = {.id = RB303, .step = check_choose};

/* ---- needs that say nothing -------------------------------------------------------------------
 */

/* One that another need waits for already. */
static void check_needs(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;

	if (r->node == NODE_NONE || s->needs.count < 2 || s->needs.count > 64)
		return;
	for (size_t i = 0; i < s->needs.count; i++) {
		uint32_t node = plan_step(c->plan, r->book->unit, s->needs.items[i]);

		for (size_t k = 0; k < s->needs.count; k++) {
			uint32_t other = plan_step(c->plan, r->book->unit, s->needs.items[k]);

			if (i == k || node == NODE_NONE || other == NODE_NONE ||
				(node == other ? i < k : !order_waits_for(c, other, node)))
				continue;
			diagnose(c->d, RB305, s->needs.spans[i],
				"`%.*s` says nothing new: `%.*s` waits for it already",
				STR_ARGS(s->needs.items[i]), STR_ARGS(s->needs.items[k]));
			break;
		}
	}
}

const struct rule lint_needs = {.id = RB305, .step = check_needs};
