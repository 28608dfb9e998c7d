/*
 * What the parts of the parser share. Private to expr_parse.c and expr_suffix.c.
 *
 * Invariants: (1) a function that returns NULL or false has told why and broken the lexer, so that
 * every caller finds TOKEN_END and returns; (2) no tree is deeper than EXPR_MAX_DEPTH, so whoever
 * walks one may recurse.
 */
#ifndef SCRIPT_EXPR_PARSER_H
#define SCRIPT_EXPR_PARSER_H

#include "script/expr_lex.h"

struct parser {
	struct lexer lexer;
	unsigned nesting;
};

/* An expression of operators that bind tighter than `limit`. */
struct expr *parse_binary(struct parser *p, int limit);
/* What stands behind an operand: fields, items, calls, methods. NULL for NULL. */
struct expr *parse_suffixes(struct parser *p, struct expr *e);

struct expr *parse_node(struct parser *p, enum expr_kind kind, size_t start);
/* Closes a node at the end of the last word read. */
struct expr *parse_finish(struct parser *p, struct expr *e);
void parse_deepen(struct expr *e, const struct expr *child);
bool parse_take(struct parser *p, enum token_kind kind);
/* The bracket `text`, which closes the one at `open`. */
bool parse_close(struct parser *p, enum token_kind kind, const char *text, size_t open);

struct items {
	struct table_item *at; /* on the heap while it grows */
	size_t count, cap;
};

bool parse_items_add(struct parser *p, struct items *items, struct table_item item);

#endif
