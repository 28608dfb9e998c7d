/*
 * The log files of a slot: made with the first byte that goes into them.
 */
#include "world/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *suffix(const struct stream *s)
{
	return s->number == 1 ? "out" : "err";
}

/* A file for what is only kept until the next step. */
static int open_unnamed(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : memfd_create("output", MFD_CLOEXEC);
}

/* The folders that the file lies in. */
static bool make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		bool is_there = mkdir(path, 0700) == 0 || errno == EEXIST;
		*p = '/';
		if (!is_there)
			return false;
	}
	return true;
}

/* A run that prints nothing leaves no folder. Where none can be made, no logs are kept. */
static int open_named(struct slot *slot, char *path)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (make_folders(path))
		return open(path, flags, 0600);
	free(slot->log_path);
	slot->log_path = NULL;
	return -1;
}

bool log_open(struct stream *s)
{
	if (s->log >= 0)
		return true;
	struct slot *slot = s->slot;
	if (slot->log_path) {
		char *path = NULL;
		if (asprintf(&path, "%s.%s", slot->log_path, suffix(s)) < 0)
			out_of_memory();
		s->log = open_named(slot, path);
		free(path);
	}
	if (!slot->log_path)
		s->log = open_unnamed();
	struct stat st;
	if (s->log < 0 || fstat(s->log, &st) < 0) {
		s->log_error = errno;
		return false;
	}
	/* A resumed run goes on behind what an earlier one wrote. */
	s->log_at = s->start = st.st_size;
	return true;
}

void log_write(struct stream *s, struct str text)
{
	while (text.len && !s->log_error && log_open(s)) {
		ssize_t n = pwrite(s->log, text.at, text.len, s->log_at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->log_error = n < 0 ? errno : ENOSPC;
			return;
		}
		s->log_at += n;
		text.at += n;
		text.len -= (size_t)n;
	}
}

void log_look(struct stream *s)
{
	char *path = NULL;
	struct stat st;
	if (!s->slot->log_path || s->log >= 0)
		return;
	if (asprintf(&path, "%s.%s", s->slot->log_path, suffix(s)) < 0)
		out_of_memory();
	s->log_at = stat(path, &st) == 0 ? st.st_size : 0;
	free(path);
}
