#include "source/yaml_tree.h"

#include "source/yaml_private.h"

/* A list or map whose end has not been read. */
struct open_node {
	struct yaml_node node;
	size_t first; /* its first child on the stack */
	uint16_t column;
};

struct builder {
	struct str text;
	struct arena *arena;
	struct yaml_cursor cursor;
	struct open_node open[YAML_MAX_DEPTH + 1]; /* from 1 */
	size_t depth;
	struct yaml_node *nodes; /* children of what is open */
	size_t count, cap;
	size_t documents;
	bool has_failed;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t line_start(struct str text, size_t at)
{
	while (at && text.at[at - 1] != '\n' && text.at[at - 1] != '\r')
		at--;
	return at;
}

/* ---- parts of a node ------------------------------------------------------------------------- */

static struct str copy(struct builder *b, const yaml_char_t *text)
{
	size_t len = text ? strlen((const char *)text) : 0;
	return (struct str){arena_copy(b->arena, (const char *)text, len), len};
}

/* An anchor and a tag, in any order. */
static void set_properties(struct builder *b, struct yaml_node *n, const yaml_char_t *anchor,
	const yaml_char_t *tag, size_t end)
{
	const char *text = b->text.at;
	size_t at = n->start;
	n->properties = n->start;
	n->anchor = copy(b, anchor);
	n->tag = copy(b, tag);
	for (int count = (anchor != NULL) + (tag != NULL); count && at < end; count--) {
		if (text[at] != '&' && text[at] != '!')
			break;
		while (at < end && !is_blank(text[at]))
			at++;
		n->properties = (uint32_t)at;
		while (at < end && (is_blank(text[at]) || text[at] == '#'))
			at = text[at] == '#' ? yaml_line_end(b->text, at) : at + 1;
	}
	n->content = (uint32_t)at;
}

static size_t leading_spaces(struct str text, size_t at)
{
	size_t n = 0;
	while (at + n < text.len && text.at[at + n] == ' ')
		n++;
	return n;
}

/* Of a block scalar's indicators: `|`, `>2-`. */
static size_t header_length(struct builder *b, const struct yaml_node *n, size_t end)
{
	size_t at = n->content + 1;
	while (at < end && strchr("+-0123456789", b->text.at[at]))
		at++;
	return at - n->content;
}

/* The column of a block scalar's text: what its indicator says, or that of its first line. */
static size_t text_column(struct builder *b, const struct yaml_node *n, size_t end)
{
	struct str text = b->text;
	size_t header = n->content + header_length(b, n, end), most = 0;
	for (size_t at = n->content + 1; at < header; at++) {
		if (text.at[at] > '0' && text.at[at] <= '9')
			return n->outer + (size_t)(text.at[at] - '0');
	}
	for (size_t at = yaml_line_end(text, header); at < end; at = yaml_line_end(text, at)) {
		at += text.at[at] == '\r' && at + 1 < end && text.at[at + 1] == '\n' ? 2 : 1;
		size_t spaces = leading_spaces(text, at);
		bool is_empty = at + spaces >= end || strchr("\r\n", text.at[at + spaces]);
		most = spaces > most ? spaces : most;
		if (!is_empty)
			return spaces;
	}
	return most;
}

static size_t outer_column(const struct builder *b)
{
	for (size_t i = b->depth; i; i--) {
		if (b->open[i].node.style == YAML_STYLE_BLOCK)
			return b->open[i].column;
	}
	return 0;
}

/* libyaml ends a block scalar where the next token may begin. Lines at its end that are empty are
 * part of it only if its header keeps them; spaces beyond its column always are. */
static void end_block_scalar(struct builder *b, struct yaml_node *n, size_t end)
{
	struct str text = b->text;
	n->outer = (uint16_t)outer_column(b);
	n->indent = (uint16_t)text_column(b, n, end);
	size_t header = yaml_line_end(text, n->content);
	bool keeps = memchr(text.at + n->content, '+', header_length(b, n, end)) != NULL;
	size_t start = line_start(text, end);
	/* Spaces before the next token. */
	if (start < end && start > header && leading_spaces(text, start) >= end - start &&
		(end < text.len || end - start <= n->indent))
		end = start;
	while (end > header) {
		size_t stop = end;
		stop -= text.at[stop - 1] == '\n';
		stop -= stop > header && text.at[stop - 1] == '\r';
		start = line_start(text, stop);
		bool is_empty =
			stop - start <= n->indent && leading_spaces(text, start) >= stop - start;
		end = stop;
		if (keeps || !is_empty || start <= header)
			break;
		end = start;
	}
	n->end = (uint32_t)(end > header ? end : header);
}

/* ---- events ---------------------------------------------------------------------------------- */

static void give(struct builder *b, const struct yaml_node *n)
{
	b->nodes = yaml_with_room(b->nodes, b->count, &b->cap, sizeof *b->nodes);
	b->nodes[b->count++] = *n;
}

static struct yaml_node started(struct builder *b, const yaml_event_t *e)
{
	return (struct yaml_node){.start = (uint32_t)yaml_byte_at(&b->cursor, e->start_mark.index)};
}

static void on_scalar(struct builder *b, const yaml_event_t *e)
{
	static const uint8_t styles[] = {[YAML_PLAIN_SCALAR_STYLE] = YAML_STYLE_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = YAML_STYLE_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YAML_STYLE_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = YAML_STYLE_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = YAML_STYLE_FOLDED};
	struct yaml_node n = started(b, e);
	size_t end = yaml_byte_at(&b->cursor, e->end_mark.index);
	n.kind = YAML_NODE_SCALAR;
	n.style = styles[e->data.scalar.style];
	n.text = (struct str){
		arena_copy(b->arena, (const char *)e->data.scalar.value, e->data.scalar.length),
		e->data.scalar.length};
	set_properties(b, &n, e->data.scalar.anchor, e->data.scalar.tag, end);
	n.end = (uint32_t)end;
	if (yaml_is_block_scalar(&n))
		end_block_scalar(b, &n, end);
	give(b, &n);
}

static void on_alias(struct builder *b, const yaml_event_t *e)
{
	struct yaml_node n = started(b, e);
	n.kind = YAML_NODE_ALIAS;
	n.content = n.properties = n.start;
	n.end = (uint32_t)yaml_byte_at(&b->cursor, e->end_mark.index);
	n.text = copy(b, e->data.alias.anchor);
	give(b, &n);
}

static void on_start(struct builder *b, const yaml_event_t *e, bool is_map)
{
	struct yaml_node n = started(b, e);
	if (b->depth == YAML_MAX_DEPTH) {
		b->has_failed = true;
		return;
	}
	n.kind = is_map ? YAML_NODE_MAP : YAML_NODE_LIST;
	bool is_flow = is_map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			      : e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	n.style = is_flow ? YAML_STYLE_FLOW : YAML_STYLE_BLOCK;
	set_properties(b, &n, is_map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
		is_map ? e->data.mapping_start.tag : e->data.sequence_start.tag, b->text.len);
	b->open[++b->depth] = (struct open_node){.node = n,
		.first = b->count,
		.column = (uint16_t)(n.content - line_start(b->text, n.content))};
}

static void on_end(struct builder *b, const yaml_event_t *e)
{
	struct open_node *o = &b->open[b->depth--];
	struct yaml_node n = o->node;
	n.count = (uint32_t)(b->count - o->first);
	n.children = arena_array(b->arena, n.count, sizeof *n.children);
	if (n.count)
		memcpy(n.children, b->nodes + o->first, n.count * sizeof *n.children);
	b->count = o->first;
	if (n.style == YAML_STYLE_FLOW || !n.count)
		n.end = (uint32_t)yaml_byte_at(&b->cursor, e->end_mark.index);
	else
		n.end = n.children[n.count - 1].end;
	give(b, &n);
}

static void on_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		b->has_failed |= ++b->documents > 1;
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, e);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		on_start(b, e, e->type == YAML_MAPPING_START_EVENT);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_end(b, e);
		break;
	default:
		break;
	}
}

bool yaml_tree_read(struct str text, struct arena *a, struct yaml_node *root)
{
	struct builder b = {.text = text, .arena = a, .cursor = yaml_cursor_at(text)};
	yaml_parser_t parser;
	bool is_done = false;
	if (!yaml_parser_initialize(&parser))
		out_of_memory();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.at, text.len);
	while (!is_done && !b.has_failed) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			b.has_failed = true;
			break;
		}
		is_done = event.type == YAML_STREAM_END_EVENT;
		on_event(&b, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	bool is_good = !b.has_failed && b.count == 1;
	if (is_good)
		*root = b.nodes[0];
	free(b.nodes);
	return is_good;
}
