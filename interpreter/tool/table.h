/*
 * Rows of text in columns. Cells come one by one, row after row; a column is as wide as its widest
 * cell, the last one takes what is left of the line.
 */
#ifndef TOOL_TABLE_H
#define TOOL_TABLE_H

#include "base/arena.h"
#include "output/text.h"

struct table_cell;

struct table {
	struct arena *arena;
	size_t columns;
	uint32_t right; /* bits: columns that are set to the right */
	struct table_cell *cells;
	size_t count, cap;
};

void table_init(struct table *t, struct arena *a, size_t columns, uint32_t right);
void table_release(struct table *t);
/* Borrows the text. */
void table_add(struct table *t, struct str text, enum style style);

struct table_look {
	bool color, ascii;
	size_t width; /* of the line; 0: as long as it takes */
	size_t indent;
};
/* All complete rows, each on a line. */
void table_print(struct strbuf *out, const struct table *t, const struct table_look *look);

#endif
