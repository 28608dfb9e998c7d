/*
 * Conditions and watches against their own clock: a `for` that no two ticks fit into, a condition
 * that never changes, a window longer than what is kept, a watch that nothing reads.
 */
#include "check/rule.h"

#include "base/duration.h"

struct watch_use {
	struct check *c;
	const struct runbook *book;
	bool *is_read;	    /* by watch */
	int64_t slowest_ns; /* `every` of the slowest watch of one condition; 0: it reads none */
};

static int64_t every_of(const struct watch *w)
{
	if (w->every_late)
		return 0; /* not known yet */
	return w->every_ns == INT64_MIN ? WATCH_EVERY_NS : w->every_ns;
}

static ptrdiff_t find_watch(const struct runbook *book, struct str name)
{
	for (size_t i = 0; i < book->watch.count; i++) {
		if (str_equal(((struct watch *)book->watch.items[i])->name, name))
			return (ptrdiff_t)i;
	}
	return -1;
}

static void read_watch(void *context, const struct expr *e)
{
	struct watch_use *use = context;
	ptrdiff_t i;

	if (e->kind == EXPR_NAME && str_is(e->name, "watch")) {
		/* `watch[name]`: any of them; `watch.x` is seen with its field. */
		return;
	}
	if (e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME ||
		!str_is(e->object->name, "watch"))
		return;
	i = find_watch(use->book, e->name);
	if (i < 0)
		return;
	use->is_read[i] = true;
	if (every_of(use->book->watch.items[i]) > use->slowest_ns)
		use->slowest_ns = every_of(use->book->watch.items[i]);
}

/* ---- for ------------------------------------------------------------------------------------ */

static const char *time_text(struct check *c, int64_t ns)
{
	struct strbuf b = {0};
	struct str text;

	duration_print(&b, ns);
	text = strbuf_take(&b, c->d->arena);
	strbuf_release(&b);
	return text.at;
}

static void check_for(struct check *c, const struct condition *rule, int64_t every_ns)
{
	struct diagnostic *told;

	if (!every_ns || rule->for_ns == INT64_MIN || rule->for_ns == 0)
		return;
	if (rule->for_ns < every_ns) {
		told = diagnose(c->d, RB411, rule->span,
			"`for: %s` is shorter than the time between two samples, %s",
			time_text(c, rule->for_ns), time_text(c, every_ns));
		diagnostic_hint(c->d, told, "sample more often, or hold longer");
	} else if (rule->for_ns % every_ns) {
		diagnose(c->d, RB412, rule->span,
			"`for: %s` ends between two samples: it fires after %s",
			time_text(c, rule->for_ns),
			time_text(c, (rule->for_ns / every_ns + 1) * every_ns));
	}
}

static void check_condition(struct watch_use *use, const struct condition *rule)
{
	const struct guard *g = rule->holds;

	use->slowest_ns = 0;
	if (!g || !g->expr)
		return;
	if (expr_is_constant(g->expr)) {
		diagnostic_hint(use->c->d,
			diagnose(use->c->d, RB410, origin_span(&g->origin, 0, g->text.len),
				"`%.*s` is the same at every time", STR_ARGS(g->text)),
			"a condition reads a watch or a step");
		return;
	}
	visit_expr(g->expr, read_watch, use);
	check_for(use->c, rule, use->slowest_ns);
}

/* ---- windows -------------------------------------------------------------------------------- */

struct window_use {
	struct watch_use *use;
	const struct guard *guard;
};

static void read_window(void *context, const struct expr *e)
{
	const struct window_use *w = context;
	const struct expr *object, *last;
	const char *why;
	int64_t window_ns;
	ptrdiff_t i;

	if (e->kind != EXPR_METHOD || e->object->kind != EXPR_FIELD || !e->count)
		return;
	object = e->object;
	last = e->arguments[e->count - 1];
	if (object->object->kind != EXPR_NAME || !str_is(object->object->name, "watch") ||
		last->kind != EXPR_CONSTANT || last->constant.kind != VALUE_STRING)
		return;
	i = find_watch(w->use->book, object->name);
	if (i < 0 || !duration_parse(value_string(&last->constant), &window_ns, &why))
		return;
	if (!every_of(w->use->book->watch.items[i]) ||
		window_ns / WATCH_SAMPLES < every_of(w->use->book->watch.items[i]))
		return;
	diagnose(w->use->c->d, RB414, origin_span(&w->guard->origin, last->start, last->len),
		"the last %d samples are kept, this window is longer", WATCH_SAMPLES);
}

static void read_guard(struct watch_use *use, const struct guard *g)
{
	struct window_use w = {use, g};

	if (!g || !g->expr)
		return;
	visit_expr(g->expr, read_watch, use);
	visit_expr(g->expr, read_window, &w);
}

/* ---- who reads ------------------------------------------------------------------------------ */

struct step_visit {
	struct guard_visitor visitor;
	struct watch_use *use;
};

static void read_code(struct guard_visitor *v, const struct step *s, enum guard_place place,
	const struct guard *code)
{
	(void)s;
	(void)place;
	read_guard(((struct step_visit *)v)->use, code);
}

static void read_steps(struct watch_use *use)
{
	struct step_visit visit = {.visitor = {.visit = read_code}, .use = use};
	const struct plan *p = use->c->plan;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;

		if (!s || p->nodes[i].unit->outer)
			continue;
		visit_step(&visit.visitor, s);
		for (size_t k = 0; s->action == ACTION_MONITOR && k < s->monitor->fail.count; k++) {
			check_condition(use, s->monitor->fail.items[k]);
			read_guard(use, ((struct condition *)s->monitor->fail.items[k])->holds);
		}
	}
}

static bool has_monitor(const struct plan *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->nodes[i].action == ACTION_MONITOR)
			return true;
	}
	return false;
}

/* Those of a called runbook; what it has to say of its watches is for those who lint it. */
static void check_called(struct check *c, const struct plan_condition *condition)
{
	struct watch_use use = {.c = c, .book = condition->unit->book};

	if (!condition->unit->outer)
		return;
	use.is_read = arena_array(&c->arena, use.book->watch.count + 1, sizeof(bool));
	check_condition(&use, condition->rule);
}

void check_conditions(struct check *c)
{
	const struct runbook *book = c->plan->book;
	const struct rollback_section *rollback = book->rollback;
	struct watch_use use = {.c = c, .book = book};

	use.is_read = arena_array(&c->arena, book->watch.count + 1, sizeof(bool));
	for (size_t i = 0; rollback && i < rollback->when.count; i++) {
		const struct condition *rule = rollback->when.items[i];

		check_condition(&use, rule);
		read_guard(&use, rule->holds);
	}
	if (rollback && rollback->verify) {
		check_condition(&use, rollback->verify);
		read_guard(&use, rollback->verify->holds);
	}
	for (uint32_t i = 0; i < c->plan->condition_count; i++)
		check_called(c, &c->plan->conditions[i]);
	if (!book->watch.count)
		return;
	read_steps(&use);
	for (size_t i = 0; i < book->watch.count; i++) {
		const struct watch *w = book->watch.items[i];

		if (!w->value)
			diagnostic_hint(c->d,
				diagnose(c->d, RB103, w->span, "watch `%.*s` has no `value`",
					STR_ARGS(w->name)),
				"say what of the sample it is: `value: json.p95_ms`");
		/* A monitor asks all of them for its coverage; what cannot be read may read it. */
		if (use.is_read[i] || has_monitor(c->plan) || c->was_broken)
			continue;
		diagnostic_hint(c->d,
			diagnose(c->d, RB413, w->span, "nothing reads watch `%.*s`",
				STR_ARGS(w->name)),
			"a condition would: `rollback: { when: [{ if: watch.%.*s > 0 }] }`",
			STR_ARGS(w->name));
	}
}
