/*
 * Steps that run on other machines: which, and how many of them may fail. A step with `hosts` is a
 * loop whose items are the names of hosts. Part of decide().
 */
#ifndef RUN_HOSTS_H
#define RUN_HOSTS_H

#include "run/decide.h"

/* The hosts of a step, groups resolved, those that --limit leaves: a list of names. NULL, or what
 * is wrong (in scratch). */
const char *hosts_items(
	struct decider *d, struct eval *ev, const struct step *s, struct value *out);
/* The host that the `run` of a spot runs on; empty: this machine. */
struct str spot_host(const struct run *r, struct spot s);
/* How ssh reaches it, with names that end in NUL. Lives in scratch. */
const struct remote *spot_remote(struct decider *d, struct spot s);

/* Of a list of names and groups (--limit) the hosts, in `a`. False: *why and *hint (or NULL). */
bool hosts_limit(struct arena *a, const struct plan *p, const char *const *names, size_t count,
	struct value *out, const char **why, const char **hint);
/* What the inputs and vars say of hosts is looked at before anything runs. NULL, or what is wrong
 * (in scratch). */
const char *hosts_check(struct decider *d, struct unit_state *values);

/* Whether an item that fails now is let be: its loop bears one more (`max_failures`). */
bool failure_is_tolerated(const struct run *r, struct spot s);

#endif
