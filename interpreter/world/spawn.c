/*
 * The child shares our memory until it runs its program (CLONE_VM | CLONE_VFORK), so the cost does
 * not grow with ours, and it can leave its error where we find it. We stand still meanwhile.
 *
 * posix_spawn does the same but maps a stack each time and gives no pidfd before glibc 2.39.
 */
#include "world/spawn.h"
#include "world/raw.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* As the kernel has it: handler, flags, restorer, mask. All zero is the default action. */
static const uint64_t kernel_default[4];

static RAW_CODE void default_signals(uint64_t ignored)
{
	for (long i = 1; i <= 64; i++)
		if (ignored >> (i - 1) & 1)
			RAW_4(rt_sigaction, i, kernel_default, NULL, sizeof(uint64_t));
	/* The two that the C library keeps for itself and does not let us ask about: make hands
	 * them down ignored. */
	RAW_4(rt_sigaction, 32, kernel_default, NULL, sizeof(uint64_t));
	RAW_4(rt_sigaction, 33, kernel_default, NULL, sizeof(uint64_t));
}

/* Descriptors of ours are all above 2, so that no dup overwrites one that is still needed. */
static RAW_CODE long place_descriptors(const struct spawn *s)
{
	long result = 0;
	for (int i = 0; i < 3 && result >= 0; i++)
		result = RAW_3(dup3, s->fds[i], i, 0);
	if (s->script_fd >= 0 && result >= 0)
		result = RAW_3(dup3, s->script_fd, 3, 0);
	/* What others opened without O_CLOEXEC. An old kernel (ENOSYS) leaves it at ours. */
	RAW_3(close_range, s->script_fd >= 0 ? 4 : 3, ~0u, 0);
	return result;
}

/* As execvp does: what is not there, or may not be run, does not end the search; a file that may
 * not be run is the better message than one that is not there. */
static RAW_CODE long exec_first(struct spawn *s)
{
	long error = -ENOENT;
	for (s->used = 0; s->paths[s->used]; s->used++) {
		long result = RAW_3(execve, s->paths[s->used], s->argv, s->env);
		if (result == -EACCES)
			error = result;
		else if (result != -ENOENT && result != -ENOTDIR && result != -ENAMETOOLONG &&
			 result != -ELOOP)
			return result;
	}
	return error;
}

static RAW_CODE int64_t boot_clock(void)
{
	struct timespec t;
	RAW_2(clock_gettime, CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static RAW_CODE long write_begun(const struct spawn *s)
{
	struct child *c = s->record;
	c->phase = CHILD_BEGUN;
	c->pid = (int32_t)RAW_0(getpid);
	c->before_ns = boot_clock();
	long n = RAW_4(pwrite64, s->record_fd, c, sizeof *c, child_place(s->number));
	return n < 0 || n == (long)sizeof *c ? n : -ENOSPC;
}

static RAW_CODE long take_terminal(int fd)
{
	int group = (int)RAW_0(getpid);
	return fd >= 0 ? RAW_3(ioctl, fd, TIOCSPGRP, &group) : 0;
}

/* It must change nothing in our memory but `s`. */
RAW_CODE void spawn_become(struct spawn *s)
{
	const uint64_t none = 0;
	RAW_2(setpgid, 0, 0);
	s->stage = SPAWN_TERMINAL;
	long result = take_terminal(s->terminal_fd);
	if (result < 0)
		goto failed;
	default_signals(s->ignored);
	RAW_4(prlimit64, 0, RLIMIT_NOFILE, &s->files, NULL);
	s->stage = SPAWN_CWD;
	if (s->cwd && (result = RAW_1(chdir, s->cwd)) < 0)
		goto failed;
	s->stage = SPAWN_RECORD;
	if (s->record && (result = write_begun(s)) < 0)
		goto failed;
	s->stage = SPAWN_SETUP;
	if ((result = place_descriptors(s)) < 0)
		goto failed;
	s->stage = SPAWN_EXEC;
	RAW_4(rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
	result = exec_first(s);
failed:
	s->error = (int)-result;
	raw_exit(127);
}

static RAW_CODE void become(void *context)
{
	spawn_become(context);
}

bool spawn_child(struct spawn *s, char *stack)
{
	/* All signals wait until the child is itself: a handler must not run on shared memory, and
	 * what was sent to our group before it left it shall end it, not us. */
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	s->stage = SPAWN_CLONE;
	s->error = 0;
	s->pid = (pid_t)raw_clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
		stack + SPAWN_STACK_BYTES, &s->pidfd, become, s);
	if (s->pid < 0)
		s->error = -s->pid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (s->error == 0)
		return true;
	if (s->pid > 0) {
		close(s->pidfd);
		while (waitpid(s->pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	}
	return false;
}

int spawn_script_fd(struct str script)
{
	int low = memfd_create("script", MFD_CLOEXEC);
	if (low < 0)
		return -1;
	/* Above the place that it has in the child, and behind it nothing is left open: the
	 * interpreter of the script has a descriptor of its own. */
	int fd = fcntl(low, F_DUPFD_CLOEXEC, 4);
	close(low);
	const struct str parts[] = {STR("exec 3<&-;"), script};
	for (int i = 0; fd >= 0 && i < 2; i++)
		for (size_t done = 0; done < parts[i].len;) {
			ssize_t n = write(fd, parts[i].at + done, parts[i].len - done);
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0) {
				close(fd);
				return -1;
			}
			done += (size_t)n;
		}
	return fd;
}
