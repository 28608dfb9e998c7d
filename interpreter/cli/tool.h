/*
 * What the commands share that read files and print something about them.
 */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include "cli/command.h"
#include "cli/load.h"

#define TOOL_MAX_FILES 2
#define TOOL_MAX_OPTIONS 8

struct tool_order {
	const char *files[TOOL_MAX_FILES];
	size_t count, min, max;		      /* operands: given, needed, allowed */
	const char *values[TOOL_MAX_OPTIONS]; /* by row of the command's options; NULL: not given */
	bool flags[TOOL_MAX_OPTIONS];	      /* options without a value */
};

/* Takes all arguments. A value written `a|b|c` in the option's row has to be one of these. -1: go
 * on; otherwise the exit code, all has been said. */
int tool_options(struct tool_order *o, const struct command *c, int argc, char **argv);
/* Whether the option was given this value. */
bool tool_is(const struct tool_order *o, int row, const char *value);
/* When it is not good its findings go to standard error. Gives `is_good`. */
bool tool_tell(struct loaded *l, bool is_good);
/* Loads it; false: the findings were printed on standard error. Free it in any case. */
bool tool_load(struct loaded *l, const char *path, bool allow_module);

#endif
