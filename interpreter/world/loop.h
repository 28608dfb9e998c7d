/*
 * The one wait point of the real world: sources of readiness, timers, and what they made happen.
 * Private to world/.
 */
#ifndef WORLD_LOOP_H
#define WORLD_LOOP_H

#include "base/duration.h"
#include "run/world.h"

#include <sys/epoll.h>

/* Something with a descriptor. Embedded in its owner; `ready` may stop any source, itself too. */
struct source {
	int fd; /* -1: not watched */
	void (*ready)(struct source *s, uint32_t events);
};

/* Fires once, at `due_ns`. Embedded in its owner. */
struct timer {
	int64_t due_ns;
	void (*fire)(struct timer *t);
	struct timer *next, **place; /* place NULL: not armed */
};

/* A request under way. Embedded first in what runs it. */
struct job {
	uint64_t token;
	const struct job_type *type;
	bool is_finished; /* loop_finish() was called; the answer waits to be fetched */
	struct job *next, **place;
};

struct job_type {
	void (*cancel)(struct job *j);
	/* Called once, when the end is delivered; then `free`. NULL: it is our own affair, and its
	 * end is told to nobody. */
	void (*answer)(struct job *j, struct arena *a, struct answer *out);
	void (*free)(struct job *j);
};

struct pending;

struct loop {
	int epoll;
	struct job *jobs;
	struct timer *timers;
	struct pending *first, **last; /* what happened and was not told yet, oldest first */
	struct pending *told;	       /* the last one told: its text is good until the next wait */
	struct epoll_event ready[32];
	int ready_count, ready_next;
};

bool loop_init(struct loop *l);
void loop_release(struct loop *l);
int64_t loop_now(void);

/* False: errno says why (EMFILE, ENOSPC). */
bool loop_watch(struct loop *l, struct source *s, uint32_t events);
bool loop_rewatch(struct loop *l, struct source *s, uint32_t events);
void loop_unwatch(struct loop *l, struct source *s);
/* Closing the last descriptor of an open file ends the watch by itself; this only makes sure that
 * what epoll reported already does not reach the source any more. */
void loop_forget(struct loop *l, struct source *s);
void timer_arm(struct loop *l, struct timer *t, int64_t due_ns);
void timer_disarm(struct timer *t);

void loop_add(struct loop *l, struct job *j);
/* Another one goes on with its token. */
void loop_remove(struct job *j);
struct job *loop_job(struct loop *l, uint64_t token); /* NULL: unknown or finished */
void loop_finish(struct loop *l, struct job *j);
void loop_output(struct loop *l, uint64_t token, int stream, struct str text);
void loop_answer(struct loop *l, struct str line);
void loop_signal(struct loop *l, enum happening_kind kind, int signal);
void loop_wait(struct loop *l, int64_t until, struct arena *a, struct happening *out);
/* Waits at most until then and lets sources and timers do their work; tells nothing. */
void loop_turn(struct loop *l, int64_t until);

#endif
