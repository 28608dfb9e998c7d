/*
 * Findings that a project has taken note of: known by their fingerprints, silent from then on, so
 * that lint can be asked for on the first day and only new ones are heard of.
 */
#ifndef TOOL_BASELINE_H
#define TOOL_BASELINE_H

#include "source/diagnostic.h"

struct baseline {
	char (*prints)[20]; /* on the heap, sorted once read */
	size_t count, cap;
	struct value list; /* what is to be written */
	struct arena arena;
};

void baseline_init(struct baseline *b);
void baseline_release(struct baseline *b);

/* Reads a file that baseline_write() has written. False: *why says what is wrong with it. */
bool baseline_read(struct baseline *b, const char *path, const char **why);
/* Silences what is known. Errors that would stop a run are never silent. The findings are sorted.
 */
void baseline_apply(
	const struct baseline *b, const struct source_set *files, struct diagnostics *d);
/* Notes what is not silent yet and may be, and silences it. */
void baseline_note(struct baseline *b, const struct source_set *files, struct diagnostics *d);
/* False: errno. */
bool baseline_write(const struct baseline *b, const char *path);

#endif
