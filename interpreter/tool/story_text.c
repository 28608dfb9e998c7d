/* The story for people at a terminal. */
#include "tool/story.h"

#include "base/duration.h"
#include "tool/history.h"
#include "tool/when.h"

struct telling {
	struct story *story;
	struct strbuf *out;
	const struct table_look *look;
};

static void put_head(struct telling *t, const char *text)
{
	strbuf_putc(t->out, '\n');
	style_on(t->out, t->look->color, STYLE_BOLD);
	strbuf_puts(t->out, text);
	style_off(t->out, t->look->color, STYLE_BOLD);
	strbuf_putc(t->out, '\n');
}

static void put_table(struct telling *t, const struct table *table)
{
	struct table_look look = *t->look;

	look.indent = 2;
	table_print(t->out, table, &look);
}

static void add_fact(struct table *t, const char *label, struct strbuf *text, enum style style)
{
	if (text->len) {
		table_add(t, str_of(label), STYLE_DIM);
		table_add(t, strbuf_take(text, t->arena), style);
	}
	strbuf_clear(text);
}

void story_took(struct strbuf *b, const struct story *s)
{
	const struct run_row *row = s->row;

	if (!row->ended_ns)
		return;
	duration_human(b, row->ended_ns - row->started_ns);
	if (row->waited_ns >= NS_PER_S) {
		strbuf_puts(b, ", ");
		duration_human(b, row->waited_ns);
		strbuf_puts(b, " of it waiting");
	}
}

static void put_facts(struct telling *t)
{
	struct story *s = t->story;
	const struct run_row *row = s->row;
	struct strbuf b = {0};
	struct table table;

	style_on(t->out, t->look->color, STYLE_BOLD);
	text_safe(t->out, row->runbook);
	style_off(t->out, t->look->color, STYLE_BOLD);
	strbuf_puts(t->out, "  ");
	text_safe(t->out, row->title);
	strbuf_putc(t->out, '\n');
	table_init(&table, &s->arena, 2, 0);
	strbuf_put(&b, row->id);
	add_fact(&table, "run", &b, STYLE_NONE);
	strbuf_put(&b, s->status);
	if (row->ended_ns)
		strbuf_printf(&b, " (exit %lld)", (long long)row->exit);
	add_fact(&table, "status", &b, STYLE_BOLD);
	strbuf_put(&b, history_reason(row, &s->arena));
	add_fact(&table, "reason", &b, STYLE_NONE);
	strbuf_put(&b, row->file);
	add_fact(&table, "file", &b, STYLE_NONE);
	when_local(&b, row->started_ns);
	strbuf_printf(&b, " by %.*s on %.*s", STR_ARGS(row->owner), STR_ARGS(row->host));
	add_fact(&table, "started", &b, STYLE_NONE);
	story_took(&b, s);
	add_fact(&table, "took", &b, STYLE_NONE);
	if (s->is_torn)
		strbuf_puts(&b, "its last event was cut and is left out");
	add_fact(&table, "record", &b, STYLE_WARNED);
	put_table(t, &table);
	table_release(&table);
	strbuf_release(&b);
}

static void put_map(struct telling *t, const char *head, const struct value *v)
{
	struct strbuf b = {0};
	struct table table;

	if (v->kind != VALUE_MAP || !v->map->count)
		return;
	put_head(t, head);
	table_init(&table, &t->story->arena, 2, 0);
	for (size_t i = 0; i < v->map->count; i++) {
		const struct entry *e = &v->map->entries[i];

		if (e->value.kind == VALUE_NIL)
			continue;
		value_print(&b, &e->value);
		table_add(&table, entry_key(e), STYLE_NONE);
		table_add(&table, strbuf_take(&b, &t->story->arena), STYLE_NONE);
	}
	put_table(t, &table);
	table_release(&table);
	strbuf_release(&b);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static enum mark state_mark(enum step_status state)
{
	static const uint8_t marks[] = {[STEP_PENDING] = MARK_NONE,
		[STEP_RUNNING] = MARK_START,
		[STEP_WAITING] = MARK_WAIT,
		[STEP_OK] = MARK_OK,
		[STEP_WARNED] = MARK_WARNED,
		[STEP_FAILED] = MARK_FAILED,
		[STEP_SKIPPED] = MARK_SKIPPED,
		[STEP_CANCELLED] = MARK_CANCELLED,
		[STEP_UNKNOWN] = MARK_UNKNOWN};

	return (enum mark)marks[state];
}

static struct str why_of(struct story *s, const struct story_step *step)
{
	struct event e = {.reason = step->reason, .message = step->message};
	struct strbuf b = {0};
	struct str text, line;

	reason_text(&b, &e);
	text = strbuf_take(&b, &s->arena);
	strbuf_release(&b);
	line = text_line(&text);
	return line;
}

static void add_step(struct telling *t, struct table *table, const struct story_step *step)
{
	enum mark mark = state_mark(step->state);
	struct strbuf b = {0};

	table_add(table, str_of(glyphs_get(t->look->ascii)->marks[mark]), mark_style(mark));
	table_add(table, step->label, STYLE_NONE);
	table_add(table, str_of(step_status_names[step->state]), mark_style(mark));
	if (step->has_ended && step->state != STEP_SKIPPED)
		duration_human(&b, step->duration_ns);
	table_add(table, strbuf_take(&b, table->arena), STYLE_NONE);
	if (step->attempts > 1)
		strbuf_printf(&b, "%lld attempts", (long long)step->attempts);
	table_add(table, strbuf_take(&b, table->arena), STYLE_NONE);
	table_add(table, why_of(t->story, step), STYLE_DIM);
	strbuf_release(&b);
}

static void put_steps(struct telling *t)
{
	const struct story *s = t->story;
	struct table table;

	if (!s->step_count)
		return;
	put_head(t, "steps");
	table_init(&table, &t->story->arena, 6, 1 << 3);
	for (size_t i = 0; i < s->step_count; i++)
		add_step(t, &table, &s->steps[i]);
	put_table(t, &table);
	table_release(&table);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void put_line(struct telling *t, size_t indent, struct str text)
{
	size_t width = t->look->width;

	for (size_t i = 0; i < indent; i++)
		strbuf_putc(t->out, ' ');
	if (width)
		text_cut(t->out, text, width > indent ? width - indent : 0, t->look->ascii);
	else
		text_safe(t->out, text);
	strbuf_putc(t->out, '\n');
}

static void put_decisions(struct telling *t)
{
	struct story *s = t->story;

	if (!s->decisions.list->count)
		return;
	put_head(t, "decisions");
	for (size_t i = 0; i < s->decisions.list->count; i++) {
		const struct value *d = &s->decisions.list->items[i];
		const struct value *elapsed = map_get(d->map, "elapsed"), *samples;
		struct str text = story_decision_text(s, d);
		struct strbuf b = {0};

		duration_human(&b, elapsed->kind == VALUE_INT
					   ? elapsed->integer * NS_PER_S
					   : (int64_t)(elapsed->number * (double)NS_PER_S));
		put_line(t, 2, str_of(arena_printf(&s->arena, "%7s  %.*s", b.at, STR_ARGS(text))));
		strbuf_release(&b);
		samples = map_get(d->map, "samples");
		for (size_t k = 0; samples && k < samples->map->count; k++) {
			const struct entry *e = &samples->map->entries[k];
			struct str values = story_samples_text(s, &e->value);

			put_line(t, 11,
				str_of(arena_printf(&s->arena, "%.*s: %.*s", STR_ARGS(entry_key(e)),
					STR_ARGS(values))));
		}
	}
}

static void put_list(struct telling *t, const char *head, const struct value *list)
{
	if (!list->list->count)
		return;
	put_head(t, head);
	/* Advice is never cut. */
	for (size_t i = 0; i < list->list->count; i++) {
		strbuf_puts(t->out, "  ");
		text_safe(t->out, value_string(&list->list->items[i]));
		strbuf_putc(t->out, '\n');
	}
}

static void put_timeline(struct telling *t)
{
	struct story *s = t->story;

	if (!s->line_count)
		return;
	put_head(t, "timeline");
	for (size_t i = 0; i < s->line_count; i++) {
		const struct story_line *l = &s->lines[i];
		struct strbuf b = {0};

		if (!l->is_detail)
			duration_human(&b, l->time_ns);
		put_line(t, 2,
			str_of(arena_printf(
				&s->arena, "%7s %.*s", b.at ? b.at : "", STR_ARGS(l->text))));
		strbuf_release(&b);
	}
}

void story_text(struct strbuf *b, struct story *s, const struct table_look *look)
{
	struct telling t = {s, b, look};

	put_facts(&t);
	put_map(&t, "inputs", &s->inputs);
	put_steps(&t);
	put_map(&t, "outputs", &s->outputs);
	put_decisions(&t);
	put_list(&t, "undone", &s->undone);
	put_list(&t, "left as it is", &s->passed);
	put_list(&t, "still in effect", &s->still);
	put_list(&t, "left behind", &s->left);
	put_list(&t, "kept on purpose", &s->kept);
	put_list(&t, "what to do", &s->to_do);
	put_timeline(&t);
}
