/*
 * Runs a program of whose system calls one fails:
 *
 *	fault [-a] [-l LOG] KIND ERROR N -- PROGRAM ARGUMENT…
 *
 * KIND is `write`, `sync`, `open` or `fork`; the N-th such call gives ERROR (ENOSPC, EIO, EMFILE,
 * EAGAIN, or a number) and does nothing. With `-a` all that follow fail, too. Counted are the calls
 * of PROGRAM, also of what it clones off, until that becomes another program. LOG gets a line for
 * what has failed; nothing, when there were fewer than N.
 *
 * Ends as the program does, when all that it began has ended; 128 + signal when a signal ended it.
 *
 * The kernel asks us about each call (seccomp's user notification), so nothing has to be loaded
 * into the program, and calls that go past the C library are seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_TROUBLE = 99, MAX_CALLS = 8 };

struct kind {
	const char *name;
	int calls[MAX_CALLS]; /* a 0 ends it: no call of these has that number everywhere */
};

static const struct kind kinds[] = {
	{"write", {SYS_pwrite64, SYS_writev, SYS_ftruncate, SYS_fallocate, SYS_write}},
	{"sync", {SYS_fsync, SYS_fdatasync}},
	{"open", {SYS_openat, SYS_mkdirat, SYS_linkat,
#ifdef SYS_open
			 SYS_open, SYS_mkdir, SYS_link
#endif
		 }},
	{"fork", {SYS_clone, SYS_clone3,
#ifdef SYS_fork
			 SYS_fork, SYS_vfork
#endif
		 }},
};

struct fault {
	const struct kind *kind;
	int error;
	long n, count;
	bool goes_on;
	const char *log;
	struct stat program;
	int listener;
};

static void give_up(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(EXIT_TROUBLE);
}

/* ---- asking the kernel to ask us ----------------------------------------------------------------
 */

static size_t count_calls(const struct kind *k)
{
	size_t count = 0;

	while (count < MAX_CALLS && k->calls[count])
		count++;
	return count;
}

static int listen_to(const struct kind *k)
{
	struct sock_filter filter[MAX_CALLS + 3];
	size_t calls = count_calls(k), n = 0;
	struct sock_fprog program = {.filter = filter};

	filter[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < calls; i++)
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned)k->calls[i], (unsigned char)(calls - i), 0);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	program.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		give_up("no_new_privs");
	return (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* From here on a write would wait for us, a sendmsg does not. */
static void send_listener(int to, int listener)
{
	char byte = 0, space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &listener, sizeof(int));
	if (sendmsg(to, &message, 0) < 0)
		_exit(EXIT_TROUBLE);
}

static int receive_listener(int from)
{
	char byte, space[CMSG_SPACE(sizeof(int))];
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space)};
	int listener;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) < 1 || !CMSG_FIRSTHDR(&message))
		give_up("no listener came");
	memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return listener;
}

static pid_t start(struct fault *f, char **program)
{
	int ends[2], listener;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		give_up("socketpair");
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		listener = listen_to(f->kind);
		if (listener < 0)
			give_up("seccomp");
		send_listener(ends[1], listener);
		fcntl(listener, F_SETFD, FD_CLOEXEC);
		execv(program[0], program);
		_exit(EXIT_TROUBLE);
	}
	close(ends[1]);
	f->listener = receive_listener(ends[0]);
	close(ends[0]);
	return pid;
}

/* ---- each call ----------------------------------------------------------------------------------
 */

static bool is_program(const struct fault *f, pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	return stat(path, &st) == 0 && st.st_ino == f->program.st_ino &&
	       st.st_dev == f->program.st_dev;
}

/* What it was about: a path that the call names, or that of its descriptor. */
static void describe(
	const struct fault *f, const struct seccomp_notif *call, char *out, size_t size)
{
	bool is_named = strcmp(f->kind->name, "open") == 0, is_at = is_named;
	char path[64];
	ssize_t n = -1;
	int fd;

#ifdef SYS_open
	is_at &= call->data.nr != SYS_open && call->data.nr != SYS_mkdir &&
		 call->data.nr != SYS_link;
#endif
	if (is_named) {
		snprintf(path, sizeof(path), "/proc/%d/mem", (int)call->pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : pread(fd, out, size - 1, (off_t)call->data.args[is_at]);
		if (fd >= 0)
			close(fd);
	} else if (strcmp(f->kind->name, "fork") != 0) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)call->pid,
			(int)call->data.args[0]);
		n = readlink(path, out, size - 1);
	}
	out[n > 0 ? n : 0] = '\0';
}

static void note(const struct fault *f, const struct seccomp_notif *call)
{
	char what[4096];
	FILE *log = f->log ? fopen(f->log, "a") : NULL;

	if (!log)
		return;
	describe(f, call, what, sizeof(what));
	fprintf(log, "%s %ld: %s (%s)\n", f->kind->name, f->count, what, strerror(f->error));
	fclose(log);
}

static bool fails(struct fault *f, const struct seccomp_notif *call)
{
	bool is_message = call->data.nr == SYS_write && call->data.args[0] == STDERR_FILENO;

	/* A message that cannot be told would say nothing of the program. */
	if (is_message || !is_program(f, (pid_t)call->pid))
		return false;
	f->count++;
	if (f->count != f->n && !(f->goes_on && f->count > f->n))
		return false;
	if (f->count == f->n)
		note(f, call);
	return true;
}

static void answer(struct fault *f)
{
	struct seccomp_notif call = {0};
	struct seccomp_notif_resp reply = {0};

	/* It may have been killed meanwhile. */
	if (ioctl(f->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	reply.id = call.id;
	if (fails(f, &call))
		reply.error = -f->error;
	else
		reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(f->listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

static int serve(struct fault *f, pid_t pid)
{
	struct pollfd wait = {.fd = f->listener, .events = POLLIN};
	int status;

	while (poll(&wait, 1, -1) >= 0 || errno == EINTR) {
		if (wait.revents & POLLIN)
			answer(f);
		else if (wait.revents)
			break; /* nobody has the filter any more */
	}
	if (waitpid(pid, &status, 0) != pid)
		give_up("waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the command line ---------------------------------------------------------------------------
 */

static int error_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EMFILE", EMFILE}, {"EAGAIN", EAGAIN},
		{"EACCES", EACCES}, {"ENOMEM", ENOMEM}, {"EROFS", EROFS}, {"EDQUOT", EDQUOT}};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	}
	return atoi(name);
}

int main(int argc, char **argv)
{
	struct fault f = {0};
	int option;

	while ((option = getopt(argc, argv, "+al:")) != -1) {
		if (option == 'a')
			f.goes_on = true;
		else if (option == 'l')
			f.log = optarg;
		else
			return EXIT_TROUBLE;
	}
	argv += optind;
	for (size_t i = 0; argc - optind >= 5 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[0]) == 0)
			f.kind = &kinds[i];
	}
	if (!f.kind || strcmp(argv[3], "--") != 0) {
		fprintf(stderr, "fault [-a] [-l LOG] write|sync|open|fork ERROR N -- PROGRAM …\n");
		return EXIT_TROUBLE;
	}
	f.error = error_number(argv[1]);
	f.n = atol(argv[2]);
	if (stat(argv[4], &f.program) < 0)
		give_up(argv[4]);
	return serve(&f, start(&f, argv + 4));
}
