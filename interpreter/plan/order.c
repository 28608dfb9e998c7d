/* The order of steps: needs become edges, and steps that wait for each other are refused. */
#include "plan/build.h"

/* ---- needs ---------------------------------------------------------------------------------- */

/* In these every child follows the one above it; in the others all start at once. */
static bool is_sequence(const struct node *n)
{
	return n->action == ACTION_STEPS || n->action == ACTION_USES || n->action == ACTION_CALL;
}

/* Behind so many errors all steps are not looked through once more. */
#define SEARCHED_MAX 100

struct step_search {
	struct str id;
	bool is_found;
};

static void look_at_id(void *context, struct step *s)
{
	struct step_search *search = context;

	search->is_found |= str_equal(s->id, search->id);
}

/* A step that could not be read, or whose list could not: that is told already. */
static bool is_lost(const struct runbook *book, struct str id)
{
	struct step_search search = {.id = id};

	runbook_each_step(book, look_at_id, &search);
	return search.is_found || !book->steps.count;
}

void plan_tell_no_step(const struct plan *p, struct diagnostics *d, const struct unit *u,
	struct str id, struct span span)
{
	struct diagnostic *told;
	const char **names;
	size_t count = 0;

	bool is_one_of_many = d->errors > SEARCHED_MAX;

	if (d->errors && !is_one_of_many && is_lost(u->book, id))
		return;
	told = diagnose(d, RB301, span, "there is no step `%.*s`", STR_ARGS(id));
	if (is_one_of_many)
		return;
	names = heap_array(NULL, p->count, sizeof(*names));
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->nodes[i].unit == u && p->nodes[i].step && p->nodes[i].step->id.len)
			names[count++] = arena_copy(
				d->arena, p->nodes[i].step->id.at, p->nodes[i].step->id.len);
	}
	diagnostic_nearest(d, told, id, names, count);
	free(names);
}

static uint32_t resolve_need(const struct plan *p, struct diagnostics *d, uint32_t node,
	struct str need, struct span span)
{
	const struct node *n = &p->nodes[node];
	uint32_t target = plan_step(p, n->unit, need);

	if (target == NODE_NONE) {
		plan_tell_no_step(p, d, n->unit, need, span);
		return NODE_NONE;
	}
	if (target == node) {
		diagnose(d, RB302, span, "step `%.*s` needs itself", STR_ARGS(need));
		return NODE_NONE;
	}
	if (plan_is_within(p, node, target)) {
		diagnose(d, RB302, span, "`%.*s` is the group around this step", STR_ARGS(need));
		return NODE_NONE;
	}
	if (plan_is_within(p, target, node)) {
		diagnose(d, RB302, span, "`%.*s` is inside this step", STR_ARGS(need));
		return NODE_NONE;
	}
	return target;
}

struct edge {
	uint32_t from, to; /* `from` waits for `to` */
};

struct edge_list {
	struct edge *at;
	size_t count, cap;
};

static void add_edge(struct edge_list *l, uint32_t from, uint32_t to)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->at = heap_array(l->at, l->cap, sizeof(*l->at));
	}
	l->at[l->count++] = (struct edge){from, to};
}

/* The outermost for_each around `node` that is not around `other`: items come and go, so who is
 * inside one waits and is waited for as the whole loop. `node` itself when there is none. */
static uint32_t loop_around(const struct plan *p, uint32_t node, uint32_t other)
{
	uint32_t loop = node;

	for (uint32_t up = p->nodes[node].parent; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct step *s = p->nodes[up].step;

		if (plan_is_within(p, other, up))
			break;
		if (step_items(s))
			loop = up;
	}
	return loop;
}

static void add_need(struct plan *p, struct edge_list *edges, uint32_t node, uint32_t need)
{
	uint32_t from = loop_around(p, node, need), to = loop_around(p, need, node);

	if (p->nodes[from].parent != p->nodes[to].parent)
		p->has_outer_needs = true;
	add_edge(edges, from, to);
}

static void add_needs_of(
	struct plan *p, struct edge_list *edges, uint32_t node, struct diagnostics *d)
{
	const struct str_list *needs = &p->nodes[node].step->needs;

	for (size_t k = 0; k < needs->count; k++) {
		uint32_t need = resolve_need(p, d, node, needs->items[k], needs->spans[k]);

		if (need != NODE_NONE)
			add_need(p, edges, node, need);
	}
}

static bool follows_sibling(const struct plan *p, const struct node *n)
{
	return n->next != NODE_NONE && n->parent != NODE_NONE &&
	       p->nodes[n->parent].role != ROLE_ROOT && is_sequence(&p->nodes[n->parent]);
}

static bool add_needs(struct plan *p, struct edge_list *edges, struct diagnostics *d)
{
	bool has_explicit = false;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];

		if (n->has_needs) {
			has_explicit = true;
			add_needs_of(p, edges, i, d);
		}
		if (follows_sibling(p, n) && !p->nodes[n->next].has_needs)
			add_edge(edges, n->next, i);
	}
	return has_explicit;
}

/* Both directions in one array, by counting sort: first the needs of each node, then who waits for
 * each. */
static void store_edges(struct plan *p, const struct edge_list *edges)
{
	size_t count = edges->count;
	uint32_t needs_at = 0, followers_at = (uint32_t)count;

	p->edges = arena_array(p->arena, count * 2 + 1, sizeof(uint32_t));
	for (size_t i = 0; i < count; i++) {
		p->nodes[edges->at[i].from].need_count++;
		p->nodes[edges->at[i].to].follower_count++;
	}
	for (uint32_t i = 0; i < p->count; i++) {
		struct node *n = &p->nodes[i];

		n->needs = needs_at;
		n->followers = followers_at;
		needs_at += n->need_count;
		followers_at += n->follower_count;
		n->need_count = n->follower_count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct node *from = &p->nodes[edges->at[i].from], *to = &p->nodes[edges->at[i].to];

		p->edges[from->needs + from->need_count++] = edges->at[i].to;
		p->edges[to->followers + to->follower_count++] = edges->at[i].from;
	}
}

/* ---- cycles --------------------------------------------------------------------------------- */

/*
 * Each node is two points: its start (2n) and its end (2n + 1). A start waits for the start of the
 * group around it and for the ends of its needs; an end waits for its own start and for the ends of
 * what is inside. A cycle over these points is a cycle of steps.
 */
struct cycle_search {
	const struct plan *p;
	uint8_t *color; /* 0 new, 1 on the path, 2 done */
	uint32_t *path, *edge;
	size_t depth;
};

/* The k-th point that `point` waits for, or NODE_NONE. */
static uint32_t awaited(const struct plan *p, uint32_t point, uint32_t k)
{
	const struct node *n = &p->nodes[point / 2];

	if (point % 2 == 0) {
		if (k < n->need_count)
			return p->edges[n->needs + k] * 2 + 1;
		return k == n->need_count && n->parent != NODE_NONE ? n->parent * 2 : NODE_NONE;
	}
	if (k == 0)
		return point - 1;
	/* Children one by one: the k-th is found from where the last was, which the caller keeps.
	 */
	return NODE_NONE;
}

static uint32_t next_awaited(struct cycle_search *s, size_t level)
{
	uint32_t point = s->path[level], k = s->edge[level];
	const struct plan *p = s->p;

	if (point % 2 == 0 || k == 0) {
		s->edge[level]++;
		return awaited(p, point, k);
	}
	/* For ends, `edge` beyond 0 is 1 + the next child to look at. */
	if (k == 1)
		k = plan_child(p, point / 2, NODE_NONE) == NODE_NONE
			    ? NODE_NONE
			    : plan_child(p, point / 2, NODE_NONE) + 1;
	if (k == NODE_NONE)
		return NODE_NONE;
	s->edge[level] = p->nodes[k - 1].next == NODE_NONE ? NODE_NONE : p->nodes[k - 1].next + 1;
	return (k - 1) * 2 + 1;
}

static struct span need_span(const struct plan *p, uint32_t node, uint32_t need)
{
	const struct node *n = &p->nodes[node];

	if (!n->step)
		return (struct span){0};
	for (uint32_t k = 0; n->has_needs && k < n->step->needs.count; k++) {
		if (plan_step(p, n->unit, n->step->needs.items[k]) == need)
			return n->step->needs.spans[k];
	}
	return n->step->span;
}

static void tell_cycle(struct cycle_search *s, size_t from, struct diagnostics *d)
{
	const struct plan *p = s->p;
	struct strbuf names = {0};
	struct diagnostic *told = NULL;
	struct str text;

	/* Only the edges between different steps are worth a word. */
	for (size_t i = from; i < s->depth; i++) {
		uint32_t node = s->path[i] / 2;
		uint32_t next = s->path[i + 1 < s->depth ? i + 1 : from] / 2;

		if (s->path[i] % 2 || next == node || !p->nodes[node].step)
			continue;
		if (plan_is_within(p, node, next))
			continue;
		strbuf_printf(&names, "%s`%.*s`", names.len ? " → " : "",
			STR_ARGS(plan_name(p, node, d->arena)));
		if (!told)
			told = diagnose(d, RB302, need_span(p, node, next), "cycle");
		diagnostic_label(d, told, need_span(p, node, next), "`%.*s` waits for `%.*s`",
			STR_ARGS(plan_name(p, node, d->arena)),
			STR_ARGS(plan_name(p, next, d->arena)));
	}
	text = strbuf_take(&names, d->arena);
	if (told) {
		/* The name it began with closes the circle. */
		ptrdiff_t end = str_find(text, STR("` "), 0);
		struct str first = {text.at, end < 0 ? text.len : (size_t)end + 1};

		told->message = arena_printf(d->arena, "steps wait for each other: %.*s → %.*s",
			STR_ARGS(text), STR_ARGS(first));
		diagnostic_hint(d, told, "take one of these needs away");
	}
	strbuf_release(&names);
}

/* Searches from one point; says whether a cycle was found (and told). */
static bool search_from(struct cycle_search *s, uint32_t start, struct diagnostics *d)
{
	s->depth = 1;
	s->path[0] = start;
	s->edge[0] = 0;
	s->color[start] = 1;
	while (s->depth) {
		uint32_t next = next_awaited(s, s->depth - 1);

		if (next == NODE_NONE) {
			s->color[s->path[--s->depth]] = 2;
		} else if (s->color[next] == 1) {
			size_t from = s->depth;

			while (s->path[--from] != next)
				;
			tell_cycle(s, from, d);
			return true;
		} else if (s->color[next] == 0) {
			s->color[next] = 1;
			s->path[s->depth] = next;
			s->edge[s->depth++] = 0;
		}
	}
	return false;
}

static void refuse_cycles(struct plan *p, struct diagnostics *d)
{
	size_t points = (size_t)p->count * 2;
	struct cycle_search s = {.p = p,
		.color = heap_array(NULL, points, 1),
		.path = heap_array(NULL, points, sizeof(uint32_t)),
		.edge = heap_array(NULL, points, sizeof(uint32_t))};

	memset(s.color, 0, points);
	for (uint32_t i = 0; i < points; i++) {
		if (s.color[i] == 0 && search_from(&s, i, d))
			break; /* one cycle at a time: the others may be the same one */
	}
	free(s.color);
	free(s.path);
	free(s.edge);
}

void plan_order(struct plan *p, struct diagnostics *d)
{
	struct edge_list edges = {0};
	bool has_explicit = add_needs(p, &edges, d);

	store_edges(p, &edges);
	free(edges.at);
	/* Without `needs` everything follows what stands above it, which cannot go in circles. */
	if (has_explicit)
		refuse_cycles(p, d);
}
