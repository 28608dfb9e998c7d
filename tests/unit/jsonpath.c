#include "test.h"

#include "base/json.h"
#include "base/jsonpath.h"

static struct arena a;

static struct value json(const char *text)
{
	struct value v = value_nil();
	struct json_error error;
	if (!CHECK(json_decode(&a, str_of(text), &v, &error)))
		printf("%s in %s\n", error.message, text);
	return v;
}

static const char *encoded(const struct value *v)
{
	struct strbuf b = {0};
	json_encode(&b, v, 0);
	const char *text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

static const char *select_from(const struct value *root, struct str query)
{
	const char *error;
	size_t offset;
	struct value nodes;
	struct jsonpath *path = jsonpath_parse(&a, query, &error, &offset);
	if (!path)
		return arena_printf(&a, "%zu: %s", offset, error);
	if (!jsonpath_select(path, &a, root, &nodes, &error))
		return error;
	return encoded(&nodes);
}

static const char *run(const char *document, const char *query)
{
	struct value root = json(document);
	return select_from(&root, str_of(query));
}

static const char store[] =
	"{\"books\":[{\"t\":\"Sayings\",\"p\":8.95},{\"t\":\"Sword\",\"p\":12.99},"
	"{\"t\":\"Moby\",\"p\":8.99,\"isbn\":\"0-553\"}],\"max\":10,"
	"\"a b\":{\"\xE2\x98\xBA\":[null,true]}}";

TEST(jsonpath_selects)
{
	CHECK_STR(run(store, "$.books[*].t"), "[\"Sayings\",\"Sword\",\"Moby\"]");
	CHECK_STR(run(store, "$..p"), "[8.95,12.99,8.99]");
	CHECK_STR(run(store, "$.books[-1,0].p"), "[8.99,8.95]");
	CHECK_STR(run(store, "$.books[::-1].p"), "[8.99,12.99,8.95]");
	CHECK_STR(run(store, "$.books[?@.isbn].t"), "[\"Moby\"]");
	CHECK_STR(run(store, "$.books[?@.p < $.max && !(@.isbn)].t"), "[\"Sayings\"]");
	CHECK_STR(run(store, "$.books[?match(@.t, 'S.*')].p"), "[8.95,12.99]");
	CHECK_STR(run(store, "$.books[?search(@.t, 'o[a-z]')].t"), "[\"Sword\",\"Moby\"]");
	CHECK_STR(run(store, "$[?count(@.*) == 3][0].t"), "[\"Sayings\"]");
	CHECK_STR(run(store, "$['a b'].\xE2\x98\xBA[?@ == null]"), "[null]");
	CHECK_STR(run(store, "$.nothing"), "[]");
	CHECK_STR(run("[1,1.0,\"1\",9007199254740993,9007199254740992.0]", "$[?@==1]"), "[1,1.0]");
	CHECK_STR(run("[9007199254740993,9007199254740992.0]", "$[?@==9007199254740992]"),
		"[9007199254740992.0]");
	CHECK_STR(run("[9007199254740993,9007199254740992.0]", "$[?@>9007199254740992]"),
		"[9007199254740993]");
	arena_release(&a);
}

TEST(jsonpath_explains)
{
	CHECK_STR(run("1", ""), "0: a query starts with `$`");
	CHECK_STR(run("1", "$ "), "1: the query should end here");
	CHECK_STR(run("1", "$.a["), "4: a selector is missing: 'name', 0, 1:3, * or ?");
	CHECK_STR(run("1", "$['a"), "2: the string does not end");
	CHECK_STR(run("1", "$['\\x']"), "4: there is no such escape");
	CHECK_STR(run("1", "$[?lenght(@.a)>1]"),
		"3: there is no function `lenght`; did you mean `length`?");
	CHECK_STR(run("1", "$[?length(@.*)>1]"), "10: the function takes one value here");
	CHECK_STR(run("1", "$[?count(1)>1]"), "9: the function takes a query here");
	CHECK_STR(run("1", "$[?count((@.a))>1]"), "9: the function takes a query here");
	CHECK_STR(run("1", "$[?@.*==1]"), "3: only a query for one node can be compared");
	CHECK_STR(run("1", "$[?match(@,'(')]"), "11: the brackets of the pattern do not match");
	CHECK_STR(run("1", "$[?match(@,'a)|(b')]"), "11: the brackets of the pattern do not match");
	CHECK_STR(run("1", "$[?match(@,'a**+')]"),
		"11: quantifier does not follow a repeatable item");
	CHECK_STR(run("1", "$[9007199254740992]"), "2: the number is too large");
	CHECK_STR(run("1", "$[?@==1e999]"), "6: the number is too large");
	CHECK_STR(run("1", "$.\xFF"), "2: the query is not valid UTF-8");
	struct value one = value_int(1);
	CHECK_STR(select_from(&one, STR("$.a\0")), "3: the query should end here");
	arena_release(&a);
}

TEST(jsonpath_patterns)
{
	CHECK_STR(run("[\"ab\",\"xab\",\"ab\\n\"]", "$[?match(@,'a|ab')]"), "[\"ab\"]");
	CHECK_STR(run("{\"p\":[\"a(\",\"a)|(b\",\"(*UCP)a\",\"a\\\\\",\"a\",7],\"t\":\"a\"}",
			  "$.p[?match($.t, @)]"),
		"[\"a\"]");
	CHECK_STR(run("[\"a\\nb\",\"a\\u2028b\"]", "$[?match(@,'a.b')]"), "[\"a\\u2028b\"]");
	/* A pattern that never ends is an error, not "no match". */
	CHECK_STR(run("[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"]",
			  "$[?match(@,'(a+)+')]"),
		"the pattern needs too many steps for this text");
	arena_release(&a);
}

static const char *repeated(const char *before, const char *part, int times, const char *after)
{
	struct strbuf b = {0};
	strbuf_puts(&b, before);
	while (times-- > 0)
		strbuf_puts(&b, part);
	strbuf_puts(&b, after);
	const char *text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

/* A list in a list in a list …, deeper than any decoder would make it. */
static struct value nested(int depth)
{
	struct value v = value_int(1);
	while (depth-- > 0) {
		struct value outer = value_list(&a);
		list_add(&a, outer.list, v);
		v = outer;
	}
	return v;
}

TEST(jsonpath_bounds)
{
	double start = test_cpu_seconds();
	struct value list = json(repeated("[", "1,", 3000, "1]"));
	const char *steps = "the query needs too many steps for this value";
	CHECK_STR(select_from(&list, STR("$[?count($[?count($[*])>0])>0]")), steps);
	CHECK_STR(select_from(&list, STR("$[?$==$][?$==$]")), "[]");
	CHECK_STR(select_from(&list, STR("$[?$==$ && $==$ && $==$]")), steps);
	struct value chain = nested(60);
	CHECK_STR(select_from(&chain, str_of(repeated("$", "..[*,*]", 20, ""))),
		"the query selects more than 1000000 nodes");
	struct value large = json(repeated("[", "1,", 400000, "1]"));
	CHECK_STR(
		select_from(&large, STR("$[*,*,*]")), "the query selects more than 1000000 nodes");
	struct value deep = nested(100000);
	CHECK_STR(select_from(&deep, STR("$..*")), "the value is nested too deep");
	CHECK_STR(select_from(&deep, STR("$[?@==$[0]]")), "the value is nested too deep");
	CHECK(strstr(run("1", repeated("$", "[?@", 100, "")), "nested too deep") != NULL);
	CHECK(strstr(run("1", repeated("$[?", "(", 100000, "")), "64 KiB") != NULL);
	CHECK(strstr(run("1", repeated("$[?", "!(", 30000, "")), "nested too deep") != NULL);
	CHECK(strstr(run("1", repeated("$[?", "length(", 9000, "")), "nested too deep") != NULL);
	CHECK_STR(run("[1]", repeated("$[?@==2", "||@==1", 10000, "]")), "[1]");
	CHECK_STR(run("{}", repeated("$[?@=='", "\\n", 30000, "']")), "[]");
	CHECK_CPU(start, 5);
	arena_release(&a);
}

/* ---- the compliance suite ------------------------------------------------------------------- */

static bool is_any_of(const struct value *nodes, const struct value *allowed)
{
	for (size_t i = 0; i < allowed->list->count; i++) {
		if (value_equal(nodes, &allowed->list->items[i]))
			return true;
	}
	return false;
}

static void check_case(const struct map *test)
{
	const char *error = "";
	size_t offset = 0;
	struct value nodes;
	struct str selector = value_string(map_get(test, "selector"));
	struct jsonpath *path = jsonpath_parse(&a, selector, &error, &offset);
	if (map_get(test, "invalid_selector")) {
		CHECK(!path && error && offset <= selector.len);
		return;
	}
	if (!CHECK(path != NULL)) {
		printf("    %zu: %s\n", offset, error);
		return;
	}
	if (!CHECK(jsonpath_select(path, &a, map_get(test, "document"), &nodes, &error)))
		return;
	const struct value *result = map_get(test, "result"), *results = map_get(test, "results");
	CHECK(result ? value_equal(&nodes, result) : is_any_of(&nodes, results));
}

TEST(jsonpath_compliance)
{
	size_t len;
	struct json_error error;
	struct value suite;
	char *text = test_suite_file("jsonpath-cts/cts.json", &len);
	if (!text)
		return;
	CHECK(json_decode(&a, (struct str){text, len}, &suite, &error));
	const struct list *tests = map_get(suite.map, "tests")->list;
	for (size_t i = 0; i < tests->count; i++) {
		const struct map *test = tests->items[i].map;
		struct str name = value_string(map_get(test, "name"));
		test_about("%.*s: %.*s", STR_ARGS(name),
			STR_ARGS(value_string(map_get(test, "selector"))));
		check_case(test);
	}
	test_about("cases");
	CHECK_INT(tests->count, 703);
	free(text);
	arena_release(&a);
}
