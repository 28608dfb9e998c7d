/* Leaves: scalars, aliases, and what stands in brackets. */
#include "tool/layout_private.h"

static struct str slice(const struct layout *l, size_t from, size_t to)
{
	return (struct str){l->text.at + from, to - from};
}

static bool has_line_end(struct str s)
{
	return s.len && (memchr(s.at, '\n', s.len) || memchr(s.at, '\r', s.len));
}

void put_properties(struct layout *l, const struct yaml_node *n)
{
	struct str properties = slice(l, n->start, n->properties);
	bool is_cut = yaml_is_leaf(n) && n->content > n->properties &&
		      memchr(l->text.at + n->properties, '#', n->content - n->properties);
	if (has_line_end(properties) || is_cut)
		layout_refuse(l, n->start, "an anchor or tag that stands alone");
	else
		strbuf_put(l->out, properties);
}

/* ---- scalars --------------------------------------------------------------------------------- */

/* Double quotes whose text has nothing to escape, neither there nor in single quotes. */
static bool is_single_in_double(const struct layout *l, const struct yaml_node *n, struct str s)
{
	return n->style == YAML_STYLE_DOUBLE && !l->keeps_quotes && s.len >= 2 &&
	       !memchr(s.at, '\\', s.len) && !memchr(s.at, '\'', s.len);
}

static void put_one_line(struct layout *l, const struct yaml_node *n, struct str s)
{
	if (!is_single_in_double(l, n, s)) {
		strbuf_put(l->out, s);
		return;
	}
	strbuf_putc(l->out, '\'');
	strbuf_add(l->out, s.at + 1, s.len - 2);
	strbuf_putc(l->out, '\'');
}

/* Without the white space at its end, but for a blank that a backslash makes text. */
static struct str trimmed_line(struct str line)
{
	struct str s = without_end_space(line);
	if (s.len && s.len < line.len && s.at[s.len - 1] == '\\')
		s.len++;
	return s;
}

/* Plain or quoted over several lines: how far the lines are indented says nothing. */
static void put_folded_lines(struct layout *l, const struct yaml_node *n, size_t column)
{
	for (size_t at = n->content; at < n->end; at = next_line_at(l->text, at)) {
		size_t from = at, to = line_stop_at(l->text, at);
		to = to < n->end ? to : n->end;
		if (at != n->content) {
			strbuf_putc(l->out, '\n');
			while (from < to && is_space(l->text.at[from]))
				from++;
		}
		struct str line = slice(l, from, to);
		line = to < n->end ? trimmed_line(line) : line;
		if (line.len && at != n->content)
			put_indent(l, column);
		strbuf_put(l->out, line);
	}
}

/* ---- block scalars --------------------------------------------------------------------------- */

/* Their text at another column, byte for byte. */
static void put_block_lines(struct layout *l, const struct yaml_node *n, size_t column)
{
	size_t at = next_line_at(l->text, n->content);
	for (; at <= n->end && at > n->content; at = next_line_at(l->text, at)) {
		size_t to = line_stop_at(l->text, at), from = at;
		while (from < to && from - at < n->indent && l->text.at[from] == ' ')
			from++;
		if (from - at < n->indent && from < to)
			layout_refuse(l, at, "a block of text whose lines do not line up");
		if (from < to)
			put_indent(l, column);
		strbuf_put(l->out, slice(l, from, to));
		if (to >= n->end)
			break;
		strbuf_putc(l->out, '\n');
	}
}

/* A text that ends with the file, without a line end, is one without a line end. Written with one
 * it has to say so. */
static bool ends_with_file(const struct layout *l, const struct yaml_node *n)
{
	return n->end == l->text.len && n->text.len && n->text.at[n->text.len - 1] != '\n';
}

static void put_block_scalar(struct layout *l, const struct yaml_node *n, struct level level)
{
	size_t at = n->content, digit = 0;
	char chomp = 0;
	strbuf_putc(l->out, l->text.at[at++]);
	for (; at < n->end && strchr("+-123456789", l->text.at[at]); at++) {
		if (strchr("+-", l->text.at[at]))
			chomp = l->text.at[at];
		else
			digit = (size_t)(l->text.at[at] - '0');
	}
	if (ends_with_file(l, n))
		chomp = '-';
	if (digit)
		strbuf_printf(l->out, "%zu", digit);
	if (chomp)
		strbuf_putc(l->out, chomp);
	finish_line(l, at);
	bool is_empty = n->end <= line_stop_at(l->text, n->content);
	if (is_empty)
		l->out->len--; /* the line is finished by who asked for the leaf */
	else
		put_block_lines(l, n, level.made + (digit ? digit : INDENT));
	l->is_in_keep = chomp == '+';
}

/* ---- brackets -------------------------------------------------------------------------------- */

/* What stands between two parts of a list or map on one line: blanks around one sign, or none. Of
 * the pair `[{a: b}: c]` it is the key that has the brace: the pair has none. */
static bool is_gap(const struct layout *l, size_t from, size_t to, char sign)
{
	struct str s;

	if (from > to)
		return false;
	s = str_trim(slice(l, from, to));
	return sign ? s.len == 1 && s.at[0] == sign : s.len == 0;
}

static bool put_flow(struct layout *l, const struct yaml_node *n);

static bool put_flow_child(struct layout *l, const struct yaml_node *n)
{
	if (n->style == YAML_STYLE_FLOW)
		return put_flow(l, n);
	if (n->start == n->end)
		return false;
	if (n->properties > n->start)
		strbuf_put(l->out, slice(l, n->start, n->end));
	else
		put_one_line(l, n, slice(l, n->start, n->end));
	return true;
}

static bool put_flow_children(struct layout *l, const struct yaml_node *n)
{
	size_t at = n->content + 1;
	for (uint32_t i = 0; i < n->count; i++) {
		bool is_value = n->kind == YAML_NODE_MAP && i % 2;
		if (!is_gap(l, at, n->children[i].start, is_value ? ':' : i ? ',' : 0))
			return false;
		strbuf_puts(l->out, is_value ? ": " : i ? ", " : "");
		if (!put_flow_child(l, &n->children[i]))
			return false;
		at = n->children[i].end;
	}
	return is_gap(l, at, n->end - 1, 0) || is_gap(l, at, n->end - 1, ',');
}

/* False: it is written in a way that is left alone. */
static bool put_flow(struct layout *l, const struct yaml_node *n)
{
	const char *open = n->kind == YAML_NODE_LIST ? "[" : n->count ? "{ " : "{";
	const char *close = n->kind == YAML_NODE_LIST ? "]" : n->count ? " }" : "}";
	if (l->text.at[n->content] != open[0])
		return false; /* one pair in a list: [a: b] */
	if (n->properties > n->start) {
		put_properties(l, n);
		strbuf_putc(l->out, ' ');
	}
	strbuf_puts(l->out, open);
	if (!put_flow_children(l, n))
		return false;
	strbuf_puts(l->out, close);
	return true;
}

/* Over several lines: moved as one, because their shape was made by hand. */
static void put_moved_lines(struct layout *l, const struct yaml_node *n, struct level level)
{
	for (size_t at = n->content; at < n->end; at = next_line_at(l->text, at)) {
		size_t from = at, to = line_stop_at(l->text, at);
		to = to < n->end ? to : n->end;
		if (at != n->content) {
			strbuf_putc(l->out, '\n');
			while (from < to && is_space(l->text.at[from]))
				from++;
		}
		struct str line = slice(l, from, to);
		line = to < n->end ? trimmed_line(line) : line;
		size_t column = from - at + level.made;
		if (line.len && at != n->content)
			put_indent(l, column > level.source ? column - level.source : 0);
		strbuf_put(l->out, line);
	}
}

/* ---- any leaf -------------------------------------------------------------------------------- */

static void put_flow_leaf(struct layout *l, const struct yaml_node *n, struct level level)
{
	size_t before = l->out->len;
	bool is_one_line = !has_line_end(slice(l, n->content, n->end));
	/* An anchor on the line above comes down to it. */
	if (is_one_line && put_flow(l, n))
		return;
	l->out->len = before;
	if (n->properties > n->start) {
		put_properties(l, n);
		strbuf_putc(l->out, ' ');
	}
	if (is_one_line)
		strbuf_put(l->out, slice(l, n->content, n->end));
	else
		put_moved_lines(l, n, level);
}

void put_leaf(struct layout *l, const struct yaml_node *n, struct level level)
{
	l->is_in_keep = false;
	if (n->style == YAML_STYLE_FLOW) {
		put_flow_leaf(l, n, level);
		return;
	}
	if (n->properties > n->start) {
		put_properties(l, n);
		if (n->end > n->content)
			strbuf_putc(l->out, ' ');
	}
	if (yaml_is_block_scalar(n))
		put_block_scalar(l, n, level);
	else if (has_line_end(slice(l, n->content, n->end)))
		put_folded_lines(l, n, level.made + INDENT);
	else if (n->end > n->content)
		put_one_line(l, n, slice(l, n->content, n->end));
}

size_t key_width(struct layout *l, const struct yaml_node *key)
{
	return characters(slice(l, key->start, key->end));
}
