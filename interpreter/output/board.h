/*
 * What runs right now, as the outputs for people see it: a tree of open steps, kept up to date by
 * the event stream alone. A step is on the board from its start until the sink drops it.
 */
#ifndef OUTPUT_BOARD_H
#define OUTPUT_BOARD_H

#include "output/lines.h"
#include "plan/plan.h"
#include "run/event.h"

/* Of a monitor past its end. */
#define MONITOR_STAYS "until what is pending fires or clears"

enum card_mood {
	CARD_RUNNING,
	CARD_PAUSED,  /* between two attempts, until `until_ns` */
	CARD_WAITING, /* for a time, or for something to become true */
	CARD_ASKING,  /* a person */
};

struct card {
	struct card *parent;
	struct card *children, *last, *next, *previous; /* in the order of the file */
	struct card *chain;
	uint32_t hash, node, depth;
	uint8_t action; /* enum action_kind */
	uint8_t mood;	/* enum card_mood */
	bool is_group;
	bool is_inner; /* part of how a `uses` does its work, or a branch of a `choose` */
	bool is_check; /* decides whether a step is needed; its failure is no failure */
	bool is_question, is_assumed;	     /* --yes has answered it */
	bool has_begun;			     /* a start was told */
	bool is_interactive, holds_terminal; /* it is to have the terminal; it has it now */
	bool was_told_waiting;
	struct str item;
	struct strbuf memory; /* of the item */
	struct strbuf label;  /* `deploy`, `restart[3]` */
	struct strbuf detail; /* its title, or what it runs */
	struct strbuf note;   /* why it pauses or is asked to end */
	struct strbuf last_line;
	struct lines streams[2];
	int64_t started_ns, since_ns, until_ns;
	int64_t attempt, attempts;
	int64_t exit_code;  /* of the last attempt; 0: none to speak of */
	struct strbuf by;   /* who answered */
	size_t total, done; /* children or items */
};

struct board {
	const struct plan *plan; /* may be NULL: no nesting is known */
	struct card top;	 /* its children are the outermost steps */
	struct card **buckets;
	size_t running; /* steps at work that are no group */
	uint8_t *nodes; /* enum node_mark, by node */
	bool is_deep;	/* inner steps are indented: their own starts and ends are told */
};

enum node_mark { NODE_FRESH, NODE_OPEN, NODE_OVER };

void board_init(struct board *b, const struct plan *plan);
void board_release(struct board *b);

/* The card of the step the event is about, made if there is none; NULL for events of the run. */
struct card *board_apply(struct board *b, const struct event *e);
/* The card of (node, item), or NULL. */
struct card *board_find(const struct board *b, uint32_t node, struct str item);
/* After STEP_FINISHED: takes the step, and what is still below it, off the board. */
void board_drop(struct board *b, struct card *e);
/* The next card in reading order, all levels; NULL behind the last. Start with &b->top. */
struct card *board_next(const struct board *b, const struct card *e);

/* Whether the node lies inside a `uses`, or is a branch of a `choose` (not: undoes one). */
bool node_is_inner(const struct plan *p, uint32_t node);
bool node_is_check(const struct plan *p, uint32_t node);
/* Whether it is or lies in what the run does to turn back. */
bool node_is_apart(const struct plan *p, uint32_t node);
/* Whether the event is about a for_each as a whole, not about one of its items. */
bool step_is_loop(const struct plan *p, const struct event *e);
/* `deploy`, `restart[3]` */
void step_label(struct strbuf *out, const struct event *e);

#endif
