/*
 * The walk over the plan that both languages share: groups become clusters, what has no steps
 * inside becomes a node, needs become edges.
 */
#include "tool/graph.h"

#include "tool/describe.h"

struct drawing {
	struct strbuf *b;
	const struct plan *p;
	const struct graph_pen *pen;
	bool inside; /* modules are opened */
};

/* Whether it is drawn as a cluster. */
static bool is_group(const struct drawing *g, uint32_t node)
{
	const struct node *n = &g->p->nodes[node];

	if (!n->step)
		return true;
	if (n->action == ACTION_USES || n->action == ACTION_CALL)
		return g->inside && plan_child(g->p, node, NODE_NONE) != NODE_NONE;
	return n->action >= ACTION_STEPS && plan_child(g->p, node, NODE_NONE) != NODE_NONE;
}

static bool is_choice(const struct node *n)
{
	return n->step && n->action == ACTION_CHOOSE;
}

/* ---- ends of edges -------------------------------------------------------------------------- */

/* A choice begins at its fork, which has the number of the group. */
static uint32_t first_inside(const struct drawing *g, uint32_t node)
{
	while (is_group(g, node) && !is_choice(&g->p->nodes[node]))
		node = plan_child(g->p, node, NODE_NONE);
	return node;
}

static uint32_t last_inside(const struct drawing *g, uint32_t node)
{
	while (is_group(g, node)) {
		uint32_t child = plan_child(g->p, node, NODE_NONE);

		while (g->p->nodes[child].next != NODE_NONE)
			child = g->p->nodes[child].next;
		node = child;
	}
	return node;
}

static struct graph_end end_of(const struct drawing *g, uint32_t node, bool is_start)
{
	uint32_t cluster = is_group(g, node) ? node : NODE_NONE;

	return (struct graph_end){is_start ? first_inside(g, node) : last_inside(g, node), cluster};
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static enum shape shape_of(const struct drawing *g, uint32_t node)
{
	const struct node *n = &g->p->nodes[node];

	if (n->step->more && n->step->more->irreversible)
		return SHAPE_FOREVER;
	if (plan_undone_step(g->p, node) != NODE_NONE)
		return SHAPE_UNDO;
	if (n->action == ACTION_CONFIRM || n->action == ACTION_CHECKLIST ||
		n->action == ACTION_PROMPT)
		return SHAPE_PERSON;
	return n->effect == EFFECT_WRITES || n->effect == EFFECT_UNSAID ? SHAPE_EFFECT : SHAPE_STEP;
}

static void put_label(struct strbuf *b, const struct drawing *g, uint32_t node)
{
	static const char *const sections[] = {[ROLE_BEFORE] = "rollback: before",
		[ROLE_AFTER] = "rollback: after",
		[ROLE_FINALLY] = "finally"};
	const struct node *n = &g->p->nodes[node];
	const struct step *s = plan_telling_step(g->p, node);

	if (!s) {
		strbuf_puts(b, sections[n->role]);
		return;
	}
	if (n->role == ROLE_UNDO && !s->name && !s->id.len && is_group(g, node)) {
		strbuf_puts(b, "rollback");
		return;
	}
	describe_step(b, s);
	if (s != n->step)
		return;
	if (n->action == ACTION_PARALLEL)
		strbuf_puts(b, " (at once)");
	else if (n->action == ACTION_CHOOSE)
		strbuf_puts(b, " (one of these)");
	if (step_items(s))
		strbuf_puts(b, s->more->hosts ? " (on each host)" : " (for each)");
	/* The guard of a branch stands at its edge. */
	if (s->only_if && !(n->parent != NODE_NONE && is_choice(&g->p->nodes[n->parent])))
		strbuf_printf(b, "\nif %.*s", STR_ARGS(s->only_if->text));
	if (s->more && s->more->irreversible)
		strbuf_puts(b, "\nirreversible");
}

static void draw_children(struct drawing *g, uint32_t group, unsigned depth);

/* Depth is bounded by the plan (PLAN_MAX_DEPTH). */
static void draw(struct drawing *g, uint32_t node, unsigned depth)
{
	const struct node *n = &g->p->nodes[node];
	struct strbuf label = {0};

	put_label(&label, g, node);
	if (is_group(g, node)) {
		g->pen->open(g->b, depth, node, strbuf_str(&label),
			plan_undone_step(g->p, node) != NODE_NONE);
		if (is_choice(n))
			g->pen->node(g->b, depth + 1, node, STR("?"), SHAPE_FORK);
		draw_children(g, node, depth + 1);
		g->pen->close(g->b, depth);
	} else {
		g->pen->node(g->b, depth, node, strbuf_str(&label), shape_of(g, node));
	}
	strbuf_release(&label);
	if (n->undo != NODE_NONE)
		draw(g, n->undo, depth);
}

static void draw_children(struct drawing *g, uint32_t group, unsigned depth)
{
	uint32_t child = NODE_NONE;

	while ((child = plan_child(g->p, group, child)) != NODE_NONE)
		draw(g, child, depth);
}

/* ---- edges ---------------------------------------------------------------------------------- */

static void put_branch_label(struct strbuf *b, const struct step *s)
{
	if (s->only_if)
		strbuf_put(b, s->only_if->text);
	else if (s->is_else == 1)
		strbuf_puts(b, "else");
}

static void connect(struct drawing *g, uint32_t node)
{
	const struct node *n = &g->p->nodes[node];

	for (uint32_t k = 0; k < n->need_count; k++)
		g->pen->edge(g->b, end_of(g, g->p->edges[n->needs + k], false),
			end_of(g, node, true), STR(""), LINE_NEEDS);
	if (n->undo != NODE_NONE)
		g->pen->edge(
			g->b, end_of(g, node, false), end_of(g, n->undo, true), STR(""), LINE_UNDO);
	if (n->role == ROLE_STEP && n->parent != NODE_NONE && is_choice(&g->p->nodes[n->parent])) {
		struct strbuf label = {0};

		put_branch_label(&label, n->step);
		g->pen->edge(g->b, (struct graph_end){n->parent, NODE_NONE}, end_of(g, node, true),
			strbuf_str(&label), LINE_BRANCH);
		strbuf_release(&label);
	}
}

static void connect_all(struct drawing *g, uint32_t node)
{
	uint32_t child = NODE_NONE;

	if (g->p->nodes[node].step)
		connect(g, node);
	if (g->p->nodes[node].undo != NODE_NONE)
		connect_all(g, g->p->nodes[node].undo);
	if (!is_group(g, node))
		return;
	while ((child = plan_child(g->p, node, child)) != NODE_NONE)
		connect_all(g, child);
}

/* ---- all of it ------------------------------------------------------------------------------ */

void graph_write(struct strbuf *b, const struct plan *p, enum graph_format format, bool inside)
{
	struct drawing g = {.b = b,
		.p = p,
		.pen = format == GRAPH_DOT ? &dot_pen : &mermaid_pen,
		.inside = inside};
	const uint32_t sections[] = {p->before, p->after, p->finally};

	g.pen->begin(b, p->book->title.len ? p->book->title : p->book->name);
	draw_children(&g, p->main, 1);
	for (size_t i = 0; i < 3; i++) {
		if (sections[i] != NODE_NONE)
			draw(&g, sections[i], 1);
	}
	connect_all(&g, p->main);
	for (size_t i = 0; i < 3; i++) {
		if (sections[i] != NODE_NONE)
			connect_all(&g, sections[i]);
	}
	g.pen->end(b);
}
