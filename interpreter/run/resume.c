#include "run/resume.h"

#include "run/apply.h"
#include "run/lost.h"
#include "run/record_value.h"

/* The record has them masked and without what JSON cannot say. */
static void make_usable(struct arena *a, struct event *e)
{
	struct value *const values[] = {
		&e->result, &e->outputs, &e->inputs, &e->vars, &e->items, &e->value};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		*values[i] = record_value_usable(a, values[i]);
	/* Headers are found in any case; JSON does not say so. */
	for (size_t i = 0; e->result.kind == VALUE_MAP && i < e->result.map->count; i++) {
		struct entry *entry = &e->result.map->entries[i];

		if (entry->value.kind == VALUE_MAP && str_is(entry_key(entry), "headers"))
			entry->value.flags |= VALUE_FOLDED;
	}
}

static bool asks_world(const struct run *r, const struct event *e)
{
	return action_asks_world(r->plan->nodes[e->node].action);
}

/* While the run was stopping, only the ends of what ran are of worth. One that was cancelled has an
 * end that nobody knows: it may have done half its work. */
static bool is_kept_of_stopping(const struct run *r, struct event *e)
{
	if (e->kind != EVENT_ATTEMPT_FINISHED || !asks_world(r, e))
		return false;
	if (e->reason && strcmp(e->reason, "cancelled") == 0) {
		e->reason = REASON_LOST;
		e->message = STR("it was stopped with the run");
		e->was_sent = true;
	}
	return true;
}

static bool begins_stopping(const struct run *r, const struct event *e)
{
	if (e->kind == EVENT_RUN_FINISHED)
		return e->status == RUN_INTERRUPTED || e->status == RUN_HELD;
	return e->kind == EVENT_HOLD || (e->kind == EVENT_SIGNAL && signal_ends_run(r, e));
}

bool replay_is_stopping(const struct run *r, const struct event *e, bool before)
{
	return e->kind != EVENT_RUN_RESUMED && (before || begins_stopping(r, e));
}

static bool is_within_plan(const struct run *r, const struct event *e)
{
	return e->node < r->plan->count && e->frame < r->frame_count &&
	       (size_t)e->index <= (size_t)r->condition_count + r->watch_count;
}

void replay_event(struct replay *p, struct arena *a, struct event *e)
{
	struct run *r = p->run;

	if (!is_within_plan(r, e))
		return;
	if (e->child > p->children)
		p->children = e->child;
	p->is_stopping = replay_is_stopping(r, e, p->is_stopping);
	if (!p->is_stopping || is_kept_of_stopping(r, e)) {
		make_usable(a, e);
		state_apply(r, e);
	}
	if (e->seq > r->seq)
		r->seq = e->seq;
	if (e->time_ns > r->now_ns)
		r->now_ns = e->time_ns;
}
