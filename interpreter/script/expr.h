/*
 * Lua expressions as guards use them: parsed by us, with a place for every part.
 *
 * The grammar is Lua 5.4's expression grammar without function bodies and varargs; calls go to
 * named functions only (`len(x)`, `math.floor(x)`, `x:upper()`). Precedence, number and string
 * literals are Lua's own.
 */
#ifndef SCRIPT_EXPR_H
#define SCRIPT_EXPR_H

#include "source/diagnostic.h"

/* A text that differs from its source bytes (escapes, folded blocks): what it is read from. */
struct origin_source {
	const struct source_file *file;
	struct span span;
	struct str whole; /* all of the text that the span stands for; none: it is no text */
};

/* Where a text came from, so that a byte of it can be shown in its file. A part of a text has the
 * text's origin with more `shift`. Small, since every guard has one. */
struct origin {
	uint32_t shift; /* where byte 0 of the text lies: in the file, or in `source->whole` */
	uint16_t file;	/* 0: nowhere */
	bool is_exact;
	const struct origin_source *source; /* when not exact */
};
/* The origin of a YAML string (its text pointing into the file, or not), or of another value as a
 * whole. `file` may be NULL. */
struct origin origin_of(struct arena *a, const struct source_file *file, const struct value *v);
struct span origin_span(const struct origin *o, size_t offset, size_t len);

enum expr_kind {
	EXPR_CONSTANT, /* nil, true, false, a number, a string */
	EXPR_NAME,     /* a bare name */
	EXPR_FIELD,    /* left.name, and left["name"] */
	EXPR_INDEX,    /* left[right] */
	EXPR_CALL,     /* name(args), library.name(args) */
	EXPR_METHOD,   /* left:name(args) */
	EXPR_UNARY,
	EXPR_BINARY, /* arithmetic, bits, comparison, concatenation */
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_TABLE, /* { … } */
};

enum operator{
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_IDIV,
	OP_MOD,
	OP_POW,
	OP_BAND,
	OP_BOR,
	OP_BXOR,
	OP_SHL,
	OP_SHR,
	OP_CONCAT,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_MINUS,
	OP_BNOT,
	OP_LEN,
};

/* How each is written. */
extern const char *const operator_signs[];

/* Immutable, in the arena it was parsed into. */
struct expr {
	uint8_t kind, op;
	bool in_parens;
	uint8_t depth;	     /* of the tree from here: 1 without children, at most EXPR_MAX_DEPTH */
	uint16_t count;	     /* arguments, or table items */
	uint32_t start, len; /* its bytes in the text */
	union {
		struct {
			struct expr *left, *right; /* UNARY and NOT use left */
		};
		struct value constant;
		struct {
			struct str name;     /* NAME, FIELD, METHOD; CALL: `len` or `math.floor` */
			struct expr *object; /* FIELD, METHOD */
			struct expr **arguments; /* CALL, METHOD */
			const struct function
				*function; /* CALL: what the name means, or NULL: helper file */
		};
		struct table_item *items; /* TABLE */
	};
};

struct table_item {
	struct expr *key; /* NULL: positional */
	struct expr *value;
};

#define EXPR_MAX_BYTES 65536
#define EXPR_MAX_DEPTH 100
#define EXPR_MAX_ITEMS 1000 /* arguments of a call, items of a table */

struct sandbox;

/* An expression with its text; what guards, `value`, `outputs` hold. */
struct guard {
	struct str text;
	struct origin origin;
	const struct expr *expr; /* NULL when it did not parse: a diagnostic says so */
};

/* Parses all of `text`. NULL: diagnostics were added, with the Lua spelling as fix where the author
 * wrote another language's (`&&`, `!=`, `null`). */
const struct expr *expr_parse(
	struct arena *a, struct str text, const struct origin *origin, struct diagnostics *d);
/* A guard from a YAML value: a string, or a plain true/false/number/nil. False: told. */
bool guard_parse(struct arena *a, const struct source_file *file, const struct value *v,
	struct diagnostics *d, struct guard *out);
/* Calls of names that are no function: neither of the language nor of the helper file (NULL: the
 * runbook has none). Not known to the parser: helper files are read after the runbook. */
void expr_check_calls(const struct expr *e, const struct origin *origin,
	const struct sandbox *helpers, struct diagnostics *d);
/* Children of `e` in source order; NULL behind the last. For those who walk. */
const struct expr *expr_child(const struct expr *e, size_t n);
/* Whether it names or calls nothing: the same value at every time. */
bool expr_is_constant(const struct expr *e);
/* The expression as Lua writes it, for messages about a part (`steps.migrate.tag`). */
void expr_print(struct strbuf *b, const struct expr *e);

#endif
