/*
 * Applies a query segment by segment: a list of nodes goes in, a list of nodes comes out. So what
 * recurses over data is only the walk over descendants, which has a depth limit, and the
 * comparison of two structures, which has the same.
 *
 * Every node looked at is a step, long texts and patterns cost more, and the steps of one call are
 * bounded: nested `..` and filters multiply.
 */
#include "base/jsonpath_tree.h"

#define STEPS_MAX 10000000
#define NODES_MAX 1000000
#define DEPTH_MAX                                                                                  \
	(4 * VALUE_MAX_DEPTH) /* decoded texts keep to VALUE_MAX_DEPTH; some are wrapped */
#define BYTES_A_STEP 64
#define WORK_A_STEP 16 /* of a pattern; see regex_last_work() */

struct nodes {
	const struct value **at;
	size_t count, cap;
};

struct selection {
	const struct value *root;
	int64_t steps_left;
	const char *error; /* once it is set, everything returns as fast as it can */
	/* The last pattern that came from the data: often it is the same for all nodes. */
	struct regex *regex;
	struct str pattern;
	bool is_pattern_whole;
};

static bool is_true(struct selection *s, const struct path_expr *e, const struct value *current);

static bool fail(struct selection *s, const char *message)
{
	if (!s->error)
		s->error = message;
	return false;
}

static bool step(struct selection *s, size_t cost)
{
	s->steps_left -= (int64_t)cost + 1;
	if (s->steps_left < 0)
		fail(s, "the query needs too many steps for this value");
	return !s->error;
}

static void nodes_add(struct selection *s, struct nodes *n, const struct value *v)
{
	if (n->count == NODES_MAX) {
		fail(s, "the query selects more than 1000000 nodes");
		return;
	}
	if (n->count == n->cap) {
		n->cap = n->cap ? n->cap * 2 : 16;
		n->at = heap_array(n->at, n->cap, sizeof *n->at);
	}
	n->at[n->count++] = v;
}

/* ---- selectors ------------------------------------------------------------------------------ */

static size_t child_count(const struct value *v)
{
	if (v->kind == VALUE_LIST)
		return v->list->count;
	return v->kind == VALUE_MAP ? v->map->count : 0;
}

static const struct value *child(const struct value *v, size_t i)
{
	return v->kind == VALUE_LIST ? &v->list->items[i] : &v->map->entries[i].value;
}

/* The node of a name or an index, or NULL. */
static const struct value *single(const struct path_selector *by, const struct value *v)
{
	if (by->kind == SELECT_NAME) {
		struct entry *e = v->kind == VALUE_MAP ? map_find(v->map, by->name) : NULL;
		return e ? &e->value : NULL;
	}
	if (v->kind != VALUE_LIST)
		return NULL;
	int64_t count = (int64_t)v->list->count;
	int64_t i = by->start < 0 ? by->start + count : by->start;
	return i >= 0 && i < count ? &v->list->items[i] : NULL;
}

static int64_t clamped(int64_t i, int64_t low, int64_t high)
{
	return i < low ? low : i > high ? high : i;
}

/* RFC 9535, 2.3.4.2. No sum here overflows: all parts are within 2^53. */
static void slice(struct selection *s, const struct path_selector *by, const struct value *v,
	struct nodes *out)
{
	if (v->kind != VALUE_LIST || by->step == 0)
		return;
	int64_t count = (int64_t)v->list->count;
	bool is_up = by->step > 0;
	int64_t start = by->has_start ? by->start : is_up ? 0 : count - 1;
	int64_t end = by->has_end ? by->end : is_up ? count : -count - 1;
	start += start < 0 ? count : 0;
	end += end < 0 ? count : 0;
	start = is_up ? clamped(start, 0, count) : clamped(start, -1, count - 1);
	end = is_up ? clamped(end, 0, count) : clamped(end, -1, count - 1);
	for (int64_t i = start; is_up ? i < end : i > end; i += by->step) {
		if (!step(s, 0))
			return;
		nodes_add(s, out, &v->list->items[i]);
	}
}

static void children(struct selection *s, const struct path_selector *by, const struct value *v,
	struct nodes *out)
{
	size_t count = child_count(v);
	for (size_t i = 0; i < count && step(s, 0); i++) {
		const struct value *node = child(v, i);
		if (by->kind == SELECT_ALL || is_true(s, by->filter, node))
			nodes_add(s, out, node);
	}
}

static void select_from(struct selection *s, const struct path_selector *by, const struct value *v,
	struct nodes *out)
{
	const struct value *node;
	if (!step(s, by->name.len / BYTES_A_STEP))
		return;
	switch (by->kind) {
	case SELECT_NAME:
	case SELECT_INDEX:
		node = single(by, v);
		if (node)
			nodes_add(s, out, node);
		break;
	case SELECT_SLICE:
		slice(s, by, v, out);
		break;
	case SELECT_ALL:
	case SELECT_FILTER:
		children(s, by, v, out);
		break;
	}
}

/* ---- segments ------------------------------------------------------------------------------- */

/* `v` and everything below it, a parent before its children. */
static void descend(struct selection *s, const struct value *v, struct nodes *out, int depth)
{
	if (!step(s, 0))
		return;
	if (depth > DEPTH_MAX) {
		fail(s, "the value is nested too deep");
		return;
	}
	nodes_add(s, out, v);
	size_t count = child_count(v);
	for (size_t i = 0; i < count && !s->error; i++)
		descend(s, child(v, i), out, depth + 1);
}

static struct nodes apply_segment(
	struct selection *s, const struct path_segment *segment, const struct nodes *in)
{
	struct nodes out = {0}, below = {0};
	if (segment->is_descendant) {
		for (size_t i = 0; i < in->count && !s->error; i++)
			descend(s, in->at[i], &below, 0);
		in = &below;
	}
	for (size_t i = 0; i < in->count && !s->error; i++) {
		for (struct path_selector *by = segment->selectors; by; by = by->next)
			select_from(s, by, in->at[i], &out);
	}
	free(below.at);
	return out;
}

/* The nodes of a query; the caller frees them. */
static struct nodes apply(
	struct selection *s, const struct path_query *query, const struct value *current)
{
	struct nodes nodes = {0};
	nodes_add(s, &nodes, query->is_relative ? current : s->root);
	for (struct path_segment *g = query->segments; g && !s->error; g = g->next) {
		struct nodes next = apply_segment(s, g, &nodes);
		free(nodes.at);
		nodes = next;
	}
	return nodes;
}

/* A query for one node needs no lists. */
static const struct value *apply_singular(
	struct selection *s, const struct path_query *query, const struct value *current)
{
	const struct value *v = query->is_relative ? current : s->root;
	for (struct path_segment *g = query->segments; g && v; g = g->next) {
		if (!step(s, g->selectors->name.len / BYTES_A_STEP))
			return NULL;
		v = single(g->selectors, v);
	}
	return v;
}

/* ---- values in filters ---------------------------------------------------------------------- */

static size_t count_characters(struct str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
	return count;
}

static const struct value *call_length(
	struct selection *s, const struct value *v, struct value *room)
{
	if (!v || (v->kind != VALUE_STRING && v->kind != VALUE_LIST && v->kind != VALUE_MAP))
		return NULL;
	size_t length = child_count(v);
	if (v->kind == VALUE_STRING) {
		step(s, v->len / BYTES_A_STEP);
		length = count_characters(value_string(v));
	}
	*room = value_int((int64_t)length);
	return room;
}

/* What an expression stands for; NULL is the RFC's Nothing. A computed value is put in *room. */
static const struct value *value_of(struct selection *s, const struct path_expr *e,
	const struct value *current, struct value *room)
{
	if (e->kind == EXPR_LITERAL)
		return &e->literal;
	if (e->kind == EXPR_QUERY)
		return apply_singular(s, e->query, current);
	if (e->function == CALL_LENGTH)
		return call_length(s, value_of(s, e->parts, current, room), room);
	struct nodes nodes = apply(s, e->parts->query, current);
	const struct value *result = nodes.count == 1 ? nodes.at[0] : NULL;
	if (e->function == CALL_COUNT) {
		*room = value_int((int64_t)nodes.count);
		result = room;
	}
	free(nodes.at);
	return result;
}

/* ---- comparing ------------------------------------------------------------------------------ */

static bool is_number(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

static bool is_equal(struct selection *s, const struct value *x, const struct value *y, int depth);

static bool maps_equal(struct selection *s, const struct map *x, const struct map *y, int depth)
{
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++) {
		struct str key = entry_key(&x->entries[i]);
		const struct entry *other = map_find(y, key);
		if (!step(s, key.len / BYTES_A_STEP) || !other ||
			!is_equal(s, &x->entries[i].value, &other->value, depth))
			return false;
	}
	return true;
}

static bool lists_equal(struct selection *s, const struct list *x, const struct list *y, int depth)
{
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++) {
		if (!is_equal(s, &x->items[i], &y->items[i], depth))
			return false;
	}
	return true;
}

/* Like value_equal(), but it counts its steps. */
static bool is_equal(struct selection *s, const struct value *x, const struct value *y, int depth)
{
	if (!step(s, x->kind == VALUE_STRING ? x->len / BYTES_A_STEP : 0))
		return false;
	if (depth > DEPTH_MAX)
		return fail(s, "the value is nested too deep");
	if (x->kind == VALUE_LIST && y->kind == VALUE_LIST)
		return lists_equal(s, x->list, y->list, depth + 1);
	if (x->kind == VALUE_MAP && y->kind == VALUE_MAP)
		return maps_equal(s, x->map, y->map, depth + 1);
	return value_equal(x, y);
}

static bool is_less(struct selection *s, const struct value *x, const struct value *y)
{
	if (is_number(x) && is_number(y))
		return number_less(x, y);
	if (x->kind != VALUE_STRING || y->kind != VALUE_STRING)
		return false;
	step(s, x->len / BYTES_A_STEP);
	/* The order of UTF-8's bytes is the order of its code points. */
	return str_compare(value_string(x), value_string(y)) < 0;
}

static bool both_equal(struct selection *s, const struct value *x, const struct value *y)
{
	return x && y ? is_equal(s, x, y, 0) : x == y;
}

static bool compare(struct selection *s, const struct path_expr *e, const struct value *current)
{
	struct value rooms[2];
	const struct value *x = value_of(s, e->parts, current, &rooms[0]);
	const struct value *y = value_of(s, e->parts->next, current, &rooms[1]);
	bool are_both = x && y;
	switch (e->operator) {
	case OP_EQ:
		return both_equal(s, x, y);
	case OP_NE:
		return !both_equal(s, x, y);
	case OP_LT:
		return are_both && is_less(s, x, y);
	case OP_GT:
		return are_both && is_less(s, y, x);
	case OP_LE:
		return (are_both && is_less(s, x, y)) || both_equal(s, x, y);
	case OP_GE:
		return (are_both && is_less(s, y, x)) || both_equal(s, x, y);
	}
	return false;
}

/* ---- truth values --------------------------------------------------------------------------- */

/* Compiles a pattern from the data, or takes the last one. NULL: it is none. */
static struct regex *pattern_of(struct selection *s, struct str pattern, bool is_whole)
{
	const char *error;
	struct str translated;
	if (s->pattern.at && str_equal(s->pattern, pattern) && s->is_pattern_whole == is_whole)
		return s->regex;
	step(s, pattern.len);
	if (s->regex)
		regex_free(s->regex);
	s->regex = NULL;
	s->pattern = pattern;
	s->is_pattern_whole = is_whole;
	struct arena scratch;
	arena_init(&scratch);
	if (path_pattern(&scratch, pattern, is_whole, &translated))
		s->regex = regex_new(&scratch, translated, &error);
	arena_release(&scratch);
	return s->regex;
}

static bool matches(struct selection *s, const struct path_expr *e, const struct value *current)
{
	struct value rooms[2];
	const struct value *text = value_of(s, e->parts, current, &rooms[0]);
	const struct value *pattern = value_of(s, e->parts->next, current, &rooms[1]);
	if (s->error || !text || !pattern || text->kind != VALUE_STRING ||
		pattern->kind != VALUE_STRING)
		return false;
	struct regex *re = e->regex;
	if (!re)
		re = pattern_of(s, value_string(pattern), e->function == CALL_MATCH);
	if (!re)
		return false;
	const char *error = NULL;
	enum regex_result result = regex_test(re, value_string(text), &error);
	if (result == REGEX_ERROR)
		return fail(s, error);
	step(s, text->len / BYTES_A_STEP + (size_t)regex_last_work() / WORK_A_STEP);
	return result == REGEX_MATCH;
}

static bool exists(struct selection *s, const struct path_query *query, const struct value *current)
{
	if (query->is_singular)
		return apply_singular(s, query, current) != NULL;
	struct nodes nodes = apply(s, query, current);
	free(nodes.at);
	return nodes.count > 0;
}

/* Any part that is `wanted` decides. */
static bool any_is(
	struct selection *s, const struct path_expr *e, const struct value *current, bool wanted)
{
	for (const struct path_expr *part = e->parts; part; part = part->next) {
		if (is_true(s, part, current) == wanted)
			return true;
	}
	return false;
}

/* Recursion is bounded by the nesting of the query. */
static bool is_true(struct selection *s, const struct path_expr *e, const struct value *current)
{
	if (!step(s, 0))
		return false;
	switch (e->kind) {
	case EXPR_OR:
		return any_is(s, e, current, true);
	case EXPR_AND:
		return !any_is(s, e, current, false);
	case EXPR_NOT:
		return !is_true(s, e->parts, current);
	case EXPR_PAREN:
		return is_true(s, e->parts, current);
	case EXPR_COMPARE:
		return compare(s, e, current);
	case EXPR_EXISTS:
		return exists(s, e->query, current);
	case EXPR_TEST:
		return matches(s, e, current);
	case EXPR_LITERAL:
	case EXPR_QUERY:
	case EXPR_CALL:
		break;
	}
	return false;
}

bool jsonpath_select(struct jsonpath *path, struct arena *a, const struct value *root,
	struct value *nodes, const char **error)
{
	struct selection s = {.root = root, .steps_left = STEPS_MAX};
	struct nodes found = apply(&s, &path->query, root);
	*nodes = value_list(a);
	if (!s.error) {
		nodes->list->items = arena_array(a, found.count, sizeof *nodes->list->items);
		nodes->list->count = nodes->list->cap = found.count;
		for (size_t i = 0; i < found.count; i++)
			nodes->list->items[i] = *found.at[i];
	}
	free(found.at);
	if (s.regex)
		regex_free(s.regex);
	*error = s.error;
	return !s.error;
}
