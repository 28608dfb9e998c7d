#include "cli/command.h"

#include <signal.h>

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = command_table(); *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *name;

	/* A file that may not grow is an error of that write, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2)
		return usage_error("`runbook help` lists the commands", "no command");
	name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	command = find_command(name);
	if (!command)
		return unknown_command(name);
	return command->run(command, argc - 2, argv + 2);
}
