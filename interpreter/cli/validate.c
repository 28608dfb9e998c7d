/* `runbook validate FILE…`: only what exec itself would refuse, by the same loader. */
#include "cli/command.h"
#include "cli/findings.h"

enum { OPTION_FORMAT, OPTION_COLOR };

static const struct option_row options[] = {
	FORMAT_OPTION(
		"text (default), short, json, sarif, github, gitlab, junit, checkstyle, rdjson"),
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

struct request_to_validate {
	const char *files[1024];
	size_t count;
	struct report report;
};

static bool validate_file(const char *path, struct report *r)
{
	struct loaded *l = report_file();
	bool is_good = load_runbook(l, path, true);

	report_add(r, l, path);
	return is_good;
}

static int take_options(struct request_to_validate *r, struct arguments *a)
{
	int next;

	while ((next = arguments_next(a)) != ARGUMENT_END) {
		switch (next) {
		case ARGUMENT_HELP:
			return a->help_code;
		case ARGUMENT_ERROR:
			return EXIT_USAGE;
		case ARGUMENT_OPERAND:
			if (r->count == sizeof(r->files) / sizeof(r->files[0]))
				return usage_error(NULL, "more than %zu files", r->count);
			r->files[r->count++] = a->value;
			break;
		case OPTION_FORMAT:
			if (!report_format(&r->report, a->value))
				return EXIT_USAGE;
			break;
		case OPTION_COLOR:
			if (!color_option(a->value, &r->report.color))
				return usage_error(
					"auto, always or never", "`--color %s`", a->value);
			break;
		}
	}
	if (!r->count)
		return usage_error("runbook validate deploy.yml", "no file");
	return -1;
}

static int run_validate(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct request_to_validate r = {0};
	int code = take_options(&r, &a);

	if (code >= 0)
		return code;
	code = EXIT_OK;
	for (size_t i = 0; i < r.count; i++) {
		if (!validate_file(r.files[i], &r.report))
			code = EXIT_USAGE;
	}
	return report_end(&r.report) ? code : EXIT_USAGE;
}

const struct command validate_command = {
	.name = "validate",
	.operands = "FILE…",
	.summary = "says whether exec would run these files, and what is wrong if not",
	.examples = "  runbook validate deploy.yml\n"
		    "  runbook validate --format short runbooks/*.yml\n",
	.options = options,
	.run = run_validate,
};
