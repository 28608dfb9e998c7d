/*
 * What a JSONPath is read into. Only for jsonpath_*.c.
 */
#ifndef BASE_JSONPATH_TREE_H
#define BASE_JSONPATH_TREE_H

#include "base/jsonpath.h"
#include "base/regex.h"

struct path_expr;

enum path_selector_kind { SELECT_NAME, SELECT_ALL, SELECT_INDEX, SELECT_SLICE, SELECT_FILTER };

struct path_selector {
	enum path_selector_kind kind;
	struct str name;
	int64_t start, end, step; /* an index is in `start` */
	bool has_start, has_end;
	struct path_expr *filter;
	struct path_selector *next;
};

struct path_segment {
	bool is_descendant;
	struct path_selector *selectors;
	struct path_segment *next;
};

struct path_query {
	bool is_relative; /* starts at @, not at $ */
	bool is_singular; /* gives at most one node */
	struct path_segment *segments;
};

struct jsonpath {
	struct path_query query;
};

enum path_expr_kind {
	/* Of a truth value. AND and OR have any number of parts, so that a long chain is not deep.
	 */
	EXPR_OR,
	EXPR_AND,
	EXPR_NOT,
	EXPR_COMPARE,
	EXPR_EXISTS, /* a query that gives a node */
	EXPR_TEST,   /* a function that gives a truth value */
	EXPR_PAREN,
	/* Of a value or of nodes. */
	EXPR_LITERAL,
	EXPR_QUERY,
	EXPR_CALL,
};

enum path_operator { OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT };
enum path_function { CALL_LENGTH, CALL_COUNT, CALL_MATCH, CALL_SEARCH, CALL_VALUE };

struct path_expr {
	enum path_expr_kind kind;
	enum path_operator operator;
	enum path_function function;
	struct path_expr *parts; /* operands, arguments */
	struct path_expr *next;	 /* of the same parent */
	struct path_query *query;
	struct value literal;
	struct regex *regex; /* of match and search, when the pattern is literal */
	size_t offset;
};

/* The pattern as PCRE2 understands it; `is_whole`: it has to match the whole text. False: no
 * pattern at all. */
bool path_pattern(struct arena *a, struct str pattern, bool is_whole, struct str *out);

#endif
