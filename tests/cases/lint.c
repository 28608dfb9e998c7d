/*
 * Cases with a section `lint`: the runbook is looked at, not run. A line a finding: its place,
 * severity, code and message; below it, indented, its labels and fixes, and its hint where the case
 * has any hint (`help`).
 */
#include "case.h"

#include "check/lint.h"
#include "cli/load.h"

static void put_place(struct strbuf *b, const struct source_set *files, struct span span)
{
	struct source_file *file = source_get(files, span.file);
	struct place p;

	if (!file)
		return;
	p = source_place(file, span.start);
	if (strcmp(file->path, "case.yml") != 0)
		strbuf_printf(b, "%s:", file->path);
	strbuf_printf(b, "%zu:%zu", p.line, p.column);
}

static void put_finding(struct strbuf *b, const struct source_set *files,
	const struct diagnostic *x, bool with_hint)
{
	static const char *const severities[] = {"error", "warning", "info"};

	put_place(b, files, x->span);
	strbuf_printf(
		b, " %s[%s]: %s\n", severities[x->severity], rule_info(x->rule)->code, x->message);
	for (const struct label *l = x->labels; l; l = l->next) {
		strbuf_puts(b, "  at ");
		put_place(b, files, l->span);
		strbuf_printf(b, ": %s\n", l->text);
	}
	for (const struct fix *f = x->fixes; f; f = f->next) {
		struct str old = {
			source_get(files, f->span.file)->text.at + f->span.start, f->span.len};

		strbuf_puts(b, "  fix ");
		put_place(b, files, f->span);
		strbuf_printf(b, ": `%.*s` -> `%s`\n", STR_ARGS(old), f->text);
	}
	if (with_hint && x->hint)
		strbuf_printf(b, "  help %s\n", x->hint);
}

static void take_options(const struct test_case *c, struct lint_options *o)
{
	struct str args = str_trim(case_text(c, "args"));

	lint_options_init(o);
	if (args.len && !lint_profile_find(args, &o->profile)) {
		fprintf(stderr, "%s:%zu: no such profile\n", c->file, c->line);
		exit(2);
	}
}

bool case_lint(const struct test_case *c)
{
	struct lint_options options;
	struct loaded l;
	struct strbuf b = {0};
	struct str wanted = str_trim(case_text(c, "lint"));
	bool with_hints = str_find(wanted, STR("\n  help "), 0) >= 0;
	bool is_good;

	take_options(c, &options);
	load_runbook_for_lint(&l, "case.yml", 1000);
	if (l.is_checked)
		lint_plan(l.plan, &l.diagnostics, &options);
	diagnostics_sort(&l.diagnostics);
	for (const struct diagnostic *x = l.diagnostics.first; x; x = x->next) {
		if (!x->is_suppressed)
			put_finding(&b, &l.files, x, with_hints);
	}
	is_good = str_equal(str_trim(strbuf_str(&b)), wanted);
	if (!is_good)
		printf("%s:%zu: %s\nfound:\n%.*s\n\n", c->file, c->line, c->name,
			STR_ARGS(strbuf_str(&b)));
	strbuf_release(&b);
	loaded_free(&l);
	return is_good;
}
