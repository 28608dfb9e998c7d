/*
 * What is undone, in which order, and what may not be. Part of state_apply().
 */
#ifndef RUN_UNDO_H
#define RUN_UNDO_H

#include "run/state.h"

/* Whether something that has started has a rollback. */
bool undo_is_needed(const struct run *r);
/* Everything that started and has a rollback, the last started first: a step that needed another
 * started after its end, so it is undone before it. In `a`; returns how many. */
uint32_t undo_list(const struct run *r, struct arena *a, struct spot **out);
/* What started and is `irreversible`, in the same way. */
uint32_t undo_finals(const struct run *r, struct arena *a, struct spot **out);
/* `deploy`, or `deploy[2]` of a loop. */
struct str undo_name(const struct run *r, struct spot s, struct arena *a);
/* Names of the steps that started, may have changed something and say nothing of undoing it (no
 * `rollback`, `keep` or `irreversible`): nobody knows whether something is left of them. A list in
 * `a`, or nil. */
struct value undo_bare(const struct run *r, struct arena *a);
/* A compensation failed: what its step depended on may not be undone under it. */
void undo_block(struct run *r, struct spot s);

#endif
