/*
 * The parent of a recorded child: small, of our own code, and alive for as long as the child is,
 * also when we are not. It writes to the child's record (child.h) that the program begins, and how
 * it ended. Should we die meanwhile it moves what the program prints into the logs, so that the
 * program neither blocks nor gets SIGPIPE. Private to world/.
 *
 *	interpreter ── shim ── program (leads its process group)
 *
 * It runs in our memory (clone with CLONE_VM), which costs a tenth of a fork and needs no program
 * of its own; the memory stays while it does. Therefore
 *  1. it calls nothing of the C library (raw.h), and all signals are blocked in it;
 *  2. what it reads lies in its `struct shim`, which we leave alone until it is reaped;
 *  3. at once it closes every descriptor that it does not need: locks, sockets, epoll;
 *  4. it has a process group of its own: neither a terminal nor who kills the program's or our
 *     group reaches it;
 *  5. it does not reap the program. As a zombie that keeps its number until the shim has ended,
 *     when it comes to us.
 */
#ifndef WORLD_SHIM_H
#define WORLD_SHIM_H

#include "world/spawn.h"

#include <fcntl.h>

/* Before its end it waits until we have taken from the pipes what was in them at the end of the
 * program, and it takes it itself if we die before that. */
struct shim_flow {
	uint64_t taken[2]; /* bytes that are safe in the log */
	uint32_t is_lossy; /* we had some in hand that are not: when we die they are lost */
};

enum shim_state {
	SHIM_IDLE,
	SHIM_STARTING,
	SHIM_RUNNING, /* the program does; spawn.pid names it */
	SHIM_FAILED,  /* it does not: spawn.stage and spawn.error say why; nothing is left */
};

/* A program that was begun ahead of its step reads what it is to do from a pipe, whose other end
 * only the shim has: so that is handed over once, and not at all if we die before we said so. */
enum shim_gate {
	GATE_NONE,
	GATE_SHUT,
	GATE_OPEN, /* `text` is complete, and so are `child` and the number of its record */
	GATE_GIVEN_UP,
};

/* So much goes into an empty pipe at once. */
#define SHIM_TEXT_MAX ((size_t)60 << 10)

struct shim {
	/* Filled in by the caller. The strings of `spawn` are copied by shim_start(). */
	struct spawn spawn;
	struct child child;
	int outputs[2];		 /* the ends of the pipes that we read; -1: none */
	const char *log_path[2]; /* where it goes if we die */
	bool has_secrets;	 /* it goes nowhere then */
	/* Held open as long as the program lives, or -1: the other end of its standard input, and
	 * that of somebody it depends on. */
	int held[2];
	uint32_t is_delivered; /* the program has all that it is to read: if we die before, it gets
				* the end of its standard input instead */

	uint32_t gate;
	int gate_fd;
	uint32_t text_len;

	uint32_t state;
	struct shim_flow flow;

	/* Its own. */
	pid_t parent;
	int kept[12]; /* descriptors, in order */
	unsigned kept_count;
	struct flock lock;
	int logs[2];
	int64_t log_at[2];
	struct arena strings;
	struct shim *next;
	char stack[16 << 10] __attribute__((aligned(16)));
	char text[SHIM_TEXT_MAX];
};

struct shim_pool {
	struct shim *free;
};

/* One that is not in use, empty. NULL: errno. */
struct shim *shim_take(struct shim_pool *pool);
/* Begins it; what comes of it is known when it has ended, or by shim_has_begun(). False:
 * spawn.error; spawn.pid is not a process. `pid` and `pidfd` are the shim's. */
bool shim_start(struct shim *s, pid_t *pid, int *pidfd);
/* Of one whose gate is shut: lets it go on, or ends it. */
void shim_open_gate(struct shim *s, pid_t pid, enum shim_gate gate);
/* Waits until the program runs or cannot, which is soon. False: it cannot. */
bool shim_has_begun(struct shim *s, pid_t pid);
/* It was reaped, and its program, if it has one: until then they use the memory. */
void shim_give_back(struct shim_pool *pool, struct shim *s);
void shim_pool_free(struct shim_pool *pool);

#endif
