/*
 * What stands around the steps: `finally`, `rollback`, watches and conditions, of the runbook and
 * of those that it calls. A section of a called runbook is a group in the same section of the plan,
 * with the names of its own file.
 */
#include "plan/build.h"

/* ---- calls ---------------------------------------------------------------------------------- */

enum call_place plan_call_place(const struct node *nodes, uint32_t call)
{
	enum call_place place = CALL_FORWARD;

	for (uint32_t up = call; up != NODE_NONE; up = nodes[up].parent) {
		const struct node *n = &nodes[up];

		if (n->role == ROLE_CHECK || n->role == ROLE_WATCH || step_items(n->step))
			return CALL_REPEATED;
		if (n->role == ROLE_UNDO || n->role == ROLE_BEFORE || n->role == ROLE_AFTER ||
			n->role == ROLE_FINALLY)
			place = CALL_ASIDE;
	}
	return place;
}

void plan_note_call(struct plan_builder *b, struct unit *inner)
{
	b->calls = heap_array(b->calls, b->call_count + 1, sizeof(struct unit *));
	b->calls[b->call_count++] = inner;
}

static bool is_forward(const struct plan_builder *b, const struct unit *u)
{
	return plan_call_place(b->nodes, u->node) == CALL_FORWARD;
}

/* ---- sections ------------------------------------------------------------------------------- */

struct section {
	struct plan_builder *builder;
	enum node_role role;
	uint32_t node, last; /* last: its last child so far */
};

static const struct step_list *section_list(const struct runbook *book, enum node_role role)
{
	static const struct step_list none;

	switch (role) {
	case ROLE_FINALLY:
		return &book->finally;
	case ROLE_BEFORE:
		return book->rollback ? &book->rollback->before : &none;
	case ROLE_AFTER:
		return book->rollback ? &book->rollback->steps : &none;
	default:
		return &book->steps;
	}
}

static bool open_section(struct section *s, struct unit *root)
{
	if (s->node == NODE_NONE)
		s->node = plan_add_node(s->builder, NULL, 0, s->role, root);
	return s->node != NODE_NONE;
}

static void add_own(struct section *s, struct unit *root)
{
	struct plan_builder *b = s->builder;
	const struct step_list *list = section_list(root->book, s->role);
	uint32_t first;

	if (!list->count || !open_section(s, root))
		return;
	first = b->count;
	plan_add_list(b, list, s->node, root);
	if (b->count == first)
		return;
	if (s->last != NODE_NONE)
		b->nodes[s->last].next = first;
	for (s->last = first; b->nodes[s->last].next != NODE_NONE;)
		s->last = b->nodes[s->last].next;
}

static void add_called(struct section *s, struct unit *root, struct unit *called)
{
	struct plan_builder *b = s->builder;
	const struct step_list *list = section_list(called->book, s->role);
	enum call_place place = plan_call_place(b->nodes, called->node);
	uint32_t group;

	if (!list->count || place == CALL_REPEATED ||
		(place == CALL_ASIDE && s->role != ROLE_FINALLY))
		return;
	if (!open_section(s, root))
		return;
	group = plan_add_group(b, (struct step_list *)list, s->node, s->role, called);
	if (group == NODE_NONE)
		return;
	if (s->last != NODE_NONE)
		b->nodes[s->last].next = group;
	s->last = group;
}

static uint32_t close_section(struct section *s)
{
	if (s->node != NODE_NONE)
		s->builder->nodes[s->node].end = s->builder->count;
	return s->node;
}

/* Before anything is undone the caller speaks first. */
static uint32_t add_before(struct plan_builder *b, struct unit *root)
{
	struct section s = {b, ROLE_BEFORE, NODE_NONE, NODE_NONE};

	add_own(&s, root);
	for (uint32_t i = 0; i < b->call_count; i++)
		add_called(&s, root, b->calls[i]);
	return close_section(&s);
}

/* What comes after, and what cleans up, goes from the inside out, the last called first. */
static uint32_t add_after(struct plan_builder *b, enum node_role role, struct unit *root)
{
	struct section s = {b, role, NODE_NONE, NODE_NONE};
	uint32_t known = b->call_count;

	for (uint32_t i = known; i-- > 0;)
		add_called(&s, root, b->calls[i]);
	add_own(&s, root);
	/* Those that are called here clean up behind it. */
	for (uint32_t i = known; i < b->call_count; i++)
		add_called(&s, root, b->calls[i]);
	return close_section(&s);
}

/* ---- watches and conditions ----------------------------------------------------------------- */

static void add_watch(
	struct plan_builder *b, struct plan *p, const struct watch *w, struct unit *unit)
{
	uint32_t node = plan_add_node(b, NULL, 0, ROLE_WATCH, unit);

	if (node == NODE_NONE)
		return;
	p->watches[p->watch_count++] = (struct plan_watch){w, unit, node, NODE_NONE};
	if (w->sample && w->sample->action) {
		uint32_t sample = plan_add_step(b, w->sample, node, ROLE_STEP, unit);

		if (sample != NODE_NONE)
			b->nodes[sample].place = 1;
	}
	b->nodes[node].end = b->count;
	/* Samples are no steps: they take no slot from them. */
	for (uint32_t k = node; k < b->count; k++)
		b->nodes[k].needs_slot = false;
}

static void add_watches(struct plan_builder *b, struct plan *p, struct unit *unit)
{
	for (size_t i = 0; i < unit->book->watch.count; i++)
		add_watch(b, p, unit->book->watch.items[i], unit);
}

static void add_conditions(struct plan *p, struct unit *unit)
{
	const struct rollback_section *rollback = unit->book->rollback;

	for (size_t i = 0; rollback && i < rollback->when.count; i++)
		p->conditions[p->condition_count++] =
			(struct plan_condition){rollback->when.items[i], unit, false};
	if (rollback && rollback->verify)
		p->conditions[p->condition_count++] =
			(struct plan_condition){rollback->verify, unit, true};
}

static size_t count_conditions(const struct runbook *book)
{
	return book->rollback ? book->rollback->when.count + 1 : 0;
}

static void make_tables(const struct plan_builder *b, struct plan *p)
{
	size_t watches = p->book->watch.count, conditions = count_conditions(p->book);

	for (uint32_t i = 0; i < b->call_count; i++) {
		watches += b->calls[i]->book->watch.count;
		conditions += count_conditions(b->calls[i]->book);
	}
	p->watches = arena_array(b->arena, watches + 1, sizeof(*p->watches));
	p->conditions = arena_array(b->arena, conditions + 1, sizeof(*p->conditions));
}

/* A watch that calls a runbook calls one without watches (RB118). */
static void add_watching(struct plan_builder *b, struct plan *p, struct unit *unit)
{
	uint32_t known = b->call_count;

	make_tables(b, p);
	add_watches(b, p, unit);
	add_conditions(p, unit);
	for (uint32_t i = 0; i < known; i++) {
		if (!is_forward(b, b->calls[i]))
			continue;
		add_watches(b, p, b->calls[i]);
		add_conditions(p, b->calls[i]);
	}
}

void plan_add_sections(struct plan_builder *b, struct plan *p, struct unit *unit)
{
	p->main = plan_add_node(b, NULL, 0, ROLE_MAIN, unit);
	plan_add_list(b, &p->book->steps, p->main, unit);
	b->nodes[p->main].end = b->count;
	p->before = add_before(b, unit);
	p->after = add_after(b, ROLE_AFTER, unit);
	p->finally = add_after(b, ROLE_FINALLY, unit);
	add_watching(b, p, unit);
}
