/*
 * Any text as a guard, beside Lua's own compiler: what we take for an expression is one, and what
 * Lua takes for one that has only names, numbers and operators, we take too.
 */
#include "fuzz.h"

#include "script/expr.h"

#include <lauxlib.h>
#include <lua.h>

static bool is_lua_expression(lua_State *lua, struct str text)
{
	struct strbuf b = {0};
	strbuf_puts(&b, "return (\n");
	strbuf_put(&b, text);
	strbuf_puts(&b, "\n)");
	bool is_good = luaL_loadbufferx(lua, b.at, b.len, "=guard", "t") == LUA_OK;
	lua_settop(lua, 0);
	strbuf_release(&b);
	return is_good;
}

/* No calls, tables, strings, functions or comments: those of Lua that we leave out begin there. */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (strchr("(){}[]\"':;,", s.at[i]) || (unsigned char)s.at[i] >= 0x80)
			return false;
	}
	return str_find(s, STR("--"), 0) < 0 && str_find(s, STR("..."), 0) < 0 &&
	       str_find(s, STR("function"), 0) < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static lua_State *lua;
	struct fuzz_file f;
	struct strbuf printed = {0};
	struct origin origin = {0};
	lua = lua ? lua : luaL_newstate();
	fuzz_open(&f, data, size);
	struct str text = f.file->text;
	const struct expr *e = expr_parse(&f.arena, text, &origin, &f.diagnostics);
	bool is_lua = is_lua_expression(lua, text);
	if (!e && !f.diagnostics.errors)
		fuzz_fail("refused without a word", "");
	if (e && !f.diagnostics.errors && !is_lua)
		fuzz_fail("Lua refuses it", arena_copy(&f.arena, text.at, text.len));
	/* Words of other languages (`Not`, `null`) are names to Lua, and slips to us. */
	const struct diagnostic *told = f.diagnostics.first;
	bool is_slip = told && (told->rule != RB201 || told->fixes ||
				       strstr(told->message, "is no operator of Lua"));
	if (!e && is_lua && !is_slip && size < 100 && is_plain(text))
		fuzz_fail("Lua takes it", f.diagnostics.first->message);
	if (e && !f.diagnostics.errors) {
		expr_print(&printed, e);
		if (!is_lua_expression(lua, strbuf_str(&printed)))
			fuzz_fail("Lua refuses it as we print it", printed.at);
	}
	strbuf_release(&printed);
	fuzz_close(&f);
	return 0;
}
