/* The report's lines about the run as a whole: its head, and who asks it to end. */
#include "output/report.h"

#include <signal.h>

#include "base/duration.h"

#define INPUT_MAX_BYTES 200

static void run_inputs(struct report *r, const struct value *inputs)
{
	size_t width = 0;
	if (inputs->kind != VALUE_MAP)
		return;
	for (size_t i = 0; i < inputs->map->count; i++) {
		size_t len = inputs->map->entries[i].key_len;
		width = len > width ? len : width;
	}
	for (size_t i = 0; i < inputs->map->count; i++) {
		const struct entry *in = &inputs->map->entries[i];
		if (in->value.kind == VALUE_NIL)
			continue;
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "%-*.*s  ", (int)width, STR_ARGS(entry_key(in)));
		size_t head = r->text.len;
		if (in->value.flags & VALUE_SECRET)
			strbuf_puts(&r->text, "***");
		else
			value_print(&r->text, &in->value);
		struct str text = {r->text.at + head, r->text.len - head};
		text = text_line(&text);
		text.len = text.len > INPUT_MAX_BYTES ? INPUT_MAX_BYTES : text.len;
		report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
				       .depth = 1,
				       .style = STYLE_DIM,
				       .text = {r->text.at, head + text.len}});
	}
}

static void run_started(struct report *r, const struct event *e)
{
	const struct plan *p = r->board.plan;
	struct report_line l = {.kind = LINE_PLAIN, .label = e->runbook};
	if (p && p->book && !l.label.len)
		l.label = p->book->name;
	l.text = p && p->book && !e->title.len ? p->book->title : e->title;
	strbuf_clear(&r->note);
	if (e->run.len)
		strbuf_printf(&r->note, "run %.*s", STR_ARGS(e->run));
	l.note = strbuf_str(&r->note);
	report_tell(r, &l);
	run_inputs(r, &e->inputs);
	report_tell(r, &(struct report_line){.kind = LINE_BLANK});
}

/* What came before was told then: a head is all that says which run this is. */
static void run_resumed(struct report *r, const struct event *e)
{
	const struct plan *p = r->board.plan;
	struct report_line l = {.kind = LINE_PLAIN, .label = e->runbook};
	if (p && p->book && !l.label.len)
		l.label = p->book->name;
	strbuf_clear(&r->note);
	if (e->run.len)
		strbuf_printf(&r->note, "run %.*s, ", STR_ARGS(e->run));
	strbuf_puts(&r->note, "resumed");
	if (e->by.len)
		strbuf_printf(&r->note, " by %.*s", STR_ARGS(e->by));
	l.note = strbuf_str(&r->note);
	report_tell(r, &l);
	report_tell(r, &(struct report_line){.kind = LINE_BLANK});
}

static void signal_came(struct report *r, const struct event *e)
{
	const char *name = sigabbrev_np((int)e->signal);
	strbuf_clear(&r->text);
	/* What a SIGINT means is for the next lines to say: a question, a hold, a rollback. */
	strbuf_printf(&r->text, "%s%s received%s", name ? "SIG" : "a signal", name ? name : "",
		e->signal == SIGINT ? "" : ": ending");
	report_tell(r, &(struct report_line){.kind = LINE_EVENT,
			       .mark = MARK_WARNED,
			       .time_ns = e->time_ns,
			       .text = strbuf_str(&r->text)});
}

void report_run_event(struct report *r, const struct event *e)
{
	if (e->kind == EVENT_RUN_STARTED)
		run_started(r, e);
	else if (e->kind == EVENT_RUN_RESUMED)
		run_resumed(r, e);
	else if (e->kind == EVENT_SIGNAL)
		signal_came(r, e);
	else if (e->kind == EVENT_MAIN_FINISHED)
		report_finally(r, e);
	else
		report_turn_event(r, e);
}
