/* `runbook help` and `runbook version`. */
#include "cli/command.h"

#include <unistd.h>

static const struct option_row no_options[] = {{0}};

static int list_commands(void)
{
	struct strbuf b = {0};
	int code;

	strbuf_puts(&b,
		"runbook turns a deployment process into a file that runs, checks itself and is "
		"undone by itself.\n\nusage: runbook COMMAND …\n\n");
	for (const struct command *const *c = command_table(); *c; c++)
		strbuf_printf(&b, "  %-12s %s\n", (*c)->name, (*c)->summary);
	strbuf_puts(&b, "\n`runbook COMMAND --help` tells more.\n");
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

static int run_help(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	int next = arguments_next(&a);

	if (next == ARGUMENT_HELP)
		return a.help_code;
	if (next == ARGUMENT_END)
		return list_commands();
	if (next == ARGUMENT_OPERAND) {
		const char *name = a.value;

		next = arguments_next(&a);
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_OPERAND)
			return usage_error(NULL, "`help` explains one command at a time");
		if (next != ARGUMENT_END)
			return EXIT_USAGE;
		for (const struct command *const *other = command_table(); *other; other++) {
			if (strcmp((*other)->name, name) == 0) {
				return command_help(*other);
			}
		}
		return unknown_command(name);
	}
	return EXIT_USAGE;
}

static int run_version(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	int next = arguments_next(&a);

	if (next == ARGUMENT_HELP)
		return a.help_code;
	if (next != ARGUMENT_END)
		return next == ARGUMENT_ERROR ? EXIT_USAGE
					      : usage_error(NULL, "`version` takes no operands");
	return print_answer(STR("runbook " PROGRAM_VERSION "\n"));
}

const struct command help_command = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "lists the commands, or explains one",
	.examples = "  runbook help exec\n",
	.options = no_options,
	.run = run_help,
};

const struct command version_command = {
	.name = "version",
	.operands = "",
	.summary = "prints the version of this program",
	.examples = "  runbook version\n",
	.options = no_options,
	.run = run_version,
};
