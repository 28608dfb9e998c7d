/*
 * Answers from elsewhere: lines in a FIFO of the run, which only its owner may write. It is there
 * from the first question on; a writer finds out that nobody reads by opening it.
 */
#include "base/json.h"
#include "world/question_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct answers {
	struct source source;
	struct real_world *world;
	char *path; /* on the heap */
	struct strbuf typed;
};

/* A question that is asked here is settled here; of another the engine knows. */
static void take_line(struct real_world *w, struct str line)
{
	struct json_error error;
	struct arena a;
	struct value v;

	arena_init(&a);
	if (json_decode(&a, line, &v, &error) && v.kind == VALUE_MAP &&
		!question_answered_elsewhere(w, &v))
		loop_answer(&w->loop, line);
	arena_release(&a);
}

static void answers_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct answers *x = (struct answers *)((char *)s - offsetof(struct answers, source));
	char part[ANSWER_MAX_BYTES];
	ssize_t n = read(s->fd, part, sizeof part);
	ptrdiff_t end;

	if (n <= 0)
		return;
	strbuf_add(&x->typed, part, (size_t)n);
	while ((end = str_find(strbuf_str(&x->typed), STR("\n"), 0)) >= 0) {
		struct strbuf rest = {0};

		strbuf_add(&rest, x->typed.at + end + 1, x->typed.len - (size_t)end - 1);
		take_line(x->world, (struct str){x->typed.at, (size_t)end});
		strbuf_release(&x->typed);
		x->typed = rest;
	}
	if (x->typed.len > ANSWER_MAX_BYTES)
		strbuf_clear(&x->typed);
}

void answers_listen(struct real_world *w)
{
	struct answers *x;

	if (w->answers || !w->options.log_dir)
		return;
	x = heap_alloc(sizeof *x);
	x->world = w;
	if (asprintf(&x->path, "%s/" ANSWERS_FILE, w->options.log_dir) < 0)
		out_of_memory();
	x->source = (struct source){-1, answers_ready};
	/* Open for both, so that it does not end when a writer goes. */
	if (mkfifo(x->path, 0600) == 0 || errno == EEXIST)
		x->source.fd = open(x->path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	/* Without it the run can still be held, and answered then. */
	if (x->source.fd >= 0)
		loop_watch(&w->loop, &x->source, EPOLLIN);
	w->answers = x;
}

void answers_free(struct answers *x)
{
	if (!x)
		return;
	if (x->source.fd >= 0) {
		unlink(x->path);
		close(x->source.fd);
	}
	strbuf_release(&x->typed);
	free(x->path);
	free(x);
}
