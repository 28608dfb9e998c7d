/* Runs, events and texts: what was written is what is read, and what was changed is found. */
#include "test.h"

#include "base/duration.h"
#include "store_fixture.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static struct store_fixture f;

/* What no program of ours would do. */
static void meddle(const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	CHECK_INT(sqlite3_open(f.path, &db), SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, &error), SQLITE_OK);
	sqlite3_free(error);
	sqlite3_close(db);
}

TEST(store_run_comes_back_as_it_was)
{
	struct store *s;
	struct run_row row, back;
	struct source_row *sources;
	size_t count;
	const char *why;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "20260101-000000-k3f9x", 0);
	store_fixture_events(s, &row, 2);
	row.reason = STR("condition");
	row.message = STR("Error rate above 5%");
	row.step = STR("bake");
	row.exit = 3;
	row.waited_ns = 5;
	row.turned_ns = 6;
	row.is_exposed = true;
	store_fixture_end(s, &row, "rolled_back");
	store_close(s);
	s = store_fixture_open(&f, STORE_READ);
	CHECK(store_find(s, "last", &f.arena, &back, &why));
	CHECK_TEXT(back.id, "20260101-000000-k3f9x");
	CHECK_TEXT(back.title, "Production Deployment");
	CHECK_TEXT(back.status, "rolled_back");
	CHECK_TEXT(back.message, "Error rate above 5%");
	CHECK_TEXT(back.step, "bake");
	CHECK_TEXT(back.owner, "ana");
	CHECK_INT(back.ended_ns - back.started_ns, 60 * NS_PER_S);
	CHECK_INT(back.exit, 3);
	CHECK_INT(back.waited_ns, 5);
	CHECK_INT(back.turned_ns, 6);
	CHECK_INT(back.pid, 4711);
	CHECK(back.is_exposed);
	CHECK_STR(store_fixture_read(&f, s, back.number), "{\"n\":1}{\"n\":2}");
	CHECK(store_sources(s, back.number, &f.arena, &sources, &count));
	CHECK_INT(count, 1);
	CHECK_TEXT(sources[0].path, "deploy.yml");
	CHECK_TEXT(sources[0].text, "version: 1\n");
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_finds_by_prefix)
{
	struct store *s;
	struct run_row row;
	const char *why;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(!store_find(s, "last", &f.arena, &row, &why));
	CHECK_STR(why, "there is no run yet");
	store_fixture_run(s, "20260101-a", 0);
	CHECK(!store_find(s, "", &f.arena, &row, &why));
	store_fixture_run(s, "20260102-ab", 86400);
	store_fixture_run(s, "20260102-abc", 86400);
	CHECK(store_find(s, "20260101", &f.arena, &row, &why));
	CHECK_TEXT(row.id, "20260101-a");
	CHECK(!store_find(s, "20260102", &f.arena, &row, &why));
	CHECK(strstr(why, "more than one run begins with `20260102`") != NULL);
	CHECK(store_find(s, "20260102-ab", &f.arena, &row, &why));
	CHECK_TEXT(row.id, "20260102-ab");
	CHECK(!store_find(s, "2026_102-ab", &f.arena, &row, &why));
	CHECK_STR(why, "there is no run `2026_102-ab`");
	CHECK(store_find(s, "last", &f.arena, &row, &why));
	CHECK_TEXT(row.id, "20260102-abc");
	/* Begun last, though the clock was set back before. */
	store_fixture_run(s, "20251231-z", -3600);
	CHECK(store_find(s, "last", &f.arena, &row, &why));
	CHECK_TEXT(row.id, "20251231-z");
	store_close(s);
	store_fixture_release(&f);
}

static const char *listed(struct store *s, const struct run_filter *filter)
{
	struct run_row *rows;
	size_t count;
	const char *text = "";

	CHECK(store_runs(s, filter, &f.arena, &rows, &count));
	for (size_t i = 0; i < count; i++)
		text = arena_printf(&f.arena, "%s %.*s", text, STR_ARGS(rows[i].id));
	return text;
}

TEST(store_lists_the_newest_first_and_what_is_asked_for)
{
	struct store *s;
	struct run_row rows[3];

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	rows[0] = store_fixture_run(s, "r2", 20);
	rows[1] = store_fixture_run(s, "r1", 10);
	rows[2] = store_fixture_run(s, "r3", 30);
	store_fixture_end(s, &rows[1], "failed");
	CHECK_STR(listed(s, &(struct run_filter){0}), " r3 r2 r1");
	CHECK_STR(listed(s, &(struct run_filter){.limit = 2}), " r3 r2");
	CHECK_STR(listed(s, &(struct run_filter){.status = STR("failed")}), " r1");
	CHECK_STR(listed(s, &(struct run_filter){.runbook = STR("hotfix")}), "");
	CHECK_STR(listed(s, &(struct run_filter){.since_ns = rows[0].started_ns}), " r3 r2");
	CHECK_STR(listed(s, &(struct run_filter){.until_ns = rows[0].started_ns}), " r1");
	store_close(s);
	store_fixture_release(&f);
}

/* ---- damage ---------------------------------------------------------------------------------- */

TEST(store_refuses_a_changed_byte_and_drops_a_cut_end)
{
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 3);
	store_close(s);
	s = store_fixture_open(&f, STORE_READ);
	meddle("UPDATE events SET body = '{\"n\":9}' WHERE place = 2");
	CHECK_STR(store_fixture_read(&f, s, row.number), "damaged");
	CHECK(strstr(store_error(s), "damaged at event 2") != NULL);
	CHECK(strstr(store_error(s), f.path) != NULL);
	meddle("UPDATE events SET body = '{\"n\":2}' WHERE place = 2");
	CHECK_STR(store_fixture_read(&f, s, row.number), "{\"n\":1}{\"n\":2}{\"n\":3}");
	meddle("UPDATE events SET body = '{\"n\"' WHERE place = 3");
	CHECK_STR(store_fixture_read(&f, s, row.number), "torn {\"n\":1}{\"n\":2}");
	meddle("DELETE FROM events WHERE place = 2");
	CHECK_STR(store_fixture_read(&f, s, row.number), "damaged");
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_goes_on_behind_a_cut_end)
{
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 3);
	store_close(s);
	meddle("UPDATE events SET body = '{\"n\"' WHERE place = 3");
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(store_reopen_run(s, &row));
	store_fixture_events(s, &row, 1);
	CHECK_STR(store_fixture_read(&f, s, row.number), "{\"n\":1}{\"n\":2}{\"n\":1}");
	store_close(s);
	store_fixture_release(&f);
}

/* Changes one byte of the file that holds this text. */
static bool flip(const char *path, const char *text)
{
	FILE *file = fopen(path, "r+");
	struct strbuf b = {0};
	char chunk[4096];
	ptrdiff_t at = -1;
	size_t n;

	while (file && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&b, chunk, n);
	if (file)
		at = str_find(strbuf_str(&b), str_of(text), 0);
	if (at >= 0)
		at = fseek(file, at, SEEK_SET) == 0 && fputc('X', file) == 'X' ? at : -1;
	if (file)
		fclose(file);
	strbuf_release(&b);
	return at >= 0;
}

/* SQLite would drop what stands behind it without a word. */
TEST(store_refuses_a_log_that_was_changed_in_the_middle)
{
	const char *log;
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	log = store_fixture_path(&f, "runbook.db-wal");
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	for (int i = 0; i < 3; i++)
		store_fixture_events(s, &row, 2);
	store_close(s);
	CHECK(flip(log, "{\"n\":1}"));
	CHECK(!store_fixture_open(&f, STORE_READ));
	CHECK(f.why && strstr(f.why, f.path) && strstr(f.why, "is damaged"));
	CHECK(!store_fixture_open(&f, STORE_WRITE));
	store_fixture_release(&f);
}

TEST(store_drops_the_end_of_a_log_that_was_cut)
{
	const char *log;
	struct store *s;
	struct run_row row;
	struct stat st;

	store_fixture_init(&f);
	log = store_fixture_path(&f, "runbook.db-wal");
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 2);
	store_fixture_events(s, &row, 2);
	store_close(s);
	CHECK(stat(log, &st) == 0 && truncate(log, st.st_size - 100) == 0);
	/* Whoever wrote it ended well, and it was whole then. */
	CHECK(!store_fixture_open(&f, STORE_WRITE) && strstr(f.why, "is damaged"));
	/* Without a seal it was a crash. */
	CHECK(truncate(store_fixture_path(&f, "runbook.db-writer"), 0) == 0);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(s != NULL);
	CHECK_STR(store_fixture_read(&f, s, row.number), "{\"n\":1}{\"n\":2}");
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_misses_a_log_that_is_gone)
{
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	s = store_fixture_open(&f, STORE_READ);
	CHECK_STR(listed(s, &(struct run_filter){0}), " r1");
	store_close(s);
	CHECK(unlink(store_fixture_path(&f, "runbook.db-wal")) == 0);
	CHECK(!store_fixture_open(&f, STORE_READ) && strstr(f.why, "`-wal`) is gone"));
	CHECK(!store_fixture_open(&f, STORE_WRITE));
	store_fixture_release(&f);
}

static void look_with_another_program(void)
{
	sqlite3 *db = NULL;

	CHECK(sqlite3_open(f.path, &db) == SQLITE_OK &&
		sqlite3_exec(db, "SELECT count(*) FROM runs", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

/* Which puts the log into the database and removes it, as SQLite does by itself. */
TEST(store_may_be_looked_at_with_another_program)
{
	struct stat before, st = {0};
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	look_with_another_program();
	CHECK(access(store_fixture_path(&f, "runbook.db-wal"), F_OK) < 0);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(s != NULL);
	CHECK_STR(listed(s, &(struct run_filter){0}), " r1");
	/* All of it was put back already, and then it ended without another word. */
	row = store_fixture_run(s, "r2", 10);
	CHECK(stat(f.path, &before) == 0);
	for (int i = 0; i < 20 && stat(f.path, &st) == 0 && st.st_size == before.st_size; i++)
		store_fixture_fill(s, &row);
	CHECK(st.st_size > before.st_size);
	store_close(s);
	look_with_another_program();
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(s != NULL);
	CHECK_STR(listed(s, &(struct run_filter){0}), " r2 r1");
	store_close(s);
	store_fixture_release(&f);
}

/* What was written last is found changed, too, and the head. */
TEST(store_refuses_a_log_that_was_changed_at_either_end)
{
	const char *log;
	struct store *s;
	struct run_row row;

	store_fixture_init(&f);
	log = store_fixture_path(&f, "runbook.db-wal");
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	CHECK(flip(log, "succeeded"));
	CHECK(!store_fixture_open(&f, STORE_READ) && strstr(f.why, "is damaged"));
	store_fixture_release(&f);
	store_fixture_init(&f);
	log = store_fixture_path(&f, "runbook.db-wal");
	s = store_fixture_open(&f, STORE_WRITE);
	store_fixture_run(s, "r1", 0);
	store_close(s);
	CHECK(truncate(store_fixture_path(&f, "runbook.db-writer"), 0) == 0);
	CHECK(flip(log, "\x37\x7f\x06"));
	CHECK(!store_fixture_open(&f, STORE_READ) && strstr(f.why, "is damaged"));
	store_fixture_release(&f);
}

/* Then a changed byte is found by its sum. */
TEST(store_puts_a_long_log_away_at_the_end_of_a_run)
{
	struct store *s;
	struct run_row row;
	struct stat st;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 3);
	store_fixture_fill(s, &row);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	CHECK(stat(store_fixture_path(&f, "runbook.db-wal"), &st) == 0 && st.st_size == 0);
	CHECK(flip(f.path, "{\"n\":2}"));
	s = store_fixture_open(&f, STORE_READ);
	CHECK_STR(store_fixture_read(&f, s, row.number), "damaged");
	store_close(s);
	store_fixture_release(&f);
}

/* Two sittings in one store: what one leaves at its end is not what it wrote last. */
TEST(store_is_whole_after_another_put_its_log_away)
{
	struct store *first, *second, *again;
	struct run_row row, other;

	for (int goes_on = 0; goes_on < 2; goes_on++) {
		test_about("the log %s", goes_on ? "is begun anew" : "is empty");
		store_fixture_init(&f);
		first = store_fixture_open(&f, STORE_WRITE);
		row = store_fixture_run(first, "r1", 0);
		second = store_fixture_open(&f, STORE_WRITE);
		other = store_fixture_run(second, "r2", 0);
		for (int i = 0; i < 20; i++)
			store_fixture_events(first, &row, 2);
		store_fixture_fill(second, &other);
		store_fixture_end(second, &other, "succeeded");
		if (goes_on)
			store_fixture_events(second, &other, 2);
		store_close(second);
		store_close(first);
		/* Not as it was sealed, so that it is looked at. */
		CHECK_INT(utimes(store_fixture_path(&f, "runbook.db-wal"), NULL), 0);
		again = store_fixture_open(&f, STORE_WRITE);
		CHECK(again && !f.why);
		store_close(again);
		store_fixture_release(&f);
	}
}

TEST(store_refuses_a_changed_text)
{
	struct store *s;
	struct run_row row;
	struct source_row *sources;
	size_t count;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_close(s);
	meddle("UPDATE texts SET text = 'version: 2'");
	s = store_fixture_open(&f, STORE_READ);
	CHECK(!store_sources(s, row.number, &f.arena, &sources, &count));
	CHECK(strstr(store_error(s), "`deploy.yml` is not what was kept") != NULL);
	store_close(s);
	store_fixture_release(&f);
}

/* ---- forgetting, and what a killed writer leaves --------------------------------------------- */

TEST(store_forgets_a_run_and_the_texts_that_nobody_needs)
{
	struct store *s;
	struct run_row rows[2];
	struct source_row *sources;
	size_t count;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	rows[0] = store_fixture_run(s, "r1", 0);
	rows[1] = store_fixture_run(s, "r2", 1);
	store_fixture_events(s, &rows[0], 2);
	CHECK(store_forget(s, rows[0].number));
	CHECK_STR(listed(s, &(struct run_filter){0}), " r2");
	CHECK_STR(store_fixture_read(&f, s, rows[0].number), "");
	CHECK(store_sources(s, rows[1].number, &f.arena, &sources, &count));
	CHECK_INT(count, 1);
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_has_no_run_of_which_nothing_is_known)
{
	struct run_row row = {.id = STR("r1"), .owner = STR("ana")}, *rows;
	struct store *s, *other;
	size_t count;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	other = store_fixture_open(&f, STORE_READ);
	store_begin_run(s, &row, NULL, 0);
	store_event(s, &row, 1, STR("{\"n\":1}"));
	CHECK(store_runs(other, &(struct run_filter){0}, &f.arena, &rows, &count));
	CHECK(count == 0 && row.number == 0);
	CHECK(store_commit(s, false));
	CHECK(store_runs(other, &(struct run_filter){0}, &f.arena, &rows, &count));
	CHECK(count == 1 && row.number == rows[0].number);
	CHECK_STR(store_fixture_read(&f, other, row.number), "{\"n\":1}");
	store_close(other);
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_of_a_killed_writer_has_what_was_committed)
{
	struct store *s;
	struct run_row row;
	pid_t pid;
	int status;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_close(s);
	pid = fork();
	if (pid == 0) {
		s = store_fixture_open(&f, STORE_WRITE);
		store_event(s, &row, 1, STR("{\"n\":1}"));
		store_commit(s, true);
		store_event(s, &row, 2, STR("{\"n\":2}"));
		kill(getpid(), SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK_STR(store_fixture_read(&f, s, row.number), "{\"n\":1}");
	store_fixture_events(s, &row, 1);
	CHECK_STR(store_fixture_read(&f, s, row.number), "{\"n\":1}{\"n\":1}");
	store_close(s);
	store_fixture_release(&f);
}
