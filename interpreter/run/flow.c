#include "run/flow.h"

#include "run/queue.h"
#include "run/watch.h"

/* ---- frames --------------------------------------------------------------------------------- */

static uint32_t unfinished_needs(const struct run *r, const struct frame *f, uint32_t node)
{
	const struct node *n = &r->plan->nodes[node];
	uint32_t left = 0;

	for (uint32_t k = 0; k < n->need_count; k++) {
		uint32_t need = r->plan->edges[n->needs + k];
		struct frame *home = frame_of(r, f, need);
		struct step_state *st = home ? spot_state((struct spot){home, need}) : NULL;

		left += !st || !st->is_released;
	}
	return left;
}

static struct str frame_name(struct run *r, const struct frame *outer, uint32_t index)
{
	char *text;

	if (!outer)
		return (struct str){"", 0};
	text = outer->name.len ? arena_printf(r->arena, "%.*s.%u", STR_ARGS(outer->name), index)
			       : arena_printf(r->arena, "%u", index);
	return str_of(text);
}

struct frame *flow_frame(struct run *r, struct frame *outer, uint32_t node, uint32_t index)
{
	struct frame *f = arena_new(r->arena, struct frame);
	uint32_t end = outer ? r->plan->nodes[node].end : r->plan->count;

	*f = (struct frame){.number = r->frame_count,
		.outer = outer,
		.node = node,
		.index = index,
		.first = node,
		.count = end - node,
		.name = frame_name(r, outer, index)};
	f->steps = arena_array(r->arena, f->count, sizeof(struct step_state));
	if (r->frame_count == r->frame_cap) {
		r->frame_cap = r->frame_cap ? r->frame_cap * 2 : 16;
		r->frames = heap_array(r->frames, r->frame_cap, sizeof(struct frame *));
	}
	r->frames[r->frame_count++] = f;
	for (uint32_t i = node; i < end; i++)
		f->steps[i - node].needs_left = unfinished_needs(r, f, i);
	return f;
}

/* ---- lines ---------------------------------------------------------------------------------- */

void flow_withdraw(struct spot s)
{
	spot_state(s)->stamp++;
}

void flow_attend(struct run *r, struct spot s)
{
	queue_push(&r->attention, s.node, s, ++spot_state(s)->stamp);
}

void flow_timer(struct run *r, struct spot s, int64_t due_ns)
{
	struct step_state *st = spot_state(s);

	st->timer_stamp++;
	st->due_ns = due_ns;
	if (due_ns != NS_NEVER)
		queue_push(&r->timers, due_ns, s, st->timer_stamp);
}

static void live_add(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);

	if (st->live)
		return;
	if (r->live_count == r->live_cap) {
		r->live_cap = r->live_cap ? r->live_cap * 2 : 16;
		r->live = heap_array(r->live, r->live_cap, sizeof(*r->live));
	}
	r->live[r->live_count++] = s;
	st->live = r->live_count;
}

static void live_remove(struct run *r, struct step_state *st)
{
	struct spot last;

	if (!st->live)
		return;
	last = r->live[--r->live_count];
	r->live[st->live - 1] = last;
	spot_state(last)->live = st->live;
	st->live = 0;
}

void flow_release_slot(struct run *r, struct step_state *st)
{
	if (st->has_slot)
		r->slots_used--;
	st->has_slot = false;
}

/* ---- opening -------------------------------------------------------------------------------- */

static void let_go(struct run *r, struct spot s);

/* A step that will not run, with all that is in it: whoever waits for it goes on. */
static void skip_all(struct run *r, struct spot s)
{
	for (uint32_t i = s.node; i < r->plan->nodes[s.node].end; i++) {
		struct spot inside = {s.frame, i};

		if (spot_state(inside)->phase != PHASE_IDLE)
			continue;
		spot_state(inside)->status = STEP_SKIPPED;
		spot_state(inside)->phase = PHASE_DONE;
		watch_arm_after(r, i, r->now_ns);
		let_go(r, inside);
	}
}

void flow_ready(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[s.node];
	struct spot around = spot_container(r, s);

	st->phase = PHASE_READY;
	if (!st->live && around.node != NODE_NONE && n->role != ROLE_CHECK && n->role != ROLE_UNDO)
		spot_state(around)->running++;
	live_add(r, s);
	if (n->needs_slot && !spot_has_items(r, s) && !spot_is_stopping(r, s))
		queue_push(n->effect == EFFECT_WRITES && !st->attempts ? &r->gated : &r->startable,
			s.node, s, ++st->stamp);
	else
		flow_attend(r, s);
}

static bool may_open(struct spot child)
{
	const struct step_state *st = spot_state(child);

	return st->phase == PHASE_IDLE && st->needs_left == 0;
}

static void open_items(struct run *r, struct spot s, uint32_t limit)
{
	struct step_state *st = spot_state(s);

	while (st->running < limit && st->cursor < st->item_count) {
		uint32_t i = st->cursor++;
		struct frame *f = flow_frame(r, s.frame, s.node, i + 1);

		f->list = st->item_values;
		f->item = f->list->items[i];
		st->items[i] = f;
		spot_state((struct spot){f, s.node})->is_decided =
			!r->plan->nodes[s.node].reads_items;
		flow_ready(r, (struct spot){f, s.node});
	}
}

/* Invariant: children before `cursor` are opened, or wait for a need that will set it back. */
static void open_children(struct run *r, struct spot s, uint32_t limit)
{
	struct step_state *st = spot_state(s);
	uint32_t child = st->cursor;

	for (; child != NODE_NONE && st->running < limit;
		child = plan_child(r->plan, s.node, child)) {
		if (may_open((struct spot){s.frame, child}))
			flow_ready(r, (struct spot){s.frame, child});
	}
	st->cursor = child;
}

static void open_more(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);
	uint32_t limit = spot_limit(r, s);

	if (spot_is_stopping(r, s))
		return;
	if (st->phase == PHASE_EXPANDED)
		open_items(r, s, limit);
	else if (st->phase == PHASE_OPEN && limit != UINT32_MAX)
		open_children(r, s, limit);
}

/* The branches that do not hold are skipped at once; nothing was asked of them. */
static void open_branch(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);
	uint32_t child = NODE_NONE;

	st->phase = PHASE_OPEN;
	st->open = 1;
	while ((child = plan_child(r->plan, s.node, child)) != NODE_NONE) {
		struct spot branch = {s.frame, child};

		if (r->plan->nodes[child].place == st->branch) {
			spot_state(branch)->is_chosen = true;
			flow_ready(r, branch);
		} else {
			skip_all(r, branch);
		}
	}
}

void flow_open(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[s.node];
	uint32_t child = NODE_NONE;

	live_add(r, s);
	if (st->phase == PHASE_EXPANDED) {
		st->open = st->item_count;
		open_more(r, s);
	} else if (n->action == ACTION_CHOOSE) {
		open_branch(r, s);
	} else {
		st->phase = PHASE_OPEN;
		st->open = 0;
		while ((child = plan_child(r->plan, s.node, child)) != NODE_NONE)
			st->open += !spot_state((struct spot){s.frame, child})->is_released;
		st->cursor = plan_child(r->plan, s.node, NODE_NONE);
		/* The root's sections are opened by the events that begin them. */
		if (n->role != ROLE_ROOT)
			open_children(r, s, spot_limit(r, s));
	}
	if (!st->open)
		flow_attend(r, s);
}

/* ---- finishing ------------------------------------------------------------------------------ */

static void let_go(struct run *r, struct spot s)
{
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[s.node];

	if (st->is_released || spot_is_item(s))
		return;
	st->is_released = true;
	for (uint32_t k = 0; k < n->follower_count; k++) {
		uint32_t follower = r->plan->edges[n->followers + k];
		struct frame *home = frame_of(r, s.frame, follower);
		struct spot f = {home, follower}, group;
		struct step_state *fs;

		if (!home)
			continue;
		fs = spot_state(f);
		if (fs->needs_left)
			fs->needs_left--;
		group = spot_container(r, f);
		if (!may_open(f) || spot_state(group)->phase != PHASE_OPEN ||
			spot_is_stopping(r, group))
			continue;
		if (spot_state(group)->running < spot_limit(r, group))
			flow_ready(r, f);
		else if (follower < spot_state(group)->cursor)
			spot_state(group)->cursor = follower;
	}
}

/* What is inside a finished group will not run any more: who waits for it from outside goes on. */
static void let_go_inside(struct run *r, struct spot s)
{
	if (!r->plan->has_outer_needs || spot_has_items(r, s))
		return;
	for (uint32_t i = s.node + 1; i < r->plan->nodes[s.node].end; i++)
		let_go(r, (struct spot){s.frame, i});
}

static void finish_check(struct run *r, struct spot s, enum step_status status)
{
	struct spot step = {s.frame, r->plan->nodes[s.node].parent};
	struct step_state *st = spot_state(step);

	st->is_checked = true;
	st->check_held = status == STEP_OK || status == STEP_WARNED;
	flow_ready(r, step);
}

/* Clean-up and going back go on after a failure in them; the run remembers it. */
static bool goes_on_after_failure(enum node_role role)
{
	return role == ROLE_FINALLY || role == ROLE_BEFORE || role == ROLE_AFTER;
}

static void tell_group(struct run *r, struct spot s, bool was_live, enum step_status status)
{
	struct spot group = spot_container(r, s);
	enum node_role role = r->plan->nodes[group.node].role;
	struct step_state *st = spot_state(group);
	bool has_failed = status == STEP_FAILED || status == STEP_UNKNOWN;

	if (role == ROLE_ROOT)
		return;
	st->open--;
	st->running -= was_live;
	st->has_warned |= (status == STEP_WARNED && st->phase == PHASE_EXPANDED) ||
			  (has_failed && goes_on_after_failure(role));
	st->warned_items += status == STEP_WARNED && st->phase == PHASE_EXPANDED;
	st->was_stopped |= status == STEP_CANCELLED;
	if (has_failed && !st->is_failing && !goes_on_after_failure(role)) {
		st->is_failing = true;
		/* It ends for this reason, not for a deadline that passes while it winds down. */
		if (role == ROLE_MAIN)
			flow_timer(r, group, NS_NEVER);
		flow_stop_inside(r, group);
	}
	open_more(r, group);
	/* The answer may still be to go back: it ends with it. */
	if (role == ROLE_MAIN && !st->is_failing && run_awaits_word(r))
		return;
	if (st->open == 0 || (st->running == 0 && spot_is_stopping(r, group)))
		flow_attend(r, group);
}

void flow_finish(struct run *r, struct spot s, enum step_status status)
{
	struct step_state *st = spot_state(s);
	bool was_live = st->live != 0;
	struct spot group = spot_container(r, s);
	bool goes_on;

	r->parked -= st->phase == PHASE_PARKED;
	st->status = (uint8_t)status;
	st->phase = PHASE_DONE;
	flow_withdraw(s);
	flow_timer(r, s, NS_NEVER);
	flow_release_slot(r, st);
	live_remove(r, st);
	if (r->plan->nodes[s.node].role == ROLE_CHECK) {
		finish_check(r, s, status);
		return;
	}
	goes_on =
		status == STEP_OK || status == STEP_WARNED || status == STEP_SKIPPED ||
		(group.node != NODE_NONE && goes_on_after_failure(r->plan->nodes[group.node].role));
	if (goes_on) {
		if (status == STEP_SKIPPED)
			skip_all(r, s);
		let_go_inside(r, s);
		let_go(r, s);
	}
	if (group.node != NODE_NONE)
		tell_group(r, s, was_live, status);
}

/* ---- stopping and starting over ------------------------------------------------------------- */

static bool is_inside(const struct run *r, struct spot s, struct spot around)
{
	for (; s.node != NODE_NONE; s = spot_container(r, s)) {
		if (s.frame == around.frame && s.node == around.node)
			return true;
	}
	return false;
}

void flow_stop_inside(struct run *r, struct spot s)
{
	for (uint32_t i = 0; i < r->live_count; i++) {
		struct spot inside = r->live[i];
		const struct step_state *st = spot_state(inside);

		if (st->is_cancelling || !is_inside(r, inside, s))
			continue;
		/* A group is looked at when nothing runs in it any more. */
		if ((st->phase == PHASE_OPEN || st->phase == PHASE_EXPANDED) && st->running)
			continue;
		if (st->phase == PHASE_CHECKING)
			continue; /* its check is live itself */
		flow_attend(r, inside);
	}
}

static void take_back(struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];

	for (uint32_t k = 0; k < n->follower_count; k++) {
		uint32_t follower = r->plan->edges[n->followers + k];
		struct frame *home = frame_of(r, s.frame, follower);

		if (home && spot_state((struct spot){home, follower})->phase == PHASE_IDLE)
			spot_state((struct spot){home, follower})->needs_left++;
	}
}

/* Nothing inside is live: the group is judged only when nothing runs in it. */
void flow_reset(struct run *r, struct spot s)
{
	uint32_t end = r->plan->nodes[s.node].end;

	for (uint32_t i = s.node + 1; i < end; i++) {
		struct spot inside = {s.frame, i};
		struct step_state *st = spot_state(inside);

		if (st->is_released && r->plan->has_outer_needs)
			take_back(r, inside);
		/* What it did stays done, and is undone, also when it does not run again. Of the
		 * sample before nothing stays: its arena is empty by now. */
		bool is_kept = st->has_started && !plan_is_sample(r->plan, i);
		*st = (struct step_state){.stamp = st->stamp + 1,
			.timer_stamp = st->timer_stamp + 1,
			.status = is_kept ? st->status : STEP_PENDING,
			.has_started = is_kept,
			.had_effect = is_kept,
			.start_seq = st->start_seq,
			.own_seq = st->own_seq,
			.result = is_kept ? st->result : value_nil(),
			.outputs = is_kept ? st->outputs : value_nil(),
			.unit = st->unit,
			.effects_began = st->effects_began};
	}
	for (uint32_t i = s.node + 1; i < end; i++)
		spot_state((struct spot){s.frame, i})->needs_left = unfinished_needs(r, s.frame, i);
}
