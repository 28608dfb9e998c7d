/*
 * Fields, items and table constructors.
 */
#include "script/eval_private.h"

#include "script/expr_number.h"

static void take(
	struct eval *ev, const struct value *from, const struct value *found, struct value *out)
{
	*out = *found;
	eval_settle(out);
	eval_derived(ev, from->flags, out);
}

static bool object_field(struct eval *ev, const struct expr *e, const struct value *v,
	struct str name, struct value *out)
{
	struct object *o = v->object;
	struct value found;
	if (o->type->field && o->type->field(o, name, ev->arena, &found)) {
		take(ev, v, &found, out);
		return true;
	}
	const char *text = eval_text(ev, e->kind == EXPR_FIELD ? e->object : e->left);
	return eval_fail(
		ev, "`%s` (a %s) has no field `%.*s`", text, o->type->name, STR_ARGS(name));
}

/* What stands for an entry that is not there. */
static const struct value nothing = {.kind = VALUE_NIL};

static struct str lower_case(struct arena *a, struct str s)
{
	char *text = arena_copy(a, s.at, s.len);
	for (size_t i = 0; i < s.len; i++)
		text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
	return (struct str){text, s.len};
}

static bool field_of(struct eval *ev, const struct expr *e, const struct expr *part,
	const struct value *v, struct str name, struct value *out)
{
	const struct entry *entry;
	switch ((enum value_kind)v->kind) {
	case VALUE_UNKNOWN:
		*out = *v;
		return true;
	case VALUE_MAP:
		entry = map_find(v->map, name);
		if (!entry && (v->flags & VALUE_FOLDED))
			entry = map_find(v->map, lower_case(ev->arena, name));
		take(ev, v, entry ? &entry->value : &nothing, out);
		return true;
	case VALUE_LIST:
		*out = nothing;
		return true;
	case VALUE_OBJECT:
		return object_field(ev, e, v, name, out);
	default:
		return eval_fail(
			ev, "%s, and has no field `%.*s`", eval_state(ev, part, v), STR_ARGS(name));
	}
}

bool eval_field(struct eval *ev, const struct expr *e, struct value *out)
{
	struct value v;
	return eval_node(ev, e->object, &v) && field_of(ev, e, e->object, &v, e->name, out);
}

/* ---- items ---------------------------------------------------------------------------------- */

static const struct value *item_at(const struct list *l, int64_t i)
{
	return l && i >= 1 && (uint64_t)i <= l->count ? &l->items[i - 1] : NULL;
}

static const struct value *map_item(const struct map *m, int64_t i)
{
	const struct value *item = item_at(m->items, i);
	if (item)
		return item;
	char key[24];
	int len = snprintf(key, sizeof key, "%lld", (long long)i);
	const struct entry *entry = map_find(m, (struct str){key, (size_t)len});
	return entry ? &entry->value : NULL;
}

static bool whole_number(const struct value *v, int64_t *out)
{
	if (v->kind == VALUE_INT)
		*out = v->integer;
	return v->kind == VALUE_INT || (v->kind == VALUE_FLOAT && lua_float_to_int(v->number, out));
}

static bool item_of(
	struct eval *ev, const struct expr *e, const struct value *v, int64_t i, struct value *out)
{
	const struct value *found;
	switch ((enum value_kind)v->kind) {
	case VALUE_LIST:
		found = item_at(v->list, i);
		break;
	case VALUE_MAP:
		found = map_item(v->map, i);
		break;
	default:
		return eval_fail(ev, "%s, and has no items", eval_state(ev, e->left, v));
	}
	take(ev, v, found ? found : &nothing, out);
	return true;
}

bool eval_index(struct eval *ev, const struct expr *e, struct value *out)
{
	struct value v, key;
	int64_t i;
	if (!eval_node(ev, e->left, &v) || !eval_node(ev, e->right, &key))
		return false;
	key = eval_plain(ev, key);
	if (v.kind == VALUE_UNKNOWN || key.kind == VALUE_UNKNOWN) {
		*out = v.kind == VALUE_UNKNOWN ? v : key;
		return true;
	}
	if (key.kind == VALUE_STRING)
		return field_of(ev, e, e->left, &v, value_string(&key), out);
	if (whole_number(&key, &i))
		return item_of(ev, e, &v, i, out);
	if (v.kind != VALUE_LIST && v.kind != VALUE_MAP)
		return eval_fail(ev, "%s, and has no items", eval_state(ev, e->left, &v));
	/* Neither lists nor maps have other keys, so there is nothing under this one. */
	*out = nothing;
	return true;
}

/* ---- { … } ---------------------------------------------------------------------------------- */

struct table {
	struct list *items;
	struct map *map; /* NULL while nothing has a key */
	struct value unknown;
	uint8_t flags;
};

static bool add_item(struct eval *ev, struct table *t, int64_t at, const struct value *v)
{
	struct list *l = t->items;
	if (at >= 1 && (uint64_t)at <= l->count)
		l->items[at - 1] = *v;
	else if ((uint64_t)at == l->count + 1)
		list_add(ev->arena, l, *v);
	else
		return false;
	return true;
}

static bool add_entry(struct eval *ev, struct table *t, const struct expr *part,
	const struct value *key, const struct value *v)
{
	int64_t i;
	struct str name;
	if (!t->map)
		t->map = value_map(ev->arena).map;
	if (key->kind == VALUE_STRING) {
		name = value_string(key);
	} else if (whole_number(key, &i)) {
		if (add_item(ev, t, i, v))
			return true;
		name = str_of(arena_printf(ev->arena, "%lld", (long long)i));
	} else {
		return eval_fail(ev, "%s, and cannot be a key: that is a string or a whole number",
			eval_state(ev, part, key));
	}
	/* As in Lua, an entry that is nothing is not there. */
	if (v->kind != VALUE_NIL)
		map_set(ev->arena, t->map, name, *v);
	return true;
}

static bool eval_item(struct eval *ev, struct table *t, const struct table_item *item)
{
	struct value key, v;
	if (item->key) {
		if (!eval_node(ev, item->key, &key))
			return false;
		key = eval_plain(ev, key);
		if (key.kind == VALUE_UNKNOWN)
			t->unknown = key;
	}
	if (!eval_node(ev, item->value, &v))
		return false;
	t->flags |= v.flags & VALUE_SECRET;
	if (v.kind == VALUE_OBJECT) {
		struct value plain = eval_plain(ev, v);
		if (plain.kind == VALUE_UNKNOWN)
			v = plain;
	}
	if (v.kind == VALUE_UNKNOWN)
		t->unknown = v;
	if (t->unknown.kind == VALUE_UNKNOWN)
		return true; /* and so is the whole; the rest is still looked at for what breaks */
	if (item->key)
		return add_entry(ev, t, item->key, &key, &v);
	list_add(ev->arena, t->items, v);
	return eval_has_room(ev, 0);
}

bool eval_table(struct eval *ev, const struct expr *e, struct value *out)
{
	struct table t = {.items = value_list(ev->arena).list};
	for (size_t i = 0; i < e->count; i++) {
		if (!eval_item(ev, &t, &e->items[i]))
			return false;
	}
	if (t.unknown.kind == VALUE_UNKNOWN) {
		*out = t.unknown;
		return true;
	}
	while (t.items->count && t.items->items[t.items->count - 1].kind == VALUE_NIL)
		t.items->count--;
	if (t.map) {
		t.map->items = t.items->count ? t.items : NULL;
		*out = (struct value){.kind = VALUE_MAP, .map = t.map};
	} else {
		*out = (struct value){.kind = VALUE_LIST, .list = t.items};
	}
	out->flags = t.flags;
	return true;
}
