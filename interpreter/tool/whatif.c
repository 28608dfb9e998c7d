#include "tool/whatif.h"

#include "plan/visit.h"
#include "run/scope.h"
#include "tool/when.h"

/* ---- the guard ------------------------------------------------------------------------------- */

struct reading {
	struct whatif *whatif;
	const char *missing; /* a watch that the run did not have */
};

static void note_watch(void *context, const struct expr *e)
{
	struct reading *r = context;
	struct whatif *w = r->whatif;
	const struct record_list *watches = &w->plan->book->watch;
	bool is_there = false;

	if (e->kind != EXPR_FIELD || e->object->kind != EXPR_NAME ||
		!str_is(e->object->name, "watch"))
		return;
	for (size_t i = 0; i < watches->count; i++) {
		if (!str_equal(((struct watch *)watches->items[i])->name, e->name))
			continue;
		w->reads[i] = w->reads_any = is_there = true;
	}
	if (!is_there)
		r->missing =
			arena_printf(&w->arena, "the run had no watch `%.*s`", STR_ARGS(e->name));
}

static bool parse(struct whatif *w, struct str text, const char **why)
{
	struct value v = value_str(text);
	struct reading reading = {.whatif = w};
	struct diagnostics d;

	diagnostics_init(&d, &w->arena);
	if (!guard_parse(&w->arena, NULL, &v, &d, &w->guard)) {
		*why = d.first ? d.first->message : "it is no guard";
		return false;
	}
	expr_check_calls(w->guard.expr, &w->guard.origin, w->plan->units[0]->helpers, &d);
	if (d.first) {
		*why = d.first->message;
		return false;
	}
	visit_expr(w->guard.expr, note_watch, &reading);
	*why = reading.missing;
	return !reading.missing;
}

/* ---- the run, rebuilt ------------------------------------------------------------------------ */

static struct run *begin_run(struct whatif *w, struct str id)
{
	struct run *r = run_new(&w->arena, w->plan, id, 1);

	r->env = value_map(&w->arena);
	for (uint32_t i = 0; i < w->plan->unit_count; i++)
		r->secrets[i] = value_unknown("secrets are not on record");
	return r;
}

bool whatif_init(struct whatif *w, const struct plan *plan, struct str run, struct str guard,
	int64_t for_ns, const char **why)
{
	*w = (struct whatif){.plan = plan, .fired_ns = -1, .turned_ns = -1};
	arena_init(&w->arena);
	arena_init(&w->scratch);
	w->reads = arena_array(&w->arena, plan->book->watch.count + 1, sizeof(bool));
	if (!parse(w, guard, why))
		return false;
	w->rule.holds = &w->guard;
	w->rule.for_ns = for_ns;
	w->state.rule = &w->rule;
	w->sandbox = sandbox_new();
	w->replay.run = begin_run(w, run);
	return true;
}

void whatif_release(struct whatif *w)
{
	if (w->replay.run)
		run_free(w->replay.run);
	sandbox_free(w->sandbox);
	arena_release(&w->scratch);
	arena_release(&w->arena);
}

/* ---- ticks ----------------------------------------------------------------------------------- */

static void count(struct whatif *w, enum tick tick)
{
	const struct condition_state *c = &w->state;

	w->ticks++;
	w->held += tick == TICK_TRUE;
	w->unknown += tick == TICK_UNKNOWN;
	if (c->held_ns > w->longest_ns) {
		w->longest_ns = c->held_ns;
		w->longest_from_ns = c->first_ns;
	}
	if (c->phase != CONDITION_FIRING || w->fired_ns >= 0)
		return;
	w->fired_ns = c->last_tick_ns;
	w->fired_wall_ns = w->wall_ns;
}

static void tick(struct whatif *w)
{
	struct decider d = {.run = w->replay.run,
		.scratch = &w->scratch,
		.sandbox = w->sandbox,
		.now_ns = w->due_ns,
		.wall_ns = w->wall_ns};
	struct step_scope scope;
	struct eval ev;
	const char *why = NULL;
	enum verdict verdict;
	enum tick answer;

	w->is_due = false;
	arena_reset(&w->scratch);
	scope_enter(&d, (struct spot){d.run->root, w->plan->main}, false, &scope, &ev);
	verdict = guard_test(&ev, &w->guard, &why);
	if (verdict == VERDICT_BROKEN && !w->ticks)
		w->broken = arena_string(&w->arena, why);
	answer = verdict == VERDICT_TRUE    ? TICK_TRUE
		 : verdict == VERDICT_FALSE ? TICK_FALSE
					    : TICK_UNKNOWN;
	condition_tick(&w->state, answer, w->due_ns);
	count(w, answer);
}

static bool is_tick(const struct whatif *w, const struct event *e)
{
	size_t watch = (size_t)e->index - 1;

	if (!w->reads_any)
		return e->kind == EVENT_STEP_FINISHED;
	return e->kind == EVENT_SAMPLE && watch < w->plan->book->watch.count && w->reads[watch];
}

/* Samples of one tick count together: it is answered when something else happens. */
bool whatif_add(struct whatif *w, struct event *e)
{
	bool is_one = is_tick(w, e);
	int64_t at_ns = w->reads_any ? e->tick_ns : e->time_ns;

	if (w->is_due && !(is_one && at_ns == w->due_ns))
		tick(w);
	if (w->broken)
		return false;
	if (e->kind == EVENT_ROLLBACK_STARTED && w->turned_ns < 0) {
		w->turned_ns = e->time_ns;
		w->turned_why = (struct str){
			arena_copy(&w->arena, e->message.at ? e->message.at : "", e->message.len),
			e->message.len};
	}
	replay_event(&w->replay, &w->scratch, e);
	if (!is_one || (w->state.has_ticked && at_ns < w->state.last_tick_ns))
		return true;
	w->is_due = true;
	w->due_ns = at_ns;
	w->wall_ns = e->wall_ns;
	return true;
}

void whatif_end(struct whatif *w)
{
	if (w->is_due && !w->broken)
		tick(w);
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void put_since(struct strbuf *b, int64_t ns)
{
	strbuf_putc(b, '+');
	duration_human(b, ns);
}

static void tell_fired(struct strbuf *b, const struct whatif *w)
{
	strbuf_puts(b, "it would have fired at ");
	put_since(b, w->fired_ns);
	strbuf_puts(b, " (");
	when_utc(b, w->fired_wall_ns);
	strbuf_puts(b, ")");
}

static void tell_not(struct strbuf *b, const struct whatif *w)
{
	strbuf_puts(b, "it would not have fired");
	if (!w->ticks)
		strbuf_puts(b, ": there is no tick on record that it reads");
	else if (!w->held)
		strbuf_puts(b, ": it never held");
	else {
		strbuf_puts(b, ": it held for ");
		duration_human(b, w->longest_ns);
		strbuf_puts(b, " at the longest");
	}
	if (w->longest_ns) {
		strbuf_puts(b, ", from ");
		put_since(b, w->longest_from_ns);
	}
}

void whatif_tell(struct strbuf *b, const struct whatif *w)
{
	strbuf_printf(b, "`%.*s`", STR_ARGS(w->guard.text));
	if (w->rule.for_ns) {
		strbuf_puts(b, " for ");
		duration_print(b, w->rule.for_ns);
	}
	strbuf_puts(b, ": ");
	if (w->fired_ns >= 0)
		tell_fired(b, w);
	else
		tell_not(b, w);
	strbuf_printf(b, "\n%zu tick%s: held at %zu, did not at %zu, unknown at %zu\n", w->ticks,
		w->ticks == 1 ? "" : "s", w->held, w->ticks - w->held - w->unknown, w->unknown);
	if (w->turned_ns < 0) {
		strbuf_puts(b, "the run itself did not turn back\n");
		return;
	}
	strbuf_puts(b, "the run itself turned back at ");
	put_since(b, w->turned_ns);
	strbuf_printf(b, "%s%.*s\n", w->turned_why.len ? ": " : "", STR_ARGS(w->turned_why));
}
