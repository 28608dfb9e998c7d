/*
 * The plan: the runbook as a graph of nodes, with modules and called runbooks inlined, order and
 * needs resolved, defaults filled in. Immutable once built; state points into it by number.
 *
 * Nodes stand in file order, a node's descendants right behind it: the subtree of `n` is
 * n … nodes[n].end - 1.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "model/inventory.h"
#include "model/runbook.h"

enum node_role {
	ROLE_STEP,
	ROLE_ROOT,    /* the root: main section and finally are its children */
	ROLE_MAIN,    /* the group of the runbook's `steps` */
	ROLE_FINALLY, /* the group of its `finally` */
	ROLE_BEFORE,  /* … of `rollback.before` */
	ROLE_AFTER,   /* … of `rollback.steps` */
	ROLE_WATCH,   /* the sample of a watch: one child, started again at each tick */
	ROLE_CHECK,   /* the `check` of the node above it */
	ROLE_UNDO,    /* the `rollback` of the node above it */
};

#define NODE_NONE UINT32_MAX

/* A namespace: the runbook, or one use of a module or of another runbook. */
struct unit {
	uint32_t number;
	struct unit *outer; /* NULL for the runbook itself */
	uint32_t node;	    /* the `uses` or `call` node; the root for the runbook */
	const struct runbook *book;
	uint32_t *ids; /* hash table of nodes by step id: see plan_step */
	uint32_t ids_mask, id_count;
	struct sandbox *helpers; /* its `lua:` file, loaded; NULL: none */
	bool has_late_monitors;	 /* some durations of its monitors come from its inputs */
};

struct node {
	const struct step *step; /* NULL for root, main and finally */
	struct unit *unit;	 /* whose names its guards see */
	struct unit *inner;	 /* the namespace inside a `uses` or `call`; NULL otherwise */
	uint32_t parent, end;
	uint32_t next;			    /* the next sibling, or NODE_NONE */
	uint32_t place;			    /* among its siblings, from 1 */
	uint32_t needs, need_count;	    /* into plan->edges: what it waits for */
	uint32_t followers, follower_count; /* into plan->edges: what waits for it */
	uint8_t role, action, effect, on_failure;
	bool has_needs;	   /* its step says what it waits for */
	bool needs_slot;   /* counts towards --jobs: it runs something */
	bool reads_output; /* some guard may read its stdout, lines or json */
	bool is_read;	   /* some guard names it: `steps.x` */
	bool reads_items;  /* `if` reads item or index: decided per item */
	uint32_t check;	   /* its `check` node, or NODE_NONE */
	uint32_t undo;	   /* its `rollback` node, or NODE_NONE */
};

struct plan_watch {
	const struct watch *watch;
	struct unit *unit; /* whose file it stands in */
	uint32_t node;	   /* its sample */
	uint32_t after;	   /* the node that it starts after; NODE_NONE: when its runbook begins */
};

struct plan_condition {
	const struct condition *rule;
	struct unit *unit;
	bool is_verify;
};

/* Where a runbook is called from, which says what it may have around its steps. */
enum call_place {
	CALL_FORWARD,  /* on the way forward: it can be undone, once */
	CALL_ASIDE,    /* in `finally` or in what turns back: nothing undoes what it does */
	CALL_REPEATED, /* in a loop, a `check` or a watch: its sections would be run once, not each
			  time */
};

struct plan {
	struct arena *arena;
	struct source_set *files;
	const struct runbook *book;
	const struct inventory *inventory; /* what `hosts` may name; NULL: any host */
	struct node *nodes;
	uint32_t count;
	uint32_t main, finally, before, after; /* NODE_NONE when there is none */
	/* Of the runbook itself, then of those that it calls. */
	struct plan_watch *watches;
	struct plan_condition *conditions; /* `rollback.when`, then `rollback.verify` */
	uint32_t watch_count, condition_count;
	uint32_t *edges;
	struct unit **units;
	uint32_t unit_count;
	bool has_outer_needs; /* some step needs one that is not its sibling */
};

/* Loads what is used, numbers the nodes, draws the edges. NULL or diagnostics with errors: the
 * runbook cannot run. */
struct plan *plan_build(struct arena *a, struct source_set *files, const struct runbook *book,
	struct diagnostics *d);

/* What a plan holds beside its arena: its nodes, the helper files' Lua. NULL is none. */
void plan_release(struct plan *p);

/* The node of a step id in a unit, or NODE_NONE. */
uint32_t plan_step(const struct plan *p, const struct unit *u, struct str id);
/* The name a step goes by in events and messages: `deploy`, `smoke.2`, `announce.post`. Allocated
 * in `a`. */
struct str plan_name(const struct plan *p, uint32_t node, struct arena *a);
/* The name a watch goes by: `error_rate`, or `deploy.error_rate` of a called runbook. */
struct str plan_watch_name(const struct plan *p, uint32_t watch, struct arena *a);
enum call_place plan_call_place(const struct node *nodes, uint32_t call);
/* The children of a group one by one: the first behind NODE_NONE, NODE_NONE behind the last. Its
 * `check` and `rollback` are none of them. */
static inline uint32_t plan_child(const struct plan *p, uint32_t group, uint32_t child)
{
	const struct node *n = &p->nodes[group];

	if (child != NODE_NONE)
		return p->nodes[child].next;
	child = n->undo != NODE_NONE	? p->nodes[n->undo].end
		: n->check != NODE_NONE ? p->nodes[n->check].end
					: group + 1;
	return child < n->end ? child : NODE_NONE;
}
static inline bool node_is_question(const struct node *n)
{
	return n->action == ACTION_CONFIRM || n->action == ACTION_CHECKLIST ||
	       n->action == ACTION_PROMPT;
}
/* The top of something that is no part of the way forward: a compensation, a sample. */
static inline bool plan_is_apart(const struct node *n)
{
	return n->role == ROLE_UNDO || n->role == ROLE_BEFORE || n->role == ROLE_AFTER ||
	       n->role == ROLE_WATCH;
}
/* Whether the step is a called runbook's `finally`, `rollback.before` or `rollback.steps`. */
static inline bool plan_is_called_section(const struct node *n)
{
	return n->step &&
	       (n->role == ROLE_FINALLY || n->role == ROLE_BEFORE || n->role == ROLE_AFTER);
}
/* The step that a node is told by: a called runbook's section has no words but those of its call.
 */
static inline const struct step *plan_telling_step(const struct plan *p, uint32_t node)
{
	const struct node *n = &p->nodes[node];

	return plan_is_called_section(n) ? p->nodes[n->unit->node].step : n->step;
}
/* Whether `node` is or lies in what undoes a step, and whose it is (NODE_NONE: it does not). */
uint32_t plan_undone_step(const struct plan *p, uint32_t node);
/* The step with `hosts` that decides where the `run` of `node` runs: itself, or the step of the
 * same file that it undoes or checks. NODE_NONE: here. */
uint32_t plan_host_step(const struct plan *p, uint32_t node);
/* Whether `node` belongs to the sample of a watch. */
bool plan_is_sample(const struct plan *p, uint32_t node);
static inline bool plan_is_within(const struct plan *p, uint32_t node, uint32_t above)
{
	return node >= above && node < p->nodes[above].end;
}

#endif
