#include "run/decide.h"

#include "run/begin.h"
#include "run/rollback.h"
#include "run/scope.h"
#include "run/undo.h"
#include "run/watch.h"

/* ---- the sections --------------------------------------------------------------------------- */

/* The runbook's `outputs`, at its end. One that breaks is unknown: the work is done, and an
 * announcement of it cannot undo that. */
static struct value run_outputs(struct decider *d)
{
	const struct record_list *list = &d->run->plan->book->outputs;
	struct value out = value_nil();

	for (size_t i = 0; i < list->count; i++) {
		const struct named_guard *g = list->items[i];
		struct step_scope scope;
		struct eval ev;
		struct value v;

		if (!g->guard.expr)
			continue;
		scope_enter_file(d, d->run->plan->units[0], &scope, &ev);
		if (!eval_expr(&ev, g->guard.expr, &v))
			v = value_unknown(ev.error);
		if (out.kind != VALUE_MAP)
			out = value_map(d->scratch);
		map_set(d->scratch, out.map, g->name, value_kept(d->scratch, &v));
	}
	return out;
}

/* LANGUAGE.md, section 5: the exit code of each end. */
static int64_t exit_code(const struct run *r, enum run_status status)
{
	static const int codes[] = {[RUN_SUCCEEDED] = 0,
		[RUN_FAILED] = 1,
		[RUN_ROLLED_BACK] = 3,
		[RUN_ROLLBACK_INCOMPLETE] = 4,
		[RUN_HELD] = 5,
		[RUN_REFUSED] = 7};

	return status == RUN_INTERRUPTED ? 128 + (r->signal ? r->signal : 2) : codes[status];
}

static void decide_run_end(struct decider *d, enum run_status status, struct decision *out)
{
	struct run *r = d->run;
	bool has_turned = r->stop_reason != NULL;

	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_RUN_FINISHED,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.status = status,
		.exit = exit_code(r, status),
		.duration_ns = d->now_ns,
		.step = r->failed_step,
		.reason = has_turned ? r->stop_reason : r->reason,
		.left = r->left};
	out->event.message = str_of(has_turned ? (r->stop_message ? r->stop_message : "")
					       : (r->message ? r->message : ""));
	if (status == RUN_INTERRUPTED)
		out->event.reason = "signal";
	else
		out->event.outputs = run_outputs(d);
}

/* At rest without an answer of its own: what the run was asked to do meanwhile. */
static bool decide_turned(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;

	if (r->signal)
		decide_run_end(d, RUN_INTERRUPTED, out);
	else if (r->wants_undoing && !r->is_rolling_back)
		decide_turn(d, false, out);
	else if (r->is_refused)
		decide_run_end(d, RUN_REFUSED, out);
	else if (r->is_held)
		decide_run_end(d, RUN_HELD, out);
	else if (r->is_rolling_back)
		decide_next_stage(d, out);
	else
		return false;
	return true;
}

static void decide_main_end(struct decider *d, struct decision *out)
{
	struct run *r = d->run;
	const struct step_state *st = spot_state((struct spot){r->root, r->plan->main});
	bool has_failed = st->is_cancelling || st->is_failing || st->open;

	if (r->is_aborted) {
		out->kind = DECIDE_RECORD;
		out->event = (struct event){.kind = EVENT_MAIN_FINISHED,
			.time_ns = d->now_ns,
			.wall_ns = d->wall_ns,
			.status = undo_is_needed(r) ? RUN_ROLLBACK_INCOMPLETE : RUN_FAILED,
			.reason = "aborted",
			.message = str_of(
				arena_printf(d->scratch, "%.*s ended it", STR_ARGS(r->asked_by)))};
		return;
	}
	if (decide_turned(d, out))
		return;
	/* The last step may have been what a condition waited for. */
	if (decide_condition(d, out) || (!has_failed && decide_turn(d, false, out)))
		return;
	if (has_failed && undo_is_needed(r)) {
		decide_rollback_of_failure(d, out);
		return;
	}
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_MAIN_FINISHED,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.status = has_failed ? RUN_FAILED : RUN_SUCCEEDED};
	if (st->is_cancelling) {
		out->event.reason = st->cancel_reason;
		out->event.message = STR("the run took longer than its deadline");
	} else if (has_failed && !st->is_failing) {
		/* Nothing runs and something has not: the order has no way on. That is our own bug,
		 * and must not read as success. */
		out->event.reason = "stuck";
		out->event.message = STR("no step can start any more");
	}
}

static void decide_section(struct decider *d, struct spot s, struct decision *out)
{
	struct run *r = d->run;

	switch (r->plan->nodes[s.node].role) {
	case ROLE_WATCH:
		decide_watch(d, s, out);
		break;
	case ROLE_MAIN:
		decide_main_end(d, out);
		break;
	case ROLE_BEFORE:
	case ROLE_AFTER:
		if (r->signal)
			decide_run_end(d, RUN_INTERRUPTED, out);
		else
			decide_stage(d, out);
		break;
	default:
		/* A failure in `finally` counts, but only where nothing worse happened. */
		if (r->signal)
			decide_run_end(d, RUN_INTERRUPTED, out);
		else if (r->status == RUN_SUCCEEDED && r->failed_step.len)
			decide_run_end(d, RUN_FAILED, out);
		else
			decide_run_end(d, r->status, out);
		break;
	}
}

/* ---- steps that are to stop ----------------------------------------------------------------- */

static void decide_stop(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);

	switch (st->phase) {
	case PHASE_RUNNING:
	case PHASE_ASKING:
		if (st->is_cancelling)
			break;
		spot_event(d, s, EVENT_STEP_CANCEL, &out->event);
		out->event.reason = "stopped";
		out->kind = DECIDE_CANCEL;
		out->spot = s;
		return;
	case PHASE_JUDGED:
	case PHASE_OPEN:
	case PHASE_EXPANDED:
	case PHASE_PARKED:
		decide_judge(d, s, out);
		return;
	case PHASE_ANSWERED:
		decide_answered(d, s, out);
		return;
	default:
		break;
	}
	if (st->cancel_reason && strcmp(st->cancel_reason, "stopped") != 0) {
		decide_failure(d, s, st->cancel_reason, "it took longer than its deadline",
			value_nil(), out);
		return;
	}
	decide_finish(d, s, STEP_CANCELLED, "stopped", NULL, out);
}

/* ---- what runs without the world ------------------------------------------------------------ */

static void finish_attempt(struct decider *d, struct spot s, const char *reason,
	const char *message, struct value result, struct decision *out)
{
	struct answer answer = {.reason = reason, .message = message, .result = result};

	out->kind = DECIDE_RECORD;
	answer_event(d, s, &answer, &out->event);
	out->event.was_sent = true;
}

static struct value waited(const struct decider *d, const struct step_state *st)
{
	struct value v = value_map(d->scratch);

	map_set(d->scratch, v.map, STR("waited"),
		value_float((double)(d->now_ns - st->attempt_ns) / (double)NS_PER_S));
	return v;
}

/* `wait.until`: looked at on its grid. */
static void decide_until(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct wait_args *w = d->run->plan->nodes[s.node].step->wait;
	int64_t every = w->every_ns == INT64_MIN ? NS_PER_S : w->every_ns;
	struct step_scope scope;
	struct eval ev;
	const char *why = NULL;
	enum verdict verdict;
	const struct event so_far = {.result = waited(d, st)};

	scope_enter(d, s, true, &scope, &ev);
	scope.pending = &so_far;
	verdict = guard_test(&ev, w->until, &why);
	if (verdict == VERDICT_TRUE) {
		finish_attempt(d, s, NULL, NULL, so_far.result, out);
	} else if (verdict == VERDICT_BROKEN) {
		finish_attempt(d, s, broken_reason(&ev),
			arena_printf(d->scratch, "until `%.*s` breaks: %s",
				STR_ARGS(w->until->text), why),
			value_nil(), out);
	} else if (w->timeout_ns != INT64_MIN && d->now_ns - st->attempt_ns >= w->timeout_ns) {
		finish_attempt(d, s, "timeout",
			arena_printf(d->scratch, "until `%.*s` did not hold in time%s%s",
				STR_ARGS(w->until->text), why ? ": " : "", why ? why : ""),
			so_far.result, out);
	} else {
		int64_t next = d->now_ns + every;

		if (w->timeout_ns != INT64_MIN && next > st->attempt_ns + w->timeout_ns)
			next = st->attempt_ns + w->timeout_ns;
		out->kind = DECIDE_RECORD;
		spot_event(d, s, EVENT_STEP_WAITING, &out->event);
		out->event.until_ns = next;
	}
}

static void decide_running(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct node *n = &d->run->plan->nodes[s.node];

	if (st->is_cancelling)
		finish_attempt(d, s, "cancelled", NULL, value_nil(), out);
	else if (n->action == ACTION_MONITOR)
		decide_monitor(d, s, out);
	else if (n->action == ACTION_WAIT && n->step->wait->until)
		decide_until(d, s, out);
	else if (n->action == ACTION_WAIT)
		finish_attempt(d, s, NULL, NULL, waited(d, st), out);
	else
		finish_attempt(d, s, NULL, NULL, value_nil(), out);
}

/* ---- time ----------------------------------------------------------------------------------- */

static bool is_past(const struct decider *d, int64_t from_ns, int64_t limit_ns)
{
	return limit_ns != INT64_MIN && d->now_ns - from_ns >= limit_ns;
}

/* Another attempt takes a slot as the first did; blind or not, it is no new step. */
static bool has_slot_for(const struct run *r, const struct node *n)
{
	return !run_awaits_word(r) && (!n->needs_slot || r->slots_used < r->jobs);
}

static void decide_due(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct node *n = &d->run->plan->nodes[s.node];
	int64_t deadline = node_deadline(n);
	const char *reason = NULL;

	if (n->role == ROLE_WATCH) {
		decide_watch(d, s, out);
		return;
	}
	if ((st->phase == PHASE_PAUSED || n->action == ACTION_MONITOR) &&
		spot_is_stopping(d->run, s)) {
		decide_stop(d, s, out);
		return;
	}
	if (is_past(d, st->started_ns, deadline))
		reason = "deadline";
	else if (n->step && st->phase != PHASE_PAUSED &&
		 is_past(d, st->attempt_ns, attempt_timeout(n)))
		reason = "timeout";
	if (reason) {
		spot_event(d, s, EVENT_STEP_CANCEL, &out->event);
		out->event.reason = reason;
		out->kind = DECIDE_CANCEL;
		out->spot = s;
	} else if (st->phase == PHASE_PAUSED && !has_slot_for(d->run, n)) {
		out->kind = DECIDE_RECORD;
		spot_event(d, s, EVENT_STEP_WAITING, &out->event);
	} else if (st->phase == PHASE_PAUSED) {
		decide_begin(d, s, out);
	} else {
		decide_running(d, s, out);
	}
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void decide_attention(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);

	if (!d->run->plan->nodes[s.node].step) {
		decide_section(d, s, out);
		return;
	}
	if (spot_is_stopping(d->run, s) && !(st->phase == PHASE_RUNNING && st->is_cancelling)) {
		decide_stop(d, s, out);
		return;
	}
	switch (st->phase) {
	case PHASE_READY:
		decide_begin(d, s, out);
		break;
	case PHASE_RUNNING:
		decide_running(d, s, out);
		break;
	case PHASE_ANSWERED:
		decide_answered(d, s, out);
		break;
	default:
		decide_judge(d, s, out);
		break;
	}
}

/* The step that is first in file order, of those that may start now. */
static const struct queue_entry *first_startable(const struct run *r, int64_t now_ns)
{
	const struct queue_entry *free = queue_first(&r->startable);
	const struct queue_entry *gated = queue_first(&r->gated);

	if (r->slots_used >= r->jobs || run_awaits_word(r))
		return NULL;
	if (gated && gate_is_closed(r, now_ns))
		gated = NULL;
	if (!free || !gated)
		return free ? free : gated;
	return gated->key < free->key ? gated : free;
}

/* A step, not a sample, that has begun and not ended. */
static bool is_anything_running(const struct run *r)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		const struct step_state *st = spot_state(r->live[i]);

		if ((st->phase == PHASE_RUNNING || st->phase == PHASE_JUDGED) &&
			!plan_is_sample(r->plan, r->live[i].node))
			return true;
	}
	return false;
}

/* Who sent the signal will not wait long for children that do not end. */
#define SIGNAL_PATIENCE (800 * NS_PER_MS)

static bool decide_leaving(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;

	if (r->stop_after_current && !r->undo_is_running && r->stage != STAGE_FINALLY &&
		!is_anything_running(r)) {
		decide_run_end(d, RUN_INTERRUPTED, out);
		return true;
	}
	if (!r->signal)
		return false;
	if (r->interrupts < 3 && d->now_ns - r->signal_ns < SIGNAL_PATIENCE &&
		(r->live_count || r->stage == STAGE_MAIN)) {
		out->until_ns = r->signal_ns + SIGNAL_PATIENCE;
		return r->interrupts >= 3;
	}
	decide_run_end(d, RUN_INTERRUPTED, out);
	return true;
}

/* How long nothing has to be decided, if nothing happens. */
static void decide_wait(struct decider *d, const struct queue_entry *due, struct decision *out)
{
	struct run *r = d->run;
	uint8_t policy;
	uint32_t watch;
	int64_t blind = NS_NEVER;

	out->kind = DECIDE_WAIT;
	if (due && due->key < out->until_ns)
		out->until_ns = due->key;
	if (r->stage == STAGE_MAIN && !r->is_rolling_back && !r->is_held)
		blind = blind_deadline(r, &policy, &watch);
	if (blind < out->until_ns)
		out->until_ns = blind;
	if (conditions_next(r) < out->until_ns)
		out->until_ns = conditions_next(r);
}

void decide(struct decider *d, struct decision *out)
{
	struct run *r = d->run;
	const struct queue_entry *due = queue_first(&r->timers);
	const struct queue_entry *attention = queue_first(&r->attention);
	const struct queue_entry *startable;

	*out = (struct decision){.kind = DECIDE_WAIT, .until_ns = NS_NEVER};
	if (r->is_over)
		out->kind = DECIDE_DONE;
	else if (decide_leaving(d, out))
		return;
	else if (due && due->key <= d->now_ns)
		decide_due(d, due->spot, out);
	else if (attention)
		decide_attention(d, attention->spot, out);
	else if (decide_condition(d, out) || decide_blind(d, out) || decide_turn(d, true, out))
		return;
	else if ((startable = first_startable(r, d->now_ns)) != NULL)
		decide_begin(d, startable->spot, out);
	else if (!decide_stage(d, out) && !decide_unattended(d, out))
		decide_wait(d, due, out);
}
