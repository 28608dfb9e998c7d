/* `assert`: guards that have to hold; nothing runs. */
#include "action/table.h"
#include "run/begin.h"

static const char *judge(struct preparation *p, const struct value *result, const char **message)
{
	const struct guard_list *list = p->step->assertions;

	(void)result;
	for (size_t i = 0; i < list->count; i++) {
		const struct guard *g = &list->items[i];
		const char *why = NULL;
		enum verdict verdict;

		if (!g->expr)
			continue;
		verdict = guard_test(p->ev, g, &why);
		if (verdict == VERDICT_TRUE)
			continue;
		p->working = guard_parts(p->decider, p->ev, g);
		if (verdict == VERDICT_FALSE)
			*message = arena_printf(
				p->ev->arena, "`%.*s` does not hold", STR_ARGS(g->text));
		else
			*message = arena_printf(p->ev->arena, "`%.*s` %s: %s", STR_ARGS(g->text),
				verdict == VERDICT_UNKNOWN ? "cannot be known" : "breaks", why);
		return verdict == VERDICT_BROKEN ? broken_reason(p->ev) : "assert";
	}
	return NULL;
}

const struct action assert_action = {.judge = judge};
