/*
 * The difference of two texts, as `diff -u` writes it and `patch` reads it.
 */
#ifndef TOOL_UNIFIED_H
#define TOOL_UNIFIED_H

#include "base/str.h"

/* Nothing for equal texts. Not escaped unless `color` is wanted: without it, it is for programs. */
void unified_diff(
	struct strbuf *b, const char *path, struct str before, struct str after, bool color);

#endif
