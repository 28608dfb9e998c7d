/* Whether an edit did what it should, and nothing else. */
#include "tool/fix_private.h"

#include "source/yaml_tree.h"
#include "tool/layout_tree.h"

/* ---- the tree -------------------------------------------------------------------------------- */

/* The keys on the way to a node. Items of lists are no part of it: a dash may be what is mended. */
struct way {
	const struct way *above;
	struct str key;
	bool is_touched;
};

/* What no edit touches, with all that is in it, in the order of the text. */
struct kept {
	const struct yaml_node *node;
	const struct way *way;
};

struct collector {
	struct arena *arena;
	const struct edits *edits;
	bool is_after; /* the places are those of the text after */
	struct str text;
	struct kept *items;
	size_t count, cap;
};

/* Nothing, as a value, may be written further right on its line; what ends with it ends there. */
static size_t end_of(const struct collector *c, const struct yaml_node *n)
{
	size_t end = n->end;
	while (n->count)
		n = &n->children[n->count - 1];
	while (n->start == n->end && end < c->text.len && c->text.at[end] == ' ')
		end++;
	return end;
}

static bool is_touched(const struct collector *c, const struct yaml_node *n)
{
	size_t n_end = end_of(c, n);
	for (size_t i = 0; i < c->edits->count; i++) {
		const struct edit *x = &c->edits->items[i];
		size_t start = c->is_after ? x->made : x->start;
		size_t end = c->is_after ? x->made + x->text.len : x->end;
		if (n->start <= end && n_end >= start)
			return true;
	}
	return false;
}

static void keep(struct collector *c, const struct yaml_node *n, const struct way *way)
{
	if (c->count == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 64;
		c->items = heap_array(c->items, c->cap, sizeof *c->items);
	}
	c->items[c->count++] = (struct kept){n, way};
}

static void collect(struct collector *c, const struct yaml_node *n, const struct way *way)
{
	if (!is_touched(c, n)) {
		keep(c, n, way);
		return;
	}
	for (uint32_t i = 0; i < n->count; i++) {
		if (n->kind == YAML_NODE_LIST) {
			collect(c, &n->children[i], way);
			continue;
		}
		struct way *in = arena_new(c->arena, struct way);
		*in = (struct way){way, n->children[i].text, is_touched(c, &n->children[i])};
		collect(c, &n->children[i], way);
		collect(c, &n->children[++i], in);
	}
}

static bool is_same_way(const struct way *x, const struct way *y)
{
	for (; x && y; x = x->above, y = y->above) {
		if (!x->is_touched && !str_equal(x->key, y->key))
			return false;
	}
	return !x && !y;
}

static bool are_same_kept(const struct collector *x, const struct collector *y)
{
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++) {
		if (!is_same_way(x->items[i].way, y->items[i].way) ||
			!same_tree(x->items[i].node, y->items[i].node))
			return false;
	}
	return true;
}

/* All that the edits do not touch is there, under the same keys. */
static bool is_same_but(struct collector x, struct collector y, const struct yaml_node *before,
	const struct yaml_node *after)
{
	collect(&x, before, NULL);
	collect(&y, after, NULL);
	bool is_same = are_same_kept(&x, &y);
	free(x.items);
	free(y.items);
	return is_same;
}

/* ---- findings -------------------------------------------------------------------------------- */

/* How far it was understood. */
enum stage { STAGE_TEXT, STAGE_YAML, STAGE_CHECKED };

static enum stage stage_of(const struct fix_view *v, struct arena *a, struct yaml_node *root)
{
	if (!yaml_tree_read(v->file->text, a, root))
		return STAGE_TEXT;
	return v->is_checked ? STAGE_CHECKED : STAGE_YAML;
}

/* How many findings each rule has. */
static size_t *count_rules(const struct fix_view *v, struct arena *a)
{
	size_t *counts = arena_array(a, RULE_COUNT, sizeof *counts);
	for (const struct diagnostic *x = v->diagnostics->first; x; x = x->next)
		counts[x->rule]++;
	return counts;
}

static const char *compare_findings(struct arena *a, const struct fix_view *before,
	const struct fix_view *after, const struct diagnostic *const *mended, size_t count)
{
	size_t *were = count_rules(before, a), *are = count_rules(after, a);
	for (const struct diagnostic *x = after->diagnostics->first; x; x = x->next) {
		if (are[x->rule] > were[x->rule])
			return arena_printf(a, "then there would be %s: %s",
				rule_info(x->rule)->code, x->message);
	}
	for (size_t i = 0; i < count; i++) {
		if (are[mended[i]->rule] >= were[mended[i]->rule])
			return "the finding would still be there";
	}
	return NULL;
}

/* A parser stops at the first error: what comes after the edit was not seen before. */
static bool is_further(const struct fix_view *after, const struct edits *edits)
{
	const struct diagnostic *x = after->diagnostics->first;
	return x && x->span.file == after->file->id && x->span.start > edits->items[0].made;
}

const char *fix_judge(struct arena *a, const struct fix_view *before, const struct fix_view *after,
	const struct edits *edits, const struct diagnostic *const *mended, size_t count)
{
	struct yaml_node x, y;
	enum stage was = stage_of(before, a, &x), is = stage_of(after, a, &y);
	if (is < was)
		return is == STAGE_TEXT ? "then it would not parse"
					: "then it would not be understood";
	struct collector old = {.arena = a, .edits = edits, .text = before->file->text};
	struct collector new = {
		.arena = a, .edits = edits, .text = after->file->text, .is_after = true};
	if (was > STAGE_TEXT && !is_same_but(old, new, &x, &y))
		return "it would change what stands beside it";
	if (is > was)
		return NULL;
	if (is == STAGE_TEXT)
		return is_further(after, edits) ? NULL : "then it would not parse either";
	return compare_findings(a, before, after, mended, count);
}
