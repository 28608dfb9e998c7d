/*
 * Diagnostics: collecting, ordering, and the picture that people get.
 */
#include "test.h"

#include "source/render.h"

struct shown {
	struct arena a;
	struct source_set set;
	struct diagnostics d;
	struct strbuf out;
};

static void setup(struct shown *s)
{
	arena_init(&s->a);
	source_init(&s->set, &s->a);
	diagnostics_init(&s->d, &s->a);
	s->out = (struct strbuf){0};
}

static void teardown(struct shown *s)
{
	strbuf_release(&s->out);
	arena_release(&s->a);
}

/* The place of `part` in the file. */
static struct span span_of(const struct source_file *file, const char *part)
{
	ptrdiff_t at = str_find(file->text, str_of(part), 0);
	CHECK(at >= 0);
	return (struct span){(uint32_t)at, (uint32_t)strlen(part), file->id};
}

static void check_shown(struct shown *s, bool color, const char *expected)
{
	strbuf_clear(&s->out);
	diagnostic_render(&s->out, &s->set, s->d.first, color);
	CHECK_TEXT(strbuf_str(&s->out), expected);
}

TEST(source_render_one)
{
	struct shown s;
	setup(&s);
	struct source_file *file = source_add(
		&s.set, "deploy.yml", STR("\n\n\n\n\n\n\n\n\n\n\n    retrys: 3\n"), false);
	struct diagnostic *x =
		diagnose(&s.d, RB101, span_of(file, "retrys"), "unknown key `%s`", "retrys");
	static const char *const keys[] = {"run", "retry", "require"};
	CHECK(diagnostic_nearest(&s.d, x, STR("retrys"), keys, 3));
	check_shown(&s, false,
		"error[RB101]: unknown key `retrys`\n"
		"  --> deploy.yml:12:5\n"
		"   |\n"
		"12 |     retrys: 3\n"
		"   |     ^^^^^^\n"
		"   = help: did you mean `retry`?\n");
	check_shown(&s, true,
		"\x1b[1;31merror[RB101]\x1b[0m\x1b[1m: unknown key `retrys`\x1b[0m\n"
		"\x1b[1;34m  --> \x1b[0mdeploy.yml:12:5\n"
		"\x1b[1;34m   |\x1b[0m\n"
		"\x1b[1;34m12 |\x1b[0m     retrys: 3\n"
		"\x1b[1;34m   |\x1b[0m     \x1b[1;31m^^^^^^\x1b[0m\n"
		"\x1b[1;34m   = help: \x1b[0mdid you mean `retry`?\n");
	teardown(&s);
}

TEST(source_render_labels)
{
	struct shown s;
	setup(&s);
	struct source_file *file =
		source_add(&s.set, "a.yml", STR("a: x y\nb: 2\nc: 3\nd: 4\n"), false);
	struct source_file *other = source_add(&s.set, "b.yml", STR("e: 5\n"), false);
	struct diagnostic *x = diagnose(&s.d, RB108, span_of(file, "d"), "taken");
	diagnostic_label(&s.d, x, span_of(file, "y"), "second");
	diagnostic_label(&s.d, x, span_of(file, "a"), "first at line %d", 1);
	diagnostic_label(&s.d, x, span_of(other, "5"), "elsewhere");
	diagnostic_label(&s.d, x, span_of(file, "c: 3"), "near");
	diagnostic_hint(&s.d, x, "one\ntwo");
	check_shown(&s, false,
		"error[RB108]: taken\n"
		" --> a.yml:4:1\n"
		"  |\n"
		"1 | a: x y\n"
		"  |      - second\n"
		"  | - first at line 1\n"
		"...\n"
		"3 | c: 3\n"
		"  | ---- near\n"
		"4 | d: 4\n"
		"  | ^\n"
		" ::: b.yml:1:4\n"
		"  |\n"
		"1 | e: 5\n"
		"  |    - elsewhere\n"
		"  = help: one\n"
		"          two\n");
	teardown(&s);
}

static const struct {
	const char *text, *part, *line, *carets;
} excerpts[] = {
	{"a:\tx\ty", "y", "a:  x   y", "        ^"},
	{"\tx", "x", "    x", "    ^"},
	{"名前: x", "x", "名前: x", "      ^"},
	{"名前: x", "前", "名前: x", "  ^^"},
	{"🚀 x", "x", "🚀 x", "   ^"},
	{"e\xCC\x81 x", "x", "e\xCC\x81 x", "  ^"},
	{"a\x1b[2Jx", "x", "a\\x1b[2Jx", "        ^"},
	{"a\x1bx", "\x1b", "a\\x1bx", " ^^^^"},
	{"a\xE2\x80\xAEx", "x", "a\\u{202e}x", "         ^"},
	{"\xFFx", "x", "\\xffx", "    ^"},
	{"a: |\n  b", "|\n  b", "a: |", "   ^"},
	{"a: x", "", "a: x", "^"},
};

TEST(source_render_excerpts)
{
	for (size_t i = 0; i < sizeof excerpts / sizeof *excerpts; i++) {
		struct shown s;
		setup(&s);
		test_about("excerpt %zu", i);
		struct source_file *file = source_add(&s.set, "x", str_of(excerpts[i].text), false);
		struct span span = span_of(file, excerpts[i].part);
		struct place p = source_place(file, span.start);
		diagnose(&s.d, RB101, span, "m");
		check_shown(&s, false,
			arena_printf(&s.a, "error[RB101]: m\n --> x:%zu:%zu\n  |\n1 | %s\n  | %s\n",
				p.line, p.column, excerpts[i].line, excerpts[i].carets));
		teardown(&s);
	}
}

/* A line of a megabyte is cut around the caret, which still points at the same character. */
TEST(source_render_long_line)
{
	struct shown s;
	setup(&s);
	struct strbuf text = {0};
	for (int i = 0; i < 50000; i++)
		strbuf_puts(&text, "0123456789");
	strbuf_puts(&text, "X");
	for (int i = 0; i < 50000; i++)
		strbuf_puts(&text, "0123456789");
	struct source_file *file = source_add(&s.set, "x", strbuf_str(&text), false);
	diagnose(&s.d, RB101, span_of(file, "X"), "m");
	check_shown(&s, false,
		"error[RB101]: m\n --> x:1:500001\n  |\n"
		"1 | …0123456789012345678901234567890123456789"
		"X012345678901234567890123456789012345678901234567890123456789012345678…\n"
		"  |                                          ^\n");
	strbuf_release(&text);
	teardown(&s);
}

TEST(source_render_all)
{
	struct shown s;
	setup(&s);
	struct source_file *file = source_add(&s.set, "x\ny.yml", STR("a: 1\nb: 2\n"), false);
	diagnose(&s.d, RB101, span_of(file, "b"), "second\nerror: forged");
	diagnose(&s.d, RB101, span_of(file, "a"), "first");
	diagnose(&s.d, RB101, span_of(file, "a"), "again");
	struct diagnostic *x = diagnose(&s.d, RB001, (struct span){0}, "no such file");
	x->path = "nope.yml";
	diagnostics_sort(&s.d);
	CHECK_INT(s.d.count, 3);
	CHECK_INT(s.d.errors, 3);
	diagnostics_render_short(&s.out, &s.set, &s.d);
	CHECK_TEXT(strbuf_str(&s.out), "nope.yml: error[RB001]: no such file\n"
				       "x\\x0ay.yml:1:1: error[RB101]: first\n"
				       "x\\x0ay.yml:2:1: error[RB101]: second\\x0aerror: forged\n");
	strbuf_clear(&s.out);
	diagnostics_render(&s.out, &s.set, &s.d, false);
	CHECK_TEXT(strbuf_str(&s.out),
		"error[RB001]: no such file\n --> nope.yml\n\n"
		"error[RB101]: first\n --> x\\x0ay.yml:1:1\n  |\n1 | a: 1\n  | ^\n\n"
		"error[RB101]: second\\x0aerror: forged\n --> x\\x0ay.yml:2:1\n  |\n2 | b: 2\n  | "
		"^\n\n"
		"3 errors\n");
	teardown(&s);
}

/* Nothing that a file holds starts a line of the output as an order to the CI runner, or stands
 * anywhere as one of those that are looked for in the middle of a line. */
TEST(source_render_orders)
{
	struct shown s;
	setup(&s);
	struct source_file *file =
		source_add(&s.set, "::error::x.yml", STR("a: ##[error]b ##vso[c] ##d\n"), false);
	struct diagnostic *x = diagnose(&s.d, RB101, span_of(file, "a"), "##teamcity[x]");
	diagnostic_hint(&s.d, x, "write\n ::set-output name=x::y");
	check_shown(&s, false,
		"error[RB101]: #\\x23teamcity[x]\n"
		" --> ::error::x.yml:1:1\n"
		"  |\n"
		"1 | a: #\\x23[error]b #\\x23vso[c] ##d\n"
		"  | ^\n"
		"  = help: write\n"
		"          \\x3a:set-output name=x::y\n");
	strbuf_clear(&s.out);
	diagnostics_render_short(&s.out, &s.set, &s.d);
	CHECK_TEXT(strbuf_str(&s.out), "./::error::x.yml:1:1: error[RB101]: #\\x23teamcity[x]\n");
	teardown(&s);
}

TEST(source_render_many)
{
	struct shown s;
	setup(&s);
	struct source_file *file = source_add(&s.set, "x", STR("a\n"), false);
	for (int i = 0; i < DIAGNOSTICS_MAX + 50; i++) {
		struct diagnostic *x = diagnose(&s.d, RB101, (struct span){0}, "finding %d", i);
		diagnostic_hint(&s.d, x, "hint");
		diagnostic_label(&s.d, x, span_of(file, "a"), "label");
		diagnostic_fix(&s.d, x, span_of(file, "a"), "b");
	}
	CHECK_INT(s.d.count, DIAGNOSTICS_MAX);
	CHECK_INT(s.d.dropped, 50);
	CHECK_INT(s.d.errors, DIAGNOSTICS_MAX + 50);
	diagnostics_render(&s.out, &s.set, &s.d, false);
	CHECK(str_ends_with(strbuf_str(&s.out), STR("\n250 errors (50 of them not shown)\n")));
	teardown(&s);
}

/* Every rule has a code that is its number, and a name of its own. */
TEST(source_rules)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule_info *info = rule_info((enum rule_id)i);
		test_about("%s", info->code);
		CHECK(strlen(info->code) == 5 && strncmp(info->code, "RB", 2) == 0);
		CHECK(info->name && *info->name && info->title && *info->title);
		for (int k = 0; k < i; k++)
			CHECK(strcmp(rule_info((enum rule_id)k)->name, info->name) != 0);
	}
}
