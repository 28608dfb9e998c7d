#include "run/decide.h"

#include "run/action.h"
#include "run/begin.h"
#include "run/scope.h"

/* ---- events about a step -------------------------------------------------------------------- */

static struct str step_title(struct decider *d, struct spot s)
{
	const struct step *step = d->run->plan->nodes[s.node].step;
	struct step_scope scope;
	struct eval ev;
	struct value text;

	if (!step || !step->name)
		return (struct str){0};
	scope_enter(d, s, false, &scope, &ev);
	if (!template_render_text(&ev, step->name, &text))
		return step->name->source.kind == VALUE_STRING ? value_string(&step->name->source)
							       : (struct str){0};
	return value_string(&text);
}

void spot_event(struct decider *d, struct spot s, enum event_kind kind, struct event *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];

	*out = (struct event){.kind = kind,
			.frame = s.frame->number,
			.node = s.node,
			.step = plan_name(d->run->plan, s.node, d->scratch),
			.item = s.frame->name,
			.time_ns = d->now_ns,
			.wall_ns = d->wall_ns};
	if (!n->step)
		return;
	out->action = str_of(action_info(n->action)->name);
	if (kind == EVENT_STEP_STARTED || kind == EVENT_STEP_FINISHED ||
			kind == EVENT_STEP_EXPANDED)
		out->title = step_title(d, s);
}

void answer_event(struct decider *d, struct spot s, const struct answer *a, struct event *out)
{
	const struct step_state *st = spot_state(s);

	spot_event(d, s, EVENT_ATTEMPT_FINISHED, out);
	out->attempt = st->attempts;
	out->reason = a->reason;
	out->message = str_of(a->message ? a->message : "");
	out->result = a->result;
	out->was_sent = a->was_sent;
	out->log = str_of(a->log_path ? a->log_path : "");
	out->duration_ns = d->now_ns - st->attempt_ns;
}

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
		scope_enter(d, (struct spot){d->run->root, d->run->plan->main}, false, &scope, &ev);
		if (!eval_expr(&ev, g->guard.expr, &v))
			v = value_unknown(ev.error);
		if (out.kind != VALUE_MAP)
			out = value_map(d->scratch);
		map_set(d->scratch, out.map, g->name, v);
	}
	return out;
}

static void decide_run_end(struct decider *d, enum run_status status, struct decision *out)
{
	struct run *r = d->run;

	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_RUN_FINISHED,
			.time_ns = d->now_ns,
			.wall_ns = d->wall_ns,
			.status = status,
			.duration_ns = d->now_ns,
			.step = r->failed_step,
			.reason = r->reason,
			.message = str_of(r->message ? r->message : "")};
	out->event.exit = status == RUN_SUCCEEDED ? 0
			: status == RUN_FAILED    ? 1
						  : 128 + r->signal;
	if (status == RUN_INTERRUPTED)
		out->event.reason = "signal";
	else
		out->event.outputs = run_outputs(d);
}

static void decide_main_end(struct decider *d, struct decision *out)
{
	const struct step_state *st = spot_state((struct spot){d->run->root, d->run->plan->main});

	if (d->run->signal) {
		decide_run_end(d, RUN_INTERRUPTED, out);
		return;
	}
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_MAIN_FINISHED,
			.time_ns = d->now_ns,
			.wall_ns = d->wall_ns,
			.status = RUN_SUCCEEDED};
	if (st->is_cancelling) {
		out->event.status = RUN_FAILED;
		out->event.reason = st->cancel_reason;
		out->event.message = STR("the run took longer than its deadline");
	} else if (st->is_failing) {
		out->event.status = RUN_FAILED;
	} else if (st->open) {
		/* Nothing runs and something has not: the order has no way on. That is our own bug, and
		 * must not read as success. */
		out->event.status = RUN_FAILED;
		out->event.reason = "stuck";
		out->event.message = STR("no step can start any more");
	}
}

/* A failure in `finally` counts, but only where nothing worse happened. */
static void decide_section(struct decider *d, struct spot s, struct decision *out)
{
	struct run *r = d->run;

	if (r->plan->nodes[s.node].role == ROLE_MAIN)
		decide_main_end(d, out);
	else if (r->signal)
		decide_run_end(d, RUN_INTERRUPTED, out);
	else
		decide_run_end(d, r->failed_step.len ? RUN_FAILED : r->status, out);
}

/* ---- steps that are to stop ----------------------------------------------------------------- */

static void decide_stop(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);

	switch (st->phase) {
	case PHASE_RUNNING:
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
		decide_judge(d, s, out);
		return;
	default:
		break;
	}
	if (st->cancel_reason && strcmp(st->cancel_reason, "stopped") != 0) {
		decide_failure(d, s, st->cancel_reason, "it took longer than its deadline", value_nil(),
				out);
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

	scope_enter(d, s, true, &scope, &ev);
	verdict = guard_test(&ev, w->until, &why);
	if (verdict == VERDICT_TRUE) {
		finish_attempt(d, s, NULL, NULL, waited(d, st), out);
	} else if (verdict == VERDICT_BROKEN) {
		finish_attempt(d, s, broken_reason(&ev),
				arena_printf(d->scratch, "until `%.*s` breaks: %s",
						STR_ARGS(w->until->text), why),
				value_nil(), out);
	} else if (w->timeout_ns != INT64_MIN && d->now_ns - st->attempt_ns >= w->timeout_ns) {
		finish_attempt(d, s, "timeout",
				arena_printf(d->scratch, "until `%.*s` did not hold in time%s%s",
						STR_ARGS(w->until->text), why ? ": " : "", why ? why : ""),
				waited(d, st), out);
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

static void decide_due(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct node *n = &d->run->plan->nodes[s.node];
	int64_t deadline = n->step ? n->step->deadline_ns : d->run->plan->book->deadline_ns;
	const char *reason = NULL;

	if (is_past(d, st->started_ns, deadline))
		reason = "deadline";
	else if (n->step && st->phase != PHASE_PAUSED && is_past(d, st->attempt_ns, attempt_timeout(n)))
		reason = "timeout";
	if (reason) {
		spot_event(d, s, EVENT_STEP_CANCEL, &out->event);
		out->event.reason = reason;
		out->kind = DECIDE_CANCEL;
		out->spot = s;
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
	default:
		decide_judge(d, s, out);
		break;
	}
}

void decide(struct decider *d, struct decision *out)
{
	struct run *r = d->run;
	const struct queue_entry *due = queue_first(&r->timers);
	const struct queue_entry *attention = queue_first(&r->attention);
	const struct queue_entry *startable = queue_first(&r->startable);

	*out = (struct decision){.kind = DECIDE_WAIT, .until_ns = NS_NEVER};
	if (r->is_over)
		out->kind = DECIDE_DONE;
	else if (due && due->key <= d->now_ns)
		decide_due(d, due->spot, out);
	else if (attention)
		decide_attention(d, attention->spot, out);
	else if (startable && r->slots_used < r->jobs)
		decide_begin(d, startable->spot, out);
	else if (r->signal && !r->live_count)
		decide_run_end(d, RUN_INTERRUPTED, out);
	else if (due)
		out->until_ns = due->key;
}
