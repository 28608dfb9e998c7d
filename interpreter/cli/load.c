#include "cli/load.h"

#include "check/check.h"

static void load_begin(struct loaded *l, const struct pinned_text *pinned, size_t pinned_count)
{
	arena_init(&l->arena);
	source_init(&l->files, &l->arena);
	l->files.pinned = pinned;
	l->files.pinned_count = pinned_count;
	diagnostics_init(&l->diagnostics, &l->arena);
}

static bool load(struct loaded *l, const char *path, bool allow_module)
{
	const struct runbook *book;

	l->plan = NULL;
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
	/* Names are only worth a word when what they refer to could be read. */
	if (l->plan && !l->diagnostics.errors)
		check_plan(l->plan, &l->diagnostics);
	return l->plan && !l->diagnostics.errors;
}

bool load_runbook(struct loaded *l, const char *path, bool allow_module)
{
	load_begin(l, NULL, 0);
	return load(l, path, allow_module);
}

bool load_pinned(struct loaded *l, const char *path, const struct pinned_text *pinned, size_t count)
{
	load_begin(l, pinned, count);
	return load(l, path, false);
}

void loaded_free(struct loaded *l)
{
	plan_release(l->plan);
	arena_release(&l->arena);
}
