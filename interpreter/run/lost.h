/*
 * Steps whose end nobody saw, because the interpreter was gone. Part of decide().
 *
 * One that provably never began, that changes nothing, that says it may be run again, or whose
 * `check` can tell, goes on by itself. Any other is put to a person, and never run twice in
 * silence.
 */
#ifndef RUN_LOST_H
#define RUN_LOST_H

#include "run/decide.h"

#define REASON_LOST "lost"	     /* it began */
#define REASON_NOT_BEGUN "not_begun" /* it did not */
bool reason_is_lost(const char *reason);

/* What a person said of such a step, or of one with `on_failure: ask`: --resolve. */
enum resolution_word { RESOLVED_DONE, RESOLVED_FAILED, RESOLVED_RETRY };
struct resolution {
	const char *step; /* `deploy`, `smoke.2`, `web[3]` */
	enum resolution_word word;
};

/* A spot in PHASE_JUDGED whose reason is one of the above. */
void decide_lost(struct decider *d, struct spot s, struct decision *out);
/* A step that failed and waits for a person: what --resolve says of it. False: nothing. */
bool decide_resolved(struct decider *d, struct spot s, struct decision *out);

#endif
