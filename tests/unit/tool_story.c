/* A bake that goes bad, as the record's story tells it. */
#include "test.h"

#include "output_bake.h"
#include "tool/story.h"

static struct arena a;

struct story_sink {
	struct sink sink;
	struct story story;
};

static void take_event(struct sink *s, const struct event *e)
{
	story_add(&((struct story_sink *)s)->story, e);
}

enum form { TEXT, ASCII, JSON, MARKDOWN };

static const char *told(enum form form, bool is_whole)
{
	static const struct table_look looks[] = {[TEXT] = {0}, [ASCII] = {.ascii = true}};
	const struct run_row row = {.id = STR("r-1"),
		.runbook = STR("deploy"),
		.title = STR("Production | Deployment"),
		.file = STR("deploy.yml"),
		.owner = STR("ana"),
		.host = STR("one"),
		.status = STR("rollback_incomplete"),
		.message = STR("Error rate above 5% for more than 5 minutes"),
		.reason = STR("condition"),
		.exit = 4,
		.started_ns = INT64_C(1767225600) * NS_PER_S,
		.ended_ns = INT64_C(1767226748) * NS_PER_S,
		.turned_ns = INT64_C(1767226620) * NS_PER_S};
	struct story_sink s = {.sink.event = take_event};
	struct plan *p = bake_plan(&a);
	struct fixture f = {.plan = p, .arena = &a, .sink = &s.sink};
	struct strbuf b = {0};
	const char *text;

	story_init(&s.story, &row, row.status, p);
	s.story.ascii = form == ASCII;
	bake_run(&f, is_whole);
	story_end(&s.story);
	if (form == JSON)
		story_json(&b, &s.story);
	else if (form == MARKDOWN)
		story_markdown(&b, &s.story);
	else
		story_text(&b, &s.story, &looks[form]);
	text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	story_release(&s.story);
	return text;
}

static bool has(const char *text, const char *part)
{
	if (strstr(text, part))
		return true;
	printf("    %s\n", text);
	return false;
}

TEST(story_tells_what_is_left_and_who_has_to_do_what)
{
	const char *text = told(TEXT, false);

	CHECK(has(text, "  status   rollback_incomplete (exit 4)\n"
			"  reason   Error rate above 5% for more than 5 minutes\n"
			"  file     deploy.yml\n"));
	CHECK(has(text, "  took     19m08s\n"));
	CHECK(has(text, "\nundone\n  deploy\n"));
	CHECK(has(text, "\nleft behind\n"
			"  `migrate` is not undone: its rollback failed: exited with 1\n"));
	CHECK(has(text, "\nkept on purpose\n  announce\n"));
	CHECK(has(text, "  when the cause is mended: `runbook rollback r-1 --retry`\n"));
	arena_release(&a);
}

TEST(story_tells_decisions_with_their_samples)
{
	const char *text = told(TEXT, false);

	CHECK(has(text, "   17m00s  `watch.error_rate > 0.05` fires: held 5m00s\n"
			"           error_rate: "));
	CHECK(has(text, "   17m00s  rolling back: Error rate above 5% for more than 5 minutes\n"));
	CHECK(has(text, "   14m00s  `p95` is blind: HTTP status 500\n"));
	arena_release(&a);
}

TEST(story_steps_have_their_state_and_part)
{
	const char *text = told(JSON, false);

	CHECK(has(text, "\"step\": \"migrate.rollback\",\n"
			"      \"name\": null,\n"
			"      \"part\": \"rollback\",\n"
			"      \"action\": \"run\",\n"
			"      \"state\": \"failed\""));
	CHECK(has(text, "\"step\": \"notify\",\n"
			"      \"name\": null,\n"
			"      \"part\": \"finally\""));
	CHECK(has(text, "\"watch\": \"error_rate\""));
	arena_release(&a);
}

TEST(story_is_the_same_every_time)
{
	CHECK_STR(told(JSON, false), told(JSON, false));
	CHECK_STR(told(MARKDOWN, true), told(MARKDOWN, true));
	arena_release(&a);
}

TEST(story_report_cannot_be_broken_by_its_texts)
{
	const char *text = told(MARKDOWN, false);

	CHECK(has(text, "# Production \\| Deployment: rollback\\_incomplete\n"));
	CHECK(has(text, "\n## What was undone\n\n- deploy\n"));
	CHECK(has(text, "- kept on purpose: announce\n"));
	CHECK(has(text, "| Until it turned back | 17m00s |\n"));
	arena_release(&a);
}

TEST(story_in_ascii)
{
	const char *text = told(ASCII, false);

	for (const char *c = text; *c; c++) {
		if (!CHECK((unsigned char)*c < 0x80))
			break;
	}
	arena_release(&a);
}
