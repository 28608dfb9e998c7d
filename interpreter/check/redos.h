/*
 * Patterns whose matching takes exponentially long on a text made for it.
 *
 * A group that is repeated and repeats inside can be split in ever more ways. Whether it really is
 * found out by trying: texts are made from the pattern itself and matched under the limits that
 * hold at run time. What is told has been seen.
 */
#ifndef CHECK_REDOS_H
#define CHECK_REDOS_H

#include "base/regex.h"

struct redos {
	size_t at, len; /* the group, in the pattern */
	struct str
		text; /* an attack, in the arena: what goes before and the part that is repeated */
	struct str pump;
};

/* Whether a text was found on which the pattern exceeds its limits. */
bool redos_find(struct arena *a, struct str pattern, struct redos *out);

#endif
