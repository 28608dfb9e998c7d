/*
 * Slips in and around quotes, and characters that mean something to YAML at the start of a value.
 */
#include "source/yaml_private.h"

/* ---- quotes that are not closed ---------------------------------------------------------------
 */

/* The first line between two places that looks like `key:`. */
static bool find_key(struct str text, size_t from, size_t to, struct yaml_line *line)
{
	*line = yaml_line_at(text, from);
	while (yaml_line_next(text, line) && line->start < to) {
		if (yaml_line_has_word(text, line))
			return true;
	}
	return false;
}

static void report_open_quote(const struct yaml_failure *f, size_t from, size_t to)
{
	struct yaml_line line, first = yaml_line_at(f->text, from);
	char quote = f->text.at[from];
	bool has_key = find_key(f->text, from, to, &line);
	struct diagnostic *x;
	if (!has_key) {
		x = diagnose(f->d, RB007, yaml_failure_span(f, from, from + 1),
			"the `%c` opened here is not closed", quote);
	} else {
		struct str key = yaml_line_key(f->text, &line);
		x = diagnose(f->d, RB007, yaml_failure_span(f, from, from + 1),
			"the quote opened on line %zu swallowed `%.*s:`",
			source_place(f->reader->file, from).line, STR_ARGS(key));
		diagnostic_label(f->d, x, yaml_failure_span(f, line.item, line.key_end + 1),
			"read as part of the text");
	}
	if (to < f->text.len && to > from && f->text.at[to - 1] == quote)
		diagnostic_label(f->d, x, yaml_failure_span(f, to - 1, to), "closed only here");
	diagnostic_hint(f->d, x, "it is probably not closed: add `%c` at the end of line %zu",
		quote, source_place(f->reader->file, first.start).line);
}

static bool explain_open_quote(const struct yaml_failure *f)
{
	struct span s = f->reader->swallower;
	bool is_open =
		yaml_context_is(f, "quoted scalar") &&
		(yaml_problem_is(f, "end of stream") || yaml_problem_is(f, "document indicator"));
	size_t end = (size_t)s.start + s.len;
	bool is_near = s.len && f->at >= end && yaml_line_at(f->text, f->at).start < end;
	if (s.len && (is_near || f->reader->is_swallower_certain)) {
		report_open_quote(f, s.start, end);
		return true;
	}
	if (is_open)
		report_open_quote(f, f->context_at, f->text.len);
	return is_open;
}

/* ---- text behind a closing quote --------------------------------------------------------------
 */

/* `run: |` with the value on the next line. */
static void fix_to_block(
	const struct yaml_failure *f, struct diagnostic *x, const struct yaml_line *line)
{
	struct strbuf b = {0};
	strbuf_puts(&b, "|\n");
	for (size_t i = 0; i < yaml_line_indent(line) + 2; i++)
		strbuf_putc(&b, ' ');
	strbuf_add(&b, f->text.at + line->value, line->value_end - line->value);
	if (!line->is_cut)
		diagnostic_fix(f->d, x, yaml_failure_span(f, line->value, line->value_end), b.at);
	strbuf_release(&b);
}

/* `'don't'`: quotes inside have to be doubled. */
static bool hint_apostrophe(const struct yaml_failure *f, struct diagnostic *x,
	const struct yaml_line *line, size_t behind)
{
	size_t end = line->value_end;
	if (line->is_cut || f->text.at[line->value] != '\'' || f->text.at[behind] == ' ' ||
		f->text.at[end - 1] != '\'')
		return false;
	struct str inner = {f->text.at + line->value + 1, end - line->value - 2};
	diagnostic_hint(f->d, x, "inside single quotes a `'` is written twice: `''`");
	diagnostic_fix(f->d, x, yaml_failure_span(f, line->value, end),
		yaml_single_quoted(f->d->arena, inner));
	return true;
}

static bool explain_behind_quote(const struct yaml_failure *f)
{
	struct yaml_line line = yaml_line_at(f->text, f->at);
	if (f->bracket != SIZE_MAX || line.value >= line.value_end ||
		!strchr("\"'", f->text.at[line.value]))
		return false;
	size_t behind = yaml_quote_end(f->text, line.value, line.end);
	if (!behind || behind >= line.value_end || f->at < behind)
		return false;
	size_t at = behind;
	while (at < line.value_end && f->text.at[at] == ' ')
		at++;
	struct diagnostic *x = diagnose(f->d, RB007, yaml_failure_span(f, at, line.value_end),
		"text after a closing quote");
	struct str key = yaml_key_of(f->text, &line);
	if (hint_apostrophe(f, x, &line, behind))
		return true;
	yaml_hint_quote(f, x, &line);
	if (str_is(key, "run") && line.has_key) {
		diagnostic_hint(f->d, x, "put the script under `run: |`");
		x->fixes = NULL;
		fix_to_block(f, x, &line);
	}
	return true;
}

/* ---- escapes ----------------------------------------------------------------------------------
 */

/* Single quotes if nothing in the text needs double ones; otherwise the backslashes that YAML does
 * not know are doubled. */
static void fix_escapes(const struct yaml_failure *f, struct diagnostic *x)
{
	static const char known[] = "0abt\tnvfre \"/\\N_LPxuU\n\r";
	size_t start = f->context_at, end = yaml_quote_end(f->text, start, f->text.len);
	diagnostic_hint(f->d, x, "write `\\\\` for a backslash, or use single quotes");
	if (!end)
		return;
	bool has_known = memchr(f->text.at + start, '\n', end - start) != NULL;
	for (size_t i = start + 1; i + 1 < end; i++) {
		if (f->text.at[i] != '\\')
			continue;
		has_known |= strchr(known, f->text.at[i + 1]) != NULL;
		i++;
	}
	if (!has_known) {
		struct str inner = {f->text.at + start + 1, end - start - 2};
		diagnostic_hint(f->d, x, "in single quotes a backslash is only a backslash");
		diagnostic_fix(f->d, x, yaml_failure_span(f, start, end),
			yaml_single_quoted(f->d->arena, inner));
		return;
	}
	for (size_t i = start + 1; i + 1 < end; i++) {
		if (f->text.at[i] != '\\')
			continue;
		if (!strchr(known, f->text.at[i + 1]))
			diagnostic_fix(f->d, x, yaml_failure_span(f, i, i + 1), "\\\\");
		i++;
	}
}

static bool explain_escape(const struct yaml_failure *f)
{
	bool is_unknown = yaml_problem_is(f, "unknown escape");
	if (!is_unknown && !yaml_problem_is(f, "hexdecimal") && !yaml_problem_is(f, "escape code"))
		return false;
	/* Where digits are wrong, the mark is behind `\x`. */
	size_t at = is_unknown ? f->at : f->at - 2;
	size_t end = at + 2 < f->text.len ? at + 2 : f->text.len;
	while (end < f->text.len && ((unsigned char)f->text.at[end] & 0xC0) == 0x80)
		end++;
	struct diagnostic *x;
	if (is_unknown) {
		x = diagnose(f->d, RB009, yaml_failure_span(f, at, end),
			"`%.*s` is no escape of YAML", (int)(end - at), f->text.at + at);
		fix_escapes(f, x);
		return true;
	}
	char kind = f->text.at[at + 1];
	x = diagnose(f->d, RB009, yaml_failure_span(f, at, end),
		yaml_problem_is(f, "hexdecimal") ? "`\\%c` is not followed by %d hexadecimal digits"
						 : "`\\%c` with %d digits names no character",
		kind,
		kind == 'x'   ? 2
		: kind == 'u' ? 4
			      : 8);
	diagnostic_hint(f->d, x, "write `\\\\` for a backslash, or use single quotes");
	return true;
}

bool yaml_explain_quotes(const struct yaml_failure *f)
{
	return explain_open_quote(f) || explain_escape(f) || explain_behind_quote(f);
}

/* ---- characters at the start of a value -------------------------------------------------------
 */

/* Names the character and offers the whole value in quotes, where it is the value that starts. */
static void report_indicator(
	const struct yaml_failure *f, enum rule_id rule, size_t at, const char *what)
{
	struct yaml_line line = yaml_line_at(f->text, at);
	struct span span = yaml_failure_span(f, at, at + 1);
	struct diagnostic *x =
		f->text.at[at] == '`' ? diagnose(f->d, rule, span, "a backtick %s", what)
				      : diagnose(f->d, rule, span, "`%c` %s", f->text.at[at], what);
	if (f->bracket == SIZE_MAX && at == line.value)
		yaml_hint_quote(f, x, &line);
	else
		diagnostic_hint(f->d, x, "quote the text that starts with it");
}

static bool explain_start(const struct yaml_failure *f)
{
	if (!yaml_problem_is(f, "cannot start any token"))
		return false;
	char c = f->text.at[f->at];
	if (strchr("|>", c))
		report_indicator(
			f, RB010, f->at, "starts a block of text, which cannot stand in brackets");
	else
		report_indicator(f, RB010, f->at,
			c == '%' ? "cannot start a value" : "is reserved and cannot start a value");
	return true;
}

static bool explain_name(const struct yaml_failure *f)
{
	if (yaml_context_is(f, "an alias"))
		report_indicator(f, RB011, f->context_at, "starts an alias, and no name follows");
	else if (yaml_context_is(f, "an anchor"))
		report_indicator(f, RB011, f->context_at, "starts an anchor, and no name follows");
	else if (yaml_context_is(f, "a directive") || yaml_context_is(f, "directive"))
		report_indicator(f, RB010, f->context_at,
			"at the start of a line is reserved for directives");
	else if (yaml_context_is(f, " tag"))
		yaml_report_tag(f->reader, f->context_at);
	else if (yaml_problem_is(f, "tag handle"))
		yaml_report_tag(f->reader, f->at);
	else
		return false;
	return true;
}

static bool explain_block_header(const struct yaml_failure *f)
{
	if (!yaml_context_is(f, "block scalar"))
		return false;
	struct yaml_line line = yaml_line_at(f->text, f->context_at);
	char c = f->text.at[f->context_at];
	struct diagnostic *x;
	if (yaml_problem_is(f, "equal to 0")) {
		x = diagnose(f->d, RB004, yaml_failure_span(f, f->at, f->at + 1),
			"the indentation after `%c` cannot be 0", c);
		diagnostic_hint(f->d, x, "leave the number out");
		return true;
	}
	x = diagnose(f->d, RB004, yaml_failure_span(f, f->at, line.end),
		"text after `%c` on the same line", c);
	diagnostic_hint(f->d, x,
		"the text of a `%c` block starts on the next line, indented; quote the "
		"value if the `%c` belongs to it",
		c, c);
	return true;
}

static bool explain_item(const struct yaml_failure *f)
{
	struct diagnostic *x;
	if (yaml_problem_is(f, "block sequence entries")) {
		x = diagnose(f->d, RB004, yaml_failure_span(f, f->at, f->at + 1),
			"a list item cannot start behind a key");
		diagnostic_hint(f->d, x, "put `- ` on a line of its own, or quote the text");
		return true;
	}
	if (!yaml_problem_is(f, "mapping keys"))
		return false;
	report_indicator(f, RB010, f->at, "starts a complex key");
	return true;
}

bool yaml_explain_indicator(const struct yaml_failure *f)
{
	return explain_start(f) || explain_name(f) || explain_block_header(f) || explain_item(f);
}
