#include "run/undo.h"

/* ---- loops in a group that was tried again -------------------------------------------------- */

/* Whether it belongs to an earlier try: the loop has no such item any more. */
static bool is_of_earlier_try(const struct frame *f)
{
	for (; f->outer; f = f->outer) {
		const struct step_state *loop = spot_state((struct spot){f->outer, f->node});

		if (f->index > loop->item_count || loop->items[f->index - 1] != f)
			return true;
	}
	return false;
}

/* So many items before it in its list are equal to it. */
static uint32_t rank_of(const struct frame *f)
{
	uint32_t rank = 0;

	for (uint32_t i = 0; i + 1 < f->index; i++)
		rank += value_equal(&f->list->items[i], &f->item);
	return rank;
}

/* The same item in two tries; of equal items in one list the first is the first, and so on. */
static bool is_same_item(const struct frame *x, const struct frame *y)
{
	for (; x != y; x = x->outer, y = y->outer) {
		if (!x->outer || !y->outer || x->node != y->node ||
			!value_equal(&x->item, &y->item) || rank_of(x) != rank_of(y))
			return false;
	}
	return true;
}

/* What a later try did with the same item stands for both, as with a step that is no loop. */
static bool is_superseded(const struct run *r, struct spot s)
{
	if (!is_of_earlier_try(s.frame))
		return false;
	for (uint32_t i = s.frame->number + 1; i < r->frame_count; i++) {
		struct frame *later = r->frames[i];

		if (later->node == s.frame->node && is_same_item(later, s.frame) &&
			spot_state((struct spot){later, s.node})->has_started)
			return true;
	}
	return false;
}

/* ---- the list ------------------------------------------------------------------------------- */

/* In an earlier turning back, that left other things behind. */
static bool was_undone(const struct run *r, struct spot s)
{
	uint32_t undo = r->plan->nodes[s.node].undo;
	const struct step_state *st =
		undo == NODE_NONE ? NULL : spot_state((struct spot){s.frame, undo});

	return st && st->phase == PHASE_DONE &&
	       (st->status == STEP_OK || st->status == STEP_WARNED);
}

static bool is_to_undo(const struct run *r, struct spot s)
{
	const struct step_state *st = spot_state(s);

	return st->has_started && !was_undone(r, s) && r->plan->nodes[s.node].undo != NODE_NONE &&
	       !is_superseded(r, s) && !spot_has_items(r, s) &&
	       plan_is_within(r->plan, s.node, r->plan->main);
}

bool undo_is_needed(const struct run *r)
{
	for (uint32_t f = 0; f < r->frame_count; f++) {
		struct frame *frame = r->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			if (is_to_undo(r, (struct spot){frame, frame->first + i}))
				return true;
		}
	}
	return false;
}

static int later_first(const void *x, const void *y)
{
	const struct step_state *a = spot_state(*(const struct spot *)x);
	const struct step_state *b = spot_state(*(const struct spot *)y);

	if (a->start_seq != b->start_seq)
		return a->start_seq < b->start_seq ? 1 : -1;
	return a->own_seq < b->own_seq ? 1 : a->own_seq > b->own_seq ? -1 : 0;
}

static uint32_t collect(const struct run *r, struct arena *a,
	bool (*wanted)(const struct run *r, struct spot s), struct spot **out)
{
	uint32_t count = 0, cap = 0;
	struct spot *list = NULL;

	for (uint32_t f = 0; f < r->frame_count; f++) {
		struct frame *frame = r->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			struct spot s = {frame, frame->first + i};

			if (!wanted(r, s))
				continue;
			if (count == cap) {
				cap = cap ? cap * 2 : 16;
				list = heap_array(list, cap, sizeof(*list));
			}
			list[count++] = s;
		}
	}
	if (count)
		qsort(list, count, sizeof(*list), later_first);
	*out = arena_array(a, count + 1, sizeof(*list));
	if (count)
		memcpy(*out, list, count * sizeof(*list));
	free(list);
	return count;
}

uint32_t undo_list(const struct run *r, struct arena *a, struct spot **out)
{
	return collect(r, a, is_to_undo, out);
}

static bool is_final(const struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];

	return spot_state(s)->has_started && n->step && n->step->more &&
	       n->step->more->irreversible && n->undo == NODE_NONE && !spot_has_items(r, s) &&
	       plan_is_within(r->plan, s.node, r->plan->main);
}

uint32_t undo_finals(const struct run *r, struct arena *a, struct spot **out)
{
	return collect(r, a, is_final, out);
}

struct str undo_name(const struct run *r, struct spot s, struct arena *a)
{
	struct str name = plan_name(r->plan, s.node, a);

	if (!s.frame->name.len)
		return name;
	return str_of(arena_printf(a, "%.*s[%.*s]", STR_ARGS(name), STR_ARGS(s.frame->name)));
}

static bool is_bare(const struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];
	const struct step_more *more = n->step ? n->step->more : NULL;

	return spot_state(s)->has_started && n->needs_slot && n->effect == EFFECT_WRITES &&
	       n->undo == NODE_NONE && !n->step->has_rollback && !spot_has_items(r, s) &&
	       plan_is_within(r->plan, s.node, r->plan->main) &&
	       plan_undone_step(r->plan, s.node) == NODE_NONE && n->role != ROLE_CHECK &&
	       !(more && (more->keep || more->irreversible));
}

struct value undo_bare(const struct run *r, struct arena *a)
{
	struct value list = value_nil();

	for (uint32_t f = 0; f < r->frame_count; f++) {
		struct frame *frame = r->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			struct spot s = {frame, frame->first + i};

			if (!is_bare(r, s))
				continue;
			if (list.kind == VALUE_NIL)
				list = value_list(a);
			list_add(a, list.list, value_str(undo_name(r, s, a)));
		}
	}
	return list;
}

/* Everything that `node` waited for, over groups and needs: a walk back over the edges. */
static void mark_before(const struct run *r, uint32_t node, bool *marked)
{
	const struct plan *p = r->plan;
	uint32_t *stack = heap_array(NULL, (size_t)p->count + 1, sizeof(uint32_t)), depth = 0;
	bool *seen = heap_alloc(p->count);

	memset(seen, 0, p->count);
	stack[depth++] = node;
	seen[node] = true;
	while (depth) {
		const struct node *n = &p->nodes[stack[--depth]];

		for (uint32_t k = 0; k < n->need_count; k++) {
			uint32_t need = p->edges[n->needs + k];

			for (uint32_t i = need; i < p->nodes[need].end; i++) {
				marked[i] = true;
				if (!seen[i]) {
					seen[i] = true;
					stack[depth++] = i;
				}
			}
		}
		if (n->parent != NODE_NONE && !seen[n->parent]) {
			seen[n->parent] = true;
			stack[depth++] = n->parent;
		}
	}
	free(stack);
	free(seen);
}

/* The groups around the step are undone after it: they depended on nothing of it, it on them. */
static void mark_around(const struct run *r, uint32_t node, bool *marked)
{
	for (node = r->plan->nodes[node].parent; node != NODE_NONE;
		node = r->plan->nodes[node].parent)
		marked[node] = true;
}

static bool is_around(const struct frame *outer, const struct frame *inner)
{
	while (inner && inner != outer)
		inner = inner->outer;
	return inner != NULL;
}

void undo_block(struct run *r, struct spot s)
{
	uint32_t node = s.node;
	bool *marked = heap_alloc(r->plan->count);

	memset(marked, 0, r->plan->count);
	mark_before(r, node, marked);
	mark_around(r, node, marked);
	for (uint32_t i = r->undo_next; i < r->undo_count; i++) {
		/* Items of a loop stand for themselves. */
		if (marked[r->undo[i].node] && (is_around(r->undo[i].frame, s.frame) ||
						       is_around(s.frame, r->undo[i].frame)))
			spot_state(r->undo[i])->is_blocked = true;
	}
	free(marked);
}
