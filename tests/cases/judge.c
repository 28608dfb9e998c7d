/* Compares what happened with what the case expects. */
#include "case.h"

#include <ftw.h>
#include <unistd.h>

struct lines {
	struct str rest;
};

static bool next_line(struct lines *l, struct str *out)
{
	ptrdiff_t end;

	if (!l->rest.len)
		return false;
	end = str_find(l->rest, STR("\n"), 0);
	*out = (struct str){l->rest.at, end < 0 ? l->rest.len : (size_t)end};
	l->rest.at += end < 0 ? l->rest.len : (size_t)end + 1;
	l->rest.len -= end < 0 ? l->rest.len : (size_t)end + 1;
	return true;
}

/* The next word; a quoted part with blanks belongs to its word. */
static bool next_word(struct str *line, struct str *out)
{
	size_t i = 0;
	bool in_quotes = false;

	*line = str_trim(*line);
	if (!line->len)
		return false;
	for (; i < line->len && (in_quotes || line->at[i] != ' '); i++)
		in_quotes ^= line->at[i] == '"';
	*out = (struct str){line->at, i};
	line->at += i;
	line->len -= i;
	return true;
}

/* Each word of `expected` stands in `line`, in this order. `key=…` with a `*` at its end takes any
 * rest. */
static bool line_matches(struct str line, struct str expected)
{
	struct str want, have;

	while (next_word(&expected, &want)) {
		bool found = false;

		while (!found && next_word(&line, &have)) {
			if (want.len && want.at[want.len - 1] == '*') {
				struct str head = {want.at, want.len - 1};

				found = str_starts_with(have, head);
			} else {
				found = str_equal(have, want);
			}
		}
		if (!found)
			return false;
	}
	return true;
}

static struct str kind_of(struct str line)
{
	struct str word = {0};

	while (next_word(&line, &word)) {
		if (word.len && (word.at[0] < '0' || word.at[0] > '9'))
			break;
	}
	return word;
}

static bool is_mentioned(struct str expected, struct str kind)
{
	struct lines l = {expected};
	struct str line;

	while (next_line(&l, &line)) {
		if (str_equal(kind_of(line), kind))
			return true;
	}
	return false;
}

static void complain(
	const struct test_case *c, const char *what, struct str expected, struct str actual)
{
	printf("%s:%zu: %s: %s\n", c->file, c->line, c->name, what);
	if (expected.at)
		printf("--- expected\n%.*s", STR_ARGS(expected));
	printf("--- actual\n%.*s\n", STR_ARGS(actual));
}

/* All events of the kinds that the case mentions, in order, and no other of those kinds. */
static bool judge_events(const struct test_case *c, struct str actual)
{
	struct str expected = str_trim(case_text(c, "events")), want = {0}, have;
	struct lines wants = {expected}, haves = {str_trim(actual)};
	bool has_want;

	if (!expected.at)
		return true;
	has_want = next_line(&wants, &want);
	while (next_line(&haves, &have)) {
		if (!is_mentioned(expected, kind_of(have)))
			continue;
		if (!has_want || !line_matches(have, want)) {
			struct strbuf what = {0};

			strbuf_printf(&what, "expected `%.*s`, got `%.*s`", STR_ARGS(want),
				STR_ARGS(have));
			complain(c, what.at, (struct str){0}, actual);
			strbuf_release(&what);
			return false;
		}
		has_want = next_line(&wants, &want);
	}
	if (has_want) {
		struct strbuf what = {0};

		strbuf_printf(&what, "`%.*s` did not happen", STR_ARGS(want));
		complain(c, what.at, (struct str){0}, actual);
		strbuf_release(&what);
	}
	return !has_want;
}

/* The lines happened, in this order; what else did does not matter. */
static bool judge_some_events(const struct test_case *c, struct str actual)
{
	struct lines wants = {str_trim(case_text(c, "events has"))}, haves = {str_trim(actual)};
	struct str want, have;
	struct strbuf what = {0};

	while (next_line(&wants, &want)) {
		bool found = false;

		while (!found && next_line(&haves, &have))
			found = line_matches(have, want);
		if (found)
			continue;
		strbuf_printf(&what, "`%.*s` did not happen, or too early", STR_ARGS(want));
		complain(c, what.at, (struct str){0}, actual);
		strbuf_release(&what);
		return false;
	}
	return true;
}

static bool judge_text(const struct test_case *c, const char *name, struct str actual)
{
	struct str expected = case_text(c, name);

	if (!expected.at || str_equal(str_trim(expected), str_trim(actual)))
		return true;
	complain(c, name, expected, actual);
	return false;
}

/* Each line of the section is somewhere in the text, in this order. */
static bool judge_parts(const struct test_case *c, const char *name, struct str actual)
{
	struct str expected = case_text(c, name), line;
	struct lines l = {expected};
	size_t from = 0;

	if (!expected.at)
		return true;
	while (next_line(&l, &line)) {
		ptrdiff_t at = str_find(actual, str_trim(line), from);

		if (!str_trim(line).len)
			continue;
		if (at < 0) {
			complain(c, name, line, actual);
			return false;
		}
		from = (size_t)at;
	}
	return true;
}

static bool judge_exit(const struct test_case *c, const struct result *r)
{
	char name[16];
	bool is_said = false;

	for (size_t i = 0; i < c->section_count; i++)
		is_said |= strncmp(c->sections[i].name, "exit ", 5) == 0;
	snprintf(name, sizeof(name), "exit %d", r->exit);
	if ((is_said && case_section(c, name)) || (!is_said && r->exit == 0) ||
		(r->exit != 0 && case_section(c, "exit not 0")))
		return true;
	complain(c, name, r->stderr_text, r->events);
	return false;
}

static bool judge_names(const struct test_case *c)
{
	static const char *const known[] = {"runbook", "args", "env", "world", "world but",
		"events", "events has", "stderr", "stderr has", "plain", "plain has", "starts",
		"starts has"};

	for (size_t i = 0; i < c->section_count; i++) {
		const char *name = c->sections[i].name;
		bool is_known = strncmp(name, "file ", 5) == 0 || strncmp(name, "exit ", 5) == 0;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			is_known |= strcmp(name, known[k]) == 0;
		if (!is_known) {
			complain(c, "unknown section", str_of(name), STR(""));
			return false;
		}
	}
	return true;
}

bool case_judge(const struct test_case *c, const struct result *r)
{
	if (r->error) {
		complain(c, r->error, (struct str){0}, STR(""));
		return false;
	}
	return judge_names(c) && judge_exit(c, r) && judge_events(c, r->events) &&
	       judge_some_events(c, r->events) && judge_text(c, "stderr", r->stderr_text) &&
	       judge_parts(c, "stderr has", r->stderr_text) && judge_text(c, "plain", r->plain) &&
	       judge_parts(c, "plain has", r->plain) && judge_text(c, "starts", r->starts) &&
	       judge_parts(c, "starts has", r->starts);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)st;
	(void)kind;
	(void)w;
	return remove(path);
}

void case_clean(const char *folder)
{
	if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		perror(folder);
}
