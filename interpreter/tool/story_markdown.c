/* The story as an incident report. */
#include "tool/story.h"

#include "base/duration.h"
#include "tool/history.h"
#include "tool/markdown.h"
#include "tool/when.h"

/* ---- tables ---------------------------------------------------------------------------------- */

static void put_row(struct strbuf *b, const char *label, struct str text)
{
	if (!text.len)
		return;
	strbuf_printf(b, "| %s | ", label);
	md_text(b, text);
	strbuf_puts(b, " |\n");
}

static void put_made_row(struct strbuf *b, const char *label, struct strbuf *text)
{
	put_row(b, label, strbuf_str(text));
	strbuf_clear(text);
}

static void put_summary(struct strbuf *b, struct story *s)
{
	const struct run_row *row = s->row;
	struct strbuf t = {0};

	strbuf_puts(b, "| | |\n|---|---|\n");
	put_row(b, "Run", row->id);
	put_row(b, "Runbook", row->runbook);
	put_row(b, "File", row->file);
	strbuf_put(&t, s->status);
	if (row->ended_ns)
		strbuf_printf(&t, " (exit %lld)", (long long)row->exit);
	put_made_row(b, "Status", &t);
	put_row(b, "Reason", history_reason(row, &s->arena));
	when_utc(&t, row->started_ns);
	put_made_row(b, "Started", &t);
	if (row->ended_ns)
		when_utc(&t, row->ended_ns);
	put_made_row(b, "Ended", &t);
	story_took(&t, s);
	put_made_row(b, "Took", &t);
	strbuf_printf(&t, "%.*s on %.*s", STR_ARGS(row->owner), STR_ARGS(row->host));
	put_made_row(b, "Run by", &t);
	if (s->is_torn)
		put_row(b, "Record", STR("its last event was cut and is left out"));
	strbuf_release(&t);
}

static void put_clock(struct strbuf *b, int64_t wall_ns)
{
	struct strbuf time = {0};

	when_utc(&time, wall_ns);
	/* The date stands at the top; a run over midnight tells it by the hours going back. */
	strbuf_printf(b, "| %.8s | ", time.at + 11);
	strbuf_release(&time);
}

static void put_timeline(struct strbuf *b, struct story *s)
{
	strbuf_puts(b, "\n## Timeline (UTC)\n\n| Time | What happened |\n|---|---|\n");
	for (size_t i = 0; i < s->line_count; i++) {
		if (s->lines[i].is_detail)
			strbuf_puts(b, "| | ");
		else
			put_clock(b, s->lines[i].wall_ns);
		md_text(b, s->lines[i].text);
		strbuf_puts(b, " |\n");
	}
}

static void put_map(struct strbuf *b, const char *head, const struct value *v)
{
	struct strbuf text = {0};

	if (v->kind != VALUE_MAP || !v->map->count)
		return;
	strbuf_printf(b, "\n## %s\n\n| Name | Value |\n|---|---|\n", head);
	for (size_t i = 0; i < v->map->count; i++) {
		const struct entry *e = &v->map->entries[i];

		if (e->value.kind == VALUE_NIL)
			continue;
		strbuf_puts(b, "| ");
		md_text(b, entry_key(e));
		strbuf_puts(b, " | ");
		value_print(&text, &e->value);
		md_text(b, strbuf_str(&text));
		strbuf_puts(b, " |\n");
		strbuf_clear(&text);
	}
	strbuf_release(&text);
}

static void put_steps(struct strbuf *b, struct story *s)
{
	strbuf_puts(b, "\n## Steps\n\n| Step | State | Duration | Attempts | Why | Command |\n"
		       "|---|---|---:|---:|---|---|\n");
	for (size_t i = 0; i < s->step_count; i++) {
		const struct story_step *step = &s->steps[i];
		struct event e = {.reason = step->reason, .message = step->message};
		struct str command = step->command;
		struct strbuf t = {0};

		strbuf_puts(b, "| ");
		md_text(b, step->label);
		strbuf_printf(b, " | %s | ", step_status_names[step->state]);
		if (step->has_ended && step->state != STEP_SKIPPED)
			duration_human(b, step->duration_ns);
		strbuf_printf(b, " | %lld | ", (long long)step->attempts);
		reason_text(&t, &e);
		md_text(b, strbuf_str(&t));
		strbuf_puts(b, " | ");
		command = text_line(&command);
		if (command.len)
			md_cell_code(b, command);
		strbuf_puts(b, " |\n");
		strbuf_release(&t);
	}
}

/* ---- evidence -------------------------------------------------------------------------------- */

static void put_watches(struct strbuf *b, struct story *s)
{
	if (!s->watch_count)
		return;
	strbuf_puts(b, "\n## Evidence\n\n| Watch | Samples | Unknown | Min | Max | Last |\n"
		       "|---|---:|---:|---:|---:|---:|\n");
	for (size_t i = 0; i < s->watch_count; i++) {
		const struct story_watch *w = &s->watches[i];

		strbuf_puts(b, "| ");
		md_text(b, w->name);
		strbuf_printf(b, " | %zu | %zu |", w->samples, w->unknown);
		for (int k = 0; k < 3; k++) {
			strbuf_putc(b, ' ');
			if (w->samples > w->unknown)
				text_number(b, k == 0 ? w->least : k == 1 ? w->most : w->last);
			strbuf_puts(b, " |");
		}
		strbuf_putc(b, '\n');
	}
}

static void put_samples(struct strbuf *b, struct story *s, const struct value *samples)
{
	for (size_t k = 0; samples && k < samples->map->count; k++) {
		const struct entry *e = &samples->map->entries[k];

		strbuf_puts(b, "  - ");
		md_text(b, entry_key(e));
		strbuf_puts(b, ": ");
		md_code(b, story_samples_text(s, &e->value));
		strbuf_putc(b, '\n');
	}
}

static void put_decisions(struct strbuf *b, struct story *s)
{
	if (!s->decisions.list->count)
		return;
	strbuf_puts(b, "\n## Decisions\n\n");
	for (size_t i = 0; i < s->decisions.list->count; i++) {
		const struct value *d = &s->decisions.list->items[i];
		struct str time = value_string(map_get(d->map, "time"));

		strbuf_printf(b, "- %.8s ", time.at + 11);
		md_text(b, story_decision_text(s, d));
		strbuf_putc(b, '\n');
		put_samples(b, s, map_get(d->map, "samples"));
	}
}

/* ---- the end --------------------------------------------------------------------------------- */

static void put_list(struct strbuf *b, const char *head, const struct value *list, const char *none)
{
	strbuf_printf(b, "\n## %s\n\n", head);
	for (size_t i = 0; i < list->list->count; i++) {
		strbuf_puts(b, "- ");
		md_text(b, value_string(&list->list->items[i]));
		strbuf_putc(b, '\n');
	}
	if (!list->list->count)
		strbuf_printf(b, "%s\n", none);
}

static void put_left(struct strbuf *b, struct story *s)
{
	const struct value *const lists[] = {&s->left, &s->passed, &s->still, &s->kept};
	static const char *const notes[] = {
		"", "left as it is: ", "still in effect: ", "kept on purpose: "};
	size_t count = 0;

	strbuf_puts(b, "\n## What is left\n\n");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (size_t k = 0; k < lists[i]->list->count; k++, count++) {
			strbuf_printf(b, "- %s", notes[i]);
			md_text(b, value_string(&lists[i]->list->items[k]));
			strbuf_putc(b, '\n');
		}
	}
	if (!count)
		strbuf_puts(b, "Nothing that is known of.\n");
}

static void put_metric(struct strbuf *b, const char *label, int64_t ns)
{
	strbuf_printf(b, "| %s | ", label);
	duration_human(b, ns);
	strbuf_puts(b, " |\n");
}

static void put_metrics(struct strbuf *b, const struct story *s)
{
	const struct run_row *row = s->row;

	if (!row->ended_ns)
		return;
	strbuf_puts(b, "\n## Metrics\n\n| | |\n|---|---:|\n");
	put_metric(b, "Total", row->ended_ns - row->started_ns);
	put_metric(b, "Active", row->ended_ns - row->started_ns - row->waited_ns);
	put_metric(b, "Waiting for people", row->waited_ns);
	if (row->turned_ns) {
		put_metric(b, "Until it turned back", row->turned_ns - row->started_ns);
		put_metric(b, "From there to its end", row->ended_ns - row->turned_ns);
	}
	strbuf_printf(b, "| Had an effect | %s |\n", row->is_exposed ? "yes" : "no");
}

void story_markdown(struct strbuf *b, struct story *s)
{
	strbuf_puts(b, "# ");
	md_text(b, s->row->title.len ? s->row->title : s->row->runbook);
	strbuf_puts(b, ": ");
	md_text(b, s->status);
	strbuf_puts(b, "\n\n");
	put_summary(b, s);
	put_list(b, "What a person has to do", &s->to_do, "Nothing.");
	put_list(b, "What was undone", &s->undone, "Nothing.");
	put_left(b, s);
	put_decisions(b, s);
	put_watches(b, s);
	put_timeline(b, s);
	put_steps(b, s);
	put_map(b, "Inputs", &s->inputs);
	put_map(b, "Outputs", &s->outputs);
	put_metrics(b, s);
}
