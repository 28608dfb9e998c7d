/* `runbook lint FILE…`: what is wrong, and what a careful reviewer would ask about. */
#include "check/lint.h"
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/lint_fix.h"
#include "cli/lint_settings.h"

enum {
	OPTION_FORMAT,
	OPTION_FAIL_ON,
	OPTION_PROFILE,
	OPTION_BASELINE,
	OPTION_WRITE_BASELINE,
	OPTION_NO_SHELLCHECK,
	OPTION_FIX,
	OPTION_DIFF,
	OPTION_COLOR
};

static const struct option_row options[] = {
	FORMAT_OPTION(
		"text (default), short, json, sarif, github, gitlab, junit, checkstyle, rdjson"),
	{"--fail-on", 0, "error|warning|info", "the mildest finding to end with 1 for (warning)"},
	{"--profile", 'p', "NAME",
		"default, strict (also style) or production (dangers are errors)"},
	{"--baseline", 0, "FILE", "findings that are known: they are not told again"},
	{"--write-baseline", 0, "FILE", "note what is found now, for --baseline"},
	{"--no-shellcheck", 0, NULL, "do not ask ShellCheck, even where it is installed"},
	{"--fix", 0, NULL, "mend in the files what can be mended for sure; the rest is printed"},
	{"--diff", 0, NULL, "print what --fix would change, and change nothing"},
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

struct request_to_lint {
	const char **files;
	size_t count;
	struct lint_settings settings;
	enum severity fail_on;
	enum fix_mode fix;
	struct report report;
};

/* All findings are kept in one report: nobody wants to hear of 200 and guess at the rest. */
#define FINDINGS_MAX 5000

/* ---- one file ------------------------------------------------------------------------------- */

static bool is_unreadable(const struct diagnostics *d)
{
	return d->first && !d->first->next && d->first->rule == RB001;
}

static bool is_bad_enough(const struct diagnostics *d, enum severity fail_on)
{
	if (fail_on == SEVERITY_INFO)
		return d->count > d->suppressed || d->dropped;
	return d->errors || (fail_on == SEVERITY_WARNING && d->warnings);
}

static void lint_loaded(struct loaded *l, const void *context)
{
	const struct lint_settings *settings = context;

	if (l->is_checked)
		lint_plan(l->plan, &l->diagnostics, &settings->options);
	lint_settings_silence(settings, l);
}

static bool is_given(const struct request_to_lint *r, const char *path)
{
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(r->files[i], path) == 0)
			return true;
	}
	return false;
}

/* What there is to say about a module that is looked at itself, too, is said there. */
static void leave_to_others(const struct request_to_lint *r, struct loaded *l)
{
	struct diagnostics *d = &l->diagnostics;

	for (struct diagnostic **at = &d->first; *at;) {
		struct diagnostic *x = *at;
		const struct source_file *file = source_get(&l->files, x->span.file);

		if (x->span.file > 1 && file && x->severity != SEVERITY_ERROR &&
			is_given(r, file->path)) {
			*at = x->next;
			diagnostics_forget(d, x);
		} else {
			at = &x->next;
		}
	}
	diagnostics_sort(d);
}

static int lint_file(const char *path, struct request_to_lint *r)
{
	struct lint_again again = {lint_loaded, &r->settings, FINDINGS_MAX, r->report.color};
	struct loaded *l;
	int code = EXIT_OK;

	if (r->fix == FIX_WRITTEN && strcmp(path, "-") == 0)
		return usage_error("`--fix --diff -` shows what would change",
			"standard input cannot be mended in place");
	if (!lint_settings_for(&r->settings, path))
		return EXIT_USAGE;
	if (r->settings.is_excluded)
		return EXIT_OK;
	l = report_file();
	load_runbook_for_lint(l, path, FINDINGS_MAX);
	lint_loaded(l, &r->settings);
	if (r->fix)
		l = lint_fix(l, path, r->fix, &again, &code);
	leave_to_others(r, l);
	lint_settings_note(&r->settings, l);
	if (is_unreadable(&l->diagnostics))
		code = EXIT_USAGE;
	else if (code == EXIT_OK && is_bad_enough(&l->diagnostics, r->fail_on))
		code = EXIT_FAILED;
	if (r->fix == FIX_SHOWN)
		report_leave_out(l);
	else
		report_add(&r->report, l, path);
	return code;
}

/* ---- the command ---------------------------------------------------------------------------- */

static bool take_severity(const char *word, enum severity *out)
{
	static const char *const words[] = {"error", "warning", "info"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = (enum severity)i;
			return true;
		}
	}
	return false;
}

/* EXIT_OK, or the usage error that was told. */
static int take_option(struct request_to_lint *r, int option, const char *value)
{
	switch (option) {
	case OPTION_FORMAT:
		if (!report_format(&r->report, value))
			return EXIT_USAGE;
		break;
	case OPTION_FAIL_ON:
		if (!take_severity(value, &r->fail_on))
			return usage_error("error, warning or info", "`--fail-on %s`", value);
		break;
	case OPTION_PROFILE:
		if (!lint_profile_find(str_of(value), &r->settings.profile))
			return usage_error(
				"default, strict or production", "there is no profile `%s`", value);
		r->settings.has_profile = true;
		break;
	case OPTION_BASELINE:
		r->settings.baseline_path = value;
		break;
	case OPTION_WRITE_BASELINE:
		r->settings.write_path = value;
		break;
	case OPTION_NO_SHELLCHECK:
		r->settings.without_shellcheck = true;
		break;
	case OPTION_FIX:
		r->fix = r->fix ? r->fix : FIX_WRITTEN;
		break;
	case OPTION_DIFF:
		r->fix = FIX_SHOWN;
		break;
	case OPTION_COLOR:
		if (!color_option(value, &r->report.color))
			return usage_error("auto, always or never", "`--color %s`", value);
		break;
	}
	return EXIT_OK;
}

static int take_arguments(struct request_to_lint *r, struct arguments *a)
{
	int next, code;

	while ((next = arguments_next(a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a->help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		if (next == ARGUMENT_OPERAND)
			r->files[r->count++] = a->value;
		else if ((code = take_option(r, next, a->value)) != EXIT_OK)
			return code;
	}
	if (!r->count)
		return usage_error("runbook lint deploy.yml", "no file");
	return -1;
}

static int run_lint(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct request_to_lint r = {.fail_on = SEVERITY_WARNING};
	int code;

	r.files = heap_array(NULL, (size_t)argc + 1, sizeof *r.files);
	code = take_arguments(&r, &a);
	if (code < 0) {
		code = EXIT_OK;
		for (size_t i = 0; i < r.count; i++) {
			int worst = lint_file(r.files[i], &r);

			code = worst > code ? worst : code;
		}
		if (r.fix != FIX_SHOWN && !report_end(&r.report) && code == EXIT_OK)
			code = EXIT_FAILED;
		if (!lint_settings_end(&r.settings))
			code = EXIT_USAGE;
	}
	free(r.files);
	return code;
}

const struct command lint_command = {
	.name = "lint",
	.operands = "FILE…",
	.summary = "finds what is wrong in these files, and what may go wrong one day",
	.examples = "  runbook lint deploy.yml\n"
		    "  runbook lint --profile production --fail-on error runbooks/*.yml\n"
		    "  runbook lint --fix --diff deploy.yml\n"
		    "  runbook lint --write-baseline known.json runbooks/*.yml\n"
		    "  cat deploy.yml | runbook lint -\n",
	.options = options,
	.run = run_lint,
};
