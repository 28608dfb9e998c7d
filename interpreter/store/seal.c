/*
 * What a sitting left when it ended well, in the file of the writers' lock: so much of the log is
 * whole. Short of that, later, it was damaged; without a seal a log may end in the middle of a
 * commit, as a crash leaves it. And as long as neither file was touched since, neither has to be
 * looked through again.
 */
#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x316c616573626e72) /* "rnbseal1" */

struct stamp {
	uint64_t device, file;
	int64_t size, changed_ns;
};

struct seal {
	uint64_t magic;
	struct stamp database, log;
	uint64_t log_bytes;
	uint8_t salts[8]; /* in the head of the log: another begins with others */
	uint64_t sum;
};

static struct stamp stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return (struct stamp){0};
	return (struct stamp){(uint64_t)st.st_dev, (uint64_t)st.st_ino, (int64_t)st.st_size,
		(int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec};
}

static bool is_same(const struct stamp *x, const struct stamp *y)
{
	return x->device == y->device && x->file == y->file && x->size == y->size &&
	       x->changed_ns == y->changed_ns;
}

void store_read_salts(const char *path, uint8_t salts[8])
{
	char log[PATH_MAX];
	int fd;

	memset(salts, 0, 8);
	if (snprintf(log, sizeof(log), "%s-wal", path) >= (int)sizeof(log))
		return;
	fd = open(log, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, salts, 8, 16) != 8)
		memset(salts, 0, 8);
	if (fd >= 0)
		close(fd);
}

static uint64_t sum_of(const struct seal *x)
{
	return store_sum(
		STORE_SUM_START, (struct str){(const char *)x, offsetof(struct seal, sum)});
}

void store_seal(struct store *s)
{
	struct seal x = {.magic = MAGIC};
	struct arena a;
	const char *log;

	if (!s->has_written || s->has_failed || flock(s->writers_fd, LOCK_EX) < 0)
		return;
	arena_init(&a);
	log = arena_printf(&a, "%s-wal", s->path);
	x.database = stamp_of(s->path);
	x.log = stamp_of(log);
	store_read_salts(s->path, x.salts);
	/* Another sitting may have put the log back since, and begun it anew: then it has ours. */
	if (memcmp(x.salts, s->log_salts, sizeof(x.salts)) == 0 &&
		x.log.size >= (int64_t)s->log_bytes)
		x.log_bytes = s->log_bytes;
	x.sum = sum_of(&x);
	/* Without one the files are looked through, that is all. */
	if (pwrite(s->writers_fd, &x, sizeof(x), 0) != (ssize_t)sizeof(x))
		(void)!ftruncate(s->writers_fd, 0);
	flock(s->writers_fd, LOCK_UN);
	arena_release(&a);
}

void store_unseal(struct store *s)
{
	(void)!ftruncate(s->writers_fd, 0);
}

static bool read_seal(const char *path, struct seal *x, struct arena *a)
{
	int fd = open(arena_printf(a, "%s-writer", path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool is_there = fd >= 0 && pread(fd, x, sizeof(*x), 0) == (ssize_t)sizeof(*x);

	if (fd >= 0)
		close(fd);
	return is_there && x->magic == MAGIC && x->sum == sum_of(x);
}

/* NULL: nothing is wrong with it, as far as it can be told while others write. */
static const char *look(const char *path, bool *is_sealed, struct arena *a)
{
	const char *log = arena_printf(a, "%s-wal", path);
	struct seal x;
	struct stamp database = stamp_of(path), now = stamp_of(log);
	bool has_seal = read_seal(path, &x, a);
	uint8_t salts[8];

	*is_sealed = has_seal && is_same(&x.database, &database) && is_same(&x.log, &now);
	if (*is_sealed)
		return NULL;
	if (has_seal && x.log_bytes && !now.size && is_same(&x.database, &database))
		return "is damaged: its log (`-wal`) is gone, and with it what was done last; take "
		       "both from a copy, or remove its `-writer` to do without";
	store_read_salts(path, salts);
	if (store_log_is_damaged(
		    log, has_seal && memcmp(salts, x.salts, sizeof(salts)) == 0 ? x.log_bytes : 0))
		return "is damaged: bytes in its log (`-wal`) were changed; take it from a copy";
	return NULL;
}

/* What is read one after another while somebody writes may not fit together: whoever looks bad is
 * looked at once more with the writers' lock. */
const char *store_look_at_log(const char *path, bool *is_sealed, struct arena *a)
{
	const char *why = look(path, is_sealed, a);
	int fd;

	if (!why)
		return NULL;
	fd = open(arena_printf(a, "%s-writer", path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && flock(fd, LOCK_SH) == 0)
		why = look(path, is_sealed, a);
	if (fd >= 0)
		close(fd);
	return why;
}
