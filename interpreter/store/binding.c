/*
 * That the log beside the database is of this database. SQLite takes any log with good sums: that
 * of another store, or the log of today beside a copy of last week, and what comes of it is
 * neither.
 *
 * One row, `binding`: who the store is, a number that the first transaction of each sitting and of
 * each log raises, and what that number was (`base`) when the log was empty the last time. What is
 * in the database itself cannot be older than that, since all that the log does not have was put
 * into it before, and not newer than what the log says.
 */
#include "store/private.h"

#include <sys/stat.h>

static const char create[] = "CREATE TABLE binding(store TEXT NOT NULL, sitting INTEGER NOT NULL,"
			     " base INTEGER NOT NULL);"
			     "INSERT INTO binding VALUES(hex(randomblob(8)), 1, 1);";

const char *store_binding_schema(void)
{
	return create;
}

struct binding {
	char store[24];
	int64_t sitting, base;
};

/* False: it cannot be read, or there is none. */
static bool read_binding(sqlite3 *db, struct binding *out)
{
	sqlite3_stmt *st = NULL;
	bool is_there = sqlite3_prepare_v2(db, "SELECT store, sitting, base FROM binding", -1, &st,
				NULL) == SQLITE_OK &&
			sqlite3_step(st) == SQLITE_ROW;

	if (is_there) {
		snprintf(out->store, sizeof(out->store), "%s",
			(const char *)sqlite3_column_text(st, 0));
		out->sitting = sqlite3_column_int64(st, 1);
		out->base = sqlite3_column_int64(st, 2);
	}
	sqlite3_finalize(st);
	return is_there;
}

bool store_log_is_empty(const struct store *s)
{
	struct stat st;
	struct arena a;
	bool is_empty;

	arena_init(&a);
	is_empty = stat(arena_printf(&a, "%s-wal", s->path), &st) < 0 || !st.st_size;
	arena_release(&a);
	return is_empty;
}

/* As the file has it, without its log. */
static bool read_from_file(const char *path, struct binding *out, struct arena *a)
{
	struct strbuf uri = {0};
	sqlite3 *db = NULL;
	bool is_there;

	strbuf_puts(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("%?#", *p))
			strbuf_printf(&uri, "%%%02x", (unsigned)(unsigned char)*p);
		else
			strbuf_putc(&uri, *p);
	}
	strbuf_puts(&uri, "?immutable=1");
	is_there = sqlite3_open_v2(strbuf_take(&uri, a).at, &db,
			   SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK &&
		   read_binding(db, out);
	sqlite3_close(db);
	strbuf_release(&uri);
	return is_there;
}

/* The file is read before and after, since somebody may be writing: what it has only grows. */
const char *store_look_at_binding(struct store *s, struct arena *a)
{
	struct binding before, log, after;

	if (store_log_is_empty(s) || !read_from_file(s->path, &before, a) ||
		!read_binding(s->db, &log) || !read_from_file(s->path, &after, a))
		return NULL;
	if (strcmp(log.store, after.store) != 0)
		return "has the log (`-wal`) of another store beside it; put back its own, or move "
		       "that away";
	if (before.sitting > log.sitting)
		return "is newer than the log (`-wal`) beside it, which would undo what came "
		       "since; "
		       "move the log away";
	if (after.sitting < log.base)
		return "is older than the log (`-wal`) beside it; put back the one that belongs to "
		       "it, or move the log away";
	return NULL;
}

/* Within the first transaction of this sitting. `is_empty`: as the log was before. */
bool store_bind_sitting(struct store *s, bool is_empty)
{
	sqlite3_stmt *st = store_prepare(s,
		"UPDATE binding SET base = CASE ?1 WHEN 1 THEN sitting ELSE base END,"
		" sitting = sitting + 1");

	if (!st)
		return false;
	sqlite3_bind_int(st, 1, is_empty);
	return store_run_once(s, st);
}
