/*
 * What the files behind the function table share. Private to functions*.c.
 *
 * A function gets as many arguments as its row allows, none of them unknown unless the row says so;
 * what is in a list may still be unknown.
 */
#ifndef SCRIPT_FUNCTION_IMPL_H
#define SCRIPT_FUNCTION_IMPL_H

#include "script/function.h"
#include "script/statistics.h"

/* Argument `i` as what it has to be; false: eval_fail was called. */
bool arg_string(
	struct eval *ev, const char *name, const struct value *args, size_t i, struct str *out);
/* Also a string that reads as a number, as in Lua's arithmetic. */
bool arg_number(struct eval *ev, const char *name, const struct value *args, size_t i, double *out);
bool arg_integer(
	struct eval *ev, const char *name, const struct value *args, size_t i, int64_t *out);
bool arg_list(struct eval *ev, const char *name, const struct value *args, size_t i,
	const struct list **out);
bool arg_map(struct eval *ev, const char *name, const struct value *args, size_t i,
	const struct map **out);
/* A list of numbers. *unknown: the reason why one is not known, or NULL. */
bool arg_samples(struct eval *ev, const char *name, const struct value *args, size_t i,
	struct samples *out, const char **unknown);
/* "`lines` takes a string, not a list"; always false. */
bool arg_wrong(
	struct eval *ev, const char *name, const struct value *args, size_t i, const char *wanted);

/* The buffer's text as the result, which empties it; false when it is too long. */
bool give_text(struct eval *ev, const char *name, struct strbuf *text, struct value *out);
/* May a list have `count` items? */
bool has_room(struct eval *ev, const char *name, size_t count);

#define LIST_MAX_ITEMS (EVAL_MAX_BYTES / 4 / sizeof(struct value))

#define FUNCTION(name)                                                                             \
	bool function_##name(                                                                      \
		struct eval *ev, const struct value *args, size_t count, struct value *out)

/* functions_text.c */
FUNCTION(contains);
FUNCTION(starts_with);
FUNCTION(ends_with);
FUNCTION(trim);
FUNCTION(lines);
FUNCTION(split);
FUNCTION(join);
FUNCTION(len);
FUNCTION(keys);
FUNCTION(matches);
FUNCTION(match);
/* functions_number.c */
FUNCTION(seconds);
FUNCTION(round);
FUNCTION(mean);
FUNCTION(percentile);
FUNCTION(ratio);
FUNCTION(burn);
FUNCTION(mann_whitney);
FUNCTION(worse);
FUNCTION(tonumber);
/* functions_data.c */
FUNCTION(semver);
FUNCTION(jsonpath);
FUNCTION(json_decode);
FUNCTION(json_encode);
FUNCTION(date);
FUNCTION(tostring);
FUNCTION(type);
/* functions_code.c */
FUNCTION(base64);
FUNCTION(sha256);
FUNCTION(url_encode);

#endif
