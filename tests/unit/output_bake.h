/*
 * A release that goes bad while it bakes: two watches, a condition that is pending, fires and turns
 * the run back; one step cannot be undone, or all can.
 */
#ifndef OUTPUT_BAKE_H
#define OUTPUT_BAKE_H

#include "output_fixture.h"

enum bake_node {
	B_ROOT,
	B_MAIN,
	B_DB,		/* run … */
	B_DB_UNDO,	/* … undone by run */
	B_MIGRATE,	/* run … */
	B_MIGRATE_UNDO, /* … undone by run */
	B_DEPLOY,	/* choose … */
	B_DEPLOY_UNDO,	/* … undone by steps … */
	B_DEPLOY_UNDO_1 /* … run */,
	B_DEPLOY_1, /* … run */
	B_ANNOUNCE, /* run, keep */
	B_BAKE,	    /* monitor */
	B_TAG,	    /* run */
	B_FINALLY,
	B_NOTIFY, /* run */
	B_BEFORE,
	B_BEFORE_1, /* say */
	B_AFTER,
	B_AFTER_1, /* http */
	B_WATCH_1,
	B_WATCH_2,
	B_COUNT
};

struct plan *bake_plan(struct arena *a);
struct event bake_step(enum event_kind kind, uint32_t node);
void bake_ok(struct fixture *f, uint32_t node, int64_t duration_ns);

/* The story in parts: deploys and begins to bake; 12 good samples, then `bad` bad ones, the data of
 * p95 missing meanwhile (the 5th after the last good one makes the condition fire). */
void bake_begin(struct fixture *f);
void bake_sample(struct fixture *f, int bad);
/* Turns back; up to the point where the first step is being undone. */
void bake_turn(struct fixture *f);
/* The rest of it. */
void bake_undo(struct fixture *f, bool is_whole);
void bake_end(struct fixture *f, bool is_whole);

/* All of it. */
void bake_run(struct fixture *f, bool is_whole);

#endif
