/*
 * Secrets, read where the file says they are kept, before anything runs.
 */
#ifndef CLI_SECRETS_H
#define CLI_SECRETS_H

#include "base/mask.h"
#include "run/state.h"

/* Fills run->secrets for every namespace and the masker. False: what is missing was named on
 * standard error, with where it was expected from. `base_env` is what a secret's command gets. */
bool gather_secrets(
	struct run *r, struct arena *a, struct masker *masker, const char *const *base_env);

/* The same for a plan, which needs none of them: what is missing is unknown, and so is what a
 * command would print, unless `base_env` is given to run it with. */
void glance_at_secrets(
	struct run *r, struct arena *a, struct masker *masker, const char *const *base_env);

#endif
