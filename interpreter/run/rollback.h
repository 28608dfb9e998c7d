/* Decisions about turning back: whether, in which stages, and how it ended. Part of decide(). */
#ifndef RUN_ROLLBACK_H
#define RUN_ROLLBACK_H

#include "run/decide.h"

/* A condition that fires or already held at the start, a person who interrupts, being blind for too
 * long. False: nothing of it, or not yet: with `may_wait`, what fires waits a moment for the other
 * samples of its tick, until `out->until_ns`. */
bool decide_turn(struct decider *d, bool may_wait, struct decision *out);
/* A condition of the run, or of a runbook that it calls, held before that had an effect: the run is
 * refused; one that has had effects elsewhere fails the call, for REASON_BASELINE. */
bool decide_baseline(struct decider *d, struct decision *out);
#define REASON_BASELINE "baseline"
/* What holds already, in words: of a call that failed so, or (`u` NULL) of the run. In scratch. */
const char *baseline_reason(struct decider *d, const struct unit *u);
/* The reasons of all that are `named`, in the order of the plan: filled in, or the guard. `u`: only
 * of its file; NULL: of any. In scratch; NULL: none is. */
const char *condition_reasons(
	struct decider *d, bool (*named)(const struct condition_state *c), const struct unit *u);
/* An event about the run as a whole, to be recorded. */
void turn_event(struct decider *d, enum event_kind kind, const char *reason, const char *message,
	struct decision *out);
/* Blind for good, at the end of a monitor: held, or turned back, as `on_blind` says. */
void decide_blind_turn(
	struct decider *d, uint8_t on_blind, const char *message, struct decision *out);
/* The main section came to rest, not having succeeded, with something to undo. */
void decide_rollback_of_failure(struct decider *d, struct decision *out);
/* Nothing goes on, and what is left waits for a person who is not there: the run is held. */
bool decide_unattended(struct decider *d, struct decision *out);
/* The next part of going back that has something to do begins. */
void decide_next_stage(struct decider *d, struct decision *out);
/* A stage of going back is over, or goes on by itself. False: something of it still runs. */
bool decide_stage(struct decider *d, struct decision *out);

#endif
