/*
 * The ways through a file's steps.
 */
#include "model/runbook.h"

size_t step_lists(const struct step *s, struct step_list lists[3])
{
	size_t count = 0;
	if (s->action >= ACTION_STEPS && s->steps)
		lists[count++] = *s->steps;
	if (s->more && s->more->rollback.count)
		lists[count++] = s->more->rollback;
	if (s->more && s->more->check)
		lists[count++] = (struct step_list){1, &s->more->check};
	return count;
}

size_t runbook_lists(const struct runbook *r, struct step_list lists[4])
{
	size_t count = 0;
	lists[count++] = r->steps;
	lists[count++] = r->finally;
	if (r->rollback) {
		lists[count++] = r->rollback->before;
		lists[count++] = r->rollback->steps;
	}
	return count;
}

static void each_step(
	const struct step_list *list, void (*visit)(void *context, struct step *s), void *context)
{
	for (size_t i = 0; i < list->count; i++) {
		struct step_list inner[3];
		struct step *s = list->items[i];
		visit(context, s);
		size_t count = step_lists(s, inner);
		for (size_t j = 0; j < count; j++)
			each_step(&inner[j], visit, context);
	}
}

void runbook_each_step(
	const struct runbook *r, void (*visit)(void *context, struct step *s), void *context)
{
	struct step_list lists[4];
	size_t count = runbook_lists(r, lists);
	for (size_t i = 0; i < count; i++)
		each_step(&lists[i], visit, context);
	for (size_t i = 0; i < r->watch.count; i++) {
		struct watch *w = r->watch.items[i];
		if (w->sample)
			each_step(&(struct step_list){1, &w->sample}, visit, context);
	}
}
