#include "world/child.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

_Static_assert(sizeof(struct child) == 128, "the records of a file that another build may read");

#define HEAD_MAGIC UINT64_C(0x31646c6968636272) /* "rbchild1" */

/* In the place of child 0. */
struct head {
	uint64_t magic;
	struct boot_id boot;
	uint32_t first; /* the first child of that boot */
	uint32_t unused[25];
};

_Static_assert(sizeof(struct head) == sizeof(struct child), "the head has the size of a record");

static bool read_at(int fd, uint32_t number, void *out, size_t size)
{
	memset(out, 0, size);
	ssize_t n = pread(fd, out, size, child_place(number));
	if (n >= 0 && n < (ssize_t)size)
		memset(out, 0, size);
	return n >= 0;
}

static bool write_at(int fd, uint32_t number, const void *record, size_t size)
{
	ssize_t n = pwrite(fd, record, size, child_place(number));
	if (n >= 0 && n < (ssize_t)size)
		errno = ENOSPC;
	return n == (ssize_t)size;
}

bool child_read(int fd, uint32_t number, struct child *out)
{
	return read_at(fd, number, out, sizeof *out);
}

bool child_write(int fd, uint32_t number, const struct child *c)
{
	return write_at(fd, number, c, sizeof *c);
}

/* 01234567-89ab-cdef-0123-456789abcdef */
struct boot_id boot_id_now(void)
{
	struct boot_id id = {{0, 0}};
	char text[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return id;
	ssize_t len = read(fd, text, sizeof text - 1);
	close(fd);
	int digits = 0;
	for (ssize_t i = 0; i < len && digits < 32; i++) {
		if (!isxdigit((unsigned char)text[i]))
			continue;
		const char digit[2] = {text[i], '\0'};
		id.half[digits / 16] = id.half[digits / 16] << 4 | strtoul(digit, NULL, 16);
		digits++;
	}
	return id;
}

bool boot_id_is(struct boot_id a, struct boot_id b)
{
	return (a.half[0] || a.half[1]) && a.half[0] == b.half[0] && a.half[1] == b.half[1];
}

int64_t boot_clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool children_open(int fd, uint32_t first)
{
	struct head head;
	struct boot_id now = boot_id_now();
	if (!read_at(fd, 0, &head, sizeof head))
		return false;
	if (head.magic == HEAD_MAGIC && boot_id_is(head.boot, now))
		return true;
	head = (struct head){.magic = HEAD_MAGIC, .boot = now, .first = first};
	return write_at(fd, 0, &head, sizeof head);
}

bool child_is_of_this_boot(int fd, uint32_t number)
{
	struct head head;
	return read_at(fd, 0, &head, sizeof head) && head.magic == HEAD_MAGIC &&
	       boot_id_is(head.boot, boot_id_now()) && number >= head.first;
}

static struct flock lock_of(uint32_t number, short type)
{
	return (struct flock){.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = child_place(number),
		.l_len = sizeof(struct child)};
}

pid_t child_lock(int fd, uint32_t number)
{
	/* Between the two calls its holder may go, and then it is ours for the asking. */
	for (;;) {
		struct flock lock = lock_of(number, F_WRLCK);
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
		if (fcntl(fd, F_GETLK, &lock) < 0)
			return -1;
		if (lock.l_type == F_UNLCK)
			continue;
		if (lock.l_pid > 0)
			return lock.l_pid;
		errno = EBUSY; /* somebody whom this container cannot see */
		return -1;
	}
}

void child_unlock(int fd, uint32_t number)
{
	struct flock lock = lock_of(number, F_UNLCK);
	fcntl(fd, F_SETLK, &lock);
}

/* The 22nd field of /proc/PID/stat, in clock ticks since the boot; the name in parentheses before
 * it may hold anything. A dead one that nobody has reaped is not alive. -1: there is none. */
static int64_t start_ticks(pid_t pid)
{
	char path[64], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t len = read(fd, text, sizeof text - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	const char *at = strrchr(text, ')');
	if (!at || strlen(at) < 4 || at[2] == 'Z' || at[2] == 'X')
		return -1;
	at += 2;
	for (int field = 3; field < 22; field++) {
		at = strchr(at, ' ');
		if (!at)
			return -1;
		at++;
	}
	return (int64_t)strtoll(at, NULL, 10);
}

bool child_is_alive(const struct child *c)
{
	int64_t ticks = c->pid > 0 ? start_ticks(c->pid) : -1;
	int64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	return ticks >= c->after_ns / tick_ns && ticks <= c->before_ns / tick_ns &&
	       boot_id_is(c->boot, boot_id_now());
}
