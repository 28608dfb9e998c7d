/*
 * string.find, match, gmatch and gsub over our own matcher.
 */
#include "script/sandbox_private.h"

#include "script/lua_pattern.h"

static struct str check_str(lua_State *L, int index)
{
	struct str s;
	s.at = luaL_checklstring(L, index, &s.len);
	return s;
}

/* Lua's way to name a place: from 1, negative from the end; as an offset, not below 0. */
static size_t check_start(lua_State *L, int index, size_t len)
{
	lua_Integer i = luaL_optinteger(L, index, 1);
	if (i > 0)
		return (uint64_t)i - 1 > len ? len + 1 : (size_t)i - 1;
	if (i == 0 || (uint64_t)-i > len)
		return 0;
	return len - (size_t)-i;
}

static void begin(lua_State *L, struct lua_match *m, struct str subject, struct str pattern)
{
	memset(m, 0, sizeof *m);
	m->subject = subject;
	m->pattern = pattern;
	m->fuel = &sandbox_of(L)->fuel;
}

static ptrdiff_t match_at(lua_State *L, struct lua_match *m, size_t at, size_t from)
{
	ptrdiff_t end = lua_match_at(m, at, from);
	if (m->is_out_of_fuel)
		sandbox_spend(L, UINT64_MAX);
	if (m->error)
		luaL_error(L, "%s", m->error);
	return end;
}

/* ---- captures ------------------------------------------------------------------------------- */

static void push_capture(lua_State *L, const struct lua_match *m, size_t i, size_t at, size_t end)
{
	if (i >= m->count) {
		if (i != 0)
			luaL_error(L, "invalid capture index %%%d", (int)i + 1);
		lua_pushlstring(L, m->subject.at + at, end - at);
		return;
	}
	const struct lua_capture *c = &m->captures[i];
	if (c->kind == LUA_CAPTURE_OPEN)
		luaL_error(L, "unfinished capture");
	else if (c->kind == LUA_CAPTURE_POSITION)
		lua_pushinteger(L, (lua_Integer)c->start + 1);
	else
		lua_pushlstring(L, m->subject.at + c->start, c->len);
}

/* All of them; without any, the whole match unless `at` is none of the caller's business. */
static int push_captures(lua_State *L, const struct lua_match *m, size_t at, size_t end, bool whole)
{
	size_t count = m->count == 0 && whole ? 1 : m->count;
	luaL_checkstack(L, (int)count, "too many captures");
	for (size_t i = 0; i < count; i++)
		push_capture(L, m, i, at, end);
	return (int)count;
}

/* ---- find and match ------------------------------------------------------------------------- */

static int find_plain(lua_State *L, struct str s, struct str text, size_t start)
{
	sandbox_spend(L, (s.len - start) / 16 + 1);
	ptrdiff_t at = str_find(s, text, start);
	if (at < 0) {
		luaL_pushfail(L);
		return 1;
	}
	lua_pushinteger(L, at + 1);
	lua_pushinteger(L, at + (lua_Integer)text.len);
	return 2;
}

static int find_or_match(lua_State *L, bool is_find)
{
	struct str s = check_str(L, 1), pattern = check_str(L, 2);
	size_t at = check_start(L, 3, s.len);
	struct lua_match m;
	if (at > s.len) {
		luaL_pushfail(L);
		return 1;
	}
	if (is_find && (lua_toboolean(L, 4) || lua_pattern_is_plain(pattern)))
		return find_plain(L, s, pattern, at);
	begin(L, &m, s, pattern);
	bool is_anchored = pattern.len && pattern.at[0] == '^';
	for (; at <= s.len; at++) {
		ptrdiff_t end = match_at(L, &m, at, is_anchored);
		if (end >= 0 && is_find) {
			lua_pushinteger(L, (lua_Integer)at + 1);
			lua_pushinteger(L, end);
			return push_captures(L, &m, at, (size_t)end, false) + 2;
		}
		if (end >= 0)
			return push_captures(L, &m, at, (size_t)end, true);
		if (is_anchored)
			break;
	}
	luaL_pushfail(L);
	return 1;
}

int sandbox_find(lua_State *L)
{
	return find_or_match(L, true);
}

int sandbox_match(lua_State *L)
{
	return find_or_match(L, false);
}

/* ---- gmatch --------------------------------------------------------------------------------- */

/* Upvalues: text, pattern, where to look next, where the last match ended (-1: none yet). */
static int gmatch_next(lua_State *L)
{
	struct str s, pattern;
	struct lua_match m;
	s.at = lua_tolstring(L, lua_upvalueindex(1), &s.len);
	pattern.at = lua_tolstring(L, lua_upvalueindex(2), &pattern.len);
	size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(3));
	ptrdiff_t last = (ptrdiff_t)lua_tointeger(L, lua_upvalueindex(4));
	begin(L, &m, s, pattern);
	for (; at <= s.len; at++) {
		ptrdiff_t end = match_at(L, &m, at, 0);
		if (end < 0 || end == last)
			continue;
		lua_pushinteger(L, end);
		lua_copy(L, -1, lua_upvalueindex(3));
		lua_copy(L, -1, lua_upvalueindex(4));
		return push_captures(L, &m, at, (size_t)end, true);
	}
	return 0;
}

int sandbox_gmatch(lua_State *L)
{
	struct str s = check_str(L, 1);
	check_str(L, 2);
	size_t at = check_start(L, 3, s.len);
	lua_settop(L, 2);
	lua_pushinteger(L, (lua_Integer)at);
	lua_pushinteger(L, -1);
	lua_pushcclosure(L, gmatch_next, 4);
	return 1;
}

/* ---- gsub ----------------------------------------------------------------------------------- */

static void add_expanded(
	lua_State *L, luaL_Buffer *b, const struct lua_match *m, size_t at, size_t end)
{
	struct str with;
	with.at = lua_tolstring(L, 3, &with.len);
	for (size_t i = 0; i < with.len; i++) {
		char c = with.at[i];
		if (c != '%') {
			luaL_addchar(b, c);
			continue;
		}
		c = i + 1 < with.len ? with.at[i + 1] : '\0';
		i++;
		if (c == '%') {
			luaL_addchar(b, c);
		} else if (c == '0') {
			luaL_addlstring(b, m->subject.at + at, end - at);
		} else if (c >= '1' && c <= '9') {
			push_capture(L, m, (size_t)(c - '1'), at, end);
			luaL_tolstring(L, -1, NULL);
			lua_remove(L, -2);
			luaL_addvalue(b);
		} else {
			luaL_error(L, "invalid use of '%%' in replacement string");
		}
	}
	sandbox_spend(L, with.len);
}

/* What a table or function says; nothing and false keep the text. */
static void add_answer(
	lua_State *L, luaL_Buffer *b, const struct lua_match *m, size_t at, size_t end)
{
	if (lua_type(L, 3) == LUA_TFUNCTION) {
		lua_pushvalue(L, 3);
		lua_call(L, push_captures(L, m, at, end, true), 1);
	} else {
		push_capture(L, m, 0, at, end);
		lua_gettable(L, 3);
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		luaL_addlstring(b, m->subject.at + at, end - at);
		return;
	}
	if (!lua_isstring(L, -1))
		luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
	luaL_addvalue(b);
}

static void check_replacement(lua_State *L)
{
	int type = lua_type(L, 3);
	luaL_argexpected(L,
		type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION ||
			type == LUA_TTABLE,
		3, "string/function/table");
	if (type == LUA_TNUMBER)
		lua_tolstring(L, 3, NULL);
}

int sandbox_gsub(lua_State *L)
{
	struct str s = check_str(L, 1), pattern = check_str(L, 2);
	check_replacement(L);
	lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s.len + 1), count = 0;
	bool is_anchored = pattern.len && pattern.at[0] == '^', is_text = lua_isstring(L, 3);
	struct lua_match m;
	begin(L, &m, s, pattern);
	luaL_Buffer b;
	luaL_buffinit(L, &b);
	size_t at = 0;
	ptrdiff_t last = -1;
	while (count < most) {
		ptrdiff_t end = match_at(L, &m, at, is_anchored);
		if (end >= 0 && end != last) {
			count++;
			(is_text ? add_expanded : add_answer)(L, &b, &m, at, (size_t)end);
			last = end;
			at = (size_t)end;
		} else if (at < s.len) {
			luaL_addchar(&b, s.at[at]);
			at++;
		} else {
			break;
		}
		if (is_anchored)
			break;
	}
	if (at < s.len)
		luaL_addlstring(&b, s.at + at, s.len - at);
	luaL_pushresult(&b);
	lua_pushinteger(L, count);
	return 2;
}
