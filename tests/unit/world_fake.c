/*
 * The scripted world.
 */
#include "world_help.h"
#include "base/json.h"
#include "model/runbook.h"
#include "world/fake.h"

#include <signal.h>

static struct world *from_json(struct arena *a, const char *text, const char **error)
{
	struct value *script = arena_new(a, struct value);
	struct json_error e;
	if (!CHECK(json_decode(a, str_of(text), script, &e)))
		return NULL;
	return fake_world_new(script, a, error, NULL);
}

static const char *const some_env[] = {"A=b", NULL};

static struct request a_run(const char *step, const char *item)
{
	return (struct request){.kind = REQUEST_PROCESS,
		.step = step,
		.item = item,
		.attempt = 1,
		.process = {.script = "make it so", .keep = 100, .env = some_env}};
}

static struct answer ask(struct world *w, struct arena *a, struct request r)
{
	world_start(w, 1, &r);
	return finish(w, 1, a, NULL);
}

TEST(fake_process)
{
	struct arena a;
	arena_init(&a);
	struct world *w = from_json(&a,
		"{\"deploy\": [{\"takes\": \"10s\", \"exit_code\": 1, \"stderr\": \"no\"},"
		" {\"stdout\": \"yes\"}], \"deploy[2]\": {\"signal\": \"SIGKILL\"},"
		" \"spawn\": {\"reason\": \"spawn\", \"message\": \"no program\"}}",
		NULL);
	int64_t wall = world_wall(w);
	struct answer x = ask(w, &a, a_run("deploy", NULL));
	CHECK_STR(reason_of(&x), "exit");
	CHECK_INT(field_int(&x, "exit_code"), 1);
	CHECK_TEXT(field_text(&x, "stderr"), "no");
	CHECK_INT(world_now(w), 10 * NS_PER_S);
	CHECK_INT(world_wall(w), wall + 10 * NS_PER_S);
	for (int i = 0; i < 2; i++) {
		x = ask(w, &a, a_run("deploy", NULL));
		CHECK_STR(reason_of(&x), "(none)");
		CHECK_TEXT(field_text(&x, "stdout"), "yes");
	}
	x = ask(w, &a, a_run("deploy", "1"));
	CHECK_STR(reason_of(&x), "exit");
	x = ask(w, &a, a_run("deploy", "2"));
	CHECK_STR(message_of(&x), "killed by SIGKILL");
	CHECK_INT(field_int(&x, "exit_code"), 137);
	x = ask(w, &a, a_run("spawn", NULL));
	CHECK_STR(message_of(&x), "no program");
	CHECK(!x.was_sent);
	x = ask(w, &a, a_run("other", NULL));
	CHECK_STR(reason_of(&x), "(none)");
	CHECK(x.was_sent);
	struct str unused;
	CHECK(fake_world_is_used_up(w, &unused));

	struct strbuf log = {0};
	fake_world_log(w, &log);
	CHECK(str_starts_with(strbuf_str(&log),
		STR("0s deploy#1 run\n script: make it so\n env: A=b\n10s deploy#1 run\n")));
	CHECK(str_find(strbuf_str(&log), STR(" deploy[2]#1 run\n"), 0) >= 0);
	strbuf_release(&log);
	world_free(w);
	arena_release(&a);
}

/* What an earlier interpreter started. */
TEST(fake_adopted)
{
	struct arena a;
	arena_init(&a);
	struct world *w = from_json(&a,
		"{\"first\": {\"adopted\": \"not_begun\"}, \"second\": {\"adopted\": \"lost\"},"
		" \"third\": {\"takes\": \"3s\", \"exit_code\": 4, \"partial\": true}}",
		NULL);
	struct request r = a_run("first", NULL);
	r.process.is_adopted = true;
	struct answer x = ask(w, &a, r);
	CHECK_STR(reason_of(&x), "not_begun");
	CHECK(!x.was_sent);
	r.step = "second";
	x = ask(w, &a, r);
	CHECK_STR(reason_of(&x), "lost");
	CHECK(x.was_sent && x.is_partial);
	r.step = "third";
	x = ask(w, &a, r);
	CHECK_INT(field_int(&x, "exit_code"), 4);
	CHECK(x.was_sent && x.is_partial);
	/* Started, the same entry runs its course. */
	x = ask(w, &a, a_run("second", NULL));
	CHECK_STR(reason_of(&x), "(none)");
	struct strbuf log = {0};
	fake_world_log(w, &log);
	CHECK(str_starts_with(strbuf_str(&log), STR("0s first#1 adopt\n0s second#1 adopt\n")));
	strbuf_release(&log);
	world_free(w);
	arena_release(&a);
}

TEST(fake_order_and_cancel)
{
	struct arena a;
	arena_init(&a);
	struct world *w = from_json(&a,
		"{\"slow\": {\"takes\": \"10s\", \"term\": \"2s\", \"output\": ["
		"{\"at\": \"1s\", \"text\": \"hi\"},"
		"{\"at\": \"9s\", \"text\": \"late\", \"stream\": \"stderr\"}]},"
		" \"fast\": {\"takes\": \"5s\"},"
		" \"signals\": [{\"at\": \"3s\", \"signal\": \"INT\"}]}",
		NULL);
	struct request slow = a_run("slow", NULL), fast = a_run("fast", NULL);
	world_start(w, 1, &slow);
	world_start(w, 2, &fast);
	struct happening h;
	world_wait(w, NS_NEVER, &a, &h);
	CHECK_INT(h.kind, HAPPENED_OUTPUT);
	CHECK_INT(h.token, 1);
	CHECK_TEXT(h.text, "hi");
	world_wait(w, 2 * NS_PER_S, &a, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	CHECK_INT(world_now(w), 2 * NS_PER_S);
	world_wait(w, NS_NEVER, &a, &h);
	CHECK_INT(h.kind, HAPPENED_SIGNAL);
	CHECK_INT(h.signal, SIGINT);
	world_cancel(w, 1);
	world_cancel(w, 1);
	/* At the same instant in the order of their making; what ends at `until` has ended. */
	world_wait(w, 5 * NS_PER_S, &a, &h);
	CHECK_INT(h.token, 2);
	world_wait(w, 5 * NS_PER_S, &a, &h);
	CHECK_INT(h.token, 1);
	CHECK_STR(h.answer.reason, "cancelled");
	CHECK_INT(world_now(w), 5 * NS_PER_S);
	world_wait(w, 5 * NS_PER_S, &a, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	world_cancel(w, 1);
	world_free(w);
	arena_release(&a);
}

TEST(fake_http_and_questions)
{
	struct arena a;
	arena_init(&a);
	struct world *w = from_json(&a,
		"{\"start\": \"2030-01-02T03:04:05Z\", \"strict\": true,"
		" \"health\": {\"status\": 503, \"json\": {\"v\": [1]},"
		"   \"headers\": {\"Retry-After\": 3}},"
		" \"down\": {\"reason\": \"connect\"}, \"cut\": {\"reason\": \"reset\"},"
		" \"ok\": {\"answer\": false, \"by\": \"eve\", \"comment\": \"no\"},"
		" \"list\": {\"answer\": [true, \"seen\", false]},"
		" \"steps\": {\"start\": {\"answer\": {\"name\": \"x\"}}}}",
		NULL);
	CHECK_INT(world_wall(w), INT64_C(1893553445) * NS_PER_S);
	struct request r = {.kind = REQUEST_HTTP,
		.step = "health",
		.http = {.method = STR("GET"), .url = STR("http://x/")}};
	struct answer x = ask(w, &a, r);
	CHECK_INT(field_int(&x, "status"), 503);
	CHECK_TEXT(field_text(&x, "body"), "{\"v\":[1]}");
	CHECK_TEXT(field_text(&x, "url"), "http://x/");
	const struct value *headers = map_get(x.result.map, "headers");
	CHECK_TEXT(value_string(map_get(headers->map, "retry-after")), "3");
	CHECK_TEXT(value_string(map_get(headers->map, "content-type")), "application/json");
	r.step = "down";
	x = ask(w, &a, r);
	CHECK_STR(reason_of(&x), "connect");
	CHECK(!x.was_sent);
	r.step = "cut";
	x = ask(w, &a, r);
	CHECK(x.was_sent);
	r.step = "unknown";
	x = ask(w, &a, r);
	CHECK_STR(message_of(&x), "the world's script has no entry for `unknown`");

	struct question_item items[] = {
		{.text = STR("one")}, {.text = STR("two")}, {.text = STR("three")}};
	r = (struct request){.kind = REQUEST_QUESTION,
		.step = "ok",
		.question = {.kind = QUESTION_CONFIRM, .items = items, .item_count = 3}};
	x = ask(w, &a, r);
	CHECK_STR(reason_of(&x), "rejected");
	CHECK_TEXT(field_text(&x, "by"), "eve");
	CHECK_TEXT(field_text(&x, "comment"), "no");
	r.step = "list";
	r.question.kind = QUESTION_CHECKLIST;
	x = ask(w, &a, r);
	CHECK_STR(message_of(&x), "not done: three");
	r.step = "start";
	struct input with_default = {.has_default = true, .fallback = value_int(7)};
	struct question_item prompts[] = {
		{.text = STR("name")}, {.text = STR("count"), .input = &with_default}};
	r.question = (struct question_request){
		.kind = QUESTION_PROMPT, .items = prompts, .item_count = 2};
	x = ask(w, &a, r);
	CHECK_STR(reason_of(&x), "(none)");
	CHECK_TEXT(field_text(&x, "name"), "x");
	CHECK_INT(field_int(&x, "count"), 7);
	world_free(w);
	arena_release(&a);
}

TEST(fake_bad_scripts)
{
	static const char *const rows[][2] = {
		{"[]", "the script of a world is a mapping, not a list"},
		{"{\"a\": 3}", "an entry is a mapping, not a whole number"},
		{"{\"a\": {\"exitcode\": 3}}",
			"an entry has no key `exitcode`; did you mean `exit_code`?"},
		{"{\"a\": [{\"takes\": 3}]}", "`takes` is not a duration: a number needs a unit"},
		{"{\"a\": []}", "`a` is a list without entries"},
		{"{\"a\": {\"signal\": \"NOPE\"}}", "`signal` is the name of a signal, as `KILL`"},
		{"{\"start\": \"yesterday\"}", "`start` is a time in UTC, as 2026-01-01T00:00:00Z"},
		{"{\"signals\": [{\"at\": \"1s\"}]}", "a signal has `at` and `signal`"},
		{"{\"a\": {\"output\": [{\"stream\": \"x\"}]}}",
			"`stream` is `stdout` or `stderr`"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		test_about("%s", rows[i][0]);
		const char *error = NULL;
		CHECK(!from_json(&a, rows[i][0], &error));
		CHECK_STR(error ? error : "", rows[i][1]);
	}
	arena_release(&a);
}
