#include "world/ssh.h"

#include "world/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Of what nobody outside asked for. */
#define OWN_TOKEN UINT64_MAX

struct connection {
	struct connection *next;
	struct ssh *ssh;
	struct arena arena;   /* what follows lies there */
	struct remote remote; /* as the first step had it: it is the run's inventory */
	const char *const *env;
	const char *socket;
	struct process *process; /* NULL: there is none */
	bool is_up;
	int control; /* our end of its standard input; -1: none */
	int log;
	struct source up; /* what it prints */
	struct waiting *waiting, **last;
};

/* A step whose connection does not stand yet. */
struct waiting {
	struct job job;
	struct connection *connection;
	struct waiting *next;
	struct process_request request; /* what of it is no text: keep, child … */
	struct strbuf text;
	bool is_bash;
	const char *reason;
	char *message;
};

struct ssh {
	struct real_world *world;
	struct connection *first;
	unsigned count;
	char dir[80]; /* for the sockets; empty: none was made yet */
};

/* ---- steps that wait ------------------------------------------------------------------------ */

static void waiting_unlink(struct waiting *x)
{
	struct connection *c = x->connection;

	for (struct waiting **place = &c->waiting; *place; place = &(*place)->next) {
		if (*place != x)
			continue;
		*place = x->next;
		if (!x->next)
			c->last = place;
		break;
	}
}

static void waiting_finish(struct waiting *x, const char *reason, const char *message)
{
	waiting_unlink(x);
	x->reason = reason;
	x->message = strdup(message);
	if (!x->message)
		out_of_memory();
	loop_finish(&x->connection->ssh->world->loop, &x->job);
}

static void waiting_cancel(struct job *j)
{
	waiting_finish((struct waiting *)j, "cancelled", "it was not connected yet");
}

static void waiting_answer(struct job *j, struct arena *a, struct answer *out)
{
	struct waiting *x = (struct waiting *)j;

	out->reason = x->reason;
	out->message = arena_string(a, x->message);
	out->result = value_map(a);
}

static void waiting_free(struct job *j)
{
	struct waiting *x = (struct waiting *)j;

	strbuf_release(&x->text);
	free(x->message);
	free(x);
}

static const struct job_type waiting_type = {waiting_cancel, waiting_answer, waiting_free};

/* ---- a step --------------------------------------------------------------------------------- */

/* Its turn: the connection stands. */
static void run(struct waiting *x)
{
	struct connection *c = x->connection;
	struct real_world *w = c->ssh->world;
	struct arena *a = &w->family->scratch;
	struct ssh_step *s = ssh_step_new(&w->loop, c->remote.name);
	struct process_request r = x->request;
	struct ssh_call call = {.remote = &c->remote, .socket = c->socket};
	uint64_t token = x->job.token;

	waiting_unlink(x);
	loop_remove(&x->job);
	if (s) {
		s->text = x->text;
		s->connection = c->control;
		x->text = (struct strbuf){0};
		call.log = ssh_log_path(a, s->log);
		r.argv = ssh_run_argv(a, &call, x->is_bash);
		r.env = c->env;
		process_begin(w->family, token, &r, s);
	} else {
		refuse(w, token, "spawn", "no child can be started: too many open files");
	}
	waiting_free(&x->job);
	arena_reset(a);
}

static void run_all(struct connection *c)
{
	while (c->waiting)
		run(c->waiting);
}

static void refuse_all(struct connection *c, const char *reason, const char *message)
{
	while (c->waiting)
		waiting_finish(c->waiting, reason, message);
}

/* ---- a connection --------------------------------------------------------------------------- */

static void close_up(struct connection *c)
{
	if (c->up.fd < 0)
		return;
	loop_unwatch(&c->ssh->world->loop, &c->up);
	close(c->up.fd);
	c->up.fd = -1;
}

static void close_all(struct connection *c)
{
	close_up(c);
	if (c->control >= 0)
		close(c->control);
	if (c->log >= 0)
		close(c->log);
	c->control = c->log = -1;
	c->is_up = false;
}

/* Something or nothing: it stands, or its end is on the way. */
static void up_ready(struct source *s, uint32_t events)
{
	struct connection *c = (struct connection *)((char *)s - offsetof(struct connection, up));
	char text[16];

	(void)events;
	c->is_up = read(s->fd, text, sizeof text) > 0;
	close_up(c);
	if (c->is_up)
		run_all(c);
}

static struct connection *connection_of(const struct process *p)
{
	return (struct connection *)p->owner;
}

static void tell_refusal(struct connection *c)
{
	struct arena *a = &c->ssh->world->family->scratch;
	bool is_name;
	struct str complaint = ssh_complaint(ssh_log_read(a, c->log), &is_name);

	refuse_all(c, is_name ? "resolve" : "connect",
		arena_printf(a, "`%s` cannot be reached: %.*s", c->remote.name,
			STR_ARGS(complaint.len ? complaint : STR("ssh ended without a word"))));
	arena_reset(a);
}

/* It ended: before it stood, or later. Who comes next begins another. */
static void connection_free(struct job *j)
{
	struct process *p = (struct process *)j;
	struct connection *c = connection_of(p);

	c->process = NULL;
	if (c->waiting)
		tell_refusal(c);
	close_all(c);
	process_type.free(j);
}

/* Nobody asked for it: there is nobody to cancel it or to answer. */
static const struct job_type connection_type = {NULL, NULL, connection_free};

bool ssh_pipe(int *ours, int *its, bool is_input)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	*its = fcntl(ends[!is_input], F_DUPFD_CLOEXEC, 3);
	*ours = fcntl(ends[is_input], F_DUPFD_CLOEXEC, 3);
	close(ends[0]);
	close(ends[1]);
	return *its >= 0 && *ours >= 0;
}

static const char *begin(struct connection *c, struct process *p, int input, int output)
{
	struct family *f = c->ssh->world->family;
	struct ssh_call call = {&c->remote, c->socket, ssh_log_path(&f->scratch, c->log)};
	struct spawn s = {.script_fd = -1,
		.terminal_fd = -1,
		.shell = SPAWN_PROGRAM,
		.ignored = f->ignored,
		.files = f->files,
		.fds = {input, output, f->null_fd},
		.argv = ssh_connect_argv(&f->scratch, &call),
		.env = process_env(p, c->env)};

	s.paths = spawn_paths(&f->scratch, s.argv[0], s.env);
	if (!spawn_child(&s, f->stack))
		return spawn_message(&f->scratch, &s);
	p->pid = s.pid;
	c->process = p;
	process_released(p, s.pidfd);
	return NULL;
}

static void close_end(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void connect_host(struct connection *c)
{
	struct real_world *w = c->ssh->world;
	struct process *p = process_new(w->family, OWN_TOKEN);
	int input = -1, output = -1;
	const char *why = "too many open files";

	p->job.type = &connection_type;
	p->owner = c;
	c->log = ssh_log_new();
	if (c->log >= 0 && ssh_pipe(&c->control, &input, true) &&
		ssh_pipe(&c->up.fd, &output, false) && loop_watch(&w->loop, &c->up, EPOLLIN))
		why = begin(c, p, input, output);
	close_end(input);
	close_end(output);
	if (why) {
		refuse_all(c, "spawn", why);
		close_all(c);
		process_type.free(&p->job);
	}
	arena_reset(&w->family->scratch);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Only we may enter. Short: the path of a socket has to fit into 108 bytes. */
static bool make_dir(struct ssh *s)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (*s->dir)
		return true;
	if (!base || base[0] != '/' || strlen(base) > 40 || strchr(base, '%') ||
		access(base, W_OK | X_OK) < 0)
		base = "/tmp";
	snprintf(s->dir, sizeof s->dir, "%s/runbook-ssh.XXXXXX", base);
	if (mkdtemp(s->dir))
		return true;
	*s->dir = '\0';
	return false;
}

static const char *copy(struct arena *a, const char *text)
{
	return text ? arena_string(a, text) : NULL;
}

static struct connection *find_connection(struct ssh *s, const struct remote *r)
{
	struct connection *c = s->first;

	while (c && strcmp(c->remote.name, r->name) != 0)
		c = c->next;
	if (c)
		return c;
	c = heap_alloc(sizeof *c);
	*c = (struct connection){
		.next = s->first, .ssh = s, .control = -1, .log = -1, .up = {-1, up_ready}};
	arena_init(&c->arena);
	c->remote = (struct remote){.name = copy(&c->arena, r->name),
		.address = copy(&c->arena, r->address),
		.user = copy(&c->arena, r->user),
		.identity = copy(&c->arena, r->identity),
		.config = copy(&c->arena, r->config),
		.port = r->port};
	c->env = ssh_environment(&c->arena, r->ssh_env, s->dir);
	c->socket = arena_printf(&c->arena, "%s/%u", s->dir, ++s->count);
	c->last = &c->waiting;
	s->first = c;
	return c;
}

void ssh_start(struct real_world *w, uint64_t token, const struct process_request *r)
{
	struct connection *c;
	struct waiting *x;

	if (!w->ssh) {
		w->ssh = heap_alloc(sizeof *w->ssh);
		*w->ssh = (struct ssh){.world = w};
	}
	if (!make_dir(w->ssh)) {
		refuse(w, token, "spawn", "no folder can be made for the connections of ssh");
		return;
	}
	c = find_connection(w->ssh, r->remote);
	x = heap_alloc(sizeof *x);
	*x = (struct waiting){.job = {.token = token, .type = &waiting_type},
		.connection = c,
		.request = {.child = r->child, .keep = r->keep, .is_masked = r->is_masked},
		.is_bash = r->is_bash};
	remote_text(&x->text, r, w->options.grace_ns);
	*c->last = x;
	c->last = &x->next;
	loop_add(&w->loop, &x->job);
	if (c->is_up)
		run_all(c);
	else if (!c->process)
		connect_host(c);
}

void ssh_close(struct ssh *s)
{
	for (struct connection *c = s ? s->first : NULL; c; c = c->next) {
		refuse_all(c, "cancelled", "it was not connected yet");
		if (c->control >= 0)
			close(c->control);
		c->control = -1;
	}
}

void ssh_free(struct ssh *s)
{
	while (s && s->first) {
		struct connection *c = s->first;

		s->first = c->next;
		close_all(c);
		unlink(c->socket);
		arena_release(&c->arena);
		free(c);
	}
	if (s && *s->dir)
		rmdir(s->dir);
	free(s);
}
