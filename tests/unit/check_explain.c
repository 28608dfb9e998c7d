/*
 * Every rule has a text, and its examples are what they say: the bad one raises this rule and
 * nothing else, the good one nothing at all.
 */
#include "base/regex.h"
#include "check/check.h"
#include "check/explain.h"
#include "check/lint.h"
#include "test.h"
#include "tool/shellcheck.h"

#include <sys/stat.h>
#include <unistd.h>

static const char file_mark[] = "# file: ";
static const char command_mark[] = "$ runbook validate ";

/* A folder with the example's files. `main` is what is loaded. */
struct example {
	char dir[64], main[160];
	char paths[8][160];
	size_t count;
};

static void put_file(struct example *e, struct str name, struct str text)
{
	char path[sizeof e->paths[0]];
	snprintf(path, sizeof path, "%s/%.*s", e->dir, STR_ARGS(name));
	memcpy(e->paths[e->count++], path, sizeof path);
	char *slash = strrchr(path, '/');
	*slash = 0;
	mkdir(path, 0700);
	*slash = '/';
	FILE *out = fopen(path, "w");
	if (!CHECK(out != NULL))
		return;
	fwrite(text.at, 1, text.len, out);
	fclose(out);
}

/* The text up to the next file of the example. */
static struct str take_part(const char **at)
{
	const char *end = strstr(*at, file_mark);
	struct str part = {*at, end ? (size_t)(end - *at) : strlen(*at)};
	*at += part.len;
	return part;
}

static void write_example(struct example *e, const char *text)
{
	struct strbuf first = {0};
	const char *at = text;
	if (explain_has_head(text))
		strbuf_puts(&first, EXPLAIN_HEAD);
	struct str part = take_part(&at);
	strbuf_put(&first, part);
	snprintf(e->dir, sizeof e->dir, "/tmp/explain.XXXXXX");
	CHECK(mkdtemp(e->dir) != NULL);
	struct str name = STR("example.yml");
	if (str_starts_with(part, str_of(command_mark)))
		name = str_trim((struct str){
			part.at + sizeof command_mark - 1, part.len - (sizeof command_mark - 1)});
	else
		put_file(e, name, strbuf_str(&first));
	snprintf(e->main, sizeof e->main, "%s/%.*s", e->dir, STR_ARGS(name));
	strbuf_release(&first);
	while (*at) {
		at += sizeof file_mark - 1;
		part = take_part(&at);
		size_t end = strcspn(part.at, "\n");
		put_file(e, (struct str){part.at, end},
			(struct str){part.at + end + 1, part.len - end - 1});
	}
}

static void remove_example(struct example *e)
{
	for (size_t i = 0; i < e->count; i++) {
		unlink(e->paths[i]);
		*strrchr(e->paths[i], '/') = 0;
		rmdir(e->paths[i]);
	}
	rmdir(e->dir);
}

/* What is told about it: each code once, in order. */
static void codes_of(struct strbuf *out, const char *text, const struct lint_options *options)
{
	struct example e = {0};
	struct arena arena;
	struct source_set files;
	struct diagnostics d;
	arena_init(&arena);
	source_init(&files, &arena);
	diagnostics_init(&d, &arena);
	write_example(&e, text);
	struct runbook *book = runbook_load(&arena, &files, e.main, &d);
	struct plan *plan = book ? plan_build(&arena, &files, book, &d) : NULL;
	bool is_sound = plan && !d.errors;
	if (is_sound)
		check_plan(plan, &d);
	if (is_sound)
		lint_plan(plan, &d, options);
	diagnostics_sort(&d);
	for (const struct diagnostic *x = d.first; x; x = x->next) {
		if (x->is_suppressed)
			continue;
		const char *code = rule_info(x->rule)->code;
		if (!out->len || !strstr(out->at, code))
			strbuf_printf(out, "%s%s", out->len ? " " : "", code);
	}
	plan_release(plan);
	arena_release(&arena);
	regex_release_all();
	remove_example(&e);
}

static void check_example(
	const char *text, const struct lint_options *options, const char *expected)
{
	struct strbuf codes = {0};
	codes_of(&codes, text, options);
	CHECK_TEXT(strbuf_str(&codes), expected);
	strbuf_release(&codes);
}

static bool is_installed(const char *program)
{
	char path[512];

	for (const char *dir = getenv("PATH"); dir; dir = strchr(dir, ':')) {
		dir += *dir == ':';
		snprintf(path, sizeof path, "%.*s/%s", (int)strcspn(dir, ":"), dir, program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

TEST(explain_examples)
{
	struct lint_options options;

	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule_info *rule = rule_info((enum rule_id)i);
		const struct explanation *e = rule_explanation((enum rule_id)i);
		test_about("%s %s", rule->code, rule->name);
		if (!CHECK(e != NULL))
			continue;
		lint_options_init(&options);
		/* Matters of taste are only asked about by `strict`. */
		if (rule->severity == SEVERITY_INFO)
			options.profile = LINT_STRICT;
		if (i == RB608 || i == RB609) {
			if (!is_installed("shellcheck"))
				continue;
			options.also = shellcheck_plan;
		}
		check_example(e->bad, &options, rule->code);
		check_example(e->good, &options, "");
	}
	test_about(NULL);
}

TEST(explain_find)
{
	CHECK_INT(rule_find(STR("RB101")), RB101);
	CHECK_INT(rule_find(STR("rb101")), RB101);
	CHECK_INT(rule_find(STR("unknown-key")), RB101);
	CHECK_INT(rule_find(STR("RB10")), RULE_COUNT);
	CHECK_INT(rule_find(STR("")), RULE_COUNT);
}

/* Codes and names are said to others (suppressions, dashboards), so each means one rule. */
TEST(explain_unique)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule_info *rule = rule_info((enum rule_id)i);
		CHECK_INT(rule_find(str_of(rule->code)), i);
		CHECK_INT(rule_find(str_of(rule->name)), i);
	}
}
