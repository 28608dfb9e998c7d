/* `runbook new NAME`: a first runbook, from a template. */
#include "cli/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const struct option_row options[] = {{0}};

static const char head[] = "version: 1\nrunbook: ";
static const char body[] =
	"\n"
	"title: Deploy the application\n"
	"about:\n"
	"  owner: The team that answers for it\n"
	"  purpose: What it is for, in a sentence.\n"
	"  success_criteria: [The new version is live, No request has failed]\n"
	"\n"
	"inputs:\n"
	"  version: { type: string, required: true, pattern: '^v\\d+\\.\\d+\\.\\d+$', about: The "
	"release to ship }\n"
	"  url: { type: url, default: 'https://app.example.com', about: Where it runs }\n"
	"\n"
	"steps:\n"
	"  - id: before\n"
	"    name: Note what runs now\n"
	"    http: ${{ inputs.url }}/health\n"
	"    expect: status == 200\n"
	"    outputs: { version: json.version }\n"
	"\n"
	"  - id: approve\n"
	"    name: Ask for a yes\n"
	"    confirm: Deploy ${{ inputs.version }} over ${{ steps.before.version }}?\n"
	"\n"
	"  - id: deploy\n"
	"    name: Deploy ${{ inputs.version }}\n"
	"    run: ./deploy.sh ${{ inputs.version }}\n"
	"    timeout: 10m\n"
	"    rollback:\n"
	"      run: ./deploy.sh ${{ steps.before.version }}\n"
	"      timeout: 10m\n"
	"    hints: [Look into the log of the deployment]\n"
	"\n"
	"  - id: health\n"
	"    name: The new version is live\n"
	"    http: ${{ inputs.url }}/health\n"
	"    retry: { attempts: 10, delay: 2s }\n"
	"    expect:\n"
	"      - status == 200\n"
	"      - json.version == inputs.version\n";

/* `deploy` is deploy.yml; a path may lead there. The name is what the file is called. */
static bool find_name(const char *word, struct str *name)
{
	const char *slash = strrchr(word, '/');

	*name = str_of(slash ? slash + 1 : word);
	if (str_ends_with(*name, STR(".yml")))
		name->len -= 4;
	else if (str_ends_with(*name, STR(".yaml")))
		name->len -= 5;
	if (!name->len || name->at[0] < 'a' || name->at[0] > 'z')
		return false;
	for (size_t i = 0; i < name->len; i++) {
		char c = name->at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return true;
}

/* Never over a file that is there. */
static int write_new(const char *path, struct str name)
{
	struct strbuf text = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), code = EXIT_OK;

	if (fd < 0) {
		usage_error(errno == EEXIST ? "take another name" : NULL, "cannot write `%s`: %s",
			path, strerror(errno));
		return EXIT_FAILED;
	}
	strbuf_puts(&text, head);
	strbuf_put(&text, name);
	strbuf_puts(&text, body);
	if (!write_all(fd, strbuf_str(&text))) {
		usage_error(NULL, "cannot write `%s`: %s", path, strerror(errno));
		code = EXIT_FAILED;
	}
	close(fd);
	strbuf_clear(&text);
	strbuf_printf(&text, "%s\n", path);
	if (code == EXIT_OK)
		code = print_answer(strbuf_str(&text));
	strbuf_release(&text);
	return code;
}

static int run_new(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.min = 1, .max = 1};
	int code = tool_options(&o, c, argc, argv);
	struct strbuf path = {0};
	struct str name;

	if (code >= 0)
		return code;
	if (!find_name(o.files[0], &name))
		return usage_error("lower-case letters, digits, `_` and `-`, a letter first",
			"`%s` is no name for a runbook", o.files[0]);
	strbuf_puts(&path, o.files[0]);
	if (name.at[name.len] != '.')
		strbuf_puts(&path, ".yml");
	code = write_new(path.at, name);
	strbuf_release(&path);
	return code;
}

const struct command new_command = {
	.name = "new",
	.operands = "NAME",
	.summary = "a first runbook, from a template",
	.examples = "  runbook new deploy          # writes deploy.yml\n",
	.options = options,
	.run = run_new,
};
