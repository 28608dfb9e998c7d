/*
 * Findings in the formats that people and their tools read. One diagnostic feeds all of them.
 *
 * Lines and columns count from 1, columns in characters (in bytes where the format wants that), an
 * end is the first place behind. Text of a file is escaped wherever it becomes part of a log or a
 * message; only the replacements of a fix are byte for byte. What a comment in the file silences is
 * in `json` and `sarif`, marked, and nowhere else.
 */
#ifndef TOOL_FINDINGS_H
#define TOOL_FINDINGS_H

#include "source/diagnostic.h"

enum findings_format {
	FINDINGS_TEXT,	     /* with excerpts, for people */
	FINDINGS_SHORT,	     /* a line each */
	FINDINGS_JSON,	     /* our own, with a version */
	FINDINGS_SARIF,	     /* SARIF 2.1.0: code scanning */
	FINDINGS_GITHUB,     /* workflow commands: annotations of a change */
	FINDINGS_GITLAB,     /* a code quality report */
	FINDINGS_JUNIT,	     /* a test suite a file */
	FINDINGS_CHECKSTYLE, /* what Jenkins and many others take */
	FINDINGS_RDJSON,     /* reviewdog */
};

/* The words for them, in the order of the enum, NULL-ended. */
extern const char *const findings_format_names[];
bool findings_format_find(const char *word, enum findings_format *out);

/* One file that was looked at; its findings may lie in other files of its set, too. */
struct findings_file {
	const char *path; /* as it was given */
	const struct source_set *files;
	const struct diagnostics *diagnostics;
};

/* Appends all of them as one document. Colour is for text only. */
void findings_write(struct strbuf *b, enum findings_format f, const struct findings_file *files,
	size_t count, bool color);
/* The same as Markdown, for the summary of a job ($GITHUB_STEP_SUMMARY). */
void findings_write_summary(struct strbuf *b, const struct findings_file *files, size_t count);

#endif
