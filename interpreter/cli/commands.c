#include "cli/command.h"

static const struct command *const table[] = {
#define COMMAND(name) &name##_command,
#include "cli/commands.def"
#undef COMMAND
	NULL};

const struct command *const *command_table(void)
{
	return table;
}

int unknown_command(const char *name)
{
	const char *names[64];
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
