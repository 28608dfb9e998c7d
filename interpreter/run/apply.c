/* state_apply(): what each event changes. The rules of movement are in flow.c. */
#include "run/flow.h"
#include "run/queue.h"

static struct spot spot_of(const struct run *r, const struct event *e)
{
	return (struct spot){r->frames[e->frame], e->node};
}

static struct str keep_text(struct run *r, struct str text)
{
	return (struct str){arena_copy(r->arena, text.at ? text.at : "", text.len), text.len};
}

static const char *keep_message(struct run *r, struct str text)
{
	return text.len ? arena_copy(r->arena, text.at, text.len) : NULL;
}

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
static void set_timer(struct run *r, struct spot s, int64_t next_ns, bool in_attempt)
{
	const struct node *n = &r->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);
	int64_t due = next_ns;

	if (n->step) {
		due = earlier(due, later(st->started_ns, n->step->deadline_ns));
		if (in_attempt)
			due = earlier(due, later(st->attempt_ns, attempt_timeout(n)));
	} else if (n->role == ROLE_MAIN) {
		due = earlier(due, later(st->started_ns, r->plan->book->deadline_ns));
	}
	flow_timer(r, s, due);
}

/* ---- a step begins -------------------------------------------------------------------------- */

static void enter_unit(struct run *r, struct step_state *st, const struct event *e)
{
	if (!st->unit)
		st->unit = arena_new(r->arena, struct unit_state);
	st->unit->inputs = value_deep_copy(r->arena, &e->inputs);
	st->unit->vars = value_deep_copy(r->arena, &e->vars);
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
	set_timer(r, s, n->action == ACTION_WAIT ? e->until_ns : NS_NEVER, true);
	if (!action_asks_world(n->action) && n->action != ACTION_WAIT)
		flow_attend(r, s);
}

static void apply_step_started(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[e->node];

	if (n->role == ROLE_CHECK && !st->live) {
		struct spot step = {s.frame, n->parent};

		flow_ready(r, s);
		spot_state(step)->phase = PHASE_CHECKING;
		flow_withdraw(step);
	}
	flow_withdraw(s);
	st->status = STEP_RUNNING;
	st->attempts = (uint32_t)e->attempt;
	st->attempt_ns = e->time_ns;
	if (e->attempt == 1)
		st->started_ns = e->time_ns;
	st->has_started = true;
	st->branch = (uint32_t)e->branch;
	if (n->inner)
		enter_unit(r, st, e);
	if (n->action == ACTION_STEPS || n->action == ACTION_PARALLEL || n->inner ||
			n->action == ACTION_CHOOSE) {
		set_timer(r, s, NS_NEVER, true);
		flow_open(r, s);
	} else {
		begin_action(r, s, e);
	}
}

static void apply_step_expanded(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);
	struct value items = value_deep_copy(r->arena, &e->items);

	flow_withdraw(s);
	st->status = STEP_RUNNING;
	st->phase = PHASE_EXPANDED;
	st->started_ns = st->attempt_ns = e->time_ns;
	st->attempts = 1;
	st->item_values = items.list;
	st->item_count = (uint32_t)items.list->count;
	st->items = arena_array(r->arena, st->item_count, sizeof(struct frame *));
	flow_open(r, s);
}

/* ---- an attempt ends ------------------------------------------------------------------------ */

static void apply_attempt_finished(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);

	st->phase = PHASE_JUDGED;
	st->result = value_deep_copy(r->arena, &e->result);
	st->json = st->lines = NULL;
	st->reason = e->reason ? arena_string(r->arena, e->reason) : NULL;
	st->message = keep_message(r, e->message);
	if (!e->was_sent && r->plan->nodes[e->node].needs_slot && st->attempts == 1)
		st->has_started = false;
	flow_release_slot(r, st);
	flow_timer(r, s, NS_NEVER);
	flow_attend(r, s);
}

static void apply_step_retry(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);

	flow_withdraw(s);
	st->status = STEP_WAITING;
	st->phase = PHASE_PAUSED;
	st->reason = arena_string(r->arena, e->reason);
	st->message = keep_message(r, e->message);
	st->is_failing = st->is_cancelling = false;
	st->cancel_reason = NULL;
	if (r->plan->nodes[s.node].end > s.node + 1)
		flow_reset(r, s);
	set_timer(r, s, later(e->time_ns, e->delay_ns), false);
}

static void apply_step_cancel(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[e->node];

	flow_withdraw(s);
	st->is_cancelling = true;
	st->cancel_reason = arena_string(r->arena, e->reason);
	flow_timer(r, s, NS_NEVER);
	flow_stop_inside(r, s);
	if (st->phase == PHASE_OPEN || st->phase == PHASE_EXPANDED) {
		if (st->running == 0)
			flow_attend(r, s);
	} else if (st->phase != PHASE_RUNNING || !action_asks_world(n->action)) {
		if (st->phase != PHASE_CHECKING)
			flow_attend(r, s);
	}
}

static void apply_step_waiting(struct run *r, const struct event *e)
{
	set_timer(r, spot_of(r, e), e->until_ns, true);
}

/* ---- a step ends ---------------------------------------------------------------------------- */

/* A group fails for the reason of the first step that failed in it. */
static void note_reason(struct run *r, struct spot s, const struct event *e)
{
	struct spot group = spot_container(r, s);
	struct step_state *st;

	if (group.node == NODE_NONE || (e->state != STEP_FAILED && e->state != STEP_UNKNOWN))
		return;
	st = spot_state(group);
	if (st->is_failing || r->plan->nodes[s.node].role == ROLE_CHECK)
		return;
	st->reason = e->reason ? arena_string(r->arena, e->reason) : NULL;
	st->message = arena_printf(r->arena, "`%.*s%s%.*s%s` failed", STR_ARGS(e->step),
			e->item.len ? "[" : "", STR_ARGS(e->item), e->item.len ? "]" : "");
}

static void note_failure(struct run *r, struct spot s, const struct event *e)
{
	struct spot group = spot_container(r, s);

	r->has_warnings |= e->state == STEP_WARNED;
	if (e->state != STEP_FAILED && e->state != STEP_UNKNOWN)
		return;
	if (r->plan->nodes[s.node].role == ROLE_CHECK || r->failed_step.len)
		return;
	/* Only what nobody above forgives is the run's failure: the main section asks when it ends. */
	if (!spot_is_item(s) && (r->plan->nodes[group.node].role == ROLE_MAIN ||
						r->plan->nodes[group.node].role == ROLE_FINALLY)) {
		r->failed_step = keep_text(r, e->step);
		r->reason = e->reason ? arena_string(r->arena, e->reason) : NULL;
		r->message = keep_message(r, e->message);
	}
}

static void apply_step_finished(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
	struct step_state *st = spot_state(s);

	if (e->reason)
		st->reason = arena_string(r->arena, e->reason);
	else if (e->state == STEP_OK)
		st->reason = NULL;
	if (e->message.len)
		st->message = keep_message(r, e->message);
	st->outputs = value_deep_copy(r->arena, &e->outputs);
	if (e->result.kind != VALUE_NIL)
		st->result = value_deep_copy(r->arena, &e->result);
	st->ended_ns = e->time_ns;
	if (!st->attempts)
		st->started_ns = e->time_ns;
	if (e->branch)
		st->branch = (uint32_t)e->branch;
	note_reason(r, s, e);
	note_failure(r, s, e);
	flow_finish(r, s, e->state);
}

/* ---- the run -------------------------------------------------------------------------------- */

static void open_section(struct run *r, uint32_t node, int64_t time_ns)
{
	struct spot s = {r->root, node};
	struct step_state *st = spot_state(s);

	st->status = STEP_RUNNING;
	st->started_ns = st->attempt_ns = time_ns;
	set_timer(r, s, NS_NEVER, false);
	flow_open(r, s);
}

static void apply_run_started(struct run *r, const struct event *e)
{
	r->started_wall_ns = e->wall_ns;
	r->root_unit.inputs = value_deep_copy(r->arena, &e->inputs);
	r->root_unit.vars = value_deep_copy(r->arena, &e->vars);
	open_section(r, r->plan->main, e->time_ns);
}

static void apply_signal(struct run *r, const struct event *e)
{
	r->signal = (int)e->signal;
	flow_stop_inside(r, (struct spot){r->root, 0});
}

static void apply_main_finished(struct run *r, const struct event *e)
{
	struct spot s = {r->root, r->plan->main};

	r->main_is_over = true;
	r->status = e->status;
	if (e->reason)
		r->reason = arena_string(r->arena, e->reason);
	if (e->message.len)
		r->message = keep_message(r, e->message);
	flow_finish(r, s, e->status == RUN_SUCCEEDED ? STEP_OK : STEP_FAILED);
	if (r->plan->finally != NODE_NONE)
		open_section(r, r->plan->finally, e->time_ns);
	else
		flow_attend(r, (struct spot){r->root, 0});
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
			[EVENT_SIGNAL] = apply_signal,
			[EVENT_MAIN_FINISHED] = apply_main_finished,
			[EVENT_RUN_FINISHED] = apply_run_finished,
	};

	r->seq = e->seq;
	r->now_ns = e->time_ns;
	if (apply[e->kind])
		apply[e->kind](r, e);
	queue_settle(&r->attention, false);
	queue_settle(&r->startable, false);
	queue_settle(&r->timers, true);
}
