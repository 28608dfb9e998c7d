/* Every function of guards, used rightly and wrongly, through the evaluator. */
#include "script/function.h"
#include "script/sandbox.h"
#include "test.h"

#include "base/json.h"

#include <math.h>

/* A watched counter, as `burn` meets one. */
static bool counter_method(struct object *o, struct str name, const struct value *args,
	size_t count, struct arena *a, struct value *out, const char **error)
{
	(void)o;
	(void)a;
	if (!str_is(name, "increase") || count != 1 || args[0].kind != VALUE_STRING) {
		*error = "no such method";
		return false;
	}
	*out = str_is(value_string(&args[0]), "1h") ? value_int(5)
						    : value_unknown("window not filled");
	return true;
}

static struct value counter_scalar(struct object *o, struct arena *a)
{
	(void)o;
	(void)a;
	return value_int(1000);
}

static const struct object_type counter_type = {
	.name = "watch", .method = counter_method, .scalar = counter_scalar};

static struct value list_of(struct arena *a, struct value x, struct value y)
{
	struct value l = value_list(a);
	list_add(a, l.list, x);
	list_add(a, l.list, y);
	return l;
}

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	static struct object counter = {&counter_type};
	(void)scope;
	if (str_is(name, "blind"))
		*out = value_unknown("timeout");
	else if (str_is(name, "nothing"))
		*out = value_nil();
	else if (str_is(name, "counter"))
		*out = value_object(&counter);
	else if (str_is(name, "some"))
		*out = list_of(ev->arena, value_int(1), value_unknown("stale"));
	else if (str_is(name, "nan"))
		*out = list_of(ev->arena, value_int(1), value_float((double)NAN));
	else if (str_is(name, "nul"))
		*out = value_str((struct str){"a\0b", 3});
	else if (str_is(name, "hundred")) {
		*out = value_list(ev->arena);
		for (int i = 100; i > 0; i--)
			list_add(ev->arena, out->list, value_int(i));
	} else {
		return false;
	}
	return true;
}

/* The value as JSON, or "unknown: why", or "error: why". */
static void evaluate(struct strbuf *out, const char *code)
{
	struct arena a;
	struct diagnostics d;
	struct origin origin = {0};
	struct scope scope = {.lookup = lookup};
	struct value v;
	arena_init(&a);
	diagnostics_init(&d, &a);
	struct sandbox *sandbox = sandbox_new();
	/* 2023-11-14 22:13:20 UTC */
	struct eval ev = {.arena = &a,
		.scope = &scope,
		.sandbox = sandbox,
		.wall_ns = INT64_C(1700000000123456789)};
	const struct expr *e = expr_parse(&a, str_of(code), &origin, &d);
	if (!e)
		strbuf_printf(out, "parse: %s", d.first ? d.first->message : "");
	else if (!eval_expr(&ev, e, &v))
		strbuf_printf(out, "error: %s", ev.error);
	else if (v.kind == VALUE_UNKNOWN)
		strbuf_printf(out, "unknown: %s", v.unknown);
	else
		json_encode(out, &v, 0);
	sandbox_free(sandbox);
	arena_release(&a);
}

struct row {
	const char *code, *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf out = {0};
		test_about("%s", rows[i].code);
		evaluate(&out, rows[i].code);
		CHECK_TEXT(strbuf_str(&out), rows[i].expected);
		strbuf_release(&out);
	}
}
#define CHECK_ROWS(...)                                                                            \
	do {                                                                                       \
		static const struct row rows[] = {__VA_ARGS__};                                    \
		check_rows(rows, sizeof rows / sizeof *rows);                                      \
	} while (0)

TEST(function_text)
{
	CHECK_ROWS({"contains('abc', 'b')", "true"}, {"contains('abc', '')", "true"},
		{"contains('abc', 'x')", "false"}, {"contains({1, 'x', 2.0}, 2)", "true"},
		{"contains({1, 'x'}, '1')", "false"}, {"contains({}, 1)", "false"},
		{"contains({a = 1}, 'a')", "true"}, {"contains({a = 1}, 'b')", "false"},
		{"contains({{1, 2}}, {1, 2})", "true"}, {"contains(hundred, 100)", "true"},
		{"contains('5', 5)",
			"error: `contains` takes a string as argument 2, not a whole number"},
		{"contains(5, 5)",
			"error: `contains` takes a string, a list or a map, not a whole number"},
		{"contains(nothing, 'x')",
			"error: `contains` takes a string, a list or a map, not nothing"},
		{"contains(blind, 'x')", "unknown: timeout"}, {"starts_with('abc', 'ab')", "true"},
		{"starts_with('abc', '')", "true"}, {"starts_with('ab', 'abc')", "false"},
		{"starts_with({}, 'x')", "error: `starts_with` takes a string, not a list"},
		{"starts_with('x', 1)",
			"error: `starts_with` takes a string as argument 2, not a whole number"},
		{"ends_with('abc', 'bc')", "true"}, {"ends_with('abc', 'ab')", "false"},
		{"ends_with(true, 'ab')", "error: `ends_with` takes a string, not a boolean"},
		{"ends_with('a', true)",
			"error: `ends_with` takes a string as argument 2, not a boolean"},
		{"trim('  a b\\n\\t')", "\"a b\""}, {"trim('')", "\"\""}, {"trim(' ')", "\"\""},
		{"trim(1)", "error: `trim` takes a string, not a whole number"},
		{"lines('a\\nb\\n')", "[\"a\",\"b\"]"}, {"lines('a\\r\\nb')", "[\"a\",\"b\"]"},
		{"lines('')", "[]"}, {"lines('\\n')", "[\"\"]"},
		{"lines('a\\n\\nb')", "[\"a\",\"\",\"b\"]"},
		{"lines({'a'})", "error: `lines` takes a string, not a list"},
		{"split('a,b,,c', ',')", "[\"a\",\"b\",\"\",\"c\"]"}, {"split('', ',')", "[\"\"]"},
		{"split('a.b', '.')", "[\"a\",\"b\"]"}, {"split('a--b-', '--')", "[\"a\",\"b-\"]"},
		{"split('a', '')", "error: `split` takes a separator that is not empty"},
		{"split('a', 1)",
			"error: `split` takes a string as argument 2, not a whole number"},
		{"split(1, 'a')", "error: `split` takes a string, not a whole number"},
		{"join({'a', 1, 2.5, true}, ', ')", "\"a, 1, 2.5, true\""},
		{"join({}, ',')", "\"\""}, {"join({{1, 2}, 'x'}, ' ')", "\"[1,2] x\""},
		{"join(some, ',')", "unknown: stale"},
		{"join('abc', ',')", "error: `join` takes a list, not a string"},
		{"join({1}, 1)", "error: `join` takes a string as argument 2, not a whole number"},
		{"len('abc')", "3"}, {"len('\xc3\xbc')", "2"}, {"len({1, 2, 3})", "3"},
		{"len({})", "0"}, {"len({a = 1, b = 2})", "2"}, {"len(nul)", "3"},
		{"len(5)", "error: `len` takes a string, a list or a map, not a whole number"},
		{"len(nothing)", "error: `len` takes a string, a list or a map, not nothing"},
		{"keys({b = 1, a = 2})", "[\"b\",\"a\"]"}, {"keys({})", "[]"},
		{"keys(json_decode('{\"z\":1,\"a\":{},\"m\":0}'))", "[\"z\",\"a\",\"m\"]"},
		{"keys('abc')", "error: `keys` takes a map, not a string"},
		{"keys({1})", "error: `keys` takes a map, not a list"});
}

TEST(function_patterns)
{
	CHECK_ROWS({"matches('v1.2', '^v\\\\d+')", "true"}, {"matches('x', '^v\\\\d+')", "false"},
		{"matches('\xc3\xbc', '^.$')", "true"}, {"matches('', '')", "true"},
		{"matches(1, 'x')", "error: `matches` takes a string, not a whole number"},
		{"matches('x', {})", "error: `matches` takes a string as argument 2, not a list"},
		{"match('ab12', '([a-z]+)(?<n>\\\\d+)')['n']", "\"12\""},
		{"match('ab12', '([a-z]+)(?<n>\\\\d+)')[1]", "\"ab\""},
		{"match('ab12', '([a-z]+)(?<n>\\\\d+)').n", "\"12\""},
		{"match('x', 'y') == nil", "true"},
		{"match(1, 'x')", "error: `match` takes a string, not a whole number"},
		{"match('x', 1)",
			"error: `match` takes a string as argument 2, not a whole number"});
	static const struct row rows[] = {
		{"matches('x', 'a(b')", "error: `matches`: "},
		{"match('x', 'a(b')", "error: `match`: "},
		{"matches(string.rep('a', 40) .. 'b', '^(a+)+$')", "error: `matches`: "},
		{"match(string.rep('a', 40) .. 'b', '^(a+)+$')", "error: `match`: "},
		{"matches('\\xff', '.')", "error: `matches`: "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf out = {0};
		test_about("%s", rows[i].code);
		double start = test_cpu_seconds();
		evaluate(&out, rows[i].code);
		if (!CHECK(str_starts_with(strbuf_str(&out), str_of(rows[i].expected))))
			printf("    %s\n", out.at);
		CHECK_CPU(start, 1);
		strbuf_release(&out);
	}
}

TEST(function_numbers)
{
	CHECK_ROWS({"seconds('5m')", "300"}, {"seconds('1h30m')", "5400"},
		{"seconds('500ms')", "0.5"}, {"seconds('0s')", "0"}, {"seconds(7)", "7"},
		{"seconds(1.5)", "1.5"},
		{"seconds({})", "error: `seconds` takes a duration such as \"5m\", not a list"},
		{"round(2.5)", "3"}, {"round(-2.5)", "-3"}, {"round(2.4)", "2"}, {"round(7)", "7"},
		{"round(7, 2)", "7"}, {"round(2.675, 2)", "2.68"}, {"round(1.005, 2)", "1.01"},
		{"round(-1.005, 2)", "-1.01"}, {"round(0.049999, 1)", "0.0"},
		{"round(1234.5, -2)", "1200"}, {"round(1250, -2)", "1300"},
		{"round(1e300, 2)", "1e+300"}, {"round('2.5')", "3"},
		{"round(0.49999999999999994)", "0"},
		{"round('x')", "error: `round` takes a number, not a string"},
		{"round(1, 1.5)",
			"error: `round` takes a whole number as argument 2, not a number"},
		{"round(1, 999)", "error: `round`: 999 digits are out of range"},
		{"round(true)", "error: `round` takes a number, not a boolean"},
		{"mean({1, 2, 3})", "2.0"}, {"mean({1.5})", "1.5"},
		{"mean({})", "unknown: no samples"}, {"mean(some)", "unknown: stale"},
		{"mean(nan)", "unknown: not a number"},
		{"mean({1, 'x'})", "error: `mean` takes a list of numbers, and item 2 is a string"},
		{"mean(5)", "error: `mean` takes a list, not a whole number"},
		{"mean({1e308, 1e308})", "1e+308"}, {"percentile(hundred, 0.95)", "95.05"},
		{"percentile({100, 200, 300, 400}, 0.95)", "385.0"},
		{"percentile({7}, 0.95)", "7.0"}, {"percentile({3, 1, 2}, 0)", "1.0"},
		{"percentile({3, 1, 2}, 1)", "3.0"}, {"percentile({3, 1, 2}, 0.5)", "2.0"},
		{"percentile({}, 0.5)", "unknown: no samples"},
		{"percentile(some, 0.5)", "unknown: stale"},
		{"percentile(nan, 0.5)", "unknown: not a number"},
		{"percentile({1}, 95)",
			"error: `percentile` takes a share from 0 to 1 as argument 2, not 95"},
		{"percentile({1}, -0.1)",
			"error: `percentile` takes a share from 0 to 1 as argument 2, not -0.1"},
		{"percentile(1, 0.5)", "error: `percentile` takes a list, not a whole number"},
		{"percentile({1}, 'x')",
			"error: `percentile` takes a number as argument 2, not a string"},
		{"ratio(1, 4)", "0.25"}, {"ratio(0, 0)", "unknown: division by zero"},
		{"ratio(0, 0, 20)", "unknown: division by zero"},
		{"ratio(1, 3, 20)", "unknown: low traffic (3 of 20)"}, {"ratio(1, 20, 20)", "0.05"},
		{"ratio(blind, 3)", "unknown: timeout"},
		{"ratio({}, 3)", "error: `ratio` takes a number, not a list"},
		{"ratio(1, {})", "error: `ratio` takes a number as argument 2, not a list"},
		{"ratio(1, 2, {})", "error: `ratio` takes a number as argument 3, not a list"},
		{"round(burn(10, 1000, 0.999), 6)", "10.0"}, {"burn(0, 1000, 0.99)", "0.0"},
		{"burn(0, 0, 0.99)", "unknown: division by zero"},
		{"burn(1, 1000, 1)",
			"error: `burn` takes an objective from 0 to below 1 as argument 3, not 1"},
		{"burn(1, 1000, 99.9)", "error: `burn` takes an objective from 0 to below 1 as "
					"argument 3, not 99.9"},
		{"round(burn(counter, counter, 0.9, '1h'), 6)", "10.0"},
		{"burn(counter, 10, 0.5, '1h')", "1.0"}, {"burn(counter, 10000, 0.5)", "0.2"},
		{"burn(counter, 10, 0.5, '2h')", "unknown: window not filled"},
		{"burn('x', 10, 0.5)", "error: `burn` takes a number, not a string"});
}

TEST(function_samples)
{
	CHECK_ROWS({"mann_whitney({19,22,16,29,24}, {20,11,17,12}).u", "17"},
		{"round(mann_whitney({19,22,16,29,24}, {20,11,17,12}).p, 6)", "0.111111"},
		{"mann_whitney({5,5,5}, {5,5,5}).p", "1.0"},
		{"mann_whitney({5,5,5}, {5,5,5}).u", "4.5"},
		{"mann_whitney({}, {1})", "unknown: no samples"},
		{"mann_whitney({1}, some)", "unknown: stale"},
		{"mann_whitney({1}, {'x'})",
			"error: `mann_whitney` takes a list of numbers, and item 1 is a string"},
		{"mann_whitney(1, {1})", "error: `mann_whitney` takes a list, not a whole number"},
		{"mann_whitney({1}, 1)",
			"error: `mann_whitney` takes a list as argument 2, not a whole number"},
		{"worse({1,4,2,3,1}, {0,0,0,0,0})", "true"},
		{"worse({1,4,2,3,1}, {0,0,0,0,0}, 0.003968)",
			"unknown: low traffic (5 samples against 5 "
			"cannot tell)"},
		{"worse({1,4,2,3,1}, {0,0,0,0,0}, 0.00397)", "true"},
		{"worse({0,0,0,0,0}, {1,4,2,3,1})", "false"},
		{"worse({1,1,1,1}, {1,1,1,1})", "false"},
		{"worse({11,12,13,14}, {1,2,3,4}, 0.05, 5)", "false"},
		{"worse({11,12,13,14}, {1,2,3,4}, 0.05, 0.5)", "true"},
		{"worse({9}, {1})", "unknown: low traffic (1 samples against 1 cannot tell)"},
		{"worse({}, {1,2,3})", "unknown: no samples"},
		{"worse(some, {1,2,3})", "unknown: stale"},
		{"worse({1,2,3,4}, {1,2,3,4}, 0)",
			"error: `worse` takes a probability between 0 and 1 as argument 3, not 0"},
		{"worse({1,2,3,4}, 'x')",
			"error: `worse` takes a list as argument 2, not a string"});
}

TEST(function_conversion)
{
	CHECK_ROWS({"tonumber('10')", "10"}, {"tonumber(' 0x10 ')", "16"},
		{"tonumber('1e2')", "100.0"}, {"tonumber('x') == nil", "true"},
		{"tonumber('') == nil", "true"}, {"tonumber(nothing) == nil", "true"},
		{"tonumber(5)", "5"}, {"tonumber('ff', 16)", "255"}, {"tonumber('-11', 2)", "-3"},
		{"tonumber('12', 2) == nil", "true"}, {"tonumber('z', 36)", "35"},
		{"tonumber('1', 99)", "error: `tonumber` takes a base from 2 to 36, not 99"},
		{"tonumber(1, 10)", "error: `tonumber` takes a string, not a whole number"},
		{"tostring(1)", "\"1\""}, {"tostring(1.0)", "\"1.0\""},
		{"tostring(true)", "\"true\""}, {"tostring(nothing)", "\"nil\""},
		{"tostring({1, 'a'})", "\"[1,\\\"a\\\"]\""}, {"tostring('x')", "\"x\""},
		{"tostring(blind)", "unknown: timeout"}, {"type('x')", "\"string\""},
		{"type(1)", "\"number\""}, {"type(1.5)", "\"number\""}, {"type({})", "\"table\""},
		{"type(true)", "\"boolean\""}, {"type(nothing)", "\"nil\""},
		{"type(semver('1.0.0'))", "\"userdata\""});
}

TEST(function_data)
{
	CHECK_ROWS({"jsonpath({a = {1, 2}}, '$.a[*]')", "[1,2]"}, {"jsonpath({}, '$.a')", "[]"},
		{"jsonpath({a = 1}, 1)",
			"error: `jsonpath` takes a string as argument 2, not a whole number"},
		{"json_decode('{\"a\": [1, 2.5, null, \"x\"]}').a[2]", "2.5"},
		{"json_decode('7')", "7"},
		{"json_decode({})", "error: `json_decode` takes a string, not a list"},
		{"json_encode({a = 1, b = {true, 'x'}})",
			"\"{\\\"a\\\":1,\\\"b\\\":[true,\\\"x\\\"]}\""},
		{"json_encode(nothing)", "\"null\""}, {"json_encode(1.0)", "\"1.0\""},
		{"base64('')", "\"\""}, {"base64('f')", "\"Zg==\""}, {"base64('fo')", "\"Zm8=\""},
		{"base64('foo')", "\"Zm9v\""}, {"base64('foob')", "\"Zm9vYg==\""},
		{"base64('\\xff\\xfe\\x00')", "\"//4A\""},
		{"base64(1)", "error: `base64` takes a string, not a whole number"},
		{"sha256('')",
			"\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""},
		{"sha256('abc')",
			"\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
		{"sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')",
			"\"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1\""},
		{"sha256(string.rep('a', 1000000))",
			"\"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0\""},
		{"sha256({})", "error: `sha256` takes a string, not a list"},
		{"url_encode('a-b_c.d~e')", "\"a-b_c.d~e\""},
		{"url_encode('a b/c?d=\xc3\xbc&')", "\"a%20b%2Fc%3Fd%3D%C3%BC%26\""},
		{"url_encode('')", "\"\""},
		{"url_encode(1)", "error: `url_encode` takes a string, not a whole number"});
	static const struct row rows[] = {
		{"jsonpath({}, '$.')", "error: `jsonpath`: "},
		{"jsonpath({}, 'a')", "error: `jsonpath`: "},
		{"json_decode('{\"a\": 1,\\n  x}')", "error: `json_decode`: "},
		{"json_decode('')", "error: `json_decode`: "},
		{"json_decode('1 2')", "error: `json_decode`: "},
		{"json_decode(string.rep('[', 100000))", "error: `json_decode`: "},
		{"seconds('5')", "error: `seconds`: \"5\" is no duration: "},
		{"seconds('soon')", "error: `seconds`: \"soon\" is no duration: "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf out = {0};
		test_about("%s", rows[i].code);
		evaluate(&out, rows[i].code);
		if (!CHECK(str_starts_with(strbuf_str(&out), str_of(rows[i].expected))))
			printf("    %s\n", out.at);
		strbuf_release(&out);
	}
	struct strbuf out = {0};
	evaluate(&out, "json_decode('{\"a\": 1,\\n  x}')");
	CHECK(strstr(out.at, "(line 2, column "));
	strbuf_release(&out);
}

TEST(function_date)
{
	CHECK_ROWS({"date('%Y-%m-%d')", "\"2023-11-14\""},
		{"date('%H:%M:%S %Z %z')", "\"22:13:20 UTC +0000\""},
		{"date()", "\"2023-11-14T22:13:20Z\""}, {"date('%a %B')", "\"Tue November\""},
		{"date('%s')", "\"1700000000\""}, {"date('')", "\"\""},
		{"date('100%')", "\"100%\""}, {"date('%%s')", "\"%s\""},
		{"date(1)", "error: `date` takes a string, not a whole number"},
		{"date(nul)", "error: `date`: the format has a NUL byte"},
		{"date(string.rep('%c', 1000))", "error: `date` gives more than 4094 bytes"});
	char *zone = getenv("TZ") ? strdup(getenv("TZ")) : NULL;
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	CHECK_ROWS({"date('%s %H %Z')", "\"1700000000 22 UTC\""});
	if (zone)
		setenv("TZ", zone, 1);
	else
		unsetenv("TZ");
	tzset();
	free(zone);
}

TEST(function_semver)
{
	static const char *const ordered[] = {"0.0.1", "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1",
		"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
		"1.0.0-beta.99999999999999999999", "1.0.0-rc.1", "v1.0.0", "1.0.1", "1.2.0",
		"1.10.0", "2.0.0"};
	for (size_t i = 0; i + 1 < sizeof ordered / sizeof *ordered; i++) {
		char code[200];
		struct strbuf out = {0};
		snprintf(code, sizeof code, "semver('%s') < semver('%s')", ordered[i],
			ordered[i + 1]);
		test_about("%s", code);
		evaluate(&out, code);
		CHECK_TEXT(strbuf_str(&out), "true");
		strbuf_release(&out);
	}
	CHECK_ROWS({"semver('1.0.0+a') == semver('1.0.0+b')", "true"},
		{"semver('v1.2.3') >= semver('1.2.3')", "true"},
		{"semver('1.2.3-rc.1+b5').major", "1"}, {"semver('1.2.3-rc.1+b5').minor", "2"},
		{"semver('1.2.3-rc.1+b5').patch", "3"},
		{"semver('1.2.3-rc.1+b5').prerelease", "\"rc.1\""},
		{"semver('1.2.3-rc.1+b5').build", "\"b5\""}, {"semver('1.2.3').prerelease", "\"\""},
		{"tostring(semver('v1.2.3'))", "\"v1.2.3\""},
		{"tostring(semver(semver('1.2.3')))", "\"1.2.3\""},
		{"semver('1.0.0--').prerelease", "\"-\""},
		{"semver(1)", "error: `semver` takes a string, not a whole number"},
		{"semver('1.2')",
			"error: `semver`: \"1.2\" is no semantic version: it needs three numbers: "
			"`major.minor.patch`"},
		{"semver('01.2.3')", "error: `semver`: \"01.2.3\" is no semantic version: a number "
				     "has a leading zero"},
		{"semver('1.2.3-01')", "error: `semver`: \"1.2.3-01\" is no semantic version: a "
				       "number has a leading zero"},
		{"semver('1.2.3-')", "error: `semver`: \"1.2.3-\" is no semantic version: it has "
				     "an empty identifier"},
		{"semver('1.2.3-a..b')", "error: `semver`: \"1.2.3-a..b\" is no semantic version: "
					 "it has an empty identifier"},
		{"semver('1.2.3+')", "error: `semver`: \"1.2.3+\" is no semantic version: it has "
				     "an empty identifier"},
		{"semver('1.2.3 ')", "error: `semver`: \"1.2.3 \" is no semantic version: there is "
				     "text behind it"},
		{"semver('1.2.3-a_b')",
			"error: `semver`: \"1.2.3-a_b\" is no semantic version: an identifier "
			"has a character other than letters, digits and `-`"},
		{"semver('99999999999999999999.0.0')",
			"error: `semver`: \"99999999999999999999.0.0\" is no "
			"semantic version: a number is too large"},
		{"semver('')",
			"error: `semver`: \"\" is no semantic version: it needs three numbers: "
			"`major.minor.patch`"});
}

/* Bounds: what would be too large is an error, and quickly. */
TEST(function_bounds)
{
	static const struct row rows[] = {
		{"split(string.rep('a,', 1000000), ',')", "error: `split` gives more than"},
		{"lines(string.rep('\\n', 1000000))", "error: `lines` gives more than"},
		{"json_decode(string.rep(' ', 5000000))", "error: `json_decode` takes at most"},
		{"url_encode(string.rep('%', 8000000))", "error: `url_encode` gives more than"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf out = {0};
		test_about("%s", rows[i].code);
		evaluate(&out, rows[i].code);
		if (!CHECK(str_starts_with(strbuf_str(&out), str_of(rows[i].expected))))
			printf("    %.200s\n", out.at);
		strbuf_release(&out);
	}
}

TEST(function_table)
{
	size_t count;
	const struct function *table = function_table(&count);
	CHECK(count > 50);
	for (size_t i = 0; i < count; i++) {
		const struct function *f = &table[i];
		size_t len = strlen(f->doc);
		test_about("%s", f->name);
		CHECK(function_find(str_of(f->name)) == f);
		CHECK(strncmp(f->signature, f->name, strlen(f->name)) == 0);
		CHECK(f->signature[strlen(f->name)] == '(');
		CHECK(len && f->doc[len - 1] == '.');
		CHECK(f->min_args <= f->max_args);
		CHECK((f->call == NULL) == (strchr(f->name, '.') != NULL));
	}
	test_about("%s", "");
	CHECK(!function_find(STR("os.exit")) && !function_find(STR("")) &&
		!function_find(STR("lenx")));
	CHECK(function_find(STR("date"))->is_impure && !function_find(STR("len"))->is_impure);
	CHECK(string_method(STR("upper")) == function_find(STR("string.upper")));
	CHECK(!string_method(STR("rep")) && !string_method(STR("format")));
	struct value v;
	CHECK(library_constant(STR("math.pi"), &v) && v.number > 3.14 && v.number < 3.15);
	CHECK(library_constant(STR("math.huge"), &v) && v.number > 1e308);
	CHECK(library_constant(STR("math.maxinteger"), &v) && v.integer == INT64_MAX);
	CHECK(library_constant(STR("math.mininteger"), &v) && v.integer == INT64_MIN);
	CHECK(library_constant(STR("utf8.charpattern"), &v) && v.len == 14);
	CHECK(!library_constant(STR("math.e"), &v));
}
