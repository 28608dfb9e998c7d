/* The world that is watched, and what has to hold of every event. */
#include "run_property.h"

#include "base/duration.h"

#include <signal.h>

/* ---- the world, watched ---------------------------------------------------------------------- */

#define MOST_WAITS 20000

static struct guarded *guarded(struct world *w)
{
	return (struct guarded *)w;
}

static int64_t guarded_now(struct world *w)
{
	return world_now(guarded(w)->inner);
}

static int64_t guarded_wall(struct world *w)
{
	struct guarded *g = guarded(w);
	int64_t jump = g->jump_ns && world_now(g->inner) >= g->jump_at_ns ? g->jump_ns : 0;
	return world_wall(g->inner) + jump;
}

static void guarded_start(struct world *w, uint64_t token, const struct request *r)
{
	struct guarded *g = guarded(w);
	if (g->count < 512)
		g->flying[g->count++] = token;
	world_start(g->inner, token, r);
}

static void guarded_cancel(struct world *w, uint64_t token)
{
	world_cancel(guarded(w)->inner, token);
}

static void guarded_wait(struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	struct guarded *g = guarded(w);
	bool is_dead = until == NS_NEVER && !g->count && !g->signals_left;
	if ((++g->waits > MOST_WAITS || is_dead) && !g->has_told) {
		g->is_stuck = g->has_told = true;
		*out = (struct happening){.kind = HAPPENED_SIGNAL, .signal = SIGTERM};
		return;
	}
	world_wait(g->inner, until, a, out);
	g->signals_left -= out->kind == HAPPENED_SIGNAL && g->signals_left;
	if (out->kind != HAPPENED_FINISHED)
		return;
	for (unsigned i = 0; i < g->count; i++) {
		if (g->flying[i] != out->token)
			continue;
		g->flying[i] = g->flying[--g->count];
		return;
	}
}

static void guarded_free(struct world *w)
{
	world_free(guarded(w)->inner);
}

const struct world_type guarded_type = {
	guarded_now, guarded_wall, guarded_start, guarded_cancel, guarded_wait, guarded_free, NULL};

/* Requests under way, of steps and not of samples; `in_main`: of the way forward alone. */
static unsigned flying(const struct guarded *g, bool in_main)
{
	unsigned count = 0;
	for (unsigned i = 0; i < g->count; i++) {
		uint32_t node = (uint32_t)g->flying[i];
		bool is_forward = plan_is_within(g->plan, node, g->plan->main) &&
				  plan_undone_step(g->plan, node) == NODE_NONE;
		if (plan_is_sample(g->plan, node))
			continue;
		if (in_main ? is_forward : g->plan->nodes[node].needs_slot)
			count++;
	}
	return count;
}

/* ---- what has to hold ------------------------------------------------------------------------ */

void broken(struct checker *c, const char *format, ...)
{
	va_list args;
	if (c->broken)
		return;
	va_start(args, format);
	c->broken = arena_vprintf(&c->arena, format, args);
	va_end(args);
}

static struct seen *seen_at(struct checker *c, uint32_t frame, uint32_t node)
{
	if (frame >= MOST_FRAMES)
		abort();
	if (!c->seen[frame])
		c->seen[frame] = arena_array(&c->arena, c->plan->count, sizeof(struct seen));
	return &c->seen[frame][node];
}

static struct seen *seen_of(struct checker *c, struct spot s)
{
	return seen_at(c, s.frame->number, s.node);
}

static struct spot spot_of(struct checker *c, const struct event *e)
{
	return (struct spot){c->run->frames[e->frame], e->node};
}

static const char *name_of(struct checker *c, struct spot s)
{
	struct str name = plan_name(c->plan, s.node, &c->arena);
	if (!s.frame->name.len)
		return arena_copy(&c->arena, name.at, name.len);
	return arena_printf(&c->arena, "%.*s[%.*s]", STR_ARGS(name), STR_ARGS(s.frame->name));
}

static bool is_composite(const struct checker *c, uint32_t node)
{
	uint8_t action = c->plan->nodes[node].action;
	return action == ACTION_STEPS || action == ACTION_PARALLEL || action == ACTION_CHOOSE;
}

static bool is_forward(const struct checker *c, uint32_t node)
{
	return plan_is_within(c->plan, node, c->plan->main) &&
	       plan_undone_step(c->plan, node) == NODE_NONE;
}

static void check_needs(struct checker *c, struct spot s)
{
	const struct node *n = &c->plan->nodes[s.node];
	if (spot_is_item(s))
		return; /* its step waited */
	for (uint32_t k = 0; k < n->need_count; k++) {
		uint32_t need = c->plan->edges[n->needs + k];
		struct frame *home = frame_of(c->run, s.frame, need);
		const struct seen *before = home ? seen_at(c, home->number, need) : NULL;
		if (!before || !before->is_done ||
			(before->state != STEP_OK && before->state != STEP_WARNED &&
				before->state != STEP_SKIPPED))
			broken(c, "`%s` starts before its need `%s`", name_of(c, s),
				name_of(c, (struct spot){home ? home : s.frame, need}));
	}
}

static void check_around(struct checker *c, struct spot s)
{
	for (struct spot g = spot_container(c->run, s); g.node != NODE_NONE;
		g = spot_container(c->run, g)) {
		const struct seen *group = seen_of(c, g);
		if (!c->plan->nodes[g.node].step)
			continue;
		if (!group->is_open)
			broken(c, "`%s` starts outside its group", name_of(c, s));
		if (group->is_failing)
			broken(c, "`%s` starts in a group that fails", name_of(c, s));
	}
}

/* A step of the way forward begins for the first time. */
static void check_first_start(struct checker *c, struct spot s)
{
	const struct node *n = &c->plan->nodes[s.node];
	bool runs = n->effect == EFFECT_WRITES && n->needs_slot && !spot_has_items(c->run, s);
	if (c->is_turned)
		broken(c, "`%s` starts after the decision", name_of(c, s));
	check_needs(c, s);
	check_around(c, s);
	for (unsigned i = 0; i < 8; i++)
		if (c->is_blind[i] && runs && is_left_out(OUT_BLIND_CONTINUE))
			broken(c, "`%s` starts while the run is blind", name_of(c, s));
}

static void check_undo_begins(struct checker *c, struct spot undo)
{
	struct spot step = {undo.frame, c->plan->nodes[undo.node].parent};
	struct seen *st = seen_of(c, step);
	if (seen_of(c, undo)->undone++)
		broken(c, "`%s` is undone twice", name_of(c, step));
	if (!c->is_rolling_back)
		broken(c, "`%s` is undone without a decision", name_of(c, step));
	if (!st->had_effect)
		broken(c, "`%s` is undone and had no effect", name_of(c, step));
	if (flying(c->world, true))
		broken(c, "`%s` is undone while steps still run", name_of(c, step));
	if (!c->group_retried && c->last_undone_seq && st->start_seq > c->last_undone_seq)
		broken(c, "`%s` is undone out of order", name_of(c, step));
	c->last_undone_seq = st->start_seq;
}

static void on_started(struct checker *c, const struct event *e)
{
	struct spot s = spot_of(c, e);
	struct seen *st = seen_of(c, s);
	if (c->is_signalled && !is_left_out(OUT_TERM_STARTS))
		broken(c, "`%s` starts after a signal", name_of(c, s));
	if (e->kind == EVENT_STEP_STARTED && e->attempt > 1) {
		if (e->attempt != st->attempt + 1 || !st->is_open)
			broken(c, "`%s` has attempt %lld after %lld", name_of(c, s),
				(long long)e->attempt, (long long)st->attempt);
		if (c->is_turned && is_forward(c, s.node) && !is_left_out(OUT_TERM_STARTS))
			broken(c, "`%s` is tried again after the decision", name_of(c, s));
	} else {
		if (st->is_open || st->is_done)
			broken(c, "`%s` starts twice", name_of(c, s));
		if (is_forward(c, s.node))
			check_first_start(c, s);
		if (c->plan->nodes[s.node].role == ROLE_UNDO)
			check_undo_begins(c, s);
		st->start_seq = e->seq;
	}
	st->is_open = true;
	st->is_failing = st->was_stopped = false;
	st->attempt = e->attempt;
	if (e->kind == EVENT_STEP_STARTED && is_composite(c, s.node))
		st->had_effect = true;
	if (c->run->slots_used > c->run->jobs && !is_left_out(OUT_RETRY_SLOTS))
		broken(c, "%u run at once, %u may", c->run->slots_used, c->run->jobs);
}

static void on_attempt(struct checker *c, const struct event *e)
{
	struct spot s = spot_of(c, e);
	struct seen *st = seen_of(c, s);
	const struct node *n = &c->plan->nodes[s.node];
	if (!st->is_open)
		broken(c, "`%s` ends and had not begun", name_of(c, s));
	st->had_effect |= e->was_sent || !n->needs_slot;
}

static void on_retry(struct checker *c, const struct event *e)
{
	struct spot s = spot_of(c, e);
	const struct node *n = &c->plan->nodes[s.node];
	seen_of(c, s)->is_failing = false;
	if (!is_composite(c, s.node))
		return;
	c->group_retried = true;
	for (uint32_t i = s.node + 1; i < n->end; i++) {
		struct seen *inside = seen_at(c, s.frame->number, i);
		bool had_effect = inside->had_effect;
		uint64_t start_seq = inside->start_seq;
		*inside = (struct seen){.had_effect = had_effect, .start_seq = start_seq};
	}
}

static void on_finished(struct checker *c, const struct event *e)
{
	struct spot s = spot_of(c, e), group = spot_container(c->run, s);
	struct seen *st = seen_of(c, s);
	enum node_role role = c->plan->nodes[s.node].role;
	if (st->is_done)
		broken(c, "`%s` finishes twice", name_of(c, s));
	if (role == ROLE_UNDO && !st->is_open)
		check_undo_begins(c, s); /* passed over */
	if (e->state == STEP_CANCELLED && group.node != NODE_NONE)
		seen_of(c, group)->was_stopped = true;
	if (e->state == STEP_OK && st->was_stopped && !is_left_out(OUT_STOPPED_GROUP))
		broken(c, "`%s` is ok, and its steps were stopped", name_of(c, s));
	st->is_open = false;
	st->is_done = true;
	st->state = (uint8_t)e->state;
	st->end_seq = e->seq;
	st->reason = e->reason ? arena_string(&c->arena, e->reason) : NULL;
	if (e->state == STEP_FAILED && group.node != NODE_NONE && is_forward(c, s.node))
		seen_of(c, group)->is_failing = true;
}

static void on_condition(struct checker *c, const struct event *e)
{
	const struct condition_state *k = &c->run->conditions[e->index - 1];
	if (!c->is_turned && c->run->stage == STAGE_MAIN && strcmp(e->phase, "firing") == 0 &&
		k->owner_node == NODE_NONE && k->rule->mode != CONDITION_OBSERVE && !k->is_muted)
		c->fired++;
}

static void on_turn(struct checker *c, const struct event *e)
{
	if (c->turns++)
		broken(c, "two decisions: %s", event_name(e->kind));
	c->is_turned = true;
	c->is_rolling_back = e->kind == EVENT_ROLLBACK_STARTED;
	if (e->kind == EVENT_REFUSED && c->run->effects_began)
		broken(c, "refused after a step with effects");
}

/* ---- at the end ------------------------------------------------------------------------------ */

/* Whether `x` depended on `y`: over its needs, those of the groups around it, and what is in them.
 */
static bool depends(const struct plan *p, uint32_t x, uint32_t y)
{
	for (uint32_t up = x; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct node *n = &p->nodes[up];
		if (up != x && up == y)
			return true;
		for (uint32_t k = 0; k < n->need_count; k++) {
			uint32_t need = p->edges[n->needs + k];
			if (plan_is_within(p, y, need) || depends(p, need, y))
				return true;
		}
	}
	return false;
}

static bool is_around(const struct frame *outer, const struct frame *inner)
{
	for (; inner; inner = inner->outer)
		if (inner == outer)
			return true;
	return false;
}

static bool has_blocker(struct checker *c, struct spot s)
{
	for (uint32_t f = 0; f < c->run->frame_count; f++) {
		struct frame *frame = c->run->frames[f];
		for (uint32_t i = frame->first; i < frame->first + frame->count; i++) {
			uint32_t undo = c->plan->nodes[i].undo;
			if (undo == NODE_NONE)
				continue;
			const struct seen *u = seen_at(c, f, undo);
			if (!u->is_done || u->state == STEP_OK || u->state == STEP_WARNED ||
				u->state == STEP_SKIPPED || !depends(c->plan, i, s.node))
				continue;
			if (is_left_out(OUT_LOOP_BLOCKS) || is_around(frame, s.frame) ||
				is_around(s.frame, frame))
				return true;
		}
	}
	return false;
}

static bool is_named(struct checker *c, const struct event *e, struct spot s)
{
	const char *name = arena_printf(&c->arena, "`%s`", name_of(c, s));
	for (size_t i = 0; e->left.kind == VALUE_LIST && i < e->left.list->count; i++)
		if (str_starts_with(value_string(&e->left.list->items[i]), str_of(name)))
			return true;
	return false;
}

/* What a later try of the loop did with the same item: the lists are the same in every try. */
static bool stands_for(struct checker *c, struct spot s)
{
	for (uint32_t f = s.frame->number + 1; s.frame->outer && f < c->run->frame_count; f++) {
		struct frame *later = c->run->frames[f];
		if (later->node == s.frame->node && str_equal(later->name, s.frame->name) &&
			seen_at(c, f, c->plan->nodes[s.node].undo)->undone)
			return true;
	}
	return false;
}

static void check_undone(struct checker *c, const struct event *e, struct spot s)
{
	const struct seen *st = seen_of(c, s);
	const struct seen *u = seen_at(c, s.frame->number, c->plan->nodes[s.node].undo);
	bool is_blocked = u->reason && strcmp(u->reason, "blocked") == 0;
	bool is_undone =
		u->is_done && !is_blocked &&
		(u->state == STEP_OK || u->state == STEP_WARNED || u->state == STEP_SKIPPED);
	if (!st->had_effect)
		return;
	if (u->undone && stands_for(c, s))
		broken(c, "`%s` is undone for two tries", name_of(c, s));
	if (!u->undone && stands_for(c, s))
		return;
	if (!u->undone)
		broken(c, "`%s` had an effect and is not undone", name_of(c, s));
	if (is_undone == is_named(c, e, s))
		broken(c,
			is_undone ? "`%s` is undone and named as left"
				  : "`%s` is neither undone nor named",
			name_of(c, s));
	if (is_blocked && !has_blocker(c, s))
		broken(c, "`%s` is blocked by nothing", name_of(c, s));
	if (u->undone && !is_blocked && u->start_seq && has_blocker(c, s)) {
		/* What blocks it may only have failed later. */
		for (uint32_t f = 0; f < c->run->frame_count; f++)
			for (uint32_t i = 0; i < c->plan->count; i++) {
				const struct seen *o = c->seen[f] ? &c->seen[f][i] : NULL;
				const struct node *n = &c->plan->nodes[i];
				if (o && n->role == ROLE_UNDO && o->is_done &&
					(o->state == STEP_FAILED || o->state == STEP_CANCELLED) &&
					o->end_seq < u->start_seq && s.frame->number == f &&
					depends(c->plan, n->parent, s.node))
					broken(c, "`%s` is undone under `%s`", name_of(c, s),
						name_of(c, (struct spot){
								   c->run->frames[f], n->parent}));
			}
	}
}

static void each_undoable(struct checker *c, const struct event *e,
	void (*check)(struct checker *c, const struct event *e, struct spot s))
{
	for (uint32_t f = 0; f < c->run->frame_count; f++) {
		struct frame *frame = c->run->frames[f];
		for (uint32_t i = frame->first; i < frame->first + frame->count; i++) {
			struct spot s = {frame, i};
			if (c->plan->nodes[i].undo != NODE_NONE && is_forward(c, i) &&
				!spot_has_items(c->run, s))
				check(c, e, s);
		}
	}
}

static void check_untouched(struct checker *c, const struct event *e, struct spot s)
{
	(void)e;
	if (seen_of(c, s)->had_effect)
		broken(c, "`%s` had an effect, and the run is `failed`", name_of(c, s));
}

/* Of a run that turned back and found nothing to undo. */
static void check_passed_over(struct checker *c, const struct event *e, struct spot s)
{
	const struct seen *u = seen_at(c, s.frame->number, c->plan->nodes[s.node].undo);
	check_undone(c, e, s);
	if (u->undone && u->state != STEP_SKIPPED)
		broken(c, "`%s` is undone, and the run is `failed`", name_of(c, s));
}

static void check_all_ended(struct checker *c)
{
	for (uint32_t f = 0; f < c->run->frame_count; f++)
		for (uint32_t i = 0; c->seen[f] && i < c->plan->count; i++)
			if (c->seen[f][i].is_open && c->plan->nodes[i].step)
				broken(c, "`%s` has not ended",
					name_of(c, (struct spot){c->run->frames[f], i}));
}

static void check_end(struct checker *c, const struct event *e)
{
	static const int64_t codes[] = {[RUN_SUCCEEDED] = 0,
		[RUN_FAILED] = 1,
		[RUN_ROLLED_BACK] = 3,
		[RUN_ROLLBACK_INCOMPLETE] = 4,
		[RUN_HELD] = 5,
		[RUN_REFUSED] = 7};
	bool has_left = e->left.kind == VALUE_LIST && e->left.list->count;
	if (c->is_over)
		broken(c, "it ends twice");
	c->is_over = true;
	c->status = e->status;
	c->exit = e->exit;
	if (e->status != RUN_INTERRUPTED && e->exit != codes[e->status])
		broken(c, "%s with exit code %lld", run_status_names[e->status],
			(long long)e->exit);
	if (e->status == RUN_INTERRUPTED) {
		if (c->run->stop_after_current && c->ints == 2 && !c->is_signalled &&
			flying(c->world, false) && !is_left_out(OUT_SECOND_INT))
			broken(c, "the second SIGINT leaves something running");
		return;
	}
	check_all_ended(c);
	if (flying(c->world, false))
		broken(c, "something still runs at the end");
	if (e->status == RUN_ROLLED_BACK || e->status == RUN_ROLLBACK_INCOMPLETE) {
		if (!c->is_rolling_back)
			broken(c, "rolled back without a decision");
		if (has_left != (e->status == RUN_ROLLBACK_INCOMPLETE))
			broken(c, "what is left and the end state contradict each other");
		each_undoable(c, e, check_undone);
	} else if (c->is_rolling_back && e->status == RUN_FAILED) {
		each_undoable(c, e, check_passed_over);
	} else if (c->is_rolling_back) {
		broken(c, "decided to roll back and ended as %s", run_status_names[e->status]);
	} else if (e->status == RUN_FAILED && !seen_at(c, 0, c->plan->main)->is_done) {
		bool only_finally = !seen_at(c, 0, c->plan->main)->is_failing;
		if (!only_finally)
			each_undoable(c, e, check_untouched);
	}
	if (e->status == RUN_SUCCEEDED && seen_at(c, 0, c->plan->main)->is_failing)
		broken(c, "it succeeded, with a step that failed");
	if (e->status == RUN_SUCCEEDED && c->fired && !is_left_out(OUT_FIRED_AT_END))
		broken(c, "it succeeded, and a condition had fired");
}

static void on_event(struct sink *sink, const struct event *e)
{
	struct checker *c = (struct checker *)sink;
	event_json(&c->stream, e);
	strbuf_putc(&c->stream, '\n');
	if (c->is_over)
		broken(c, "%s after the end", event_name(e->kind));
	switch (e->kind) {
	case EVENT_STEP_STARTED:
	case EVENT_STEP_EXPANDED:
		on_started(c, e);
		break;
	case EVENT_ATTEMPT_FINISHED:
		on_attempt(c, e);
		break;
	case EVENT_STEP_RETRY:
		on_retry(c, e);
		break;
	case EVENT_STEP_FINISHED:
		on_finished(c, e);
		break;
	case EVENT_CONDITION:
		on_condition(c, e);
		break;
	case EVENT_BLIND:
		c->is_blind[(e->index - 1) % 8] = strcmp(e->phase, "blind") == 0;
		break;
	case EVENT_SIGNAL:
		c->ints += e->signal == SIGINT;
		c->is_signalled |= e->signal != SIGINT || c->run->signal != 0;
		break;
	case EVENT_HOLD:
	case EVENT_REFUSED:
	case EVENT_ROLLBACK_STARTED:
		on_turn(c, e);
		break;
	case EVENT_RUN_FINISHED:
		check_end(c, e);
		break;
	default:
		break;
	}
}

void checker_init(struct checker *c, const struct plan *plan, struct guarded *world)
{
	*c = (struct checker){.sink = {.event = on_event}, .plan = plan, .world = world};
	arena_init(&c->arena);
}

void checker_release(struct checker *c)
{
	strbuf_release(&c->stream);
	arena_release(&c->arena);
}
