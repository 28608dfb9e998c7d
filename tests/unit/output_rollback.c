/* A bake that goes bad, as each output tells it. */
#include "test.h"

#include "output/summary.h"
#include "output/text.h"
#include "output/watching.h"
#include "output_bake.h"
#include "output_view.h"

#include <sys/mman.h>
#include <unistd.h>

static struct arena a;

enum format { PLAIN, PLAIN_VERBOSE, PLAIN_ASCII, JUNIT };

static struct fixture begin(enum format format, int *fd)
{
	struct plan *p = bake_plan(&a);
	struct output_options o = {
		.verbose = format == PLAIN_VERBOSE, .ascii = format == PLAIN_ASCII};
	*fd = memfd_create("output", MFD_CLOEXEC);
	return (struct fixture){.plan = p,
		.arena = &a,
		.sink = format == JUNIT ? junit_sink_new(*fd, p) : plain_sink_new(*fd, p, &o)};
}

static const char *finish(struct fixture *f, int fd)
{
	f->sink->free(f->sink);
	size_t len = (size_t)lseek(fd, 0, SEEK_END);
	char *text = arena_alloc(&a, len + 1);
	CHECK_INT(pread(fd, text, len, 0), len);
	close(fd);
	return text;
}

static const char *story(enum format format, bool is_whole)
{
	int fd;
	struct fixture f = begin(format, &fd);
	bake_run(&f, is_whole);
	return finish(&f, fd);
}

/* ---- plain ----------------------------------------------------------------------------------- */

TEST(rollback_plain_tells_what_is_left)
{
	static const char expected[] =
		"deploy  Production Deployment (run r-1)\n"
		"\n"
		"   0.0s ▶ db  ./db.sh\n"
		"   1.0s ✔ db (1.0s)\n"
		"   1.0s ▶ migrate  ./migrate.sh\n"
		"   3.0s ✔ migrate (2.0s)\n"
		"   3.0s ▶ deploy\n"
		"   6.0s ✔ deploy (3.0s)\n"
		"   6.0s ▶ announce  ./announce.sh\n"
		"   7.0s ✔ announce (1.0s)\n"
		"   7.0s ▶ bake (30m)\n"
		" 12m00s ! watch.error_rate > 0.05 pending (fires after 5m): error_rate is 0.0712\n"
		" 14m00s ? p95 is blind: HTTP status 500; nothing with effects starts meanwhile\n"
		" 17m00s ✖ watch.error_rate > 0.05 fires: held 5m00s\n"
		"            error_rate: 0.00300 0.00350 0.0712 0.0812 0.0712 0.0812 0.0712 "
		"0.0812\n"
		" 17m00s ⤺ rolling back: Error rate above 5% for more than 5 minutes\n"
		" 17m00s ⊘ bake is asked to end: rollback\n"
		" 17m00s ⊘ bake cancelled (16m53s): rollback\n"
		" 17m00s   before undoing\n"
		" 17m00s » Going back to v1.2.2\n"
		" 17m00s   undoing\n"
		" 17m00s ▶ deploy.rollback\n"
		" 17m00s   ▶ deploy.rollback.1  ./deploy.sh v1.2.2\n"
		" 17m04s   ✔ deploy.rollback.1 (4.0s)\n"
		" 17m04s ✔ deploy.rollback (4.0s)\n"
		" 17m04s ▶ migrate.rollback  ./migrate.sh --undo\n"
		" 17m06s ✖ migrate.rollback failed (2.0s): exited with 1\n"
		"          │ cannot drop column: it is in use\n"
		" 17m06s ✖ db.rollback blocked: what needed it could not be undone\n"
		" 17m06s   after undoing\n"
		" 17m06s ▶ rollback.steps.1  GET https://api.example.com/health\n"
		" 17m07s ✔ rollback.steps.1 (1.0s)\n"
		" 17m07s   looking for recovery\n"
		" 17m07s ◌ recovery begins to show (has to hold 2m): watch.error_rate <= 0.05\n"
		" 18m07s ✔ p95 is seen again\n"
		" 19m07s ✔ recovery shown (held 2m00s): watch.error_rate <= 0.05\n"
		"            error_rate: 0.00350 0.0712 0.0812 0.0712 0.0812 0.0712 0.0812 "
		"0.00300\n"
		" 19m07s ✖ rollback incomplete (2m07s)\n"
		" 19m07s   finally\n"
		" 19m07s ▶ notify  ./notify.sh\n"
		" 19m08s ✔ notify (1.0s)\n"
		"\n"
		"✖ rollback incomplete after 2m07s: Error rate above 5% for more than 5 minutes\n"
		"  19m08s in all: 5 ok, 1 cancelled, 1 not run\n"
		"  undone: deploy\n"
		"  left behind: `migrate` is not undone: its rollback failed: exited with 1\n"
		"  left behind: `db` is not undone: what needed it could not be undone\n"
		"  kept on purpose: announce\n"
		"  what to do: find out why `migrate.rollback` failed, and undo `migrate` by hand\n"
		"  what to do: then undo `db` by hand\n"
		"  slowest: bake 16m53s, deploy 3.0s, migrate 2.0s\n";
	CHECK_STR(story(PLAIN, false), expected);
	arena_release(&a);
}

TEST(rollback_plain_tells_that_all_is_undone)
{
	const char *text = story(PLAIN, true);
	CHECK(strstr(text, "\n"
			   "⤺ rolled back in 2m08s: Error rate above 5% for more than 5 minutes\n"
			   "  19m09s in all: 5 ok, 1 cancelled, 1 not run\n"
			   "  undone: deploy, migrate, db\n"
			   "  kept on purpose: announce\n"
			   "  what to do: nothing: all is undone, and recovery was shown\n"));
	arena_release(&a);
}

TEST(rollback_plain_tells_samples_on_demand)
{
	const char *text = story(PLAIN_VERBOSE, true);
	CHECK(strstr(text, "\n 11m00s   error_rate: 0.00350\n"));
	CHECK(strstr(text, "\n 12m00s   p95: unknown: HTTP status 500\n"));
	arena_release(&a);
}

TEST(rollback_plain_is_ascii_on_demand)
{
	for (const char *c = story(PLAIN_ASCII, false); *c; c++) {
		if (!CHECK((*c >= ' ' && *c < 0x7F) || *c == '\n'))
			break;
	}
	arena_release(&a);
}

/* A pending condition that clears, one that is muted, a monitor that stays. */
TEST(rollback_plain_tells_conditions_that_change)
{
	int fd;
	struct fixture f = begin(PLAIN, &fd);
	struct event e = {.kind = EVENT_CONDITION,
		.index = 1,
		.condition = STR("watch.p95 > 500"),
		.phase = "muted",
		.reason = "hotfix",
		.message = STR("the cure"),
		.value = value_bool(true)};
	fixture_send(&f, e);
	e.index = 2;
	e.phase = "pending";
	e.for_ns = 90 * NS_PER_S;
	fixture_send(&f, e);
	e.phase = "quiet";
	e.held_ns = 0;
	fixture_send(&f, e);
	e = bake_step(EVENT_STEP_STARTED, B_BAKE);
	e.until_ns = NS_PER_S;
	fixture_send(&f, e);
	f.now_ns = NS_PER_S;
	e = bake_step(EVENT_STEP_WAITING, B_BAKE);
	e.until_ns = NS_NEVER;
	fixture_send(&f, e);
	fixture_send(&f, e);
	CHECK_STR(finish(&f, fd),
		"   0.0s ! watch.p95 > 500 holds already, and is muted: the cure\n"
		"   0.0s ! watch.p95 > 500 pending (fires after 1m30s)\n"
		"   0.0s ✔ watch.p95 > 500 quiet again\n"
		"   0.0s ▶ bake (1s)\n"
		"   1.0s ◌ bake goes on past its end: until what is pending fires or clears\n");
	arena_release(&a);
}

static const char *turned(
	enum event_kind kind, enum run_status status, const char *reason, const char *message)
{
	int fd;
	struct fixture f = begin(PLAIN, &fd);
	bake_begin(&f);
	struct event e = {.kind = kind, .reason = reason, .message = str_of(message)};
	fixture_send(&f, e);
	e.kind = EVENT_RUN_FINISHED;
	e.status = status;
	fixture_send(&f, e);
	const char *text = finish(&f, fd);
	const char *end = strstr(text, " (30m)\n");
	return end ? end + 7 : text;
}

TEST(rollback_plain_tells_what_a_held_run_leaves)
{
	CHECK_STR(
		turned(EVENT_HOLD, RUN_HELD, "blind", "watch `p95` has been unknown for too long"),
		" 12m00s ? held: watch `p95` has been unknown for too long\n"
		"\n"
		"? held after 12m00s: watch `p95` has been unknown for too long\n"
		"  4 ok, 3 not run\n"
		"  still in effect: deploy, migrate, db\n"
		"  kept on purpose: announce\n"
		"  what to do: find out why there is no data, and how the system is without it\n"
		"  what to do: undo by hand what is not to stay\n"
		"  slowest: deploy 3.0s, migrate 2.0s, db 1.0s\n");
	arena_release(&a);
}

TEST(rollback_plain_tells_an_interrupt)
{
	CHECK_STR(turned(EVENT_SIGNAL, RUN_INTERRUPTED, "signal", ""),
		" 12m00s ! a signal received: ending\n"
		"\n"
		"⊘ interrupted in 12m00s: 4 ok, 3 not run\n"
		"  still in effect: deploy, migrate, db\n"
		"  kept on purpose: announce\n"
		"  what to do: look at what was under way; undo by hand what is not to stay\n"
		"  slowest: deploy 3.0s, migrate 2.0s, db 1.0s\n");
	arena_release(&a);
}

TEST(rollback_plain_tells_a_refusal)
{
	int fd;
	struct fixture f = begin(PLAIN, &fd);
	fixture_send(&f, (struct event){.kind = EVENT_RUN_STARTED, .file = STR("deploy.yml")});
	struct event e = {.kind = EVENT_REFUSED,
		.reason = "baseline",
		.message = STR("it holds already: Error rate above 5%")};
	fixture_send(&f, e);
	e.kind = EVENT_RUN_FINISHED;
	e.status = RUN_REFUSED;
	fixture_send(&f, e);
	CHECK_STR(finish(&f, fd), "deploy  Production Deployment (run r-1)\n"
				  "\n"
				  "   0.0s ✖ refused: it holds already: Error rate above 5%\n"
				  "\n"
				  "✖ refused: it holds already: Error rate above 5%\n"
				  "  what to do: bring the system into order, then run it again\n"
				  "  what to do: or, if this run is the cure: runbook exec "
				  "deploy.yml --hotfix \"why\"\n");
	arena_release(&a);
}

/* The reason of a rollback after a failed step is the step's. */
TEST(rollback_plain_tells_of_a_step_once)
{
	int fd;
	struct fixture f = begin(PLAIN, &fd);
	struct event e = bake_step(EVENT_STEP_STARTED, B_DB);
	fixture_send(&f, e);
	e.kind = EVENT_STEP_FINISHED;
	e.state = STEP_FAILED;
	e.reason = "exit";
	e.message = STR("exited with 3");
	fixture_send(&f, e);
	e = (struct event){.kind = EVENT_ROLLBACK_STARTED,
		.step = STR("db"),
		.reason = "exit",
		.message = STR("exited with 3")};
	fixture_send(&f, e);
	e = (struct event){.kind = EVENT_ROLLBACK_FINISHED, .status = RUN_ROLLED_BACK};
	e.undo = fixture_texts(&a, "db", NULL);
	fixture_send(&f, e);
	e.kind = EVENT_RUN_FINISHED;
	fixture_send(&f, e);
	CHECK_STR(finish(&f, fd), "   0.0s ▶ db\n"
				  "   0.0s ✖ db failed (0.0s): exited with 3\n"
				  "   0.0s ⤺ rolling back: `db` failed: exited with 3\n"
				  "   0.0s ✔ rolled back (0.0s)\n"
				  "   0.0s   finally\n"
				  "\n"
				  "⤺ rolled back in 0.0s: `db` failed: exited with 3\n"
				  "  0.0s in all: 1 failed, 6 not run\n"
				  "  undone: db\n"
				  "  what to do: nothing: all is undone, and recovery was shown\n");
	arena_release(&a);
}

/* ---- junit ----------------------------------------------------------------------------------- */

TEST(rollback_junit_has_what_made_it_turn)
{
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"13\" failures=\"2\" errors=\"0\" skipped=\"2\" "
		"time=\"1148.000\">\n"
		"  <testsuite name=\"deploy\" tests=\"13\" failures=\"2\" errors=\"0\" "
		"skipped=\"2\" time=\"1148.000\" timestamp=\"2026-01-01T00:00:00\">\n"
		"    <properties>\n"
		"      <property name=\"run\" value=\"r-1\"/>\n"
		"      <property name=\"status\" value=\"rollback_incomplete\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"deploy\" name=\"db\" time=\"1.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"migrate\" time=\"2.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"deploy.1\" time=\"3.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"announce\" time=\"1.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"condition watch.error_rate &gt; 0.05\" "
		"time=\"0.000\">\n"
		"      <failure type=\"condition\" message=\"Error rate above 5% for more than 5 "
		"minutes\">condition: Error rate above 5% for more than 5 minutes\n"
		"error_rate: 0.0712 0.0812\n"
		"</failure>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"bake\" time=\"1013.000\">\n"
		"      <skipped message=\"rollback\"/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"rollback.before.1\" time=\"0.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"deploy.rollback.1\" time=\"4.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"migrate.rollback\" time=\"2.000\">\n"
		"      <failure type=\"exit\" message=\"exited with 1\">exited with 1\n"
		"</failure>\n"
		"      <system-out>cannot drop column: it is in use\n"
		"</system-out>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"db.rollback\" time=\"0.000\">\n"
		"      <skipped message=\"what needed it could not be undone\"/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"rollback.steps.1\" time=\"1.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"rollback.verify\" time=\"120.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"notify\" time=\"1.000\"/>\n"
		"    <system-out>undone: deploy\n"
		"left behind: `migrate` is not undone: its rollback failed: exited with 1\n"
		"left behind: `db` is not undone: what needed it could not be undone\n"
		"kept on purpose: announce\n"
		"what to do: find out why `migrate.rollback` failed, and undo `migrate` by hand\n"
		"what to do: then undo `db` by hand\n"
		"</system-out>\n"
		"  </testsuite>\n"
		"</testsuites>\n";
	CHECK_STR(story(JUNIT, false), expected);
	arena_release(&a);
}

/* No run that did not succeed is green. */
TEST(rollback_junit_has_a_failure_for_any_bad_end)
{
	static const enum run_status bad[] = {RUN_FAILED, RUN_ROLLED_BACK, RUN_ROLLBACK_INCOMPLETE,
		RUN_HELD, RUN_REFUSED, RUN_INTERRUPTED};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int fd;
		struct fixture f = begin(JUNIT, &fd);
		test_about("%s", run_status_names[bad[i]]);
		fixture_send(&f, (struct event){.kind = EVENT_RUN_FINISHED, .status = bad[i]});
		const char *text = finish(&f, fd);
		CHECK(strstr(text, " tests=\"1\" failures=\"1\""));
		CHECK(strstr(text, "name=\"run\""));
	}
	test_about(NULL);
	arena_release(&a);
}

/* ---- tty ------------------------------------------------------------------------------------- */

TEST(rollback_tty_shows_the_bake)
{
	struct view v;
	view_open(&v, bake_plan, 80, 24, (struct output_options){0});
	bake_begin(&v.f);
	for (int bad = 0; bad < 3; bad++)
		bake_sample(&v.f, bad);
	CHECK_STR(view_now(&v),
		"deploy  Production Deployment (run r-1)\n"
		"\n"
		"✔ db  ./db.sh (1.0s)\n"
		"✔ migrate  ./migrate.sh (2.0s)\n"
		"✔ deploy  ./deploy.sh v1.2.3 (3.0s)\n"
		"✔ announce  ./announce.sh (1.0s)\n"
		"? p95 is blind: HTTP status 500; nothing with effects starts meanwhile\n"
		"\n"
		"⠋ bake  ━━━━━━━━━━────────── 15m07s left                                 14m53s\n"
		"    error_rate       ▁▁▁▁▁▁▁▁▁▁▁▁▇█▇   0.0712\n"
		"  ? p95              ▃▅▆▃▅▆▃▅▆▃▅▆???  unknown: HTTP status 500\n"
		"  ! watch.error_rate > 0.05  pending 2m00s of 5m\n"
		"  ? watch.p95 > 500          unknown · HTTP status 500\n"
		"next: tag\n"
		"4 of 7 steps · 15m00s\n");
	view_close(&v);
}

TEST(rollback_tty_shows_what_is_undone_and_why)
{
	struct view v;
	view_open(&v, bake_plan, 80, 24, (struct output_options){0});
	bake_begin(&v.f);
	for (int bad = 0; bad <= 5; bad++)
		bake_sample(&v.f, bad);
	bake_turn(&v.f);
	fixture_wait(&v.f, NS_PER_S);
	CHECK_STR(view_now(&v),
		"deploy  Production Deployment (run r-1)\n"
		"\n"
		"✔ db  ./db.sh (1.0s)\n"
		"✔ migrate  ./migrate.sh (2.0s)\n"
		"✔ deploy  ./deploy.sh v1.2.3 (3.0s)\n"
		"✔ announce  ./announce.sh (1.0s)\n"
		"? p95 is blind: HTTP status 500; nothing with effects starts meanwhile\n"
		"✖ watch.error_rate > 0.05 fires: held 5m00s\n"
		"    error_rate: 0.00300 0.00350 0.0712 0.0812 0.0712 0.0812 0.0712 0.0812\n"
		"⤺ rolling back: Error rate above 5% for more than 5 minutes\n"
		"⊘ bake cancelled (16m53s): rollback\n"
		"» Going back to v1.2.2\n"
		"\n"
		"▶ deploy.rollback  0 of 1                                                    0s\n"
		"  ⠏ deploy.rollback.1  ./deploy.sh v1.2.2                                    0s\n"
		"    error_rate    ▁▁▁▁▁▁▁▁▁▁▁▁▇█▇█▇█   0.0812\n"
		"  ? p95           ▃▅▆▃▅▆▃▅▆▃▅▆??????  unknown: HTTP status 500\n"
		"⤺ rolling back: Error rate above 5% for more than 5 minutes\n"
		"0 undone · 17m00s\n");
	bake_undo(&v.f, false);
	const char *text = view_now(&v);
	CHECK(strstr(text, "⠋ looking for recovery\n"
			   "    error_rate   ▁▁▁▁▁▁▁▁▁▁▁▁▇█▇█▇█▁  0.00300\n"
			   "  ? p95           ▃▅▆▃▅▆▃▅▆▃▅▆??????  unknown: HTTP status 500\n"
			   "  ◌ watch.error_rate <= 0.05  pending 0s of 2m\n"
			   "⤺ rolling back: Error rate above 5% for more than 5 minutes\n"
			   "1 undone · 18m08s\n"));
	bake_end(&v.f, false);
	text = view_now(&v);
	CHECK(strstr(text,
		"\n"
		"✖ rollback incomplete after 2m08s: Error rate above 5% for more than 5 minutes\n"
		"  19m09s in all: 5 ok, 1 cancelled, 1 not run\n"
		"  undone: deploy\n"
		"  left behind: `migrate` is not undone: its rollback failed: exited with 1\n"
		"  left behind: `db` is not undone: what needed it could not be undone\n"
		"  kept on purpose: announce\n"
		"  what to do: find out why `migrate.rollback` failed, and undo `migrate` by\n"
		"  hand\n"
		"  what to do: then undo `db` by hand\n"
		"  slowest: bake 16m53s, deploy 3.0s, migrate 2.0s\n"));
	view_close(&v);
}

TEST(rollback_tty_fits_a_small_terminal)
{
	struct view v;
	view_open(&v, bake_plan, 40, 15, (struct output_options){0});
	bake_begin(&v.f);
	for (int bad = 0; bad < 3; bad++)
		bake_sample(&v.f, bad);
	CHECK_STR(view_now(&v), "deploy  Production Deployment (run r-1)\n"
				"\n"
				"✔ db  ./db.sh (1.0s)\n"
				"✔ migrate  ./migrate.sh (2.0s)\n"
				"✔ deploy  ./deploy.sh v1.2.3 (3.0s)\n"
				"✔ announce  ./announce.sh (1.0s)\n"
				"? p95 is blind: HTTP status 500;\n"
				"  nothing with effects starts meanwhile\n"
				"⠋ bake  ━━━━━━────── 15m07s left 14m53s\n"
				"    error_rate  ▁▁▁▁▁▁▁▁▁▁▁▇█▇   0.0712\n"
				"  ? p95         unknown: HTTP status 5…\n"
				"  ! watch.error_r…  pending 2m00s of 5m\n"
				"  ? watch.p95 > 5…  unknown · HTTP sta…\n"
				"next: tag\n"
				"4 of 7 steps · 15m00s\n");
	view_close(&v);
}

/* Curves go first, then conditions. */
TEST(rollback_tty_fits_a_tiny_terminal)
{
	struct view v;
	view_open(&v, bake_plan, 24, 9, (struct output_options){.ascii = true});
	bake_begin(&v.f);
	bake_sample(&v.f, 0);
	CHECK_STR(view_now(&v), "+ db  ./db.sh (1.0s)\n"
				"+ migrate  ./mi~ (2.0s)\n"
				"+ deploy  ./dep~ (3.0s)\n"
				"+ announce (1.0s)\n"
				"| bake  17m07s ~ 12m53s\n"
				"    error_rate   0.0712\n"
				"  ? p95         unknow~\n"
				"next: tag\n"
				"4 of 7 steps - 13m00s\n");
	view_close(&v);
}

/* With too few lines: what is not quiet, then watches; the rest is counted. */
TEST(rollback_tty_counts_what_has_no_room)
{
	struct view v;
	view_open(&v, bake_plan, 60, 7, (struct output_options){0});
	bake_begin(&v.f);
	bake_sample(&v.f, 0);
	CHECK_STR(view_now(&v), "✔ announce  ./announce.sh (1.0s)\n"
				"⠋ bake  ━━━━━━━━━─────────── 17m07s left             12m53s\n"
				"    error_rate         ▁▁▁▁▁▁▁▁▁▁▁▁█   0.0712\n"
				"  ! watch.error_rate > 0.05  pending 0s of 5m\n"
				"    +2 more watched\n"
				"next: tag\n"
				"4 of 7 steps · 13m00s\n");
	view_close(&v);
}

TEST(rollback_tty_survives_any_size)
{
	static const int columns[] = {1, 2, 5, 10, 20, 27, 33, 60, 200};
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		for (int rows = 1; rows < 26; rows += 4) {
			struct view v;
			test_about("%d columns, %d rows", columns[i], rows);
			view_open(&v, bake_plan, columns[i], rows,
				(struct output_options){.ascii = i % 2, .color = rows % 8 == 1});
			bake_run(&v.f, rows % 3);
			view_close(&v);
		}
	}
	test_about(NULL);
}

/* ---- parts ----------------------------------------------------------------------------------- */

TEST(rollback_is_no_step_of_the_summary)
{
	struct summary s;
	summary_init(&s, bake_plan(&a));
	CHECK_INT(s.total, 7);
	for (uint32_t node = B_DB; node < B_WATCH_1; node++) {
		struct event e = bake_step(EVENT_STEP_FINISHED, node);
		e.state = node == B_MIGRATE_UNDO || node == B_AFTER_1 ? STEP_FAILED : STEP_OK;
		e.duration_ns = NS_PER_S;
		if (node != B_FINALLY && node != B_BEFORE && node != B_AFTER)
			summary_add(&s, &e);
	}
	CHECK_INT(s.done, 7);
	CHECK_INT(s.by_state[STEP_OK], 7);
	CHECK_INT(s.failure_count, 0);
	summary_release(&s);
	arena_release(&a);
}

TEST(rollback_numbers_are_calm)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {{0, "0"}, {-0.0, "0"}, {180, "180"}, {3, "3"}, {0.0812345, "0.0812"},
		{0.5, "0.500"}, {2.5, "2.50"}, {12.34, "12.3"}, {999.4, "999"}, {999.6, "1000"},
		{1234.5, "1234"}, {99999, "99999"}, {123456, "123k"}, {1234567, "1.23M"},
		{-45.678, "-45.7"}, {0.000995, "0.00100"}, {0.0000123, "1.23e-05"},
		{1e15, "1.00e+15"}, {2.5e9, "2.50G"}, {9.996, "10.0"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct strbuf b = {0};
		text_number(&b, rows[i].number);
		CHECK_STR(b.at, rows[i].text);
		strbuf_release(&b);
	}
}

static const char *levels(const struct value *values, size_t count)
{
	static char text[RECENT_SAMPLES + 1];
	struct watching w;
	int8_t found[RECENT_SAMPLES];
	watching_init(&w, NULL);
	for (size_t i = 0; i < count; i++) {
		struct event e = {
			.kind = EVENT_SAMPLE, .index = 1, .watch = STR("m"), .value = values[i]};
		watching_apply(&w, &e);
	}
	count = w.watches[0].count;
	sample_levels(&w.watches[0], count, found);
	for (size_t i = 0; i < count; i++)
		text[i] = found[i] < 0 ? '?' : (char)('0' + found[i]);
	text[count] = '\0';
	watching_release(&w);
	return text;
}

TEST(rollback_curves_are_calm)
{
	struct value v[25];
	for (int i = 0; i < 25; i++)
		v[i] = value_int(i);
	CHECK_STR(levels(v, 8), "01234567");
	CHECK_STR(levels(v + 5, 20), "00111223334445566677");
	CHECK_INT(strlen(levels(v, 25)), RECENT_SAMPLES);
	v[0] = v[1] = v[2] = value_int(0);
	CHECK_STR(levels(v, 3), "000");
	v[0] = v[1] = value_int(180);
	v[2] = value_int(181);
	CHECK_STR(levels(v, 3), "334");
	v[1] = value_unknown("HTTP status 500");
	CHECK_STR(levels(v, 3), "3?4");
	v[0] = value_bool(true);
	v[2] = value_bool(false);
	CHECK_STR(levels(v, 3), "7?0");
	v[0] = value_float(1e308);
	v[2] = value_float(-1e308);
	CHECK_STR(levels(v, 3), "7?0");
}

TEST(rollback_guards_name_their_watches)
{
	struct rule r = {0};
	strbuf_puts(&r.guard, "watch.p95 > 2 * watch.p95_before:avg(\"5m\")");
	CHECK(rule_reads(&r, STR("p95")));
	CHECK(rule_reads(&r, STR("p95_before")));
	CHECK(!rule_reads(&r, STR("p9")));
	CHECK(!rule_reads(&r, STR("before")));
	CHECK(!rule_reads(&r, STR("")));
	strbuf_release(&r.guard);
}
