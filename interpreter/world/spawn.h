/*
 * From a request to a running child: which program, with what arguments, how it is begun.
 * Private to world/.
 */
#ifndef WORLD_SPAWN_H
#define WORLD_SPAWN_H

#include "base/arena.h"
#include "base/str.h"
#include "world/child.h"

#include <sys/resource.h>
#include <sys/types.h>

enum spawn_stage {
	SPAWN_CLONE,
	SPAWN_SETUP,
	SPAWN_TERMINAL,
	SPAWN_CWD,
	SPAWN_RECORD,
	SPAWN_EXEC,
};

enum spawn_shell { SPAWN_SH, SPAWN_BASH, SPAWN_PROGRAM };

struct spawn {
	const char *const *argv;
	const char *const *env;
	const char *const *paths; /* of the program, tried in order; relative to the new cwd */
	const char *cwd;	  /* NULL: where we are */
	int fds[3];
	int script_fd; /* becomes descriptor 3; -1: none */
	enum spawn_shell shell;
	int terminal_fd;     /* whose foreground the child's group becomes; -1: none */
	uint64_t ignored;    /* signals that we ignore and the child shall not: bit 0 is signal 1 */
	struct rlimit files; /* the limit of descriptors as it was before we raised ours */
	struct child *record; /* written as begun before the program does; NULL: none */
	int record_fd;
	uint32_t number; /* of the record */

	/* What came of it. */
	pid_t pid;
	int pidfd;
	unsigned used;		/* the path that was run */
	enum spawn_stage stage; /* where it failed */
	int error;		/* errno; 0: it runs */
};

#define SPAWN_STACK_BYTES (64u << 10)

/* Begins the child in a process group of its own, with an empty signal mask and nothing open but
 * fds 0 to 2 (and the script). False: `error` and `stage` say why, nothing is left. `stack` has
 * SPAWN_STACK_BYTES. */
bool spawn_child(struct spawn *s, char *stack);
/* The child's side of it: becomes the program, or leaves `error` and `stage`. Raw code (raw.h). */
_Noreturn void spawn_become(struct spawn *s);

/* The paths at which `program` may lie: itself if it has a slash, otherwise in each directory of
 * PATH (of a default when `env` has none). NULL-ended. */
const char *const *spawn_paths(struct arena *a, const char *program, const char *const *env);
/* Why it failed, for people. */
const char *spawn_message(struct arena *a, const struct spawn *s);

/* The largest single argument that the system takes (MAX_ARG_STRLEN), with its NUL. */
#define ARGUMENT_MAX (128u << 10)
/* A descriptor from which a shell can read the text as /dev/fd/3; -1 and errno. */
int spawn_script_fd(struct str script);

/* The value of a variable, or NULL. */
const char *env_get(const char *const *env, const char *name);

#endif
