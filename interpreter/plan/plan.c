#include "plan/plan.h"

#include "plan/build.h"
#include "script/sandbox.h"

/* ---- growing the node table ----------------------------------------------------------------- */

uint32_t plan_add_node(struct plan_builder *b, const struct step *s, uint32_t parent,
	enum node_role role, struct unit *unit)
{
	struct node *n;

	if (b->count == PLAN_MAX_NODES) {
		if (!b->is_full)
			diagnose(b->diagnostics, RB016, s ? s->span : (struct span){0},
				"more than %u steps", PLAN_MAX_NODES);
		b->is_full = true;
		return NODE_NONE;
	}
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->nodes = heap_array(b->nodes, b->cap, sizeof(*b->nodes));
	}
	n = &b->nodes[b->count];
	*n = (struct node){.step = s,
		.unit = unit,
		.parent = parent,
		.next = NODE_NONE,
		.check = NODE_NONE,
		.undo = NODE_NONE,
		.role = (uint8_t)role};
	if (!s)
		n->action = ACTION_STEPS;
	return b->count++;
}

static void set_defaults(struct node *n, const struct step *s)
{
	n->action = s->action;
	n->effect = (uint8_t)step_effect(s);
	n->on_failure = s->on_failure ? s->on_failure : ON_FAILURE_STOP;
	n->needs_slot = s->action == ACTION_RUN || s->action == ACTION_HTTP;
	n->has_needs = s->has_needs;
	n->unit->id_count += s->id.len > 0;
}

/* ---- modules and called runbooks ------------------------------------------------------------ */

static struct unit *add_unit(
	struct plan_builder *b, const struct runbook *book, struct unit *outer, uint32_t node)
{
	struct unit *u = arena_new(b->arena, struct unit);

	*u = (struct unit){.number = b->unit_count, .outer = outer, .node = node, .book = book};
	b->units = heap_array(b->units, b->unit_count + 1, sizeof(struct unit *));
	b->units[b->unit_count++] = u;
	return u;
}

static void load_helpers(struct plan_builder *b, struct unit *u)
{
	const struct runbook *book = u->book;
	struct source_file *file;
	const char *path, *why;

	if (!book->lua.len)
		return;
	for (uint32_t i = 0; i < b->unit_count; i++) {
		if (b->units[i]->book == book && b->units[i]->helpers) {
			u->helpers = b->units[i]->helpers;
			return;
		}
	}
	path = path_beside(b->arena, book->file, &(struct naming){book->lua, book->lua_span, RB212},
		b->diagnostics);
	if (!path)
		return;
	file = source_read(b->files, path, &why);
	if (!file) {
		diagnose(b->diagnostics, RB212, book->lua_span, "cannot read `%s`: %s", path, why);
		return;
	}
	u->helpers = sandbox_new();
	sandbox_load_helpers(u->helpers, file, b->diagnostics);
}

static bool uses_itself(const struct unit *u, const struct runbook *book)
{
	for (; u; u = u->outer) {
		if (u->book == book)
			return true;
	}
	return false;
}

static void add_inner(struct plan_builder *b, uint32_t node, const struct step *s)
{
	struct unit *unit = b->nodes[node].unit, *inner;
	const struct runbook *book = module_find(&b->modules, unit->book->file, s->uses->name,
		s->uses->span, s->action == ACTION_USES);

	if (!book)
		return;
	if (uses_itself(unit, book) || b->depth > PLAN_MAX_DEPTH) {
		diagnose(b->diagnostics, RB117, s->uses->span, "`%.*s` uses itself",
			STR_ARGS(s->uses->name));
		return;
	}
	inner = add_unit(b, book, unit, node);
	b->nodes[node].inner = inner;
	load_helpers(b, inner);
	if (s->action == ACTION_CALL)
		plan_note_call(b, inner);
	plan_add_list(b, &book->steps, node, inner);
}

/* ---- the walk ------------------------------------------------------------------------------- */

uint32_t plan_add_group(struct plan_builder *b, struct step_list *list, uint32_t parent,
	enum node_role role, struct unit *unit)
{
	struct step *group = arena_new(b->arena, struct step);

	*group = (struct step){.action = ACTION_STEPS,
		.steps = list,
		.span = list->items[0]->span,
		.idempotent = -1,
		.mask = -1,
		.interactive = -1,
		.timeout_ns = INT64_MIN,
		.deadline_ns = INT64_MIN,
		.limit = INT64_MIN};
	return plan_add_step(b, group, parent, role, unit);
}

/* One compensation is the node itself. */
static uint32_t add_undo(
	struct plan_builder *b, struct step_list *rollback, uint32_t parent, struct unit *unit)
{
	return rollback->count == 1 ? plan_add_step(b, rollback->items[0], parent, ROLE_UNDO, unit)
				    : plan_add_group(b, rollback, parent, ROLE_UNDO, unit);
}

uint32_t plan_add_step(struct plan_builder *b, const struct step *s, uint32_t parent,
	enum node_role role, struct unit *unit)
{
	uint32_t node = plan_add_node(b, s, parent, role, unit);

	if (node == NODE_NONE)
		return node;
	set_defaults(&b->nodes[node], s);
	b->depth++;
	if (s->more && s->more->check) {
		/* Not in the same statement: adding may move the table. */
		uint32_t check = plan_add_step(b, s->more->check, node, ROLE_CHECK, unit);

		b->nodes[node].check = check;
	}
	if (s->more && s->more->rollback.count) {
		uint32_t undo = add_undo(b, &s->more->rollback, node, unit);

		b->nodes[node].undo = undo;
	}
	switch (s->action) {
	case ACTION_STEPS:
	case ACTION_PARALLEL:
	case ACTION_CHOOSE:
		if (s->steps)
			plan_add_list(b, s->steps, node, unit);
		break;
	case ACTION_USES:
	case ACTION_CALL:
		if (s->uses)
			add_inner(b, node, s);
		break;
	default:
		break;
	}
	b->depth--;
	b->nodes[node].end = b->count;
	return node;
}

void plan_add_list(
	struct plan_builder *b, const struct step_list *list, uint32_t parent, struct unit *unit)
{
	uint32_t previous = NODE_NONE;

	for (size_t i = 0; i < list->count; i++) {
		uint32_t node;

		if (list->items[i]->action == ACTION_NONE)
			continue; /* told already */
		node = plan_add_step(b, list->items[i], parent, ROLE_STEP, unit);
		if (node == NODE_NONE)
			return;
		b->nodes[node].place = (uint32_t)i + 1;
		if (previous != NODE_NONE)
			b->nodes[previous].next = node;
		previous = node;
	}
}

/* ---- ids ------------------------------------------------------------------------------------ */

static uint32_t id_slot(const struct plan *p, const struct unit *u, struct str id)
{
	uint32_t slot = str_hash(id) & u->ids_mask;

	while (u->ids[slot] && !str_equal(p->nodes[u->ids[slot] - 1].step->id, id))
		slot = (slot + 1) & u->ids_mask;
	return slot;
}

static void index_ids(struct plan *p)
{
	for (uint32_t i = 0; i < p->unit_count; i++) {
		uint32_t size = 2;

		while (size < p->units[i]->id_count * 2)
			size *= 2;
		p->units[i]->ids = arena_array(p->arena, size, sizeof(uint32_t));
		p->units[i]->ids_mask = size - 1;
	}
	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];
		uint32_t slot;

		if (!n->step || !n->step->id.len)
			continue;
		slot = id_slot(p, n->unit, n->step->id);
		if (!n->unit->ids[slot])
			n->unit->ids[slot] = i + 1;
	}
}

uint32_t plan_step(const struct plan *p, const struct unit *u, struct str id)
{
	uint32_t found = u->ids[id_slot(p, u, id)];

	return found ? found - 1 : NODE_NONE;
}

static void mark_late_monitors(struct plan *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];
		const struct monitor_args *args =
			n->action == ACTION_MONITOR ? n->step->monitor : NULL;

		for (size_t k = 0; args && k < args->fail.count; k++) {
			const struct condition *rule = args->fail.items[k];

			n->unit->has_late_monitors |= rule->for_late || rule->decide_within_late;
		}
	}
}

static void resolve_watches(struct plan *p, struct diagnostics *d)
{
	for (uint32_t i = 0; i < p->watch_count; i++) {
		struct plan_watch *w = &p->watches[i];
		const struct watch *watch = w->watch;

		w->after = watch->after.len ? plan_step(p, w->unit, watch->after) : NODE_NONE;
		if (watch->after.len && w->after == NODE_NONE)
			plan_tell_no_step(p, d, w->unit, watch->after, watch->after_span);
	}
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void number_nodes(struct plan_builder *b, struct plan *p)
{
	struct unit *unit = add_unit(b, p->book, NULL, 0);
	uint32_t root;

	load_helpers(b, unit);
	root = plan_add_node(b, NULL, NODE_NONE, ROLE_ROOT, unit);
	plan_add_sections(b, p, unit);
	b->nodes[root].end = b->count;
}

uint32_t plan_undone_step(const struct plan *p, uint32_t node)
{
	for (; node != NODE_NONE; node = p->nodes[node].parent) {
		if (p->nodes[node].role == ROLE_UNDO)
			return p->nodes[node].parent;
	}
	return NODE_NONE;
}

uint32_t plan_host_step(const struct plan *p, uint32_t node)
{
	const struct unit *unit = p->nodes[node].unit;

	for (; node != NODE_NONE; node = p->nodes[node].parent) {
		const struct node *n = &p->nodes[node];

		if (n->unit != unit)
			return NODE_NONE;
		if (n->step && n->step->more && n->step->more->hosts)
			return node;
	}
	return NODE_NONE;
}

bool plan_is_sample(const struct plan *p, uint32_t node)
{
	return p->watch_count && node >= p->watches[0].node;
}

static void load_inventory(struct plan *p, struct diagnostics *d)
{
	const struct runbook *book = p->book;
	struct str named = book->inventory;
	const char *path = p->files->inventory;

	if (!path && !named.len)
		return;
	if (!path)
		path = str_is(str_of(book->file->dir), ".")
			       ? arena_copy(p->arena, named.at, named.len)
			       : arena_printf(
					 p->arena, "%s/%.*s", book->file->dir, STR_ARGS(named));
	p->inventory = inventory_load(p->arena, p->files, path,
		p->files->inventory ? (struct span){0} : book->inventory_span, d);
}

struct plan *plan_build(struct arena *a, struct source_set *files, const struct runbook *book,
	struct diagnostics *d)
{
	struct plan *p = arena_new(a, struct plan);
	struct plan_builder b = {.arena = a,
		.files = files,
		.diagnostics = d,
		.modules = {.arena = a, .files = files, .diagnostics = d}};

	/* A file that uses itself is not read a second time. */
	if (book)
		b.modules.loaded[b.modules.count++] = book;
	p->arena = a;
	p->files = files;
	p->book = book;
	load_inventory(p, d);
	number_nodes(&b, p);
	free(b.calls);
	p->count = b.count;
	p->nodes = heap_array(b.nodes, b.count, sizeof(*p->nodes));
	p->unit_count = b.unit_count;
	p->units = arena_array(a, b.unit_count, sizeof(struct unit *));
	memcpy(p->units, b.units, b.unit_count * sizeof(struct unit *));
	free(b.units);
	index_ids(p);
	resolve_watches(p, d);
	mark_late_monitors(p);
	plan_order(p, d);
	/* What could not be decoded has holes; it will not run. */
	if (!d->errors)
		plan_mark_reads(p);
	return p;
}

void plan_release(struct plan *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->unit_count; i++) {
		struct sandbox *helpers = p->units[i]->helpers;

		/* Uses of the same file share one. */
		for (uint32_t k = i; k < p->unit_count; k++) {
			if (p->units[k]->helpers == helpers)
				p->units[k]->helpers = NULL;
		}
		sandbox_free(helpers);
	}
	free(p->nodes);
}
