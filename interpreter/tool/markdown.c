#include "tool/markdown.h"

/* The longest row of backticks in `text`. */
static size_t longest_fence(struct str text)
{
	size_t longest = 0, row = 0;

	for (size_t i = 0; i < text.len; i++) {
		row = text.at[i] == '`' ? row + 1 : 0;
		if (row > longest)
			longest = row;
	}
	return longest;
}

static void put_ticks(struct strbuf *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_putc(b, '`');
}

void md_indent(struct strbuf *b, unsigned indent)
{
	for (unsigned i = 0; i < indent; i++)
		strbuf_putc(b, ' ');
}

static void put_code(struct strbuf *b, struct str text, bool is_cell)
{
	struct str code = str_trim(text);
	size_t ticks = longest_fence(code) + 1;
	bool needs_room = ticks > 1;

	if (!code.len)
		return;
	put_ticks(b, ticks);
	if (needs_room)
		strbuf_putc(b, ' ');
	for (size_t i = 0; i < code.len; i++) {
		unsigned char c = (unsigned char)code.at[i];

		if (c == '|' && is_cell)
			strbuf_putc(b, '\\');
		strbuf_putc(b, c < ' ' || c == 0x7f ? ' ' : (char)c);
	}
	if (needs_room)
		strbuf_putc(b, ' ');
	put_ticks(b, ticks);
}

void md_code(struct strbuf *b, struct str text)
{
	put_code(b, text, false);
}

void md_cell_code(struct strbuf *b, struct str text)
{
	put_code(b, text, true);
}

static void put_escaped(struct strbuf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (strchr("\\`*_{}[]<>#|~!&$", c) && c)
			strbuf_putc(b, '\\');
		strbuf_putc(b, c < ' ' || c == 0x7f ? ' ' : (char)c);
	}
}

/* A line that begins with `-`, `+` or `1.` would begin a list. */
static void put_start(struct strbuf *b, struct str *text)
{
	size_t digits = 0;

	while (digits < text->len && text->at[digits] >= '0' && text->at[digits] <= '9')
		digits++;
	if (text->len && strchr("-+=", text->at[0])) {
		strbuf_putc(b, '\\');
	} else if (digits && digits < text->len && strchr(".)", text->at[digits])) {
		strbuf_add(b, text->at, digits);
		strbuf_putc(b, '\\');
		strbuf_putc(b, text->at[digits]);
		*text = (struct str){text->at + digits + 1, text->len - digits - 1};
	}
}

void md_prose(struct strbuf *b, struct str text, bool is_cell)
{
	struct str rest = str_trim(text);
	ptrdiff_t open, end;

	put_start(b, &rest);
	while ((open = str_find(rest, STR("`"), 0)) >= 0 &&
		(end = str_find(rest, STR("`"), (size_t)open + 1)) >= 0) {
		size_t from = (size_t)open + 1;

		put_escaped(b, (struct str){rest.at, (size_t)open});
		put_code(b, (struct str){rest.at + from, (size_t)end - from}, is_cell);
		rest = (struct str){rest.at + end + 1, rest.len - (size_t)end - 1};
	}
	put_escaped(b, rest);
}

void md_text(struct strbuf *b, struct str text)
{
	struct str rest = str_trim(text);
	struct template_mark mark;
	size_t at = 0;

	put_start(b, &rest);
	while (at < rest.len && template_find(rest, at, &mark)) {
		if (mark.kind != TEMPLATE_MARK_CODE) {
			put_escaped(b, (struct str){rest.at + at, mark.end - at});
		} else {
			put_escaped(b, (struct str){rest.at + at, mark.start - at});
			md_code(b, mark.code);
		}
		at = mark.end;
	}
	put_escaped(b, (struct str){rest.at + at, rest.len - at});
}

void md_template(struct strbuf *b, const struct template *t)
{
	struct strbuf text = {0};

	if (!t)
		return;
	value_print(&text, &t->source);
	md_text(b, strbuf_str(&text));
	strbuf_release(&text);
}

void md_block(struct strbuf *b, unsigned indent, const char *language, struct str text)
{
	size_t ticks = longest_fence(text) < 3 ? 3 : longest_fence(text) + 1;

	md_indent(b, indent);
	put_ticks(b, ticks);
	strbuf_printf(b, "%s\n", language);
	while (text.len) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end ? (size_t)(end - text.at) : text.len;

		if (len)
			md_indent(b, indent);
		strbuf_add(b, text.at, len);
		strbuf_putc(b, '\n');
		len += end != NULL;
		text = (struct str){text.at + len, text.len - len};
	}
	md_indent(b, indent);
	put_ticks(b, ticks);
	strbuf_putc(b, '\n');
}
