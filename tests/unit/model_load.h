/*
 * For tests of the model: a text is loaded, and what its author is told becomes lines
 * `line:column CODE message | hint @line:column label -> fix`.
 */
#ifndef MODEL_LOAD_H
#define MODEL_LOAD_H

#include "model/runbook.h"

struct loaded {
	struct arena arena;
	struct source_set files;
	struct diagnostics diagnostics;
	struct runbook *book;
};

/* The text is borrowed until unload(). */
void load(struct loaded *l, const char *text);
void unload(struct loaded *l);
/* All that was told, sorted, in the arena of `l`. */
struct str told(struct loaded *l);

struct golden {
	const char *text, *told;
};
/* Checks each row; the text stands behind `head`. */
void check_golden(const char *head, const struct golden *rows, size_t count);

#endif
