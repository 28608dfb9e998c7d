/*
 * Keys that are part of the language and that this version does not act on: to run as if they were
 * not there would do something else than what is written.
 */
#include "check/rule.h"

static void refuse(struct check *c, const struct step *s, const char *what, const char *hint)
{
	diagnostic_hint(c->d, diagnose(c->d, RB118, s->span, "%s", what), "%s", hint);
}

/* What of a called runbook stands around its steps and would not happen inside another run. */
static const char *ignored_part(const struct runbook *called)
{
	const struct rollback_section *back = called->rollback;

	if (called->finally.count)
		return "finally";
	if (called->watch.count)
		return "watch";
	if (back && back->when.count)
		return "rollback.when";
	if (back && back->before.count)
		return "rollback.before";
	if (back && back->steps.count)
		return "rollback.steps";
	if (back && back->verify)
		return "rollback.verify";
	return called->deadline_ns != INT64_MIN ? "deadline" : NULL;
}

static void check_call(struct check *c, const struct node *n)
{
	const char *part = n->inner ? ignored_part(n->inner->book) : NULL;

	if (!part || n->action != ACTION_CALL)
		return;
	diagnostic_hint(c->d,
		diagnose(c->d, RB118, n->step->uses->span,
			"`%.*s` has `%s`, which this version does not follow in a called runbook",
			STR_ARGS(n->step->uses->name), part),
		"move `%s` to the runbook that calls it", part);
}

void check_honoured(struct check *c)
{
	const struct plan *p = c->plan;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;

		if (!s)
			continue;
		check_call(c, &p->nodes[i]);
		if (s->more && s->more->hosts)
			refuse(c, s, "this version does not run steps on other hosts",
				"call `ssh` in the script");
		if (s->action == ACTION_CONFIRM && s->confirm->min > 1)
			refuse(c, s, "this version takes one answer to a `confirm`",
				"write a `confirm` for each person, with `approvers`");
	}
}
