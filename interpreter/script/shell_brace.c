/*
 * `${…}`: the parameter, the operator, and the word behind it, which has quoting rules of its own.
 */
#include "script/shell_scan.h"

enum brace_kind {
	BRACE_VALUE,	   /* :- - :? ? :+ + */
	BRACE_ASSIGN,	   /* := = */
	BRACE_PATTERN,	   /* # ## % %% ^ ^^ , ,, */
	BRACE_REPLACE,	   /* the pattern of / // /# /% */
	BRACE_REPLACEMENT, /* and what stands for it */
	BRACE_SUBSTRING,   /* :offset:length */
	BRACE_REFUSE,	   /* @x, and what is no expansion at all */
};

static const struct shell_refusal odd_quotes = {
	"quotes inside `${…}` inside quotes are read differently by different shells",
	"put the value in a variable first"};
static const struct shell_refusal is_split = {
	"the shell would split the result of this `${…}` into words",
	"put double quotes around it"};
static const struct shell_refusal no_place = {
	"the value stands in a part of `${…}` that is no text",
	"put the value in a variable first and use that"};

/* The quotes are lost with the assignment or the replacement, and the result is split. */
static bool loses_quotes(enum brace_kind kind, enum quoting q)
{
	return q == QUOTING_NONE && (kind == BRACE_ASSIGN || kind == BRACE_REPLACEMENT);
}

/* How a hole in the operator's word is written, or why it cannot be. */
static const struct shell_refusal *brace_form(
	enum brace_kind kind, enum quoting q, enum hole_form *form)
{
	*form = FORM_WORD;
	if (loses_quotes(kind, q))
		return &is_split;
	switch (kind) {
	case BRACE_VALUE:
	case BRACE_ASSIGN:
		if (q == QUOTING_DOUBLE || q == QUOTING_HERE)
			*form = FORM_PLAIN;
		else if (q == QUOTING_ARITHMETIC)
			*form = FORM_NUMBER;
		return NULL;
	case BRACE_PATTERN: /* quotes quote here, also inside double quotes */
	case BRACE_REPLACE:
	case BRACE_REPLACEMENT:
		return q == QUOTING_NONE || q == QUOTING_DOUBLE ? NULL : &no_place;
	case BRACE_SUBSTRING:
		*form = FORM_NUMBER;
		return NULL;
	default:
		return &no_place;
	}
}

static void place_in_braces(
	struct shell_scan *s, struct shell_word *w, enum brace_kind kind, enum quoting q)
{
	enum hole_form form;
	const struct shell_refusal *why = brace_form(kind, q, &form);
	if (why)
		shell_refuse_range(s, s->at, s->at + 1, why);
	shell_place(s, form == FORM_NUMBER ? NULL : w, form);
}

static bool is_value(enum brace_kind kind)
{
	return kind == BRACE_VALUE || kind == BRACE_ASSIGN;
}

/* A quoted part of the word. Inside double quotes its holes are refused, except in a pattern. */
static void scan_brace_quotes(
	struct shell_scan *s, struct shell_word *w, enum brace_kind kind, enum quoting q)
{
	size_t from = s->at;
	if (s->text.at[from] == '"')
		scan_double(s, w);
	else
		scan_single(s, w, FORM_SINGLE);
	bool is_odd = q != QUOTING_NONE && (is_value(kind) || q != QUOTING_DOUBLE);
	if (is_odd || kind == BRACE_SUBSTRING || kind == BRACE_REFUSE)
		shell_refuse_range(s, from, s->at, &odd_quotes);
	if (loses_quotes(kind, q))
		shell_refuse_range(s, from, s->at, &is_split);
}

static void scan_brace_part(
	struct shell_scan *s, struct shell_word *w, enum brace_kind kind, enum quoting q)
{
	static const struct shell_refusal escaped = {"a backslash stands before the value",
		"remove the backslash: a value needs no escaping"};
	char c = s->text.at[s->at];
	if (c == HOLE) {
		place_in_braces(s, w, kind, q);
	} else if (c == '\\') {
		s->at++;
		shell_refuse_range(s, s->at, s->at + 1, &escaped);
		if (scan_more(s) && s->text.at[s->at] != HOLE)
			s->at++;
	} else if (c == '"' || (c == '\'' && (q == QUOTING_NONE || !is_value(kind)))) {
		scan_brace_quotes(s, w, kind, q);
	} else if (c == '$') {
		scan_dollar(s, w, q);
	} else if (c == '`') {
		scan_backquote(s, w, q);
	} else {
		s->at++;
	}
}

static void scan_brace_word(
	struct shell_scan *s, struct shell_word *w, enum brace_kind kind, enum quoting q)
{
	size_t from = s->at;
	while (scan_more(s)) {
		if (s->text.at[s->at] == '}') {
			s->at++;
			return;
		}
		if (kind == BRACE_REPLACE && s->text.at[s->at] == '/')
			kind = BRACE_REPLACEMENT;
		scan_brace_part(s, w, kind, q);
	}
	shell_unclosed(s, from);
}

/* At the operator. */
static enum brace_kind brace_kind(struct shell_scan *s)
{
	char c = scan_peek(s, 0), next = scan_peek(s, 1);
	if (c == ':' && next && strchr("-=?+", next)) {
		s->at += 2;
		return next == '=' ? BRACE_ASSIGN : BRACE_VALUE;
	}
	if (c == '}')
		return BRACE_VALUE;
	s->at += c != HOLE && scan_more(s);
	switch (c) {
	case '=':
		return BRACE_ASSIGN;
	case '-':
	case '?':
	case '+':
		return BRACE_VALUE;
	case '#':
	case '%':
		s->at += next == c;
		return BRACE_PATTERN;
	case '^':
	case ',':
		s->at += next == c;
		return s->is_bash ? BRACE_PATTERN : BRACE_REFUSE;
	case '/':
		s->at += next == '/';
		return s->is_bash ? BRACE_REPLACE : BRACE_REFUSE;
	case ':':
		return s->is_bash ? BRACE_SUBSTRING : BRACE_REFUSE;
	default:
		return BRACE_REFUSE;
	}
}

/* The name; false: a value stands in it, or there is none. */
static bool scan_parameter(struct shell_scan *s, struct shell_word *w)
{
	char c = scan_peek(s, 0), next = scan_peek(s, 1);
	bool is_length =
		c == '#' &&
		(is_name_char(next) || (next && strchr("@*#?-$!", next) && scan_peek(s, 2) == '}'));
	if (is_length || (c == '!' && is_name_start(next)))
		c = s->text.at[++s->at];
	size_t from = s->at;
	while (is_name_char(scan_peek(s, 0)))
		s->at++;
	if (s->at == from && c && strchr("@*#?-$!", c))
		s->at++;
	if (s->at == from || scan_peek(s, 0) == HOLE)
		return false;
	if (scan_peek(s, 0) == '[') {
		s->at++;
		scan_subscript(s, w);
	}
	return true;
}

void scan_braces(struct shell_scan *s, struct shell_word *w, enum quoting q)
{
	static const struct shell_refusal named = {"the value would be the name of a variable",
		"write the variable's name in the script"};
	size_t from = s->at;
	bool has_name = scan_parameter(s, w);
	enum brace_kind kind = has_name ? brace_kind(s) : BRACE_REFUSE;
	if (!has_name)
		shell_refuse_range(s, s->at, s->at + 1, &named);
	scan_brace_word(s, w, kind, q);
	if (has_name && kind == BRACE_REFUSE)
		shell_refuse_range(s, from, s->at, &no_place);
}
