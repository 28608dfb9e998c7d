/*
 * Whether an open run may go on with a changed runbook: what has begun has to be untouched in
 * meaning, with what undoes it, and in its place; so have the inputs, watches and conditions, which
 * count since the run began. Everything else may change.
 *
 * The events on record name steps by their numbers in the plan they happened in. Beside the changed
 * texts the run's row keeps where those numbers have gone to, and whoever reads the events
 * (history.h) gets them by the plan of today.
 */
#ifndef TOOL_ACCEPT_H
#define TOOL_ACCEPT_H

#include "run/state.h"

/* `r` is as the record left it. False: *why, in `a`. Otherwise *numbers is a list of `[first,
 * count, to]` for the row's options. */
bool accept_change(const struct run *r, const struct plan *changed, struct arena *a,
	struct value *numbers, const char **why);
/* The row's options with this change behind those before it, agreed to by `by` after event `seq`.
 */
struct value accept_note(struct arena *a, const struct value *options, uint64_t seq, struct str by,
	const struct value *numbers);
/* Where the node of an event is now. NODE_NONE: nowhere. */
uint32_t accept_renumber(const struct value *options, uint64_t seq, uint32_t node);

#endif
