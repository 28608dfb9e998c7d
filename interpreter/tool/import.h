/*
 * A draft of a runbook from a written process in Markdown: headings become groups, numbered items
 * questions, bullets checklists, blocks of code scripts behind a question. Nothing is understood
 * and nothing is called safe: what a step changes and how it is undone is left to its author.
 */
#ifndef TOOL_IMPORT_H
#define TOOL_IMPORT_H

#include "base/str.h"

/* False: there is nothing to do in the text. `name` is where it came from, for a comment. */
bool import_markdown(struct strbuf *b, struct str text, const char *name);

#endif
