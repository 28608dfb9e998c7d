/*
 * A line of YAML as its author sees it: indentation, dashes, key, value. Works on text that does
 * not parse, for explaining why. Private to the yaml files of source/.
 */
#ifndef SOURCE_YAML_LINE_H
#define SOURCE_YAML_LINE_H

#include "source/diagnostic.h"

/* All positions are bytes of the file's text. */
struct yaml_line {
	size_t start, end; /* without the line's end */
	size_t content;	   /* first byte that is not white space; `end` if there is none */
	size_t item;	/* first byte behind the `- ` of list items; `content` if there are none */
	bool is_cut;	/* longer than what is looked at: start or end is not the line\'s own */
	bool has_key;	/* `key:` is followed by white space or the end of the line */
	size_t key_end; /* the colon */
	size_t value;	/* first byte of the value; `end` if there is none */
	size_t value_end; /* without white space and comment at the end */
};

/* Of a line that is very long only some 64 KiB on both sides of the offset. */
struct yaml_line yaml_line_at(struct str text, size_t offset);
/* Where the line's end begins, however far that is. */
size_t yaml_line_end(struct str text, size_t offset);
/* The next or previous line that is neither blank nor a comment; false: there is none. */
bool yaml_line_next(struct str text, struct yaml_line *line);
bool yaml_line_previous(struct str text, struct yaml_line *line);
bool yaml_line_is_empty(struct str text, const struct yaml_line *line); /* blank or a comment */
/* The key without quotes; empty if there is none. */
struct str yaml_line_key(struct str text, const struct yaml_line *line);
/* The key at `line` is a plain word, as all keys of the language are. */
bool yaml_line_has_word(struct str text, const struct yaml_line *line);
/* The column, from 0, at which the line's key or text stands (behind the dashes). */
static inline size_t yaml_line_indent(const struct yaml_line *line)
{
	return line->item - line->start;
}

/* The key whose value stands on this line, or the nearest one above it with less indentation. */
struct str yaml_key_of(struct str text, const struct yaml_line *line);
/* Keys that take a guard, where other advice holds than for text. */
bool yaml_is_guard_key(struct str key);

/* Behind the quote that closes the quoted scalar at `at`, looking no further than `end`; 0: it is
 * not closed there. */
size_t yaml_quote_end(struct str text, size_t at, size_t end);
/* The bytes of a space that is not U+0020 (non-breaking, wide, zero-width) at `at`; 0: none there.
 */
size_t yaml_odd_space(struct str text, size_t at);
/* `text` as a single-quoted scalar. */
char *yaml_single_quoted(struct arena *a, struct str text);
/* The first word at `at`, for naming the place in a message. */
struct str yaml_word(struct str text, size_t at);

#endif
