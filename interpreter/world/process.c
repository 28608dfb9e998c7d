#include "world/ssh.h"
#include "world/text.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long what a child left behind may go on: a `tee` at the end of a pipe wants to finish. */
#define DRAIN_NS (100 * NS_PER_MS)
#define LOOK_EVERY_NS (2 * NS_PER_MS)
#define KILLING_NS (2 * NS_PER_S)
#define STOPPED_EVERY_NS (200 * NS_PER_MS)
/* What a script on another machine has beyond its grace, for the way there and back. */
#define REMOTE_NS (3 * NS_PER_S)

/* ---- the end ------------------------------------------------------------------------------ */

static char *heap_string(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		out_of_memory();
	return copy;
}

static void end(struct process *p)
{
	struct family *f = p->family;
	p->phase = PROCESS_ENDED;
	timer_disarm(&p->timer);
	*p->place = p->next;
	if (p->next)
		p->next->place = p->place;
	f->count--;
	if (p->has_terminal)
		terminal_take_back(p);
	if (p->slot)
		slot_end(p->slot);
	loop_finish(&f->world->loop, &p->job);
}

static void kill_left(struct process *p)
{
	struct strbuf names = {0};
	orphans_signal(p, SIGKILL, p->note ? NULL : &names);
	if (names.len && asprintf(&p->note, "killed what it left running: %s", names.at) < 0)
		out_of_memory();
	strbuf_release(&names);
}

static void begin_killing(struct process *p)
{
	p->phase = PROCESS_KILLING;
	p->deadline_ns = loop_now() + KILLING_NS;
	kill_left(p);
}

/* Somebody whom even SIGKILL does not end (it hangs in the kernel). From now on only what is
 * marked counts, or every later step would wait for it. */
static void give_up(struct process *p)
{
	p->has_survivors = true;
	p->family->has_strangers = true;
	if (!p->note && asprintf(&p->note, "left something running that could not be killed") < 0)
		out_of_memory();
	end(p);
}

/* The leader is reaped: is there anybody else? */
static void settle(struct process *p)
{
	if (p->slot)
		slot_drain(p->slot);
	if (!orphans_left(p)) {
		/* What they printed while they ended. */
		if (p->slot && p->phase != PROCESS_RUNNING)
			slot_drain(p->slot);
		end(p);
		return;
	}
	int64_t now = loop_now();
	bool is_due = p->phase != PROCESS_RUNNING && now >= p->deadline_ns;
	if (p->phase == PROCESS_KILLING && is_due) {
		give_up(p);
		return;
	}
	if (p->phase == PROCESS_RUNNING) {
		p->phase = PROCESS_DRAINING;
		/* A cancelled one has its grace. */
		if (!p->is_cancelled)
			p->deadline_ns = now + DRAIN_NS;
	} else if (p->phase == PROCESS_DRAINING && is_due) {
		begin_killing(p);
	} else if (p->phase == PROCESS_KILLING) {
		kill_left(p); /* children of those who are gone have come to us */
	}
	timer_arm(&p->family->world->loop, &p->timer, now + LOOK_EVERY_NS);
}

/* A shim that is just being started has our descriptors, too: epoll would not forget one that only
 * we have closed. */
static void forget_pidfd(struct process *p)
{
	loop_unwatch(&p->family->world->loop, &p->pidfd);
	close(p->pidfd.fd);
	p->pidfd.fd = -1;
}

static void ended(struct process *p, const siginfo_t *info)
{
	p->code = info->si_code;
	p->status = info->si_status;
	p->is_reaped = true;
	settle(p);
}

static void failed(struct process *p, const char *message)
{
	p->failure = heap_string(message);
	p->is_reaped = true;
	settle(p);
}

/* Nobody but us can say how it ended. */
static void record_end(struct process *p, const siginfo_t *info)
{
	struct child *c = &p->shim->child;
	if (c->phase == CHILD_ENDED)
		return;
	c->phase = CHILD_ENDED;
	c->code = info->si_code;
	c->status = info->si_status;
	child_write(p->family->children_fd, p->shim->spawn.number, c);
}

/* Its program has come to us: ended, or, if the shim was killed, alive. */
static void shim_ended(struct process *p)
{
	struct shim *s = p->shim;
	struct family *f = p->family;
	siginfo_t info = {0};
	pid_t program = process_group(p);
	if (s->state == SHIM_FAILED) {
		failed(p, spawn_message(&f->scratch, &s->spawn));
		arena_reset(&f->scratch);
	} else if (program <= 0) {
		failed(p, "no child can be started: its parent was killed");
	} else if (waitid(P_PID, (id_t)program, &info, WEXITED | WNOHANG) < 0) {
		info.si_code = s->child.code; /* somebody else is the one orphans go to */
		info.si_status = s->child.status;
		ended(p, &info);
	} else if (info.si_pid) {
		record_end(p, &info);
		shell_remember(f, &s->spawn);
		ended(p, &info);
	} else {
		p->pid = program;
		process_watch(p, (int)syscall(SYS_pidfd_open, program, 0));
	}
}

static void leader_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct process *p = (struct process *)((char *)s - offsetof(struct process, pidfd));
	siginfo_t info = {0};
	if (waitid(P_PIDFD, (id_t)s->fd, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0)
		return;
	forget_pidfd(p);
	if (p->shim && p->pid != process_group(p)) {
		shim_ended(p);
		return;
	}
	if (p->shim)
		record_end(p, &info);
	ended(p, &info);
}

/* Without a descriptor that tells its end nobody would ever know. */
static void kill_unwatched(struct process *p)
{
	siginfo_t info = {0};
	if (p->shim && p->pid != process_group(p)) {
		shim_has_begun(p->shim, p->pid);
		kill(p->pid, SIGKILL);
		waitid(P_PID, (id_t)p->pid, &info, WEXITED);
	}
	pid_t program = process_group(p);
	if (program > 0) {
		kill(-program, SIGKILL);
		kill(program, SIGKILL);
		waitid(P_PID, (id_t)program, &info, WEXITED);
		if (p->shim)
			record_end(p, &info);
	}
	ended(p, &info);
}

bool process_watch(struct process *p, int pidfd)
{
	p->pidfd = (struct source){pidfd, leader_ready};
	if (pidfd >= 0 && loop_watch(&p->family->world->loop, &p->pidfd, EPOLLIN))
		return true;
	p->watch_error = errno;
	if (pidfd >= 0)
		close(pidfd);
	p->pidfd.fd = -1;
	kill_unwatched(p);
	return false;
}

void process_released(struct process *p, int pidfd)
{
	struct family *f = p->family;
	if (f->count == 0)
		f->oldest = p->pid;
	p->next = f->first;
	p->place = &f->first;
	if (p->next)
		p->next->place = &p->next;
	f->first = p;
	f->count++;
	loop_add(&f->world->loop, &p->job);
	if (p->has_terminal)
		timer_arm(&f->world->loop, &p->timer, loop_now() + STOPPED_EVERY_NS);
	process_watch(p, pidfd);
}

/* ---- cancelling ----------------------------------------------------------------------------- */

static bool leader_has_ended(const struct process *p)
{
	siginfo_t info = {0};
	return p->is_reaped ||
	       (waitid(P_PIDFD, (id_t)p->pidfd.fd, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		       info.si_pid != 0);
}

static void process_cancel(struct job *j)
{
	struct process *p = (struct process *)j;
	if (p->is_cancelled)
		return;
	if (leader_has_ended(p)) {
		/* It was faster; what it left gets no more time. */
		if (p->phase == PROCESS_DRAINING)
			p->deadline_ns = 0;
		return;
	}
	if (p->shim && !shim_has_begun(p->shim, p->pid))
		return; /* its end, which says why, is on the way */
	p->is_cancelled = true;
	p->deadline_ns = loop_now() + p->family->world->options.grace_ns;
	if (p->ssh && ssh_step_stop(p->ssh)) {
		p->deadline_ns += REMOTE_NS;
	} else {
		orphans_signal(p, SIGTERM, NULL);
		orphans_signal(p, SIGCONT, NULL); /* a stopped one could not hear it */
	}
	timer_arm(&p->family->world->loop, &p->timer, p->deadline_ns);
}

/* A child with the terminal that stops itself (Ctrl-Z) would leave everyone waiting: there is no
 * shell to bring it back. */
static void wake_stopped(struct process *p)
{
	pid_t group = process_group(p);
	if (group > 0 && process_is_stopped(p))
		kill(-group, SIGCONT);
	timer_arm(&p->family->world->loop, &p->timer, loop_now() + STOPPED_EVERY_NS);
}

/* Not even SIGKILL ended the leader. It is reaped as a stranger, if ever it ends. */
static void abandon(struct process *p)
{
	forget_pidfd(p);
	p->code = CLD_KILLED;
	p->status = SIGKILL;
	give_up(p);
}

static void timer_fired(struct timer *t)
{
	struct process *p = (struct process *)((char *)t - offsetof(struct process, timer));
	if (p->is_reaped) {
		settle(p);
	} else if (p->was_killed) {
		abandon(p);
	} else if (p->is_cancelled) {
		p->was_killed = true;
		orphans_signal(p, SIGKILL, NULL);
		timer_arm(&p->family->world->loop, &p->timer, loop_now() + KILLING_NS);
	} else {
		wake_stopped(p);
	}
}

/* ---- the answer ----------------------------------------------------------------------------- */

const char *signal_name(struct arena *a, int signal)
{
	const char *name = sigabbrev_np(signal);
	return name ? arena_printf(a, "SIG%s", name) : arena_printf(a, "signal %d", signal);
}

static const char *cancel_message(struct process *p, struct arena *a)
{
	if (p->was_killed) {
		struct strbuf b = {0};
		duration_human(&b, p->family->world->options.grace_ns);
		return arena_printf(
			a, "killed: it did not end within %s of SIGTERM", take_text(&b, a).at);
	}
	if (p->code == CLD_EXITED)
		return arena_printf(a, "exited with %d after SIGTERM", p->status);
	return arena_printf(a, "ended by %s", signal_name(a, p->status));
}

void exit_answer(int code, int status, struct arena *a, struct answer *out)
{
	/* As a shell counts it. */
	int exit_code = code == CLD_EXITED ? status : 128 + status;
	map_set(a, out->result.map, STR("exit_code"), value_int(exit_code));
	if (code != CLD_EXITED) {
		out->reason = "signal";
		out->message = arena_printf(a, "killed by %s%s", signal_name(a, status),
			code == CLD_DUMPED ? " (core dumped)" : "");
	} else if (status != 0) {
		out->reason = "exit";
		out->message = arena_printf(a, "exited with %d", status);
	}
}

static void judge(struct process *p, struct arena *a, struct answer *out)
{
	if (p->watch_error) {
		out->reason = "spawn";
		out->message = arena_printf(a, "killed at once: its end cannot be waited for: %s",
			strerror(p->watch_error));
	} else if (p->is_cancelled) {
		out->reason = "cancelled";
		out->message = cancel_message(p, a);
	}
}

static void process_answer(struct job *j, struct arena *a, struct answer *out)
{
	struct process *p = (struct process *)j;
	out->result = value_map(a);
	if (p->failure) {
		out->reason = "spawn";
		out->message = arena_string(a, p->failure);
		return;
	}
	out->was_sent = true;
	exit_answer(p->code, p->status, a, out);
	if (p->ssh)
		ssh_step_judge(p->ssh, p->code, p->status, a, out);
	judge(p, a, out);
	if (p->slot) {
		slot_answer(p->slot, p->keep, a, out);
	} else {
		struct value none =
			p->is_masked ? value_unknown(MASKED_OUTPUT) : value_str(STR(""));
		map_set(a, out->result.map, STR("stdout"), none);
		map_set(a, out->result.map, STR("stderr"), none);
	}
	if (p->note)
		out->note = arena_string(a, p->note);
}

static void process_free(struct job *j)
{
	struct process *p = (struct process *)j;
	timer_disarm(&p->timer);
	if (p->slot)
		slot_release(p->slot, p->has_survivors);
	/* What could not be killed still uses it. */
	if (p->shim && (p->is_reaped || !p->place))
		shim_give_back(&p->family->shims, p->shim);
	ssh_step_free(p->ssh);
	free(p->note);
	free(p->failure);
	free(p);
}

const struct job_type process_type = {process_cancel, process_answer, process_free};

struct process *process_new(struct family *f, uint64_t token)
{
	struct process *p = heap_alloc(sizeof *p);
	p->job = (struct job){.token = token, .type = &process_type};
	p->timer.fire = timer_fired;
	p->family = f;
	p->serial = ++f->serial;
	return p;
}
