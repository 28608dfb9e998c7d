/*
 * Private to world/.
 */
#ifndef WORLD_TEXT_H
#define WORLD_TEXT_H

#include "base/arena.h"
#include "base/str.h"

/* strbuf_take() for a buffer that is not used again. */
static inline struct str take_text(struct strbuf *b, struct arena *a)
{
	struct str text = strbuf_take(b, a);
	strbuf_release(b);
	return text;
}

#endif
