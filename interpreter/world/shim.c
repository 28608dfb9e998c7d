#include "world/shim.h"
#include "world/raw.h"

#include <limits.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BIT(signal) (UINT64_C(1) << ((signal)-1))
/* Sent by the kernel at our end. */
#define PARENT_GONE SIGUSR1
/* As long as we would wait for what a child left behind, see process.c. */
#define DRAIN_MS 100
#define GATE_MOVED SIGUSR2
#define NAP_NS 20000L
#define NAP_MAX_NS 2000000L

/* ---- in the shim: raw code ------------------------------------------------------------------ */

static RAW_CODE bool parent_is_gone(const struct shim *s)
{
	return (pid_t)RAW_0(getppid) != s->parent;
}

static RAW_CODE void close_others(const struct shim *s)
{
	unsigned from = 0;
	for (unsigned i = 0; i < s->kept_count; i++) {
		unsigned fd = (unsigned)s->kept[i];
		if (fd > from)
			RAW_3(close_range, from, fd - 1, 0);
		from = fd + 1;
	}
	RAW_3(close_range, from, ~0u, 0);
}

/* What the program alone needs: held longer, its pipes would not end with it. */
static RAW_CODE void close_programs(const struct shim *s)
{
	for (int i = 0; i < 3; i++)
		RAW_1(close, s->spawn.fds[i]);
	if (s->spawn.script_fd >= 0)
		RAW_1(close, s->spawn.script_fd);
	if (s->spawn.terminal_fd >= 0)
		RAW_1(close, s->spawn.terminal_fd);
}

static RAW_CODE void tell_state(struct shim *s, uint32_t state)
{
	__atomic_store_n(&s->state, state, __ATOMIC_RELEASE);
	RAW_6(futex, &s->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static RAW_CODE long write_record(struct shim *s, uint32_t phase)
{
	s->child.phase = phase;
	long n = RAW_4(pwrite64, s->spawn.record_fd, &s->child, sizeof s->child,
		child_place(s->spawn.number));
	return n < 0 || n == (long)sizeof s->child ? n : -ENOSPC;
}

static RAW_CODE _Noreturn void fail(struct shim *s, long error)
{
	s->spawn.error = (int)-error;
	tell_state(s, SHIM_FAILED);
	raw_exit(0);
}

/* Nobody has said that the child shall not begin any more. Holding the lock from here on, nobody
 * can. Otherwise an error number. */
static RAW_CODE long claim(struct shim *s)
{
	uint32_t phase = CHILD_NONE;
	s->lock.l_start = child_place(s->spawn.number);
	long result = RAW_3(fcntl, s->spawn.record_fd, F_SETLK, &s->lock);
	if (result < 0)
		return result;
	result = RAW_4(pread64, s->spawn.record_fd, &phase, sizeof phase,
		child_place(s->spawn.number) + (long)offsetof(struct child, phase));
	return result < 0 || phase == CHILD_NONE ? result : -ECANCELED;
}

static RAW_CODE void become(void *context)
{
	struct shim *s = context;
	spawn_become(&s->spawn);
}

static RAW_CODE void begin_program(struct shim *s)
{
	struct timespec t;
	RAW_2(clock_gettime, CLOCK_BOOTTIME, &t);
	s->child.after_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	s->spawn.stage = SPAWN_CLONE;
	long pid = raw_clone(CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | SIGCHLD,
		s->stack + sizeof s->stack / 2, &s->spawn.pid, become, s);
	if (pid < 0)
		fail(s, pid);
	if (s->spawn.error) {
		RAW_4(wait4, pid, NULL, 0, NULL);
		if (s->child.phase == CHILD_BEGUN)
			write_record(s, CHILD_NONE);
		tell_state(s, SHIM_FAILED);
		raw_exit(0);
	}
	/* Of a record that is written later; spawn_become() may have written it more exactly. */
	if (!s->child.before_ns) {
		RAW_2(clock_gettime, CLOCK_BOOTTIME, &t);
		s->child.before_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	}
	tell_state(s, SHIM_RUNNING);
	close_programs(s);
}

/* As the kernel fills in the siginfo_t of a child. */
static RAW_CODE bool has_ended(struct shim *s)
{
	siginfo_t info;
	info.si_pid = 0;
	long result =
		RAW_6(waitid, P_PID, s->spawn.pid, &info, WEXITED | WNOHANG | WNOWAIT, NULL, 0);
	if (result < 0)
		raw_exit(0); /* somebody else has seen it: nobody may say how it ended */
	if (info.si_pid == 0)
		return false;
	s->child.code = info.si_code;
	s->child.status = info.si_status;
	return true;
}

static RAW_CODE void sleep_for(uint64_t signals, const struct timespec *most)
{
	RAW_4(rt_sigtimedwait, &signals, NULL, most, sizeof signals);
}

/* ---- what it prints when we are gone -------------------------------------------------------- */

static RAW_CODE void make_folders(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		RAW_3(mkdirat, AT_FDCWD, path, 0700);
		*p = '/';
	}
}

static RAW_CODE int open_log(char *path, int64_t *end)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	long fd = RAW_4(openat, AT_FDCWD, path, flags, 0600);
	if (fd == -ENOENT) {
		make_folders(path);
		fd = RAW_4(openat, AT_FDCWD, path, flags, 0600);
	}
	*end = fd >= 0 ? RAW_3(lseek, fd, 0, SEEK_END) : 0;
	return (int)fd;
}

static RAW_CODE void note_secrets(struct shim *s)
{
	static const char note[] =
		"\n[output after the interpreter ended is not kept: it may hold secrets]\n";
	int64_t end;
	int fd = s->log_path[1] ? open_log((char *)s->log_path[1], &end) : -1;
	if (fd < 0)
		return;
	RAW_4(pwrite64, fd, note, sizeof note - 1, end);
	RAW_1(close, fd);
}

static RAW_CODE bool open_logs(struct shim *s, int i)
{
	if (s->logs[i] == -1)
		s->logs[i] =
			s->log_path[i] ? open_log((char *)s->log_path[i], &s->log_at[i]) : -ENOENT;
	return s->logs[i] >= 0;
}

/* What is in pipe `i` now; false: nothing. */
static RAW_CODE bool move_output(struct shim *s, int i)
{
	char dropped[2048];
	int fd = s->outputs[i];
	if (!s->has_secrets && open_logs(s, i)) {
		long n = RAW_6(splice, fd, NULL, s->logs[i], &s->log_at[i], 1 << 20,
			SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		if (n > 0 || n == -EAGAIN || n == 0)
			return n > 0;
	}
	if (RAW_3(read, fd, dropped, sizeof dropped) <= 0)
		return false;
	if (s->has_secrets && !s->child.is_partial)
		note_secrets(s);
	s->child.is_partial = 1;
	return true;
}

static RAW_CODE void move_all(struct shim *s)
{
	for (int i = 0; i < 2; i++) {
		int left = 0;
		if (s->outputs[i] < 0 || RAW_3(ioctl, s->outputs[i], FIONREAD, &left) < 0)
			continue;
		/* Somebody who goes on printing must not keep us here. */
		for (int rounds = 0; left > 0 && rounds < 4096; rounds++)
			if (!move_output(s, i))
				break;
	}
}

/* Until nobody has the pipes open any more, or `most_ms` after the end of the program. */
static RAW_CODE void move_until_end(struct shim *s)
{
	struct pollfd fds[3];
	struct timespec rest;
	bool is_over = has_ended(s);
	fds[2].fd = is_over ? -1 : (int)RAW_2(pidfd_open, s->spawn.pid, 0);
	fds[2].events = POLLIN;
	for (int i = 0; i < 2; i++) {
		fds[i].fd = s->outputs[i];
		fds[i].events = POLLIN;
	}
	rest.tv_sec = 0;
	rest.tv_nsec = DRAIN_MS * 1000000L;
	while (!is_over || fds[0].fd >= 0 || fds[1].fd >= 0) {
		long n = RAW_6(ppoll, fds, 3, is_over ? &rest : NULL, NULL, 0, 0);
		if (n <= 0 && is_over)
			break; /* the kernel has counted `rest` down */
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !move_output(s, i) &&
				!(fds[i].revents & POLLIN))
				fds[i].fd = -1;
		if (!is_over && (n <= 0 || fds[2].revents)) {
			is_over = has_ended(s);
			fds[2].fd = is_over ? -1 : fds[2].fd;
		}
	}
}

static RAW_CODE void carry_on_alone(struct shim *s)
{
	if (s->flow.is_lossy)
		s->child.is_partial = 1;
	if (s->held[0] >= 0 && !__atomic_load_n(&s->is_delivered, __ATOMIC_ACQUIRE))
		RAW_1(close, s->held[0]);
	move_until_end(s);
	RAW_2(kill, -s->spawn.pid, SIGKILL);
	move_all(s);
}

/* ---- a program that waits for its script ---------------------------------------------------- */

static RAW_CODE _Noreturn void end_waiting(struct shim *s, long error)
{
	RAW_2(kill, -s->spawn.pid, SIGKILL);
	RAW_4(wait4, s->spawn.pid, NULL, 0, NULL);
	fail(s, error);
}

static RAW_CODE uint32_t gate(const struct shim *s)
{
	return __atomic_load_n(&s->gate, __ATOMIC_ACQUIRE);
}

static RAW_CODE void wait_at_gate(struct shim *s)
{
	while (gate(s) == GATE_SHUT && !parent_is_gone(s)) {
		if (has_ended(s))
			end_waiting(s, -ECHILD);
		sleep_for(BIT(SIGCHLD) | BIT(PARENT_GONE) | BIT(GATE_MOVED), NULL);
	}
	if (gate(s) != GATE_OPEN)
		end_waiting(s, -ECANCELED);
	s->spawn.stage = SPAWN_RECORD;
	s->child.pid = s->spawn.pid;
	long result = claim(s);
	if (result >= 0)
		result = write_record(s, CHILD_BEGUN);
	if (result < 0)
		end_waiting(s, result);
	/* Without its script it would end at once, and well. */
	result = RAW_3(write, s->gate_fd, s->text, s->text_len);
	if (result != (long)s->text_len) {
		write_record(s, CHILD_NONE);
		end_waiting(s, result < 0 ? result : -EIO);
	}
	RAW_1(close, s->gate_fd);
}

/* ---- the way of a shim ---------------------------------------------------------------------- */

static RAW_CODE uint64_t taken(const struct shim *s, int i)
{
	return __atomic_load_n(&s->flow.taken[i], __ATOMIC_ACQUIRE);
}

/* False: we died before. What comes after the end of the program is not waited for: then somebody
 * else prints, perhaps for ever. */
static RAW_CODE bool wait_for_taker(struct shim *s)
{
	struct timespec nap;
	nap.tv_sec = 0;
	nap.tv_nsec = NAP_NS;
	for (int i = 0; i < 2; i++) {
		int left = 0;
		if (s->outputs[i] < 0)
			continue;
		RAW_3(ioctl, s->outputs[i], FIONREAD, &left);
		/* In this order: what is taken between the two is waited for once more. */
		uint64_t target = taken(s, i) + (uint64_t)left;
		while (left > 0 && taken(s, i) < target) {
			if (parent_is_gone(s))
				return false;
			sleep_for(BIT(PARENT_GONE), &nap);
			if (nap.tv_nsec < NAP_MAX_NS)
				nap.tv_nsec *= 2;
			RAW_3(ioctl, s->outputs[i], FIONREAD, &left);
		}
	}
	return !parent_is_gone(s);
}

static RAW_CODE void shim_run(void *context)
{
	struct shim *s = context;
	RAW_2(prctl, PR_SET_PDEATHSIG, PARENT_GONE);
	RAW_2(setpgid, 0, 0);
	close_others(s);
	s->spawn.stage = SPAWN_SETUP;
	if (parent_is_gone(s))
		fail(s, -ECANCELED);
	s->spawn.stage = SPAWN_RECORD;
	long result = s->gate == GATE_NONE ? claim(s) : 0;
	if (result < 0)
		fail(s, result);
	begin_program(s);
	RAW_2(prctl, PR_SET_NAME, "runbook-child");
	if (s->gate != GATE_NONE)
		wait_at_gate(s);
	while (!has_ended(s) && !parent_is_gone(s))
		sleep_for(BIT(SIGCHLD) | BIT(PARENT_GONE), NULL);
	if (parent_is_gone(s) || !wait_for_taker(s))
		carry_on_alone(s);
	write_record(s, CHILD_ENDED);
	raw_exit(0);
}

/* ---- in the interpreter --------------------------------------------------------------------- */

struct shim *shim_take(struct shim_pool *pool)
{
	struct shim *s = pool->free;
	struct arena strings = {0};
	if (s) {
		pool->free = s->next;
		strings = s->strings;
		arena_reset(&strings);
		memset(s, 0, offsetof(struct shim, stack));
	} else {
		s = mmap(
			NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (s == MAP_FAILED)
			return NULL;
		arena_init(&strings);
	}
	s->strings = strings;
	s->spawn.script_fd = s->spawn.terminal_fd = -1;
	s->gate_fd = s->held[0] = s->held[1] = -1;
	s->outputs[0] = s->outputs[1] = s->logs[0] = s->logs[1] = -1;
	return s;
}

static const char *const *copy_list(struct arena *a, const char *const *list)
{
	size_t count = 0, bytes = 0;
	while (list[count])
		bytes += strlen(list[count++]) + 1;
	const char **copy = arena_array(a, count + 1, sizeof *copy);
	char *at = arena_alloc(a, bytes + 1);
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(list[i]) + 1;
		copy[i] = memcpy(at, list[i], size);
		at += size;
	}
	return copy;
}

static void keep(struct shim *s, int fd)
{
	unsigned at = s->kept_count;
	for (unsigned i = 0; i < s->kept_count; i++)
		if (s->kept[i] == fd)
			return;
	if (fd < 0)
		return;
	for (; at > 0 && s->kept[at - 1] > fd; at--)
		s->kept[at] = s->kept[at - 1];
	s->kept[at] = fd;
	s->kept_count++;
}

static void prepare(struct shim *s)
{
	struct spawn *p = &s->spawn;
	struct arena *a = &s->strings;
	p->argv = copy_list(a, p->argv);
	p->env = copy_list(a, p->env);
	p->paths = copy_list(a, p->paths);
	p->cwd = p->cwd ? arena_string(a, p->cwd) : NULL;
	p->record = s->gate == GATE_NONE ? &s->child : NULL;
	for (int i = 0; i < 2; i++) {
		s->log_path[i] = s->log_path[i] ? arena_string(a, s->log_path[i]) : NULL;
		keep(s, s->outputs[i]);
		keep(s, s->held[i]);
	}
	for (int i = 0; i < 3; i++)
		keep(s, p->fds[i]);
	keep(s, p->script_fd);
	keep(s, p->terminal_fd);
	keep(s, p->record_fd);
	keep(s, s->gate_fd);
	s->lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = sizeof s->child};
	s->parent = getpid();
}

bool shim_start(struct shim *s, pid_t *pid, int *pidfd)
{
	const unsigned long flags = RAW_SHARES_MEMORY ? CLONE_VM : 0;
	sigset_t all, before;
	prepare(s);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	s->spawn.stage = SPAWN_CLONE;
	s->state = SHIM_STARTING;
	*pid = (pid_t)raw_clone(
		flags | CLONE_PIDFD | SIGCHLD, s->stack + sizeof s->stack, pidfd, shim_run, s);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (*pid > 0)
		return true;
	s->spawn.error = -*pid;
	s->state = SHIM_IDLE;
	return false;
}

void shim_open_gate(struct shim *s, pid_t pid, enum shim_gate to)
{
	__atomic_store_n(&s->gate, (uint32_t)to, __ATOMIC_RELEASE);
	kill(pid, GATE_MOVED);
}

static bool is_dead(pid_t shim)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)shim, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid;
}

bool shim_has_begun(struct shim *s, pid_t pid)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	while (__atomic_load_n(&s->state, __ATOMIC_ACQUIRE) == SHIM_STARTING && !is_dead(pid))
		RAW_6(futex, &s->state, FUTEX_WAIT, SHIM_STARTING, &nap, NULL, 0);
	return s->state == SHIM_RUNNING;
}

void shim_give_back(struct shim_pool *pool, struct shim *s)
{
	s->next = pool->free;
	pool->free = s;
}

void shim_pool_free(struct shim_pool *pool)
{
	while (pool->free) {
		struct shim *s = pool->free;
		pool->free = s->next;
		arena_release(&s->strings);
		munmap(s, sizeof *s);
	}
}
