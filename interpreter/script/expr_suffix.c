/*
 * What stands behind an operand: fields, items, calls and methods.
 */
#include "script/expr_parser.h"

#include "script/function.h"

/* ---- calls ---------------------------------------------------------------------------------- */

static bool begins_arguments(const struct token *t)
{
	return t->kind == TOKEN_OPEN || t->kind == TOKEN_OPEN_BRACE ||
	       (t->kind == TOKEN_CONSTANT && t->constant.kind == VALUE_STRING);
}

/* The rest of `( … )`, behind the opening one. */
static bool parse_arguments(struct parser *p, struct items *items, size_t open)
{
	if (parse_take(p, TOKEN_CLOSE))
		return true;
	do {
		struct expr *e = parse_binary(p, 0);
		if (!e || !parse_items_add(p, items, (struct table_item){NULL, e}))
			return false;
	} while (parse_take(p, TOKEN_COMMA));
	return parse_close(p, TOKEN_CLOSE, ")", open);
}

/* `( … )`, or one string or table without parentheses. */
static bool parse_call_arguments(struct parser *p, struct expr *call)
{
	struct items items = {0};
	size_t open = p->lexer.token.start;
	if (parse_take(p, TOKEN_OPEN)) {
		if (!parse_arguments(p, &items, open))
			return false;
	} else {
		struct expr *e = parse_binary(p, 100); /* binds tighter than every operator */
		if (!e || !parse_items_add(p, &items, (struct table_item){NULL, e}))
			return false;
	}
	call->count = (uint16_t)items.count;
	call->arguments = arena_array(p->lexer.arena, items.count, sizeof *call->arguments);
	for (size_t i = 0; i < items.count; i++) {
		call->arguments[i] = items.at[i].value;
		parse_deepen(call, items.at[i].value);
	}
	return true;
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void check_count(struct parser *p, const struct expr *call)
{
	const struct function *f = call->function;
	if (call->count >= f->min_args && (f->max_args == 255 || call->count <= f->max_args))
		return;
	bool is_few = call->count < f->min_args;
	unsigned wanted = is_few ? f->min_args : f->max_args;
	const char *bound = f->min_args == f->max_args ? "" : is_few ? "at least " : "at most ";
	struct diagnostic *d = lex_tell(&p->lexer, RB205, call->start, call->len,
		"`%s` takes %s%u argument%s, not %u", f->name, bound, wanted, plural(wanted),
		(unsigned)call->count);
	if (f->signature)
		diagnostic_hint(p->lexer.d, d, "`%s`", f->signature);
}

/* `len` or `math.floor`; anything else cannot be called, `math["floor"]` neither. */
static bool callee_name(struct parser *p, const struct expr *callee, struct str *name)
{
	if (!callee->in_parens && callee->kind == EXPR_NAME) {
		*name = callee->name;
		return true;
	}
	if (callee->in_parens || callee->kind != EXPR_FIELD || callee->object->kind != EXPR_NAME ||
		p->lexer.text.at[callee->start + callee->len - 1] == ']')
		return false;
	struct str library = callee->object->name, field = callee->name;
	char *text = arena_alloc(p->lexer.arena, library.len + field.len + 2);
	memcpy(text, library.at, library.len);
	text[library.len] = '.';
	memcpy(text + library.len + 1, field.at, field.len);
	*name = (struct str){text, library.len + 1 + field.len};
	return true;
}

static struct expr *parse_call(struct parser *p, struct expr *callee)
{
	struct expr *e = parse_node(p, EXPR_CALL, callee->start);
	if (!callee_name(p, callee, &e->name)) {
		struct diagnostic *d = lex_tell(&p->lexer, RB206, callee->start, callee->len,
			"only functions can be called, by their name");
		diagnostic_hint(p->lexer.d, d, "put an operator between the two");
		lex_break(&p->lexer);
		return NULL;
	}
	if (!parse_call_arguments(p, e) || !parse_finish(p, e))
		return NULL;
	e->function = function_find(e->name);
	if (e->function)
		check_count(p, e);
	return e;
}

/* ---- fields, items, methods ----------------------------------------------------------------- */

/* A word of Lua cannot be a name, but it can be a key. */
static void tell_keyword_field(struct lexer *l, size_t dot)
{
	struct str word = token_text(l, &l->token);
	struct diagnostic *d = lex_tell(l, RB201, l->token.start, l->token.len,
		"`%.*s` is a word of Lua and cannot stand behind a point", STR_ARGS(word));
	const char *lua = arena_printf(l->arena, "[\"%.*s\"]", STR_ARGS(word));
	diagnostic_hint(l->d, d, "write `%s`", lua);
	lex_fix(l, d, dot, l->token.start + l->token.len - dot, lua);
}

/* A name behind `.` or `:`. */
static bool parse_name(struct parser *p, struct str *name)
{
	struct lexer *l = &p->lexer;
	size_t dot = l->token.start;
	lex_next(l);
	enum token_kind kind = l->token.kind;
	if (kind == TOKEN_NAME) {
		*name = token_text(l, &l->token);
		lex_next(l);
		return true;
	}
	if (l->is_broken)
		return false;
	struct str word = token_text(l, &l->token);
	bool is_word = word.len > 1 && word.at[0] >= 'a' && word.at[0] <= 'z';
	if (is_word && l->text.at[dot] == '.')
		tell_keyword_field(l, dot);
	else
		lex_tell(l, RB201, dot, 1, "expected a name behind `%c`", l->text.at[dot]);
	lex_break(l);
	return false;
}

static bool is_library(const struct expr *e)
{
	static const char *const names[] = {"math", "string", "table", "utf8"};
	if (e->kind != EXPR_NAME || e->in_parens)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (str_is(e->name, names[i]))
			return true;
	}
	return false;
}

static struct expr *parse_field(struct parser *p, struct expr *object)
{
	struct expr *e = parse_node(p, EXPR_FIELD, object->start);
	e->object = object;
	parse_deepen(e, object);
	if (!parse_name(p, &e->name) || !parse_finish(p, e))
		return NULL;
	struct str name;
	struct value constant;
	if (is_library(object) && !begins_arguments(&p->lexer.token) && callee_name(p, e, &name) &&
		library_constant(name, &constant)) {
		e->kind = EXPR_CONSTANT;
		e->constant = constant;
		e->depth = 1;
	}
	return e;
}

static void check_index(struct parser *p, const struct expr *left, const struct expr *key)
{
	struct lexer *l = &p->lexer;
	/* Entry 0 of a match is the whole of it. */
	if (key->kind != EXPR_CONSTANT || key->constant.kind != VALUE_INT ||
		key->constant.integer > 0 ||
		(left->kind == EXPR_CALL && key->constant.integer == 0))
		return;
	bool is_zero = key->constant.integer == 0;
	struct diagnostic *d = lex_tell(l, RB203, key->start, key->len,
		is_zero ? "lists start at 1" : "no list has an item before its first");
	if (!is_zero) {
		diagnostic_hint(l->d, d, "the last item is `list[#list]`");
		return;
	}
	diagnostic_hint(l->d, d, "the first item is `[1]`; an entry of that name is `[\"0\"]`");
	lex_fix(l, d, key->start, key->len, "1");
}

static struct expr *parse_index(struct parser *p, struct expr *left)
{
	size_t open = p->lexer.token.start;
	lex_next(&p->lexer);
	struct expr *key = parse_binary(p, 0);
	if (!key || !parse_close(p, TOKEN_CLOSE_BRACKET, "]", open))
		return NULL;
	bool is_field = key->kind == EXPR_CONSTANT && key->constant.kind == VALUE_STRING;
	struct expr *e = parse_node(p, is_field ? EXPR_FIELD : EXPR_INDEX, left->start);
	parse_deepen(e, left);
	parse_deepen(e, key);
	if (is_field) {
		e->object = left;
		e->name = value_string(&key->constant);
	} else {
		e->left = left;
		e->right = key;
		check_index(p, left, key);
	}
	return parse_finish(p, e);
}

static struct expr *parse_method(struct parser *p, struct expr *object)
{
	struct expr *e = parse_node(p, EXPR_METHOD, object->start);
	e->object = object;
	parse_deepen(e, object);
	if (!parse_name(p, &e->name))
		return NULL;
	if (!begins_arguments(&p->lexer.token)) {
		struct lexer *l = &p->lexer;
		if (!l->is_broken) {
			struct diagnostic *d =
				lex_tell(l, RB201, l->before - 1, 1, "a method has to be called");
			diagnostic_hint(l->d, d, "write `:%.*s()`, or `.%.*s` for a field",
				STR_ARGS(e->name), STR_ARGS(e->name));
		}
		lex_break(l);
		return NULL;
	}
	if (!parse_call_arguments(p, e))
		return NULL;
	return parse_finish(p, e);
}

struct expr *parse_suffixes(struct parser *p, struct expr *e)
{
	while (e) {
		switch (p->lexer.token.kind) {
		case TOKEN_DOT:
			e = parse_field(p, e);
			break;
		case TOKEN_OPEN_BRACKET:
			e = parse_index(p, e);
			break;
		case TOKEN_COLON:
			e = parse_method(p, e);
			break;
		default:
			if (!begins_arguments(&p->lexer.token))
				return e;
			e = parse_call(p, e);
		}
	}
	return e;
}
