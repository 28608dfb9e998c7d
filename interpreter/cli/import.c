/* `runbook import PROCESS.md`: a draft from a written process. */
#include "tool/import.h"

#include "cli/tool.h"
#include "model/runbook.h"

static const struct option_row options[] = {{0}};

/* The draft has to be a runbook that loads; if it is not, that is a fault of ours. */
static bool loads(const char *path, struct str draft)
{
	struct arena a;
	struct source_set files;
	struct diagnostics d;
	bool is_good;

	arena_init(&a);
	source_init(&files, &a);
	diagnostics_init(&d, &a);
	runbook_load_file(&a, &files, source_add(&files, path, draft, false), &d);
	is_good = !d.errors;
	arena_release(&a);
	return is_good;
}

static int import(const char *path, struct str text)
{
	struct strbuf draft = {0};
	int code;

	if (!utf8_valid(text, &(size_t){0}))
		code = usage_error(NULL, "`%s` is not UTF-8 text", path);
	else if (!import_markdown(&draft, text, path))
		code = usage_error("a heading, and below it items or blocks of code",
			"there are no steps in `%s`", path);
	else if (!loads(path, strbuf_str(&draft)))
		code = usage_error(NULL, "no runbook could be made of `%s`", path);
	else
		code = print_answer(strbuf_str(&draft));
	strbuf_release(&draft);
	return code;
}

static int run_import(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.min = 1, .max = 1};
	int code = tool_options(&o, c, argc, argv);
	struct source_file *file;
	struct source_set files;
	struct arena a;
	const char *why;

	if (code >= 0)
		return code;
	arena_init(&a);
	source_init(&files, &a);
	file = source_read(&files, o.files[0], &why);
	code = file ? import(o.files[0], file->text)
		    : usage_error(NULL, "cannot read `%s`: %s", o.files[0], why);
	arena_release(&a);
	return code;
}

const struct command import_command = {
	.name = "import",
	.operands = "PROCESS.md",
	.summary = "a draft of a runbook from a process written in Markdown",
	.examples = "  runbook import docs/deployment.md >deployment.yml\n",
	.options = options,
	.run = run_import,
};
