/*
 * One run from the command line: what was ordered, and the way from there to an exit code. The
 * world and the sink come from outside, so that a rehearsal takes the same way.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/inputs.h"
#include "cli/recorder.h"
#include "run/lost.h"
#include "run/engine.h"
#include "world/real.h"

#define MAX_SKIPS 64

struct order {
	const char *file, *from, *hotfix;
	struct given_inputs given;
	const char *skips[MAX_SKIPS];
	size_t skip_count;
	const char *inventory;	       /* --inventory; NULL: the one that the runbook names */
	const char *limits[MAX_SKIPS]; /* --limit: hosts and groups, with commas between */
	size_t limit_count;
	uint32_t jobs;
	bool assume_yes, verbose;
	int output, color;
	bool has_person;   /* someone at the terminal to ask */
	const char *store; /* --store; NULL: where it is by default */
	bool no_record, no_ahead;
	const char *plan; /* --plan: a saved plan that this run has to be; NULL: none */
	const char *run;  /* an earlier run that is to go on; NULL: a new one */
	const char *how;  /* … and how: `resume`, `rollback`, `retry` or `abort` */
	bool accepts_changes;
	const char *approve; /* … with this answer to its question: `yes`, `no`; or NULL */
	const char *comment;
	struct resolution resolutions[MAX_SKIPS];
	size_t resolution_count;
	struct undo_skip undo_skips[MAX_SKIPS];
	size_t undo_skip_count;
};

/* Where the run happens and who hears of it. */
struct venue {
	struct world *(*world)(struct venue *s, const struct real_options *options);
	struct sink *(*sink)(struct venue *s, const struct order *o, const struct plan *plan,
		struct real_options *options);
	bool keeps_record;
};

/* Loads, asks, refuses or runs; errors go to standard error. */
int session_run(const struct order *o, struct venue *venue);
/* Goes on with an earlier run (cli/resume.c): the same way, from its record. */
int session_resume(const struct order *o, struct venue *venue);

#endif
