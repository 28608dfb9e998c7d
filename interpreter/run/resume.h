/*
 * A run rebuilt from its record. Each event is applied as it was when it happened, except what only
 * belonged to the stopping of an earlier sitting: steps that were cancelled because the run was
 * interrupted or held are under way again, as they were when that began. What became of them is for
 * the world and a person to say (run/lost.h).
 */
#ifndef RUN_RESUME_H
#define RUN_RESUME_H

#include "run/state.h"

struct replay {
	struct run *run;
	uint32_t children; /* the highest number of a program */
	bool is_stopping;
};

/* Whether this event belongs to the stopping of a sitting, after one that did or did not. */
bool replay_is_stopping(const struct run *r, const struct event *e, bool before);
/* `e` was decoded from the record, its memory may go afterwards. */
void replay_event(struct replay *p, struct arena *a, struct event *e);

#endif
