/* What a new run and one that goes on share. */
#ifndef CLI_SESSION_PRIVATE_H
#define CLI_SESSION_PRIVATE_H

#include "cli/session.h"

#define EXIT_LOCKED 6
#define EXIT_REFUSED 7

struct session {
	const struct order *order;
	struct venue *venue;
	struct loaded loaded;
	size_t source_count; /* files that the run is made from */
	struct arena run_arena, scratch;
	struct masker *masker;
	struct engine engine;
	struct value inputs, vars, host_limit;
	struct recorder recorder;
	bool has_recorder;
	/* Tells a sink what happened before; NULL: nothing did. */
	void (*recall)(struct session *s, struct sink *sink);
};

void session_init(struct session *s, const struct order *o, struct venue *venue);
void session_free(struct session *s);
/* The run and what decides about it, from the plan; secrets are gathered. */
bool session_prepare(struct session *s, struct str id);
/* --from and --skip. */
bool session_mark_skips(
	struct session *s, const char *from, const char *const *skips, size_t count);
/* Durations and limits that come from inputs. */
bool session_fill_late(struct session *s);
/* The locks of the runbook and of those that it calls: -1 or an exit code. */
int session_lock(struct session *s);
bool session_needs_lock(const struct session *s);
/* -1, or the exit code: a file was changed, and the difference was shown. *has_changed: it was, and
 * that is to be accepted. */
int changes_refused(
	const struct pinned_text *pinned, size_t count, const struct order *o, bool *has_changed);
/* The session's run, as its record left it, goes on from the files as they are now, if what has
 * begun is untouched: from now on it is pinned to them. -1, or an exit code. */
int changes_accept(struct session *s, const struct run_row *row, const char *path);
/* The order's answer is for a run that process `pid` runs. */
int answer_live(struct session *s, const struct run_row *row, int64_t pid);
/* In its venue, to the end: `how` NULL begins, otherwise it goes on. */
int session_play(struct session *s, const char *how);

#endif
