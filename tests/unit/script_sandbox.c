/*
 * Lua in its cage: what works, what does not, what ends, and our patterns against Lua's own.
 */
#include "test.h"

#include "base/json.h"
#include "script/function.h"
#include "script/lua_pattern.h"
#include "script/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>

static struct arena arena;
static struct source_set files;

static struct sandbox *load(const char *text, struct diagnostics *d)
{
	struct sandbox *s = sandbox_new();
	source_init(&files, &arena);
	diagnostics_init(d, &arena);
	struct source_file *file = source_add(&files, "checks.lua", str_of(text), false);
	sandbox_load_helpers(s, file, d);
	return s;
}

/* Calls with arguments given as a JSON list; the answer as JSON, or `error: …`. */
static struct str call(struct sandbox *s, const char *name, const char *arguments, struct eval *ev)
{
	static struct strbuf b;
	struct value args, out;
	struct json_error error;
	*ev = (struct eval){.arena = &arena, .sandbox = s, .bytes_at_start = arena.bytes};
	CHECK(json_decode(&arena, str_of(arguments), &args, &error));
	strbuf_clear(&b);
	ev->bytes_at_start = arena.bytes;
	if (sandbox_call(ev, str_of(name), args.list->items, args.list->count, &out))
		json_encode(&b, &out, 0);
	else
		strbuf_printf(&b, "error: %s", ev->error);
	return strbuf_str(&b);
}

/* ---- library -------------------------------------------------------------------------------- */

static const struct {
	const char *name, *arguments, *result;
} library[] = {
	{"string.format", "[\"%5.2f|%d|%s|%q\", 3.14159, 7, \"x\", \"y\"]",
		"\" 3.14|7|x|\\\"y\\\"\""},
	{"string.format", "[\"%s %s\", true, null]", "\"true nil\""},
	{"string.format", "[\"%s\", [1]]", "error: `string.format`: a table has no text"},
	{"string.format", "[\"%p\", \"x\"]",
		"error: `string.format`: invalid conversion '%p' to 'format'"},
	{"string.format", "[\"%%p %d\", 5]", "\"%p 5\""},
	{"string.rep", "[\"ab\", 3, \"-\"]", "\"ab-ab-ab\""},
	{"string.rep", "[\"\", 1000000000000000000]", "\"\""},
	{"string.rep", "[\"x\", -1]", "\"\""},
	{"string.upper", "[\"straße\"]", "\"STRAßE\""},
	{"string.sub", "[\"hello\", -3, -2]", "\"ll\""},
	{"string.byte", "[\"A\"]", "65"},
	{"string.char", "[72, 105]", "\"Hi\""},
	{"string.reverse", "[\"abc\"]", "\"cba\""},
	{"string.len", "[\"abc\"]", "3"},
	{"string.find", "[\"hello world\", \"o w\"]", "5"},
	{"string.find", "[\"a.b\", \".\", 2, true]", "2"},
	{"string.match", "[\"v1.2.3\", \"^v(%d+)\"]", "\"1\""},
	{"string.match", "[\"v1.2.3\", \"(\"]", "error: `string.match`: unfinished capture"},
	{"string.match", "[\"x\", \"[a\"]",
		"error: `string.match`: malformed pattern (missing `]`)"},
	{"string.gsub", "[\"hello\", \"l\", \"L\"]", "\"heLLo\""},
	{"string.gsub", "[\"hello world\", \"%w+\", \"<%0>\"]", "\"<hello> <world>\""},
	{"string.gsub", "[\"abc\", \"\", \"-\"]", "\"-a-b-c-\""},
	{"string.gsub", "[\"$a $b\", \"%$(%w+)\", {\"a\":\"1\"}]", "\"1 $b\""},
	{"string.gsub", "[\"abc\", \"b\", \"%2\"]",
		"error: `string.gsub`: invalid capture index %2"},
	{"table.concat", "[[1, 2, \"x\"], \", \"]", "\"1, 2, x\""},
	{"table.concat", "[[[1]]]",
		"error: `table.concat`: invalid value (table) at index 1 in table for 'concat'"},
	{"math.floor", "[3.7]", "3"},
	{"math.floor", "[\"x\"]", "error: argument 1 of `math.floor`: number expected, got string"},
	{"math.floor", "[]", "error: argument 1 of `math.floor`: number expected, got no value"},
	{"math.max", "[1, 5, 3.5]", "5"},
	{"math.tointeger", "[3.0]", "3"},
	{"math.type", "[1]", "\"integer\""},
	{"utf8.len", "[\"äöü\"]", "3"},
	{"utf8.char", "[228, 8364]", "\"ä€\""},
	{"utf8.codepoint", "[\"€\"]", "8364"},
	{"math.random", "[]", "error: `math.random`: there is no such function"},
	{"string.dump", "[]", "error: `string.dump`: there is no such function"},
	{"os.time", "[]", "error: `os.time`: there is no such function"},
};

TEST(sandbox_library)
{
	arena_init(&arena);
	struct sandbox *s = sandbox_new();
	for (size_t i = 0; i < sizeof library / sizeof *library; i++) {
		struct eval ev;
		test_about("%s%s", library[i].name, library[i].arguments);
		CHECK_TEXT(call(s, library[i].name, library[i].arguments, &ev), library[i].result);
		CHECK(!ev.is_over_budget);
	}
	test_about("%s", "");
	struct eval ev;
	CHECK_TEXT(call(s, "string.rep", "[\"x\", 1000000000000000000]", &ev),
		"error: `string.rep`: the text would be longer than 16 MiB");
	CHECK(ev.is_over_budget);
	sandbox_free(s);
	arena_release(&arena);
}

/* Every row of the function table that says so has its function here. */
TEST(sandbox_has_table)
{
	size_t count;
	const struct function *table = function_table(&count);
	arena_init(&arena);
	struct sandbox *s = sandbox_new();
	for (size_t i = 0; i < count; i++) {
		struct eval ev;
		if (table[i].call)
			continue;
		test_about("%s", table[i].name);
		struct str answer = call(s, table[i].name, "[]", &ev);
		CHECK(str_find(answer, STR("no such function"), 0) < 0);
	}
	sandbox_free(s);
	test_about("%s", "");
	arena_release(&arena);
}

/* ---- helpers -------------------------------------------------------------------------------- */

static const char helper_file[] =
	"local limit = 10\n"
	"local calls = 0\n"
	"function double(x) return x * 2 end\n"
	"function quadruple(x) return double(double(x)) end\n"
	"function over(x) return x > limit end\n"
	"function count() calls = calls + 1; return calls end\n"
	"function sum(list) local s = 0; for _, v in ipairs(list) do s = s + v end return s end\n"
	"function same(x) return x end\n"
	"function none() end\n"
	"function two() return 1, 2 end\n"
	"function leak() leaked = 1 end\n"
	"function spoil() string.upper = nil end\n"
	"function spoil2() table.x = 1 end\n"
	"function typo(x) return x.a.b end\n"
	"function fails() error('on purpose') end\n"
	"function fails_oddly() error({}) end\n"
	"function method(s) return s:upper():rep(2) end\n"
	"function words(s) local t = {} for w in s:gmatch('%a+') do t[#t + 1] = w end return t "
	"end\n"
	"function sorted(m) local t = {} for k, v in pairs(m) do t[#t + 1] = k .. '=' .. v end\n"
	"  return table.concat(t, ' ') end\n"
	"function swap(s) return (s:gsub('(%w+) (%w+)', '%2 %1')) end\n"
	"function wrap(s) return (s:gsub('%w+', function(w) return '<' .. w .. '>' end)) end\n"
	"function guard(s) return trim(s) .. len(s) end\n"
	"function guard_wrong() return trim(5) end\n"
	"function holes() return {1, nil, 3} end\n"
	"function mixed() return {1, 2, a = 'x', [4] = 'near'} end\n"
	"function sparse() return {[1] = 'a', [1000] = 'b'} end\n"
	"function cycle() local t = {}; t.t = t; return t end\n"
	"function func() return print, function() end end\n"
	"function bool_key() return {[true] = 1} end\n"
	"function fact(n) return n <= 1 and 1 or n * fact(n - 1) end\n"
	"function env() return _G == nil and _ENV.os == nil and io == nil and load == nil end\n"
	"function cage() return debug == nil and pcall == nil and setmetatable == nil and\n"
	"  coroutine == nil and rawset == nil and getmetatable == nil and require == nil and\n"
	"  collectgarbage == nil and dofile == nil and print == nil and next == nil end\n"
	"function strmeta() return ('x').dump == nil and ('').format ~= nil end\n"
	"function deep(n) local t = {} for i = 1, n do t = {t} end return t end\n";

static const struct {
	const char *name, *arguments, *result;
} helpers[] = {
	{"double", "[21]", "42"},
	{"quadruple", "[1.5]", "6.0"},
	{"over", "[11]", "true"},
	{"count", "[]", "1"},
	{"count", "[]", "1"}, /* nothing is left of the call before */
	{"sum", "[[1, 2, 3.5]]", "6.5"},
	{"same", "[{\"a\":[1,{\"b\":null}],\"c\":\"x\"}]", "{\"a\":[1,[]],\"c\":\"x\"}"},
	{"same", "[[1, null, 3]]", "[1,null,3]"},
	{"same", "[9223372036854775807]", "9223372036854775807"},
	{"same", "[\"a\\u0000b\"]", "\"a\\u0000b\""},
	{"none", "[]", "null"},
	{"two", "[]", "1"},
	{"leak", "[]",
		"error: `leak` (checks.lua, line 11): helpers are pure: `leaked` is set "
		"outside of its function; write `local leaked`"},
	{"spoil", "[]", "error: `spoil` (checks.lua, line 12): Lua's library cannot be changed"},
	{"spoil2", "[]", "error: `spoil2` (checks.lua, line 13): Lua's library cannot be changed"},
	{"typo", "[{}]",
		"error: `typo` (checks.lua, line 14): attempt to index a nil value (field "
		"'a')"},
	{"fails", "[]", "error: `fails` (checks.lua, line 15): on purpose"},
	{"fails_oddly", "[]", "error: `fails_oddly`: it failed with an error that is no text"},
	{"method", "[\"ab\"]", "\"ABAB\""},
	{"words", "[\"one two, three\"]", "[\"one\",\"two\",\"three\"]"},
	{"sorted", "[{\"z\":1,\"a\":2,\"m\":3}]", "\"a=2 m=3 z=1\""},
	{"swap", "[\"hello world\"]", "\"world hello\""},
	{"wrap", "[\"a bc\"]", "\"<a> <bc>\""},
	{"guard", "[\" x \"]", "\"x3\""},
	{"guard_wrong", "[]",
		"error: `guard_wrong` (checks.lua, line 24): `trim` takes a string, not "
		"a whole number"},
	{"holes", "[]", "[1,null,3]"},
	{"mixed", "[]", "{\"a\":\"x\",\"1\":1,\"2\":2,\"3\":null,\"4\":\"near\"}"},
	{"sparse", "[]", "{\"1\":\"a\",\"1000\":\"b\"}"},
	{"cycle", "[]", "error: `cycle`: a table nested deeper than 100, or in itself"},
	{"func", "[]", "null"},
	{"bool_key", "[]", "error: `bool_key`: a table whose key is a boolean cannot leave Lua"},
	{"fact", "[10]", "3628800"},
	{"env", "[]", "true"},
	{"cage", "[]", "true"},
	{"strmeta", "[]", "true"},
	{"deep", "[90]", NULL},
	{"deep", "[200]", "error: `deep`: a table nested deeper than 100, or in itself"},
	{"sum", "[[1, \"x\"]]",
		"error: `sum` (checks.lua, line 7): attempt to add a 'number' "
		"with a 'string'"},
};

TEST(sandbox_helpers)
{
	struct diagnostics d;
	size_t count;
	arena_init(&arena);
	struct sandbox *s = load(helper_file, &d);
	if (!CHECK(d.count == 0))
		printf("%s\n", d.first->message);
	CHECK(sandbox_has_helper(s, STR("double")) && !sandbox_has_helper(s, STR("limit")));
	sandbox_helpers(s, &count);
	CHECK_INT(count, 32);
	for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++) {
		struct eval ev;
		test_about("%s%s", helpers[i].name, helpers[i].arguments);
		struct str got = call(s, helpers[i].name, helpers[i].arguments, &ev);
		if (helpers[i].result)
			CHECK_TEXT(got, helpers[i].result);
		else
			CHECK(!ev.error);
	}
	sandbox_free(s);
	test_about("%s", "");
	arena_release(&arena);
}

/* What never ends, or holds too much, and each with whatever might swallow the end. */
static const char *const endless[] = {
	"function f() while true do end end",
	"function f() local t = {} while true do t[#t + 1] = 'x' .. #t end end",
	"function f() local s = 'x' while true do s = s .. s end end",
	"function f() return ('x'):rep(1e7) .. ('y'):rep(1e7) end",
	"function f() return f() end",
	"function f() return 1 + f() end",
	"function f() return (('a'):rep(3000)):find(('a*'):rep(30) .. 'b') end",
	"function f() return (('a'):rep(300000)):gsub('.-b', '') end",
	"function f() for i = 1, 1e9 do local x = ('x'):rep(100) end end",
	"function f() return table.move({}, 1, math.maxinteger, 2) end",
	"function f() return table.move({1}, math.mininteger, -1, 2) end",
	"function f() return table.concat({}, 'x', 1, 1e15) end",
	"function f() for i = 1, 1e6 do table.unpack({}, 1, 900000) end end",
	"function f() local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end end",
	"function f() local b = ('x'):rep(4e6) for i = 1, 1e6 do local c = b .. i end end",
	"function f() for i = 1, 1e6 do for w in ('a b'):gmatch('%a') do end end end",
	"function f() local t = {} for i = 1, 60 do t = {t, t} end return t end",
	"function f() while true do tostring(1) end end",
	"function f() local t = {} for i = 1, 4e4 do t[i] = i end while true do pairs(t) end end",
};

TEST(sandbox_budgets)
{
	for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
		struct diagnostics d;
		struct eval ev;
		arena_init(&arena);
		test_about("%s", endless[i]);
		struct sandbox *s = load(endless[i], &d);
		CHECK(d.count == 0);
		double start = test_cpu_seconds();
		call(s, "f", "[]", &ev);
		CHECK(ev.error != NULL);
		CHECK(ev.is_over_budget || strstr(ev.error, "stack overflow") ||
			strstr(ev.error, "in itself") || strstr(ev.error, "invalid value"));
		CHECK_CPU(start, 5);
		/* And it is as good as new. */
		CHECK_TEXT(call(s, "math.floor", "[3.5]", &ev), "3");
		sandbox_free(s);
		arena_release(&arena);
	}
	test_about("%s", "");
}

static const struct {
	const char *text;
	int line; /* of the diagnostic; 0: none */
	const char *message;
} files_loaded[] = {
	{"function f() end", 0, NULL},
	{"return {f = function() return 1 end}", 0, NULL},
	{"local M = {}\nfunction M.f() return 1 end\nreturn M", 0, NULL},
	{"", 1, "this file defines no function"},
	{"x = 1", 1, "this file defines no function"},
	{"function f() return 1 +\nend", 2, "unexpected symbol near 'end'"},
	{"function f()\n\n  local x = \nend", 4, "unexpected symbol near 'end'"},
	{"function f() end\nos.execute('x')", 2, "attempt to index a nil value (global 'os')"},
	{"while true do end", 1, "it takes more than 1000000 steps"},
	{"local s = 'x' while true do s = s .. s end", 1, "it needs more than 16 MiB of memory"},
	{"function trim(s) end", 1,
		"`trim` is a function of the language and cannot be defined anew"},
	{"\x1bLua\x54", 1, "attempt to load a binary chunk (mode is 't')"},
	{"string.x = function() end", 1, "Lua's library cannot be changed"},
};

TEST(sandbox_loading)
{
	for (size_t i = 0; i < sizeof files_loaded / sizeof *files_loaded; i++) {
		struct diagnostics d;
		struct eval ev;
		arena_init(&arena);
		test_about("%s", files_loaded[i].text);
		struct sandbox *s = load(files_loaded[i].text, &d);
		CHECK_INT(d.count, files_loaded[i].line != 0);
		if (d.first) {
			CHECK(d.first->rule == RB212);
			CHECK_STR(d.first->message, files_loaded[i].message);
			CHECK_INT(source_place(files.files[0], d.first->span.start).line,
				files_loaded[i].line);
		} else {
			CHECK(str_find(call(s, "f", "[]", &ev), STR("error"), 0) < 0);
		}
		sandbox_free(s);
		arena_release(&arena);
	}
	test_about("%s", "");
}

/* ---- patterns against Lua's own ---------------------------------------------------------------
 */

static uint32_t seed;

static uint32_t roll(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 10) % n;
}

static void make(struct strbuf *b, const char *const *words, size_t count, uint32_t most)
{
	strbuf_clear(b);
	strbuf_puts(b, "");
	strbuf_add(b, "", 0);
	for (uint32_t n = roll(most); n > 0; n--)
		strbuf_puts(b, words[roll((uint32_t)count)]);
}

/* string.find by ours: start, end and captures, or why not. */
static void ours(struct strbuf *b, struct str s, struct str pattern)
{
	uint64_t fuel = 10000000;
	struct lua_match m = {.subject = s, .pattern = pattern, .fuel = &fuel};
	bool is_anchored = pattern.len && pattern.at[0] == '^';
	ptrdiff_t end = -1;
	size_t at = 0;
	if (lua_pattern_is_plain(pattern)) {
		end = str_find(s, pattern, 0);
		at = (size_t)end;
		end += end >= 0 ? (ptrdiff_t)pattern.len : 0;
	}
	for (; !lua_pattern_is_plain(pattern) && at <= s.len; at++) {
		end = lua_match_at(&m, at, is_anchored);
		if (end >= 0 || m.error || is_anchored)
			break;
	}
	if (m.error || end < 0) {
		strbuf_puts(b, m.error ? "error" : "none");
		return;
	}
	strbuf_printf(b, "%zu %td", at + 1, end);
	for (size_t i = 0; i < m.count; i++) {
		const struct lua_capture *c = &m.captures[i];
		if (c->kind == LUA_CAPTURE_OPEN) {
			strbuf_clear(b);
			strbuf_puts(b, "error");
			return;
		}
		if (c->kind == LUA_CAPTURE_POSITION)
			strbuf_printf(b, " %zu", c->start + 1);
		else
			strbuf_printf(b, " [%.*s]", (int)c->len, s.at + c->start);
	}
}

static void theirs(lua_State *L, struct strbuf *b, struct str s, struct str pattern)
{
	lua_settop(L, 0);
	lua_getglobal(L, "string");
	lua_getfield(L, -1, "find");
	lua_pushlstring(L, s.at, s.len);
	lua_pushlstring(L, pattern.at, pattern.len);
	lua_remove(L, 1);
	if (lua_pcall(L, 2, LUA_MULTRET, 0) != LUA_OK) {
		strbuf_puts(b, "error");
		return;
	}
	if (lua_isnil(L, 1)) {
		strbuf_puts(b, "none");
		return;
	}
	strbuf_printf(b, "%lld %lld", lua_tointeger(L, 1), lua_tointeger(L, 2));
	for (int i = 3; i <= lua_gettop(L); i++) {
		bool is_place = lua_type(L, i) == LUA_TNUMBER;
		strbuf_printf(b, is_place ? " %s" : " [%s]", lua_tostring(L, i));
	}
}

TEST(sandbox_patterns_like_lua)
{
	static const char *const parts[] = {"a", "b", ".", "%a", "%d", "%s", "%w", "%W", "%p", "%x",
		"%u", "%l", "%c", "%g", "*", "+", "-", "?", "(", ")", "()", "[ab]", "[^ab]",
		"[a-c]", "[%a_]", "[]]", "[^]]", "[a-]", "[%]]", "[%a-z]", "^", "$", "%b()", "%bxx",
		"%f[%w]", "%f[^a]", "%1", "%2", "%%", "%.", "[", "%", "]", "(a*", "(.-)", "c"};
	static const char *const text[] = {"a", "b", "c", " ", "1", "x", "(", ")", "]", "-", "_",
		"%", "ab", "aa", "A", "\t", "."};
	arena_init(&arena);
	lua_State *L = luaL_newstate();
	luaL_openlibs(L);
	struct strbuf s = {0}, pattern = {0}, mine = {0}, lua = {0};
	size_t found = 0, errors = 0;
	seed = 7;
	for (int round = 0; round < 60000; round++) {
		make(&s, text, sizeof text / sizeof *text, 12);
		make(&pattern, parts, sizeof parts / sizeof *parts, 7);
		strbuf_clear(&mine);
		strbuf_clear(&lua);
		ours(&mine, strbuf_str(&s), strbuf_str(&pattern));
		theirs(L, &lua, strbuf_str(&s), strbuf_str(&pattern));
		test_about("find('%.*s', '%.*s')", (int)s.len, s.at, (int)pattern.len, pattern.at);
		CHECK(str_equal(strbuf_str(&mine), strbuf_str(&lua)));
		if (!str_equal(strbuf_str(&mine), strbuf_str(&lua)))
			printf("    ours %s, lua %s\n", mine.at, lua.at);
		found += lua.at[0] >= '0' && lua.at[0] <= '9';
		errors += lua.at[0] == 'e';
	}
	CHECK(found > 10000);
	CHECK(errors > 1000);
	lua_close(L);
	strbuf_release(&s);
	strbuf_release(&pattern);
	strbuf_release(&mine);
	strbuf_release(&lua);
	test_about("%s", "");
	arena_release(&arena);
}

/* The whole functions, in the cage and outside. */
static const char *const snippets[] = {
	"return ('hello world'):gsub('o', '0')",
	"return ('hello'):gsub('', '-')",
	"return ('abc'):gsub('%w', '%0%0')",
	"return ('abc'):gsub('b*', 'x')",
	"return ('hello world'):gsub('%w+', '%0 %0', 1)",
	"return ('abc'):gsub('^a', 'x')",
	"return ('aaa'):gsub('^a', 'x')",
	"return ('abc'):gsub('$', 'x')",
	"return ('a,b,,c'):gsub(',', ';')",
	"return ('x = 1'):gsub('(%w+) = (%w+)', '%2 = %1')",
	"return ('abc'):gsub('()', '%1')",
	"return ('abc'):gsub('b', {b = 5})",
	"return ('abc'):gsub('b', {b = false})",
	"return ('abc'):gsub('(a)(b)', function(x, y) "
	"return y .. x end)",
	"return ('abc'):gsub('.', function() end)",
	"return ('abc'):gsub('b', '%')",
	"return ('abc'):gsub('b', '%9')",
	"return ('abc'):gsub('b', '%x')",
	"return ('abc'):gsub('.', 'x', 0)",
	"return ('abc'):gsub('.', 'x', -1)",
	"return ('hello'):find('l')",
	"return ('hello'):find('l', -2)",
	"return ('hello'):find('l', 10)",
	"return ('hello'):find('', 6)",
	"return ('hello'):find('', 7)",
	"return ('hello'):find('xyz', -100)",
	"return ('a+b'):find('+', 1, true)",
	"return ('a+b'):find('+')",
	"return ('hello'):find('(l)(l)')",
	"return ('hello'):find('()ll()')",
	"return ('hello'):match('.-(l+)')",
	"return ('hello'):match('h()e')",
	"return ('  trim '):match('^%s*(.-)%s*$')",
	"return ('2024-01-02'):match('(%d+)-(%d+)-(%d+)')",
	"return ('key = value'):match('^(%w+)%s*=%s*(%w+)$')",
	"return ('hello'):match('x')",
	"return ('THE (quick) fox'):find('%((%a+)%)')",
	"return ('THE (quick) fox'):match('%b()')",
	"return ('THE (quick) fox'):gsub('%f[%a]%a+', 'W')",
	"local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t+1] = k .. v end "
	"return "
	"table.concat(t, '|')",
	"local t = {} for w in ('one two'):gmatch('%a*') do t[#t+1] = '<' .. w .. '>' end return "
	"table.concat(t)",
	"local t = {} for p in ('abc'):gmatch('()') do t[#t+1] = p end return table.concat(t, ' ')",
	"local t = {} for w in ('^a^a'):gmatch('^a') do t[#t+1] = w end return table.concat(t, ' "
	"')",
	"local t = {} for w in ('hello'):gmatch('l', 4) do t[#t+1] = w end return table.concat(t)",
	"return ('x'):rep(3, ',')",
	"return ('x'):rep(0)",
	"return ('%d'):format(3.0)",
	"return ('%5s|%-5s|'):format('a', 'b')",
	"return tostring(1e15) .. tostring(2^53)",
	"return select('#', table.unpack({1, nil, 3}, 1, 3))",
	"return #table.pack(1, 2, 3)",
	"local t = {3, 1, 2} table.sort(t) return table.concat(t)",
	"local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return table.concat(t)",
	"local t = table.move({1, 2, 3}, 2, 3, 1) return table.concat(t)",
	"return math.type(3), math.type(3.0), math.tointeger(3.0)",
	"local s = 0 for p, c in utf8.codes('äb') do s = s + c end return s",
};

TEST(sandbox_functions_like_lua)
{
	arena_init(&arena);
	lua_State *L = luaL_newstate();
	luaL_openlibs(L);
	for (size_t i = 0; i < sizeof snippets / sizeof *snippets; i++) {
		struct diagnostics d;
		struct eval ev;
		struct strbuf b = {0}, expected = {0};
		test_about("%s", snippets[i]);
		strbuf_printf(&b,
			"local function g() %s end function f() local t = table.pack(g()) "
			"for i = 1, t.n do t[i] = tostring(t[i]) end return "
			"table.concat(t, ' ') end",
			snippets[i]);
		struct sandbox *s = load(b.at, &d);
		CHECK(d.count == 0);
		strbuf_puts(&b, " return f()");
		lua_settop(L, 0);
		bool ok = luaL_loadstring(L, b.at) == LUA_OK && lua_pcall(L, 0, 1, 0) == LUA_OK;
		struct str got = call(s, "f", "[]", &ev);
		CHECK(ok == (ev.error == NULL));
		json_quote(&expected, str_of(lua_tostring(L, -1)));
		if (ok)
			CHECK_TEXT(got, expected.at);
		sandbox_free(s);
		strbuf_release(&b);
		strbuf_release(&expected);
	}
	lua_close(L);
	test_about("%s", "");
	arena_release(&arena);
}
