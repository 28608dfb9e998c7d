/*
 * `${{ }}`: where it ends, what it becomes, and what is said when it cannot.
 */
#include "test.h"

#include "base/json.h"
#include "script/template.h"
#include "source/yaml.h"

static struct arena arena;
static struct source_set files;
static struct value names;

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	(void)scope;
	(void)ev;
	const struct entry *e = map_find(names.map, name);
	if (e)
		*out = e->value;
	return e != NULL;
}

static const char *missing(const struct scope *scope, const struct expr *e, struct eval *ev)
{
	(void)scope;
	(void)ev;
	return e->kind == EXPR_FIELD && str_is(e->name, "gone") ? "step `x` was skipped" : NULL;
}

static const struct scope scope = {.lookup = lookup, .missing = missing};

static void world_begin(void)
{
	struct json_error error;
	arena_init(&arena);
	CHECK(json_decode(&arena,
		STR("{\"a\":1,\"f\":0.1,\"s\":\"text\",\"t\":true,\"list\":[1,\"x\"],"
		    "\"map\":{\"k\":[1]},\"n\":null}"),
		&names, &error));
	map_set(&arena, names.map, STR("later"), value_unknown("not yet"));
	struct value secret = value_str(STR("hunter2!"));
	secret.flags = VALUE_SECRET;
	map_set(&arena, names.map, STR("secret"), secret);
}

/* ---- where it ends -------------------------------------------------------------------------- */

TEST(template_find)
{
	static const struct {
		const char *text;
		int kind, start, end; /* kind -1: none */
		const char *code;
	} rows[] = {
		{"none", -1, 0, 0, ""},
		{"$ { {{ }} $x ${y}", -1, 0, 0, ""},
		{"${{ a }}", TEMPLATE_MARK_CODE, 0, 8, " a "},
		{"x ${{a}} y", TEMPLATE_MARK_CODE, 2, 8, "a"},
		{"${{ '}}' }}", TEMPLATE_MARK_CODE, 0, 11, " '}}' "},
		{"${{ \"\\\"}}\" }}", TEMPLATE_MARK_CODE, 0, 13, " \"\\\"}}\" "},
		{"${{ [[}}]] }}", TEMPLATE_MARK_CODE, 0, 13, " [[}}]] "},
		{"${{ [=[ ]]}} ]=] }}", TEMPLATE_MARK_CODE, 0, 19, " [=[ ]]}} ]=] "},
		{"${{ {a={b=1}} }}", TEMPLATE_MARK_CODE, 0, 16, " {a={b=1}} "},
		{"${{{1,{2}}}}", TEMPLATE_MARK_CODE, 0, 12, "{1,{2}}"},
		{"${{ a[b[1]] }}", TEMPLATE_MARK_CODE, 0, 14, " a[b[1]] "},
		{"${{ don't }}", TEMPLATE_MARK_CODE, 0, 12, " don't "},
		{"${{ don't\n }}", TEMPLATE_MARK_CODE, 0, 13, " don't\n "},
		{"${{ { }}", TEMPLATE_MARK_CODE, 0, 8, " { "},
		{"${{ a", TEMPLATE_MARK_UNCLOSED, 0, 3, ""},
		{"${{ a }", TEMPLATE_MARK_UNCLOSED, 0, 3, ""},
		{"x$${{ a }}", TEMPLATE_MARK_ESCAPE, 1, 5, ""},
		{"$$${{ a }}", TEMPLATE_MARK_ESCAPE, 1, 5, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct template_mark mark;
		test_about("%s", rows[i].text);
		bool found = template_find(str_of(rows[i].text), 0, &mark);
		if (!CHECK(found == (rows[i].kind >= 0)) || !found)
			continue;
		CHECK_INT(mark.kind, rows[i].kind);
		CHECK_INT(mark.start, rows[i].start);
		CHECK_INT(mark.end, rows[i].end);
		CHECK_TEXT(mark.code, rows[i].code);
	}
	test_about("%s", "");
}

/* ---- what it becomes ------------------------------------------------------------------------ */

/* The value of `x` in a document, as a template. */
static struct template *read_template(const char *document, bool allow_raw, struct diagnostics *d)
{
	struct value v;
	source_init(&files, &arena);
	diagnostics_init(d, &arena);
	struct source_file *file = source_add(&files, "test.yml", str_of(document), false);
	CHECK(yaml_read(file, &arena, d, &v));
	return template_parse(&arena, file, map_get(v.map, "x"), allow_raw, d);
}

enum mode { TYPED, TEXT, PARTIAL };

static struct str render(const struct template *t, enum mode mode, uint8_t *flags)
{
	static struct strbuf b;
	struct eval ev = {.arena = &arena, .scope = &scope};
	struct value v = value_nil();
	bool ok = true;
	strbuf_clear(&b);
	if (mode == PARTIAL)
		template_render_partial(&ev, t, &v);
	else
		ok = (mode == TYPED ? template_render : template_render_text)(&ev, t, &v);
	CHECK(ok == (ev.error == NULL));
	*flags = v.flags;
	if (ok)
		json_encode(&b, &v, 0);
	else
		strbuf_printf(&b, "error: %s", ev.error);
	return strbuf_str(&b);
}

static const struct {
	const char *document;
	enum mode mode;
	int kind;
	const char *result;
} rows[] = {
	{"x: plain", TYPED, TEMPLATE_CONSTANT, "\"plain\""},
	{"x: 5", TYPED, TEMPLATE_CONSTANT, "5"},
	{"x: 5", TEXT, TEMPLATE_CONSTANT, "\"5\""},
	{"x: [1, a]", TYPED, TEMPLATE_CONSTANT, "[1,\"a\"]"},
	{"x: ${{ a }}", TYPED, TEMPLATE_SINGLE, "1"},
	{"x: '${{ list }}'", TYPED, TEMPLATE_SINGLE, "[1,\"x\"]"},
	{"x: '${{ a == 1 }}'", TYPED, TEMPLATE_SINGLE, "true"},
	{"x: ${{ a }}", TEXT, TEMPLATE_SINGLE, "\"1\""},
	{"x: ${{ list }}", TEXT, TEMPLATE_SINGLE, "\"[1,\\\"x\\\"]\""},
	{"x: a ${{ a }} b ${{ s }}", TYPED, TEMPLATE_TEXT, "\"a 1 b text\""},
	{"x: ${{ a }}${{ f }}", TYPED, TEMPLATE_TEXT, "\"10.1\""},
	{"x: v ${{ t }} ${{ map }}", TYPED, TEMPLATE_TEXT, "\"v true {\\\"k\\\":[1]}\""},
	{"x: \"${{ a }} \"", TYPED, TEMPLATE_TEXT, "\"1 \""},
	{"x: $${{ a }} ${{ a }}", TYPED, TEMPLATE_TEXT, "\"${{ a }} 1\""},
	{"x: $${{ a }}", TYPED, TEMPLATE_TEXT, "\"${{ a }}\""},
	{"x: \"${{ '}}' .. s }}\"", TYPED, TEMPLATE_SINGLE, "\"}}text\""},
	{"x: [a, '${{ a }}', [b, 'c${{ s }}']]", TYPED, TEMPLATE_LIST,
		"[\"a\",1,[\"b\",\"ctext\"]]"},
	{"x: { k: '${{ a }}', '${{ a }}': 2 }", TYPED, TEMPLATE_MAP, "{\"k\":1,\"${{ a }}\":2}"},
	{"x: { k: '${{ a }}' }", TEXT, TEMPLATE_MAP, "\"{\\\"k\\\":1}\""},
	{"x: |\n  one ${{ a }}\n  two\n", TYPED, TEMPLATE_TEXT, "\"one 1\\ntwo\\n\""},
	{"x: ${{ n }}", TYPED, TEMPLATE_SINGLE, "error: `n` is nothing"},
	{"x: a ${{ map.gone }}", TYPED, TEMPLATE_TEXT,
		"error: `map.gone` is nothing (step `x` was skipped)"},
	{"x: ${{ later }}", TYPED, TEMPLATE_SINGLE, "error: `later` is unknown (not yet)"},
	{"x: ['${{ nope }}']", TYPED, TEMPLATE_LIST, "error: there is no `nope` here"},
	{"x: a ${{ later }} ${{ a }}", PARTIAL, TEMPLATE_TEXT, "\"a ${{ later }} 1\""},
	{"x: ['${{ later }}', '${{ list }}']", PARTIAL, TEMPLATE_LIST,
		"[\"${{ later }}\",[1,\"x\"]]"},
	{"x: ${{ nope.x }}", PARTIAL, TEMPLATE_SINGLE, "\"${{ nope.x }}\""},
	{"x: a ${{ secret }}", TYPED, TEMPLATE_TEXT, "\"a hunter2!\""},
	{"x: {k: ['${{ secret }}']}", TYPED, TEMPLATE_MAP, "{\"k\":[\"hunter2!\"]}"},
};

TEST(template_render)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diagnostics d;
		uint8_t flags;
		world_begin();
		test_about("%s", rows[i].document);
		struct template *t = read_template(rows[i].document, false, &d);
		CHECK_INT(d.count, 0);
		CHECK_INT(t->kind, rows[i].kind);
		CHECK_TEXT(render(t, rows[i].mode, &flags), rows[i].result);
		bool is_secret = strstr(rows[i].document, "secret") != NULL;
		CHECK(((flags & VALUE_SECRET) != 0) == is_secret);
		arena_release(&arena);
	}
	test_about("%s", "");
}

/* ---- what is said --------------------------------------------------------------------------- */

static const struct {
	const char *document;
	bool allow_raw;
	const char *code, *at, *message;
} slips[] = {
	{"x: a ${{ a", false, "RB209", "${{", "this `${{` is not closed"},
	{"x: a ${{ }} b", false, "RB209", "${{ }}", "an interpolation with nothing in it"},
	{"x: a ${{ a && t }}", false, "RB201", "&&", "`&&` is no operator of Lua"},
	{"x: |\n  one\n  two ${{ a != t }}\n", false, "RB201", "!=", "`!=` is no operator of Lua"},
	{"x: >\n  one\n  two ${{ a\n  != t }}\n", false, "RB201",
		"!=", "`!=` is no operator of Lua"},
	{"x: \"\\\"q\\\" \\u00e4 ${{ a != t }}\"", false, "RB201",
		"!=", "`!=` is no operator of Lua"},
	{"x: 'it''s ${{ a != t }}'", false, "RB201", "!=", "`!=` is no operator of Lua"},
	{"x: [a, {b: '${{ a != t }}'}]", false, "RB201", "!=", "`!=` is no operator of Lua"},
	{"x: ${{ raw(a) }}", false, "RB206", "raw(a)",
		"`raw` only has a meaning in a `run` script"},
	{"x: ${{ raw(a, t) }}", true, "RB205", "raw(a, t)", "`raw` takes 1 argument, not 2"},
	{"x: ${{ raw(a) .. s }}", true, "RB206", "raw(a)",
		"`raw` has to be the whole of its `${{ }}`"},
	{"x: ${{ raw(raw(a)) }}", true, "RB206", "raw(a)",
		"`raw` has to be the whole of its `${{ }}`"},
};

TEST(template_slips)
{
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		struct diagnostics d;
		world_begin();
		test_about("%s", slips[i].document);
		read_template(slips[i].document, slips[i].allow_raw, &d);
		CHECK_INT(d.count, 1);
		if (d.first) {
			struct span s = d.first->span;
			struct str at = {slips[i].document + s.start, s.len};
			CHECK_STR(rule_info(d.first->rule)->code, slips[i].code);
			CHECK_TEXT(at, slips[i].at);
			CHECK_STR(d.first->message, slips[i].message);
		}
		arena_release(&arena);
	}
	test_about("%s", "");
}

static void count_code(void *context, const struct guard *code)
{
	CHECK(code->expr != NULL);
	++*(int *)context;
}

TEST(template_raw_and_visit)
{
	struct diagnostics d;
	int count = 0;
	world_begin();
	struct template *t = read_template("x: echo ${{ raw(s) }} ${{ a }}", true, &d);
	CHECK_INT(d.count, 0);
	CHECK_INT(t->count, 4);
	CHECK(t->pieces[1].is_raw && !t->pieces[3].is_raw);
	CHECK(t->pieces[1].code.expr->kind == EXPR_NAME);
	t = read_template("x: {a: '${{ a }}', b: [c, '${{ s }} ${{ t }}'], d: e}", false, &d);
	template_visit(t, count_code, &count);
	CHECK_INT(count, 3);
	arena_release(&arena);
}
