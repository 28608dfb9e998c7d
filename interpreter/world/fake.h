/*
 * A world that only exists in a script: its clock jumps from one happening to the next, and every
 * request ends as the script says. The same script and the same requests give the same run.
 *
 * The script is a mapping (as YAML or JSON reads it):
 *
 *	start: 2026-01-01T00:00:00Z          # the wall clock at the beginning
 *	strict: true                         # a step without entry fails with reason `unscripted`
 *	signals: [{ at: 5s, signal: INT }]
 *	deploy: { takes: 30s, exit_code: 1, stderr: "no space left" }
 *	health: [{ status: 503 }, { status: 200, json: { version: v1.2.3 } }]
 *	"deploy[2]": { signal: KILL }        # the second item of a for_each
 *	"deploy[web1]": { reason: connect }  # the one on that host
 *	approve: { answer: false, comment: not today }
 *	steps: { … }                         # the same, for steps that are named like a key above
 *
 * A list is one entry an attempt; the last one repeats. Without an entry a step succeeds at once:
 * exit code 0, status 200, the answer yes, prompts by their defaults.
 *
 * An HTTP request that takes longer than its timeout ends at it, with the reason `timeout`.
 *
 * Keys of an entry: takes term exit_code stdout stderr signal output (list of at, stream, text);
 * status headers body json url; answer by comment; reason message sent note; and for a child that
 * an earlier interpreter started: adopted (lost, not_begun; without it, it ends as the entry says),
 * partial.
 */
#ifndef WORLD_FAKE_H
#define WORLD_FAKE_H

#include "run/world.h"

/* `script` is borrowed (NULL: an empty one). NULL: *error, in `a`, says what is wrong in it, and
 * *at is its place (span of file 0 when it has none); both pointers may be NULL. */
struct world *fake_world_new(
	const struct value *script, struct arena *a, const char **error, struct span *at);

/* Everything that was started or cancelled so far, in order: time, step[item]#attempt, kind, and
 * what it was, in lines that begin with a blank:
 *
 *	1.5s deploy[2]#1 run
 *	 script: ./deploy.sh "$RB_1"
 *	 env: RB_1=v1.2.3
 *	2s deploy[2] cancel
 */
void fake_world_log(struct world *w, struct strbuf *out);

/* Whether every entry of the script was used; otherwise the first that was not, for tests that
 * want to know of a step they script in vain. */
bool fake_world_is_used_up(struct world *w, struct str *unused);

#endif
