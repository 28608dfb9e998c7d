/*
 * Who reads what: a step whose output no guard can see need not keep it in memory, and an `if` that
 * reads no item is answered once for all items.
 */
#include "plan/build.h"
#include "plan/visit.h"

static const char *const output_names[] = {"stdout", "stderr", "lines", "json", "body", "headers"};

static bool is_output_name(struct str name)
{
	for (size_t i = 0; i < sizeof(output_names) / sizeof(output_names[0]); i++) {
		if (str_is(name, output_names[i]))
			return true;
	}
	return false;
}

struct read_search {
	struct guard_visitor visitor;
	struct plan *p;
	uint32_t node;
	enum guard_place place;
	struct str as;
	bool reads_any; /* `steps[name]`: any of them */
};

static bool is_steps(const struct expr *e)
{
	return e && e->kind == EXPR_NAME && str_is(e->name, "steps");
}

/* `e` is a whole step, `above` what is taken of it: of `steps.x.ok` nothing has to be kept. */
static void mark_step(
	struct plan *p, uint32_t target, const struct expr *e, const struct expr *above)
{
	bool is_plain = above && above->kind == EXPR_FIELD && above->object == e &&
			!is_output_name(above->name) && !str_is(above->name, "items");

	if (target != NODE_NONE)
		p->nodes[target].is_read = true;
	if (target != NODE_NONE && !is_plain)
		p->nodes[target].reads_output = true;
}

static void mark_name(struct read_search *s, const struct expr *e, const struct expr *above)
{
	struct node *n = &s->p->nodes[s->node];

	if (str_is(e->name, "steps"))
		s->reads_any = true;
	else if (str_is(e->name, "self"))
		mark_step(s->p, plan_undone_step(s->p, s->node), e, above);
	if (s->place >= PLACE_RESULT && is_output_name(e->name))
		n->reads_output = true;
	if (s->place == PLACE_IF && (str_is(e->name, "item") || str_is(e->name, "index") ||
					    (s->as.len && str_equal(e->name, s->as))))
		n->reads_items = true;
}

/* Parents come first, so that `steps` is not met again below a `steps.x`. */
static void mark_expr(struct read_search *s, const struct expr *e, const struct expr *above)
{
	const struct expr *child;

	if (e->kind == EXPR_FIELD && is_steps(e->object)) {
		mark_step(s->p, plan_step(s->p, s->p->nodes[s->node].unit, e->name), e, above);
		return;
	}
	if (e->kind == EXPR_NAME)
		mark_name(s, e, above);
	for (size_t i = 0; (child = expr_child(e, i)) != NULL; i++)
		mark_expr(s, child, e);
}

static void mark_guard(struct guard_visitor *v, const struct step *step, enum guard_place place,
	const struct guard *code)
{
	struct read_search *s = (struct read_search *)v;

	(void)step;
	s->place = place;
	mark_expr(s, code->expr, NULL);
}

/* ---- guards that no step has --------------------------------------------------------------------
 */

/* As if `node` had it. */
static void mark_loose(
	struct read_search *s, uint32_t node, enum guard_place place, const struct guard *code)
{
	s->node = node;
	s->place = place;
	s->as = (struct str){0};
	if (code && code->expr)
		mark_expr(s, code->expr, NULL);
}

static void mark_conditions(struct read_search *s, uint32_t node, const struct record_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mark_loose(s, node, PLACE_ARGUMENT, ((struct condition *)list->items[i])->holds);
}

/* A node that sees the names of a file; NODE_NONE: the file has no steps. */
static uint32_t inside(const struct plan *p, const struct unit *u)
{
	uint32_t node = u->node + 1;

	return node < p->count && p->nodes[node].unit == u ? node : NODE_NONE;
}

static void mark_turn(struct read_search *s)
{
	const struct plan *p = s->p;

	for (uint32_t i = 0; i < p->watch_count; i++)
		mark_loose(s, p->watches[i].node + 1, PLACE_RESULT, p->watches[i].watch->value);
	for (uint32_t i = 0; i < p->condition_count; i++) {
		uint32_t node = inside(p, p->conditions[i].unit);

		if (node != NODE_NONE)
			mark_loose(s, node, PLACE_ARGUMENT, p->conditions[i].rule->holds);
	}
}

static void mark_book(struct read_search *s, const struct runbook *book, uint32_t node)
{
	for (size_t i = 0; i < book->outputs.count; i++)
		mark_loose(s, node, PLACE_ARGUMENT,
			&((struct named_guard *)book->outputs.items[i])->guard);
}

/* The result of a `choose` is its branch's, the result of a module its outputs'. */
static void pass_down(struct plan *p, bool reads_any)
{
	for (uint32_t i = 0; i < p->count; i++) {
		struct node *n = &p->nodes[i];

		bool is_branch =
			n->parent != NODE_NONE && p->nodes[n->parent].action == ACTION_CHOOSE;

		n->is_read |= reads_any || (is_branch && p->nodes[n->parent].is_read);
		n->reads_output |= reads_any || (is_branch && p->nodes[n->parent].reads_output);
	}
}

void plan_mark_reads(struct plan *p)
{
	struct read_search s = {.visitor = {.visit = mark_guard}, .p = p};

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *step = p->nodes[i].step;

		if (!step)
			continue;
		s.node = i;
		s.as = step->more ? step->more->as : (struct str){0};
		visit_step(&s.visitor, step);
		if (step->action == ACTION_MONITOR)
			mark_conditions(&s, i, &step->monitor->fail);
	}
	mark_turn(&s);
	for (uint32_t i = 0; i < p->unit_count; i++) {
		uint32_t node = inside(p, p->units[i]);

		/* A module's outputs see the names inside it. */
		if (node != NODE_NONE)
			mark_book(&s, p->units[i]->book, node);
	}
	pass_down(p, s.reads_any);
}
