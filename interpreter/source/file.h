/*
 * Source files: text read once, and the way from a byte to a line and a column.
 *
 * The text that was checked is the text that runs: nobody reads a file a second time.
 */
#ifndef SOURCE_FILE_H
#define SOURCE_FILE_H

#include "base/value.h"

#define SOURCE_MAX_BYTES (64u << 20)

struct source_file {
	uint16_t id;	  /* from 1; what a span names */
	const char *path; /* as the user gave it, for messages */
	const char *dir; /* the folder it lies in ("." at least), for what it names beside itself */
	struct str text; /* without byte order mark; yaml_read() refuses what is not UTF-8 */
	bool is_embedded; /* part of the program (stdlib) */
	uint32_t *lines;  /* start of each line, made when first needed */
	size_t line_count;
	struct arena *arena; /* for the table of lines */
};

/* A text that is taken instead of what lies at its path now: a run goes on with what it began with.
 */
struct pinned_text {
	const char *path;
	struct str text;
	bool is_embedded;
};

struct source_set {
	struct arena *arena;
	const struct pinned_text *pinned; /* borrowed; NULL: everything is read */
	size_t pinned_count;
	const char
		*inventory; /* --inventory: in place of the one that the runbook names; or NULL */
	struct source_file *files[256]; /* by id - 1 */
	size_t count;
};

void source_init(struct source_set *set, struct arena *arena);
/* Adds a text that is in memory already; the text is borrowed. NULL: too many files. */
struct source_file *source_add(
	struct source_set *set, const char *path, struct str text, bool is_embedded);
/* NULL: there is none of that path. */
const struct pinned_text *source_pinned(
	const struct source_set *set, const char *path, bool is_embedded);
/* Reads a regular file ("-" is standard input, called `<stdin>`) of at most SOURCE_MAX_BYTES. NULL:
 * *why says what is wrong (no such file, a directory, a FIFO, over the limit…), without the path.
 */
struct source_file *source_read(struct source_set *set, const char *path, const char **why);
/* NULL for 0 and for what was never added. */
struct source_file *source_get(const struct source_set *set, uint16_t id);

struct place {
	size_t line, column; /* from 1; columns count characters */
	struct str text;     /* the whole line, without its end */
	size_t line_start;   /* its first byte */
};
/* An offset behind the end is the end. */
struct place source_place(struct source_file *file, size_t offset);

#endif
