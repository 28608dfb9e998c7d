/*
 * Private to the live view: what runs is laid out as a picture (tty_layout.c), the picture is put
 * on the terminal below what has scrolled up (tty_screen.c), tty.c says when.
 */
#ifndef OUTPUT_TTY_H
#define OUTPUT_TTY_H

#include "output/output.h"
#include "output/report.h"
#include "output/writer.h"

#define PICTURE_LINES 64

/* Lines ready for the terminal: safe, with their colours, none wider than it. */
struct picture {
	struct strbuf text;
	size_t count;
	struct {
		size_t start, len, columns;
	} lines[PICTURE_LINES];
};

struct view {
	const struct report *report;
	const struct layout *layout;
	struct screen_size size;
	int64_t now_ns;
	struct arena *scratch;
};

/* Lays out what runs, what is next and how far the run is. */
void picture_make(struct picture *p, const struct view *v);
void picture_clear(struct picture *p);
void picture_release(struct picture *p);

/* What is on the terminal.
 * Invariants
 *  1. The cursor stands in the last line of `drawn`; at the start of an empty line if there is
 * none.
 *  2. No line of `drawn` was wider than the terminal when it was drawn, so each took one row. */
struct screen {
	struct writer writer;
	struct picture drawn;
	struct screen_size size; /* when it was drawn */
	bool is_hidden;		 /* the cursor */
};

/* Puts `scroll` (complete lines, ended by SCREEN_NEWLINE) above and `p` below, in one write; `p` is
 * swapped into `drawn`. Does nothing if nothing changed. */
void screen_draw(
	struct screen *s, struct strbuf *scroll, struct picture *p, struct screen_size size);
/* Takes the picture away and shows the cursor. */
void screen_clear(struct screen *s, struct strbuf *scroll, struct screen_size size);
/* After others had the terminal: to the start of a line, below what they left unfinished. */
void screen_take(struct screen *s, struct screen_size size);
void screen_release(struct screen *s);

/* Clears what an older, longer line left behind. */
#define SCREEN_NEWLINE "\x1b[K\r\n"

#endif
