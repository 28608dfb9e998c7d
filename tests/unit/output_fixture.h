/*
 * A run to look at: a plan as the outputs see one, and events as the engine would make them.
 */
#ifndef OUTPUT_FIXTURE_H
#define OUTPUT_FIXTURE_H

#include "base/duration.h"
#include "plan/plan.h"
#include "run/event.h"

enum fixture_node {
	N_ROOT,
	N_MAIN,
	N_PREVIOUS, /* run */
	N_APPROVE,  /* confirm */
	N_MIGRATE,  /* run, skipped */
	N_DEPLOY,   /* choose … */
	N_DEPLOY_1, /* … run */
	N_DEPLOY_2, /* … run */
	N_RESTART,  /* run, for_each */
	N_SMOKE,    /* parallel … */
	N_SMOKE_1,  /* … http */
	N_SMOKE_2,  /* … http */
	N_HEALTH,   /* http, retry */
	N_BAKE,	    /* wait */
	N_CONSOLE,  /* run, interactive */
	N_TAG,	    /* run */
	N_FINALLY,
	N_NOTIFY, /* uses … */
	N_NOTIFY_POST /* … http */,
	N_COUNT
};

/* Allocated in `a`. */
struct plan *fixture_plan(struct arena *a);

/* Where events go, and the time they carry. */
struct fixture {
	const struct plan *plan;
	struct sink *sink;
	struct arena *arena;
	int64_t now_ns;
	uint64_t seq;
	/* Called after each event and while time passes, to wait for real; may be NULL. */
	void (*pass)(struct fixture *f, int64_t until_ns);
};

/* Lets time pass, with the sink's ticks. */
void fixture_wait(struct fixture *f, int64_t ns);
/* Sends an event of the step (its name, action are filled in) or of the run. */
void fixture_send(struct fixture *f, struct event e);
struct event fixture_step(struct fixture *f, enum event_kind kind, uint32_t node);
void fixture_start(struct fixture *f, uint32_t node, const char *command);
void fixture_output(struct fixture *f, uint32_t node, const char *text);
void fixture_ok(struct fixture *f, uint32_t node, int64_t duration_ns);
struct value fixture_texts(struct arena *a, const char *first, const char *second);

/* The whole story: a deployment whose health check fails in the end, or does not. */
void fixture_run(struct fixture *f, bool is_healthy);

#endif
