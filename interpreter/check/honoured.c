/*
 * Keys that are part of the language and that this version does not act on: to run as if they were
 * not there would do something else than what is written.
 */
#include "check/rule.h"

/* What of a called runbook is followed only on the way forward: nothing undoes it elsewhere. */
static const char *forward_part(const struct runbook *called)
{
	const struct rollback_section *back = called->rollback;

	if (called->watch.count)
		return "watch";
	if (back && back->when.count)
		return "rollback.when";
	if (back && back->before.count)
		return "rollback.before";
	if (back && back->steps.count)
		return "rollback.steps";
	return back && back->verify ? "rollback.verify" : NULL;
}

static void check_call(struct check *c, uint32_t node)
{
	const struct node *n = &c->plan->nodes[node];
	const struct runbook *called = n->action == ACTION_CALL && n->inner ? n->inner->book : NULL;
	enum call_place place = plan_call_place(c->plan->nodes, node);
	const char *part = NULL;

	if (!called || place == CALL_FORWARD)
		return;
	if (place == CALL_REPEATED && called->finally.count)
		part = "finally";
	else
		part = forward_part(called);
	if (!part)
		return;
	diagnostic_hint(c->d,
		diagnose(c->d, RB118, n->step->uses->span,
			"`%.*s` has `%s`, which is not followed %s", STR_ARGS(n->step->uses->name),
			part,
			place == CALL_REPEATED ? "in a loop, a `check` or a watch"
					       : "in `finally` or in a rollback"),
		"call it among the steps that go forward, or move `%s` to the runbook that calls "
		"it",
		part);
}

/* It is taken with the run, before any value that the call gives is known. */
static void check_lock(struct check *c, const struct node *n)
{
	const struct lock *lock =
		n->action == ACTION_CALL && n->inner ? n->inner->book->lock : NULL;

	if (!lock || !lock->name || lock->name->kind == TEMPLATE_CONSTANT)
		return;
	diagnostic_hint(c->d,
		diagnose(c->d, RB118, n->step->uses->span,
			"the lock of `%.*s` has a name that is not known before it is called",
			STR_ARGS(n->step->uses->name)),
		"give it a constant name, or take the lock in the runbook that calls it");
}

void check_honoured(struct check *c)
{
	const struct plan *p = c->plan;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;

		if (!s)
			continue;
		check_call(c, i);
		check_lock(c, &p->nodes[i]);
	}
}
