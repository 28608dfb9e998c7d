#include "test.h"

#include "base/json.h"

#include <dirent.h>

static struct arena a;
static struct json_error error;

/* The text decoded and encoded again, or the error. */
static const char *again(struct str text)
{
	struct value v;
	if (!json_decode(&a, text, &v, &error))
		return arena_printf(&a, "%zu:%zu: %s", error.line, error.column, error.message);
	struct strbuf b = {0};
	json_encode(&b, &v, 0);
	const char *encoded = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return encoded;
}

static const char *again_text(const char *text)
{
	return again(str_of(text));
}

TEST(json_scalars)
{
	CHECK_STR(again_text(" null "), "null");
	CHECK_STR(again_text("true"), "true");
	CHECK_STR(again_text("-12"), "-12");
	CHECK_STR(again_text("0.1"), "0.1");
	CHECK_STR(again_text("2.0"), "2.0");
	CHECK_STR(again_text("1e100"), "1e+100");
	CHECK_STR(again_text("\"a\\n\\u00e9\\ud83d\\ude00\""), "\"a\\n\xC3\xA9\xF0\x9F\x98\x80\"");
	arena_release(&a);
}

TEST(json_large_numbers)
{
	CHECK_STR(again_text("9223372036854775807"), "9223372036854775807");
	CHECK_STR(again_text("-9223372036854775808"), "-9223372036854775808");
	CHECK_STR(again_text("9007199254740993"), "9007199254740993");
	CHECK_STR(again_text("9223372036854775808"), "9.223372036854776e+18");
	CHECK_STR(again_text("-9223372036854775809"), "-9.223372036854776e+18");
	CHECK_STR(again_text("[18446744073709551616,1]"), "[1.8446744073709552e+19,1]");
	CHECK_STR(again_text("9999999999999999999"), "1e+19");
	CHECK_STR(again_text("9999999999999999999.5"), "1e+19");
	CHECK_STR(again_text("9999999999999999999e1"), "1e+20");
	CHECK_STR(again_text("1e400"), "1:5: the number is too large");
	CHECK_STR(again_text("-1e400"), "1:6: the number is too large");
	CHECK_STR(again_text("1e-400"), "0.0");
	CHECK_STR(again_text("00000000000000000000001"), "1:1: invalid token near '0'");
	/* Each length that a double can hold, and the first it cannot. */
	char text[400];
	for (int len = 19; len <= 310; len++) {
		snprintf(text, sizeof text, "%0*d", len, 0);
		memset(text, '1', (size_t)len);
		struct value v;
		test_about("%d digits", len);
		if (len > 309) {
			CHECK(!json_decode(&a, str_of(text), &v, &error));
			continue;
		}
		double expected;
		CHECK(json_decode(&a, str_of(text), &v, &error));
		if (len > 19 && CHECK(v.kind == VALUE_FLOAT))
			CHECK(parse_float(str_of(text), &expected) && v.number == expected);
	}
	arena_release(&a);
}

TEST(json_places_survive_rewriting)
{
	CHECK_STR(again_text("[123456789012345678901234567890,\n  x]"),
		"2:3: invalid token near 'x'");
	CHECK_STR(again_text("{\"\\u0000\": 1,\n\"b\" 2}"), "2:5: ':' expected near '2'");
}

TEST(json_strings)
{
	CHECK_STR(again_text("\"\\u0000a\""), "\"\\u0000a\"");
	CHECK_STR(again_text("{\"\\u0000\\\\u0000\":\"\\u0000\",\"\xEE\x80\x80\":1}"),
		"{\"\\u0000\\\\u0000\":\"\\u0000\",\"\xEE\x80\x80\":1}");
	CHECK_STR(again_text("{\"a\\u0000b\":1,\"\\uE000\":2,\"a\\u0000c\":3}"),
		"{\"a\\u0000b\":1,\"\xEE\x80\x80\":2,\"a\\u0000c\":3}");
	CHECK_STR(again_text("{\"\\u0000\":1,\"\\u0000\":2}"), "{\"\\u0000\":2}");
	CHECK_STR(again_text("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}");
	struct value v;
	CHECK(!json_decode_unique(&a, STR("{\"a\":1,\"a\":2}"), &v, &error));
	CHECK_STR(error.message, "a key is given twice in one object");
	CHECK_INT(error.column, 10);
	CHECK(!json_decode(&a, STR("\"\\ud800\""), &v, &error));
	CHECK(!json_decode(&a, STR("\"\\udc00\""), &v, &error));
	CHECK(!json_decode(&a, STR("\"\\ud800\\u0041\""), &v, &error));
	CHECK(!json_decode(&a, STR("\"\xFF\""), &v, &error));
	CHECK(!json_decode(&a, STR("\"a\0b\""), &v, &error));
	CHECK(!json_decode(&a, STR("1\0"), &v, &error));
	CHECK(!json_decode(&a, STR(""), &v, &error));
	CHECK(!json_decode(&a, STR("\"\\"), &v, &error));
	CHECK(!json_decode(&a, STR("{\"\\u0000"), &v, &error));
	CHECK_STR(again_text("[1] x"), "1:5: something follows the value");
	CHECK_STR(again_text("[1,"), "1:4: the text ends too early");
	arena_release(&a);
}

TEST(json_depth)
{
	char text[2 * VALUE_MAX_DEPTH + 2];
	memset(text, '[', VALUE_MAX_DEPTH);
	memset(text + VALUE_MAX_DEPTH, ']', VALUE_MAX_DEPTH);
	struct str deep = {text, 2 * VALUE_MAX_DEPTH};
	CHECK(str_equal(str_of(again(deep)), deep));
	memset(text, '[', VALUE_MAX_DEPTH + 1);
	memset(text + VALUE_MAX_DEPTH + 1, ']', VALUE_MAX_DEPTH + 1);
	CHECK_STR(again((struct str){text, sizeof text}), "1:101: nested too deep");
	/* Brackets in strings do not count. */
	memset(text, '[', sizeof text);
	text[0] = text[sizeof text - 1] = '"';
	CHECK(again((struct str){text, sizeof text})[0] == '"');
	arena_release(&a);
}

TEST(json_order_is_kept)
{
	struct strbuf b = {0};
	strbuf_putc(&b, '{');
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&b, "%s\"k%d\":%d", i ? "," : "", i * 7919 % 1000, i);
	strbuf_putc(&b, '}');
	CHECK_STR(again(strbuf_str(&b)), b.at);
	strbuf_release(&b);
	arena_release(&a);
}

TEST(json_encode)
{
	struct strbuf b = {0};
	struct value v = value_map(&a), list = value_list(&a);
	list_add(&a, list.list, value_float(0.0 / 0.0));
	list_add(&a, list.list, value_unknown("no data"));
	list_add(&a, list.list, value_str(STR("a\xFF\"\\/\x01\x7F\t\xE2\x80\xA8")));
	map_set(&a, v.map, STR("list"), list);
	map_set(&a, v.map, STR("empty"), value_list(&a));
	map_set(&a, v.map, STR("none"), value_map(&a));
	json_encode(&b, &v, 0);
	CHECK_STR(b.at, "{\"list\":[null,null,\"a\xEF\xBF\xBD\\\"\\\\/\\u0001\\u007f\\t\\u2028\"],"
			"\"empty\":[],\"none\":{}}");
	strbuf_clear(&b);
	list.list->count = 1;
	json_encode(&b, &v, 2);
	CHECK_STR(b.at, "{\n  \"list\": [\n    null\n  ],\n  \"empty\": [],\n  \"none\": {}\n}");
	strbuf_clear(&b);
	v.map->items = arena_new(&a, struct list);
	list_add(&a, v.map->items, value_int(7));
	v.map->count = 0;
	json_encode(&b, &v, 0);
	CHECK_STR(b.at, "[7]");
	strbuf_release(&b);
	arena_release(&a);
}

/* y_ must be read, n_ must be refused, i_ may be either. */
static void check_file(const char *name)
{
	char path[512];
	size_t len;
	struct value v;
	snprintf(path, sizeof path, "json-test-suite/test_parsing/%s", name);
	char *text = test_suite_file(path, &len);
	if (!text)
		return;
	bool is_read = json_decode(&a, (struct str){text, len}, &v, &error);
	test_about("%s", name);
	if (name[0] != 'i')
		CHECK_INT(is_read, name[0] == 'y');
	if (is_read)
		again(str_of(again((struct str){text, len})));
	else
		CHECK(error.offset <= len && utf8_valid(str_of(error.message), NULL));
	free(text);
	arena_reset(&a);
}

TEST(json_test_suite)
{
	char path[4096];
	const char *suites = test_suites();
	snprintf(path, sizeof path, "%s/json-test-suite/test_parsing", suites ? suites : "");
	DIR *dir = suites ? opendir(path) : NULL;
	if (!dir) {
		test_skip("no json-test-suite in ../shared/suites or $RUNBOOK_SUITES");
		return;
	}
	int files = 0;
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		check_file(e->d_name);
		files++;
	}
	closedir(dir);
	test_about("files");
	CHECK_INT(files, 318);
	arena_release(&a);
}
