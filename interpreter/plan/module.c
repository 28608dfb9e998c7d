#include "plan/module.h"

#include <limits.h>
#include <unistd.h>

static bool is_path(struct str name)
{
	return str_starts_with(name, STR("./")) || str_starts_with(name, STR("/")) ||
	       str_ends_with(name, STR(".yml")) || str_ends_with(name, STR(".yaml"));
}

static const struct runbook *remember(struct module_cache *c, const struct runbook *book)
{
	if (book && c->count < sizeof(c->loaded) / sizeof(c->loaded[0]))
		c->loaded[c->count++] = book;
	return book;
}

static struct str without_dots(struct str path)
{
	while (str_starts_with(path, STR("./")))
		path = (struct str){path.at + 2, path.len - 2};
	return path;
}

static const struct runbook *find_loaded(const struct module_cache *c, const char *path)
{
	for (size_t i = 0; i < c->count; i++) {
		if (str_is(without_dots(str_of(c->loaded[i]->file->path)), path))
			return c->loaded[i];
	}
	return NULL;
}

static void tell_unknown_module(struct module_cache *c, struct str name, struct span span)
{
	struct diagnostic *told =
		diagnose(c->diagnostics, RB115, span, "there is no module `%.*s`", STR_ARGS(name));
	const char *names[256];
	size_t count = 0;

	for (const struct stdlib_file *f = stdlib_files; f->name && count < 256; f++)
		names[count++] = arena_copy(c->arena, f->name, strlen(f->name) - strlen(".yml"));
	if (!diagnostic_nearest(c->diagnostics, told, name, names, count))
		diagnostic_hint(c->diagnostics, told,
			"a file beside the runbook is named `./%.*s.yml`", STR_ARGS(name));
}

/* A run that goes on takes the module that it began with, not the one of a later program. */
static bool library_text(const struct module_cache *c, const char *path, struct str *text)
{
	const struct pinned_text *pinned = source_pinned(c->files, path, true);

	if (pinned)
		*text = pinned->text;
	if (pinned)
		return true;
	for (const struct stdlib_file *f = stdlib_files; f->name; f++) {
		if (!str_is(str_of(path + strlen("stdlib/")), f->name))
			continue;
		*text = (struct str){f->text, f->len};
		return true;
	}
	return false;
}

static const struct runbook *find_in_library(
	struct module_cache *c, struct str name, struct span span)
{
	const char *path = arena_printf(c->arena, "stdlib/%.*s.yml", STR_ARGS(name));
	const struct runbook *book = find_loaded(c, path);
	struct source_file *file = NULL;
	struct str text;

	if (book)
		return book;
	if (library_text(c, path, &text))
		file = source_add(c->files, path, text, true);
	if (file)
		return remember(c, runbook_load_file(c->arena, c->files, file, c->diagnostics));
	tell_unknown_module(c, name, span);
	return NULL;
}

/* Whether a component of the path is `..`. */
static bool climbs(struct str path)
{
	for (size_t at = 0; at < path.len;) {
		ptrdiff_t slash = str_find(path, STR("/"), at);
		size_t end = slash < 0 ? path.len : (size_t)slash;

		if (str_is((struct str){path.at + at, end - at}, ".."))
			return true;
		at = end + 1;
	}
	return false;
}

/* A link may not lead out of the folder either: what is reviewed is what lies beside the file. */
static bool is_inside(const char *dir, const char *path)
{
	char real_dir[PATH_MAX], real_path[PATH_MAX];
	size_t len;

	if (!realpath(dir, real_dir) || !realpath(path, real_path))
		return true; /* reading it will say what is wrong */
	len = strlen(real_dir);
	return strncmp(real_dir, real_path, len) == 0 && (real_path[len] == '/' || len == 1);
}

const char *path_beside(struct arena *a, const struct source_file *from, const struct naming *n,
	struct diagnostics *d)
{
	struct str rest = without_dots(n->name);
	const char *path;

	if (climbs(rest) || str_starts_with(rest, STR("/"))) {
		diagnostic_hint(d,
			diagnose(d, n->rule, n->span, "`%.*s` lies outside the folder of this file",
				STR_ARGS(n->name)),
			"put it beside the runbook, or in a folder below");
		return NULL;
	}
	path = str_is(str_of(from->dir), ".")
		       ? arena_copy(a, rest.at, rest.len)
		       : arena_printf(a, "%s/%.*s", from->dir, STR_ARGS(rest));
	if (is_inside(from->dir, path))
		return path;
	diagnose(d, n->rule, n->span, "`%.*s` is a link that leads out of the folder",
		STR_ARGS(n->name));
	return NULL;
}

static const struct runbook *find_beside(
	struct module_cache *c, const struct source_file *from, const struct naming *n)
{
	const char *path = path_beside(c->arena, from, n, c->diagnostics), *why;
	const struct runbook *book;
	struct source_file *file;

	if (!path)
		return NULL;
	book = find_loaded(c, path);
	if (book)
		return book;
	file = source_read(c->files, path, &why);
	if (!file) {
		diagnose(c->diagnostics, n->rule, n->span, "cannot read `%s`: %s", path, why);
		return NULL;
	}
	return remember(c, runbook_load_file(c->arena, c->files, file, c->diagnostics));
}

const struct runbook *module_find(struct module_cache *c, const struct source_file *from,
	struct str name, struct span span, bool want_module)
{
	const struct runbook *book;

	if (from->is_embedded || (want_module && !is_path(name)))
		book = find_in_library(c, name, span);
	else
		book = find_beside(c, from, &(struct naming){name, span, RB115});
	if (!book)
		return NULL;
	if (book->is_module != want_module) {
		struct diagnostic *told = diagnose(c->diagnostics, RB115, span, "`%.*s` is a %s",
			STR_ARGS(name), book->is_module ? "module" : "runbook");

		diagnostic_hint(c->diagnostics, told,
			book->is_module ? "modules are named by `uses`"
					: "runbooks are named by `call`");
		return NULL;
	}
	return book;
}
