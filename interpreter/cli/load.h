/*
 * From a path to a plan that may run: the one loader of exec and validate.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "plan/plan.h"

struct loaded {
	struct arena arena; /* text, values, model, plan */
	struct source_set files;
	struct diagnostics diagnostics;
	const struct runbook *book;
	struct plan *plan; /* NULL when it may not run */
	bool is_checked;   /* the file and all it uses was decoded without an error */
};

/* False: diagnostics have errors. A module can be loaded too when `allow_module`. */
bool load_runbook(struct loaded *l, const char *path, bool allow_module);
/* A runbook, with this inventory in place of the one that it names; NULL: with that. */
bool load_for_run(struct loaded *l, const char *path, const char *inventory);
/* The same from the texts that a run began with; what is not among them is read. */
bool load_pinned(struct loaded *l, const char *path, const struct pinned_text *pinned, size_t count,
	const char *inventory);
/* The same, modules too, with up to `max` findings kept. */
bool load_runbook_for_lint(struct loaded *l, const char *path, size_t max);
/* The same of a text that would stand in the file; copied. */
bool load_text_for_lint(struct loaded *l, const char *path, struct str text, size_t max);
/* What was found, on standard error; warnings too, which keep nothing from running. */
void loaded_tell(struct loaded *l, int color);
/* The hosts that --limit leaves, in `a`. False: what is wrong was told. */
bool loaded_limit(const struct loaded *l, struct arena *a, const char *const *names, size_t count,
	struct value *out);
void loaded_free(struct loaded *l);

#endif
