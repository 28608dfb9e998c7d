/* Another rule on the samples of a run that was. */
#include "test.h"

#include "base/duration.h"
#include "tool/whatif.h"

#include <math.h>

#define TICK_NS (60 * NS_PER_S)

static const char runbook[] = "version: 1\n"
			      "runbook: bake\n"
			      "watch:\n"
			      "  error_rate: { every: 60s, http: 'http://x/', value: json.rate }\n"
			      "  p95: { every: 60s, http: 'http://x/', value: json.p95 }\n"
			      "steps:\n"
			      "  - id: deploy\n"
			      "    run: ./deploy.sh\n"
			      "    effects: none\n"
			      "  - id: smoke\n"
			      "    run: ./smoke.sh\n"
			      "    effects: none\n";

static struct arena a;
static struct source_set files;
static struct diagnostics diagnostics;
static struct whatif w;

static struct plan *load(void)
{
	struct source_file *file;
	struct runbook *book;

	arena_init(&a);
	source_init(&files, &a);
	diagnostics_init(&diagnostics, &a);
	file = source_add(&files, "bake.yml", STR(runbook), false);
	book = runbook_load_file(&a, &files, file, &diagnostics);
	return book ? plan_build(&a, &files, book, &diagnostics) : NULL;
}

static bool begin(struct plan *p, const char *guard, int64_t for_ns)
{
	struct event started = {.kind = EVENT_RUN_STARTED, .wall_ns = 1, .seq = 1};
	const char *why = NULL;

	if (!CHECK(p != NULL) || !whatif_init(&w, p, STR("r"), str_of(guard), for_ns, &why)) {
		test_about("%s", why ? why : "no plan");
		return false;
	}
	return CHECK(whatif_add(&w, &started));
}

/* The samples of one watch, a tick apart; NAN is unknown. */
static void sample(int64_t index, int64_t tick, double value)
{
	struct event e = {.kind = EVENT_SAMPLE,
		.seq = (uint64_t)(2 + tick),
		.index = index,
		.node = w.plan->watches[index - 1].node,
		.tick_ns = tick * TICK_NS,
		.time_ns = tick * TICK_NS,
		.wall_ns = 1 + tick * TICK_NS};

	e.value = isnan(value) ? value_unknown("timeout") : value_float(value);
	CHECK(whatif_add(&w, &e));
}

static void samples(const double *values, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		sample(1, i, values[i]);
	whatif_end(&w);
}

static void finish(struct plan *p)
{
	whatif_release(&w);
	plan_release(p);
	arena_release(&a);
}

TEST(whatif_says_when_it_would_have_fired)
{
	static const double values[] = {0.01, 0.04, 0.05, 0.04, 0.06, 0.07};
	struct strbuf b = {0};
	struct plan *p = load();

	if (begin(p, "watch.error_rate > 0.03", 3 * TICK_NS)) {
		samples(values, 6);
		CHECK_INT(w.fired_ns, 4 * TICK_NS);
		CHECK_INT(w.held, 5);
		whatif_tell(&b, &w);
		CHECK_STR(b.at, "`watch.error_rate > 0.03` for 3m: it would have fired at +4m00s "
				"(1970-01-01T00:04:00.000Z)\n"
				"6 ticks: held at 5, did not at 1, unknown at 0\n"
				"the run itself did not turn back\n");
	}
	strbuf_release(&b);
	finish(p);
}

TEST(whatif_counts_as_a_run_does)
{
	/* It starts over at the third tick; what is unknown neither counts nor clears. */
	static const double values[] = {0.04, 0.04, 0.01, 0.04, 0.04, NAN, 0.04, 0.01};
	struct strbuf b = {0};
	struct plan *p = load();

	if (begin(p, "watch.error_rate > 0.03", 2 * TICK_NS)) {
		samples(values, 8);
		CHECK_INT(w.fired_ns, -1);
		CHECK_INT(w.longest_ns, TICK_NS);
		CHECK_INT(w.unknown, 1);
		whatif_tell(&b, &w);
		CHECK(strstr(b.at, "it would not have fired: it held for 1m00s at the longest, "
				   "from +0.0s\n") != NULL);
	}
	strbuf_release(&b);
	finish(p);
}

TEST(whatif_takes_the_samples_of_a_tick_together)
{
	struct plan *p = load();

	if (begin(p, "watch.error_rate > 0.03 and watch.p95 > 500", 0)) {
		for (int64_t i = 0; i < 3; i++) {
			sample(1, i, i == 2 ? 0.04 : 0.01);
			sample(2, i, i == 1 ? 900 : 600);
		}
		whatif_end(&w);
		CHECK_INT(w.ticks, 3);
		CHECK_INT(w.fired_ns, 2 * TICK_NS);
	}
	finish(p);
}

TEST(whatif_reads_windows)
{
	static const double values[] = {0.01, 0.01, 0.09, 0.02};
	struct plan *p = load();

	if (begin(p, "watch.error_rate:max('2m') > 0.05", 0)) {
		samples(values, 4);
		CHECK_INT(w.fired_ns, 2 * TICK_NS);
		CHECK_INT(w.held, 2);
	}
	finish(p);
}

TEST(whatif_refuses_what_is_no_guard_of_that_run)
{
	static const struct {
		const char *guard, *because;
	} rows[] = {{"watch.eror_rate > 1", "the run had no watch `eror_rate`"},
		{"watch.error_rate >", ""}, {"nonsense(1)", "nonsense"}};
	struct plan *p = load();
	const char *why;

	for (size_t i = 0; p && i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_about("%s", rows[i].guard);
		CHECK(!whatif_init(&w, p, STR("r"), str_of(rows[i].guard), 0, &why));
		CHECK(why && strstr(why, rows[i].because));
		whatif_release(&w);
	}
	plan_release(p);
	arena_release(&a);
}
