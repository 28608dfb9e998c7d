/* The live view on a terminal for tests: each write is one frame, for it arrives as one datagram.
 */
#ifndef OUTPUT_VIEW_H
#define OUTPUT_VIEW_H

#include "output/output.h"
#include "output_fixture.h"
#include "output_screen.h"

struct view {
	struct fixture f;
	int ends[2];
	size_t frames;
};

/* One view at a time: its terminal, and what the program believes of its size. */
extern struct test_screen view_screen;
extern struct screen_size view_size;

/* `plan` makes the plan; all is allocated in an arena that goes with the view. */
void view_open(struct view *v, struct plan *(*plan)(struct arena *a), int columns, int rows,
	struct output_options o);
/* Checks that the terminal is left as it was found. */
void view_close(struct view *v);
/* Draws what was written since, checks that it is whole. */
void view_take(struct view *v);
/* The terminal as text. Good until the next call. */
const char *view_now(struct view *v);

#endif
