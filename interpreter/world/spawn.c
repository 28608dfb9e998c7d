/*
 * The child shares our memory until it runs its program (CLONE_VM | CLONE_VFORK), so the cost does
 * not grow with ours, and it can leave its errno where we find it. We stand still meanwhile.
 *
 * posix_spawn does the same but maps a stack each time and gives no pidfd before glibc 2.39.
 */
#include "world/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void default_signals(const sigset_t *ignored)
{
	struct sigaction fallback = {.sa_handler = SIG_DFL};
	for (int i = 1; i < NSIG; i++)
		if (sigismember(ignored, i) == 1)
			sigaction(i, &fallback, NULL);
	/* The two that the C library keeps for itself and does not let us ask about: make hands
	 * them down ignored. All zero is the default action in the kernel's own struct. */
	const uint64_t kernel_default[4] = {0};
	syscall(SYS_rt_sigaction, 32, kernel_default, NULL, sizeof(uint64_t));
	syscall(SYS_rt_sigaction, 33, kernel_default, NULL, sizeof(uint64_t));
}

/* Descriptors of ours are all above 2, so that no dup2 overwrites one that is still needed. */
static bool place_descriptors(const struct spawn *s)
{
	for (int i = 0; i < 3; i++)
		if (dup2(s->fds[i], i) < 0)
			return false;
	if (s->script_fd >= 0 && dup2(s->script_fd, 3) < 0)
		return false;
	/* What others opened without O_CLOEXEC. An old kernel (ENOSYS) leaves it at ours. */
	close_range(s->script_fd >= 0 ? 4 : 3, ~0u, 0);
	return true;
}

/* As execvp does: what is not there, or may not be run, does not end the search; a file that may
 * not be run is the better message than one that is not there. */
static void exec_first(struct spawn *s)
{
	int error = ENOENT;
	for (s->used = 0; s->paths[s->used]; s->used++) {
		execve(s->paths[s->used], (char *const *)s->argv, (char *const *)s->env);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG &&
			 errno != ELOOP) {
			s->error = errno;
			return;
		}
	}
	s->error = error;
}

/* Runs in the child, on our memory: it must change nothing there but `s`. The sanitizers do not
 * know its stack. */
__attribute__((no_sanitize("address", "undefined"))) static int child(void *context)
{
	struct spawn *s = context;
	sigset_t none;
	sigemptyset(&none);
	s->stage = SPAWN_SETUP;
	setpgid(0, 0);
	if (s->terminal_fd >= 0) {
		s->stage = SPAWN_TERMINAL;
		if (tcsetpgrp(s->terminal_fd, getpid()) < 0)
			goto failed;
	}
	s->stage = SPAWN_SETUP;
	default_signals(s->ignored);
	setrlimit(RLIMIT_NOFILE, s->files);
	if (!place_descriptors(s))
		goto failed;
	s->stage = SPAWN_CWD;
	if (s->cwd && chdir(s->cwd) < 0)
		goto failed;
	s->stage = SPAWN_EXEC;
	sigprocmask(SIG_SETMASK, &none, NULL);
	exec_first(s);
	_exit(127);
failed:
	s->error = errno;
	_exit(127);
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
	/*
	 * The seam for a gate: what begins a child and what lets it run its program are one call
	 * here. A gate would put clone without CLONE_VFORK first and a release after the record's
	 * commit; the caller already tells the two apart (process.c: begin, then released).
	 */
	s->pid = clone(child, stack + SPAWN_STACK_BYTES,
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, s, &s->pidfd);
	if (s->pid < 0)
		s->error = errno;
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
