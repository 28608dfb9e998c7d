#include "cli/load.h"

#include "check/check.h"
#include "cli/command.h"
#include "run/hosts.h"
#include "source/render.h"

#include <unistd.h>

static void init(struct loaded *l)
{
	*l = (struct loaded){0};
	arena_init(&l->arena);
	source_init(&l->files, &l->arena);
	diagnostics_init(&l->diagnostics, &l->arena);
}

static bool load(struct loaded *l, const char *path, bool allow_module)
{
	const struct runbook *book;

	l->book = book = runbook_load(&l->arena, &l->files, path, &l->diagnostics);
	if (!book)
		return false;
	if (book->is_module && !allow_module) {
		diagnostic_hint(&l->diagnostics,
			diagnose(&l->diagnostics, RB115, book->name_span,
				"this is a module, not a runbook"),
			"a module is used by a step: `uses: ./%s`", path);
		return false;
	}
	l->plan = plan_build(&l->arena, &l->files, book, &l->diagnostics);
	l->is_checked = l->plan && !l->diagnostics.errors;
	/* Names are only worth a word when what they refer to could be read. */
	if (l->plan && check_is_fair(&l->diagnostics))
		check_plan(l->plan, &l->diagnostics);
	return l->plan && !l->diagnostics.errors;
}

bool load_runbook(struct loaded *l, const char *path, bool allow_module)
{
	init(l);
	return load(l, path, allow_module);
}

bool load_for_run(struct loaded *l, const char *path, const char *inventory)
{
	init(l);
	l->files.inventory = inventory;
	return load(l, path, false);
}

bool load_pinned(struct loaded *l, const char *path, const struct pinned_text *pinned, size_t count,
	const char *inventory)
{
	init(l);
	l->files.pinned = pinned;
	l->files.pinned_count = count;
	l->files.inventory = inventory;
	return load(l, path, false);
}

bool load_runbook_for_lint(struct loaded *l, const char *path, size_t max)
{
	init(l);
	l->diagnostics.max = max;
	return load(l, path, true);
}

bool load_text_for_lint(struct loaded *l, const char *path, struct str text, size_t max)
{
	struct pinned_text *pinned;

	init(l);
	l->diagnostics.max = max;
	pinned = arena_new(&l->arena, struct pinned_text);
	pinned->path = path;
	pinned->text = (struct str){arena_copy(&l->arena, text.at, text.len), text.len};
	l->files.pinned = pinned;
	l->files.pinned_count = 1;
	return load(l, path, true);
}

void loaded_tell(struct loaded *l, int color)
{
	struct strbuf b = {0};

	if (!l->diagnostics.count)
		return;
	diagnostics_sort(&l->diagnostics);
	diagnostics_render(&b, &l->files, &l->diagnostics, color_wanted(color, STDERR_FILENO));
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
}

bool loaded_limit(const struct loaded *l, struct arena *a, const char *const *names, size_t count,
	struct value *out)
{
	const char *why, *hint;

	if (hosts_limit(a, l->plan, names, count, out, &why, &hint))
		return true;
	usage_error(hint, "`--limit`: %s", why);
	return false;
}

void loaded_free(struct loaded *l)
{
	plan_release(l->plan);
	arena_release(&l->arena);
}
