#include "tool/layout_private.h"

#include "model/runbook.h"

void layout_refuse(struct layout *l, size_t at, const char *why)
{
	if (l->why)
		return;
	l->why = why;
	l->why_at = at;
}

/* Where a value stands: the list or map around it, what it is, and what was read before it. */
struct place_of {
	struct level level;
	const struct record *record;
	size_t from;	 /* behind the `:` or `-` before it */
	size_t pad;	 /* blanks before it, if it stands on the same line */
	bool is_in_list; /* then a list or map may begin on the line of its dash */
	bool is_top;	 /* it is the value of a key at the top of the file */
	bool is_steps;	 /* that key is `steps` */
};

static void put_block(struct layout *l, const struct yaml_node *n, const struct place_of *p,
	size_t from, bool is_inline);

/* ---- values ---------------------------------------------------------------------------------- */

static void put_leaf_value(struct layout *l, const struct yaml_node *n, const struct place_of *p)
{
	if (n->end == n->start) {
		finish_line(l, p->from);
		return;
	}
	if (has_comment(l, p->from, n->start)) {
		size_t column = p->level.made + INDENT;
		finish_line(l, p->from);
		put_lines(l, behind_comment(l, p->from), n->start, column, BLANK_NONE_FIRST);
		put_indent(l, column);
	} else {
		put_indent(l, p->pad);
	}
	put_leaf(l, n, p->level);
	finish_line(l, n->end);
}

static void put_block_value(struct layout *l, const struct yaml_node *n, const struct place_of *p)
{
	size_t header = p->from;
	if (n->properties > n->start) {
		if (has_comment(l, p->from, n->start))
			layout_refuse(l, n->start, "an anchor or tag below a comment");
		strbuf_putc(l->out, ' ');
		put_properties(l, n);
		header = n->properties;
	} else if (p->is_in_list && !has_comment(l, p->from, n->start)) {
		strbuf_putc(l->out, ' ');
		put_block(l, n, p, n->start, true);
		return;
	}
	finish_line(l, header);
	put_block(l, n, p, behind_comment(l, header), false);
}

static void put_value(struct layout *l, const struct yaml_node *n, const struct place_of *p)
{
	if (yaml_is_leaf(n))
		put_leaf_value(l, n, p);
	else
		put_block_value(l, n, p);
}

/* ---- lists and maps -------------------------------------------------------------------------- */

/* A list or map in block style that is being written. */
struct block {
	const struct yaml_node *node;
	struct level level;
	size_t number; /* of its level */
	size_t from;   /* what was read before its first item */
	bool is_inline;
	bool is_apart; /* blank lines between its items */
};

/* Where what belongs to item `i` begins: its comments. Items are keys with their values. */
static size_t lead_of(const struct layout *l, const struct block *b, uint32_t i)
{
	uint32_t width = b->node->kind == YAML_NODE_MAP ? 2 : 1;
	if (!i)
		return b->from;
	const struct yaml_node *first = &b->node->children[i * width], *last = first - 1;
	return split_gap(l, last, behind_comment(l, last->end), first->start, b->level.source);
}

static void begin_item(
	struct layout *l, const struct block *b, uint32_t i, uint32_t place, size_t to)
{
	l->depth = b->number + 1;
	if (b->is_inline && !place)
		return;
	enum blank blank = !place ? BLANK_NONE_FIRST : b->is_apart ? BLANK_WANTED : BLANK_KEEP;
	put_lines(l, lead_of(l, b, i), to, b->level.made, blank);
	put_indent(l, b->level.made);
}

/* Comments that are indented like something inside the item. */
static void end_item(
	struct layout *l, const struct block *b, uint32_t i, const struct yaml_node *last)
{
	uint32_t width = b->node->kind == YAML_NODE_MAP ? 2 : 1;
	if ((i + 1) * width < b->node->count) {
		size_t lead = lead_of(l, b, i + 1), from = behind_comment(l, last->end);
		if (lead > from)
			put_trailing_lines(l, from, lead);
	}
}

/* The sign between `from` and `to`: a dash behind comments, a colon behind blanks. */
static size_t behind_sign(struct layout *l, size_t from, size_t to, char sign)
{
	to = to < l->text.len ? to : l->text.len;
	for (size_t at = from; at < to; at++) {
		char c = l->text.at[at];
		if (c == sign)
			return at + 1;
		if (c == '#')
			at = line_stop_at(l->text, at);
		else if (!is_space(c) && !is_line_end(c))
			break;
	}
	layout_refuse(l, to, "a key that begins with `?`");
	return to;
}

static void put_list(struct layout *l, const struct block *b, const struct place_of *p)
{
	for (uint32_t i = 0; i < b->node->count && !l->why; i++) {
		const struct yaml_node *item = &b->node->children[i];
		size_t before = i ? behind_comment(l, item[-1].end) : b->from;
		size_t from = b->is_inline && !i ? b->node->content + 1
						 : behind_sign(l, before, item->start + 1, '-');
		begin_item(l, b, i, i, from - 1);
		strbuf_putc(l->out, '-');
		struct place_of inner = {.level = b->level,
			.record = p->record,
			.from = from,
			.pad = 1,
			.is_in_list = true};
		put_value(l, item, &inner);
		end_item(l, b, i, item);
	}
}

static void put_key(struct layout *l, const struct block *b, const struct yaml_node *key)
{
	struct str text = {l->text.at + key->start, key->end - key->start};
	if (memchr(text.at, '\n', text.len) || yaml_is_block_scalar(key) || !yaml_is_leaf(key))
		layout_refuse(l, key->start, "a key over several lines");
	l->is_in_keep = false;
	put_leaf(l, key, b->level);
	strbuf_putc(l->out, ':');
}

static void put_entry(
	struct layout *l, const struct block *b, const struct place_of *p, uint32_t i, size_t pad)
{
	const struct yaml_node *key = &b->node->children[2 * i], *value = key + 1;
	size_t stop = value->start > key->end ? value->start : key->end + 1;
	struct place_of inner = {.level = b->level,
		.record = record_of(p->record, key),
		.pad = pad,
		.is_top = !b->number,
		.is_steps = str_is(key->text, "steps")};
	put_key(l, b, key);
	inner.from = behind_sign(l, key->end, stop < l->text.len ? stop + 1 : stop, ':');
	put_value(l, value, &inner);
}

static void put_map(struct layout *l, const struct block *b, const struct place_of *p)
{
	uint32_t entries = b->node->count / 2;
	uint32_t *order = arena_array(&l->arena, entries, sizeof *order);
	uint32_t *pads = arena_array(&l->arena, entries, sizeof *pads);
	order_entries(l, b->node, p->record, b->from, order);
	align_values(l, b->node, order, pads);
	for (uint32_t place = 0; place < entries && !l->why; place++) {
		uint32_t i = order[place];
		begin_item(l, b, i, place, b->node->children[2 * i].start);
		put_entry(l, b, p, i, pads[i]);
		end_item(l, b, i, &b->node->children[2 * i + 1]);
	}
}

static void put_block(struct layout *l, const struct yaml_node *n, const struct place_of *p,
	size_t from, bool is_inline)
{
	struct block b = {.node = n, .number = l->depth, .from = from, .is_inline = is_inline};
	b.level.source = column_at(l->text, n->content);
	b.level.made = l->depth ? p->level.made + INDENT : 0;
	b.is_apart = wants_blank_lines(l, n, p->record, p->is_top && p->is_steps);
	l->levels[l->depth++] = b.level;
	if (n->kind == YAML_NODE_LIST)
		put_list(l, &b, p);
	else
		put_map(l, &b, p);
}

/* ---- the document ---------------------------------------------------------------------------- */

static bool is_marker(const struct layout *l, size_t at, const char *marker)
{
	struct str rest = {l->text.at + at, l->text.len - at};
	return str_starts_with(rest, str_of(marker));
}

/* Directives and the `---` behind them stay as they are. Gives where the rest begins. */
static size_t put_head(struct layout *l, const struct yaml_node *root)
{
	size_t at = 0, behind = 0;
	for (; at < root->start; at = next_line_at(l->text, at)) {
		if (is_marker(l, at, "---"))
			behind = at + 3;
	}
	for (at = 0; at < behind; at = next_line_at(l->text, at)) {
		struct str line = {l->text.at + at, line_stop_at(l->text, at) - at};
		if (line_start_at(l->text, root->start) == at) {
			strbuf_puts(l->out, "---");
			if (yaml_is_leaf(root))
				strbuf_putc(l->out, ' ');
			else
				layout_refuse(l, at, "an anchor or tag behind `---`");
			return root->start;
		}
		strbuf_put(l->out, without_end_space(line));
		strbuf_putc(l->out, '\n');
	}
	return behind ? line_stop_at(l->text, behind) : 0;
}

/* Comments, and perhaps a `...` with more of them. */
static void put_tail(struct layout *l, size_t from)
{
	size_t marker = from;
	while (marker < l->text.len &&
		!(is_marker(l, marker, "...") && line_start_at(l->text, marker) == marker))
		marker = next_line_at(l->text, marker);
	put_trailing_lines(l, from, marker);
	for (size_t at = marker; at < l->text.len; at = next_line_at(l->text, at)) {
		struct str line = {l->text.at + at, line_stop_at(l->text, at) - at};
		strbuf_put(l->out, without_end_space(line));
		strbuf_putc(l->out, '\n');
	}
}

static void put_document(struct layout *l, const struct yaml_node *root, const struct record *r)
{
	struct place_of p = {.record = r};
	if (root->end == root->start) {
		layout_refuse(l, 0, "there is nothing in it");
		return;
	}
	size_t from = put_head(l, root);
	if (!yaml_is_leaf(root) && root->properties > root->start) {
		layout_refuse(l, root->start, "an anchor or tag on the whole file");
		return;
	}
	if (yaml_is_leaf(root)) {
		l->keeps_quotes = true; /* it may be JSON */
		put_lines(l, from, root->start, 0, BLANK_NONE_FIRST);
		put_leaf(l, root, (struct level){column_at(l->text, root->start), 0});
		finish_line(l, root->end);
	} else {
		put_block(l, root, &p, from, false);
	}
	put_tail(l, behind_comment(l, root->end));
}

/* ---- what is promised ------------------------------------------------------------------------ */

static void check(struct layout *l, const struct yaml_node *root, struct str made)
{
	struct yaml_node again;
	if (l->why)
		return;
	if (!yaml_tree_read(made, &l->arena, &again) || !same_tree(root, &again))
		layout_refuse(l, 0, "it would read differently");
	else if (comments_of(l->text, root) != comments_of(made, &again))
		layout_refuse(l, 0, "a comment would be lost");
}

bool layout_text(struct str text, const struct record *record, struct strbuf *out, const char **why,
	size_t *at)
{
	struct strbuf made = {0};
	struct yaml_node root;
	struct layout l = {.text = text, .out = &made};
	arena_init(&l.arena);
	if (yaml_tree_read(text, &l.arena, &root)) {
		put_document(&l, &root, record);
		check(&l, &root, strbuf_str(&made));
	} else {
		layout_refuse(&l, 0, "it does not parse");
	}
	*why = l.why;
	*at = l.why_at;
	if (!l.why)
		strbuf_put(out, strbuf_str(&made));
	strbuf_release(&made);
	arena_release(&l.arena);
	return !*why;
}

const struct record *layout_record(struct str text)
{
	const struct record *found = NULL;
	struct yaml_node root;
	struct arena a;
	arena_init(&a);
	if (yaml_tree_read(text, &a, &root) && root.kind == YAML_NODE_MAP) {
		for (uint32_t i = 0; i < root.count; i += 2) {
			if (str_is(root.children[i].text, "module"))
				found = &module_record;
			else if (!found && str_is(root.children[i].text, "steps"))
				found = &runbook_record;
		}
	}
	arena_release(&a);
	return found;
}
