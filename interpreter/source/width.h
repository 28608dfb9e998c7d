/*
 * How text looks on a terminal: the columns it takes, and what has to be escaped.
 * Without the locale: the same file gives the same picture everywhere.
 */
#ifndef SOURCE_WIDTH_H
#define SOURCE_WIDTH_H

#include "base/str.h"

/* One character as it is shown. */
struct glyph {
	char text[12];
	size_t len;   /* of the text */
	size_t bytes; /* of the source it stands for */
	size_t width; /* columns it takes */
};

/* The first character of `s` (s.len > 0). Control characters, bidirectional controls and bytes that
 * are not UTF-8 are spelled out: \x1b, \u{202e}. A tab is given as it is, with width 0. */
struct glyph glyph_of(struct str s);
/* The same for what may be read by a CI runner: `##[` and the like, which it would take for an
 * order wherever it stands in a line, are taken apart: #\x23[. */
struct glyph glyph_in_log(struct str s);

#endif
