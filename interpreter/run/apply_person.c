/* Events about people who are asked: what they change in the state. */
#include "run/apply.h"
#include "run/request.h"

/* In what turns back or cleans up nobody is waited for. */
bool apply_is_for_nobody(const struct run *r, const struct event *e)
{
	return e->reason && strcmp(e->reason, UNANSWERED) == 0 && r->stage == STAGE_MAIN &&
	       !r->is_rolling_back;
}

void apply_park(struct run *r, struct spot s)
{
	spot_state(s)->phase = PHASE_PARKED;
	spot_state(s)->status = STEP_WAITING;
	r->parked++;
	if (spot_is_stopping(r, s))
		flow_attend(r, s);
}

void apply_step_ask(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);

	st->phase = PHASE_ASKING;
	if (e->node == 0) {
		r->interrupt_asked = true;
		return;
	}
	flow_withdraw(s);
	flow_timer(r, s, NS_NEVER);
	st->status = STEP_WAITING;
	st->reason = keep_reason(spot_arena(r, s), e->reason);
	st->message = keep_message(spot_arena(r, s), e->message);
}

/* What ended while the answer was awaited did not end the run. */
static void end_main_if_done(struct run *r)
{
	struct spot main = {r->root, r->plan->main};

	if (spot_state(main)->phase == PHASE_OPEN && !spot_state(main)->open)
		flow_attend(r, main);
}

/* A `confirm` that needs more people, or was answered by somebody who may not. */
static void apply_approval(struct run *r, struct spot s, const struct event *e)
{
	struct step_state *st = spot_state(s);
	struct arena *a = spot_arena(r, s);

	if (e->result.kind == VALUE_MAP) {
		if (!st->approvals)
			st->approvals = value_list(a).list;
		list_add(a, st->approvals, value_deep_copy(a, &e->result));
	}
	flow_withdraw(s);
	if (!e->reason) {
		flow_ready(r, s);
		return;
	}
	st->reason = keep_reason(a, e->reason);
	st->message = keep_message(a, e->message);
	/* It keeps its time: a question with a default is answered by it. */
	apply_timer(r, s, NS_NEVER, true);
	apply_park(r, s);
}

void apply_step_answered(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);

	if (st->phase == PHASE_JUDGED) {
		apply_approval(r, s, e);
		return;
	}
	st->phase = PHASE_ANSWERED;
	if (e->node == 0) {
		r->interrupt_answer = e->text.len ? keep_message(r->arena, e->text) : "hold";
		/* Going on: the next one asks again. */
		if (strcmp(r->interrupt_answer, "go on") == 0) {
			r->interrupts = 0;
			r->interrupt_asked = false;
			r->interrupt_answer = NULL;
			end_main_if_done(r);
		}
		return;
	}
	if (apply_is_for_nobody(r, e)) {
		apply_park(r, s);
		return;
	}
	st->answer = e->text.len ? keep_message(spot_arena(r, s), e->text) : "stop";
	flow_attend(r, s);
}
