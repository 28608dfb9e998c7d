/* Reading: rows, events, texts. */
#include "store/private.h"

#include "base/json.h"
#include "base/sha256.h"

#define ROW_COLUMNS                                                                                \
	"number, id, runbook, title, file, started_ns, ended_ns, status, exit, reason, message,"   \
	" step, owner, host, pid, waited_ns, turned_ns, exposed, options, targets"

/* ---- rows ------------------------------------------------------------------------------------ */

static struct value column_json(sqlite3_stmt *st, int at, struct arena *a)
{
	struct json_error error;
	struct value v;

	return json_decode(a, store_column(st, at, a), &v, &error) ? v : value_nil();
}

static void read_row(sqlite3_stmt *st, struct arena *a, struct run_row *row)
{
	*row = (struct run_row){
		.number = sqlite3_column_int64(st, 0),
		.id = store_column(st, 1, a),
		.runbook = store_column(st, 2, a),
		.title = store_column(st, 3, a),
		.file = store_column(st, 4, a),
		.started_ns = sqlite3_column_int64(st, 5),
		.ended_ns = sqlite3_column_int64(st, 6),
		.status = store_column(st, 7, a),
		.exit = sqlite3_column_int64(st, 8),
		.reason = store_column(st, 9, a),
		.message = store_column(st, 10, a),
		.step = store_column(st, 11, a),
		.owner = store_column(st, 12, a),
		.host = store_column(st, 13, a),
		.pid = sqlite3_column_int64(st, 14),
		.waited_ns = sqlite3_column_int64(st, 15),
		.turned_ns = sqlite3_column_int64(st, 16),
		.is_exposed = sqlite3_column_int(st, 17),
		.options = column_json(st, 18, a),
		.targets = column_json(st, 19, a),
	};
}

/* The rows that a statement gives. */
static bool take_rows(
	struct store *s, sqlite3_stmt *st, struct arena *a, struct run_row **out, size_t *count)
{
	struct run_row *rows = NULL;
	size_t cap = 0;
	int code;

	*count = 0;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (*count == cap) {
			cap = cap ? cap * 2 : 64;
			rows = heap_array(rows, cap, sizeof(*rows));
		}
		read_row(st, a, &rows[(*count)++]);
	}
	if (code != SQLITE_DONE)
		store_failed(s, "its runs cannot be read");
	sqlite3_finalize(st);
	*out = arena_array(a, *count + 1, sizeof(**out));
	if (*count)
		memcpy(*out, rows, *count * sizeof(**out));
	free(rows);
	return code == SQLITE_DONE;
}

bool store_runs(struct store *s, const struct run_filter *f, struct arena *a, struct run_row **out,
	size_t *count)
{
	sqlite3_stmt *st = store_prepare(s,
		"SELECT " ROW_COLUMNS " FROM runs WHERE (?1 = '' OR runbook = ?1)"
		" AND (?2 = '' OR status = ?2) AND started_ns >= ?3 AND (?4 = 0 OR started_ns < ?4)"
		" ORDER BY started_ns DESC, number DESC LIMIT ?5");

	if (!st)
		return false;
	store_bind(st, 1, f->runbook);
	store_bind(st, 2, f->status);
	sqlite3_bind_int64(st, 3, f->since_ns);
	sqlite3_bind_int64(st, 4, f->until_ns);
	sqlite3_bind_int64(st, 5, f->limit ? (int64_t)f->limit : -1);
	return take_rows(s, st, a, out, count);
}

bool store_find(
	struct store *s, const char *name, struct arena *a, struct run_row *out, const char **why)
{
	bool is_last = strcmp(name, "last") == 0;
	sqlite3_stmt *st = store_prepare(
		s, is_last ? "SELECT " ROW_COLUMNS " FROM runs ORDER BY number DESC LIMIT 1"
			   : "SELECT " ROW_COLUMNS
			     " FROM runs WHERE id = ?1 OR substr(id, 1, length(?1)) = ?1"
			     " ORDER BY id = ?1 DESC LIMIT 2");
	struct run_row *rows;
	size_t count = 0;

	*why = NULL;
	if (st && !is_last)
		store_bind(st, 1, str_of(name));
	if (!st || !take_rows(s, st, a, &rows, &count)) {
		*why = store_error(s);
	} else if (!count || !*name) {
		*why = is_last ? "there is no run yet"
			       : arena_printf(a, "there is no run `%s`", name);
	} else if (count > 1 && !str_is(rows[0].id, name)) {
		*why = arena_printf(a, "more than one run begins with `%s`: `%.*s`, `%.*s`", name,
			STR_ARGS(rows[0].id), STR_ARGS(rows[1].id));
	} else {
		*out = rows[0];
	}
	return !*why;
}

/* ---- events ---------------------------------------------------------------------------------- */

static bool is_last_place(struct store *s, int64_t run, int64_t place)
{
	sqlite3_stmt *st = store_prepare(s, "SELECT max(place) = ?2 FROM events WHERE run = ?1");
	bool is_last = false;

	if (st) {
		sqlite3_bind_int64(st, 1, run);
		sqlite3_bind_int64(st, 2, place);
		is_last = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0);
	}
	sqlite3_finalize(st);
	return is_last;
}

bool store_events(struct store *s, int64_t run, bool (*each)(void *context, struct str body),
	void *context, bool *torn)
{
	sqlite3_stmt *st = store_prepare(
		s, "SELECT place, sum, body FROM events WHERE run = ?1 ORDER BY place");
	uint64_t sum = STORE_SUM_START;
	int64_t expected = 1;
	int code;

	if (torn)
		*torn = false;
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, run);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t place = sqlite3_column_int64(st, 0);
		struct str body = {(const char *)sqlite3_column_blob(st, 2),
			(size_t)sqlite3_column_bytes(st, 2)};

		sum = store_sum(sum, body);
		if (place != expected++ || sum != (uint64_t)sqlite3_column_int64(st, 1)) {
			if (torn && place == expected - 1 && is_last_place(s, run, place)) {
				*torn = true;
				code = SQLITE_DONE;
			} else {
				snprintf(s->error, sizeof(s->error),
					"`%s`: the record is damaged at event %lld of this run",
					s->path, (long long)place);
			}
			break;
		}
		if (!each(context, body)) {
			code = SQLITE_DONE;
			break;
		}
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		store_failed(s, "the run cannot be read");
	sqlite3_finalize(st);
	return code == SQLITE_DONE;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool take_source(struct store *s, sqlite3_stmt *st, struct arena *a, struct source_row *out)
{
	char digest[SHA256_TEXT];

	out->path = store_column(st, 0, a);
	out->is_embedded = sqlite3_column_int(st, 1);
	out->text = store_column(st, 2, a);
	out->is_masked = sqlite3_column_int(st, 4);
	sha256_text(out->text, digest);
	if (str_is(store_column(st, 3, a), digest))
		return true;
	snprintf(s->error, sizeof(s->error),
		"`%s`: the record is damaged: the text of `%.*s` is not what was kept", s->path,
		STR_ARGS(out->path));
	return false;
}

bool store_sources(
	struct store *s, int64_t run, struct arena *a, struct source_row **out, size_t *count)
{
	sqlite3_stmt *st = store_prepare(s,
		"SELECT path, embedded, text, digest, masked FROM sources JOIN texts USING(digest)"
		" WHERE run = ?1 AND place >> ?2 = (SELECT max(place) >> ?2 FROM sources WHERE"
		" run = ?1) ORDER BY place");
	int code = SQLITE_DONE;

	*count = 0;
	*out = arena_array(a, 256, sizeof(**out));
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int(st, 2, SET_BITS);
	while (*count < 256 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		if (!take_source(s, st, a, &(*out)[(*count)++]))
			break;
	}
	sqlite3_finalize(st);
	return code == SQLITE_DONE || *count == 256 ||
	       store_failed(s, "the runbook's text is lost");
}
