#include "cli/lint_fix.h"

#include "cli/command.h"
#include "cli/findings.h"
#include "source/render.h"
#include "tool/fix.h"
#include "tool/replace.h"
#include "tool/unified.h"

#include <unistd.h>

/* The file and what is known of it. */
struct mending {
	const char *path; /* as it is called in messages, `<stdin>` too */
	const struct lint_again *again;
	struct str before;
};

static struct fix_view view_of(struct loaded *l)
{
	diagnostics_sort(&l->diagnostics);
	return (struct fix_view){.file = source_get(&l->files, 1),
		.files = &l->files,
		.diagnostics = &l->diagnostics,
		.is_checked = l->is_checked,
		.holder = l};
}

static struct fix_view look(void *context, struct str text)
{
	const struct mending *m = context;
	struct loaded *l = report_file();

	load_text_for_lint(l, m->path, text, m->again->max);
	m->again->lint(l, m->again->options);
	return view_of(l);
}

static void forget(void *context, struct fix_view *view)
{
	(void)context;
	report_leave_out(view->holder);
}

static void say(const char *path, size_t count, const char *why)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "runbook: ");
	escape_for_terminal(&b, str_of(path));
	if (why)
		strbuf_printf(&b, ": not written: %s\n", why);
	else
		strbuf_printf(&b, ": mended %zu finding%s\n", count, count == 1 ? "" : "s");
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
}

static int show(const struct mending *m, struct str after)
{
	struct strbuf b = {0};
	int code;

	unified_diff(&b, m->path, m->before, after, color_wanted(m->again->color, STDOUT_FILENO));
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code == EXIT_OK ? EXIT_FAILED : code;
}

static int store(const struct mending *m, struct str after, size_t count)
{
	struct strbuf why = {0};
	bool is_good = file_replace(m->path, m->before, after, &why);

	say(m->path, count, is_good ? NULL : why.at);
	strbuf_release(&why);
	return is_good ? EXIT_OK : EXIT_USAGE;
}

struct loaded *lint_fix(struct loaded *l, const char *path, enum fix_mode mode,
	const struct lint_again *again, int *code)
{
	struct mending m = {.again = again};
	struct fixer f = {.context = &m, .look = look, .forget = forget};
	struct strbuf before = {0};
	struct fix_view view = view_of(l);

	if (!view.file)
		return l;
	m.path = strcmp(path, "-") == 0 ? "<stdin>" : path;
	strbuf_put(&before, view.file->text);
	m.before = strbuf_str(&before);
	view = fix_text(&f, view);
	if (!str_equal(m.before, view.file->text))
		*code = mode == FIX_SHOWN ? show(&m, view.file->text)
					  : store(&m, view.file->text, f.mended);
	if (f.left_out.len)
		write_all(STDERR_FILENO, strbuf_str(&f.left_out));
	strbuf_release(&f.left_out);
	strbuf_release(&before);
	return view.holder;
}
