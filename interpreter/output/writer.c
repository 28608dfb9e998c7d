#include "output/writer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define WRITER_ENOUGH (64u << 10)

static bool write_some(struct writer *w, size_t *done)
{
	ssize_t n = write(w->fd, w->pending.at + *done, w->pending.len - *done);
	if (n > 0) {
		*done += (size_t)n;
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0 && errno == EAGAIN) {
		struct pollfd room = {.fd = w->fd, .events = POLLOUT};
		poll(&room, 1, -1);
		return true;
	}
	w->error = n < 0 ? errno : EIO;
	return false;
}

void writer_flush(struct writer *w)
{
	size_t done = 0;
	while (!w->error && done < w->pending.len && write_some(w, &done))
		;
	strbuf_clear(&w->pending);
}

void writer_relieve(struct writer *w)
{
	if (w->pending.len >= WRITER_ENOUGH)
		writer_flush(w);
}

void writer_release(struct writer *w)
{
	writer_flush(w);
	strbuf_release(&w->pending);
}
