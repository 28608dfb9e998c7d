/* Decisions about a step that is ready, and about one whose attempt has ended. Part of decide(). */
#ifndef RUN_BEGIN_H
#define RUN_BEGIN_H

#include "run/decide.h"

/* A step that may start: skipped, failed, expanded to its items, or started. */
void decide_begin(struct decider *d, struct spot s, struct decision *out);
/* An attempt that ended: ok, failed, or another one follows. */
void decide_judge(struct decider *d, struct spot s, struct decision *out);
/* The step has failed this time: a retry, or its end. `reason` and `message` live in scratch or
 * longer. */
void decide_failure(struct decider *d, struct spot s, const char *reason, const char *message,
	struct value working, struct decision *out);
/* False: decided, the step has failed this time. `pending` is what a group gives, or NULL. */
bool decide_expect(struct decider *d, struct spot s, const struct step *step,
	const struct event *pending, struct decision *out);
/* Whether an exit code that is not 0 is what the step wants: `expect` reads it, and holds. As with
 * the status of `http`: who reads it says what is good. */
bool exit_is_expected(struct decider *d, struct spot s);
/* A person has said what to do about a step that failed. */
void decide_answered(struct decider *d, struct spot s, struct decision *out);
/* A choice between words, put to a person. */
void choice_request(struct decider *d, const char *message, const char *const *words, size_t count,
	struct request *out);
/* The step ends without having failed. */
void decide_finish(struct decider *d, struct spot s, enum step_status status, const char *reason,
	const char *message, struct decision *out);
/* Why a broken evaluation fails the step: `budget` or `guard`. */
const char *broken_reason(const struct eval *ev);
/* The working of a guard, as texts for an event. */
struct value guard_parts(struct decider *d, struct eval *ev, const struct guard *g);
/* Fills `vars` in, in order. NULL, or what broke (in scratch). */
const char *fill_vars(struct decider *d, const struct unit *u, struct unit_state *values);

#endif
