/*
 * What many runs together say of a runbook, from their rows alone.
 *
 * A run that ended and in which a step with effects had begun is a deployment; one that was undone
 * is one all the same, and undoing it is none. Without deployments there are no rates: they are
 * nothing, not zero.
 */
#ifndef TOOL_METRICS_H
#define TOOL_METRICS_H

#include "store/store.h"

enum metric {
	METRIC_RUNS,
	METRIC_OPEN, /* running, held, interrupted, lost */
	METRIC_SUCCEEDED,
	METRIC_FAILED,
	METRIC_ROLLED_BACK,
	METRIC_ROLLBACK_INCOMPLETE,
	METRIC_REFUSED,
	METRIC_DEPLOYMENTS,
	METRIC_FREQUENCY,      /* deployments a week */
	METRIC_SUCCESS_RATE,   /* of the runs that ended; what was refused never began */
	METRIC_ROLLBACK_RATE,  /* of the deployments */
	METRIC_CHANGE_FAILURE, /* deployments that did not succeed */
	METRIC_TIME,	       /* of deployments that succeeded, in seconds: the median */
	METRIC_TIME_P95,
	METRIC_ACTIVE_TIME, /* … without waiting for people */
	METRIC_ACTIVE_TIME_P95,
	METRIC_RECOVERY_TIME, /* of a failed one until all was undone, or the next that succeeded */
	METRIC_COUNT
};

struct metric_info {
	const char *name; /* in JSON, in --require */
	const char *help;
	const char *target; /* its name in the runbook's `targets`, or NULL */
	bool is_low_good;   /* the target is what it may be at most */
	enum { UNIT_COUNT, UNIT_SHARE, UNIT_SECONDS, UNIT_A_WEEK } unit;
};
extern const struct metric_info metric_infos[METRIC_COUNT];

enum target_state { TARGET_NONE, TARGET_UNKNOWN, TARGET_MET, TARGET_MISSED };

struct metrics {
	struct str runbook;
	int64_t since_ns, until_ns;
	struct value values[METRIC_COUNT]; /* a number, or nothing */
	struct value targets[METRIC_COUNT];
	enum target_state states[METRIC_COUNT];
};

/* One for each runbook that the rows (newest first) are of, by name. Allocated in `a`. */
struct metrics *metrics_of(struct arena *a, const struct run_row *rows, size_t count,
	int64_t since_ns, int64_t until_ns, size_t *runbooks);

struct value metrics_value(const struct metrics *m, struct arena *a);
/* In the text format of Prometheus. */
void metrics_prometheus(struct strbuf *b, const struct metrics *m, size_t count);

#endif
