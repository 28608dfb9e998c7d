/*
 * Every expression of a step, with the place it stands in: for checks and for what the plan has to
 * know about who reads what.
 */
#ifndef PLAN_VISIT_H
#define PLAN_VISIT_H

#include "model/runbook.h"

enum guard_place {
	PLACE_IF,	/* `if`: before anything of the step ran */
	PLACE_FOR_EACH, /* its list */
	PLACE_REQUIRE,	/* before the action, per item */
	PLACE_ARGUMENT, /* interpolated into the action, its `env`, `name` … */
	PLACE_UNTIL,	/* `wait.until`: again and again */
	PLACE_RESULT, /* `expect`, `outputs`, `retry.if`: sees the action's own result by bare name
		       */
	PLACE_HINT,   /* when the step has failed */
};

struct guard_visitor {
	void (*visit)(struct guard_visitor *v, const struct step *s, enum guard_place place,
		const struct guard *code);
};

/* The step's own expressions; not those of steps inside it, of its `check` or `rollback`. */
void visit_step(struct guard_visitor *v, const struct step *s);
/* Interpolations of one template. */
void visit_template(struct guard_visitor *v, const struct step *s, enum guard_place place,
	const struct template *t);
/* Calls `visit` for `e` and everything below it, parents first. */
void visit_expr(
	const struct expr *e, void (*visit)(void *context, const struct expr *e), void *context);

#endif
