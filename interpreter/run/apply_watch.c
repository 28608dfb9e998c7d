/* Events about watches and conditions: what they change in the state. */
#include "run/apply.h"
#include "run/watch.h"

static void attend_monitors(struct run *r, int64_t now_ns)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		const struct step_state *st = spot_state(r->live[i]);

		if (st->monitor && st->phase == PHASE_RUNNING && now_ns >= st->monitor_end_ns)
			flow_attend(r, r->live[i]);
	}
}

void apply_sample_started(struct run *r, const struct event *e)
{
	struct watch_state *w = &r->watches[e->index - 1];
	struct spot s = {r->root, w->node};

	w->is_in_flight = true;
	w->tick_ns = e->tick_ns;
	w->next_tick_ns = e->tick_ns + w->every_ns;
	arena_reset(&w->arena);
	spot_state(s)->is_failing = false;
	flow_reset(r, s);
	/* The attempt of a sample is its number: a scripted world tells them apart by it. */
	if (w->node + 1 < r->plan->nodes[w->node].end)
		spot_state((struct spot){r->root, w->node + 1})->attempts = w->sample_count;
	w->sample_count++;
	flow_open(r, s);
	flow_timer(r, s, w->next_tick_ns);
}

/* Reasons are few and outlive the sample: each is kept once. */
static const char *keep_unknown(struct run *r, const struct samples_ring *ring, struct str reason)
{
	const struct sample *last = samples_last(ring);

	if (last && last->unknown && str_is(reason, last->unknown))
		return last->unknown;
	return arena_copy(r->arena, reason.at, reason.len);
}

static void add_sample(struct run *r, struct watch_state *w, const struct event *e)
{
	struct sample s = {.at_ns = e->tick_ns};

	switch (e->value.kind) {
	case VALUE_INT:
		s.number = (double)e->value.integer;
		break;
	case VALUE_FLOAT:
		s.number = e->value.number;
		break;
	case VALUE_BOOL:
		s.number = e->value.boolean;
		s.is_boolean = true;
		break;
	default:
		s.unknown = keep_unknown(r, &w->ring,
			e->value.kind == VALUE_UNKNOWN ? str_of(e->value.unknown) : STR("unknown"));
	}
	samples_add(&w->ring, s);
	if (!s.unknown) {
		w->known_ns = e->tick_ns;
		w->is_blind = false;
	} else if (!w->is_blind && e->tick_ns - w->known_ns >= w->max_gap_ns) {
		w->is_blind = true;
		w->blind_ns = e->tick_ns;
	}
}

void apply_sample(struct run *r, const struct event *e)
{
	struct watch_state *w = &r->watches[e->index - 1];
	struct spot s = {r->root, w->node};
	const struct sample *last = samples_last(&w->ring);

	if (w->is_in_flight && e->tick_ns == w->tick_ns) {
		w->is_in_flight = false;
		flow_finish(r, s, STEP_OK);
	} else {
		w->next_tick_ns = e->tick_ns + w->every_ns;
	}
	flow_timer(r, s, w->next_tick_ns);
	/* Late: a newer tick is known to have brought nothing. */
	if (last && e->tick_ns <= last->at_ns)
		return;
	w->has_answered |= !e->reason || strcmp(e->reason, "missed") != 0;
	add_sample(r, w, e);
	conditions_due(r, (uint32_t)(e->index - 1), e->tick_ns);
	attend_monitors(r, e->time_ns);
}

void apply_condition(struct run *r, const struct event *e)
{
	struct condition_state *c = &r->conditions[e->index - 1];
	bool any = false;

	if (strcmp(e->phase, "muted") == 0) {
		c->is_muted = true;
		return;
	}
	c->is_due = false;
	condition_tick(c,
		e->value.kind != VALUE_BOOL ? TICK_UNKNOWN
		: e->value.boolean	    ? TICK_TRUE
					    : TICK_FALSE,
		e->tick_ns);
	if (e->value.kind != VALUE_BOOL && !(c->why && str_is(e->message, c->why)))
		c->why = keep_message(r->arena, e->message);
	/* What fires while the run turns back already, or only observes, is recorded and no more.
	 */
	if (c->phase == CONDITION_FIRING &&
		(r->stage != STAGE_MAIN || r->is_rolling_back || c->is_muted ||
			c->rule->mode == CONDITION_OBSERVE))
		c->was_decided = true;
	for (uint32_t i = 0; i < r->condition_count; i++)
		any |= r->conditions[i].is_due && !r->conditions[i].is_over;
	r->any_condition_due = any;
	if (c->owner_node != NODE_NONE && c->phase == CONDITION_FIRING)
		flow_attend(r, (struct spot){r->frames[c->owner], c->owner_node});
	attend_monitors(r, e->time_ns);
}

void apply_blind(struct run *r, const struct event *e)
{
	struct watch_state *w = &r->watches[e->index - 1];

	w->blind_told = w->is_blind;
	if (!w->is_blind)
		attend_monitors(r, e->time_ns);
}
