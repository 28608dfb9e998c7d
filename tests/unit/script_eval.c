/*
 * The evaluator: every operator with every kind of value, three-valued logic, budgets, secrets; and
 * against Lua itself on expressions made at random.
 */
#include "test.h"

#include "base/json.h"
#include "base/mask.h"
#include "script/expr_number.h"
#include "script/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>

static struct arena arena, scratch;

/* ---- a world of names ----------------------------------------------------------------------- */

struct metric {
	struct object object;
	struct value now;
};

static bool metric_field(struct object *o, struct str name, struct arena *a, struct value *out)
{
	(void)a;
	if (!str_is(name, "value"))
		return false;
	*out = ((struct metric *)o)->now;
	return true;
}

static bool metric_method(struct object *o, struct str name, const struct value *args, size_t count,
	struct arena *a, struct value *out, const char **error)
{
	(void)a;
	if (!str_is(name, "avg"))
		return false;
	if (count != 1 || args[0].kind != VALUE_STRING) {
		*error = "a window is needed";
		return false;
	}
	*out = ((struct metric *)o)->now;
	return true;
}

static struct value metric_scalar(struct object *o, struct arena *a)
{
	(void)a;
	return ((struct metric *)o)->now;
}

static const struct object_type metric_type = {
	.name = "watch", .field = metric_field, .method = metric_method, .scalar = metric_scalar};

/* Ordered by an inner number, which no operator sees. */
struct release {
	struct object object;
	int rank;
};

static int release_compare(struct object *x, struct object *y)
{
	return ((struct release *)x)->rank - ((struct release *)y)->rank;
}

static const struct object_type release_type = {.name = "release", .compare = release_compare};

static struct metric slow = {{&metric_type}, {0}}, blind = {{&metric_type}, {0}},
		     broken = {{&metric_type}, {0}}, word = {{&metric_type}, {0}};
static struct release old_release = {{&release_type}, 1}, new_release = {{&release_type}, 2};
static struct value names;

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	(void)scope;
	(void)ev;
	const struct entry *e = map_find(names.map, name);
	if (!e)
		return false;
	*out = e->value;
	return true;
}

static const char *missing(const struct scope *scope, const struct expr *e, struct eval *ev)
{
	(void)scope;
	(void)ev;
	return e->kind == EXPR_FIELD && str_is(e->name, "gone") ? "step `x` was skipped" : NULL;
}

static const struct scope outer_scope = {.lookup = lookup, .missing = missing};

static bool lookup_inner(
	const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	(void)scope;
	(void)ev;
	*out = value_int(7);
	return str_is(name, "inner");
}

static const struct scope scope = {.lookup = lookup_inner, .outer = &outer_scope};

static void put(const char *name, struct value v)
{
	map_set(&arena, names.map, str_of(name), v);
}

static void put_secrets(void)
{
	struct value secret = value_str(STR("hunter2!")), box = value_map(&arena);
	secret.flags = VALUE_SECRET;
	put("secret", secret);
	map_set(&arena, box.map, STR("key"), value_str(STR("inside-it")));
	map_set(&arena, box.map, STR("n"), value_int(5));
	box.flags = VALUE_SECRET;
	put("box", box);
}

static void world_begin(void)
{
	arena_init(&arena);
	arena_init(&scratch);
	struct json_error error;
	CHECK(json_decode(&arena,
		STR("{\"one\":1,\"two\":2,\"half\":0.5,\"s\":\"text\",\"ten\":\"10\",\"t\":true,"
		    "\"f\":false,\"n\":null,\"list\":[10,20,30],\"empty\":[],\"deep\":{\"a\":{"
		    "\"b\":[{\"c\":42}]}},\"digits\":{\"1\":\"uno\",\"0\":\"zero\"},\"big\":"
		    "9007199254740993,\"holes\":[null,2],\"status\":200,\"json\":{\"ok\":true,"
		    "\"version\":\"v1\"},\"inputs\":{\"version\":\"v2\",\"x\":null}}"),
		&names, &error));
	slow.now = value_float(0.25);
	blind.now = value_unknown("stale");
	broken.now = value_float(NAN);
	word.now = value_str(STR("green"));
	put("slow", value_object(&slow.object));
	put("blind", value_object(&blind.object));
	put("broken", value_object(&broken.object));
	put("word", value_object(&word.object));
	put("old", value_object(&old_release.object));
	put("new", value_object(&new_release.object));
	put("unknown", value_unknown("timeout"));
	put("later", value_unknown("not yet"));
	put("nan", value_float(NAN));
	put("inf", value_float(INFINITY));
	put_secrets();
	struct value both = value_map(&arena);
	both.map->items = arena_new(&arena, struct list);
	list_add(&arena, both.map->items, value_str(STR("first")));
	map_set(&arena, both.map, STR("name"), value_str(STR("ada")));
	put("both", both);
}

static void world_end(void)
{
	arena_release(&arena);
	arena_release(&scratch);
	test_about("%s", "");
}

static bool parse(const char *text, struct guard *g)
{
	struct diagnostics d;
	*g = (struct guard){.text = str_of(text), .origin = {.is_exact = true}};
	diagnostics_init(&d, &arena);
	g->expr = expr_parse(&arena, g->text, &g->origin, &d);
	if (!g->expr && d.first)
		printf("%s: %s\n", text, d.first->message);
	return CHECK(g->expr != NULL);
}

/* The result as text with its kind: `3`, `3.0`, `"x"`, `unknown: why`, `error: why`. */
static struct str evaluate(struct eval *ev, const char *text)
{
	static struct strbuf b;
	struct guard g;
	struct value v;
	strbuf_clear(&b);
	if (!parse(text, &g))
		return STR("");
	if (!eval_expr(ev, g.expr, &v)) {
		CHECK(ev->error_at != NULL);
		strbuf_printf(&b, "error: %s", ev->error);
	} else if (v.kind == VALUE_UNKNOWN) {
		strbuf_printf(&b, "unknown: %s", v.unknown);
	} else if (v.kind == VALUE_STRING) {
		json_quote(&b, value_string(&v));
	} else if (v.kind == VALUE_INT || v.kind == VALUE_FLOAT) {
		char number[LUA_NUMBER_TEXT];
		strbuf_add(&b, number, lua_number_text(&v, number));
	} else {
		value_print(&b, &v);
	}
	return strbuf_str(&b);
}

struct row {
	const char *text, *result;
};

static void check_rows(const struct row *rows, size_t count)
{
	world_begin();
	struct sandbox *s = sandbox_new();
	for (size_t i = 0; i < count; i++) {
		struct eval ev = {.arena = &scratch, .scope = &scope, .sandbox = s};
		test_about("%s", rows[i].text);
		CHECK_TEXT(evaluate(&ev, rows[i].text), rows[i].result);
		arena_reset(&scratch);
	}
	sandbox_free(s);
	world_end();
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof *(rows))

TEST(eval_arithmetic)
{
	static const struct row rows[] = {
		{"1 + 2", "3"},
		{"1 + 2.0", "3.0"},
		{"7 // 2", "3"},
		{"-7 // 2", "-4"},
		{"7 // -2", "-4"},
		{"-7 // -2", "3"},
		{"7 % 3", "1"},
		{"-7 % 3", "2"},
		{"7 % -3", "-2"},
		{"-7 % -3", "-1"},
		{"7.5 // 2", "3.0"},
		{"-7.5 // 2", "-4.0"},
		{"5.5 % 2", "1.5"},
		{"-5.5 % 2", "0.5"},
		{"5.5 % -2", "-0.5"},
		{"7 / 2", "3.5"},
		{"4 / 2", "2.0"},
		{"2 ^ 10", "1024.0"},
		{"2 ^ 0.5", "1.4142135623731"},
		{"math.maxinteger + 1 == math.mininteger", "true"},
		{"math.mininteger - 1 == math.maxinteger", "true"},
		{"math.maxinteger * 2", "-2"},
		{"-math.mininteger == math.mininteger", "true"},
		{"math.mininteger // -1 == math.mininteger", "true"},
		{"math.mininteger % -1", "0"},
		{"1 // 0", "unknown: division by zero"},
		{"1 % 0", "unknown: division by zero"},
		{"1 / 0", "unknown: division by zero"},
		{"0 / 0", "unknown: division by zero"},
		{"1 // 0.0", "unknown: division by zero"},
		{"1 % 0.0", "unknown: division by zero"},
		{"1.5 / -0.0", "unknown: division by zero"},
		{"inf - inf", "unknown: not a number"},
		{"inf * 0", "unknown: not a number"},
		{"nan", "unknown: not a number"},
		{"nan + 1", "unknown: not a number"},
		{"nan == nan", "unknown: not a number"},
		{"inf", "inf"},
		{"-inf", "-inf"},
		{"-5 % inf", "inf"},
		{"5 % inf", "5.0"},
		{"(-8) ^ 0.5", "unknown: not a number"},
		{"1e308 * 10", "inf"},
		{"'10' + 1", "11"},
		{"'10.0' + 1", "11.0"},
		{"' 0x10 ' * 2", "32"},
		{"'3' // '2'", "1"},
		{"-'2'", "-2"},
		{"ten * 2", "20"},
		{"'1e1' - 1", "9.0"},
		{"'x' + 1", "error: `\"x\"` is a string, and cannot be computed with"},
		{"s + 1", "error: `s` is a string, and cannot be computed with"},
		{"t + 1", "error: `t` is true (a boolean), and cannot be computed with"},
		{"1 + n", "error: `n` is nothing, and cannot be computed with"},
		{"deep.gone * 2", "error: `deep.gone` is nothing (step `x` was skipped), and "
				  "cannot be computed with"},
		{"list - 1", "error: `list` is a list, and cannot be computed with"},
		{"-deep", "error: `deep` is a map, and cannot be computed with"},
		{"-t", "error: `t` is true (a boolean), and cannot be computed with"},
		{"3 & 6", "2"},
		{"3 | 6", "7"},
		{"3 ~ 6", "5"},
		{"~0", "-1"},
		{"1 << 62 >> 61", "2"},
		{"1 << 64", "0"},
		{"1 << 63 == math.mininteger", "true"},
		{"-1 >> 63", "1"},
		{"-1 >> 64", "0"},
		{"1 << -1", "0"},
		{"2 >> -1", "4"},
		{"1 << math.mininteger", "0"},
		{"1 >> math.mininteger", "0"},
		{"3.0 & 1", "1"},
		{"'7' & 3", "error: `\"7\"` is a string, and has no bits"},
		{"~3.0", "-4"},
		{"half & 1", "error: `half` is 0.5 (a number), and has no bits: it is not whole"},
		{"~half", "error: `half` is 0.5 (a number), and has no bits: it is not whole"},
		{"2^63 | 0", "error: `2 ^ 63` is 9.223372036854775e18 (a number), and has no bits: "
			     "it is not whole"},
	};
	(void)rows[sizeof rows / sizeof *rows - 1];
	check_rows(rows, sizeof rows / sizeof *rows - 1);
}

TEST(eval_comparison)
{
	static const struct row rows[] = {
		{"1 == 1.0", "true"},
		{"1 < 2", "true"},
		{"2 <= 2.0", "true"},
		{"'a' < 'b'", "true"},
		{"'a' < 'aa'", "true"},
		{"'Z' < 'a'", "true"},
		{"'a\\0b' > 'a'", "true"},
		{"big == 9007199254740992.0", "false"},
		{"big > 9007199254740992.0", "true"},
		{"9007199254740992.0 < big", "true"},
		{"math.maxinteger < 2^63", "true"},
		{"math.maxinteger == 2^63", "false"},
		{"math.mininteger == -2^63", "true"},
		{"math.mininteger >= -2^63", "true"},
		{"math.maxinteger >= 2^63", "false"},
		{"1 < inf", "true"},
		{"1 > -inf", "true"},
		{"1 == '1'", "false"},
		{"1 ~= '1'", "true"},
		{"0 == false", "false"},
		{"n == nil", "true"},
		{"n == false", "false"},
		{"deep.x == nil", "true"},
		{"list == nil", "false"},
		{"{1,2} == {1,2}", "true"},
		{"{1,2} == {1,3}", "false"},
		{"list == {10, 20.0, 30}", "true"},
		{"{a=1} == {a=1}", "true"},
		{"t == true", "true"},
		{"1 < 'x'", "error: `1` (a whole number) and `\"x\"` (a string) have no order; "
			    "`tonumber()` reads a number"},
		{"ten > 5", "error: `ten` (a string) and `5` (a whole number) have no order; "
			    "`tonumber()` reads a number"},
		{"t < f", "error: `t` (a boolean) and `f` (a boolean) have no order"},
		{"list < list", "error: `list` (a list) and `list` (a list) have no order"},
		{"n < 1", "error: `n` is nothing, and cannot be compared"},
		{"1 >= deep.gone", "error: `deep.gone` is nothing (step `x` was skipped), and "
				   "cannot be compared"},
	};
	CHECK_ROWS(rows);
}

TEST(eval_text)
{
	static const struct row rows[] = {
		{"'a' .. 'b'", "\"ab\""},
		{"1 .. 2", "\"12\""},
		{"1.0 .. ''", "\"1.0\""},
		{"2^53 .. ''", "\"9.007199254741e+15\""},
		{"-0.5 .. '' ", "\"-0.5\""},
		{"1e15 .. ''", "\"1e+15\""},
		{"1e100 .. ''", "\"1e+100\""},
		{"inf .. ''", "\"inf\""},
		{"s .. one .. s", "\"text1text\""},
		{"#'abc'", "3"},
		{"#''", "0"},
		{"#list", "3"},
		{"#empty", "0"},
		{"#deep", "0"},
		{"#both", "1"},
		{"#secret", "8"},
		{"t .. ''", "error: `t` is true (a boolean), and cannot be joined with `..`; "
			    "`tostring()` makes text of it"},
		{"'a' .. n", "error: `n` is nothing, and cannot be joined with `..`"},
		{"list .. ''", "error: `list` is a list, and cannot be joined with `..`"},
		{"#n", "error: `n` is nothing, and has no length"},
		{"#one", "error: `one` is 1 (a whole number), and has no length"},
	};
	CHECK_ROWS(rows);
}

TEST(eval_logic)
{
	static const struct row rows[] = {
		{"1 and 2", "2"},
		{"nil and 2", "nil"},
		{"false and 2", "false"},
		{"1 or 2", "1"},
		{"nil or 2", "2"},
		{"false or nil", "nil"},
		{"0 and 'zero'", "\"zero\""},
		{"'' and 1", "1"},
		{"not nil", "true"},
		{"not 0", "false"},
		{"not not 1", "true"},
		{"f and nope.x", "false"},
		{"t or n.x", "true"},
		/* Kleene */
		{"unknown and true", "unknown: timeout"},
		{"unknown and false", "false"},
		{"unknown and nil", "nil"},
		{"unknown and unknown", "unknown: timeout"},
		{"unknown and later", "unknown: timeout"},
		{"true and unknown", "unknown: timeout"},
		{"false and unknown", "false"},
		{"nil and unknown", "nil"},
		{"unknown or true", "true"},
		{"unknown or 5", "5"},
		{"unknown or false", "unknown: timeout"},
		{"unknown or nil", "unknown: timeout"},
		{"unknown or later", "unknown: timeout"},
		{"true or unknown", "true"},
		{"false or unknown", "unknown: timeout"},
		{"nil or later", "unknown: not yet"},
		{"not unknown", "unknown: timeout"},
		{"not (unknown and false)", "true"},
		{"not (unknown or true)", "false"},
		{"unknown == unknown", "unknown: timeout"},
		{"unknown == nil", "unknown: timeout"},
		{"unknown ~= 1", "unknown: timeout"},
		{"unknown > 1", "unknown: timeout"},
		{"1 < unknown", "unknown: timeout"},
		{"'x' < unknown", "unknown: timeout"},
		{"nil < unknown", "unknown: timeout"},
		{"unknown + 1", "unknown: timeout"},
		{"1 + later", "unknown: not yet"},
		{"'x' .. unknown", "unknown: timeout"},
		{"-unknown", "unknown: timeout"},
		{"#unknown", "unknown: timeout"},
		{"~unknown", "unknown: timeout"},
		{"unknown.field", "unknown: timeout"},
		{"unknown[1]", "unknown: timeout"},
		{"list[unknown]", "unknown: timeout"},
		{"deep[later]", "unknown: not yet"},
		{"unknown:avg('5m')", "unknown: timeout"},
		{"trim(unknown)", "unknown: timeout"},
		{"string.rep('x', later)", "unknown: not yet"},
		{"{unknown}", "unknown: timeout"},
		{"{a = unknown, b = 1}", "unknown: timeout"},
		{"{[later] = 1}", "unknown: not yet"},
		{"1/0 > 0.05", "unknown: division by zero"},
		{"0/0 > 0.05 or true", "true"},
		{"blind > 1", "unknown: stale"},
		{"blind and false", "false"},
		{"not blind", "unknown: stale"},
		{"broken < 1", "unknown: not a number"},
		/* What breaks behind an unknown may not have been needed; a budget is never
		   swallowed. */
		{"unknown and n.x", "unknown: timeout"},
		{"unknown or n < 1", "unknown: timeout"},
		{"true and n.x", "error: `n` is nothing, and has no field `x`"},
	};
	CHECK_ROWS(rows);
}

TEST(eval_index)
{
	static const struct row rows[] = {
		{"deep.a.b[1].c", "42"},
		{"deep['a']['b'][1]['c']", "42"},
		{"deep.nope", "nil"},
		{"deep.nope == nil", "true"},
		{"list[1]", "10"},
		{"list[3]", "30"},
		{"list[4]", "nil"},
		{"list[one - 1]", "nil"},
		{"list[one - 5]", "nil"},
		{"list[1.0]", "10"},
		{"list[half]", "nil"},
		{"list[#list]", "30"},
		{"list['1']", "nil"},
		{"list[t]", "nil"},
		{"list[n]", "nil"},
		{"list.x", "nil"},
		{"holes[1]", "nil"},
		{"#holes", "2"},
		{"both[1]", "\"first\""},
		{"both[2]", "nil"},
		{"both.name", "\"ada\""},
		{"digits[1]", "\"uno\""},
		{"digits[2 - 2]", "\"zero\""},
		{"digits['1']", "\"uno\""},
		{"n.x", "error: `n` is nothing, and has no field `x`"},
		{"deep.nope.x", "error: `deep.nope` is nothing, and has no field `x`"},
		{"deep.gone.x.y",
			"error: `deep.gone` is nothing (step `x` was skipped), and has no "
			"field `x`"},
		{"n[1]", "error: `n` is nothing, and has no items"},
		{"one.x", "error: `one` is 1 (a whole number), and has no field `x`"},
		{"s.x", "error: `s` is a string, and has no field `x`"},
		{"s[1]", "error: `s` is a string, and has no items"},
		{"s[t]", "error: `s` is a string, and has no items"},
		{"nope", "error: there is no `nope` here"},
		{"nope.x", "error: there is no `nope` here"},
		{"inner", "7"},
		/* tables */
		{"{}", "[]"},
		{"{1, 2, 3}", "[1,2,3]"},
		{"{1, nil, 3}", "[1,null,3]"},
		{"{1, nil}", "[1]"},
		{"#{nil, nil}", "0"},
		{"{a = 1}.a", ""},
	};
	static const struct row more[] = {
		{"({a = 1}).a", "1"},
		{"({a = nil}).a", "nil"},
		{"({1, a = 2})[1]", "1"},
		{"({1, a = 2}).a", "2"},
		{"#{1, 2, a = 3}", "2"},
		{"({[1] = 'x'})[1]", "\"x\""},
		{"({[5] = 'x'})[5]", "\"x\""},
		{"({['k'] = 1}).k", "1"},
		{"({[1.0] = 2})[1]", "2"},
		{"{[t] = 1}",
			"error: `t` is true (a boolean), and cannot be a key: that is a string "
			"or a whole number"},
		{"{[n] = 1}",
			"error: `n` is nothing, and cannot be a key: that is a string or a whole "
			"number"},
		{"({a = {b = {1, 2}}}).a.b[2]", "2"},
		{"{a = 1, b = {2}}", "{\"a\":1,\"b\":[2]}"},
	};
	check_rows(rows, sizeof rows / sizeof *rows - 1);
	CHECK_ROWS(more);
}

TEST(eval_objects)
{
	static const struct row rows[] = {
		{"slow > 0.2", "true"},
		{"slow == 0.25", "true"},
		{"slow * 4", "1.0"},
		{"-slow", "-0.25"},
		{"slow .. ''", "\"0.25\""},
		{"slow.value", "0.25"},
		{"slow['value']", "0.25"},
		{"slow:avg('5m') < 1", "true"},
		{"slow.nope", "error: `slow` (a watch) has no field `nope`"},
		{"slow:nope()", "error: `slow` (a watch) has no method `nope`"},
		{"slow:avg()", "error: `slow:avg()`: a window is needed"},
		{"slow[1]", "error: `slow` is watch, and has no items"},
		{"blind.value", "unknown: stale"},
		{"broken.value", "unknown: not a number"},
		{"blind:avg('5m')", "unknown: stale"},
		{"word == 'green'", "true"},
		{"word:upper()", "\"GREEN\""},
		{"old < new", "true"},
		{"old >= new", "false"},
		{"old == old", "true"},
		{"old ~= new", "true"},
		{"old == 1", "false"},
		{"old < 1", "error: `old` (release) and `1` (a whole number) have no order"},
		{"('x'):upper()", "\"X\""},
		{"s:upper():upper()", "\"TEXT\""},
		{"s:nope()", "error: `s` is a string, and has no method `nope`"},
		{"s:upper(1)", "error: `s:upper(1)` is called with too many arguments"},
		{"n:upper()", "error: `n` is nothing, and has no method `upper`"},
		{"list:upper()", "error: `list` is a list, and has no method `upper`"},
		{"(5):upper()", "error: `(5)` is 5 (a whole number), and has no method `upper`"},
		{"math.max(slow, 0.1)", "0.25"},
		{"math.max(blind, 0.1)", "unknown: stale"},
		{"math.floor(3.7)", "3"},
		{"nope(1)", "error: there is no function `nope`"},
		{"string.rep('ab', 3)", "\"ababab\""},
		{"string.find('hello', 'l+')", "3"},
		{"trim('  x ') .. '|'", "\"x|\""},
	};
	CHECK_ROWS(rows);
}

/* ---- guards --------------------------------------------------------------------------------- */

TEST(eval_verdicts)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		const char *why;
	} rows[] = {
		{"one == 1", VERDICT_TRUE, NULL},
		{"one == 2", VERDICT_FALSE, NULL},
		{"unknown", VERDICT_UNKNOWN, "timeout"},
		{"blind > 1", VERDICT_UNKNOWN, "stale"},
		{"0/0 > 0.05", VERDICT_UNKNOWN, "division by zero"},
		{"n.x", VERDICT_BROKEN, "`n` is nothing, and has no field `x`"},
		{"status", VERDICT_BROKEN,
			"`status` is 200 (a whole number), where true or false is needed"},
		{"deep.gone", VERDICT_BROKEN,
			"`deep.gone` is nothing (step `x` was skipped), where true or false is "
			"needed"},
		{"s", VERDICT_BROKEN, "`s` is a string, where true or false is needed"},
		{"slow", VERDICT_BROKEN,
			"`slow` is 0.25 (a number), where true or false is needed"},
	};
	world_begin();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct eval ev = {.arena = &scratch, .scope = &scope};
		struct guard g;
		const char *why;
		test_about("%s", rows[i].text);
		if (!parse(rows[i].text, &g))
			continue;
		CHECK(guard_test(&ev, &g, &why) == rows[i].verdict);
		CHECK((why != NULL) == (rows[i].why != NULL));
		if (why && rows[i].why)
			CHECK_STR(why, rows[i].why);
	}
	world_end();
}

TEST(eval_working)
{
	static const struct row rows[] = {
		{"status == 200 and json.version == inputs.version",
			"status = 200 (a whole number)\njson.version = \"v1\" (a string)\n"
			"inputs.version = \"v2\" (a string)\n"},
		{"not json.ok", "json.ok = true (a boolean)\n"},
		{"status == 200 or status == 201", "status = 200 (a whole number)\n"},
		{"trim(s) == 'x'", "trim(s) = \"text\" (a string)\ns = \"text\" (a string)\n"},
		{"one + two > 5", "one + two = 3 (a whole number)\none = 1 (a whole number)\n"
				  "two = 2 (a whole number)\n"},
		{"list[one] == -1 * 5",
			"list[one] = 10 (a whole number)\none = 1 (a whole number)\n"},
		{"#list > 5", "#list = 3 (a whole number)\nlist = [10,20,30] (a list)\n"},
		{"inputs.x == 1", "inputs.x = nothing\n"},
		{"n.x == 1 and one == 2", "n.x = unknown (`n` is nothing, and has no field `x`)\n"
					  "one = 1 (a whole number)\n"},
		{"slow > 5", "slow = 0.25 (a number)\n"},
		{"blind > 5", "blind = unknown (stale)\n"},
		{"slow:avg('5m') > 1",
			"slow:avg('5m') = 0.25 (a number)\nslow = 0.25 (a number)\n"},
		{"1 == 2", ""},
		{"one  ==\n   two\n  +  1",
			"one = 1 (a whole number)\n"
			"two + 1 = 3 (a whole number)\ntwo = 2 (a whole number)\n"},
		{"json", "json = {\"ok\":true,\"version\":\"v1\"} (a map)\n"},
	};
	world_begin();
	struct strbuf b = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct eval ev = {.arena = &scratch, .scope = &scope};
		struct guard g;
		struct part parts[10];
		test_about("%s", rows[i].text);
		if (!parse(rows[i].text, &g))
			continue;
		strbuf_clear(&b);
		size_t count = guard_working(&ev, &g, parts, 10);
		for (size_t n = 0; n < count; n++) {
			part_print(&b, &parts[n]);
			strbuf_putc(&b, '\n');
		}
		CHECK_TEXT(strbuf_str(&b), rows[i].result);
	}
	strbuf_release(&b);
	world_end();
}

/* ---- budgets and secrets --------------------------------------------------------------------- */

TEST(eval_budgets)
{
	world_begin();
	struct eval ev = {.arena = &scratch, .scope = &scope};
	/* Doubled 24 times: 16 MiB and more. */
	struct strbuf b = {0};
	strbuf_puts(&b, "s");
	put("mib", value_copy_str(&arena, (struct str){arena_alloc(&arena, 1 << 20), 1 << 20}));
	strbuf_clear(&b);
	strbuf_puts(&b, "mib");
	for (int i = 0; i < 20; i++)
		strbuf_puts(&b, " .. mib");
	struct guard g;
	struct value v;
	CHECK(parse(b.at, &g));
	CHECK(!eval_expr(&ev, g.expr, &v));
	CHECK(ev.is_over_budget);
	/* Not to be hidden behind an unknown, and gone with the next evaluation. */
	strbuf_clear(&b);
	strbuf_puts(&b, "unknown and (mib");
	for (int i = 0; i < 20; i++)
		strbuf_puts(&b, " .. mib");
	strbuf_puts(&b, ") == ''");
	CHECK(parse(b.at, &g));
	CHECK(!eval_expr(&ev, g.expr, &v));
	CHECK(ev.is_over_budget);
	CHECK(parse("one", &g));
	CHECK(eval_expr(&ev, g.expr, &v) && !ev.is_over_budget && !ev.error);
	strbuf_release(&b);
	world_end();
}

TEST(eval_secrets)
{
	static const struct {
		const char *text;
		bool is_secret;
		const char *masked; /* what the masker must know now */
	} rows[] = {
		{"secret", true, NULL},
		{"secret .. '-and-more'", true, "hunter2!-and-more"},
		{"'Bearer ' .. secret", true, "Bearer hunter2!"},
		{"secret:upper()", true, "HUNTER2!"},
		{"string.rep(secret, 2)", true, "hunter2!hunter2!"},
		{"box.key", true, "inside-it"},
		{"box['key']", true, "inside-it"},
		{"secret and s", false, NULL},
		{"n or secret", true, NULL},
		{"{secret}", true, NULL},
		{"({x = secret}).x", true, "hunter2!"},
		{"secret == 'x'", false, NULL},
		{"#secret", false, NULL},
		{"box.n", false, NULL},
		{"s .. 'x'", false, NULL},
	};
	world_begin();
	struct sandbox *s = sandbox_new();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct masker *m = masker_new();
		struct eval ev = {.arena = &scratch, .scope = &scope, .sandbox = s, .masker = m};
		struct guard g;
		struct value v;
		test_about("%s", rows[i].text);
		if (parse(rows[i].text, &g) && CHECK(eval_expr(&ev, g.expr, &v))) {
			CHECK(((v.flags & VALUE_SECRET) != 0) == rows[i].is_secret);
			CHECK(masker_is_empty(m) == (rows[i].masked == NULL));
			if (rows[i].masked)
				CHECK(mask_would_change(m, str_of(rows[i].masked)));
		}
		masker_free(m);
	}
	sandbox_free(s);
	world_end();
}

/* ---- against Lua ----------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t roll(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 10) % n;
}

static const char *pick(const char *const *words, size_t count)
{
	return words[roll((uint32_t)count)];
}

static void make(struct strbuf *b, int depth)
{
	static const char *const leaves[] = {"0", "1", "2", "3", "7", "-1", "10", "0.5", "2.0",
		"-3.25", "1e15", "1e16", "1e300", "0x10", "9007199254740993", "9007199254740992.0",
		"9223372036854775807", "(-9223372036854775807-1)", "9223372036854775808", "'a'",
		"'b'", "'ab'", "''", "'10'", "'0x1F'", "' 5 '", "'1e2'", "'3.0'", "'abc\\0d'",
		"nil", "true", "false", "math.huge", "-math.huge", "math.pi", "64", "63", "-64",
		"x", "y", "z", "s", "t.a", "t.b", "t.list[1]", "t.list[2]", "t.nope", "t['a']"};
	static const char *const binary[] = {"+", "-", "*", "/", "//", "%", "^", "&", "|", "~",
		"<<", ">>", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or", "and", "or"};
	static const char *const unary[] = {"-", "not ", "#", "~"};
	if (depth == 0 || roll(8) == 0) {
		strbuf_puts(b, pick(leaves, sizeof leaves / sizeof *leaves));
		return;
	}
	uint32_t kind = roll(10);
	bool parens = roll(2);
	strbuf_puts(b, parens ? "(" : "");
	if (kind == 0) {
		strbuf_puts(b, pick(unary, 4));
		strbuf_puts(b, " ");
		make(b, depth - 1);
	} else {
		make(b, depth - 1);
		strbuf_printf(b, " %s ", pick(binary, sizeof binary / sizeof *binary));
		make(b, depth - 1);
	}
	strbuf_puts(b, parens ? ")" : "");
}

static lua_State *lua_begin(void)
{
	static const char setup[] = "x, y, z, s = 5, -2.5, 0, 'word'\n"
				    "t = {a = 1, b = 'B', list = {10, 20}}\n";
	lua_State *L = luaL_newstate();
	luaL_openlibs(L);
	CHECK(luaL_dostring(L, setup) == LUA_OK);
	return L;
}

/* Lua's answer as evaluate() writes it; false: an error. */
static bool lua_answer(lua_State *L, const char *text, struct strbuf *b)
{
	lua_settop(L, 0);
	lua_pushfstring(L, "return %s", text);
	if (luaL_loadstring(L, lua_tostring(L, -1)) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) {
		strbuf_puts(b, lua_tostring(L, -1));
		return false;
	}
	size_t len;
	if (lua_type(L, -1) == LUA_TSTRING) {
		const char *s = lua_tolstring(L, -1, &len);
		json_quote(b, (struct str){s, len});
	} else {
		strbuf_puts(b, luaL_tolstring(L, -1, NULL));
	}
	return true;
}

/* Where an unknown came in, Lua has gone another way: no comparison is possible. */
static bool has_unknown(struct eval *ev, const struct expr *e)
{
	struct value v;
	if (eval_expr(ev, e, &v) && v.kind == VALUE_UNKNOWN)
		return true;
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++) {
		if (has_unknown(ev, child))
			return true;
	}
	return false;
}

static void put_lua_world(void)
{
	struct json_error error;
	CHECK(json_decode(&arena,
		STR("{\"x\":5,\"y\":-2.5,\"z\":0,\"s\":\"word\",\"t\":{\"a\":1,\"b\":\"B\","
		    "\"list\":[10,20]}}"),
		&names, &error));
}

TEST(eval_like_lua)
{
	arena_init(&arena);
	arena_init(&scratch);
	put_lua_world();
	lua_State *L = lua_begin();
	struct strbuf text = {0}, theirs = {0};
	size_t compared = 0, failed = 0, unknown = 0;
	seed = 20240601;
	struct arena words;
	arena_init(&words);
	for (int round = 0; round < 60000; round++) {
		strbuf_clear(&text);
		strbuf_clear(&theirs);
		make(&text, 1 + (int)roll(4));
		struct diagnostics d;
		struct origin o = {.is_exact = true};
		diagnostics_init(&d, &words);
		struct eval ev = {.arena = &scratch, .scope = &outer_scope};
		const struct expr *e = expr_parse(&words, strbuf_str(&text), &o, &d);
		test_about("%s", text.at);
		if (!CHECK(e != NULL))
			continue;
		bool answered = lua_answer(L, text.at, &theirs);
		struct value v;
		bool ok = eval_expr(&ev, e, &v);
		struct strbuf ours = {0};
		if (ok && v.kind == VALUE_STRING)
			json_quote(&ours, value_string(&v));
		else if (ok && (v.kind == VALUE_INT || v.kind == VALUE_FLOAT)) {
			char number[LUA_NUMBER_TEXT];
			strbuf_add(&ours, number, lua_number_text(&v, number));
		} else if (ok) {
			value_print(&ours, &v);
		}
		if (has_unknown(&ev, e)) {
			unknown++;
		} else if (!answered) {
			failed++;
			if (!CHECK(!ok))
				printf("    lua: %s, ours: %.*s\n", theirs.at, (int)ours.len,
					ours.at);
		} else if (CHECK(ok)) {
			compared++;
			bool same = str_equal(strbuf_str(&ours), strbuf_str(&theirs));
			if (!CHECK(same))
				printf("    lua: %s, ours: %s\n", theirs.at, ours.at);
		} else {
			printf("    lua: %s, ours: %s\n", theirs.at, ev.error);
		}
		strbuf_release(&ours);
		arena_reset(&scratch);
		arena_reset(&words);
	}
	CHECK(compared > 20000);
	CHECK(failed > 8000);
	CHECK(unknown > 500);
	lua_close(L);
	strbuf_release(&text);
	strbuf_release(&theirs);
	arena_release(&words);
	world_end();
}
