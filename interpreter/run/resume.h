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
	uint32_t children;	/* the highest number of a program */
	int64_t last_wall_ns;	/* of the last event */
	enum run_status status; /* of the last sitting; RUN_OPEN: it was killed */
	bool is_stopping;
	struct str held_for; /* why it was held, if it was */
};

/* `e` was decoded from the record, its memory may go afterwards. */
void replay_event(struct replay *p, struct arena *a, struct event *e);

#endif
