/*
 * The parser: precedence climbing over the words of expr_lex.h.
 */
#include "script/expr_parser.h"

/* ---- nodes ---------------------------------------------------------------------------------- */

static struct expr *too_deep(struct parser *p)
{
	if (!p->lexer.is_broken)
		lex_tell(&p->lexer, RB016, p->lexer.token.start, p->lexer.token.len,
			"an expression nested deeper than %d", EXPR_MAX_DEPTH);
	lex_break(&p->lexer);
	return NULL;
}

/* Of the union a node has only what its kind uses: half of all nodes are names. */
static size_t node_size(enum expr_kind kind)
{
	switch (kind) {
	case EXPR_CONSTANT:
		return offsetof(struct expr, constant) + sizeof(struct value);
	case EXPR_NAME:
		return offsetof(struct expr, object);
	case EXPR_FIELD:
		return offsetof(struct expr, arguments);
	case EXPR_METHOD:
		return offsetof(struct expr, function);
	case EXPR_CALL:
		return sizeof(struct expr);
	case EXPR_TABLE:
		return offsetof(struct expr, items) + sizeof(struct table_item *);
	default:
		return offsetof(struct expr, right) + sizeof(struct expr *);
	}
}

struct expr *parse_node(struct parser *p, enum expr_kind kind, size_t start)
{
	struct expr *e = arena_alloc(p->lexer.arena, node_size(kind));
	e->kind = (uint8_t)kind;
	e->start = (uint32_t)start;
	e->depth = 1;
	return e;
}

struct expr *parse_finish(struct parser *p, struct expr *e)
{
	e->len = (uint32_t)(p->lexer.before - e->start);
	return e->depth > EXPR_MAX_DEPTH ? too_deep(p) : e;
}

void parse_deepen(struct expr *e, const struct expr *child)
{
	if (child && child->depth >= e->depth)
		e->depth = (uint8_t)(child->depth + 1);
}

bool parse_take(struct parser *p, enum token_kind kind)
{
	if (p->lexer.token.kind != kind)
		return false;
	lex_next(&p->lexer);
	return true;
}

bool parse_close(struct parser *p, enum token_kind kind, const char *text, size_t open)
{
	struct lexer *l = &p->lexer;
	if (parse_take(p, kind))
		return true;
	if (l->is_broken)
		return false;
	if (l->token.kind == TOKEN_END) {
		struct diagnostic *d =
			lex_tell(l, RB201, open, 1, "`%c` is not closed", l->text.at[open]);
		diagnostic_hint(l->d, d, "a `%s` is missing", text);
	} else if (l->token.kind == TOKEN_QUESTION) {
		slip_ternary(l);
	} else if (l->token.kind == TOKEN_KEYWORD) {
		slip_statement(l);
	} else {
		struct str found = token_text(l, &l->token);
		struct diagnostic *d = lex_tell(l, RB201, l->token.start, l->token.len,
			"expected `%s`, found `%.*s`", text, STR_ARGS(found));
		diagnostic_label(l->d, d, origin_span(l->origin, open, 1), "opened here");
	}
	lex_break(l);
	return false;
}

/* ---- lists of expressions ------------------------------------------------------------------- */

bool parse_items_add(struct parser *p, struct items *items, struct table_item item)
{
	if (items->count == EXPR_MAX_ITEMS) {
		lex_tell(&p->lexer, RB016, p->lexer.token.start, p->lexer.token.len,
			"more than %d values in one place", EXPR_MAX_ITEMS);
		lex_break(&p->lexer);
		return false;
	}
	if (items->count == items->cap) {
		size_t cap = items->cap ? items->cap * 4 : 4;
		struct table_item *at = arena_array(p->lexer.arena, cap, sizeof *at);
		if (items->count)
			memcpy(at, items->at, items->count * sizeof *at);
		items->at = at;
		items->cap = cap;
	}
	items->at[items->count++] = item;
	return true;
}

static bool parse_item(struct parser *p, struct table_item *item)
{
	struct lexer *l = &p->lexer;
	size_t open = l->token.start;
	if (parse_take(p, TOKEN_OPEN_BRACKET)) {
		item->key = parse_binary(p, 0);
		if (!item->key || !parse_close(p, TOKEN_CLOSE_BRACKET, "]", open))
			return false;
	} else if (l->token.kind == TOKEN_NAME && lex_peek(l) == '=') {
		item->key = parse_node(p, EXPR_CONSTANT, l->token.start);
		item->key->constant = value_str(token_text(l, &l->token));
		lex_next(l);
		parse_finish(p, item->key);
	}
	if (item->key && !parse_take(p, TOKEN_ASSIGN)) {
		slip_operand(l);
		return false;
	}
	item->value = parse_binary(p, 0);
	return item->value != NULL;
}

static struct expr *parse_table(struct parser *p)
{
	struct expr *e = parse_node(p, EXPR_TABLE, p->lexer.token.start);
	struct items items = {0};
	lex_next(&p->lexer);
	while (p->lexer.token.kind != TOKEN_CLOSE_BRACE) {
		struct table_item item = {0};
		if (!parse_item(p, &item) || !parse_items_add(p, &items, item))
			return NULL;
		parse_deepen(e, item.key);
		parse_deepen(e, item.value);
		if (!parse_take(p, TOKEN_COMMA) && !parse_take(p, TOKEN_SEMICOLON))
			break;
	}
	if (!parse_close(p, TOKEN_CLOSE_BRACE, "}", e->start))
		return NULL;
	e->items = items.at;
	e->count = (uint16_t)items.count;
	return parse_finish(p, e);
}

/* ---- operands and operators ----------------------------------------------------------------- */

static struct expr *parse_parens(struct parser *p)
{
	size_t open = p->lexer.token.start;
	lex_next(&p->lexer);
	struct expr *e = parse_binary(p, 0);
	if (!e || !parse_close(p, TOKEN_CLOSE, ")", open))
		return NULL;
	e->start = (uint32_t)open;
	e->in_parens = true;
	return parse_finish(p, e);
}

static struct expr *parse_constant(struct parser *p)
{
	struct expr *e = parse_node(p, EXPR_CONSTANT, p->lexer.token.start);
	e->constant = p->lexer.token.constant;
	lex_next(&p->lexer);
	return parse_finish(p, e);
}

static struct expr *parse_primary(struct parser *p)
{
	struct lexer *l = &p->lexer;
	if (l->token.kind == TOKEN_CONSTANT)
		return parse_constant(p);
	if (l->token.kind == TOKEN_OPEN_BRACE)
		return parse_table(p);
	if (l->token.kind == TOKEN_OPEN)
		return parse_suffixes(p, parse_parens(p));
	if (l->token.kind != TOKEN_NAME) {
		slip_operand(l);
		return NULL;
	}
	struct expr *e = parse_node(p, EXPR_NAME, l->token.start);
	e->name = token_text(l, &l->token);
	lex_next(l);
	return parse_suffixes(p, parse_finish(p, e));
}

#define UNARY_PRIORITY 12

/* A negative number is a constant like any other. */
static bool fold_minus(struct expr *operand, size_t start)
{
	if (operand->kind != EXPR_CONSTANT || operand->in_parens)
		return false;
	struct value *v = &operand->constant;
	if (v->kind == VALUE_INT)
		v->integer = (int64_t)(0 - (uint64_t)v->integer);
	else if (v->kind == VALUE_FLOAT)
		v->number = -v->number;
	else
		return false;
	operand->start = (uint32_t)start;
	return true;
}

static struct expr *parse_unary(struct parser *p)
{
	struct token t = p->lexer.token;
	if (t.kind == TOKEN_NAME)
		slip_name(&p->lexer, &p->lexer.token);
	t = p->lexer.token;
	bool is_minus = t.kind == TOKEN_OPERATOR && t.op == OP_SUB;
	bool is_sign =
		is_minus || (t.kind == TOKEN_OPERATOR && t.op == OP_BXOR) || t.kind == TOKEN_LENGTH;
	if (!is_sign && t.kind != TOKEN_NOT)
		return parse_primary(p);
	lex_next(&p->lexer);
	struct expr *operand = parse_binary(p, UNARY_PRIORITY);
	if (!operand)
		return NULL;
	if (is_minus && fold_minus(operand, t.start))
		return parse_finish(p, operand);
	struct expr *e = parse_node(p, is_sign ? EXPR_UNARY : EXPR_NOT, t.start);
	e->op = is_minus ? OP_MINUS : t.kind == TOKEN_LENGTH ? OP_LEN : OP_BNOT;
	e->left = operand;
	parse_deepen(e, operand);
	return parse_finish(p, e);
}

struct priority {
	int8_t left, right; /* right smaller: groups to the right */
};

static struct priority operator_priority(const struct token *t)
{
	static const struct priority of[] = {
		[OP_POW] = {14, 13},
		[OP_MUL] = {11, 11},
		[OP_DIV] = {11, 11},
		[OP_IDIV] = {11, 11},
		[OP_MOD] = {11, 11},
		[OP_ADD] = {10, 10},
		[OP_SUB] = {10, 10},
		[OP_CONCAT] = {9, 8},
		[OP_SHL] = {7, 7},
		[OP_SHR] = {7, 7},
		[OP_BAND] = {6, 6},
		[OP_BXOR] = {5, 5},
		[OP_BOR] = {4, 4},
		[OP_EQ] = {3, 3},
		[OP_NE] = {3, 3},
		[OP_LT] = {3, 3},
		[OP_LE] = {3, 3},
		[OP_GT] = {3, 3},
		[OP_GE] = {3, 3},
	};
	if (t->kind == TOKEN_AND)
		return (struct priority){2, 2};
	if (t->kind == TOKEN_OR)
		return (struct priority){1, 1};
	return t->kind == TOKEN_OPERATOR ? of[t->op] : (struct priority){0, 0};
}

/* `x = 3` and `x AND y` become what was meant. */
static void mend_operator(struct lexer *l)
{
	struct token *t = &l->token;
	if (t->kind == TOKEN_NAME) {
		slip_word_operator(l, t);
	} else if (t->kind == TOKEN_ASSIGN) {
		struct diagnostic *d = lex_tell(
			l, RB201, t->start, t->len, "`=` would set a value; a comparison is `==`");
		diagnostic_hint(l->d, d, "write `==`");
		lex_fix(l, d, t->start, t->len, "==");
		t->kind = TOKEN_OPERATOR;
		t->op = OP_EQ;
	}
}

static struct expr *join(
	struct parser *p, const struct token *t, struct expr *left, struct expr *right)
{
	enum expr_kind kind = t->kind == TOKEN_AND  ? EXPR_AND
			      : t->kind == TOKEN_OR ? EXPR_OR
						    : EXPR_BINARY;
	struct expr *e = parse_node(p, kind, left->start);
	e->op = t->op;
	e->left = left;
	e->right = right;
	parse_deepen(e, left);
	parse_deepen(e, right);
	return parse_finish(p, e);
}

struct expr *parse_binary(struct parser *p, int limit)
{
	if (p->nesting == EXPR_MAX_DEPTH)
		return too_deep(p);
	p->nesting++;
	struct expr *left = parse_unary(p);
	while (left) {
		mend_operator(&p->lexer);
		struct token t = p->lexer.token;
		struct priority priority = operator_priority(&t);
		if (priority.left <= limit)
			break;
		lex_next(&p->lexer);
		struct expr *right = parse_binary(p, priority.right);
		left = right ? join(p, &t, left, right) : NULL;
	}
	p->nesting--;
	return left;
}

const struct expr *expr_parse(
	struct arena *a, struct str text, const struct origin *origin, struct diagnostics *d)
{
	struct parser p = {.lexer = {.arena = a, .text = text, .origin = origin, .d = d}};
	if (text.len > EXPR_MAX_BYTES) {
		lex_tell(&p.lexer, RB016, 0, text.len, "an expression of more than %d bytes",
			EXPR_MAX_BYTES);
		return NULL;
	}
	lex_next(&p.lexer);
	if (p.lexer.token.kind == TOKEN_END && !p.lexer.is_broken) {
		lex_tell(&p.lexer, RB207, 0, text.len, "there is no expression here");
		return NULL;
	}
	struct expr *e = parse_binary(&p, 0);
	if (e && p.lexer.token.kind != TOKEN_END)
		slip_end(&p.lexer);
	return p.lexer.has_errors ? NULL : e;
}
