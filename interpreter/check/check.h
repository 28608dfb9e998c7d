/*
 * Everything that can be proved wrong about a runbook before it runs, beyond what decoding and the
 * graph tell: names, fields, calls, types, literals, order, arguments of modules.
 *
 * What is told is an error: a part that would break each time it is computed, or that reads what
 * cannot be there. Where something is not certain (an input that may be absent, JSON, an index that
 * is computed) nothing is told.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "plan/plan.h"

/* Whether a name that is not found is missing: not when an error hides what would have it. */
bool check_is_fair(const struct diagnostics *d);
/* For `exec` and `validate` alike. The plan may have errors already, if they leave it fair: what
 * could not be resolved is taken as it is. Every file is checked once, however often it is used. */
void check_plan(const struct plan *p, struct diagnostics *d);

#endif
