/*
 * `# runbook: ignore[RB401] -- reason`: silences a rule at one place.
 *
 * Behind a value it holds for its line, and for what is said of the step whose key that line is. On
 * a line of its own it holds for the item of a list below it (a step, with all inside), or for the
 * key below it with what is indented under that.
 */
#ifndef SOURCE_SUPPRESS_H
#define SOURCE_SUPPRESS_H

#include "source/diagnostic.h"

/* Rules that nobody may silence: what would be refused anyway. */
bool rule_is_fixed(enum rule_id id);

/* Silences what the comments of a file say, and tells of those that are of no use: an unknown rule
 * (RB901), nothing to silence (RB902), no reason (RB903). `is_certain` says whether a rule would
 * have spoken here if there was something to say; NULL: all would have. */
void suppress(const struct source_file *file, struct diagnostics *d,
	bool (*is_certain)(const void *context, enum rule_id id), const void *context);

#endif
