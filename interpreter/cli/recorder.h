/*
 * Between a run and the store: the journal that the engine asks, the run's row, its locks.
 */
#ifndef CLI_RECORDER_H
#define CLI_RECORDER_H

#include "cli/load.h"
#include "run/journal.h"
#include "store/store.h"

struct held_lock {
	struct str name;
	int64_t epoch;
};

struct recorder {
	struct journal base;
	struct store *store;
	const struct plan *plan;
	struct run_row row;
	struct arena arena;
	struct strbuf body;
	int children_fd; /* of the world: see struct real_options */
	const char *run_dir;
	struct held_lock *locks; /* in the order they were taken */
	size_t lock_count;
	uint32_t questions; /* that people are asked now */
	int64_t asked_ns;
};

/* Each gives -1 when all is well; otherwise an exit code, and what is wrong was said. */

/* Opens the store of this path (NULL: where it is by default). */
int recorder_open(struct recorder *r, const char *given);
/* This process is now the one that runs it. */
int recorder_own(struct recorder *r, struct str run);
/* `waits`: until it is free. */
int recorder_lock(struct recorder *r, struct str name, struct str reason, bool waits);
/* The first `source_count` files of `l` are what it runs from. It is on record with its first
 * event. */
void recorder_begin(struct recorder *r, struct str run, const struct loaded *l, size_t source_count,
	const struct masker *masker, struct value options);
/* The files of `l` are what this run runs from now; `options` say since when. */
int recorder_repin(struct recorder *r, const struct run_row *row, const struct loaded *l,
	const struct masker *masker, struct value options);
/* Goes on with a run that is there. */
int recorder_reopen(struct recorder *r, const struct run_row *row, const struct plan *plan);
/* Gives the locks back and closes the store. */
void recorder_close(struct recorder *r);

/* Who holds it, since when and why: one line without its end. */
void recorder_describe_lock(struct strbuf *b, const struct lock_row *row);
/* `name@host`, for what a person does. */
struct str recorder_by(struct arena *a);
/* An option of the command line that began a run, in `a`; NULL: it was not given. */
const char *recorded_option(struct arena *a, const struct run_row *row, const char *name);

#endif
