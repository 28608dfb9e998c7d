/*
 * The forecast as lines and for programs.
 */
#include "base/json.h"
#include "source/render.h"
#include "tool/describe.h"
#include "tool/forecast.h"
#include "tool/hosts.h"

static const char *const answers[] = {[VERDICT_FALSE] = "no",
	[VERDICT_TRUE] = "yes",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_BROKEN] = "broken"};

static const char *effect_of(const struct node *n)
{
	if (n->step->more && n->step->more->irreversible)
		return "irreversible";
	if (n->effect == EFFECT_WRITES)
		return n->undo != NODE_NONE		      ? "undone"
		       : n->step->more && n->step->more->keep ? "kept"
							      : "changes";
	return n->effect == EFFECT_UNSAID ? "unsaid" : "none";
}

static struct str rollback_of(struct forecast *f, const struct node *n)
{
	struct strbuf b = {0};
	struct str text;

	if (n->undo == NODE_NONE)
		return STR("");
	if (n->step->more->rollback.count == 1)
		strbuf_put(&b, forecast_action(f, n->undo));
	for (uint32_t c = plan_child(f->plan, n->undo, NODE_NONE);
		n->step->more->rollback.count > 1 && c != NODE_NONE;
		c = plan_child(f->plan, n->undo, c)) {
		strbuf_puts(&b, b.len ? "\n" : "");
		strbuf_put(&b, forecast_action(f, c));
	}
	text = strbuf_take(&b, f->arena);
	strbuf_release(&b);
	return text;
}

/* The longest that all attempts of a step may take; INT64_MIN: no limit is set. */
static int64_t budget_of(const struct node *n)
{
	int64_t each = attempt_timeout(n), attempts = 1;

	if (n->step->deadline_ns != INT64_MIN)
		return n->step->deadline_ns;
	if (n->step->more && n->step->more->retry && n->step->more->retry->attempts > 0)
		attempts = n->step->more->retry->attempts;
	return each == INT64_MIN || each > INT64_MAX / attempts ? INT64_MIN : each * attempts;
}

static struct value secret_names(struct forecast *f)
{
	struct value list = value_list(f->arena);

	for (uint32_t u = 0; u < f->plan->unit_count; u++) {
		const struct record_list *secrets = &f->plan->units[u]->book->secrets;

		for (size_t i = 0; i < secrets->count; i++) {
			struct value name = value_str(((struct secret *)secrets->items[i])->name);
			bool is_new = true;

			for (size_t k = 0; k < list.list->count; k++)
				is_new &= !value_equal(&list.list->items[k], &name);
			if (is_new)
				list_add(f->arena, list.list, name);
		}
	}
	return list;
}

/* Servers that the filled-in values name, beside those in the text. */
static struct value host_names(struct forecast *f)
{
	struct hosts h;

	hosts_init(&h, f->arena);
	hosts_of_plan(&h, f->plan);
	for (size_t i = 0; i < f->count; i++) {
		if (f->steps[i].will_run != VERDICT_FALSE)
			hosts_of_text(&h, f->steps[i].does);
	}
	return h.list;
}

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

/* ---- text ----------------------------------------------------------------------------------- */

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

static void put_step(struct strbuf *b, struct forecast *f, const struct forecast_step *s)
{
	static const char *const marks[] = {[VERDICT_FALSE] = "-",
		[VERDICT_TRUE] = "+",
		[VERDICT_UNKNOWN] = "?",
		[VERDICT_BROKEN] = "!"};
	const struct node *n = &f->plan->nodes[s->node];
	const char *effect = effect_of(n);
	unsigned inside = s->depth + 2;

	put_indent(b, s->depth);
	strbuf_printf(
		b, "%s %.*s", marks[s->will_run], STR_ARGS(plan_name(f->plan, s->node, f->arena)));
	if (n->action < ACTION_STEPS && strcmp(effect, "none") != 0)
		strbuf_printf(b, " (%s)", strcmp(effect, "unsaid") ? effect : "by its steps");
	strbuf_putc(b, '\n');
	if (n->step->only_if)
		put_lines(b, inside, "if", n->step->only_if->text);
	if (s->why)
		put_lines(b, inside, answers[s->will_run], str_of(s->why));
	if (s->will_run == VERDICT_FALSE)
		return;
	if (n->action < ACTION_STEPS)
		put_lines(b, inside, action_info((enum action_kind)n->action)->name, s->does);
	for (size_t i = 0; s->with.kind == VALUE_MAP && i < s->with.map->count; i++) {
		struct strbuf line = {0};

		strbuf_printf(&line, "%.*s: ", STR_ARGS(entry_key(&s->with.map->entries[i])));
		value_print(&line, &s->with.map->entries[i].value);
		put_lines(b, inside, i ? "" : "with", strbuf_str(&line));
		strbuf_release(&line);
	}
	put_lines(b, inside, "rollback", rollback_of(f, n));
	if (budget_of(n) != INT64_MIN) {
		struct strbuf time = {0};

		strbuf_puts(&time, "at most ");
		duration_print(&time, budget_of(n));
		put_lines(b, inside, "time", strbuf_str(&time));
		strbuf_release(&time);
	}
	if (s->probed)
		put_lines(b, inside, "probed", str_of(s->probed));
}

static void write_text(struct strbuf *b, struct forecast *f)
{
	struct value hosts = host_names(f), secrets = secret_names(f);
	size_t counts[4] = {0};

	for (size_t i = 0; i < f->count; i++) {
		bool is_last_part = f->plan->finally != NODE_NONE &&
				    f->plan->nodes[f->steps[i].node].parent == f->plan->finally;

		if (is_last_part && f->steps[i].node == f->plan->finally + 1)
			strbuf_puts(b, "finally:\n");
		put_step(b, f, &f->steps[i]);
		counts[f->steps[i].will_run]++;
	}
	strbuf_putc(b, '\n');
	put_list(b, "hosts", &hosts);
	put_list(b, "secrets", &secrets);
	if (f->plan->book->deadline_ns != INT64_MIN) {
		strbuf_puts(b, "deadline: ");
		duration_print(b, f->plan->book->deadline_ns);
		strbuf_putc(b, '\n');
	}
	strbuf_printf(b, "%zu run, %zu skipped, %zu unknown", counts[VERDICT_TRUE],
		counts[VERDICT_FALSE], counts[VERDICT_UNKNOWN]);
	if (counts[VERDICT_BROKEN])
		strbuf_printf(b, ", %zu with a condition that breaks", counts[VERDICT_BROKEN]);
	strbuf_putc(b, '\n');
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void set(struct forecast *f, struct map *m, const char *key, struct value v)
{
	map_set(f->arena, m, str_of(key), v);
}

static struct value step_json(struct forecast *f, const struct forecast_step *s)
{
	const struct node *n = &f->plan->nodes[s->node];
	struct value v = value_map(f->arena), needs = value_list(f->arena);
	struct str rollback = rollback_of(f, n);

	set(f, v.map, "step", value_str(plan_name(f->plan, s->node, f->arena)));
	set(f, v.map, "action", value_str(str_of(action_info((enum action_kind)n->action)->name)));
	set(f, v.map, "runs", value_str(str_of(answers[s->will_run])));
	if (n->step->only_if)
		set(f, v.map, "if", value_str(n->step->only_if->text));
	if (s->why)
		set(f, v.map, "why", value_str(str_of(s->why)));
	for (uint32_t k = 0; k < n->need_count; k++)
		list_add(f->arena, needs.list,
			value_str(plan_name(f->plan, f->plan->edges[n->needs + k], f->arena)));
	set(f, v.map, "needs", needs);
	set(f, v.map, "does", value_str(s->does));
	if (s->with.kind == VALUE_MAP)
		set(f, v.map, "with", s->with);
	set(f, v.map, "effect", value_str(str_of(effect_of(n))));
	if (rollback.len)
		set(f, v.map, "rollback", value_str(rollback));
	if (budget_of(n) != INT64_MIN)
		set(f, v.map, "at_most_seconds",
			value_float((double)budget_of(n) / (double)NS_PER_S));
	if (s->probed)
		set(f, v.map, "probed", value_str(str_of(s->probed)));
	return v;
}

static void write_json(struct strbuf *b, struct forecast *f)
{
	struct value top = value_map(f->arena), list = value_list(f->arena);

	set(f, top.map, "version", value_int(1));
	set(f, top.map, "runbook", value_str(f->plan->book->name));
	for (size_t i = 0; i < f->count; i++)
		list_add(f->arena, list.list, step_json(f, &f->steps[i]));
	set(f, top.map, "steps", list);
	set(f, top.map, "hosts", host_names(f));
	set(f, top.map, "secrets", secret_names(f));
	if (f->plan->book->deadline_ns != INT64_MIN)
		set(f, top.map, "deadline_seconds",
			value_float((double)f->plan->book->deadline_ns / (double)NS_PER_S));
	json_encode(b, &top, 2);
	strbuf_putc(b, '\n');
}

void forecast_write(struct strbuf *b, struct forecast *f, enum forecast_format format)
{
	if (format == FORECAST_JSON)
		write_json(b, f);
	else
		write_text(b, f);
}
