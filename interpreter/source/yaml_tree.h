/*
 * A YAML document as it is written: every node with its place and its style, aliases unresolved,
 * keys given twice kept. For tools that change a file and have to leave the rest of it alone.
 */
#ifndef SOURCE_YAML_TREE_H
#define SOURCE_YAML_TREE_H

#include "base/arena.h"
#include "base/str.h"

enum yaml_kind { YAML_NODE_SCALAR, YAML_NODE_ALIAS, YAML_NODE_LIST, YAML_NODE_MAP };

enum yaml_style {
	YAML_STYLE_PLAIN,
	YAML_STYLE_SINGLE,
	YAML_STYLE_DOUBLE,
	YAML_STYLE_LITERAL,
	YAML_STYLE_FOLDED,
	YAML_STYLE_BLOCK, /* a list or map by indentation */
	YAML_STYLE_FLOW,  /* a list or map in brackets */
};

/* All places are bytes of the text. */
struct yaml_node {
	uint8_t kind, style;
	uint32_t start;	     /* of its anchor and tag, if it has them */
	uint32_t properties; /* the end of those; `start` without any */
	uint32_t content;    /* what they are for: behind white space, comments even */
	uint32_t end;	     /* of the last byte that belongs to it: no white space, no line end */
	uint32_t count;	     /* children */
	struct yaml_node *children; /* of a map: key, value, key, value … */
	struct str text;	    /* of a scalar; the name of an alias */
	struct str anchor, tag;	    /* empty: has none */
	/* Of a block scalar: the column of its text, and of what its indicator counts from. */
	uint16_t indent, outer;
};

/* False: it does not parse, has no or more than one document, or is nested deeper than
 * YAML_MAX_DEPTH; `root` is not touched then. */
bool yaml_tree_read(struct str text, struct arena *a, struct yaml_node *root);

/* What is a leaf in the text: no list or map in block style. */
static inline bool yaml_is_leaf(const struct yaml_node *n)
{
	return n->style != YAML_STYLE_BLOCK;
}
static inline bool yaml_is_block_scalar(const struct yaml_node *n)
{
	return n->style == YAML_STYLE_LITERAL || n->style == YAML_STYLE_FOLDED;
}

#endif
