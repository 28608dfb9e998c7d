#include "run/begin.h"

#include "model/inputs.h"
#include "run/action.h"
#include "run/hosts.h"
#include "run/late.h"
#include "run/scope.h"
#include "run/watch.h"

const char *broken_reason(const struct eval *ev)
{
	return ev->is_over_budget ? "budget" : "guard";
}

static const char *quote_guard(struct decider *d, const char *key, const struct guard *g,
	const char *what, const char *why)
{
	return arena_printf(d->scratch, "%s `%.*s` %s%s", key, STR_ARGS(g->text), what, why);
}

/* ---- if ------------------------------------------------------------------------------------- */

enum answer_to { GO_ON, DECIDED };

static enum answer_to ask_if(
	struct decider *d, struct spot s, const struct guard *g, struct decision *out)
{
	struct step_scope scope;
	struct eval ev;
	const char *why = NULL;

	scope_enter(d, s, false, &scope, &ev);
	switch (guard_test(&ev, g, &why)) {
	case VERDICT_TRUE:
		return GO_ON;
	case VERDICT_FALSE:
		decide_finish(d, s, STEP_SKIPPED, "if",
			arena_printf(d->scratch, "`%.*s` is false", STR_ARGS(g->text)), out);
		return DECIDED;
	case VERDICT_UNKNOWN:
		decide_failure(d, s, "guard", quote_guard(d, "if", g, "cannot be known: ", why),
			value_nil(), out);
		return DECIDED;
	case VERDICT_BROKEN:
		break;
	}
	decide_failure(d, s, broken_reason(&ev), quote_guard(d, "if", g, "breaks: ", why),
		value_nil(), out);
	return DECIDED;
}

static enum answer_to decide_if(struct decider *d, struct spot s, struct decision *out)
{
	const struct step *step = d->run->plan->nodes[s.node].step;
	const struct step_state *st = spot_state(s);

	if (!step->only_if || !step->only_if->expr || st->is_decided || st->is_chosen ||
		st->is_checked)
		return GO_ON;
	if (spot_has_items(d->run, s) && d->run->plan->nodes[s.node].reads_items)
		return GO_ON; /* each item answers for itself */
	return ask_if(d, s, step->only_if, out);
}

/* ---- for_each ------------------------------------------------------------------------------- */

#define MAX_ITEMS 100000

static const char *each_items(
	struct decider *d, struct eval *ev, const struct step *step, struct value *out)
{
	const char *what;

	if (!template_render(ev, step->more->for_each, out))
		return ev->error;
	if (out->kind == VALUE_LIST && out->list->count <= MAX_ITEMS)
		return NULL;
	what = out->kind == VALUE_LIST ? arena_printf(d->scratch, "%zu items", out->list->count)
				       : value_kind_name(out);
	return arena_printf(
		d->scratch, "for_each takes a list of at most %d items, not %s", MAX_ITEMS, what);
}

static void decide_items(struct decider *d, struct spot s, struct decision *out)
{
	const struct step *step = d->run->plan->nodes[s.node].step;
	bool is_on_hosts = step->more->hosts != NULL;
	struct step_scope scope;
	struct eval ev;
	struct value items;
	const char *error;

	scope_enter(d, s, false, &scope, &ev);
	error = is_on_hosts ? hosts_items(d, &ev, step, &items) : each_items(d, &ev, step, &items);
	if (error) {
		decide_failure(d, s, broken_reason(&ev),
			arena_printf(
				d->scratch, "%s: %s", is_on_hosts ? "hosts" : "for_each", error),
			value_nil(), out);
		return;
	}
	if (!items.list->count && is_on_hosts && d->host_limit) {
		decide_finish(
			d, s, STEP_SKIPPED, "skip", "`--limit` leaves none of its hosts", out);
		return;
	}
	if (!items.list->count) {
		decide_finish(d, s, STEP_OK, NULL,
			is_on_hosts ? "there are no hosts" : "there are no items", out);
		return;
	}
	out->kind = DECIDE_RECORD;
	spot_event(d, s, EVENT_STEP_EXPANDED, &out->event);
	out->event.items = value_kept(d->scratch, &items);
}

/* ---- require -------------------------------------------------------------------------------- */

static void fail_require(struct decider *d, struct spot s, struct eval *ev, const struct require *r,
	enum verdict verdict, const char *why, struct decision *out)
{
	struct value text;
	const char *message;

	if (verdict == VERDICT_BROKEN)
		message = quote_guard(d, "require", r->that, "breaks: ", why);
	else if (verdict == VERDICT_UNKNOWN)
		message = quote_guard(d, "require", r->that, "cannot be known: ", why);
	else if (r->message && template_render_text(ev, r->message, &text))
		message = arena_copy(d->scratch, text.string, text.len);
	else
		message = arena_printf(d->scratch, "`%.*s` does not hold", STR_ARGS(r->that->text));
	decide_failure(d, s, verdict == VERDICT_BROKEN ? broken_reason(ev) : "require", message,
		guard_parts(d, ev, r->that), out);
}

static enum answer_to decide_require(struct decider *d, struct spot s, struct decision *out)
{
	const struct step *step = d->run->plan->nodes[s.node].step;

	for (size_t i = 0; step->more && i < step->more->require.count; i++) {
		const struct require *r = step->more->require.items[i];
		struct step_scope scope;
		struct eval ev;
		const char *why = NULL;
		enum verdict verdict;

		if (!r->that || !r->that->expr)
			continue;
		scope_enter(d, s, false, &scope, &ev);
		verdict = guard_test(&ev, r->that, &why);
		if (verdict == VERDICT_TRUE)
			continue;
		fail_require(d, s, &ev, r, verdict, why, out);
		return DECIDED;
	}
	return GO_ON;
}

/* ---- the action ----------------------------------------------------------------------------- */

static void start_event(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	struct event *e = &out->event;

	spot_event(d, s, EVENT_STEP_STARTED, e);
	e->attempt = spot_state(s)->attempts + 1;
	if (n->step->more && n->step->more->retry && n->step->more->retry->attempts > 0)
		e->attempts = n->step->more->retry->attempts;
	out->kind = DECIDE_RECORD;
	out->spot = s;
}

static void start_action(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	const struct action *action = d->actions[n->action];
	struct step_scope scope;
	struct eval ev;
	struct preparation p = {.decider = d, .spot = s, .node = n, .step = n->step, .ev = &ev};

	start_event(d, s, out);
	if (!action->prepare)
		return;
	scope_enter(d, s, false, &scope, &ev);
	p.event = &out->event;
	out->request = (struct request){0};
	if (!action->prepare(&p, &out->request)) {
		decide_failure(d, s, p.reason ? p.reason : broken_reason(&ev),
			p.message ? p.message : ev.error, value_nil(), out);
		return;
	}
	if (!action_asks_world(n->action))
		return;
	out->kind = DECIDE_START;
	out->request.step = arena_copy(d->scratch, out->event.step.at, out->event.step.len);
	out->request.item = out->event.item.len ? arena_copy(d->scratch, out->event.item.at,
							  out->event.item.len)
						: NULL;
	out->request.attempt = (unsigned)out->event.attempt;
}

/* ---- choose --------------------------------------------------------------------------------- */

static void start_choose(struct decider *d, struct spot s, struct decision *out)
{
	const struct plan *p = d->run->plan;
	uint32_t branch = NODE_NONE;

	while ((branch = plan_child(p, s.node, branch)) != NODE_NONE) {
		const struct step *step = p->nodes[branch].step;
		struct step_scope scope;
		struct eval ev;
		const char *why = NULL;
		enum verdict verdict = VERDICT_TRUE;

		if (!step->is_else && step->only_if && step->only_if->expr) {
			scope_enter(d, (struct spot){s.frame, branch}, false, &scope, &ev);
			verdict = guard_test(&ev, step->only_if, &why);
		}
		if (verdict == VERDICT_FALSE)
			continue;
		if (verdict != VERDICT_TRUE) {
			const char *what =
				verdict == VERDICT_UNKNOWN ? "cannot be known: " : "breaks: ";

			decide_failure(d, s,
				verdict == VERDICT_BROKEN ? broken_reason(&ev) : "guard",
				quote_guard(d, "if", step->only_if, what, why), value_nil(), out);
			return;
		}
		start_event(d, s, out);
		out->event.branch = p->nodes[branch].place;
		return;
	}
	decide_finish(d, s, STEP_SKIPPED, "if", "no branch holds", out);
}

/* ---- uses and call -------------------------------------------------------------------------- */

static const struct input *find_input(const struct runbook *book, struct str name)
{
	for (size_t i = 0; i < book->inputs.count; i++) {
		const struct input *in = book->inputs.items[i];

		if (str_equal(in->name, name))
			return in;
	}
	return NULL;
}

static const char *bind_inputs(
	struct decider *d, const struct runbook *book, const struct map *with, struct value *out)
{
	const char *why;

	*out = value_map(d->scratch);
	for (size_t i = 0; with && i < with->count; i++) {
		if (!find_input(book, entry_key(&with->entries[i])))
			return arena_printf(d->scratch, "`%.*s` has no input `%.*s`",
				STR_ARGS(book->name), STR_ARGS(entry_key(&with->entries[i])));
	}
	for (size_t i = 0; i < book->inputs.count; i++) {
		const struct input *in = book->inputs.items[i];
		const struct entry *given = with ? map_find(with, in->name) : NULL;
		struct value v = in->has_default ? in->fallback : value_nil();

		if (given && given->value.kind != VALUE_NIL) {
			if (!input_check(d->scratch, in, &given->value, &v, &why))
				return arena_printf(d->scratch, "input `%.*s` of `%.*s`: %s",
					STR_ARGS(in->name), STR_ARGS(book->name), why);
			v.flags |= given->value.flags & VALUE_SECRET;
		} else if (in->required > 0) {
			return arena_printf(d->scratch, "`%.*s` requires input `%.*s`",
				STR_ARGS(book->name), STR_ARGS(in->name));
		}
		map_set(d->scratch, out->map, in->name, v);
	}
	return NULL;
}

static const char *broken_var(
	struct decider *d, const struct unit *u, const struct named_value *var, const char *why)
{
	struct source_file *file = u->book->file;
	struct place at = source_place(file, var->value->source.start);

	return arena_printf(d->scratch, "var `%.*s` (%s:%zu:%zu): %s", STR_ARGS(var->name),
		file->path, at.line, at.column, why);
}

const char *fill_vars(struct decider *d, const struct unit *u, struct unit_state *values)
{
	values->vars = value_map(d->scratch);
	for (size_t i = 0; i < u->book->vars.count; i++) {
		const struct named_value *var = u->book->vars.items[i];
		struct step_scope scope;
		struct eval ev;
		struct value v;

		scope_enter_top(d, u, values, &scope, &ev);
		if (!template_render(&ev, var->value, &v))
			return broken_var(d, u, var, ev.error);
		map_set(d->scratch, values->vars.map, var->name, value_kept(d->scratch, &v));
	}
	return NULL;
}

static void start_inner(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	struct unit_state values = {0};
	struct step_scope scope;
	struct eval ev;
	struct value with = value_nil();
	const char *error = NULL;

	start_event(d, s, out);
	scope_enter(d, s, false, &scope, &ev);
	if (n->step->with && !template_render(&ev, n->step->with, &with)) {
		decide_failure(d, s, broken_reason(&ev), ev.error, value_nil(), out);
		return;
	}
	with = value_kept(d->scratch, &with);
	error = bind_inputs(
		d, n->inner->book, with.kind == VALUE_MAP ? with.map : NULL, &values.inputs);
	if (!error)
		error = fill_vars(d, n->inner, &values);
	if (!error)
		error = late_fill(d, n->inner, &values, &out->event.durations);
	if (error) {
		decide_failure(d, s, "guard", error, value_nil(), out);
		return;
	}
	out->event.inputs = values.inputs;
	out->event.vars = values.vars;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void start(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];

	if (n->inner)
		start_inner(d, s, out);
	else if (n->action == ACTION_CHOOSE)
		start_choose(d, s, out);
	else if (n->action == ACTION_STEPS || n->action == ACTION_PARALLEL)
		start_event(d, s, out);
	else
		start_action(d, s, out);
}

void decide_begin(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);

	if (plan_is_called_section(n) && !unit_has_begun(d->run, n->unit)) {
		decide_finish(d, s, STEP_SKIPPED, "call",
			arena_printf(d->scratch, "`%.*s` was not called",
				STR_ARGS(plan_name(d->run->plan, n->unit->node, d->scratch))),
			out);
		return;
	}
	if (d->run->is_skipped && d->run->is_skipped[s.node]) {
		decide_finish(d, s, STEP_SKIPPED, "skip", "left out on the command line", out);
		return;
	}
	if (st->phase != PHASE_PAUSED && !st->attempts && decide_if(d, s, out) == DECIDED)
		return;
	if (spot_has_items(d->run, s)) {
		decide_items(d, s, out);
		return;
	}
	if (decide_require(d, s, out) == DECIDED)
		return;
	if (n->check != NODE_NONE && !st->is_checked) {
		start(d, (struct spot){s.frame, n->check}, out);
		return;
	}
	if (st->check_held)
		decide_finish(d, s, STEP_OK, "check", "it is done already", out);
	else
		start(d, s, out);
}
