/* What the files of this folder share: the SQLite behind store.h. */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "store/store.h"

#include <sqlite3.h>

#define STORE_APPLICATION 0x52554e42 /* `RUNB`, in the file's header */
#define STORE_VERSION 2
/* Texts of a run stand at places from 1; a changed set of them from the next multiple on. */
#define SET_BITS 20
#define BUSY_MS 10000 /* for another connection, at most */

struct pending_event {
	struct pending_event *next;
	const struct run_row *row;
	uint64_t seq;
	struct str body;
};

/* Statements that are used again and again, by number. */
enum statement {
	STATEMENT_EVENT,
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_DURABLE,
	STATEMENT_SWIFT,
	STATEMENT_LOCK_EPOCH,
	STATEMENT_COUNT
};

struct store {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	int writers_fd; /* locked while we write: SQLite 3.40 loses data when one connection writes
			 * and another begins its log anew at the same moment */
	int run_fd;	/* of the run that this process owns, or -1 */
	bool is_durable, has_failed;
	bool is_bound;	/* this sitting is told apart: binding.c */
	bool is_sealed; /* as the last sitting left it: seal.c */
	bool has_written;
	uint64_t log_bytes;   /* of the log, up to our last commit */
	uint8_t log_salts[8]; /* of the log then: another one begins with others */
	struct arena pending;
	struct pending_event *first, **last;
	/* To be written with the next commit. */
	struct run_row *begin;
	const struct source_row *sources;
	size_t source_count;
	const struct run_row *end;
	int64_t sum_run; /* the run that `sum` belongs to */
	uint64_t sum;
	char error[256];
};

/* What SQLite says, with the system's reason where there is one. */
const char *store_reason(sqlite3 *db, char *out, size_t size);
/* Keeps the first error. Always false. */
bool store_failed(struct store *s, const char *doing);
/* Prepared when first asked for; NULL: store_failed was told. */
sqlite3_stmt *store_statement(struct store *s, enum statement which);
/* A statement of one use; the caller finalizes it. */
sqlite3_stmt *store_prepare(struct store *s, const char *sql);
bool store_step_done(struct store *s, sqlite3_stmt *statement); /* expects no row; resets */
bool store_run_once(struct store *s, sqlite3_stmt *statement);	/* the same; finalizes */
/* Whether the transactions that follow wait for the disk. */
bool store_set_durable(struct store *s, bool durable);
bool store_begin(struct store *s);		  /* the writers' lock, BEGIN IMMEDIATE */
bool store_finish(struct store *s, bool is_good); /* COMMIT or ROLLBACK; the same */

/* binding.c: the log is that of this database, and not an older or another one. NULL, or what is
 * wrong. */
const char *store_look_at_binding(struct store *s, struct arena *a);
const char *store_binding_schema(void);
bool store_bind_sitting(struct store *s, bool is_empty);
bool store_log_is_empty(const struct store *s);

/* Whether bytes of the log were changed that stand before others, or in its first `whole`. */
bool store_log_is_damaged(const char *log, uint64_t whole);
/* seal.c: how a sitting leaves both files; nothing is done when it wrote nothing. */
void store_seal(struct store *s);
/* Before the log is put back, with the writers' lock: the seal says nothing of what comes. */
void store_unseal(struct store *s);
/* Of the log as it is now; zeros: there is none. */
void store_read_salts(const char *path, uint8_t salts[8]);
/* NULL, or what is wrong with the log. *is_sealed: nobody has touched either since a sitting ended
 * well, so there is nothing to look for. */
const char *store_look_at_log(const char *path, bool *is_sealed, struct arena *a);

/* The chain: FNV-1a over the sum before it and the text. */
uint64_t store_sum(uint64_t before, struct str text);
#define STORE_SUM_START UINT64_C(0xcbf29ce484222325)

void store_bind(sqlite3_stmt *statement, int at, struct str text);
struct str store_column(sqlite3_stmt *statement, int at, struct arena *a);

#endif
