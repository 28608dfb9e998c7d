/*
 * The program's own modules: what there is, and how each is used.
 */
#ifndef TOOL_MODULES_H
#define TOOL_MODULES_H

#include "base/str.h"

/* A line for each. */
void modules_list(struct strbuf *b);
/* The reference of one, in Markdown, `slack/post`. False: there is none of that name. */
bool modules_reference(struct strbuf *b, const char *name);
/* The reference of all, as one page. */
void modules_document(struct strbuf *b);
/* The nearest name to one that is not there, or NULL; in a buffer of the function. */
const char *modules_nearest(const char *name);

#endif
