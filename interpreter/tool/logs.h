/*
 * What the steps of a run printed, from its log files: a file holds the output of many steps, one
 * behind the other, and the record says where each lies.
 */
#ifndef TOOL_LOGS_H
#define TOOL_LOGS_H

#include "run/event.h"
#include "store/store.h"

/* One stream of one attempt. */
struct log_part {
	struct str step, item, host; /* of the attempt */
	int64_t attempt;
	int stream; /* 1 or 2 */
	const char *path;
	int64_t from, to;
};

/* Calls `each` for each stream of the attempt that ended with this event and printed something.
 * Files are looked for beside the store: it may have been moved, or the run imported. */
void log_parts(const char *run_dir, const struct event *attempt_finished, struct arena *a,
	void (*each)(void *context, const struct log_part *part), void *context);
/* Reads [from, to) in pieces. False: it is not there any more, errno says why. */
bool log_read(const char *path, int64_t from, int64_t to,
	void (*each)(void *context, struct str text), void *context);

#endif
