/* Somebody goes on with a run that had stopped: what that changes in the state. */
#include "run/apply.h"
#include "run/lost.h"
#include "run/request.h"
#include "run/watch.h"

static void forget_interrupts(struct run *r)
{
	struct step_state *root = spot_state((struct spot){r->root, 0});

	r->signal = 0;
	r->interrupts = 0;
	r->interrupt_asked = false;
	r->interrupt_answer = NULL;
	r->stop_after_current = false;
	if (root->phase == PHASE_ASKING || root->phase == PHASE_ANSWERED)
		root->phase = PHASE_IDLE;
}

/* Nobody was watching: the time between is unknown time, and the next sample is due at once. */
static void watch_again(struct run *r, uint32_t index, int64_t now_ns)
{
	struct watch_state *w = &r->watches[index];
	const struct sample *last = samples_last(&w->ring);

	if (!w->is_armed)
		return;
	if (!last || last->at_ns < now_ns - 1)
		samples_add(&w->ring,
			(struct sample){.at_ns = now_ns - 1, .unknown = "nobody was watching"});
	w->is_in_flight = w->is_blind = w->blind_told = false;
	w->known_ns = w->next_tick_ns = now_ns;
	flow_timer(r, (struct spot){r->root, w->node}, now_ns);
}

/* One that fired and was held for a person: going on is the person's answer, until it clears. */
static void settle_condition(struct condition_state *c, int64_t now_ns, bool goes_on)
{
	if (c->has_ticked && !c->is_over && c->phase != CONDITION_FIRING)
		condition_tick(c, TICK_UNKNOWN, now_ns);
	if (c->phase == CONDITION_FIRING && goes_on)
		c->was_decided = c->is_accepted = true;
	c->is_due = false;
}

/* A monitor whose time was up has not passed by what it saw: it looks for its whole time again. */
static void monitor_again(struct run *r, int64_t now_ns)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		struct spot s = r->live[i];
		struct step_state *st = spot_state(s);

		if (!st->monitor || st->phase != PHASE_RUNNING || st->monitor_end_ns > now_ns)
			continue;
		monitor_end(r, s);
		st->monitor_end_ns += now_ns - st->attempt_ns;
		st->attempt_ns = now_ns;
		monitor_begin(r, s);
		apply_timer(r, s, st->monitor_end_ns, true);
	}
}

/* A question that nobody answered is asked again. */
static void ask_again(struct run *r)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		struct step_state *st = spot_state(r->live[i]);

		if (st->phase != PHASE_PARKED && st->phase != PHASE_ASKING)
			continue;
		r->parked -= st->phase == PHASE_PARKED;
		if (st->phase == PHASE_PARKED && strcmp(st->reason, UNANSWERED) == 0)
			st->reason = REASON_LOST;
		else
			st->was_asked = true;
		st->phase = PHASE_JUDGED;
		flow_attend(r, r->live[i]);
	}
}

/* ---- going back by hand -----------------------------------------------------------------------
 */

static void reset_section(struct run *r, uint32_t node)
{
	struct spot s = {r->root, node};

	if (node == NODE_NONE)
		return;
	flow_reset(r, s);
	*spot_state(s) = (struct step_state){
		.stamp = spot_state(s)->stamp + 1, .timer_stamp = spot_state(s)->timer_stamp + 1};
}

/* What could not be undone is tried once more. */
static void reset_failed_undos(struct run *r)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		struct frame *frame = r->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			uint32_t undo = r->plan->nodes[frame->first + i].undo;
			struct spot s = {frame, undo};

			frame->steps[i].is_blocked = false;
			if (undo == NODE_NONE || spot_state(s)->status == STEP_OK ||
				spot_state(s)->status == STEP_WARNED)
				continue;
			flow_reset(r, s);
			*spot_state(s) = (struct step_state){.stamp = spot_state(s)->stamp + 1,
				.timer_stamp = spot_state(s)->timer_stamp + 1};
		}
	}
}

static void reset_verify(struct condition_state *c)
{
	if (c->is_verify)
		*c = (struct condition_state){.rule = c->rule,
			.unit = c->unit,
			.is_verify = true,
			.owner_node = NODE_NONE,
			.watches = c->watches,
			.is_over = true};
}

static void want_undoing(struct run *r)
{
	r->wants_undoing = true;
	r->is_aborted = false; /* what was left as it is then is not to stay any more */
	if (r->is_rolling_back && !r->is_over)
		return;				  /* it is on its way already */
	flow_withdraw((struct spot){r->root, 0}); /* the end of the run was due there */
	reset_section(r, r->plan->before);
	reset_section(r, r->plan->after);
	reset_section(r, r->plan->finally);
	reset_failed_undos(r);
	r->is_rolling_back = r->is_held = r->is_unfinished = r->undo_is_running = false;
	r->stage = STAGE_MAIN;
	r->undo_next = r->undo_count = 0;
	r->left = value_nil();
	for (uint32_t i = 0; i < r->plan->condition_count; i++)
		reset_verify(&r->conditions[i]);
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

void apply_run_resumed(struct run *r, const struct event *e)
{
	const char *how = e->phase ? e->phase : "resume";
	bool goes_on = strcmp(how, "resume") == 0;

	forget_interrupts(r);
	ask_again(r);
	r->asked_by = keep_text(r->arena, e->by);
	for (uint32_t i = 0; i < r->watch_count; i++)
		watch_again(r, i, e->time_ns);
	for (uint32_t i = 0; i < r->condition_count; i++)
		settle_condition(&r->conditions[i], e->time_ns, goes_on && !r->is_rolling_back);
	r->any_condition_due = false;
	monitor_again(r, e->time_ns);
	if (strcmp(how, "abort") == 0) {
		r->is_aborted = true;
		turn_stop_main(r, "aborted");
	} else if (!goes_on) {
		want_undoing(r);
	}
	r->is_over = false;
	/* Once only `finally` is left, how the run ends has been decided. */
	if (r->stage != STAGE_FINALLY)
		r->status = RUN_OPEN;
}
