/* Any bytes as a runbook: from YAML to the last rule, and every finding in every format. */
#include "fuzz.h"

#include "check/check.h"
#include "check/lint.h"
#include "tool/findings.h"

/* A span that leaves its file would show what is not the file's. */
static void check_spans(const struct fuzz_file *f)
{
	for (const struct diagnostic *x = f->diagnostics.first; x; x = x->next) {
		const struct source_file *file = source_get(&f->files, x->span.file);
		if (file && (size_t)x->span.start + x->span.len > file->text.len)
			fuzz_fail("a span outside of its file", x->message);
	}
}

static void write_all_formats(struct fuzz_file *f)
{
	struct findings_file file = {"fuzz.yml", &f->files, &f->diagnostics};
	for (int i = 0; findings_format_names[i]; i++) {
		struct strbuf b = {0};
		findings_write(&b, (enum findings_format)i, &file, 1, false);
		size_t bad;
		if (b.len && !utf8_valid(strbuf_str(&b), &bad))
			fuzz_fail("output that is no UTF-8", findings_format_names[i]);
		strbuf_release(&b);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_file f;
	struct lint_options options;
	fuzz_open(&f, data, size);
	struct runbook *book = runbook_load_file(&f.arena, &f.files, f.file, &f.diagnostics);
	struct plan *plan = plan_build(&f.arena, &f.files, book, &f.diagnostics);
	bool is_whole = plan && !f.diagnostics.errors;
	if (plan && check_is_fair(&f.diagnostics))
		check_plan(plan, &f.diagnostics);
	if (is_whole) {
		lint_options_init(&options);
		options.profile = LINT_STRICT;
		lint_plan(plan, &f.diagnostics, &options);
	}
	diagnostics_sort(&f.diagnostics);
	check_spans(&f);
	write_all_formats(&f);
	plan_release(plan);
	fuzz_close(&f);
	return 0;
}
