#include "test.h"

#include "base/json.h"
#include "output_fixture.h"

static struct arena a;

static const char *json_of(const struct event *e, bool is_record)
{
	struct strbuf b = {0};
	if (is_record)
		event_record(&b, e);
	else
		event_json(&b, e);
	const char *text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

static bool from_text(const char *text, struct event *out, const char **why)
{
	struct value v;
	struct json_error error;
	if (!json_decode(&a, str_of(text), &v, &error)) {
		*why = "no JSON";
		return false;
	}
	return event_from_json(&a, &v, out, why);
}

TEST(event_json_has_what_is_set)
{
	struct event e = {.kind = EVENT_STEP_FINISHED,
		.seq = 7,
		.wall_ns = INT64_C(1767225600123456789),
		.time_ns = 1500 * NS_PER_MS,
		.node = 3,
		.run = STR("r-1"),
		.step = STR("deploy"),
		.item = STR("2"),
		.state = STEP_FAILED,
		.reason = "exit",
		.message = STR("exit code 3"),
		.duration_ns = 3200 * NS_PER_MS,
		.attempt = 1};
	CHECK_STR(json_of(&e, false),
		"{\"event\":\"step_finished\",\"time\":\"2026-01-01T00:00:00.123Z\","
		"\"run\":\"r-1\",\"seq\":7,\"step\":\"deploy\",\"item\":2,\"attempt\":1,"
		"\"state\":\"failed\",\"reason\":\"exit\",\"message\":\"exit code 3\","
		"\"duration\":3.2}");
	CHECK(strstr(json_of(&e, true), "\"elapsed\":1.5") != NULL);
	CHECK(strstr(json_of(&e, true), "\"node\":3") != NULL);
	arena_release(&a);
}

TEST(event_json_says_zero_where_it_means_something)
{
	struct event e = {.kind = EVENT_RUN_FINISHED, .status = RUN_SUCCEEDED};
	CHECK_STR(json_of(&e, false), "{\"event\":\"run_finished\","
				      "\"time\":\"1970-01-01T00:00:00.000Z\","
				      "\"status\":\"succeeded\",\"exit\":0,\"duration\":0}");
	arena_release(&a);
}

TEST(event_json_before_1970)
{
	struct event e = {.kind = EVENT_SIGNAL, .wall_ns = -1, .signal = 15};
	CHECK_STR(json_of(&e, false),
		"{\"event\":\"signal\",\"time\":\"1969-12-31T23:59:59.999Z\",\"signal\":15}");
	struct event back;
	const char *why = NULL;
	CHECK(from_text(json_of(&e, false), &back, &why));
	CHECK_INT(back.wall_ns, -NS_PER_MS);
	arena_release(&a);
}

TEST(event_json_of_any_bytes_is_json)
{
	char bytes[256];
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	struct event e = {
		.kind = EVENT_STEP_OUTPUT, .stream = STR("stdout"), .text = {bytes, sizeof bytes}};
	struct event back;
	const char *why = NULL;
	CHECK(from_text(json_of(&e, false), &back, &why));
	size_t bad;
	CHECK(utf8_valid(back.text, &bad));
	CHECK(memcmp(back.text.at, bytes, 128) == 0);
	CHECK(str_ends_with(back.text, STR("\xEF\xBF\xBD\xEF\xBF\xBD")));
	arena_release(&a);
}

/* Every member set, so that each row is written and read once for each kind that has it. */
static struct event full_event(enum event_kind kind)
{
	struct value map = value_map(&a);
	map_set(&a, map.map, STR("n"), value_int(7));
	struct value list = fixture_texts(&a, "x", "y");
	return (struct event){.kind = kind,
		.seq = 42,
		.time_ns = 123456789,
		.wall_ns = INT64_C(1767225600123000000),
		.frame = 5,
		.node = 6,
		.step = STR("s.2"),
		.item = STR("3.1"),
		.title = STR("Title"),
		.action = STR("run"),
		.attempt = 2,
		.attempts = 3,
		.state = STEP_UNKNOWN,
		.reason = "timeout",
		.message = STR("no end within 3s"),
		.command = STR("sleep 9"),
		.duration_ns = 1,
		.delay_ns = INT64_C(4000000000000001),
		.until_ns = 999999999,
		.result = map,
		.outputs = map,
		.inputs = map,
		.vars = map,
		.items = list,
		.working = list,
		.hints = list,
		.branch = 2,
		.was_sent = true,
		.stream = STR("stderr"),
		.text = STR("line\n"),
		.tail = STR("tail"),
		.log = STR("/log"),
		.status = RUN_INTERRUPTED,
		.exit = 143,
		.signal = 15,
		.watch = STR("p95"),
		.index = 2,
		.value = value_float(0.5),
		.condition = STR("watch.p95 > 500"),
		.phase = "pending",
		.held_ns = 3 * NS_PER_S,
		.for_ns = 5 * NS_PER_S,
		.tick_ns = 7 * NS_PER_S,
		.undo = list,
		.left = list,
		.samples = map,
		.stage = 3,
		.run = STR("r-1"),
		.runbook = STR("deploy"),
		.file = STR("deploy.yml")};
}

TEST(event_round_trip)
{
	for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		struct event e = full_event((enum event_kind)kind), back;
		const char *why = NULL, *text = json_of(&e, true);
		test_about("%s", event_name(e.kind));
		CHECK(from_text(text, &back, &why));
		CHECK_INT(back.kind, kind);
		CHECK_INT(back.time_ns, e.time_ns);
		CHECK_INT(back.wall_ns, e.wall_ns);
		CHECK_STR(json_of(&back, true), text);
	}
	test_about(NULL);
	arena_release(&a);
}

TEST(event_durations_come_back_exactly)
{
	static const int64_t durations[] = {0, 1, 999999999, 1000000001, 86399999999999,
		4147199999999999, -1, -1500000000, NS_NEVER};
	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		struct event e = {.kind = EVENT_STEP_FINISHED, .duration_ns = durations[i]}, back;
		const char *why = NULL;
		CHECK(from_text(json_of(&e, true), &back, &why));
		CHECK_INT(back.duration_ns, durations[i]);
	}
	arena_release(&a);
}

TEST(event_damage_is_told)
{
	static const char *const rows[][2] = {
		{"[]", "`event` does not name an event"},
		{"{}", "`event` does not name an event"},
		{"{\"event\":\"step_begun\"}", "`event` does not name an event"},
		{"{\"event\":\"step_started\",\"attempt\":\"one\"}",
			"`attempt` of a `step_started` is a string that cannot stand there"},
		{"{\"event\":\"step_finished\",\"state\":\"fine\"}",
			"`state` of a `step_finished` is a string that cannot stand there"},
		{"{\"event\":\"signal\",\"time\":\"yesterday\"}",
			"`time` of a `signal` is a string that cannot stand there"},
		{"{\"event\":\"signal\",\"seq\":-1}",
			"`seq` of a `signal` is a whole number that cannot stand there"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e;
		const char *why = "it was taken";
		test_about("%s", rows[i][0]);
		CHECK(!from_text(rows[i][0], &e, &why));
		CHECK_STR(why, rows[i][1]);
	}
	test_about(NULL);
	struct event e;
	const char *why = NULL;
	CHECK(from_text("{\"event\":\"signal\",\"signal\":2,\"later\":[1]}", &e, &why));
	CHECK_INT(e.signal, 2);
	arena_release(&a);
}

TEST(event_record_has_what_only_replaying_needs)
{
	struct event e = {.kind = EVENT_ATTEMPT_FINISHED, .log = STR("slot-1"), .log_to = {7, 0}};
	struct event say = {.kind = EVENT_STEP_STARTED, .text = STR("hello")}, back;
	const char *why = NULL;

	CHECK(from_text(json_of(&e, true), &back, &why));
	CHECK_INT(back.log_to[0], 7);
	CHECK_INT(back.log_from[0], 0);
	CHECK(!strstr(json_of(&e, false), "log_to"));
	CHECK(from_text(json_of(&say, true), &back, &why));
	CHECK_TEXT(back.text, "hello");
	CHECK(!strstr(json_of(&say, false), "hello"));
	CHECK(!from_text("{\"event\":\"attempt_finished\",\"log_to\":[1]}", &back, &why));
	CHECK(strstr(why, "`log_to`") != NULL);
	arena_release(&a);
}
