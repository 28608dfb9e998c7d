/*
 * The words of an expression. The lexer tells what is no word of Lua, and gives the word that was
 * meant, so that one reading finds several slips.
 */
#ifndef SCRIPT_EXPR_LEX_H
#define SCRIPT_EXPR_LEX_H

#include "script/expr.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_CONSTANT, /* a number or a string; nil, true, false */
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_KEYWORD,	/* a word of Lua that no expression has: `if`, `function` … */
	TOKEN_OPERATOR, /* its `op`; `-` and `~` also stand before an operand */
	TOKEN_LENGTH,	/* # */
	TOKEN_OPEN,
	TOKEN_CLOSE, /* ( ) */
	TOKEN_OPEN_BRACKET,
	TOKEN_CLOSE_BRACKET,
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
	TOKEN_COMMA,
	TOKEN_SEMICOLON,
	TOKEN_DOT,
	TOKEN_COLON,
	TOKEN_ASSIGN,	/* = */
	TOKEN_QUESTION, /* ? */
	TOKEN_OTHER,	/* no character of Lua */
};

struct token {
	enum token_kind kind;
	uint8_t op;
	uint32_t start, len;
	struct value constant;
};

struct lexer {
	struct arena *arena;
	struct str text;
	const struct origin *origin;
	struct diagnostics *d;
	size_t at;		   /* the next byte to read */
	size_t skip_from, skip_to; /* the `}}` of a `${{` that was told already */
	struct token token;	   /* the word looked at */
	size_t before;		   /* where the word before it ended */
	bool is_broken;		   /* a diagnostic was given after which nothing is read */
	bool has_errors;	   /* one was given at all */
};

void lex_next(struct lexer *l);
/* What comes behind the current word, without moving there or telling anything. */
char lex_peek(const struct lexer *l);
struct str token_text(const struct lexer *l, const struct token *t);
/* Says something about bytes of the text; the lexer counts it as an error. */
struct diagnostic *lex_tell(struct lexer *l, enum rule_id rule, size_t start, size_t len,
	const char *format, ...) __attribute__((format(printf, 5, 6)));
void lex_fix(struct lexer *l, struct diagnostic *d, size_t start, size_t len, const char *text);
/* `word` with the spaces it needs in place of these bytes. */
const char *lex_spaced(struct lexer *l, size_t start, size_t len, const char *word);
/* Ends the reading: every further word is TOKEN_END. */
void lex_break(struct lexer *l);

/* Strings, in expr_string.c. Both leave l->at behind the literal. */
bool lex_string(struct lexer *l, struct token *t);
/* False: no long bracket begins here. */
bool lex_long_string(struct lexer *l, struct token *t);
size_t long_bracket_level(struct str text, size_t at); /* SIZE_MAX: none begins at `at` */
bool long_bracket_end(struct str text, size_t at, size_t level, size_t *end);

/* Slips from other languages, in expr_slips.c. */
/* An operator of another language at l->at: told, and *t is the Lua word for it. */
bool slip_operator(struct lexer *l, struct token *t);
/* A space that is none to Lua at l->at: told, and read over. */
bool slip_space(struct lexer *l);
/* `${{ x }}` in the text at l->at: told and entered; its `}}` will be read over. */
bool slip_interpolation(struct lexer *l);
/* A name such as `null` or `True`: told, and *t becomes the constant or word. */
bool slip_name(struct lexer *l, struct token *t);
/* The same for `AND` and `OR`, where an operator is wanted. */
bool slip_word_operator(struct lexer *l, struct token *t);
/* What went wrong at the current word, where an operand or the end was wanted. Breaks. */
void slip_operand(struct lexer *l);
void slip_end(struct lexer *l);
/* A statement's first word. Breaks. */
void slip_statement(struct lexer *l);
/* `a ? b : c` at its `?`. Breaks. */
void slip_ternary(struct lexer *l);
/* A number with something behind it: `5m`, `10%`. Breaks. */
void slip_number(struct lexer *l, size_t start, size_t len);

#endif
