/*
 * How lint looks at a file: what the command line says, then `.runbook.yml`, then the baseline.
 */
#ifndef CLI_LINT_SETTINGS_H
#define CLI_LINT_SETTINGS_H

#include "check/lint.h"
#include "cli/load.h"
#include "tool/baseline.h"
#include "tool/settings.h"

struct lint_settings {
	/* From the command line. */
	bool has_profile;
	enum lint_profile profile;
	bool without_shellcheck;
	const char *baseline_path, *write_path; /* or NULL */

	/* For the file at hand. */
	struct lint_options options;
	bool is_excluded;

	/* For itself; zero at the start. */
	char *dir; /* whose settings are in `project` */
	struct settings project;
	struct baseline known, noted;
	char *known_path; /* what is in `known` */
	bool is_noting;
};

/* Takes over what holds for this file. False: something is wrong with a file of settings, which was
 * said. */
bool lint_settings_for(struct lint_settings *s, const char *path);
/* Silences what the baseline knows. */
void lint_settings_silence(const struct lint_settings *s, struct loaded *l);
/* Notes what was found for `--write-baseline`, and silences it. */
void lint_settings_note(struct lint_settings *s, struct loaded *l);
/* Writes what was noted. False: that failed, which was said. */
bool lint_settings_end(struct lint_settings *s);

#endif
