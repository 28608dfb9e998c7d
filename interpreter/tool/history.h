/*
 * Runs as the record tells them: their events, decoded one by one.
 */
#ifndef TOOL_HISTORY_H
#define TOOL_HISTORY_H

#include "run/event.h"
#include "store/store.h"

struct history {
	bool is_torn;	 /* the last event was cut and left out */
	uint64_t from;	 /* so many are passed over: the caller has seen them */
	uint64_t events; /* read so far, these too */
	const char *why; /* it cannot be read: why; in the arena given */
};

/* Calls `each` for every event of the run, until that gives false. What the event points to is gone
 * after the call. Steps have the numbers of the plan of today (accept.h). False: `why` of the
 * history says what is damaged. */
bool history_read(struct history *h, struct store *s, const struct run_row *row, struct arena *a,
	bool (*each)(void *context, struct event *e), void *context);

/* What a run is called in lists: its status, or `lost` when it is open and its process is gone. */
struct str history_status(struct store *s, const struct run_row *row);
/* Whether it has come to an end that nothing follows. */
bool history_is_over(const struct run_row *row);
/* When it ended, or `now_ns`; not before it began, whatever the clock was set to meanwhile. */
int64_t history_end_ns(const struct run_row *row, int64_t now_ns);
/* `smoke: exit code 3`: why it ended as it did, on one line; empty when it says nothing. */
struct str history_reason(const struct run_row *row, struct arena *a);
/* A row as JSON: everything that `runs --format json` tells. */
struct value history_row_value(
	const struct run_row *row, struct str status, int64_t now_ns, struct arena *a);

/* Builders for what is printed as JSON. A time of 0 and an empty text are null. */
struct value history_time(int64_t ns, struct arena *a);
struct value history_seconds(int64_t ns);
struct value history_text(struct str text);
void history_set(struct value *map, const char *key, struct value v, struct arena *a);

#endif
