/*
 * Steps that are read before they can have run.
 *
 * Certain are: the step itself and what is around it, what comes later in a sequence, in another
 * branch, in a later section, and what waits for the reader by way of `needs`. What may run at the
 * same time may be read.
 */
#include "check/order.h"

/* ---- the graph --------------------------------------------------------------------------------
 */

/*
 * As in plan/order.c each node is two points: its start (2n) and its end (2n + 1). A start waits
 * for the start of what is around it and the ends of its needs; an end waits for its own start and
 * the ends of what is inside. `rank` numbers the points so that each waits for lower ones only:
 * what ranks below the goal of a search cannot lead there.
 */
struct order {
	bool has_cycle; /* told by the plan; nothing can be said then */
	uint32_t *rank;
	uint32_t *seen; /* by the search with this number */
	uint32_t *stack;
	uint32_t search;
	uint64_t visited; /* points, in all searches */
};

/* Searches are short but for graphs made to be hard; there, some of what could be told is not. */
#define VISITED_MAX 20000000u

static void count_waits(const struct plan *p, uint32_t *waits)
{
	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];
		waits[2 * i] += n->need_count + (n->parent != NODE_NONE);
		waits[2 * i + 1]++;
		if (n->parent != NODE_NONE)
			waits[2 * n->parent + 1]++;
	}
}

/* The points that wait for `point` have one less to wait for; those with none left are next. */
static size_t release(
	const struct plan *p, uint32_t point, uint32_t *waits, uint32_t *queue, size_t count)
{
	uint32_t node = point / 2;
	const struct node *n = &p->nodes[node];
#define LESS(at)                                                                                   \
	do {                                                                                       \
		if (--waits[at] == 0)                                                              \
			queue[count++] = (at);                                                     \
	} while (0)
	if (point % 2 == 0) {
		LESS(point + 1);
		for (uint32_t i = node + 1; i < n->end; i = p->nodes[i].end)
			LESS(2 * i);
		return count;
	}
	for (uint32_t k = 0; k < n->follower_count; k++)
		LESS(2 * p->edges[n->followers + k]);
	if (n->parent != NODE_NONE)
		LESS(2 * n->parent + 1);
#undef LESS
	return count;
}

static void order_make(struct check *c)
{
	const struct plan *p = c->plan;
	struct order *o = arena_new(&c->arena, struct order);
	size_t points = (size_t)p->count * 2, count = 0;
	uint32_t *waits = arena_array(&c->arena, points, sizeof *waits);
	o->rank = arena_array(&c->arena, points, sizeof *o->rank);
	o->seen = arena_array(&c->arena, points, sizeof *o->seen);
	o->stack = arena_array(&c->arena, points, sizeof *o->stack);
	count_waits(p, waits);
	for (uint32_t i = 0; i < points; i++) {
		if (!waits[i])
			o->stack[count++] = i;
	}
	for (size_t i = 0; i < count; i++) {
		o->rank[o->stack[i]] = (uint32_t)i;
		count = release(p, o->stack[i], waits, o->stack, count);
	}
	o->has_cycle = count < points;
	c->order = o;
}

struct search {
	struct order *order;
	uint32_t goal; /* a rank */
	size_t count;  /* on the stack */
};

static void push(struct search *s, uint32_t point)
{
	struct order *o = s->order;
	if (o->seen[point] == o->search || o->rank[point] < s->goal)
		return;
	o->seen[point] = o->search;
	o->stack[s->count++] = point;
	o->visited++;
}

static void push_awaited(const struct plan *p, struct search *s, uint32_t point)
{
	uint32_t node = point / 2;
	const struct node *n = &p->nodes[node];
	if (point % 2 == 0) {
		for (uint32_t k = 0; k < n->need_count; k++)
			push(s, p->edges[n->needs + k] * 2 + 1);
		if (n->parent != NODE_NONE)
			push(s, n->parent * 2);
		return;
	}
	push(s, point - 1);
	/* Steps of another file wait for nothing in this one. */
	for (uint32_t i = node + 1; !n->inner && i < n->end; i = p->nodes[i].end)
		push(s, 2 * i + 1);
}

bool order_waits_for(struct check *c, uint32_t step, uint32_t reader)
{
	const struct plan *p = c->plan;
	if (!c->order)
		order_make(c);
	struct order *o = c->order;
	if (o->has_cycle || o->visited > VISITED_MAX)
		return false;
	struct search s = {.order = o, .goal = o->rank[2 * reader + 1]};
	o->search++;
	push(&s, 2 * step);
	while (s.count) {
		uint32_t point = o->stack[--s.count], node = point / 2;
		if (point % 2 && plan_is_within(p, reader, node))
			return true;
		push_awaited(p, &s, point);
	}
	return false;
}

/* ---- two steps of a file ----------------------------------------------------------------------
 */

static bool is_sequence(const struct node *n)
{
	return n->action == ACTION_STEPS || n->action == ACTION_USES || n->action == ACTION_CALL;
}

/* The innermost node around both, and what of it is around each. */
static uint32_t fork_of(const struct plan *p, uint32_t one, uint32_t other, uint32_t *one_side,
	uint32_t *other_side)
{
	uint32_t up = one;
	while (!plan_is_within(p, other, up)) {
		*one_side = up;
		up = p->nodes[up].parent;
	}
	for (uint32_t at = other; at != up; at = p->nodes[at].parent)
		*other_side = at;
	return up;
}

/* Neither is around the other. */
static enum order_answer compare_apart(
	struct check *c, const struct book *b, uint32_t reader, uint32_t step)
{
	const struct plan *p = c->plan;
	uint32_t reader_side = reader, step_side = step;
	uint32_t fork = fork_of(p, reader, step, &reader_side, &step_side);
	const struct node *n = &p->nodes[fork];
	if (p->nodes[reader_side].role == ROLE_CHECK)
		return ORDER_LATER; /* a `check` goes before all else */
	if (p->nodes[step_side].role == ROLE_CHECK)
		return ORDER_FINE;
	if (n->action == ACTION_CHOOSE)
		return ORDER_OTHER_BRANCH;
	if (b->has_needs)
		return order_waits_for(c, step, reader) ? ORDER_LATER : ORDER_FINE;
	return is_sequence(n) && step_side > reader_side ? ORDER_LATER : ORDER_FINE;
}

/* A `check` has run when the action is prepared, what is inside a group has not. */
static bool is_done_check(const struct plan *p, const struct code *code, uint32_t step)
{
	const struct node *n = &p->nodes[code->reader->node];
	return n->check != NODE_NONE && plan_is_within(p, step, n->check) &&
	       (code->place == PLACE_ARGUMENT || code->place == PLACE_UNTIL);
}

enum order_answer order_of_nodes(struct check *c, const struct code *code, uint32_t step)
{
	const struct plan *p = c->plan;
	uint32_t reader = code->reader->node;
	bool is_after = code->place == PLACE_RESULT || code->place == PLACE_HINT;
	if (step == reader)
		return is_after ? ORDER_FINE : ORDER_ITSELF;
	if (plan_is_within(p, reader, step))
		return ORDER_AROUND;
	if (plan_is_within(p, step, reader))
		return is_after || is_done_check(p, code, step) ? ORDER_FINE : ORDER_INSIDE;
	return compare_apart(c, code->reader->book, reader, step);
}

bool order_is_open(struct check *c, const struct code *code, uint32_t step)
{
	const struct plan *p = c->plan;
	uint32_t reader = code->reader->node, reader_side = reader, step_side = step, fork;
	if (plan_is_within(p, reader, step) || plan_is_within(p, step, reader))
		return false;
	fork = fork_of(p, reader, step, &reader_side, &step_side);
	if (p->nodes[reader_side].role == ROLE_CHECK || p->nodes[step_side].role == ROLE_CHECK ||
		p->nodes[fork].action == ACTION_CHOOSE)
		return false;
	if (!code->reader->book->has_needs)
		return p->nodes[fork].action == ACTION_PARALLEL;
	if (order_waits_for(c, reader, step) || order_waits_for(c, step, reader))
		return false;
	return c->order && !c->order->has_cycle && c->order->visited <= VISITED_MAX;
}
