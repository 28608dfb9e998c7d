/* `runbook runs`: what ran, and the housekeeping of it. */
#include "cli/runs.h"

#include "base/duration.h"
#include "base/json.h"
#include "cli/place.h"
#include "tool/history.h"
#include "tool/when.h"

#define DEFAULT_LIMIT 50

enum {
	OPTION_RUNBOOK,
	OPTION_STATUS,
	OPTION_SINCE,
	OPTION_LIMIT,
	OPTION_FORMAT,
	OPTION_KEEP,
	OPTION_DRY_RUN,
	OPTION_LOGS,
	OPTION_STORE,
	OPTION_COLOR,
};

static const struct option_row options[] = {
	{"--runbook", 0, "NAME", "only runs of this runbook"},
	{"--status", 0, "STATUS", "only those that ended so, or `running`, `lost`"},
	{"--since", 0, "7d|DATE", "only those that started since"},
	{"--limit", 'n', "N", "at most so many, the newest; 0: all (table: 50, json: all)"},
	{"--format", 'f', "table|json", "how they are printed (default: table)"},
	{"--keep", 0, "90d", "prune: runs that ended before are removed"},
	{"--dry-run", 0, NULL, "prune: says what would be removed"},
	{"--logs", 0, NULL, "export: with what the steps printed"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

/* ---- the list -------------------------------------------------------------------------------- */

static enum style status_style(struct str status)
{
	static const struct {
		const char *status;
		enum style style;
	} rows[] = {{"succeeded", STYLE_OK}, {"running", STYLE_BUSY}, {"rolled_back", STYLE_WARNED},
		{"held", STYLE_WARNED}, {"interrupted", STYLE_WARNED}, {"lost", STYLE_FAILED},
		{"failed", STYLE_FAILED}, {"refused", STYLE_FAILED},
		{"rollback_incomplete", STYLE_FAILED}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_is(status, rows[i].status))
			return rows[i].style;
	}
	return STYLE_NONE;
}

static void add_row(struct table *t, const struct run_row *row, struct str status, int64_t now_ns)
{
	struct strbuf b = {0};

	table_add(t, row->id, STYLE_NONE);
	table_add(t, row->runbook, STYLE_BOLD);
	table_add(t, status, status_style(status));
	when_local(&b, row->started_ns);
	table_add(t, strbuf_take(&b, t->arena), STYLE_NONE);
	/* How long a lost one went on is for its record to say. */
	if (row->ended_ns || str_is(status, "running"))
		duration_human(&b, history_end_ns(row, now_ns) - row->started_ns);
	table_add(t, strbuf_take(&b, t->arena), STYLE_NONE);
	table_add(t, history_reason(row, t->arena), STYLE_DIM);
	strbuf_release(&b);
}

static int print_table(const struct runs_order *o, struct records *r, const struct run_row *rows,
	const struct str *statuses, size_t count, bool has_more)
{
	static const char *const heads[] = {
		"RUN", "RUNBOOK", "STATUS", "STARTED", "DURATION", "REASON"};
	struct table_look look = table_look_of(o->color);
	struct strbuf b = {0};
	struct table t;
	int code;

	table_init(&t, &r->arena, 6, 1 << 4);
	for (size_t i = 0; i < 6; i++)
		table_add(&t, str_of(heads[i]), STYLE_DIM);
	for (size_t i = 0; i < count; i++)
		add_row(&t, &rows[i], statuses[i], o->now_ns);
	if (count)
		table_print(&b, &t, &look);
	else
		strbuf_puts(&b, r->store && (o->filter.runbook.len || o->filter.status.len ||
						    o->filter.since_ns)
					? "no such runs\n"
					: "no runs yet\n");
	if (has_more)
		strbuf_puts(&b, "older ones are left out; `--limit 0` shows all\n");
	code = print_answer(strbuf_str(&b));
	table_release(&t);
	strbuf_release(&b);
	return code;
}

static int print_json(const struct runs_order *o, const struct run_row *rows,
	const struct str *statuses, size_t count)
{
	struct strbuf b = {0};
	struct arena a;
	int code;

	arena_init(&a);
	strbuf_puts(&b, "[");
	for (size_t i = 0; i < count; i++) {
		struct value v = history_row_value(&rows[i], statuses[i], o->now_ns, &a);

		strbuf_puts(&b, i ? ",\n " : "\n ");
		json_encode(&b, &v, 0);
		arena_reset(&a);
	}
	strbuf_puts(&b, count ? "\n]\n" : "]\n");
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	arena_release(&a);
	return code;
}

/* Whether a process is there is not in the row, so these two are told apart here. */
static size_t keep_status(struct records *r, struct run_row *rows, struct str *statuses,
	size_t count, struct str wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct str status = history_status(r->store, &rows[i]);

		if (wanted.len && !str_equal(status, wanted))
			continue;
		rows[kept] = rows[i];
		statuses[kept++] = status;
	}
	return kept;
}

int runs_list(const struct runs_order *o)
{
	struct run_filter filter = o->filter;
	size_t limit = o->has_limit ? filter.limit : o->is_json ? 0 : DEFAULT_LIMIT;
	bool is_open = str_is(filter.status, "running") || str_is(filter.status, "lost");
	struct run_row *rows = NULL;
	struct str *statuses;
	struct records r;
	size_t count = 0;
	bool has_more;
	int code;

	if (is_open)
		filter.status = STR("running");
	filter.limit = limit && !is_open ? limit + 1 : 0;
	if (!records_open(&r, o->store, STORE_READ) ||
		(r.store && !store_runs(r.store, &filter, &r.arena, &rows, &count))) {
		code = r.store ? records_damaged(store_error(r.store)) : r.code;
		records_close(&r);
		return code;
	}
	statuses = arena_array(&r.arena, count + 1, sizeof(*statuses));
	count = keep_status(&r, rows, statuses, count, is_open ? o->filter.status : STR(""));
	has_more = limit && count > limit;
	if (has_more)
		count = limit;
	code = o->is_json ? print_json(o, rows, statuses, count)
			  : print_table(o, &r, rows, statuses, count, has_more);
	records_close(&r);
	return code;
}

/* ---- the command line ------------------------------------------------------------------------ */

static int take_status(struct runs_order *o, const char *value)
{
	static const char *const words[] = {"running", "succeeded", "failed", "rolled_back",
		"rollback_incomplete", "held", "refused", "interrupted", "lost"};
	const char *nearest;
	struct arena a;
	int code = -1;

	o->filter.status = str_of(value);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0)
			return -1;
	}
	arena_init(&a);
	nearest = nearest_word(str_of(value), words, sizeof(words) / sizeof(words[0]));
	code = usage_error(nearest ? arena_printf(&a, "did you mean `%s`?", nearest)
				   : "for example succeeded, rolled_back, held, lost",
		"there is no status `%s`", value);
	arena_release(&a);
	return code;
}

static int take_limit(struct runs_order *o, const char *value)
{
	int64_t n;

	if (!parse_int(str_of(value), &n) || n < 0)
		return usage_error("a whole number, such as 20", "`--limit %s`", value);
	o->filter.limit = (size_t)n;
	o->has_limit = true;
	return -1;
}

static int take_operand(struct runs_order *o, const char *value)
{
	static const char *const words[] = {"prune", "export", "import"};

	if (o->word && o->operand)
		return usage_error(NULL, "`%s` is one word too many", value);
	if (o->word) {
		o->operand = value;
		return -1;
	}
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(value, words[i]) == 0)
			o->word = words[i];
	}
	if (o->word)
		return -1;
	return usage_error("`runbook show RUN` tells one run; here: prune, export, import",
		"`runs` does not know `%s`", value);
}

static int take_option(struct runs_order *o, int option, const char *value)
{
	const char *why;

	switch (option) {
	case OPTION_RUNBOOK:
		o->filter.runbook = str_of(value);
		return -1;
	case OPTION_STATUS:
		return take_status(o, value);
	case OPTION_SINCE:
		if (!when_parse(str_of(value), o->now_ns, &o->filter.since_ns))
			return usage_error("for example 7d, 2026-11-24, 2026-11-24T14:15:30Z",
				"`--since %s` is no time", value);
		return -1;
	case OPTION_LIMIT:
		return take_limit(o, value);
	case OPTION_FORMAT:
		o->is_json = strcmp(value, "json") == 0;
		if (!o->is_json && strcmp(value, "table") != 0)
			return usage_error("table or json", "there is no format `%s`", value);
		return -1;
	case OPTION_KEEP:
		if (!duration_parse(str_of(value), &o->keep_ns, &why))
			return usage_error("for example 90d", "`--keep %s`: %s", value, why);
		return -1;
	case OPTION_DRY_RUN:
		o->is_dry = true;
		return -1;
	case OPTION_LOGS:
		o->with_logs = true;
		return -1;
	case OPTION_STORE:
		o->store = value;
		return -1;
	case OPTION_COLOR:
		if (!color_option(value, &o->color))
			return usage_error("auto, always or never", "`--color %s`", value);
		return -1;
	default:
		return take_operand(o, value);
	}
}

static int run_runs(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct runs_order o = {.keep_ns = -1, .now_ns = wall_clock_ns()};
	int next, code = -1;

	while (code < 0 && (next = arguments_next(&a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = take_option(&o, next, a.value);
	}
	if (code >= 0)
		return code;
	if (!o.word)
		return runs_list(&o);
	if (strcmp(o.word, "prune") == 0)
		return runs_prune(&o);
	return strcmp(o.word, "export") == 0 ? runs_export(&o) : runs_import(&o);
}

const struct command runs_command = {
	.name = "runs",
	.operands = "[prune --keep 90d | export RUN | import FILE]",
	.summary = "lists what ran; removes, exports, imports recorded runs",
	.examples = "  runbook runs --runbook deploy --since 7d\n"
		    "  runbook runs --status lost --format json\n"
		    "  runbook runs prune --keep 90d --dry-run\n"
		    "  runbook runs export last --logs > incident.jsonl\n",
	.options = options,
	.run = run_runs,
};
