/* `runbook metrics`: how deployments go, and whether that is good enough. */
#include "cli/records.h"

#include "base/duration.h"
#include "base/json.h"
#include "cli/place.h"
#include "script/sandbox.h"
#include "source/render.h"
#include "tool/metrics.h"
#include "tool/when.h"

#include <math.h>
#include <unistd.h>

#define DEFAULT_WINDOW_NS (30 * 24 * 3600 * NS_PER_S)
#define MAX_REQUIRED 64

enum {
	OPTION_RUNBOOK,
	OPTION_SINCE,
	OPTION_REQUIRE,
	OPTION_FORMAT,
	OPTION_STORE,
	OPTION_COLOR,
};

static const struct option_row options[] = {
	{"--runbook", 0, "NAME", "only this runbook"},
	{"--since", 0, "30d|DATE", "of runs that started since (default: 30d)"},
	{"--require", 0, "GUARD",
		"exit 1 unless it holds: 'success_rate >= 0.95'; may be repeated"},
	{"--format", 'f', "table|json|prometheus", "how they are printed (default: table)"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_PROMETHEUS };

struct metrics_order {
	const char *store;
	struct run_filter filter;
	int64_t now_ns;
	const char *required[MAX_REQUIRED];
	size_t required_count;
	int format, color;
};

/* ---- a table --------------------------------------------------------------------------------- */

static void put_number(struct strbuf *b, int unit, const struct value *v)
{
	double n = v->kind == VALUE_INT ? (double)v->integer : v->number;

	if (v->kind == VALUE_NIL)
		strbuf_puts(b, "-");
	else if (unit == UNIT_SHARE)
		strbuf_printf(b, "%.1f%%", n * 100);
	else if (unit == UNIT_SECONDS)
		duration_human(b, llround(n * 1e9));
	else if (unit == UNIT_A_WEEK)
		strbuf_printf(b, "%.1f/week", n);
	else
		value_print(b, v);
}

static void put_target(struct strbuf *b, const struct metrics *m, int i)
{
	if (m->states[i] == TARGET_NONE)
		return;
	strbuf_printf(b, "%s ", metric_infos[i].is_low_good ? "at most" : "at least");
	if (m->targets[i].kind == VALUE_STRING)
		strbuf_put(b, value_string(&m->targets[i]));
	else if (metric_infos[i].unit == UNIT_SECONDS)
		duration_print(
			b, llround((m->targets[i].kind == VALUE_INT ? (double)m->targets[i].integer
								    : m->targets[i].number) *
				   1e9));
	else
		put_number(b, metric_infos[i].unit, &m->targets[i]);
	strbuf_puts(b, m->states[i] == TARGET_MET      ? ": met"
		       : m->states[i] == TARGET_MISSED ? ": missed"
						       : ": unknown");
}

static void add_metric(struct table *t, const struct metrics *m, int i)
{
	static const enum style styles[] = {[TARGET_NONE] = STYLE_NONE,
		[TARGET_UNKNOWN] = STYLE_WARNED,
		[TARGET_MET] = STYLE_OK,
		[TARGET_MISSED] = STYLE_FAILED};
	struct strbuf b = {0};

	/* How runs ended is only worth a line when some did so. */
	if (i > METRIC_RUNS && i < METRIC_DEPLOYMENTS && !m->values[i].integer)
		return;
	table_add(t, str_of(metric_infos[i].name), STYLE_NONE);
	put_number(&b, metric_infos[i].unit, &m->values[i]);
	table_add(t, strbuf_take(&b, t->arena), STYLE_BOLD);
	put_target(&b, m, i);
	table_add(t, strbuf_take(&b, t->arena), styles[m->states[i]]);
	strbuf_release(&b);
}

static void put_tables(
	struct strbuf *b, const struct metrics *m, size_t count, struct arena *a, int color)
{
	struct table_look look = table_look_of(color);

	look.indent = 2;
	if (!count)
		strbuf_puts(b, "no runs in this time\n");
	for (size_t k = 0; k < count; k++) {
		struct table t;

		table_init(&t, a, 3, 1 << 1);
		strbuf_puts(b, k ? "\n" : "");
		style_on(b, look.color, STYLE_BOLD);
		text_safe(b, m[k].runbook);
		style_off(b, look.color, STYLE_BOLD);
		strbuf_puts(b, "  since ");
		when_local(b, m[k].since_ns);
		strbuf_putc(b, '\n');
		for (int i = 0; i < METRIC_COUNT; i++)
			add_metric(&t, &m[k], i);
		table_print(b, &t, &look);
		table_release(&t);
	}
}

/* ---- what is required ------------------------------------------------------------------------ */

struct metric_scope {
	struct scope scope;
	const struct metrics *metrics;
};

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	const struct metrics *m = ((const struct metric_scope *)scope)->metrics;

	for (int i = 0; i < METRIC_COUNT; i++) {
		if (!str_is(name, metric_infos[i].name))
			continue;
		*out = m->values[i];
		if (out->kind == VALUE_NIL)
			*out = value_unknown(arena_printf(
				ev->arena, "there is no `%s` yet", metric_infos[i].name));
		return true;
	}
	return false;
}

/* False: told; it is no guard. */
static bool parse_required(const char *text, struct arena *a, struct guard *g)
{
	struct value v = value_str(str_of(text));
	struct diagnostics d;

	diagnostics_init(&d, a);
	if (guard_parse(a, NULL, &v, &d, g))
		return true;
	usage_error(d.first && d.first->hint ? d.first->hint : NULL, "`--require %s`: %s", text,
		d.first ? d.first->message : "it is no guard");
	return false;
}

static void tell_unmet(const struct metrics *m, const char *text, enum verdict verdict,
	const char *why, struct eval *ev, const struct guard *g)
{
	struct part parts[8];
	size_t count = verdict == VERDICT_FALSE ? guard_working(ev, g, parts, 8) : 0;
	struct strbuf hint = {0};

	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&hint, i ? ", " : "");
		part_print(&hint, &parts[i]);
	}
	if (why)
		strbuf_puts(&hint, why);
	usage_error(hint.at, "`%.*s`: `%s` %s", STR_ARGS(m->runbook), text,
		verdict == VERDICT_FALSE     ? "does not hold"
		: verdict == VERDICT_UNKNOWN ? "is unknown"
					     : "cannot be computed");
	strbuf_release(&hint);
}

static int require(
	const struct metrics *m, const char *text, const struct guard *g, struct arena *a)
{
	struct metric_scope scope = {.scope = {.lookup = lookup}, .metrics = m};
	struct eval ev = {.arena = a, .scope = &scope.scope, .sandbox = sandbox_new()};
	const char *why = NULL;
	enum verdict verdict = guard_test(&ev, g, &why);

	if (verdict != VERDICT_TRUE)
		tell_unmet(m, text, verdict, why, &ev, g);
	sandbox_free(ev.sandbox);
	return verdict == VERDICT_TRUE	   ? EXIT_OK
	       : verdict == VERDICT_BROKEN ? EXIT_USAGE
					   : EXIT_FAILED;
}

static int require_all(const struct metrics_order *o, const struct guard *guards,
	const struct metrics *m, size_t count, struct arena *a)
{
	int code = EXIT_OK;

	for (size_t i = 0; i < o->required_count; i++) {
		if (!count) {
			usage_error(NULL, "`%s` is unknown: no runs in this time", o->required[i]);
			code = EXIT_FAILED;
		}
		for (size_t k = 0; k < count; k++) {
			int one = require(&m[k], o->required[i], &guards[i], a);

			code = one > code ? one : code;
		}
	}
	return code;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int print_metrics(
	const struct metrics_order *o, const struct metrics *m, size_t count, struct arena *a)
{
	struct strbuf b = {0};
	struct value list = value_list(a);
	int code;

	if (o->format == FORMAT_PROMETHEUS) {
		metrics_prometheus(&b, m, count);
	} else if (o->format == FORMAT_TABLE) {
		put_tables(&b, m, count, a, o->color);
	} else {
		for (size_t i = 0; i < count; i++)
			list_add(a, list.list, metrics_value(&m[i], a));
		json_encode(&b, &list, 2);
		strbuf_putc(&b, '\n');
	}
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

static int measure(const struct metrics_order *o)
{
	struct guard guards[MAX_REQUIRED];
	struct run_row *rows = NULL;
	struct metrics *m;
	struct records r;
	size_t count = 0, runbooks;
	int code = EXIT_OK, required;

	if (!records_open(&r, o->store, STORE_READ) ||
		(r.store && !store_runs(r.store, &o->filter, &r.arena, &rows, &count)))
		code = r.store ? records_damaged(store_error(r.store)) : r.code;
	for (size_t i = 0; code == EXIT_OK && i < o->required_count; i++) {
		if (!parse_required(o->required[i], &r.arena, &guards[i]))
			code = EXIT_USAGE;
	}
	if (code == EXIT_OK) {
		m = metrics_of(&r.arena, rows, count, o->filter.since_ns, o->now_ns, &runbooks);
		code = print_metrics(o, m, runbooks, &r.arena);
		required = require_all(o, guards, m, runbooks, &r.arena);
		code = code == EXIT_OK ? required : code;
	}
	records_close(&r);
	return code;
}

static int take_format(struct metrics_order *o, const char *value)
{
	static const char *const words[] = {"table", "json", "prometheus"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, words[i]) == 0) {
			o->format = i;
			return -1;
		}
	}
	return usage_error("table, json or prometheus", "there is no format `%s`", value);
}

static int take_option(struct metrics_order *o, int option, const char *value)
{
	switch (option) {
	case OPTION_RUNBOOK:
		o->filter.runbook = str_of(value);
		return -1;
	case OPTION_SINCE:
		if (!when_parse(str_of(value), o->now_ns, &o->filter.since_ns))
			return usage_error("for example 30d, 2026-11-24, 2026-11-24T14:15:30Z",
				"`--since %s` is no time", value);
		return -1;
	case OPTION_REQUIRE:
		if (o->required_count == MAX_REQUIRED)
			return usage_error(NULL, "too many --require");
		o->required[o->required_count++] = value;
		return -1;
	case OPTION_FORMAT:
		return take_format(o, value);
	case OPTION_STORE:
		o->store = value;
		return -1;
	case OPTION_COLOR:
		if (!color_option(value, &o->color))
			return usage_error("auto, always or never", "`--color %s`", value);
		return -1;
	default:
		return usage_error("a runbook is named with --runbook",
			"`metrics` takes no operand: `%s`", value);
	}
}

static int run_metrics(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct metrics_order o = {.now_ns = wall_clock_ns()};
	int next, code = -1;

	o.filter.since_ns = o.now_ns - DEFAULT_WINDOW_NS;
	while (code < 0 && (next = arguments_next(&a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = take_option(&o, next, a.value);
	}
	return code >= 0 ? code : measure(&o);
}

const struct command metrics_command = {
	.name = "metrics",
	.operands = "[--runbook NAME] [--since 30d] [--require GUARD]…",
	.summary = "how deployments go: how often, how well, how fast",
	.examples = "  runbook metrics --runbook deploy --since 90d\n"
		    "  runbook metrics --require 'success_rate >= 0.95'\n"
		    "  runbook metrics --require 'time_to_deploy <= seconds(\"30m\")'\n"
		    "  runbook metrics --format prometheus\n",
	.options = options,
	.run = run_metrics,
};
