/* `runbook fmt FILE…`: the canonical layout, in place, with every comment. */
#include "cli/command.h"
#include "source/render.h"
#include "source/yaml.h"
#include "tool/layout.h"
#include "tool/replace.h"
#include "tool/unified.h"

#include <unistd.h>

enum { OPTION_CHECK, OPTION_DIFF, OPTION_COLOR };

static const struct option_row options[] = {
	{"--check", 'c', NULL, "change nothing, name the files that would change, and end with 1"},
	{"--diff", 'd', NULL, "change nothing, print what would change, and end with 1"},
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

struct request_to_format {
	const char **files;
	size_t count;
	bool is_check, is_diff;
	int color;
};

/* One file on its way. */
struct formatted {
	struct arena arena;
	struct source_set files;
	struct diagnostics diagnostics;
	struct source_file *file;
	struct strbuf made;
};

static void refuse(const char *path, const char *what, const char *why)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "runbook: ");
	escape_for_terminal(&b, str_of(path));
	strbuf_printf(&b, ": %s: ", what);
	escape_for_terminal(&b, str_of(why));
	strbuf_putc(&b, '\n');
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
}

/* What keeps it from being read is told as any other command would. */
static bool read_file(struct formatted *f, const char *path, const struct request_to_format *r)
{
	struct strbuf b = {0};
	struct value value;
	const char *why;
	bool is_good;

	f->file = source_read(&f->files, path, &why);
	if (!f->file) {
		refuse(path, "cannot read it", why);
		return false;
	}
	is_good = yaml_read(f->file, &f->arena, &f->diagnostics, &value);
	diagnostics_sort(&f->diagnostics);
	if (!is_good)
		diagnostics_render(
			&b, &f->files, &f->diagnostics, color_wanted(r->color, STDERR_FILENO));
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
	return is_good;
}

static bool make_layout(struct formatted *f)
{
	const struct source_file *file = f->file;
	const char *why;
	struct strbuf b = {0};
	size_t at;
	bool is_good = layout_text(file->text, layout_record(file->text), &f->made, &why, &at);

	if (is_good)
		return true;
	strbuf_puts(&b, "left as it is");
	if (at)
		strbuf_printf(&b, ", because of line %zu", source_place(f->file, at).line);
	refuse(file->path, b.at, why);
	strbuf_release(&b);
	return false;
}

static int show(struct formatted *f, const struct request_to_format *r)
{
	struct strbuf b = {0};
	bool is_changed = !str_equal(strbuf_str(&f->made), f->file->text);
	int code;

	if (r->is_diff) {
		unified_diff(&b, f->file->path, f->file->text, strbuf_str(&f->made),
			color_wanted(r->color, STDOUT_FILENO));
	} else if (is_changed) {
		escape_for_terminal(&b, str_of(f->file->path));
		strbuf_putc(&b, '\n');
	}
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code == EXIT_OK && is_changed ? EXIT_FAILED : code;
}

static int store(struct formatted *f, const char *path)
{
	struct strbuf why = {0};
	bool is_good;

	if (strcmp(path, "-") == 0)
		return print_answer(strbuf_str(&f->made));
	if (str_equal(strbuf_str(&f->made), f->file->text))
		return EXIT_OK;
	is_good = file_replace(path, f->file->text, strbuf_str(&f->made), &why);
	if (!is_good)
		refuse(path, "left as it is", why.at);
	strbuf_release(&why);
	return is_good ? EXIT_OK : EXIT_USAGE;
}

static int format_file(const char *path, const struct request_to_format *r)
{
	struct formatted f = {0};
	int code = EXIT_USAGE;

	arena_init(&f.arena);
	source_init(&f.files, &f.arena);
	diagnostics_init(&f.diagnostics, &f.arena);
	if (read_file(&f, path, r) && make_layout(&f))
		code = r->is_check || r->is_diff ? show(&f, r) : store(&f, path);
	strbuf_release(&f.made);
	arena_release(&f.arena);
	return code;
}

static int take_arguments(struct request_to_format *r, struct arguments *a)
{
	int next;

	while ((next = arguments_next(a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a->help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		if (next == ARGUMENT_OPERAND)
			r->files[r->count++] = a->value;
		else if (next == OPTION_COLOR && !color_option(a->value, &r->color))
			return usage_error("auto, always or never", "`--color %s`", a->value);
		r->is_check |= next == OPTION_CHECK;
		r->is_diff |= next == OPTION_DIFF;
	}
	if (!r->count)
		return usage_error("runbook fmt deploy.yml, or `-` for standard input", "no file");
	return -1;
}

static int run_fmt(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct request_to_format r = {0};
	int code;

	r.files = heap_array(NULL, (size_t)argc + 1, sizeof *r.files);
	code = take_arguments(&r, &a);
	if (code < 0) {
		code = EXIT_OK;
		for (size_t i = 0; i < r.count; i++) {
			int one = format_file(r.files[i], &r);

			code = one > code ? one : code;
		}
	}
	free(r.files);
	return code;
}

const struct command fmt_command = {
	.name = "fmt",
	.operands = "FILE…",
	.summary = "lays files out in the canonical way; comments and values stay",
	.examples = "  runbook fmt deploy.yml\n"
		    "  runbook fmt --check runbooks/*.yml\n"
		    "  runbook fmt --diff deploy.yml\n"
		    "  runbook fmt - <deploy.yml\n",
	.options = options,
	.run = run_fmt,
};
