/* The language of Mermaid, which code hosts draw inside of Markdown. */
#include "tool/graph.h"

#include "base/json.h"

static void put_indent(struct strbuf *b, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		strbuf_puts(b, "  ");
}

/* Every sign that Mermaid or HTML could take for its own goes as an entity. */
static void put_quoted(struct strbuf *b, struct str text)
{
	strbuf_putc(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c == '\n')
			strbuf_puts(b, "<br/>");
		else if (c < ' ' || c == 0x7f)
			strbuf_putc(b, ' ');
		else if (strchr("\"#<>&`;\\[]{}|*_~", c))
			strbuf_printf(b, "#%u;", c);
		else
			strbuf_putc(b, (char)c);
	}
	strbuf_putc(b, '"');
}

static void mermaid_begin(struct strbuf *b, struct str title)
{
	/* YAML, not Mermaid: its quoted strings are JSON's. */
	strbuf_puts(b, "---\ntitle: ");
	json_quote(b, title);
	strbuf_puts(b, "\n---\nflowchart TD\n");
}

static void mermaid_end(struct strbuf *b)
{
	strbuf_puts(b, "  classDef effect fill:#fff3cd,stroke-width:2px,color:#000\n"
		       "  classDef forever fill:#f8d7da,stroke-width:4px,color:#000\n"
		       "  classDef person fill:#d6e9ff,color:#000\n"
		       "  classDef undo stroke-dasharray:5 5\n");
}

static void mermaid_open(
	struct strbuf *b, unsigned depth, uint32_t cluster, struct str label, bool is_undo)
{
	put_indent(b, depth);
	strbuf_printf(b, "subgraph g%u [", cluster);
	put_quoted(b, label);
	strbuf_puts(b, "]\n");
	if (!is_undo)
		return;
	put_indent(b, depth + 1);
	strbuf_printf(b, "style g%u stroke-dasharray:5 5\n", cluster);
}

static void mermaid_close(struct strbuf *b, unsigned depth)
{
	put_indent(b, depth);
	strbuf_puts(b, "end\n");
}

static void mermaid_node(
	struct strbuf *b, unsigned depth, uint32_t node, struct str label, enum shape shape)
{
	static const struct {
		const char *open, *close, *class;
	} shapes[] = {
		[SHAPE_STEP] = {"(", ")", ""},
		[SHAPE_EFFECT] = {"(", ")", ":::effect"},
		[SHAPE_FOREVER] = {"[[", "]]", ":::forever"},
		[SHAPE_PERSON] = {"{{", "}}", ":::person"},
		[SHAPE_FORK] = {"{", "}", ""},
		[SHAPE_UNDO] = {"(", ")", ":::undo"},
	};

	put_indent(b, depth);
	strbuf_printf(b, "n%u%s", node, shapes[shape].open);
	put_quoted(b, label);
	strbuf_printf(b, "%s%s\n", shapes[shape].close, shapes[shape].class);
}

static void put_end(struct strbuf *b, struct graph_end end)
{
	if (end.cluster != NODE_NONE)
		strbuf_printf(b, "g%u", end.cluster);
	else
		strbuf_printf(b, "n%u", end.node);
}

static void mermaid_edge(struct strbuf *b, struct graph_end from, struct graph_end to,
	struct str label, enum line line)
{
	strbuf_puts(b, "  ");
	put_end(b, from);
	if (line == LINE_UNDO) {
		strbuf_puts(b, " -.->|undo| ");
	} else {
		strbuf_puts(b, " -->");
		if (label.len) {
			strbuf_putc(b, '|');
			put_quoted(b, label);
			strbuf_putc(b, '|');
		}
		strbuf_putc(b, ' ');
	}
	put_end(b, to);
	strbuf_putc(b, '\n');
}

const struct graph_pen mermaid_pen = {
	.begin = mermaid_begin,
	.end = mermaid_end,
	.open = mermaid_open,
	.close = mermaid_close,
	.node = mermaid_node,
	.edge = mermaid_edge,
};
