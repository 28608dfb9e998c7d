/*
 * Steps on other machines: one connection a host, made when it is first needed, shared by all its
 * steps and kept for the run. Private to world/.
 *
 *	interpreter ─┬─ ssh -M (the connection) ── its watcher
 *	             └─ shim ── ssh (a step)
 *
 * Invariants
 *  1. A connection's standard input is held open by us and by the shim of each step on it, so that
 *     it outlives us for as long as a step does, and no longer.
 *  2. A step waits here (struct waiting) until its connection stands; only then its ssh is begun,
 *     and until then nothing of it has started.
 */
#ifndef WORLD_SSH_H
#define WORLD_SSH_H

#include "world/process.h"

/* The standard input of a step's ssh, and what ssh had to say. */
struct ssh_step {
	struct source control; /* our end; -1: closed */
	int child_end;	       /* -1 once the child has it */
	int log;	       /* a file in memory */
	int connection;	       /* to be held open with it: see invariant 1 */
	struct loop *loop;
	struct strbuf text; /* what is to be sent */
	size_t sent;
	struct shim *shim; /* told when all is sent */
	char *host;
};

void ssh_start(struct real_world *w, uint64_t token, const struct process_request *r);
/* Steps that wait are over, connections end; what is left of them is gone. */
void ssh_close(struct ssh *s); /* NULL: nothing */
void ssh_free(struct ssh *s);

/* ---- a step --------------------------------------------------------------------------------- */

/* NULL: errno. */
struct ssh_step *ssh_step_new(struct loop *l, const char *host);
/* Its child runs: what is to be sent is. */
void ssh_step_begin(struct ssh_step *s, struct shim *shim);
/* Asks for the end of the script over there. False: it cannot be asked. */
bool ssh_step_stop(struct ssh_step *s);
/* The answer of an ssh that ended so: whose exit code it is, and whether the script began. */
void ssh_step_judge(
	const struct ssh_step *s, int code, int status, struct arena *a, struct answer *out);
void ssh_step_free(struct ssh_step *s);

/* To a child's standard input, or from its output; both ends above the places that they have there.
 * False: errno; what is open is -1 or to be closed. */
bool ssh_pipe(int *ours, int *its, bool is_input);
/* A file in memory, and the path that ssh finds it by. -1: errno. */
int ssh_log_new(void);
const char *ssh_log_path(struct arena *a, int log);
struct str ssh_log_read(struct arena *a, int log);

#endif
