/*
 * What the parts of the sandbox share. Private to sandbox*.c.
 *
 * 1. Everything that may raise a Lua error runs inside a protected call.
 * 2. What runs inside one holds no heap memory of its own: an error would leak it.
 * 3. No function that Lua code can reach catches errors, so an exceeded budget ends the call.
 */
#ifndef SCRIPT_SANDBOX_PRIVATE_H
#define SCRIPT_SANDBOX_PRIVATE_H

#include "script/sandbox.h"

#include <lauxlib.h>
#include <lua.h>

/* What a Lua instruction costs, in steps of the pattern matcher. */
#define FUEL_PER_STEP 16

struct sandbox {
	lua_State *state; /* made when first needed */
	size_t used;	  /* bytes that it holds */
	uint64_t fuel;	  /* left for the call that is going on */
	bool is_out_of_fuel, is_too_long;
	bool is_loading;    /* the helper file's own text runs: it may define functions */
	struct eval *ev;    /* of the call that is going on */
	struct arena arena; /* the names */
	const char *helper_path;
	const char **helpers; /* sorted */
	size_t helper_count;
};

static inline struct sandbox *sandbox_of(lua_State *L)
{
	return *(struct sandbox **)lua_getextraspace(L);
}

/* Keys of the registry. */
#define REGISTRY_FUNCTIONS "runbook.functions"	   /* "string.format" -> function */
#define REGISTRY_ENVIRONMENT "runbook.environment" /* what helpers see beside their own */
#define REGISTRY_HELPERS "runbook.helpers"	   /* the compiled helper file */

/* Pays, or raises. */
void sandbox_spend(lua_State *L, uint64_t fuel);

/* sandbox_library.c: fills the registry. Inside a protected call. */
void sandbox_open_library(lua_State *L);
/* sandbox_pattern.c */
int sandbox_find(lua_State *L);
int sandbox_match(lua_State *L);
int sandbox_gmatch(lua_State *L);
int sandbox_gsub(lua_State *L);

/* sandbox_value.c: both raise. */
void sandbox_push(lua_State *L, const struct value *v, unsigned depth);
void sandbox_pull(lua_State *L, int index, unsigned depth, struct value *out);

/* sandbox_helpers.c. Pushes the helper of that name, from a fresh run of its file. Raises. */
void sandbox_push_helper(lua_State *L, struct str name);

/* sandbox.c: runs `f` with `argument` under the budgets. False: *why (in `a`) says why not. */
bool sandbox_protected(
	struct sandbox *s, lua_CFunction f, void *argument, struct arena *a, const char **why);
/* A message of Lua, made ours; the line is that in the helper file, 0: none. */
const char *sandbox_message(struct arena *a, const char *text, struct str function, size_t *line);

#endif
