/*
 * Lua 5.4's patterns with a budget: Lua's own matcher backtracks without end and cannot be stopped.
 */
#ifndef SCRIPT_LUA_PATTERN_H
#define SCRIPT_LUA_PATTERN_H

#include "base/str.h"

#define LUA_PATTERN_CAPTURES 32
#define LUA_PATTERN_DEPTH 200

enum lua_capture_kind { LUA_CAPTURE_OPEN, LUA_CAPTURE_TEXT, LUA_CAPTURE_POSITION };

struct lua_capture {
	enum lua_capture_kind kind;
	size_t start, len;
};

/* All zero but for the texts and the fuel. */
struct lua_match {
	struct str subject, pattern;
	uint64_t *fuel; /* one unit a step; none left is an error */
	size_t count;	/* captures of the last match */
	struct lua_capture captures[LUA_PATTERN_CAPTURES];
	unsigned depth;
	const char *error; /* static text; NULL: none */
	bool is_out_of_fuel;
};

/* Matches the pattern from its byte `from` on (behind a `^`) at exactly `at`. The end of the match,
 * or -1: none, or m->error. */
ptrdiff_t lua_match_at(struct lua_match *m, size_t at, size_t from);
/* Whether the pattern is plain text. */
bool lua_pattern_is_plain(struct str pattern);

#endif
