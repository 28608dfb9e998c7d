/*
 * What names mean in the guards of a step: LANGUAGE.md, section 3, "What a guard sees".
 */
#ifndef RUN_SCOPE_H
#define RUN_SCOPE_H

#include "run/decide.h"

struct step_scope {
	struct scope scope;
	struct run *run;
	struct spot spot; /* whose guard it is */
	const struct unit
		*unit; /* whose names it sees; not the spot's own for a module's outputs */
	struct unit_state *values;
	bool sees_result; /* `expect`, `outputs`, `until`, `retry.if` */
	bool sees_items;
	const struct event *pending; /* with sees_result: what a group gives, before it has ended */
	int64_t now_ns;
};

/* Ready to evaluate the guards of `s`. Both structs are the caller's. */
void scope_enter(struct decider *d, struct spot s, bool sees_result, struct step_scope *scope,
	struct eval *ev);
/* The same from inside a `uses` or `call`: for the outputs of its file. */
void scope_enter_inner(struct decider *d, struct spot s, struct step_scope *scope, struct eval *ev);
/* For what stands in a file beside its steps: conditions, `outputs`. A called one has to have
 * begun.
 */
void scope_enter_file(
	struct decider *d, const struct unit *u, struct step_scope *scope, struct eval *ev);
/* For the top of the file before anything ran: inputs, vars so far, secrets, env. */
void scope_enter_top(struct decider *d, const struct unit *u, struct unit_state *values,
	struct step_scope *scope, struct eval *ev);

#endif
