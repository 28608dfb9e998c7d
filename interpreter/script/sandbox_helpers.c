/*
 * The helper file of a runbook: pure functions in Lua.
 *
 * The file is compiled once and run afresh for every call, in an environment of its own, so that no
 * call can leave anything behind for the next one.
 */
#include "script/sandbox_private.h"

#include "script/function.h"

/* ---- one run of the file -------------------------------------------------------------------- */

/* Upvalue 1: the names that the file has defined. */
static int define(lua_State *L)
{
	if (!sandbox_of(L)->is_loading) {
		const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
		return luaL_error(L,
			"helpers are pure: `%s` is set outside of its function; "
			"write `local %s`",
			name, name);
	}
	lua_settop(L, 3);
	lua_rawset(L, lua_upvalueindex(1));
	return 0;
}

/* Pushes the names' table and, above it, what the file sees as its globals: always empty itself, so
 * that every write comes by. */
static void push_environment(lua_State *L)
{
	lua_newtable(L); /* names */
	lua_newtable(L);
	lua_getfield(L, LUA_REGISTRYINDEX, REGISTRY_ENVIRONMENT);
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	lua_newtable(L); /* globals */
	lua_newtable(L);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, -3);
	lua_pushcclosure(L, define, 1);
	lua_setfield(L, -2, "__newindex");
	lua_setmetatable(L, -2);
}

/* Pushes the names' table, and the file's answer. */
static void run_file(lua_State *L)
{
	struct sandbox *s = sandbox_of(L);
	push_environment(L);
	lua_getfield(L, LUA_REGISTRYINDEX, REGISTRY_HELPERS);
	lua_insert(L, -2);
	lua_setupvalue(L, -2, 1);
	s->is_loading = true;
	lua_call(L, 0, 1);
	s->is_loading = false;
}

void sandbox_push_helper(lua_State *L, struct str name)
{
	run_file(L);
	if (lua_type(L, -1) == LUA_TTABLE) {
		lua_pushlstring(L, name.at, name.len);
		if (lua_rawget(L, -2) == LUA_TFUNCTION)
			return;
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	lua_pushlstring(L, name.at, name.len);
	if (lua_rawget(L, -2) != LUA_TFUNCTION)
		luaL_error(L, "it is no function this time");
}

/* ---- loading -------------------------------------------------------------------------------- */

struct load {
	struct sandbox *sandbox;
	struct str text;
	const char **names;
	size_t count, cap;
};

static void add_name(struct load *load, const char *name)
{
	struct arena *a = &load->sandbox->arena;
	for (size_t i = 0; i < load->count; i++) {
		if (strcmp(load->names[i], name) == 0)
			return;
	}
	if (load->count == load->cap) {
		load->cap = load->cap ? load->cap * 2 : 16;
		const char **names = arena_array(a, load->cap, sizeof *names);
		if (load->count)
			memcpy(names, load->names, load->count * sizeof *names);
		load->names = names;
	}
	load->names[load->count++] = arena_string(a, name);
}

/* The functions in the table at `index`. */
static void collect(lua_State *L, int index, struct load *load)
{
	lua_pushnil(L);
	while (lua_next(L, index)) {
		if (lua_type(L, -1) == LUA_TFUNCTION && lua_type(L, -2) == LUA_TSTRING)
			add_name(load, lua_tostring(L, -2));
		lua_pop(L, 1);
	}
}

static int load_protected(lua_State *L)
{
	struct load *load = lua_touserdata(L, 1);
	lua_settop(L, 0);
	/* Text only: what was compiled before could break the machine itself. */
	if (luaL_loadbufferx(L, load->text.at, load->text.len, "=lua", "t") != LUA_OK)
		return lua_error(L);
	lua_setfield(L, LUA_REGISTRYINDEX, REGISTRY_HELPERS);
	run_file(L);
	collect(L, 1, load);
	if (lua_type(L, 2) == LUA_TTABLE)
		collect(L, 2, load);
	return 0;
}

static int compare_names(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The place of a line of the file; line 0: the beginning. */
static struct span line_span(const struct source_file *file, size_t line)
{
	struct str text = file->text;
	size_t start = 0;
	for (size_t n = 1; n < line; n++) {
		ptrdiff_t end = str_find(text, STR("\n"), start);
		if (end < 0)
			break;
		start = (size_t)end + 1;
	}
	ptrdiff_t end = str_find(text, STR("\n"), start);
	size_t len = (end < 0 ? text.len : (size_t)end) - start;
	while (len && (text.at[start] == ' ' || text.at[start] == '\t')) {
		start++;
		len--;
	}
	return (struct span){(uint32_t)start, (uint32_t)len, file->id};
}

static bool check_names(
	const struct load *load, const struct source_file *file, struct diagnostics *d)
{
	bool ok = load->count > 0;
	if (!ok)
		diagnose(d, RB212, line_span(file, 0), "this file defines no function");
	for (size_t i = 0; i < load->count; i++) {
		if (!function_find(str_of(load->names[i])))
			continue;
		diagnose(d, RB212, line_span(file, 0),
			"`%s` is a function of the language and cannot be defined anew",
			load->names[i]);
		ok = false;
	}
	return ok;
}

bool sandbox_load_helpers(struct sandbox *s, struct source_file *file, struct diagnostics *d)
{
	struct load load = {.sandbox = s, .text = file->text};
	struct arena scratch;
	const char *why;
	arena_init(&scratch);
	s->helper_path = arena_string(&s->arena, file->path);
	bool ok = sandbox_protected(s, load_protected, &load, &scratch, &why);
	if (!ok) {
		size_t line;
		why = sandbox_message(&scratch, why, STR(""), &line);
		diagnose(d, RB212, line_span(file, line), "%s", why);
	} else {
		ok = check_names(&load, file, d);
	}
	arena_release(&scratch);
	if (!ok)
		return false;
	qsort(load.names, load.count, sizeof *load.names, compare_names);
	s->helpers = load.names;
	s->helper_count = load.count;
	return true;
}

bool sandbox_has_helper(const struct sandbox *s, struct str name)
{
	for (size_t i = 0; i < s->helper_count; i++) {
		if (str_is(name, s->helpers[i]))
			return true;
	}
	return false;
}

const char *const *sandbox_helpers(const struct sandbox *s, size_t *count)
{
	*count = s->helper_count;
	return s->helpers;
}
