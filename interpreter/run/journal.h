/*
 * What the engine asks of the record. The store is behind it (cli/recorder.c); a rehearsal has
 * none.
 */
#ifndef RUN_JOURNAL_H
#define RUN_JOURNAL_H

#include "run/event.h"

struct journal {
	/* Keeps the event, which is masked. */
	void (*event)(struct journal *j, const struct event *e);
	/* Puts down what was kept. `durable`: before this returns, not even a power cut takes it
	 * back. False: it cannot be recorded, and never will be in this sitting. */
	bool (*commit)(struct journal *j, bool durable);
	/* Whether we may still act; otherwise why not: somebody broke our lock. */
	const char *(*fenced)(struct journal *j);
	const char *(*error)(struct journal *j);
};

#endif
