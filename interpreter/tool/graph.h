/*
 * The steps as a picture, in the language of Graphviz or of Mermaid.
 */
#ifndef TOOL_GRAPH_H
#define TOOL_GRAPH_H

#include "plan/plan.h"

enum graph_format { GRAPH_DOT, GRAPH_MERMAID };

/* `inside`: with the steps of modules and called runbooks. */
void graph_write(struct strbuf *b, const struct plan *p, enum graph_format format, bool inside);

/* ---- for the two languages ------------------------------------------------------------------ */

enum shape {
	SHAPE_STEP,    /* changes nothing */
	SHAPE_EFFECT,  /* changes something */
	SHAPE_FOREVER, /* `irreversible` */
	SHAPE_PERSON,  /* waits for one */
	SHAPE_FORK,    /* where branches begin */
	SHAPE_UNDO,    /* a compensation */
};

enum line { LINE_NEEDS, LINE_BRANCH, LINE_UNDO };

struct graph_end {
	uint32_t node;	  /* a node that is drawn as one */
	uint32_t cluster; /* the cluster that is meant, when it is not the node; or NODE_NONE */
};

struct graph_pen {
	void (*begin)(struct strbuf *b, struct str title);
	void (*end)(struct strbuf *b);
	void (*open)(
		struct strbuf *b, unsigned depth, uint32_t cluster, struct str label, bool is_undo);
	void (*close)(struct strbuf *b, unsigned depth);
	void (*node)(struct strbuf *b, unsigned depth, uint32_t node, struct str label,
		enum shape shape);
	void (*edge)(struct strbuf *b, struct graph_end from, struct graph_end to, struct str label,
		enum line line);
};
extern const struct graph_pen dot_pen, mermaid_pen;

#endif
