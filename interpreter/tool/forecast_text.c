/*
 * The forecast as lines, for people.
 */
#include "source/render.h"
#include "tool/describe.h"
#include "tool/forecast.h"

#include <limits.h>

static void put_list(struct strbuf *b, const char *label, const struct value *list)
{
	if (!list->list->count)
		return;
	strbuf_printf(b, "%s:", label);
	for (size_t i = 0; i < list->list->count; i++) {
		strbuf_puts(b, i ? ", " : " ");
		escape_for_terminal(b, value_string(&list->list->items[i]));
	}
	strbuf_putc(b, '\n');
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void put_indent(struct strbuf *b, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		strbuf_puts(b, "  ");
}

static void put_lines(struct strbuf *b, unsigned depth, const char *label, struct str text)
{
	bool is_first = true;

	while (text.len) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end ? (size_t)(end - text.at) : text.len;

		put_indent(b, depth);
		strbuf_printf(b, "%-9s ", is_first ? label : "");
		escape_for_terminal(b, (struct str){text.at, len});
		strbuf_putc(b, '\n');
		is_first = false;
		len += end != NULL;
		text = (struct str){text.at + len, text.len - len};
	}
}

static void put_hosts(struct strbuf *b, unsigned depth, const struct value *hosts)
{
	struct strbuf line = {0};

	if (hosts->kind == VALUE_UNKNOWN)
		strbuf_printf(&line, "unknown: %s", hosts->unknown);
	for (size_t i = 0; hosts->kind == VALUE_LIST && i < hosts->list->count; i++)
		strbuf_printf(&line, "%s%.*s", i ? ", " : "",
			STR_ARGS(value_string(&hosts->list->items[i])));
	if (hosts->kind == VALUE_LIST && !hosts->list->count)
		strbuf_puts(&line, "none");
	put_lines(b, depth, "hosts", strbuf_str(&line));
	strbuf_release(&line);
}

static void put_map(struct strbuf *b, unsigned depth, const char *label, const struct value *v)
{
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->map->count; i++) {
		struct strbuf line = {0};

		strbuf_printf(&line, "%.*s: ", STR_ARGS(entry_key(&v->map->entries[i])));
		value_print(&line, &v->map->entries[i].value);
		put_lines(b, depth, i ? "" : label, strbuf_str(&line));
		strbuf_release(&line);
	}
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* Nobody plans in milliseconds. */
static void put_limit(struct strbuf *b, int64_t ns)
{
	if (ns > 10 * NS_PER_S)
		ns += NS_PER_S - 1 - (ns - 1) % NS_PER_S;
	strbuf_puts(b, "at most ");
	duration_print(b, ns);
}

/* How long it takes is what it does. */
static bool is_plain_wait(const struct node *n)
{
	return (n->action == ACTION_WAIT && !n->step->wait->until) || n->action == ACTION_MONITOR;
}

/* `needs` as it was written: what follows from the order is not repeated. */
static void put_needs(struct strbuf *b, struct forecast *f, const struct node *n, unsigned depth)
{
	struct strbuf names = {0};

	if (!n->step->has_needs)
		return;
	for (uint32_t k = 0; k < n->need_count; k++) {
		strbuf_puts(&names, k ? ", " : "");
		strbuf_put(&names, plan_name(f->plan, f->plan->edges[n->needs + k], f->arena));
	}
	put_lines(b, depth, "needs", names.len ? strbuf_str(&names) : STR("nothing"));
	strbuf_release(&names);
}

static void put_step(struct strbuf *b, struct forecast *f, const struct forecast_step *s)
{
	static const char *const marks[] = {[VERDICT_FALSE] = "-",
		[VERDICT_TRUE] = "+",
		[VERDICT_UNKNOWN] = "?",
		[VERDICT_BROKEN] = "!"};
	const struct node *n = &f->plan->nodes[s->node];
	const char *effect = forecast_effect(n);
	unsigned inside = s->depth + 2;

	put_indent(b, s->depth);
	strbuf_printf(
		b, "%s %.*s", marks[s->will_run], STR_ARGS(plan_name(f->plan, s->node, f->arena)));
	if (n->action < ACTION_STEPS && strcmp(effect, "none") != 0)
		strbuf_printf(b, " (%s)", strcmp(effect, "unsaid") ? effect : "by its steps");
	strbuf_putc(b, '\n');
	put_needs(b, f, n, inside);
	if (n->step->only_if)
		put_lines(b, inside, "if", n->step->only_if->text);
	if (s->why)
		put_lines(b, inside, forecast_answers[s->will_run], str_of(s->why));
	if (s->will_run == VERDICT_FALSE)
		return;
	if (n->action < ACTION_STEPS)
		put_lines(b, inside, action_info((enum action_kind)n->action)->name, s->does);
	put_hosts(b, inside, &s->hosts);
	put_map(b, inside, "with", &s->with);
	put_lines(b, inside, "rollback", forecast_rollback(f, n));
	if (forecast_limit(f, n) != INT64_MIN && forecast_limit(f, n) && !is_plain_wait(n)) {
		struct strbuf time = {0};

		put_limit(&time, forecast_limit(f, n));
		put_lines(b, inside, "time", strbuf_str(&time));
		strbuf_release(&time);
	}
	if (s->probed)
		put_lines(b, inside, "probed", str_of(s->probed));
}

/* What is inside a step that is skipped goes without saying. */
static void put_section(struct strbuf *b, struct forecast *f, uint32_t section, const char *heading)
{
	unsigned hidden_below = UINT_MAX;

	if (section == NODE_NONE)
		return;
	for (size_t i = 0; i < f->count; i++) {
		const struct forecast_step *s = &f->steps[i];

		if (forecast_section(f, s) != section)
			continue;
		if (s->depth <= hidden_below)
			hidden_below = s->will_run == VERDICT_FALSE ? s->depth : UINT_MAX;
		else
			continue;
		strbuf_puts(b, heading);
		heading = "";
		put_step(b, f, s);
	}
}

/* ---- what watches it ------------------------------------------------------------------------ */

static void put_watch(struct strbuf *b, struct forecast *f, uint32_t i)
{
	const struct plan_watch *known = &f->plan->watches[i];
	const struct watch *w = known->watch;
	const struct node *sample = &f->plan->nodes[known->node + 1];
	struct forecast_scope scope;
	struct eval ev;
	struct value with = value_nil();
	struct strbuf every = {0};
	struct str filled;

	describe_duration(&every, w->every_ns, w->every_late);
	filled = forecast_fill(f, known->unit, &every);
	strbuf_printf(b, "  %.*s, every %.*s", STR_ARGS(plan_watch_name(f->plan, i, f->arena)),
		STR_ARGS(filled));
	if (w->after.len)
		strbuf_printf(b, ", after %.*s", STR_ARGS(w->after));
	strbuf_putc(b, '\n');
	put_lines(b, 3, action_info((enum action_kind)sample->action)->name,
		forecast_action(f, known->node + 1));
	forecast_enter(f, sample->unit, &scope, &ev);
	if (sample->step->with)
		template_render_partial(&ev, sample->step->with, &with);
	put_map(b, 3, "with", &with);
	if (w->value)
		put_lines(b, 3, "value", w->value->text);
}

static void put_conditions(struct strbuf *b, struct forecast *f, bool is_verify)
{
	for (uint32_t i = 0; i < f->plan->condition_count; i++) {
		const struct plan_condition *c = &f->plan->conditions[i];
		struct strbuf text = {0};

		if (c->is_verify != is_verify)
			continue;
		describe_condition(&text, c->rule);
		put_lines(b, 1, is_verify ? "verify" : "when", forecast_fill(f, c->unit, &text));
		if (c->unit->outer)
			put_lines(b, 1, "of", plan_name(f->plan, c->unit->node, f->arena));
		describe_template(&text, c->rule->reason);
		put_lines(b, 1, "reason", forecast_fill(f, c->unit, &text));
	}
}

static void put_turn(struct strbuf *b, struct forecast *f)
{
	const struct plan *p = f->plan;

	if (f->plan->watch_count)
		strbuf_puts(b, "\nwatches:\n");
	for (uint32_t i = 0; i < f->plan->watch_count; i++)
		put_watch(b, f, i);
	if (!p->book->rollback && !p->condition_count && p->before == NODE_NONE &&
		p->after == NODE_NONE)
		return;
	strbuf_puts(b, "\nrollback:\n");
	put_conditions(b, f, false);
	put_section(b, f, f->plan->before, "before anything is undone:\n");
	put_section(b, f, f->plan->after, "after what is undone by the steps:\n");
	put_conditions(b, f, true);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void put_head(struct strbuf *b, struct forecast *f)
{
	const struct runbook *book = f->plan->book;
	struct value given = value_map(f->arena);

	escape_for_terminal(b, book->name);
	if (book->title.len) {
		strbuf_puts(b, ": ");
		escape_for_terminal(b, book->title);
	}
	strbuf_putc(b, '\n');
	for (size_t i = 0; i < f->inputs[0].map->count; i++) {
		const struct entry *e = &f->inputs[0].map->entries[i];

		if (e->value.kind != VALUE_NIL)
			map_set(f->arena, given.map, entry_key(e), e->value);
	}
	put_map(b, 1, "inputs", &given);
	strbuf_putc(b, '\n');
}

static void put_count(struct strbuf *b, size_t n, const char *one, const char *many)
{
	if (n)
		strbuf_printf(b, ", %zu %s", n, n == 1 ? one : many);
}

static void put_time(struct strbuf *b, struct forecast *f)
{
	struct forecast_time t = forecast_time(f);

	if (f->plan->book->deadline_ns != INT64_MIN) {
		strbuf_puts(b, "deadline: ");
		duration_print(b, f->plan->book->deadline_ns);
		strbuf_putc(b, '\n');
	}
	strbuf_puts(b, "time: ");
	put_limit(b, t.at_most_ns);
	if (t.waits_ns) {
		strbuf_puts(b, ", of that ");
		duration_print(b, t.waits_ns);
		strbuf_puts(b, " waiting");
	}
	strbuf_puts(b, t.unlimited + t.questions + t.loops ? "; not counted" : "");
	size_t from = b->len;
	put_count(b, t.unlimited, "step without a limit", "steps without a limit");
	put_count(b, t.questions, "question to a person", "questions to a person");
	put_count(b, t.loops, "loop (counted once)", "loops (counted once)");
	if (b->len > from)
		b->at[from] = ':';
	strbuf_putc(b, '\n');
}

void forecast_text(struct strbuf *b, struct forecast *f)
{
	struct value hosts = forecast_hosts(f), secrets = forecast_secrets(f);
	size_t counts[4] = {0};

	put_head(b, f);
	put_section(b, f, f->plan->main, "");
	put_turn(b, f);
	put_section(b, f, f->plan->finally, "\nfinally:\n");
	strbuf_putc(b, '\n');
	put_list(b, "hosts", &hosts);
	put_list(b, "secrets", &secrets);
	put_time(b, f);
	for (size_t i = 0; i < f->count; i++) {
		uint32_t section = forecast_section(f, &f->steps[i]);

		if (section == f->plan->main || section == f->plan->finally)
			counts[f->steps[i].will_run]++;
	}
	strbuf_printf(b, "%zu run (+), %zu skipped (-), %zu unknown (?)", counts[VERDICT_TRUE],
		counts[VERDICT_FALSE], counts[VERDICT_UNKNOWN]);
	if (counts[VERDICT_BROKEN])
		strbuf_printf(b, ", %zu with a condition that breaks (!)", counts[VERDICT_BROKEN]);
	strbuf_putc(b, '\n');
}
