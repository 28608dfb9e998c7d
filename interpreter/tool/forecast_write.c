/*
 * What is told of a forecast in any form, and the form for programs.
 */
#include "base/json.h"
#include "tool/describe.h"
#include "tool/forecast.h"
#include "tool/hosts.h"

const char *const forecast_answers[] = {[VERDICT_FALSE] = "no",
	[VERDICT_TRUE] = "yes",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_BROKEN] = "broken"};

const char *forecast_effect(const struct node *n)
{
	if (n->step->more && n->step->more->irreversible)
		return "irreversible";
	if (n->effect == EFFECT_WRITES)
		return n->undo != NODE_NONE		      ? "undone"
		       : n->step->more && n->step->more->keep ? "kept"
							      : "changes";
	return n->effect == EFFECT_UNSAID ? "unsaid" : "none";
}

struct str forecast_rollback(struct forecast *f, const struct node *n)
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

struct value forecast_secrets(struct forecast *f)
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

uint32_t forecast_section(const struct forecast *f, const struct forecast_step *s)
{
	const struct plan *p = f->plan;
	const uint32_t sections[] = {p->main, p->before, p->after, p->finally};

	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		if (sections[i] != NODE_NONE && s->node > sections[i] &&
			s->node < p->nodes[sections[i]].end)
			return sections[i];
	}
	return p->main;
}

struct str forecast_fill(struct forecast *f, const struct unit *u, struct strbuf *text)
{
	struct value v = value_copy_str(f->arena, strbuf_str(text)), filled;
	struct forecast_scope scope;
	struct diagnostics unheard;
	struct eval ev;

	text->len = 0;
	diagnostics_init(&unheard, f->arena);
	forecast_enter(f, u, &scope, &ev);
	template_render_partial(
		&ev, template_parse(f->arena, u->book->file, &v, true, &unheard), &filled);
	value_print(text, &filled);
	v = value_copy_str(f->arena, strbuf_str(text));
	strbuf_release(text);
	return value_string(&v);
}

/* Servers that the filled-in values name, beside those in the text. */
struct value forecast_hosts(struct forecast *f)
{
	struct hosts h;

	hosts_init(&h, f->arena);
	hosts_of_plan(&h, f->plan);
	for (size_t i = 0; i < f->count; i++) {
		const struct value *on = &f->steps[i].hosts;

		if (f->steps[i].will_run == VERDICT_FALSE)
			continue;
		hosts_of_text(&h, f->steps[i].does);
		for (size_t k = 0; on->kind == VALUE_LIST && k < on->list->count; k++)
			hosts_add(&h, value_string(&on->list->items[k]));
	}
	for (uint32_t i = 0; i < f->plan->watch_count; i++)
		hosts_of_text(&h, forecast_action(f, f->plan->watches[i].node + 1));
	return h.list;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void set(struct forecast *f, struct map *m, const char *key, struct value v)
{
	map_set(f->arena, m, str_of(key), v);
}

static void set_seconds(struct forecast *f, struct map *m, const char *key, int64_t ns)
{
	if (ns != INT64_MIN)
		set(f, m, key, value_float((double)ns / (double)NS_PER_S));
}

static struct value step_json(struct forecast *f, const struct forecast_step *s)
{
	const struct node *n = &f->plan->nodes[s->node];
	struct value v = value_map(f->arena), needs = value_list(f->arena);
	struct str rollback = forecast_rollback(f, n);

	set(f, v.map, "step", value_str(plan_name(f->plan, s->node, f->arena)));
	set(f, v.map, "action", value_str(str_of(action_info((enum action_kind)n->action)->name)));
	set(f, v.map, "runs", value_str(str_of(forecast_answers[s->will_run])));
	if (n->step->only_if)
		set(f, v.map, "if", value_str(n->step->only_if->text));
	if (s->why)
		set(f, v.map, "why", value_str(str_of(s->why)));
	for (uint32_t k = 0; k < n->need_count; k++)
		list_add(f->arena, needs.list,
			value_str(plan_name(f->plan, f->plan->edges[n->needs + k], f->arena)));
	set(f, v.map, "needs", needs);
	set(f, v.map, "does", value_str(s->does));
	if (s->hosts.kind == VALUE_LIST)
		set(f, v.map, "hosts", s->hosts);
	if (s->with.kind == VALUE_MAP)
		set(f, v.map, "with", s->with);
	set(f, v.map, "effect", value_str(str_of(forecast_effect(n))));
	if (rollback.len)
		set(f, v.map, "rollback", value_str(rollback));
	set_seconds(f, v.map, "at_most_seconds", forecast_limit(f, n));
	if (s->probed)
		set(f, v.map, "probed", value_str(str_of(s->probed)));
	return v;
}

static struct value condition_json(struct forecast *f, const struct plan_condition *known)
{
	const struct condition *c = known->rule;
	struct value v = value_map(f->arena);
	struct strbuf text = {0};

	describe_condition(&text, c);
	set(f, v.map, "if", value_str(forecast_fill(f, known->unit, &text)));
	describe_template(&text, c->reason);
	if (c->reason)
		set(f, v.map, "reason", value_str(forecast_fill(f, known->unit, &text)));
	if (known->unit->outer)
		set(f, v.map, "call", value_str(plan_name(f->plan, known->unit->node, f->arena)));
	return v;
}

static struct value watch_json(struct forecast *f, uint32_t i)
{
	const struct plan_watch *known = &f->plan->watches[i];
	const struct watch *w = known->watch;
	struct value v = value_map(f->arena);
	struct strbuf every = {0};

	describe_duration(&every, w->every_ns, w->every_late);
	set(f, v.map, "watch", value_str(plan_watch_name(f->plan, i, f->arena)));
	set(f, v.map, "every", value_str(forecast_fill(f, known->unit, &every)));
	if (w->after.len)
		set(f, v.map, "after", value_str(w->after));
	set(f, v.map, "does", value_str(forecast_action(f, known->node + 1)));
	if (w->value)
		set(f, v.map, "value", value_str(w->value->text));
	return v;
}

static struct value section_json(struct forecast *f, uint32_t section)
{
	struct value list = value_list(f->arena);

	for (size_t i = 0; i < f->count; i++) {
		if (forecast_section(f, &f->steps[i]) == section)
			list_add(f->arena, list.list, step_json(f, &f->steps[i]));
	}
	return list;
}

static struct value rollback_json(struct forecast *f)
{
	struct value v = value_map(f->arena), when = value_list(f->arena);
	struct value called = value_list(f->arena);

	for (uint32_t i = 0; i < f->plan->condition_count; i++) {
		const struct plan_condition *c = &f->plan->conditions[i];

		if (!c->is_verify)
			list_add(f->arena, when.list, condition_json(f, c));
		else if (c->unit->outer)
			list_add(f->arena, called.list, condition_json(f, c));
		else
			set(f, v.map, "verify", condition_json(f, c));
	}
	set(f, v.map, "when", when);
	set(f, v.map, "before", section_json(f, f->plan->before));
	set(f, v.map, "steps", section_json(f, f->plan->after));
	if (called.list->count)
		set(f, v.map, "called_verify", called);
	return v;
}

static struct value time_json(struct forecast *f)
{
	struct forecast_time t = forecast_time(f);
	struct value v = value_map(f->arena);

	set_seconds(f, v.map, "at_most_seconds", t.at_most_ns);
	set_seconds(f, v.map, "waits_seconds", t.waits_ns);
	set(f, v.map, "without_limit", value_int((int64_t)t.unlimited));
	set(f, v.map, "questions", value_int((int64_t)t.questions));
	set(f, v.map, "loops", value_int((int64_t)t.loops));
	return v;
}

static void write_json(struct strbuf *b, struct forecast *f)
{
	struct value top = value_map(f->arena), watches = value_list(f->arena);

	set(f, top.map, "version", value_int(1));
	set(f, top.map, "runbook", value_str(f->plan->book->name));
	set(f, top.map, "inputs", f->inputs[0]);
	set(f, top.map, "steps", section_json(f, f->plan->main));
	set(f, top.map, "finally", section_json(f, f->plan->finally));
	for (uint32_t i = 0; i < f->plan->watch_count; i++)
		list_add(f->arena, watches.list, watch_json(f, i));
	set(f, top.map, "watches", watches);
	set(f, top.map, "rollback", rollback_json(f));
	set(f, top.map, "hosts", forecast_hosts(f));
	set(f, top.map, "secrets", forecast_secrets(f));
	set_seconds(f, top.map, "deadline_seconds", f->plan->book->deadline_ns);
	set(f, top.map, "time", time_json(f));
	json_encode(b, &top, 2);
	strbuf_putc(b, '\n');
}

void forecast_write(struct strbuf *b, struct forecast *f, enum forecast_format format)
{
	if (format == FORECAST_JSON)
		write_json(b, f);
	else
		forecast_text(b, f);
}
