/*
 * A folder of its own with a store in it, and runs to put there.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "store/store.h"

struct store_fixture {
	struct arena arena;
	char folder[64];
	const char *path; /* of the store; nothing is there yet */
	const char *why;  /* of the last that was refused; NULL: there is none */
};

void store_fixture_init(struct store_fixture *f);
void store_fixture_release(struct store_fixture *f);
/* Opens it; on NULL `why` is set. */
struct store *store_fixture_open(struct store_fixture *f, enum store_use use);
/* A path in the folder. */
const char *store_fixture_path(struct store_fixture *f, const char *name);

/* Begins a run at this second of 2026, with one source. */
struct run_row store_fixture_run(struct store *s, const char *id, int64_t second);
/* Adds `count` events `{"n":1}` and so on, and commits. */
void store_fixture_events(struct store *s, const struct run_row *row, int count);
/* So much that a log with it is put away at the end. */
void store_fixture_fill(struct store *s, const struct run_row *row);
/* Ends it after a minute. */
void store_fixture_end(struct store *s, struct run_row *row, const char *status);
/* Their bodies one behind the other, or `damaged`, or `torn ` before them. */
const char *store_fixture_read(struct store_fixture *f, struct store *s, int64_t run);

#endif
