/*
 * Every expression of every file, with the one who reads it: what its names mean follows from that.
 */
#include "check/rule.h"

/* ---- expressions ------------------------------------------------------------------------------
 */

static enum type read_guard(struct check *c, const struct reader *r, enum guard_place place,
	const struct guard *g, bool has_to_hold)
{
	if (!g || !g->expr)
		return TYPE_ANY;
	struct code code = {.reader = r, .guard = g, .place = place, .has_to_hold = has_to_hold};
	return check_code(c, &code);
}

struct template_reading {
	struct check *check;
	const struct reader *reader;
	enum type type;
};

static void read_interpolation(void *context, const struct guard *g)
{
	struct template_reading *t = context;
	t->type = read_guard(t->check, t->reader, PLACE_ARGUMENT, g, false);
}

/* Returns the type of what it gives. */
static enum type read_template(struct check *c, const struct reader *r, const struct template *t)
{
	struct template_reading reading = {c, r, TYPE_ANY};
	if (!t)
		return TYPE_ANY;
	template_visit(t, read_interpolation, &reading);
	switch (t->kind) {
	case TEMPLATE_SINGLE:
		return reading.type;
	case TEMPLATE_TEXT:
		return TYPE_STRING;
	default:
		return value_type(&t->source);
	}
}

/* A duration that is filled in with the vars, before any step. */
static void read_late(struct check *c, struct reader r, const struct template *late)
{
	r.section = SECTION_START;
	r.what = "this duration is";
	read_template(c, &r, late);
}

static void read_condition(struct check *c, const struct reader *r, const struct condition *k)
{
	if (!k)
		return;
	read_guard(c, r, PLACE_ARGUMENT, k->holds, true);
	read_template(c, r, k->reason);
	read_late(c, *r, k->for_late);
	read_late(c, *r, k->decide_within_late);
}

/* ---- a step -----------------------------------------------------------------------------------
 */

struct step_reading {
	struct guard_visitor visitor;
	struct check *check;
	const struct reader *reader;
	size_t require, hint; /* the next in its list: they are visited in order */
};

static bool is_among(const struct guard_list *list, const struct guard *g)
{
	return list->count && g >= list->items && g < list->items + list->count;
}

static bool is_required(struct step_reading *v, const struct step *s, const struct guard *g)
{
	const struct record_list *list = s->more ? &s->more->require : NULL;
	if (s->action == ACTION_ASSERT && is_among(s->assertions, g))
		return true;
	for (; list && v->require < list->count; v->require++) {
		const struct require *r = list->items[v->require];
		if (r->that != g && r->that && r->that->expr)
			return false; /* it belongs to the message of the one before */
		if (r->that == g) {
			v->require++;
			return true;
		}
	}
	return false;
}

static bool is_hint_guard(struct step_reading *v, const struct step *s, const struct guard *g)
{
	const struct record_list *list = &s->more->hints;
	for (; v->hint < list->count; v->hint++) {
		const struct hint *h = list->items[v->hint];
		if (h->only_if != g && h->only_if && h->only_if->expr)
			return false;
		if (h->only_if == g) {
			v->hint++;
			return true;
		}
	}
	return false;
}

static bool has_to_hold(
	struct step_reading *v, const struct step *s, enum guard_place place, const struct guard *g)
{
	switch (place) {
	case PLACE_IF:
	case PLACE_UNTIL:
		return true;
	case PLACE_REQUIRE:
		return is_required(v, s, g);
	case PLACE_HINT:
		return is_hint_guard(v, s, g);
	case PLACE_RESULT:
		return (s->more->retry && s->more->retry->only_if == g) ||
		       is_among(&s->more->expect, g);
	default:
		return false;
	}
}

static void read_code(struct guard_visitor *visitor, const struct step *s, enum guard_place place,
	const struct guard *g)
{
	struct step_reading *v = (struct step_reading *)visitor;
	struct code code = {.reader = v->reader, .guard = g, .place = place};
	code.has_to_hold = has_to_hold(v, s, place, g);
	const struct template *items = step_items(s);
	code.is_items = place == PLACE_FOR_EACH && items && items->kind == TEMPLATE_SINGLE;
	check_code(v->check, &code);
}

/* What the plan has no use for. */
static void read_rest(struct check *c, const struct reader *r, const struct step *s)
{
	if (s->action == ACTION_MONITOR && s->monitor) {
		read_template(c, r, s->monitor->duration);
		for (size_t i = 0; i < s->monitor->fail.count; i++)
			read_condition(c, r, s->monitor->fail.items[i]);
	}
	if (!s->more)
		return;
	read_template(c, r, s->more->keep);
	read_template(c, r, s->more->irreversible);
}

static void read_step(struct check *c, const struct reader *r)
{
	/* The argument of its action could not be decoded: told already. */
	if (!r->step->run)
		return;
	struct step_reading v = {.visitor = {.visit = read_code}, .check = c, .reader = r};
	visit_step(&v.visitor, r->step);
	read_rest(c, r, r->step);
	for (size_t i = 0; i < c->rule_count; i++) {
		if (c->rules[i]->step)
			c->rules[i]->step(c, r);
	}
}

/* ---- steps that are no nodes ------------------------------------------------------------------
 */

static void read_loose(struct check *c, const struct reader *where, const struct step_list *list);

static void read_loose_step(struct check *c, const struct reader *where, const struct step *s)
{
	struct step_list inner[3];
	struct reader r = *where;
	struct around around = {s, where->around};
	r.step = s;
	r.node = NODE_NONE;
	r.around = &around;
	if (s->action == ACTION_NONE)
		return; /* told already */
	read_step(c, &r);
	size_t count = step_lists(s, inner);
	for (size_t i = 0; i < count; i++)
		read_loose(c, &r, &inner[i]);
}

static void read_loose(struct check *c, const struct reader *where, const struct step_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		read_loose_step(c, where, list->items[i]);
}

static void read_section(
	struct check *c, struct reader where, const struct step_list *list, enum section section)
{
	where.section = section;
	for (size_t i = 0; i < list->count; i++) {
		where.top = (uint32_t)i;
		read_loose_step(c, &where, list->items[i]);
	}
}

/* ---- a file -----------------------------------------------------------------------------------
 */

static void read_vars(struct check *c, struct reader r, struct book *b)
{
	const struct record_list *vars = &b->runbook->vars;
	r.section = SECTION_START;
	r.what = "`vars` are";
	for (size_t i = 0; i < vars->count; i++) {
		const struct named_value *var = vars->items[i];
		r.vars = (uint32_t)i;
		b->var_types[i] = (uint8_t)read_template(c, &r, var->value);
	}
}

static void read_values(struct check *c, const struct reader *r, const struct record_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		read_template(c, r, ((const struct named_value *)list->items[i])->value);
}

static void read_lock(struct check *c, struct reader r, const struct lock *lock)
{
	if (!lock)
		return;
	r.section = SECTION_START;
	r.what = "`lock` is";
	read_template(c, &r, lock->name);
	read_template(c, &r, lock->reason);
}

static void read_watch(struct check *c, struct reader r, const struct watch *w)
{
	read_late(c, r, w->every_late);
	read_late(c, r, w->max_gap_late);
	if (!w->sample)
		return;
	read_loose_step(c, &r, w->sample);
	r.step = w->sample;
	read_guard(c, &r, PLACE_RESULT, w->value, false);
}

static void read_rollback(struct check *c, struct reader r, const struct rollback_section *s)
{
	if (!s)
		return;
	r.section = SECTION_WHEN;
	for (size_t i = 0; i < s->when.count; i++)
		read_condition(c, &r, s->when.items[i]);
	r.section = SECTION_VERIFY;
	read_condition(c, &r, s->verify);
	read_late(c, r, s->decide_within_late);
	read_section(c, r, &s->before, SECTION_BEFORE);
	read_section(c, r, &s->steps, SECTION_AFTER);
}

static bool is_wanted(const struct check *c, const struct book *b)
{
	return !c->is_lint || !b->runbook->file->is_embedded;
}

static void read_file(struct check *c, struct book *b)
{
	const struct runbook *book = b->runbook;
	struct reader r = {.book = b,
		.node = NODE_NONE,
		.anchor = NODE_NONE,
		.self = NODE_NONE,
		.section = SECTION_ANY,
		.vars = UINT32_MAX};
	read_vars(c, r, b);
	read_lock(c, r, book->lock);
	read_values(c, &r, &book->env);
	read_template(c, &r, book->cwd);
	for (size_t i = 0; i < book->watch.count; i++)
		read_watch(c, r, book->watch.items[i]);
	read_rollback(c, r, book->rollback);
	if (b->unit->outer)
		read_section(c, r, &book->finally, SECTION_FINALLY);
	for (size_t i = 0; i < book->invariants.count; i++)
		read_guard(c, &r, PLACE_ARGUMENT, &book->invariants.items[i], true);
	for (size_t i = 0; i < book->outputs.count; i++) {
		const struct named_guard *out = book->outputs.items[i];
		read_guard(c, &r, PLACE_ARGUMENT, &out->guard, false);
	}
}

/* ---- the plan ---------------------------------------------------------------------------------
 */

static void read_node(struct check *c, uint32_t node)
{
	const struct plan *p = c->plan;
	const struct node *n = &p->nodes[node];
	const struct book *b = c->books[n->unit->number];
	if (!b || !n->step || !is_wanted(c, b))
		return;
	bool is_last = !n->unit->outer && p->finally != NODE_NONE && node > p->finally;
	struct reader r = {.book = b,
		.step = n->step,
		.node = node,
		.anchor = node,
		.self = NODE_NONE,
		.section = is_last ? SECTION_FINALLY : SECTION_MAIN,
		.vars = UINT32_MAX};
	read_step(c, &r);
	if (!n->step->more || !n->step->more->rollback.count)
		return;
	r.self = node;
	read_section(c, r, &n->step->more->rollback, SECTION_UNDO);
}

/* Steps that stand apart are read where they are written; but modules that are used there are read
 * here, and what undoes a step of theirs is written there. */
static void read_nodes(struct check *c, uint32_t from, uint32_t end, const struct unit *apart)
{
	for (uint32_t i = from; i < end;) {
		const struct node *n = &c->plan->nodes[i];

		if (is_read_loose(n)) {
			read_nodes(c, i + 1, n->end, n->unit);
			i = n->end;
			continue;
		}
		if (n->unit != apart)
			read_node(c, i);
		i++;
	}
}

void walk_plan(struct check *c)
{
	for (uint32_t i = 0; i < c->plan->unit_count; i++) {
		if (c->books[i] && is_wanted(c, c->books[i]))
			read_file(c, c->books[i]);
	}
	read_nodes(c, 0, c->plan->count, NULL);
}
