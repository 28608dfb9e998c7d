/* state_apply(): the only way a run changes. What each event does is in apply_*.c, the rules of
 * movement in flow.c. */
#include "run/apply.h"
#include "run/queue.h"
#include "run/undo.h"
#include "run/watch.h"

#include <signal.h>

static void apply_run_started(struct run *r, const struct event *e)
{
	r->started_wall_ns = e->wall_ns;
	r->root_unit.inputs = value_deep_copy(r->arena, &e->inputs);
	r->root_unit.vars = value_deep_copy(r->arena, &e->vars);
	watch_call_begins(r, 0, e->time_ns);
	turn_open_section(r, r->plan->main, e->time_ns);
}

/* SIGINT is a person: the first asks to stop in order, later ones press. Everybody else wants us
 * gone. */
bool signal_ends_run(const struct run *r, const struct event *e)
{
	bool is_turning_back = r->is_rolling_back && r->stage != STAGE_FINALLY;
	bool is_asking = r->interrupt_asked && !r->interrupt_answer;
	uint32_t interrupts = r->interrupts + 1;

	if (e->signal != SIGINT || r->stage == STAGE_FINALLY || interrupts >= 3)
		return true;
	return !is_turning_back && (r->is_held || (interrupts >= 2 && !is_asking));
}

static void apply_signal(struct run *r, const struct event *e)
{
	bool ends_run = signal_ends_run(r, e);

	r->interrupts += e->signal == SIGINT;
	if (!ends_run) {
		r->stop_after_current = r->is_rolling_back && r->interrupts == 2;
		return;
	}
	r->signal = (int)e->signal;
	r->signal_ns = e->time_ns;
	flow_stop_inside(r, (struct spot){r->root, 0});
}

static void begin_finally(struct run *r, int64_t time_ns)
{
	r->stage = STAGE_FINALLY;
	if (r->plan->finally != NODE_NONE)
		turn_open_section(r, r->plan->finally, time_ns);
	else
		flow_attend(r, (struct spot){r->root, 0});
}

/* A person ended the run as it is: nothing is undone, so everything that could be is named. */
static void leave_all_behind(struct run *r)
{
	struct spot *spots;
	uint32_t count = undo_list(r, r->arena, &spots);

	for (uint32_t i = 0; i < count; i++) {
		struct str name = undo_name(r, spots[i], r->arena);

		turn_leave_behind(r, "`%.*s` is not undone: the run was aborted", STR_ARGS(name));
	}
	turn_leave_finals(r);
}

static void apply_main_finished(struct run *r, const struct event *e)
{
	r->status = e->status;
	if (e->status == RUN_ROLLBACK_INCOMPLETE)
		leave_all_behind(r);
	if (e->reason)
		r->reason = keep_reason(r->arena, e->reason);
	if (e->message.len)
		r->message = keep_message(r->arena, e->message);
	flow_finish(r, (struct spot){r->root, r->plan->main},
		e->status == RUN_SUCCEEDED ? STEP_OK : STEP_FAILED);
	begin_finally(r, e->time_ns);
}

static void apply_rollback_finished(struct run *r, const struct event *e)
{
	turn_finish_section(r);
	r->status = e->status;
	if (e->message.len)
		turn_leave_behind(r, "%.*s", STR_ARGS(e->message));
	begin_finally(r, e->time_ns);
}

static void apply_run_finished(struct run *r, const struct event *e)
{
	r->status = e->status;
	r->is_over = true;
}

void state_apply(struct run *r, const struct event *e)
{
	static void (*const apply[EVENT_KIND_COUNT])(struct run *, const struct event *) = {
		[EVENT_RUN_STARTED] = apply_run_started,
		[EVENT_STEP_STARTED] = apply_step_started,
		[EVENT_ATTEMPT_FINISHED] = apply_attempt_finished,
		[EVENT_STEP_RETRY] = apply_step_retry,
		[EVENT_STEP_CANCEL] = apply_step_cancel,
		[EVENT_STEP_EXPANDED] = apply_step_expanded,
		[EVENT_STEP_WAITING] = apply_step_waiting,
		[EVENT_STEP_FINISHED] = apply_step_finished,
		[EVENT_STEP_ASK] = apply_step_ask,
		[EVENT_STEP_ANSWERED] = apply_step_answered,
		[EVENT_SIGNAL] = apply_signal,
		[EVENT_SAMPLE_STARTED] = apply_sample_started,
		[EVENT_SAMPLE] = apply_sample,
		[EVENT_CONDITION] = apply_condition,
		[EVENT_BLIND] = apply_blind,
		[EVENT_HOLD] = apply_hold,
		[EVENT_REFUSED] = apply_refused,
		[EVENT_ROLLBACK_STARTED] = apply_rollback_started,
		[EVENT_STAGE] = apply_stage,
		[EVENT_ROLLBACK_FINISHED] = apply_rollback_finished,
		[EVENT_MAIN_FINISHED] = apply_main_finished,
		[EVENT_RUN_RESUMED] = apply_run_resumed,
		[EVENT_RUN_FINISHED] = apply_run_finished,
	};

	r->seq = e->seq;
	r->now_ns = e->time_ns;
	if (apply[e->kind])
		apply[e->kind](r, e);
	queue_settle(&r->attention, false);
	queue_settle(&r->startable, false);
	queue_settle(&r->gated, false);
	queue_settle(&r->timers, true);
}
