/* Events as everybody outside may see them. */
#ifndef RUN_MASKED_H
#define RUN_MASKED_H

#include "base/mask.h"
#include "run/event.h"

/* `out` is `in` with every text masked; what changes is allocated in `a`. Without secrets it is a
 * plain copy. */
void event_mask(const struct masker *m, struct arena *a, const struct event *in, struct event *out);

#endif
