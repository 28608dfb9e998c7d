#include "tool/settings.h"

#include "source/suppress.h"
#include "source/yaml.h"

#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- where it is ------------------------------------------------------------------------------
 */

static const char *joined(struct arena *a, const char *dir, const char *name)
{
	return strcmp(dir, ".") == 0 ? arena_string(a, name) : arena_printf(a, "%s/%s", dir, name);
}

static const char *above(struct arena *a, const char *dir)
{
	const char *slash = strrchr(dir, '/'), *last = slash ? slash + 1 : dir;

	if (strcmp(dir, ".") == 0)
		return "..";
	if (strcmp(last, "..") == 0 || strcmp(last, ".") == 0 || !*last)
		return arena_printf(a, "%s/..", dir);
	if (!slash)
		return ".";
	return slash == dir ? "/" : arena_copy(a, dir, (size_t)(slash - dir));
}

/* In `dir` or the nearest folder above it. NULL: nowhere. */
static const char *find(struct settings *s, const char *dir)
{
	struct stat root, here;
	const char *at = dir;

	if (stat("/", &root) < 0)
		return NULL;
	for (int up = 0; up < 64; up++) {
		const char *path = joined(&s->arena, at, SETTINGS_FILE);

		if (access(path, F_OK) == 0) {
			s->dir = at;
			return path;
		}
		if (stat(at, &here) < 0 ||
			(here.st_dev == root.st_dev && here.st_ino == root.st_ino))
			return NULL;
		at = above(&s->arena, at);
	}
	return NULL;
}

/* ---- what it says -----------------------------------------------------------------------------
 */

static void tell_key(
	struct settings *s, const struct entry *e, const char *const *keys, size_t count)
{
	struct diagnostic *told = diagnose(&s->diagnostics, RB101, entry_key_span(e),
		"unknown key `%.*s`", STR_ARGS(entry_key(e)));

	diagnostic_nearest(&s->diagnostics, told, entry_key(e), keys, count);
}

static bool wants(struct settings *s, const struct value *v, enum value_kind kind, const char *what)
{
	if (v->kind == kind)
		return true;
	diagnose(&s->diagnostics, RB102, value_span(v), "expected %s, got %s", what,
		value_kind_name(v));
	return false;
}

static void take_profile(struct settings *s, const struct value *v)
{
	if (wants(s, v, VALUE_STRING, "the name of a profile") &&
		!lint_profile_find(value_string(v), &s->lint.profile))
		diagnostic_hint(&s->diagnostics,
			diagnose(&s->diagnostics, RB104, value_span(v),
				"there is no profile `%.*s`", STR_ARGS(value_string(v))),
			"`default`, `strict` or `production`");
}

static void take_severity(struct settings *s, const struct entry *e)
{
	static const char *const words[] = {"error", "warning", "info", "off"};
	static const int8_t values[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO, LINT_OFF};
	enum rule_id id = rule_find(entry_key(e));
	struct diagnostic *told;

	if (id == RULE_COUNT) {
		told = diagnose(&s->diagnostics, RB901, entry_key_span(e),
			"there is no rule `%.*s`", STR_ARGS(entry_key(e)));
		diagnostic_set_severity(&s->diagnostics, told, SEVERITY_ERROR);
		return;
	}
	if (rule_is_fixed(id)) {
		told = diagnose(&s->diagnostics, RB104, entry_key_span(e),
			"`%.*s` is always an error", STR_ARGS(entry_key(e)));
		diagnostic_hint(&s->diagnostics, told, "a run would stop at it");
		return;
	}
	for (size_t i = 0; i < 4 && e->value.kind == VALUE_STRING; i++) {
		if (!str_is(value_string(&e->value), words[i]))
			continue;
		s->lint.severity[id] = values[i];
		return;
	}
	diagnostic_hint(&s->diagnostics,
		diagnose(&s->diagnostics, RB104, value_span(&e->value), "this is no severity"),
		"`error`, `warning`, `info` or `off`");
}

static void take_excludes(struct settings *s, const struct value *v)
{
	if (!wants(s, v, VALUE_LIST, "a list of patterns for paths"))
		return;
	for (size_t i = 0; i < v->list->count; i++) {
		if (!wants(s, &v->list->items[i], VALUE_STRING, "a pattern for paths"))
			return;
	}
	s->exclude = *v;
}

static void take_lint(struct settings *s, const struct map *m)
{
	static const char *const keys[] = {"profile", "severity", "exclude", "baseline"};

	for (size_t i = 0; i < m->count; i++) {
		const struct entry *e = &m->entries[i];
		const struct value *v = &e->value;

		if (str_is(entry_key(e), "profile"))
			take_profile(s, v);
		else if (str_is(entry_key(e), "exclude"))
			take_excludes(s, v);
		else if (str_is(entry_key(e), "severity")) {
			for (size_t k = 0; wants(s, v, VALUE_MAP, "rules and their severities") &&
					   k < v->map->count;
				k++)
				take_severity(s, &v->map->entries[k]);
		} else if (str_is(entry_key(e), "baseline")) {
			if (wants(s, v, VALUE_STRING, "a path"))
				s->baseline = joined(&s->arena, s->dir,
					arena_copy(&s->arena, v->string, v->len));
		} else {
			tell_key(s, e, keys, 4);
		}
	}
}

static void take(struct settings *s, const struct map *m)
{
	static const char *const keys[] = {"lint"};

	for (size_t i = 0; i < m->count; i++) {
		const struct entry *e = &m->entries[i];

		if (!str_is(entry_key(e), "lint"))
			tell_key(s, e, keys, 1);
		else if (wants(s, &e->value, VALUE_MAP, "a mapping"))
			take_lint(s, e->value.map);
	}
}

bool settings_load(struct settings *s, const char *dir)
{
	struct source_file *file;
	const char *why;
	struct value root;

	*s = (struct settings){0};
	arena_init(&s->arena);
	source_init(&s->files, &s->arena);
	diagnostics_init(&s->diagnostics, &s->arena);
	lint_options_init(&s->lint);
	s->path = find(s, dir);
	if (!s->path)
		return true;
	file = source_read(&s->files, s->path, &why);
	if (!file)
		diagnose(&s->diagnostics, RB001, (struct span){0}, "%s: %s", s->path, why)->path =
			s->path;
	else if (yaml_read_mapping(file, &s->arena, &s->diagnostics, &root))
		take(s, root.map);
	return !s->diagnostics.errors;
}

void settings_release(struct settings *s)
{
	arena_release(&s->arena);
}

/* ---- files that are left out -------------------------------------------------------------------
 */

/* As seen from the folder of the settings: both are made absolute, since `..` may be in either. */
static bool is_below(const char *dir, const char *path, char **real, const char **rest)
{
	char *top = realpath(dir, NULL);
	size_t len = top ? strlen(top) : 0;
	bool is_inside;

	*real = realpath(path, NULL);
	is_inside = top && *real && strncmp(*real, top, len) == 0 &&
		    ((*real)[len] == '/' || (len && top[len - 1] == '/'));
	free(top);
	*rest = is_inside ? *real + len + ((*real)[len] == '/') : NULL;
	return is_inside;
}

bool settings_exclude(const struct settings *s, const char *path)
{
	char *real = NULL;
	const char *rest;
	bool is_out = false;

	if (s->exclude.kind != VALUE_LIST || strcmp(path, "-") == 0)
		return false;
	if (is_below(s->dir, path, &real, &rest)) {
		for (size_t i = 0; i < s->exclude.list->count && !is_out; i++) {
			const struct value *v = &s->exclude.list->items[i];
			char *pattern = heap_alloc(v->len + 1);

			memcpy(pattern, v->string, v->len);
			is_out = fnmatch(pattern, rest, 0) == 0;
			free(pattern);
		}
	}
	free(real);
	return is_out;
}
