/*
 * Events told in lines for people: what plain prints and what scrolls up above the live view.
 * Which facts are lines, and what they say, is decided here; how a line looks, by its sink.
 */
#ifndef OUTPUT_REPORT_H
#define OUTPUT_REPORT_H

#include "output/account.h"
#include "output/board.h"
#include "output/summary.h"
#include "output/text.h"
#include "output/watching.h"

enum line_kind {
	LINE_EVENT,  /* something happened: time, mark, label */
	LINE_DETAIL, /* belongs to the line above */
	LINE_PLAIN,  /* about the whole run */
	LINE_BLANK,
};

/* All texts are as they came from outside: the one who prints makes them safe. */
struct report_line {
	enum line_kind kind;
	enum mark mark;
	enum style style; /* of the text */
	size_t depth;
	int64_t time_ns;
	struct str label; /* `deploy` */
	struct str word;  /* `failed` */
	struct str note;  /* `3.2s`, in brackets */
	struct str text;
	bool is_sentence; /* the text is what the line is about: `label word (note): text` and never
			   * cut; otherwise `label  text (note)` */
};

struct report {
	struct board board;
	struct summary summary;
	struct watching watching;
	struct account account;
	bool is_live; /* starts and output are seen elsewhere: only what has ended is told */
	bool verbose;
	void (*line)(struct report *r, const struct report_line *l);
	const struct card *printed;	 /* whose output the last line was; NULL: nobody's */
	struct strbuf label, note, text; /* scratch for the line that is made */
};

void report_init(struct report *r, const struct plan *plan);
void report_release(struct report *r);
void report_event(struct report *r, const struct event *e);
/* Of an earlier sitting: counted, not told. */
void report_recall(struct report *r, const struct event *e);

/* Between the files of the report: what is about the run, its end, what is watched and what follows
 * from it; and a line on its way to the sink. */
void report_run_event(struct report *r, const struct event *e);
void report_run_finished(struct report *r, const struct event *e);
void report_watch_event(struct report *r, const struct event *e);
void report_turn_event(struct report *r, const struct event *e);
void report_finally(struct report *r, const struct event *e);
void report_tell(struct report *r, const struct report_line *l);

/* How a line is written. */
struct layout {
	const struct glyphs *glyphs;
	bool color, ascii;
	size_t width; /* columns; 0: lines may be as long as they like */
	const char *newline;
};
/* Appends the line, from its mark on; `left` columns are used up before it (and are indented in
 * lines that follow). */
void layout_line(
	struct strbuf *out, const struct layout *l, const struct report_line *line, size_t left);

#endif
