#include "output/output.h"

#include "output/writer.h"

struct jsonl {
	struct sink sink;
	struct writer writer;
};

/* Written at once: who reads this acts on it. */
static void jsonl_event(struct sink *s, const struct event *e)
{
	struct jsonl *j = (struct jsonl *)s;
	event_json(&j->writer.pending, e);
	strbuf_putc(&j->writer.pending, '\n');
	writer_flush(&j->writer);
	s->error = j->writer.error;
}

static void jsonl_free(struct sink *s)
{
	struct jsonl *j = (struct jsonl *)s;
	writer_release(&j->writer);
	free(j);
}

struct sink *jsonl_sink_new(int fd)
{
	struct jsonl *j = heap_alloc(sizeof *j);
	*j = (struct jsonl){
		.sink = {.event = jsonl_event, .free = jsonl_free}, .writer = {.fd = fd}};
	return &j->sink;
}
