/* state_apply(): what each event changes. The rules of movement are in flow.c. */
#include "run/flow.h"
#include "run/queue.h"
#include "run/undo.h"
#include "run/watch.h"

#include <signal.h>

static struct spot spot_of(const struct run *r, const struct event *e)
{
	return (struct spot){r->frames[e->frame], e->node};
}

static struct str keep_text(struct arena *a, struct str text)
{
	return (struct str){arena_copy(a, text.at ? text.at : "", text.len), text.len};
}

static const char *keep_message(struct arena *a, struct str text)
{
	return text.len ? arena_copy(a, text.at, text.len) : NULL;
}

static const char *keep_reason(struct arena *a, const char *reason)
{
	return reason ? arena_string(a, reason) : NULL;
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
	struct arena *a = spot_arena(r, spot_of(r, e));

	st->unit = arena_new(a, struct unit_state);
	st->unit->inputs = value_deep_copy(a, &e->inputs);
	st->unit->vars = value_deep_copy(a, &e->vars);
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
		set_timer(r, s, e->until_ns, true);
		return;
	}
	set_timer(r, s, NS_NEVER, true);
	if (!action_asks_world(n->action))
		flow_attend(r, s);
}

/* What the run has to know of a step of the main section that starts. */
static void note_start(struct run *r, struct spot s, const struct event *e)
{
	const struct node *n = &r->plan->nodes[s.node];
	struct step_state *st = spot_state(s);

	if (!st->start_seq)
		st->start_seq = e->seq;
	st->has_started = true;
	if (r->stage != STAGE_MAIN || plan_is_sample(r->plan, s.node))
		return;
	r->effects_began |= n->effect == EFFECT_WRITES && n->needs_slot;
	if (n->step->more && n->step->more->irreversible && !r->is_irreversible) {
		r->is_irreversible = true;
		r->irreversible_step = keep_text(r->arena, e->step);
	}
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
	} else if (n->role == ROLE_UNDO && !st->live) {
		flow_ready(r, s);
		r->undo_is_running = true;
	}
	flow_withdraw(s);
	st->status = STEP_RUNNING;
	st->attempts = (uint32_t)e->attempt;
	st->attempt_ns = e->time_ns;
	if (e->attempt == 1)
		st->started_ns = e->time_ns;
	st->branch = (uint32_t)e->branch;
	note_start(r, s, e);
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

	if (r->plan->nodes[s.node].role == ROLE_UNDO && !st->live) {
		flow_ready(r, s);
		r->undo_is_running = true;
	}
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
	struct arena *a = spot_arena(r, s);

	st->phase = PHASE_JUDGED;
	st->result = value_deep_copy(a, &e->result);
	st->json = st->lines = NULL;
	st->reason = keep_reason(a, e->reason);
	st->message = keep_message(a, e->message);
	if (st->monitor)
		monitor_end(r, s);
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
	st->reason = keep_reason(spot_arena(r, s), e->reason);
	st->message = keep_message(spot_arena(r, s), e->message);
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
	st->cancel_reason = keep_reason(spot_arena(r, s), e->reason);
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
	flow_withdraw(spot_of(r, e));
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
	st->reason = keep_reason(spot_arena(r, s), e->reason);
	st->message = arena_printf(spot_arena(r, s), "`%.*s%s%.*s%s` failed", STR_ARGS(e->step),
			e->item.len ? "[" : "", STR_ARGS(e->item), e->item.len ? "]" : "");
}

static void note_failure(struct run *r, struct spot s, const struct event *e)
{
	struct spot group = spot_container(r, s);

	r->has_warnings |= e->state == STEP_WARNED;
	if (e->state != STEP_FAILED && e->state != STEP_UNKNOWN)
		return;
	if (r->plan->nodes[s.node].role == ROLE_CHECK || r->failed_step.len || group.node == NODE_NONE)
		return;
	/* Only what nobody above forgives is the run's failure: the main section asks when it ends. */
	if (!spot_is_item(s) && (r->plan->nodes[group.node].role == ROLE_MAIN ||
						r->plan->nodes[group.node].role == ROLE_FINALLY)) {
		r->failed_step = keep_text(r->arena, e->step);
		r->reason = keep_reason(r->arena, e->reason);
		r->message = keep_message(r->arena, e->message);
	}
}

/* ---- going back ----------------------------------------------------------------------------- */

static void leave_behind(struct run *r, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

static void leave_behind(struct run *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (r->left.kind != VALUE_LIST)
		r->left = value_list(r->arena);
	list_add(r->arena, r->left.list, value_str(str_of(arena_vprintf(r->arena, format, args))));
	va_end(args);
}

static struct str undone_name(struct run *r, struct spot undo)
{
	struct str name = plan_name(r->plan, r->plan->nodes[undo.node].parent, r->arena);

	if (!undo.frame->name.len)
		return name;
	return str_of(arena_printf(r->arena, "%.*s[%.*s]", STR_ARGS(name), STR_ARGS(undo.frame->name)));
}

/* A compensation that ended, or a step of `rollback.steps` that failed. */
static void note_undo(struct run *r, struct spot s, const struct event *e)
{
	const struct node *n = &r->plan->nodes[s.node];
	struct str name;

	if (n->parent != NODE_NONE && r->plan->nodes[n->parent].role == ROLE_AFTER &&
			e->state == STEP_FAILED)
		leave_behind(r, "`%.*s` failed: %.*s", STR_ARGS(e->step), STR_ARGS(e->message));
	if (n->role != ROLE_UNDO)
		return;
	name = undone_name(r, s);
	r->undo_is_running = false;
	r->undo_next++;
	if (e->reason && strcmp(e->reason, "blocked") == 0) {
		leave_behind(r, "`%.*s` is not undone: what needed it could not be undone",
				STR_ARGS(name));
	} else if (e->state == STEP_OK || e->state == STEP_WARNED || e->state == STEP_SKIPPED) {
		if (r->undone.kind != VALUE_LIST)
			r->undone = value_list(r->arena);
		list_add(r->arena, r->undone.list, value_str(name));
	} else {
		leave_behind(r, "`%.*s` is not undone: its rollback failed: %.*s", STR_ARGS(name),
				STR_ARGS(e->message));
		undo_block(r, n->parent);
	}
}

static void apply_step_finished(struct run *r, const struct event *e)
{
	struct spot s = spot_of(r, e);
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
	note_undo(r, s, e);
	if (plan_is_sample(r->plan, s.node))
		return;
	if (e->state == STEP_OK || e->state == STEP_WARNED || e->state == STEP_SKIPPED)
		watch_arm_after(r, s.node, e->time_ns);
	conditions_due_of_steps(r, e->time_ns);
}

/* ---- watches and conditions ----------------------------------------------------------------- */

static void attend_monitors(struct run *r, int64_t now_ns)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		const struct step_state *st = spot_state(r->live[i]);

		if (st->monitor && st->phase == PHASE_RUNNING && now_ns >= st->monitor_end_ns)
			flow_attend(r, r->live[i]);
	}
}

static void apply_sample_started(struct run *r, const struct event *e)
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
				e->value.kind == VALUE_UNKNOWN ? str_of(e->value.unknown)
							       : STR("unknown"));
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

static void apply_sample(struct run *r, const struct event *e)
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
	add_sample(r, w, e);
	conditions_due(r, (uint32_t)(e->index - 1), e->tick_ns);
	attend_monitors(r, e->time_ns);
}

static void apply_condition(struct run *r, const struct event *e)
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
	/* What fires while the run turns back already, or only observes, is recorded and no more. */
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

static void apply_blind(struct run *r, const struct event *e)
{
	struct watch_state *w = &r->watches[e->index - 1];

	w->blind_told = w->is_blind;
	if (!w->is_blind)
		attend_monitors(r, e->time_ns);
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
	for (uint32_t i = 0; i < r->watch_count; i++) {
		if (r->plan->watch_after[i] == NODE_NONE)
			watch_arm(r, i, e->time_ns);
	}
	open_section(r, r->plan->main, e->time_ns);
}

/* SIGINT is a person: the first asks to stop in order, later ones press. Everybody else wants us gone. */
static void apply_signal(struct run *r, const struct event *e)
{
	bool is_turning_back = r->is_rolling_back && r->stage != STAGE_FINALLY;

	r->interrupts += e->signal == SIGINT;
	if (e->signal == SIGINT && r->stage != STAGE_FINALLY && r->interrupts < 3 &&
			(is_turning_back || (r->interrupts < 2 && !r->is_held))) {
		r->stop_after_current = is_turning_back && r->interrupts == 2;
		return;
	}
	r->signal = (int)e->signal;
	r->signal_ns = e->time_ns;
	flow_stop_inside(r, (struct spot){r->root, 0});
}

/* Whatever the main section still does is ended. */
static void stop_main(struct run *r, const char *reason)
{
	struct spot s = {r->root, r->plan->main};
	struct step_state *st = spot_state(s);

	if (st->phase == PHASE_DONE)
		return;
	if (!st->is_cancelling) {
		st->is_cancelling = true;
		st->cancel_reason = reason;
		flow_stop_inside(r, s);
	}
	if (!st->running)
		flow_attend(r, s);
}

static void note_turn(struct run *r, const struct event *e)
{
	r->stop_reason = keep_reason(r->arena, e->reason);
	r->stop_message = keep_message(r->arena, e->message);
	r->failure_step = keep_text(r->arena, e->step);
	for (uint32_t i = 0; i < r->condition_count; i++)
		r->conditions[i].was_decided |= r->conditions[i].phase == CONDITION_FIRING;
}

static void apply_hold(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_held = true;
	stop_main(r, "held");
}

static void apply_refused(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_refused = true;
	stop_main(r, "refused");
}

static void apply_rollback_started(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_rolling_back = true;
	stop_main(r, "rollback");
}

static void open_section(struct run *r, uint32_t node, int64_t time_ns);

static void finish_section(struct run *r)
{
	static const enum step_status ends[] = {[STAGE_MAIN] = STEP_FAILED, [STAGE_BEFORE] = STEP_OK,
			[STAGE_AFTER] = STEP_OK};
	const uint32_t nodes[] = {[STAGE_MAIN] = r->plan->main, [STAGE_BEFORE] = r->plan->before,
			[STAGE_UNDO] = NODE_NONE, [STAGE_AFTER] = r->plan->after};

	if (r->stage <= STAGE_AFTER && nodes[r->stage] != NODE_NONE)
		flow_finish(r, (struct spot){r->root, nodes[r->stage]}, ends[r->stage]);
}

static void begin_verify(struct run *r, int64_t now_ns)
{
	struct condition_state *c = &r->conditions[r->verify];

	c->is_over = false;
	r->verify_ns = now_ns;
	for (uint32_t i = 0; i < r->watch_count; i++) {
		if (c->watches & (UINT64_C(1) << (i < 63 ? i : 63)))
			watch_arm(r, i, now_ns);
	}
	if (!c->watches) {
		c->is_due = r->any_condition_due = true;
		c->due_tick_ns = now_ns;
	}
}

static void apply_stage(struct run *r, const struct event *e)
{
	finish_section(r);
	r->stage = (uint8_t)e->stage;
	if (r->stage == STAGE_BEFORE)
		open_section(r, r->plan->before, e->time_ns);
	else if (r->stage == STAGE_UNDO)
		undo_collect(r);
	else if (r->stage == STAGE_AFTER)
		open_section(r, r->plan->after, e->time_ns);
	else if (r->stage == STAGE_VERIFY)
		begin_verify(r, e->time_ns);
}

static void begin_finally(struct run *r, int64_t time_ns)
{
	r->stage = STAGE_FINALLY;
	if (r->plan->finally != NODE_NONE)
		open_section(r, r->plan->finally, time_ns);
	else
		flow_attend(r, (struct spot){r->root, 0});
}

static void apply_main_finished(struct run *r, const struct event *e)
{
	r->status = e->status;
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
	finish_section(r);
	r->status = e->status;
	if (e->message.len)
		leave_behind(r, "%.*s", STR_ARGS(e->message));
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
