/* The language of Graphviz. */
#include "tool/graph.h"

static void put_indent(struct strbuf *b, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		strbuf_puts(b, "  ");
}

/* A quoted string. Lines are centred; control characters are none of a label's business. */
static void put_quoted(struct strbuf *b, struct str text)
{
	strbuf_putc(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '\n') {
			strbuf_puts(b, "\\n");
		} else if (c == '"' || c == '\\') {
			strbuf_putc(b, '\\');
			strbuf_putc(b, c);
		} else {
			strbuf_putc(b, (unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
		}
	}
	strbuf_putc(b, '"');
}

static void dot_begin(struct strbuf *b, struct str title)
{
	strbuf_puts(b, "digraph runbook {\n  label=");
	put_quoted(b, title);
	strbuf_puts(b, ";\n"
		       "  labelloc=t;\n"
		       "  compound=true;\n"
		       "  fontname=\"sans-serif\";\n"
		       "  node [shape=box, style=\"rounded\", fontname=\"sans-serif\"];\n"
		       "  edge [fontname=\"sans-serif\"];\n");
}

static void dot_end(struct strbuf *b)
{
	strbuf_puts(b, "}\n");
}

static void dot_open(
	struct strbuf *b, unsigned depth, uint32_t cluster, struct str label, bool is_undo)
{
	put_indent(b, depth);
	strbuf_printf(b, "subgraph cluster_%u {\n", cluster);
	put_indent(b, depth + 1);
	strbuf_puts(b, "label=");
	put_quoted(b, label);
	strbuf_printf(b, "; style=\"rounded%s\";\n", is_undo ? ",dashed" : "");
}

static void dot_close(struct strbuf *b, unsigned depth)
{
	put_indent(b, depth);
	strbuf_puts(b, "}\n");
}

static void dot_node(
	struct strbuf *b, unsigned depth, uint32_t node, struct str label, enum shape shape)
{
	static const char *const styles[] = {
		[SHAPE_STEP] = "",
		[SHAPE_EFFECT] = ", style=\"rounded,filled,bold\", fillcolor=\"#fff3cd\"",
		[SHAPE_FOREVER] = ", style=\"filled,bold\", fillcolor=\"#f8d7da\", peripheries=2",
		[SHAPE_PERSON] = ", shape=hexagon, style=\"filled\", fillcolor=\"#d6e9ff\"",
		[SHAPE_FORK] = ", shape=diamond, style=\"\"",
		[SHAPE_UNDO] = ", style=\"rounded,dashed\"",
	};

	put_indent(b, depth);
	strbuf_printf(b, "n%u [label=", node);
	put_quoted(b, label);
	strbuf_printf(b, "%s];\n", styles[shape]);
}

static void dot_edge(struct strbuf *b, struct graph_end from, struct graph_end to, struct str label,
	enum line line)
{
	const char *comma = "";

	strbuf_printf(b, "  n%u -> n%u [", from.node, to.node);
	if (from.cluster != NODE_NONE) {
		strbuf_printf(b, "ltail=cluster_%u", from.cluster);
		comma = ", ";
	}
	if (to.cluster != NODE_NONE) {
		strbuf_printf(b, "%slhead=cluster_%u", comma, to.cluster);
		comma = ", ";
	}
	if (label.len) {
		strbuf_printf(b, "%slabel=", comma);
		put_quoted(b, label);
		comma = ", ";
	}
	if (line == LINE_UNDO)
		strbuf_printf(b, "%sstyle=dashed, label=\"undo\", constraint=false", comma);
	strbuf_puts(b, "];\n");
}

const struct graph_pen dot_pen = {
	.begin = dot_begin,
	.end = dot_end,
	.open = dot_open,
	.close = dot_close,
	.node = dot_node,
	.edge = dot_edge,
};
