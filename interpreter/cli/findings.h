/*
 * The findings of a command over its files: printed as they come where that can be, and as one
 * document otherwise.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "cli/load.h"
#include "tool/findings.h"

struct report {
	enum findings_format format;
	int color; /* as color_option() gives it */
	struct findings_file *files;
	struct loaded **kept; /* what they point into */
	size_t count;
	bool is_broken; /* what was printed could not be written */
};

/* The help of `--format`, and its value. False: there is no such format, which was said. */
#define FORMAT_OPTION(help)                                                                        \
	{                                                                                          \
		"--format", 'f', "FORMAT", help                                                    \
	}
bool report_format(struct report *r, const char *word);
/* For a file to be loaded into; on the heap until report_end(). */
struct loaded *report_file(void);
/* It is loaded (or could not be) and looked at; the report owns it from here on. */
void report_add(struct report *r, struct loaded *l, const char *path);
/* Instead of adding it. */
void report_leave_out(struct loaded *l);
/* Prints what has not been printed, and the summary of a GitHub job where that is asked for
 * ($GITHUB_STEP_SUMMARY). False: something could not be written, which was said. */
bool report_end(struct report *r);

#endif
