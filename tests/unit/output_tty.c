/* The live view, seen on a terminal. */
#include "test.h"

#include "output_view.h"

#include <sys/socket.h>

#define BEGIN "\x1b[?2026h"
#define END "\x1b[?2026l"

/* ---- what is seen ---------------------------------------------------------------------------- */

TEST(tty_shows_what_runs_below_what_has_ended)
{
	struct view v;
	view_open(&v, fixture_plan, 40, 12, (struct output_options){0});
	fixture_start(&v.f, N_PREVIOUS, "git describe --tags");
	fixture_output(&v.f, N_PREVIOUS, "v1\nv1.2");
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "⠋ previous  git describe --tags      0s\n"
				"│ v1.2\n"
				"next: approve, migrate, deploy, restar…\n"
				"0 of 12 steps · 0s\n");
	fixture_wait(&v.f, 61 * NS_PER_S);
	CHECK_STR(view_now(&v), "⠋ previous  git describe --tags   1m01s\n"
				"│ v1.2\n"
				"next: approve, migrate, deploy, restar…\n"
				"0 of 12 steps · 1m01s\n");
	fixture_ok(&v.f, N_PREVIOUS, 61 * NS_PER_S);
	fixture_start(&v.f, N_APPROVE, "Deploy v1.2.3 over v1.2.2?");
	fixture_wait(&v.f, 100 * NS_PER_MS);
	CHECK_STR(view_now(&v), "✔ previous  git describe --tags (1m01s)\n"
				"? approve  Deploy v1.2.3 over v1.2.… 0s\n"
				"next: migrate, deploy, restart, smoke,…\n"
				"1 of 12 steps · 1m01s\n");
	view_close(&v);
}

TEST(tty_shows_waits_and_retries)
{
	struct view v;
	view_open(&v, fixture_plan, 60, 10, (struct output_options){0});
	struct event e = fixture_step(&v.f, EVENT_STEP_STARTED, N_BAKE);
	e.until_ns = 20 * NS_PER_S;
	fixture_send(&v.f, e);
	e = fixture_step(&v.f, EVENT_STEP_RETRY, N_HEALTH);
	e.attempt = 2;
	e.attempts = 10;
	e.delay_ns = 9 * NS_PER_S;
	e.reason = "expect";
	fixture_send(&v.f, e);
	fixture_wait(&v.f, 5 * NS_PER_S);
	const char *text = view_now(&v);
	CHECK(strstr(text, "⠋ bake  ━━━━━─────────────── 15s left                    5s\n"));
	fixture_start(&v.f, N_HEALTH, "GET /");
	e.kind = EVENT_STEP_RETRY;
	fixture_send(&v.f, e);
	fixture_wait(&v.f, 2500 * NS_PER_MS);
	CHECK(strstr(view_now(&v), "↻ health  attempt 3 of 10 in 7s · expect"));
	view_close(&v);
}

TEST(tty_groups_show_progress)
{
	struct view v;
	view_open(&v, fixture_plan, 40, 12, (struct output_options){0});
	fixture_start(&v.f, N_SMOKE, "");
	fixture_start(&v.f, N_SMOKE_1, "GET /one");
	fixture_start(&v.f, N_SMOKE_2, "GET /two");
	fixture_ok(&v.f, N_SMOKE_1, NS_PER_S);
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "  ✔ smoke.1  GET /one (1.0s)\n"
				"▶ smoke  1 of 2                      0s\n"
				"  ⠋ smoke.2  GET /two                0s\n"
				"next: previous, approve, migrate, depl…\n"
				"1 of 12 steps · 0s\n");
	view_close(&v);
}

/* What a module or a branch does is shown as what the step does. */
TEST(tty_folds_the_inside_of_modules)
{
	struct view v;
	view_open(&v, fixture_plan, 40, 8, (struct output_options){0});
	fixture_start(&v.f, N_DEPLOY, "");
	fixture_start(&v.f, N_DEPLOY_2, "./deploy.sh");
	fixture_output(&v.f, N_DEPLOY_2, "Building\n");
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "⠋ deploy  ./deploy.sh                0s\n"
				"│ Building\n"
				"next: previous, approve, migrate, rest…\n"
				"0 of 12 steps · 0s\n");
	fixture_ok(&v.f, N_DEPLOY_2, NS_PER_S);
	fixture_ok(&v.f, N_DEPLOY, NS_PER_S);
	fixture_wait(&v.f, 50 * NS_PER_MS);
	CHECK(strstr(view_now(&v), "✔ deploy  ./deploy.sh (1.0s)\n"));
	view_close(&v);
}

static void start_items(struct fixture *f, char (*names)[12], int count)
{
	struct event e = fixture_step(f, EVENT_STEP_EXPANDED, N_RESTART);
	e.items = value_list(f->arena);
	for (int i = 0; i < count; i++)
		list_add(f->arena, e.items.list, value_int(i));
	fixture_send(f, e);
	for (int i = 0; i < count; i++) {
		e = fixture_step(f, EVENT_STEP_STARTED, N_RESTART);
		snprintf(names[i], sizeof names[i], "%d", i + 1);
		e.item = str_of(names[i]);
		e.attempt = 1;
		fixture_send(f, e);
	}
}

TEST(tty_keeps_to_the_height)
{
	static char names[40][12];
	for (int rows = 2; rows <= 50; rows++) {
		struct view v;
		test_about("%d rows", rows);
		view_open(&v, fixture_plan, 40, rows, (struct output_options){0});
		start_items(&v.f, names, 40);
		fixture_wait(&v.f, NS_PER_S);
		const char *text = view_now(&v);
		CHECK_INT(view_screen.scrolled, 0);
		CHECK(strstr(text, "0 of 12 steps · 1s\n"));
		if (rows == 9)
			CHECK_STR(text, "▶ restart  0 of 40                   1s\n"
					"  ⠋ restart[1]                       1s\n"
					"  ⠋ restart[2]                       1s\n"
					"  ⠋ restart[3]                       1s\n"
					"  ⠋ restart[4]                       1s\n"
					"+36 more\n"
					"next: previous, approve, migrate, depl…\n"
					"0 of 12 steps · 1s\n");
		view_close(&v);
	}
	test_about(NULL);
}

/* ---- frames ---------------------------------------------------------------------------------- */

TEST(tty_draws_when_there_is_news)
{
	struct view v;
	view_open(&v, fixture_plan, 80, 24, (struct output_options){.color = true});
	CHECK_INT(v.f.sink->tick(v.f.sink, 0), NS_NEVER);
	fixture_start(&v.f, N_APPROVE, "Sure?");
	CHECK_INT(v.f.sink->tick(v.f.sink, 0), NS_PER_S);
	view_take(&v);
	CHECK_INT(v.frames, 1);
	/* A question: nothing moves but the clock. */
	CHECK_INT(v.f.sink->tick(v.f.sink, NS_PER_S / 2), NS_PER_S);
	view_take(&v);
	CHECK_INT(v.frames, 1);
	v.f.now_ns = NS_PER_S / 2;
	/* A burst of events is one frame, and not at once after another. */
	fixture_start(&v.f, N_TAG, "git tag");
	for (int i = 0; i < 1000; i++)
		fixture_output(&v.f, N_TAG, "line\n");
	fixture_wait(&v.f, 1000 * NS_PER_MS);
	CHECK(v.frames >= 10 && v.frames <= 13);
	view_close(&v);
}

/* A frame without changes above the lines writes those that changed and no others. */
TEST(tty_writes_little)
{
	struct view v;
	static char bytes[4096];
	view_open(&v, fixture_plan, 80, 24, (struct output_options){0});
	fixture_start(&v.f, N_TAG, "git tag a-rather-long-command --with many --options");
	fixture_wait(&v.f, 0);
	view_take(&v);
	v.f.sink->tick(v.f.sink, 100 * NS_PER_MS);
	ssize_t n = recv(v.ends[0], bytes, sizeof bytes, MSG_DONTWAIT);
	CHECK(n > 0 && n < 160);
	struct str frame = {bytes, n > 0 ? (size_t)n : 0};
	CHECK(str_starts_with(frame, STR(BEGIN)));
	CHECK(str_ends_with(frame, STR(END)));
	CHECK(str_find(frame, STR("next:"), 0) < 0);
	test_screen_feed(&view_screen, frame);
	view_close(&v);
}

TEST(tty_survives_the_story_at_any_width)
{
	static const int widths[] = {1, 2, 5, 10, 20, 30, 80, 200};
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		for (int healthy = 0; healthy < 2; healthy++) {
			struct view v;
			test_about("%d columns", widths[i]);
			view_open(&v, fixture_plan, widths[i], 24,
				(struct output_options){.color = i % 2});
			fixture_run(&v.f, healthy);
			const char *text = view_now(&v);
			CHECK(!strstr(text, "next:"));
			if (widths[i] >= 20)
				CHECK(strstr(text, healthy ? "! succeeded with" : "✖ failed in"));
			view_close(&v);
		}
	}
	test_about(NULL);
}

TEST(tty_leaves_the_story_behind)
{
	struct view v;
	view_open(&v, fixture_plan, 80, 40, (struct output_options){0});
	fixture_run(&v.f, false);
	CHECK_STR(view_now(&v),
		"deploy  Production Deployment (run r-1)\n"
		"  version  v1.2.3\n"
		"  migrate  false\n"
		"  token    ***\n"
		"\n"
		"✔ previous  git describe --tags --abbrev=0 (0.2s)\n"
		"✔ approve  Deploy v1.2.3 over v1.2.2? (2.0s, by ana)\n"
		"- migrate skipped\n"
		"✔ deploy  ./deploy.sh v1.2.3 (3.2s, branch 2)\n"
		"  ✔ restart[1]  ssh web1 restart (1.0s)\n"
		"  ✔ restart[2]  ssh web2 restart (1.0s)\n"
		"✔ restart (2.0s)\n"
		"  ✔ smoke.1  GET https://api.example.com/ (0.7s)\n"
		"  ! smoke.2 warned (1.4s): status: 429 Too Many Requests\n"
		"✔ smoke (1.4s)\n"
		"✖ health failed (4.0s, 2 attempts): expect: `status == 200` does not hold\n"
		"    status = 503 (a whole number)\n"
		"  │ upstream is down\n"
		"  │ ::error::forged\n"
		"  │ ##[error]forged\n"
		"    hint: Look at the load balancer first\n"
		"    log: /var/runs/r-1/health.log\n"
		"✔ notify (0.3s)\n"
		"\n"
		"✖ failed in 13.1s: 6 ok, 1 warned, 1 failed, 1 skipped, 3 not run\n"
		"  health: expect: `status == 200` does not hold\n"
		"  log: /var/runs/r-1\n");
	view_close(&v);
}

/* ---- hostile output -------------------------------------------------------------------------- */

static const struct str hostile[] = {
	{"\x1b[2J\x1b[H\x1b[31m\n", 13},
	{"\x1b]0;title\a\x1b]52;c;aGk=\x1b\\\n", 25},
	{"\a\b\v\f\x0e\x0f\x7f\n", 8},
	{"\x1b[?1049h\x1b"
	 "c\x1b[999A\x1b(0\n",
		20},
	{"\x9b"
	 "31m\xc2\x9b"
	 "2J\n",
		9},
	{"10%\r20%\r30%", 11},
	{"\xE2\x80\xAE"
	 "evil\xE2\x80\xAC\n",
		11},
	{"世界世界世界世界世界世界世界世界世界世界世界世界世界世界\n", 85},
	{"👩‍👩‍👧‍👧 ⚠️ e\xCC\x81\xCC\x81\xCC\x81 \xE2\x80\x8B\n", 46},
	{"\0\0\0\n", 4},
	{"\xFF\xFE\xC0\x80\xED\xA0\x80\xF5\n", 9},
	{"\x1b[", 2},
	{"31", 2},
};

static void send_output(struct view *v, struct str text)
{
	struct event e = fixture_step(&v->f, EVENT_STEP_OUTPUT, N_TAG);
	e.stream = STR("stdout");
	e.text = text;
	fixture_send(&v->f, e);
	fixture_wait(&v->f, 100 * NS_PER_MS);
}

TEST(tty_is_not_broken_by_hostile_output)
{
	for (int columns = 1; columns <= 40; columns++) {
		struct view v;
		test_about("%d columns", columns);
		view_open(&v, fixture_plan, columns, 24,
			(struct output_options){.verbose = columns % 2});
		fixture_start(&v.f, N_TAG, "echo \x1b[2J\r\n\a世界");
		for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
			send_output(&v, hostile[i]);
		struct event e = fixture_step(&v.f, EVENT_STEP_FINISHED, N_TAG);
		e.state = STEP_FAILED;
		e.reason = "exit";
		e.message = hostile[0];
		e.tail = hostile[7];
		e.log = hostile[1];
		fixture_send(&v.f, e);
		view_close(&v);
	}
	test_about(NULL);
}

TEST(tty_is_not_broken_by_a_megabyte)
{
	struct view v;
	struct str line = {heap_alloc(1u << 20), 1u << 20};
	memset((char *)line.at, 'x', line.len);
	view_open(&v, fixture_plan, 20, 10, (struct output_options){0});
	fixture_start(&v.f, N_TAG, "yes");
	send_output(&v, line);
	CHECK_STR(view_now(&v), "⠙ tag  yes       0s\n"
				"│ xxxxxxxxxxxxxxxx…\n"
				"next: previous, ap…\n"
				"0 of 12 steps · 0s\n");
	struct event e = fixture_step(&v.f, EVENT_STEP_FINISHED, N_TAG);
	e.state = STEP_FAILED;
	e.message = line;
	e.message.len = 50000;
	fixture_send(&v.f, e);
	fixture_wait(&v.f, 100 * NS_PER_MS);
	view_close(&v);
	free((char *)line.at);
}

/* ---- others at the terminal ------------------------------------------------------------------ */

TEST(tty_makes_way_for_questions)
{
	struct view v;
	view_open(&v, fixture_plan, 40, 12, (struct output_options){0});
	fixture_start(&v.f, N_TAG, "git tag");
	fixture_start(&v.f, N_APPROVE, "Sure?");
	fixture_ok(&v.f, N_TAG, NS_PER_S);
	tty_pause(v.f.sink);
	CHECK_STR(view_now(&v), "✔ tag  git tag (1.0s)\n");
	CHECK(view_screen.is_cursor_shown);
	CHECK_INT(view_screen.column, 0);
	CHECK_INT(view_screen.row, 1);
	test_screen_feed(&view_screen, STR("Sure? [y/N] "));
	fixture_start(&v.f, N_BAKE, "");
	fixture_ok(&v.f, N_BAKE, NS_PER_S);
	fixture_wait(&v.f, NS_PER_S);
	CHECK_STR(view_now(&v), "✔ tag  git tag (1.0s)\nSure? [y/N]\n");
	tty_resume(v.f.sink);
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "✔ tag  git tag (1.0s)\n"
				"Sure? [y/N]\n"
				"✔ bake (1.0s)\n"
				"? approve  Sure?                     1s\n"
				"next: previous, migrate, deploy, resta…\n"
				"2 of 12 steps · 1s\n");
	view_close(&v);
}

TEST(tty_lends_the_terminal_to_interactive_steps)
{
	struct view v;
	view_open(&v, fixture_plan, 40, 12, (struct output_options){0});
	fixture_start(&v.f, N_TAG, "git tag");
	fixture_wait(&v.f, 0);
	fixture_start(&v.f, N_CONSOLE, "psql");
	CHECK_STR(view_now(&v), "▶ console  psql\n");
	CHECK(view_screen.is_cursor_shown);
	test_screen_feed(&view_screen, STR("postgres=# \\q\r\n"));
	fixture_wait(&v.f, NS_PER_S);
	fixture_send(&v.f, fixture_step(&v.f, EVENT_ATTEMPT_FINISHED, N_CONSOLE));
	fixture_ok(&v.f, N_CONSOLE, NS_PER_S);
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "▶ console  psql\n"
				"postgres=# \\q\n"
				"✔ console  psql (1.0s)\n"
				"⠋ tag  git tag                       1s\n"
				"next: previous, approve, migrate, depl…\n"
				"1 of 12 steps · 1s\n");
	view_close(&v);
}

TEST(tty_follows_the_size)
{
	struct view v;
	view_open(&v, fixture_plan, 80, 24, (struct output_options){0});
	fixture_start(&v.f, N_TAG, "git tag");
	fixture_wait(&v.f, 0);
	view_now(&v);
	view_size = (struct screen_size){24, 10};
	view_screen.columns = 24;
	view_screen.rows = 10;
	v.f.sink->resize(v.f.sink);
	fixture_wait(&v.f, 50 * NS_PER_MS);
	const char *text = view_now(&v);
	CHECK(strstr(text, "⠋ tag  git tag       0s\nnext: previous, approv…\n"));
	view_close(&v);
}

TEST(tty_in_ascii_is_ascii)
{
	struct view v;
	view_open(&v, fixture_plan, 30, 12, (struct output_options){.ascii = true});
	fixture_start(&v.f, N_TAG, "echo 世界");
	fixture_output(&v.f, N_TAG, "é\n");
	fixture_wait(&v.f, 0);
	CHECK_STR(view_now(&v), "| tag  echo ????           0s\n"
				"| ?\n"
				"next: previous, approve, mig~\n"
				"0 of 12 steps - 0s\n");
	view_close(&v);
}
