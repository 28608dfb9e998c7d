/*
 * Real children, through the real shell.
 */
#include "world_help.h"
#include "world/real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const plain_env[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin", "GREETING=hello", NULL};

struct bench {
	struct arena arena;
	struct world *world;
	char dir[64];
};

/* A log_dir is the part behind the folder of the test. */
static struct bench setup(struct real_options options)
{
	struct bench b = {.dir = "/tmp/runbook-unit-XXXXXX"};
	arena_init(&b.arena);
	if (mkdtemp(b.dir) && options.log_dir)
		options.log_dir = arena_printf(&b.arena, "%s%s", b.dir, options.log_dir);
	b.world = real_world_new(&options);
	return b;
}

static void teardown(struct bench *b)
{
	world_free(b->world);
	DIR *d = opendir(b->dir);
	struct dirent *e;
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(b->dir);
	arena_release(&b->arena);
	/* Nothing of it is left: no child, dead or alive. */
	siginfo_t info = {0};
	CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD);
}

static struct request script(const char *text)
{
	return (struct request){.kind = REQUEST_PROCESS,
		.step = "step",
		.attempt = 1,
		.process = {.script = text, .env = plain_env, .keep = 65536}};
}

static struct answer run(struct bench *b, const char *text)
{
	struct request r = script(text);
	world_start(b->world, 1, &r);
	return finish(b->world, 1, &b->arena, NULL);
}

TEST(process_results)
{
	struct bench b = setup((struct real_options){0});
	struct answer a = run(&b, "echo out; echo err >&2; exit 3");
	CHECK_STR(reason_of(&a), "exit");
	CHECK_STR(message_of(&a), "exited with 3");
	CHECK_INT(field_int(&a, "exit_code"), 3);
	CHECK_TEXT(field_text(&a, "stdout"), "out\n");
	CHECK_TEXT(field_text(&a, "stderr"), "err\n");
	CHECK(a.was_sent);
	CHECK(!a.log_path && !a.note);

	a = run(&b, "true");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(field_int(&a, "exit_code"), 0);
	CHECK_TEXT(field_text(&a, "stdout"), "");

	/* -e, -u; no input; a group of its own; nothing inherited. */
	a = run(&b, "false; echo no");
	CHECK_STR(reason_of(&a), "exit");
	a = run(&b, "echo $UNSET");
	CHECK_STR(reason_of(&a), "exit");
	a = run(&b, "cat; echo end");
	CHECK_TEXT(field_text(&a, "stdout"), "end\n");
	a = run(&b, "ls /proc/self/fd | tr '\\n' ' '"); /* 3: the folder that ls reads */
	CHECK_TEXT(field_text(&a, "stdout"), "0 1 2 3 ");
	a = run(&b, "grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\n\\t'");
	CHECK_TEXT(field_text(&a, "stdout"), "SigBlk:0000000000000000SigIgn:0000000000000000");
	a = run(&b, "env | grep -v -E '^(PWD|OLDPWD|SHLVL|_|RUNBOOK_CHILD)=' | sort");
	CHECK_TEXT(field_text(&a, "stdout"), "GREETING=hello\nPATH=/usr/local/bin:/usr/bin:/bin\n");
	teardown(&b);
}

TEST(process_programs)
{
	struct bench b = setup((struct real_options){0});
	struct request r = script("set -o | grep pipefail | tr -s '\\t ' ' '");
	r.process.is_bash = true;
	world_start(b.world, 1, &r);
	struct answer a = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"), "pipefail on\n");

	r = script(NULL);
	r.process.argv = (const char *[]){"printf", "%s|", "a b", "", "$HOME", NULL};
	r.process.cwd = "/usr";
	world_start(b.world, 1, &r);
	a = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"), "a b||$HOME|");

	/* Without PATH, and without any environment. */
	r = script("pwd");
	r.process.env = (const char *[]){NULL};
	r.process.cwd = "/usr";
	world_start(b.world, 1, &r);
	a = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"), "/usr\n");
	teardown(&b);
}

static struct answer spawn_fails(struct bench *b, struct request r)
{
	world_start(b->world, 1, &r);
	struct answer a = finish(b->world, 1, &b->arena, NULL);
	CHECK_STR(reason_of(&a), "spawn");
	CHECK(!a.was_sent);
	return a;
}

TEST(process_cannot_begin)
{
	struct bench b = setup((struct real_options){0});
	struct request r = script(NULL);
	r.process.argv = (const char *[]){"no-such-program", NULL};
	struct answer a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a), "no program `no-such-program` in PATH");
	r.process.argv = (const char *[]){"/no/such/program", NULL};
	a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a), "no program `/no/such/program`");
	r.process.argv = (const char *[]){"/etc/passwd", NULL};
	a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a), "`/etc/passwd` may not be executed");
	r.process.argv = (const char *[]){"", NULL};
	spawn_fails(&b, r);
	r = script("true");
	r.process.cwd = "/no/such/dir";
	a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a), "no directory `/no/such/dir` to run in");

	char *big = arena_alloc(&b.arena, 200001);
	memset(big, 'x', 200000);
	memcpy(big, "BIG=", 4);
	r = script("true");
	r.process.env = (const char *[]){big, NULL};
	a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a),
		"the variable `BIG` of 200000 bytes is larger than the environment allows "
		"(131071)");
	r.process.argv = (const char *[]){"true", big, NULL};
	r.process.env = plain_env;
	a = spawn_fails(&b, r);
	CHECK_STR(message_of(&a),
		"an argument of 200000 bytes is larger than the system takes (131071)");
	teardown(&b);
}

TEST(process_without_descriptors)
{
	struct bench b = setup((struct real_options){0});
	struct rlimit before, low = {0};
	getrlimit(RLIMIT_NOFILE, &before);
	low.rlim_max = before.rlim_max;
	low.rlim_cur = 6;
	setrlimit(RLIMIT_NOFILE, &low);
	struct answer a = run(&b, "true");
	setrlimit(RLIMIT_NOFILE, &before);
	CHECK_STR(reason_of(&a), "spawn");
	CHECK_STR(message_of(&a), "no child can be started: too many open files");
	a = run(&b, "echo fine");
	CHECK_TEXT(field_text(&a, "stdout"), "fine\n");
	teardown(&b);
}

TEST(process_long_script)
{
	struct bench b = setup((struct real_options){0});
	struct strbuf text = {0};
	strbuf_puts(&text, "echo first\n");
	while (text.len < 300000)
		strbuf_puts(&text, "# a comment that only takes room\n");
	strbuf_puts(&text, "ls /proc/self/fd | tr '\\n' ' '; false; echo not reached\n");
	struct answer a = run(&b, text.at);
	CHECK_STR(reason_of(&a), "exit");
	CHECK_TEXT(field_text(&a, "stdout"), "first\n0 1 2 3 ");
	struct request r = script(text.at);
	r.process.is_bash = true;
	world_start(b.world, 1, &r);
	a = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"), "first\n0 1 2 3 ");
	strbuf_release(&text);
	teardown(&b);
}

/* ---- output --------------------------------------------------------------------------------- */

static struct str log_range(struct bench *b, const struct answer *a, int stream)
{
	char *path = arena_printf(
		&b->arena, "%s.%s", a->log_path ? a->log_path : "", stream ? "err" : "out");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600);
	size_t len = (size_t)(a->log_end[stream] - a->log_start[stream]);
	char *text = arena_alloc(&b->arena, len);
	CHECK(pread(fd, text, len, a->log_start[stream]) == (ssize_t)len);
	close(fd);
	return (struct str){text, len};
}

TEST(process_logs)
{
	struct bench b = setup((struct real_options){.log_dir = ""});
	struct answer a = run(&b, "echo one; echo wrong >&2");
	CHECK_TEXT(log_range(&b, &a, 0), "one\n");
	CHECK_TEXT(log_range(&b, &a, 1), "wrong\n");
	/* Opening standard error anew must not empty anything. */
	a = run(&b, "echo two; echo x > /dev/stdout; echo y > /dev/stderr; echo three");
	CHECK_TEXT(log_range(&b, &a, 0), "two\nx\nthree\n");
	CHECK_TEXT(log_range(&b, &a, 1), "y\n");
	CHECK_INT(a.log_start[0], 4);

	/* Only the tail is kept, from the start of a character on. */
	struct request r = script("printf 'abc\\303\\244\\303\\244'");
	r.process.keep = 3;
	world_start(b.world, 1, &r);
	a = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&a, "stdout"), "\303\244");
	CHECK(map_get(a.result.map, "stdout")->flags & VALUE_TRUNCATED);
	CHECK_TEXT(log_range(&b, &a, 0), "abc\303\244\303\244");

	/* A lot, without a newline, binary, on both streams. */
	a = run(&b, "head -c 3000000 /dev/zero; head -c 100000 /dev/zero >&2; printf end");
	CHECK_INT(a.log_end[0] - a.log_start[0], 3000003);
	CHECK_INT(a.log_end[1] - a.log_start[1], 100000);
	CHECK_INT(field_text(&a, "stdout").len, 65536);
	CHECK(str_ends_with(field_text(&a, "stdout"), STR("end")));

	r = script("echo secret; echo secret >&2");
	r.process.is_masked = true;
	world_start(b.world, 1, &r);
	a = finish(b.world, 1, &b.arena, NULL);
	CHECK(!a.log_path);
	CHECK_INT(map_get(a.result.map, "stdout")->kind, VALUE_UNKNOWN);
	CHECK_INT(map_get(a.result.map, "stderr")->kind, VALUE_UNKNOWN);
	teardown(&b);
}

TEST(process_long_output_without_logs)
{
	struct bench b = setup((struct real_options){0});
	struct answer a = run(&b, "head -c 300000 /dev/zero; printf end");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(field_text(&a, "stdout").len, 65536);
	CHECK(str_ends_with(field_text(&a, "stdout"), STR("end")));
	a = run(&b, "echo short");
	CHECK_TEXT(field_text(&a, "stdout"), "short\n");
	a = run(&b, "head -c 70000 /dev/zero; printf end");
	CHECK(str_ends_with(field_text(&a, "stdout"), STR("end")));
	teardown(&b);
}

TEST(process_log_cannot_be_written)
{
	struct bench b = setup((struct real_options){.log_dir = ""});
	rmdir(b.dir);
	close(open(b.dir, O_WRONLY | O_CREAT, 0600));
	struct answer a = run(&b, "echo short");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_TEXT(field_text(&a, "stdout"), "short\n");
	CHECK_STR(a.note, "its output could not be kept: Not a directory");
	a = run(&b, "head -c 100000 /dev/zero");
	CHECK_STR(reason_of(&a), "output");
	unlink(b.dir);
	teardown(&b);
}

TEST(process_log_folders_are_made_when_needed)
{
	struct bench b = setup((struct real_options){.log_dir = "/some/where"});
	const char *outer = arena_printf(&b.arena, "%s/some", b.dir);
	const char *inner = arena_printf(&b.arena, "%s/where", outer);
	struct stat st;
	struct answer a = run(&b, "true");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK(access(outer, F_OK) < 0 && errno == ENOENT);
	a = run(&b, "echo one");
	CHECK_TEXT(log_range(&b, &a, 0), "one\n");
	CHECK(stat(outer, &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(stat(inner, &st) == 0 && (st.st_mode & 0777) == 0700);
	unlink(arena_printf(&b.arena, "%s.out", a.log_path));
	rmdir(inner);
	rmdir(outer);
	teardown(&b);
}

TEST(process_without_a_place_for_logs)
{
	struct bench b = setup((struct real_options){.log_dir = "/gone/logs"});
	CHECK(symlink("nowhere", arena_printf(&b.arena, "%s/gone", b.dir)) == 0);
	struct answer a = run(&b, "echo short; echo wrong >&2");
	CHECK_TEXT(field_text(&a, "stdout"), "short\n");
	CHECK(!a.log_path && !a.note);
	a = run(&b, "printf begin; head -c 100000 /dev/zero; printf end");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK(!a.log_path && !a.note);
	CHECK_INT(field_text(&a, "stdout").len, 65536);
	CHECK(str_ends_with(field_text(&a, "stdout"), STR("end")));
	teardown(&b);
}

TEST(process_live_output)
{
	struct bench b = setup((struct real_options){.log_dir = "", .wants_live_output = true});
	struct request r = script("echo one; echo two >&2");
	struct strbuf seen = {0};
	world_start(b.world, 1, &r);
	finish(b.world, 1, &b.arena, &seen);
	CHECK(str_find(strbuf_str(&seen), STR("one\n"), 0) >= 0);
	CHECK(str_find(strbuf_str(&seen), STR("two\n"), 0) >= 0);

	/* As it comes, not at the end. */
	r = script("echo early; exec sleep 5");
	world_start(b.world, 2, &r);
	struct happening h;
	world_wait(b.world, world_now(b.world) + 2 * NS_PER_S, &b.arena, &h);
	CHECK_INT(h.kind, HAPPENED_OUTPUT);
	CHECK_INT(h.token, 2);
	CHECK_INT(h.stream, 1);
	CHECK_TEXT(h.text, "early\n");
	world_cancel(b.world, 2);
	finish(b.world, 2, &b.arena, NULL);

	/* A flood is shown in part, and says so; its end is there. */
	strbuf_clear(&seen);
	r = script("head -c 20000000 /dev/zero; echo end");
	world_start(b.world, 3, &r);
	struct answer a = finish(b.world, 3, &b.arena, &seen);
	CHECK_INT(a.log_end[0] - a.log_start[0], 20000004);
	CHECK(seen.len < 15000000);
	CHECK(str_find(strbuf_str(&seen), STR("bytes more than can be shown]"), 0) >= 0);
	CHECK(str_ends_with(strbuf_str(&seen), STR("end\n")));
	strbuf_release(&seen);
	teardown(&b);
}

TEST(process_masks)
{
	struct masker *m = masker_new();
	masker_add(m, STR("hunter2hunter2"));
	struct bench b =
		setup((struct real_options){.log_dir = "", .masker = m, .wants_live_output = true});
	struct request r = script("printf hunter2; sleep 0.02; printf 'hunter2 and hunter2'");
	struct strbuf seen = {0};
	world_start(b.world, 1, &r);
	struct answer a = finish(b.world, 1, &b.arena, &seen);
	/* What a guard sees is what was printed, marked as secret. */
	CHECK_TEXT(field_text(&a, "stdout"), "hunter2hunter2 and hunter2");
	CHECK((map_get(a.result.map, "stdout")->flags & VALUE_SECRET) != 0);
	CHECK_TEXT(log_range(&b, &a, 0), "*** and hunter2");
	CHECK_TEXT(strbuf_str(&seen), "*** and hunter2");
	strbuf_release(&seen);
	teardown(&b);
	masker_free(m);
}

/* ---- ends ----------------------------------------------------------------------------------- */

TEST(process_signals)
{
	struct bench b = setup((struct real_options){.grace_ns = 100 * NS_PER_MS});
	struct answer a = run(&b, "kill -KILL $$");
	CHECK_STR(reason_of(&a), "signal");
	CHECK_STR(message_of(&a), "killed by SIGKILL");
	CHECK_INT(field_int(&a, "exit_code"), 137);
	teardown(&b);
}

static struct answer cancel_after(struct bench *b, const char *text, int64_t after_ns)
{
	struct request r = script(text);
	world_start(b->world, 1, &r);
	struct happening h;
	world_wait(b->world, world_now(b->world) + after_ns, &b->arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	world_cancel(b->world, 1);
	world_cancel(b->world, 1);
	return finish(b->world, 1, &b->arena, NULL);
}

TEST(process_cancel)
{
	struct bench b = setup((struct real_options){.grace_ns = 100 * NS_PER_MS});
	struct answer a = cancel_after(&b, "sleep 30", 20 * NS_PER_MS);
	CHECK_STR(reason_of(&a), "cancelled");
	CHECK_STR(message_of(&a), "ended by SIGTERM");
	a = cancel_after(
		&b, "trap 'echo bye; exit 7' TERM; while :; do sleep 0.01; done", 50 * NS_PER_MS);
	CHECK_STR(message_of(&a), "exited with 7 after SIGTERM");
	CHECK_TEXT(field_text(&a, "stdout"), "bye\n");
	/* One that will not listen, one that is stopped, a child of one that ended at once. */
	double start = test_seconds();
	a = cancel_after(&b, "trap '' TERM; while :; do sleep 1; done", 50 * NS_PER_MS);
	CHECK_STR(message_of(&a), "killed: it did not end within 0.1s of SIGTERM");
	a = cancel_after(&b, "kill -STOP $$; sleep 30", 30 * NS_PER_MS);
	CHECK_STR(message_of(&a), "ended by SIGTERM");
	a = cancel_after(&b, "(trap '' TERM; sleep 30; sleep 30) & wait", 50 * NS_PER_MS);
	CHECK_STR(reason_of(&a), "cancelled");
	CHECK(a.note && strstr(a.note, "killed what it left running: `"));
	CHECK(test_seconds() - start < 20);
	world_cancel(b.world, 99);
	teardown(&b);
}

TEST(process_cancel_too_late)
{
	struct bench b = setup((struct real_options){0});
	struct request r = script("exit 4");
	world_start(b.world, 1, &r);
	usleep(30000);
	world_cancel(b.world, 1);
	struct answer a = finish(b.world, 1, &b.arena, NULL);
	CHECK_STR(reason_of(&a), "exit");
	teardown(&b);
}

static bool is_alive(struct str pid_text)
{
	int64_t pid;
	if (!parse_int(str_trim(pid_text), &pid))
		return true;
	return kill((pid_t)pid, 0) == 0;
}

TEST(process_leaves_others)
{
	struct bench b = setup((struct real_options){0});
	static const char *const scripts[] = {
		"sleep 30 & echo $!",
		"setsid sh -c 'echo $$; exec sleep 30' &\nsleep 0.1",
		"setsid sh -c 'sh -c \"echo \\$\\$; exec sleep 30\" & exit' &\nsleep 0.1",
		"(trap '' TERM HUP; sleep 30 >/dev/null 2>&1) & echo $!",
	};
	for (size_t i = 0; i < 4; i++) {
		test_about("script %zu", i);
		double start = test_seconds();
		struct answer a = run(&b, scripts[i]);
		CHECK_STR(reason_of(&a), "(none)");
		CHECK(field_text(&a, "stdout").len > 0);
		CHECK(!is_alive(field_text(&a, "stdout")));
		CHECK(a.note && strstr(a.note, "killed what it left running: `s"));
		CHECK(test_seconds() - start < 20);
	}
	/* What ends by itself in time may finish: nothing is killed and nothing lost. */
	test_about("late");
	struct answer a = run(&b, "(sleep 0.03; echo late) & echo early");
	CHECK_TEXT(field_text(&a, "stdout"), "early\nlate\n");
	CHECK(!a.note);
	teardown(&b);
}

TEST(process_leaves_others_beside_siblings)
{
	struct bench b = setup((struct real_options){0});
	/* The first one's daemon must survive the end of the second. */
	struct request r = script("setsid sh -c 'sleep 0.4; echo survived' &\nsleep 0.6");
	world_start(b.world, 1, &r);
	r = script("setsid sleep 30 & sleep 0.1; echo $!");
	world_start(b.world, 2, &r);
	struct answer second = finish(b.world, 2, &b.arena, NULL);
	CHECK(second.note && strstr(second.note, "`sleep`"));
	CHECK(!is_alive(field_text(&second, "stdout")));
	struct answer first = finish(b.world, 1, &b.arena, NULL);
	CHECK_TEXT(field_text(&first, "stdout"), "survived\n");
	CHECK(!first.note);
	teardown(&b);
}

TEST(process_many_at_once)
{
	struct bench b = setup((struct real_options){.log_dir = ""});
	struct request r = script("sleep 0.05; echo $GREETING");
	for (uint64_t i = 1; i <= 50; i++)
		world_start(b.world, i, &r);
	int ended = 0, right = 0;
	struct happening h;
	do {
		world_wait(b.world, world_now(b.world) + 10 * NS_PER_S, &b.arena, &h);
		ended += h.kind == HAPPENED_FINISHED;
		right += h.kind == HAPPENED_FINISHED &&
			 str_is(field_text(&h.answer, "stdout"), "hello\n");
	} while (h.kind != HAPPENED_TIME && ended < 50);
	CHECK_INT(ended, 50);
	CHECK_INT(right, 50);
	teardown(&b);
}

TEST(process_free_kills)
{
	struct bench b = setup((struct real_options){.grace_ns = 10 * NS_PER_S});
	struct request r = script("trap '' TERM; setsid sleep 30 & sleep 30");
	for (uint64_t i = 1; i <= 5; i++)
		world_start(b.world, i, &r);
	usleep(50000);
	double start = test_seconds();
	teardown(&b);
	CHECK(test_seconds() - start < 20);
}

TEST(world_time_and_signals)
{
	struct bench b = setup((struct real_options){0});
	struct happening h;
	int64_t start = world_now(b.world);
	world_wait(b.world, start + 20 * NS_PER_MS, &b.arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	CHECK(world_now(b.world) >= start + 20 * NS_PER_MS);
	CHECK(world_wall(b.world) > INT64_C(1700000000) * NS_PER_S);
	kill(getpid(), SIGTERM);
	world_wait(b.world, NS_NEVER, &b.arena, &h);
	CHECK_INT(h.kind, HAPPENED_SIGNAL);
	CHECK_INT(h.signal, SIGTERM);
	kill(getpid(), SIGWINCH);
	world_wait(b.world, NS_NEVER, &b.arena, &h);
	CHECK_INT(h.kind, HAPPENED_RESIZE);
	teardown(&b);
}

/* The search that tells whose orphan is whose is not made at each end; nobody gets away by that. */
TEST(process_sweeps_later)
{
	struct bench b = setup((struct real_options){0});
	struct request long_one = script("sleep 0.5");
	world_start(b.world, 1, &long_one);
	struct request r = script("true");
	world_start(b.world, 2, &r);
	finish(b.world, 2, &b.arena, NULL);
	r = script("setsid sleep 30 & sleep 0.02; echo $!");
	world_start(b.world, 3, &r);
	struct answer a = finish(b.world, 3, &b.arena, NULL);
	struct happening h;
	world_wait(b.world, world_now(b.world) + 200 * NS_PER_MS, &b.arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	CHECK(!is_alive(field_text(&a, "stdout")) || a.note);
	finish(b.world, 1, &b.arena, NULL);
	teardown(&b);
}
