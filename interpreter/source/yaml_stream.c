/*
 * A long list a few items at a time, so that the tree of a large file is never there at once.
 */
#include "source/yaml_private.h"

/* Few enough to be in the processor's cache still when they are used; enough that the code of
 * reading and that of using do not drive each other out of it at every item. */
#define AT_ONCE_BYTES ((size_t)128 << 10)
#define AT_ONCE 256

static bool is_list_of_top(const struct yaml_reader *r)
{
	return r->stream && r->depth == 2 && r->frames[1].is_map && !r->frames[2].is_map;
}

/* An alias to the list would need all of it; so might what a `<<` before it brings. */
void yaml_stream_enter(struct yaml_reader *r)
{
	struct yaml_frame *list = &r->frames[r->depth], *map = &r->frames[1];
	const struct entry *keys = r->entries + map->first;
	size_t count = r->entry_count - map->first;
	if (!is_list_of_top(r) || list->anchor || list->in_key || map->drops || map->has_merge)
		return;
	list->is_streamed = r->stream->begins(r->stream->context, keys, count);
	if (list->is_streamed)
		r->tree = &r->items;
}

static void give_away(struct yaml_reader *r, const struct yaml_frame *list)
{
	size_t count = r->value_count - list->first;
	if (count && !r->stream->take(r->stream->context, r->values + list->first, count))
		r->is_done = true;
	r->value_count = list->first;
	/* What has an anchor may be used again. */
	if (!r->anchor_count)
		arena_reset(&r->items);
}

void yaml_stream_item(struct yaml_reader *r)
{
	const struct yaml_frame *list = &r->frames[r->depth];
	if (r->items.bytes >= AT_ONCE_BYTES || r->value_count - list->first >= AT_ONCE)
		give_away(r, list);
}

void yaml_stream_leave(struct yaml_reader *r)
{
	give_away(r, &r->frames[r->depth]);
	r->tree = r->arena;
}

void yaml_stream_end(struct yaml_reader *r)
{
	/* The rest of the document may hold aliases to what is in them. */
	if (r->anchor_count)
		arena_adopt(r->arena, &r->items);
	else
		arena_release(&r->items);
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
