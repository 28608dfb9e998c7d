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
};

static void mark_all(struct plan *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		p->nodes[i].reads_output = true;
}

static bool is_steps(const struct expr *e)
{
	return e && e->kind == EXPR_NAME && str_is(e->name, "steps");
}

/* `steps.x` and what of it: parents are visited first, so the field's row decides and the bare
 * `steps.x` below it is passed over through `seen`. */
static void mark_expr(struct read_search *s, const struct expr *e, const struct expr *above)
{
	const struct expr *child;

	if (e->kind == EXPR_FIELD && is_steps(e->object)) {
		uint32_t target = plan_step(s->p, s->p->nodes[s->node].unit, e->name);
		bool is_plain = above && above->kind == EXPR_FIELD && above->object == e &&
				!is_output_name(above->name) && !str_is(above->name, "items");

		if (target != NODE_NONE && !is_plain)
			s->p->nodes[target].reads_output = true;
		return;
	}
	if (is_steps(e))
		mark_all(s->p); /* `steps[name]`: any of them */
	if (e->kind == EXPR_NAME) {
		if (s->place >= PLACE_RESULT && is_output_name(e->name))
			s->p->nodes[s->node].reads_output = true;
		if (s->place == PLACE_IF && (str_is(e->name, "item") || str_is(e->name, "index") ||
						    (s->as.len && str_equal(e->name, s->as))))
			s->p->nodes[s->node].reads_items = true;
	}
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

static void mark_book(struct read_search *s, const struct runbook *book, uint32_t node)
{
	s->node = node;
	s->place = PLACE_ARGUMENT;
	for (size_t i = 0; i < book->outputs.count; i++) {
		const struct named_guard *g = book->outputs.items[i];

		if (g->guard.expr)
			mark_expr(s, g->guard.expr, NULL);
	}
}

/* The result of a `choose` is its branch's, the result of a module its outputs'. */
static void pass_down(struct plan *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];

		if (n->parent != NODE_NONE && p->nodes[n->parent].action == ACTION_CHOOSE &&
			p->nodes[n->parent].reads_output)
			p->nodes[i].reads_output = true;
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
	}
	for (uint32_t i = 0; i < p->unit_count; i++) {
		const struct unit *u = p->units[i];
		/* A module's outputs see the names inside it. */
		uint32_t inside = u->node + 1 < p->count ? u->node + 1 : u->node;

		if (p->nodes[inside].unit == u)
			mark_book(&s, u->book, inside);
	}
	pass_down(p);
}
