/*
 * Text for people: marks and colours, what has to be escaped, what fits a width.
 *
 * All text from outside passes text_safe() or text_cut() on its way out, so that nothing a step
 * prints moves the cursor, turns the writing direction or gives a CI system a command.
 */
#ifndef OUTPUT_TEXT_H
#define OUTPUT_TEXT_H

#include "base/str.h"

enum style { STYLE_NONE, STYLE_BOLD, STYLE_DIM, STYLE_OK, STYLE_FAILED, STYLE_WARNED, STYLE_BUSY };

/* What stands before a line. */
enum mark {
	MARK_NONE,
	MARK_START,
	MARK_OK,
	MARK_WARNED,
	MARK_FAILED,
	MARK_SKIPPED,
	MARK_CANCELLED,
	MARK_UNKNOWN,
	MARK_RETRY,
	MARK_WAIT,
	MARK_ASK,
	MARK_SAY,
	MARK_OUTPUT, /* the rule beside what a step printed */
	MARK_BACK,   /* the run turns back */
	MARK_COUNT
};

/* The drawing characters, in Unicode or ASCII. */
struct glyphs {
	const char *marks[MARK_COUNT]; /* one column each */
	const char *spinner[10];
	unsigned spinner_count;
	const char *ellipsis, *dot, *bar_full, *bar_rest;
	const char *spark[8]; /* from low to high */
};
const struct glyphs *glyphs_get(bool ascii);
enum style mark_style(enum mark m);

/* Switches a style on and off again; nothing without `color`. */
void style_on(struct strbuf *out, bool color, enum style s);
void style_off(struct strbuf *out, bool color, enum style s);

/* Appends `text` escaped for a terminal and for CI logs (`##[command]` is taken apart). */
void text_safe(struct strbuf *out, struct str text);
/* Appends as much of `text` as fits `width` columns, an ellipsis at the end if it was cut; safe, on
 * one line, tabs as blanks. Returns the columns used. `ascii`: other characters show as `?`. */
size_t text_cut(struct strbuf *out, struct str text, size_t width, bool ascii);
/* The same without a look at what does not fit: how many bytes of `text` fill at most `width`
 * columns (at least one character), for wrapping; *used gets the columns. Breaks at a blank if
 * there is one. */
size_t text_fit(struct str text, size_t width, size_t *used);
/* The columns of `text` once it is safe; whether they are at most `width`. */
size_t text_width(struct str text);
bool text_fits(struct str text, size_t width);
/* Takes the first line off the front of *rest. */
struct str text_line(struct str *rest);

/* Elapsed time that is seen counting: whole seconds, `12s 1m02s 1h05m`. */
void text_clock(struct strbuf *out, int64_t ns);
/* A measured number at a glance: three digits that count, mostly within NUMBER_COLUMNS. */
#define NUMBER_COLUMNS 7
void text_number(struct strbuf *out, double n);

#endif
