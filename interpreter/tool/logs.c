#include "tool/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)

void log_parts(const char *run_dir, const struct event *e, struct arena *a,
	void (*each)(void *context, const struct log_part *part), void *context)
{
	const char *slash = e->log.len ? memrchr(e->log.at, '/', e->log.len) : NULL;
	struct str name = e->log;

	if (slash)
		name = (struct str){slash + 1, (size_t)(e->log.at + e->log.len - slash - 1)};
	for (int i = 0; name.len && i < 2; i++) {
		struct log_part part = {.step = e->step,
			.item = e->item,
			.host = e->host,
			.attempt = e->attempt,
			.stream = i + 1,
			.from = e->log_from[i],
			.to = e->log_to[i]};

		if (part.to <= part.from)
			continue;
		part.path =
			arena_printf(a, "%s/%.*s.%s", run_dir, STR_ARGS(name), i ? "err" : "out");
		each(context, &part);
	}
}

bool log_read(const char *path, int64_t from, int64_t to,
	void (*each)(void *context, struct str text), void *context)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *piece = heap_alloc(PIECE);
	ssize_t n = fd < 0 ? -1 : 1;
	int error;

	while (n > 0 && from < to) {
		size_t want = to - from < (int64_t)PIECE ? (size_t)(to - from) : PIECE;

		n = pread(fd, piece, want, from);
		if (n > 0)
			each(context, (struct str){piece, (size_t)n});
		from += n > 0 ? n : 0;
	}
	error = errno;
	free(piece);
	if (fd >= 0)
		close(fd);
	errno = error;
	return n >= 0;
}
