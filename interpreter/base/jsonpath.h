/*
 * JSONPath (RFC 9535), complete: all selectors and segments, filters, the five functions, and the
 * type rules checked when the query is read.
 *
 * Patterns are I-Regexp (RFC 9485), unchecked as that document allows: what else PCRE2 knows works
 * too. A literal pattern that is no pattern is an error when read; one from the data matches
 * nothing.
 */
#ifndef BASE_JSONPATH_H
#define BASE_JSONPATH_H

#include "base/value.h"

struct jsonpath; /* lives in the arena it was read into; `query` need not stay */

/* NULL: *error says why and *offset is the byte in the query where. */
struct jsonpath *jsonpath_parse(
	struct arena *a, struct str query, const char **error, size_t *offset);

/* *nodes becomes a list, in `a`, of the nodes (which share what they contain with `root`). False:
 * *error says which bound was exceeded: steps, nodes, depth, or those of a pattern. */
bool jsonpath_select(struct jsonpath *path, struct arena *a, const struct value *root,
	struct value *nodes, const char **error);

#endif
