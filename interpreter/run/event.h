/*
 * Events: everything that happens in a run, as facts. They are the record, the only way run state
 * changes, and what every output is made from.
 *
 * The rows in event.c say which members an event has and how it is written; JSONL, journal and
 * replay share them.
 */
#ifndef RUN_EVENT_H
#define RUN_EVENT_H

#include "base/value.h"

enum event_kind {
	EVENT_RUN_STARTED,	/* inputs, vars */
	EVENT_STEP_STARTED,	/* attempt, and what is about to be done; groups too */
	EVENT_STEP_OUTPUT,	/* stream, text; not applied to state */
	EVENT_ATTEMPT_FINISHED, /* how the action ended, before `expect` and `outputs` */
	EVENT_STEP_RETRY,	/* another attempt follows after `delay` */
	EVENT_STEP_CANCEL,	/* it is asked to end, for `reason` */
	EVENT_STEP_EXPANDED,	/* the items of its for_each */
	EVENT_STEP_WAITING,	/* its `until` did not hold; looks again at `until_ns` */
	EVENT_STEP_FINISHED,	/* state, reason, outputs */
	EVENT_STEP_ASK,		/* a person is asked what to do about it (node 0: about the run) */
	EVENT_STEP_ANSWERED, /* `text`: the word chosen; empty: nobody did. Of a `confirm`: `by` has
				answered, and others are asked or (`reason`) waited for */
	EVENT_SIGNAL,	     /* somebody asks us to stop */
	EVENT_SAMPLE_STARTED,	/* of a watch; told to nobody */
	EVENT_SAMPLE,		/* a watch at a tick: its value, or why there is none */
	EVENT_CONDITION,	/* a condition at a tick */
	EVENT_BLIND,		/* a watch is unknown for too long, or no longer */
	EVENT_HOLD,		/* the run stops and waits for a person */
	EVENT_REFUSED,		/* it may not begin */
	EVENT_ROLLBACK_STARTED, /* the decision, with what it rests on */
	EVENT_STAGE,		/* the next part of going back begins */
	EVENT_ROLLBACK_FINISHED,
	EVENT_MAIN_FINISHED, /* the steps are over; `finally` begins */
	EVENT_RUN_RESUMED,   /* somebody goes on with it: `phase` says how, `by` who */
	EVENT_RUN_FINISHED,  /* status, exit */
	EVENT_KIND_COUNT
};

enum step_status {
	STEP_PENDING,
	STEP_RUNNING,
	STEP_WAITING,
	STEP_OK,
	STEP_WARNED,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_CANCELLED,
	STEP_UNKNOWN
};
extern const char *const step_status_names[];

enum run_status {
	RUN_OPEN,
	RUN_SUCCEEDED,
	RUN_FAILED,
	RUN_ROLLED_BACK,
	RUN_ROLLBACK_INCOMPLETE,
	RUN_HELD,
	RUN_REFUSED,
	RUN_INTERRUPTED
};
extern const char *const run_status_names[];

/* One struct for all kinds: members not used by a kind are zero. Borrowed pointers are good while
 * the event is being delivered; state_apply copies what it keeps. */
struct event {
	enum event_kind kind;
	uint64_t seq;
	int64_t time_ns;	   /* since the run started, on the clock that cannot be set */
	int64_t wall_ns;	   /* since 1970 */
	uint32_t frame, node;	   /* the step: see run/state.h */
	uint32_t child;		   /* STEP_STARTED of a program: its number in the run, or 0 */
	struct str step;	   /* its name: `deploy`, `smoke.2` */
	struct str item;	   /* `3`, or `3.1` when nested; empty: none */
	struct str host;	   /* that it runs on; empty: this machine */
	struct str title;	   /* its `name`, or a condition's `reason`, filled in; or empty */
	struct str action;	   /* `run`, `http`, … */
	int64_t attempt, attempts; /* this one (from 1), and how many there may be */
	enum step_status state;
	const char *reason;
	struct str message; /* what went wrong, for people */
	struct str note; /* ATTEMPT_FINISHED: what its process left running, now killed; or empty */
	struct str command; /* what is run or requested, filled in and masked */
	int64_t duration_ns, delay_ns, until_ns;
	struct value result; /* ATTEMPT_FINISHED: by the action's field names; STEP_ANSWERED of a
				`confirm`: an answer that counts */
	struct value outputs;
	struct value inputs, vars; /* RUN_STARTED, and STEP_STARTED of uses and call */
	struct value durations;	   /* STEP_STARTED of uses and call: see run/late.h */
	struct value items;	   /* EXPANDED */
	struct value working;	   /* list of texts: `status = 503 (a whole number)` */
	struct value hints;	   /* list of texts */
	int64_t branch;		   /* choose: which, from 1 */
	bool was_sent;
	struct str stream, text;	/* STEP_OUTPUT: `stdout`, `stderr`, `say` */
	struct str tail;		/* STEP_FINISHED of a failed run: its last lines */
	struct str log;			/* where the whole output is, without `.out` and `.err` */
	int64_t log_from[2], log_to[2]; /* ATTEMPT_FINISHED: its part of each, in bytes */
	enum run_status status;
	int64_t exit;
	int64_t signal;
	struct str watch;	 /* SAMPLE, BLIND: its name */
	int64_t index;		 /* of a watch or condition, from 1 */
	struct value value;	 /* SAMPLE: what it is; CONDITION: true, false or unknown */
	struct str condition;	 /* its guard, as written */
	const char *phase;	 /* CONDITION: `quiet pending firing`, `muted`; BLIND: `blind over`;
				    STAGE: its name */
	int64_t held_ns, for_ns; /* CONDITION */
	int64_t tick_ns;	 /* SAMPLE, CONDITION: on the run's clock */
	struct value undo, left; /* ROLLBACK_*: lists of texts */
	struct value
		bare; /* ROLLBACK_FINISHED: steps with effects that say nothing of undoing them */
	struct value samples; /* ROLLBACK_STARTED: the last samples it rests on, by watch */
	int64_t stage;	      /* STAGE: enum stage */
	struct str run;	      /* the run's id, on every event */
	struct str by;	      /* RUN_STARTED, RUN_RESUMED, STEP_ANSWERED: who */
	struct str runbook;   /* RUN_STARTED: its name, file, version of the program */
	struct str file;
};

const char *event_name(enum event_kind kind);
/* One JSON object without newline: `event time run` and the members of its kind that are set. */
void event_json(struct strbuf *b, const struct event *e);
/* The same with what only resuming needs beside it: `elapsed node frame until sent child`; values
 * as run/record_value.h writes them. */
void event_record(struct strbuf *b, const struct event *e);
/* An event from what either has written; unknown keys are passed over. It borrows from `v`. False:
 * *why (in `a`) says what is damaged. `time` comes back with milliseconds, durations exactly for
 * 48 days. */
bool event_from_json(struct arena *a, const struct value *v, struct event *out, const char **why);

/* Who listens. Events come in order; all times are on the clock of `time_ns`. */
struct sink {
	void (*event)(struct sink *s, const struct event *e);
	/* What happened in an earlier sitting of a run that is gone on with: it counts, and is
	 * not told again. May be NULL. */
	void (*recall)(struct sink *s, const struct event *e);
	/* Called before each wait, and when the time it gave last has come: writes and draws what
	 * is due, returns when it wants to be called again (NS_NEVER: no need). May be NULL. */
	int64_t (*tick)(struct sink *s, int64_t now_ns);
	void (*resize)(struct sink *s); /* may be NULL */
	void (*free)(struct sink *s);	/* writes what is left */
	int error; /* errno of a write that failed (what follows is lost), or 0 */
};

#endif
