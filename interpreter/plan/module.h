/*
 * What `uses` and `call` name: a module of the program's own library, or a file beside the one that
 * names it. Each file is loaded once.
 */
#ifndef PLAN_MODULE_H
#define PLAN_MODULE_H

#include "model/runbook.h"

struct module_cache {
	struct arena *arena;
	struct source_set *files;
	struct diagnostics *diagnostics;
	const struct runbook *loaded[256];
	size_t count;
};

/* The module or runbook that `name` means in `from`. NULL: diagnostics say why: there is none (with
 * the nearest), it lies outside the folder of the file that names it, it is of the wrong kind. */
const struct runbook *module_find(struct module_cache *c, const struct source_file *from,
	struct str name, struct span span, bool want_module);

/* A file that another one names, and the rule that tells what is wrong with it. */
struct naming {
	struct str name;
	struct span span;
	enum rule_id rule;
};

/* The path of what `from` names: beside it or in a folder below, links followed. NULL: it lies
 * elsewhere, which the diagnostics say. */
const char *path_beside(struct arena *a, const struct source_file *from, const struct naming *n,
	struct diagnostics *d);

/* The program's own modules, in alphabetical order; ends with name NULL. */
struct stdlib_file {
	const char *name; /* `slack/post.yml` */
	const char *text;
	size_t len;
};
extern const struct stdlib_file stdlib_files[];

#endif
