/*
 * What authors write who have another language in their fingers, and what Lua calls it.
 */
#include "script/expr_lex.h"

#include "base/duration.h"
#include "script/expr_number.h"
#include "script/template.h"

static struct str rest_of(const struct lexer *l, size_t at)
{
	return (struct str){l->text.at + at, l->text.len - at};
}

static bool begins(const struct lexer *l, size_t at, const char *text)
{
	/* Mostly it does not, and that shows at the first byte. */
	return at < l->text.len && l->text.at[at] == text[0] &&
	       str_starts_with(rest_of(l, at), str_of(text));
}

/* ---- operators ------------------------------------------------------------------------------ */

static const struct slip {
	const char *theirs, *lua;
	uint8_t kind, op;
} operators[] = {
	{"&&", "and", TOKEN_AND, 0},
	{"||", "or", TOKEN_OR, 0},
	{"??", "or", TOKEN_OR, 0},
	{"===", "==", TOKEN_OPERATOR, OP_EQ},
	{"!==", "~=", TOKEN_OPERATOR, OP_NE},
	{"!=", "~=", TOKEN_OPERATOR, OP_NE},
	{"<>", "~=", TOKEN_OPERATOR, OP_NE},
	{"=>", ">=", TOKEN_OPERATOR, OP_GE},
	{"=<", "<=", TOKEN_OPERATOR, OP_LE},
	{"**", "^", TOKEN_OPERATOR, OP_POW},
	{"!", "not", TOKEN_NOT, 0},
	{"?.", ".", TOKEN_DOT, 0},
	{"->", ".", TOKEN_DOT, 0},
	{"\xe2\x89\xa0", "~=", TOKEN_OPERATOR, OP_NE}, /* the mathematicians' signs */
	{"\xe2\x89\xa4", "<=", TOKEN_OPERATOR, OP_LE},
	{"\xe2\x89\xa5", ">=", TOKEN_OPERATOR, OP_GE},
};

static bool is_word_char(const struct lexer *l, size_t at)
{
	return at < l->text.len && (is_lua_letter(l->text.at[at]) || is_lua_digit(l->text.at[at]));
}

/* The replacement with the spaces that a word needs where a sign needed none. */
const char *lex_spaced(struct lexer *l, size_t start, size_t len, const char *word)
{
	if (!is_lua_letter(word[0]))
		return word;
	bool is_before =
		start > 0 && !is_lua_space(l->text.at[start - 1]) && l->text.at[start - 1] != '(';
	bool is_behind = start + len < l->text.len && !is_lua_space(l->text.at[start + len]);
	return arena_printf(l->arena, "%s%s%s", is_before ? " " : "", word, is_behind ? " " : "");
}

static void tell_spelling(struct lexer *l, size_t start, size_t len, const char *lua)
{
	struct diagnostic *d = lex_tell(
		l, RB201, start, len, "`%.*s` is no operator of Lua", (int)len, l->text.at + start);
	diagnostic_hint(l->d, d, "write `%s`", lua);
	lex_fix(l, d, start, len, lex_spaced(l, start, len, lua));
}

bool slip_interpolation(struct lexer *l)
{
	struct template_mark mark;
	size_t start = l->at;
	if (!begins(l, start, "${{"))
		return false;
	if (!template_find(l->text, start, &mark) || mark.kind != TEMPLATE_MARK_CODE) {
		lex_tell(l, RB208, start, 3, "`${{` inside an expression, and not closed");
		lex_break(l);
		return false;
	}
	struct diagnostic *d = lex_tell(l, RB208, start, mark.end - start,
		"`${{ }}` inside an expression: it is one already");
	diagnostic_hint(l->d, d, "write the value itself");
	struct str code = str_trim(mark.code);
	lex_fix(l, d, start, mark.end - start, arena_printf(l->arena, "%.*s", STR_ARGS(code)));
	l->at += 3;
	l->skip_from = mark.end - 2;
	l->skip_to = mark.end;
	return true;
}

/* `$NAME` and `${NAME}` of a shell. */
static void slip_variable(struct lexer *l)
{
	size_t start = l->at, name = start + 1;
	bool is_braced = name < l->text.len && l->text.at[name] == '{';
	name += is_braced;
	size_t end = name;
	while (is_word_char(l, end))
		end++;
	size_t close = end + (is_braced && end < l->text.len && l->text.at[end] == '}');
	struct diagnostic *d = lex_tell(l, RB201, start, close > end ? close - start : end - start,
		"`$` is no sign of Lua");
	if (end > name && (!is_braced || close > end)) {
		const char *lua =
			arena_printf(l->arena, "env.%.*s", (int)(end - name), l->text.at + name);
		diagnostic_hint(l->d, d, "a variable of the environment is `%s`", lua);
		lex_fix(l, d, start, close - start, lua);
	}
	lex_break(l);
}

static void slip_change(struct lexer *l, size_t len)
{
	struct diagnostic *d = lex_tell(l, RB206, l->at, len,
		"`%.*s` changes a value; an expression only computes one", (int)len,
		l->text.at + l->at);
	diagnostic_hint(l->d, d, "write the sum itself: `x %c 1`", l->text.at[l->at]);
	lex_break(l);
}

/* `{a=~1}` is a table of Lua; what is matched against stands in quotes or slashes. */
static bool is_match(const struct lexer *l)
{
	size_t at = l->at + 2;
	while (at < l->text.len && l->text.at[at] == ' ')
		at++;
	return at < l->text.len && strchr("\"'/", l->text.at[at]);
}

static bool slip_match(struct lexer *l)
{
	struct diagnostic *d = lex_tell(l, RB201, l->at, 2, "`=~` is no operator of Lua");
	diagnostic_hint(l->d, d, "write `matches(text, pattern)`");
	lex_break(l);
	return true;
}

bool slip_space(struct lexer *l)
{
	if (!begins(l, l->at, "\xc2\xa0"))
		return false;
	struct diagnostic *d = lex_tell(l, RB201, l->at, 2, "a non-breaking space");
	lex_fix(l, d, l->at, 2, " ");
	l->at += 2;
	return true;
}

/* Letters that a word processor puts in place of quotes. */
static bool slip_typography(struct lexer *l)
{
	static const char *const quotes[] = {
		"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x98", "\xe2\x80\x99"};
	for (size_t i = 0; i < 4; i++) {
		if (!begins(l, l->at, quotes[i]))
			continue;
		struct diagnostic *d = lex_tell(l, RB201, l->at, 3,
			"`%s` is a typographic quote and begins no string", quotes[i]);
		diagnostic_hint(l->d, d, "write `%s`", i < 2 ? "\"" : "'");
		lex_fix(l, d, l->at, 3, i < 2 ? "\"" : "'");
		lex_break(l);
		return true;
	}
	return false;
}

/* What breaks the reading. */
static bool slip_hard(struct lexer *l)
{
	char c = l->text.at[l->at];
	if (c == '$') {
		slip_variable(l);
		return true;
	}
	if (c == '=' && begins(l, l->at, "=~") && is_match(l))
		return slip_match(l);
	if ((c == '+' || c == '-' || c == '*' || c == '/') && l->at + 1 < l->text.len) {
		char after = l->text.at[l->at + 1];
		if (after == '=' && !begins(l, l->at + 2, "="))
			slip_change(l, 2);
		else if (c == '+' && after == '+')
			slip_change(l, 2);
		return l->is_broken;
	}
	return (c & 0x80) && slip_typography(l);
}

bool slip_operator(struct lexer *l, struct token *t)
{
	static const char first[] = "&|?=!<*-+/$\xe2";
	char c = l->text.at[l->at];
	if (!c || !strchr(first, c))
		return false;
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		const struct slip *s = &operators[i];
		if (s->theirs[0] != c || !begins(l, l->at, s->theirs))
			continue;
		size_t len = strlen(s->theirs);
		tell_spelling(l, l->at, len, s->lua);
		l->at += len;
		t->kind = s->kind;
		t->op = s->op;
		return true;
	}
	return slip_hard(l);
}

/* ---- names ---------------------------------------------------------------------------------- */

static const struct word_slip {
	const char *theirs, *lua;
} words[] = {
	{"null", "nil"},
	{"NULL", "nil"},
	{"Null", "nil"},
	{"None", "nil"},
	{"none", "nil"},
	{"undefined", "nil"},
	{"Nil", "nil"},
	{"NIL", "nil"},
	{"True", "true"},
	{"TRUE", "true"},
	{"yes", "true"},
	{"Yes", "true"},
	{"YES", "true"},
	{"on", "true"},
	{"On", "true"},
	{"ON", "true"},
	{"False", "false"},
	{"FALSE", "false"},
	{"no", "false"},
	{"No", "false"},
	{"NO", "false"},
	{"off", "false"},
	{"Off", "false"},
	{"OFF", "false"},
	{"Not", "not"},
	{"NOT", "not"},
	{"And", "and"},
	{"AND", "and"},
	{"Or", "or"},
	{"OR", "or"},
};

static const char *lua_word(struct str word)
{
	if (word.len < 2 || word.len > 9 || !strchr("nNuTtyYoOFfA", word.at[0]))
		return NULL;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_is(word, words[i].theirs))
			return words[i].lua;
	}
	return NULL;
}

bool slip_word_operator(struct lexer *l, struct token *t)
{
	const char *lua = lua_word(token_text(l, t));
	return lua && (lua[0] == 'a' || lua[0] == 'o') && slip_name(l, t);
}

bool slip_name(struct lexer *l, struct token *t)
{
	struct str word = token_text(l, t);
	const char *lua = lua_word(word);
	if (!lua)
		return false;
	bool is_value = lua[0] == 't' || lua[0] == 'f' || str_is(str_of(lua), "nil");
	struct diagnostic *d = lex_tell(l, is_value ? RB202 : RB201, t->start, t->len,
		is_value ? "there is no `%.*s`" : "`%.*s` is no operator of Lua", STR_ARGS(word));
	diagnostic_hint(l->d, d, "write `%s`", lua);
	lex_fix(l, d, t->start, t->len, lua);
	switch (lua[0]) {
	case 'n':
		t->kind = is_value ? TOKEN_CONSTANT : TOKEN_NOT;
		t->constant = value_nil();
		break;
	case 'a':
		t->kind = TOKEN_AND;
		break;
	case 'o':
		t->kind = TOKEN_OR;
		break;
	default:
		t->kind = TOKEN_CONSTANT;
		t->constant = value_bool(lua[0] == 't');
	}
	return true;
}

/* ---- numbers -------------------------------------------------------------------------------- */

void slip_number(struct lexer *l, size_t start, size_t len)
{
	struct str word = {l->text.at + start, len};
	struct diagnostic *d =
		lex_tell(l, RB201, start, len, "`%.*s` is no number", STR_ARGS(word));
	int64_t amount;
	const char *why;
	if (duration_parse(word, &amount, &why)) {
		const char *lua = arena_printf(l->arena, "seconds(\"%.*s\")", STR_ARGS(word));
		diagnostic_hint(l->d, d, "a duration in seconds is `%s`", lua);
		lex_fix(l, d, start, len, lua);
	} else if (str_find(word, STR(".."), 0) > 0) {
		diagnostic_hint(l->d, d, "put spaces around `..` behind a number");
	} else if (str_find(word, STR("_"), 0) > 0) {
		diagnostic_hint(l->d, d, "digits are not grouped");
	} else {
		diagnostic_hint(l->d, d, "text stands in quotes");
	}
	lex_break(l);
}
