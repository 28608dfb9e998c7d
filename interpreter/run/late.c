#include "run/late.h"

#include "run/scope.h"

struct filling {
	struct decider *d;
	struct unit_state *values;
	const char *error;
};

static void fill(struct filling *f, const char *key, const struct template *late, int64_t *ns)
{
	struct step_scope scope;
	struct eval ev;
	struct value v;
	const char *why;

	if (!late || f->error)
		return;
	scope_enter_top(f->d, f->d->run->plan->units[0], f->values, &scope, &ev);
	if (!template_render_text(&ev, late, &v))
		f->error = arena_printf(f->d->scratch, "`%s`: %s", key, ev.error);
	else if (!duration_parse(value_string(&v), ns, &why))
		f->error = arena_printf(f->d->scratch, "`%s`: `%.*s` is not a duration: %s", key,
			STR_ARGS(value_string(&v)), why);
	else if (*ns <= 0)
		f->error = arena_printf(f->d->scratch, "`%s` is longer than nothing", key);
}

static void fill_watch(struct filling *f, struct watch_state *w)
{
	fill(f, "every", w->watch->every_late, &w->every_ns);
	w->ring.every_ns = w->every_ns;
	if (w->watch->max_gap_ns == INT64_MIN)
		w->max_gap_ns = 3 * w->every_ns;
	fill(f, "max_gap", w->watch->max_gap_late, &w->max_gap_ns);
}

static const struct condition *filled(struct filling *f, const struct condition *rule)
{
	struct condition *copy;

	if (!rule->for_late && !rule->decide_within_late)
		return rule;
	copy = arena_new(f->d->run->arena, struct condition);
	*copy = *rule;
	fill(f, "for", rule->for_late, &copy->for_ns);
	fill(f, "decide_within", rule->decide_within_late, &copy->decide_within_ns);
	return copy;
}

/* The slowest watch that a condition reads sets the least time that can be held. */
static void check_for(struct filling *f, const struct condition_state *c)
{
	const struct run *r = f->d->run;

	for (uint32_t i = 0; i < r->watch_count && !f->error; i++) {
		if (!(c->watches & (UINT64_C(1) << (i < 63 ? i : 63))) || !condition_for(c->rule) ||
			condition_for(c->rule) >= r->watches[i].every_ns)
			continue;
		f->error = arena_printf(f->d->scratch,
			"`for` of `%.*s` is shorter than the time between two samples of `%.*s`",
			STR_ARGS(c->rule->holds->text), STR_ARGS(r->watches[i].watch->name));
	}
}

static void fill_monitor(struct filling *f, const struct monitor_args *args)
{
	struct run *r = f->d->run;

	for (size_t i = 0; i < args->fail.count; i++) {
		struct late_rule *late;
		const struct condition *rule = args->fail.items[i], *copy = filled(f, rule);

		if (copy == rule)
			continue;
		late = arena_new(r->arena, struct late_rule);
		*late = (struct late_rule){rule, copy, r->late_rules};
		r->late_rules = late;
	}
}

const char *late_fill(struct decider *d, struct unit_state *values)
{
	struct run *r = d->run;
	const struct rollback_section *rollback = r->plan->book->rollback;
	struct filling f = {.d = d, .values = values};

	for (uint32_t i = 0; i < r->watch_count; i++) {
		if (!r->plan->watches[i].unit->outer)
			fill_watch(&f, &r->watches[i]);
	}
	for (uint32_t i = 0; i < r->condition_count; i++) {
		if (r->conditions[i].unit->outer)
			continue;
		r->conditions[i].rule = filled(&f, r->conditions[i].rule);
		check_for(&f, &r->conditions[i]);
	}
	if (rollback)
		r->decide_within_ns = rollback->decide_within_ns;
	if (rollback)
		fill(&f, "decide_within", rollback->decide_within_late, &r->decide_within_ns);
	for (uint32_t i = 0; i < r->plan->count; i++) {
		const struct node *n = &r->plan->nodes[i];

		if (n->action == ACTION_MONITOR && !n->unit->outer)
			fill_monitor(&f, n->step->monitor);
	}
	return f.error;
}

const struct condition *late_condition(const struct run *r, const struct condition *rule)
{
	for (const struct late_rule *l = r->late_rules; l; l = l->next) {
		if (l->rule == rule)
			return l->filled;
	}
	return rule;
}
