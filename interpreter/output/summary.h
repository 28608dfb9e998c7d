/*
 * How a run went, in numbers: steps by state, the slowest, what failed and why.
 *
 * What counts as a step is what the author wrote as one: a `uses`, a `choose` and a `for_each`
 * count once, whatever happens inside; groups do not count, their steps do. What undoes a step or
 * belongs to the rollback is no step of the run.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include "plan/plan.h"
#include "run/event.h"

#define SUMMARY_FAILURES 20
#define SUMMARY_SLOWEST 3

struct failure {
	struct str label, text; /* `restart[2]`, `exit: exit code 3` */
	uint32_t node;
};

struct slow {
	struct str label;
	int64_t duration_ns;
};

struct summary {
	const struct plan *plan; /* may be NULL: the total is then what was seen */
	struct arena arena;
	uint8_t *ended; /* by node: enum step_status + 1 of what counts; 0: not yet */
	size_t by_state[STEP_UNKNOWN + 1];
	size_t total, done; /* `done` has what will not run any more, too */
	struct failure failures[SUMMARY_FAILURES];
	size_t failure_count, more_failures;
	struct slow slowest[SUMMARY_SLOWEST];
	size_t slow_count;
};

void summary_init(struct summary *s, const struct plan *plan);
void summary_release(struct summary *s);
void summary_add(struct summary *s, const struct event *e);
/* `8 ok, 1 failed, 2 skipped`; with `at_end` also `3 not run`. */
void summary_counts(struct strbuf *out, const struct summary *s, bool at_end);
/* `exit: exit code 3`: reason and message as one text. */
void reason_text(struct strbuf *out, const struct event *e);

#endif
