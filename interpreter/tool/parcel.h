/*
 * A run as one file, to be looked at elsewhere: a JSON object a line. The first is the run, then
 * come the texts it ran from, its events as they are on record, its logs when they are wanted (in
 * parts), and a sum over all of it, so that what is imported is what was exported.
 *
 *	{"runbook_export":1,"run":{"id":…}}
 *	{"source":"deploy.yml","embedded":false,"text":"…"}
 *	{"event":{"event":"run_started",…}}
 *	{"log":"slot-1.out","base64":"…"}
 *	{"sha256":"…"}
 */
#ifndef TOOL_PARCEL_H
#define TOOL_PARCEL_H

#include "store/store.h"

/* `put` gets the lines; false: they cannot be written. False: *why. */
bool parcel_write(struct store *s, const struct run_row *row, bool with_logs,
	bool (*put)(void *context, struct str text), void *context, struct arena *a,
	const char **why);
/* Adds the run in that file to the store; all of it or, with *why, nothing. */
bool parcel_read(
	struct store *s, const char *path, struct arena *a, struct str *id, const char **why);

#endif
