/*
 * The public yaml-test-suite: where libyaml parses exactly what YAML says, our value is the
 * suite's; what it rightly refuses we refuse; and whatever the input, there is a value or a
 * finding.
 */
#include "test.h"

#include "base/json.h"
#include "source/yaml.h"

struct counts {
	size_t equal, refused_by_language, refused_rightly, others;
};

/* What the language leaves out of YAML on purpose. */
static bool is_left_out(const struct diagnostics *d)
{
	switch (d->first->rule) {
	case RB003: /* nothing in the file */
	case RB010: /* directives of other kinds */
	case RB012: /* tags */
	case RB013: /* more than one document */
	case RB014: /* keys given twice */
	case RB018: /* keys that are no plain string */
		return true;
	default:
		return false;
	}
}

/* The column `verdict` of the results for `id`. */
static struct str verdict_of(struct str table, struct str id)
{
	struct strbuf wanted = {0};
	strbuf_printf(&wanted, "\n%.*s\t", STR_ARGS(id));
	ptrdiff_t at = str_find(table, strbuf_str(&wanted), 0);
	size_t from = (size_t)at + wanted.len;
	strbuf_release(&wanted);
	if (at < 0)
		return (struct str){"", 0};
	from = (size_t)str_find(table, STR("\t"), from) + 1;
	size_t to = (size_t)str_find(table, STR("\t"), from);
	return (struct str){table.at + from, to - from};
}

static void compare(struct arena *a, const struct value *got, struct str json, struct counts *c)
{
	struct value expected;
	struct json_error error;
	if (!CHECK(json_decode(a, json, &expected, &error)))
		return;
	if (CHECK(value_equal(got, &expected)))
		c->equal++;
}

static void run_case(const struct map *row, struct str table, struct counts *c)
{
	struct arena a;
	arena_init(&a);
	struct source_set set;
	source_init(&set, &a);
	struct diagnostics d;
	diagnostics_init(&d, &a);
	struct str id = value_string(map_get(row, "id"));
	test_about("yaml-test-suite %.*s", STR_ARGS(id));
	struct source_file *file =
		source_add(&set, "case.yml", value_string(map_get(row, "yaml")), false);
	struct value got;
	bool is_read = yaml_read(file, &a, &d, &got);
	CHECK(is_read == (d.errors == 0));
	struct str verdict = verdict_of(table, id);
	const struct value *json = map_get(row, "json");
	if (str_is(verdict, "ok-reject")) {
		if (CHECK(!is_read))
			c->refused_rightly++;
	} else if (str_is(verdict, "ok") && is_read && json->kind == VALUE_STRING) {
		compare(&a, &got, value_string(json), c);
	} else if (str_is(verdict, "ok") && !is_read) {
		if (CHECK(is_left_out(&d)))
			c->refused_by_language++;
	} else {
		c->others++;
	}
	arena_release(&a);
}

TEST(source_yaml_suite)
{
	size_t len = 0, table_len = 0;
	char *cases = test_suite_file("yaml-test-suite/cases.jsonl", &len);
	if (!cases)
		return;
	char *table = test_suite_file("yaml-test-suite/libyaml-0.2.5-results.tsv", &table_len);
	struct counts c = {0};
	size_t rows = 0;
	for (char *at = cases, *end; at < cases + len; at = end + 1, rows++) {
		end = memchr(at, '\n', (size_t)(cases + len - at));
		if (!end)
			break;
		struct arena a;
		arena_init(&a);
		struct value row;
		struct json_error error;
		if (CHECK(json_decode(&a, (struct str){at, (size_t)(end - at)}, &row, &error)))
			run_case(row.map, (struct str){table, table_len}, &c);
		arena_release(&a);
	}
	test_about("%s", "in all");
	CHECK_INT(rows, 402);
	CHECK_INT(c.equal, 175);
	CHECK_INT(c.refused_by_language, 77);
	CHECK_INT(c.refused_rightly, 78);
	CHECK_INT(c.others, 72);
	free(cases);
	free(table);
}
