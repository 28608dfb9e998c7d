/*
 * `steps`, `steps.<id>` and a step's result as guards see them.
 */
#ifndef RUN_STEP_OBJECT_H
#define RUN_STEP_OBJECT_H

#include "run/state.h"

struct value steps_value(
	struct run *r, const struct frame *f, const struct unit *u, struct arena *a);
struct value step_value(struct run *r, struct spot s, struct arena *a);
/* A field of the result of the step's action (`status`, `stdout`, `lines`, `json` …) by bare name.
 * False: its action has no such result. */
bool step_result_field(
	struct run *r, struct spot s, struct str name, struct arena *a, struct value *out);

#endif
