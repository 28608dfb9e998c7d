/* Cases: how they are written, how a run's events look in them, and how they are judged. */
#ifndef TESTS_CASES_CASE_H
#define TESTS_CASES_CASE_H

#include "run/event.h"

struct section {
	const char *name; /* `runbook`, `events`, `exit 1` … */
	struct str text;
	size_t line; /* in the case file, of its first line */
};

struct test_case {
	const char *file, *name;
	size_t line;
	struct section sections[32];
	size_t section_count;
};

struct test_case *cases_read(struct arena *a, const char *path, size_t *count);
const struct section *case_section(const struct test_case *c, const char *name);
struct str case_text(const struct test_case *c, const char *name); /* `at` NULL: no such section */

/* Hears a run and writes a line an event; passes each on to a plain output. */
struct case_sink {
	struct sink sink;
	struct sink *plain;
	int plain_fd;
	struct strbuf lines;
};

void case_sink_init(struct case_sink *s, int plain_fd);
void case_sink_release(struct case_sink *s);

struct result {
	int exit;
	struct str stderr_text, plain, events, starts;
	const char *error;
};

/* For a case with a section `lint`: whether its file has these findings. Prints what differs. */
bool case_lint(const struct test_case *c);
/* For a case with a section `hints`: runs a case for each of its lines. */
void case_each_hint(const struct test_case *c, void (*run)(const struct test_case *one));
/* Prints what is wrong. */
bool case_judge(const struct test_case *c, const struct result *r);
void case_clean(const char *folder);

#endif
