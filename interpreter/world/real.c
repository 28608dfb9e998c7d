#include "world/real_world.h"
#include "world/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static struct real_world *real(struct world *w)
{
	return (struct real_world *)w;
}

/* ---- requests that cannot begin ------------------------------------------------------------- */

struct refusal {
	struct job job;
	const char *reason;
	char message[];
};

static void refusal_cancel(struct job *j)
{
	(void)j;
}

static void refusal_answer(struct job *j, struct arena *a, struct answer *out)
{
	struct refusal *r = (struct refusal *)j;
	out->reason = r->reason;
	out->message = arena_string(a, r->message);
	out->result = value_map(a);
}

static void refusal_free(struct job *j)
{
	free(j);
}

static const struct job_type refusal_type = {refusal_cancel, refusal_answer, refusal_free};

void refuse(struct real_world *w, uint64_t token, const char *reason, const char *message)
{
	size_t len = strlen(message) + 1;
	struct refusal *r = heap_alloc(sizeof *r + len);
	r->job = (struct job){.token = token, .type = &refusal_type};
	r->reason = reason;
	memcpy(r->message, message, len);
	loop_add(&w->loop, &r->job);
	loop_finish(&w->loop, &r->job);
}

/* ---- signals -------------------------------------------------------------------------------- */

static void signals_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct real_world *w =
		(struct real_world *)((char *)s - offsetof(struct real_world, signals));
	struct signalfd_siginfo info;
	if (read(s->fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		loop_signal(&w->loop, HAPPENED_RESIZE, 0);
	else
		loop_signal(&w->loop, HAPPENED_SIGNAL, (int)info.ssi_signo);
}

static bool is_ignored(int signal)
{
	struct sigaction now;
	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static bool watch_signals(struct real_world *w)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGWINCH);
	if (!is_ignored(SIGHUP))
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &w->mask_before);
	signal(SIGPIPE, SIG_IGN);
	w->signals = (struct source){signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), signals_ready};
	return w->signals.fd >= 0 && loop_watch(&w->loop, &w->signals, EPOLLIN);
}

/* ---- the interface -------------------------------------------------------------------------- */

static int64_t real_now(struct world *w)
{
	(void)w;
	return loop_now();
}

static int64_t real_wall(struct world *w)
{
	(void)w;
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void real_start(struct world *w, uint64_t token, const struct request *r)
{
	switch (r->kind) {
	case REQUEST_PROCESS:
		process_start(real(w), token, r);
		return;
	case REQUEST_HTTP:
		http_start(real(w), token, r);
		return;
	case REQUEST_QUESTION:
		question_start(real(w), token, r);
		return;
	}
}

static void real_cancel(struct world *w, uint64_t token)
{
	struct job *j = loop_job(&real(w)->loop, token);
	if (j)
		j->type->cancel(j);
}

static void real_prepare(struct world *w, const struct request *hint)
{
	if (hint->kind == REQUEST_PROCESS)
		process_prepare(real(w), &hint->process);
}

static void real_wait(struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	loop_wait(&real(w)->loop, until, a, out);
}

static void real_free(struct world *world)
{
	struct real_world *w = real(world);
	ssh_close(w->ssh);
	family_kill(w->family);
	loop_release(&w->loop);
	ssh_free(w->ssh);
	http_free(w->http);
	asker_free(w->asker);
	answers_free(w->answers);
	family_free(w->family);
	close(w->signals.fd);
	sigprocmask(SIG_SETMASK, &w->mask_before, NULL);
	free(w);
}

static const struct world_type real_type = {
	real_now, real_wall, real_start, real_cancel, real_wait, real_free, real_prepare};

/* Whatever we open must not become somebody's standard output. */
static void fill_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

struct world *real_world_new(const struct real_options *options)
{
	struct real_world *w = heap_alloc(sizeof *w);
	w->base.type = &real_type;
	w->options = *options;
	if (w->options.grace_ns <= 0)
		w->options.grace_ns = GRACE_NS;
	fill_standard_descriptors();
	if (!loop_init(&w->loop) || !watch_signals(w)) {
		fprintf(stderr, "runbook: cannot wait for anything: %s\n", strerror(errno));
		exit(71);
	}
	w->family = family_new(w);
	return &w->base;
}
