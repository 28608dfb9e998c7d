/* Patterns that explode on a text made for them, and some that only look so. */
#include "test.h"

#include "base/json.h"
#include "check/redos.h"

static struct arena a;

/* The part to blame, "" for none. */
static const char *blamed(const char *pattern)
{
	struct redos r;

	if (!redos_find(&a, str_of(pattern), &r))
		return "";
	return arena_copy(&a, pattern + r.at, r.len);
}

TEST(redos_is_seen)
{
	CHECK_STR(blamed("^(a+)+$"), "(a+)+");
	CHECK_STR(blamed("^x=(\\w+\\s?)*$"), "(\\w+\\s?)*");
	CHECK_STR(blamed("foo|(y+y+)+z"), "(y+y+)+");
	CHECK_STR(blamed("^(?:b|bb)+$"), "(?:b|bb)+");
	CHECK_STR(blamed("^id-([a-z]+,?){1,}!$"), "([a-z]+,?){1,}");
	CHECK_STR(blamed("^v(\\d+\\.?)+-rc$"), "(\\d+\\.?)+");
	arena_release(&a);
}

TEST(redos_is_not_guessed)
{
	static const char *const patterns[] = {"^v\\d+(\\.\\d+)*$", "^\"([^\"\\\\]|\\\\.)*\"$",
		"^[a-z]+(-[a-z0-9]+)*$", "^(a|b)+$", "(\\w+\\s?)+", "^(?>a+)+$", "^(a++)+$",
		"^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "^(https?://)?[^/]+(/[^/]*)*$", "^(?:x{3})+$",
		"^(ab?)+$", "", "(", "(((((", "[", "(?#", "\\", "(?(1)a|b)+", "^(\\1)+$"};

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		CHECK_STR(blamed(patterns[i]), "");
	arena_release(&a);
}

/* All but one that does not compile. */
#define EXPONENTIAL_SEEN 17

static bool is_class(const struct value *row, const char *class)
{
	return str_is(value_string(map_get(row->map, "expected_class")), class);
}

TEST(redos_suite)
{
	size_t len, seen = 0;
	struct value row;
	struct json_error error;
	struct redos r;
	char *text = test_suite_file("redos/patterns.jsonl", &len);

	for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		if (!json_decode(&a, (struct str){line, (size_t)(end - line)}, &row, &error))
			continue;
		bool found = redos_find(&a, value_string(map_get(row.map, "pattern")), &r);

		test_about("%s", map_get(row.map, "id")->string);
		CHECK(!found || !is_class(&row, "safe"));
		seen += found && is_class(&row, "exp");
	}
	if (text)
		CHECK_INT((int64_t)seen, EXPONENTIAL_SEEN);
	free(text);
	arena_release(&a);
}
