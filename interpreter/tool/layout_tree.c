/* That nothing was lost: the same tree, the same comments. */
#include "tool/layout_private.h"

static bool is_same_node(const struct yaml_node *x, const struct yaml_node *y)
{
	bool is_plain = x->style == YAML_STYLE_PLAIN;
	return x->kind == y->kind && x->count == y->count && str_equal(x->text, y->text) &&
	       str_equal(x->anchor, y->anchor) && str_equal(x->tag, y->tag) &&
	       (x->kind != YAML_NODE_SCALAR || is_plain == (y->style == YAML_STYLE_PLAIN));
}

/* The entry of `y` for the key of entry `i` of `x`: mostly the one at the same place. */
static const struct yaml_node *entry_like(
	const struct yaml_node *y, const struct yaml_node *key, uint32_t i)
{
	if (same_tree(key, &y->children[i]))
		return &y->children[i];
	for (uint32_t k = 0; k < y->count; k += 2) {
		if (same_tree(key, &y->children[k]))
			return &y->children[k];
	}
	return NULL;
}

bool same_tree(const struct yaml_node *x, const struct yaml_node *y)
{
	bool is_map = x->kind == YAML_NODE_MAP;
	if (!is_same_node(x, y))
		return false;
	for (uint32_t i = 0; i < x->count; i += is_map ? 2 : 1) {
		const struct yaml_node *other = &y->children[i];
		if (is_map && !(other = entry_like(y, &x->children[i], i)))
			return false;
		if (!same_tree(&x->children[i + is_map], &other[is_map]))
			return false;
	}
	return true;
}

/* ---- comments -------------------------------------------------------------------------------- */

struct scan {
	struct str text;
	size_t at; /* behind the last leaf */
	uint64_t sum;
};

/* Between leaves, whatever `#` begins is a comment. */
static void add_comments(struct scan *s, size_t to)
{
	while (s->at < to) {
		if (s->text.at[s->at++] != '#')
			continue;
		size_t stop = line_stop_at(s->text, s->at);
		struct str comment = {s->text.at + s->at, stop - s->at};
		s->sum += (uint64_t)str_hash(without_end_space(comment)) + (UINT64_C(1) << 32);
		s->at = stop;
	}
}

static void scan_node(struct scan *s, const struct yaml_node *n)
{
	if (n->start >= s->at)
		add_comments(s, n->start);
	if (n->properties > s->at)
		s->at = n->properties;
	for (uint32_t i = 0; i < n->count; i++)
		scan_node(s, &n->children[i]);
	if (yaml_is_block_scalar(n))
		add_comments(s, line_stop_at(s->text, n->content));
	if (n->end > s->at && (n->kind == YAML_NODE_SCALAR || n->kind == YAML_NODE_ALIAS))
		s->at = n->end;
}

/* Directives come first and may have a `#` of their own. */
static size_t behind_directives(struct str text)
{
	size_t at = 0;
	while (at < text.len && text.at[at] == '%')
		at = next_line_at(text, at);
	return at;
}

uint64_t comments_of(struct str text, const struct yaml_node *root)
{
	struct scan s = {.text = text, .at = behind_directives(text)};
	scan_node(&s, root);
	add_comments(&s, text.len);
	return s.sum;
}
