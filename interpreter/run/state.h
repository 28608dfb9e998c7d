/*
 * The state of a run: where each step stands. It points into the plan and is changed by
 * state_apply() alone, so that replaying a run's events gives the same state.
 *
 * Invariants
 *  1. A step has at most one valid entry in `attention` and `startable` together, and one in
 * `timers`.
 *  2. `open` of a composite counts its children (or items) that are not finished.
 *  3. `needs_left` counts unfinished needs; a follower is let go when its need is finished.
 *  4. What is `running` has exactly one request in the world or an own timer.
 *  5. A finished step never changes again, except by the retry of a step around it.
 */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "base/duration.h"
#include "plan/plan.h"
#include "run/condition.h"
#include "run/event.h"
#include "run/samples.h"

enum phase {
	PHASE_IDLE,	/* waits for its needs or its parent */
	PHASE_READY,	/* may start: `if`, `require`, arguments are next */
	PHASE_CHECKING, /* its `check` runs */
	PHASE_RUNNING,	/* its action runs */
	PHASE_OPEN,	/* a composite whose children run */
	PHASE_EXPANDED, /* a for_each whose items run */
	PHASE_JUDGED,	/* the attempt ended: `expect`, `outputs`, `retry` are next */
	PHASE_PAUSED,	/* between two attempts */
	PHASE_ASKING,	/* it failed, and a person is asked what to do */
	PHASE_ANSWERED,
	PHASE_PARKED, /* nobody is there to answer: the run is held when nothing else runs */
	PHASE_DONE,
};

struct step_state {
	uint8_t status;	    /* enum step_status */
	uint8_t phase;	    /* enum phase */
	bool has_started;   /* an attempt that may have had an effect */
	bool had_effect;    /* … one that ended so, also before the group around it began again */
	bool is_cancelling; /* asked to end: cancel_reason says why */
	bool has_warned;    /* a loop: an item failed and was let be */
	bool is_failing;    /* composite: a child failed, nothing new starts in it */
	bool was_stopped;   /* composite: a child was cancelled */
	bool is_decided;    /* an item whose `if` was answered by its step */
	bool is_checked;    /* its `check` ran */
	bool check_held;    /* … and held: the step is done already */
	bool is_chosen;	    /* a branch of `choose`: its `if` held */
	bool is_released;   /* its followers were told */
	bool has_slot;
	uint32_t needs_left, open;
	uint32_t warned_items; /* a loop: so many items failed and were let be */
	uint32_t running;      /* children that are ready, running or waiting */
	uint32_t cursor;       /* with `limit`: where to look for the next child or item */
	uint32_t attempts, branch;
	uint32_t child;		     /* of the attempt: the program's number in the run, or 0 */
	uint32_t live;		     /* place in run->live + 1; 0: not there */
	uint32_t stamp, timer_stamp; /* make older entries of the queues void */
	int64_t started_ns, ended_ns, attempt_ns, due_ns;
	const char *cancel_reason;
	const char *reason, *message;
	struct value result, outputs;
	struct value *json, *lines; /* of the result, made when first read */
	struct list *item_values;
	struct list *approvals; /* the answers to a `confirm` that needs more of them */
	struct frame **items;
	uint32_t item_count;
	struct unit_state *unit;     /* of a `uses` or `call` */
	uint64_t start_seq, own_seq; /* the order to undo in, first by this, then by that: see
					note_start() */
	bool is_again;	    /* a loop in a group that is tried again: its second expansion */
	const char *answer; /* of the person: `retry`, `continue`, `stop` …; NULL: none */
	bool was_asked;	    /* it failed, nobody was there to ask, and the run was resumed */
	struct monitor_state *monitor;
	int64_t monitor_end_ns;
	bool is_blocked;    /* a compensation that may not run: see undo.c */
	bool effects_began; /* a call: something in it that has effects has started */
};

/* What a monitor has seen of each watch when it began. */
struct monitor_state {
	uint64_t *known, *total;		   /* of each watch, then */
	uint32_t first_condition, condition_count; /* its own, in run->conditions */
};

struct watch_state {
	const struct watch *watch;
	uint32_t node;
	struct samples_ring ring;
	bool is_armed, is_in_flight, is_blind, blind_told;
	bool has_answered; /* in time, whatever it was: at first a slow one is waited for */
	int64_t armed_ns, next_tick_ns, tick_ns; /* tick_ns: of the sample in flight */
	int64_t known_ns; /* the last tick that was known; armed_ns before the first */
	int64_t blind_ns; /* since when it is blind */
	int64_t every_ns, max_gap_ns;
	int64_t stamped_wall_ns;
	uint32_t sample_count;
	struct arena arena; /* of the sample in flight or the last one */
};

/* The way of a run that goes back: each stage is skipped when it has nothing to do. */
enum stage {
	STAGE_MAIN,
	STAGE_BEFORE,
	STAGE_UNDO,
	STAGE_AFTER,
	STAGE_VERIFY,
	STAGE_FINALLY,
	STAGE_OVER
};

/* One use of a namespace, while it runs. */
struct unit_state {
	struct value inputs, vars, secrets, outputs;
	struct late_rule *late_rules; /* of its monitors */
	int64_t decide_within_ns;     /* of its `rollback`; INT64_MIN or 0: not given */
};

/* The states of one subtree: of the whole plan, or of one item of a for_each. */
struct frame {
	uint32_t number;
	struct frame *outer;
	uint32_t node;		 /* the for_each; the root for the first */
	uint32_t index;		 /* from 1; 0 for the root */
	const struct list *list; /* the items it is one of */
	struct value item;
	struct str name; /* `3`, `3.1`; empty for the root */
	struct step_state *steps;
	uint32_t first, count; /* nodes first … first + count - 1 */
};

/* A step instance: where (frame) and what (node). */
struct spot {
	struct frame *frame;
	uint32_t node;
};

/* A heap of spots, in file order or by time. An entry is void when its stamp is not the step's. */
struct queue_entry {
	int64_t key;
	struct spot spot;
	uint32_t stamp;
};
struct queue {
	struct queue_entry *at;
	uint32_t count, cap;
};

/* A condition whose durations came from inputs: see run/late.h. */
struct late_rule {
	const struct condition *rule, *filled;
	struct late_rule *next;
};

struct run {
	struct arena *arena;
	const struct plan *plan;
	struct frame **frames;
	uint32_t frame_count, frame_cap;
	struct frame *root;
	struct queue attention; /* steps with a decision to take, no slot needed */
	struct queue startable; /* steps that may start when a slot is free */
	struct queue gated;	/* the same, with effects: not while the run is blind */
	struct queue timers;
	struct spot *live; /* every step between ready and done */
	uint32_t live_count, live_cap;
	uint32_t slots_used, jobs;
	uint32_t parked; /* so many steps wait for a person who is not there */
	uint64_t seq;
	int64_t now_ns; /* of the last event */
	int64_t started_wall_ns;
	enum run_status status;
	struct str failed_step; /* the first that failed */
	const char *reason, *message;
	int signal; /* asked to stop by */
	int64_t signal_ns;
	uint32_t interrupts; /* SIGINT, so many times */
	const char
		*interrupt_answer; /* what the person then chose; NULL: not asked, or no answer */
	bool interrupt_asked;
	bool is_over, has_warnings;
	bool is_aborted;    /* a person ended it as it is */
	bool wants_undoing; /* a person asked for a rollback */
	struct str asked_by;
	uint8_t stage; /* enum stage */

	struct watch_state *watches;
	uint32_t watch_count;
	struct condition_state *conditions; /* those of the plan, then those of monitors */
	uint32_t condition_count, condition_cap;
	bool any_condition_due,
		reads_steps;  /* some condition reads steps: any step's end is a tick */
	bool effects_began;   /* the first step with effects has started: no baseline any more */
	bool is_irreversible; /* a point of no return was passed */
	struct spot irreversible;
	struct str irreversible_step;

	bool wants_rollback; /* a step with `on_failure: rollback` failed */
	bool is_rolling_back, is_held, is_refused, is_unfinished;
	const char *stop_reason, *stop_message; /* why it rolls back, is held, was refused */
	struct str failure_step;
	struct spot *undo; /* what is undone, in the order to undo it */
	uint32_t undo_count, undo_next;
	bool undo_is_running;
	struct value left;	  /* list of texts: what is left behind, and why */
	struct value undone;	  /* list of names */
	struct value passed_over; /* list of names: the `if` of their rollback was false */
	int64_t verify_ns;	  /* when verifying began */
	bool stop_after_current;
	struct str id;
	struct value env;      /* the environment at the start, as guards see it */
	struct value *secrets; /* of each unit, by its number */
	bool *is_skipped;      /* by node: left out on the command line; NULL: none */
	struct unit_state root_unit;
};

struct run *run_new(struct arena *a, const struct plan *p, struct str id, uint32_t jobs);
void run_free(struct run *r);
/* The only writer. */
void state_apply(struct run *r, const struct event *e);

/* Where `node` stands as seen from `frame`: in it, in a frame around it, or in the item that was
 * opened last of a for_each that `frame` is not in. Frame NULL: no item of that ran. */
struct spot spot_seen(const struct run *r, const struct frame *frame, uint32_t node);
struct frame *frame_of(const struct run *r, const struct frame *frame, uint32_t node);
bool status_is_final(enum step_status s);
/* The group, step of the item or root around a spot. The root has none: node NODE_NONE. */
struct spot spot_container(const struct run *r, struct spot s);
static inline struct step_state *spot_state(struct spot s)
{
	return &s.frame->steps[s.node - s.frame->first];
}
/* Whether it is one item of its for_each, not the step itself. */
static inline bool spot_is_item(struct spot s)
{
	return s.frame->outer && s.frame->node == s.node;
}
static inline bool spot_has_items(const struct run *r, struct spot s)
{
	const struct step *step = r->plan->nodes[s.node].step;

	return step_items(step) && !spot_is_item(s);
}
/* Something around it (or itself) is failing or was asked to end: nothing new starts. */
bool spot_is_stopping(const struct run *r, struct spot s);
/* The states of the namespace that the guards of this spot see. */
struct unit_state *spot_unit(struct run *r, struct spot s);

/* A person was asked what SIGINT is to do and has not said it yet: nothing new starts. */
static inline bool run_awaits_word(const struct run *r)
{
	return r->interrupt_asked && !r->interrupt_answer && r->interrupts == 1 &&
	       r->stage == STAGE_MAIN && !r->is_rolling_back && !r->is_held;
}

/* Whether the action makes a request; the others happen inside the engine. */
static inline bool action_asks_world(uint8_t action)
{
	return action == ACTION_RUN || action == ACTION_HTTP || action == ACTION_CONFIRM ||
	       action == ACTION_CHECKLIST || action == ACTION_PROMPT;
}

/* How long one attempt may take; INT64_MIN: as long as it likes. */
static inline int64_t attempt_timeout(const struct node *n)
{
	if (n->step->timeout_ns != INT64_MIN)
		return n->step->timeout_ns;
	if (n->action == ACTION_CONFIRM)
		return n->step->confirm->timeout_ns;
	return n->needs_slot ? n->unit->book->timeout_ns : INT64_MIN;
}

/* How long all attempts may take: of the step, of the runbook that it calls, or of the run. */
static inline int64_t node_deadline(const struct node *n)
{
	int64_t own = n->step ? n->step->deadline_ns : INT64_MIN;
	const struct runbook *book = n->role == ROLE_MAIN	? n->unit->book
				     : n->action == ACTION_CALL ? n->inner->book
								: NULL;

	if (!book || book->deadline_ns == INT64_MIN)
		return own;
	return own != INT64_MIN && own < book->deadline_ns ? own : book->deadline_ns;
}

/* Where what the step leaves is kept: the run's arena, or that of the watch it is a sample of. */
struct arena *spot_arena(struct run *r, struct spot s);

/* The first valid entry, or NULL. */
const struct queue_entry *queue_first(const struct queue *q);
/* Limit of a step's own children or items at once. */
uint32_t spot_limit(const struct run *r, struct spot s);

#endif
