#include "check_fixture.h"

#include "base/regex.h"
#include "check/check.h"
#include "script/sandbox.h"

#include <unistd.h>

static const char head[] = "version: 1\nrunbook: t\n";

struct fixture {
	struct arena arena;
	struct source_set files;
	struct diagnostics d;
	char dir[64];
	char *text;
	struct plan *plan;
	double seconds; /* of the check alone */
};

static void write_file(const char *dir, const struct check_file *f)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", dir, f->name);
	FILE *out = fopen(path, "w");
	if (!CHECK(out != NULL))
		return;
	fputs(f->text, out);
	fclose(out);
}

static void remove_files(const char *dir, const struct check_file *files)
{
	char path[160];
	for (; files && files->name; files++) {
		snprintf(path, sizeof path, "%s/%s", dir, files->name);
		unlink(path);
	}
	rmdir(dir);
}

/* The text is an exact copy on the heap, so that the sanitizer sees every look behind the end. */
static void open_fixture(struct fixture *f, const char *text, const struct check_file *files)
{
	char path[96];
	size_t len = strlen(text);
	arena_init(&f->arena);
	source_init(&f->files, &f->arena);
	diagnostics_init(&f->d, &f->arena);
	snprintf(f->dir, sizeof f->dir, "/tmp/check.XXXXXX");
	if (files)
		CHECK(mkdtemp(f->dir) != NULL);
	for (const struct check_file *file = files; file && file->name; file++)
		write_file(f->dir, file);
	f->text = heap_array(NULL, len, 1);
	memcpy(f->text, text, len);
	snprintf(path, sizeof path, "%s/t.yml", f->dir);
	struct source_file *file = source_add(&f->files, path, (struct str){f->text, len}, false);
	struct runbook *book = runbook_load_file(&f->arena, &f->files, file, &f->d);
	f->plan = plan_build(&f->arena, &f->files, book, &f->d);
	double start = test_cpu_seconds();
	check_plan(f->plan, &f->d);
	f->seconds = getenv("TEST_SLOW") ? 0 : test_cpu_seconds() - start;
	diagnostics_sort(&f->d);
	if (files)
		remove_files(f->dir, files);
}

static void close_fixture(struct fixture *f)
{
	plan_release(f->plan);
	free(f->text);
	arena_release(&f->arena);
	regex_release_all();
}

static void print_found(
	struct strbuf *b, const struct source_set *files, const struct diagnostic *x)
{
	struct source_file *file = source_get(files, x->span.file);
	struct place p = {0};
	if (file)
		p = source_place(file, x->span.start);
	strbuf_printf(
		b, "%s%zu:%zu %s ", b->len ? "\n" : "", p.line, p.column, rule_info(x->rule)->code);
	/* The folder has another name each time. */
	const char *path = strstr(x->message, "/tmp/check.");
	int before = path ? (int)(path - x->message) : (int)strlen(x->message);
	strbuf_printf(
		b, "%.*s%s", before, x->message, path ? path + sizeof "/tmp/check.XXXXXX" : "");
	if (x->hint)
		strbuf_printf(b, " (%s)", x->hint);
	for (const struct label *l = x->labels; l; l = l->next) {
		file = source_get(files, l->span.file);
		if (file)
			p = source_place(file, l->span.start);
		strbuf_printf(b, " [%zu:%zu %s]", p.line, p.column, l->text);
	}
}

static void check_case(const struct check_case *t, const struct check_file *files)
{
	struct fixture f;
	struct strbuf text = {0}, found = {0};
	strbuf_printf(&text, "%s%s", strstr(t->text, "version: 1") ? "" : head, t->text);
	test_about("%s", t->about);
	open_fixture(&f, text.at, files);
	for (const struct diagnostic *x = f.d.first; x; x = x->next)
		print_found(&found, &f.files, x);
	CHECK_TEXT(strbuf_str(&found), t->expected);
	close_fixture(&f);
	strbuf_release(&text);
	strbuf_release(&found);
	test_about(" ");
}

void check_cases(const struct check_case *cases, size_t count, const struct check_file *files)
{
	for (size_t i = 0; i < count; i++)
		check_case(&cases[i], files);
}

void check_mended(const char *text, const char *expected)
{
	struct fixture f;
	struct strbuf whole = {0}, mended = {0};
	size_t at = 0;
	strbuf_printf(&whole, "%s%s", head, text);
	open_fixture(&f, whole.at, NULL);
	struct str source = strbuf_str(&whole);
	for (const struct fix *x = f.d.first ? f.d.first->fixes : NULL; x; x = x->next) {
		strbuf_add(&mended, source.at + at, x->span.start - at);
		strbuf_puts(&mended, x->text);
		at = x->span.start + x->span.len;
	}
	strbuf_add(&mended, source.at + at, source.len - at);
	struct str rest = strbuf_str(&mended);
	rest = (struct str){rest.at + sizeof head - 1, rest.len - (sizeof head - 1)};
	CHECK_TEXT(rest, expected);
	close_fixture(&f);
	strbuf_release(&whole);
	strbuf_release(&mended);
}

double check_seconds(const char *text)
{
	struct fixture f;
	struct strbuf whole = {0};
	strbuf_printf(&whole, "%s%s", head, text);
	open_fixture(&f, whole.at, NULL);
	double seconds = f.seconds;
	close_fixture(&f);
	strbuf_release(&whole);
	return seconds;
}
