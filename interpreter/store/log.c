/*
 * The log beside the database (`-wal`), looked at before SQLite does. SQLite takes a log up to the
 * first frame that is not whole, and drops what follows without a word: right for the end of a
 * write that was cut short, wrong for a byte that was changed in the middle, behind which there are
 * other commits. A run whose later steps were forgotten so would run them again.
 */
#include "store/private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES ((size_t)32)
#define FRAME_HEAD ((size_t)24)
#define MAGIC UINT32_C(0x377f0682) /* with bit 0: sums are over big-endian words */

struct log_view {
	const uint8_t *at;
	size_t len, frame_bytes, count;
	bool is_big;
	uint32_t sum[2];
};

static uint32_t big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t word(const struct log_view *v, const uint8_t *at)
{
	return v->is_big ? big_endian(at)
			 : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 |
				   at[0];
}

static void add_sum(struct log_view *v, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		v->sum[0] += word(v, at + i) + v->sum[1];
		v->sum[1] += word(v, at + i + 4) + v->sum[0];
	}
}

static const uint8_t *frame_at(const struct log_view *v, size_t i)
{
	return v->at + HEAD_BYTES + i * v->frame_bytes;
}

/* Written since the log was begun last: an older one has other salts. */
static bool is_of_now(const struct log_view *v, size_t i)
{
	return memcmp(frame_at(v, i) + 8, v->at + 16, 8) == 0;
}

static bool is_whole(struct log_view *v, size_t i)
{
	const uint8_t *frame = frame_at(v, i);

	add_sum(v, frame, 8);
	add_sum(v, frame + FRAME_HEAD, v->frame_bytes - FRAME_HEAD);
	return v->sum[0] == big_endian(frame + 16) && v->sum[1] == big_endian(frame + 20);
}

/* Whether a commit and something after it stand at `i` or behind. */
static bool is_gone_on_with(const struct log_view *v, size_t i)
{
	bool has_commit = false;

	for (; i < v->count; i++) {
		if (has_commit && is_of_now(v, i))
			return true;
		has_commit |= is_of_now(v, i) && big_endian(frame_at(v, i) + 4) != 0;
	}
	return false;
}

/* A crash may leave a head that was never written, but not another one. */
static bool is_nothing(const uint8_t *at)
{
	for (size_t i = 0; i < HEAD_BYTES; i++) {
		if (at[i])
			return false;
	}
	return true;
}

static bool is_damaged(const uint8_t *at, size_t len, uint64_t whole)
{
	struct log_view v = {.at = at, .len = len};
	size_t page, i = 0;

	if (len < HEAD_BYTES)
		return false;
	page = big_endian(at + 8);
	if ((big_endian(at) & ~1u) != MAGIC || page < 512 || page > 65536 || page % 8)
		return !is_nothing(at);
	v.is_big = big_endian(at) & 1;
	v.frame_bytes = FRAME_HEAD + page;
	v.count = (len - HEAD_BYTES) / v.frame_bytes;
	add_sum(&v, at, FRAME_HEAD);
	if (v.sum[0] != big_endian(at + 24) || v.sum[1] != big_endian(at + 28))
		return true;
	while (i < v.count && is_of_now(&v, i) && is_whole(&v, i))
		i++;
	if (HEAD_BYTES + i * v.frame_bytes < whole)
		return true;
	return i < v.count && is_of_now(&v, i) && is_gone_on_with(&v, i);
}

/* A writer may begin the log anew while we look: then its head has changed. */
static bool look(int fd, size_t len, uint64_t whole, bool *has_changed)
{
	uint8_t before[HEAD_BYTES], after[HEAD_BYTES];
	bool is_bad = false, is_read = pread(fd, before, HEAD_BYTES, 0) == (ssize_t)HEAD_BYTES;
	uint8_t *copy = is_read ? heap_alloc(len) : NULL;
	ssize_t n = is_read ? pread(fd, copy, len, 0) : 0;

	if (n > 0)
		is_bad = is_damaged(copy, (size_t)n, whole);
	*has_changed = is_bad && (pread(fd, after, HEAD_BYTES, 0) != (ssize_t)HEAD_BYTES ||
					 memcmp(before, after, HEAD_BYTES) != 0);
	free(copy);
	return is_bad && !*has_changed;
}

bool store_log_is_damaged(const char *log, uint64_t whole)
{
	int fd = open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool is_bad = false, has_changed = true;
	struct stat st;

	for (int tries = 0; fd >= 0 && has_changed && tries < 10; tries++) {
		has_changed = false;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > (off_t)HEAD_BYTES)
			is_bad = look(fd, (size_t)st.st_size, whole, &has_changed);
	}
	if (fd >= 0)
		close(fd);
	return is_bad;
}
