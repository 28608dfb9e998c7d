#include "output/output.h"

#include "base/duration.h"
#include "output/report.h"
#include "output/writer.h"

/* Columns of the time before each line: `  12.3s `, ` 1h05m `. */
#define TIME_COLUMNS 8

struct plain {
	struct sink sink;
	struct report report;
	struct layout layout;
	struct writer writer;
};

static struct plain *plain_of_report(struct report *r)
{
	return (struct plain *)((char *)r - offsetof(struct plain, report));
}

static void put_time(struct plain *p, const struct report_line *l)
{
	struct strbuf *out = &p->writer.pending;
	struct strbuf time = {0};
	if (l->kind == LINE_EVENT)
		duration_human(&time, l->time_ns);
	style_on(out, p->layout.color && l->kind == LINE_EVENT, STYLE_DIM);
	strbuf_printf(out, "%*s ", TIME_COLUMNS - 1, time.at ? time.at : "");
	style_off(out, p->layout.color && l->kind == LINE_EVENT, STYLE_DIM);
	strbuf_release(&time);
}

static void plain_line(struct report *r, const struct report_line *l)
{
	struct plain *p = plain_of_report(r);
	if (l->kind == LINE_EVENT || l->kind == LINE_DETAIL)
		put_time(p, l);
	layout_line(&p->writer.pending, &p->layout, l, 0);
	writer_relieve(&p->writer);
}

/* The question itself is written by who reads the answer, and at once. */
static bool asks_person(const struct plain *p, const struct event *e)
{
	const struct plan *plan = p->report.board.plan;
	return e->kind == EVENT_STEP_ASK ||
	       (e->kind == EVENT_STEP_STARTED && plan && node_is_question(&plan->nodes[e->node]));
}

static void plain_event(struct sink *s, const struct event *e)
{
	struct plain *p = (struct plain *)s;
	report_event(&p->report, e);
	if (asks_person(p, e))
		writer_flush(&p->writer);
	s->error = p->writer.error;
}

static void plain_recall(struct sink *s, const struct event *e)
{
	report_recall(&((struct plain *)s)->report, e);
}

static int64_t plain_tick(struct sink *s, int64_t now_ns)
{
	struct plain *p = (struct plain *)s;
	(void)now_ns;
	writer_flush(&p->writer);
	s->error = p->writer.error;
	return NS_NEVER;
}

static void plain_free(struct sink *s)
{
	struct plain *p = (struct plain *)s;
	report_release(&p->report);
	writer_release(&p->writer);
	free(p);
}

struct sink *plain_sink_new(int fd, const struct plan *plan, const struct output_options *o)
{
	struct plain *p = heap_alloc(sizeof *p);
	*p = (struct plain){.sink = {.event = plain_event,
				    .recall = plain_recall,
				    .tick = plain_tick,
				    .free = plain_free},
		.report = {.line = plain_line, .verbose = o->verbose},
		.layout = {.glyphs = glyphs_get(o->ascii),
			.color = o->color,
			.ascii = o->ascii,
			.newline = "\n"},
		.writer = {.fd = fd}};
	report_init(&p->report, plan);
	p->report.account.is_recorded = o->is_recorded;
	return &p->sink;
}
