#include "base/value.h"

#include "base/json.h"

/* A map with more entries than this is looked up by its hash table. */
#define INDEX_FROM 8

struct value value_copy_str(struct arena *a, struct str s)
{
	struct value v = {.kind = VALUE_STRING};
	if (s.len >= UINT32_MAX) {
		s.len = UINT32_MAX - 1;
		v.flags = VALUE_TRUNCATED;
	}
	v.string = arena_copy(a, s.at, s.len);
	v.len = (uint32_t)s.len;
	return v;
}

struct value value_list(struct arena *a)
{
	return (struct value){.kind = VALUE_LIST, .list = arena_new(a, struct list)};
}

struct value value_map(struct arena *a)
{
	return (struct value){.kind = VALUE_MAP, .map = arena_new(a, struct map)};
}

/* ---- builders ------------------------------------------------------------------------------- */

/* `old` with room for more; what it leaves behind is at most as much as it takes. */
static void *grown(struct arena *a, void *old, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 4;
	void *items = arena_array(a, more, size);
	if (count)
		memcpy(items, old, count * size);
	*cap = more;
	return items;
}

struct value *list_add(struct arena *a, struct list *l, struct value item)
{
	if (l->count == l->cap)
		l->items = grown(a, l->items, l->count, &l->cap, sizeof *l->items);
	l->items[l->count] = item;
	return &l->items[l->count++];
}

static void index_put(struct map *m, size_t entry)
{
	uint32_t slot = m->entries[entry].hash & m->index_mask;
	while (m->index[slot])
		slot = (slot + 1) & m->index_mask;
	m->index[slot] = (uint32_t)entry + 1;
}

/* Twice the capacity of the entries: at least half of the slots are free. */
static void index_build(struct arena *a, struct map *m)
{
	if (m->cap > UINT32_MAX / 4)
		out_of_memory();
	/* The mask wants a power of two; a loader may have asked for an exact capacity. */
	m->index_mask = 16;
	while (m->index_mask < m->cap * 2)
		m->index_mask *= 2;
	m->index_mask--;
	m->index = arena_array(a, (size_t)m->index_mask + 1, sizeof *m->index);
	for (size_t i = 0; i < m->count; i++)
		index_put(m, i);
}

static struct entry *find_hashed(const struct map *m, struct str key, uint32_t hash)
{
	if (!m->index) {
		for (size_t i = 0; i < m->count; i++) {
			struct entry *e = &m->entries[i];
			if (e->hash == hash && str_equal(entry_key(e), key))
				return e;
		}
		return NULL;
	}
	for (uint32_t slot = hash & m->index_mask; m->index[slot];
		slot = (slot + 1) & m->index_mask) {
		struct entry *e = &m->entries[m->index[slot] - 1];
		if (e->hash == hash && str_equal(entry_key(e), key))
			return e;
	}
	return NULL;
}

static struct entry *append_hashed(
	struct arena *a, struct map *m, struct str key, uint32_t hash, struct value v)
{
	bool grows = m->count == m->cap;
	if (grows)
		m->entries = grown(a, m->entries, m->count, &m->cap, sizeof *m->entries);
	struct entry *e = &m->entries[m->count++];
	*e = (struct entry){.key = key.at, .key_len = (uint32_t)key.len, .hash = hash, .value = v};
	if (m->cap > INDEX_FROM && grows)
		index_build(a, m);
	else if (m->index)
		index_put(m, m->count - 1);
	return e;
}

void map_reserve(struct arena *a, struct map *m, size_t count)
{
	size_t cap = 4;
	while (cap < count)
		cap *= 2;
	if (m->cap >= cap)
		return;
	m->cap = cap / 2;
	m->entries = grown(a, m->entries, m->count, &m->cap, sizeof *m->entries);
	if (m->cap > INDEX_FROM)
		index_build(a, m);
}

struct entry *map_append(struct arena *a, struct map *m, struct str key, struct value v)
{
	return append_hashed(a, m, key, str_hash(key), v);
}

struct entry *map_set(struct arena *a, struct map *m, struct str key, struct value v)
{
	uint32_t hash = str_hash(key);
	struct entry *e = find_hashed(m, key, hash);
	if (!e)
		return append_hashed(a, m, key, hash, v);
	e->value = v;
	return e;
}

struct entry *map_find(const struct map *m, struct str key)
{
	if (m->index)
		return find_hashed(m, key, str_hash(key));
	/* Few keys are compared sooner than one is hashed. */
	for (size_t i = 0; i < m->count; i++) {
		if (str_equal(entry_key(&m->entries[i]), key))
			return &m->entries[i];
	}
	return NULL;
}

const struct value *map_get(const struct map *m, const char *key)
{
	struct entry *e = map_find(m, str_of(key));
	return e ? &e->value : NULL;
}

/* ---- comparing and copying ------------------------------------------------------------------ */

static bool list_equal(const struct list *x, const struct list *y)
{
	size_t x_count = x ? x->count : 0, y_count = y ? y->count : 0;
	if (x_count != y_count)
		return false;
	for (size_t i = 0; i < x_count; i++) {
		if (!value_equal(&x->items[i], &y->items[i]))
			return false;
	}
	return true;
}

static bool map_equal(const struct map *x, const struct map *y)
{
	if (x->count != y->count || !list_equal(x->items, y->items))
		return false;
	for (size_t i = 0; i < x->count; i++) {
		const struct entry *e = &x->entries[i];
		const struct entry *other = find_hashed(y, entry_key(e), e->hash);
		if (!other || !value_equal(&e->value, &other->value))
			return false;
	}
	return true;
}

/* By value, not by conversion: 2^53 + 1 is not the float 2^53. */
static bool int_equals_float(int64_t i, double f)
{
	return f >= -0x1p63 && f < 0x1p63 && (double)(int64_t)f == f && (int64_t)f == i;
}

/* Where a float has a fraction it is within 2^53, so that cutting it off is exact. */
static bool int_less_float(int64_t i, double f)
{
	if (!(f > -0x1p63 && f < 0x1p63))
		return f > 0;
	int64_t whole = (int64_t)f;
	return i < whole || (i == whole && (double)whole < f);
}

static bool float_less_int(double f, int64_t i)
{
	if (!(f >= -0x1p63 && f < 0x1p63))
		return f < 0;
	int64_t whole = (int64_t)f;
	return whole < i || (whole == i && f < (double)whole);
}

bool number_less(const struct value *x, const struct value *y)
{
	if (x->kind == VALUE_INT && y->kind == VALUE_INT)
		return x->integer < y->integer;
	if (x->kind == VALUE_FLOAT && y->kind == VALUE_FLOAT)
		return x->number < y->number;
	if (x->kind == VALUE_INT)
		return int_less_float(x->integer, y->number);
	return float_less_int(x->number, y->integer);
}

static bool object_equal(struct object *x, struct object *y)
{
	if (x == y)
		return true;
	return x->type == y->type && x->type->compare && x->type->compare(x, y) == 0;
}

bool value_equal(const struct value *x, const struct value *y)
{
	if (x->kind == VALUE_INT && y->kind == VALUE_FLOAT)
		return int_equals_float(x->integer, y->number);
	if (x->kind == VALUE_FLOAT && y->kind == VALUE_INT)
		return int_equals_float(y->integer, x->number);
	if (x->kind != y->kind)
		return false;
	switch ((enum value_kind)x->kind) {
	case VALUE_NIL:
		return true;
	case VALUE_BOOL:
		return x->boolean == y->boolean;
	case VALUE_INT:
		return x->integer == y->integer;
	case VALUE_FLOAT:
		return x->number == y->number;
	case VALUE_STRING:
		return str_equal(value_string(x), value_string(y));
	case VALUE_LIST:
		return list_equal(x->list, y->list);
	case VALUE_MAP:
		return map_equal(x->map, y->map);
	case VALUE_UNKNOWN:
		return strcmp(x->unknown, y->unknown) == 0;
	case VALUE_OBJECT:
		return object_equal(x->object, y->object);
	}
	return false;
}

static struct list *list_deep_copy(struct arena *a, const struct list *l)
{
	struct list *copy = arena_new(a, struct list);
	copy->items = arena_array(a, l->count, sizeof *copy->items);
	copy->count = copy->cap = l->count;
	for (size_t i = 0; i < l->count; i++)
		copy->items[i] = value_deep_copy(a, &l->items[i]);
	return copy;
}

static struct map *map_deep_copy(struct arena *a, const struct map *m)
{
	struct map *copy = arena_new(a, struct map);
	for (size_t i = 0; i < m->count; i++) {
		const struct entry *e = &m->entries[i];
		struct str key = {arena_copy(a, e->key, e->key_len), e->key_len};
		struct entry *added =
			append_hashed(a, copy, key, e->hash, value_deep_copy(a, &e->value));
		added->key_start = e->key_start;
		added->key_span_len = e->key_span_len;
	}
	if (m->items)
		copy->items = list_deep_copy(a, m->items);
	return copy;
}

static struct value object_kept(struct arena *a, const struct value *v)
{
	const struct object_type *type = v->object->type;
	struct value kept;
	if (type->kept)
		kept = type->kept(v->object, a);
	else if (type->scalar)
		kept = type->scalar(v->object, a);
	else if (type->text)
		kept = value_str(type->text(v->object, a));
	else
		kept = value_unknown(arena_printf(a, "`%s` as a whole is not kept", type->name));
	kept.flags |= v->flags & VALUE_SECRET;
	return value_deep_copy(a, &kept);
}

struct value value_deep_copy(struct arena *a, const struct value *v)
{
	struct value copy = *v;
	if (v->kind == VALUE_STRING)
		copy.string = arena_copy(a, v->string, v->len);
	else if (v->kind == VALUE_LIST)
		copy.list = list_deep_copy(a, v->list);
	else if (v->kind == VALUE_MAP)
		copy.map = map_deep_copy(a, v->map);
	else if (v->kind == VALUE_UNKNOWN)
		copy.unknown = arena_string(a, v->unknown);
	else if (v->kind == VALUE_OBJECT)
		copy = object_kept(a, v);
	return copy;
}

static bool has_object(const struct value *v)
{
	const struct list *list = v->kind == VALUE_LIST	 ? v->list
				  : v->kind == VALUE_MAP ? v->map->items
							 : NULL;
	for (size_t i = 0; list && i < list->count; i++)
		if (has_object(&list->items[i]))
			return true;
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->map->count; i++)
		if (has_object(&v->map->entries[i].value))
			return true;
	return v->kind == VALUE_OBJECT;
}

struct value value_kept(struct arena *a, const struct value *v)
{
	return has_object(v) ? value_deep_copy(a, v) : *v;
}

/* ---- for people ----------------------------------------------------------------------------- */

const char *value_kind_name(const struct value *v)
{
	static const char *const names[] = {
		[VALUE_NIL] = "nothing",
		[VALUE_BOOL] = "a boolean",
		[VALUE_INT] = "a whole number",
		[VALUE_FLOAT] = "a number",
		[VALUE_STRING] = "a string",
		[VALUE_LIST] = "a list",
		[VALUE_MAP] = "a map",
		[VALUE_UNKNOWN] = "unknown",
	};
	return v->kind == VALUE_OBJECT ? v->object->type->name : names[v->kind];
}

static void print_object(struct strbuf *b, struct object *o)
{
	if (!o->type->text) {
		strbuf_puts(b, o->type->name);
		return;
	}
	struct arena a;
	arena_init(&a);
	strbuf_put(b, o->type->text(o, &a));
	arena_release(&a);
}

void value_print(struct strbuf *b, const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		strbuf_puts(b, "nil");
		break;
	case VALUE_BOOL:
		strbuf_puts(b, v->boolean ? "true" : "false");
		break;
	case VALUE_INT:
		strbuf_printf(b, "%lld", (long long)v->integer);
		break;
	case VALUE_FLOAT:
		strbuf_float(b, v->number);
		break;
	case VALUE_STRING:
		strbuf_put(b, value_string(v));
		break;
	case VALUE_LIST:
	case VALUE_MAP:
		json_encode(b, v, 0);
		break;
	case VALUE_UNKNOWN:
		strbuf_puts(b, "unknown");
		break;
	case VALUE_OBJECT:
		print_object(b, v->object);
		break;
	}
}
