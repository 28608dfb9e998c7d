/*
 * The process document: a runbook as Markdown from which a person could carry it out by hand.
 */
#ifndef TOOL_DOC_H
#define TOOL_DOC_H

#include "plan/plan.h"

void doc_write(struct strbuf *b, const struct plan *p);

/* ---- its parts ------------------------------------------------------------------------------ */

struct doc {
	struct strbuf *b;
	const struct plan *p;
};

/* `### Step 1: …` for each step of the main section. */
void doc_steps(struct doc *d);
/* When to turn back, what to do then, how to see that it has helped. */
void doc_rollback(struct doc *d);
/* One step as an item of a list that begins with `marker`; what belongs to it is indented. */
void doc_item(struct doc *d, uint32_t node, unsigned indent, const char *marker);
/* The children of a section as a numbered list. */
void doc_items(struct doc *d, uint32_t group, unsigned indent);
/* The command, request or question of a step, without its name. */
void doc_action(struct doc *d, uint32_t node, unsigned indent);
/* What a person calls it; false: it has neither a name nor an id. */
bool doc_name(struct doc *d, const struct step *s);
/* The same, or what it does. */
void doc_called(struct doc *d, const struct step *s);

#endif
