/* The report's lines about the run as a whole: its head and its end. */
#include "output/report.h"

#include "base/duration.h"

#define INPUT_MAX_BYTES 200

static void tell_text(
	struct report *r, enum line_kind kind, size_t depth, enum style style, const char *text)
{
	report_tell(r, &(struct report_line){
			       .kind = kind, .depth = depth, .style = style, .text = str_of(text)});
}

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

static void signal_came(struct report *r, const struct event *e)
{
	const char *name = sigabbrev_np((int)e->signal);
	strbuf_clear(&r->text);
	strbuf_printf(
		&r->text, "%s%s received: ending", name ? "SIG" : "a signal", name ? name : "");
	report_tell(r, &(struct report_line){.kind = LINE_EVENT,
			       .mark = MARK_WARNED,
			       .time_ns = e->time_ns,
			       .text = strbuf_str(&r->text)});
}

static void main_finished(struct report *r, const struct event *e)
{
	const struct plan *p = r->board.plan;
	if (r->is_live || !p || p->finally == NODE_NONE)
		return;
	report_tell(r, &(struct report_line){.kind = LINE_EVENT,
			       .mark = MARK_NONE,
			       .time_ns = e->time_ns,
			       .style = STYLE_DIM,
			       .text = STR("finally")});
}

static enum mark run_mark(const struct report *r, enum run_status s)
{
	if (s == RUN_SUCCEEDED)
		return r->summary.by_state[STEP_WARNED] ? MARK_WARNED : MARK_OK;
	return s == RUN_FAILED ? MARK_FAILED : MARK_CANCELLED;
}

static void run_failures(struct report *r, const struct event *e)
{
	const struct summary *s = &r->summary;
	for (size_t i = 0; i < s->failure_count; i++) {
		struct str text = s->failures[i].text;
		report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
				       .depth = 1,
				       .label = s->failures[i].label,
				       .text = text_line(&text),
				       .is_sentence = true});
	}
	if (s->more_failures) {
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "and %zu more", s->more_failures);
		tell_text(r, LINE_PLAIN, 1, STYLE_DIM, r->text.at);
	}
	if (!s->failure_count && e->message.len)
		report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
				       .depth = 1,
				       .text = e->message,
				       .is_sentence = true});
}

/* Where the time went, once it was enough to wonder. */
static void run_slowest(struct report *r, const struct event *e)
{
	const struct summary *s = &r->summary;
	if (e->time_ns < 30 * NS_PER_S || s->done < 4)
		return;
	strbuf_clear(&r->text);
	for (size_t i = 0; i < s->slow_count; i++) {
		strbuf_printf(
			&r->text, "%s%.*s ", i ? ", " : "slowest: ", STR_ARGS(s->slowest[i].label));
		duration_human(&r->text, s->slowest[i].duration_ns);
	}
	if (s->slow_count)
		tell_text(r, LINE_PLAIN, 1, STYLE_DIM, r->text.at);
}

static void run_finished(struct report *r, const struct event *e)
{
	report_tell(r, &(struct report_line){.kind = LINE_BLANK});
	struct report_line l = {.kind = LINE_PLAIN, .mark = run_mark(r, e->status)};
	strbuf_clear(&r->label);
	strbuf_puts(&r->label, run_status_names[e->status]);
	if (e->status == RUN_SUCCEEDED && r->summary.by_state[STEP_WARNED])
		strbuf_puts(&r->label, " with warnings");
	l.label = strbuf_str(&r->label);
	strbuf_clear(&r->text);
	strbuf_puts(&r->text, "in ");
	duration_human(&r->text, e->duration_ns ? e->duration_ns : e->time_ns);
	strbuf_clear(&r->note);
	summary_counts(&r->note, &r->summary, true);
	l.word = strbuf_str(&r->text);
	l.text = strbuf_str(&r->note);
	l.is_sentence = true;
	report_tell(r, &l);
	if (e->status != RUN_SUCCEEDED)
		run_failures(r, e);
	run_slowest(r, e);
	strbuf_clear(&r->text);
	if (e->log.len)
		strbuf_printf(&r->text, "log: %.*s", STR_ARGS(e->log));
	else if (e->status == RUN_INTERRUPTED && e->run.len)
		strbuf_printf(&r->text, "go on with: runbook resume %.*s", STR_ARGS(e->run));
	if (r->text.len)
		tell_text(r, LINE_PLAIN, 1, STYLE_DIM, r->text.at);
}

void report_run_event(struct report *r, const struct event *e)
{
	if (e->kind == EVENT_RUN_STARTED)
		run_started(r, e);
	else if (e->kind == EVENT_SIGNAL)
		signal_came(r, e);
	else if (e->kind == EVENT_MAIN_FINISHED)
		main_finished(r, e);
	else if (e->kind == EVENT_RUN_FINISHED)
		run_finished(r, e);
}
