/*
 * libyaml says where it gave up; the author wants to know what they did. The answer is looked for
 * in the text itself, from the certain signs (a tab, a foreign space) to the general ones.
 */
#include "source/yaml_private.h"

void yaml_hint_quote(
	const struct yaml_failure *f, struct diagnostic *x, const struct yaml_line *line)
{
	struct str value = {f->text.at + line->value, line->value_end - line->value};
	char *quoted = yaml_single_quoted(f->d->arena, value);
	diagnostic_hint(f->d, x, "quote it: `%.*s%s", value.len > 60 ? 40 : (int)strlen(quoted),
		quoted, value.len > 60 ? "…`" : "`");
	if (value.len && !line->is_cut)
		diagnostic_fix(f->d, x, yaml_failure_span(f, line->value, line->value_end), quoted);
}

/* ---- white space ------------------------------------------------------------------------------
 */

/* Where a tab-indented line belongs: beside the key above it, or two deeper if that has no value.
 */
static size_t wanted_indent(struct str text, const struct yaml_line *line)
{
	struct yaml_line above = *line;
	if (!yaml_line_previous(text, &above))
		return 0;
	size_t indent = yaml_line_indent(&above);
	return above.has_key && above.value == above.value_end ? indent + 2 : indent;
}

static size_t count_indent(struct str text, const struct yaml_line *line, char c)
{
	size_t count = 0;
	for (size_t i = line->start; i < line->content; i++)
		count += text.at[i] == c;
	return count;
}

/* The whole run of lines that are indented with tabs; a tab more is two spaces more. */
static void fix_tabs(const struct yaml_failure *f, struct diagnostic *x, struct yaml_line line)
{
	size_t first = 2 * count_indent(f->text, &line, '\t') + count_indent(f->text, &line, ' ');
	size_t base = wanted_indent(f->text, &line);
	for (size_t lines = 0; lines < 100; lines++) {
		size_t tabs = count_indent(f->text, &line, '\t');
		if (!tabs)
			return;
		size_t width = base + 2 * tabs + count_indent(f->text, &line, ' ');
		width = width > first ? width - first : 0;
		char *spaces = arena_alloc(f->d->arena, width + 1);
		memset(spaces, ' ', width);
		diagnostic_fix(f->d, x, yaml_failure_span(f, line.start, line.content), spaces);
		if (!yaml_line_next(f->text, &line))
			return;
	}
}

static bool explain_tab(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	if (yaml_problem_is(f, "tab character") && f->text.at[f->at] != '\t')
		line = yaml_line_at(f->text, f->context_at);
	const char *tab = memchr(f->text.at + line.start, '\t', line.content - line.start);
	if (!tab || (f->bracket != SIZE_MAX && !yaml_problem_is(f, "tab character")))
		return false;
	size_t at = (size_t)(tab - f->text.at), end = at;
	while (end < line.content && f->text.at[end] == '\t')
		end++;
	struct diagnostic *x = diagnose(
		f->d, RB005, yaml_failure_span(f, at, end), "a tab is used for indentation");
	diagnostic_hint(f->d, x, "use spaces: YAML does not take tabs there");
	fix_tabs(f, x, line);
	return true;
}

static bool odd_space_between(const struct yaml_failure *f, size_t at, size_t end)
{
	for (; at < end; at++) {
		size_t n = yaml_odd_space(f->text, at);
		if (!n)
			continue;
		struct yaml_line line = yaml_line_at(f->text, at);
		bool is_indent = at <= line.content;
		struct diagnostic *x = diagnose(f->d, RB006, yaml_failure_span(f, at, at + n),
			is_indent ? "a non-breaking space is used for indentation"
				  : "a non-breaking space stands where YAML needs a plain one");
		diagnostic_hint(f->d, x, "replace it with a space");
		diagnostic_fix(f->d, x, yaml_failure_span(f, at, at + n), " ");
		return true;
	}
	return false;
}

/* In the indentation, and behind a dash or a colon, on the line itself or the one above. */
static bool explain_odd_space(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	for (int i = 0; i < 2; i++) {
		size_t at = line.item;
		if (odd_space_between(f, at, at + 1 < line.end ? at + 1 : line.end))
			return true;
		while (at < line.end && f->text.at[at] != ':')
			at++;
		if (at + 1 < line.end && odd_space_between(f, at + 1, at + 2))
			return true;
		if (!yaml_line_previous(f->text, &line))
			return false;
	}
	return false;
}

/* ---- bytes that no text has -------------------------------------------------------------------
 */

static bool explain_bytes(const struct yaml_failure *f)
{
	struct diagnostic *x;
	size_t bad;
	if (yaml_problem_is(f, "control characters")) {
		uint32_t code = 0;
		struct str rest = {f->text.at + f->at, f->text.len - f->at};
		size_t n = utf8_decode(rest, &code);
		x = diagnose(f->d, RB002, yaml_failure_span(f, f->at, f->at + n),
			"%s U+%04X at byte %zu is not allowed in YAML",
			code ? "control character" : "NUL byte", code, f->at + 1);
		diagnostic_hint(f->d, x, "in double quotes it can be written as `\\u%04X`", code);
		return true;
	}
	if (utf8_valid(f->text, &bad))
		return false;
	unsigned char byte = (unsigned char)f->text.at[bad];
	x = diagnose(f->d, RB002, yaml_failure_span(f, bad, bad + 1),
		"not UTF-8: byte 0x%02X at byte %zu", byte, bad + 1);
	diagnostic_hint(f->d, x, "save the file as UTF-8");
	return true;
}

/* ---- structure --------------------------------------------------------------------------------
 */

static struct span key_span(const struct yaml_failure *f, const struct yaml_line *line)
{
	return yaml_failure_span(f, line->item, line->has_key ? line->key_end : line->end);
}

/* `-id: a`, here or on the line above, which then swallowed this one. */
static bool explain_dash(const struct yaml_failure *f, struct yaml_line line)
{
	for (int i = 0; i < 2; i++) {
		size_t at = line.item;
		bool is_dash = at + 1 < line.end && f->text.at[at] == '-' && line.has_key &&
			       f->text.at[at + 1] != '-' && f->text.at[at + 1] != ' ';
		if (is_dash) {
			struct str key = yaml_line_key(f->text, &line);
			struct diagnostic *x =
				diagnose(f->d, RB017, yaml_failure_span(f, at, at + 1),
					"missing space after the dash of `%.*s`", STR_ARGS(key));
			diagnostic_hint(f->d, x, "a list item begins with `- `: `- %.*s:`",
				(int)key.len - 1, key.at + 1);
			diagnostic_fix(f->d, x, yaml_failure_span(f, at, at + 1), "- ");
			return true;
		}
		if (!yaml_line_previous(f->text, &line))
			return false;
	}
	return false;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* `timeout:30s`: a word, a colon, and the value without a space; URLs are something else. */
static size_t glued_colon(struct str text, const struct yaml_line *line)
{
	size_t at = line->item;
	while (at < line->end && is_word_char(text.at[at]))
		at++;
	bool is_glued = at > line->item && at + 1 < line->end && text.at[at] == ':' &&
			text.at[at + 1] != ' ' && text.at[at + 1] != '/' && text.at[at + 1] != ':';
	return is_glued ? at : 0;
}

static bool explain_glued(const struct yaml_failure *f, struct yaml_line line)
{
	for (int i = 0; i < 2; i++) {
		size_t colon = line.has_key ? 0 : glued_colon(f->text, &line);
		if (colon) {
			struct diagnostic *x =
				diagnose(f->d, RB017, yaml_failure_span(f, line.item, colon + 1),
					"missing space after `%.*s:`", (int)(colon - line.item),
					f->text.at + line.item);
			diagnostic_hint(f->d, x, "write `%.*s: %.*s`", (int)(colon - line.item),
				f->text.at + line.item, STR_ARGS(yaml_word(f->text, colon + 1)));
			diagnostic_fix(f->d, x, yaml_failure_span(f, colon, colon + 1), ": ");
			return true;
		}
		if (!yaml_line_previous(f->text, &line))
			return false;
	}
	return false;
}

static bool opens_block(struct str text, const struct yaml_line *line)
{
	if (line->value >= line->value_end || !strchr("|>", text.at[line->value]))
		return false;
	for (size_t i = line->value + 1; i < line->value_end; i++) {
		if (!strchr("+-123456789", text.at[i]))
			return false;
	}
	return true;
}

/* A line of a `|` block that stands left of the block's first line. */
static bool explain_block_dedent(const struct yaml_failure *f, const struct yaml_line *line)
{
	size_t indent = line->content - line->start;
	struct yaml_line at = *line, first = *line;
	while (yaml_line_previous(f->text, &at)) {
		if (opens_block(f->text, &at))
			break;
		/* What is not deeper than this line is not in a block above it. */
		if (at.content - at.start <= indent)
			return false;
		first = at;
	}
	if (!opens_block(f->text, &at) || at.content - at.start >= indent ||
		first.start == line->start)
		return false;
	size_t wanted = first.content - first.start;
	struct diagnostic *x = diagnose(f->d, RB006,
		yaml_failure_span(f, line->content,
			line->value_end > line->content ? line->value_end : line->end),
		"line %zu is left of the text block it belongs to",
		source_place(f->reader->file, line->start).line);
	diagnostic_label(f->d, x, yaml_failure_span(f, first.content, first.end),
		"the first line is indented by %zu, the other one by %zu", wanted, indent);
	diagnostic_hint(f->d, x, "indent the whole block by at least %zu", wanted);
	return true;
}

/* The nearest line above that this one could be a sibling of: a key that is not deeper than the
 * nearest one above. */
static bool find_sibling(struct str text, const struct yaml_line *line, struct yaml_line *sibling)
{
	*sibling = *line;
	size_t indent = yaml_line_indent(line);
	struct yaml_line at = *line, best = {0};
	bool is_found = false;
	while (yaml_line_previous(text, &at)) {
		size_t its = yaml_line_indent(&at);
		if (at.has_key && (!is_found || its < yaml_line_indent(&best))) {
			best = at;
			is_found = true;
		}
		if (its <= indent)
			break;
	}
	/* Looking past deeper lines found the parent: the sibling is its first child. */
	if (is_found && yaml_line_indent(&best) < indent && best.value == best.value_end) {
		at = best;
		if (yaml_line_next(text, &at) && at.start < line->start && at.has_key)
			best = at;
	}
	*sibling = best;
	return is_found && yaml_line_indent(&best) != indent;
}

static bool explain_indent(const struct yaml_failure *f, const struct yaml_line *line)
{
	struct yaml_line sibling;
	if (!line->has_key || !find_sibling(f->text, line, &sibling))
		return false;
	struct str key = yaml_line_key(f->text, line), other = yaml_line_key(f->text, &sibling);
	size_t indent = yaml_line_indent(line), wanted = yaml_line_indent(&sibling);
	struct diagnostic *x = diagnose(f->d, RB006, key_span(f, line),
		"`%.*s` is indented by %zu, its sibling `%.*s` by %zu", STR_ARGS(key), indent,
		STR_ARGS(other), wanted);
	diagnostic_label(f->d, x, key_span(f, &sibling), "indented by %zu", wanted);
	diagnostic_hint(f->d, x, "keys of one mapping start in the same column");
	return true;
}

/* `- a` among keys, or a key among items. */
static bool explain_mixture(const struct yaml_failure *f, const struct yaml_line *line)
{
	bool is_item = line->item > line->content ||
		       (line->content < line->end && f->text.at[line->content] == '-');
	bool in_list = yaml_problem_is(f, "'-' indicator");
	if (!(is_item && yaml_problem_is(f, "expected key")) && !(in_list && line->has_key))
		return false;
	struct yaml_line first = yaml_line_at(f->text, f->context_at);
	/* Between the dash and the keys behind it: one of those keys, and not quite below them. */
	if (in_list && yaml_line_indent(line) > f->context_at - first.start &&
		explain_indent(f, line))
		return true;
	struct diagnostic *x = diagnose(f->d, RB006,
		yaml_failure_span(f, line->content, line->value_end),
		in_list ? "a key stands among list items" : "a list item stands among keys");
	diagnostic_label(f->d, x, yaml_failure_span(f, f->context_at, first.end),
		in_list ? "the list starts here" : "the mapping starts here");
	diagnostic_hint(f->d, x,
		in_list ? "indent it like the keys of the item, or like the list's own key"
			: "a list stands under its key: `name:`, then the items");
	return true;
}

/* Text that is neither a key nor the continuation of anything. */
static bool explain_no_key(const struct yaml_failure *f, size_t at)
{
	struct yaml_line line = yaml_line_at(f->text, at), above = line;
	if (at >= line.end)
		return false;
	size_t end = line.value_end > at ? line.value_end : line.end;
	struct str word = {f->text.at + at, end - at};
	if (word.len > 40)
		word = yaml_word(f->text, at);
	struct diagnostic *x;
	if (*word.at == ':')
		x = diagnose(f->d, RB004, yaml_failure_span(f, at, at + 1),
			"the key before `:` is missing");
	else
		x = diagnose(f->d, RB004, yaml_failure_span(f, at, end),
			strchr("]}", *word.at) ? "`%.*s` closes nothing"
					       : "`%.*s` is not followed by `: `",
			STR_ARGS(word));
	bool is_script =
		yaml_line_previous(f->text, &above) && str_is(yaml_key_of(f->text, &above), "run");
	diagnostic_hint(f->d, x, "%s",
		is_script ? "a script of several lines goes under `run: |`, indented"
			  : "expected `key: value`; text of several lines goes under `key: |`, "
			    "indented");
	return true;
}

/* `: ` in the middle of text. When it is the colon of this line's first word, the line was meant as
 * a key, and what is wrong is its indentation or the line above. */
static bool explain_colon(const struct yaml_failure *f, const struct yaml_line *line)
{
	if (!yaml_problem_is(f, "mapping values"))
		return false;
	if (line->has_key && line->key_end == f->at) {
		struct yaml_line above = *line;
		return explain_indent(f, line) ||
		       (yaml_line_previous(f->text, &above) && explain_no_key(f, above.item));
	}
	struct diagnostic *x = diagnose(f->d, RB017, yaml_failure_span(f, f->at, f->at + 1),
		"`: ` inside plain text starts a mapping");
	struct str key = yaml_key_of(f->text, line);
	if (f->bracket == SIZE_MAX && line->has_key && line->value < f->at)
		yaml_hint_quote(f, x, line);
	if (yaml_is_guard_key(key) || !key.len)
		diagnostic_hint(f->d, x, "quote the whole value");
	else
		diagnostic_hint(
			f->d, x, "quote the text, or put it under `%.*s: |`", STR_ARGS(key));
	return true;
}

static bool explain_structure(const struct yaml_failure *f)
{
	if (!yaml_problem_is(f, "expected key") && !yaml_problem_is(f, "'-' indicator") &&
		!yaml_problem_is(f, "mapping values") && !yaml_problem_is(f, "expected ':'") &&
		!yaml_problem_is(f, "<document start>"))
		return false;
	struct yaml_line line =
		yaml_line_at(f->text, yaml_context_is(f, "simple key") ? f->context_at : f->at);
	if (explain_dash(f, line) || explain_glued(f, line) || explain_colon(f, &line) ||
		explain_block_dedent(f, &line) || explain_mixture(f, &line))
		return true;
	return (line.content == f->at && explain_indent(f, &line)) ||
	       explain_no_key(f, yaml_context_is(f, "simple key") ? f->context_at : f->at);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* What nobody has thought of is at least at the right place, in libyaml's words. */
static void explain_plainly(const struct yaml_failure *f)
{
	size_t end = f->at + yaml_word(f->text, f->at < f->text.len ? f->at : f->text.len).len;
	struct diagnostic *x =
		diagnose(f->d, RB004, yaml_failure_span(f, f->at, end), "%s", f->problem);
	if (*f->context && f->context_at != f->at)
		diagnostic_label(f->d, x, yaml_failure_span(f, f->context_at, f->context_at + 1),
			"%s", f->context);
}

void yaml_explain(const struct yaml_failure *f)
{
	static bool (*const reasons[])(const struct yaml_failure *) = {
		explain_bytes,
		yaml_explain_quotes,
		explain_tab,
		explain_odd_space,
		yaml_explain_braces,
		yaml_explain_brackets,
		yaml_explain_indicator,
		explain_structure,
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i](f))
			return;
	}
	explain_plainly(f);
}
