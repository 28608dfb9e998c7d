#include "cli/command.h"

static const struct command *const table[] = {
		&exec_command, &validate_command, &help_command, &version_command, NULL};

const struct command *const *command_table(void)
{
	return table;
}
