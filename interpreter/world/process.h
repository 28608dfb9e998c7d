/*
 * Children, from their start until nothing of them is left. Private to world/.
 *
 * Invariants
 *  1. A process is in the family from its start until its end is queued (loop_finish).
 *  2. Its pid names it as long as `is_reaped` is false; afterwards its process group may be
 * signalled only right after waitid() found a member, which we then have not reaped yet.
 *  3. Every live descendant of ours is a leader, in a leader's tree, or a direct child (we are
 *     the subreaper).
 */
#ifndef WORLD_PROCESS_H
#define WORLD_PROCESS_H

#include "world/output.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>

enum process_phase {
	PROCESS_RUNNING,
	PROCESS_DRAINING, /* the leader ended, others of it are still there */
	PROCESS_KILLING,  /* and were killed */
	PROCESS_ENDED,
};

struct process {
	struct job job;
	struct source pidfd;
	struct timer timer;
	struct family *family;
	struct process *next, **place; /* in the family */
	unsigned serial;
	pid_t pid;
	enum process_phase phase;
	bool is_reaped, is_cancelled, was_killed, is_masked, has_survivors;
	int code, status;    /* as in siginfo_t, once it is reaped */
	int64_t deadline_ns; /* of the phase; of a cancel: when it is killed */
	int watch_error;     /* errno: its end could not be waited for */
	size_t keep;
	struct slot *slot; /* NULL: its output is not ours */
	char *note;	   /* on the heap */
	bool has_terminal;
	struct termios terminal;
};

/* While other steps run, somebody is always there; then the search for orphans is not made at each
 * end, and what it would have found is swept up later. */
#define SEARCH_EVERY_NS (50 * NS_PER_MS)

struct shell_path {
	char *path; /* the PATH that it was found with; NULL: none yet */
	char *program;
};

struct family {
	struct real_world *world;
	struct process *first;
	unsigned count, serial;
	struct slot *slots;
	char *stack;
	int null_fd;
	sigset_t ignored;
	struct rlimit files;
	struct shell_path shells[2];
	struct arena scratch;
	pid_t self;
	pid_t oldest; /* of the children since there were none */
	int was_subreaper;
	/* We had children before, or one could not be killed: what is not marked is not ours. */
	bool has_strangers;
	int64_t scanned_ns;
	struct timer sweep; /* makes up for a search that was left out */
};

/* The first entry of each child's environment: which start of which interpreter it belongs to. Its
 * descendants have it too, as long as they do not clean up their environment. */
#define PROCESS_MARK "RUNBOOK_CHILD"

/* Reaps orphans that ended. False: there are no children at all. */
bool orphans_reap(struct family *f);
/* Something of `p` besides its leader is alive. */
bool orphans_left(struct process *p);
/* Sends `signal` to all of them; with `names`, tells them by name. */
void orphans_signal(struct process *p, int signal, struct strbuf *names);
/* Kills whatever is left of steps that have ended; false: nothing was. */
bool orphans_sweep(struct family *f);
struct process *family_leader(struct family *f, pid_t pid);

/* Before a child that shall have the terminal begins, and after it ended. */
void terminal_hand_over(struct process *p);
void terminal_take_back(struct process *p);

#endif
