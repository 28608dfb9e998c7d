/*
 * Effects that nothing undoes and nobody has said to keep.
 */
#include "check/lint_rules.h"

static bool is_answered(const struct step *s)
{
	return s->has_rollback || s->effects == EFFECT_NONE || s->effects == EFFECT_READS ||
	       (s->more && (s->more->keep || s->more->irreversible));
}

/* A group, loop or branch that is undone as a whole, or is said to stay. */
static bool is_answered_around(const struct check *c, const struct reader *r)
{
	const struct plan *p = c->plan;

	for (const struct around *a = r->around; a; a = a->outer) {
		if (is_answered(a->step))
			return true;
	}
	for (uint32_t up = r->anchor; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct node *n = &p->nodes[up];

		if (n->role == ROLE_CHECK)
			return true; /* it only looks */
		if (n->step && is_answered(n->step))
			return true;
	}
	return false;
}

/* The method of a request may be known at run time only. */
static bool is_certain(const struct step *s)
{
	if (s->effects == EFFECT_WRITES)
		return true;
	return s->action == ACTION_RUN || (s->action == ACTION_HTTP && http_method(s->http).at);
}

static void check_effects(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;

	if (!is_forward(r) || action_info((enum action_kind)s->action)->is_composite ||
		s->action == ACTION_USES || s->action == ACTION_CALL || !is_certain(s) ||
		step_effect(s) != EFFECT_WRITES || is_answered_around(c, r))
		return;
	struct diagnostic *told = diagnose(c->d, RB401, s->span,
		"%s changes something, and nothing says how it is undone",
		s->id.len ? arena_printf(c->d->arena, "`%.*s`", STR_ARGS(s->id)) : "this step");
	diagnostic_note(c->d, told, "a run that fails later would leave it behind");
	diagnostic_hint(c->d, told,
		"give it a `rollback`; or say `effects: none` (it changes nothing), `keep: why` "
		"(it "
		"may stay)\nor `irreversible: why` (a point of no return)");
}

const struct rule lint_effects = {.id = RB401, .step = check_effects};
