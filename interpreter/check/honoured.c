/*
 * Keys that are part of the language and that this version does not act on: to run as if they were
 * not there would do something else than what is written.
 */
#include "check/rule.h"

static void refuse(struct check *c, const struct step *s, const char *what, const char *hint)
{
	diagnostic_hint(c->d, diagnose(c->d, RB118, s->span, "%s", what), "%s", hint);
}

void check_honoured(struct check *c)
{
	const struct plan *p = c->plan;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;

		if (!s)
			continue;
		if (s->more && s->more->hosts)
			refuse(c, s, "this version does not run steps on other hosts",
				"call `ssh` in the script");
		if (s->action == ACTION_CONFIRM && s->confirm->min > 1)
			refuse(c, s, "this version takes one answer to a `confirm`",
				"write a `confirm` for each person, with `approvers`");
	}
}
