/* Private to the live view: lines of a picture, stroke by stroke. No stroke leaves the line. */
#ifndef OUTPUT_TTY_PEN_H
#define OUTPUT_TTY_PEN_H

#include "output/tty.h"

/* One line in the making. */
struct pen {
	struct picture *picture;
	const struct view *view;
	size_t used, width;
};

struct pen pen_begin(struct picture *p, const struct view *v);
void pen_end(struct pen *pen);
/* The columns that are free. */
size_t pen_left(const struct pen *pen);
/* A text from outside, cut to what fits. */
void pen_put(struct pen *pen, enum style style, struct str text);
/* The same; releases the buffer. */
void pen_buf(struct pen *pen, enum style style, struct strbuf *text);
/* One of our own characters. */
void pen_glyph(struct pen *pen, enum style style, const char *glyph);
void pen_blanks(struct pen *pen, size_t count);
void pen_dot(struct pen *pen);

/* tty_watch.c: what is watched, in as many lines as panel_height() said of `room`. */
size_t panel_height(const struct view *v, size_t room);
void panel_lines(struct picture *p, const struct view *v, size_t lines);

#endif
