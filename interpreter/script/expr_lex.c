#include "script/expr_lex.h"

#include "script/expr_number.h"

static char char_at(const struct lexer *l, size_t at)
{
	return at < l->text.len ? l->text.at[at] : '\0';
}

/* ---- telling -------------------------------------------------------------------------------- */

struct diagnostic *lex_tell(
	struct lexer *l, enum rule_id rule, size_t start, size_t len, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(l->arena, format, args);
	va_end(args);
	l->has_errors = true;
	return diagnose(l->d, rule, origin_span(l->origin, start, len), "%s", message);
}

void lex_fix(struct lexer *l, struct diagnostic *d, size_t start, size_t len, const char *text)
{
	/* Where the text is not what the file has, its bytes cannot be replaced one for one. */
	if (l->origin->is_exact)
		diagnostic_fix(l->d, d, origin_span(l->origin, start, len), text);
}

void lex_break(struct lexer *l)
{
	l->is_broken = true;
	l->has_errors = true;
	l->token = (struct token){.kind = TOKEN_END, .start = l->token.start};
}

struct str token_text(const struct lexer *l, const struct token *t)
{
	return (struct str){l->text.at + t->start, t->len};
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool skip_comment(struct lexer *l)
{
	size_t at = l->at + 2, end;
	size_t level = long_bracket_level(l->text, at);
	if (level != SIZE_MAX) {
		if (!long_bracket_end(l->text, at, level, &end)) {
			lex_tell(l, RB201, l->at, 4, "this long comment is not closed");
			lex_break(l);
			return false;
		}
		l->at = end;
		return true;
	}
	while (at < l->text.len && l->text.at[at] != '\n' && l->text.at[at] != '\r')
		at++;
	l->at = at;
	return true;
}

static bool skip_space(struct lexer *l)
{
	for (;;) {
		char c = char_at(l, l->at);
		if (l->at == l->skip_from && l->skip_to > l->skip_from)
			l->at = l->skip_to;
		else if (is_lua_space(c))
			l->at++;
		else if (c == '$' && slip_interpolation(l))
			continue;
		else if (c != '-' || char_at(l, l->at + 1) != '-')
			return true;
		else if (!skip_comment(l))
			return false;
	}
}

static const struct keyword {
	const char *word;
	enum token_kind kind;
} keywords[] = {
	{"and", TOKEN_AND},
	{"or", TOKEN_OR},
	{"not", TOKEN_NOT},
	{"nil", TOKEN_CONSTANT},
	{"true", TOKEN_CONSTANT},
	{"false", TOKEN_CONSTANT},
	{"break", TOKEN_KEYWORD},
	{"do", TOKEN_KEYWORD},
	{"else", TOKEN_KEYWORD},
	{"elseif", TOKEN_KEYWORD},
	{"end", TOKEN_KEYWORD},
	{"for", TOKEN_KEYWORD},
	{"function", TOKEN_KEYWORD},
	{"goto", TOKEN_KEYWORD},
	{"if", TOKEN_KEYWORD},
	{"in", TOKEN_KEYWORD},
	{"local", TOKEN_KEYWORD},
	{"repeat", TOKEN_KEYWORD},
	{"return", TOKEN_KEYWORD},
	{"then", TOKEN_KEYWORD},
	{"until", TOKEN_KEYWORD},
	{"while", TOKEN_KEYWORD},
};

static void lex_name(struct lexer *l, struct token *t)
{
	size_t end = l->at + 1;
	while (end < l->text.len &&
		(is_lua_letter(l->text.at[end]) || is_lua_digit(l->text.at[end])))
		end++;
	struct str word = {l->text.at + l->at, end - l->at};
	l->at = end;
	t->kind = TOKEN_NAME;
	if (word.len < 2 || word.len > 8)
		return;
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (keywords[i].word[0] != word.at[0] || !str_is(word, keywords[i].word))
			continue;
		t->kind = keywords[i].kind;
		if (t->kind == TOKEN_CONSTANT)
			t->constant =
				word.at[0] == 'n' ? value_nil() : value_bool(word.at[0] == 't');
		return;
	}
}

static void lex_number(struct lexer *l, struct token *t)
{
	size_t start = l->at, end = start;
	bool is_hex = char_at(l, start) == '0' && (char_at(l, start + 1) | 0x20) == 'x';
	char exponent = is_hex ? 'p' : 'e';
	for (; end < l->text.len; end++) {
		char c = l->text.at[end];
		bool is_sign = (c == '-' || c == '+') && end > start &&
			       (l->text.at[end - 1] | 0x20) == exponent;
		if (!is_lua_digit(c) && !is_lua_letter(c) && c != '.' && !is_sign)
			break;
	}
	t->kind = TOKEN_CONSTANT;
	l->at = end;
	if (!lua_numeral((struct str){l->text.at + start, end - start}, &t->constant))
		slip_number(l, start, end - start);
}

static const struct sign {
	char text[4];
	uint8_t kind, op;
} signs[] = {
	/* What is met most often comes first; of two with one first letter, the longer one. */
	{"..", TOKEN_OPERATOR, OP_CONCAT},
	{".", TOKEN_DOT, 0},
	{"(", TOKEN_OPEN, 0},
	{")", TOKEN_CLOSE, 0},
	{"==", TOKEN_OPERATOR, OP_EQ},
	{"=", TOKEN_ASSIGN, 0},
	{",", TOKEN_COMMA, 0},
	{"//", TOKEN_OPERATOR, OP_IDIV},
	{"/", TOKEN_OPERATOR, OP_DIV},
	{"~=", TOKEN_OPERATOR, OP_NE},
	{"~", TOKEN_OPERATOR, OP_BXOR},
	{"<<", TOKEN_OPERATOR, OP_SHL},
	{"<=", TOKEN_OPERATOR, OP_LE},
	{"<", TOKEN_OPERATOR, OP_LT},
	{">>", TOKEN_OPERATOR, OP_SHR},
	{">=", TOKEN_OPERATOR, OP_GE},
	{">", TOKEN_OPERATOR, OP_GT},
	{"+", TOKEN_OPERATOR, OP_ADD},
	{"-", TOKEN_OPERATOR, OP_SUB},
	{"*", TOKEN_OPERATOR, OP_MUL},
	{"%", TOKEN_OPERATOR, OP_MOD},
	{"^", TOKEN_OPERATOR, OP_POW},
	{"&", TOKEN_OPERATOR, OP_BAND},
	{"|", TOKEN_OPERATOR, OP_BOR},
	{"#", TOKEN_LENGTH, OP_LEN},
	{"[", TOKEN_OPEN_BRACKET, 0},
	{"]", TOKEN_CLOSE_BRACKET, 0},
	{"{", TOKEN_OPEN_BRACE, 0},
	{"}", TOKEN_CLOSE_BRACE, 0},
	{";", TOKEN_SEMICOLON, 0},
	{":", TOKEN_COLON, 0},
	{"?", TOKEN_QUESTION, 0},
};

/* The operators and signs that are Lua's own; false: none begins here. */
static bool lex_sign(struct lexer *l, struct token *t)
{
	char c = char_at(l, l->at), after = char_at(l, l->at + 1);
	/* `...` is one sign of Lua, and no expression takes it: `a...1` is not `a .. .1`. */
	if (c == '.' && after == '.' && char_at(l, l->at + 2) == '.')
		return false;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const struct sign *s = &signs[i];
		if (s->text[0] != c || (s->text[1] && s->text[1] != after))
			continue;
		t->kind = s->kind;
		t->op = s->op;
		l->at += s->text[1] ? 2 : 1;
		return true;
	}
	return false;
}

static void lex_word(struct lexer *l, struct token *t)
{
	char c = l->text.at[l->at];
	if (is_lua_letter(c))
		lex_name(l, t);
	else if (is_lua_digit(c) || (c == '.' && is_lua_digit(char_at(l, l->at + 1))))
		lex_number(l, t);
	else if (c == '"' || c == '\'')
		lex_string(l, t);
	else if (c == '[' && lex_long_string(l, t))
		return;
	else if (slip_operator(l, t) || l->is_broken)
		return;
	else if (!lex_sign(l, t)) {
		uint32_t code;
		struct str rest = {l->text.at + l->at, l->text.len - l->at};
		size_t len = utf8_decode(rest, &code);
		t->kind = TOKEN_OTHER;
		l->at += c == '.' ? 3 : len ? len : 1;
	}
}

void lex_next(struct lexer *l)
{
	l->before = l->token.start + l->token.len;
	l->token = (struct token){.kind = TOKEN_END, .start = (uint32_t)l->before};
	do {
		if (l->is_broken || !skip_space(l) || l->at >= l->text.len)
			return;
	} while (slip_space(l));
	struct token t = {.start = (uint32_t)l->at};
	lex_word(l, &t);
	if (l->is_broken)
		return;
	t.len = (uint32_t)(l->at - t.start);
	l->token = t;
}

char lex_peek(const struct lexer *l)
{
	size_t at = l->at;
	while (is_lua_space(char_at(l, at)))
		at++;
	/* `==` does not begin with an assignment. */
	char c = char_at(l, at);
	return c == '=' && char_at(l, at + 1) == '=' ? '~' : c;
}
