/*
 * The outputs: sinks that turn the event stream of a run into what people or programs read.
 *
 * All write to a descriptor that stays the caller's. They are freed with sink->free, which writes
 * what is left. A sink's `error` is the errno of a write that failed; the run goes on without it.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include "plan/plan.h"
#include "run/event.h"

struct screen_size {
	int columns, rows;
};

struct output_options {
	bool color;
	bool ascii;	  /* draw with ASCII only: see locale_is_utf8 */
	bool verbose;	  /* also the steps inside of modules, outputs; tty: what steps print */
	bool is_recorded; /* the run can be taken up again by its id */
	const struct screen_size *size; /* tty: instead of asking the terminal, at each frame */
};

/* Lines for CI logs and files: a line a fact, with the time since the start. */
struct sink *plain_sink_new(int fd, const struct plan *plan, const struct output_options *o);
/* What has ended scrolls up, what runs is drawn in place below it. */
struct sink *tty_sink_new(int fd, const struct plan *plan, const struct output_options *o);
/* One JSON object a line, written at once. */
struct sink *jsonl_sink_new(int fd);
/* One XML document, written when the run has finished. */
struct sink *junit_sink_new(int fd, const struct plan *plan);

/* Leaves the terminal to somebody else: all news is printed, the live view gone, the cursor shown
 * at the start of an empty line. Calls nest. What happens meanwhile is told after the last resume.
 * Steps with `interactive: true` need no call: the sink sees them start and end. Nothing happens
 * for a sink of another kind, or NULL. */
void tty_pause(struct sink *s);
void tty_resume(struct sink *s);

/* Whether text may be drawn with Unicode, by LC_ALL, LC_CTYPE and LANG; the first that is set
 * decides. */
bool locale_is_utf8(void);

#endif
