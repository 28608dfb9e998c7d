#include "tool/metrics.h"

#include "base/duration.h"
#include "run/event.h"
#include "script/statistics.h"
#include "tool/history.h"

#define WEEK_NS (7 * 24 * 3600 * NS_PER_S)

const struct metric_info metric_infos[METRIC_COUNT] = {
	[METRIC_RUNS] = {"runs", "Runs that began.", NULL, false, UNIT_COUNT},
	[METRIC_OPEN] = {"open", "Runs that have not ended: running, held, interrupted or lost.",
		NULL, false, UNIT_COUNT},
	[METRIC_SUCCEEDED] = {"succeeded", "Runs that succeeded.", NULL, false, UNIT_COUNT},
	[METRIC_FAILED] = {"failed", "Runs that failed with nothing to undo.", NULL, false,
		UNIT_COUNT},
	[METRIC_ROLLED_BACK] = {"rolled_back", "Runs that were undone.", NULL, false, UNIT_COUNT},
	[METRIC_ROLLBACK_INCOMPLETE] = {"rollback_incomplete", "Runs that left something behind.",
		NULL, false, UNIT_COUNT},
	[METRIC_REFUSED] = {"refused", "Runs that were not allowed to begin.", NULL, false,
		UNIT_COUNT},
	[METRIC_DEPLOYMENTS] = {"deployments", "Runs that ended and had an effect.", NULL, false,
		UNIT_COUNT},
	[METRIC_FREQUENCY] = {"deployment_frequency", "Deployments a week.", "frequency", false,
		UNIT_A_WEEK},
	[METRIC_SUCCESS_RATE] = {"success_rate", "The share of ended runs that succeeded.",
		"success_rate", false, UNIT_SHARE},
	[METRIC_ROLLBACK_RATE] = {"rollback_rate", "The share of deployments that were undone.",
		"rollback_rate", true, UNIT_SHARE},
	[METRIC_CHANGE_FAILURE] = {"change_failure_rate",
		"The share of deployments that did not succeed.", NULL, true, UNIT_SHARE},
	[METRIC_TIME] = {"time_to_deploy", "Seconds that a deployment takes: the median.", NULL,
		true, UNIT_SECONDS},
	[METRIC_TIME_P95] = {"time_to_deploy_p95", "The same: 95 of 100 take no longer.",
		"duration", true, UNIT_SECONDS},
	[METRIC_ACTIVE_TIME] = {"active_time_to_deploy",
		"Seconds without waiting for people: the median.", NULL, true, UNIT_SECONDS},
	[METRIC_ACTIVE_TIME_P95] = {"active_time_to_deploy_p95",
		"The same: 95 of 100 take no longer.", NULL, true, UNIT_SECONDS},
	[METRIC_RECOVERY_TIME] = {"recovery_time",
		"Seconds from the failure of a deployment until it was undone or mended: the "
		"median.",
		NULL, true, UNIT_SECONDS},
};

/* ---- counting -------------------------------------------------------------------------------- */

/* The runs of one runbook, while they are counted. */
struct tally {
	struct metrics *metrics;
	struct value targets; /* of the newest run */
	size_t counts[METRIC_COUNT];
	size_t undone, failed_deployments;
	double *times, *active, *recoveries;
	size_t time_count, recovery_count;
	int64_t mended_ns; /* going back in time: when a later deployment succeeded, or 0 */
};

static enum metric metric_of_status(const struct run_row *row)
{
	static const struct {
		enum run_status status;
		enum metric metric;
	} ends[] = {{RUN_SUCCEEDED, METRIC_SUCCEEDED}, {RUN_FAILED, METRIC_FAILED},
		{RUN_ROLLED_BACK, METRIC_ROLLED_BACK},
		{RUN_ROLLBACK_INCOMPLETE, METRIC_ROLLBACK_INCOMPLETE},
		{RUN_REFUSED, METRIC_REFUSED}};

	for (size_t i = 0; row->ended_ns && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_is(row->status, run_status_names[ends[i].status]))
			return ends[i].metric;
	}
	return METRIC_OPEN;
}

static double seconds(int64_t ns)
{
	return ns > 0 ? (double)ns / (double)NS_PER_S : 0;
}

static void note_success(struct tally *t, const struct run_row *row)
{
	int64_t total_ns = row->ended_ns - row->started_ns;

	t->times[t->time_count] = seconds(total_ns);
	t->active[t->time_count++] = seconds(total_ns - row->waited_ns);
	t->mended_ns = row->ended_ns;
}

/* What was undone is well again with that; else the next success is. What nobody mended so far has
 * no time yet. */
static void note_failure(struct tally *t, const struct run_row *row, enum metric end)
{
	int64_t failed_ns = row->turned_ns ? row->turned_ns : row->ended_ns;
	int64_t mended_ns = end == METRIC_ROLLED_BACK ? row->ended_ns : t->mended_ns;

	t->failed_deployments++;
	if (mended_ns)
		t->recoveries[t->recovery_count++] = seconds(mended_ns - failed_ns);
}

static void count_run(struct tally *t, const struct run_row *row)
{
	enum metric end = metric_of_status(row);

	t->counts[METRIC_RUNS]++;
	t->counts[end]++;
	if (end == METRIC_OPEN || end == METRIC_REFUSED || !row->is_exposed)
		return;
	t->counts[METRIC_DEPLOYMENTS]++;
	t->undone += end == METRIC_ROLLED_BACK || end == METRIC_ROLLBACK_INCOMPLETE;
	if (end == METRIC_SUCCEEDED)
		note_success(t, row);
	else
		note_failure(t, row, end);
}

/* ---- values ---------------------------------------------------------------------------------- */

static struct value rate(size_t part, size_t whole, size_t deployments)
{
	return whole && deployments ? value_float((double)part / (double)whole) : value_nil();
}

static struct value quantile(struct arena *a, const double *at, size_t count, double q)
{
	double n;

	if (!count)
		return value_nil();
	n = statistics_percentile(a, (struct samples){at, count}, q);
	return value_float(statistics_round(n, 3));
}

static void fill_values(struct tally *t, struct arena *a)
{
	struct metrics *m = t->metrics;
	const size_t *n = t->counts;
	double weeks = (double)(m->until_ns - m->since_ns) / (double)WEEK_NS;
	size_t deployments = n[METRIC_DEPLOYMENTS];
	size_t ended = n[METRIC_RUNS] - n[METRIC_OPEN] - n[METRIC_REFUSED];

	for (int i = METRIC_RUNS; i <= METRIC_DEPLOYMENTS; i++)
		m->values[i] = value_int((int64_t)n[i]);
	if (weeks > 0)
		m->values[METRIC_FREQUENCY] =
			value_float(statistics_round((double)deployments / weeks, 3));
	m->values[METRIC_SUCCESS_RATE] = rate(n[METRIC_SUCCEEDED], ended, deployments);
	m->values[METRIC_ROLLBACK_RATE] = rate(t->undone, deployments, deployments);
	m->values[METRIC_CHANGE_FAILURE] = rate(t->failed_deployments, deployments, deployments);
	m->values[METRIC_TIME] = quantile(a, t->times, t->time_count, 0.5);
	m->values[METRIC_TIME_P95] = quantile(a, t->times, t->time_count, 0.95);
	m->values[METRIC_ACTIVE_TIME] = quantile(a, t->active, t->time_count, 0.5);
	m->values[METRIC_ACTIVE_TIME_P95] = quantile(a, t->active, t->time_count, 0.95);
	m->values[METRIC_RECOVERY_TIME] = quantile(a, t->recoveries, t->recovery_count, 0.5);
}

/* ---- targets --------------------------------------------------------------------------------- */

/* `2/week` in units of a week. */
static bool parse_frequency(struct str text, double *a_week)
{
	static const struct {
		const char *unit;
		double a_week;
	} units[] = {{"hour", 168}, {"day", 7}, {"week", 1}, {"month", 7 / 30.4375},
		{"year", 7 / 365.25}};
	ptrdiff_t slash = str_find(text, STR("/"), 0);
	double n;

	if (slash < 0 || !parse_float((struct str){text.at, (size_t)slash}, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (str_is((struct str){text.at + slash + 1, text.len - (size_t)slash - 1},
			    units[i].unit)) {
			*a_week = n * units[i].a_week;
			return true;
		}
	}
	return false;
}

static bool number_of(const struct value *v, double *n)
{
	if (v->kind == VALUE_STRING)
		return parse_frequency(value_string(v), n);
	*n = v->kind == VALUE_INT ? (double)v->integer : v->number;
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

static void judge_targets(struct metrics *m, const struct value *targets)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		const struct metric_info *info = &metric_infos[i];
		const struct value *target = info->target && targets->kind == VALUE_MAP
						     ? map_get(targets->map, info->target)
						     : NULL;
		double wanted, got;

		if (!target || !number_of(target, &wanted))
			continue;
		m->targets[i] = *target;
		if (!number_of(&m->values[i], &got))
			m->states[i] = TARGET_UNKNOWN;
		else if (info->is_low_good ? got <= wanted : got >= wanted)
			m->states[i] = TARGET_MET;
		else
			m->states[i] = TARGET_MISSED;
	}
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int by_runbook(const void *x, const void *y)
{
	const struct run_row *const *a = x, *const *b = y;
	int order = str_compare((*a)->runbook, (*b)->runbook);

	/* Of one runbook the newest first, as they lie. */
	return order ? order : *a < *b ? -1 : *a > *b;
}

static void measure(
	struct metrics *m, const struct run_row *const *rows, size_t count, struct arena *a)
{
	struct tally t = {.metrics = m};

	t.times = arena_array(a, count, sizeof(double));
	t.active = arena_array(a, count, sizeof(double));
	t.recoveries = arena_array(a, count, sizeof(double));
	for (size_t i = 0; i < count; i++)
		count_run(&t, rows[i]);
	fill_values(&t, a);
	judge_targets(m, &rows[0]->targets);
}

struct metrics *metrics_of(struct arena *a, const struct run_row *rows, size_t count,
	int64_t since_ns, int64_t until_ns, size_t *runbooks)
{
	const struct run_row **sorted = arena_array(a, count + 1, sizeof(*sorted));
	struct metrics *all;
	size_t end;

	*runbooks = 0;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &rows[i];
	qsort(sorted, count, sizeof(*sorted), by_runbook);
	for (size_t i = 0; i < count; i++)
		*runbooks += !i || !str_equal(sorted[i]->runbook, sorted[i - 1]->runbook);
	all = arena_array(a, *runbooks + 1, sizeof(*all));
	for (size_t i = 0, n = 0; i < count; i = end, n++) {
		for (end = i + 1; end < count; end++) {
			if (!str_equal(sorted[end]->runbook, sorted[i]->runbook))
				break;
		}
		all[n] = (struct metrics){
			.runbook = sorted[i]->runbook, .since_ns = since_ns, .until_ns = until_ns};
		measure(&all[n], sorted + i, end - i, a);
	}
	return all;
}

/* ---- for programs ---------------------------------------------------------------------------- */

static struct value targets_value(const struct metrics *m, struct arena *a)
{
	struct value v = value_map(a);

	for (int i = 0; i < METRIC_COUNT; i++) {
		struct value target;

		if (m->states[i] == TARGET_NONE)
			continue;
		target = value_map(a);
		history_set(&target, "metric", value_str(str_of(metric_infos[i].name)), a);
		history_set(&target, "target", m->targets[i], a);
		history_set(&target, "met",
			m->states[i] == TARGET_UNKNOWN ? value_nil()
						       : value_bool(m->states[i] == TARGET_MET),
			a);
		history_set(&v, metric_infos[i].target, target, a);
	}
	return v;
}

struct value metrics_value(const struct metrics *m, struct arena *a)
{
	struct value v = value_map(a);

	history_set(&v, "runbook", value_str(m->runbook), a);
	history_set(&v, "since", history_time(m->since_ns, a), a);
	history_set(&v, "until", history_time(m->until_ns, a), a);
	for (int i = 0; i < METRIC_COUNT; i++)
		history_set(&v, metric_infos[i].name, m->values[i], a);
	history_set(&v, "targets", targets_value(m, a), a);
	return v;
}

/* Names of runbooks are letters, digits, `-` and `_`: nothing to escape. */
void metrics_prometheus(struct strbuf *b, const struct metrics *m, size_t count)
{
	static const char *const units[] = {[UNIT_COUNT] = "",
		[UNIT_SHARE] = "",
		[UNIT_SECONDS] = "_seconds",
		[UNIT_A_WEEK] = ""};

	for (int i = 0; i < METRIC_COUNT; i++) {
		const struct metric_info *info = &metric_infos[i];
		const char *unit = units[info->unit];

		strbuf_printf(b, "# HELP runbook_%s%s %s\n", info->name, unit, info->help);
		strbuf_printf(b, "# TYPE runbook_%s%s gauge\n", info->name, unit);
		for (size_t k = 0; k < count; k++) {
			if (m[k].values[i].kind == VALUE_NIL)
				continue;
			strbuf_printf(b, "runbook_%s%s{runbook=\"%.*s\"} ", info->name, unit,
				STR_ARGS(m[k].runbook));
			value_print(b, &m[k].values[i]);
			strbuf_putc(b, '\n');
		}
	}
}
