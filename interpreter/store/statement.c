/* Statements and transactions: what every file here does with SQLite. */
#include "store/private.h"

#include <errno.h>
#include <sys/file.h>

static const char *const texts[STATEMENT_COUNT] = {
	[STATEMENT_EVENT] = "INSERT INTO events(run, place, seq, sum, body) VALUES(?1,"
			    " (SELECT ifnull(max(place), 0) + 1 FROM events WHERE run = ?1),"
			    " ?2, ?3, ?4)",
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_DURABLE] = "PRAGMA synchronous=FULL",
	[STATEMENT_SWIFT] = "PRAGMA synchronous=NORMAL",
	[STATEMENT_LOCK_EPOCH] = "SELECT epoch FROM locks WHERE name = ?1 AND run <> ''",
};

sqlite3_stmt *store_prepare(struct store *s, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK) {
		store_failed(s, "it cannot be read");
		return NULL;
	}
	return st;
}

sqlite3_stmt *store_statement(struct store *s, enum statement which)
{
	if (!s->statements[which])
		s->statements[which] = store_prepare(s, texts[which]);
	return s->statements[which];
}

bool store_step_done(struct store *s, sqlite3_stmt *st)
{
	int code;

	if (!st)
		return false;
	code = sqlite3_step(st);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		store_failed(s, "it cannot be written");
	sqlite3_reset(st);
	return code == SQLITE_DONE || code == SQLITE_ROW;
}

bool store_run_once(struct store *s, sqlite3_stmt *st)
{
	bool is_good = store_step_done(s, st);

	sqlite3_finalize(st);
	return is_good;
}

bool store_begin(struct store *s)
{
	bool is_empty;

	if (s->has_failed)
		return false;
	while (flock(s->writers_fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return store_failed(s, "it cannot be locked");
	}
	is_empty = !s->is_bound && store_log_is_empty(s);
	if (!store_step_done(s, store_statement(s, STATEMENT_BEGIN))) {
		flock(s->writers_fd, LOCK_UN);
		return false;
	}
	if (s->is_bound)
		return true;
	return store_bind_sitting(s, is_empty) || store_finish(s, false);
}

/* The log is put back into the file when it has grown, by the one who has the writers' lock. At the
 * end of a sitting it is emptied then, unless somebody reads: SQLite reads it all at the next
 * start. A short one stays, which saves half of the syncs of a small run. */
#define LOG_PAGES 1000
#define LOG_PAGES_LEFT 64

#define LOG_HEAD_BYTES 32
#define FRAME_BYTES (24 + 4096)

static void put_back(struct store *s)
{
	int pages = -1, copied = -1;

	store_unseal(s);
	sqlite3_busy_timeout(s->db, 0);
	sqlite3_wal_checkpoint_v2(s->db, NULL,
		s->end ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	/* Whoever takes the log away now takes nothing with it. */
	if (pages >= 0 && copied == pages)
		s->log_bytes = 0;
	s->is_bound = false; /* what comes next may stand in a new log */
}

static int note_log(void *context, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	*(int *)context = pages;
	return SQLITE_OK;
}

bool store_finish(struct store *s, bool is_good)
{
	int pages = 0;

	sqlite3_wal_hook(s->db, note_log, &pages);
	is_good = is_good && store_step_done(s, store_statement(s, STATEMENT_COMMIT));
	sqlite3_wal_hook(s->db, NULL, NULL);
	if (!is_good && !sqlite3_get_autocommit(s->db)) {
		sqlite3_stmt *st = store_statement(s, STATEMENT_ROLLBACK);

		if (st) {
			sqlite3_step(st);
			sqlite3_reset(st);
		}
	}
	s->has_written = true;
	if (is_good && pages) {
		s->log_bytes = LOG_HEAD_BYTES + (uint64_t)pages * FRAME_BYTES;
		/* Not at each commit: of a log begun anew between two the seal says nothing. */
		if (!s->is_bound || s->end)
			store_read_salts(s->path, s->log_salts);
	}
	s->is_bound |= is_good;
	if (is_good && pages > (s->end ? LOG_PAGES_LEFT : LOG_PAGES))
		put_back(s);
	flock(s->writers_fd, LOCK_UN);
	return is_good;
}

uint64_t store_sum(uint64_t before, struct str text)
{
	uint64_t sum = before;

	for (size_t i = 0; i < text.len; i++)
		sum = (sum ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
	return sum;
}

void store_bind(sqlite3_stmt *st, int at, struct str text)
{
	sqlite3_bind_text64(st, at, text.at ? text.at : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

struct str store_column(sqlite3_stmt *st, int at, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_blob(st, at);
	size_t len = (size_t)sqlite3_column_bytes(st, at);

	return (struct str){arena_copy(a, text ? text : "", len), len};
}
