/*
 * Mending: which edits are made, which wait, which are left out and why. The linter is one of our
 * own, for words of a YAML text: each row finds a word and knows an edit for it.
 */
#include "test.h"

#include "source/yaml.h"
#include "tool/fix.h"

struct row {
	const char *word; /* a finding, wherever it stands */
	enum rule_id rule;
	const char *replaced, *by; /* the edit; NULL: of the word itself */
};

struct linter {
	const struct row *rows;
	size_t looks, forgotten;
};

struct seen {
	struct arena a;
	struct source_set files;
	struct diagnostics d;
};

static void find_word(struct seen *s, struct source_file *file, const struct row *row)
{
	ptrdiff_t at = 0;
	while ((at = str_find(file->text, str_of(row->word), (size_t)at)) >= 0) {
		uint32_t len = (uint32_t)strlen(row->word);
		struct span span = {(uint32_t)at, len, file->id};
		struct diagnostic *x = diagnose(&s->d, row->rule, span, "here is `%s`", row->word);
		if (row->replaced) {
			ptrdiff_t other = str_find(file->text, str_of(row->replaced), 0);
			span.start = (uint32_t)other;
			span.len = (uint32_t)strlen(row->replaced);
		}
		if (row->by)
			diagnostic_fix(&s->d, x, span, row->by);
		at += len;
	}
}

static struct fix_view look(void *context, struct str text)
{
	struct linter *l = context;
	struct seen *s = heap_alloc(sizeof *s);
	struct value v;
	l->looks++;
	arena_init(&s->a);
	source_init(&s->files, &s->a);
	diagnostics_init(&s->d, &s->a);
	text.at = arena_copy(&s->a, text.at, text.len);
	struct source_file *file = source_add(&s->files, "x.yml", text, false);
	bool is_read = yaml_read(file, &s->a, &s->d, &v);
	for (const struct row *row = l->rows; row->word && is_read; row++)
		find_word(s, file, row);
	diagnostics_sort(&s->d);
	return (struct fix_view){file, &s->files, &s->d, is_read, s};
}

static void forget(void *context, struct fix_view *view)
{
	struct linter *l = context;
	struct seen *s = view->holder;
	l->forgotten++;
	arena_release(&s->a);
	free(s);
}

static void check_fix(
	const struct row *rows, const char *text, const char *expected, const char *left_out)
{
	struct linter l = {.rows = rows};
	struct fixer f = {.context = &l, .look = look, .forget = forget};
	test_about("%.60s", text);
	struct fix_view v = fix_text(&f, look(&l, str_of(text)));
	CHECK_TEXT(v.file->text, expected);
	CHECK_TEXT(strbuf_str(&f.left_out), left_out);
	CHECK((f.mended > 0) == (strcmp(text, expected) != 0));
	forget(&l, &v);
	CHECK_INT(l.looks, l.forgotten);
	strbuf_release(&f.left_out);
	test_about(NULL);
}

TEST(fix_several)
{
	static const struct row rows[] = {
		{"bad", RB101, NULL, "good"}, {"wors", RB104, NULL, "better"}, {0}};
	check_fix(rows, "# bad\nbad: wors # wors\nx: [bad, 'bad']\n",
		"# good\ngood: better # better\nx: [good, 'good']\n", "");
	check_fix(rows, "x: 1\n", "x: 1\n", "");
	/* What it becomes is found again, and again; but not without end. */
	static const struct row steps[] = {
		{"a1", RB101, NULL, "a2"}, {"a2", RB104, NULL, "a3"}, {0}};
	check_fix(steps, "x: a2\n", "x: a3\n", "");
	static const struct row circle[] = {
		{"b1", RB101, NULL, "b2"}, {"b2", RB101, NULL, "b1"}, {0}};
	check_fix(circle, "x: b1\n", "x: b1\n",
		"x.yml:1:4: the mend for RB101 is left out: the finding would still be there\n");
}

TEST(fix_overlapping)
{
	/* The first wins, the other is looked at anew. */
	static const struct row rows[] = {
		{"one two", RB101, NULL, "1 two"}, {"two three", RB104, NULL, "2 3"}, {0}};
	check_fix(rows, "x: one two three\n", "x: 1 2 3\n", "");
}

TEST(fix_left_out)
{
	static const struct row breaks[] = {{"bad", RB101, NULL, "["}, {0}};
	check_fix(breaks, "x: bad\ny: 1\n", "x: bad\ny: 1\n",
		"x.yml:1:4: the mend for RB101 is left out: then it would not parse\n");
	static const struct row adds[] = {
		{"bad", RB101, NULL, "new"}, {"new", RB104, NULL, NULL}, {0}};
	check_fix(adds, "x: bad\n", "x: bad\n",
		"x.yml:1:4: the mend for RB101 is left out: then there would be RB104: here is "
		"`new`\n");
	static const struct row beside[] = {{"bad", RB101, NULL, "|\n  1"}, {0}};
	check_fix(beside, "x: bad\n  2\ny: 1\n", "x: |\n  1\n  2\ny: 1\n", "");
	static const struct row joins[] = {{"bad:", RB101, NULL, "#"}, {0}};
	check_fix(joins, "x:\n  bad: 1\n  y: 2\nz: 3\n", "x:\n  bad: 1\n  y: 2\nz: 3\n",
		"x.yml:2:3: the mend for RB101 is left out: it would change what stands beside "
		"it\n");
	static const struct row dash[] = {{"-bad", RB101, "-bad", "- good"}, {0}};
	check_fix(dash, "x:\n  -bad: 1\ny: 2\n", "x:\n  - good: 1\ny: 2\n", "");
	static const struct row moves[] = {{"bad", RB101, NULL, "1\nz:"}, {0}};
	check_fix(moves, "x:\n  a: bad\n  b: 2\n", "x:\n  a: bad\n  b: 2\n",
		"x.yml:2:6: the mend for RB101 is left out: it would change what stands beside "
		"it\n");
	/* One that does not work out keeps none of the others from being made. */
	static const struct row some[] = {
		{"bad", RB101, NULL, "["}, {"wors", RB104, NULL, "better"}, {0}};
	check_fix(some, "x: bad\ny: wors\nz: wors\n", "x: bad\ny: better\nz: better\n",
		"x.yml:1:4: the mend for RB101 is left out: then it would not parse\n");
}

/* A parser tells one error at a time: mending it brings the next to light. */
TEST(fix_what_does_not_parse)
{
	static const struct row rows[] = {{"bad", RB101, NULL, "good"}, {0}};
	check_fix(rows, "x: @1\ny: @2\nz: bad\n", "x: '@1'\ny: '@2'\nz: good\n", "");
	check_fix(rows, "x: bad\ny: [\n", "x: bad\ny: [\n", "");
}
