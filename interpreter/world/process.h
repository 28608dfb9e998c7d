/*
 * Children, from their start until nothing of them is left. Private to world/.
 *
 * Invariants
 *  1. A process is in the family from its start until its end is queued (loop_finish).
 *  2. Its pid and its program's name them as long as `is_reaped` is false; afterwards its process
 * group may be signalled only right after waitid() found a member, which we then have not reaped
 * yet.
 *  3. Every live descendant of ours is a leader, in a leader's tree, or a direct child (we are
 *     the subreaper).
 */
#ifndef WORLD_PROCESS_H
#define WORLD_PROCESS_H

#include "world/output.h"

#include <inttypes.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>

enum process_phase {
	PROCESS_RUNNING,
	PROCESS_DRAINING, /* the leader ended, others of it are still there */
	PROCESS_KILLING,  /* and were killed */
	PROCESS_ENDED,
};

struct ssh_step; /* ssh.h */

struct process {
	struct job job;
	struct source pidfd;
	struct timer timer;
	struct family *family;
	struct process *next, **place; /* in the family */
	unsigned serial;
	pid_t pid;	   /* of the leader: our direct child, the shim if there is one */
	struct shim *shim; /* NULL: the program is our own child */
	enum process_phase phase;
	bool is_reaped, is_cancelled, was_killed, is_masked, has_survivors;
	int code, status;    /* as in siginfo_t, once it is reaped */
	int64_t deadline_ns; /* of the phase; of a cancel: when it is killed */
	int watch_error;     /* errno: its end could not be waited for */
	char *failure;	     /* on the heap: it did not begin, and why */
	size_t keep;
	struct slot *slot;    /* NULL: its output is not ours */
	struct ssh_step *ssh; /* it is ssh, and a step runs over there; or NULL */
	void *owner;	      /* of a connection of ssh: which; or NULL */
	char *note;	      /* on the heap */
	bool has_terminal;
	struct termios terminal;
};

/* While other steps run, somebody is always there; then the search for orphans is not made at each
 * end, and what it would have found is swept up later. */
#define SEARCH_EVERY_NS (50 * NS_PER_MS)

/* Where a shell was found last time stands first in its list: PATH has it in the fourth place or
 * so, and each place before would be tried at each step. */
struct shell_path {
	struct arena arena;
	const char *path; /* the PATH that it was found with; NULL: none yet */
	const char *const *programs;
	bool is_dash;
};

struct family {
	struct real_world *world;
	struct process *first;
	struct adopted *adopted;
	struct process *ahead; /* begun before its step, and in no list; NULL: none */
	unsigned count, serial;
	struct slot *slots;
	struct shim_pool shims;
	char *stack;
	int null_fd;
	int children_fd; /* -1: there is no such file, or `children_error` says why not */
	int children_error;
	struct boot_id boot;
	uint64_t ignored; /* as in struct spawn */
	struct rlimit files;
	struct shell_path shells[2];
	struct arena scratch;
	pid_t self;
	uint64_t instance; /* tells us from others who have or had our pid */
	pid_t oldest;	   /* of the children since there were none */
	int was_subreaper;
	/* We had children before, or one could not be killed: what is not marked is not ours. */
	bool has_strangers;
	int64_t scanned_ns;
	struct timer sweep; /* makes up for a search that was left out */
};

/* The first entry of each child's environment: which start of which interpreter it belongs to (pid,
 * instance, serial). Its descendants have it too, as long as they do not clean up their
 * environment. */
#define PROCESS_MARK "RUNBOOK_CHILD"
#define PROCESS_MARK_FORMAT PROCESS_MARK "=%d-%" PRIx64 ".%u"

/* Of the program; 0: there is none yet. */
static inline pid_t process_group(const struct process *p)
{
	return p->shim ? __atomic_load_n(&p->shim->spawn.pid, __ATOMIC_RELAXED) : p->pid;
}

struct process *process_new(struct family *f, uint64_t token);
/* Watches the end of p->pid. False: it could not be watched, and is dead instead. */
bool process_watch(struct process *p, int pidfd);
/* A child runs: from here on it has an end to wait for. */
void process_released(struct process *p, int pidfd);
extern const struct job_type process_type;

/* What it means that a child ended so: `exit_code`, and why that is a failure. */
void exit_answer(int code, int status, struct arena *a, struct answer *out);
/* For people: `SIGKILL`. */
const char *signal_name(struct arena *a, int signal);

/* Begins it; with `ssh` (then the process's) it is ssh for a step. */
void process_begin(
	struct family *f, uint64_t token, const struct process_request *r, struct ssh_step *ssh);

/* Whether a shell that was begun ahead took it: ahead.c. */
bool ahead_start(struct family *f, uint64_t token, const struct process_request *r);
void ahead_end(struct family *f);

/* Parts of a start: start.c. The environment as given, marked; NULL or why not. */
const char *const *process_env(struct process *p, const char *const *env);
const char *process_descriptors(
	struct process *p, struct spawn *s, uint64_t token, const struct process_request *r);
const char *process_take_shim(struct process *p);
void process_record(struct process *p, uint32_t number);

/* Waits for a child of an earlier interpreter (adopt.c). */
void process_adopt(struct family *f, uint64_t token, const struct process_request *r);
/* Kills them. False: none is left. */
bool adopted_kill(struct family *f);

/* As spawn_paths(), for a shell. */
const char *const *shell_paths(struct family *f, const struct spawn *s);
/* Where it was, when it has begun. */
void shell_remember(struct family *f, const struct spawn *s);

/* Reaps orphans that ended. False: there are no children at all. */
bool orphans_reap(struct family *f);
/* Something of `p` besides its leader is alive. */
bool orphans_left(struct process *p);
/* Sends `signal` to all of them; with `names`, tells them by name. */
void orphans_signal(struct process *p, int signal, struct strbuf *names);
/* Kills whatever is left of steps that have ended; false: nothing was. */
bool orphans_sweep(struct family *f);
/* Of a child of another interpreter, wherever its descendants are: how many were found. */
unsigned orphans_signal_marked(const struct child *c, int signal, struct strbuf *names);
/* Whose leader, or program, that is; NULL: nobody's. */
struct process *family_leader(struct family *f, pid_t pid);
/* Somebody stopped it, who is not us. */
bool process_is_stopped(const struct process *p);

/* Before a child that shall have the terminal begins, and after it ended. */
void terminal_hand_over(struct process *p);
void terminal_take_back(struct process *p);

#endif
