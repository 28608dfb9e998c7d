/*
 * The nodes of a long list in parts, so that the first can be given back before the last is used.
 */
#include "source/yaml_private.h"

#define PART_BYTES ((size_t)256 << 10)

void yaml_part_enter(struct yaml_reader *r)
{
	struct yaml_parts *parts = r->parts;
	if (!parts->last || parts->last->nodes.bytes >= PART_BYTES) {
		struct yaml_part *part = heap_alloc(sizeof *part);
		if (parts->last)
			parts->last->next = part;
		else
			parts->first = part;
		parts->last = part;
	}
	r->tree = &parts->last->nodes;
}

void yaml_part_leave(struct yaml_reader *r, size_t end)
{
	r->parts->last->end = (uint32_t)end;
	r->tree = r->arena;
}

static void forget_first(struct yaml_parts *parts)
{
	struct yaml_part *part = parts->first;
	parts->first = part->next;
	if (!parts->first)
		parts->last = NULL;
	arena_release(&part->nodes);
	free(part);
}

void yaml_parts_forget(struct yaml_parts *parts, uint32_t until)
{
	/* An item with nothing in it begins where its part ends. */
	while (!parts->has_anchors && parts->first && parts->first->end < until)
		forget_first(parts);
}

void yaml_parts_release(struct yaml_parts *parts)
{
	while (parts->first)
		forget_first(parts);
}

static struct value copy_list(struct arena *a, const struct value *v)
{
	struct value copy = *v;
	struct list *l = arena_new(a, struct list);
	l->count = l->cap = v->list->count;
	l->items = arena_array(a, l->count, sizeof *l->items);
	for (size_t i = 0; i < l->count; i++)
		l->items[i] = yaml_copy(a, &v->list->items[i]);
	copy.list = l;
	return copy;
}

static struct value copy_map(struct arena *a, const struct value *v)
{
	struct value copy = *v;
	const struct map *from = v->map;
	struct map *m = arena_new(a, struct map);
	*m = *from;
	m->cap = m->count;
	m->entries = arena_array(a, m->count, sizeof *m->entries);
	for (size_t i = 0; i < m->count; i++) {
		m->entries[i] = from->entries[i];
		m->entries[i].value = yaml_copy(a, &from->entries[i].value);
	}
	if (from->index) {
		size_t slots = (size_t)from->index_mask + 1;
		m->index = arena_array(a, slots, sizeof *m->index);
		memcpy(m->index, from->index, slots * sizeof *m->index);
	}
	copy.map = m;
	return copy;
}

struct value yaml_copy(struct arena *a, const struct value *v)
{
	if (v->kind == VALUE_LIST)
		return copy_list(a, v);
	return v->kind == VALUE_MAP ? copy_map(a, v) : *v;
}
