/*
 * Slips with brackets and braces.
 */
#include "source/yaml_private.h"

static bool starts_with(struct str text, size_t at, const char *what)
{
	return at <= text.len &&
	       str_starts_with((struct str){text.at + at, text.len - at}, str_of(what));
}

/* ---- braces of a template language ------------------------------------------------------------
 */

/* The end of `{{ … }}` on its line, and what is inside; 0: it does not end there. */
static size_t braces_end(struct str text, size_t at, struct str *inner)
{
	struct str line = {text.at, yaml_line_at(text, at).end};
	ptrdiff_t close = str_find(line, STR("}}"), at);
	if (close < 0)
		return 0;
	*inner = str_trim((struct str){text.at + at + 2, (size_t)close - at - 2});
	return (size_t)close + 2;
}

static bool is_plain_enough(struct str text)
{
	return text.len && !strchr("\"'[]{},&*!|>%@`#-?:", text.at[0]) &&
	       str_find(text, STR(": "), 0) < 0 && str_find(text, STR(" #"), 0) < 0;
}

bool yaml_explain_braces(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	size_t at = starts_with(f->text, f->at, "{{") ? f->at : line.value;
	if (at >= line.end || !starts_with(f->text, at, "{{") || (at && f->text.at[at - 1] == '$'))
		return false;
	struct str inner;
	size_t end = braces_end(f->text, at, &inner);
	if (!end)
		return false;
	struct span span = yaml_failure_span(f, at, end);
	struct diagnostic *x = diagnose(f->d, RB018, span, "`%.*s` reads as a map inside a map",
		(int)(end - at), f->text.at + at);
	if (yaml_is_guard_key(yaml_key_of(f->text, &line))) {
		diagnostic_hint(f->d, x, "guards need no braces: `%.*s`", STR_ARGS(inner));
		if (is_plain_enough(inner))
			diagnostic_fix(
				f->d, x, span, arena_printf(f->d->arena, "%.*s", STR_ARGS(inner)));
		return true;
	}
	diagnostic_hint(f->d, x, "interpolation is written `${{ %.*s }}`", STR_ARGS(inner));
	bool is_whole_value = at == line.value && is_plain_enough(inner);
	char *mended = arena_printf(f->d->arena, "${{ %.*s }}", STR_ARGS(inner));
	diagnostic_fix(f->d, x, span,
		is_whole_value ? mended : yaml_single_quoted(f->d->arena, str_of(mended)));
	return true;
}

/* `{ url: ${{ x }} }`: braces end plain text inside brackets. */
static bool explain_interpolation(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	size_t at = f->at;
	while (at > line.start && !starts_with(f->text, at, "${{"))
		at--;
	if (!starts_with(f->text, at, "${{") || f->at > at + 3)
		return false;
	struct str inner;
	size_t end = braces_end(f->text, at + 1, &inner);
	if (!end)
		return false;
	/* The plain text around belongs to the value: `a-${{ x }}/b`. */
	while (at > line.start && !strchr(" ,[{:", f->text.at[at - 1]))
		at--;
	while (end < line.end && !strchr(" ,]}", f->text.at[end]))
		end++;
	struct diagnostic *x = diagnose(f->d, RB008, yaml_failure_span(f, at, end),
		"`${{ }}` inside brackets has to be quoted");
	struct str whole = {f->text.at + at, end - at};
	char *quoted = yaml_single_quoted(f->d->arena, whole);
	diagnostic_hint(f->d, x, "write `%s`", quoted);
	diagnostic_fix(f->d, x, yaml_failure_span(f, at, end), quoted);
	return true;
}

/* ---- brackets that are not closed -------------------------------------------------------------
 */

/* A key or item below the bracket's line that is not deeper than that line: it cannot be inside. */
static bool find_outside(const struct yaml_failure *f, size_t bracket, struct yaml_line *line)
{
	struct yaml_line first = yaml_line_at(f->text, bracket);
	size_t indent = first.content - first.start;
	*line = first;
	while (yaml_line_next(f->text, line) && line->start <= f->at) {
		bool is_item = line->item > line->content;
		if (line->content - line->start <= indent &&
			(is_item || yaml_line_has_word(f->text, line)))
			return true;
		if (line->content - line->start <= yaml_line_indent(&first) && first.has_key &&
			yaml_line_has_word(f->text, line))
			return true;
	}
	return false;
}

static void report_open(const struct yaml_failure *f, size_t bracket)
{
	struct yaml_line line;
	char c = f->text.at[bracket];
	struct diagnostic *x;
	if (find_outside(f, bracket, &line)) {
		struct str key = line.has_key ? yaml_line_key(f->text, &line)
					      : yaml_word(f->text, line.content);
		x = diagnose(f->d, RB008, yaml_failure_span(f, bracket, bracket + 1),
			"`%c` opened here is not closed before `%.*s`", c, STR_ARGS(key));
		diagnostic_label(f->d, x,
			yaml_failure_span(f, line.item, line.has_key ? line.key_end : line.end),
			"the next key");
	} else {
		x = diagnose(f->d, RB008, yaml_failure_span(f, bracket, bracket + 1),
			"`%c` opened here is not closed", c);
	}
	diagnostic_hint(f->d, x, "add `%c`", c == '[' ? ']' : '}');
}

static bool explain_wrong_closer(const struct yaml_failure *f, size_t bracket)
{
	char open = f->text.at[bracket], c = f->text.at[f->at];
	if (!strchr("]}", c))
		return false;
	char wanted = open == '[' ? ']' : '}';
	if (c == wanted)
		return false;
	struct diagnostic *x = diagnose(f->d, RB008, yaml_failure_span(f, f->at, f->at + 1),
		"`%c` is closed by `%c`", open, c);
	diagnostic_label(f->d, x, yaml_failure_span(f, bracket, bracket + 1), "opened here");
	diagnostic_hint(f->d, x, "write `%c`", wanted);
	return true;
}

static bool explain_missing_comma(const struct yaml_failure *f, size_t bracket)
{
	struct str word = yaml_word(f->text, f->at);
	while (word.len > 1 && strchr("]},", word.at[word.len - 1]))
		word.len--;
	bool is_colon = f->text.at[f->at] == ':';
	struct diagnostic *x = diagnose(f->d, RB008, yaml_failure_span(f, f->at, f->at + word.len),
		is_colon ? "a second `:` in one entry" : "missing `,` before `%.*s`",
		STR_ARGS(word));
	diagnostic_label(f->d, x, yaml_failure_span(f, bracket, bracket + 1), "inside this `%c`",
		f->text.at[bracket]);
	diagnostic_hint(f->d, x,
		is_colon ? "put a `,` between entries, or quote the text"
			 : "put a `,` between entries, or quote text that has spaces");
	return true;
}

/* `name: [draft] release`, `] `: brackets where only text was meant. */
static bool explain_behind_bracket(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	if (f->bracket != SIZE_MAX || !yaml_problem_is(f, "expected key") ||
		line.value >= line.value_end)
		return false;
	char c = f->text.at[line.value];
	if (!strchr("[{", c) || f->at <= line.value)
		return false;
	struct diagnostic *x = diagnose(f->d, RB008,
		yaml_failure_span(f, f->at, line.value_end > f->at ? line.value_end : line.end),
		"text after a closing `%c`", c == '[' ? ']' : '}');
	yaml_hint_quote(f, x, &line);
	return true;
}

/* `a: ]`, `[, x]` */
static bool explain_stray(const struct yaml_failure *f)
{
	if (!yaml_problem_is(f, "node content") || f->at >= f->text.len)
		return false;
	char c = f->text.at[f->at];
	struct yaml_line line = yaml_line_at(f->text, f->at);
	struct diagnostic *x = diagnose(f->d, RB008, yaml_failure_span(f, f->at, f->at + 1),
		strchr("]}", c) ? "`%c` closes nothing" : "nothing stands before `%c`", c);
	if (f->bracket == SIZE_MAX && f->at == line.value)
		yaml_hint_quote(f, x, &line);
	else
		diagnostic_hint(f->d, x, "remove it, or quote the text if it belongs to it");
	return true;
}

bool yaml_explain_brackets(const struct yaml_failure *f)
{
	bool in_flow = yaml_context_is(f, "flow sequence") || yaml_context_is(f, "flow mapping");
	size_t bracket = in_flow ? f->context_at : f->bracket;
	if (bracket == SIZE_MAX)
		return explain_behind_bracket(f) || explain_stray(f);
	if (explain_interpolation(f))
		return true;
	struct yaml_line line;
	if (f->at >= f->text.len || find_outside(f, bracket, &line)) {
		report_open(f, bracket);
		return true;
	}
	if (!in_flow)
		return explain_wrong_closer(f, bracket) || explain_stray(f);
	return explain_wrong_closer(f, bracket) || explain_missing_comma(f, bracket);
}
