/*
 * A guard a million times: by our evaluator, as the interpreter does it, and by plain Lua with the
 * same expression compiled before and its names in its `_ENV`.
 *
 *   guards lua|ours NUMBER-OF-EXPRESSION [TIMES]
 */
#include "base/json.h"
#include "script/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>

/* What a health check gave. */
static const char result[] = "{\"status\":200,\"duration\":0.042,\"body\":\"all is well\","
			     "\"json\":{\"status\":\"ok\",\"load\":0.25,\"ready\":true}}";

/* Of each kind one: a comparison, what most guards are, and one that Lua's library answers. */
static const char *const expressions[] = {
	"status == 200",
	"status == 200 and json.status == \"ok\" and duration < 0.5",
	"string.format(\"%d\", status) == \"200\"",
};

static long times = 1000000;

/* ---- ours ----------------------------------------------------------------------------------- */

static struct value names;

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	(void)scope;
	(void)ev;
	const struct entry *e = map_find(names.map, name);
	if (!e)
		return false;
	*out = e->value;
	return true;
}

static void test(const struct guard *g, struct arena *scratch, struct sandbox *sandbox)
{
	const struct scope scope = {.lookup = lookup};
	const char *why = NULL;
	arena_reset(scratch);
	struct eval ev = {.arena = scratch, .scope = &scope, .sandbox = sandbox};
	if (guard_test(&ev, g, &why) == VERDICT_TRUE)
		return;
	fprintf(stderr, "guards: `%s` does not hold: %s\n", g->text.at, why ? why : "");
	exit(1);
}

static void run_ours(const char *expression)
{
	struct arena arena, scratch;
	struct diagnostics d;
	struct guard g = {0};
	struct json_error error = {.message = "does not parse"};
	struct value text = value_str(str_of(expression));
	arena_init(&arena);
	arena_init(&scratch);
	diagnostics_init(&d, &arena);
	if (!json_decode(&arena, str_of(result), &names, &error) ||
		!guard_parse(&arena, NULL, &text, &d, &g)) {
		fprintf(stderr, "guards: %s\n", error.message);
		exit(1);
	}
	struct sandbox *sandbox = sandbox_new();
	for (long i = 0; i < times; i++)
		test(&g, &scratch, sandbox);
	sandbox_free(sandbox);
	arena_release(&scratch);
	arena_release(&arena);
}

/* ---- plain Lua ------------------------------------------------------------------------------ */

static const char prelude[] =
	"return { status = 200, duration = 0.042, body = 'all is well', string = string,\n"
	"  json = { status = 'ok', load = 0.25, ready = true } }";

static void must(lua_State *lua, int status)
{
	if (status == LUA_OK)
		return;
	fprintf(stderr, "guards: %s\n", lua_tostring(lua, -1));
	exit(1);
}

static void run_lua(const char *expression)
{
	lua_State *lua = luaL_newstate();
	luaL_openlibs(lua);
	must(lua, luaL_dostring(lua, prelude));
	lua_pushfstring(lua, "return %s", expression);
	must(lua, luaL_loadstring(lua, lua_tostring(lua, -1)));
	lua_pushvalue(lua, 1);
	lua_setupvalue(lua, -2, 1);
	for (long i = 0; i < times; i++) {
		lua_pushvalue(lua, -1);
		must(lua, lua_pcall(lua, 0, 1, 0));
		if (!lua_toboolean(lua, -1))
			exit(1);
		lua_pop(lua, 1);
	}
	lua_close(lua);
}

int main(int argc, char **argv)
{
	size_t count = sizeof expressions / sizeof *expressions;
	size_t which = argc > 2 ? strtoul(argv[2], NULL, 10) : count;
	if (which >= count) {
		fprintf(stderr, "guards: lua|ours 0…%zu [TIMES]\n", count - 1);
		return 2;
	}
	if (argc > 3)
		times = strtol(argv[3], NULL, 10);
	if (strcmp(argv[1], "lua") == 0)
		run_lua(expressions[which]);
	else
		run_ours(expressions[which]);
	return 0;
}
