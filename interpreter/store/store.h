/*
 * The store: runs, their events, the texts they ran from, and locks. Nothing here names SQLite; a
 * database shared by a team would be another implementation of this page.
 *
 * The events of the engine are the record, and everything else about a run is derived from them or
 * was there before it began. Each event carries a sum over itself and all before it: a byte that
 * was changed in the middle is found when the run is read.
 *
 * What can fail gives false or NULL; store_error() then says why, naming the file. After a write
 * that failed the store takes no more: an error of fsync is final, the data may be gone.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/value.h"

struct store;

enum store_use {
	STORE_READ,  /* must exist; waits for no writer and holds none up */
	STORE_WRITE, /* made when it does not exist */
};

/* $RUNBOOK_STORE, or runbook/runbook.db below $XDG_STATE_HOME or ~/.local/state; NULL: there is no
 * home. `given` (--store) wins. */
const char *store_path(struct arena *a, const char *given);
/* NULL: *why. A file that is something else, of another program or of a later version, somebody
 * else's, or that others may write, is refused and left as it is. STORE_READ of a file that does
 * not exist: NULL with *why NULL. */
struct store *store_open(const char *path, enum store_use use, struct arena *a, const char **why);
void store_close(struct store *s);
const char *store_error(const struct store *s);
/* Where step output of a run lies: a folder beside the file. */
const char *store_run_dir(const struct store *s, struct arena *a, struct str run);

/* ---- a run as a row -------------------------------------------------------------------------- */

struct run_row {
	int64_t number; /* in this store */
	struct str id, runbook, title, file;
	int64_t started_ns, ended_ns; /* since 1970; ended 0: it is open */
	struct str status;	      /* `running` or as in run_status_names */
	struct str reason, message, step;
	int64_t exit;
	struct str owner, host; /* who runs it, or ran it last: a login name, a machine */
	int64_t pid;
	/* For the metrics, known when it ended. `waited` is time spent on people; `exposed`: a step
	 * with effects had started; `turned`: the rollback was decided at this time, or 0. */
	int64_t waited_ns, turned_ns;
	bool is_exposed;
	struct value options; /* what of the command line resuming needs; a map */
	struct value targets; /* of the runbook; a map, or nothing */
};

struct source_row {
	struct str path, text;
	bool is_embedded;
	bool is_masked; /* it holds a secret, so the text is not all of it */
};

/* ---- writing --------------------------------------------------------------------------------- */

/* The row (all but `number` and what comes at the end) and its texts, put down by the next commit
 * together with the first events: no run is there of which nothing is known. Both stay the
 * caller's and as they are until then; the commit fills in `number`. */
void store_begin_run(struct store *s, struct run_row *row, const struct source_row *sources,
	size_t source_count);
/* Somebody goes on with it: the owner changes, an event that was cut is gone. */
bool store_reopen_run(struct store *s, const struct run_row *row);
/* From here on it runs from these texts, those before stay; its options are the row's. */
bool store_repin_run(struct store *s, const struct run_row *row, const struct source_row *sources,
	size_t source_count);
/* Kept in memory until the commit. `body` is one JSON object. */
void store_event(struct store *s, const struct run_row *row, uint64_t seq, struct str body);
/* The row as it is at the end of a sitting: status … turned. It lives until the commit. */
void store_end_run(struct store *s, const struct run_row *row);
/* `durable`: not even a power cut takes it back. */
bool store_commit(struct store *s, bool durable);
/* Removes all that is kept of a run. Its logs are the caller's. */
bool store_forget(struct store *s, int64_t run);

/* ---- reading --------------------------------------------------------------------------------- */

struct run_filter {
	struct str runbook, status; /* empty: any */
	int64_t since_ns, until_ns; /* of the start; 0: any */
	size_t limit;		    /* 0: all; the newest */
};
/* Newest first. Rows lie in `a`; *out is an array of *count. */
bool store_runs(struct store *s, const struct run_filter *f, struct arena *a, struct run_row **out,
	size_t *count);
/* `last` (to come into the store, whatever the clock said), an id, or a prefix that only one has.
 * False with *why. */
bool store_find(
	struct store *s, const char *name, struct arena *a, struct run_row *out, const char **why);
/* In order; stops when `each` gives false. False: it cannot be read, or is damaged; `*torn` (may be
 * NULL) says that the last event was cut and left out. `body` is good during the call. */
bool store_events(struct store *s, int64_t run, bool (*each)(void *context, struct str body),
	void *context, bool *torn);
/* Those that it runs from now. */
bool store_sources(
	struct store *s, int64_t run, struct arena *a, struct source_row **out, size_t *count);

/* ---- one interpreter a run, one run a lock --------------------------------------------------- */

/* Held as long as this process lives; a killed one frees it without anybody's help. False: another
 * process has it, *pid says which (0: not known). */
bool store_own_run(struct store *s, struct str run, int64_t *pid);
/* Whether a process has it now. */
bool store_run_is_owned(struct store *s, struct str run, int64_t *pid);

struct lock_row {
	struct str name, run, owner, host, reason;
	int64_t pid, since_ns, epoch;
	bool is_live;	 /* its process is there */
	struct str lost; /* of one that was taken: whose run had it, and died with it; or empty */
};
enum lock_answer { LOCK_TAKEN, LOCK_HELD, LOCK_FAILED };
/* `row`: who wants it and why; on LOCK_HELD it is filled with who has it, or, when it is free, with
 * who stands in line for it before us. A lock whose run has no process any more is taken over.
 * `waits`: stands in line; whoever came first is first. */
enum lock_answer store_lock(struct store *s, struct arena *a, struct lock_row *row, bool waits);
/* Whether this epoch of it still holds: asked before each start, since a person may have broken it
 * while we slept. */
bool store_lock_holds(struct store *s, struct str name, int64_t epoch);
bool store_unlock(struct store *s, struct str name, int64_t epoch);
bool store_locks(struct store *s, struct arena *a, struct lock_row **out, size_t *count);
/* By hand; who and why are kept. False with an empty error: nobody has it. */
bool store_break_lock(struct store *s, struct str name, struct str by, struct str reason);

#endif
