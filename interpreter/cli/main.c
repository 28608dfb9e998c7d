#include "cli/command.h"

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = command_table(); *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[32];
	size_t count = 0;
	const char *nearest;
	struct strbuf hint = {0};
	int code;

	for (const struct command *const *c = command_table(); *c; c++)
		names[count++] = (*c)->name;
	nearest = nearest_word(str_of(name), names, count);
	if (nearest)
		strbuf_printf(&hint, "did you mean `%s`?", nearest);
	else
		strbuf_puts(&hint, "`runbook help` lists the commands");
	code = usage_error(hint.at, "there is no command `%s`", name);
	strbuf_release(&hint);
	return code;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *name;

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
