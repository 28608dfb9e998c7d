/*
 * YAML into values, with spans in bytes. The only user of libyaml (its event API).
 *
 * Scalars follow the 1.2 core schema. A key given twice, an undefined or recursive alias, a second
 * document, a tag are errors; anchors, aliases and `<<` work within bounds.
 */
#ifndef SOURCE_YAML_H
#define SOURCE_YAML_H

#include "source/diagnostic.h"

#define YAML_MAX_DEPTH 100
#define YAML_MAX_NODES (1u << 23)    /* nodes read from one file */
#define YAML_MAX_EXPANDED (1u << 22) /* nodes that aliases and merges stand for, in all */
#define YAML_MAX_ANCHORS 1000

/* The document of `file` as a value. False: errors were added to `d`; *out may then hold as much as
 * could be read (or nil). Strings may point into the file's text. `*out` is shared and read-only.
 */
bool yaml_read(struct source_file *file, struct arena *a, struct diagnostics *d, struct value *out);

/* yaml_read() for what has to be a mapping at the top, as runbooks, modules and inputs are:
 * anything else is RB102 with the likely reason. True: *out is a map. */
bool yaml_read_mapping(
	struct source_file *file, struct arena *a, struct diagnostics *d, struct value *out);

/* Who takes the items of a list at the top (all steps, say) while they are read: in the document
 * the list is then empty, and no more of it is in memory than a few items (from the first anchor
 * on, all of them: an alias may need them again). */
struct yaml_stream {
	/* Whether the list behind the last of these keys, the first of the document, is taken. */
	bool (*begins)(void *context, const struct entry *keys, size_t count);
	/* The next items. They are gone afterwards, their texts stay: see yaml_copy(). False: read
	 * no further. */
	bool (*take)(void *context, const struct value *items, size_t count);
	void *context;
};
bool yaml_read_stream(struct source_file *file, struct arena *a, struct diagnostics *d,
	const struct yaml_stream *stream, struct value *out);
/* Lists and maps copied, their texts shared. */
struct value yaml_copy(struct arena *a, const struct value *v);

/* How a plain scalar reads in the core schema: null, bool, int (decimal, 0o, 0x), float or string.
 */
struct value yaml_plain_scalar(struct str text);

/* Says whether a plain scalar (an empty one too) was ended by a ` #` comment on its last line, and
 * gives the comment's place: `if: #x > 0`, `if: vars.x == "a #b"`. */
bool yaml_cut_by_comment(
	const struct source_file *file, const struct value *v, struct span *comment);
/* The mend for it: everything from the value to the end of the line in single quotes. */
void yaml_fix_cut(struct diagnostics *d, struct diagnostic *to, const struct source_file *file,
	const struct value *v);

/* For a key that the language does not have: `-id` is a list item whose dash lacks its space. True:
 * `to` got that as hint and mend. `span` is the key's. */
bool yaml_hint_dash(struct diagnostics *d, struct diagnostic *to, struct str key, struct span span);

#endif
