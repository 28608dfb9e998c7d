/*
 * `lint --fix`: from a file with findings to the one that has fewer.
 */
#ifndef CLI_LINT_FIX_H
#define CLI_LINT_FIX_H

#include "cli/load.h"

enum fix_mode { FIX_NOT, FIX_WRITTEN, FIX_SHOWN };

/* How lint looks at what was loaded, and how many findings it keeps. */
struct lint_again {
	void (*lint)(struct loaded *l, const void *options);
	const void *options;
	size_t max;
	int color;
};

/* Writes the file, or prints how it would change. Gives what is left to be found, in the place of
 * `l`. *code is EXIT_FAILED if a change was shown, EXIT_USAGE if one could not be written. */
struct loaded *lint_fix(struct loaded *l, const char *path, enum fix_mode mode,
	const struct lint_again *again, int *code);

#endif
