/*
 * The state of a run: where each step stands. It points into the plan and is changed by
 * state_apply() alone, so that replaying a run's events gives the same state.
 *
 * Invariants
 *  1. A step has at most one valid entry in `attention` and `startable` together, and one in `timers`.
 *  2. `open` of a composite counts its children (or items) that are not finished.
 *  3. `needs_left` counts unfinished needs; a follower is let go when its need is finished.
 *  4. What is `running` has exactly one request in the world or an own timer.
 *  5. A finished step never changes again, except by the retry of a step around it.
 */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "base/duration.h"
#include "plan/plan.h"
#include "run/event.h"

enum phase {
	PHASE_IDLE,      /* waits for its needs or its parent */
	PHASE_READY,     /* may start: `if`, `require`, arguments are next */
	PHASE_CHECKING,  /* its `check` runs */
	PHASE_RUNNING,   /* its action runs */
	PHASE_OPEN,      /* a composite whose children run */
	PHASE_EXPANDED,  /* a for_each whose items run */
	PHASE_JUDGED,    /* the attempt ended: `expect`, `outputs`, `retry` are next */
	PHASE_PAUSED,    /* between two attempts */
	PHASE_DONE,
};

struct step_state {
	uint8_t status;     /* enum step_status */
	uint8_t phase;      /* enum phase */
	bool has_started;   /* an attempt that may have had an effect */
	bool is_cancelling; /* asked to end: cancel_reason says why */
	bool is_failing;    /* composite: a child failed, nothing new starts in it */
	bool is_decided;    /* an item whose `if` was answered by its step */
	bool is_checked;    /* its `check` ran */
	bool check_held;    /* … and held: the step is done already */
	bool is_chosen;     /* a branch of `choose`: its `if` held */
	bool is_released;   /* its followers were told */
	bool has_slot;
	uint32_t needs_left, open;
	uint32_t running;   /* children that are ready, running or waiting */
	uint32_t cursor;    /* with `limit`: where to look for the next child or item */
	uint32_t attempts, branch;
	uint32_t live;      /* place in run->live + 1; 0: not there */
	uint32_t stamp, timer_stamp; /* make older entries of the queues void */
	int64_t started_ns, ended_ns, attempt_ns, due_ns;
	const char *cancel_reason;
	const char *reason, *message;
	struct value result, outputs;
	struct value *json, *lines; /* of the result, made when first read */
	struct list *item_values;
	struct frame **items;
	uint32_t item_count;
	struct unit_state *unit; /* of a `uses` or `call` */
};

/* One use of a namespace, while it runs. */
struct unit_state {
	struct value inputs, vars, secrets, outputs;
};

/* The states of one subtree: of the whole plan, or of one item of a for_each. */
struct frame {
	uint32_t number;
	struct frame *outer;
	uint32_t node;   /* the for_each; the root for the first */
	uint32_t index;  /* from 1; 0 for the root */
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

struct run {
	struct arena *arena;
	const struct plan *plan;
	struct frame **frames;
	uint32_t frame_count, frame_cap;
	struct frame *root;
	struct queue attention; /* steps with a decision to take, no slot needed */
	struct queue startable; /* steps that may start when a slot is free */
	struct queue timers;
	struct spot *live;      /* every step between ready and done */
	uint32_t live_count, live_cap;
	uint32_t slots_used, jobs;
	uint64_t seq;
	int64_t now_ns;         /* of the last event */
	int64_t started_wall_ns;
	enum run_status status;
	struct str failed_step; /* the first that failed */
	const char *reason, *message;
	int signal;             /* asked to stop by */
	bool main_is_over, is_over, has_warnings;
	struct str id;
	struct value env;       /* the environment at the start, as guards see it */
	struct value *secrets;  /* of each unit, by its number */
	bool *is_skipped;       /* by node: left out on the command line; NULL: none */
	struct unit_state root_unit;
};

struct run *run_new(struct arena *a, const struct plan *p, struct str id, uint32_t jobs);
void run_free(struct run *r);
/* The only writer. */
void state_apply(struct run *r, const struct event *e);

/* Where `node` stands as seen from `frame`: in it, in a frame around it, or in the item that was opened
 * last of a for_each that `frame` is not in. Frame NULL: no item of that ran. */
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

	return step && step->more && step->more->for_each && !spot_is_item(s);
}
/* Something around it (or itself) is failing or was asked to end: nothing new starts. */
bool spot_is_stopping(const struct run *r, struct spot s);
/* The states of the namespace that the guards of this spot see. */
struct unit_state *spot_unit(struct run *r, struct spot s);

/* Whether the action makes a request; the others happen inside the engine. */
static inline bool action_asks_world(uint8_t action)
{
	return action == ACTION_RUN || action == ACTION_HTTP || action == ACTION_CONFIRM ||
	       action == ACTION_CHECKLIST || action == ACTION_PROMPT;
}

/* How long one attempt may take; INT64_MIN: as long as it likes. */
static inline int64_t attempt_timeout(const struct node *n)
{
	if (n->step->timeout_ns == INT64_MIN && n->needs_slot)
		return n->unit->book->timeout_ns;
	return n->step->timeout_ns;
}

/* The first valid entry, or NULL. */
const struct queue_entry *queue_first(const struct queue *q);
/* Limit of a step's own children or items at once. */
uint32_t spot_limit(const struct run *r, struct spot s);

#endif
