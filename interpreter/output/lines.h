/*
 * A stream of bytes as lines, the way a terminal would have ended up showing them: a carriage
 * return starts the line over, colours and other well-formed control sequences are dropped.
 * Memory is bounded: of a very long line the head is kept and the rest counted.
 */
#ifndef OUTPUT_LINES_H
#define OUTPUT_LINES_H

#include "base/str.h"

#define LINE_MAX_BYTES (16u << 10)

struct lines {
	struct strbuf line; /* as far as it has come */
	uint64_t dropped;   /* bytes of it that were not kept */
	bool has_returned;  /* the last byte was \r */
};

/* Calls `line` for each line that is complete with `chunk`. The text is still not safe for a
 * terminal: other control characters are in it. */
void lines_add(struct lines *l, struct str chunk, void (*line)(void *context, struct str text),
	void *context);
/* The last line, if it did not end. */
void lines_finish(struct lines *l, void (*line)(void *context, struct str text), void *context);
void lines_release(struct lines *l);

/* Appends `text` without its well-formed CSI and OSC sequences. */
void lines_strip(struct strbuf *out, struct str text);

#endif
