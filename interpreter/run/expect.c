/* `expect`: what has to hold of the result, beside the action itself. */
#include "run/begin.h"
#include "run/scope.h"

#include "plan/visit.h"

static const char *expect_message(
	struct decider *d, enum verdict verdict, const struct guard *g, const char *why)
{
	switch (verdict) {
	case VERDICT_BROKEN:
		return arena_printf(d->scratch, "expect `%.*s` breaks: %s", STR_ARGS(g->text), why);
	case VERDICT_UNKNOWN:
		return arena_printf(
			d->scratch, "expect `%.*s` cannot be known: %s", STR_ARGS(g->text), why);
	default:
		return arena_printf(d->scratch, "expect `%.*s` does not hold", STR_ARGS(g->text));
	}
}

bool decide_expect(struct decider *d, struct spot s, const struct step *step,
	const struct event *pending, struct decision *out)
{
	for (size_t i = 0; step->more && i < step->more->expect.count; i++) {
		const struct guard *g = &step->more->expect.items[i];
		struct step_scope scope;
		struct eval ev;
		const char *why = NULL, *message;
		enum verdict verdict;

		if (!g->expr)
			continue;
		scope_enter(d, s, true, &scope, &ev);
		scope.pending = pending;
		verdict = guard_test(&ev, g, &why);
		if (verdict == VERDICT_TRUE)
			continue;
		message = expect_message(d, verdict, g, why);
		decide_failure(d, s, verdict == VERDICT_BROKEN ? broken_reason(&ev) : "expect",
			message, guard_parts(d, &ev, g), out);
		return false;
	}
	return true;
}

static void find_exit_code(void *context, const struct expr *e)
{
	if (e->kind == EXPR_NAME && str_is(e->name, "exit_code"))
		*(bool *)context = true;
}

bool exit_is_expected(struct decider *d, struct spot s)
{
	const struct step_more *more = d->run->plan->nodes[s.node].step->more;
	bool is_read = false;

	if (!more || strcmp(spot_state(s)->reason, "exit") != 0)
		return false;
	for (size_t i = 0; i < more->expect.count; i++) {
		const struct guard *g = &more->expect.items[i];
		struct step_scope scope;
		struct eval ev;
		const char *why;

		if (!g->expr)
			continue;
		visit_expr(g->expr, find_exit_code, &is_read);
		scope_enter(d, s, true, &scope, &ev);
		if (guard_test(&ev, g, &why) != VERDICT_TRUE)
			return false;
	}
	return is_read;
}
