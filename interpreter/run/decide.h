/*
 * decide(): what to do now, from the plan and the state alone. It reads no clock, file or
 * environment, and changes nothing.
 */
#ifndef RUN_DECIDE_H
#define RUN_DECIDE_H

#include "run/request.h"
#include "run/state.h"
#include "script/sandbox.h"

struct action;
struct resolution;

/* What deciding needs beside the state. */
struct decider {
	struct run *run;
	const struct action *const *actions; /* by enum action_kind */
	struct arena *scratch;		     /* decisions live here until the next one */
	struct sandbox *sandbox;	     /* for units without helpers of their own */
	struct masker *masker;
	const struct value *host_limit; /* --limit: a list of hosts; NULL: all */
	const char *const *base_env;	/* what a child gets before the file's `env`, NULL-ended */
	bool has_person;		/* someone at a terminal: SIGINT asks */
	const struct resolution *resolutions; /* --resolve: what a person says of lost steps */
	size_t resolution_count;
	const char *approve; /* what a person said to the question it was held at: `yes`, `no` */
	const char *comment; /* … with this */
	const struct undo_skip *undo_skips; /* --skip: what is left as it is, by a person's word */
	size_t undo_skip_count;
	const char *hotfix; /* --hotfix: why a condition that holds already is let be; or NULL */
	int64_t now_ns, wall_ns; /* of this decision */
};

/* A step that is not undone, and why. */
struct undo_skip {
	const char *step, *why;
};

enum decision_kind {
	DECIDE_RECORD, /* this event */
	DECIDE_START,  /* this event, then this request */
	DECIDE_CANCEL, /* this event, then take the request back */
	DECIDE_WAIT,   /* for something to happen, at most until `until_ns` */
	DECIDE_DONE,
};

struct decision {
	enum decision_kind kind;
	struct event event;
	struct request request;
	struct spot spot;
	int64_t until_ns;
};

void decide(struct decider *d, struct decision *out);

/* What the world's answer means: an ATTEMPT_FINISHED of that spot. */
void answer_event(struct decider *d, struct spot s, const struct answer *a, struct event *out);
/* An event about a spot, with its names filled in. */
void spot_event(struct decider *d, struct spot s, enum event_kind kind, struct event *out);

#endif
