/*
 * YAML into values: the core schema, spans in bytes, keys, merges, aliases, limits.
 */
#include "test.h"

#include "base/json.h"
#include "source/yaml.h"

#include <math.h>

struct read {
	struct arena a;
	struct source_set set;
	struct diagnostics d;
	struct source_file *file;
	struct value v;
	bool is_ok;
};

static struct read *read_text(struct str text)
{
	struct read *r = heap_alloc(sizeof *r);
	arena_init(&r->a);
	source_init(&r->set, &r->a);
	diagnostics_init(&r->d, &r->a);
	r->file = source_add(&r->set, "x.yml", text, false);
	r->is_ok = yaml_read(r->file, &r->a, &r->d, &r->v);
	return r;
}

static void read_release(struct read *r)
{
	arena_release(&r->a);
	free(r);
}

/* ---- the core schema ---------------------------------------------------------------------------
 */

static const struct {
	const char *text, *json; /* json NULL: the string itself */
} scalars[] = {
	{"", "null"},
	{"~", "null"},
	{"null", "null"},
	{"Null", "null"},
	{"NULL", "null"},
	{"nULL", NULL},
	{"nil", NULL},
	{"true", "true"},
	{"True", "true"},
	{"TRUE", "true"},
	{"false", "false"},
	{"False", "false"},
	{"FALSE", "false"},
	{"yes", NULL},
	{"no", NULL},
	{"on", NULL},
	{"off", NULL},
	{"y", NULL},
	{"N", NULL},
	{"0", "0"},
	{"-0", "0"},
	{"+7", "7"},
	{"0644", "644"},
	{"0o17", "15"},
	{"0o18", NULL},
	{"0x1F", "31"},
	{"0xg", NULL},
	{"-0x1", NULL},
	{"0b11", NULL},
	{"1_000", NULL},
	{"22:22", NULL},
	{"2024-01-02", NULL},
	{"1.2.3", NULL},
	{"9223372036854775807", "9223372036854775807"},
	{"-9223372036854775808", "-9223372036854775808"},
	{"9223372036854775808", "9223372036854775808.0"},
	{"1.5", "1.5"},
	{".5", "0.5"},
	{"5.", "5.0"},
	{"1e3", "1000.0"},
	{"-1.5E-1", "-0.15"},
	{"1e999", NULL},
	{"1e", NULL},
	{"+", NULL},
	{"-", NULL},
	{".", NULL},
	{"-.", NULL},
	{"nan", NULL},
	{"inf", NULL},
	{".infinity", NULL},
	{"30s", NULL},
	{"10MB", NULL},
	{"=", NULL},
};

TEST(source_yaml_core_schema)
{
	for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
		struct arena a;
		arena_init(&a);
		test_about("`%s`", scalars[i].text);
		struct value got = yaml_plain_scalar(str_of(scalars[i].text));
		struct value expected = value_str(str_of(scalars[i].text));
		struct json_error error;
		if (scalars[i].json)
			CHECK(json_decode(&a, str_of(scalars[i].json), &expected, &error));
		CHECK_INT(got.kind, expected.kind);
		CHECK(value_equal(&got, &expected));
		arena_release(&a);
	}
	CHECK(isnan(yaml_plain_scalar(STR(".nan")).number));
	CHECK(yaml_plain_scalar(STR("-.inf")).number == -INFINITY);
	CHECK(yaml_plain_scalar(STR("+.INF")).number == INFINITY);
}

/* ---- whole documents as JSON -------------------------------------------------------------------
 */

static const struct {
	const char *yaml, *json;
} documents[] = {
	{"%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}"},
	{"\xEF\xBB\xBF"
	 "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
		"{\"a\":1,\"b\":\"x\\ny\\n\"}"},
	{"1: a\ntrue: b\n~: c\n\"\": d\n'2': e\n",
		"{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"\":\"d\",\"2\":\"e\"}"},
	{"a: |\n  one\nb: >\n  two\nc: |-\n  x\n   y\n",
		"{\"a\":\"one\\n\",\"b\":\"two\\n\",\"c\":\"x\\n y\"}"},
	{"a: {b: [1, 'x', \"y\\tz\"], c: }\n", "{\"a\":{\"b\":[1,\"x\",\"y\\tz\"],\"c\":null}}"},
	{"- - a\n  - b\n-\n- c: d\n", "[[\"a\",\"b\"],null,{\"c\":\"d\"}]"},
	{"a: &x {p: 1, q: [2]}\nb: *x\n", "{\"a\":{\"p\":1,\"q\":[2]},\"b\":{\"p\":1,\"q\":[2]}}"},
	{"a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}"},
	/* Merges: own keys win wherever they stand, the earlier map wins, keys stand where `<<`
	   does. */
	{"a: &x {p: 1, q: 2}\nb: {q: 3, <<: *x, r: 4}\n",
		"{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1,\"r\":4}}"},
	{"a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y, {z: 9}]}\n",
		"{\"a\":{\"p\":1},\"b\":{\"p\":2,\"q\":3},\"c\":{\"p\":1,\"q\":3,\"z\":9}}"},
	{"a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}\n",
		"{\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":2},\"c\":{\"p\":1,\"q\":2}}"},
	{"a: &x {}\nb: {<<: *x}\nc: {\"<<\": 1}\n", "{\"a\":{},\"b\":{},\"c\":{\"<<\":1}}"},
};

TEST(source_yaml_documents)
{
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
		test_about("%s", documents[i].yaml);
		struct read *r = read_text(str_of(documents[i].yaml));
		CHECK(r->is_ok);
		struct strbuf json = {0};
		json_encode(&json, &r->v, 0);
		CHECK_TEXT(strbuf_str(&json), documents[i].json);
		strbuf_release(&json);
		read_release(r);
	}
}

/* ---- spans -------------------------------------------------------------------------------------
 */

static struct str spanned(const struct read *r, struct span s)
{
	CHECK_INT(s.file, r->file->id);
	return (struct str){r->file->text.at + s.start, s.len};
}

static const struct {
	const char *key, *text; /* the source bytes of the key's value */
	int flags;
} spans[] = {
	{"plain", "ü x", VALUE_PLAIN},
	{"größe", "3", VALUE_PLAIN},
	{"quoted", "\"a\\tß\"", 0},
	{"single", "'it''s'", 0},
	{"block", "|\n  eins\n  zwei", VALUE_BLOCK},
	{"folded", ">-\n  日本", VALUE_BLOCK},
	{"flow", "[ 1,\n  {a: é} ]", VALUE_FLOW},
	{"list", "- a\n  - b:\n      c", 0},
	{"map", "x: 1\n  y: 2", 0},
	{"anchored", "{k: v}", VALUE_FLOW},
	{"alias", "{k: v}", VALUE_FLOW},
	{"empty", "", VALUE_PLAIN},
	{"last", "🚀", VALUE_PLAIN},
};

TEST(source_yaml_spans)
{
	static const char text[] = "plain: ü x # c\ngröße: 3\nquoted: \"a\\tß\"\nsingle: "
				   "'it''s'\nblock: |\n  eins\n  zwei\n\n"
				   "# c\nfolded: >-\n  日本\n\nflow: [ 1,\n  {a: é} ]\nlist:\n  - "
				   "a\n  - b:\n      c\n\n# c\n"
				   "map:\n  x: 1\n  y: 2\n\nanchored: &a   {k: v}\nalias: "
				   "*a\nempty:   # nothing\nlast: 🚀\n";
	struct read *r = read_text(STR(text));
	CHECK(r->is_ok);
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		test_about("%s", spans[i].key);
		struct entry *e = map_find(r->v.map, str_of(spans[i].key));
		if (!CHECK(e != NULL))
			continue;
		CHECK_TEXT(spanned(r, entry_key_span(e)), spans[i].key);
		CHECK_TEXT(spanned(r, value_span(&e->value)), spans[i].text);
		CHECK_INT(e->value.flags, spans[i].flags);
	}
	/* Nothing is copied that stands in the text as it is. */
	const char *end = r->file->text.at + r->file->text.len;
	const struct value *plain = map_get(r->v.map, "plain");
	CHECK(plain->string > r->file->text.at && plain->string < end);
	read_release(r);
}

/* ---- limits ------------------------------------------------------------------------------------
 */

static void repeat(struct strbuf *b, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		strbuf_puts(b, text);
}

/* Refused by RB016, quickly, and with little memory. */
static void check_refused(struct strbuf *b, const char *about)
{
	test_about("%s", about);
	double from = test_cpu_seconds();
	struct read *r = read_text(strbuf_str(b));
	CHECK(!r->is_ok);
	if (r->d.first)
		CHECK_STR(rule_info(r->d.first->rule)->code, "RB016");
	CHECK_INT(r->d.count, 1);
	CHECK_CPU(from, 2);
	CHECK(r->a.bytes < ((size_t)100 << 20));
	read_release(r);
	strbuf_release(b);
	*b = (struct strbuf){0};
}

TEST(source_yaml_limits)
{
	struct strbuf b = {0};
	repeat(&b, "[", 5000);
	check_refused(&b, "nested brackets");
	repeat(&b, "{a: ", 5000);
	check_refused(&b, "nested braces");
	repeat(&b, "- ", 100000);
	check_refused(&b, "nested dashes");

	strbuf_puts(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++) {
		strbuf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			strbuf_printf(&b, "%s*a%d", k ? "," : "", i - 1);
		strbuf_puts(&b, "]\n");
	}
	check_refused(&b, "nine-level bomb");

	strbuf_puts(&b, "m: &m {");
	for (int i = 0; i < 2000; i++)
		strbuf_printf(&b, "k%d: 1, ", i);
	strbuf_puts(&b, "}\n");
	for (int i = 0; i < 2000; i++)
		strbuf_printf(&b, "m%d: {<<: *m}\n", i);
	check_refused(&b, "bomb of merges");

	strbuf_puts(&b, "a0: &a0 1\n");
	for (int i = 1; i < 10; i++) {
		strbuf_printf(&b, "a%d: &a%d ", i, i);
		repeat(&b, "[", 90);
		strbuf_printf(&b, "*a%d", i - 1);
		repeat(&b, "]", 90);
		strbuf_puts(&b, "\n");
	}
	check_refused(&b, "depth through aliases");

	for (int i = 0; i < YAML_MAX_ANCHORS + 1; i++)
		strbuf_printf(&b, "a%d: &a%d 1\n", i, i);
	check_refused(&b, "anchors");
}

TEST(source_yaml_within_limits)
{
	struct strbuf b = {0};
	repeat(&b, "[", YAML_MAX_DEPTH);
	repeat(&b, "]", YAML_MAX_DEPTH);
	struct read *r = read_text(strbuf_str(&b));
	CHECK(r->is_ok);
	read_release(r);
	strbuf_clear(&b);

	strbuf_puts(&b, "a: \"");
	repeat(&b, "0123456789", 100000);
	strbuf_puts(&b, "\"\n");
	r = read_text(strbuf_str(&b));
	CHECK(r->is_ok);
	CHECK_INT(map_get(r->v.map, "a")->len, 1000000);
	read_release(r);
	strbuf_clear(&b);

	for (int i = 0; i < 100000; i++)
		strbuf_printf(&b, "k%d: 1\n", i);
	r = read_text(strbuf_str(&b));
	CHECK(r->is_ok);
	CHECK_INT(r->v.map->count, 100000);
	CHECK(map_get(r->v.map, "k77777") != NULL);
	CHECK(map_get(r->v.map, "k100000") == NULL);
	read_release(r);
	strbuf_release(&b);
}

/* What was read before the error is there, for completion in an editor. */
TEST(source_yaml_partial)
{
	struct read *r = read_text(STR("a: 1\nsteps:\n  - id: x\n    run: [y\n"));
	CHECK(!r->is_ok);
	struct strbuf json = {0};
	json_encode(&json, &r->v, 0);
	CHECK_TEXT(strbuf_str(&json), "{\"a\":1,\"steps\":[{\"id\":\"x\",\"run\":[\"y\"]}]}");
	strbuf_release(&json);
	read_release(r);
}

/* Every prefix of a text with everything in it, and every byte of it changed: no crash, and either
 * a value or a finding. */
TEST(source_yaml_mutations)
{
	static const char text[] = "version: 1\na: &x {p: \"q\\n\", r: 'it''s'}\nsteps:\n  - id: "
				   "é\n    if: !t x\n    run: |\n"
				   "      echo ${{ a }}\n    <<: *x\n    with: [1, {b: c}, ${{ x "
				   "}}]\n  - b: {{ c }} # d\n";
	static const char bytes[] = "\t\n\"'[]{}:,-#&*!|>%@` \\?\x00\xC2\xA0\xFF";
	for (size_t i = 0; i < sizeof text; i++) {
		test_about("prefix of %zu bytes", i);
		char *copy = heap_array(NULL, i, 1);
		memcpy(copy, text, i);
		struct read *r = read_text((struct str){copy, i});
		CHECK(r->is_ok == (r->d.count == 0));
		read_release(r);
		for (size_t k = 0; i && k < sizeof bytes - 1; k++) {
			copy[i - 1] = bytes[k];
			r = read_text((struct str){copy, i});
			CHECK(r->is_ok == (r->d.count == 0));
			read_release(r);
		}
		free(copy);
	}
}

/* Found by fuzzing: what looks one byte further than the text goes. */
TEST(source_yaml_tails)
{
	static const char *const tails[] = {"\" a\\", "\"\\x", "\"S\\u", "\"\\x\\", "{\u2000",
		"a: {\u00a0", "'", "\"", "a: |", "a: >-", "&", "*", "!", "a: !", "@", "{{",
		"a: ${{", "- ", "a:", "?", "%", "%YAML", "... x", "---", "a: 'x' y", "[a}", "\t"};
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		test_about("%s", tails[i]);
		size_t len = strlen(tails[i]);
		char *copy = heap_array(NULL, len, 1);
		memcpy(copy, tails[i], len);
		struct read *r = read_text((struct str){copy, len});
		CHECK(r->is_ok == (r->d.count == 0));
		for (struct diagnostic *x = r->d.first; x; x = x->next)
			CHECK((size_t)x->span.start + x->span.len <= len);
		read_release(r);
		free(copy);
	}
}

/* A file that is one line, with many findings in it. */
TEST(source_yaml_one_long_line)
{
	struct strbuf b = {0};
	strbuf_puts(&b, "a: [");
	repeat(&b, "!t x, ", 200000);
	strbuf_puts(&b, "]");
	double from = test_cpu_seconds();
	struct read *r = read_text(strbuf_str(&b));
	CHECK_INT(r->d.count, DIAGNOSTICS_MAX);
	CHECK_INT(r->d.errors, 200000);
	CHECK_CPU(from, 2);
	read_release(r);
	strbuf_release(&b);
}
