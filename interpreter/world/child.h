/*
 * What is known of each child that a run ever started, in a file of the run: enough for a later
 * interpreter to tell whether it began, whether it is still alive, and how it ended. Private to
 * world/.
 *
 * A record stands at its child's number times its size; in the place of number 0 is the head of
 * the file. All are written by pwrite() and never waited for: they have to outlive the
 * interpreter, not the machine. After a new boot only what has ended is believed.
 *
 * Who may write it: the parent of the child (shim.c) holds a lock on the record for as long as it
 * lives. Whoever else wants to know how the child stands tries the same lock: got it, nobody will
 * begin the child or see it end any more.
 */
#ifndef WORLD_CHILD_H
#define WORLD_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum child_phase {
	CHILD_NONE,    /* its program did not begin */
	CHILD_BEGUN,   /* written before the program's first instruction */
	CHILD_ENDED,   /* `code` and `status` say how */
	CHILD_REVOKED, /* did not begin, and shall not */
};

struct boot_id {
	uint64_t half[2]; /* both 0: not known; it is then equal to none */
};

struct child {
	uint32_t phase;
	uint32_t is_partial;  /* its output was not all kept */
	int32_t pid;	      /* of the program, which leads its process group */
	int32_t code, status; /* as in siginfo_t */
	uint32_t serial;      /* with `family` the mark in its environment: see process.h */
	uint64_t family;
	/* When it began lies between them: ns since the boot, sleep included. */
	int64_t after_ns, before_ns;
	struct boot_id boot;
	uint32_t slot; /* of the logs; 0: it has none */
	int32_t interpreter;
	int64_t log_start[2];
	uint64_t unused[5];
};

/* How far the record of child `number` lies in the file. */
static inline off_t child_place(uint32_t number)
{
	return (off_t)number * (off_t)sizeof(struct child);
}

/* What is not there reads as zeros, which is: none. False: errno. */
bool child_read(int fd, uint32_t number, struct child *out);
bool child_write(int fd, uint32_t number, const struct child *c);

/* Of this machine, now. */
struct boot_id boot_id_now(void);
bool boot_id_is(struct boot_id a, struct boot_id b);
int64_t boot_clock_ns(void);

/* The interpreter that `first` and later numbers belong to. From here on children below it are
 * told apart: of this boot, or of an earlier one. False: errno. */
bool children_open(int fd, uint32_t first);
/* Whether that child, if it ever began, did so since the machine was started. */
bool child_is_of_this_boot(int fd, uint32_t number);

/* Takes the lock on a record, or says who has it: 0 is us (child_unlock), -1 an error (errno),
 * otherwise the pid of the child's parent. */
pid_t child_lock(int fd, uint32_t number);
void child_unlock(int fd, uint32_t number);

/* Whether the process with that pid is the child itself, alive, and not a stranger who has got its
 * number since. */
bool child_is_alive(const struct child *c);

#endif
