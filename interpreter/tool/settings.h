/*
 * `.runbook.yml`: how a project wants its runbooks looked at. The nearest one counts, from the
 * runbook's folder upwards.
 *
 *     lint:
 *       profile: strict                # default, strict, production
 *       severity: { RB401: error, no-timeout: off }
 *       exclude: [ 'old-*.yml' ]         # paths from this file's folder; a star takes slashes too
 *       baseline: lint-baseline.json
 */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include "check/lint.h"

#define SETTINGS_FILE ".runbook.yml"

struct settings {
	struct arena arena;
	struct source_set files;
	struct diagnostics diagnostics;
	const char *path; /* of the file; NULL: there is none */
	const char *dir;
	struct lint_options lint;
	struct value exclude; /* a list of strings, or nil */
	const char *baseline; /* a path as seen from here, or NULL */
};

/* For runbooks in this folder. False: the diagnostics say what is wrong with the file. */
bool settings_load(struct settings *s, const char *dir);
void settings_release(struct settings *s);
/* Whether lint shall not look at this file. */
bool settings_exclude(const struct settings *s, const char *path);

#endif
