/*
 * Lua itself, caged: the harmless parts of its library, and the functions of a runbook's helper
 * file
 * (`lua: checks.lua`). The only user of Lua. Operators are not its business: see eval.h.
 *
 * No io, os, debug, package, coroutine, load, dofile, require, collectgarbage, print; string.dump
 * and rep without bound are out; pattern functions run under our own step budget. An instruction
 * budget (EVAL_MAX_STEPS) and a memory budget (EVAL_MAX_BYTES) hold for each call. Text chunks
 * only.
 */
#ifndef SCRIPT_SANDBOX_H
#define SCRIPT_SANDBOX_H

#include "script/eval.h"

/* A Lua state is made when first needed: a run whose guards are plain pays nothing. */
struct sandbox *sandbox_new(void);
void sandbox_free(struct sandbox *s);

/* Loads the helper file: its chunk runs once (under the budgets) and the global functions it
 * defines, or the functions of the table it returns, become callable. False: diagnostics say where.
 */
bool sandbox_load_helpers(struct sandbox *s, struct source_file *file, struct diagnostics *d);
bool sandbox_has_helper(const struct sandbox *s, struct str name);
/* Names of all helpers, for "did you mean". */
const char *const *sandbox_helpers(const struct sandbox *s, size_t *count);

/* Calls a helper ("name") or a library function ("string.format"). False: eval_fail was called. */
bool sandbox_call(struct eval *ev, struct str name, const struct value *args, size_t count,
	struct value *out);

#endif
