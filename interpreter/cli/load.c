#include "cli/load.h"

#include "check/check.h"

bool load_runbook(struct loaded *l, const char *path, bool allow_module)
{
	const struct runbook *book;

	arena_init(&l->arena);
	source_init(&l->files, &l->arena);
	diagnostics_init(&l->diagnostics, &l->arena);
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

void loaded_free(struct loaded *l)
{
	plan_release(l->plan);
	arena_release(&l->arena);
}
