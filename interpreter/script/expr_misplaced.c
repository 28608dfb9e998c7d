/*
 * What stands where the grammar has nothing like it: why, as far as that can be guessed.
 */
#include "script/expr_lex.h"

static const char *token_name(struct lexer *l, const struct token *t)
{
	if (t->kind == TOKEN_END)
		return "the end";
	struct str text = token_text(l, t);
	int len = text.len > 40 ? 40 : (int)text.len;
	return arena_printf(l->arena, "`%.*s`%s", len, text.at, text.len > 40 ? "…" : "");
}

/* ---- statements ----------------------------------------------------------------------------- */

static void tell_if(struct lexer *l, const struct token *t)
{
	struct diagnostic *d = lex_tell(
		l, RB206, t->start, t->len, "`if … then` is a statement; a guard is an expression");
	diagnostic_hint(l->d, d, "write only what has to hold, or `a and b or c` for a choice");
}

void slip_statement(struct lexer *l)
{
	struct token t = l->token;
	struct str word = token_text(l, &t);
	struct diagnostic *d;
	if (str_is(word, "if")) {
		tell_if(l, &t);
	} else if (str_is(word, "return")) {
		d = lex_tell(l, RB206, t.start, t.len, "`return` is a statement");
		diagnostic_hint(l->d, d, "write only the expression");
		bool has_more = l->at < l->text.len;
		lex_fix(l, d, t.start, t.len + has_more, "");
	} else if (str_is(word, "function")) {
		d = lex_tell(l, RB206, t.start, t.len, "a guard cannot define a function");
		diagnostic_hint(l->d, d, "put it into a file and name that with `lua:` at the top");
	} else if (str_is(word, "for") || str_is(word, "while") || str_is(word, "repeat")) {
		d = lex_tell(l, RB206, t.start, t.len, "a guard cannot have a loop");
		diagnostic_hint(l->d, d, "a loop belongs into a function of the `lua:` file");
	} else if (str_is(word, "local")) {
		d = lex_tell(l, RB206, t.start, t.len, "a guard cannot have variables");
		diagnostic_hint(l->d, d, "names for values go under `vars:`");
	} else {
		lex_tell(l, RB206, t.start, t.len, "`%.*s` belongs to a statement", STR_ARGS(word));
	}
	lex_break(l);
}

/* ---- an operand that is not there ----------------------------------------------------------- */

/* Without a place of its own, the end is shown as the word before it. */
static struct diagnostic *tell_wanted(struct lexer *l, const char *wanted)
{
	struct token t = l->token;
	size_t start = t.start, len = t.len;
	if (t.kind == TOKEN_END && l->before > 0) {
		start = l->before - 1;
		len = 1;
	}
	return lex_tell(l, RB201, start, len, "expected %s, found %s", wanted, token_name(l, &t));
}

static bool is_after_percent(const struct lexer *l)
{
	size_t at = l->before;
	return at > 1 && l->text.at[at - 1] == '%' && l->text.at[at - 2] >= '0' &&
	       l->text.at[at - 2] <= '9';
}

static void tell_operand(struct lexer *l)
{
	struct token t = l->token;
	struct diagnostic *d = tell_wanted(l, "a value");
	if (is_after_percent(l))
		diagnostic_hint(l->d, d, "a percentage is written as a fraction: `0.05` for 5 %%");
	else if (t.kind == TOKEN_OPERATOR && t.op == OP_ADD)
		diagnostic_hint(l->d, d, "Lua has no `+` before a number");
	else if (t.kind == TOKEN_OPEN_BRACKET)
		diagnostic_hint(l->d, d, "a list is written in braces: `{1, 2}`");
	else if (t.kind == TOKEN_DOT && l->before == 0)
		diagnostic_hint(l->d, d, "a field needs the name before the point: `json.ok`");
	else if (t.kind == TOKEN_OTHER && l->text.at[t.start] == '`')
		diagnostic_hint(l->d, d, "a string stands in `\"` or `'`");
}

void slip_operand(struct lexer *l)
{
	if (l->is_broken)
		return;
	if (l->token.kind == TOKEN_KEYWORD) {
		slip_statement(l);
		return;
	}
	tell_operand(l);
	lex_break(l);
}

/* ---- something behind the end --------------------------------------------------------------- */

static void tell_comma(struct lexer *l)
{
	struct token t = l->token;
	struct diagnostic *d =
		lex_tell(l, RB201, t.start, t.len, "only the first of several values would count");
	diagnostic_hint(l->d, d, "join conditions with `and`");
	lex_fix(l, d, t.start, t.len, " and");
}

static void tell_keyword(struct lexer *l)
{
	struct str word = token_text(l, &l->token);
	if (!str_is(word, "in")) {
		slip_statement(l);
		return;
	}
	struct diagnostic *d = lex_tell(l, RB201, l->token.start, 2, "`in` is no operator of Lua");
	diagnostic_hint(l->d, d, "write `contains(list, value)`");
}

static void tell_name(struct lexer *l)
{
	struct str word = token_text(l, &l->token);
	struct diagnostic *d = tell_wanted(l, "an operator or the end");
	if (str_is(word, "is"))
		diagnostic_hint(l->d, d, "equal is `==`, different is `~=`");
	else if (str_is(word, "contains") || str_is(word, "matches") || str_is(word, "startswith"))
		diagnostic_hint(l->d, d, "functions stand in front: `contains(a, b)`");
}

static void tell_rest(struct lexer *l)
{
	struct token t = l->token;
	struct str text = token_text(l, &t);
	struct diagnostic *d = tell_wanted(l, "an operator or the end");
	if (t.kind == TOKEN_COLON)
		diagnostic_hint(
			l->d, d, "a method of a literal needs parentheses: `(\"a\"):upper()`");
	if (t.kind != TOKEN_CONSTANT || text.len < 2 || text.at[0] != '.')
		return;
	const char *lua = arena_printf(l->arena, "[%.*s]", (int)text.len - 1, text.at + 1);
	diagnostic_hint(l->d, d, "an item of a list is `%s`", lua);
	lex_fix(l, d, t.start, t.len, lua);
}

void slip_end(struct lexer *l)
{
	if (l->is_broken)
		return;
	switch (l->token.kind) {
	case TOKEN_COMMA:
		tell_comma(l);
		break;
	case TOKEN_SEMICOLON:
		lex_tell(l, RB206, l->token.start, 1, "`;` ends a statement; a guard has none");
		break;
	case TOKEN_KEYWORD:
		tell_keyword(l);
		break;
	case TOKEN_QUESTION:
		slip_ternary(l);
		break;
	case TOKEN_NAME:
		tell_name(l);
		break;
	default:
		tell_rest(l);
	}
	lex_break(l);
}

/* ---- a ? b : c ------------------------------------------------------------------------------ */

static int nesting(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_OPEN:
	case TOKEN_OPEN_BRACKET:
	case TOKEN_OPEN_BRACE:
		return 1;
	case TOKEN_CLOSE:
	case TOKEN_CLOSE_BRACKET:
	case TOKEN_CLOSE_BRACE:
		return -1;
	default:
		return 0;
	}
}

/* The `:` that belongs to the `?`, or the end. */
static struct token find_colon(struct lexer *l)
{
	int depth = 0;
	for (;;) {
		lex_next(l);
		enum token_kind kind = l->token.kind;
		depth += nesting(kind);
		if (kind == TOKEN_END || depth < 0 || (kind == TOKEN_COLON && depth == 0))
			return l->token;
	}
}

void slip_ternary(struct lexer *l)
{
	struct token question = l->token;
	struct diagnostic *d = lex_tell(
		l, RB201, question.start, question.len, "`a ? b : c` is no expression of Lua");
	diagnostic_hint(l->d, d, "write `a and b or c`");
	struct token colon = find_colon(l);
	if (colon.kind == TOKEN_COLON) {
		lex_fix(l, d, question.start, question.len,
			lex_spaced(l, question.start, question.len, "and"));
		lex_fix(l, d, colon.start, colon.len, lex_spaced(l, colon.start, colon.len, "or"));
	}
	lex_break(l);
}
