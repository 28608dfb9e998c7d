/*
 * How a child begins: what is run, with which environment and descriptors, and by whom.
 */
#include "world/ssh.h"

#include <errno.h>
#include <unistd.h>

/* The environment as given, marked. */
const char *const *process_env(struct process *p, const char *const *env)
{
	struct family *f = p->family;
	size_t count = 0;
	while (env && env[count])
		count++;
	const char **marked = arena_array(&f->scratch, count + 2, sizeof *marked);
	size_t n = 0;
	marked[n++] = arena_printf(
		&f->scratch, PROCESS_MARK_FORMAT, (int)f->self, f->instance, p->serial);
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

/* What is to be run. NULL or why not. */
static const char *fill_program(struct family *f, struct spawn *s, const struct process_request *r)
{
	struct arena *a = &f->scratch;
	if (r->argv) {
		s->shell = SPAWN_PROGRAM;
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
	s->shell = r->is_bash ? SPAWN_BASH : SPAWN_SH;
	s->paths = shell_paths(f, s);
	return NULL;
}

const char *process_descriptors(
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
	if (p->ssh)
		s->fds[0] = p->ssh->child_end;
	return NULL;
}

/* What a later interpreter has to know, and what the shim needs if we die. */
void process_record(struct process *p, uint32_t number)
{
	struct family *f = p->family;
	struct shim *shim = p->shim;
	shim->spawn.record_fd = f->children_fd;
	shim->spawn.number = number;
	shim->child = (struct child){
		.family = f->instance,
		.serial = p->serial,
		.boot = f->boot,
		.interpreter = f->self,
	};
	if (p->ssh) {
		shim->held[0] = p->ssh->control.fd;
		shim->held[1] = p->ssh->connection;
	}
	struct slot *slot = p->slot;
	if (!slot)
		return;
	const struct masker *m = f->world->options.masker;
	shim->has_secrets = m && !masker_is_empty(m);
	shim->child.slot = slot->number;
	slot->flow = &shim->flow;
	for (int i = 0; i < 2; i++) {
		shim->outputs[i] = slot->streams[i].source.fd;
		shim->child.log_start[i] = slot->streams[i].start;
		if (slot->log_path)
			shim->log_path[i] = arena_printf(
				&f->scratch, "%s.%s", slot->log_path, i == 0 ? "out" : "err");
	}
}

static const char *fill(struct process *p, struct spawn *s, const struct process_request *r)
{
	struct family *f = p->family;
	s->cwd = r->cwd;
	s->ignored = f->ignored;
	s->files = f->files;
	s->env = process_env(p, r->env);
	const char *why = fill_program(f, s, r);
	return why ? why : process_descriptors(p, s, p->job.token, r);
}

static const char *begin(struct process *p, struct spawn *s, int *pidfd)
{
	struct family *f = p->family;
	if (p->shim) {
		if (shim_start(p->shim, &p->pid, pidfd))
			return NULL;
		return spawn_message(&f->scratch, s);
	}
	if (!spawn_child(s, f->stack))
		return spawn_message(&f->scratch, s);
	p->pid = s->pid;
	*pidfd = s->pidfd;
	shell_remember(f, s);
	return NULL;
}

const char *process_take_shim(struct process *p)
{
	struct family *f = p->family;
	if (f->children_fd < 0)
		return arena_printf(&f->scratch, "its start cannot be recorded: %s",
			strerror(f->children_error ? f->children_error : EBADF));
	p->shim = shim_take(&f->shims);
	return p->shim ? NULL : "no child can be started: not enough memory";
}

static const char *start(struct process *p, const struct process_request *r, int *pidfd)
{
	struct spawn own = {.script_fd = -1, .terminal_fd = -1};
	const char *why = r->child ? process_take_shim(p) : NULL;
	if (why)
		return why;
	struct spawn *s = p->shim ? &p->shim->spawn : &own;
	why = fill(p, s, r);
	if (!why && p->shim)
		process_record(p, r->child);
	if (!why && r->is_interactive)
		terminal_hand_over(p);
	if (!why)
		why = begin(p, s, pidfd);
	if (s->script_fd >= 0)
		close(s->script_fd);
	return why;
}

void process_begin(
	struct family *f, uint64_t token, const struct process_request *r, struct ssh_step *ssh)
{
	int pidfd = -1;
	struct process *p = process_new(f, token);
	p->keep = r->keep;
	p->is_masked = r->is_masked;
	p->ssh = ssh;
	const char *why = start(p, r, &pidfd);
	if (why) {
		if (p->has_terminal)
			terminal_take_back(p);
		refuse(f->world, token, "spawn", why);
		process_type.free(&p->job);
		return;
	}
	if (ssh)
		ssh_step_begin(ssh, p->shim);
	process_released(p, pidfd);
}

void process_start(struct real_world *w, uint64_t token, const struct request *r)
{
	struct family *f = w->family;
	if (r->process.is_adopted) {
		process_adopt(f, token, &r->process);
	} else if (r->process.remote) {
		ssh_start(w, token, &r->process);
	} else if (r->process.is_interactive && terminal_fd(w) < 0) {
		refuse(w, token, "rejected", "it needs a terminal, and there is none");
	} else if (!ahead_start(f, token, &r->process)) {
		process_begin(f, token, &r->process, NULL);
		arena_reset(&f->scratch);
	}
}
