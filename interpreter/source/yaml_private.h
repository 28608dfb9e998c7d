/*
 * What the yaml files of source/ share: the reader's state and who looks after what.
 */
#ifndef SOURCE_YAML_PRIVATE_H
#define SOURCE_YAML_PRIVATE_H

#include "source/yaml.h"
#include "source/yaml_line.h"

#include <yaml.h>

/* libyaml's marks count code points. Up to the first byte that is not ASCII they are bytes; from
 * there on a cursor follows them, which costs little because marks hardly ever go back. */
struct yaml_cursor {
	struct str text;
	size_t ascii; /* bytes before the first that is not ASCII */
	size_t index, byte;
};

struct yaml_cursor yaml_cursor_at(struct str text);
/* The byte at which code point `index` begins. */
size_t yaml_byte_at(struct yaml_cursor *c, size_t index);

/* A list or map whose end has not been read. Its children wait on the reader's two stacks, so that
 * they can be copied into the arena at their exact number. */
struct yaml_frame {
	bool is_map, is_flow;
	bool is_key;	     /* it stands where a key should: reported, read, dropped */
	bool in_key;	     /* it, or something around it, does so: one report is enough */
	bool has_key;	     /* a key was read, its value was not */
	bool has_merge;	     /* one of the keys is `<<` */
	bool drops;	     /* the next value belongs to a key that was dropped */
	bool is_streamed;    /* a list whose items are given away */
	uint16_t anchor;     /* number + 1 of the anchor on it */
	uint16_t height;     /* levels below this one */
	uint32_t start, end; /* bytes; `end` of the last child for block style */
	size_t first;	     /* its first child on the stack */
	uint64_t nodes;	     /* in it, aliases counted as what they stand for */
};

struct yaml_anchor {
	struct value value;
	uint64_t nodes;
	uint16_t height;
	bool is_open; /* its end has not been read: an alias to it would contain itself */
	uint32_t start, len;
};

struct yaml_reader {
	struct source_file *file;
	struct arena *arena;		  /* for texts */
	struct arena *tree;		  /* for lists and maps */
	struct arena items;		  /* for those of the items that wait for the stream */
	const struct yaml_stream *stream; /* NULL: nobody takes items */
	struct diagnostics *d;
	struct yaml_cursor cursor;
	struct yaml_frame frames[YAML_MAX_DEPTH + 1]; /* 0 is the document */
	size_t depth;
	struct value *values; /* children of open lists */
	size_t value_count, value_cap;
	struct entry *entries; /* children of open maps; the last may wait for its value */
	size_t entry_count, entry_cap;
	struct yaml_anchor *anchors;
	size_t anchor_count, anchor_cap;
	struct map *anchor_names;
	uint64_t nodes, expanded;
	struct value root;
	bool has_root, is_done;
	bool is_quiet; /* the rest of a file that does not parse: no more findings about its maps */
	/* A quoted scalar over several lines that holds something like a key: the first whose
	 * closing quote looks like an opening one, or else the last. */
	struct span swallower;
	bool is_swallower_certain;
};

/* Held to the text: no finding names a place outside of it. */
static inline struct span yaml_span(const struct yaml_reader *r, size_t start, size_t end)
{
	size_t len = r->file->text.len;
	end = end < len ? end : len;
	start = start < end ? start : end;
	return (struct span){
		.start = (uint32_t)start, .len = (uint32_t)(end - start), .file = r->file->id};
}

/* yaml_anchor.c */
/* Room for one more on one of the stacks; doubled, so that the cost of copying stays linear. */
void *yaml_with_room(void *items, size_t count, size_t *cap, size_t size);
struct str yaml_anchor_name(const struct yaml_reader *r, size_t at, const yaml_char_t *name);
/* Anchor and tag come before the node in any order; `at` moves behind them, a tag is reported.
 * Gives the number + 1 of the anchor, 0 for none. */
uint16_t yaml_take_properties(struct yaml_reader *r, size_t *at, size_t end,
	const yaml_char_t *anchor, const yaml_char_t *tag);
void yaml_close_anchor(struct yaml_reader *r, uint16_t anchor, const struct value *v,
	uint64_t nodes, uint16_t height);
/* `a` is NULL for a name without anchor; otherwise the anchor is still open. */
void yaml_report_alias(
	struct yaml_reader *r, struct span span, struct str name, const struct yaml_anchor *a);
/* False: over a limit, reported. */
bool yaml_charge_alias(struct yaml_reader *r, struct span span, const struct yaml_anchor *a);

/* Marks `<<` among the waiting entries: its key points here, not into the text. */
extern const char yaml_merge_key[];

/* yaml_stream.c: a list begins; an item of one that is streamed is complete; such a one ends; the
 * document has been read. */
void yaml_stream_enter(struct yaml_reader *r);
void yaml_stream_item(struct yaml_reader *r);
void yaml_stream_leave(struct yaml_reader *r);
void yaml_stream_end(struct yaml_reader *r);

/* yaml_map.c: the entries from `first` on as a map; keys given twice are reported, `<<` merged. */
struct value yaml_close_map(struct yaml_reader *r, const struct yaml_frame *frame);

/* yaml_slips.c: what parses but is not what its author meant. */
void yaml_report_tag(struct yaml_reader *r, size_t at);
void yaml_report_key_start(struct yaml_reader *r, const struct yaml_frame *map, size_t at);
/* False: the key is dropped. */
bool yaml_check_key(struct yaml_reader *r, struct span key);
/* Directives and byte order marks before the document; false: do not go on. */
bool yaml_check_head(struct yaml_reader *r);
/* What is behind the document at `at`; `is_explicit` if `...` ended it. */
void yaml_check_rest(struct yaml_reader *r, size_t at, bool is_explicit);

/* yaml_explain.c: what the author did where libyaml gave up. */
struct yaml_failure {
	struct yaml_reader *reader;
	struct diagnostics *d;
	struct str text;
	const char *problem, *context; /* libyaml's words; context "" if there is none */
	size_t at, context_at;	       /* bytes */
	size_t bracket;		       /* the innermost `[` or `{` that is open, or SIZE_MAX */
};
void yaml_explain(const struct yaml_failure *f);
static inline struct span yaml_failure_span(const struct yaml_failure *f, size_t start, size_t end)
{
	return yaml_span(f->reader, start, end);
}
static inline bool yaml_problem_is(const struct yaml_failure *f, const char *part)
{
	return strstr(f->problem, part) != NULL;
}
static inline bool yaml_context_is(const struct yaml_failure *f, const char *part)
{
	return strstr(f->context, part) != NULL;
}
/* The value that stands on the line, as far as the line goes, in single quotes: hint and mend. */
void yaml_hint_quote(
	const struct yaml_failure *f, struct diagnostic *x, const struct yaml_line *line);
/* yaml_explain_scalar.c and yaml_explain_flow.c; false: it is something else. */
bool yaml_explain_quotes(const struct yaml_failure *f);
bool yaml_explain_indicator(const struct yaml_failure *f);
bool yaml_explain_brackets(const struct yaml_failure *f);
bool yaml_explain_braces(const struct yaml_failure *f);

#endif
