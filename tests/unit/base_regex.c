#include "test.h"

#include "base/json.h"
#include "base/regex.h"

static struct arena a;

static struct regex *get(const char *pattern)
{
	const char *error;
	size_t offset;
	struct regex *re = regex_get(&a, str_of(pattern), &error, &offset);
	if (!CHECK(re != NULL))
		abort();
	return re;
}

/* "yes", "no" or the error. */
static const char *test(const char *pattern, struct str subject)
{
	const char *error = NULL;
	switch (regex_test(get(pattern), subject, &error)) {
	case REGEX_MATCH:
		return "yes";
	case REGEX_NO_MATCH:
		return "no";
	case REGEX_ERROR:
		break;
	}
	return error;
}

TEST(regex_test)
{
	CHECK_STR(test("b+", STR("abbc")), "yes");
	CHECK_STR(test("^b", STR("abbc")), "no");
	CHECK_STR(test("", STR("")), "yes");
	CHECK_STR(test("^$", (struct str){NULL, 0}), "yes");
	CHECK_STR(test("^.$", STR("\xC3\xA9")), "yes");
	CHECK_STR(test("^\\d$", STR("\xD9\xA1")), "no"); /* an Arabic digit */
	CHECK_STR(test("a\\x00b", STR("a\0b")), "yes");
	CHECK_STR(test("(?i)\xC3\x89", STR("\xC3\xA9")), "yes");
	CHECK_STR(test("a", STR("a\xFF")), "the text is not valid UTF-8");
	CHECK_STR(test("(?(DEFINE)(?<r>a(?&r)?b))^(?&r)$", STR("aaabbb")), "yes");
	CHECK(get("same") == get("same") && get("same") != get("other"));
	arena_release(&a);
	regex_release_all();
}

TEST(regex_refuses_patterns)
{
	static const struct {
		const char *pattern, *error;
		size_t offset;
	} rows[] = {
		{"a(", "missing closing parenthesis", 2},
		{"*a", "quantifier does not follow a repeatable item", 0},
		{"a[b-a]", "range out of order in character class", 4},
		{"\xFF", "UTF-8 error: illegal byte (0xfe or 0xff)", 0},
		{"\\C", "using \\C is disabled by the application", 2},
		{"((a{1,1000}){1,1000}){1,1000}", "regular expression is too large", 29},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *error;
		size_t offset;
		test_about("%s", rows[i].pattern);
		CHECK(!regex_get(&a, str_of(rows[i].pattern), &error, &offset));
		CHECK_STR(error, rows[i].error);
		CHECK_INT(offset, rows[i].offset);
	}
	const char *error;
	size_t offset;
	char *long_one = arena_alloc(&a, 100000);
	memset(long_one, 'a', 100000);
	CHECK(!regex_get(&a, (struct str){long_one, 100000}, &error, &offset));
	CHECK_STR(error, "the pattern is longer than 64 KiB");
	memset(long_one, '(', 60000);
	CHECK(!regex_get(&a, (struct str){long_one, 60000}, &error, &offset));
	arena_release(&a);
}

static const char *groups_of(const char *pattern, const char *subject, size_t from, size_t *end)
{
	const char *error;
	struct value groups;
	enum regex_result result =
		regex_match_from(&a, get(pattern), str_of(subject), from, &groups, end, &error);
	if (result != REGEX_MATCH)
		return result == REGEX_NO_MATCH ? "no" : error;
	struct strbuf b = {0};
	json_encode(&b, &groups, 0);
	const char *text = strbuf_take(&b, &a).at;
	strbuf_release(&b);
	return text;
}

TEST(regex_groups)
{
	size_t end = 0;
	CHECK_STR(groups_of("(?<major>\\d+)\\.(\\d+)(-x)?", "v12.34", 0, &end),
		"{\"0\":\"12.34\",\"major\":\"12\",\"1\":\"12\",\"2\":\"34\",\"3\":null}");
	CHECK_INT(end, 6);
	CHECK_STR(groups_of("(?J)(?<n>a)|(?<n>b)", "b", 0, &end),
		"{\"0\":\"b\",\"n\":\"b\",\"1\":null,\"2\":\"b\"}");
	CHECK_STR(groups_of("^a", "xa", 1, &end), "no");
	CHECK_STR(groups_of("(?<=x)a", "xa", 1, &end), "{\"0\":\"a\"}");
	CHECK_STR(groups_of("a*", "xa", 2, &end), "{\"0\":\"\"}");
	CHECK_INT(end, 2);
	CHECK_STR(groups_of("a", "\xC3\xA9", 1, &end), "the text is not valid UTF-8");
	CHECK_STR(groups_of("a", "a", 2, &end), "the text is not valid UTF-8");
	char many[400] = "";
	for (size_t i = 0; i < 90; i++)
		memcpy(many + 4 * i, "(a)?", 5);
	CHECK(strstr(groups_of(many, "aa", 0, &end), "\"90\":null}") != NULL);
	arena_release(&a);
	regex_release_all();
}

/* ---- hostile patterns ------------------------------------------------------------------------ */

static struct str pumped(const char *prefix, const char *pump, const char *suffix, size_t times)
{
	struct strbuf b = {0};
	strbuf_puts(&b, prefix);
	while (times-- > 0 && b.len + strlen(pump) + strlen(suffix) <= REGEX_MAX_SUBJECT)
		strbuf_puts(&b, pump);
	strbuf_puts(&b, suffix);
	struct str s = strbuf_take(&b, &a);
	strbuf_release(&b);
	return s;
}

static const char *timed(const char *pattern, struct str subject)
{
	double start = test_cpu_seconds();
	const char *result = test(pattern, subject);
	CHECK_CPU(start, 1);
	return result;
}

static void is_over(const char *pattern, struct str subject)
{
	test_about("%s", pattern);
	CHECK_STR(timed(pattern, subject), "the pattern needs too many steps for this text");
}

TEST(regex_limits)
{
	is_over("^(a+)+$", pumped("", "a", "!", 40));
	is_over("^(a+)+$", pumped("", "a", "!", 20000));
	/* No limit of PCRE2's is reached by these. */
	is_over("\\d+x", pumped("", "1", "\nx", 1000000));
	is_over("\\s+$", pumped("x", " ", "x", 1000000));
	is_over(".*?x.*?y", pumped("", "x", "", 1000000));
	is_over("(a*)b?\\1c", pumped("", "a", "b", 1000000));
	is_over("\\d{60001}", pumped("", pumped("", "1", "x", 60000).at, "", 17));
	/* These have to work, short and long. */
	CHECK_STR(timed("error: (\\w+)", pumped("", "all is well ", "error: disk", 1)), "yes");
	CHECK_STR(timed("error: (\\w+)", pumped("", "all is well ", "error: disk", 80000)), "yes");
	CHECK_STR(timed("(error|fail)", pumped("", "all is well ", "", 80000)), "no");
	CHECK_STR(timed("(?m)^.*error.*$", pumped("", "all is well\n", "an error", 80000)), "yes");
	CHECK_STR(timed("^[a-z]+$", pumped("", "a", "", REGEX_MAX_SUBJECT)), "yes");
	char *large = arena_alloc(&a, REGEX_MAX_SUBJECT + 1);
	CHECK_STR(test("a", (struct str){large, REGEX_MAX_SUBJECT + 1}),
		"the text is longer than 1 MiB");
	arena_release(&a);
	regex_release_all();
}

static const char *member(const struct value *map, const char *key)
{
	const struct value *v = map_get(map->map, key);
	return v && v->kind == VALUE_STRING ? v->string : "";
}

static void attack(const char *pattern, const struct value *how)
{
	static const size_t times[] = {30, 3000, 20000, REGEX_MAX_SUBJECT};
	const char *error;
	size_t offset;
	if (!how || !regex_get(&a, str_of(pattern), &error, &offset))
		return;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		timed(pattern, pumped(member(how, "prefix"), member(how, "pump"),
				       member(how, "suffix"), times[i]));
}

TEST(regex_redos_suite)
{
	size_t len;
	char *text = test_suite_file("redos/patterns.jsonl", &len);
	if (!text)
		return;
	struct str rest = {text, len};
	int rows = 0;
	while (rest.len) {
		struct value row;
		struct json_error error;
		ptrdiff_t end = str_find(rest, STR("\n"), 0);
		struct str line = {rest.at, end < 0 ? rest.len : (size_t)end};
		size_t taken = line.len + (end >= 0);
		rest = (struct str){rest.at + taken, rest.len - taken};
		if (!CHECK(json_decode(&a, line, &row, &error)))
			continue;
		test_about("%s", member(&row, "id"));
		attack(member(&row, "pattern"), map_get(row.map, "attack"));
		attack(member(&row, "pattern"), map_get(row.map, "attack_with_required_literal"));
		arena_reset(&a);
		rows++;
	}
	CHECK_INT(rows, 43);
	free(text);
	arena_release(&a);
	regex_release_all();
}
