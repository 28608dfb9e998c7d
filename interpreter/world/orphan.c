/*
 * Descendants that outlive the child we started: in its process group, or out of it by setsid
 * or a double fork. As the subreaper we become the parent of each as soon as its own is gone.
 *
 * Who they are is looked up only when waitid() says that there is anybody: a step that leaves
 * nothing behind costs one system call.
 */
#include "world/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NAMES_MAX 4
#define PROBE_PIDS 8192

struct search {
	struct family *family;
	struct process *of; /* NULL: all that belong to nobody who runs */
	int signal;	    /* 0: only count */
	struct strbuf *names;
	const struct child *child; /* of an earlier interpreter */
	unsigned found;
};

struct process *family_leader(struct family *f, pid_t pid)
{
	if (f->ahead && (f->ahead->pid == pid || process_group(f->ahead) == pid))
		return f->ahead;
	for (struct process *p = f->first; p; p = p->next)
		if (!p->is_reaped && (p->pid == pid || process_group(p) == pid))
			return p;
	return NULL;
}

bool orphans_reap(struct family *f)
{
	for (;;) {
		siginfo_t info = {0};
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
			return errno != ECHILD;
		if (info.si_pid == 0 || family_leader(f, info.si_pid))
			return true;
		waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG);
	}
}

/* A member of the group is a child of ours, dead or alive: the group's number is still its own. */
static bool has_group(const struct process *p)
{
	siginfo_t info = {0};
	pid_t group = process_group(p);
	return group > 0 && waitid(P_PGID, (id_t)group, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static size_t read_proc(pid_t pid, const char *name, char *at, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size_t len = 0;
	ssize_t n;
	while (len < size && (n = read(fd, at + len, size - len)) > 0)
		len += (size_t)n;
	close(fd);
	return len;
}

/* The serial in the mark of `pid`'s environment; 0: it has none of that interpreter. */
static unsigned marked_serial(pid_t interpreter, uint64_t instance, pid_t pid)
{
	static char environment[256u << 10];
	char mark[64];
	int len = snprintf(mark, sizeof mark, PROCESS_MARK_FORMAT, (int)interpreter, instance, 0u);
	len--; /* the serial */
	size_t size = read_proc(pid, "environ", environment, sizeof environment - 1);
	environment[size] = '\0';
	const char *end = environment + size;
	for (const char *at = environment; at < end; at += strlen(at) + 1)
		if (strncmp(at, mark, (size_t)len) == 0)
			return (unsigned)strtoul(at + len, NULL, 10);
	return 0;
}

static struct process *by_serial(struct family *f, unsigned serial)
{
	for (struct process *p = f->first; p; p = p->next)
		if (p->serial == serial)
			return p;
	return NULL;
}

/* Whether `pid`, a child of ours that is no leader, is what the search is for. */
static bool is_wanted(const struct search *s, pid_t pid)
{
	struct family *f = s->family;
	bool is_only_one = f->count <= 1 && !f->has_strangers;
	if (is_only_one && (s->of || f->count == 0))
		return true;
	pid_t group = getpgid(pid);
	for (struct process *p = f->first; p; p = p->next)
		if (process_group(p) == group)
			return p == s->of;
	unsigned serial = marked_serial(f->self, f->instance, pid);
	if (!serial)
		return false;
	struct process *owner = by_serial(f, serial);
	return owner ? owner == s->of : true; /* its step has ended: anyone may sweep it up */
}

static void tell_name(struct search *s, pid_t pid)
{
	char name[64];
	if (s->found == NAMES_MAX)
		strbuf_puts(s->names, " …");
	if (s->found >= NAMES_MAX)
		return;
	size_t len = read_proc(pid, "comm", name, sizeof name);
	struct str trimmed = str_trim((struct str){name, len});
	if (s->names->len)
		strbuf_puts(s->names, ", ");
	if (len)
		strbuf_printf(s->names, "`%.*s` (pid %d)", STR_ARGS(trimmed), (int)pid);
	else
		strbuf_printf(s->names, "pid %d", (int)pid);
}

/* `pid` is our child and only we reap it: it cannot be anybody else. The same holds for its group
 * as long as it leads it. */
static void visit(struct search *s, pid_t pid)
{
	if (family_leader(s->family, pid) || !is_wanted(s, pid))
		return;
	if (s->names)
		tell_name(s, pid);
	s->found++;
	if (s->signal) {
		if (getpgid(pid) == pid)
			kill(-pid, s->signal);
		kill(pid, s->signal);
	}
}

/* Third and fourth field of /proc/PID/stat, behind the name in parentheses (which may hold
 * anything). */
static char state_of(pid_t pid, int *parent)
{
	char text[512], state;
	size_t len = read_proc(pid, "stat", text, sizeof text - 1);
	text[len] = '\0';
	const char *end = strrchr(text, ')');
	return end && sscanf(end + 1, " %c %d", &state, parent) == 2 ? state : 'X';
}

static pid_t parent_of(pid_t pid)
{
	int parent;
	char state = state_of(pid, &parent);
	return state != 'Z' && state != 'X' ? parent : 0;
}

/* A child of a shim is nobody whom waitid() tells us about. */
bool process_is_stopped(const struct process *p)
{
	siginfo_t info = {0};
	int parent;
	if (process_group(p) != p->pid)
		return state_of(process_group(p), &parent) == 'T';
	return waitid(P_PID, (id_t)p->pid, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid;
}

/* Without /proc: waitid() knows our children. New ones get the numbers behind those of older. */
static void probe_all(struct search *s)
{
	pid_t start = s->family->oldest;
	for (pid_t pid = start; pid < start + PROBE_PIDS; pid++) {
		siginfo_t info = {0};
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
			visit(s, pid);
	}
}

static void walk_all(struct search *s, void (*see)(struct search *s, pid_t pid))
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	while (proc && (e = readdir(proc)))
		if (isdigit((unsigned char)e->d_name[0]))
			see(s, (pid_t)strtol(e->d_name, NULL, 10));
	if (proc)
		closedir(proc);
}

static void visit_child(struct search *s, pid_t pid)
{
	if (parent_of(pid) == s->family->self)
		visit(s, pid);
}

static void scan_all(struct search *s)
{
	if (access("/proc/self/stat", R_OK) < 0) {
		probe_all(s);
		return;
	}
	walk_all(s, visit_child);
}

/* The kernel keeps a list, where it was built with it; otherwise every process is looked at. */
static unsigned search(struct search *s)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)s->family->self);
	FILE *children = fopen(path, "re");
	if (!children) {
		scan_all(s);
		return s->found;
	}
	int pid;
	while (fscanf(children, "%d", &pid) == 1)
		visit(s, pid);
	fclose(children);
	return s->found;
}

bool orphans_left(struct process *p)
{
	struct family *f = p->family;
	if (!orphans_reap(f))
		return false;
	bool is_only_one = f->count == 1 && !f->has_strangers;
	if (is_only_one && !f->ahead)
		return true;
	if (has_group(p))
		return true;
	int64_t now = loop_now();
	if (!is_only_one && p->phase == PROCESS_RUNNING && now - f->scanned_ns < SEARCH_EVERY_NS) {
		timer_arm(&f->world->loop, &f->sweep, f->scanned_ns + SEARCH_EVERY_NS);
		return false;
	}
	f->scanned_ns = now;
	return search(&(struct search){.family = f, .of = p}) > 0;
}

static void signal_group(const struct process *p, int signal)
{
	pid_t group = process_group(p);
	if (group > 0 && (!p->is_reaped || has_group(p)))
		kill(-group, signal);
}

/* Those who shall be named must not be dead by then. */
void orphans_signal(struct process *p, int signal, struct strbuf *names)
{
	if (!names)
		signal_group(p, signal);
	search(&(struct search){.family = p->family, .of = p, .signal = signal, .names = names});
	if (names)
		signal_group(p, signal);
}

bool orphans_sweep(struct family *f)
{
	f->scanned_ns = loop_now();
	return search(&(struct search){.family = f, .signal = SIGKILL}) > 0;
}

static void visit_marked(struct search *s, pid_t pid)
{
	const struct child *c = s->child;
	if (marked_serial(c->interpreter, c->family, pid) != c->serial)
		return;
	if (s->names)
		tell_name(s, pid);
	s->found++;
	kill(pid, s->signal);
}

unsigned orphans_signal_marked(const struct child *c, int signal, struct strbuf *names)
{
	struct search s = {.child = c, .signal = signal, .names = names};
	if (c->serial)
		walk_all(&s, visit_marked);
	return s.found;
}
