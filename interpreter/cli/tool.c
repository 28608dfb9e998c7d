#include "cli/tool.h"

#include "source/render.h"

#include <unistd.h>

/* `a|b|c` has `word`. */
static bool is_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = choices;; at++) {
		size_t part = strcspn(at, "|");

		if (part == len && memcmp(at, word, len) == 0)
			return true;
		at += part;
		if (!*at)
			return false;
	}
}

static int take_value(struct tool_order *o, const struct command *c, int row, const char *value)
{
	const char *choices = c->options[row].value;

	if (!choices) {
		o->flags[row] = true;
		return -1;
	}
	if (strchr(choices, '|') && !is_choice(choices, value))
		return usage_error(choices, "`%s %s`", c->options[row].name, value);
	o->values[row] = value;
	return -1;
}

static int take_operand(struct tool_order *o, const char *value)
{
	if (o->count == o->max)
		return usage_error(NULL, "`%s` is one too many", value);
	o->files[o->count++] = value;
	return -1;
}

int tool_options(struct tool_order *o, const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	int next, code = -1;

	while (code < 0 && (next = arguments_next(&a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = next == ARGUMENT_OPERAND ? take_operand(o, a.value)
						: take_value(o, c, next, a.value);
	}
	if (code < 0 && o->count < o->min) {
		struct strbuf hint = {0};

		strbuf_printf(&hint, "usage: runbook %s %s", c->name, c->operands);
		code = usage_error(hint.at, o->count ? "one file is missing" : "no file");
		strbuf_release(&hint);
	}
	return code;
}

bool tool_is(const struct tool_order *o, int row, const char *value)
{
	return o->values[row] && strcmp(o->values[row], value) == 0;
}

bool tool_tell(struct loaded *l, bool is_good)
{
	if (!is_good)
		loaded_tell(l, COLOR_AUTO);
	return is_good;
}

bool tool_load(struct loaded *l, const char *path, bool allow_module)
{
	return tool_tell(l, load_runbook(l, path, allow_module));
}
