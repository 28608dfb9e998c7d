/*
 * The canonical layout: what it makes of what people write, and that it loses nothing of anything.
 */
#include "test.h"

#include "base/json.h"
#include "model/runbook.h"
#include "source/yaml.h"
#include "tool/layout.h"

#include <glob.h>

/* What is expected of `text`: NULL is the text itself, "" that it is refused. */
static void check_layout(const struct record *record, const char *text, const char *expected)
{
	struct strbuf made = {0}, again = {0};
	const char *why = NULL;
	size_t at = 0;
	test_about("%.60s", text);
	bool is_made = layout_text(str_of(text), record, &made, &why, &at);
	CHECK(is_made == !(expected && !*expected));
	CHECK(is_made == !why);
	if (is_made)
		CHECK_TEXT(strbuf_str(&made), expected ? expected : text);
	if (is_made && CHECK(layout_text(strbuf_str(&made), record, &again, &why, &at)))
		CHECK_TEXT(strbuf_str(&again), expected ? expected : text);
	strbuf_release(&made);
	strbuf_release(&again);
	test_about(NULL);
}

TEST(layout_blocks)
{
	check_layout(NULL, "a:   1\nb:\n    c: 2\n    d:\n    - e\n    -   f\n",
		"a: 1\nb:\n  c: 2\n  d:\n    - e\n    - f\n");
	check_layout(NULL, "steps:\n- id: a\n  run: x\n-\n  id: b\n- - 1\n  -   2\n-\n",
		"steps:\n  - id: a\n    run: x\n  - id: b\n  - - 1\n    - 2\n  -\n");
	check_layout(NULL, "  a: 1\n  b:\n\n\n  c:\n     x\n", "a: 1\nb:\n\nc: x\n");
	check_layout(NULL, "a: 1 \r\nb:\t2\r\n\r\n\r\n", "a: 1\nb: 2\n");
	check_layout(NULL, "a: 1", "a: 1\n");
	check_layout(NULL, "a: &x\n    b: 1\nc:   *x\nd: &y   2\ne:\n  - &z\n    f: 1\n",
		"a: &x\n  b: 1\nc: *x\nd: &y 2\ne:\n  - &z\n    f: 1\n");
	check_layout(NULL, "? a\n: b\n", "a: b\n");
	check_layout(NULL, "? [a,\n  b]\n: c\n", "");
	check_layout(NULL, "a: [{b: c}: d]\n", NULL);
	check_layout(NULL, "a: &x\n  [b,  {c: 1}]\n", "a: &x [b, { c: 1 }]\n");
	check_layout(NULL, "a: &x  [{b: c}: d]\n", "a: &x [{b: c}: d]\n");
	check_layout(NULL, "a: [\n", "");
	check_layout(NULL, "a: 1\n---\nb: 1\n", "");
}

TEST(layout_scalars)
{
	check_layout(NULL, "a: \"x\"\nb: \"it's\"\nc: \"\\n\"\nd: 'x'\n\"e\": 1\n",
		"a: 'x'\nb: \"it's\"\nc: \"\\n\"\nd: 'x'\n'e': 1\n");
	check_layout(NULL, "a: one\n two\n\n   three\nb: \"one   \n\n  two\\\n   three\"\n",
		"a: one\n  two\n\n  three\nb: \"one\n\n  two\\\n  three\"\n");
	check_layout(NULL, "a: \"x\\  \n  y\"\n", "a: \"x\\ \n  y\"\n");
	check_layout(NULL, "a: |\n     one  \n       two\n\n     # three\nb: >-   # why\n  x\n",
		"a: |\n  one  \n    two\n\n  # three\nb: >-   # why\n  x\n");
	check_layout(NULL, "a:\n    b: |2\n        x\n", "a:\n  b: |2\n      x\n");
	check_layout(
		NULL, "- |\n one\n- >+\n two\n\n\n- 3\n", "- |\n  one\n- >+\n  two\n\n\n- 3\n");
	check_layout(
		NULL, "a: |\n  x\n     \nb: |\nc: |+\n\n", "a: |\n  x\n     \nb: |\nc: |+\n\n");
	/* With a line end behind it, its text would have one too. */
	check_layout(NULL, "a: |\n  x", "a: |-\n  x\n");
	check_layout(NULL, "a: |+\n  x\n\n\n", NULL);
}

TEST(layout_brackets)
{
	check_layout(NULL, "a: {b: 1,c: [ x,y ,z],d: { },e: [ ]}\n",
		"a: { b: 1, c: [x, y, z], d: {}, e: [] }\n");
	check_layout(NULL, "a: [\"x\", 'y', \"\\t\", {\"b\":\"c\"},]\n",
		"a: ['x', 'y', \"\\t\", { 'b': 'c' }]\n");
	check_layout(NULL, "a: [b: 1, c]\nd: {e, f: }\n", NULL);
	check_layout(NULL, "a:\n    b: [\n      x,  # one\n\n      y   \n    ]\n",
		"a:\n  b: [\n    x,  # one\n\n    y\n  ]\n");
	check_layout(NULL, "{\"a\": \"b\",\n \"c\": 1}", "{\"a\": \"b\",\n \"c\": 1}\n");
}

TEST(layout_comments)
{
	check_layout(NULL,
		"# top\n\n\na:  # beside\n    # above b\n    b: 1   \n    # below b\n# above c\nc: "
		"2  # two\n"
		"\n\n# end\n",
		"# top\n\na:  # beside\n  # above b\n  b: 1\n  # below b\n# above c\nc: 2  # two\n"
		"\n# end\n");
	check_layout(NULL, "a:\n- # x\n  b: 1\n# y\n-   c\n  # z\nd:\n    # w\n    v\n",
		"a:\n  - # x\n    b: 1\n  # y\n  - c\n  # z\nd:\n  # w\n  v\n");
	check_layout(NULL, "a: 1     # one\nbbbb: 2  # two\n", NULL);
	check_layout(NULL, "%YAML 1.2\n---   \n# x\na:   1\n...\n# y  \n",
		"%YAML 1.2\n---\n# x\na: 1\n...\n# y\n");
	check_layout(NULL, "---\na: 1\n", NULL);
	check_layout(NULL, "--- |\n x\n", "--- |\n  x\n");
}

/* Values of neighbouring lines that were lined up by hand are lined up. */
TEST(layout_columns)
{
	check_layout(NULL, "a:   1\nbbb: 2\nccccc: 3\n", "a:     1\nbbb:   2\nccccc: 3\n");
	check_layout(NULL, "a:    1\nbbb: 2\n", "a: 1\nbbb: 2\n");
	check_layout(NULL, "a:     1\n\nb:   2\nccc: 3\n", "a: 1\n\nb:   2\nccc: 3\n");
}

/* A step begins with what it is and whether it runs; comments go along, or nothing does. */
TEST(layout_steps)
{
	const struct record *r = &runbook_record;
	check_layout(r,
		"steps:\n  - run: x # do\n    # who\n    name: N\n    if: a\n    id: b\n    "
		"timeout: 1s\n",
		"steps:\n  - id: b\n    # who\n    name: N\n    if: a\n    run: x # do\n    "
		"timeout: 1s\n");
	check_layout(r, "steps:\n  - run: x\n    # why\n    id: b\n", NULL);
	check_layout(r, "steps:\n  - # why\n    run: x\n    id: b\n",
		"steps:\n  - # why\n    id: b\n    run: x\n");
	check_layout(r, "steps:\n  - env: &e { A: b }\n    id: b\n    run: x\n", NULL);
	check_layout(r, "steps:\n  - id: a\n    rollback:\n      run: x\n      name: y\n",
		"steps:\n  - id: a\n    rollback:\n      name: y\n      run: x\n");
	/* Not a step, whatever its keys are called. */
	check_layout(r, "vars:\n  run: x\n  id: b\nabout:\n  more:\n    run: x\n    id: b\n", NULL);
	check_layout(NULL, "steps:\n  - run: x\n    id: b\n", NULL);
}

TEST(layout_between_steps)
{
	const struct record *r = &runbook_record;
	check_layout(r, "steps:\n  - id: a\n    run: x\n  # b\n  - say: y\n",
		"steps:\n  - id: a\n    run: x\n\n  # b\n  - say: y\n");
	check_layout(r, "steps:\n  - say: x\n  - say: y\n", NULL);
	check_layout(r,
		"steps:\n\n  - parallel:\n      - say: x\n\n      - say: y\n      - say: z\n",
		"steps:\n  - parallel:\n      - say: x\n\n      - say: y\n\n      - say: z\n");
	check_layout(r, "finally:\n  - id: a\n    run: x\n  - id: b\n    run: y\n", NULL);
	check_layout(r, "steps:\n  - run: |+\n      x\n\n  - id: a\n    run: y\n", NULL);
}

/* ---- everything there is ----------------------------------------------------------------------
 */

struct counts {
	size_t made, refused, unreadable;
};

/* Whatever comes out reads as the same values, and its layout is itself. */
static void check_kept(struct str text, const struct record *record, struct counts *c)
{
	struct arena a;
	struct source_set set;
	struct diagnostics d;
	struct strbuf made = {0}, again = {0};
	struct value before, after;
	const char *why;
	size_t at;
	arena_init(&a);
	source_init(&set, &a);
	diagnostics_init(&d, &a);
	if (!layout_text(text, record, &made, &why, &at)) {
		bool is_unreadable = strcmp(why, "it does not parse") == 0;
		c->unreadable += is_unreadable;
		c->refused += !is_unreadable;
	} else {
		c->made++;
		if (CHECK(layout_text(strbuf_str(&made), record, &again, &why, &at)))
			test_check_str(strbuf_str(&again), strbuf_str(&made), __FILE__, __LINE__);
		bool is_read = yaml_read(source_add(&set, "x", text, false), &a, &d, &before);
		struct source_file *file = source_add(&set, "y", strbuf_str(&made), false);
		CHECK(yaml_read(file, &a, &d, &after) == is_read);
		CHECK(!is_read || value_equal(&before, &after));
	}
	strbuf_release(&made);
	strbuf_release(&again);
	arena_release(&a);
}

TEST(layout_yaml_suite)
{
	struct counts c = {0};
	size_t len = 0;
	char *cases = test_suite_file("yaml-test-suite/cases.jsonl", &len);
	if (!cases)
		return;
	for (char *at = cases, *end; (end = memchr(at, '\n', (size_t)(cases + len - at)));
		at = end + 1) {
		struct arena a;
		struct value row;
		struct json_error error;
		arena_init(&a);
		if (CHECK(json_decode(&a, (struct str){at, (size_t)(end - at)}, &row, &error))) {
			test_about("yaml-test-suite %s", map_get(row.map, "id")->string);
			check_kept(value_string(map_get(row.map, "yaml")), NULL, &c);
		}
		arena_release(&a);
	}
	test_about(NULL);
	/* Those have complex keys, tags or anchors in places where nobody would look for them, or
	 * nothing at all. */
	CHECK_INT(c.refused, 27);
	CHECK_INT(c.made, 225);
	free(cases);
}

/* The runbooks of a file of cases, one by one. */
static void check_cases(struct str text, struct counts *c)
{
	ptrdiff_t at = 0;
	while ((at = str_find(text, STR("\n--- runbook\n"), (size_t)at)) >= 0) {
		size_t from = (size_t)at + strlen("\n--- runbook\n");
		ptrdiff_t to = str_find(text, STR("\n--- "), from - 1);
		size_t len = (to < 0 ? text.len : (size_t)to + 1) - from;
		test_about("%.80s", text.at + from);
		check_kept((struct str){text.at + from, len}, &runbook_record, c);
		at = (ptrdiff_t)from;
	}
}

TEST(layout_all_runbooks)
{
	static const char *const patterns[] = {
		"runbooks/*.yml", "runbooks/*/*.yml", "stdlib/*/*.yml", "tests/cases/*.case"};
	struct counts c = {0};
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		glob_t found;
		CHECK(glob(patterns[i], 0, NULL, &found) != GLOB_ABORTED);
		for (size_t k = 0; k < found.gl_pathc; k++) {
			struct arena a;
			struct source_set set;
			const char *why;
			arena_init(&a);
			source_init(&set, &a);
			struct source_file *file = source_read(&set, found.gl_pathv[k], &why);
			if (CHECK(file) && strstr(patterns[i], ".case"))
				check_cases(file->text, &c);
			else if (file)
				check_kept(file->text, layout_record(file->text), &c);
			arena_release(&a);
		}
		globfree(&found);
	}
	test_about(NULL);
	CHECK(c.made > 300);
	CHECK_INT(c.refused, 0);
}
