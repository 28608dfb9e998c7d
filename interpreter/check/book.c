/*
 * What is known of a file: its names, in tables that answer at once however long the lists are.
 */
#include "check/rule.h"

/* ---- names ----------------------------------------------------------------------------------- */

static struct name_slot *slot_of(const struct names *n, struct str name)
{
	uint32_t at = str_hash(name) & n->mask;
	while (n->slots[at].what && !str_equal(n->slots[at].name, name))
		at = (at + 1) & n->mask;
	return &n->slots[at];
}

const struct name_slot *names_find(const struct names *n, struct str name)
{
	if (!n->count)
		return NULL;
	const struct name_slot *found = slot_of(n, name);
	return found->what ? found : NULL;
}

static void grow(struct arena *a, struct names *n)
{
	struct names old = *n;
	uint32_t size = old.count ? (old.mask + 1) * 2 : 16;
	n->slots = arena_array(a, size, sizeof *n->slots);
	n->mask = size - 1;
	for (uint32_t i = 0; old.count && i <= old.mask; i++) {
		if (old.slots[i].what)
			*slot_of(n, old.slots[i].name) = old.slots[i];
	}
}

void names_add(struct arena *a, struct names *n, struct str name, const void *what)
{
	if (n->count * 2 > n->mask || !n->count)
		grow(a, n);
	struct name_slot *slot = slot_of(n, name);
	if (!slot->what)
		*slot = (struct name_slot){name, what, n->count++};
}

/* What a list of named things decodes into begins with its name. */
struct named {
	struct str name;
};

static void add_all(struct arena *a, struct names *n, const struct record_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct named *item = list->items[i];
		names_add(a, n, item->name, item);
	}
}

/* ---- steps that are no nodes ------------------------------------------------------------------
 */

static void add_loose(struct check *c, struct book *b, const struct step_list *list,
	struct loose_step where, bool is_top)
{
	for (size_t i = 0; i < list->count; i++) {
		struct step_list inner[3];
		const struct step *s = list->items[i];
		where.step = s;
		if (is_top)
			where.top = (uint32_t)i;
		if (s->id.len) {
			struct loose_step *loose = arena_new(&c->arena, struct loose_step);
			*loose = where;
			names_add(&c->arena, &b->loose, s->id, loose);
		}
		size_t count = step_lists(s, inner);
		for (size_t j = 0; j < count; j++)
			add_loose(c, b, &inner[j], where, false);
	}
}

static void add_section(
	struct check *c, struct book *b, const struct step_list *list, enum section section)
{
	add_loose(c, b, list, (struct loose_step){.section = section}, true);
}

/* ---- books ------------------------------------------------------------------------------------
 */

static struct book *make(struct check *c, const struct unit *u)
{
	struct book *b = arena_new(&c->arena, struct book);
	const struct runbook *r = u->book;
	b->runbook = r;
	b->unit = u;
	add_all(&c->arena, &b->inputs, &r->inputs);
	add_all(&c->arena, &b->vars, &r->vars);
	add_all(&c->arena, &b->secrets, &r->secrets);
	add_all(&c->arena, &b->watches, &r->watch);
	add_all(&c->arena, &b->outputs, &r->outputs);
	b->var_types = arena_array(&c->arena, r->vars.count + 1, 1);
	if (r->rollback) {
		add_section(c, b, &r->rollback->before, SECTION_BEFORE);
		add_section(c, b, &r->rollback->steps, SECTION_AFTER);
	}
	/* Those of the runbook itself are nodes. */
	if (u->outer)
		add_section(c, b, &r->finally, SECTION_FINALLY);
	return b;
}

/* A pointer as a name. */
static struct str step_key(const struct step *const *s)
{
	return (struct str){(const char *)s, sizeof *s};
}

static void add_node(struct check *c, const struct node *n)
{
	struct book *b = c->books[n->unit->number];
	if (!b || !n->step)
		return;
	b->has_needs |= n->step->has_needs;
	if (n->step->more)
		add_section(c, b, &n->step->more->rollback, SECTION_UNDO);
}

/* What loose steps use is found by way of their nodes. */
static void add_apart(struct check *c, uint32_t top)
{
	const struct plan *p = c->plan;
	for (uint32_t i = top; i < p->nodes[top].end; i++) {
		const struct node *n = &p->nodes[i];
		if (n->inner && n->unit == p->nodes[top].unit)
			names_add(&c->arena, &c->apart, step_key(&n->step), n);
	}
}

void books_make(struct check *c)
{
	const struct plan *p = c->plan;
	c->books = arena_array(&c->arena, p->unit_count, sizeof *c->books);
	for (uint32_t i = 0; i < p->unit_count; i++) {
		uint16_t file = p->units[i]->book->file->id;
		if (c->by_file[file])
			continue;
		c->by_file[file] = c->books[i] = make(c, p->units[i]);
	}
	for (uint32_t i = 0; i < p->count; i++) {
		add_node(c, &p->nodes[i]);
		if (is_read_loose(&p->nodes[i]))
			add_apart(c, i);
	}
}

const struct book *book_inside(const struct check *c, const struct step *s, uint32_t node)
{
	const struct node *n = node == NODE_NONE ? NULL : &c->plan->nodes[node];
	const struct name_slot *slot = n ? NULL : names_find(&c->apart, step_key(&s));
	if (slot)
		n = slot->what;
	return n && n->inner ? book_of(c, n->inner->book) : NULL;
}

const struct book *book_of(const struct check *c, const struct runbook *r)
{
	return c->by_file[r->file->id];
}

/* Compensations and samples are read as loose steps, where their own names are known. */
static bool is_loose(const struct plan *p, uint32_t node)
{
	const struct unit *unit = p->nodes[node].unit;

	for (; node != NODE_NONE && p->nodes[node].unit == unit; node = p->nodes[node].parent) {
		if (is_read_loose(&p->nodes[node]))
			return true;
	}
	return false;
}

static bool look_up(const struct check *c, const struct book *b, struct str id, struct target *out)
{
	const struct plan *p = c->plan;
	uint32_t node = plan_step(p, b->unit, id);
	*out = (struct target){.node = node, .section = SECTION_MAIN};
	if (node != NODE_NONE && !is_loose(p, node)) {
		out->step = p->nodes[node].step;
		if (!b->unit->outer && p->finally != NODE_NONE && node > p->finally)
			out->section = SECTION_FINALLY;
		return true;
	}
	const struct name_slot *slot = names_find(&b->loose, id);
	if (!slot)
		return false;
	const struct loose_step *loose = slot->what;
	out->node = NODE_NONE;
	out->step = loose->step;
	out->section = loose->section;
	out->top = loose->top;
	return true;
}

/* Several rules ask about the same term in a row, and in a large plan each look costs a walk
 * through cold memory. */
bool book_step(struct check *c, const struct book *b, struct str id, struct target *out)
{
	struct last_step *last = &c->last_step;
	if (last->id.at != id.at || last->id.len != id.len || last->book != b) {
		last->book = b;
		last->id = id;
		last->is_found = look_up(c, b, id, &last->target);
	}
	*out = last->target;
	return last->is_found;
}
