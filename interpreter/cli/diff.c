/* `runbook diff OLD NEW`: what a change means. */
#include "cli/tool.h"
#include "tool/diff.h"

#include <unistd.h>

enum { OPTION_FORMAT, OPTION_COLOR };

static const struct option_row options[] = {
	{"--format", 'f', "text|markdown|json", "how it is printed (default: text)"},
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

static int compare(
	const struct tool_order *o, const struct loaded *before, const struct loaded *after)
{
	enum diff_format format = tool_is(o, OPTION_FORMAT, "json")	  ? DIFF_JSON
				  : tool_is(o, OPTION_FORMAT, "markdown") ? DIFF_MARKDOWN
									  : DIFF_TEXT;
	int color = COLOR_AUTO, code;
	struct strbuf b = {0};
	struct arena arena;
	struct diff d;

	if (o->values[OPTION_COLOR])
		color_option(o->values[OPTION_COLOR], &color);
	arena_init(&arena);
	diff_make(&d, &arena, before->plan, after->plan);
	diff_write(&b, &d, format, color_wanted(color, STDOUT_FILENO));
	code = print_answer(strbuf_str(&b)) == EXIT_OK ? d.count != 0 : EXIT_USAGE;
	diff_release(&d);
	arena_release(&arena);
	strbuf_release(&b);
	return code;
}

static int run_diff(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.min = 2, .max = 2};
	struct loaded before, after;
	int code = tool_options(&o, c, argc, argv);
	bool is_good;

	if (code >= 0)
		return code;
	is_good = tool_load(&before, o.files[0], true);
	is_good = tool_load(&after, o.files[1], true) && is_good;
	code = is_good ? compare(&o, &before, &after) : EXIT_USAGE;
	loaded_free(&before);
	loaded_free(&after);
	return code;
}

const struct command diff_command = {
	.name = "diff",
	.operands = "OLD NEW",
	.summary = "what a change means; exit 0: nothing, 1: something, 2: trouble",
	.examples = "  git show main:deploy.yml | runbook diff - deploy.yml\n"
		    "  runbook diff old.yml new.yml --format markdown   # for the pull request\n",
	.options = options,
	.run = run_diff,
};
