/*
 * What the files of the layout share: the text that is read, the text that is made, and the columns
 * of the lists and maps in which both stand.
 */
#ifndef TOOL_LAYOUT_PRIVATE_H
#define TOOL_LAYOUT_PRIVATE_H

#include "source/yaml.h"
#include "source/yaml_tree.h"
#include "tool/layout.h"
#include "tool/layout_tree.h"

#define INDENT 2

/* A list or map in block style: its column in the text that is read, and in the one that is made.
 */
struct level {
	size_t source, made;
};

struct layout {
	struct str text;
	struct strbuf *out;
	struct arena arena;
	/* The innermost levels of what was written last, as comments below it may belong to each
	 * of them. */
	struct level levels[YAML_MAX_DEPTH + 1];
	size_t depth;
	bool is_in_keep; /* a blank line now would be text of the block scalar before it */
	bool keeps_quotes;
	const char *why; /* NULL as long as all is well */
	size_t why_at;
};

/* The first reason counts. */
void layout_refuse(struct layout *l, size_t at, const char *why);

/* ---- layout_gap.c: between nodes ------------------------------------------------------------- */

static inline bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}
static inline bool is_space(char c)
{
	return c == ' ' || c == '\t';
}
size_t line_start_at(struct str text, size_t at);
/* Of the line's text, and of the next line. */
size_t line_stop_at(struct str text, size_t at);
size_t next_line_at(struct str text, size_t at);
/* Characters from the line's start. */
size_t column_at(struct str text, size_t at);
size_t characters(struct str text);
struct str without_end_space(struct str s);

/* Where the comment that follows on the line ends; `at` itself if there is none. */
size_t behind_comment(const struct layout *l, size_t at);
bool has_comment(const struct layout *l, size_t from, size_t to);
bool has_blank_line(const struct layout *l, size_t from, size_t to);
/* Line ends in the gap. */
size_t count_lines(const struct layout *l, size_t from, size_t to);
/* Of the lines between `last` and `to`, those that belong to `last` (comments indented as deep as
 * what is in it): gives where the others begin. `column` is that of both in the text read. */
size_t split_gap(const struct layout *l, const struct yaml_node *last, size_t from, size_t to,
	size_t column);

enum blank { BLANK_KEEP, BLANK_NONE_FIRST, BLANK_WANTED };
/* Comments and blank lines, at one column. */
void put_lines(struct layout *l, size_t from, size_t to, size_t column, enum blank blank);
/* The same at the level that each comment's column names. */
void put_trailing_lines(struct layout *l, size_t from, size_t to);
void put_indent(struct layout *l, size_t column);
/* The comment that follows `at` on its line, and the line's end. */
void finish_line(struct layout *l, size_t at);

/* ---- layout_leaf.c: scalars, aliases, flow --------------------------------------------------- */

/* `level` is of the list or map around it. */
void put_leaf(struct layout *l, const struct yaml_node *n, struct level level);
/* Anchor and tag. */
void put_properties(struct layout *l, const struct yaml_node *n);
/* A key as it is written: how many characters that takes. */
size_t key_width(struct layout *l, const struct yaml_node *key);

/* ---- layout_order.c: what the language says -------------------------------------------------- */

/* What the value of `key` is in the language; NULL: nothing known. */
const struct record *record_of(const struct record *r, const struct yaml_node *key);
/* The order in which the entries of a map are written, by number; as they stand if there is a doubt
 * that all comments would go along. */
void order_entries(const struct layout *l, const struct yaml_node *map, const struct record *r,
	size_t from, uint32_t *order);
/* Whether blank lines stand between the items of a list. `is_top`: the steps of the file. */
bool wants_blank_lines(
	const struct layout *l, const struct yaml_node *list, const struct record *r, bool is_top);
/* Blanks before the values of a map's entries, all 1 or so that they are lined up. Those that are
 * moved have other neighbours. */
void align_values(
	struct layout *l, const struct yaml_node *map, const uint32_t *order, uint32_t *pads);

#endif
