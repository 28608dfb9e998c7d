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
	struct unit **calls; /* of called runbooks, in the order they are met */
	uint32_t call_count;
	unsigned depth;
	bool is_full;
};

/* One node, without what is in it. NODE_NONE: there are too many. */
uint32_t plan_add_node(struct plan_builder *b, const struct step *s, uint32_t parent,
	enum node_role role, struct unit *unit);
/* A step with all that is in it. */
uint32_t plan_add_step(struct plan_builder *b, const struct step *s, uint32_t parent,
	enum node_role role, struct unit *unit);
void plan_add_list(
	struct plan_builder *b, const struct step_list *list, uint32_t parent, struct unit *unit);
/* A group that no file has written, of a list that is not empty. */
uint32_t plan_add_group(struct plan_builder *b, struct step_list *list, uint32_t parent,
	enum node_role role, struct unit *unit);
/* A runbook is called: what it has around its steps is added with the sections. */
void plan_note_call(struct plan_builder *b, struct unit *inner);
/* `steps`, and all that stands around them, of the runbook and of those that it calls. */
void plan_add_sections(struct plan_builder *b, struct plan *p, struct unit *unit);

/* Resolves `needs`, draws the edges both ways, refuses cycles (RB301, RB302). */
void plan_order(struct plan *p, struct diagnostics *d);
/* RB301, with the nearest; nothing when the step is there and could not be read. */
void plan_tell_no_step(const struct plan *p, struct diagnostics *d, const struct unit *u,
	struct str id, struct span span);
/* Finds out whose output some guard may read, and which `if` is decided per item. */
void plan_mark_reads(struct plan *p);

#endif
