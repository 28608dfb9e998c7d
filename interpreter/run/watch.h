/*
 * Watches and conditions as part of a run's state. The upper half belongs to state_apply(), the
 * lower half to decide().
 */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "run/decide.h"

/* ---- state ---- */

/* Makes the states of all watches and of the runbook's own conditions. */
void watch_init(struct run *r);
/* From now on it is sampled: at `now`, and every `every` from there. */
void watch_arm(struct run *r, uint32_t index, int64_t now_ns);
/* Arms the watches that start after this node. */
void watch_arm_after(struct run *r, uint32_t node, int64_t now_ns);
/* The runbook that the step `node` calls begins (the root: the run's own), and with it its watches
 * and conditions. */
void watch_call_begins(struct run *r, uint32_t node, int64_t now_ns);
/* It failed before it had an effect: there is nothing that its conditions could turn back. */
void watch_call_ends(struct run *r, uint32_t node);
/* Whether the runbook of that unit was begun: the run's own always was. */
bool unit_has_begun(const struct run *r, const struct unit *u);
/* Whether it has to hold before the run counts as recovered, and whether there is one such. */
bool verify_counts(const struct run *r, const struct condition_state *c);
bool verify_is_asked(const struct run *r);
void watch_release(struct run *r);
struct watch_state *watch_of_node(struct run *r, uint32_t node);
/* Adds the own conditions of a monitor that starts, and takes note of what was seen before. */
void monitor_begin(struct run *r, struct spot s);
void monitor_end(struct run *r, struct spot s);
/* Conditions that read this watch are due at this tick. */
void conditions_due(struct run *r, uint32_t watch, int64_t tick_ns);
/* Those that read steps are due now. */
void conditions_due_of_steps(struct run *r, int64_t now_ns);

/* ---- decisions ---- */

/* The tick of a watch has come, or its sample is there. */
void decide_watch(struct decider *d, struct spot s, struct decision *out);
/* A condition with a tick that can be answered; false: none. */
bool decide_condition(struct decider *d, struct decision *out);
/* It fires, and the run has not acted on it. */
bool condition_wants_turn(const struct condition_state *c);
/* How long what fires waits for other samples of its tick, so that all that fire on it are one
 * decision; 0: there is nothing to wait for. */
int64_t firing_waits_until(const struct run *r);
/* When one that reads no watch has held for long enough; NS_NEVER. */
int64_t conditions_next(const struct run *r);
/* A watch that became blind, or sees again, and was not told of. */
bool decide_blind(struct decider *d, struct decision *out);
/* Nothing of that runbook has had an effect yet. */
bool baseline_is_open(const struct run *r, const struct unit *u);
/* No step with effects may start: blind, or the first samples are not in. */
bool gate_is_closed(const struct run *r, int64_t now_ns);
/* When the run has to act on being blind; NS_NEVER. `*on_blind` is what to do, `*watch` which. */
int64_t blind_deadline(const struct run *r, uint8_t *on_blind, uint32_t *watch);
/* A monitor whose time is up, or one of whose conditions fires. */
void decide_monitor(struct decider *d, struct spot s, struct decision *out);
/* A watch of it is blind for so long that `on_blind: continue` holds. */
bool condition_is_let_be(const struct run *r, const struct condition_state *c);
bool monitor_is_blind(const struct run *r);
int64_t monitor_next(const struct run *r, struct spot s, int64_t now_ns);

/* `watch` as guards of that unit see it. */
struct value watches_value(struct run *r, const struct unit *u, struct arena *a, int64_t now_ns);

#endif
