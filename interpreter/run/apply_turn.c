/* Events about turning back: what they change in the state. */
#include "run/apply.h"
#include "run/undo.h"
#include "run/watch.h"

/* ---- sections and stages -------------------------------------------------------------------- */

void turn_open_section(struct run *r, uint32_t node, int64_t time_ns)
{
	struct spot s = {r->root, node};
	struct step_state *st = spot_state(s);

	st->status = STEP_RUNNING;
	st->started_ns = st->attempt_ns = time_ns;
	apply_timer(r, s, NS_NEVER, false);
	flow_open(r, s);
}

/* ---- going back ----------------------------------------------------------------------------- */

void turn_leave_behind(struct run *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (r->left.kind != VALUE_LIST)
		r->left = value_list(r->arena);
	list_add(r->arena, r->left.list, value_str(str_of(arena_vprintf(r->arena, format, args))));
	va_end(args);
}

static void add_name(struct run *r, struct value *list, struct str name)
{
	if (list->kind != VALUE_LIST)
		*list = value_list(r->arena);
	list_add(r->arena, list->list, value_str(name));
}

/* A compensation that ended, or a step of `rollback.steps` that failed. */
void turn_note_undo(struct run *r, struct spot s, const struct event *e)
{
	const struct node *n = &r->plan->nodes[s.node];
	struct str name;

	if (n->parent != NODE_NONE && r->plan->nodes[n->parent].role == ROLE_AFTER &&
		e->state == STEP_FAILED)
		turn_leave_behind(
			r, "`%.*s` failed: %.*s", STR_ARGS(e->step), STR_ARGS(e->message));
	if (n->role != ROLE_UNDO)
		return;
	name = undo_name(r, (struct spot){s.frame, n->parent}, r->arena);
	r->undo_is_running = false;
	if (r->signal)
		return; /* it was not given its time: a resumed run does it again */
	r->undo_next++;
	if (e->reason && strcmp(e->reason, "blocked") == 0) {
		turn_leave_behind(r, "`%.*s` is not undone: what needed it could not be undone",
			STR_ARGS(name));
	} else if (e->state == STEP_SKIPPED) {
		add_name(r, &r->passed_over, name);
	} else if (e->state == STEP_OK || e->state == STEP_WARNED) {
		add_name(r, &r->undone, name);
	} else {
		turn_leave_behind(r, "`%.*s` is not undone: its rollback failed: %.*s",
			STR_ARGS(name), STR_ARGS(e->message));
		undo_block(r, (struct spot){s.frame, n->parent});
	}
}

/* ---- turning --------------------------------------------------------------------------------- */

/* Whatever the main section still does is ended. */
void turn_stop_main(struct run *r, const char *reason)
{
	struct spot s = {r->root, r->plan->main};
	struct step_state *st = spot_state(s);

	if (st->phase == PHASE_DONE) {
		flow_attend(r, s); /* a run that had ended turns back */
		return;
	}
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

void apply_hold(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_held = true;
	turn_stop_main(r, "held");
}

void apply_refused(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_refused = true;
	turn_stop_main(r, "refused");
}

void apply_rollback_started(struct run *r, const struct event *e)
{
	note_turn(r, e);
	r->is_rolling_back = true;
	r->wants_undoing = false;
	turn_stop_main(r, "rollback");
}

void turn_finish_section(struct run *r)
{
	static const enum step_status ends[] = {
		[STAGE_MAIN] = STEP_FAILED, [STAGE_BEFORE] = STEP_OK, [STAGE_AFTER] = STEP_OK};
	const uint32_t nodes[] = {[STAGE_MAIN] = r->plan->main,
		[STAGE_BEFORE] = r->plan->before,
		[STAGE_UNDO] = NODE_NONE,
		[STAGE_AFTER] = r->plan->after};

	struct spot s;

	if (r->stage > STAGE_AFTER || nodes[r->stage] == NODE_NONE)
		return;
	s = (struct spot){r->root, nodes[r->stage]};
	/* That of a run which had ended before is done, and was only asked to look again. */
	if (spot_state(s)->phase == PHASE_DONE)
		flow_withdraw(s);
	else
		flow_finish(r, s, ends[r->stage]);
}

void turn_leave_finals(struct run *r)
{
	struct spot *spots;
	uint32_t count = undo_finals(r, r->arena, &spots);
	struct strbuf b = {0};

	for (uint32_t i = 0; i < count; i++) {
		const struct template *why = r->plan->nodes[spots[i].node].step->more->irreversible;

		strbuf_clear(&b);
		value_print(&b, &why->source);
		turn_leave_behind(r, "`%.*s` cannot be undone: %.*s",
			STR_ARGS(undo_name(r, spots[i], r->arena)), STR_ARGS(strbuf_str(&b)));
	}
	strbuf_release(&b);
}

static void begin_undo(struct run *r)
{
	r->undo_count = undo_list(r, r->arena, &r->undo);
	turn_leave_finals(r);
}

static void begin_verify_of(struct run *r, struct condition_state *c, int64_t now_ns)
{
	c->is_over = false;
	for (uint32_t i = 0; i < r->watch_count; i++) {
		if (c->watches & (UINT64_C(1) << (i < 63 ? i : 63)))
			watch_arm(r, i, now_ns);
	}
	if (!c->watches) {
		c->is_due = r->any_condition_due = true;
		c->due_tick_ns = now_ns;
	}
}

static void begin_verify(struct run *r, int64_t now_ns)
{
	r->verify_ns = now_ns;
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		if (verify_counts(r, &r->conditions[i]))
			begin_verify_of(r, &r->conditions[i], now_ns);
	}
}

void apply_stage(struct run *r, const struct event *e)
{
	turn_finish_section(r);
	r->stage = (uint8_t)e->stage;
	if (r->stage == STAGE_BEFORE)
		turn_open_section(r, r->plan->before, e->time_ns);
	else if (r->stage == STAGE_UNDO)
		begin_undo(r);
	else if (r->stage == STAGE_AFTER)
		turn_open_section(r, r->plan->after, e->time_ns);
	else if (r->stage == STAGE_VERIFY)
		begin_verify(r, e->time_ns);
}
