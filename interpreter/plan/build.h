/*
 * What the files of this folder share while the plan is made; nobody else includes it.
 */
#ifndef PLAN_BUILD_H
#define PLAN_BUILD_H

#include "plan/module.h"
#include "plan/plan.h"

#define PLAN_MAX_NODES 2000000u
#define PLAN_MAX_DEPTH 60u

struct plan_builder {
	struct arena *arena;
	struct source_set *files;
	struct diagnostics *diagnostics;
	struct module_cache modules;
	struct node *nodes; /* on the heap while they grow */
	uint32_t count, cap;
	struct unit **units;
	uint32_t unit_count;
	unsigned depth;
	bool is_full;
};

/* Resolves `needs`, draws the edges both ways, refuses cycles (RB301, RB302). */
void plan_order(struct plan *p, struct diagnostics *d);
/* RB301, with the nearest; nothing when the step is there and could not be read. */
void plan_tell_no_step(const struct plan *p, struct diagnostics *d, const struct unit *u,
	struct str id, struct span span);
/* Finds out whose output some guard may read, and which `if` is decided per item. */
void plan_mark_reads(struct plan *p);

#endif
