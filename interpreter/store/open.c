/* Opening: where the store lies, what is refused, how a new one is made. */
#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char schema[] =
	"CREATE TABLE runs("
	" number INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL UNIQUE,"
	" runbook TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL,"
	" started_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL DEFAULT 0,"
	" status TEXT NOT NULL DEFAULT 'running', exit INTEGER NOT NULL DEFAULT 0,"
	" reason TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',"
	" step TEXT NOT NULL DEFAULT '',"
	" owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,"
	" waited_ns INTEGER NOT NULL DEFAULT 0, turned_ns INTEGER NOT NULL DEFAULT 0,"
	" exposed INTEGER NOT NULL DEFAULT 0,"
	" options TEXT NOT NULL, targets TEXT NOT NULL);"
	"CREATE INDEX runs_by_start ON runs(started_ns);"
	"CREATE INDEX runs_by_name ON runs(runbook, started_ns);"
	"CREATE TABLE events("
	" run INTEGER NOT NULL, place INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY(run, place)) WITHOUT ROWID;"
	/* The same text is kept once, however many runs were made from it. */
	"CREATE TABLE texts(digest TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE sources("
	" run INTEGER NOT NULL, place INTEGER NOT NULL, path TEXT NOT NULL,"
	" embedded INTEGER NOT NULL, masked INTEGER NOT NULL, digest TEXT NOT NULL,"
	" PRIMARY KEY(run, place)) WITHOUT ROWID;"
	"CREATE TABLE locks("
	" name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, run TEXT NOT NULL,"
	" owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,"
	" reason TEXT NOT NULL, since_ns INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE waiting(ticket INTEGER PRIMARY KEY, name TEXT NOT NULL, run TEXT NOT NULL);"
	"CREATE TABLE broken("
	" name TEXT NOT NULL, epoch INTEGER NOT NULL, run TEXT NOT NULL,"
	" by TEXT NOT NULL, reason TEXT NOT NULL, at_ns INTEGER NOT NULL,"
	" PRIMARY KEY(name, epoch)) WITHOUT ROWID;";

/* ---- where ---------------------------------------------------------------------------------- */

const char *store_path(struct arena *a, const char *given)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *user;

	if (!given)
		given = getenv("RUNBOOK_STORE");
	if (given && *given)
		return given;
	if (state && state[0] == '/')
		return arena_printf(a, "%s/runbook/runbook.db", state);
	if (!home || home[0] != '/') {
		user = getpwuid(geteuid());
		home = user ? user->pw_dir : NULL;
	}
	if (!home || home[0] != '/')
		return NULL;
	return arena_printf(a, "%s/.local/state/runbook/runbook.db", home);
}

const char *store_run_dir(const struct store *s, struct arena *a, struct str run)
{
	return arena_printf(a, "%s-logs/%.*s", s->path, STR_ARGS(run));
}

/* ---- errors --------------------------------------------------------------------------------- */

const char *store_error(const struct store *s)
{
	return s->error;
}

/* SQLite forgets it while it cleans up behind an error, but each file knows its own last one. */
static int system_error(sqlite3 *db)
{
	sqlite3_file *log = NULL;
	int number = sqlite3_system_errno(db);

	if (!number)
		sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &number);
	if (!number)
		sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

const char *store_reason(sqlite3 *db, char *out, size_t size)
{
	int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
	bool is_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
	int number = db && is_system ? system_error(db) : 0;

	if (!db)
		snprintf(out, size, "no memory");
	else if (number)
		snprintf(out, size, "%s (%s)", sqlite3_errmsg(db), strerror(number));
	else
		snprintf(out, size, "%s", sqlite3_errmsg(db));
	return out;
}

bool store_failed(struct store *s, const char *doing)
{
	char reason[160];

	s->has_failed = true;
	if (!s->error[0])
		snprintf(s->error, sizeof(s->error), "`%s`: %s: %s", s->path, doing,
			store_reason(s->db, reason, sizeof(reason)));
	return false;
}

/* ---- what is refused ------------------------------------------------------------------------ */

static const char *refused_kind(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "is a directory; name a file in it";
	if (!S_ISREG(st->st_mode))
		return "is no regular file";
	if (st->st_uid != geteuid())
		return "belongs to another user";
	if (st->st_mode & S_IWOTH)
		return "may be written by everybody; `chmod o-w` it";
	return NULL;
}

/* NULL: it is a good file. *exists false: there is none. */
static const char *look_at_file(const char *path, struct arena *a, bool *exists)
{
	struct stat st;
	const char *why;

	*exists = stat(path, &st) == 0;
	if (!*exists) {
		if (errno != ENOENT && errno != ENOTDIR)
			return arena_printf(a, "cannot be looked at: %s", strerror(errno));
		return lstat(path, &st) == 0 ? "is a link to nothing" : NULL;
	}
	why = refused_kind(&st);
	if (!why && st.st_size < 512)
		why = arena_printf(a, "is no store: it has %lld bytes", (long long)st.st_size);
	return why;
}

static const char *look_at_folder(const char *folder, struct arena *a)
{
	struct stat st;

	if (stat(folder, &st) < 0)
		return arena_printf(
			a, "lies in a folder that cannot be looked at: %s", strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return "lies in a folder that is none";
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "lies in a folder that belongs to another user";
	/* As in /tmp, the sticky bit keeps others from renaming what is ours. */
	if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		return "lies in a folder that may be written by everybody; `chmod o-w` it";
	return NULL;
}

static bool make_folders(char *folder)
{
	struct stat st;
	char *slash;

	if (!*folder || stat(folder, &st) == 0 || mkdir(folder, 0700) == 0)
		return true;
	if (errno != ENOENT)
		return errno == EEXIST;
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return false;
	*slash = 0;
	if (!make_folders(folder))
		return false;
	*slash = '/';
	return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

static char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_string(a, ".");
	return slash == path ? arena_string(a, "/") : arena_copy(a, path, (size_t)(slash - path));
}

/* ---- a new one ------------------------------------------------------------------------------ */

static bool sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return is_good;
}

static bool fill_new(const char *path, struct arena *a, const char **why)
{
	sqlite3 *db = NULL;
	char *sql = arena_printf(a,
		"PRAGMA page_size=4096; PRAGMA synchronous=FULL;"
		"PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN; %s %s COMMIT;",
		STORE_APPLICATION, STORE_VERSION, schema, store_binding_schema());
	bool is_good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		       sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
		       sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL) == SQLITE_OK;

	char reason[160];

	if (!is_good)
		*why = arena_printf(
			a, "cannot be made: %s", store_reason(db, reason, sizeof(reason)));
	sqlite3_close(db);
	return is_good;
}

/* Made whole beside its place and then put there: at no moment is there half a store. */
static const char *make_new(const char *path, struct arena *a)
{
	char *folder = folder_of(a, path);
	const char *draft = arena_printf(a, "%s.new-%d", path, (int)getpid());
	const char *why;
	int fd;

	if (!make_folders(arena_string(a, folder)))
		return arena_printf(a, "cannot be made, nor its folder: %s", strerror(errno));
	why = look_at_folder(folder, a);
	if (why)
		return why;
	fd = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return arena_printf(a, "cannot be made: %s", strerror(errno));
	close(fd);
	if (fill_new(draft, a, &why) && link(draft, path) < 0 && errno != EEXIST)
		why = arena_printf(a, "cannot be made: %s", strerror(errno));
	unlink(draft);
	if (!why && !sync_folder(folder))
		why = arena_printf(
			a, "cannot be used: its folder cannot be synced: %s", strerror(errno));
	return why;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* False: *why. */
static bool pragma_number(
	struct store *s, const char *sql, int64_t *out, struct arena *a, const char **why)
{
	sqlite3_stmt *st = NULL;
	char reason[160];
	bool is_good = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK &&
		       sqlite3_step(st) == SQLITE_ROW;
	int code = sqlite3_errcode(s->db);

	if (is_good)
		*out = sqlite3_column_int64(st, 0);
	else
		*why = arena_printf(a, "%s: %s",
			code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? "is damaged, or no store"
									: "cannot be read",
			store_reason(s->db, reason, sizeof(reason)));
	sqlite3_finalize(st);
	return is_good;
}

/* NULL: it is one of ours. */
static const char *look_inside(struct store *s, int64_t *version_out, struct arena *a)
{
	int64_t application, version;
	const char *why;

	if (!pragma_number(s, "PRAGMA application_id", &application, a, &why) ||
		!pragma_number(s, "PRAGMA user_version", &version, a, &why))
		return why;
	if (application != STORE_APPLICATION)
		return "is a database of another program";
	if (version > STORE_VERSION)
		return arena_printf(a,
			"was written by a later version (its schema is %lld, this program knows "
			"%d)",
			(long long)version, STORE_VERSION);
	if (version < 1)
		return "is damaged: it has no schema version";
	*version_out = version;
	return s->is_sealed ? NULL : store_look_at_binding(s, a);
}

/* From an earlier schema, one step a version; another process may have been faster. */
static const char *migrate(struct store *s, int64_t version, struct arena *a)
{
	char reason[160];
	const char *why = NULL;

	if (version == STORE_VERSION)
		return NULL;
	if (flock(s->writers_fd, LOCK_EX) < 0)
		return arena_printf(a, "cannot be locked: %s", strerror(errno));
	if (!pragma_number(s, "PRAGMA user_version", &version, a, &why))
		version = STORE_VERSION;
	if (version == 1 &&
		sqlite3_exec(s->db,
			arena_printf(a, "BEGIN IMMEDIATE; %s PRAGMA user_version=2; COMMIT;",
				store_binding_schema()),
			NULL, NULL, NULL) != SQLITE_OK)
		why = arena_printf(a, "cannot be brought to a later schema: %s",
			store_reason(s->db, reason, sizeof(reason)));
	flock(s->writers_fd, LOCK_UN);
	return why;
}

static const char *configure(struct store *s, enum store_use use, struct arena *a)
{
	int64_t version = STORE_VERSION;
	char reason[160];
	const char *why;

	sqlite3_busy_timeout(s->db, BUSY_MS);
	/* One at a time may begin the log anew, and that is who writes. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	why = look_inside(s, &version, a);
	if (why || use == STORE_READ)
		return why;
	if (sqlite3_db_readonly(s->db, "main") == 1)
		return "may not be written; `chmod u+w` it and its `-wal`";
	if (sqlite3_exec(s->db, "PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=FULL", NULL, NULL,
		    NULL) != SQLITE_OK)
		return arena_printf(
			a, "cannot be used: %s", store_reason(s->db, reason, sizeof(reason)));
	s->is_durable = true;
	s->writers_fd = open(arena_printf(a, "%s-writer", s->path),
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->writers_fd < 0)
		return arena_printf(a, "cannot be locked: %s", strerror(errno));
	return migrate(s, version, a);
}

/* SQLite syncs the folder of a log once a process, though it may be old, and passes over errors. We
 * do it when there is a new one. */
static int no_folder(const char *path, int *fd)
{
	(void)path;
	(void)fd;
	return SQLITE_CANTOPEN;
}

static void leave_folders_to_us(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs && vfs->iVersion >= 3)
		vfs->xSetSystemCall(vfs, "openDirectory", (sqlite3_syscall_ptr)no_folder);
}

/* What SQLite put beside a file that is refused. Files that were there are somebody's. */
static void remove_traces(const char *path, bool had_log, bool had_index, struct arena *a)
{
	if (!had_log)
		unlink(arena_printf(a, "%s-wal", path));
	if (!had_index)
		unlink(arena_printf(a, "%s-shm", path));
}

static bool is_there(const char *path, const char *suffix, struct arena *a)
{
	return access(arena_printf(a, "%s%s", path, suffix), F_OK) == 0;
}

static struct store *open_existing(
	const char *path, enum store_use use, struct arena *a, const char **why)
{
	struct store *s = heap_alloc(sizeof(*s));
	int flags = use == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	bool had_log = is_there(path, "-wal", a), had_index = is_there(path, "-shm", a);
	char reason[160];

	*s = (struct store){.path = strdup(path), .writers_fd = -1, .run_fd = -1, .sum_run = -1};
	if (!s->path)
		out_of_memory();
	arena_init(&s->pending);
	s->last = &s->first;
	*why = store_look_at_log(path, &s->is_sealed, a);
	if (!*why && sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		*why = arena_printf(
			a, "cannot be opened: %s", store_reason(s->db, reason, sizeof(reason)));
	if (!*why)
		*why = configure(s, use, a);
	if (!*why && use == STORE_WRITE && !had_log && !sync_folder(folder_of(a, path)))
		*why = arena_printf(
			a, "cannot be used: its folder cannot be synced: %s", strerror(errno));
	if (!*why)
		return s;
	store_close(s);
	remove_traces(path, had_log, had_index, a);
	return NULL;
}

struct store *store_open(const char *path, enum store_use use, struct arena *a, const char **why)
{
	struct store *s = NULL;
	bool exists = false;
	mode_t umask_before = umask(077);

	leave_folders_to_us();
	*why = look_at_file(path, a, &exists);
	if (!*why && exists)
		*why = look_at_folder(folder_of(a, path), a);
	if (!*why && !exists && use == STORE_WRITE) {
		*why = make_new(path, a);
		exists = true;
	}
	if (!*why && exists)
		s = open_existing(path, use, a, why);
	umask(umask_before);
	if (*why)
		*why = arena_printf(a, "the store `%s` %s", path, *why);
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(s->statements[i]);
	if (s->writers_fd >= 0)
		store_seal(s);
	sqlite3_close(s->db);
	if (s->writers_fd >= 0)
		close(s->writers_fd);
	if (s->run_fd >= 0)
		close(s->run_fd);
	arena_release(&s->pending);
	free(s->path);
	free(s);
}
