/*
 * The language for machines and as a reference, from the field tables and the table of functions.
 */
#ifndef TOOL_SCHEMA_H
#define TOOL_SCHEMA_H

#include "model/runbook.h"

/* JSON Schema (draft-07, which the language servers of editors know best) of a runbook or module.
 * Kinds of steps are one object with all keys: a `oneOf` would make editors tell of every kind that
 * a mistaken step is not. */
void schema_write(struct strbuf *b, bool is_module);
/* A page of all keys. */
void schema_keys(struct strbuf *b);
/* The grammar of guards, in EBNF. */
void schema_guards(struct strbuf *b);

/* ---- its parts ------------------------------------------------------------------------------ */

/* The records that can be reached from a file, each once, the file's own first. */
#define SCHEMA_MAX_RECORDS 96
struct record_set {
	const struct record *records[SCHEMA_MAX_RECORDS];
	size_t count;
};
void record_set_fill(struct record_set *set, const struct record *top);
/* The rows of a record and of those beside it one after the other, without those that it refuses;
 * NULL behind the last. */
const struct field *record_row(const struct record *r, size_t n);
/* `a branch of `choose`` without marks and article. */
struct str record_title(const struct record *r, struct arena *a);

#endif
