/*
 * Words of shell text, and the quotes in them.
 */
#include "script/shell_scan.h"

static const struct shell_refusal escaped = {
	"a backslash stands before the value", "remove the backslash: a value needs no escaping"};
static const struct shell_refusal in_backquotes = {
	"the value stands in backquotes, which the shell reads twice", "write `$( )` instead"};

/* Behind a backslash. */
static void scan_escape(struct shell_scan *s, struct shell_word *w)
{
	s->at++;
	if (!scan_more(s))
		return;
	if (s->text.at[s->at] == HOLE) {
		shell_refuse_range(s, s->at, s->at + 1, &escaped);
		return;
	}
	if (s->text.at[s->at] != '\n') {
		word_add(s, w, s->text.at[s->at]);
		w->is_quoted = true;
	}
	s->at++;
}

void scan_single(struct shell_scan *s, struct shell_word *w, enum hole_form form)
{
	size_t from = s->at++;
	w->is_quoted = true;
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (c == HOLE) {
			shell_place(s, w, form);
			continue;
		}
		s->at++;
		if (c == '\'')
			return;
		word_add(s, w, c);
	}
	shell_unclosed(s, from);
}

/* `$'…'`: at its quote. What an escape stands for does not matter to any rule. */
void scan_ansi(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at++;
	w->is_quoted = true;
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (c == HOLE) {
			shell_place(s, w, FORM_ANSI);
			continue;
		}
		if (c == '\\') {
			scan_escape(s, w);
			continue;
		}
		s->at++;
		if (c == '\'')
			return;
		word_add(s, w, c);
	}
	shell_unclosed(s, from);
}

/* One byte, escape or expansion inside double quotes. */
static void scan_double_part(struct shell_scan *s, struct shell_word *w)
{
	char c = s->text.at[s->at];
	if (c == HOLE) {
		shell_place(s, w, FORM_PLAIN);
	} else if (c == '$') {
		scan_dollar(s, w, QUOTING_DOUBLE);
	} else if (c == '`') {
		scan_backquote(s, w, QUOTING_DOUBLE);
	} else if (c == '\\') {
		char next = scan_peek(s, 1);
		if (next != HOLE && next != '\n' && !strchr("$`\"\\", next))
			word_add(s, w, c);
		scan_escape(s, w);
	} else {
		word_add(s, w, c);
		s->at++;
	}
}

void scan_double(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at++;
	w->is_quoted = true;
	while (scan_more(s)) {
		if (s->text.at[s->at] == '"') {
			s->at++;
			return;
		}
		scan_double_part(s, w);
	}
	shell_unclosed(s, from);
}

/* Where the backquote closes; *unescapes: backslashes in it are read twice. */
static size_t backquote_end(const struct shell_scan *s, enum quoting q, bool *unescapes)
{
	size_t at = s->at + 1;
	while (at < s->end && s->text.at[at] != '`') {
		if (s->text.at[at] == '\\' && at + 1 < s->end) {
			char next = s->text.at[at + 1];
			if (next == '$' || next == '`' || next == '\\' || next == HOLE ||
				(next == '"' && q != QUOTING_NONE))
				*unescapes = true;
			at++;
		}
		at++;
	}
	return at;
}

void scan_backquote(struct shell_scan *s, struct shell_word *w, enum quoting q)
{
	bool unescapes = q != QUOTING_NONE;
	size_t from = s->at, close = backquote_end(s, q, &unescapes), end = s->end;
	word_add(s, w, EXPANSION);
	if (close >= s->end) {
		shell_unclosed(s, from);
		s->at = s->end;
		return;
	}
	if (unescapes) {
		shell_refuse_range(s, from, close, &in_backquotes);
	} else {
		s->end = close;
		s->at++;
		scan_nested(s, STOP_END);
		s->end = end;
	}
	s->at = close + 1;
}

void scan_blanks(struct shell_scan *s)
{
	for (;;) {
		s->at = shell_joined(s, s->at);
		char c = scan_peek(s, 0);
		if (c == ' ' || c == '\t')
			s->at++;
		else
			break;
	}
	if (scan_peek(s, 0) != '#')
		return;
	size_t from = s->at;
	while (scan_more(s) && s->text.at[s->at] != '\n')
		s->at++;
	shell_drop_range(s, from, s->at);
}

/* `NAME=(…)`: its words are data, `[n]=` before one is computed. */
static void scan_array(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at++;
	bool was_quoted = w->is_quoted;
	word_add(s, w, '(');
	while (scan_more(s)) {
		scan_blanks(s);
		char c = scan_peek(s, 0);
		if (c == ')') {
			s->at++;
			w->is_quoted = was_quoted;
			return;
		}
		size_t before = s->at;
		if (c == '[') {
			s->at++;
			scan_subscript(s, w);
		} else {
			scan_word(s, w);
		}
		if (s->at == before && c != '\n')
			break; /* no array may hold it, and bash reads on in the next line */
		s->at += s->at == before;
	}
	shell_unclosed(s, from);
}

void scan_group(struct shell_scan *s, struct shell_word *w)
{
	size_t from = s->at;
	if (!shell_enter(s))
		return;
	while (scan_more(s) && s->text.at[s->at] != ')') {
		size_t before = s->at;
		scan_word(s, w);
		if (s->at == before && s->text.at[s->at] == '(') {
			s->at++;
			scan_group(s, w);
		} else if (s->at == before) {
			s->at++; /* `|`, a blank */
		}
	}
	s->depth--;
	if (!scan_more(s))
		shell_unclosed(s, from);
	s->at += scan_more(s);
}

/* A parenthesis in a word; false: it ends the word. */
static bool scan_word_paren(struct shell_scan *s, struct shell_word *w)
{
	if (!w->len || s->at == w->at)
		return false;
	char before = s->text.at[s->at - 1];
	if (s->is_bash && memchr("?*+@!", before, 5)) {
		s->at++;
		scan_group(s, w);
		return true;
	}
	if (before == '=' && word_assigns(w) == w->len - 1) {
		scan_array(s, w);
		return true;
	}
	return false;
}

/* One part of a word outside quotes; false: the word ends before it. */
static bool scan_word_part(struct shell_scan *s, struct shell_word *w)
{
	char c = s->text.at[s->at];
	switch (c) {
	case HOLE:
		shell_place(s, w, FORM_WORD);
		return true;
	case '\\':
		scan_escape(s, w);
		return true;
	case '\'':
		scan_single(s, w, FORM_SINGLE);
		return true;
	case '"':
		scan_double(s, w);
		return true;
	case '`':
		scan_backquote(s, w, QUOTING_NONE);
		return true;
	case '$':
		scan_dollar(s, w, QUOTING_NONE);
		return true;
	case '(':
		return scan_word_paren(s, w);
	case '<':
	case '>':
		if (scan_peek(s, 1) != '(')
			return false;
		word_add(s, w, EXPANSION);
		s->at += 2;
		scan_commands_in_parens(s);
		return true;
	case ' ':
	case '\t':
	case '\n':
	case ';':
	case '&':
	case '|':
	case ')':
		return false;
	default:
		word_add(s, w, c);
		s->at++;
		return true;
	}
}

/* Does an assignment's `]=` follow on this line? A bracket without one is a glob. The answer holds
 * up to where it was found, so that no line is searched twice. */
static bool is_subscript(struct shell_scan *s)
{
	size_t at = s->at + 1, end = s->text.len;
	if (at < s->searched_from || at >= s->searched_to) {
		s->searched_from = at;
		while (at + 1 < end && s->text.at[at] != '\n' &&
			(s->text.at[at] != ']' || !memchr("=+", s->text.at[at + 1], 2)))
			at++;
		s->searched_to = at;
	}
	return s->searched_to < s->end && s->text.at[s->searched_to] == ']';
}

/* `a[…]=`: bash computes what is in the brackets, which may have blanks. */
static bool scan_word_subscript(struct shell_scan *s, struct shell_word *w)
{
	if (scan_peek(s, 0) != '[' || !w->len || w->is_quoted || !is_name_start(w->text[0]))
		return false;
	for (size_t i = 1; i < w->len; i++)
		if (!is_name_char(w->text[i]))
			return false;
	if (!is_subscript(s))
		return false;
	word_add(s, w, '[');
	s->at++;
	scan_subscript(s, w);
	word_add(s, w, ']');
	return true;
}

void scan_word(struct shell_scan *s, struct shell_word *w)
{
	if (!w->len)
		w->at = s->at;
	while (scan_more(s))
		if (!scan_word_subscript(s, w) && !scan_word_part(s, w))
			break;
	w->end = s->at;
}
