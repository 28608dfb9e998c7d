/*
 * Runbooks as text, and what check_plan() tells of them.
 */
#ifndef CHECK_FIXTURE_H
#define CHECK_FIXTURE_H

#include "test.h"

struct check_case {
	const char *about;
	const char *text; /* behind two lines of head: `version: 1` and `runbook: t` */
	/* A line each: `line:column RB000 message (hint) [line:column label]`. */
	const char *expected;
};

/* A file beside the runbook, for modules. */
struct check_file {
	const char *name, *text;
};

/* Runs each case; the files (ends with name NULL; may be NULL) lie beside all of them. */
void check_cases(const struct check_case *cases, size_t count, const struct check_file *files);
#define CHECK_CASES(cases, files) check_cases((cases), sizeof(cases) / sizeof *(cases), (files))

/* The text of an expected answer after all fixes of the first finding. */
void check_mended(const char *text, const char *expected);

/* How long the check alone takes. */
double check_seconds(const char *text);

#endif
