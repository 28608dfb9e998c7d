/*
 * The canonical layout of a YAML file: two columns of indentation, list items indented under their
 * key, one blank between things, single quotes where they say the same, at most one blank line, no
 * white space at the end of a line. Comments stay with what they stand above, beside or below.
 * Values stay what they are, and so does the text of block scalars.
 *
 * What columns people line up by hand stay lined up: values of neighbouring lines, and comments.
 *
 * Invariants: the result reads as the same tree with the same comments, or there is none; the
 * layout of a result is that result.
 */
#ifndef TOOL_LAYOUT_H
#define TOOL_LAYOUT_H

#include "model/record.h"

/* `record` is what the file is (runbook_record, module_record), or NULL for any other YAML: it says
 * what is a step, which begins with `id`, `name`, `what` and `if`. False: the file does not parse,
 * or is written in a way that is left alone; *why says which, at byte *at. The text is added to
 * `out`. */
bool layout_text(struct str text, const struct record *record, struct strbuf *out, const char **why,
	size_t *at);

/* The record of a file by its keys at the top. */
const struct record *layout_record(struct str text);

#endif
