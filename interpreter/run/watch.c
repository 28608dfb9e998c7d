/* The state half of watch.h: arming, conditions that are due, what a monitor began with. */
#include "run/watch.h"

#include "plan/visit.h"
#include "run/flow.h"
#include "run/late.h"

/* ---- which watches a guard reads ------------------------------------------------------------ */

struct read_set {
	const struct plan *plan;
	const struct unit *unit;
	uint64_t watches;
	bool reads_steps;
};

static uint64_t watch_bit(uint32_t index)
{
	return UINT64_C(1) << (index < 63 ? index : 63);
}

static void collect_reads(void *context, const struct expr *e)
{
	struct read_set *set = context;

	if (e->kind == EXPR_NAME && str_is(e->name, "steps"))
		set->reads_steps = true;
	if (e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME ||
		!str_is(e->object->name, "watch"))
		return;
	for (uint32_t i = 0; i < set->plan->watch_count; i++) {
		const struct plan_watch *w = &set->plan->watches[i];

		if (w->unit == set->unit && str_equal(w->watch->name, e->name))
			set->watches |= watch_bit(i);
	}
}

/* ---- conditions ----------------------------------------------------------------------------- */

static struct condition_state *add_condition(
	struct run *r, const struct condition *rule, const struct unit *unit, struct spot owner)
{
	struct read_set set = {.plan = r->plan, .unit = unit};
	struct condition_state *c;

	if (r->condition_count == r->condition_cap) {
		r->condition_cap = r->condition_cap ? r->condition_cap * 2 : 8;
		r->conditions =
			heap_array(r->conditions, r->condition_cap, sizeof(struct condition_state));
	}
	c = &r->conditions[r->condition_count++];
	*c = (struct condition_state){.rule = rule,
		.unit = unit,
		.known_ns = INT64_MIN,
		.owner = owner.frame ? owner.frame->number : 0,
		.owner_node = owner.frame ? owner.node : NODE_NONE};
	if (rule->holds && rule->holds->expr)
		visit_expr(rule->holds->expr, collect_reads, &set);
	c->watches = set.watches;
	r->reads_steps |= !set.watches;
	return c;
}

void conditions_due(struct run *r, uint32_t watch, int64_t tick_ns)
{
	for (uint32_t i = 0; i < r->condition_count; i++) {
		struct condition_state *c = &r->conditions[i];

		if (!(c->watches & watch_bit(watch)) || c->is_over)
			continue;
		c->is_due = r->any_condition_due = true;
		c->due_tick_ns = tick_ns;
	}
}

void conditions_due_of_steps(struct run *r, int64_t now_ns)
{
	for (uint32_t i = 0; r->reads_steps && i < r->condition_count; i++) {
		struct condition_state *c = &r->conditions[i];

		if (c->watches || c->is_over || c->is_verify)
			continue;
		c->is_due = r->any_condition_due = true;
		c->due_tick_ns = now_ns;
	}
}

/* ---- watches -------------------------------------------------------------------------------- */

static void init_watch(struct run *r, uint32_t index)
{
	struct watch_state *w = &r->watches[index];

	*w = (struct watch_state){
		.watch = r->plan->watches[index].watch, .node = r->plan->watches[index].node};
	w->every_ns = w->watch->every_ns == INT64_MIN ? WATCH_EVERY_NS : w->watch->every_ns;
	w->max_gap_ns = w->watch->max_gap_ns == INT64_MIN ? 3 * w->every_ns : w->watch->max_gap_ns;
	samples_init(&w->ring, r->arena, w->every_ns);
	arena_init(&w->arena);
}

void watch_init(struct run *r)
{
	struct spot nobody = {NULL, NODE_NONE};

	r->watch_count = r->plan->watch_count;
	r->watches = arena_array(r->arena, r->watch_count + 1, sizeof(struct watch_state));
	for (uint32_t i = 0; i < r->watch_count; i++)
		init_watch(r, i);
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		const struct plan_condition *known = &r->plan->conditions[i];
		struct condition_state *c = add_condition(r, known->rule, known->unit, nobody);

		c->is_verify = known->is_verify;
		/* Until it is its turn. */
		c->is_over = known->is_verify || known->unit->outer;
	}
}

bool unit_has_begun(const struct run *r, const struct unit *u)
{
	return !u->outer || spot_state((struct spot){r->root, u->node})->has_started;
}

bool verify_counts(const struct run *r, const struct condition_state *c)
{
	return c->is_verify && unit_has_begun(r, c->unit);
}

bool verify_is_asked(const struct run *r)
{
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		if (verify_counts(r, &r->conditions[i]))
			return true;
	}
	return false;
}

void watch_call_begins(struct run *r, uint32_t node, int64_t now_ns)
{
	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct plan_watch *w = &r->plan->watches[i];

		if (w->unit->node == node && w->after == NODE_NONE)
			watch_arm(r, i, now_ns);
	}
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		struct condition_state *c = &r->conditions[i];

		if (c->unit->node == node && !c->is_verify)
			c->is_over = false;
	}
}

void watch_call_ends(struct run *r, uint32_t node)
{
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		if (r->conditions[i].unit->node == node)
			r->conditions[i].is_over = true;
	}
}

void watch_release(struct run *r)
{
	for (uint32_t i = 0; i < r->watch_count; i++)
		arena_release(&r->watches[i].arena);
	free(r->conditions);
}

void watch_arm(struct run *r, uint32_t index, int64_t now_ns)
{
	struct watch_state *w = &r->watches[index];

	if (w->is_armed)
		return;
	w->is_armed = true;
	w->armed_ns = w->known_ns = w->next_tick_ns = now_ns;
	flow_timer(r, (struct spot){r->root, w->node}, now_ns);
}

void watch_arm_after(struct run *r, uint32_t node, int64_t now_ns)
{
	for (uint32_t i = 0; i < r->watch_count; i++) {
		if (r->plan->watches[i].after == node)
			watch_arm(r, i, now_ns);
	}
}

struct watch_state *watch_of_node(struct run *r, uint32_t node)
{
	/* Samples stand behind each other, the last one that begins at or before it has the node.
	 */
	uint32_t i = r->watch_count;

	while (i && r->watches[i - 1].node > node)
		i--;
	return i ? &r->watches[i - 1] : NULL;
}

/* ---- monitors ------------------------------------------------------------------------------- */

void monitor_begin(struct run *r, struct spot s)
{
	const struct monitor_args *args = r->plan->nodes[s.node].step->monitor;
	struct monitor_state *m = arena_new(r->arena, struct monitor_state);

	m->known = arena_array(r->arena, r->watch_count + 1, sizeof(uint64_t));
	m->total = arena_array(r->arena, r->watch_count + 1, sizeof(uint64_t));
	for (uint32_t i = 0; i < r->watch_count; i++) {
		m->known[i] = r->watches[i].ring.known;
		m->total[i] = r->watches[i].ring.total;
	}
	m->first_condition = r->condition_count;
	m->condition_count = (uint32_t)args->fail.count;
	for (size_t i = 0; i < args->fail.count; i++)
		add_condition(r, late_condition(spot_unit(r, s), args->fail.items[i]),
			r->plan->nodes[s.node].unit, s);
	spot_state(s)->monitor = m;
}

void monitor_end(struct run *r, struct spot s)
{
	struct monitor_state *m = spot_state(s)->monitor;

	for (uint32_t i = 0; m && i < m->condition_count; i++)
		r->conditions[m->first_condition + i].is_over = true;
}
