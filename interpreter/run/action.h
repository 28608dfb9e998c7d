/*
 * The running side of an action: how its arguments become a request to the world, or its result
 * when nothing is asked. One row each, in action/.
 */
#ifndef RUN_ACTION_H
#define RUN_ACTION_H

#include "run/decide.h"

struct preparation {
	struct decider *decider;
	struct spot spot;
	const struct node *node;
	const struct step *step;
	struct eval *ev;     /* to render arguments with; its arena holds the request */
	struct event *event; /* STEP_STARTED: `command`, `until_ns` … may be set */
	const char *reason;  /* why it cannot start, when prepare says no: `guard` if not set */
	const char *message;
	struct value working; /* judge: the parts of a guard that did not hold */
};

struct action {
	/* Fills the request in, from the rendered arguments. False: ev->error or `message` says why
	 * the step fails. NULL: nothing is asked of the world. */
	bool (*prepare)(struct preparation *p, struct request *out);
	/* Looks at a result that came in without a reason, or at none when nothing was asked: NULL,
	 * or why the step fails all the same. May be NULL. */
	const char *(*judge)(
		struct preparation *p, const struct value *result, const char **message);
};

#endif
