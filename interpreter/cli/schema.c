/* `runbook schema`: the language for editors. */
#include "cli/tool.h"
#include "tool/schema.h"

enum { OPTION_MODULE, OPTION_KEYS, OPTION_GUARDS };

static const struct option_row options[] = {
	{"--module", 0, NULL, "the schema of modules"},
	{"--keys", 0, NULL, "all keys as a page of Markdown instead"},
	{"--guards", 0, NULL, "the grammar of guards in EBNF instead"},
	{0},
};

static int run_schema(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.max = 0};
	struct strbuf b = {0};
	int code = tool_options(&o, c, argc, argv);

	if (code >= 0)
		return code;
	if (o.flags[OPTION_MODULE] + o.flags[OPTION_KEYS] + o.flags[OPTION_GUARDS] > 1)
		return usage_error(NULL, "one of `--module`, `--keys` and `--guards`");
	if (o.flags[OPTION_KEYS])
		schema_keys(&b);
	else if (o.flags[OPTION_GUARDS])
		schema_guards(&b);
	else
		schema_write(&b, o.flags[OPTION_MODULE]);
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

const struct command schema_command = {
	.name = "schema",
	.operands = "",
	.summary = "JSON Schema of runbooks, for editors",
	.examples = "  runbook schema >runbook.schema.json\n"
		    "  runbook schema --module\n",
	.options = options,
	.run = run_schema,
};
