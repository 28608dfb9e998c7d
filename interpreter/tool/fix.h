/*
 * Mends what findings know how to mend, by bytes: what is not in an edit stays as it is.
 *
 * Edits are applied from the end, those that overlap others wait for the next round. What comes out
 * is looked at again, and is only kept if
 * - it is understood as far as before, or further,
 * - its tree is the same but for what the edits touch,
 * - it has no finding more of any rule, and fewer of those that were mended.
 * An edit that fails this alone is left out, and said so.
 */
#ifndef TOOL_FIX_H
#define TOOL_FIX_H

#include "source/diagnostic.h"

/* A text as lint sees it. */
struct fix_view {
	struct source_file *file; /* its findings may lie in others; those are not mended */
	const struct source_set *files;
	const struct diagnostics *diagnostics;
	bool is_checked; /* it and what it uses was understood */
	void *holder;	 /* of the one who made it */
};

struct fixer {
	void *context;
	/* Lint with this text in the place of the file's. It is borrowed for the call. */
	struct fix_view (*look)(void *context, struct str text);
	void (*forget)(void *context, struct fix_view *view);
	size_t mended;		/* findings */
	struct strbuf left_out; /* a line for each edit that was; the owner releases it */
};

/* From a view of the text as it is to one of the text mended, which may be the same. The first is
 * forgotten unless it is what is returned. */
struct fix_view fix_text(struct fixer *f, struct fix_view view);

#endif
