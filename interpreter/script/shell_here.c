/*
 * Here-documents: the operator queues one, the next newline is followed by the bodies.
 */
#include "script/shell_scan.h"

static const struct shell_refusal in_delimiter = {
	"the value stands in a here-document's delimiter", "write the delimiter in the script"};

/* The delimiter as a word without its quotes; nothing is expanded in it. */
static void scan_delimiter(struct shell_scan *s, struct shell_here *here)
{
	struct strbuf text = {0};
	here->at = s->at;
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (memchr(" \t\n;&|<>()", c, 10))
			break;
		s->at++;
		if (c == '\'' || c == '"') {
			here->is_quoted = true;
			while (scan_more(s) && s->text.at[s->at] != c)
				strbuf_putc(&text, s->text.at[s->at++]);
			s->at += scan_more(s);
		} else if (c == '\\' && scan_more(s)) {
			here->is_quoted = true;
			strbuf_putc(&text, s->text.at[s->at++]);
		} else {
			strbuf_putc(&text, c);
		}
	}
	here->len = s->at - here->at;
	here->delimiter = strbuf_take(&text, s->arena);
	strbuf_release(&text);
	shell_refuse_range(s, here->at, s->at, &in_delimiter);
}

void scan_here_operator(struct shell_scan *s, bool strip_tabs)
{
	s->here = shell_grow(s, s->here, s->here_count, &s->here_cap, sizeof *s->here);
	struct shell_here *here = &s->here[s->here_count++];
	*here = (struct shell_here){.strip_tabs = strip_tabs};
	for (;;) {
		s->at = shell_joined(s, s->at);
		if (scan_peek(s, 0) != ' ' && scan_peek(s, 0) != '\t')
			break;
		s->at++;
	}
	scan_delimiter(s, here);
}

static size_t line_end(const struct shell_scan *s, size_t at)
{
	const char *newline = memchr(s->text.at + at, '\n', s->end - at);
	return newline ? (size_t)(newline - s->text.at) : s->end;
}

/* A line that ends in an odd number of backslashes goes on in the next one. */
static bool is_continued(const struct shell_scan *s, size_t from, size_t end)
{
	size_t count = 0;
	while (end > from && s->text.at[--end] == '\\')
		count++;
	return count & 1;
}

/* `EOF)` inside `$( )` ends the here-document for some shells. */
static void doubt_delimiter(struct shell_scan *s, struct str line, struct str delimiter)
{
	static const struct shell_refusal why = {
		"where the here-document before it ends depends on the shell",
		"put its delimiter on a line of its own"};
	if (s->depth && str_starts_with(line, delimiter) && line.at[delimiter.len] == ')')
		shell_doubt(s, &why);
}

/* From s->at on; gives where the body ends and moves behind its delimiter. */
static size_t scan_here_end(struct shell_scan *s, const struct shell_here *here)
{
	bool joined = false;
	while (scan_more(s)) {
		size_t from = s->at, end = line_end(s, from), start = from;
		while (here->strip_tabs && start < end && s->text.at[start] == '\t')
			start++;
		struct str line = {s->text.at + start, end - start};
		s->at = end + (end < s->end);
		if (!joined && str_equal(line, here->delimiter))
			return from;
		if (!joined && line.len > here->delimiter.len)
			doubt_delimiter(s, line, here->delimiter);
		joined = !here->is_quoted && is_continued(s, from, end);
	}
	return s->end;
}

/* The holes and expansions of a body whose delimiter is not quoted. */
static void scan_here_text(struct shell_scan *s, struct shell_word *w)
{
	static const struct shell_refusal escaped = {
		"a backslash stands before the value", "remove the backslash, or double it"};
	while (scan_more(s)) {
		char c = s->text.at[s->at];
		if (c == HOLE) {
			shell_place(s, w, FORM_PLAIN);
		} else if (c == '$') {
			scan_dollar(s, w, QUOTING_HERE);
		} else if (c == '`') {
			scan_backquote(s, w, QUOTING_HERE);
		} else if (c == '\\') {
			s->at++;
			shell_refuse_range(s, s->at, s->at + 1, &escaped);
			if (scan_more(s) && s->text.at[s->at] != HOLE)
				s->at++;
		} else {
			s->at++;
		}
	}
}

static bool is_plain_delimiter(struct str d)
{
	for (size_t i = 0; i < d.len; i++)
		if (!is_name_char(d.at[i]) && d.at[i] != '-' && d.at[i] != '.')
			return false;
	return d.len > 0;
}

static struct shell_edit *add_edit(struct shell_scan *s)
{
	s->edits = shell_grow(s, s->edits, s->edit_count, &s->edit_cap, sizeof *s->edits);
	return &s->edits[s->edit_count++];
}

/* A quoted delimiter keeps the shell from filling in references, so its quotes go and the text is
 * escaped instead. */
static void unquote_here(
	struct shell_scan *s, struct shell_word *w, struct shell_here *here, size_t from)
{
	static const struct shell_refusal delimiter = {
		"the here-document's quoted delimiter has special characters",
		"use a plain word such as 'EOF'"};
	if (!is_plain_delimiter(here->delimiter))
		shell_refuse_range(s, from, s->end, &delimiter);
	*add_edit(s) = (struct shell_edit){here->at, here->len, here->delimiter, 0};
	*add_edit(s) = (struct shell_edit){.at = from, .escape_until = s->end};
	for (size_t n = shell_first_hole(s, from); n < s->hole_count && s->holes[n].at < s->end;
		n++) {
		s->at = s->holes[n].at;
		shell_place(s, w, FORM_PLAIN);
	}
}

static void scan_here_body(struct shell_scan *s, struct shell_here *here)
{
	static const struct shell_refusal feeds = {
		"the value would be part of a script that another shell reads",
		"pass it as an argument: `sh -s -- ${{ … }} <<'EOF'`, and use \"$1\""};
	struct shell_word w = {0};
	size_t from = s->at, to = scan_here_end(s, here), behind = s->at, end = s->end;
	s->at = from;
	s->end = to;
	if (here->feeds_shell)
		shell_refuse_range(s, from, to, &feeds);
	if (!here->is_quoted)
		scan_here_text(s, &w);
	else if (shell_has_hole(s, from, to))
		unquote_here(s, &w, here, from);
	s->end = end;
	s->at = behind;
}

void scan_here_bodies(struct shell_scan *s)
{
	struct shell_here *here = s->here;
	size_t count = s->here_count;
	s->here = NULL;
	s->here_count = s->here_cap = 0;
	for (size_t i = 0; i < count; i++)
		scan_here_body(s, &here[i]);
}
