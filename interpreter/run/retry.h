/*
 * Whether a step that failed is tried again, and when. Part of decide().
 */
#ifndef RUN_RETRY_H
#define RUN_RETRY_H

#include "run/decide.h"

/* No pause is longer, unless `max_delay` says so. */
#define RETRY_MAX_DELAY_NS (3600 * NS_PER_S)

/* It is: `*out` says when. False: it is not, the step has failed. */
bool decide_retry(struct decider *d, struct spot s, const char *reason, const char *message,
	struct value working, struct decision *out);
/* Whether a reply of this kind may ask to wait: its headers are kept then. */
bool retry_may_be_asked(const struct value *result);

#endif
