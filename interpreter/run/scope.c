#include "run/scope.h"

#include "base/json.h"
#include "base/utc.h"
#include "run/step_object.h"
#include "run/watch.h"

/* ---- the run -------------------------------------------------------------------------------- */

static bool failure_is_condition(const struct run *r)
{
	return r->stop_reason && strcmp(r->stop_reason, "condition") == 0;
}

static struct str step_reason(struct arena *a, struct str step, const char *why)
{
	if (!step.len)
		return str_of(why);
	/* A group's own words name the step already. */
	if (why[0] == '`')
		return str_of(arena_printf(a, "step %s", why));
	return str_of(arena_printf(a, "step `%.*s` failed: %s", STR_ARGS(step), why));
}

static struct str run_reason(struct run *r, struct arena *a)
{
	const char *stop = r->stop_message ? r->stop_message : r->stop_reason;

	if (stop)
		return failure_is_condition(r) ? str_of(stop)
					       : step_reason(a, r->failure_step, stop);
	if (r->status != RUN_FAILED)
		return STR("");
	return step_reason(a, r->failed_step, r->message ? r->message : r->reason ? r->reason : "");
}

/* Why the run turned back: of a condition there is no step. */
static struct value failure_value(struct run *r, struct arena *a)
{
	struct value v = value_map(a);

	map_set(a, v.map, STR("step"), value_str(r->failure_step));
	map_set(a, v.map, STR("reason"),
		value_str(str_of(failure_is_condition(r) && r->stop_message ? r->stop_message
				 : r->stop_reason			    ? r->stop_reason
									    : "")));
	map_set(a, v.map, STR("message"),
		value_str(str_of(r->stop_message ? r->stop_message : "")));
	return v;
}

static struct value run_value(const struct step_scope *s, struct eval *ev)
{
	struct run *r = s->run;
	struct value v = value_map(ev->arena);
	struct strbuf started = {0};

	utc_print(&started, r->started_wall_ns);
	strbuf_putc(&started, 'Z');
	map_set(ev->arena, v.map, STR("id"), value_str(r->id));
	map_set(ev->arena, v.map, STR("runbook"), value_str(r->plan->book->name));
	map_set(ev->arena, v.map, STR("status"), value_str(str_of(run_status_names[r->status])));
	map_set(ev->arena, v.map, STR("reason"), value_str(run_reason(r, ev->arena)));
	map_set(ev->arena, v.map, STR("failed_step"), value_str(r->failed_step));
	map_set(ev->arena, v.map, STR("started"), value_str(strbuf_take(&started, ev->arena)));
	strbuf_release(&started);
	map_set(ev->arena, v.map, STR("duration"),
		value_float((double)r->now_ns / (double)NS_PER_S));
	return v;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The frame of the innermost for_each in the namespace; with `as`, of the one that calls its item
 * so. */
static const struct frame *item_frame(const struct step_scope *s, struct str name)
{
	bool is_plain = str_is(name, "item") || str_is(name, "index");

	for (const struct frame *f = s->spot.frame; f && f->outer; f = f->outer) {
		const struct node *n = &s->run->plan->nodes[f->node];

		if (n->unit != s->unit)
			return NULL;
		if (is_plain || (n->step->more && str_equal(n->step->more->as, name)))
			return f;
	}
	return NULL;
}

static bool lookup_item(const struct step_scope *s, struct str name, struct value *out)
{
	const struct frame *f;

	if (!s->sees_items)
		return false;
	f = item_frame(s, name);
	if (!f)
		return false;
	*out = str_is(name, "index") ? value_int(f->index) : f->item;
	return true;
}

/* The result of a group is there before the step has ended with it. */
static bool pending_field(const struct event *e, struct str name, struct value *out)
{
	const struct value *const maps[] = {&e->outputs, &e->result};

	for (size_t i = 0; i < 2; i++) {
		const struct entry *entry =
			maps[i]->kind == VALUE_MAP ? map_find(maps[i]->map, name) : NULL;

		if (!entry)
			continue;
		*out = entry->value;
		return true;
	}
	return false;
}

/* In what undoes a step: the step. */
static bool lookup_self(const struct step_scope *s, struct eval *ev, struct value *out)
{
	uint32_t node = plan_undone_step(s->run->plan, s->spot.node);
	struct frame *f = node == NODE_NONE ? NULL : frame_of(s->run, s->spot.frame, node);

	if (!f)
		return false;
	*out = step_value(s->run, (struct spot){f, node}, ev->arena);
	return true;
}

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	const struct step_scope *s = (const struct step_scope *)scope;

	if (s->sees_result && s->pending && pending_field(s->pending, name, out))
		return true;
	if (s->sees_result && step_result_field(s->run, s->spot, name, ev->arena, out))
		return true;
	if (str_is(name, "inputs"))
		*out = s->values->inputs;
	else if (str_is(name, "vars"))
		*out = s->values->vars;
	else if (str_is(name, "secrets"))
		*out = s->run->secrets[s->unit->number];
	else if (str_is(name, "env"))
		*out = s->run->env;
	else if (str_is(name, "steps"))
		*out = steps_value(s->run, s->spot.frame, s->unit, ev->arena);
	else if (str_is(name, "run"))
		*out = run_value(s, ev);
	else if (str_is(name, "watch"))
		*out = watches_value(s->run, s->unit, ev->arena, s->now_ns);
	else if (str_is(name, "failure") && s->run->is_rolling_back)
		*out = failure_value(s->run, ev->arena);
	else if (str_is(name, "self"))
		return lookup_self(s, ev, out);
	else
		return lookup_item(s, name, out);
	return true;
}

/* ---- why something is nothing --------------------------------------------------------------- */

static bool names_root(const struct expr *e, const char *root)
{
	return e->kind == EXPR_FIELD && e->object->kind == EXPR_NAME &&
	       str_is(e->object->name, root);
}

static const char *missing(const struct scope *scope, const struct expr *e, struct eval *ev)
{
	const struct step_scope *s = (const struct step_scope *)scope;

	if (names_root(e, "inputs"))
		return arena_printf(ev->arena, "input `%.*s` was not given", STR_ARGS(e->name));
	if (names_root(e, "env"))
		return arena_printf(
			ev->arena, "`%.*s` is not in the environment", STR_ARGS(e->name));
	/* steps.x.y, and anything below it. */
	for (; e && (e->kind == EXPR_FIELD || e->kind == EXPR_INDEX);
		e = e->kind == EXPR_FIELD ? e->object : e->left) {
		uint32_t node;
		struct spot seen;
		const struct step_state *st;

		if (!names_root(e, "steps"))
			continue;
		node = plan_step(s->run->plan, s->unit, e->name);
		if (node == NODE_NONE)
			return NULL;
		seen = spot_seen(s->run, s->spot.frame, node);
		st = seen.frame ? spot_state(seen) : NULL;
		if (st && st->status == STEP_SKIPPED)
			return arena_printf(
				ev->arena, "step `%.*s` was skipped", STR_ARGS(e->name));
		if (st && (st->status == STEP_FAILED || st->status == STEP_WARNED))
			return arena_printf(ev->arena, "step `%.*s` failed", STR_ARGS(e->name));
	}
	return NULL;
}

/* ---- entering ------------------------------------------------------------------------------- */

static void enter(
	struct decider *d, const struct unit *u, struct step_scope *scope, struct eval *ev)
{
	scope->scope = (struct scope){.lookup = lookup, .missing = missing};
	scope->run = d->run;
	scope->now_ns = d->now_ns;
	scope->unit = u;
	*ev = (struct eval){.arena = d->scratch,
		.scope = &scope->scope,
		.sandbox = u->helpers ? u->helpers : d->sandbox,
		.wall_ns = d->wall_ns,
		.masker = d->masker};
}

void scope_enter(struct decider *d, struct spot s, bool sees_result, struct step_scope *scope,
	struct eval *ev)
{
	*scope = (struct step_scope){.spot = s, .sees_result = sees_result, .sees_items = true};
	enter(d, d->run->plan->nodes[s.node].unit, scope, ev);
	scope->values = spot_unit(d->run, s);
}

void scope_enter_inner(struct decider *d, struct spot s, struct step_scope *scope, struct eval *ev)
{
	*scope = (struct step_scope){.spot = s};
	enter(d, d->run->plan->nodes[s.node].inner, scope, ev);
	scope->values = spot_state(s)->unit;
}

void scope_enter_file(
	struct decider *d, const struct unit *u, struct step_scope *scope, struct eval *ev)
{
	if (u->outer)
		scope_enter_inner(d, (struct spot){d->run->root, u->node}, scope, ev);
	else
		scope_enter(d, (struct spot){d->run->root, d->run->plan->main}, false, scope, ev);
}

void scope_enter_top(struct decider *d, const struct unit *u, struct unit_state *values,
	struct step_scope *scope, struct eval *ev)
{
	*scope = (struct step_scope){.spot = {d->run->root, 0}};
	enter(d, u, scope, ev);
	scope->values = values;
}
