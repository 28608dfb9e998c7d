/*
 * Whether a text that was changed still says the same.
 */
#ifndef TOOL_LAYOUT_TREE_H
#define TOOL_LAYOUT_TREE_H

#include "source/yaml_tree.h"

/* Same values, anchors, aliases and tags; maps in any order. */
bool same_tree(const struct yaml_node *x, const struct yaml_node *y);
/* A sum over the comments of a document, whatever their order. */
uint64_t comments_of(struct str text, const struct yaml_node *root);

#endif
