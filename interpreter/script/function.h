/*
 * The functions that guards may call: one table, which the evaluator, the checks and the reference
 * read.
 */
#ifndef SCRIPT_FUNCTION_H
#define SCRIPT_FUNCTION_H

#include "script/eval.h"

/* What an argument or result is, for the check before the run. */
enum arg_type {
	ARG_ANY,
	ARG_STRING,
	ARG_NUMBER,
	ARG_BOOL,
	ARG_LIST,
	ARG_MAP,
	ARG_COLLECTION /* list, map or string */,
	ARG_DURATION /* "5m" or seconds */,
	ARG_PATTERN /* a PCRE2 pattern */,
	ARG_JSONPATH,
	ARG_NONE
};

#define FUNCTION_MAX_ARGS 6

struct function {
	const char *name;		 /* "matches", "string.format", "math.floor" */
	const char *signature;		 /* "matches(s, pattern)" */
	const char *doc;		 /* one sentence, for the reference */
	uint8_t min_args, max_args;	 /* max 255: any number */
	uint8_t args[FUNCTION_MAX_ARGS]; /* enum arg_type; the last repeats */
	uint8_t result;
	/* Arguments are never unknown here unless `takes_unknown`: the evaluator answers unknown.
	 * NULL: a function of Lua's own library, called through the sandbox. */
	bool (*call)(struct eval *ev, const struct value *args, size_t count, struct value *out);
	bool takes_unknown;
	bool is_impure; /* date(): never folded */
};

const struct function *function_find(struct str name);
const struct function *function_table(size_t *count);
/* Fields that are values: math.pi, math.huge, math.maxinteger, math.mininteger, utf8.charpattern.
 */
bool library_constant(struct str name, struct value *out);
/* The method of strings by that name (`upper lower len sub reverse`), as a function whose first
 * argument is the string; NULL: none. */
const struct function *string_method(struct str name);

#endif
