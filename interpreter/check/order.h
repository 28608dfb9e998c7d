/*
 * Whether a step can have run when another one reads it. Only for check/.
 */
#ifndef CHECK_ORDER_H
#define CHECK_ORDER_H

#include "check/rule.h"

enum order_answer {
	ORDER_FINE,
	ORDER_ITSELF,
	ORDER_AROUND, /* it is a group around the reader */
	ORDER_INSIDE, /* it is inside the reader */
	ORDER_LATER,
	ORDER_OTHER_BRANCH, /* of the same choice */
};

/* The reader is a node, and of the same file as `step`. */
enum order_answer order_of_nodes(struct check *c, const struct code *code, uint32_t step);
/* Whether `step` can only start when `other` has ended; false when that is not known. */
bool order_waits_for(struct check *c, uint32_t step, uint32_t other);
/* Whether the two may run at the same time, since neither is around the other or waits for it. */
bool order_is_open(struct check *c, const struct code *code, uint32_t step);

#endif
