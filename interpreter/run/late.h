/*
 * Durations of watches and conditions that depend on inputs: `every: ${{ inputs.tick }}`. They are
 * known when the inputs are, before the run begins, and do not change any more.
 */
#ifndef RUN_LATE_H
#define RUN_LATE_H

#include "run/decide.h"

/* Fills them in, in d->run. NULL, or what is wrong (in scratch). Only the runbook's own inputs and
 * vars are there: a module has constants. */
const char *late_fill(struct decider *d, struct unit_state *values);
/* The rule with its durations filled in: itself when they are constants. */
const struct condition *late_condition(const struct run *r, const struct condition *rule);

#endif
