/*
 * The part of Lua's library that is let in. Each function pays for the size of its arguments before
 * it runs, since no instruction of Lua counts what happens inside it.
 *
 * Left out, and why: what reaches outside (io os debug package load require print), what could
 * swallow an exceeded budget (pcall xpcall coroutine), what could hold state or reach behind the
 * tables here (setmetatable getmetatable raw* collectgarbage), what gives another answer every time
 * (math.random, the addresses in `tostring({})`, the order of `next`).
 */
#include "script/sandbox_private.h"

#include "script/function.h"

#include <lualib.h>

void sandbox_spend(lua_State *L, uint64_t fuel)
{
	struct sandbox *s = sandbox_of(L);
	if (fuel > s->fuel) {
		s->fuel = 0;
		s->is_out_of_fuel = true;
		luaL_error(L, "over budget");
	}
	s->fuel -= fuel;
}

/* ---- paying --------------------------------------------------------------------------------- */

static uint64_t cost_of(lua_State *L)
{
	uint64_t cost = FUEL_PER_STEP;
	int count = lua_gettop(L);
	for (int i = 1; i <= count; i++) {
		int type = lua_type(L, i);
		if (type == LUA_TSTRING)
			cost += lua_rawlen(L, i) / 4;
		else if (type == LUA_TTABLE)
			cost += lua_rawlen(L, i) * FUEL_PER_STEP;
	}
	return cost;
}

/* Upvalue 1 is the function that is paid for; it has no upvalues of its own. */
static int paid(lua_State *L)
{
	sandbox_spend(L, cost_of(L));
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Upvalue 2 is the number of the argument where a range of indexes begins; 0: every element is
 * looked at many times. */
static int paid_range(lua_State *L)
{
	int from = (int)lua_tointeger(L, lua_upvalueindex(2));
	uint64_t cost = cost_of(L);
	if (from == 0) {
		cost *= 16;
	} else if (lua_isinteger(L, from + 1)) {
		lua_Integer first = lua_isinteger(L, from) ? lua_tointeger(L, from) : 1;
		lua_Integer last = lua_tointeger(L, from + 1);
		/* Checked: the two may be as far apart as 64 bits go. */
		if (last >= first && ((uint64_t)last - (uint64_t)first) > UINT64_MAX / 32)
			cost = UINT64_MAX;
		else if (last >= first)
			cost += ((uint64_t)last - (uint64_t)first + 1) * FUEL_PER_STEP;
	}
	sandbox_spend(L, cost);
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* ---- replacements --------------------------------------------------------------------------- */

static int safe_rep(lua_State *L)
{
	size_t len, separator;
	const char *text = luaL_checklstring(L, 1, &len);
	lua_Integer count = luaL_checkinteger(L, 2);
	const char *between = luaL_optlstring(L, 3, "", &separator);
	if (count <= 0 || (len == 0 && separator == 0)) {
		lua_pushliteral(L, "");
		return 1;
	}
	if ((uint64_t)count > EVAL_MAX_BYTES / (len + separator)) {
		sandbox_of(L)->is_too_long = true;
		return luaL_error(L, "the text would be longer than 16 MiB");
	}
	sandbox_spend(L, (uint64_t)count * ((len + separator) / 4 + 1));
	luaL_Buffer b;
	luaL_buffinit(L, &b);
	for (lua_Integer i = 0; i < count; i++) {
		luaL_addlstring(&b, text, len);
		if (i + 1 < count)
			luaL_addlstring(&b, between, separator);
	}
	luaL_pushresult(&b);
	return 1;
}

/* Tables and functions have no text but their address. */
static void check_has_text(lua_State *L, int index)
{
	int type = lua_type(L, index);
	if (type != LUA_TNIL && type != LUA_TBOOLEAN && type != LUA_TNUMBER && type != LUA_TSTRING)
		luaL_error(L, "a %s has no text", luaL_typename(L, index));
}

static int safe_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	check_has_text(L, 1);
	luaL_tolstring(L, 1, NULL);
	return 1;
}

/* `%p` prints an address. */
static bool has_address(const char *format)
{
	while ((format = strchr(format, '%'))) {
		format += 1 + strspn(format + 1, "-+ #0123456789.");
		if (*format == 'p')
			return true;
		format += *format == '%';
	}
	return false;
}

/* Upvalue 1: Lua's own. */
static int safe_format(lua_State *L)
{
	if (has_address(luaL_checkstring(L, 1)))
		return luaL_error(L, "invalid conversion '%%p' to 'format'");
	for (int i = 2; i <= lua_gettop(L); i++)
		check_has_text(L, i);
	return paid(L);
}

/* ---- pairs, in an order that is the same every time ------------------------------------------ */

/* Numbers before strings before the rest, which keeps its place. */
static int key_rank(lua_State *L, int index)
{
	int type = lua_type(L, index);
	return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2;
}

/* For table.sort, by way of `<` where Lua has one. */
static int key_is_less(lua_State *L)
{
	int left = key_rank(L, 1), right = key_rank(L, 2);
	bool less = left != right ? left < right : left < 2 && lua_compare(L, 1, 2, LUA_OPLT);
	lua_pushboolean(L, less);
	return 1;
}

/* Upvalues: the table, its keys, how many were given. */
static int pairs_next(lua_State *L)
{
	lua_Integer i = lua_tointeger(L, lua_upvalueindex(3));
	for (;;) {
		i++;
		if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL)
			return 1;
		lua_pushvalue(L, -1);
		/* An entry that was taken out meanwhile is passed over. */
		if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
			break;
		lua_pop(L, 2);
	}
	lua_pushinteger(L, i);
	lua_copy(L, -1, lua_upvalueindex(3));
	lua_pop(L, 1);
	return 2;
}

/* Upvalue 1: table.sort. */
static int safe_pairs(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_pushvalue(L, 1);
	lua_newtable(L);
	lua_Integer count = 0;
	lua_pushnil(L);
	while (lua_next(L, 1)) {
		lua_pop(L, 1);
		lua_pushvalue(L, -1);
		lua_rawseti(L, 3, ++count);
		sandbox_spend(L, FUEL_PER_STEP);
	}
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushvalue(L, 3);
	lua_pushcfunction(L, key_is_less);
	lua_call(L, 2, 0);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, pairs_next, 3);
	return 1;
}

/* ---- the table ------------------------------------------------------------------------------ */

struct entry_point {
	const char *library; /* "" for what stands alone */
	const char *names;   /* separated by spaces, for those that only pay */
	lua_CFunction replacement;
	int range; /* -1: none */
};

static const struct entry_point entry_points[] = {
	{"", "tonumber type ipairs select error assert", NULL, -1},
	{"", "tostring", safe_tostring, -1},
	{"string", "byte char len lower reverse sub upper", NULL, -1},
	{"string", "rep", safe_rep, -1},
	{"string", "find", sandbox_find, -1},
	{"string", "match", sandbox_match, -1},
	{"string", "gmatch", sandbox_gmatch, -1},
	{"string", "gsub", sandbox_gsub, -1},
	{"table", "insert remove pack", NULL, -1},
	{"table", "sort", NULL, 0},
	{"table", "unpack", NULL, 2},
	{"table", "move", NULL, 2},
	{"table", "concat", NULL, 3},
	{"math",
		"abs acos asin atan ceil cos deg exp floor fmod log max min modf rad sin sqrt tan "
		"tointeger type ult",
		NULL, -1},
	{"utf8", "char codepoint codes len offset", NULL, -1},
};

static const struct {
	const char *library, *name;
} constants[] = {
	{"math", "pi"},
	{"math", "huge"},
	{"math", "maxinteger"},
	{"math", "mininteger"},
	{"utf8", "charpattern"},
};

/* Lua's own libraries as they come, in one table: [""], ["string"] … */
static void push_originals(lua_State *L)
{
	static const luaL_Reg libraries[] = {
		{"", luaopen_base},
		{"string", luaopen_string},
		{"table", luaopen_table},
		{"math", luaopen_math},
		{"utf8", luaopen_utf8},
	};
	lua_newtable(L);
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
		lua_pushcfunction(L, libraries[i].func);
		lua_pushstring(L, libraries[i].name);
		lua_call(L, 1, 1);
		lua_setfield(L, -2, libraries[i].name);
	}
	/* Nothing must find the way back to them. */
	lua_newtable(L);
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

/* Stack: 1 originals, 2 functions by full name, 3 environment. */
enum { ORIGINALS = 1, FUNCTIONS, ENVIRONMENT };

/* Pushes the table of a library in the environment. */
static void push_library(lua_State *L, const char *library)
{
	if (!*library) {
		lua_pushvalue(L, ENVIRONMENT);
	} else if (lua_getfield(L, ENVIRONMENT, library) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_setfield(L, ENVIRONMENT, library);
	}
}

static void push_original(lua_State *L, const char *library, const char *name)
{
	lua_getfield(L, ORIGINALS, library);
	lua_getfield(L, -1, name);
	lua_remove(L, -2);
}

static void push_entry_point(lua_State *L, const struct entry_point *e, const char *name)
{
	if (e->replacement) {
		lua_pushcfunction(L, e->replacement);
		return;
	}
	push_original(L, e->library, name);
	if (e->range >= 0)
		lua_pushinteger(L, e->range);
	lua_pushcclosure(L, e->range < 0 ? paid : paid_range, e->range < 0 ? 1 : 2);
}

/* Takes the function at the top into the environment and the table of full names. */
static void add_function(lua_State *L, const char *library, const char *name)
{
	push_library(L, library);
	lua_pushvalue(L, -2);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
	lua_pushfstring(L, "%s%s%s", library, *library ? "." : "", name);
	lua_insert(L, -2);
	lua_rawset(L, FUNCTIONS);
}

static void add_entry_point(lua_State *L, const struct entry_point *e)
{
	const char *at = e->names;
	while (*at) {
		size_t len = strcspn(at, " ");
		const char *name = lua_pushlstring(L, at, len);
		push_entry_point(L, e, name);
		add_function(L, e->library, name);
		lua_pop(L, 1);
		at += len + strspn(at + len, " ");
	}
}

static void add_special(lua_State *L)
{
	push_original(L, "string", "format");
	lua_pushcclosure(L, safe_format, 1);
	add_function(L, "string", "format");
	push_original(L, "table", "sort");
	lua_pushcclosure(L, safe_pairs, 1);
	add_function(L, "", "pairs");
	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
		push_library(L, constants[i].library);
		push_original(L, constants[i].library, constants[i].name);
		lua_setfield(L, -2, constants[i].name);
		lua_pop(L, 1);
	}
}

/* ---- the functions of guards, for helpers ---------------------------------------------------- */

/* Upvalue 1: the function. */
static int guard_function(lua_State *L)
{
	const struct function *f = lua_touserdata(L, lua_upvalueindex(1));
	struct eval *ev = sandbox_of(L)->ev;
	int count = lua_gettop(L);
	if (count < f->min_args || (f->max_args != 255 && count > f->max_args))
		return luaL_error(L, "wrong number of arguments to '%s'", f->signature);
	sandbox_spend(L, cost_of(L));
	struct value *arguments = arena_array(ev->arena, (size_t)count, sizeof *arguments);
	for (int i = 0; i < count; i++)
		sandbox_pull(L, i + 1, 0, &arguments[i]);
	struct value result = value_nil();
	if (!f->call(ev, arguments, (size_t)count, &result))
		return luaL_error(L, "%s", ev->error ? ev->error : "it failed");
	sandbox_push(L, &result, 0);
	return 1;
}

static void add_guard_functions(lua_State *L)
{
	size_t count;
	const struct function *table = function_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (!table[i].call || strchr(table[i].name, '.') ||
			lua_getfield(L, ENVIRONMENT, table[i].name) != LUA_TNIL)
			continue;
		lua_pushlightuserdata(L, (void *)(uintptr_t)&table[i]);
		lua_pushcclosure(L, guard_function, 1);
		lua_setfield(L, ENVIRONMENT, table[i].name);
	}
}

/* ---- closing it up -------------------------------------------------------------------------- */

static int refuse_write(lua_State *L)
{
	return luaL_error(L, "Lua's library cannot be changed");
}

/* The table at the top of the stack is replaced by one that only reads it. */
static void guard_table(lua_State *L)
{
	lua_newtable(L);
	lua_newtable(L);
	lua_rotate(L, -3, -1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_write);
	lua_setfield(L, -2, "__newindex");
	lua_setmetatable(L, -2);
}

static void guard_libraries(lua_State *L)
{
	static const char *const names[] = {"string", "table", "math", "utf8"};
	for (size_t i = 0; i < 4; i++) {
		lua_getfield(L, ENVIRONMENT, names[i]);
		if (i == 0) {
			/* The methods of strings are the same ones. */
			lua_pushliteral(L, "");
			lua_getmetatable(L, -1);
			lua_pushvalue(L, -3);
			lua_setfield(L, -2, "__index");
			lua_pop(L, 2);
		}
		guard_table(L);
		lua_setfield(L, ENVIRONMENT, names[i]);
	}
}

void sandbox_open_library(lua_State *L)
{
	lua_settop(L, 0);
	luaL_checkstack(L, 20, "no room");
	push_originals(L);
	lua_newtable(L);
	lua_newtable(L);
	for (size_t i = 0; i < sizeof entry_points / sizeof *entry_points; i++)
		add_entry_point(L, &entry_points[i]);
	add_special(L);
	add_guard_functions(L);
	lua_settop(L, ENVIRONMENT);
	guard_libraries(L);
	lua_setfield(L, LUA_REGISTRYINDEX, REGISTRY_ENVIRONMENT);
	lua_setfield(L, LUA_REGISTRYINDEX, REGISTRY_FUNCTIONS);
	lua_settop(L, 0);
	lua_pushnil(L);
	lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}
