/*
 * The place a run happens in: its environment, its id.
 */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "base/value.h"

int64_t wall_clock_ns(void);
/* `20261124-141530-k3f9`: sorts by time (UTC), told apart by chance within a second. */
struct str run_id_new(struct arena *a);
/* All of the environment, as guards see it under `env`. */
struct value environment_value(struct arena *a);
/* What every child gets before the runbook's own `env`: PATH, HOME, the locale and the like, and
 * nothing else that happens to be set here. NULL-ended. */
const char *const *base_environment(struct arena *a);

#endif
