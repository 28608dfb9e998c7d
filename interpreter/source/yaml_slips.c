/*
 * What parses as YAML and is still not what its author meant, or not what the language takes.
 */
#include "source/yaml_private.h"

#include "source/yaml_line.h"

/* Looking for the reason costs a look at the lines around; not for what is not kept anyway. */
static bool is_full(const struct yaml_reader *r)
{
	return r->d->count == DIAGNOSTICS_MAX;
}

/* ---- tags -------------------------------------------------------------------------------------
 */

static void explain_tag(struct yaml_reader *r, struct diagnostic *x, size_t at, struct str tag)
{
	struct str text = r->file->text;
	struct yaml_line line = yaml_line_at(text, at);
	struct str rest = {text.at + at + 1, line.value_end > at ? line.value_end - at - 1 : 0};
	size_t blanks = 0;
	while (blanks < rest.len && rest.at[blanks] == ' ')
		blanks++;
	rest = (struct str){rest.at + blanks, rest.len - blanks};
	if (rest.len && rest.at[0] != '!' && yaml_is_guard_key(yaml_key_of(text, &line))) {
		diagnostic_hint(r->d, x, "in guards `not` is spelled out: `not %.*s`",
			(int)(rest.len < 60 ? rest.len : yaml_word(rest, 0).len), rest.at);
		diagnostic_fix(r->d, x, yaml_span(r, at, at + 1 + blanks), "not ");
	} else if (str_starts_with(tag, STR("!!"))) {
		diagnostic_hint(r->d, x,
			"the type follows from how a value is written; quote it to make "
			"it a string");
	} else {
		diagnostic_hint(r->d, x, "if the `!` is part of the text, quote the whole value");
	}
}

void yaml_report_tag(struct yaml_reader *r, size_t at)
{
	struct str tag = yaml_word(r->file->text, at);
	struct diagnostic *x = diagnose(r->d, RB012, yaml_span(r, at, at + tag.len),
		"`%.*s` is a YAML tag, and runbooks have none", STR_ARGS(tag));
	if (!is_full(r))
		explain_tag(r, x, at, tag);
}

/* ---- keys -------------------------------------------------------------------------------------
 */

/* `{{ x }}`: a map whose key is a map, to YAML. */
static bool report_braces(struct yaml_reader *r, const struct yaml_frame *map, size_t at)
{
	if (!map->is_flow || at != (size_t)map->start + 1 || r->file->text.at[at] != '{')
		return false;
	struct yaml_failure f = {.reader = r,
		.d = r->d,
		.text = r->file->text,
		.at = map->start,
		.bracket = SIZE_MAX};
	return yaml_explain_braces(&f);
}

void yaml_report_key_start(struct yaml_reader *r, const struct yaml_frame *map, size_t at)
{
	if (!is_full(r) && report_braces(r, map, at))
		return;
	struct str text = r->file->text;
	char c = at < text.len ? text.at[at] : '\0';
	struct span span = yaml_span(r, at, at + 1);
	struct diagnostic *x;
	if (c == '*') {
		span = yaml_span(r, at, at + yaml_word(text, at).len);
		x = diagnose(r->d, RB018, span, "an alias cannot be a key");
		diagnostic_hint(r->d, x, "write the key itself; to merge a mapping: `<<: *name`");
	} else if (c == '&') {
		span = yaml_span(r, at, at + yaml_word(text, at).len);
		x = diagnose(r->d, RB018, span, "a key cannot have an anchor");
		diagnostic_hint(r->d, x, "put the anchor behind the colon, on the value");
	} else if (c == '[' || c == '{') {
		x = diagnose(r->d, RB018, span, "a %s cannot be a key", c == '[' ? "list" : "map");
		diagnostic_hint(r->d, x,
			"keys are plain words; quote the text if the `%c` belongs to it", c);
	} else if (c == '|' || c == '>') {
		x = diagnose(r->d, RB018, span, "a block of text cannot be a key");
		diagnostic_hint(r->d, x, "keys are plain words");
	} else if (c == ':') {
		x = diagnose(r->d, RB018, span, "the key before `:` is missing");
		diagnostic_hint(r->d, x, "keys are plain words: `name: value`");
	} else {
		x = diagnose(r->d, RB018, span, "this key is no plain word");
		diagnostic_hint(r->d, x, "keys are plain words: `name: value`");
	}
}

bool yaml_check_key(struct yaml_reader *r, struct span key)
{
	struct str text = r->file->text;
	const char *at = text.at + key.start;
	if ((unsigned char)*at >= 0x80 && yaml_odd_space(text, key.start)) {
		size_t end = key.start, n = 0;
		while (end < key.start + key.len &&
			((n = yaml_odd_space(text, end)) || text.at[end] == ' '))
			end += n ? n : 1;
		struct span span = yaml_span(r, key.start, end);
		struct diagnostic *x =
			diagnose(r->d, RB006, span, "a non-breaking space is used for indentation");
		diagnostic_hint(r->d, x, "indent with plain spaces");
		/* As many spaces as characters. */
		char spaces[64] = "";
		size_t count = 0;
		for (size_t i = key.start; i < end && count + 1 < sizeof spaces; i++)
			if (((unsigned char)text.at[i] & 0xC0) != 0x80)
				spaces[count++] = ' ';
		diagnostic_fix(r->d, x, span, spaces);
		return false;
	}
	return true;
}

bool yaml_hint_dash(struct diagnostics *d, struct diagnostic *to, struct str key, struct span span)
{
	if (key.len < 2 || key.at[0] != '-' || key.at[1] == '-')
		return false;
	span.len = 1;
	diagnostic_hint(d, to, "missing space after the dash: `- %.*s:` begins a list item",
		(int)key.len - 1, key.at + 1);
	diagnostic_fix(d, to, span, "- ");
	return true;
}

/* ---- around the document ----------------------------------------------------------------------
 */

static bool report_utf16(struct yaml_reader *r, struct str text)
{
	if (text.len < 2)
		return false;
	bool has_mark = memcmp(text.at, "\xFF\xFE", 2) == 0 || memcmp(text.at, "\xFE\xFF", 2) == 0;
	/* Without a mark: every other byte of ASCII text is NUL. */
	bool has_nuls =
		text.len >= 4 && ((!text.at[0] && !text.at[2]) || (!text.at[1] && !text.at[3]));
	if (!has_mark && !has_nuls)
		return false;
	struct diagnostic *x =
		diagnose(r->d, RB002, yaml_span(r, 0, 2), "the file is UTF-16, not UTF-8");
	diagnostic_hint(r->d, x, "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)");
	return true;
}

static bool check_directive(struct yaml_reader *r, const struct yaml_line *line)
{
	struct str text = r->file->text;
	struct str whole =
		str_trim((struct str){text.at + line->start, line->value_end - line->start});
	struct span span = yaml_span(r, line->start, line->start + whole.len);
	struct str word = yaml_word(text, line->start);
	if (str_is(word, "%TAG")) {
		struct diagnostic *x = diagnose(
			r->d, RB012, span, "a `%%TAG` directive, and runbooks have no tags");
		diagnostic_hint(r->d, x, "leave the line out");
		return false;
	}
	if (!str_is(word, "%YAML")) {
		struct diagnostic *x = diagnose(r->d, RB010, span,
			"`%%` at the start of a line is reserved for directives");
		diagnostic_hint(r->d, x, "quote the text if the `%%` belongs to it");
		return false;
	}
	struct str version = str_trim((struct str){whole.at + word.len, whole.len - word.len});
	if (str_is(version, "1.2") || str_is(version, "1.1"))
		return true;
	struct diagnostic *x = diagnose(
		r->d, RB004, span, "YAML version `%.*s` is not supported", STR_ARGS(version));
	diagnostic_hint(r->d, x, "write `%%YAML 1.2`, or leave the line out");
	return false;
}

/* libyaml compares each `%TAG` with all before it: they are refused before it sees them. */
bool yaml_check_head(struct yaml_reader *r)
{
	struct str text = r->file->text;
	if (text.len > SOURCE_MAX_BYTES) {
		diagnose(r->d, RB016, yaml_span(r, 0, 0), "over the limit of 64 MiB for one file");
		return false;
	}
	if (report_utf16(r, text))
		return false;
	if (str_starts_with(text, STR("\xEF\xBB\xBF"))) {
		struct diagnostic *x = diagnose(r->d, RB002, yaml_span(r, 0, 3),
			"a second byte order mark starts the text");
		diagnostic_hint(r->d, x, "remove it");
		return false;
	}
	struct yaml_line line = yaml_line_at(text, 0);
	if (yaml_line_is_empty(text, &line) && !yaml_line_next(text, &line))
		return true;
	while (line.start < text.len && text.at[line.start] == '%') {
		if (!check_directive(r, &line))
			return false;
		if (!yaml_line_next(text, &line))
			break;
	}
	return true;
}

static bool is_marker(struct str text, size_t at, const char *marker)
{
	struct str rest = {text.at + at, text.len - at};
	return str_starts_with(rest, str_of(marker)) &&
	       (rest.len == 3 || strchr(" \t\r\n", rest.at[3]));
}

static void report_second(struct yaml_reader *r, size_t at)
{
	struct str word = yaml_word(r->file->text, at);
	struct diagnostic *x = diagnose(r->d, RB013, yaml_span(r, at, at + word.len),
		"a second document starts at line %zu", source_place(r->file, at).line);
	diagnostic_hint(r->d, x, "one runbook a file: move it to a file of its own");
}

/* libyaml is not asked: a second document may be anything, even a megabyte of `%TAG`. */
void yaml_check_rest(struct yaml_reader *r, size_t at, bool is_explicit)
{
	struct str text = r->file->text;
	if (at >= text.len)
		return;
	struct yaml_line line = yaml_line_at(text, at);
	if (!is_explicit) {
		if (is_marker(text, at, "---") && at == line.start) {
			report_second(r, at);
			return;
		}
		struct yaml_failure f = {.reader = r,
			.d = r->d,
			.text = text,
			.problem = "did not find expected <document start>",
			.context = "",
			.at = at,
			.context_at = at,
			.bracket = SIZE_MAX};
		yaml_explain(&f);
		return;
	}
	struct str rest = str_trim((struct str){text.at + at, line.end - at});
	if (rest.len && rest.at[0] != '#') {
		size_t start = (size_t)(rest.at - text.at);
		struct diagnostic *x = diagnose(r->d, RB004, yaml_span(r, start, start + rest.len),
			"text after the `...` that ends the document");
		diagnostic_hint(r->d, x, "remove it");
	}
	while (yaml_line_next(text, &line)) {
		if (!is_marker(text, line.start, "...")) {
			report_second(r, line.start);
			return;
		}
	}
}
