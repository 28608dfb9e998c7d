#include "test.h"

#include "output/summary.h"
#include "output_fixture.h"

static struct arena a;
static struct summary s;

static void begin(void)
{
	summary_init(&s, fixture_plan(&a));
}

static void end(uint32_t node, enum step_status state)
{
	struct event e = fixture_step(NULL, EVENT_STEP_FINISHED, node);
	e.state = state;
	e.reason = state == STEP_FAILED ? "exit" : NULL;
	e.duration_ns = (int64_t)node * NS_PER_S;
	summary_add(&s, &e);
}

static void retry(uint32_t node)
{
	struct event e = fixture_step(NULL, EVENT_STEP_RETRY, node);
	summary_add(&s, &e);
}

static const char *counts(bool at_end)
{
	struct strbuf b = {0};
	summary_counts(&b, &s, at_end);
	const char *text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

static void finish(void)
{
	summary_release(&s);
	arena_release(&a);
}

TEST(summary_counts_what_the_author_wrote)
{
	begin();
	CHECK_INT(s.total, 12);
	CHECK_STR(counts(false), "nothing ran");
	end(N_DEPLOY_2, STEP_OK);
	CHECK_INT(s.done, 0);
	end(N_DEPLOY, STEP_OK);
	CHECK_INT(s.done, 1);
	end(N_SMOKE_1, STEP_OK);
	end(N_SMOKE_2, STEP_WARNED);
	end(N_SMOKE, STEP_OK);
	CHECK_INT(s.done, 3);
	CHECK_STR(counts(true), "2 ok, 1 warned, 9 not run");
	finish();
}

TEST(summary_skips_the_steps_of_a_skipped_group)
{
	begin();
	end(N_SMOKE, STEP_SKIPPED);
	CHECK_INT(s.done, 2);
	CHECK_STR(counts(false), "2 skipped");
	finish();
}

/* What a group that failed did not come to is over, but did not run. */
TEST(summary_tells_not_run_from_ended)
{
	begin();
	end(N_SMOKE_1, STEP_FAILED);
	end(N_SMOKE, STEP_FAILED);
	CHECK_INT(s.done, 2);
	CHECK_STR(counts(true), "1 failed, 11 not run");
	CHECK_INT(s.failure_count, 1);
	CHECK_TEXT(s.failures[0].label, "smoke.1");
	CHECK_TEXT(s.failures[0].text, "exit");
	finish();
}

TEST(summary_starts_a_group_over)
{
	begin();
	end(N_SMOKE_1, STEP_OK);
	end(N_SMOKE_2, STEP_FAILED);
	retry(N_SMOKE);
	CHECK_INT(s.done, 0);
	CHECK_INT(s.failure_count, 0);
	end(N_SMOKE_1, STEP_OK);
	end(N_SMOKE_2, STEP_OK);
	end(N_SMOKE, STEP_OK);
	CHECK_STR(counts(false), "2 ok");
	finish();
}

TEST(summary_forgives_with_the_group)
{
	begin();
	end(N_SMOKE_2, STEP_FAILED);
	end(N_SMOKE, STEP_WARNED);
	CHECK_INT(s.failure_count, 0);
	finish();
}

TEST(summary_bounds_the_failures)
{
	begin();
	for (int i = 0; i < SUMMARY_FAILURES + 5; i++) {
		struct event e = fixture_step(NULL, EVENT_STEP_FINISHED, N_RESTART);
		e.item = STR("1");
		e.state = STEP_FAILED;
		summary_add(&s, &e);
	}
	CHECK_INT(s.failure_count, SUMMARY_FAILURES);
	CHECK_INT(s.more_failures, 5);
	finish();
}

TEST(summary_knows_the_slowest)
{
	begin();
	end(N_PREVIOUS, STEP_OK);
	end(N_TAG, STEP_OK);
	end(N_HEALTH, STEP_OK);
	end(N_BAKE, STEP_OK);
	end(N_SMOKE, STEP_OK);
	CHECK_INT(s.slow_count, 3);
	CHECK_TEXT(s.slowest[0].label, "tag");
	CHECK_TEXT(s.slowest[1].label, "bake");
	CHECK_TEXT(s.slowest[2].label, "health");
	finish();
}
