/*
 * The supervisor holds the listening socket for as long as the service lives,
 * so that a change of release refuses nobody.
 *
 * Invariants:
 *  1. A worker is told to end only when another one is ready, or at the end.
 *  2. `generation` counts attempts that have an outcome; who sends SIGHUP waits for the next.
 *  3. The supervisor leaves only after its last worker.
 */
#include "shop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shop_release.h"
#include "util.h"
#include "web.h"

#define MAX_WORKERS 8
#define START_MS 10000
#define END_MS 8000
#define RESPAWN_MS 1000

enum role { NONE, STARTING, SERVING, ENDING };

struct worker {
	enum role role;
	pid_t pid;
	int line; /* -1 once it has ended */
	int64_t deadline_ms;
	char version[32];
	char said[256];
};

struct supervisor {
	char **argv;
	const char *status_path, *pid_path, *current;
	int listen_fd, signal_fd;
	int64_t generation;
	int64_t respawn_at_ms; /* 0: nothing to start again */
	bool is_asked;	       /* SIGHUP has come and is not yet acted on */
	bool is_ending;
	bool is_stillborn; /* the very first release did not start */
	struct worker workers[MAX_WORKERS];
};

static struct worker *with_role(struct supervisor *s, enum role role)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (s->workers[i].role == role)
			return &s->workers[i];
	return NULL;
}

/* The file that deploy.sh waits for: who serves, and how the last attempt ended. */
static void publish(
	struct supervisor *s, const char *outcome, const char *version, const char *reason)
{
	struct worker *serving = with_role(s, SERVING);
	int port = web_port(s->listen_fd);
	char url[64];
	json_t *status;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	status = json_pack("{s:i, s:i, s:s, s:I, s:s, s:s, s:s, s:s, s:i}", "pid", (int)getpid(),
		"port", port, "url", url, "generation", (json_int_t)s->generation, "outcome",
		outcome, "attempted", version, "reason", reason, "serving",
		serving ? serving->version : "", "worker", serving ? (int)serving->pid : 0);
	save_json(s->status_path, status);
	json_decref(status);
}

static void conclude(
	struct supervisor *s, const char *outcome, const char *version, const char *reason)
{
	s->generation++;
	say("INFO %s %s%s%s", version, outcome, *reason ? ": " : "", reason);
	publish(s, outcome, version, reason);
}

static void exec_worker(struct supervisor *s, const char *release, int line, pid_t parent)
{
	const char *window = option(s->argv, "--window", "30");
	const char *db = needed(s->argv, "--db");
	char listen_text[16], line_text[16], parent_text[16];
	sigset_t none;

	snprintf(listen_text, sizeof(listen_text), "%d", s->listen_fd);
	snprintf(line_text, sizeof(line_text), "%d", line);
	snprintf(parent_text, sizeof(parent_text), "%d", (int)parent);
	fcntl(s->listen_fd, F_SETFD, 0);
	fcntl(line, F_SETFD, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/proc/self/exe", "shop", "worker", "--release", release, "--db", db, "--listen",
		listen_text, "--line", line_text, "--parent", parent_text, "--window", window,
		(char *)NULL);
	_exit(127);
}

static void start_worker(struct supervisor *s)
{
	struct worker *worker = with_role(s, NONE);
	pid_t parent = getpid();
	struct release release;
	int line[2] = {-1, -1};
	const char *problem = release_load(&release, s->current);

	if (!problem && (!worker || pipe2(line, O_CLOEXEC | O_NONBLOCK) < 0))
		problem = "too many workers";
	if (problem) {
		conclude(s, "failed", *release.version ? release.version : "?", problem);
		return;
	}
	*worker = (struct worker){.role = STARTING, .line = line[0]};
	worker->deadline_ms = now_ms() + START_MS;
	strcpy(worker->version, release.version);
	worker->pid = fork();
	if (worker->pid == 0)
		exec_worker(s, release.dir, line[1], parent);
	close(line[1]);
	if (worker->pid < 0) {
		close(line[0]);
		worker->role = NONE;
		conclude(s, "failed", release.version, "no process can be started");
	}
}

static void end_worker(struct worker *worker)
{
	worker->role = ENDING;
	worker->deadline_ms = now_ms() + END_MS;
	kill(worker->pid, SIGTERM);
}

static void became_ready(struct supervisor *s, struct worker *worker)
{
	struct worker *old = with_role(s, SERVING);

	worker->role = SERVING;
	worker->deadline_ms = 0;
	s->respawn_at_ms = 0;
	if (old)
		end_worker(old);
	else
		conclude(s, "ok", worker->version, "");
}

/* The line's end: an old worker accepts nothing more, so the new release is what answers. */
static void line_ended(struct supervisor *s, struct worker *worker)
{
	struct worker *serving = with_role(s, SERVING);

	close(worker->line);
	worker->line = -1;
	if (worker->role == ENDING && serving && !s->is_ending)
		conclude(s, "ok", serving->version, "");
}

static void read_line(struct supervisor *s, struct worker *worker)
{
	size_t len = strlen(worker->said);
	ssize_t n = read(worker->line, worker->said + len, sizeof(worker->said) - 1 - len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		line_ended(s, worker);
		return;
	}
	worker->said[len + (size_t)n] = '\0';
	if (worker->role == STARTING && strcmp(worker->said, "ready") == 0)
		became_ready(s, worker);
}

static void has_exited(struct supervisor *s, struct worker *worker)
{
	enum role role = worker->role;

	/* What it said may still be in the pipe. */
	while (worker->line >= 0) {
		size_t before = strlen(worker->said);

		read_line(s, worker);
		if (worker->line >= 0 && strlen(worker->said) == before)
			line_ended(s, worker);
	}
	worker->role = NONE;
	if (s->is_ending || role == ENDING)
		return;
	if (role == STARTING)
		conclude(s, "failed", worker->version,
			*worker->said ? worker->said : "it ended without a word");
	if (!with_role(s, SERVING)) {
		say("ERROR %s is gone, nobody serves", worker->version);
		s->respawn_at_ms = now_ms() + RESPAWN_MS;
	}
}

static void reap(struct supervisor *s)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (int i = 0; i < MAX_WORKERS; i++)
			if (s->workers[i].role != NONE && s->workers[i].pid == pid)
				has_exited(s, &s->workers[i]);
}

static void end_all(struct supervisor *s)
{
	s->is_ending = true;
	for (int i = 0; i < MAX_WORKERS; i++)
		if (s->workers[i].role == STARTING || s->workers[i].role == SERVING)
			end_worker(&s->workers[i]);
}

static void read_signals(struct supervisor *s)
{
	struct signalfd_siginfo signal;

	while (read(s->signal_fd, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGCHLD)
			reap(s);
		else if (signal.ssi_signo == SIGHUP)
			s->is_asked = true;
		else
			end_all(s);
	}
}

static void keep_time(struct supervisor *s)
{
	int64_t now = now_ms();

	for (int i = 0; i < MAX_WORKERS; i++) {
		struct worker *worker = &s->workers[i];

		if (worker->role == NONE || !worker->deadline_ms || now < worker->deadline_ms)
			continue;
		if (worker->role == STARTING && !*worker->said)
			strcpy(worker->said, "it was not ready in time");
		kill(worker->pid, SIGKILL);
		worker->deadline_ms = now + 1000;
	}
	/* Whoever removed the world's folder wants no service in it. */
	if (!s->is_ending && !pid_file_is_mine(s->pid_path))
		end_all(s);
	if (s->is_ending || with_role(s, STARTING))
		return;
	if (s->is_asked || (s->respawn_at_ms && now >= s->respawn_at_ms)) {
		s->is_asked = false;
		s->respawn_at_ms = 0;
		start_worker(s);
	}
}

static void wait_for_something(struct supervisor *s)
{
	struct pollfd fds[MAX_WORKERS + 1] = {{.fd = s->signal_fd, .events = POLLIN}};

	for (int i = 0; i < MAX_WORKERS; i++)
		fds[i + 1] =
			(struct pollfd){.fd = s->workers[i].role == NONE ? -1 : s->workers[i].line,
				.events = POLLIN};
	poll(fds, MAX_WORKERS + 1, 500);
	for (int i = 0; i < MAX_WORKERS; i++)
		if (fds[i + 1].revents)
			read_line(s, &s->workers[i]);
	read_signals(s);
}

static int signals_as_file(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool has_workers(const struct supervisor *s)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (s->workers[i].role != NONE)
			return true;
	return false;
}

int shop_serve(char **argv)
{
	struct supervisor s = {.argv = argv,
		.status_path = needed(argv, "--status"),
		.pid_path = needed(argv, "--pid"),
		.current = needed(argv, "--current"),
		.is_asked = true};

	needed(argv, "--db");
	s.listen_fd = web_listen(atoi(option(argv, "--port", "0")));
	if (s.listen_fd < 0)
		die("cannot listen: %s", strerror(errno));
	setsid();
	if (!pid_file_write(s.pid_path))
		die("cannot write %s: %s", s.pid_path, strerror(errno));
	s.signal_fd = signals_as_file();
	while (!s.is_ending || has_workers(&s)) {
		keep_time(&s);
		wait_for_something(&s);
		/* The very first release has to work: there is nothing to fall back on. */
		s.is_stillborn = s.generation == 1 && !has_workers(&s) && !s.is_ending;
		if (s.is_stillborn)
			break;
	}
	close(s.listen_fd);
	close(s.signal_fd);
	say("INFO the supervisor has ended");
	return s.is_stillborn ? 1 : 0;
}
