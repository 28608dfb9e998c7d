/*
 * A written process on its way to a draft: what has been read of it, and how that is written down.
 */
#ifndef TOOL_IMPORT_PRIVATE_H
#define TOOL_IMPORT_PRIVATE_H

#include "tool/import.h"

/* What a chapter is about. */
enum chapter { CHAPTER_STEPS, CHAPTER_CHECKS, CHAPTER_PURPOSE, CHAPTER_ROLLBACK, CHAPTER_PROSE };

/* What the lines below a bold label are. */
enum label { LABEL_NONE, LABEL_WHAT, LABEL_HINTS, LABEL_CRITERIA, LABEL_WHEN };

struct import {
	struct strbuf title, facts, purpose, criteria, more, groups;
	struct strbuf watches, conditions, reasons; /* of a rollback */
	struct strbuf undo;			    /* steps of the way back */
	size_t undo_at; /* behind the group that they undo; 0: none runs anything */
	bool undoes_release;
	enum chapter chapter;
	enum label label;
	/* The group at hand: */
	struct str name;
	struct strbuf what, hints, steps, ticks, asserts, code;
	unsigned group_count, script_count;
	bool in_code, is_script, is_prose_open;
	bool is_alternative; /* its last item begins with `or` */
	size_t fence;
};

bool import_has_word(struct str text, const char *word);
/* Quoted, so that nothing in it is YAML; `${{` loses its meaning, and so do the marks of Markdown.
 */
void import_text(struct strbuf *b, struct str text);
/* Lower-case words joined by `_`; with a number it is unique and no word of Lua. */
void import_id(struct strbuf *b, struct str text, unsigned number);

void import_tick(struct import *m, struct str text);
void import_question(struct import *m, struct str text);
void import_flush_ticks(struct import *m);
void import_flush_code(struct import *m);
void import_flush_group(struct import *m);
void import_draft(struct strbuf *b, struct import *m, const char *name);

/* import_metric.c: `Error rate >5% for more than 5 minutes` is `watch.error_rate > 0.05`, and `for`
 * is `5m` or empty. The watch is in m->watches then. False: the text compares nothing. */
bool import_metric(
	struct import *m, struct str text, struct strbuf *condition, struct strbuf *hold);
/* `30 minutes`, `5-10 min` (the longer one), `1 hour`, as a duration; false: there is none. */
bool import_duration(struct str text, struct strbuf *out);

#endif
