#include "tool/forecast.h"

#include "run/hosts.h"

/* ---- names ---------------------------------------------------------------------------------- */

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	const struct forecast_scope *s = (const struct forecast_scope *)scope;
	const struct forecast *f = s->f;
	const struct entry *e = s->result ? map_find(s->result->map, name) : NULL;

	if (e)
		*out = e->value;
	else if (str_is(name, "inputs"))
		*out = f->inputs[s->unit->number];
	else if (str_is(name, "vars"))
		*out = f->vars[s->unit->number];
	else if (str_is(name, "secrets"))
		*out = f->decider->run->secrets[s->unit->number];
	else if (str_is(name, "env"))
		*out = f->decider->run->env;
	else if (str_is(name, "steps"))
		*out = f->results[s->unit->number];
	else
		*out = value_unknown(
			arena_printf(ev->arena, "`%.*s` is known when it runs", STR_ARGS(name)));
	return true;
}

void forecast_enter(
	struct forecast *f, const struct unit *u, struct forecast_scope *scope, struct eval *ev)
{
	*scope = (struct forecast_scope){.scope = {.lookup = lookup}, .f = f, .unit = u};
	*ev = (struct eval){.arena = f->arena,
		.scope = &scope->scope,
		.sandbox = u->helpers ? u->helpers : f->decider->sandbox,
		.wall_ns = f->decider->wall_ns,
		.masker = f->decider->masker};
}

/* ---- namespaces ----------------------------------------------------------------------------- */

/* A value, or unknown with the reason. */
static struct value rendered(struct forecast *f, const struct unit *u, const struct template *t)
{
	struct forecast_scope scope;
	struct eval ev;
	struct value v;

	forecast_enter(f, u, &scope, &ev);
	if (template_render(&ev, t, &v))
		return v;
	return value_unknown(ev.error ? ev.error : "it is known when it runs");
}

static void fill_vars_of(struct forecast *f, const struct unit *u)
{
	f->vars[u->number] = value_map(f->arena);
	for (size_t i = 0; i < u->book->vars.count; i++) {
		const struct named_value *v = u->book->vars.items[i];

		map_set(f->arena, f->vars[u->number].map, v->name, rendered(f, u, v->value));
	}
}

/* Steps that have not run: their results are unknown. */
static void fill_steps_of(struct forecast *f)
{
	for (uint32_t i = 0; i < f->plan->unit_count; i++)
		f->results[i] = value_map(f->arena);
	for (uint32_t i = 0; i < f->plan->count; i++) {
		const struct node *n = &f->plan->nodes[i];

		if (n->step && n->step->id.len)
			map_set(f->arena, f->results[n->unit->number].map, n->step->id,
				value_unknown(arena_printf(f->arena, "step `%.*s` has not run yet",
					STR_ARGS(n->step->id))));
	}
}

static const struct template *argument(const struct template *with, struct str name)
{
	if (!with || with->kind != TEMPLATE_MAP)
		return NULL;
	for (size_t i = 0; i < with->count; i++) {
		if (str_equal(entry_key(&with->source.map->entries[i]), name))
			return &with->items[i];
	}
	return NULL;
}

static struct value input_of(struct forecast *f, const struct node *n, const struct input *in)
{
	const struct template *with = n->step->with, *t = argument(with, in->name);
	const struct entry *e =
		with && with->kind == TEMPLATE_CONSTANT && with->source.kind == VALUE_MAP
			? map_find(with->source.map, in->name)
			: NULL;

	if (with && with->kind == TEMPLATE_SINGLE)
		return value_unknown("the arguments are known when it runs");
	if (t)
		return rendered(f, n->unit, t);
	if (e)
		return e->value;
	return in->has_default ? in->fallback : value_nil();
}

static void enter_unit(struct forecast *f, const struct node *n)
{
	const struct unit *u = n->inner;

	f->inputs[u->number] = value_map(f->arena);
	for (size_t i = 0; i < u->book->inputs.count; i++) {
		const struct input *in = u->book->inputs.items[i];
		struct value v = input_of(f, n, in);

		if (v.kind == VALUE_NIL && in->has_default)
			v = in->fallback;
		map_set(f->arena, f->inputs[u->number].map, in->name, v);
	}
	fill_vars_of(f, u);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static enum verdict ask(
	struct forecast *f, const struct node *n, enum verdict around, const char **why)
{
	struct forecast_scope scope;
	struct eval ev;
	enum verdict own;

	*why = NULL;
	if (around == VERDICT_FALSE || !n->step->only_if || !n->step->only_if->expr)
		return around;
	forecast_enter(f, n->unit, &scope, &ev);
	own = guard_test(&ev, n->step->only_if, why);
	return own == VERDICT_TRUE ? around : own;
}

/* The step's place in `steps` when it is skipped: that is known. */
static void note_skipped(struct forecast *f, const struct node *n)
{
	struct value v = value_map(f->arena);

	if (!n->step->id.len)
		return;
	map_set(f->arena, v.map, STR("state"), value_str(STR("skipped")));
	map_set(f->arena, v.map, STR("ok"), value_bool(false));
	map_set(f->arena, v.map, STR("failed"), value_bool(false));
	map_set(f->arena, v.map, STR("skipped"), value_bool(true));
	map_set(f->arena, f->results[n->unit->number].map, n->step->id, v);
}

static struct forecast_step *add_step(struct forecast *f, uint32_t node, unsigned depth)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 32;
		f->steps = heap_array(f->steps, f->cap, sizeof(*f->steps));
	}
	f->steps[f->count] = (struct forecast_step){.node = node, .depth = depth};
	return &f->steps[f->count++];
}

static struct value hosts_of(struct forecast *f, const struct node *n)
{
	struct forecast_scope scope;
	struct value hosts;
	const char *error;
	struct eval ev;

	forecast_enter(f, n->unit, &scope, &ev);
	error = hosts_items(f->decider, &ev, n->step, &hosts);
	return error ? value_unknown(error) : hosts;
}

static void walk(struct forecast *f, uint32_t group, unsigned depth, enum verdict around);

static void foresee(struct forecast *f, uint32_t node, unsigned depth, enum verdict around)
{
	const struct node *n = &f->plan->nodes[node];
	size_t at = f->count;
	struct forecast_step *s = add_step(f, node, depth);
	enum verdict will_run = ask(f, n, around, &s->why);

	s->will_run = will_run;
	if (n->inner)
		enter_unit(f, n);
	s->does = forecast_action(f, node);
	if (n->step->more && n->step->more->hosts)
		s->hosts = hosts_of(f, n);
	if (will_run == VERDICT_FALSE)
		note_skipped(f, n);
	else if (will_run == VERDICT_TRUE && f->world)
		s->probed = forecast_probe(f, node);
	if (n->step->with) {
		struct forecast_scope scope;
		struct eval ev;

		forecast_enter(f, n->unit, &scope, &ev);
		template_render_partial(&ev, n->step->with, &f->steps[at].with);
	}
	walk(f, node, depth + 1, will_run);
}

/* Of branches the first that holds runs; behind one that is unknown nothing is certain. */
static void walk_branches(struct forecast *f, uint32_t group, unsigned depth, enum verdict around)
{
	uint32_t child = NODE_NONE;

	while ((child = plan_child(f->plan, group, child)) != NODE_NONE) {
		size_t at = f->count;
		enum verdict answer;

		foresee(f, child, depth, around);
		answer = f->steps[at].will_run;
		if (answer == VERDICT_TRUE)
			around = VERDICT_FALSE;
		else if (answer == VERDICT_UNKNOWN && around == VERDICT_TRUE)
			around = VERDICT_UNKNOWN;
	}
}

static void walk(struct forecast *f, uint32_t group, unsigned depth, enum verdict around)
{
	const struct node *n = &f->plan->nodes[group];
	uint32_t child = NODE_NONE;

	if (n->step && n->action == ACTION_CHOOSE) {
		walk_branches(f, group, depth, around);
		return;
	}
	/* How many items there are may be unknown, or none. */
	if (step_items(n->step) && around == VERDICT_TRUE)
		around = VERDICT_UNKNOWN;
	while ((child = plan_child(f->plan, group, child)) != NODE_NONE)
		foresee(f, child, depth, around);
}

void forecast_make(struct forecast *f, struct arena *a, struct decider *d, struct world *probe,
	const struct value *inputs)
{
	const struct plan *p = d->run->plan;

	*f = (struct forecast){.arena = a, .decider = d, .plan = p, .world = probe};
	f->inputs = arena_array(a, p->unit_count, sizeof(struct value));
	f->vars = arena_array(a, p->unit_count, sizeof(struct value));
	f->results = arena_array(a, p->unit_count, sizeof(struct value));
	for (uint32_t i = 0; i < p->unit_count; i++) {
		f->inputs[i] = value_map(a);
		f->vars[i] = value_map(a);
	}
	f->inputs[0] = *inputs;
	fill_steps_of(f);
	fill_vars_of(f, p->units[0]);
	walk(f, p->main, 0, VERDICT_TRUE);
	f->forward = f->count;
	f->world = NULL; /* what comes at the end is not tried out */
	if (p->before != NODE_NONE)
		walk(f, p->before, 0, VERDICT_UNKNOWN);
	if (p->after != NODE_NONE)
		walk(f, p->after, 0, VERDICT_UNKNOWN);
	if (p->finally != NODE_NONE)
		walk(f, p->finally, 0, VERDICT_TRUE);
}

void forecast_release(struct forecast *f)
{
	free(f->steps);
}
