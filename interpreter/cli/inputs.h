/*
 * The inputs of a run: from --inputs files, --input k=v, a person at a terminal, and defaults.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include "base/mask.h"
#include "cli/load.h"

struct given_input {
	const char *text; /* `version=v1.2.3` */
	const char *file; /* or a file of many */
};

#define MAX_GIVEN 1024

struct given_inputs {
	struct given_input items[MAX_GIVEN];
	size_t count;
};

/* A map of all declared inputs (nil where nothing was given). False: errors were printed on
 * standard error. Secret inputs are added to the masker. */
bool gather_inputs(struct loaded *l, const struct given_inputs *given, bool may_ask,
	struct masker *masker, struct value *out);

#endif
