/*
 * Recorded children: what is known of them when their interpreter was killed, and later.
 */
#include "world_help.h"
#include "world/child.h"
#include "world/real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const plain_env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};

/* A run: a folder with its children's records, its logs, and whatever the scripts write. */
struct run_dir {
	struct arena arena;
	char dir[64];
	int children;
	struct masker *masker;
};

static struct run_dir setup(void)
{
	struct run_dir r = {.dir = "/tmp/runbook-unit-XXXXXX"};
	arena_init(&r.arena);
	CHECK(mkdtemp(r.dir) != NULL);
	r.children = open(
		arena_printf(&r.arena, "%s/children", r.dir), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return r;
}

static void teardown(struct run_dir *r)
{
	close(r->children);
	DIR *d = opendir(r->dir);
	struct dirent *e;
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(r->dir);
	arena_release(&r->arena);
}

static struct world *open_world(const struct run_dir *r, uint32_t first)
{
	struct real_options options = {.log_dir = r->dir,
		.masker = r->masker,
		.children_fd = r->children,
		.children_first = first,
		.grace_ns = 100 * NS_PER_MS};
	return real_world_new(&options);
}

static struct request script(const struct run_dir *r, uint32_t child, const char *text)
{
	return (struct request){.kind = REQUEST_PROCESS,
		.step = "step",
		.attempt = 1,
		.process = {.script = text,
			.env = plain_env,
			.cwd = r->dir,
			.keep = 65536,
			.child = child}};
}

static bool has_file(const struct run_dir *r, const char *name)
{
	struct stat st;
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	return stat(path, &st) == 0 && st.st_size > 0;
}

static bool wait_for_file(const struct run_dir *r, const char *name)
{
	for (int i = 0; i < 5000 && !has_file(r, name); i++)
		usleep(1000);
	return CHECK(has_file(r, name));
}

static struct str read_file(struct run_dir *r, const char *name)
{
	int fd = open(arena_printf(&r->arena, "%s/%s", r->dir, name), O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(&r->arena, 100000);
	ssize_t n = fd >= 0 ? read(fd, text, 99999) : -1;
	close(fd);
	return (struct str){text, n > 0 ? (size_t)n : 0};
}

/* An interpreter that runs these scripts as child 1 and so on, at once, and is killed as soon as
 * the file `until` is there; `is_stopped`: it has not had a look at anything since they began. */
static void be_interpreter(const struct run_dir *r, const char *const *scripts, bool is_stopped)
{
	struct world *w = open_world(r, 1);
	struct arena a;
	struct happening h;
	arena_init(&a);
	for (uint32_t i = 0; scripts[i]; i++) {
		struct request request = script(r, i + 1, scripts[i]);
		world_start(w, i + 1, &request);
	}
	while (!is_stopped)
		world_wait(w, NS_NEVER, &a, &h);
	for (;;)
		pause();
}

static void killed_after(
	const struct run_dir *r, const char *const *scripts, const char *until, bool is_stopped)
{
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		be_interpreter(r, scripts, is_stopped);
		_exit(0);
	}
	wait_for_file(r, until);
	/* Its whole group: whatever lives on is in another. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static struct answer adopt(struct run_dir *r, struct world *w, uint32_t child)
{
	struct request request = script(r, child, NULL);
	request.process.is_adopted = true;
	world_start(w, child, &request);
	return finish(w, child, &r->arena, NULL);
}

TEST(child_results_are_on_record)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct child c;
	struct request request = script(&r, 1, "echo out; echo wrong >&2; exit 3");
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "exited with 3");
	CHECK_TEXT(field_text(&a, "stdout"), "out\n");
	CHECK_TEXT(field_text(&a, "stderr"), "wrong\n");
	CHECK_TEXT(read_file(&r, "slot-1.out"), "out\n");
	CHECK(child_read(r.children, 1, &c));
	CHECK_INT(c.phase, CHILD_ENDED);
	CHECK_INT(c.code, CLD_EXITED);
	CHECK_INT(c.status, 3);
	CHECK_INT(c.slot, 1);

	request = script(&r, 2, "echo two; kill -USR1 $$");
	world_start(w, 2, &request);
	a = finish(w, 2, &r.arena, NULL);
	CHECK_STR(message_of(&a), "killed by SIGUSR1");
	CHECK(child_read(r.children, 2, &c));
	CHECK_INT(c.code, CLD_KILLED);
	CHECK_INT(c.status, SIGUSR1);
	CHECK_INT(c.log_start[0], 4);
	world_free(w);
	teardown(&r);
}

/* As without a record: the leader of its group, nothing inherited, no signal ignored or blocked. */
TEST(child_has_what_others_have)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct request request = script(&r, 1,
		"ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status | "
		"tr -d '\\n\\t'; cat; read -r pid name state parent group rest </proc/$$/stat; "
		"[ $group = $$ ] && echo ' leads'");
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"),
		"0 1 2 3 SigBlk:0000000000000000SigIgn:0000000000000000 leads\n");
	world_free(w);
	teardown(&r);
}

TEST(child_that_cannot_begin)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct child c;
	struct request request = script(&r, 1, NULL);
	request.process.argv = (const char *[]){"no-such-program", NULL};
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(reason_of(&a), "spawn");
	CHECK_STR(message_of(&a), "no program `no-such-program` in PATH");
	CHECK(!a.was_sent);
	CHECK(child_read(r.children, 1, &c));
	CHECK_INT(c.phase, CHILD_NONE);
	request = script(&r, 2, "true");
	request.process.cwd = "/no/such/dir";
	world_start(w, 2, &request);
	world_cancel(w, 2);
	a = finish(w, 2, &r.arena, NULL);
	CHECK_STR(message_of(&a), "no directory `/no/such/dir` to run in");
	world_free(w);

	/* Its record cannot be written: it does not begin. */
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);
	struct real_options options = {.log_dir = r.dir, .children_fd = full, .children_first = 1};
	w = real_world_new(&options);
	request = script(&r, 1, "echo x > effect");
	world_start(w, 1, &request);
	a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "its start cannot be recorded: No space left on device");
	CHECK(!a.was_sent && !has_file(&r, "effect"));
	world_free(w);
	close(full);
	teardown(&r);
}

/* It goes on, what it prints is kept, and a later interpreter waits for it. */
TEST(child_outlives_its_interpreter)
{
	struct run_dir r = setup();
	const char *const scripts[] = {"trap '' PIPE; echo before; echo x > begun; while [ ! -e go "
				       "]; do sleep 0.01; done; echo "
				       "after && echo wrong >&2 || echo broken > pipe; exit 5",
		NULL};
	killed_after(&r, scripts, "begun", false);
	struct world *w = open_world(&r, 2);
	struct request request = script(&r, 1, NULL);
	request.process.is_adopted = true;
	world_start(w, 1, &request);
	struct happening h;
	world_wait(w, world_now(w) + 20 * NS_PER_MS, &r.arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	/* The place of its logs is its own meanwhile. */
	struct request other = script(&r, 2, "echo other");
	world_start(w, 2, &other);
	struct answer a = finish(w, 2, &r.arena, NULL);
	CHECK(a.log_path && str_ends_with(str_of(a.log_path), STR("slot-2")));
	close(open(arena_printf(&r.arena, "%s/go", r.dir), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "exited with 5");
	CHECK_INT(field_int(&a, "exit_code"), 5);
	CHECK_TEXT(field_text(&a, "stdout"), "before\nafter\n");
	CHECK_TEXT(field_text(&a, "stderr"), "wrong\n");
	CHECK(a.was_sent && !a.is_partial && !a.note);
	CHECK(a.log_path && str_ends_with(str_of(a.log_path), STR("slot-1")));
	CHECK_INT(a.log_end[0] - a.log_start[0], 13);
	/* And once more, as after another kill. */
	a = adopt(&r, w, 1);
	CHECK_STR(message_of(&a), "exited with 5");
	CHECK_TEXT(field_text(&a, "stdout"), "before\nafter\n");
	/* The next one in its place goes on behind it. */
	request = script(&r, 3, "echo third");
	world_start(w, 3, &request);
	a = finish(w, 3, &r.arena, NULL);
	CHECK_TEXT(read_file(&r, "slot-1.out"), "before\nafter\nthird\n");
	world_free(w);
	teardown(&r);
}

/* More than a pipe holds, and an interpreter that did not take any of it. */
TEST(child_is_not_blocked_by_a_dead_interpreter)
{
	struct run_dir r = setup();
	const char *const scripts[] = {"echo x > first; head -c 3000000 /dev/zero; printf end",
		"while [ ! -e first ]; do sleep 0.01; done; echo x > begun; echo short; exit 4",
		NULL};
	killed_after(&r, scripts, "begun", true);
	struct world *w = open_world(&r, 3);
	struct answer a = adopt(&r, w, 1);
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(a.log_end[0] - a.log_start[0], 3000003);
	CHECK(str_ends_with(field_text(&a, "stdout"), STR("end")));
	a = adopt(&r, w, 2);
	CHECK_INT(field_int(&a, "exit_code"), 4);
	CHECK_TEXT(field_text(&a, "stdout"), "short\n");
	CHECK(!a.is_partial);
	world_free(w);
	teardown(&r);
}

TEST(child_with_secrets)
{
	struct run_dir r = setup();
	r.masker = masker_new();
	masker_add(r.masker, STR("hunter2hunter2"));
	const char *const scripts[] = {"echo x > begun; while [ ! -e go ]; do sleep 0.01; done; "
				       "echo hunter2hunter2; exit 6",
		NULL};
	killed_after(&r, scripts, "begun", false);
	close(open(arena_printf(&r.arena, "%s/go", r.dir), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	struct world *w = open_world(&r, 2);
	struct answer a = adopt(&r, w, 1);
	CHECK_INT(field_int(&a, "exit_code"), 6);
	CHECK_TEXT(field_text(&a, "stdout"), "");
	CHECK(a.is_partial);
	CHECK_TEXT(read_file(&r, "slot-1.err"),
		"\n[output after the interpreter ended is not kept: it may hold secrets]\n");
	world_free(w);
	masker_free(r.masker);
	teardown(&r);
}

TEST(child_that_never_began)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	world_free(w);
	w = open_world(&r, 8);
	struct answer a = adopt(&r, w, 7);
	CHECK_STR(reason_of(&a), "not_begun");
	CHECK(!a.was_sent);
	/* Nor can it any more, should its shim be late. */
	struct request request = script(&r, 7, "echo x > effect");
	world_start(w, 1, &request);
	a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "its start cannot be recorded: Operation canceled");
	CHECK(!has_file(&r, "effect"));
	a = adopt(&r, w, 7);
	CHECK_STR(reason_of(&a), "not_begun");
	world_free(w);
	teardown(&r);
}

/* On another boot an empty record says nothing. */
TEST(child_of_an_earlier_boot)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 5);
	struct answer a = adopt(&r, w, 4);
	CHECK_STR(reason_of(&a), "lost");
	CHECK_STR(message_of(&a), "nobody saw it end");
	CHECK(a.was_sent);
	struct child c = {.phase = CHILD_ENDED, .code = CLD_EXITED, .status = 9, .boot = {{1, 2}}};
	CHECK(child_write(r.children, 3, &c));
	a = adopt(&r, w, 3);
	CHECK_INT(field_int(&a, "exit_code"), 9);
	world_free(w);
	teardown(&r);
}

/* Its number belongs to somebody else by now: who is not waited for, and not signalled. */
TEST(child_whose_pid_is_a_stranger)
{
	struct run_dir r = setup();
	pid_t stranger = fork();
	if (stranger == 0) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(stranger, stranger);
	int64_t now = boot_clock_ns();
	struct child c = {.phase = CHILD_BEGUN,
		.pid = stranger,
		.boot = boot_id_now(),
		.after_ns = now - 60 * NS_PER_S,
		.before_ns = now - 59 * NS_PER_S};
	CHECK(!child_is_alive(&c));
	struct world *w = open_world(&r, 2);
	CHECK(child_write(r.children, 1, &c));
	struct request request = script(&r, 1, NULL);
	request.process.is_adopted = true;
	world_start(w, 1, &request);
	world_cancel(w, 1);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(reason_of(&a), "lost");
	/* The one that is meant is found. */
	c.after_ns = now - 100 * NS_PER_MS;
	c.before_ns = now;
	CHECK(child_is_alive(&c));
	c.boot.half[0]++;
	CHECK(!child_is_alive(&c));
	world_free(w);
	CHECK_INT(waitpid(stranger, NULL, WNOHANG), 0);
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
	teardown(&r);
}

/* Its shim was killed, too: then nobody sees the end, but that it is there is known. */
TEST(child_without_shim)
{
	struct run_dir r = setup();
	const char *const scripts[] = {
		"echo $PPID > parent; echo x > begun; while [ ! -e go ]; do sleep 0.01; done",
		NULL};
	killed_after(&r, scripts, "begun", false);
	kill((pid_t)strtol(read_file(&r, "parent").at, NULL, 10), SIGKILL);
	struct world *w = open_world(&r, 2);
	struct request request = script(&r, 1, NULL);
	request.process.is_adopted = true;
	world_start(w, 1, &request);
	struct happening h;
	world_wait(w, world_now(w) + 20 * NS_PER_MS, &r.arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	close(open(arena_printf(&r.arena, "%s/go", r.dir), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(reason_of(&a), "lost");
	world_free(w);
	teardown(&r);
}

/* And if it was killed while we live, its program comes to us. */
TEST(child_whose_shim_is_killed)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct request request = script(&r, 1, "kill -KILL $PPID; sleep 0.02; echo fine; exit 2");
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "exited with 2");
	CHECK_TEXT(field_text(&a, "stdout"), "fine\n");
	struct child c;
	CHECK(child_read(r.children, 1, &c));
	CHECK_INT(c.phase, CHILD_ENDED);
	CHECK_INT(c.status, 2);
	world_free(w);
	teardown(&r);
}

/* Cancelled by us, and by a later interpreter: with those who left the group. */
TEST(child_is_cancelled)
{
	struct run_dir r = setup();
	const char *text =
		"trap '' TERM; setsid sh -c 'echo $$ > deep; exec sleep 30' & echo $$ > "
		"leader; while [ ! -s deep ]; do sleep 0.01; done; echo x > begun; while :; do "
		"sleep 1; done";
	struct world *w = open_world(&r, 1);
	struct request request = script(&r, 1, text);
	world_start(w, 1, &request);
	wait_for_file(&r, "begun");
	world_cancel(w, 1);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "killed: it did not end within 0.1s of SIGTERM");
	CHECK(kill((pid_t)strtol(read_file(&r, "deep").at, NULL, 10), 0) < 0);
	world_free(w);
	static const char *const names[] = {"begun", "deep", "leader", "children"};
	for (int i = 0; i < 3; i++)
		unlink(arena_printf(&r.arena, "%s/%s", r.dir, names[i]));
	CHECK(ftruncate(r.children, 0) == 0);

	killed_after(&r, (const char *const[]){text, NULL}, "begun", false);
	w = open_world(&r, 2);
	request = script(&r, 1, NULL);
	request.process.is_adopted = true;
	world_start(w, 1, &request);
	world_cancel(w, 1);
	a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(reason_of(&a), "cancelled");
	CHECK_STR(message_of(&a), "killed: it did not end in time after SIGTERM");
	for (int i = 1; i < 3; i++) {
		pid_t pid = (pid_t)strtol(read_file(&r, names[i]).at, NULL, 10);
		int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		struct pollfd p = {.fd = pidfd, .events = POLLIN};
		CHECK(pidfd < 0 || poll(&p, 1, 2000) == 1);
		if (pidfd >= 0)
			close(pidfd);
	}
	world_free(w);
	teardown(&r);
}

TEST(child_stopped)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct request request = script(&r, 1, "echo x > begun; kill -STOP $$; sleep 30");
	world_start(w, 1, &request);
	wait_for_file(&r, "begun");
	world_cancel(w, 1);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_STR(message_of(&a), "ended by SIGTERM");
	world_free(w);
	teardown(&r);
}

/* With the terminal in its hands, which it stops in (Ctrl-Z): nobody else would wake it. */
static int run_on_terminal(struct run_dir *r, const char *name)
{
	setsid();
	int terminal = open(name, O_RDWR | O_CLOEXEC); /* it becomes ours */
	struct real_options options = {.log_dir = r->dir,
		.children_fd = r->children,
		.children_first = 1,
		.terminal_fd = terminal};
	struct world *w = real_world_new(&options);
	struct request request = script(r, 1,
		"read -r line; read -r p n s q group session tty front rest </proc/$$/stat\n"
		"echo $line $((front == $$)) > got; kill -TSTP $$; exit 3");
	request.process.is_interactive = true;
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r->arena, NULL);
	bool is_ours = tcgetpgrp(terminal) == getpgrp();
	world_free(w);
	return is_ours && field_int(&a, "exit_code") == 3 ? 0 : 1;
}

TEST(child_has_the_terminal)
{
	struct run_dir r = setup();
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int status = -1;
	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	const char *name = ptsname(master);
	pid_t pid = fork();
	if (pid == 0)
		_exit(run_on_terminal(&r, name));
	CHECK(write(master, "hello\n", 6) == 6);
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
	CHECK_TEXT(read_file(&r, "got"), "hello 1\n");
	struct child c;
	CHECK(child_read(r.children, 1, &c));
	CHECK_INT(c.phase, CHILD_ENDED);
	CHECK_INT(c.status, 3);
	close(master);
	teardown(&r);
}

/* A grandchild that holds the pipes, and prints without end, keeps nobody. */
TEST(child_leaves_a_flood)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct request request = script(&r, 1, "yes & echo first; exit 3");
	world_start(w, 1, &request);
	struct answer a = finish(w, 1, &r.arena, NULL);
	CHECK_INT(field_int(&a, "exit_code"), 3);
	CHECK(a.note && strstr(a.note, "killed what it left running: `yes`"));
	world_free(w);
	teardown(&r);
}

/* Two at a time. */
TEST(children_many)
{
	struct run_dir r = setup();
	struct world *w = open_world(&r, 1);
	struct child c;
	unsigned good = 0, recorded = 0, started = 0, ended = 0;
	while (ended < 500) {
		struct happening h;
		while (started < 500 && started - ended < 2) {
			char text[64];
			started++;
			snprintf(text, sizeof text, "echo %u; exit %u", started, started % 3);
			struct request request = script(&r, started, text);
			world_start(w, started, &request);
		}
		world_wait(w, NS_NEVER, &r.arena, &h);
		if (h.kind != HAPPENED_FINISHED)
			continue;
		ended++;
		good += field_int(&h.answer, "exit_code") == (int64_t)(h.token % 3);
	}
	for (uint32_t i = 1; i <= 500; i++)
		recorded += child_read(r.children, i, &c) && c.phase == CHILD_ENDED &&
			    c.status == (int)(i % 3);
	CHECK_INT(good, 500);
	CHECK_INT(recorded, 500);
	world_free(w);
	teardown(&r);
}

/* ---- begun ahead ---------------------------------------------------------------------------- */

static bool is_dash(void)
{
	char *target = realpath("/bin/sh", NULL);
	bool is = target && str_ends_with(str_of(target), STR("/dash"));
	free(target);
	if (!is)
		test_skip("sh is not dash: no shell is begun ahead");
	return is;
}

/* The shell is known from the first start on. */
static struct world *open_warm_world(struct run_dir *r)
{
	struct world *w = open_world(r, 1);
	struct request request = script(r, 1, "true");
	world_start(w, 1, &request);
	finish(w, 1, &r->arena, NULL);
	return w;
}

static struct answer run_as(struct run_dir *r, struct world *w, uint32_t child,
	const struct request *request, bool is_ahead)
{
	struct request hint = script(r, 0, NULL);
	struct request numbered = *request;
	numbered.process.child = child;
	if (is_ahead)
		world_prepare(w, &hint);
	world_start(w, child, &numbered);
	return finish(w, child, &r->arena, NULL);
}

/* Where it was begun shows in nothing but what dash says itself. */
TEST(ahead_is_as_cold)
{
	static const char *const scripts[] = {
		"echo \"$0 $-\"; ls /proc/self/fd; ls /proc/$$/fd\n",
		"cat; read -r x || echo eof\n",
		"#!/bin/sh\necho hi; exit 3",
		"",
		"return 4\necho no",
		"false\necho no",
		"trap 'echo bye' EXIT\nfalse\n",
		"kill -KILL $$\n",
		"sleep 0.01\nkill -TERM $$",
		"(exit 7)\n",
		"cat <<E\n$A\nE\n",
		"echo \"$A\" \"$B\"; env | grep -v RUNBOOK_CHILD | sort\n",
		"grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status\n",
		"read -r p n s q group rest </proc/$$/stat\n[ $group = $$ ] && echo leads\n",
		"sh -c 'kill -KILL $$'",
		"pwd",
		"umask; ulimit -n\n",
		"echo $#; echo \"$@\"\n",
	};
	struct run_dir r = setup();
	if (!is_dash()) {
		teardown(&r);
		return;
	}
	struct world *w = open_warm_world(&r);
	uint32_t child = 1;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		struct request request = script(&r, 0, scripts[i]);
		request.process.env = (const char *[]){
			plain_env[0], "A=it's \"quoted\" $(touch x) `y` \\ \t*", "B=", NULL};
		test_about("%s", scripts[i]);
		struct answer cold = run_as(&r, w, ++child, &request, false);
		struct answer ahead = run_as(&r, w, ++child, &request, true);
		CHECK_STR(reason_of(&ahead), reason_of(&cold));
		CHECK_STR(message_of(&ahead), message_of(&cold));
		CHECK_INT(field_int(&ahead, "exit_code"), field_int(&cold, "exit_code"));
		if (i > 0) /* there the shell has its script open, and only there */
			CHECK_TEXT(field_text(&ahead, "stdout"),
				arena_copy(&r.arena, field_text(&cold, "stdout").at,
					field_text(&cold, "stdout").len));
		CHECK_INT(field_text(&ahead, "stderr").len, field_text(&cold, "stderr").len);
	}
	test_about(NULL);
	world_free(w);
	CHECK(!has_file(&r, "x"));
	teardown(&r);
}

static struct answer prepared(struct run_dir *r, struct world *w, struct request *request)
{
	static uint32_t child = 100;
	return run_as(r, w, ++child, request, true);
}

/* Its shell reads /dev/fd/3; one that was begun for the step has the script in its arguments. */
TEST(ahead_where_it_can)
{
	struct run_dir r = setup();
	if (!is_dash()) {
		teardown(&r);
		return;
	}
	struct world *w = open_warm_world(&r);
	const char *who = "tr '\\0' ' ' </proc/$$/cmdline\n";
	struct request request = script(&r, 0, who);
	struct answer a = prepared(&r, w, &request);
	CHECK_TEXT(field_text(&a, "stdout"), "sh -eu -c . /dev/fd/3 ");
	const char *const special[] = {plain_env[0], "IFS=x", NULL};
	const char *const lines[] = {plain_env[0], "A=1\n2", NULL};
	const char *const odd[] = {plain_env[0], "a-b=1", NULL};
	const char *const *const envs[] = {special, lines, odd};
	for (int i = 0; i < 3; i++) {
		request.process.env = envs[i];
		a = prepared(&r, w, &request);
		CHECK(str_starts_with(field_text(&a, "stdout"), STR("sh -eu -c tr ")));
	}
	request = script(&r, 0, who);
	request.process.cwd = "/usr";
	a = prepared(&r, w, &request);
	CHECK(str_starts_with(field_text(&a, "stdout"), STR("sh -eu -c tr ")));
	/* What waits is nobody's orphan, and hides none. */
	request = script(&r, 0, "setsid sleep 30 & sleep 0.02\n");
	a = prepared(&r, w, &request);
	CHECK(a.note && strstr(a.note, "killed what it left running: `sleep`"));
	world_free(w);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	teardown(&r);
}

static bool proc_has(pid_t pid, const char *name, struct str text)
{
	char path[64], buffer[4096];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buffer, sizeof buffer) : -1;
	if (fd >= 0)
		close(fd);
	return n > 0 && str_starts_with((struct str){buffer, (size_t)n}, text);
}

/* The shell that waits for this interpreter; 0: none. */
static pid_t waiting_shell(pid_t interpreter)
{
	pid_t found = 0;
	char mark[64];
	snprintf(mark, sizeof mark, "RUNBOOK_CHILD=%d-", (int)interpreter);
	DIR *proc = opendir("/proc");
	struct dirent *e;
	while (proc && !found && (e = readdir(proc))) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid > 0 && proc_has(pid, "environ", str_of(mark)) &&
			proc_has(pid, "cmdline", STR("sh\0-eu\0-c\0. /dev/fd/3")))
			found = pid;
	}
	if (proc)
		closedir(proc);
	return found;
}

/* One that waits when its interpreter is killed ends, and nothing is on record. */
TEST(ahead_ends_with_its_interpreter)
{
	struct run_dir r = setup();
	if (!is_dash()) {
		teardown(&r);
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		struct world *w = open_warm_world(&r);
		struct request hint = script(&r, 0, NULL);
		world_prepare(w, &hint);
		for (;;)
			pause();
	}
	pid_t shell = 0;
	for (int i = 0; i < 5000 && !(shell = waiting_shell(pid)); i++)
		usleep(1000);
	CHECK(shell > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 5000 && waiting_shell(pid); i++)
		usleep(1000);
	CHECK_INT(waiting_shell(pid), 0);
	struct child c;
	CHECK(child_read(r.children, 2, &c) && c.phase == CHILD_NONE);
	teardown(&r);
}
