/*
 * The world: time and effects behind one interface. The real one has a clock, processes and
 * sockets; the fake one a virtual clock and scripted results.
 *
 * Exactly one HAPPENED_FINISHED follows each start, also after a cancel.
 */
#ifndef RUN_WORLD_H
#define RUN_WORLD_H

#include "run/request.h"

enum happening_kind {
	HAPPENED_TIME,	   /* `until` has come */
	HAPPENED_FINISHED, /* `token` ended with `answer` */
	HAPPENED_OUTPUT,   /* `token` printed `text` on `stream` (1 or 2), masked already; 0: the
			    * world has that to say about it */
	HAPPENED_SIGNAL,   /* `signal` arrived for us */
	HAPPENED_RESIZE,   /* the terminal has another size */
	HAPPENED_ANSWER,   /* `text`: somebody answers from elsewhere (run/person.h) */
};

struct happening {
	enum happening_kind kind;
	uint64_t token;
	struct answer answer;
	int stream, signal;
	struct str text; /* good until the next wait */
};

struct world;

struct world_type {
	int64_t (*now)(struct world *w);  /* ns on a clock that cannot be set */
	int64_t (*wall)(struct world *w); /* ns since 1970, UTC */
	void (*start)(struct world *w, uint64_t token, const struct request *r);
	/* Ends it soon: TERM, grace, KILL; the connection is closed; the question taken back. */
	void (*cancel)(struct world *w, uint64_t token);
	/* The next thing that happens, at the latest at `until` (NS_NEVER: no limit). Results are
	 * allocated in `a`. */
	void (*wait)(struct world *w, int64_t until, struct arena *a, struct happening *out);
	/* Kills and reaps whatever is left. */
	void (*free)(struct world *w);
	/* NULL: nothing can be prepared. */
	void (*prepare)(struct world *w, const struct request *hint);
};

struct world {
	const struct world_type *type;
};

static inline int64_t world_now(struct world *w)
{
	return w->type->now(w);
}
static inline int64_t world_wall(struct world *w)
{
	return w->type->wall(w);
}
static inline void world_start(struct world *w, uint64_t token, const struct request *r)
{
	w->type->start(w, token, r);
}
static inline void world_cancel(struct world *w, uint64_t token)
{
	w->type->cancel(w, token);
}
static inline void world_wait(
	struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	w->type->wait(w, until, a, out);
}
/* While something else runs: a recorded script in that shell, folder and (about) that environment
 * is likely to be started next. Nothing that anybody could notice comes of it but that it begins
 * sooner; one at a time, a second call changes nothing. */
static inline void world_prepare(struct world *w, const struct request *hint)
{
	if (w->type->prepare)
		w->type->prepare(w, hint);
}
static inline void world_free(struct world *w)
{
	if (w)
		w->type->free(w);
}

#endif
