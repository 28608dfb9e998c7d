/*
 * What each event changes, by what it is about. Part of state_apply(); nobody else calls these.
 */
#ifndef RUN_APPLY_H
#define RUN_APPLY_H

#include "run/flow.h"

/* ---- apply_step.c ---- */
void apply_step_started(struct run *r, const struct event *e);
void apply_step_expanded(struct run *r, const struct event *e);
void apply_attempt_finished(struct run *r, const struct event *e);
void apply_step_retry(struct run *r, const struct event *e);
void apply_step_cancel(struct run *r, const struct event *e);
void apply_step_waiting(struct run *r, const struct event *e);
void apply_step_finished(struct run *r, const struct event *e);

/* ---- apply_person.c ---- */
void apply_step_ask(struct run *r, const struct event *e);
void apply_step_answered(struct run *r, const struct event *e);
/* Nobody answered, and somebody is to be waited for: not so in what turns back or cleans up. */
bool apply_is_for_nobody(const struct run *r, const struct event *e);
/* It waits for a person who is not there. */
void apply_park(struct run *r, struct spot s);

/* ---- apply_watch.c ---- */
void apply_sample_started(struct run *r, const struct event *e);
void apply_sample(struct run *r, const struct event *e);
void apply_condition(struct run *r, const struct event *e);
void apply_blind(struct run *r, const struct event *e);

/* ---- apply_turn.c ---- */
void apply_hold(struct run *r, const struct event *e);
void apply_refused(struct run *r, const struct event *e);
void apply_rollback_started(struct run *r, const struct event *e);
void apply_stage(struct run *r, const struct event *e);
/* A section of the run (its steps, `finally` …) begins, or the one of the present stage ends. */
void turn_open_section(struct run *r, uint32_t node, int64_t time_ns);
void turn_finish_section(struct run *r);
/* Going back is not over what cannot be undone: it is left behind, and named. */
void turn_leave_finals(struct run *r);
/* A compensation that ended, or a step of `rollback.steps` that failed. */
void turn_note_undo(struct run *r, struct spot s, const struct event *e);
void turn_leave_behind(struct run *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whatever the main section still does is ended. */
void turn_stop_main(struct run *r, const char *reason);

/* ---- apply_resume.c ---- */
void apply_run_resumed(struct run *r, const struct event *e);

/* ---- shared ---- */
/* Whether the run ends because of this signal, instead of asking, holding or going on. */
bool signal_ends_run(const struct run *r, const struct event *e);

static inline struct spot spot_of_event(const struct run *r, const struct event *e)
{
	return (struct spot){r->frames[e->frame], e->node};
}

static inline struct str keep_text(struct arena *a, struct str text)
{
	return (struct str){arena_copy(a, text.at ? text.at : "", text.len), text.len};
}

static inline const char *keep_message(struct arena *a, struct str text)
{
	return text.len ? arena_copy(a, text.at, text.len) : NULL;
}

static inline const char *keep_reason(struct arena *a, const char *reason)
{
	return reason ? arena_string(a, reason) : NULL;
}

/* When the step is looked at even if nothing happens: its timeout, its deadline, `next`. */
void apply_timer(struct run *r, struct spot s, int64_t next_ns, bool in_attempt);

#endif
