/*
 * Durations of watches and conditions that depend on inputs: `every: ${{ inputs.tick }}`. They are
 * known when the inputs of their file are: before the run begins, or the step that names the file.
 * From then on they do not change any more.
 */
#ifndef RUN_LATE_H
#define RUN_LATE_H

#include "run/decide.h"

/* Fills in those of the file of `u`: a list of ns for late_apply() to take, in scratch; nil: there
 * are none. Returns NULL, or what is wrong (in scratch). */
const char *late_fill(
	struct decider *d, const struct unit *u, struct unit_state *values, struct value *out);
/* Part of state_apply(): they hold from now on, for this use of the file. */
void late_apply(struct run *r, const struct unit *u, struct unit_state *values,
	const struct value *durations);
/* The rule of a monitor with its durations filled in: itself when they are constants. */
const struct condition *late_condition(
	const struct unit_state *values, const struct condition *rule);

#endif
