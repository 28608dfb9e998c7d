/*
 * A terminal for tests: understands what the live view writes and nothing else, and notes what a
 * real one would have made a mess of.
 */
#ifndef OUTPUT_SCREEN_H
#define OUTPUT_SCREEN_H

#include "base/str.h"

#define SCREEN_MAX_ROWS 60
#define SCREEN_MAX_COLUMNS 260

struct test_screen {
	int columns, rows;
	int row, column;
	bool wraps, is_cursor_shown, is_updating;
	bool is_pending; /* the last column was written: the next character wraps */
	char cells[SCREEN_MAX_ROWS][SCREEN_MAX_COLUMNS][12];
	size_t scrolled;	 /* rows that left at the top */
	size_t unknown, clipped; /* sequences not understood; characters beyond the last column */
};

void test_screen_init(struct test_screen *s, int columns, int rows);
void test_screen_feed(struct test_screen *s, struct str bytes);
/* All rows up to the last that is not empty, without blanks at their ends, each ended by \n. */
void test_screen_text(const struct test_screen *s, struct strbuf *out);

#endif
