/*
 * Reads a query by recursive descent over the grammar of RFC 9535; functions are named after its
 * rules. White space belongs to the rule that allows it, never to the one behind it.
 */
#include "base/jsonpath_tree.h"

#include "base/jsonpath_lexer.h"

#define NESTING_MAX 64

struct function_row {
	const char *name;
	size_t parameters;
	bool takes_nodes; /* else values */
	bool gives_truth; /* else a value */
};

static const struct function_row functions[] = {
	[CALL_LENGTH] = {"length", 1, false, false},
	[CALL_COUNT] = {"count", 1, true, false},
	[CALL_MATCH] = {"match", 2, false, true},
	[CALL_SEARCH] = {"search", 2, false, true},
	[CALL_VALUE] = {"value", 1, true, false},
};
#define FUNCTIONS (sizeof functions / sizeof functions[0])

static struct path_expr *logical_or(struct lexer *x);
static bool segments(struct lexer *x, struct path_query *query);

static struct path_expr *expr_new(struct lexer *x, enum path_expr_kind kind)
{
	struct path_expr *e = arena_new(x->arena, struct path_expr);
	e->kind = kind;
	e->offset = x->at;
	return e;
}

static struct path_expr *refuse_at(struct lexer *x, size_t offset, const char *message)
{
	x->at = offset;
	lexer_fail(x, message);
	return NULL;
}

/* ---- filters -------------------------------------------------------------------------------- */

static struct path_expr *filter_query(struct lexer *x)
{
	struct path_expr *e = expr_new(x, EXPR_QUERY);
	e->query = arena_new(x->arena, struct path_query);
	e->query->is_relative = x->text.at[x->at++] == '@';
	return segments(x, e->query) ? e : NULL;
}

/* RFC 9535, 2.4.3: what each kind of parameter accepts. */
static bool check_argument(struct lexer *x, const struct function_row *f, struct path_expr *arg)
{
	bool fits;
	if (f->takes_nodes)
		fits = arg->kind == EXPR_QUERY;
	else
		fits = arg->kind == EXPR_LITERAL ||
		       (arg->kind == EXPR_QUERY && arg->query->is_singular) ||
		       (arg->kind == EXPR_CALL && !functions[arg->function].gives_truth);
	if (!fits)
		refuse_at(x, arg->offset,
			f->takes_nodes ? "the function takes a query here"
				       : "the function takes one value here");
	return fits;
}

static bool compile_pattern(struct lexer *x, struct path_expr *call)
{
	struct path_expr *arg = call->parts->next;
	if (arg->kind != EXPR_LITERAL || arg->literal.kind != VALUE_STRING)
		return true;
	struct str pattern;
	const char *error = "the brackets of the pattern do not match";
	size_t offset;
	bool is_whole = call->function == CALL_MATCH;
	if (path_pattern(x->arena, value_string(&arg->literal), is_whole, &pattern))
		call->regex = regex_get(x->arena, pattern, &error, &offset);
	if (!call->regex)
		refuse_at(x, arg->offset, error);
	return call->regex != NULL;
}

static bool arguments(struct lexer *x, struct path_expr *call)
{
	const struct function_row *f = &functions[call->function];
	struct path_expr **last = &call->parts;
	size_t count = 0;
	lexer_space(x);
	while (!lexer_take(x, ")")) {
		if (count > 0) {
			if (!lexer_expect(x, ",", "`,` or `)` is missing"))
				return false;
			lexer_space(x);
		}
		struct path_expr *arg = logical_or(x);
		if (!arg)
			return false;
		if (++count > f->parameters)
			return refuse_at(x, arg->offset, "the function takes fewer arguments");
		if (!check_argument(x, f, arg))
			return false;
		*last = arg;
		last = &arg->next;
		lexer_space(x);
	}
	if (count < f->parameters)
		return refuse_at(x, call->offset, "the function takes more arguments");
	return !f->gives_truth || compile_pattern(x, call);
}

static struct path_expr *unknown_function(struct lexer *x, struct str name)
{
	const char *names[FUNCTIONS];
	for (size_t i = 0; i < FUNCTIONS; i++)
		names[i] = functions[i].name;
	const char *near = nearest_word(name, names, FUNCTIONS);
	lexer_fail(x, arena_printf(x->arena, "there is no function `%.*s`%s%s%s", STR_ARGS(name),
			      near ? "; did you mean `" : "", near ? near : "", near ? "`?" : ""));
	return NULL;
}

static struct path_expr *function_expr(struct lexer *x)
{
	struct path_expr *e = expr_new(x, EXPR_CALL);
	struct str name = lexer_function_name(x);
	if (!name.len || lexer_peek(x) != '(')
		return refuse_at(x, e->offset, "a query, a literal or a function is missing");
	size_t i = 0;
	while (i < FUNCTIONS && !str_is(name, functions[i].name))
		i++;
	if (i == FUNCTIONS) {
		x->at = e->offset;
		return unknown_function(x, name);
	}
	e->function = (enum path_function)i;
	x->at++;
	return arguments(x, e) ? e : NULL;
}

static struct path_expr *operand(struct lexer *x)
{
	char c = lexer_peek(x);
	if (c == '@' || c == '$')
		return filter_query(x);
	struct path_expr *e = expr_new(x, EXPR_LITERAL);
	if (c == '"' || c == '\'')
		return lexer_string(x, &e->literal) ? e : NULL;
	if (c == '-' || (c >= '0' && c <= '9'))
		return lexer_number(x, &e->literal) ? e : NULL;
	if (lexer_keyword(x, &e->literal))
		return e;
	return function_expr(x);
}

/* An operand where a truth value is needed. */
static struct path_expr *as_truth(struct lexer *x, struct path_expr *e)
{
	if (!e || e->kind < EXPR_LITERAL)
		return e;
	if (e->kind == EXPR_LITERAL)
		return refuse_at(x, e->offset, "a literal has to be compared with something");
	if (e->kind == EXPR_CALL && !functions[e->function].gives_truth)
		return refuse_at(
			x, e->offset, "the function's result has to be compared with something");
	e->kind = e->kind == EXPR_QUERY ? EXPR_EXISTS : EXPR_TEST;
	return e;
}

static bool check_comparable(struct lexer *x, struct path_expr *e)
{
	if (e->kind == EXPR_QUERY && !e->query->is_singular)
		return refuse_at(x, e->offset, "only a query for one node can be compared");
	if (e->kind == EXPR_CALL && functions[e->function].gives_truth)
		return refuse_at(x, e->offset, "the function's result cannot be compared");
	return true;
}

static struct path_expr *comparison(struct lexer *x, struct path_expr *left)
{
	static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">"};
	size_t before = x->at, i = 0;
	lexer_space(x);
	while (i < 6 && !lexer_take(x, signs[i]))
		i++;
	if (i == 6) {
		x->at = before;
		return left;
	}
	lexer_space(x);
	struct path_expr *right = operand(x);
	if (!right || !check_comparable(x, left) || !check_comparable(x, right))
		return NULL;
	struct path_expr *e = expr_new(x, EXPR_COMPARE);
	e->offset = left->offset;
	e->operator=(enum path_operator) i;
	e->parts = left;
	left->next = right;
	return e;
}

/* Its own node, so that `(@.a)` is a truth value and no query any more. */
static struct path_expr *paren(struct lexer *x)
{
	struct path_expr *e = expr_new(x, EXPR_PAREN);
	x->at++;
	lexer_space(x);
	e->parts = as_truth(x, logical_or(x));
	if (!e->parts)
		return NULL;
	lexer_space(x);
	return lexer_expect(x, ")", "`)` is missing") ? e : NULL;
}

static struct path_expr *basic(struct lexer *x)
{
	if (lexer_peek(x) == '(')
		return paren(x);
	if (lexer_peek(x) != '!') {
		struct path_expr *left = operand(x);
		return left ? comparison(x, left) : NULL;
	}
	struct path_expr *e = expr_new(x, EXPR_NOT);
	x->at++;
	lexer_space(x);
	e->parts = lexer_peek(x) == '(' ? paren(x) : as_truth(x, operand(x));
	return e->parts ? e : NULL;
}

/* `part` once or more with `sign` between. A single part stays what it is. */
static struct path_expr *chain(struct lexer *x, enum path_expr_kind kind, const char *sign,
	struct path_expr *(*part)(struct lexer *))
{
	struct path_expr *first = part(x), *last = first, *e = NULL;
	while (last) {
		size_t before = x->at;
		lexer_space(x);
		if (!lexer_take(x, sign)) {
			x->at = before;
			break;
		}
		if (!e) {
			e = expr_new(x, kind);
			e->offset = first->offset;
			e->parts = as_truth(x, first);
			if (!e->parts)
				return NULL;
		}
		lexer_space(x);
		struct path_expr *more = as_truth(x, part(x));
		last->next = more;
		last = more;
	}
	return !last ? NULL : e ? e : first;
}

static struct path_expr *logical_and(struct lexer *x)
{
	return chain(x, EXPR_AND, "&&", basic);
}

static struct path_expr *logical_or(struct lexer *x)
{
	if (++x->nesting > NESTING_MAX) {
		lexer_fail(x, "nested too deep");
		return NULL;
	}
	struct path_expr *e = chain(x, EXPR_OR, "||", logical_and);
	x->nesting--;
	return e;
}

/* ---- segments and selectors ----------------------------------------------------------------- */

/* An index, or a slice `start:end:step`, of which each part may be missing. */
static bool index_or_slice(struct lexer *x, struct path_selector *s)
{
	s->kind = SELECT_INDEX;
	s->step = 1;
	if (lexer_peek(x) != ':') {
		if (!lexer_index(x, &s->start))
			return false;
		s->has_start = true;
		size_t before = x->at;
		lexer_space(x);
		if (lexer_peek(x) != ':') {
			x->at = before;
			return true;
		}
	}
	x->at++;
	s->kind = SELECT_SLICE;
	size_t before = x->at;
	lexer_space(x);
	if (lexer_starts_index(x)) {
		if (!lexer_index(x, &s->end))
			return false;
		s->has_end = true;
		before = x->at;
		lexer_space(x);
	}
	if (!lexer_take(x, ":")) {
		x->at = before;
		return true;
	}
	before = x->at;
	lexer_space(x);
	if (lexer_starts_index(x))
		return lexer_index(x, &s->step);
	x->at = before;
	return true;
}

static bool selector(struct lexer *x, struct path_selector *s)
{
	struct value name;
	switch (lexer_peek(x)) {
	case '"':
	case '\'':
		s->kind = SELECT_NAME;
		if (!lexer_string(x, &name))
			return false;
		s->name = value_string(&name);
		return true;
	case '*':
		x->at++;
		s->kind = SELECT_ALL;
		return true;
	case '?':
		x->at++;
		s->kind = SELECT_FILTER;
		lexer_space(x);
		s->filter = as_truth(x, logical_or(x));
		return s->filter != NULL;
	default:
		if (lexer_peek(x) == ':' || lexer_starts_index(x))
			return index_or_slice(x, s);
		return lexer_fail(x, "a selector is missing: 'name', 0, 1:3, * or ?");
	}
}

static bool bracketed(struct lexer *x, struct path_segment *segment)
{
	struct path_selector **last = &segment->selectors;
	do {
		lexer_space(x);
		*last = arena_new(x->arena, struct path_selector);
		if (!selector(x, *last))
			return false;
		last = &(*last)->next;
		lexer_space(x);
	} while (lexer_take(x, ","));
	return lexer_expect(x, "]", "`,` or `]` is missing");
}

static bool segment(struct lexer *x, struct path_segment *s)
{
	s->is_descendant = lexer_take(x, "..");
	if (lexer_take(x, "[")) /* `[…]` or `..[…]` */
		return bracketed(x, s);
	if (!s->is_descendant)
		x->at++; /* the point */
	s->selectors = arena_new(x->arena, struct path_selector);
	if (lexer_take(x, "*")) {
		s->selectors->kind = SELECT_ALL;
		return true;
	}
	s->selectors->kind = SELECT_NAME;
	return lexer_member_name(x, &s->selectors->name);
}

static bool is_singular(const struct path_segment *s)
{
	return !s->is_descendant && !s->selectors->next &&
	       (s->selectors->kind == SELECT_NAME || s->selectors->kind == SELECT_INDEX);
}

static bool segments(struct lexer *x, struct path_query *query)
{
	struct path_segment **last = &query->segments;
	query->is_singular = true;
	for (;;) {
		size_t before = x->at;
		lexer_space(x);
		if (lexer_peek(x) != '.' && lexer_peek(x) != '[') {
			x->at = before;
			return true;
		}
		*last = arena_new(x->arena, struct path_segment);
		if (!segment(x, *last))
			return false;
		query->is_singular = query->is_singular && is_singular(*last);
		last = &(*last)->next;
	}
}

struct jsonpath *jsonpath_parse(
	struct arena *a, struct str query, const char **error, size_t *offset)
{
	struct jsonpath *path = arena_new(a, struct jsonpath);
	struct lexer x = {.arena = a, .text = query};
	bool is_good = lexer_start(&x) && lexer_expect(&x, "$", "a query starts with `$`") &&
		       segments(&x, &path->query);
	if (is_good && x.at < query.len)
		is_good = lexer_fail(&x, "the query should end here");
	*error = x.error;
	*offset = x.at;
	return is_good ? path : NULL;
}
