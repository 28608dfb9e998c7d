#include "source/yaml_line.h"

#define LOOKED_AT (1u << 16) /* bytes of a line on both sides of the place in question */

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct str text, size_t at, size_t end)
{
	while (at < end && is_blank(text.at[at]))
		at++;
	return at;
}

static bool is_blank_at(struct str text, size_t at, size_t end)
{
	return at >= end || is_blank(text.at[at]);
}

size_t yaml_quote_end(struct str text, size_t at, size_t end)
{
	char quote = text.at[at];
	for (size_t i = at + 1; i < end; i++) {
		if (quote == '"' && text.at[i] == '\\') {
			i++;
		} else if (text.at[i] == quote) {
			if (quote == '"' || i + 1 >= end || text.at[i + 1] != quote)
				return i + 1;
			i++;
		}
	}
	return 0;
}

/* The colon that ends the key at `at`, or 0. */
static size_t key_end(struct str text, size_t at, size_t end)
{
	if (at < end && (text.at[at] == '"' || text.at[at] == '\'')) {
		size_t behind = yaml_quote_end(text, at, end);
		if (!behind)
			return 0;
		behind = skip_blanks(text, behind, end);
		return behind < end && text.at[behind] == ':' && is_blank_at(text, behind + 1, end)
			       ? behind
			       : 0;
	}
	for (size_t i = at; i < end; i++) {
		if (text.at[i] == ':' && is_blank_at(text, i + 1, end))
			return i > at ? i : 0;
		if (text.at[i] == '#' && i > at && is_blank(text.at[i - 1]))
			return 0;
		if (i == at && strchr("[]{},&*!|>%@`", text.at[i]))
			return 0;
	}
	return 0;
}

/* Where a comment begins between `at` and `end`, or `end`; quoted text is skipped. */
static size_t comment_start(struct str text, size_t at, size_t end)
{
	bool can_quote = true;
	for (size_t i = at; i < end; i++) {
		char c = text.at[i];
		if (can_quote && (c == '"' || c == '\'')) {
			size_t behind = yaml_quote_end(text, i, end);
			if (behind)
				i = behind - 1;
		} else if (c == '#' && (i == at || is_blank(text.at[i - 1]))) {
			return i;
		}
		can_quote = is_blank(c) || strchr("[{,:(", c);
	}
	return end;
}

static void find_value(struct str text, struct yaml_line *line)
{
	line->value = line->item;
	line->key_end = key_end(text, line->item, line->end);
	line->has_key = line->key_end != 0;
	if (line->has_key)
		line->value = skip_blanks(text, line->key_end + 1, line->end);
	line->value_end = comment_start(text, line->value, line->end);
	while (line->value_end > line->value && is_blank(text.at[line->value_end - 1]))
		line->value_end--;
	if (line->value_end == line->value)
		line->value = line->value_end = line->end;
}

size_t yaml_line_end(struct str text, size_t offset)
{
	while (offset < text.len && !is_break(text.at[offset]))
		offset++;
	return offset;
}

struct yaml_line yaml_line_at(struct str text, size_t offset)
{
	struct yaml_line line = {0};
	if (offset > text.len)
		offset = text.len;
	size_t first = offset > LOOKED_AT ? offset - LOOKED_AT : 0;
	size_t last = text.len - offset > LOOKED_AT ? offset + LOOKED_AT : text.len;
	line.start = line.end = offset;
	while (line.start > first && !is_break(text.at[line.start - 1]))
		line.start--;
	while (line.end < last && !is_break(text.at[line.end]))
		line.end++;
	line.is_cut = (line.start && !is_break(text.at[line.start - 1])) ||
		      (line.end < text.len && !is_break(text.at[line.end]));
	line.content = line.item = skip_blanks(text, line.start, line.end);
	while (line.item + 1 < line.end && text.at[line.item] == '-' &&
		is_blank(text.at[line.item + 1]))
		line.item = skip_blanks(text, line.item + 1, line.end);
	find_value(text, &line);
	return line;
}

bool yaml_line_is_empty(struct str text, const struct yaml_line *line)
{
	return line->content == line->end || text.at[line->content] == '#';
}

bool yaml_line_next(struct str text, struct yaml_line *line)
{
	size_t at = line->end;
	while (at < text.len) {
		while (at < text.len && is_break(text.at[at]))
			at++;
		if (at == text.len)
			return false;
		struct yaml_line next = yaml_line_at(text, at);
		if (!yaml_line_is_empty(text, &next)) {
			*line = next;
			return true;
		}
		at = next.end;
	}
	return false;
}

bool yaml_line_previous(struct str text, struct yaml_line *line)
{
	size_t at = line->start;
	while (at) {
		while (at && is_break(text.at[at - 1]))
			at--;
		struct yaml_line previous = yaml_line_at(text, at);
		if (!yaml_line_is_empty(text, &previous)) {
			*line = previous;
			return true;
		}
		at = previous.start;
	}
	return false;
}

struct str yaml_line_key(struct str text, const struct yaml_line *line)
{
	if (!line->has_key)
		return (struct str){"", 0};
	struct str key = {text.at + line->item, line->key_end - line->item};
	key = str_trim(key);
	if (key.len >= 2 && (key.at[0] == '"' || key.at[0] == '\''))
		key = (struct str){key.at + 1, key.len - 2};
	return key;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

bool yaml_line_has_word(struct str text, const struct yaml_line *line)
{
	struct str key = yaml_line_key(text, line);
	for (size_t i = 0; i < key.len; i++) {
		if (!is_word_char(key.at[i]))
			return false;
	}
	return key.len > 0;
}

struct str yaml_key_of(struct str text, const struct yaml_line *line)
{
	struct yaml_line at = *line;
	size_t lines = 0; /* this is for a hint: not worth a walk through millions */
	while (!at.has_key) {
		size_t column = at.content - at.start;
		do {
			if (++lines > 1000 || !yaml_line_previous(text, &at))
				return (struct str){"", 0};
			/* A list may stand at its key's column. */
		} while (yaml_line_indent(&at) > column || (at.item > at.content && !at.has_key));
	}
	return yaml_line_key(text, &at);
}

bool yaml_is_guard_key(struct str key)
{
	static const char *const keys[] = {
		"if", "that", "expect", "value", "until", "assert", "invariants"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (str_is(key, keys[i]))
			return true;
	}
	return false;
}

size_t yaml_odd_space(struct str text, size_t at)
{
	static const char *const spaces[] = {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x81\x9F",
		"\xE3\x80\x80", "\xEF\xBB\xBF", "\xE1\x9A\x80"};
	struct str rest = {text.at + at, text.len - at};
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		if (str_starts_with(rest, str_of(spaces[i])))
			return strlen(spaces[i]);
	}
	/* U+2000 to U+200B: en quad to zero-width space. */
	bool is_general = rest.len >= 3 && memcmp(rest.at, "\xE2\x80", 2) == 0 &&
			  (unsigned char)rest.at[2] >= 0x80 && (unsigned char)rest.at[2] <= 0x8B;
	return is_general ? 3 : 0;
}

char *yaml_single_quoted(struct arena *a, struct str text)
{
	struct strbuf b = {0};
	strbuf_putc(&b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\'')
			strbuf_putc(&b, '\'');
		strbuf_putc(&b, text.at[i]);
	}
	strbuf_putc(&b, '\'');
	char *quoted = arena_string(a, b.at);
	strbuf_release(&b);
	return quoted;
}

struct str yaml_word(struct str text, size_t at)
{
	size_t end = at;
	while (end < text.len && end - at < 40 && !is_blank(text.at[end]) &&
		!is_break(text.at[end]))
		end++;
	while (end < text.len && ((unsigned char)text.at[end] & 0xC0) == 0x80)
		end++;
	return (struct str){text.at + at, end - at};
}
