/*
 * The rules of lint. Nobody outside of check/ includes this.
 */
#ifndef CHECK_LINT_RULES_H
#define CHECK_LINT_RULES_H

#include "check/rule.h"

/* lint_effects.c */
extern const struct rule lint_effects;

/* Whether the step is part of the way forward, so that a rollback may have to undo it. */
static inline bool is_forward(const struct reader *r)
{
	return r->section == SECTION_MAIN;
}

#endif
