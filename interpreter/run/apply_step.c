/* Events about steps: what they change in the state. */
#include "run/apply.h"
#include "run/late.h"
#include "run/lost.h"
#include "run/request.h"
#include "run/retry.h"
#include "run/watch.h"

/* ---- deadlines ------------------------------------------------------------------------------ */

static int64_t later(int64_t from_ns, int64_t by_ns)
{
	if (by_ns == INT64_MIN)
		return NS_NEVER;
	return from_ns > NS_NEVER - by_ns ? NS_NEVER : from_ns + by_ns;
}

static int64_t earlier(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

/* When the step is looked at even if nothing happens: its timeout, its deadline, `next`. */
void apply_timer(struct run *r, struct spot s, int64_t next_ns, bool in_attempt)
{
	const struct node *n = &r->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);
	int64_t due = next_ns;

	due = earlier(due, later(st->started_ns, node_deadline(n)));
	if (n->step && in_attempt)
		due = earlier(due, later(st->attempt_ns, attempt_timeout(n)));
	flow_timer(r, s, due);
}

/* ---- a step begins -------------------------------------------------------------------------- */

static void enter_unit(struct run *r, struct step_state *st, const struct event *e)
{
	struct arena *a = spot_arena(r, spot_of_event(r, e));
	const struct unit *u = r->plan->nodes[e->node].inner;

	st->unit = arena_new(a, struct unit_state);
	st->unit->inputs = value_deep_copy(a, &e->inputs);
	st->unit->vars = value_deep_copy(a, &e->vars);
	late_apply(r, u, st->unit, &e->durations);
}

static void begin_action(struct run *r, struct spot s, const struct event *e)
{
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[s.node];

	st->phase = PHASE_RUNNING;
	if (n->needs_slot) {
		r->slots_used++;
		st->has_slot = true;
	}
	if (n->action == ACTION_MONITOR) {
		st->monitor_end_ns = e->until_ns;
		monitor_begin(r, s);
	}
	if (n->action == ACTION_WAIT || n->action == ACTION_MONITOR) {
		apply_timer(r, s, e->until_ns, true);
		return;
	}
	apply_timer(r, s, NS_NEVER, true);
	if (!action_asks_world(n->action))
		flow_attend(r, s);
}

/* The event that started it first. A group that is tried again keeps the order of its first try:
 * the items of a loop in it are new, and stand where the loop stood. */
static uint64_t first_seq(struct spot s, const struct event *e)
{
	uint64_t seq = e->seq;

	for (const struct frame *f = s.frame; f->outer; f = f->outer) {
		const struct step_state *loop = spot_state((struct spot){f->outer, f->node});

		if (loop->is_again)
			seq = loop->start_seq;
	}
	return seq;
}

/* From here on it is too late to refuse what goes on: the run, and each call around the step. */
static void note_effect(struct run *r, struct spot s)
{
	r->effects_began = true;
	for (const struct unit *u = r->plan->nodes[s.node].unit; u->outer; u = u->outer) {
		struct frame *f = frame_of(r, s.frame, u->node);

		spot_state((struct spot){f, u->node})->effects_began = true;
	}
}

/* What the run has to know of a step of the main section that starts. */
static void note_start(struct run *r, struct spot s, const struct event *e)
{
	const struct node *n = &r->plan->nodes[s.node];
	struct step_state *st = spot_state(s);

	if (!st->start_seq) {
		st->start_seq = first_seq(s, e);
		st->own_seq = e->seq;
	}
	st->has_started = true;
	if (r->stage != STAGE_MAIN || plan_is_sample(r->plan, s.node))
		return;
	if (n->effect == EFFECT_WRITES && n->needs_slot)
		note_effect(r, s);
	if (n->step->more && n->step->more->irreversible && !r->is_irreversible) {
		r->is_irreversible = true;
		r->irreversible = s;
		r->irreversible_step = keep_text(r->arena, e->step);
	}
}

/* A check or a compensation becomes part of the run with its first event, whichever that is. */
static void join(struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];
	struct spot step = {s.frame, n->parent};

	if (spot_state(s)->live)
		return;
	if (n->role == ROLE_CHECK) {
		flow_ready(r, s);
		spot_state(step)->phase = PHASE_CHECKING;
		flow_withdraw(step);
		/* Of a pause that is over: it would end the step itself. */
		flow_timer(r, step, NS_NEVER);
	} else if (n->role == ROLE_UNDO) {
		flow_ready(r, s);
		r->undo_is_running = true;
	}
}

void apply_step_started(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[e->node];

	join(r, s);
	flow_withdraw(s);
	st->status = STEP_RUNNING;
	st->attempts = (uint32_t)e->attempt;
	st->attempt_ns = e->time_ns;
	if (e->attempt == 1)
		st->started_ns = e->time_ns;
	st->branch = (uint32_t)e->branch;
	st->child = e->child;
	note_start(r, s, e);
	if (n->inner)
		enter_unit(r, st, e);
	if (n->action == ACTION_CALL)
		watch_call_begins(r, s.node, e->time_ns);
	if (n->action == ACTION_STEPS || n->action == ACTION_PARALLEL || n->inner ||
		n->action == ACTION_CHOOSE) {
		apply_timer(r, s, NS_NEVER, true);
		flow_open(r, s);
	} else {
		begin_action(r, s, e);
	}
}

void apply_step_expanded(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);
	struct value items = value_deep_copy(r->arena, &e->items);

	join(r, s);
	flow_withdraw(s);
	st->status = STEP_RUNNING;
	st->phase = PHASE_EXPANDED;
	st->started_ns = st->attempt_ns = e->time_ns;
	st->attempts = 1;
	st->item_values = items.list;
	st->item_count = (uint32_t)items.list->count;
	st->items = arena_array(r->arena, st->item_count, sizeof(struct frame *));
	st->is_again = st->start_seq != 0;
	if (!st->is_again)
		st->start_seq = e->seq;
	flow_open(r, s);
}

/* ---- an attempt ends ------------------------------------------------------------------------ */

/* Of a reply that no guard reads the large parts are not kept: health checks come by thousands. */
static struct value keep_result(struct arena *a, const struct node *n, const struct value *result)
{
	struct value kept;

	if (n->action != ACTION_HTTP || n->reads_output || result->kind != VALUE_MAP)
		return value_deep_copy(a, result);
	kept = value_map(a);
	for (size_t i = 0; i < result->map->count; i++) {
		const struct entry *e = &result->map->entries[i];
		struct str key = entry_key(e);

		if (str_is(key, "body") || (str_is(key, "headers") && !retry_may_be_asked(result)))
			continue;
		map_set(a, kept.map, (struct str){arena_copy(a, key.at, key.len), key.len},
			value_deep_copy(a, &e->value));
	}
	return kept;
}

/* What was never sent did not start. */
static void take_back_start(struct run *r, struct spot s)
{
	const struct step *step = r->plan->nodes[s.node].step;

	spot_state(s)->has_started = false;
	if (step->more && step->more->irreversible && r->irreversible.node == s.node)
		r->is_irreversible = false;
}

void apply_attempt_finished(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);
	struct arena *a = spot_arena(r, s);

	/* Nobody was there to answer, and now somebody did. */
	r->parked -= st->phase == PHASE_PARKED;
	st->phase = PHASE_JUDGED;
	st->result = keep_result(a, &r->plan->nodes[e->node], &e->result);
	st->json = st->lines = NULL;
	st->reason = keep_reason(a, e->reason);
	st->message = keep_message(a, e->message);
	if (st->monitor)
		monitor_end(r, s);
	if (e->was_sent || !r->plan->nodes[e->node].needs_slot)
		st->had_effect = true;
	else if (!st->had_effect)
		take_back_start(r, s);
	flow_release_slot(r, st);
	flow_timer(r, s, NS_NEVER);
	if (apply_is_for_nobody(r, e)) {
		/* It keeps its time: a question with a default is answered by it. */
		apply_timer(r, s, NS_NEVER, true);
		apply_park(r, s);
	} else {
		flow_attend(r, s);
	}
}

void apply_step_retry(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);

	join(r, s);
	flow_withdraw(s);
	/* What was cut short by the end of the interpreter counts as no try of its own; one that
	 * failed before it could start does, or there would be no end of them. */
	if (reason_is_lost(e->reason)) {
		st->attempts -= st->attempts > 0;
		st->is_checked = false;
	} else if (!st->attempts) {
		st->started_ns = st->attempt_ns = e->time_ns;
	}
	if (!reason_is_lost(e->reason))
		st->approvals = NULL;
	if (!reason_is_lost(e->reason) && st->attempts < (uint32_t)e->attempt)
		st->attempts = (uint32_t)e->attempt;
	st->status = STEP_WAITING;
	st->phase = PHASE_PAUSED;
	st->reason = keep_reason(spot_arena(r, s), e->reason);
	st->message = keep_message(spot_arena(r, s), e->message);
	st->is_failing = st->is_cancelling = st->was_stopped = false;
	st->answer = NULL;
	st->was_asked = false;
	st->cancel_reason = NULL;
	if (r->plan->nodes[s.node].end > s.node + 1)
		flow_reset(r, s);
	apply_timer(r, s, later(e->time_ns, e->delay_ns), false);
}

void apply_step_cancel(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[e->node];

	flow_withdraw(s);
	st->is_cancelling = true;
	st->cancel_reason = keep_reason(spot_arena(r, s), e->reason);
	flow_timer(r, s, NS_NEVER);
	flow_stop_inside(r, s);
	if (st->phase == PHASE_OPEN || st->phase == PHASE_EXPANDED) {
		if (st->running == 0)
			flow_attend(r, s);
	} else if (st->phase != PHASE_ASKING &&
		   (st->phase != PHASE_RUNNING || !action_asks_world(n->action))) {
		if (st->phase != PHASE_CHECKING)
			flow_attend(r, s);
	}
}

void apply_step_waiting(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);

	flow_withdraw(s);
	if (st->phase == PHASE_PAUSED) {
		/* Its pause is over, but no slot is free: it stands in line with the others. */
		st->status = STEP_PENDING;
		apply_timer(r, s, NS_NEVER, false);
		flow_ready(r, s);
	} else {
		apply_timer(r, s, e->until_ns, true);
	}
}

/* ---- a step ends ---------------------------------------------------------------------------- */

/* A group fails for the reason of the first step that failed in it, named with its own words: the
 * groups further up pass on what the innermost one said. */
static void note_reason(struct run *r, struct spot s, const struct event *e)
{
	struct spot group = spot_container(r, s);
	struct step_state *st;

	if (group.node == NODE_NONE || (e->state != STEP_FAILED && e->state != STEP_UNKNOWN))
		return;
	st = spot_state(group);
	if (st->is_failing || r->plan->nodes[s.node].role == ROLE_CHECK)
		return;
	st->reason = keep_reason(spot_arena(r, s), e->reason);
	if (spot_state(s)->is_failing)
		st->message = keep_message(spot_arena(r, s), e->message);
	else
		st->message = arena_printf(spot_arena(r, s), "`%.*s%s%.*s%s`%s%.*s failed: %.*s",
			STR_ARGS(e->step), e->item.len ? "[" : "", STR_ARGS(e->item),
			e->item.len ? "]" : "", e->host.len ? " on " : "", STR_ARGS(e->host),
			STR_ARGS(e->message));
}

static void note_failure(struct run *r, struct spot s, const struct event *e)
{
	struct spot group = spot_container(r, s);

	/* Whatever the groups around it forgive: this one decides for the run. */
	if (e->state == STEP_FAILED && r->plan->nodes[s.node].on_failure == ON_FAILURE_ROLLBACK &&
		r->stage == STAGE_MAIN && !r->wants_rollback) {
		r->wants_rollback = true;
		r->failed_step = keep_text(r->arena, e->step);
		r->reason = keep_reason(r->arena, e->reason);
		r->message = keep_message(r->arena, e->message);
	}

	r->has_warnings |= e->state == STEP_WARNED;
	if (e->state != STEP_FAILED && e->state != STEP_UNKNOWN)
		return;
	if (r->plan->nodes[s.node].role == ROLE_CHECK || r->failed_step.len ||
		group.node == NODE_NONE)
		return;
	/* Only what nobody above forgives is the run's failure: the main section asks when it ends.
	 */
	if (!spot_is_item(s) && (r->plan->nodes[group.node].role == ROLE_MAIN ||
					r->plan->nodes[group.node].role == ROLE_FINALLY)) {
		r->failed_step = keep_text(r->arena, e->step);
		r->reason = keep_reason(r->arena, e->reason);
		r->message = keep_message(r->arena, e->message);
	}
}

void apply_step_finished(struct run *r, const struct event *e)
{
	struct spot s = spot_of_event(r, e);
	struct step_state *st = spot_state(s);
	struct arena *a = spot_arena(r, s);

	if (e->reason)
		st->reason = keep_reason(a, e->reason);
	else if (e->state == STEP_OK)
		st->reason = NULL;
	if (e->message.len)
		st->message = keep_message(a, e->message);
	st->outputs = value_deep_copy(a, &e->outputs);
	if (e->result.kind != VALUE_NIL)
		st->result = value_deep_copy(a, &e->result);
	st->ended_ns = e->time_ns;
	if (!st->attempts)
		st->started_ns = e->time_ns;
	if (e->branch)
		st->branch = (uint32_t)e->branch;
	note_reason(r, s, e);
	note_failure(r, s, e);
	flow_finish(r, s, e->state);
	turn_note_undo(r, s, e);
	if (plan_is_sample(r->plan, s.node))
		return;
	if (r->plan->nodes[s.node].action == ACTION_CALL && e->state != STEP_OK &&
		!st->effects_began)
		watch_call_ends(r, s.node);
	if (e->state == STEP_OK || e->state == STEP_WARNED || e->state == STEP_SKIPPED)
		watch_arm_after(r, s.node, e->time_ns);
	conditions_due_of_steps(r, e->time_ns);
}
