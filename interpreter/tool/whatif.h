/*
 * Another rule on a run that was: whether it would have fired on the samples that were recorded,
 * and when. The run is rebuilt event by event; the guard is asked at each tick of the watches that
 * it reads, or at the end of each step when it reads none.
 */
#ifndef TOOL_WHATIF_H
#define TOOL_WHATIF_H

#include "run/resume.h"
#include "script/sandbox.h"

struct whatif {
	struct arena arena, scratch;
	const struct plan *plan;
	struct replay replay;
	struct sandbox *sandbox;
	struct guard guard;
	struct condition rule;
	struct condition_state state;
	bool *reads; /* by watch */
	bool reads_any, is_due;
	int64_t due_ns, wall_ns;
	size_t ticks, held, unknown;
	int64_t longest_ns, longest_from_ns; /* the longest time that it held */
	int64_t fired_ns, fired_wall_ns;     /* -1: it did not */
	int64_t turned_ns;		     /* when the run itself turned back; -1: it did not */
	struct str turned_why;
	const char *broken; /* the guard cannot be computed: why */
};

/* False: *why, the guard is none. `for_ns` 0: it fires at the first tick that holds. */
bool whatif_init(struct whatif *w, const struct plan *plan, struct str run, struct str guard,
	int64_t for_ns, const char **why);
void whatif_release(struct whatif *w);
/* Changes the event: what was masked is unknown to guards. False: enough, see `broken`. */
bool whatif_add(struct whatif *w, struct event *e);
void whatif_end(struct whatif *w);
/* What came of it, in lines. */
void whatif_tell(struct strbuf *b, const struct whatif *w);

#endif
