/* Writing: events gather in memory, a commit puts them down together. */
#include "store/private.h"

#include "base/json.h"
#include "base/sha256.h"

bool store_set_durable(struct store *s, bool durable)
{
	if (s->is_durable == durable)
		return true;
	s->is_durable = durable;
	return store_step_done(
		s, store_statement(s, durable ? STATEMENT_DURABLE : STATEMENT_SWIFT));
}

/* ---- a run begins ---------------------------------------------------------------------------- */

static void bind_json(sqlite3_stmt *st, int at, const struct value *v)
{
	struct strbuf b = {0};

	json_encode(&b, v, 0);
	sqlite3_bind_text64(st, at, b.at, b.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	strbuf_release(&b);
}

static bool insert_row(struct store *s, struct run_row *row)
{
	sqlite3_stmt *st = store_prepare(s,
		"INSERT INTO runs(id, runbook, title, file, started_ns, owner, host, pid, options,"
		" targets) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
	const struct str texts[] = {row->id, row->runbook, row->title, row->file};
	bool is_good;

	if (!st)
		return false;
	for (int i = 0; i < 4; i++)
		store_bind(st, i + 1, texts[i]);
	sqlite3_bind_int64(st, 5, row->started_ns);
	store_bind(st, 6, row->owner);
	store_bind(st, 7, row->host);
	sqlite3_bind_int64(st, 8, row->pid);
	bind_json(st, 9, &row->options);
	bind_json(st, 10, &row->targets);
	is_good = store_step_done(s, st);
	row->number = sqlite3_last_insert_rowid(s->db);
	sqlite3_finalize(st);
	return is_good;
}

static bool insert_text(struct store *s, struct str text, const char *digest)
{
	sqlite3_stmt *st = store_prepare(s, "INSERT OR IGNORE INTO texts VALUES(?1, ?2)");

	if (!st)
		return false;
	store_bind(st, 1, str_of(digest));
	sqlite3_bind_blob64(st, 2, text.len ? text.at : "", text.len, SQLITE_STATIC);
	return store_run_once(s, st);
}

/* `set`: from 0. */
static bool insert_sources(
	struct store *s, int64_t run, int64_t set, const struct source_row *sources, size_t count)
{
	sqlite3_stmt *st = store_prepare(s, "INSERT INTO sources VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
	bool is_good = st != NULL;
	char digest[SHA256_TEXT];

	for (size_t i = 0; is_good && i < count; i++) {
		sha256_text(sources[i].text, digest);
		sqlite3_bind_int64(st, 1, run);
		sqlite3_bind_int64(st, 2, set << SET_BITS | ((int64_t)i + 1));
		store_bind(st, 3, sources[i].path);
		sqlite3_bind_int(st, 4, sources[i].is_embedded);
		sqlite3_bind_int(st, 5, sources[i].is_masked);
		store_bind(st, 6, str_of(digest));
		is_good = insert_text(s, sources[i].text, digest) && store_step_done(s, st);
	}
	sqlite3_finalize(st);
	return is_good;
}

void store_begin_run(
	struct store *s, struct run_row *row, const struct source_row *sources, size_t source_count)
{
	s->begin = row;
	s->sources = sources;
	s->source_count = source_count;
}

static bool update_options(struct store *s, const struct run_row *row)
{
	sqlite3_stmt *st = store_prepare(s, "UPDATE runs SET options = ?2 WHERE number = ?1");

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, row->number);
	bind_json(st, 2, &row->options);
	return store_run_once(s, st);
}

static bool next_set(struct store *s, int64_t run, int64_t *set)
{
	sqlite3_stmt *st =
		store_prepare(s, "SELECT (max(place) >> ?2) + 1 FROM sources WHERE run = ?1");
	bool is_good = false;

	if (st) {
		sqlite3_bind_int64(st, 1, run);
		sqlite3_bind_int(st, 2, SET_BITS);
		is_good = sqlite3_step(st) == SQLITE_ROW;
		*set = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	return is_good;
}

bool store_repin_run(struct store *s, const struct run_row *row, const struct source_row *sources,
	size_t source_count)
{
	int64_t set;
	bool is_good;

	if (!store_set_durable(s, true) || !store_begin(s))
		return false;
	is_good = next_set(s, row->number, &set) &&
		  insert_sources(s, row->number, set, sources, source_count) &&
		  update_options(s, row);
	return store_finish(s, is_good);
}

/* An event that was cut in the middle would stand between good ones once the run goes on. Its sum
 * does not follow from the one before it. */
static bool drop_cut_event(struct store *s, int64_t run)
{
	sqlite3_stmt *st = store_prepare(s,
		"SELECT place, sum, body, ifnull((SELECT sum FROM events WHERE run = ?1 AND"
		" place = last.place - 1), ?2) FROM events AS last WHERE run = ?1"
		" ORDER BY place DESC LIMIT 1");
	int64_t place = 0;
	bool is_good = st != NULL;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)STORE_SUM_START);
	if (sqlite3_step(st) == SQLITE_ROW) {
		struct str body = {(const char *)sqlite3_column_blob(st, 2),
			(size_t)sqlite3_column_bytes(st, 2)};

		if (store_sum((uint64_t)sqlite3_column_int64(st, 3), body) !=
			(uint64_t)sqlite3_column_int64(st, 1))
			place = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	st = place ? store_prepare(s, "DELETE FROM events WHERE run = ?1 AND place = ?2") : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, run);
		sqlite3_bind_int64(st, 2, place);
		is_good = store_step_done(s, st);
		s->sum_run = -1;
	}
	sqlite3_finalize(st);
	return is_good && (!place || st);
}

bool store_reopen_run(struct store *s, const struct run_row *row)
{
	sqlite3_stmt *st;
	bool is_good;

	/* Durable with the first thing that has to be. */
	if (!store_set_durable(s, false) || !store_begin(s))
		return false;
	st = store_prepare(s, "UPDATE runs SET ended_ns = 0, status = 'running', owner = ?2,"
			      " host = ?3, pid = ?4, options = ?5 WHERE number = ?1");
	if (!st)
		return store_finish(s, false);
	sqlite3_bind_int64(st, 1, row->number);
	store_bind(st, 2, row->owner);
	store_bind(st, 3, row->host);
	sqlite3_bind_int64(st, 4, row->pid);
	bind_json(st, 5, &row->options);
	is_good = store_step_done(s, st) && drop_cut_event(s, row->number);
	sqlite3_finalize(st);
	return store_finish(s, is_good);
}

/* ---- events ---------------------------------------------------------------------------------- */

void store_event(struct store *s, const struct run_row *row, uint64_t seq, struct str body)
{
	struct pending_event *e = arena_new(&s->pending, struct pending_event);

	e->row = row;
	e->seq = seq;
	e->body = (struct str){arena_copy(&s->pending, body.at, body.len), body.len};
	*s->last = e;
	s->last = &e->next;
}

void store_end_run(struct store *s, const struct run_row *row)
{
	s->end = row;
}

/* The sum goes on from the last event of the run that is there. */
static bool find_sum(struct store *s, int64_t run)
{
	sqlite3_stmt *st;

	if (s->sum_run == run)
		return true;
	st = store_prepare(s, "SELECT sum FROM events WHERE run = ?1 ORDER BY place DESC LIMIT 1");
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, run);
	s->sum = STORE_SUM_START;
	if (sqlite3_step(st) == SQLITE_ROW)
		s->sum = (uint64_t)sqlite3_column_int64(st, 0);
	s->sum_run = run;
	sqlite3_finalize(st);
	return true;
}

static bool insert_event(struct store *s, const struct pending_event *e)
{
	sqlite3_stmt *st = store_statement(s, STATEMENT_EVENT);

	if (!st || !find_sum(s, e->row->number))
		return false;
	s->sum = store_sum(s->sum, e->body);
	sqlite3_bind_int64(st, 1, e->row->number);
	sqlite3_bind_int64(st, 2, (int64_t)e->seq);
	sqlite3_bind_int64(st, 3, (int64_t)s->sum);
	store_bind(st, 4, e->body);
	return store_step_done(s, st);
}

static bool update_end(struct store *s, const struct run_row *row)
{
	sqlite3_stmt *st = store_prepare(s,
		"UPDATE runs SET ended_ns = ?2, status = ?3, exit = ?4, reason = ?5, message = ?6,"
		" step = ?7, waited_ns = ?8, turned_ns = ?9, exposed = ?10 WHERE number = ?1");

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, row->number);
	sqlite3_bind_int64(st, 2, row->ended_ns);
	store_bind(st, 3, row->status);
	sqlite3_bind_int64(st, 4, row->exit);
	store_bind(st, 5, row->reason);
	store_bind(st, 6, row->message);
	store_bind(st, 7, row->step);
	sqlite3_bind_int64(st, 8, row->waited_ns);
	sqlite3_bind_int64(st, 9, row->turned_ns);
	sqlite3_bind_int(st, 10, row->is_exposed);
	return store_run_once(s, st);
}

bool store_commit(struct store *s, bool durable)
{
	bool is_good = true;

	if (s->has_failed)
		return false;
	if (!s->begin && !s->first && !s->end && !durable)
		return true;
	if (!store_set_durable(s, durable) || !store_begin(s))
		return false;
	if (s->begin)
		is_good = insert_row(s, s->begin) &&
			  insert_sources(s, s->begin->number, 0, s->sources, s->source_count);
	for (struct pending_event *e = s->first; is_good && e; e = e->next)
		is_good = insert_event(s, e);
	if (is_good && s->end)
		is_good = update_end(s, s->end);
	is_good = store_finish(s, is_good);
	if (!is_good && s->begin)
		s->begin->number = 0;
	s->first = NULL;
	s->last = &s->first;
	s->begin = NULL;
	s->end = NULL;
	arena_reset(&s->pending);
	return is_good;
}

/* ---- forgetting ------------------------------------------------------------------------------ */

bool store_forget(struct store *s, int64_t run)
{
	static const char *const deletes[] = {"DELETE FROM events WHERE run = ?1",
		"DELETE FROM sources WHERE run = ?1", "DELETE FROM runs WHERE number = ?1",
		"DELETE FROM texts WHERE ?1 > 0 AND digest NOT IN (SELECT digest FROM sources)"};
	bool is_good = true;

	if (!store_begin(s))
		return false;
	for (size_t i = 0; is_good && i < sizeof(deletes) / sizeof(deletes[0]); i++) {
		sqlite3_stmt *st = store_prepare(s, deletes[i]);

		if (st)
			sqlite3_bind_int64(st, 1, run);
		is_good = store_step_done(s, st);
		sqlite3_finalize(st);
	}
	return store_finish(s, is_good);
}
