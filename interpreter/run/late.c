#include "run/late.h"

#include "run/scope.h"

/*
 * Both halves meet the durations in the same order: of the watches, of the conditions, of
 * `rollback`, of the monitors.
 */

static bool is_late(const struct condition *rule)
{
	return rule->for_late || rule->decide_within_late;
}

/* The monitors of the file one by one, each with the place of its node; `*at` begins at 0. */
static const struct monitor_args *next_monitor(
	const struct plan *p, const struct unit *u, uint32_t *at)
{
	while (u->has_late_monitors && *at < p->count) {
		const struct node *n = &p->nodes[(*at)++];

		if (n->action == ACTION_MONITOR && n->unit == u)
			return n->step->monitor;
	}
	return NULL;
}

/* ---- filling in ----------------------------------------------------------------------------- */

struct filling {
	struct decider *d;
	const struct unit *unit;
	struct unit_state *values;
	struct value *out;
	int64_t *every; /* by watch of the plan */
	const char *error;
};

/* The duration, whether it is filled in or stands there. */
static int64_t fill(struct filling *f, const char *key, const struct template *late, int64_t ns)
{
	struct step_scope scope;
	struct eval ev;
	struct value v;
	const char *why;

	if (!late || f->error)
		return ns;
	scope_enter_top(f->d, f->unit, f->values, &scope, &ev);
	if (!template_render_text(&ev, late, &v))
		f->error = arena_printf(f->d->scratch, "`%s`: %s", key, ev.error);
	else if (!duration_parse(value_string(&v), &ns, &why))
		f->error = arena_printf(f->d->scratch, "`%s`: `%.*s` is not a duration: %s", key,
			STR_ARGS(value_string(&v)), why);
	else if (ns <= 0)
		f->error = arena_printf(f->d->scratch, "`%s` is longer than nothing", key);
	if (f->out->kind != VALUE_LIST)
		*f->out = value_list(f->d->scratch);
	list_add(f->d->scratch, f->out->list, value_int(ns));
	return ns;
}

/* The slowest watch that a condition reads sets the least time that can be held. */
static void check_for(struct filling *f, const struct condition_state *c, int64_t for_ns)
{
	const struct run *r = f->d->run;

	for (uint32_t i = 0; i < r->watch_count && !f->error; i++) {
		if (!(c->watches & (UINT64_C(1) << (i < 63 ? i : 63))) || !f->every[i] ||
			for_ns <= 0 || for_ns >= f->every[i])
			continue;
		f->error = arena_printf(f->d->scratch,
			"`for` of `%.*s` is shorter than the time between two samples of `%.*s`",
			STR_ARGS(c->rule->holds->text), STR_ARGS(r->watches[i].watch->name));
	}
}

static int64_t fill_condition(struct filling *f, const struct condition *rule)
{
	int64_t for_ns = fill(f, "for", rule->for_late, rule->for_ns);

	fill(f, "decide_within", rule->decide_within_late, rule->decide_within_ns);
	return for_ns;
}

static void fill_watches(struct filling *f)
{
	const struct run *r = f->d->run;

	f->every = arena_array(f->d->scratch, r->watch_count + 1, sizeof(int64_t));
	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct watch *w = r->watches[i].watch;

		if (r->plan->watches[i].unit != f->unit)
			continue;
		f->every[i] = fill(f, "every", w->every_late, r->watches[i].every_ns);
		fill(f, "max_gap", w->max_gap_late, w->max_gap_ns);
	}
}

const char *late_fill(
	struct decider *d, const struct unit *u, struct unit_state *values, struct value *out)
{
	const struct plan *p = d->run->plan;
	const struct rollback_section *rollback = u->book->rollback;
	struct filling f = {.d = d, .unit = u, .values = values, .out = out};
	const struct monitor_args *args;
	uint32_t at = 0;

	*out = value_nil();
	fill_watches(&f);
	for (uint32_t i = 0; i < p->condition_count; i++) {
		if (p->conditions[i].unit == u)
			check_for(&f, &d->run->conditions[i],
				fill_condition(&f, p->conditions[i].rule));
	}
	if (rollback)
		fill(&f, "decide_within", rollback->decide_within_late, 0);
	while ((args = next_monitor(p, u, &at)) != NULL) {
		for (size_t i = 0; i < args->fail.count; i++)
			fill_condition(&f, args->fail.items[i]);
	}
	return f.error;
}

/* ---- holding -------------------------------------------------------------------------------- */

struct taking {
	struct run *run;
	const struct unit *unit;
	const struct list *list;
	size_t next;
};

static int64_t take(struct taking *t, const struct template *late, int64_t ns)
{
	if (!late || !t->list || t->next == t->list->count)
		return ns;
	return t->list->items[t->next++].integer;
}

static const struct condition *filled(struct taking *t, const struct condition *rule)
{
	struct condition *copy;

	if (!is_late(rule))
		return rule;
	copy = arena_new(t->run->arena, struct condition);
	*copy = *rule;
	copy->for_ns = take(t, rule->for_late, rule->for_ns);
	copy->decide_within_ns = take(t, rule->decide_within_late, rule->decide_within_ns);
	return copy;
}

static void take_watches(struct taking *t)
{
	for (uint32_t i = 0; i < t->run->watch_count; i++) {
		struct watch_state *w = &t->run->watches[i];

		if (t->run->plan->watches[i].unit != t->unit)
			continue;
		w->every_ns = w->ring.every_ns = take(t, w->watch->every_late, w->every_ns);
		if (w->watch->max_gap_ns == INT64_MIN)
			w->max_gap_ns = 3 * w->every_ns;
		w->max_gap_ns = take(t, w->watch->max_gap_late, w->max_gap_ns);
	}
}

static void take_monitor(
	struct taking *t, struct unit_state *values, const struct monitor_args *args)
{
	for (size_t i = 0; i < args->fail.count; i++) {
		const struct condition *rule = args->fail.items[i];
		struct late_rule *late;

		if (!is_late(rule))
			continue;
		late = arena_new(t->run->arena, struct late_rule);
		*late = (struct late_rule){rule, filled(t, rule), values->late_rules};
		values->late_rules = late;
	}
}

void late_apply(struct run *r, const struct unit *u, struct unit_state *values,
	const struct value *durations)
{
	const struct rollback_section *rollback = u->book->rollback;
	struct taking t = {.run = r,
		.unit = u,
		.list = durations->kind == VALUE_LIST ? durations->list : NULL};
	const struct monitor_args *args;
	uint32_t at = 0;

	take_watches(&t);
	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		if (r->plan->conditions[i].unit == u)
			r->conditions[i].rule = filled(&t, r->plan->conditions[i].rule);
	}
	if (rollback)
		values->decide_within_ns =
			take(&t, rollback->decide_within_late, rollback->decide_within_ns);
	while ((args = next_monitor(r->plan, u, &at)) != NULL)
		take_monitor(&t, values, args);
}

const struct condition *late_condition(
	const struct unit_state *values, const struct condition *rule)
{
	for (const struct late_rule *l = values->late_rules; l; l = l->next) {
		if (l->rule == rule)
			return l->filled;
	}
	return rule;
}
