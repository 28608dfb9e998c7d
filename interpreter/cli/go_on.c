/*
 * The commands that go on with a run: `resume`, `rollback`, `abort`, `approve`, `reject`. They
 * differ in what is decided first.
 */
#include "cli/command.h"
#include "cli/early.h"
#include "cli/session.h"
#include "cli/stage.h"

#include <unistd.h>

/* The rows that all have come first in each table, then its own, in this order. */
enum {
	OPTION_INPUT,
	OPTION_YES,
	OPTION_OUTPUT,
	OPTION_VERBOSE,
	OPTION_STORE,
	OPTION_COLOR,
	OPTION_OWN,
	OPTION_RESOLVE = OPTION_OWN,
	OPTION_ACCEPT,
	OPTION_COMMENT,
	OPTION_RETRY,
	OPTION_SKIP,
	OPTION_REASON,
};

struct going_on {
	struct order order;
	const char *reason;
	int own; /* what the first row of its own means */
};

struct way {
	const char *how, *approve; /* see struct order */
	int own;
};

/* ---- options ------------------------------------------------------------------------------------
 */

static int take_resolution(struct order *o, const char *text)
{
	static const char *const words[] = {"done", "failed", "retry"};
	const char *equals = strchr(text, '=');
	char *step;

	if (!equals || equals == text)
		return usage_error("--resolve deploy=done", "`--resolve %s`", text);
	for (int i = 0; i < 3; i++) {
		if (strcmp(equals + 1, words[i]) != 0)
			continue;
		if (o->resolution_count == MAX_SKIPS)
			return usage_error(NULL, "too many --resolve");
		step = strndup(text, (size_t)(equals - text));
		if (!step)
			out_of_memory();
		o->resolutions[o->resolution_count++] =
			(struct resolution){step, (enum resolution_word)i};
		return -1;
	}
	return usage_error("done, failed or retry", "`--resolve %s`", text);
}

static int take_option(struct going_on *g, int option, const char *value)
{
	struct order *o = &g->order;

	switch (option) {
	case OPTION_RESOLVE:
		return take_resolution(o, value);
	case OPTION_ACCEPT:
		o->accepts_changes = true;
		return -1;
	case OPTION_RETRY:
		o->how = "retry";
		return -1;
	case OPTION_SKIP:
		if (o->undo_skip_count == MAX_SKIPS)
			return usage_error(NULL, "too many --skip");
		o->undo_skips[o->undo_skip_count++].step = value;
		return -1;
	case OPTION_REASON:
		g->reason = value;
		return -1;
	case OPTION_COMMENT:
		o->comment = value;
		return -1;
	case OPTION_INPUT:
		o->given.items[o->given.count++] = (struct given_input){.text = value};
		return o->given.count == MAX_GIVEN ? usage_error(NULL, "too many inputs") : -1;
	case OPTION_YES:
		o->assume_yes = true;
		return -1;
	case OPTION_OUTPUT:
		return stage_take_output(o, value);
	case OPTION_VERBOSE:
		o->verbose = true;
		return -1;
	case OPTION_STORE:
		o->store = value;
		return -1;
	default:
		return color_option(value, &o->color)
			       ? -1
			       : usage_error("auto, always or never", "`--color %s`", value);
	}
}

static int take_options(struct going_on *g, struct arguments *a)
{
	int next, code = -1;

	while (code < 0 && (next = arguments_next(a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a->help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		if (next == ARGUMENT_OPERAND) {
			if (g->order.run)
				return usage_error(NULL, "one run at a time");
			g->order.run = a->value;
			continue;
		}
		code = take_option(
			g, next < OPTION_OWN ? next : next - OPTION_OWN + g->own, a->value);
	}
	if (code < 0 && !g->order.run)
		return usage_error("`last`, an id, or the beginning of one", "which run?");
	if (code < 0 && g->order.undo_skip_count && !g->reason)
		return usage_error("--reason 'restored by hand'", "--skip needs a --reason");
	for (size_t i = 0; i < g->order.undo_skip_count; i++)
		g->order.undo_skips[i].why = g->reason;
	return code;
}

static int go_on(const struct command *c, int argc, char **argv, struct way way)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct venue venue = stage_venue();
	struct going_on *g = heap_alloc(sizeof(*g));
	int code;

	early_signals();
	*g = (struct going_on){
		.order = {.jobs = DEFAULT_JOBS, .how = way.how, .approve = way.approve},
		.own = way.own};
	code = take_options(g, &a);
	g->order.has_person = isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !g->order.assume_yes;
	if (code < 0)
		code = session_resume(&g->order, &venue);
	for (size_t i = 0; i < g->order.resolution_count; i++)
		free((void *)(uintptr_t)g->order.resolutions[i].step);
	free(g);
	return code;
}

/* ---- the commands
 * -------------------------------------------------------------------------------- */

#define SHARED_ROWS                                                                                \
	{"--input", 'i', "NAME=VALUE", "a secret input, which no record keeps"},                   \
		{"--yes", 'y', NULL, "answer every question with yes"},                            \
		{"--output", 'o', "tty|plain|jsonl|junit", "how it is told"},                      \
		{"--verbose", 'v', NULL,                                                           \
			"also the steps inside of modules, and what steps print"},                 \
		{"--store", 0, "FILE", "where the run is recorded"},                               \
	{                                                                                          \
		"--color", 0, "auto|always|never", "colour on a terminal"                          \
	}

#define ACCEPT_ROW                                                                                 \
	{                                                                                          \
		"--accept-changes", 0, NULL,                                                       \
			"go on with the changed file, if what has begun is untouched"              \
	}

static const struct option_row resume_rows[] = {SHARED_ROWS,
	{"--resolve", 0, "STEP=done|failed|retry",
		"how a step ended that nobody saw end; may be given more than once"},
	ACCEPT_ROW, {0}};
static const struct option_row rollback_rows[] = {SHARED_ROWS,
	{"--retry", 0, NULL, "only what an earlier rollback left behind"},
	{"--skip", 0, "STEP", "leave this step as it is; needs --reason"},
	{"--reason", 0, "WHY", "why it is skipped; kept in the record"}, {0}};
static const struct option_row abort_rows[] = {SHARED_ROWS, {0}};
static const struct option_row answer_rows[] = {
	SHARED_ROWS, ACCEPT_ROW, {"--comment", 0, "TEXT", "kept with the answer"}, {0}};

static int run_resume(const struct command *c, int argc, char **argv)
{
	return go_on(c, argc, argv, (struct way){"resume", NULL, OPTION_RESOLVE});
}

static int run_rollback(const struct command *c, int argc, char **argv)
{
	return go_on(c, argc, argv, (struct way){"rollback", NULL, OPTION_RETRY});
}

static int run_abort(const struct command *c, int argc, char **argv)
{
	return go_on(c, argc, argv, (struct way){"abort", NULL, OPTION_OWN});
}

static int run_approve(const struct command *c, int argc, char **argv)
{
	return go_on(c, argc, argv, (struct way){"resume", "yes", OPTION_ACCEPT});
}

static int run_reject(const struct command *c, int argc, char **argv)
{
	return go_on(c, argc, argv, (struct way){"resume", "no", OPTION_ACCEPT});
}

const struct command resume_command = {.name = "resume",
	.operands = "RUN",
	.summary = "goes on with a run that was interrupted, held or killed",
	.examples = "  runbook resume last\n"
		    "  runbook resume 20261124 --resolve deploy=done\n",
	.options = resume_rows,
	.run = run_resume};
const struct command rollback_command = {.name = "rollback",
	.operands = "RUN",
	.summary = "undoes what a run did, also later",
	.examples = "  runbook rollback last\n"
		    "  runbook rollback last --retry\n"
		    "  runbook rollback last --skip migrate --reason 'restored from the backup'\n",
	.options = rollback_rows,
	.run = run_rollback};
const struct command abort_command = {.name = "abort",
	.operands = "RUN",
	.summary = "ends a run as it is: nothing more runs but `finally`, nothing is undone",
	.examples = "  runbook abort last\n",
	.options = abort_rows,
	.run = run_abort};
const struct command approve_command = {.name = "approve",
	.operands = "RUN",
	.summary = "answers the question that a run waits for with yes; a held one goes on",
	.examples = "  runbook approve last --comment 'checked with the team'\n",
	.options = answer_rows,
	.run = run_approve};
const struct command reject_command = {.name = "reject",
	.operands = "RUN",
	.summary = "answers it with no",
	.examples = "  runbook reject last --comment 'not on a Friday'\n",
	.options = answer_rows,
	.run = run_reject};
