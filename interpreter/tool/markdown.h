/*
 * Markdown (CommonMark with GitHub's tables) in which no text from a file can become markup.
 */
#ifndef TOOL_MARKDOWN_H
#define TOOL_MARKDOWN_H

#include "script/template.h"

/* Text in a paragraph: every sign of Markdown and HTML loses its meaning, lines become one. With
 * `${{ … }}` in it, that stands as code. */
void md_text(struct strbuf *b, struct str text);
/* The same of our own prose, in which `…` is code; in a table's cell with `is_cell`. */
void md_prose(struct strbuf *b, struct str text, bool is_cell);
/* Of a template's source; NULL is nothing. */
void md_template(struct strbuf *b, const struct template *t);
/* A span of code on one line. In a table a `|` ends the cell even within code, so it is escaped. */
void md_code(struct strbuf *b, struct str text);
void md_cell_code(struct strbuf *b, struct str text);
/* A fenced block, each line behind `indent` blanks. */
void md_block(struct strbuf *b, unsigned indent, const char *language, struct str text);
void md_indent(struct strbuf *b, unsigned indent);

#endif
