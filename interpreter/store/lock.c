/*
 * Who owns a run, and who holds a lock. Whether an owner lives is asked of the kernel: each
 * interpreter keeps a lock on a file of its run, which a process that ends lets go in whatever way
 * it ends.
 */
#include "store/private.h"

#include "base/duration.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- runs ------------------------------------------------------------------------------------ */

static const char *own_path(const struct store *s, struct arena *a, struct str run)
{
	return arena_printf(a, "%s/owner", store_run_dir(s, a, run));
}

static bool make_run_dir(const struct store *s, struct arena *a, struct str run)
{
	const char *logs = arena_printf(a, "%s-logs", s->path);

	if (mkdir(logs, 0700) < 0 && errno != EEXIST)
		return false;
	return mkdir(store_run_dir(s, a, run), 0700) == 0 || errno == EEXIST;
}

static bool get_holder(int fd, int64_t *pid)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return false;
	*pid = lock.l_pid;
	return true;
}

bool store_own_run(struct store *s, struct str run, int64_t *pid)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct arena a;
	int fd = -1;
	bool is_ours;

	*pid = 0;
	arena_init(&a);
	if (make_run_dir(s, &a, run))
		fd = open(own_path(s, &a, run), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		snprintf(s->error, sizeof(s->error), "`%s`: %s", own_path(s, &a, run),
			strerror(errno));
	is_ours = fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0;
	if (fd >= 0 && !is_ours)
		get_holder(fd, pid);
	arena_release(&a);
	if (is_ours)
		s->run_fd = fd;
	else if (fd >= 0)
		close(fd);
	return is_ours;
}

/* Closing any descriptor of a file gives up our own lock on it: we do not ask about ours. */
bool store_run_is_owned(struct store *s, struct str run, int64_t *pid)
{
	struct stat theirs, ours;
	struct arena a;
	bool is_owned = false;
	const char *path;

	*pid = 0;
	arena_init(&a);
	path = own_path(s, &a, run);
	if (stat(path, &theirs) == 0) {
		if (s->run_fd >= 0 && fstat(s->run_fd, &ours) == 0 &&
			ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev) {
			*pid = getpid();
			is_owned = true;
		} else {
			int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

			is_owned = fd >= 0 && get_holder(fd, pid);
			if (fd >= 0)
				close(fd);
		}
	}
	arena_release(&a);
	return is_owned;
}

/* ---- locks ----------------------------------------------------------------------------------- */

static void read_lock(struct store *s, sqlite3_stmt *st, struct arena *a, struct lock_row *row)
{
	int64_t pid;

	*row = (struct lock_row){.name = store_column(st, 0, a),
		.epoch = sqlite3_column_int64(st, 1),
		.run = store_column(st, 2, a),
		.owner = store_column(st, 3, a),
		.host = store_column(st, 4, a),
		.pid = sqlite3_column_int64(st, 5),
		.reason = store_column(st, 6, a),
		.since_ns = sqlite3_column_int64(st, 7)};
	row->is_live = row->run.len && store_run_is_owned(s, row->run, &pid);
}

#define LOCK_COLUMNS "name, epoch, run, owner, host, pid, reason, since_ns"

/* False: there is none of that name. */
static bool find_lock(struct store *s, struct arena *a, struct str name, struct lock_row *row)
{
	sqlite3_stmt *st = store_prepare(s, "SELECT " LOCK_COLUMNS " FROM locks WHERE name = ?1");
	bool is_there = false;

	if (st) {
		store_bind(st, 1, name);
		is_there = sqlite3_step(st) == SQLITE_ROW;
		if (is_there)
			read_lock(s, st, a, row);
	}
	sqlite3_finalize(st);
	return is_there;
}

static bool write_lock(struct store *s, const struct lock_row *row)
{
	sqlite3_stmt *st = store_prepare(s, "INSERT OR REPLACE INTO locks(" LOCK_COLUMNS ")"
					    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

	if (!st)
		return false;
	store_bind(st, 1, row->name);
	sqlite3_bind_int64(st, 2, row->epoch);
	store_bind(st, 3, row->run);
	store_bind(st, 4, row->owner);
	store_bind(st, 5, row->host);
	sqlite3_bind_int64(st, 6, row->pid);
	store_bind(st, 7, row->reason);
	sqlite3_bind_int64(st, 8, row->since_ns);
	return store_run_once(s, st);
}

/* ---- standing in line ------------------------------------------------------------------------ */

static bool change_waiting(struct store *s, const char *sql, struct str name, struct str run)
{
	sqlite3_stmt *st = store_prepare(s, sql);

	if (!st)
		return false;
	store_bind(st, 1, name);
	store_bind(st, 2, run);
	return store_run_once(s, st);
}

/* Whether somebody who lives came before `run`, and who; the dead are passed over. */
static bool is_anyone_before(
	struct store *s, struct arena *a, struct str name, struct str run, struct lock_row *who)
{
	sqlite3_stmt *st = store_prepare(s,
		"SELECT ?1, 0, run, ifnull(owner, ''), ifnull(host, ''), ifnull(pid, 0),"
		" 'waits for it', ifnull(started_ns, 0)"
		" FROM waiting LEFT JOIN runs ON id = run WHERE name = ?1 ORDER BY ticket");
	bool is_before = false;

	if (!st)
		return false;
	store_bind(st, 1, name);
	while (!is_before && sqlite3_step(st) == SQLITE_ROW) {
		struct lock_row other;

		read_lock(s, st, a, &other);
		if (str_equal(other.run, run))
			break;
		is_before = other.is_live;
		if (is_before)
			*who = other;
	}
	sqlite3_finalize(st);
	return is_before;
}

static bool leave_line(struct store *s, struct str name, struct str run)
{
	return change_waiting(s, "DELETE FROM waiting WHERE name = ?1 AND run = ?2", name, run);
}

static bool join_line(struct store *s, struct str name, struct str run)
{
	return change_waiting(s,
		"INSERT INTO waiting(name, run) SELECT ?1, ?2 WHERE NOT EXISTS"
		" (SELECT 1 FROM waiting WHERE name = ?1 AND run = ?2)",
		name, run);
}

/* ---- taking and giving ----------------------------------------------------------------------- */

enum lock_answer store_lock(struct store *s, struct arena *a, struct lock_row *row, bool waits)
{
	struct lock_row now = {0}, before = {0};
	bool is_there, is_held, is_good = true;

	/* It is durable with the first effect under it; after a power cut nobody lives to hold it.
	 */
	if (!store_set_durable(s, false) || !store_begin(s))
		return LOCK_FAILED;
	is_there = find_lock(s, a, row->name, &now);
	is_held = is_there && now.is_live && !str_equal(now.run, row->run);
	if (!is_held)
		is_held = is_anyone_before(s, a, row->name, row->run, &before);
	if (is_held && waits)
		is_good = join_line(s, row->name, row->run);
	if (!is_held) {
		row->epoch = (is_there ? now.epoch : 0) + 1;
		if (is_there && !str_equal(now.run, row->run))
			row->lost = now.run;
		is_good = write_lock(s, row) && leave_line(s, row->name, row->run);
	}
	if (!store_finish(s, is_good))
		return LOCK_FAILED;
	if (is_held)
		*row = before.run.len ? before : now;
	return is_held ? LOCK_HELD : LOCK_TAKEN;
}

bool store_lock_holds(struct store *s, struct str name, int64_t epoch)
{
	sqlite3_stmt *st = store_statement(s, STATEMENT_LOCK_EPOCH);
	bool holds;

	if (!st)
		return false;
	store_bind(st, 1, name);
	holds = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int64(st, 0) == epoch;
	sqlite3_reset(st);
	return holds;
}

/* The row stays, without an owner: its epoch only ever grows. */
static bool clear_lock(struct store *s, struct str name, int64_t epoch)
{
	sqlite3_stmt *st = store_prepare(
		s, "UPDATE locks SET run = '', epoch = epoch + 1 WHERE name = ?1 AND epoch = ?2");

	if (!st)
		return false;
	store_bind(st, 1, name);
	sqlite3_bind_int64(st, 2, epoch);
	return store_run_once(s, st);
}

bool store_unlock(struct store *s, struct str name, int64_t epoch)
{
	return store_set_durable(s, false) && store_begin(s) &&
	       store_finish(s, clear_lock(s, name, epoch));
}

bool store_locks(struct store *s, struct arena *a, struct lock_row **out, size_t *count)
{
	sqlite3_stmt *st = store_prepare(
		s, "SELECT " LOCK_COLUMNS " FROM locks WHERE run <> '' ORDER BY name LIMIT 10000");
	int code = SQLITE_DONE;

	*count = 0;
	if (!st)
		return false;
	*out = arena_array(a, 10000, sizeof(**out));
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		read_lock(s, st, a, &(*out)[(*count)++]);
	sqlite3_finalize(st);
	return code == SQLITE_DONE || store_failed(s, "its locks cannot be read");
}

static bool note_broken(
	struct store *s, const struct lock_row *row, struct str by, struct str reason)
{
	sqlite3_stmt *st = store_prepare(s, "INSERT INTO broken VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
	struct timespec now;

	if (!st)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	store_bind(st, 1, row->name);
	sqlite3_bind_int64(st, 2, row->epoch);
	store_bind(st, 3, row->run);
	store_bind(st, 4, by);
	store_bind(st, 5, reason);
	sqlite3_bind_int64(st, 6, (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec);
	return store_run_once(s, st);
}

bool store_break_lock(struct store *s, struct str name, struct str by, struct str reason)
{
	struct lock_row row = {0};
	struct arena a;
	bool is_there, is_good;

	if (!store_begin(s))
		return false;
	arena_init(&a);
	is_there = find_lock(s, &a, name, &row) && row.run.len;
	is_good = is_there && note_broken(s, &row, by, reason) && clear_lock(s, name, row.epoch);
	is_good = store_finish(s, is_good);
	arena_release(&a);
	return is_good;
}
