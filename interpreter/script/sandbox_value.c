/*
 * Values into Lua and back, with bounds on depth and size.
 */
#include "script/sandbox_private.h"

#include "script/eval_private.h"

/* ---- into Lua ------------------------------------------------------------------------------- */

static int table_size(size_t n)
{
	return n > 1000000 ? 1000000 : (int)n;
}

static void push_items(lua_State *L, const struct list *l, unsigned depth)
{
	for (size_t i = 0; l && i < l->count; i++) {
		if (l->items[i].kind == VALUE_NIL)
			continue;
		sandbox_push(L, &l->items[i], depth + 1);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void push_map(lua_State *L, const struct map *m, unsigned depth)
{
	lua_createtable(L, m->items ? table_size(m->items->count) : 0, table_size(m->count));
	push_items(L, m->items, depth);
	for (size_t i = 0; i < m->count; i++) {
		const struct entry *e = &m->entries[i];
		lua_pushlstring(L, e->key, e->key_len);
		sandbox_push(L, &e->value, depth + 1);
		lua_rawset(L, -3);
	}
}

static void push_object(lua_State *L, const struct value *v, unsigned depth)
{
	struct eval *ev = sandbox_of(L)->ev;
	struct value plain = eval_plain(ev, *v);
	if (plain.kind == VALUE_OBJECT) {
		struct object *o = plain.object;
		if (!o->type->text)
			luaL_error(L, "a %s cannot be given to Lua", o->type->name);
		plain = value_str(o->type->text(o, ev->arena));
	}
	sandbox_push(L, &plain, depth + 1);
}

void sandbox_push(lua_State *L, const struct value *v, unsigned depth)
{
	if (depth > VALUE_MAX_DEPTH)
		luaL_error(L, "a value nested deeper than %d", VALUE_MAX_DEPTH);
	luaL_checkstack(L, 4, "a value nested too deep");
	sandbox_spend(L, 1);
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		lua_pushnil(L);
		break;
	case VALUE_BOOL:
		lua_pushboolean(L, v->boolean);
		break;
	case VALUE_INT:
		lua_pushinteger(L, v->integer);
		break;
	case VALUE_FLOAT:
		lua_pushnumber(L, v->number);
		break;
	case VALUE_STRING:
		lua_pushlstring(L, v->string, v->len);
		break;
	case VALUE_LIST:
		lua_createtable(L, table_size(v->list->count), 0);
		push_items(L, v->list, depth);
		break;
	case VALUE_MAP:
		push_map(L, v->map, depth);
		break;
	case VALUE_UNKNOWN:
		luaL_error(L, "unknown (%s)", v->unknown);
		break;
	case VALUE_OBJECT:
		push_object(L, v, depth);
		break;
	}
}

/* ---- and back ------------------------------------------------------------------------------- */

/* What a table's keys make it. */
struct shape {
	size_t names, numbers;
	lua_Integer least, most; /* of the numbers */
};

static struct shape shape_of(lua_State *L, int index)
{
	struct shape s = {.least = 1};
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		sandbox_spend(L, 1);
		if (lua_isinteger(L, -1)) {
			lua_Integer i = lua_tointeger(L, -1);
			s.least = i < s.least ? i : s.least;
			s.most = i > s.most ? i : s.most;
			s.numbers++;
		} else if (lua_type(L, -1) == LUA_TSTRING) {
			s.names++;
		} else {
			luaL_error(L, "a table whose key is a %s cannot leave Lua",
				luaL_typename(L, -1));
		}
	}
	return s;
}

/* Numbered from 1 without large gaps: a list, perhaps with nothing in places. */
static bool is_list(const struct shape *s)
{
	return s->least == 1 && (uint64_t)s->most <= 2 * (uint64_t)s->numbers + 8;
}

static struct list *pull_items(lua_State *L, int index, lua_Integer count, unsigned depth)
{
	struct arena *a = sandbox_of(L)->ev->arena;
	struct list *l = arena_new(a, struct list);
	l->items = arena_array(a, (size_t)count, sizeof *l->items);
	l->count = l->cap = (size_t)count;
	for (lua_Integer i = 1; i <= count; i++) {
		lua_rawgeti(L, index, i);
		sandbox_pull(L, lua_gettop(L), depth + 1, &l->items[i - 1]);
		lua_pop(L, 1);
	}
	return l;
}

static int compare_entries(const void *x, const void *y)
{
	return str_compare(entry_key(x), entry_key(y));
}

static struct str pull_key(lua_State *L, struct arena *a)
{
	struct str key;
	if (lua_isinteger(L, -2)) {
		const char *text = arena_printf(a, "%lld", (long long)lua_tointeger(L, -2));
		return str_of(text);
	}
	key.at = lua_tolstring(L, -2, &key.len);
	return (struct str){arena_copy(a, key.at, key.len), key.len};
}

/* Sorted by name: Lua's own order differs from run to run. */
static struct map *pull_entries(lua_State *L, int index, const struct shape *s, unsigned depth)
{
	struct arena *a = sandbox_of(L)->ev->arena;
	bool skip_numbers = is_list(s);
	size_t count = 0;
	struct entry *entries = arena_array(a, s->names + s->numbers, sizeof *entries);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		if (!skip_numbers || !lua_isinteger(L, -2)) {
			struct entry *e = &entries[count++];
			struct str key = pull_key(L, a);
			e->key = key.at;
			e->key_len = (uint32_t)key.len;
			sandbox_pull(L, lua_gettop(L), depth + 1, &e->value);
		}
		lua_pop(L, 1);
	}
	if (count)
		qsort(entries, count, sizeof *entries, compare_entries);
	struct map *m = arena_new(a, struct map);
	for (size_t i = 0; i < count; i++)
		map_set(a, m, entry_key(&entries[i]), entries[i].value);
	return m;
}

static void pull_table(lua_State *L, int index, unsigned depth, struct value *out)
{
	struct eval *ev = sandbox_of(L)->ev;
	struct shape s = shape_of(L, index);
	if (!eval_has_room(ev, (s.names + s.numbers) * sizeof(struct entry)))
		luaL_error(L, "out of memory");
	if (s.names == 0 && is_list(&s)) {
		out->kind = VALUE_LIST;
		out->list = pull_items(L, index, s.most, depth);
		return;
	}
	out->kind = VALUE_MAP;
	out->map = pull_entries(L, index, &s, depth);
	if (s.numbers && is_list(&s))
		out->map->items = pull_items(L, index, s.most, depth);
}

static void pull_string(lua_State *L, int index, struct value *out)
{
	struct eval *ev = sandbox_of(L)->ev;
	struct str s;
	s.at = lua_tolstring(L, index, &s.len);
	if (!eval_has_room(ev, s.len))
		luaL_error(L, "out of memory");
	*out = value_copy_str(ev->arena, s);
}

void sandbox_pull(lua_State *L, int index, unsigned depth, struct value *out)
{
	*out = value_nil();
	if (depth > VALUE_MAX_DEPTH)
		luaL_error(L, "a table nested deeper than %d, or in itself", VALUE_MAX_DEPTH);
	luaL_checkstack(L, 4, "a table nested too deep");
	sandbox_spend(L, FUEL_PER_STEP);
	switch (lua_type(L, index)) {
	case LUA_TNONE:
	case LUA_TNIL:
		break;
	case LUA_TBOOLEAN:
		*out = value_bool(lua_toboolean(L, index));
		break;
	case LUA_TNUMBER:
		*out = lua_isinteger(L, index) ? value_int(lua_tointeger(L, index))
					       : value_float(lua_tonumber(L, index));
		break;
	case LUA_TSTRING:
		pull_string(L, index, out);
		break;
	case LUA_TTABLE:
		pull_table(L, index, depth, out);
		break;
	default:
		luaL_error(L, "a %s cannot leave Lua", luaL_typename(L, index));
	}
}
