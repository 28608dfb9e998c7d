/* `runbook exec FILE`: runs it. */
#include "cli/command.h"
#include "cli/early.h"
#include "cli/stage.h"

#include <unistd.h>

enum {
	OPTION_INPUT,
	OPTION_INPUTS,
	OPTION_JOBS,
	OPTION_YES,
	OPTION_OUTPUT,
	OPTION_FROM,
	OPTION_SKIP,
	OPTION_INVENTORY,
	OPTION_LIMIT,
	OPTION_HOTFIX,
	OPTION_VERBOSE,
	OPTION_STORE,
	OPTION_NO_RECORD,
	OPTION_PLAN,
	OPTION_NO_AHEAD,
	OPTION_COLOR,
};

static const struct option_row options[] = {
	{"--input", 'i', "NAME=VALUE", "an input of the runbook"},
	{"--inputs", 0, "FILE", "a YAML or JSON mapping of inputs; --input wins over it"},
	{"--jobs", 'j', "N", "how many steps may run at once (default: 64)"},
	{"--yes", 'y', NULL, "answer every question with yes, prompts by their defaults"},
	{"--output", 'o', "tty|plain|jsonl|junit",
		"how it is told (default: tty on a terminal, else plain)"},
	{"--from", 0, "ID", "skip the steps above this one"},
	{"--skip", 0, "ID", "skip this step; may be given more than once"},
	{"--inventory", 0, "FILE", "the hosts of `hosts`, in place of the runbook's `inventory`"},
	{"--limit", 0, "HOST|GROUP,…",
		"of the hosts only these; a step that has none of them is skipped"},
	{"--hotfix", 0, "WHY",
		"run although a rollback condition holds already; that one is let be"},
	{"--verbose", 'v', NULL, "also the steps inside of modules, and what steps print"},
	{"--store", 0, "FILE", "where runs are recorded (default: RUNBOOK_STORE, or the user's)"},
	{"--no-record", 0, NULL, "keep no record: nothing can be resumed or looked up later"},
	{"--plan", 0, "FILE",
		"refuse when file or inputs are not those of this plan (plan --save)"},
	{"--no-ahead", 0, NULL, "begin no shell before its step may start"},
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

/* ---- options -------------------------------------------------------------------------------- */

static int take_jobs(struct order *o, const char *word)
{
	int64_t jobs;

	if (!parse_int(str_of(word), &jobs) || jobs < 1 || jobs > 10000)
		return usage_error("a whole number from 1 on", "`--jobs %s`", word);
	o->jobs = (uint32_t)jobs;
	return -1;
}

static int take_given(struct order *o, struct given_input given)
{
	if (o->given.count == MAX_GIVEN)
		return usage_error("put them into a file: --inputs FILE", "too many inputs");
	o->given.items[o->given.count++] = given;
	return -1;
}

static int take_option(struct order *o, int option, const char *value)
{
	switch (option) {
	case OPTION_INPUT:
		return take_given(o, (struct given_input){.text = value});
	case OPTION_INPUTS:
		return take_given(o, (struct given_input){.file = value});
	case OPTION_JOBS:
		return take_jobs(o, value);
	case OPTION_YES:
		o->assume_yes = true;
		return -1;
	case OPTION_OUTPUT:
		return stage_take_output(o, value);
	case OPTION_FROM:
		o->from = value;
		return -1;
	case OPTION_SKIP:
		if (o->skip_count == MAX_SKIPS)
			return usage_error(NULL, "too many --skip");
		o->skips[o->skip_count++] = value;
		return -1;
	case OPTION_INVENTORY:
		o->inventory = value;
		return -1;
	case OPTION_LIMIT:
		if (o->limit_count == MAX_SKIPS)
			return usage_error("--limit web1,web2", "too many --limit");
		o->limits[o->limit_count++] = value;
		return -1;
	case OPTION_HOTFIX:
		o->hotfix = value;
		return -1;
	case OPTION_VERBOSE:
		o->verbose = true;
		return -1;
	case OPTION_STORE:
		o->store = value;
		return -1;
	case OPTION_NO_AHEAD:
		o->no_ahead = true;
		return -1;
	case OPTION_NO_RECORD:
		o->no_record = true;
		return -1;
	case OPTION_PLAN:
		o->plan = value;
		return -1;
	case OPTION_COLOR:
		if (!color_option(value, &o->color))
			return usage_error("auto, always or never", "`--color %s`", value);
		return -1;
	default:
		if (o->file)
			return usage_error(
				"one runbook at a time", "`%s` is one file too many", value);
		o->file = value;
		return -1;
	}
}

static int take_options(struct order *o, struct arguments *a)
{
	int next, code = -1;

	while (code < 0 && (next = arguments_next(a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a->help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = take_option(o, next, a->value);
	}
	if (code < 0 && !o->file)
		return usage_error("runbook exec deploy.yml", "no file");
	return code;
}

/* ---- the run -------------------------------------------------------------------------------- */

static int run_exec(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct venue venue = stage_venue();
	/* Of its many bytes few are ever used: these pages are not touched, let alone cleared. */
	static struct order o;
	int code;

	early_signals();
	o.jobs = DEFAULT_JOBS;
	code = take_options(&o, &a);
	o.has_person = isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !o.assume_yes;
	if (code < 0)
		code = session_run(&o, &venue);
	return code;
}

const struct command exec_command = {
	.name = "exec",
	.operands = "FILE [--input NAME=VALUE]…",
	.summary = "runs a runbook",
	.examples = "  runbook exec deploy.yml --input version=v1.2.3\n"
		    "  runbook exec deploy.yml --inputs production.yml --yes --output jsonl\n"
		    "  runbook exec deploy.yml --from health\n"
		    "  runbook exec deploy.yml --inventory staging.yml --limit web1\n",
	.options = options,
	.run = run_exec,
};
