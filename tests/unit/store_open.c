/* Opening a store: what is made, what is refused and left as it is. */
#include "test.h"

#include "store_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static struct store_fixture f;

static void put_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	CHECK(file && fputs(text, file) >= 0);
	if (file)
		fclose(file);
	CHECK(chmod(path, mode) == 0);
}

static bool is_refused(enum store_use use, const char *because)
{
	struct store *s = store_fixture_open(&f, use);
	bool is_right = !s && f.why && strstr(f.why, because) && strstr(f.why, f.path);

	if (!is_right)
		printf("    %s\n", s ? "it was opened" : f.why ? f.why : "it is not there");
	store_close(s);
	return is_right;
}

/* Changes bytes of the file, `from` the start or, when negative, before its end. */
static void patch(const char *path, off_t from, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && lseek(fd, from, from < 0 ? SEEK_END : SEEK_SET) >= 0 &&
		write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

TEST(store_reading_makes_nothing)
{
	struct stat st;

	store_fixture_init(&f);
	f.path = store_fixture_path(&f, "a/b/runbook.db");
	CHECK(!store_fixture_open(&f, STORE_READ));
	CHECK(!f.why);
	CHECK(stat(store_fixture_path(&f, "a"), &st) < 0);
	store_fixture_release(&f);
}

TEST(store_is_made_with_its_folders_for_its_user_alone)
{
	struct store *s;
	struct stat st;

	store_fixture_init(&f);
	f.path = store_fixture_path(&f, "a/b/runbook.db");
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(s != NULL);
	CHECK(stat(f.path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stat(store_fixture_path(&f, "a/b"), &st) == 0 && (st.st_mode & 0777) == 0700);
	store_close(s);
	s = store_fixture_open(&f, STORE_READ);
	CHECK(s != NULL);
	store_close(s);
	unlink(f.path);
	store_fixture_release(&f);
}

TEST(store_refuses_what_is_no_file)
{
	store_fixture_init(&f);
	CHECK(mkdir(f.path, 0700) == 0);
	CHECK(is_refused(STORE_WRITE, "is a directory"));
	CHECK(rmdir(f.path) == 0 && mkfifo(f.path, 0600) == 0);
	CHECK(is_refused(STORE_READ, "is no regular file"));
	CHECK(unlink(f.path) == 0 && symlink("nowhere", f.path) == 0);
	CHECK(is_refused(STORE_WRITE, "is a link to nothing"));
	CHECK(unlink(f.path) == 0);
	f.path = store_fixture_path(&f, "file/runbook.db");
	put_file(store_fixture_path(&f, "file"), "text", 0600);
	CHECK(is_refused(STORE_WRITE, "folder"));
	store_fixture_release(&f);
}

TEST(store_refuses_what_others_may_write)
{
	store_fixture_init(&f);
	store_close(store_fixture_open(&f, STORE_WRITE));
	CHECK(chmod(f.path, 0666) == 0);
	CHECK(is_refused(STORE_READ, "may be written by everybody"));
	CHECK(chmod(f.path, 0600) == 0 && chmod(f.folder, 0777) == 0);
	CHECK(is_refused(STORE_WRITE, "may be written by everybody"));
	store_fixture_release(&f);
}

TEST(store_refuses_what_is_no_store)
{
	struct strbuf text = {0};
	char *left = NULL;
	size_t len;
	FILE *file;

	store_fixture_init(&f);
	put_file(f.path, "", 0600);
	CHECK(is_refused(STORE_WRITE, "is no store"));
	for (int i = 0; i < 100; i++)
		strbuf_puts(&text, "just some text, ");
	put_file(f.path, text.at, 0600);
	CHECK(is_refused(STORE_WRITE, "no store"));
	file = fopen(f.path, "r");
	left = heap_alloc(text.len + 1);
	len = fread(left, 1, text.len, file);
	CHECK_TEXT(((struct str){left, len}), text.at);
	fclose(file);
	free(left);
	strbuf_release(&text);
	store_fixture_release(&f);
}

/* Numbers in the header of an SQLite file stand at 60 (user_version) and 68 (application_id). */
TEST(store_refuses_another_program_and_a_later_version)
{
	store_fixture_init(&f);
	store_close(store_fixture_open(&f, STORE_WRITE));
	unlink(store_fixture_path(&f, "runbook.db-wal"));
	unlink(store_fixture_path(&f, "runbook.db-shm"));
	patch(f.path, 60, "\0\0\0\x63", 4);
	CHECK(is_refused(STORE_WRITE, "later version"));
	CHECK(is_refused(STORE_READ, "99"));
	CHECK(access(store_fixture_path(&f, "runbook.db-wal"), F_OK) < 0);
	CHECK(access(store_fixture_path(&f, "runbook.db-shm"), F_OK) < 0);
	patch(f.path, 60, "\0\0\0\0", 4);
	CHECK(is_refused(STORE_READ, "no schema version"));
	patch(f.path, 60, "\0\0\0\2RUNX\0\0\0\0RUNX", 16);
	CHECK(is_refused(STORE_WRITE, "of another program"));
	store_fixture_release(&f);
}

static void copy_file(const char *from, const char *to)
{
	char *bytes = heap_alloc(1 << 20);
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t len = in ? fread(bytes, 1, 1 << 20, in) : 0;

	CHECK(in && out && fwrite(bytes, 1, len, out) == len);
	fclose(in);
	fclose(out);
	chmod(to, 0600);
	free(bytes);
}

/* What a writer leaves that was killed: its log. */
TEST(store_refuses_a_log_that_is_not_its_own)
{
	const char *own, *log, *copy, *copy_log;
	struct run_row row;
	struct store *s;

	store_fixture_init(&f);
	own = f.path;
	log = store_fixture_path(&f, "runbook.db-wal");
	copy = store_fixture_path(&f, "copy.db");
	copy_log = store_fixture_path(&f, "copy.db-wal");
	store_close(store_fixture_open(&f, STORE_WRITE));
	copy_file(own, copy);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 3);
	/* As old as the log: that is a store that was killed. */
	copy_file(log, copy_log);
	f.path = copy;
	store_close(store_fixture_open(&f, STORE_READ));
	CHECK(!f.why);
	/* Older: the run that ended is missing in it. */
	store_fixture_fill(s, &row);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	f.path = own;
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(store_forget(s, row.number)); /* makes room, so that the length stays */
	row = store_fixture_run(s, "r2", 0);
	copy_file(log, copy_log);
	f.path = copy;
	CHECK(is_refused(STORE_READ, "is older than the log"));
	CHECK(is_refused(STORE_WRITE, "is older than the log"));
	/* Newer: the log is from before it was emptied. */
	store_close(s);
	f.path = own;
	s = store_fixture_open(&f, STORE_WRITE);
	store_fixture_fill(s, &row);
	store_fixture_end(s, &row, "succeeded");
	copy_file(own, copy);
	f.path = copy;
	unlink(store_fixture_path(&f, "copy.db-shm"));
	CHECK(is_refused(STORE_READ, "is newer than the log"));
	store_fixture_run(s, "r3", 0);
	/* Another one. */
	unlink(copy);
	unlink(copy_log);
	unlink(store_fixture_path(&f, "copy.db-shm"));
	store_close(store_fixture_open(&f, STORE_WRITE));
	copy_file(log, copy_log);
	CHECK(is_refused(STORE_WRITE, "of another store"));
	store_close(s);
	store_fixture_release(&f);
}

/* The first schema had no `binding`. */
TEST(store_of_an_earlier_version_is_brought_on)
{
	struct run_row row, back;
	struct store *s;
	sqlite3 *db = NULL;
	const char *why;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_end(s, &row, "succeeded");
	store_close(s);
	CHECK(sqlite3_open(f.path, &db) == SQLITE_OK &&
		sqlite3_exec(db, "DROP TABLE binding; PRAGMA user_version=1", NULL, NULL, NULL) ==
			SQLITE_OK);
	sqlite3_close(db);
	s = store_fixture_open(&f, STORE_READ);
	CHECK(s && store_find(s, "last", &f.arena, &back, &why));
	store_close(s);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(s && store_find(s, "r1", &f.arena, &back, &why));
	store_fixture_run(s, "r2", 10);
	CHECK(store_find(s, "r2", &f.arena, &back, &why));
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_that_was_cut_is_never_begun_anew)
{
	struct store *s;
	struct run_row row, *rows;
	size_t count;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	row = store_fixture_run(s, "r1", 0);
	store_fixture_events(s, &row, 3);
	store_close(s);
	CHECK(truncate(store_fixture_path(&f, "runbook.db-wal"), 0) == 0);
	CHECK(truncate(f.path, 8192) == 0);
	s = store_fixture_open(&f, STORE_WRITE);
	if (s) {
		CHECK(!store_runs(s, &(struct run_filter){0}, &f.arena, &rows, &count));
		CHECK(strstr(store_error(s), f.path) != NULL);
		store_begin_run(s, &row, NULL, 0);
		CHECK(!store_commit(s, false));
	}
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_path_is_where_it_is_asked_for)
{
	struct arena a;

	arena_init(&a);
	setenv("RUNBOOK_STORE", "/there/it.db", 1);
	CHECK_STR(store_path(&a, NULL), "/there/it.db");
	CHECK_STR(store_path(&a, "given.db"), "given.db");
	setenv("RUNBOOK_STORE", "", 1);
	setenv("XDG_STATE_HOME", "/state", 1);
	CHECK_STR(store_path(&a, NULL), "/state/runbook/runbook.db");
	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("HOME", "/home/ana", 1);
	CHECK_STR(store_path(&a, NULL), "/home/ana/.local/state/runbook/runbook.db");
	unsetenv("RUNBOOK_STORE");
	unsetenv("XDG_STATE_HOME");
	arena_release(&a);
}
