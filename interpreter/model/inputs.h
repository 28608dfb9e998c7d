/*
 * Typed inputs: from text on the command line, from a file's values, from defaults.
 */
#ifndef MODEL_INPUTS_H
#define MODEL_INPUTS_H

#include "model/runbook.h"

/* A text (from --input or a terminal) as the input's type. False: *why says what is expected. */
bool input_from_text(struct arena *a, const struct input *in, struct str text, struct value *out,
	const char **why);
/* A value that has a type already (from YAML, JSON, `with:`); numbers and strings are not bent into
 * each other, whole numbers are numbers too. Checks pattern, options, min, max. */
bool input_check(struct arena *a, const struct input *in, const struct value *v, struct value *out,
	const char **why);

#endif
