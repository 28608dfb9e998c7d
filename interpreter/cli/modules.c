/* `runbook modules [NAME]`: the standard library. */
#include "tool/modules.h"

#include "cli/tool.h"

enum { OPTION_MARKDOWN };

static const struct option_row options[] = {
	{"--markdown", 0, NULL, "the reference of all as one page"},
	{0},
};

static int run_modules(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.max = 1};
	struct strbuf b = {0};
	int code = tool_options(&o, c, argc, argv);

	if (code >= 0)
		return code;
	code = EXIT_OK;
	if (o.flags[OPTION_MARKDOWN]) {
		modules_document(&b);
	} else if (!o.count) {
		modules_list(&b);
	} else if (!modules_reference(&b, o.files[0])) {
		const char *nearest = modules_nearest(o.files[0]);
		struct strbuf hint = {0};

		if (nearest)
			strbuf_printf(&hint, "did you mean `%s`?", nearest);
		else
			strbuf_puts(&hint, "`runbook modules` lists them");
		code = usage_error(hint.at, "there is no module `%s`", o.files[0]);
		strbuf_release(&hint);
	}
	if (code == EXIT_OK)
		code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

const struct command modules_command = {
	.name = "modules",
	.operands = "[NAME]",
	.summary = "the standard library, or the reference of one module",
	.examples = "  runbook modules\n"
		    "  runbook modules slack/post\n",
	.options = options,
	.run = run_modules,
};
