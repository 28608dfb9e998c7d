/*
 * Runs a program and kills it at a chosen instant:
 *
 *	cut [-t] [-s SIGNAL] call N | line N | time MICROSECONDS | file PATH  -- PROGRAM ARGUMENT…
 *
 * `call N`: before the n-th system call by which it changes something outside of itself, so that
 * counting N up leaves out no instant that matters. `line N`: once it has printed n lines.
 * `file PATH`: once this file has something in it. `-t`: all that it has begun is killed with it,
 * as when the machine goes down.
 *
 * Ends as the program does; 128 + signal when a signal ended it. The program's output is passed on.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_TROUBLE = 99 };

struct cut {
	const char *mode, *what;
	long n;
	int signal;
	bool takes_all;
	pid_t pid;
	int output; /* of the program, in mode `line` */
};

static void give_up(const char *what)
{
	fprintf(stderr, "cut: %s: %s\n", what, strerror(errno));
	exit(EXIT_TROUBLE);
}

static int code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int wait_for_end(const struct cut *c)
{
	int status;

	while (waitpid(c->pid, &status, 0) < 0) {
		if (errno != EINTR)
			give_up("waitpid");
	}
	return code_of(status);
}

/* ---- at a system call --------------------------------------------------------------------------
 */

/* Those by which a file, another process or who waits at a pipe sees a difference. */
static bool changes_something(long call)
{
	static const long calls[] = {SYS_write, SYS_writev, SYS_pwrite64, SYS_fsync, SYS_fdatasync,
		SYS_ftruncate, SYS_clone, SYS_clone3, SYS_kill, SYS_openat, SYS_close, SYS_fcntl,
		SYS_pidfd_send_signal, SYS_unlinkat, SYS_renameat2,
#ifdef SYS_vfork
		SYS_vfork,
#endif
#ifdef SYS_unlink
		SYS_unlink, SYS_rename, SYS_mkdir,
#endif
		SYS_mkdirat, SYS_exit_group};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i] == call)
			return true;
	}
	return false;
}

static int kill_at_call(const struct cut *c)
{
	struct __ptrace_syscall_info info;
	long count = 0;
	int status;

	if (waitpid(c->pid, &status, 0) < 0 || !WIFSTOPPED(status))
		give_up("it does not stop");
	if (ptrace(PTRACE_SETOPTIONS, c->pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		give_up("ptrace");
	for (int pass_on = 0;; pass_on = 0) {
		if (ptrace(PTRACE_SYSCALL, c->pid, 0, pass_on) < 0 && errno != ESRCH)
			give_up("ptrace");
		if (waitpid(c->pid, &status, 0) < 0)
			give_up("waitpid");
		if (!WIFSTOPPED(status))
			return code_of(status);
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			pass_on = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
			continue;
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, c->pid, sizeof(info), &info) < 0)
			give_up("ptrace");
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY &&
			changes_something((long)info.entry.nr) && ++count == c->n)
			kill(c->pid, SIGKILL);
	}
}

/* ---- at a line, a time, an effect ---------------------------------------------------------------
 */

static int kill_at_line(const struct cut *c)
{
	char bytes[4096];
	long lines = 0;
	ssize_t n;

	if (c->n == 0)
		kill(c->pid, c->signal);
	while ((n = read(c->output, bytes, 1)) > 0) {
		if (write(STDOUT_FILENO, bytes, (size_t)n) < 0)
			give_up("write");
		lines += bytes[0] == '\n';
		if (bytes[0] == '\n' && lines == c->n)
			kill(c->pid, c->signal);
	}
	return wait_for_end(c);
}

static int kill_at_time(const struct cut *c)
{
	struct timespec t = {c->n / 1000000, c->n % 1000000 * 1000};

	nanosleep(&t, NULL);
	kill(c->pid, c->signal);
	return wait_for_end(c);
}

static int kill_at_file(const struct cut *c)
{
	struct timespec t = {0, 200000};
	struct stat st;
	int status;

	while (stat(c->what, &st) < 0 || !st.st_size) {
		if (waitpid(c->pid, &status, WNOHANG) == c->pid)
			return code_of(status);
		nanosleep(&t, NULL);
	}
	kill(c->pid, c->signal);
	return wait_for_end(c);
}

/* ---- what it leaves running ---------------------------------------------------------------------
 */

/* Orphans become our children; those of theirs do once they are dead. */
static void kill_what_is_left(void)
{
	char path[64];
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	do {
		FILE *f = fopen(path, "r");

		if (!f)
			give_up(path);
		while (fscanf(f, "%d", &pid) == 1)
			kill(pid, SIGKILL);
		fclose(f);
	} while (waitpid(-1, NULL, 0) > 0);
}

/* ---- all of it ----------------------------------------------------------------------------------
 */

static void start(struct cut *c, char **program)
{
	bool is_line = strcmp(c->mode, "line") == 0, is_call = strcmp(c->mode, "call") == 0;
	int ends[2] = {-1, -1};

	if (is_line && pipe(ends) < 0)
		give_up("pipe");
	c->pid = fork();
	if (c->pid < 0)
		give_up("fork");
	if (c->pid == 0) {
		if (is_line) {
			dup2(ends[1], STDOUT_FILENO);
			close(ends[0]);
			close(ends[1]);
		}
		if (is_call && ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			give_up("ptrace");
		execv(program[0], program);
		give_up(program[0]);
	}
	c->output = ends[0];
	if (is_line)
		close(ends[1]);
}

static int cut_it(const struct cut *c)
{
	if (strcmp(c->mode, "call") == 0)
		return kill_at_call(c);
	if (strcmp(c->mode, "line") == 0)
		return kill_at_line(c);
	if (strcmp(c->mode, "time") == 0)
		return kill_at_time(c);
	return kill_at_file(c);
}

int main(int argc, char **argv)
{
	struct cut c = {.signal = SIGKILL};
	int option, code;

	while ((option = getopt(argc, argv, "+ts:")) != -1) {
		if (option == 't')
			c.takes_all = true;
		else if (option == 's')
			c.signal = atoi(optarg);
		else
			return EXIT_TROUBLE;
	}
	if (argc - optind < 4 || strcmp(argv[optind + 2], "--") != 0) {
		fprintf(stderr, "cut [-t] [-s SIGNAL] call|line|time|file WHEN -- PROGRAM …\n");
		return EXIT_TROUBLE;
	}
	c.mode = argv[optind];
	c.what = argv[optind + 1];
	c.n = atol(c.what);
	if (c.takes_all)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	start(&c, argv + optind + 3);
	code = cut_it(&c);
	if (c.takes_all && code == 128 + SIGKILL)
		kill_what_is_left();
	return code;
}
