#include "run/state.h"

#include "run/flow.h"
#include "run/queue.h"
#include "run/watch.h"

const struct spot spot_none = {NULL, NODE_NONE};

struct spot spot_container(const struct run *r, struct spot s)
{
	if (spot_is_item(s))
		return (struct spot){s.frame->outer, s.node};
	if (r->plan->nodes[s.node].parent == NODE_NONE)
		return spot_none;
	/* What undoes a step stands on its own: the step and all around it are over. */
	if (r->plan->nodes[s.node].role == ROLE_UNDO)
		return (struct spot){r->root, 0};
	return (struct spot){s.frame, r->plan->nodes[s.node].parent};
}

bool spot_is_stopping(const struct run *r, struct spot s)
{
	if (r->signal)
		return true;
	for (; s.node != NODE_NONE; s = spot_container(r, s)) {
		const struct step_state *st = spot_state(s);

		if (st->is_failing || st->is_cancelling)
			return true;
	}
	return false;
}

struct frame *frame_of(const struct run *r, const struct frame *frame, uint32_t node)
{
	(void)r;
	for (; frame; frame = frame->outer) {
		if (node >= frame->first && node - frame->first < frame->count)
			return (struct frame *)frame;
	}
	return NULL;
}

struct spot spot_seen(const struct run *r, const struct frame *frame, uint32_t node)
{
	struct frame *f = frame_of(r, frame, node);

	if (!f)
		return (struct spot){NULL, node};
	for (uint32_t up = node; up != NODE_NONE && up >= f->first;
		up = r->plan->nodes[up].parent) {
		const struct step_state *st = spot_state((struct spot){f, up});

		if (up == node || !spot_has_items(r, (struct spot){f, up}))
			continue;
		for (uint32_t i = st->item_count; i-- > 0;) {
			if (st->items[i])
				return spot_seen(r, st->items[i], node);
		}
		return (struct spot){NULL, node};
	}
	return (struct spot){f, node};
}

struct unit_state *spot_unit(struct run *r, struct spot s)
{
	const struct unit *u = r->plan->nodes[s.node].unit;
	struct frame *f;

	if (!u->outer)
		return &r->root_unit;
	f = frame_of(r, s.frame, u->node);
	return f ? spot_state((struct spot){f, u->node})->unit : NULL;
}

/* At least one, or nothing would ever run. */
static uint32_t share_of(int64_t limit, uint32_t count)
{
	int64_t share = limit;

	if (limit < 0)
		share = limit == INT64_MIN ? 1 : (-limit * (int64_t)count + 99) / 100;
	return share < 1 ? 1 : (uint32_t)share;
}

uint32_t spot_limit(const struct run *r, struct spot s)
{
	const struct step *step = r->plan->nodes[s.node].step;

	if (spot_has_items(r, s))
		return share_of(step->limit, spot_state(s)->item_count);
	if (r->plan->nodes[s.node].action == ACTION_PARALLEL && step->limit > 0)
		return (uint32_t)step->limit;
	return UINT32_MAX;
}

struct arena *spot_arena(struct run *r, struct spot s)
{
	if (plan_is_sample(r->plan, s.node))
		return &watch_of_node(r, s.node)->arena;
	return r->arena;
}

bool status_is_final(enum step_status s)
{
	return s >= STEP_OK;
}

struct run *run_new(struct arena *a, const struct plan *p, struct str id, uint32_t jobs)
{
	struct run *r = arena_new(a, struct run);

	r->arena = a;
	r->plan = p;
	r->id = id;
	r->jobs = jobs;
	r->env = value_map(a);
	r->secrets = arena_array(a, p->unit_count, sizeof(struct value));
	r->root = flow_frame(r, NULL, 0, 0);
	watch_init(r);
	return r;
}

void run_free(struct run *r)
{
	queue_release(&r->attention);
	queue_release(&r->startable);
	queue_release(&r->gated);
	watch_release(r);
	queue_release(&r->timers);
	free(r->live);
	free(r->frames);
}
