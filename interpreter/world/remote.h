/*
 * What ssh is called with, and what is sent through it: nothing here runs anything. Private to
 * world/.
 *
 * The command line, which others can see on both machines, is the same for every step. Script,
 * values and environment go through ssh's standard input:
 *
 *	LENGTH GRACE\n      bytes that follow; seconds between TERM and KILL
 *	export A='…' …      to be evaluated by the shell, up to its last line, `#end`
 *
 * and then nothing, as long as the step shall run. A line more, or the end of it (the connection is
 * gone), ends the script there with all that it started. Half of it is never evaluated.
 */
#ifndef WORLD_REMOTE_H
#define WORLD_REMOTE_H

#include "base/arena.h"
#include "run/request.h"

/* How all of ssh's calls for one host begin; `socket` is where its connection is shared. */
struct ssh_call {
	const struct remote *remote;
	const char *socket;
	const char *log; /* what ssh itself has to say */
};

/* The connection that the others go through. It prints a line when it stands, and ends when its
 * standard input does, with what still goes through it. Both lists end with NULL. */
const char *const *ssh_connect_argv(struct arena *a, const struct ssh_call *call);
/* A step. */
const char *const *ssh_run_argv(struct arena *a, const struct ssh_call *call, bool is_bash);
/* The environment of both; `dir`: where the sockets are. */
const char *const *ssh_environment(struct arena *a, const char *const *env, const char *dir);

/* Everything that goes to the standard input of a step's ssh; of its own heap. */
void remote_text(struct strbuf *out, const struct process_request *r, int64_t grace_ns);

/* What became of a step whose ssh exited with 255, from its log. */
enum ssh_end {
	SSH_NOT_BEGUN, /* the command was never sent */
	SSH_LOST,      /* it was, and its end was not seen */
	SSH_EXITED,    /* it did exit with 255 */
};
enum ssh_end ssh_end_of(struct str log);
/* The last thing that ssh said, and in *is_name whether it found no such host. */
struct str ssh_complaint(struct str log, bool *is_name);

#endif
