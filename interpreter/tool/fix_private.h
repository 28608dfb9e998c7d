/* What choosing edits and judging them share. */
#ifndef TOOL_FIX_PRIVATE_H
#define TOOL_FIX_PRIVATE_H

#include "tool/fix.h"

/* In the order of the text, without overlaps. */
struct edit {
	uint32_t start, end; /* of the text before */
	uint32_t made;	     /* where the replacement begins in the text after */
	struct str text;
};
struct edits {
	size_t count;
	struct edit *items;
};

/* fix_judge.c: NULL if the change may stand, or why it may not, in the arena. `mended` are the
 * findings that it is for. */
const char *fix_judge(struct arena *a, const struct fix_view *before, const struct fix_view *after,
	const struct edits *edits, const struct diagnostic *const *mended, size_t count);

#endif
