/* `runbook replay RUN`: the same view again, or what another rule would have made of it. */
#include "cli/records.h"

#include "base/duration.h"
#include "output/output.h"
#include "tool/history.h"
#include "tool/logs.h"
#include "tool/whatif.h"
#include "tool/when.h"

#include <errno.h>
#include <unistd.h>

/* Of one stream of one attempt so much is shown, and its end. */
#define SHOWN_BYTES (INT64_C(1) << 20)
#define END_BYTES INT64_C(4096)

enum {
	OPTION_OUTPUT,
	OPTION_AT,
	OPTION_IF,
	OPTION_FOR,
	OPTION_VERBOSE,
	OPTION_STORE,
	OPTION_COLOR,
};

static const struct option_row options[] = {
	{"--output", 'o', "plain|jsonl|junit", "as which it is shown (default: plain)"},
	{"--at", 0, "TIME", "stops there: 2026-11-24T14:15:30Z, or +12m30s since the start"},
	{"--if", 0, "GUARD", "would this rule have fired? 'watch.error_rate > 0.03'"},
	{"--for", 0, "3m", "… had it to hold for so long"},
	{"--verbose", 'v', NULL, "also the steps inside of modules"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

enum { OUTPUT_PLAIN, OUTPUT_JSONL, OUTPUT_JUNIT };

struct replay_order {
	const char *run, *store, *guard;
	int64_t at_ns, at_wall_ns, for_ns; /* at: NS_NEVER when not given */
	bool has_for, verbose;
	int output, color;
};

struct replaying {
	const struct replay_order *order;
	struct records r;
	struct loaded plan;
	struct sink *sink;
	struct whatif whatif;
	struct arena scratch;
	const char *run_dir;
	const struct event *attempt; /* whose output is shown */
	uint64_t seq;
};

/* ---- the view -------------------------------------------------------------------------------- */

struct piece {
	struct replaying *replaying;
	int stream;
};

static void show_output(void *context, struct str text)
{
	struct piece *p = context;
	struct replaying *z = p->replaying;
	struct event e = *z->attempt;
	struct event output = {.kind = EVENT_STEP_OUTPUT,
		.seq = z->seq,
		.time_ns = e.time_ns,
		.wall_ns = e.wall_ns,
		.frame = e.frame,
		.node = e.node,
		.step = e.step,
		.item = e.item,
		.action = e.action,
		.run = e.run,
		.stream = p->stream == 1 ? STR("stdout") : STR("stderr"),
		.text = text};

	z->sink->event(z->sink, &output);
}

static void show_part(void *context, const struct log_part *part)
{
	struct piece p = {.replaying = context, .stream = part->stream};
	int64_t hidden = part->to - part->from - SHOWN_BYTES - END_BYTES;
	char note[80];

	if (hidden <= 0) {
		log_read(part->path, part->from, part->to, show_output, &p);
		return;
	}
	log_read(part->path, part->from, part->from + SHOWN_BYTES, show_output, &p);
	snprintf(note, sizeof(note), "\n[%lld bytes more than can be shown]\n", (long long)hidden);
	show_output(&p, str_of(note));
	log_read(part->path, part->to - END_BYTES, part->to, show_output, &p);
}

static bool is_behind(const struct replay_order *o, const struct event *e)
{
	return e->time_ns > o->at_ns || e->wall_ns > o->at_wall_ns;
}

static bool show_event(void *context, struct event *e)
{
	struct replaying *z = context;

	if (is_behind(z->order, e))
		return false;
	if (e->kind == EVENT_ATTEMPT_FINISHED) {
		arena_reset(&z->scratch);
		z->attempt = e;
		log_parts(z->run_dir, e, &z->scratch, show_part, z);
	}
	z->seq = e->seq;
	z->sink->event(z->sink, e);
	return !z->sink->error;
}

static struct sink *make_sink(const struct replaying *z)
{
	const struct replay_order *o = z->order;
	struct output_options look = {.color = color_wanted(o->color, STDOUT_FILENO),
		.ascii = !locale_is_utf8(),
		.verbose = o->verbose};

	if (o->output == OUTPUT_JSONL)
		return jsonl_sink_new(STDOUT_FILENO);
	if (o->output == OUTPUT_JUNIT)
		return junit_sink_new(STDOUT_FILENO, z->plan.plan);
	return plain_sink_new(STDOUT_FILENO, z->plan.plan, &look);
}

static int show(struct replaying *z)
{
	struct history history = {0};
	int code = EXIT_OK, error;

	z->sink = make_sink(z);
	if (!history_read(&history, z->r.store, &z->r.row, &z->r.arena, show_event, z))
		code = EXIT_RECORD;
	if (z->sink->tick)
		z->sink->tick(z->sink, NS_NEVER);
	error = z->sink->error;
	z->sink->free(z->sink);
	if (code == EXIT_RECORD)
		return records_damaged(history.why);
	if (error && error != EPIPE) {
		usage_error(NULL, "cannot write to standard output: %s", strerror(error));
		return EXIT_FAILED;
	}
	if (history.is_torn)
		usage_error(NULL, "the last event of the record was cut and is left out");
	return EXIT_OK;
}

/* ---- another rule ---------------------------------------------------------------------------- */

static bool judge_event(void *context, struct event *e)
{
	struct replaying *z = context;

	return !is_behind(z->order, e) && whatif_add(&z->whatif, e);
}

static int judge(struct replaying *z)
{
	const struct replay_order *o = z->order;
	struct history history = {0};
	struct strbuf b = {0};
	const char *why = NULL;
	int code;

	if (!z->plan.plan)
		return usage_error(
			NULL, "this program does not understand the runbook of that run any more");
	if (!whatif_init(
		    &z->whatif, z->plan.plan, z->r.row.id, str_of(o->guard), o->for_ns, &why)) {
		code = usage_error(NULL, "`--if %s`: %s", o->guard, why);
	} else if (!history_read(&history, z->r.store, &z->r.row, &z->r.arena, judge_event, z)) {
		code = records_damaged(history.why);
	} else {
		whatif_end(&z->whatif);
		whatif_tell(&b, &z->whatif);
		code = z->whatif.broken
			       ? usage_error(NULL, "`--if %s`: %s", o->guard, z->whatif.broken)
			       : print_answer(strbuf_str(&b));
	}
	strbuf_release(&b);
	whatif_release(&z->whatif);
	return code;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int replay(const struct replay_order *o)
{
	struct replaying z = {.order = o};
	int code;

	arena_init(&z.scratch);
	if (!records_open_run(&z.r, o->store, o->run, STORE_READ)) {
		code = z.r.code;
	} else {
		z.run_dir = store_run_dir(z.r.store, &z.r.arena, z.r.row.id);
		if (!records_plan(&z.r, &z.plan))
			code = z.r.code;
		else
			code = o->guard ? judge(&z) : show(&z);
		loaded_free(&z.plan);
	}
	arena_release(&z.scratch);
	records_close(&z.r);
	return code;
}

static int take_at(struct replay_order *o, const char *value)
{
	const char *why;

	if (value[0] == '+' ? duration_parse(str_of(value + 1), &o->at_ns, &why)
			    : strchr(value, 'T') && when_parse(str_of(value), 0, &o->at_wall_ns))
		return -1;
	return usage_error(
		"for example +12m30s, or 2026-11-24T14:15:30Z", "`--at %s` is no time", value);
}

static int take_output(struct replay_order *o, const char *value)
{
	static const char *const words[] = {"plain", "jsonl", "junit"};

	/* There is nothing live about it. */
	if (strcmp(value, "tty") == 0)
		value = "plain";
	for (int i = 0; i < 3; i++) {
		if (strcmp(value, words[i]) == 0) {
			o->output = i;
			return -1;
		}
	}
	return usage_error("plain, jsonl or junit", "there is no output `%s`", value);
}

static int take_option(struct replay_order *o, int option, const char *value)
{
	const char *why;

	switch (option) {
	case OPTION_OUTPUT:
		return take_output(o, value);
	case OPTION_AT:
		return take_at(o, value);
	case OPTION_IF:
		o->guard = value;
		return -1;
	case OPTION_FOR:
		o->has_for = true;
		if (!duration_parse(str_of(value), &o->for_ns, &why))
			return usage_error("for example 3m", "`--for %s`: %s", value, why);
		return -1;
	case OPTION_VERBOSE:
		o->verbose = true;
		return -1;
	case OPTION_STORE:
		o->store = value;
		return -1;
	case OPTION_COLOR:
		if (!color_option(value, &o->color))
			return usage_error("auto, always or never", "`--color %s`", value);
		return -1;
	default:
		if (o->run)
			return usage_error("one run at a time", "`%s` is one run too many", value);
		o->run = value;
		return -1;
	}
}

static int run_replay(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct replay_order o = {.at_ns = NS_NEVER, .at_wall_ns = NS_NEVER};
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
	if (o.has_for && !o.guard)
		return usage_error(
			"runbook replay RUN --if GUARD --for 3m", "`--for` without `--if`");
	return o.run ? replay(&o) : usage_error("runbook replay last", "which run?");
}

const struct command replay_command = {
	.name = "replay",
	.operands = "RUN [--at TIME] [--if GUARD [--for 3m]]",
	.summary = "shows a run again, or what another rule would have made of it",
	.examples = "  runbook replay last\n"
		    "  runbook replay last --at +12m30s\n"
		    "  runbook replay last --output jsonl\n"
		    "  runbook replay last --if 'watch.error_rate > 0.03' --for 3m\n",
	.options = options,
	.run = run_replay,
};
