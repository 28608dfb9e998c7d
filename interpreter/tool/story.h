/*
 * One run as its record tells it: what went in, what each step did, what was decided and on what
 * evidence, what was undone, what is left, and what a person has to do. Gathered from the events
 * alone, so that the same record gives the same story, byte for byte; told as text, JSON, or the
 * Markdown of an incident report.
 */
#ifndef TOOL_STORY_H
#define TOOL_STORY_H

#include "output/report.h"
#include "store/store.h"
#include "tool/table.h"

struct story_step {
	struct str label; /* `restart[2]` */
	struct str step, item, title, action, command, message, log;
	const char *reason;
	const char *part; /* `steps`, `rollback`, `finally` */
	enum step_status state;
	bool has_ended;
	uint32_t frame, node;
	int64_t attempts, wall_ns, time_ns, duration_ns;
};

struct story_line {
	int64_t wall_ns, time_ns;
	bool is_detail; /* belongs to the one above */
	struct str text;
};

/* What a watch gave, all in all. */
struct story_watch {
	struct str name;
	size_t samples, unknown;
	double least, most, last;
	struct str why; /* of the last unknown one */
};

struct story {
	struct arena arena;
	const struct run_row *row; /* borrowed */
	struct str status;	   /* as in lists: perhaps `lost` */
	const struct plan *plan;   /* may be NULL: then less is known of what is left */
	struct report report;	   /* makes the lines of the timeline */
	struct account account;
	struct event end; /* the last run_finished; kind 0: there was none */
	bool is_torn;
	bool ascii; /* how the lines of the timeline are drawn; set before the first event */

	struct value inputs, outputs;
	struct story_step *steps;
	size_t step_count, step_cap;
	uint32_t *index; /* of steps by frame and node: a hash table of places + 1 */
	uint32_t index_size;
	struct value decisions; /* list of maps */
	struct story_line *lines;
	size_t line_count, line_cap;
	struct story_watch *watches;
	size_t watch_count;
	struct value undone, still, kept; /* lists of names */
	struct value passed, left, to_do; /* lists of texts */
	const struct event *now;	  /* while it is taken in */
};

void story_init(
	struct story *s, const struct run_row *row, struct str status, const struct plan *plan);
void story_release(struct story *s);
void story_add(struct story *s, const struct event *e);
/* All events are in: the account is made. */
void story_end(struct story *s);

void story_json(struct strbuf *b, struct story *s);
void story_text(struct strbuf *b, struct story *s, const struct table_look *look);
void story_markdown(struct strbuf *b, struct story *s);

/* ---- between the files of the story ---- */

/* `rolling back: Error rate above 5%`: a decision on one line. */
struct str story_decision_text(struct story *s, const struct value *decision);
/* `0.012 0.081 unknown`: the samples of one watch that a decision rests on. */
struct str story_samples_text(struct story *s, const struct value *samples);
/* `12m30s, 2m00s of it waiting for people` */
void story_took(struct strbuf *b, const struct story *s);
struct value story_value(struct story *s);

#endif
