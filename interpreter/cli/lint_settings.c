#include "cli/lint_settings.h"

#include "cli/command.h"
#include "source/render.h"
#include "tool/shellcheck.h"

#include <errno.h>
#include <unistd.h>

/* ---- .runbook.yml -----------------------------------------------------------------------------
 */

static char *dir_of(const char *path)
{
	const char *slash = strcmp(path, "-") == 0 ? NULL : strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;
	char *dir = heap_alloc(len + 2);

	memcpy(dir, slash ? (len ? path : "/") : ".", len ? len : 1);
	return dir;
}

static bool load_project(struct lint_settings *s, const char *path)
{
	char *dir = dir_of(path);
	struct strbuf b = {0};
	bool is_good;

	if (s->dir && strcmp(s->dir, dir) == 0) {
		free(dir);
		return !s->project.diagnostics.errors;
	}
	if (s->dir)
		settings_release(&s->project);
	free(s->dir);
	s->dir = dir;
	is_good = settings_load(&s->project, dir);
	if (!is_good) {
		diagnostics_sort(&s->project.diagnostics);
		diagnostics_render(&b, &s->project.files, &s->project.diagnostics,
			color_wanted(COLOR_AUTO, STDERR_FILENO));
		write_all(STDERR_FILENO, strbuf_str(&b));
		strbuf_release(&b);
	}
	return is_good;
}

/* ---- the baseline -----------------------------------------------------------------------------
 */

static bool load_baseline(struct lint_settings *s)
{
	const char *path = s->baseline_path ? s->baseline_path : s->project.baseline, *why = NULL;

	if (s->known_path && path && strcmp(path, s->known_path) == 0)
		return true;
	if (s->known_path) {
		baseline_release(&s->known);
		free(s->known_path);
		s->known_path = NULL;
	}
	if (!path)
		return true;
	/* What is written anew does not have to be there. */
	if (s->write_path && strcmp(path, s->write_path) == 0)
		return true;
	baseline_init(&s->known);
	if (!baseline_read(&s->known, path, &why)) {
		usage_error("`--write-baseline FILE` writes one", "%s: %s", path, why);
		baseline_release(&s->known);
		return false;
	}
	s->known_path = heap_alloc(strlen(path) + 1);
	memcpy(s->known_path, path, strlen(path));
	return true;
}

bool lint_settings_for(struct lint_settings *s, const char *path)
{
	if (!load_project(s, path))
		return false;
	s->options = s->project.lint;
	s->options.also = s->without_shellcheck ? NULL : shellcheck_plan;
	if (s->has_profile)
		s->options.profile = s->profile;
	s->is_excluded = settings_exclude(&s->project, path);
	return load_baseline(s);
}

void lint_settings_silence(const struct lint_settings *s, struct loaded *l)
{
	diagnostics_sort(&l->diagnostics);
	if (s->known_path)
		baseline_apply(&s->known, &l->files, &l->diagnostics);
}

void lint_settings_note(struct lint_settings *s, struct loaded *l)
{
	if (!s->write_path)
		return;
	if (!s->is_noting)
		baseline_init(&s->noted);
	s->is_noting = true;
	baseline_note(&s->noted, &l->files, &l->diagnostics);
}

bool lint_settings_end(struct lint_settings *s)
{
	bool is_good = true;

	if (s->is_noting) {
		is_good = baseline_write(&s->noted, s->write_path);
		if (!is_good)
			usage_error(NULL, "cannot write %s: %s", s->write_path, strerror(errno));
		baseline_release(&s->noted);
	}
	if (s->known_path)
		baseline_release(&s->known);
	if (s->dir)
		settings_release(&s->project);
	free(s->known_path);
	free(s->dir);
	return is_good;
}
