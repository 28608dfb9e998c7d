/* Events as lines: `5s step_finished deploy[2] failed reason=exit`. */
#include "case.h"

#include "base/duration.h"

static void add_value(struct strbuf *b, const char *name, const struct value *v)
{
	if (v->kind == VALUE_NIL || (v->kind == VALUE_MAP && !v->map->count) ||
		(v->kind == VALUE_LIST && !v->list->count))
		return;
	strbuf_printf(b, " %s=", name);
	value_print(b, v);
}

/* One word or quoted; a line stays a line. */
static void add_text(struct strbuf *b, const char *name, struct str text)
{
	if (!text.len)
		return;
	strbuf_printf(b, " %s=", name);
	if (str_find(text, STR(" "), 0) >= 0)
		strbuf_putc(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n')
			strbuf_puts(b, "\\n");
		else
			strbuf_putc(b, text.at[i]);
	}
	if (str_find(text, STR(" "), 0) >= 0)
		strbuf_putc(b, '"');
}

static void add_number(struct strbuf *b, const char *name, int64_t n)
{
	if (n)
		strbuf_printf(b, " %s=%lld", name, (long long)n);
}

static void add_duration(struct strbuf *b, const char *name, int64_t ns)
{
	if (!ns)
		return;
	strbuf_printf(b, " %s=", name);
	duration_print(b, ns);
}

static void write_line(struct strbuf *b, const struct event *e)
{
	duration_print(b, e->time_ns);
	strbuf_printf(b, " %s", event_name(e->kind));
	if (e->step.len && e->kind != EVENT_RUN_FINISHED) {
		strbuf_putc(b, ' ');
		strbuf_put(b, e->step);
		if (e->item.len)
			strbuf_printf(b, "[%.*s]", STR_ARGS(e->item));
	}
	if (e->kind == EVENT_STEP_FINISHED)
		strbuf_printf(b, " %s", step_status_names[e->state]);
	if (e->kind == EVENT_RUN_FINISHED || e->kind == EVENT_MAIN_FINISHED ||
		e->kind == EVENT_ROLLBACK_FINISHED)
		strbuf_printf(b, " %s", run_status_names[e->status]);
	if (e->kind != EVENT_RUN_STARTED)
		add_number(b, "attempt", e->attempt > 1 ? e->attempt : 0);
	add_number(b, "exit", e->exit);
	add_number(b, "signal", e->signal);
	add_number(b, "branch", e->branch);
	if (e->reason)
		add_text(b, "reason", str_of(e->reason));
	add_text(b, "message", e->message);
	add_text(b, "host", e->host);
	add_text(b, "title", e->title);
	add_text(b, "command", e->command);
	add_text(b, "watch", e->watch);
	add_text(b, "condition", e->condition);
	if (e->phase)
		add_text(b, "phase", str_of(e->phase));
	add_duration(b, "held", e->held_ns);
	add_value(b, "value", &e->value);
	add_value(b, "undo", &e->undo);
	add_value(b, "left", &e->left);
	add_duration(b, "delay", e->delay_ns);
	add_text(b, "stream", e->stream);
	add_text(b, "text", e->text);
	add_text(b, "tail", e->tail);
	add_value(b, "inputs", &e->inputs);
	add_value(b, "vars", &e->vars);
	add_value(b, "items", &e->items);
	add_value(b, "outputs", &e->outputs);
	add_value(b, "result", &e->result);
	add_value(b, "working", &e->working);
	add_value(b, "hints", &e->hints);
	strbuf_putc(b, '\n');
}

static void on_event(struct sink *sink, const struct event *e)
{
	struct case_sink *s = (struct case_sink *)sink;

	write_line(&s->lines, e);
	s->plain->event(s->plain, e);
}

static int64_t on_tick(struct sink *sink, int64_t now_ns)
{
	struct case_sink *s = (struct case_sink *)sink;

	if (s->plain->tick)
		s->plain->tick(s->plain, now_ns);
	return NS_NEVER;
}

static void on_free(struct sink *sink)
{
	struct case_sink *s = (struct case_sink *)sink;

	s->plain->free(s->plain);
}

void case_sink_init(struct case_sink *s, int plain_fd)
{
	*s = (struct case_sink){.sink = {.event = on_event, .tick = on_tick, .free = on_free},
		.plain_fd = plain_fd};
}

void case_sink_release(struct case_sink *s)
{
	strbuf_release(&s->lines);
}
