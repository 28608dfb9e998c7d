/* `runbook doc FILE`: the process document. */
#include "cli/tool.h"
#include "tool/doc.h"

static const struct option_row options[] = {{0}};

static int run_doc(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.min = 1, .max = 1};
	struct strbuf b = {0};
	struct loaded l;
	int code = tool_options(&o, c, argc, argv);

	if (code >= 0)
		return code;
	code = EXIT_USAGE;
	if (tool_load(&l, o.files[0], true)) {
		doc_write(&b, l.plan);
		code = print_answer(strbuf_str(&b));
	}
	strbuf_release(&b);
	loaded_free(&l);
	return code;
}

const struct command doc_command = {
	.name = "doc",
	.operands = "FILE",
	.summary = "the process document in Markdown, to be carried out by hand",
	.examples = "  runbook doc deploy.yml >docs/deployment.md\n",
	.options = options,
	.run = run_doc,
};
