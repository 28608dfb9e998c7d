/*
 * What an author is told about YAML that does not parse or is not meant: place, rule, message,
 * hint, and the text after `lint --fix`. The numbers are those of the catalogue of bad input.
 */
#include "test.h"

#include "source/yaml.h"

struct slip {
	const char *about;
	struct str text;
	size_t line, column;
	enum rule_id rule;
	const char *message, *hint;
	const char *mended; /* NULL: there is no mend */
};

/* The text with the fixes of one diagnostic, which come in the order of the file. */
static struct str mend(struct arena *a, struct str text, const struct diagnostic *x)
{
	struct strbuf b = {0};
	size_t at = 0;
	for (const struct fix *f = x->fixes; f; f = f->next) {
		strbuf_add(&b, text.at + at, f->span.start - at);
		strbuf_puts(&b, f->text);
		at = f->span.start + f->span.len;
	}
	strbuf_add(&b, text.at + at, text.len - at);
	struct str mended = strbuf_take(&b, a);
	strbuf_release(&b);
	return mended;
}

static void check_slip(const struct slip *s)
{
	struct arena a;
	arena_init(&a);
	struct source_set set;
	source_init(&set, &a);
	struct diagnostics d;
	diagnostics_init(&d, &a);
	/* An exact copy on the heap, so that the sanitizer sees every look behind the end. */
	char *copy = heap_array(NULL, s->text.len, 1);
	memcpy(copy, s->text.at, s->text.len);
	struct source_file *file =
		source_add(&set, "x.yml", (struct str){copy, s->text.len}, false);
	struct value v;
	test_about("%s", s->about);
	CHECK(!yaml_read_mapping(file, &a, &d, &v));
	diagnostics_sort(&d);
	CHECK_INT(d.count, 1);
	if (d.first) {
		struct place p = source_place(file, d.first->span.start);
		CHECK_INT(p.line, s->line);
		CHECK_INT(p.column, s->column);
		CHECK_STR(rule_info(d.first->rule)->code, rule_info(s->rule)->code);
		CHECK_STR(d.first->message, s->message);
		CHECK_STR(d.first->hint ? d.first->hint : "", s->hint);
		if (CHECK((d.first->fixes != NULL) == (s->mended != NULL)) && s->mended)
			CHECK_TEXT(mend(&a, s->text, d.first), s->mended);
	}
	free(copy);
	arena_release(&a);
}

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

#define CHECK_SLIPS(table)                                                                         \
	for (size_t i = 0; i < sizeof(table) / sizeof *(table); i++)                               \
	check_slip(&(table)[i])

static const struct slip catalogue[] = {
	{"01 tab", TEXT("id: a\n\trun: x\n"), 2, 1, RB005, "a tab is used for indentation",
		"use spaces: YAML does not take tabs there", "id: a\nrun: x\n"},
	{"01 tab in an item", TEXT("- id: a\n\trun: x\n\thttp:\n\t\turl: y\n"), 2, 1, RB005,
		"a tab is used for indentation", "use spaces: YAML does not take tabs there",
		"- id: a\n  run: x\n  http:\n    url: y\n"},
	{"01 tab in a block", TEXT("steps:\n\t- id: a\n\t  run: x\n"), 2, 1, RB005,
		"a tab is used for indentation", "use spaces: YAML does not take tabs there",
		"steps:\n  - id: a\n    run: x\n"},
	{"02 colon in text", TEXT("run: echo hi: there\n"), 1, 13, RB017,
		"`: ` inside plain text starts a mapping",
		"quote the text, or put it under `run: |`", "run: 'echo hi: there'\n"},
	{"02 colon in a guard", TEXT("if: a == 'b: c' x: 1\n"), 1, 12, RB017,
		"`: ` inside plain text starts a mapping", "quote the whole value",
		"if: 'a == ''b: c'' x: 1'\n"},
	{"03 deeper than its sibling", TEXT("- id: a\n   run: x\n"), 2, 4, RB006,
		"`run` is indented by 3, its sibling `id` by 2",
		"keys of one mapping start in the same column", NULL},
	{"03 left of its siblings", TEXT("a:\n    b: 1\n  c: 2\n"), 3, 3, RB006,
		"`c` is indented by 2, its sibling `b` by 4",
		"keys of one mapping start in the same column", NULL},
	{"03 under a quoted value", TEXT("a: \"x\"\n  b: 1\n"), 2, 3, RB006,
		"`b` is indented by 2, its sibling `a` by 0",
		"keys of one mapping start in the same column", NULL},
	{"04 quote swallows a key", TEXT("a: \"x\nb: 1\nc: \"y\"\n"), 1, 4, RB007,
		"the quote opened on line 1 swallowed `b:`",
		"it is probably not closed: add `\"` at the end of line 1", NULL},
	{"04 quote never closed", TEXT("a: \"x\nb: 1\n"), 1, 4, RB007,
		"the quote opened on line 1 swallowed `b:`",
		"it is probably not closed: add `\"` at the end of line 1", NULL},
	{"04 quote at the end", TEXT("a: 1\nb: 'x\n"), 2, 4, RB007,
		"the `'` opened here is not closed",
		"it is probably not closed: add `'` at the end of line 2", NULL},
	{"04 three quotes", TEXT("a: \"x\nb: \"\nc: \"z\n"), 1, 4, RB007,
		"the quote opened on line 1 swallowed `b:`",
		"it is probably not closed: add `\"` at the end of line 1", NULL},
	{"05 bracket", TEXT("needs: [x, y\nrun: z\n"), 1, 8, RB008,
		"`[` opened here is not closed before `run`", "add `]`", NULL},
	{"05 brace", TEXT("steps:\n  - http: { url: x\n    id: y\n"), 2, 11, RB008,
		"`{` opened here is not closed before `id`", "add `}`", NULL},
	{"05 bracket at the end", TEXT("needs: [x, y"), 1, 8, RB008,
		"`[` opened here is not closed", "add `]`", NULL},
	{"05 wrong closer", TEXT("needs: [x}\n"), 1, 10, RB008, "`[` is closed by `}`", "write `]`",
		NULL},
	{"06 escape", TEXT("regex: \"\\d+\"\n"), 1, 9, RB009, "`\\d` is no escape of YAML",
		"in single quotes a backslash is only a backslash", "regex: '\\d+'\n"},
	{"06 escape beside a known one", TEXT("regex: \"\\d+\\n\\s\"\n"), 1, 9, RB009,
		"`\\d` is no escape of YAML", "write `\\\\` for a backslash, or use single quotes",
		"regex: \"\\\\d+\\n\\\\s\"\n"},
	{"06 hexadecimal", TEXT("x: \"\\xg\"\n"), 1, 5, RB009,
		"`\\x` is not followed by 2 hexadecimal digits",
		"write `\\\\` for a backslash, or use single quotes", NULL},
	{"07 text after a quote", TEXT("run: \"a\" && b\n"), 1, 10, RB007,
		"text after a closing quote", "put the script under `run: |`",
		"run: |\n  \"a\" && b\n"},
	{"07 in an item", TEXT("steps:\n  - run: \"a\" b # c\n"), 2, 14, RB007,
		"text after a closing quote", "put the script under `run: |`",
		"steps:\n  - run: |\n      \"a\" b # c\n"},
	{"07 in a guard", TEXT("if: \"a\" == x\n"), 1, 9, RB007, "text after a closing quote",
		"quote it: `'\"a\" == x'`", "if: '\"a\" == x'\n"},
	{"07 apostrophe", TEXT("say: 'don't'\nb: 1\n"), 1, 11, RB007, "text after a closing quote",
		"inside single quotes a `'` is written twice: `''`", "say: 'don''t'\nb: 1\n"},
	{"08 at sign", TEXT("run: @deploy\n"), 1, 6, RB010,
		"`@` is reserved and cannot start a value", "quote it: `'@deploy'`",
		"run: '@deploy'\n"},
	{"08 backtick", TEXT("run: `date`\n"), 1, 6, RB010,
		"a backtick is reserved and cannot start a value", "quote it: `'`date`'`",
		"run: '`date`'\n"},
	{"08 percent", TEXT("run: %x\n"), 1, 6, RB010, "`%` cannot start a value",
		"quote it: `'%x'`", "run: '%x'\n"},
	{"09 missing space", TEXT("timeout:30s\n"), 1, 1, RB017, "missing space after `timeout:`",
		"write `timeout: 30s`", "timeout: 30s\n"},
	{"09 among keys", TEXT("a: 1\ntimeout:30s\nb: 1\n"), 2, 1, RB017,
		"missing space after `timeout:`", "write `timeout: 30s`",
		"a: 1\ntimeout: 30s\nb: 1\n"},
	{"09 before keys", TEXT("timeout:30s\nb: 1\n"), 1, 1, RB017,
		"missing space after `timeout:`", "write `timeout: 30s`", "timeout: 30s\nb: 1\n"},
	{"10 dash", TEXT("steps:\n  -id: a\n   run: x\n"), 2, 3, RB017,
		"missing space after the dash of `-id`", "a list item begins with `- `: `- id:`",
		"steps:\n  - id: a\n   run: x\n"},
	{"10 dash among items", TEXT("steps:\n  - id: a\n    run: x\n  -id: b\n    run: y\n"), 4, 3,
		RB017, "missing space after the dash of `-id`",
		"a list item begins with `- `: `- id:`",
		"steps:\n  - id: a\n    run: x\n  - id: b\n    run: y\n"},
	{"11 left of its block", TEXT("run: |\n    four\n  two\n"), 3, 3, RB006,
		"line 3 is left of the text block it belongs to",
		"indent the whole block by at least 4", NULL},
	{"11 heredoc", TEXT("steps:\n  - run: |\n      cat <<EOF\n    a: b\n    EOF\n"), 5, 5,
		RB004, "`EOF` is not followed by `: `",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"12 UTF-16", TEXT("\377\376i\000d\000"), 1, 1, RB002, "the file is UTF-16, not UTF-8",
		"save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)", NULL},
	{"12 UTF-16 big endian", TEXT("\376\377\000i\000d"), 1, 1, RB002,
		"the file is UTF-16, not UTF-8", "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)",
		NULL},
	{"12 UTF-16 without mark", TEXT("i\000d\000:\000"), 1, 1, RB002,
		"the file is UTF-16, not UTF-8", "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)",
		NULL},
	{"12 NBSP before a key", TEXT("id: a\n\302\240\302\240run: x\n"), 2, 1, RB006,
		"a non-breaking space is used for indentation", "indent with plain spaces",
		"id: a\n  run: x\n"},
	{"12 NBSP in indentation", TEXT("- id: a\n  \302\240run: x\n"), 2, 3, RB006,
		"a non-breaking space is used for indentation", "indent with plain spaces",
		"- id: a\n   run: x\n"},
	{"12 NBSP after a colon", TEXT("if:\302\240x\nb: 1\n"), 1, 4, RB006,
		"a non-breaking space stands where YAML needs a plain one",
		"replace it with a space", "if: x\nb: 1\n"},
	{"12 stray byte", TEXT("id\377: a\n"), 1, 3, RB002, "not UTF-8: byte 0xFF at byte 3",
		"save the file as UTF-8", NULL},
	{"12 stray byte far down", TEXT("\303\251: 1\nx: \377"), 2, 4, RB002,
		"not UTF-8: byte 0xFF at byte 10", "save the file as UTF-8", NULL},
	{"12 NUL", TEXT("a: x\000y\n"), 1, 5, RB002,
		"NUL byte U+0000 at byte 5 is not allowed in YAML",
		"in double quotes it can be written as `\\u0000`", NULL},
	{"12 control", TEXT("a: \"x\033\"\n"), 1, 6, RB002,
		"control character U+001B at byte 6 is not allowed in YAML",
		"in double quotes it can be written as `\\u001B`", NULL},
	{"13 empty", TEXT(""), 1, 1, RB003, "no runbook in this file: it is empty",
		"a runbook starts with `version: 1` and has `steps`", NULL},
	{"13 comments", TEXT("# x\n\n  # y\n"), 1, 1, RB003,
		"no runbook in this file: it has only comments",
		"a runbook starts with `version: 1` and has `steps`", NULL},
	{"13 empty document", TEXT("---\n"), 1, 1, RB003,
		"no runbook in this file: the document is empty",
		"a runbook starts with `version: 1` and has `steps`", NULL},
	{"14 second document", TEXT("a: 1\n\n---\nb: 2\n"), 3, 1, RB013,
		"a second document starts at line 3",
		"one runbook a file: move it to a file of its own", NULL},
	{"14 after an end", TEXT("a: 1\n...\n# x\nb: 2\n"), 4, 1, RB013,
		"a second document starts at line 4",
		"one runbook a file: move it to a file of its own", NULL},
	{"15 list", TEXT("- a\n- b\n"), 1, 1, RB102,
		"expected a mapping at the top level, got a list",
		"put the list under its key: `steps:`", NULL},
	{"15 text", TEXT("hello\n"), 1, 1, RB004, "`hello` is not followed by `: `",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"15 number", TEXT("42\n"), 1, 1, RB102,
		"expected a mapping at the top level, got a whole number",
		"a runbook starts with `version: 1`", NULL},
	{"16 twice", TEXT("id: 1\nb: 2\nid: 3\n"), 3, 1, RB014, "`id` is given twice",
		"one of the two would be ignored; remove it or rename it", NULL},
	{"16 twice in nine",
		TEXT("k0: 1\nk1: 1\nk2: 1\nk3: 1\nk4: 1\nk5: 1\nk6: 1\nk7: 1\nk8: 1\nk9: 1\n'k3': "
		     "2\n"),
		11, 1, RB014, "`k3` is given twice",
		"one of the two would be ignored; remove it or rename it", NULL},
	{"17 alias", TEXT("run: *nope\n"), 1, 6, RB011, "alias `*nope` has no anchor above it",
		"if the `*` is part of the text, quote it: `'*nope'`", NULL},
	{"17 glob", TEXT("run: *.log\n"), 1, 6, RB011, "`*` starts an alias, and no name follows",
		"quote it: `'*.log'`", "run: '*.log'\n"},
	{"17 cron", TEXT("every: */5 * * * *\n"), 1, 8, RB011,
		"`*` starts an alias, and no name follows", "quote it: `'*/5 * * * *'`",
		"every: '*/5 * * * *'\n"},
	{"18 anchor in itself", TEXT("a: &a [*a]\n"), 1, 8, RB011,
		"the anchor `&a` contains itself", "an alias stands for a value that is complete",
		NULL},
	{"33 exclamation", TEXT("if: !failed\n"), 1, 5, RB012,
		"`!failed` is a YAML tag, and runbooks have none",
		"in guards `not` is spelled out: `not failed`", "if: not failed\n"},
	{"33 call", TEXT("if: !contains(x, \"y\")\n"), 1, 5, RB012,
		"`!contains(x,` is a YAML tag, and runbooks have none",
		"in guards `not` is spelled out: `not contains(x, \"y\")`",
		"if: not contains(x, \"y\")\n"},
	{"33 in a list", TEXT("expect:\n  - !ok and x\n"), 2, 5, RB012,
		"`!ok` is a YAML tag, and runbooks have none",
		"in guards `not` is spelled out: `not ok and x`", "expect:\n  - not ok and x\n"},
	{"35 braces", TEXT("if: {{ ready }}\n"), 1, 5, RB018,
		"`{{ ready }}` reads as a map inside a map", "guards need no braces: `ready`",
		"if: ready\n"},
	{"35 braces in text", TEXT("name: {{ x }} foo\n"), 1, 7, RB018,
		"`{{ x }}` reads as a map inside a map", "interpolation is written `${{ x }}`",
		"name: ${{ x }} foo\n"},
	{"35 braces in brackets", TEXT("with: { a: {{ x }} }\n"), 1, 12, RB018,
		"`{{ x }}` reads as a map inside a map", "interpolation is written `${{ x }}`",
		"with: { a: '${{ x }}' }\n"},
};

TEST(source_yaml_catalogue)
{
	CHECK_SLIPS(catalogue);
}

static const struct slip others[] = {
	{"interpolation in braces", TEXT("with: { url: ${{ a }}/b, c: 1 }\n"), 1, 14, RB008,
		"`${{ }}` inside brackets has to be quoted", "write `'${{ a }}/b'`",
		"with: { url: '${{ a }}/b', c: 1 }\n"},
	{"missing comma", TEXT("x: {\"a\" \"b\"}\n"), 1, 9, RB008, "missing `,` before `\"b\"`",
		"put a `,` between entries, or quote text that has spaces", NULL},
	{"two colons", TEXT("x: [a b: c d: e]\n"), 1, 13, RB008, "a second `:` in one entry",
		"put a `,` between entries, or quote the text", NULL},
	{"text after a bracket", TEXT("name: [draft] release\n"), 1, 15, RB008,
		"text after a closing `]`", "quote it: `'[draft] release'`",
		"name: '[draft] release'\n"},
	{"stray bracket", TEXT("a: ]\n"), 1, 4, RB008, "`]` closes nothing", "quote it: `']'`",
		"a: ']'\n"},
	{"two commas", TEXT("a: [x,,y]\n"), 1, 7, RB008, "nothing stands before `,`",
		"remove it, or quote the text if it belongs to it", NULL},
	{"brace among keys", TEXT("a: 1\n}\n"), 2, 1, RB004, "`}` closes nothing",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"item behind a key", TEXT("run: - x\n"), 1, 6, RB004,
		"a list item cannot start behind a key",
		"put `- ` on a line of its own, or quote the text", NULL},
	{"ampersands", TEXT("run: && b\n"), 1, 6, RB011,
		"`&` starts an anchor, and no name follows", "quote it: `'&& b'`", "run: '&& b'\n"},
	{"block header", TEXT("run: |x\n  y\n"), 1, 7, RB004, "text after `|` on the same line",
		"the text of a `|` block starts on the next line, indented; quote the value if the "
		"`|` belongs to it",
		NULL},
	{"folded redirection", TEXT("run: >file\n"), 1, 7, RB004, "text after `>` on the same line",
		"the text of a `>` block starts on the next line, indented; quote the value if the "
		"`>` belongs to it",
		NULL},
	{"key among items", TEXT("- a\nb: c\n"), 2, 1, RB006, "a key stands among list items",
		"indent it like the keys of the item, or like the list's own key", NULL},
	{"item among keys", TEXT("a: 1\n- b\n"), 2, 1, RB006, "a list item stands among keys",
		"a list stands under its key: `name:`, then the items", NULL},
	{"no colon", TEXT("a: 1\nb\nc: 2\n"), 2, 1, RB004, "`b` is not followed by `: `",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"script without block", TEXT("run: echo a\necho b\nx: 1\n"), 2, 1, RB004,
		"`echo b` is not followed by `: `",
		"a script of several lines goes under `run: |`, indented", NULL},
	{"text above a key", TEXT("key value\nb: 1\n"), 1, 1, RB004,
		"`key value` is not followed by `: `",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"no key", TEXT(": 1\n"), 1, 1, RB004, "the key before `:` is missing",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"YAML 2", TEXT("%YAML 2.0\n---\na: 1\n"), 1, 1, RB004,
		"YAML version `2.0` is not supported", "write `%YAML 1.2`, or leave the line out",
		NULL},
	{"tag directive", TEXT("%TAG ! x\n---\na: 1\n"), 1, 1, RB012,
		"a `%TAG` directive, and runbooks have no tags", "leave the line out", NULL},
	{"percent at line start", TEXT("%x\n"), 1, 1, RB010,
		"`%` at the start of a line is reserved for directives",
		"quote the text if the `%` belongs to it", NULL},
	{"map as key", TEXT("{a: 1}: 2\n"), 1, 1, RB018, "a map cannot be a key",
		"keys are plain words; quote the text if the `{` belongs to it", NULL},
	{"list as key", TEXT("[a]: 2\n"), 1, 1, RB018, "a list cannot be a key",
		"keys are plain words; quote the text if the `[` belongs to it", NULL},
	{"alias as key", TEXT("a: &x b\n*x : 1\n"), 2, 1, RB018, "an alias cannot be a key",
		"write the key itself; to merge a mapping: `<<: *name`", NULL},
	{"anchor on a key", TEXT("&x a: 1\n"), 1, 1, RB018, "a key cannot have an anchor",
		"put the anchor behind the colon, on the value", NULL},
	{"block as key", TEXT("? |\n a\n: b\n"), 1, 3, RB018, "a block of text cannot be a key",
		"keys are plain words", NULL},
	{"complex keys inside each other", TEXT("? ? ? a\n"), 1, 3, RB018,
		"this key is no plain word", "keys are plain words: `name: value`", NULL},
	{"type tag", TEXT("a: !!str 1\n"), 1, 4, RB012,
		"`!!str` is a YAML tag, and runbooks have none",
		"the type follows from how a value is written; quote it to make it a string", NULL},
	{"merge of a number", TEXT("a: {<<: 3}\n"), 1, 9, RB015,
		"`<<` takes a mapping or a list of mappings, not a whole number",
		"`<<: *name` merges the mapping that has the anchor `&name`", NULL},
	{"merge of a list of numbers", TEXT("a: {<<: [{b: 1}, 2]}\n"), 1, 18, RB015,
		"`<<` takes a mapping or a list of mappings, not a whole number",
		"`<<: *name` merges the mapping that has the anchor `&name`", NULL},
	{"merge twice", TEXT("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n"), 4, 3, RB014,
		"`<<` is given twice", "merge several mappings at once: `<<: [*a, *b]`", NULL},
	{"second mark", TEXT("\357\273\277\357\273\277a: 1\n"), 1, 1, RB002,
		"a second byte order mark starts the text", "remove it", NULL},
	{"text after the end", TEXT("a: 1\n... b\n"), 2, 5, RB004,
		"text after the `...` that ends the document", "remove it", NULL},
	{"text after a list", TEXT("[a]\nb\n"), 2, 1, RB004, "`b` is not followed by `: `",
		"expected `key: value`; text of several lines goes under `key: |`, indented", NULL},
	{"non-ASCII before the place",
		TEXT("\303\251: \303\274\nx: \303\266 '\303\237' \303\244: 1\n"), 2, 11, RB017,
		"`: ` inside plain text starts a mapping", "quote the text, or put it under `x: |`",
		"\303\251: \303\274\nx: '\303\266 ''\303\237'' \303\244: 1'\n"},
};

TEST(source_yaml_others)
{
	CHECK_SLIPS(others);
}

/* ---- what is not yaml_read()'s to say ----------------------------------------------------------
 */

static const struct value *read_key(struct source_set *set, struct diagnostics *d, struct value *v,
	const char *text, const char *key)
{
	struct source_file *file = source_add(set, "x.yml", str_of(text), false);
	test_about("%s", text);
	if (!CHECK(yaml_read_mapping(file, set->arena, d, v)))
		return NULL;
	return map_get(v->map, key);
}

static const struct {
	const char *text;
	size_t at; /* of the comment, 0: not cut */
	const char *mended;
} cuts[] = {
	{"if: #x > 0\nb: 1\n", 4, "if: '#x > 0'\nb: 1\n"},
	{"if: vars.x == \"a #b\"\n", 17, "if: 'vars.x == \"a #b\"'\n"},
	{"if: it's #1", 9, "if: 'it''s #1'"},
	{"if: x#y\n", 0, NULL},
	{"if: 'a' # b\n", 0, NULL},
	{"if: true # b\n", 9, "if: 'true # b'\n"},
	{"if:\n# b\n", 0, NULL},
	{"if: x\n", 0, NULL},
};

TEST(source_yaml_cut_by_comment)
{
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct arena a;
		arena_init(&a);
		struct source_set set;
		source_init(&set, &a);
		struct diagnostics d;
		diagnostics_init(&d, &a);
		struct value v;
		const struct value *cut = read_key(&set, &d, &v, cuts[i].text, "if");
		struct span comment;
		if (cut &&
			CHECK(yaml_cut_by_comment(set.files[0], cut, &comment) ==
				(cuts[i].at != 0)) &&
			cuts[i].at) {
			CHECK_INT(comment.start, cuts[i].at);
			struct diagnostic *x = diagnose(&d, RB207, comment, "cut");
			yaml_fix_cut(&d, x, set.files[0], cut);
			CHECK_TEXT(mend(&a, set.files[0]->text, x), cuts[i].mended);
		}
		arena_release(&a);
	}
}

TEST(source_yaml_dash)
{
	struct arena a;
	arena_init(&a);
	struct source_set set;
	source_init(&set, &a);
	struct diagnostics d;
	diagnostics_init(&d, &a);
	struct value v;
	if (read_key(&set, &d, &v, "-id: a\n", "-id")) {
		struct entry *e = &v.map->entries[0];
		struct diagnostic *x = diagnose(&d, RB101, entry_key_span(e), "unknown key `-id`");
		CHECK(yaml_hint_dash(&d, x, entry_key(e), entry_key_span(e)));
		CHECK_STR(x->hint, "missing space after the dash: `- id:` begins a list item");
		CHECK_TEXT(mend(&a, set.files[0]->text, x), "- id: a\n");
		CHECK(!yaml_hint_dash(&d, x, STR("id"), entry_key_span(e)));
	}
	arena_release(&a);
}
