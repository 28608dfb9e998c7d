/*
 * Maps with their keys found once each, and `<<` as YAML 1.1 merges it: the map's own keys win
 * over merged ones wherever they stand, and of several merged maps the earlier one wins.
 */
#include "source/yaml_private.h"

const char yaml_merge_key[] = "<<";

#define INDEX_FROM 8 /* as in base/value.c: larger maps are looked up by hash */

static struct map *map_with_room(struct arena *a, size_t cap)
{
	struct map *m = arena_new(a, struct map);
	m->entries = arena_array(a, cap, sizeof *m->entries);
	m->cap = cap;
	if (cap > INDEX_FROM) {
		uint32_t slots = 16;
		while (slots < cap * 2)
			slots *= 2;
		m->index = arena_array(a, slots, sizeof *m->index);
		m->index_mask = slots - 1;
	}
	return m;
}

static struct entry *find(const struct map *m, const struct entry *key)
{
	if (!m->index) {
		for (struct entry *e = m->entries; e < m->entries + m->count; e++) {
			if (e->hash == key->hash && str_equal(entry_key(e), entry_key(key)))
				return e;
		}
		return NULL;
	}
	uint32_t slot = key->hash & m->index_mask;
	for (; m->index[slot]; slot = (slot + 1) & m->index_mask) {
		struct entry *e = &m->entries[m->index[slot] - 1];
		if (e->hash == key->hash && str_equal(entry_key(e), entry_key(key)))
			return e;
	}
	return NULL;
}

static void put(struct map *m, const struct entry *e)
{
	m->entries[m->count++] = *e;
	if (!m->index)
		return;
	uint32_t slot = e->hash & m->index_mask;
	while (m->index[slot])
		slot = (slot + 1) & m->index_mask;
	m->index[slot] = (uint32_t)m->count;
}

static bool is_merge(const struct entry *e)
{
	return e->key == yaml_merge_key;
}

static struct span key_span(const struct yaml_reader *r, const struct entry *e)
{
	return yaml_span(r, e->key_start, (size_t)e->key_start + e->key_span_len);
}

static void report_twice(struct yaml_reader *r, const struct entry *first, const struct entry *e)
{
	if (r->is_quiet)
		return;
	struct diagnostic *x = diagnose(
		r->d, RB014, key_span(r, e), "`%.*s` is given twice", STR_ARGS(entry_key(e)));
	/* Finding the line costs a look at all of it; not for what is dropped. */
	if (x == r->d->spare)
		return;
	size_t line = source_place(r->file, first->key_start).line;
	diagnostic_label(r->d, x, key_span(r, first), "first at line %zu", line);
	diagnostic_hint(r->d, x,
		is_merge(e) ? "merge several mappings at once: `<<: [*a, *b]`"
			    : "one of the two would be ignored; remove it or rename it");
}

/* The map's own keys, each once. */
static struct map *own_entries(struct yaml_reader *r, const struct entry *entries, size_t count)
{
	struct map *m = map_with_room(r->tree, count);
	const struct entry *merge = NULL;
	for (const struct entry *e = entries; e < entries + count; e++) {
		const struct entry *first = is_merge(e) ? merge : find(m, e);
		if (first)
			report_twice(r, first, e);
		else if (is_merge(e))
			merge = e;
		else
			put(m, e);
	}
	return m;
}

/* ---- merging --------------------------------------------------------------------------------- */

static void report_merge(struct yaml_reader *r, const struct entry *e, const struct value *v)
{
	/* Nothing, and nowhere: an alias without its anchor, which is told. */
	if (r->is_quiet || (v->kind == VALUE_NIL && !v->file))
		return;
	struct diagnostic *x = diagnose(r->d, RB015, v->file ? value_span(v) : key_span(r, e),
		"`<<` takes a mapping or a list of mappings, not %s", value_kind_name(v));
	diagnostic_hint(r->d, x, "`<<: *name` merges the mapping that has the anchor `&name`");
}

/* How many entries `<<: v` may add, or -1 after a report. */
static ptrdiff_t merge_size(struct yaml_reader *r, const struct entry *e)
{
	const struct value *v = &e->value;
	if (v->kind == VALUE_MAP)
		return (ptrdiff_t)v->map->count;
	if (v->kind != VALUE_LIST) {
		report_merge(r, e, v);
		return -1;
	}
	size_t count = 0;
	for (size_t i = 0; i < v->list->count; i++) {
		const struct value *item = &v->list->items[i];
		if (item->kind != VALUE_MAP) {
			report_merge(r, e, item);
			return -1;
		}
		count += item->map->count;
	}
	return (ptrdiff_t)count;
}

static void merge_map(struct map *to, const struct map *own, const struct map *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct entry *e = &from->entries[i];
		if (!find(own, e) && !find(to, e))
			put(to, e);
	}
}

static void merge_value(struct map *to, const struct map *own, const struct value *v)
{
	if (v->kind == VALUE_MAP) {
		merge_map(to, own, v->map);
		return;
	}
	for (size_t i = 0; i < v->list->count; i++)
		merge_map(to, own, v->list->items[i].map);
}

/* A copy of an entry is a key and a value more. */
static bool charge_merge(struct yaml_reader *r, const struct entry *e, size_t count)
{
	r->expanded += 2 * (uint64_t)count;
	if (r->expanded <= YAML_MAX_EXPANDED)
		return true;
	if (r->is_quiet)
		return false;
	diagnose(r->d, RB016, key_span(r, e), "aliases and merges stand for more than %u nodes",
		YAML_MAX_EXPANDED);
	r->is_done = true;
	return false;
}

/* In the order of the file: merged keys stand where their `<<` does. */
static struct map *merged(
	struct yaml_reader *r, struct map *own, const struct entry *entries, size_t count)
{
	const struct entry *merge = entries;
	while (!is_merge(merge))
		merge++;
	ptrdiff_t more = merge_size(r, merge);
	if (more < 0 || !charge_merge(r, merge, (size_t)more))
		return own;
	struct map *m = map_with_room(r->tree, own->count + (size_t)more);
	for (const struct entry *e = entries; e < entries + count; e++) {
		if (e == merge)
			merge_value(m, own, &e->value);
		else if (!is_merge(e) && !find(m, e))
			put(m, e);
	}
	return m;
}

struct value yaml_close_map(struct yaml_reader *r, const struct yaml_frame *frame)
{
	const struct entry *entries = r->entries + frame->first;
	size_t count = r->entry_count - frame->first;
	struct map *m = own_entries(r, entries, count);
	if (frame->has_merge)
		m = merged(r, m, entries, count);
	return (struct value){.kind = VALUE_MAP, .map = m};
}
