/* What many runs say together. */
#include "test.h"

#include "base/duration.h"
#include "tool/metrics.h"

#define DAY_NS (24 * 3600 * NS_PER_S)
#define START_NS (INT64_C(1767225600) * NS_PER_S)

static struct arena a;
static struct run_row rows[16];
static size_t count;

/* The next run is older: rows come newest first. */
static struct run_row *add(const char *status, bool is_exposed, int64_t minutes)
{
	struct run_row *row = &rows[count++];

	*row = (struct run_row){.runbook = STR("deploy"),
		.status = str_of(status),
		.started_ns = START_NS + 7 * DAY_NS - (int64_t)count * 3600 * NS_PER_S,
		.is_exposed = is_exposed};
	row->ended_ns = row->started_ns + minutes * 60 * NS_PER_S;
	return row;
}

static double value(const struct metrics *m, enum metric which)
{
	const struct value *v = &m->values[which];

	return v->kind == VALUE_INT ? (double)v->integer : v->kind == VALUE_FLOAT ? v->number : -1;
}

static struct metrics *measured(void)
{
	size_t runbooks;
	struct metrics *m = metrics_of(&a, rows, count, START_NS, START_NS + 7 * DAY_NS, &runbooks);

	CHECK_INT(runbooks, 1);
	count = 0;
	return m;
}

static bool is_near(double x, double y)
{
	return x - y < 1e-9 && y - x < 1e-9;
}

TEST(metrics_of_ten_runs)
{
	struct metrics *m;

	for (int i = 0; i < 7; i++)
		add("succeeded", true, 10);
	for (int i = 0; i < 2; i++) {
		struct run_row *row = add("rolled_back", true, 10);

		row->turned_ns = row->started_ns + 4 * 60 * NS_PER_S;
	}
	add("failed", false, 10);
	m = measured();
	CHECK(is_near(value(m, METRIC_RUNS), 10));
	CHECK(is_near(value(m, METRIC_DEPLOYMENTS), 9));
	CHECK(is_near(value(m, METRIC_CHANGE_FAILURE), 2.0 / 9));
	CHECK(is_near(value(m, METRIC_ROLLBACK_RATE), 2.0 / 9));
	CHECK(is_near(value(m, METRIC_SUCCESS_RATE), 0.7));
	CHECK(is_near(value(m, METRIC_FREQUENCY), 9));
	CHECK(is_near(value(m, METRIC_RECOVERY_TIME), 360));
	CHECK(is_near(value(m, METRIC_TIME), 600));
	arena_release(&a);
}

TEST(metrics_without_deployments_are_nothing)
{
	struct metrics *m;

	add("failed", false, 1);
	add("refused", false, 1);
	add("held", true, 1);
	m = measured();
	CHECK(is_near(value(m, METRIC_RUNS), 3));
	CHECK(is_near(value(m, METRIC_OPEN), 1));
	CHECK(is_near(value(m, METRIC_DEPLOYMENTS), 0));
	for (int i = METRIC_SUCCESS_RATE; i < METRIC_COUNT; i++)
		CHECK_INT(m->values[i].kind, VALUE_NIL);
	arena_release(&a);
}

/* A 2-hour approval inside of a run of 2 h 10. */
TEST(metrics_tell_waiting_from_work)
{
	struct metrics *m;

	add("succeeded", true, 130)->waited_ns = 120 * 60 * NS_PER_S;
	m = measured();
	CHECK(is_near(value(m, METRIC_TIME), 130 * 60));
	CHECK(is_near(value(m, METRIC_ACTIVE_TIME), 10 * 60));
	arena_release(&a);
}

/* What was not undone is mended by the next deployment that succeeds. */
TEST(metrics_recovery_by_the_next_success)
{
	struct metrics *m;

	add("failed", true, 10); /* and nothing came after it */
	add("succeeded", true, 10);
	add("rollback_incomplete", true, 10);
	m = measured();
	CHECK(is_near(value(m, METRIC_RECOVERY_TIME), 3600));
	CHECK(is_near(value(m, METRIC_CHANGE_FAILURE), 2.0 / 3));
	arena_release(&a);
}

TEST(metrics_are_held_against_targets)
{
	struct value targets = value_map(&a);
	struct metrics *m;

	map_set(&a, targets.map, STR("duration"), value_float(900));
	map_set(&a, targets.map, STR("success_rate"), value_float(0.95));
	map_set(&a, targets.map, STR("rollback_rate"), value_float(0.1));
	map_set(&a, targets.map, STR("frequency"), value_str(STR("1/day")));
	add("succeeded", true, 10)->targets = targets;
	add("failed", true, 10);
	m = measured();
	CHECK_INT(m->states[METRIC_TIME_P95], TARGET_MET);
	CHECK_INT(m->states[METRIC_SUCCESS_RATE], TARGET_MISSED);
	CHECK_INT(m->states[METRIC_ROLLBACK_RATE], TARGET_MET);
	CHECK_INT(m->states[METRIC_FREQUENCY], TARGET_MISSED);
	CHECK_INT(m->states[METRIC_TIME], TARGET_NONE);
	arena_release(&a);
}

TEST(metrics_for_prometheus)
{
	struct strbuf b = {0};
	struct metrics *m;

	add("succeeded", true, 10);
	m = measured();
	metrics_prometheus(&b, m, 1);
	CHECK(strstr(b.at, "# TYPE runbook_success_rate gauge\n"
			   "runbook_success_rate{runbook=\"deploy\"} 1.0\n") != NULL);
	CHECK(strstr(b.at, "runbook_time_to_deploy_seconds{runbook=\"deploy\"} 600.0\n") != NULL);
	CHECK(!strstr(b.at, "runbook_recovery_time_seconds{"));
	strbuf_release(&b);
	arena_release(&a);
}
