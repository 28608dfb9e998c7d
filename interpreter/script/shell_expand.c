/*
 * What begins with `$` in shell text: substitutions, arithmetic, variables.
 */
#include "script/shell_scan.h"

static const struct shell_refusal names_variable = {
	"the value would be the name of a variable", "write the variable's name in the script"};
static const struct shell_refusal odd_arithmetic = {
	"the value stands in quotes or behind a backslash in arithmetic",
	"write the value without quotes there"};

void scan_commands_in_parens(struct shell_scan *s)
{
	size_t from = s->at;
	scan_nested(s, STOP_PAREN);
	if (scan_more(s) && s->text.at[s->at] == ')')
		s->at++;
	else
		shell_unclosed(s, from);
}

/* `5-${{ n }}`: with -3 the signs would run together. */
static enum hole_form number_form(const struct shell_scan *s)
{
	char before = s->at ? s->text.at[s->at - 1] : ' ';
	return before == '-' || before == '+' ? FORM_SPACED : FORM_NUMBER;
}

/* One byte or expansion of arithmetic that is no bracket. */
static void scan_arithmetic_part(struct shell_scan *s, struct shell_word *w)
{
	switch (s->text.at[s->at]) {
	case HOLE:
		shell_place(s, NULL, number_form(s));
		break;
	case '$':
		scan_dollar(s, w, QUOTING_ARITHMETIC);
		break;
	case '`':
		scan_backquote(s, w, QUOTING_ARITHMETIC);
		break;
	case '\\':
		s->at++;
		shell_refuse_range(s, s->at, s->at + 1, &odd_arithmetic);
		if (scan_more(s) && s->text.at[s->at] != HOLE)
			s->at++;
		break;
	default:
		s->at++;
	}
}

/* Takes back what was placed from `from` on, for another reading. */
static void unplace(struct shell_scan *s, size_t from)
{
	for (size_t n = shell_first_hole(s, from); n < s->hole_count; n++) {
		struct shell_hole *h = &s->holes[n];
		h->is_placed = h->is_dropped = false;
		h->must_be_integer = h->may_be_flag = h->is_joined = false;
	}
}

bool scan_arithmetic(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at, quotes = 0, parens = 0, edits = s->edit_count;
	size_t holes = w->count, len = w->len;
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (c == ')' && !parens)
			break;
		parens += c == '(';
		parens -= c == ')';
		quotes += c == '\'';
		scan_arithmetic_part(s, w);
	}
	if (scan_peek(s, 0) == ')' && scan_peek(s, 1) == ')') {
		if (quotes)
			shell_refuse_range(s, from, s->at, &odd_arithmetic);
		s->at += 2;
		return true;
	}
	if (shell_burn(s, s->at - from))
		s->at = from;
	unplace(s, from);
	s->edit_count = edits;
	w->count = holes;
	w->len = len;
	return false;
}

void scan_subscript(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at, depth = 0;
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (c == ']' && !depth) {
			s->at++;
			return;
		}
		depth += c == '[';
		depth -= c == ']';
		scan_arithmetic_part(s, w);
	}
	shell_unclosed(s, from);
}

/* At the first parenthesis behind the `$`. */
static void scan_dollar_paren(struct shell_scan *s, struct shell_word *w)
{
	static const struct shell_refusal no_arithmetic = {
		"shells do not agree whether `$((` begins arithmetic here",
		"write `$( (` for a command"};
	size_t from = ++s->at, inner = shell_joined(s, from);
	if (inner >= s->end || s->text.at[inner] != '(') {
		scan_commands_in_parens(s);
		return;
	}
	s->at = inner + 1;
	if (scan_arithmetic(s, w))
		return;
	if (s->at == inner + 1) {
		s->at = from;
		scan_commands_in_parens(s);
	}
	shell_refuse_range(s, from, s->at, &no_arithmetic);
}

/* `$'…'`: POSIX did not have it until 2024, so where it ends depends on the shell when a
 * backslash is in it. */
static void scan_dollar_quote(struct shell_scan *s, struct shell_word *w)
{
	static const struct shell_refusal unclear = {
		"where the `$'…'` before it ends depends on the shell",
		"use `shell: bash`, or printf for the special characters"};
	if (s->is_bash) {
		scan_ansi(s, w);
		return;
	}
	word_add(s, w, '$');
	for (size_t at = s->at + 1; at < s->end && s->text.at[at] != '\''; at++)
		if (s->text.at[at] == '\\')
			shell_doubt(s, &unclear);
}

static void scan_variable(struct shell_scan *s, struct shell_word *w)
{
	char c = scan_peek(s, 0);
	if (is_name_start(c)) {
		while (is_name_char(scan_peek(s, 0)))
			s->at++;
	} else if (c && strchr("0123456789@*#?-$!", c)) {
		s->at++;
	} else {
		word_add(s, w, '$');
		return;
	}
	word_add(s, w, EXPANSION);
}

/* Behind the `$`. */
static void scan_expansion(struct shell_scan *s, struct shell_word *w, enum quoting q)
{
	switch (scan_peek(s, 0)) {
	case HOLE:
		shell_refuse_range(s, s->at, s->at + 1, &names_variable);
		break;
	case '(':
		word_add(s, w, EXPANSION);
		scan_dollar_paren(s, w);
		break;
	case '{':
		s->at++;
		word_add(s, w, EXPANSION);
		scan_braces(s, w, q);
		break;
	case '[':
		s->at++;
		word_add(s, w, EXPANSION);
		scan_subscript(s, w);
		break;
	case '\'':
		if (q == QUOTING_NONE)
			scan_dollar_quote(s, w);
		break;
	case '"':
		if (q == QUOTING_NONE && !s->is_bash) /* a `$` for some, nothing for others */
			word_add(s, w, EXPANSION);
		break;
	default:
		scan_variable(s, w);
	}
}

/* Of an expansion's inside, only the values in it are a part of the word. */
static void forget_inside(struct shell_word *w, size_t from)
{
	size_t len = from + 1;
	if (w->len <= len || w->text[from] != EXPANSION)
		return;
	for (size_t i = len; i < w->len; i++)
		if (w->text[i] == HOLE)
			w->text[len++] = HOLE;
	w->len = len;
}

void scan_dollar(struct shell_scan *s, struct shell_word *w, enum quoting q)
{
	if (!shell_enter(s))
		return;
	size_t from = w->len, dollar = s->at;
	s->at = shell_joined(s, s->at + 1);
	char next = scan_peek(s, 0);
	scan_expansion(s, w, q);
	forget_inside(w, from);
	if (q == QUOTING_NONE && !w->bare_len && (is_name_start(next) || next == '{')) {
		w->bare = dollar;
		w->bare_len = s->at - dollar;
	}
	s->depth--;
}
