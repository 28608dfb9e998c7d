/*
 * A plan that was looked at and saved: which files, which inputs. A run of it is refused when one
 * of them has changed since.
 */
#ifndef CLI_SAVED_PLAN_H
#define CLI_SAVED_PLAN_H

#include "cli/load.h"

/* The first `count` sources and the inputs, as digests; secret inputs are left out. False: said. */
bool saved_plan_write(
	const char *path, const struct loaded *l, size_t count, const struct value *inputs);
/* -1: it is the same, or `path` is NULL; otherwise the exit code, what has changed was said. */
int saved_plan_check(const char *path, struct loaded *l, size_t count, const struct value *inputs);

#endif
