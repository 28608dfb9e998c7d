#include "world/process.h"
#include "world/spawn.h"
#include "world/text.h"

#include <errno.h>
#include <unistd.h>

/* How long what a child left behind may go on: a `tee` at the end of a pipe wants to finish. */
#define DRAIN_NS (100 * NS_PER_MS)
#define LOOK_EVERY_NS (2 * NS_PER_MS)
#define KILLING_NS (2 * NS_PER_S)
#define STOPPED_EVERY_NS (200 * NS_PER_MS)

/* ---- the end ------------------------------------------------------------------------------ */

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

static void leader_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct process *p = (struct process *)((char *)s - offsetof(struct process, pidfd));
	siginfo_t info = {0};
	if (waitid(P_PIDFD, (id_t)s->fd, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0)
		return;
	p->code = info.si_code;
	p->status = info.si_status;
	p->is_reaped = true;
	close(s->fd); /* our only descriptor of it: epoll forgets it too */
	s->fd = -1;
	settle(p);
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
	p->is_cancelled = true;
	p->deadline_ns = loop_now() + p->family->world->options.grace_ns;
	orphans_signal(p, SIGTERM, NULL);
	orphans_signal(p, SIGCONT, NULL); /* a stopped one could not hear it */
	timer_arm(&p->family->world->loop, &p->timer, p->deadline_ns);
}

/* A child with the terminal that stops itself (Ctrl-Z) would leave everyone waiting: there is no
 * shell to bring it back. */
static void wake_stopped(struct process *p)
{
	siginfo_t info = {0};
	if (waitid(P_PIDFD, (id_t)p->pidfd.fd, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid)
		kill(-p->pid, SIGCONT);
	timer_arm(&p->family->world->loop, &p->timer, loop_now() + STOPPED_EVERY_NS);
}

/* Not even SIGKILL ended the leader. It is reaped as a stranger, if ever it ends. */
static void abandon(struct process *p)
{
	loop_unwatch(&p->family->world->loop, &p->pidfd);
	close(p->pidfd.fd);
	p->pidfd.fd = -1;
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

static const char *signal_name(struct arena *a, int signal)
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

static void judge(struct process *p, struct arena *a, struct answer *out)
{
	if (p->watch_error) {
		out->reason = "spawn";
		out->message = arena_printf(a, "killed at once: its end cannot be waited for: %s",
			strerror(p->watch_error));
	} else if (p->is_cancelled) {
		out->reason = "cancelled";
		out->message = cancel_message(p, a);
	} else if (p->code != CLD_EXITED) {
		out->reason = "signal";
		out->message = arena_printf(a, "killed by %s%s", signal_name(a, p->status),
			p->code == CLD_DUMPED ? " (core dumped)" : "");
	} else if (p->status != 0) {
		out->reason = "exit";
		out->message = arena_printf(a, "exited with %d", p->status);
	}
}

static void process_answer(struct job *j, struct arena *a, struct answer *out)
{
	struct process *p = (struct process *)j;
	out->was_sent = true;
	out->result = value_map(a);
	/* As a shell counts it. */
	int exit_code = p->code == CLD_EXITED ? p->status : 128 + p->status;
	map_set(a, out->result.map, STR("exit_code"), value_int(exit_code));
	judge(p, a, out);
	if (p->slot) {
		slot_answer(p->slot, p->keep, a, out);
	} else {
		struct value none = value_str(STR(""));
		if (p->is_masked)
			none.flags = VALUE_SECRET | VALUE_TRUNCATED;
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
	free(p->note);
	free(p);
}

static const struct job_type process_type = {process_cancel, process_answer, process_free};

/* ---- the start ------------------------------------------------------------------------------ */

/* The environment as given, marked. */
static const char *const *marked_env(struct family *f, const char *const *env, unsigned serial)
{
	size_t count = 0;
	while (env && env[count])
		count++;
	const char **marked = arena_array(&f->scratch, count + 2, sizeof *marked);
	size_t n = 0;
	marked[n++] = arena_printf(&f->scratch, PROCESS_MARK "=%d.%u", (int)f->self, serial);
	for (size_t i = 0; i < count; i++)
		if (strncmp(env[i], PROCESS_MARK "=", sizeof PROCESS_MARK) != 0)
			marked[n++] = env[i];
	return marked;
}

static const char *const *shell_argv(struct arena *a, const struct process_request *r, bool is_fd)
{
	const char **argv = arena_array(a, 6, sizeof *argv);
	size_t n = 0;
	argv[n++] = r->is_bash ? "bash" : "sh";
	argv[n++] = r->is_bash ? "-euo" : "-eu";
	if (r->is_bash)
		argv[n++] = "pipefail";
	if (!is_fd)
		argv[n++] = "-c";
	argv[n++] = is_fd ? "/dev/fd/3" : r->script;
	return argv;
}

static const char *path_of(const struct spawn *s)
{
	const char *path = env_get(s->env, "PATH");
	return path ? path : "";
}

static bool knows_shell(const struct family *f, const struct spawn *s, bool is_bash)
{
	const struct shell_path *known = &f->shells[is_bash];
	return known->path && strcmp(known->path, path_of(s)) == 0;
}

/* Where the shell was last time: PATH has it in the fourth place or so, and each place before would
 * be tried at each step. */
static const char *const *shell_paths(struct family *f, const struct spawn *s, bool is_bash)
{
	if (!knows_shell(f, s, is_bash))
		return spawn_paths(&f->scratch, s->argv[0], s->env);
	const char **paths = arena_array(&f->scratch, 2, sizeof *paths);
	paths[0] = f->shells[is_bash].program;
	return paths;
}

/* It is not where it was: then everywhere. */
static bool search_again(struct family *f, struct spawn *s, bool is_bash)
{
	if (s->stage != SPAWN_EXEC || !knows_shell(f, s, is_bash))
		return false;
	s->paths = spawn_paths(&f->scratch, s->argv[0], s->env);
	return spawn_child(s, f->stack);
}

static char *heap_string(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		out_of_memory();
	return copy;
}

/* Only absolute ones: others depend on the directory. */
static void remember_shell(struct family *f, const struct spawn *s, bool is_bash)
{
	struct shell_path *known = &f->shells[is_bash];
	const char *program = s->paths[s->used];
	if (program[0] != '/' || (known->program && strcmp(known->program, program) == 0))
		return;
	free(known->path);
	free(known->program);
	known->path = heap_string(path_of(s));
	known->program = heap_string(program);
}

/* What is to be run. NULL or why not. */
static const char *fill_program(struct family *f, struct spawn *s, const struct process_request *r)
{
	struct arena *a = &f->scratch;
	if (r->argv) {
		s->argv = r->argv;
		if (!r->argv[0])
			return "no program is named";
		s->paths = spawn_paths(a, r->argv[0], s->env);
		return NULL;
	}
	struct str script = str_of(r->script);
	bool is_long = script.len >= ARGUMENT_MAX;
	if (is_long) {
		if (access("/proc/self/fd", F_OK) < 0)
			return arena_printf(a,
				"a script of %zu bytes needs /proc, which is not there",
				script.len);
		s->script_fd = spawn_script_fd(script);
		if (s->script_fd < 0)
			return arena_printf(a, "the script of %zu bytes cannot be handed over: %s",
				script.len, strerror(errno));
	}
	s->argv = shell_argv(a, r, is_long);
	s->paths = shell_paths(f, s, r->is_bash);
	return NULL;
}

static const char *fill_descriptors(
	struct process *p, struct spawn *s, uint64_t token, const struct process_request *r)
{
	struct family *f = p->family;
	for (int i = 0; i < 3; i++)
		s->fds[i] = f->null_fd;
	if (r->is_interactive) {
		for (int i = 0; i < 3; i++)
			s->fds[i] = terminal_fd(f->world);
		s->terminal_fd = s->fds[0];
	} else if (!r->is_masked) {
		p->slot = slot_take(f->world, &f->slots, token);
		if (!p->slot)
			return errno == EMFILE || errno == ENFILE
				       ? "no child can be started: too many open files"
				       : arena_printf(&f->scratch, "no pipe for its output: %s",
						 strerror(errno));
		s->fds[1] = p->slot->streams[0].child_end;
		s->fds[2] = p->slot->streams[1].child_end;
	}
	return NULL;
}

/* The child runs: from here on it has an end to wait for. */
static void released(struct process *p, const struct spawn *s)
{
	struct family *f = p->family;
	struct loop *l = &f->world->loop;
	p->pid = s->pid;
	if (f->count == 0)
		f->oldest = p->pid;
	p->pidfd = (struct source){s->pidfd, leader_ready};
	p->next = f->first;
	p->place = &f->first;
	if (p->next)
		p->next->place = &p->next;
	f->first = p;
	f->count++;
	loop_add(l, &p->job);
	if (p->has_terminal)
		timer_arm(l, &p->timer, loop_now() + STOPPED_EVERY_NS);
	if (!loop_watch(l, &p->pidfd, EPOLLIN)) {
		p->watch_error = errno;
		kill(-p->pid, SIGKILL);
		waitid(P_PIDFD, (id_t)s->pidfd, &(siginfo_t){0}, WEXITED);
		p->code = CLD_KILLED;
		p->status = SIGKILL;
		p->is_reaped = true;
		close(s->pidfd);
		p->pidfd.fd = -1;
		settle(p);
	}
}

static const char *begin(struct process *p, struct spawn *s, const struct process_request *r)
{
	struct family *f = p->family;
	s->cwd = r->cwd;
	s->ignored = &f->ignored;
	s->files = &f->files;
	s->env = marked_env(f, r->env, p->serial);
	const char *why = fill_program(f, s, r);
	if (!why)
		why = fill_descriptors(p, s, p->job.token, r);
	if (why)
		return why;
	if (r->is_interactive)
		terminal_hand_over(p);
	if (!spawn_child(s, f->stack) && (r->argv || !search_again(f, s, r->is_bash)))
		return spawn_message(&f->scratch, s);
	if (!r->argv)
		remember_shell(f, s, r->is_bash);
	return NULL;
}

void process_start(struct real_world *w, uint64_t token, const struct request *r)
{
	struct family *f = w->family;
	if (r->process.is_interactive && terminal_fd(w) < 0) {
		refuse(w, token, "rejected", "it needs a terminal, and there is none");
		return;
	}
	struct process *p = heap_alloc(sizeof *p);
	p->job = (struct job){.token = token, .type = &process_type};
	p->timer.fire = timer_fired;
	p->family = f;
	p->serial = ++f->serial;
	p->keep = r->process.keep;
	p->is_masked = r->process.is_masked;
	struct spawn s = {.script_fd = -1, .terminal_fd = -1};
	const char *why = begin(p, &s, &r->process);
	if (s.script_fd >= 0)
		close(s.script_fd);
	if (why) {
		if (p->has_terminal)
			terminal_take_back(p);
		refuse(w, token, "spawn", why);
		process_free(&p->job);
	} else {
		released(p, &s);
	}
	arena_reset(&f->scratch);
}
