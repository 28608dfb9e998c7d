/* The outputs that are text, word for word. */
#include "test.h"

#include "base/json.h"
#include "output/output.h"
#include "output_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static struct arena a;

enum format { PLAIN, PLAIN_ASCII, PLAIN_VERBOSE, JSONL, JUNIT };

static struct sink *sink_for(enum format format, int fd, const struct plan *p)
{
	struct output_options o = {
		.ascii = format == PLAIN_ASCII, .verbose = format == PLAIN_VERBOSE};
	if (format == JSONL)
		return jsonl_sink_new(fd);
	return format == JUNIT ? junit_sink_new(fd, p) : plain_sink_new(fd, p, &o);
}

static struct fixture begin(enum format format, int *fd)
{
	*fd = memfd_create("output", MFD_CLOEXEC);
	struct plan *p = fixture_plan(&a);
	return (struct fixture){.plan = p, .arena = &a, .sink = sink_for(format, *fd, p)};
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

static const char *story(enum format format, bool is_healthy)
{
	int fd;
	struct fixture f = begin(format, &fd);
	fixture_run(&f, is_healthy);
	return finish(&f, fd);
}

TEST(plain_tells_a_failure)
{
	static const char expected[] =
		"deploy  Production Deployment (run r-1)\n"
		"  version  v1.2.3\n"
		"  migrate  false\n"
		"  token    ***\n"
		"\n"
		"   0.0s ▶ previous  git describe --tags --abbrev=0\n"
		"        │ v1.2.2\n"
		"   0.2s ✔ previous (0.2s)\n"
		"   0.2s ? approve  Deploy v1.2.3 over v1.2.2?\n"
		"   2.2s ✔ approve (2.0s, by ana)\n"
		"   2.2s - migrate skipped\n"
		"   2.2s ▶ deploy\n"
		"        │ Building image\n"
		"        │ Uploading 100%\n"
		"        │ Switched to v1.2.3\n"
		"   5.4s ✔ deploy (3.2s, branch 2)\n"
		"   5.4s ▶ restart (2 items)\n"
		"   5.4s   ▶ restart[1]  ssh web1 restart\n"
		"   6.4s   ✔ restart[1] (1.0s)\n"
		"   6.4s   ▶ restart[2]  ssh web2 restart\n"
		"   7.4s   ✔ restart[2] (1.0s)\n"
		"   7.4s ✔ restart (2.0s)\n"
		"   7.4s ▶ smoke\n"
		"   7.4s   ▶ smoke.1  GET https://api.example.com/\n"
		"   7.4s   ▶ smoke.2  POST https://api.example.com/signup\n"
		"          │ smoke.1 │ one\n"
		"          │ smoke.2 │ two\n"
		"   8.1s   ✔ smoke.1 (0.7s)\n"
		"   8.8s   ! smoke.2 warned (1.4s): status: 429 Too Many Requests\n"
		"   8.8s ✔ smoke (1.4s)\n"
		"   8.8s ▶ health  GET https://api.example.com/health\n"
		"   9.3s ↻ health (attempt 2 of 2 in 3.0s): expect: `status == 200` does not hold\n"
		"  12.8s ✖ health failed (4.0s, 2 attempts): expect: `status == 200` does not "
		"hold\n"
		"            status = 503 (a whole number)\n"
		"          │ upstream is down\n"
		"          │ ::error::forged\n"
		"          │ #\\x23[error]forged\n"
		"            hint: Look at the load balancer first\n"
		"            log: /var/runs/r-1/health.log\n"
		"  12.8s   finally\n"
		"  12.8s ▶ notify\n"
		"  13.1s ✔ notify (0.3s)\n"
		"\n"
		"✖ failed in 13.1s: 6 ok, 1 warned, 1 failed, 1 skipped, 3 not run\n"
		"  health: expect: `status == 200` does not hold\n"
		"  log: /var/runs/r-1\n";
	CHECK_STR(story(PLAIN, false), expected);
	arena_release(&a);
}

TEST(plain_ends_well)
{
	const char *text = story(PLAIN, true);
	CHECK(strstr(text, "  12.8s ▶ bake  Let it bake (6s)\n"));
	CHECK(strstr(text, "\n! succeeded with warnings in 19.3s: 9 ok, 1 warned, 1 skipped, "
			   "1 not run\n  log: /var/runs/r-1\n"));
	arena_release(&a);
}

TEST(plain_is_ascii_on_demand)
{
	const char *text = story(PLAIN_ASCII, false);
	for (const char *c = text; *c; c++) {
		if (!CHECK((*c >= ' ' && *c < 0x7F) || *c == '\n'))
			break;
	}
	CHECK(strstr(text, "   0.2s + previous (0.2s)\n"));
	arena_release(&a);
}

TEST(plain_verbose_shows_the_inside)
{
	const char *text = story(PLAIN_VERBOSE, false);
	CHECK(strstr(
		text, "   2.2s   ▶ deploy.2  ./deploy.sh v1.2.3\n          │ Building image\n"));
	CHECK(strstr(text, "  13.1s   ✔ notify.post (0.3s)\n"));
	arena_release(&a);
}

/* Only what we draw ourselves may control anything, and without colour that is line ends. */
static void check_tame(const char *text)
{
	CHECK(!strstr(text, "##["));
	for (const char *c = text; *c; c++) {
		if (!CHECK((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t'))
			return;
	}
}

TEST(plain_is_not_moved_by_hostile_text)
{
	int fd;
	struct fixture f = begin(PLAIN, &fd);
	fixture_send(&f, (struct event){.kind = EVENT_RUN_STARTED, .runbook = STR("\x1b[2J")});
	fixture_start(&f, N_TAG,
		"echo \x1b]0;x\a\n\r\x9b"
		"31m ##[set-env]");
	fixture_output(&f, N_TAG,
		"a\x1b[2Jb\x1b]52;c;aGk=\a\b\b\x9b"
		"1A\n✔ deploy (1s)\n::error::x\n");
	fixture_output(&f, N_TAG,
		"\xE2\x80\xAE"
		"evil\x1b");
	struct event e = fixture_step(&f, EVENT_STEP_FINISHED, N_TAG);
	e.state = STEP_FAILED;
	e.reason = "exit";
	e.message = STR("\x1b[H\r##[x]\nsecond \x07 line");
	e.working = fixture_texts(&a, "a = \x1b[31m", NULL);
	fixture_send(&f, e);
	fixture_send(&f, (struct event){.kind = EVENT_RUN_FINISHED, .status = RUN_FAILED});
	const char *text = finish(&f, fd);
	check_tame(text);
	CHECK(!strstr(text, "\n✔"));
	CHECK(!strstr(text, "\n::"));
	CHECK(strstr(text, "│ ab\\x08\\x08\\x9b1A\n"));
	CHECK(strstr(text, "│ \\u{202e}evil\\x1b\n"));
	arena_release(&a);
}

TEST(sinks_outlive_a_full_disk)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		test_skip("no /dev/full");
		return;
	}
	for (unsigned format = PLAIN; format <= JUNIT; format++) {
		struct plan *p = fixture_plan(&a);
		struct sink *s = sink_for((enum format)format, fd, p);
		struct fixture f = {.plan = p, .arena = &a, .sink = s};
		fixture_run(&f, true);
		if (s->tick)
			s->tick(s, f.now_ns);
		CHECK_INT(s->error, ENOSPC);
		s->free(s);
	}
	close(fd);
	arena_release(&a);
}

TEST(jsonl_is_an_object_a_line)
{
	struct str rest = str_of(story(JSONL, true));
	size_t count = 0;
	struct event e = {0};
	while (rest.len) {
		ptrdiff_t end = str_find(rest, STR("\n"), 0);
		struct value v;
		struct json_error error;
		const char *why = "";
		if (!CHECK(end > 0))
			break;
		CHECK(json_decode(&a, (struct str){rest.at, (size_t)end}, &v, &error));
		CHECK(event_from_json(&a, &v, &e, &why));
		CHECK_INT(e.seq, ++count);
		rest.at += end + 1;
		rest.len -= (size_t)end + 1;
	}
	CHECK(count > 30);
	CHECK(e.kind == EVENT_RUN_FINISHED && e.status == RUN_SUCCEEDED);
	arena_release(&a);
}

TEST(junit_tells_a_failure)
{
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"10\" failures=\"1\" errors=\"0\" skipped=\"1\" "
		"time=\"13.050\">\n"
		"  <testsuite name=\"deploy\" tests=\"10\" failures=\"1\" errors=\"0\" "
		"skipped=\"1\" time=\"13.050\" timestamp=\"2026-01-01T00:00:00\">\n"
		"    <properties>\n"
		"      <property name=\"run\" value=\"r-1\"/>\n"
		"      <property name=\"status\" value=\"failed\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"deploy\" name=\"previous\" time=\"0.150\"/>\n"
		"    <testcase classname=\"deploy\" name=\"approve\" time=\"2.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"migrate\" time=\"0.000\">\n"
		"      <skipped/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"deploy.2\" time=\"3.200\"/>\n"
		"    <testcase classname=\"deploy\" name=\"restart[1]\" time=\"1.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"restart[2]\" time=\"1.000\"/>\n"
		"    <testcase classname=\"deploy\" name=\"smoke.1\" time=\"0.700\"/>\n"
		"    <testcase classname=\"deploy\" name=\"smoke.2\" time=\"1.400\">\n"
		"      <system-err>status: 429 Too Many Requests\n</system-err>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"health\" time=\"4.000\">\n"
		"      <failure type=\"expect\" message=\"`status == 200` does not hold\">"
		"expect: `status == 200` does not hold\n"
		"  status = 503 (a whole number)\n"
		"hint: Look at the load balancer first\n"
		"log: /var/runs/r-1/health.log\n"
		"</failure>\n"
		"      <system-out>upstream is down\n::error::forged\n##[error]forged\n"
		"</system-out>\n"
		"    </testcase>\n"
		"    <testcase classname=\"deploy\" name=\"notify.post\" time=\"0.300\"/>\n"
		"  </testsuite>\n"
		"</testsuites>\n";
	CHECK_STR(story(JUNIT, false), expected);
	arena_release(&a);
}

TEST(junit_holds_any_bytes)
{
	char bytes[256];
	int fd;
	struct fixture f = begin(JUNIT, &fd);
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	struct event e = fixture_step(&f, EVENT_STEP_FINISHED, N_TAG);
	e.state = STEP_FAILED;
	e.reason = "exit";
	e.message = e.tail = (struct str){bytes, sizeof bytes};
	fixture_send(&f, e);
	e.message = e.tail = STR("]]> \xEF\xBF\xBF \xEF\xBF\xBE \xED\xA0\x80 \xF0\x9F\x98\x80");
	fixture_send(&f, e);
	fixture_send(&f, (struct event){.kind = EVENT_RUN_FINISHED});
	struct str text = str_of(finish(&f, fd));
	size_t bad;
	CHECK(utf8_valid(text, &bad));
	CHECK(strstr(text.at,
		"]]&gt; \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD "
		"\xF0\x9F\x98\x80"));
	CHECK(strstr(text.at, "&#9;&#10;\xEF\xBF\xBD\xEF\xBF\xBD&#13;"));
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (!CHECK(c >= ' ' || c == '\n' || c == '\t'))
			break;
	}
	arena_release(&a);
}

TEST(junit_tells_a_group_that_failed_of_itself)
{
	int fd;
	struct fixture f = begin(JUNIT, &fd);
	fixture_ok(&f, N_SMOKE_1, NS_PER_S);
	struct event e = fixture_step(&f, EVENT_STEP_FINISHED, N_SMOKE);
	e.state = STEP_FAILED;
	e.reason = "deadline";
	fixture_send(&f, e);
	fixture_send(&f, (struct event){.kind = EVENT_RUN_FINISHED});
	const char *text = finish(&f, fd);
	CHECK(strstr(text, "name=\"smoke\""));
	CHECK(strstr(text, "<failure type=\"deadline\" message=\"deadline\">"));
	arena_release(&a);
}
