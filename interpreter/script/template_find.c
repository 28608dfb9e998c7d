/*
 * Where `${{ … }}` ends: at the first `}}` that is part of no string and closes no table.
 */
#include "script/template.h"

#include "script/expr_lex.h"

/* Behind the string whose quote is at `at`; SIZE_MAX when it is not closed on its line: then the
 * quote is a letter like any other, and the parser will have something to say about it. */
static size_t quoted_end(struct str text, size_t at)
{
	char quote = text.at[at++];
	for (; at < text.len && text.at[at] != '\n'; at++) {
		if (text.at[at] == '\\')
			at++;
		else if (text.at[at] == quote)
			return at + 1;
	}
	return SIZE_MAX;
}

static size_t string_end(struct str text, size_t at)
{
	size_t end;
	if (text.at[at] != '[')
		return quoted_end(text, at);
	size_t level = long_bracket_level(text, at);
	return level != SIZE_MAX && long_bracket_end(text, at, level, &end) ? end : SIZE_MAX;
}

/* Behind the `}}`, or SIZE_MAX. */
static size_t code_end(struct str text, size_t at)
{
	size_t braces = 0;
	while (at < text.len) {
		char c = text.at[at];
		size_t end = c == '"' || c == '\'' || c == '[' ? string_end(text, at) : SIZE_MAX;
		if (end != SIZE_MAX) {
			at = end;
			continue;
		}
		if (c == '}' && braces == 0 && at + 1 < text.len && text.at[at + 1] == '}')
			return at + 2;
		if (c == '}' && braces > 0)
			braces--;
		braces += c == '{';
		at++;
	}
	return SIZE_MAX;
}

/* A `{` too many swallows the end; the first `}}` is then a better guess than none. */
static size_t code_end_guess(struct str text, size_t at)
{
	size_t end = code_end(text, at);
	if (end != SIZE_MAX)
		return end;
	ptrdiff_t close = str_find(text, STR("}}"), at);
	ptrdiff_t line = str_find(text, STR("\n"), at);
	return close < 0 || (line >= 0 && line < close) ? SIZE_MAX : (size_t)close + 2;
}

bool template_find(struct str text, size_t from, struct template_mark *mark)
{
	ptrdiff_t at = str_find(text, STR("${{"), from);
	if (at < 0)
		return false;
	size_t start = (size_t)at, end;
	if (start > from && text.at[start - 1] == '$') {
		*mark = (struct template_mark){TEMPLATE_MARK_ESCAPE, start - 1, start + 3, {"", 0}};
		return true;
	}
	end = code_end_guess(text, start + 3);
	if (end == SIZE_MAX) {
		*mark = (struct template_mark){TEMPLATE_MARK_UNCLOSED, start, start + 3, {"", 0}};
		return true;
	}
	struct str code = {text.at + start + 3, end - 2 - (start + 3)};
	*mark = (struct template_mark){TEMPLATE_MARK_CODE, start, end, code};
	return true;
}
