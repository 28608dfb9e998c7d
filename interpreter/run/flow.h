/*
 * How steps move: opened by the group around them, let go by their needs, finished, started over.
 * Part of state_apply(); nobody else may call these.
 */
#ifndef RUN_FLOW_H
#define RUN_FLOW_H

#include "run/state.h"

extern const struct spot spot_none;

/* The states of a subtree, all pending. `outer` NULL: of the whole plan. */
struct frame *flow_frame(struct run *r, struct frame *outer, uint32_t node, uint32_t index);
/* The step may start now, as soon as a decision lets it. */
void flow_ready(struct run *r, struct spot s);
/* Its children (or items) may start. */
void flow_open(struct run *r, struct spot s);
/* A decision about it is due. */
void flow_attend(struct run *r, struct spot s);
void flow_timer(struct run *r, struct spot s, int64_t due_ns);
/* Takes it out of whatever line it stands in. */
void flow_withdraw(struct spot s);
/* It is done, with this status: tells its group and its followers. */
void flow_finish(struct run *r, struct spot s, enum step_status status);
/* Everything inside `s` is to stop: what waits or runs gets a decision. */
void flow_stop_inside(struct run *r, struct spot s);
/* All inside is pending again, for another attempt of the group. */
void flow_reset(struct run *r, struct spot s);
void flow_release_slot(struct run *r, struct step_state *st);

#endif
