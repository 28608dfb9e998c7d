/* Between nodes: comments, blank lines, indentation. */
#include "tool/layout_private.h"

size_t line_start_at(struct str text, size_t at)
{
	while (at && !is_line_end(text.at[at - 1]))
		at--;
	return at;
}

size_t line_stop_at(struct str text, size_t at)
{
	while (at < text.len && !is_line_end(text.at[at]))
		at++;
	return at;
}

size_t next_line_at(struct str text, size_t at)
{
	at = line_stop_at(text, at);
	if (at + 1 < text.len && text.at[at] == '\r' && text.at[at + 1] == '\n')
		at++;
	return at < text.len ? at + 1 : at;
}

size_t characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
	return n;
}

size_t column_at(struct str text, size_t at)
{
	size_t start = line_start_at(text, at);
	return characters((struct str){text.at + start, at - start});
}

struct str without_end_space(struct str s)
{
	while (s.len && (is_space(s.at[s.len - 1]) || is_line_end(s.at[s.len - 1])))
		s.len--;
	return s;
}

/* ---- looking --------------------------------------------------------------------------------- */

static size_t skip_space(struct str text, size_t at)
{
	while (at < text.len && is_space(text.at[at]))
		at++;
	return at;
}

static bool is_comment(struct str text, size_t at)
{
	return at < text.len && text.at[at] == '#';
}

size_t behind_comment(const struct layout *l, size_t at)
{
	size_t comment = skip_space(l->text, at);
	return is_comment(l->text, comment) ? line_stop_at(l->text, comment) : at;
}

bool has_comment(const struct layout *l, size_t from, size_t to)
{
	return to > from && memchr(l->text.at + from, '#', to - from);
}

/* The first line that begins in the gap. */
static size_t first_line(struct str text, size_t from)
{
	return from && !is_line_end(text.at[from - 1]) ? next_line_at(text, from) : from;
}

bool has_blank_line(const struct layout *l, size_t from, size_t to)
{
	for (size_t at = first_line(l->text, from); at < to; at = next_line_at(l->text, at)) {
		size_t text = skip_space(l->text, at);
		if (text < to && is_line_end(l->text.at[text]))
			return true;
	}
	return false;
}

size_t count_lines(const struct layout *l, size_t from, size_t to)
{
	size_t n = 0;
	while ((from = line_stop_at(l->text, from)) < to) {
		from = next_line_at(l->text, from);
		n++;
	}
	return n;
}

/* The column of the outermost list or map inside `n`, if comments below it may be meant for that;
 * SIZE_MAX: there is none. */
static size_t inner_column(const struct layout *l, const struct yaml_node *n)
{
	return n && !yaml_is_leaf(n) ? column_at(l->text, n->content) : SIZE_MAX;
}

size_t split_gap(
	const struct layout *l, const struct yaml_node *last, size_t from, size_t to, size_t column)
{
	size_t inner = inner_column(l, last), split = from;
	if (inner == SIZE_MAX)
		return from;
	for (size_t at = first_line(l->text, from); at < to; at = next_line_at(l->text, at)) {
		size_t text = skip_space(l->text, at);
		if (text >= to || !(is_comment(l->text, text) || is_line_end(l->text.at[text])))
			break;
		if (!is_comment(l->text, text))
			continue;
		if (text - at <= column || text - at < inner)
			break;
		split = next_line_at(l->text, text);
	}
	return split;
}

/* ---- writing --------------------------------------------------------------------------------- */

void put_indent(struct layout *l, size_t column)
{
	strbuf_reserve(l->out, column);
	for (size_t i = 0; i < column; i++)
		strbuf_putc(l->out, ' ');
}

static void put_comment(struct layout *l, size_t at, size_t column)
{
	struct str line = {l->text.at + at, line_stop_at(l->text, at) - at};
	put_indent(l, column);
	strbuf_put(l->out, without_end_space(line));
	strbuf_putc(l->out, '\n');
	l->is_in_keep = false;
}

static void put_blank_line(struct layout *l)
{
	if (!l->is_in_keep)
		strbuf_putc(l->out, '\n');
}

void put_lines(struct layout *l, size_t from, size_t to, size_t column, enum blank blank)
{
	bool is_pending = false, may_be_blank = blank != BLANK_NONE_FIRST;
	if (blank == BLANK_WANTED && !has_blank_line(l, from, to))
		put_blank_line(l);
	for (size_t at = first_line(l->text, from); at < to; at = next_line_at(l->text, at)) {
		size_t text = skip_space(l->text, at);
		if (text >= to)
			break;
		if (!is_comment(l->text, text)) {
			is_pending |= is_line_end(l->text.at[text]);
			continue;
		}
		if (is_pending && may_be_blank)
			put_blank_line(l);
		put_comment(l, text, column);
		is_pending = false;
		may_be_blank = true;
	}
	if (is_pending && may_be_blank)
		put_blank_line(l);
}

/* The innermost level that begins at or before a column. */
static size_t made_column(const struct layout *l, size_t column)
{
	size_t i = l->depth;
	while (i > 1 && l->levels[i - 1].source > column)
		i--;
	return i ? l->levels[i - 1].made : 0;
}

void put_trailing_lines(struct layout *l, size_t from, size_t to)
{
	bool is_pending = false;
	for (size_t at = first_line(l->text, from); at < to; at = next_line_at(l->text, at)) {
		size_t text = skip_space(l->text, at);
		if (text >= to || !is_comment(l->text, text)) {
			is_pending = true;
			continue;
		}
		if (is_pending)
			put_blank_line(l);
		put_comment(l, text, made_column(l, text - at));
		is_pending = false;
	}
}

static size_t made_width(const struct layout *l)
{
	struct str made = strbuf_str(l->out);
	return column_at(made, made.len);
}

void finish_line(struct layout *l, size_t at)
{
	size_t comment = skip_space(l->text, at);
	if (!is_comment(l->text, comment)) {
		strbuf_putc(l->out, '\n');
		return;
	}
	/* Lined up by hand if more than a blank stands before it. */
	size_t width = made_width(l), wanted = column_at(l->text, comment);
	put_indent(l, comment - at > 1 && wanted > width ? wanted - width : 1);
	put_comment(l, comment, 0);
}
