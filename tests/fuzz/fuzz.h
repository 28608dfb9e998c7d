/*
 * What the fuzz targets share: a file of the bytes that came, and a way to say what went wrong.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "model/runbook.h"
#include "plan/plan.h"

struct fuzz_file {
	struct arena arena;
	struct source_set files;
	struct diagnostics diagnostics;
	struct source_file *file;
	char *text; /* of exactly this size, so that a look behind the end is seen */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_open(struct fuzz_file *f, const uint8_t *data, size_t size)
{
	*f = (struct fuzz_file){0};
	arena_init(&f->arena);
	source_init(&f->files, &f->arena);
	diagnostics_init(&f->diagnostics, &f->arena);
	f->text = malloc(size ? size : 1);
	if (size)
		memcpy(f->text, data, size);
	/* What the file names beside itself is not there. */
	f->file =
		source_add(&f->files, "/nonexistent/fuzz.yml", (struct str){f->text, size}, false);
}

static inline void fuzz_close(struct fuzz_file *f)
{
	arena_release(&f->arena);
	free(f->text);
}

_Noreturn static inline void fuzz_fail(const char *what, const char *about)
{
	fprintf(stderr, "fuzz: %s: %s\n", what, about);
	abort();
}

#endif
