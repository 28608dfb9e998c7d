/*
 * The parser: trees, places, and what is said about slips.
 */
#include "test.h"

#include "script/expr.h"
#include "script/expr_number.h"
#include "script/sandbox.h"
#include "source/yaml.h"

static struct arena arena;

/* ---- trees ---------------------------------------------------------------------------------- */

static const char *const operators[] = {
	"+",
	"-",
	"*",
	"/",
	"//",
	"%",
	"^",
	"&",
	"|",
	"~",
	"<<",
	">>",
	"..",
	"==",
	"~=",
	"<",
	"<=",
	">",
	">=",
	"neg",
	"bnot",
	"len",
};

static void dump(struct strbuf *b, const struct expr *e)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
	case EXPR_NAME:
		expr_print(b, e);
		return;
	case EXPR_FIELD:
		strbuf_printf(b, "(. %.*s", STR_ARGS(e->name));
		break;
	case EXPR_INDEX:
		strbuf_puts(b, "([]");
		break;
	case EXPR_CALL:
		strbuf_printf(b, "(call %.*s", STR_ARGS(e->name));
		break;
	case EXPR_METHOD:
		strbuf_printf(b, "(method %.*s", STR_ARGS(e->name));
		break;
	case EXPR_UNARY:
	case EXPR_BINARY:
		strbuf_printf(b, "(%s", operators[e->op]);
		break;
	case EXPR_AND:
		strbuf_puts(b, "(and");
		break;
	case EXPR_OR:
		strbuf_puts(b, "(or");
		break;
	case EXPR_NOT:
		strbuf_puts(b, "(not");
		break;
	case EXPR_TABLE:
		strbuf_puts(b, "(table");
		break;
	}
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++) {
		strbuf_putc(b, ' ');
		dump(b, child);
	}
	strbuf_putc(b, ')');
}

static const struct expr *parse(const char *text, struct diagnostics *d)
{
	struct origin o = {.file = 1, .is_exact = true};
	diagnostics_init(d, &arena);
	return expr_parse(&arena, str_of(text), &o, d);
}

static const struct {
	const char *text, *tree;
} trees[] = {
	{"a", "a"},
	{"1 + 2 * 3", "(+ 1 (* 2 3))"},
	{"1 * 2 + 3", "(+ (* 1 2) 3)"},
	{"a - b - c", "(- (- a b) c)"},
	{"a ^ b ^ c", "(^ a (^ b c))"},
	{"a .. b .. c", "(.. a (.. b c))"},
	{"a .. b + c", "(.. a (+ b c))"},
	{"-a ^ b", "(neg (^ a b))"},
	{"-2 ^ 2", "(neg (^ 2 2))"},
	{"a ^ -b", "(^ a (neg b))"},
	{"- -1", "1"},
	{"-1", "-1"},
	{"-0x10", "-16"},
	{"- - -a", "(neg (neg (neg a)))"},
	{"not a == b", "(== (not a) b)"},
	{"not not a", "(not (not a))"},
	{"a and b or c and d", "(or (and a b) (and c d))"},
	{"a or b and c", "(or a (and b c))"},
	{"a < b == c", "(== (< a b) c)"},
	{"a | b ~ c & d << e .. f", "(| a (~ b (& c (<< d (.. e f)))))"},
	{"a << b >> c", "(>> (<< a b) c)"},
	{"~a & b", "(& (bnot a) b)"},
	{"a ~ ~b", "(~ a (bnot b))"},
	{"#a + 1", "(+ (len a) 1)"},
	{"#a.b", "(len (. b a))"},
	{"a // b % c / d", "(/ (% (// a b) c) d)"},
	{"(a or b) and c", "(and (or a b) c)"},
	{"a.b.c", "(. c (. b a))"},
	{"a[\"b\"]", "(. b a)"},
	{"a[1]", "([] a 1)"},
	{"a[b.c][d]", "([] ([] a (. c b)) d)"},
	{"f()", "(call f)"},
	{"f(a, 1, g(b))", "(call f a 1 (call g b))"},
	{"f \"x\"", "(call f \"x\")"},
	{"f{1, 2}", "(call f (table 1 2))"},
	{"f[[x]]", "(call f \"x\")"},
	{"f(a).b", "(. b (call f a))"},
	{"lib.f(a)", "(call lib.f a)"},
	{"math.floor(x)", "(call math.floor x)"},
	{"a:b(1)", "(method b a 1)"},
	{"a.b:c\"5m\" > 1", "(> (method c (. b a) \"5m\") 1)"},
	{"(\"x\"):upper()", "(method upper (\"x\"))"},
	{"{}", "(table)"},
	{"{1, 2,}", "(table 1 2)"},
	{"{a = 1; b = 2}", "(table \"a\" 1 \"b\" 2)"},
	{"{[a] = 1, 2}", "(table a 1 2)"},
	{"{a == b, c=d}", "(table (== a b) \"c\" d)"},
	{"{a = b == c}", "(table \"a\" (== b c))"},
	{"a -- comment", "a"},
	{"a --[[ long ]] + b", "(+ a b)"},
	{"a --[==[ ]] ]==] + b", "(+ a b)"},
	{"a\n\t+ -- here\n b", "(+ a b)"},
	{"math.pi", "3.1415926535898"},
	{"x.null", "(. null x)"},
	{"x.yes == {True = 1}", "(== (. yes x) (table \"True\" 1))"},
	{"nil", "nil"},
	{"true ~= false", "(~= true false)"},
	{"a--b", "a"},
	{"a=='b'", "(== a \"b\")"},
};

TEST(expr_trees)
{
	arena_init(&arena);
	struct strbuf b = {0};
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct diagnostics d;
		test_about("%s", trees[i].text);
		const struct expr *e = parse(trees[i].text, &d);
		strbuf_clear(&b);
		if (CHECK(e != NULL))
			dump(&b, e);
		CHECK_TEXT(strbuf_str(&b), trees[i].tree);
		CHECK(d.count == 0);
	}
	test_about("%s", "");
	strbuf_release(&b);
	arena_release(&arena);
}

/* ---- literals ------------------------------------------------------------------------------- */

static const struct {
	const char *text, *bytes;
	size_t len;
} strings[] = {
	{"'a'", "a", 1},
	{"''", "", 0},
	{"\"it's\"", "it's", 4},
	{"'\\n\\t\\\\\\'\\\"'", "\n\t\\'\"", 5},
	{"'\\a\\b\\f\\v\\r'", "\a\b\f\v\r", 5},
	{"'\\x41\\x7a'", "Az", 2},
	{"'\\65\\0661'", "AB1", 3},
	{"'a\\0b'", "a\0b", 3},
	{"'\\u{e4}\\u{20ac}\\u{1F600}'", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9},
	{"'\\u{7FFFFFFF}'", "\xfd\xbf\xbf\xbf\xbf\xbf", 6},
	{"'a\\z  \n\t b'", "ab", 2},
	{"'a\\\nb'", "a\nb", 3},
	{"[[a]]", "a", 1},
	{"[[\na\nb]]", "a\nb", 3},
	{"[[\r\na\r\nb]]", "a\nb", 3},
	{"[==[a]]b]=]]==]", "a]]b]=]", 7},
	{"[[\\n]]", "\\n", 2},
};

TEST(expr_strings)
{
	arena_init(&arena);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		struct diagnostics d;
		test_about("%s", strings[i].text);
		const struct expr *e = parse(strings[i].text, &d);
		if (!CHECK(e && e->kind == EXPR_CONSTANT && e->constant.kind == VALUE_STRING))
			continue;
		CHECK(str_equal(value_string(&e->constant),
			(struct str){strings[i].bytes, strings[i].len}));
	}
	test_about("%s", "");
	arena_release(&arena);
}

static const struct {
	const char *text, *printed; /* as tostring() would */
} numerals[] = {
	{"0", "0"},
	{"3", "3"},
	{"0x", NULL},
	{"0xff", "255"},
	{"0XA", "10"},
	{"1e2", "100.0"},
	{"3.", "3.0"},
	{".5", "0.5"},
	{"5.e1", "50.0"},
	{"0x.8p1", "1.0"},
	{"0xA.8", "10.5"},
	{"0x1p-2", "0.25"},
	{"9223372036854775807", "9223372036854775807"},
	{"9223372036854775808", "9.2233720368548e+18"},
	{"0xffffffffffffffff", "-1"},
	{"0x1ffffffffffffffff", "-1"},
	{"1e400", "inf"},
	{"1e-400", "0.0"},
	{"1e", NULL},
	{"1e+", NULL},
	{"1.2.3", NULL},
	{".", NULL},
	{"0x1p", NULL},
	{"0xg", NULL},
	{"1_000", NULL},
	{"08", "8"},
	{"00012", "12"},
	{"123456789012345678901234567890.5", "1.2345678901235e+29"},
};

TEST(expr_numerals)
{
	for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++) {
		struct value v;
		char text[LUA_NUMBER_TEXT];
		test_about("%s", numerals[i].text);
		bool ok = lua_numeral(str_of(numerals[i].text), &v);
		if (!CHECK(ok == (numerals[i].printed != NULL)) || !ok)
			continue;
		lua_number_text(&v, text);
		CHECK_STR(text, numerals[i].printed);
	}
	struct value v;
	CHECK(lua_tonumber(STR("  -0x10 \n"), &v) && v.integer == -16);
	CHECK(lua_tonumber(STR("-9223372036854775808"), &v) && v.integer == INT64_MIN);
	CHECK(lua_tonumber(STR("+.5"), &v) && v.number == 0.5);
	CHECK(!lua_tonumber(STR(""), &v) && !lua_tonumber(STR("+-5"), &v));
	CHECK(!lua_tonumber(STR("5x"), &v) && !lua_tonumber(STR("inf"), &v));
	CHECK(!lua_tonumber(STR("nan"), &v) && !lua_tonumber(STR("- 5"), &v));
	test_about("%s", "");
}

/* What is printed is Lua, whatever stands in it. */
TEST(expr_printed)
{
	static const char *const rows[][2] = {{"- - x", "- -x"}, {"-(-x)", "-(-x)"},
		{"a['b c'].d", "a[\"b c\"].d"},
		{"'a\"\\n\\27\\255\xc3\xa9\\\\'", "\"a\\\"\\n\\x1b\\xff\xc3\xa9\\\\\""}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diagnostics d;
		struct strbuf b = {0};
		arena_init(&arena);
		expr_print(&b, parse(rows[i][0], &d));
		CHECK_TEXT(strbuf_str(&b), rows[i][1]);
		strbuf_release(&b);
		arena_release(&arena);
	}
	/* To Lua these end a line, and no string goes over one. */
	struct diagnostics d;
	arena_init(&arena);
	CHECK(!parse("'a\rb'", &d) && d.errors);
	CHECK(parse("a -- b\r+ 1", &d) && !d.errors);
	CHECK(!parse("a...1", &d) && d.errors);
	arena_release(&arena);
}

/* ---- places --------------------------------------------------------------------------------- */

TEST(expr_spans)
{
	struct diagnostics d;
	arena_init(&arena);
	const struct expr *e = parse("  (a + b) * f( c ) ", &d);
	CHECK_INT(e->start, 2);
	CHECK_INT(e->len, 16);
	CHECK_INT(e->left->start, 2);
	CHECK_INT(e->left->len, 7);
	CHECK(e->left->in_parens);
	CHECK_INT(e->right->start, 12);
	CHECK_INT(e->right->len, 6);
	e = parse("not a.b[ 1 ].c", &d);
	CHECK_INT(e->left->start, 4);
	CHECK_INT(e->left->len, 10);
	arena_release(&arena);
}

/* ---- slips ---------------------------------------------------------------------------------- */

/* The text with all fixes of all diagnostics, which do not overlap. */
static char *mended(const char *text, const struct diagnostics *d)
{
	struct strbuf b = {0};
	size_t at = 0, len = strlen(text);
	while (at <= len) {
		const struct fix *here = NULL;
		for (const struct diagnostic *x = d->first; x; x = x->next)
			for (const struct fix *f = x->fixes; f; f = f->next)
				if (f->span.start == at)
					here = f;
		if (here) {
			strbuf_puts(&b, here->text);
			at += here->span.len;
		}
		if (at < len && !(here && here->span.len == 0))
			strbuf_putc(&b, text[at]);
		else if (at < len)
			strbuf_putc(&b, text[at]);
		at++;
	}
	char *copy = arena_copy(&arena, b.at, b.len);
	strbuf_release(&b);
	return copy;
}

static const struct {
	const char *text, *code;
	int start, len;
	const char *message, *fixed; /* fixed NULL: no fix */
} slips[] = {
	{"a && b", "RB201", 2, 2, "`&&` is no operator of Lua", "a and b"},
	{"a&&b||c", "RB201", 1, 2, "`&&` is no operator of Lua", "a and b or c"},
	{"a != b", "RB201", 2, 2, "`!=` is no operator of Lua", "a ~= b"},
	{"a !== b", "RB201", 2, 3, "`!==` is no operator of Lua", "a ~= b"},
	{"a === b", "RB201", 2, 3, "`===` is no operator of Lua", "a == b"},
	{"a <> b", "RB201", 2, 2, "`<>` is no operator of Lua", "a ~= b"},
	{"a => b", "RB201", 2, 2, "`=>` is no operator of Lua", "a >= b"},
	{"a <\xc2\xa0 \xc2\xa0 b\xc2\xa0", "RB201", 3, 2, "a non-breaking space", "a <    b "},
	{"!x", "RB201", 0, 1, "`!` is no operator of Lua", "not x"},
	{"a and !(b)", "RB201", 6, 1, "`!` is no operator of Lua", "a and not (b)"},
	{"!x && !y", "RB201", 0, 1, "`!` is no operator of Lua", "not x and not y"},
	{"x = 3", "RB201", 2, 1, "`=` would set a value; a comparison is `==`", "x == 3"},
	{"x=3 && y=4", "RB201", 1, 1, "`=` would set a value; a comparison is `==`",
		"x==3 and y==4"},
	{"a \xe2\x89\xa5 b", "RB201", 2, 3, "`\xe2\x89\xa5` is no operator of Lua", "a >= b"},
	{"x ** 2", "RB201", 2, 2, "`**` is no operator of Lua", "x ^ 2"},
	{"a ?? b", "RB201", 2, 2, "`??` is no operator of Lua", "a or b"},
	{"a?.b", "RB201", 1, 2, "`?.` is no operator of Lua", "a.b"},
	{"x == null", "RB202", 5, 4, "there is no `null`", "x == nil"},
	{"x == None", "RB202", 5, 4, "there is no `None`", "x == nil"},
	{"yes", "RB202", 0, 3, "there is no `yes`", "true"},
	{"x == True", "RB202", 5, 4, "there is no `True`", "x == true"},
	{"off", "RB202", 0, 3, "there is no `off`", "false"},
	{"a AND b OR NOT c", "RB201", 2, 3, "`AND` is no operator of Lua", "a and b or not c"},
	{"a ? b : c", "RB201", 2, 1, "`a ? b : c` is no expression of Lua", "a and b or c"},
	{"a?b(x):c", "RB201", 1, 1, "`a ? b : c` is no expression of Lua", "a and b(x) or c"},
	{"(a ? 1 : 2)", "RB201", 3, 1, "`a ? b : c` is no expression of Lua", "(a and 1 or 2)"},
	{"x++", "RB206", 1, 2, "`++` changes a value; an expression only computes one", NULL},
	{"x += 1", "RB206", 2, 2, "`+=` changes a value; an expression only computes one", NULL},
	{"x =~ 'a'", "RB201", 2, 2, "`=~` is no operator of Lua", NULL},
	{"x == 3, y == 4", "RB201", 6, 1, "only the first of several values would count",
		"x == 3 and y == 4"},
	{"x == 3; y", "RB206", 6, 1, "`;` ends a statement; a guard has none", NULL},
	{"function() return 1 end", "RB206", 0, 8, "a guard cannot define a function", NULL},
	{"f(function() end)", "RB206", 2, 8, "a guard cannot define a function", NULL},
	{"for i = 1, 2 do end", "RB206", 0, 3, "a guard cannot have a loop", NULL},
	{"while true do end", "RB206", 0, 5, "a guard cannot have a loop", NULL},
	{"if a then b end", "RB206", 0, 2, "`if … then` is a statement; a guard is an expression",
		NULL},
	{"local x = 1", "RB206", 0, 5, "a guard cannot have variables", NULL},
	{"return x", "RB206", 0, 6, "`return` is a statement", "x"},
	{"a then b", "RB206", 2, 4, "`then` belongs to a statement", NULL},
	{"x in list", "RB201", 2, 2, "`in` is no operator of Lua", NULL},
	{"x y", "RB201", 2, 1, "expected an operator or the end, found `y`", NULL},
	{"x contains y", "RB201", 2, 8, "expected an operator or the end, found `contains`", NULL},
	{"x 'y' z", "RB201", 6, 1, "expected an operator or the end, found `z`", NULL},
	{"a +", "RB201", 2, 1, "expected a value, found the end", NULL},
	{"a + + b", "RB201", 4, 1, "expected a value, found `+`", NULL},
	{"+a", "RB201", 0, 1, "expected a value, found `+`", NULL},
	{"a == ", "RB201", 3, 1, "expected a value, found the end", NULL},
	{"5 % > x", "RB201", 4, 1, "expected a value, found `>`", NULL},
	{"x > 5%", "RB201", 5, 1, "expected a value, found the end", NULL},
	{"x > 5m", "RB201", 4, 2, "`5m` is no number", "x > seconds(\"5m\")"},
	{"x > 1h30m", "RB201", 4, 5, "`1h30m` is no number", "x > seconds(\"1h30m\")"},
	{"x > 10x", "RB201", 4, 3, "`10x` is no number", NULL},
	{"1..2", "RB201", 0, 4, "`1..2` is no number", NULL},
	{"(a", "RB201", 0, 1, "`(` is not closed", NULL},
	{"f(a, b", "RB201", 1, 1, "`(` is not closed", NULL},
	{"a[1", "RB201", 1, 1, "`[` is not closed", NULL},
	{"{1, 2", "RB201", 0, 1, "`{` is not closed", NULL},
	{"(a]", "RB201", 2, 1, "expected `)`, found `]`", NULL},
	{"a)", "RB201", 1, 1, "expected an operator or the end, found `)`", NULL},
	{"f(,)", "RB201", 2, 1, "expected a value, found `,`", NULL},
	{"a.", "RB201", 1, 1, "expected a name behind `.`", NULL},
	{"a.1", "RB201", 1, 2, "expected an operator or the end, found `.1`", "a[1]"},
	{"a.end", "RB201", 2, 3, "`end` is a word of Lua and cannot stand behind a point",
		"a[\"end\"]"},
	{"a.not.b", "RB201", 2, 3, "`not` is a word of Lua and cannot stand behind a point",
		"a[\"not\"].b"},
	{"a:b", "RB201", 2, 1, "a method has to be called", NULL},
	{"a.b.c(1)", "RB206", 0, 5, "only functions can be called, by their name", NULL},
	{"a[\"|\"](1)", "RB206", 0, 6, "only functions can be called, by their name", NULL},
	{"f(1)(2)", "RB206", 0, 4, "only functions can be called, by their name", NULL},
	{"'a", "RB201", 0, 1, "this string is not closed", NULL},
	{"x == \"a", "RB201", 5, 1, "this string is not closed", NULL},
	{"'a\nb'", "RB201", 0, 1, "this string is not closed", NULL},
	{"[[a", "RB201", 0, 2, "this long string is not closed", NULL},
	{"a --[[ b", "RB201", 2, 4, "this long comment is not closed", NULL},
	{"matches(x, '\\d+')", "RB201", 12, 2, "`\\d` is no escape of a string",
		"matches(x, '\\\\d+')"},
	{"'\\x4'", "RB201", 1, 3, "`\\x4` needs two hexadecimal digits", NULL},
	{"'\\300'", "RB201", 1, 4, "`\\300` is no byte: the largest is `\\255`", NULL},
	{"'\\u{110000000}'", "RB201", 1, 12, "`\\u{110000000` is too large", NULL},
	{"list[0]", "RB203", 5, 1, "lists start at 1", "list[1]"},
	{"list[-1]", "RB203", 5, 2, "no list has an item before its first", NULL},
	{"$HOME == 'x'", "RB201", 0, 5, "`$` is no sign of Lua", "env.HOME == 'x'"},
	{"${HOME} == 'x'", "RB201", 0, 7, "`$` is no sign of Lua", "env.HOME == 'x'"},
	{"a == ${{ b }}", "RB208", 5, 8, "`${{ }}` inside an expression: it is one already",
		"a == b"},
	{"${{ a }} == ${{ b }}", "RB208", 0, 8, "`${{ }}` inside an expression: it is one already",
		"a == b"},
	{"a == \"${{ b }}\"", "RB208", 6, 3,
		"`${{ }}` inside a string of an expression stays as it is", NULL},
	{"x == \xe2\x80\x9cprod\xe2\x80\x9d", "RB201", 5, 3,
		"`\xe2\x80\x9c` is a typographic quote and begins no string",
		"x == \"prod\xe2\x80\x9d"},
	{"x == `a`", "RB201", 5, 1, "expected a value, found ```", NULL},
	{"@x", "RB201", 0, 1, "expected a value, found `@`", NULL},
	{"", "RB207", 0, 0, "there is no expression here", NULL},
	{" -- x", "RB207", 0, 5, "there is no expression here", NULL},
	{"trim()", "RB205", 0, 6, "`trim` takes 1 argument, not 0", NULL},
	{"a and trim(x, y)", "RB205", 6, 10, "`trim` takes 1 argument, not 2", NULL},
	{"string.rep('a')", "RB205", 0, 15, "`string.rep` takes at least 2 arguments, not 1", NULL},
};

TEST(expr_slips)
{
	arena_init(&arena);
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		struct diagnostics d;
		test_about("%s", slips[i].text);
		CHECK(parse(slips[i].text, &d) == NULL);
		if (!CHECK(d.first != NULL))
			continue;
		CHECK_STR(rule_info(d.first->rule)->code, slips[i].code);
		CHECK_STR(d.first->message, slips[i].message);
		CHECK_INT(d.first->span.start, slips[i].start);
		CHECK_INT(d.first->span.len, slips[i].len);
		if (!slips[i].fixed) {
			CHECK(d.first->fixes == NULL);
			continue;
		}
		const char *fixed = mended(slips[i].text, &d);
		CHECK_STR(fixed, slips[i].fixed);
		if (!strstr(fixed, "\xe2\x80\x9d"))
			CHECK(parse(fixed, &d) != NULL);
	}
	test_about("%s", "");
	arena_release(&arena);
}

TEST(expr_bounds)
{
	static const char *const openings[] = {"(", "{", "a[", "f(", "not ", "- ", "a ^ ", "a .. ",
		"#", "a + ", "a and ", "a == ", "{x="};
	arena_init(&arena);
	struct strbuf b = {0};
	struct diagnostics d;
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
		strbuf_clear(&b);
		for (int n = 0; n < 5000; n++)
			strbuf_puts(&b, openings[i]);
		strbuf_puts(&b, "a");
		test_about("%s", openings[i]);
		CHECK(parse(b.at, &d) == NULL);
		CHECK(d.first && d.first->rule == RB016);
		CHECK_INT(d.count, 1);
	}
	test_about("%s", "");
	strbuf_clear(&b);
	for (int n = 0; n < 98; n++)
		strbuf_puts(&b, "a or ");
	strbuf_puts(&b, "a");
	const struct expr *e = parse(b.at, &d);
	CHECK(e && e->depth == 99);
	strbuf_clear(&b);
	for (int n = 0; n < 20000; n++)
		strbuf_puts(&b, "a,b ");
	CHECK(parse(b.at, &d) == NULL);
	CHECK(d.first->rule == RB016);
	strbuf_clear(&b);
	strbuf_putc(&b, '{');
	for (int n = 0; n < 1001; n++)
		strbuf_puts(&b, "1,");
	strbuf_putc(&b, '}');
	CHECK(parse(b.at, &d) == NULL);
	CHECK(d.first->rule == RB016);
	strbuf_release(&b);
	arena_release(&arena);
}

/* No text of any kind makes it read where nothing is. */
TEST(expr_garbage)
{
	static const char *const words[] = {"a", "1", "'x'", "(", ")", "[", "]", "{", "}", ".", ",",
		"and", "not", "==", "=", "!", "&&", "?", ":", "${{", "}}", "$", "\\", "--", "[[",
		"]]", "\"", "'", "~", "-", "..", "5m", "if", "\xff", "\xc2\xa0", "#", "null", "AND",
		"f", " ", "\n", "//", "0x", "\\u{", "++", "x:y()"};
	arena_init(&arena);
	uint32_t seed = 12345;
	char text[256];
	size_t parsed = 0;
	for (int round = 0; round < 40000; round++) {
		size_t len = 0;
		for (int n = (int)(seed % 12) + 1; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			const char *word = words[(seed >> 8) % (sizeof words / sizeof *words)];
			memcpy(text + len, word, strlen(word));
			len += strlen(word);
		}
		text[len] = '\0';
		struct diagnostics d;
		const struct expr *e = parse(text, &d);
		if ((e == NULL) != (d.errors > 0))
			test_about("%s", text);
		CHECK((e == NULL) == (d.errors > 0));
		parsed += e != NULL;
		arena_reset(&arena);
	}
	CHECK(parsed > 100);
	arena_release(&arena);
}

/* ---- guards in YAML ------------------------------------------------------------------------- */

static struct source_set files;

/* The value of `if` in a document. */
static struct value read_guard(
	const char *document, struct source_file **file, struct diagnostics *d)
{
	struct value v;
	source_init(&files, &arena);
	diagnostics_init(d, &arena);
	*file = source_add(&files, "test.yml", str_of(document), false);
	yaml_read(*file, &arena, d, &v);
	const struct value *found = v.kind == VALUE_MAP ? map_get(v.map, "if") : NULL;
	return found ? *found : value_nil();
}

static const struct {
	const char *document, *code, *at; /* at: what the span covers */
	const char *fixed;
} guards[] = {
	{"if: a == b\n", NULL, NULL, NULL},
	{"if: true\n", NULL, NULL, NULL},
	{"if: 1\n", NULL, NULL, NULL},
	{"if: a # comment\n", NULL, NULL, NULL},
	{"if:\n", "RB207", NULL, NULL},
	{"if: ''\n", "RB207", NULL, NULL},
	{"if: #x > 0\n", "RB207", "#x > 0", "if: '#x > 0'\n"},
	{"if: vars.x == \"a #b\"\n", "RB201", "#b\"", "if: 'vars.x == \"a #b\"'\n"},
	{"if: ${{ a }}\n", "RB208", "${{ a }}", "if: a\n"},
	{"if: '${{ a == \"b\" }}'\n", "RB208", "${{ a == \"b\" }}", "if: 'a == \"b\"'\n"},
	{"if: '{{ a }}'\n", "RB208", "{{ a }}", "if: 'a'\n"},
	{"if: ${{ \"x\" == a }}\n", "RB208", "${{ \"x\" == a }}", "if: '\"x\" == a'\n"},
	{"if: a && b\n", "RB201", "&&", "if: a and b\n"},
	{"if: 'a && b'\n", "RB201", "&&", "if: 'a and b'\n"},
	{"if: |\n  a and\n  b && c\n", "RB201", "&&", NULL},
	{"if: >\n  a\n\n  and\n  b && c\n", "RB201", "&&", NULL},
	{"if: a and\n  b && c\n", "RB201", "&&", NULL},
	{"if: \"a == \\\"x\\\" && c\"\n", "RB201", "&&", NULL},
	{"if: 'a == ''x'' && c'\n", "RB201", "&&", NULL},
	{"if: [a]\n", "RB102", "[a]", NULL},
};

TEST(expr_guards)
{
	for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
		struct source_file *file;
		struct diagnostics d;
		struct guard g;
		arena_init(&arena);
		test_about("%s", guards[i].document);
		struct value v = read_guard(guards[i].document, &file, &d);
		CHECK_INT(d.count, 0);
		bool ok = guard_parse(&arena, file, &v, &d, &g);
		CHECK(ok == (guards[i].code == NULL));
		CHECK(ok == (g.expr != NULL));
		if (!ok && CHECK(d.first != NULL)) {
			struct span s = d.first->span;
			CHECK_STR(rule_info(d.first->rule)->code, guards[i].code);
			struct str at = {file->text.at + s.start, s.len};
			if (guards[i].at)
				CHECK_TEXT(at, guards[i].at);
			CHECK((d.first->fixes != NULL) == (guards[i].fixed != NULL));
			if (guards[i].fixed)
				CHECK_STR(mended(guards[i].document, &d), guards[i].fixed);
		}
		arena_release(&arena);
	}
	test_about("%s", "");
}

/* ---- calls of what is no function ----------------------------------------------------------- */

static const struct {
	const char *text, *code, *message, *hint;
} calls[] = {
	{"trim(x)", NULL, NULL, NULL},
	{"trmi(x)", "RB204", "there is no function `trmi`", "did you mean `trim`?"},
	{"a and math.flor(x) > 1", "RB204", "there is no function `math.flor`",
		"did you mean `math.floor`?"},
	{"startsWith(x, 'a')", "RB204", "there is no function `startsWith`", "write `starts_with`"},
	{"os.execute('x')", "RB206", "`os.execute` is not allowed in an expression",
		"expressions compute; they touch nothing outside"},
	{"f(load('x'))", "RB204", "there is no function `f`", NULL},
	{"pcall(trim, x)", "RB206", "`pcall` is not allowed in an expression",
		"expressions compute; they touch nothing outside"},
};

TEST(expr_calls)
{
	arena_init(&arena);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct diagnostics d;
		struct origin o = {.file = 1, .is_exact = true};
		test_about("%s", calls[i].text);
		const struct expr *e = parse(calls[i].text, &d);
		if (!CHECK(e != NULL))
			continue;
		expr_check_calls(e, &o, NULL, &d);
		CHECK((d.first != NULL) == (calls[i].code != NULL));
		if (!d.first)
			continue;
		CHECK_STR(rule_info(d.first->rule)->code, calls[i].code);
		CHECK_STR(d.first->message, calls[i].message);
		CHECK((d.first->hint != NULL) == (calls[i].hint != NULL));
		if (d.first->hint && calls[i].hint)
			CHECK_STR(d.first->hint, calls[i].hint);
	}
	test_about("%s", "");
	arena_release(&arena);
}
