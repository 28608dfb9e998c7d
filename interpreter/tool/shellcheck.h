/*
 * ShellCheck, where it is installed: one process for all scripts of a runbook, what it finds at its
 * place in the YAML.
 *
 * Values (`${{ }}`) are given to it as one word of the same length, so that places stay what they
 * are; what it says about constants where a value stands is left out. So is what the built-in rules
 * say too, what `sh -eu` makes untrue, and variables that come from outside.
 */
#ifndef TOOL_SHELLCHECK_H
#define TOOL_SHELLCHECK_H

#include "plan/plan.h"

/* RB608, and RB609 for what ShellCheck calls a note or style. Nothing is told when it is not there
 * or does not answer in time. Files that are part of the program are left out. */
void shellcheck_plan(const struct plan *p, struct diagnostics *d);

#endif
