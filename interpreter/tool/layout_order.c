/* What of the layout follows from the language: what is a step, how it begins, what stands apart.
 */
#include "tool/layout_private.h"

/* A reader wants to know which step this is and whether it runs, before what it does. The rest
 * stays as its author ordered it. */
static const char *const step_head[] = {"id", "name", "what", "if", "else"};
#define HEAD_COUNT (sizeof step_head / sizeof *step_head)

static bool is_step(const struct record *r)
{
	const struct field *run = r ? record_field(r, STR("run")) : NULL;
	return run && (run->flags & FIELD_ACTION);
}

const struct record *record_of(const struct record *r, const struct yaml_node *key)
{
	const struct field *f =
		r && key->kind == YAML_NODE_SCALAR ? record_field(r, key->text) : NULL;
	return f ? f->record : NULL;
}

/* ---- order ----------------------------------------------------------------------------------- */

static size_t head_place(const struct yaml_node *key)
{
	size_t i = 0;
	while (i < HEAD_COUNT && !str_is(key->text, step_head[i]))
		i++;
	return i;
}

/* An anchor has to stand before its aliases; of a key given twice the first would become another.
 */
static bool may_move(const struct yaml_node *n)
{
	if (n->kind == YAML_NODE_ALIAS || n->anchor.len)
		return false;
	for (uint32_t i = 0; i < n->count; i++) {
		if (!may_move(&n->children[i]))
			return false;
	}
	return true;
}

static bool are_keys_apart(const struct yaml_node *map)
{
	for (uint32_t i = 0; i < map->count; i += 2) {
		for (uint32_t k = 0; k < i; k += 2) {
			if (str_equal(map->children[i].text, map->children[k].text))
				return false;
		}
	}
	return true;
}

/* Comments before the first entry stand above the step, those behind the last below it. */
static bool go_comments_along(
	const struct layout *l, const struct yaml_node *map, size_t from, const uint32_t *order)
{
	uint32_t entries = map->count / 2, first = order[0];
	size_t end = behind_comment(l, map->end), next = next_line_at(l->text, end);
	struct str below = str_trim((struct str){l->text.at + next, l->text.len - next});
	if (has_comment(l, from, map->children[0].start))
		return false;
	if (order[entries - 1] != entries - 1 && str_starts_with(below, STR("#")))
		return false;
	return !first || !has_comment(l, behind_comment(l, map->children[2 * first - 1].end),
				 map->children[2 * first].start);
}

static bool sort_head(const struct yaml_node *map, uint32_t *order)
{
	uint32_t n = 0, entries = map->count / 2;
	for (size_t place = 0; place <= HEAD_COUNT; place++) {
		for (uint32_t i = 0; i < entries; i++) {
			if (head_place(&map->children[2 * i]) == place)
				order[n++] = i;
		}
	}
	for (uint32_t i = 0; i < entries; i++) {
		if (order[i] != i)
			return true;
	}
	return false;
}

void order_entries(const struct layout *l, const struct yaml_node *map, const struct record *r,
	size_t from, uint32_t *order)
{
	uint32_t entries = map->count / 2;
	if (is_step(r) && sort_head(map, order) && may_move(map) && are_keys_apart(map) &&
		go_comments_along(l, map, from, order))
		return;
	for (uint32_t i = 0; i < entries; i++)
		order[i] = i;
}

/* ---- blank lines ----------------------------------------------------------------------------- */

bool wants_blank_lines(
	const struct layout *l, const struct yaml_node *list, const struct record *r, bool is_top)
{
	bool is_any_long = false, is_any_apart = false;
	if (!is_step(r) || list->kind != YAML_NODE_LIST)
		return false;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct yaml_node *item = &list->children[i];
		is_any_long |= count_lines(l, item->start, item->end) > 0;
		is_any_apart |= i && has_blank_line(l, item[-1].end, item->start);
	}
	return is_any_apart || (is_top && is_any_long);
}

/* ---- columns --------------------------------------------------------------------------------- */

static bool is_on_line_of(
	const struct layout *l, const struct yaml_node *key, const struct yaml_node *value)
{
	return count_lines(l, key->start, value->start) == 0;
}

/* A value of one line that will stand beside its key. */
static bool is_beside(
	const struct layout *l, const struct yaml_node *key, const struct yaml_node *value)
{
	return yaml_is_leaf(value) && value->end > value->start && !yaml_is_block_scalar(value) &&
	       count_lines(l, value->start, value->end) == 0 &&
	       !has_comment(l, key->end, value->start);
}

/* How many entries from `i` on stand on lines below each other. */
static uint32_t group_at(const struct layout *l, const struct yaml_node *map, uint32_t i)
{
	const struct yaml_node *c = map->children;
	uint32_t n = 0;
	for (; i + n < map->count / 2; n++) {
		const struct yaml_node *key = &c[2 * (i + n)];
		if (!is_beside(l, key, key + 1))
			break;
		if (n && count_lines(l, key[-1].end, key->start) != 1)
			break;
	}
	return n;
}

static size_t blanks_before(const struct layout *l, const struct yaml_node *value)
{
	size_t at = value->start;
	while (at && is_space(l->text.at[at - 1]))
		at--;
	return value->start - at;
}

/* Whether two values stand in one column because of blanks that were put there. */
static bool is_lined_up(const struct layout *l, const struct yaml_node *entries, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct yaml_node *x = &entries[2 * i - 1], *y = &entries[2 * i + 1];
		if (is_on_line_of(l, x - 1, x) && is_on_line_of(l, y - 1, y) &&
			column_at(l->text, x->start) == column_at(l->text, y->start) &&
			(blanks_before(l, x) > 1 || blanks_before(l, y) > 1))
			return true;
	}
	return false;
}

void align_values(
	struct layout *l, const struct yaml_node *map, const uint32_t *order, uint32_t *pads)
{
	uint32_t entries = map->count / 2, n;
	bool is_moved = false;
	for (uint32_t i = 0; i < entries; i++)
		is_moved |= order[i] != i;
	for (uint32_t i = 0; i < entries; i += n ? n : 1) {
		size_t widest = 0;
		n = group_at(l, map, i);
		pads[i] = 1;
		for (uint32_t k = i; k < i + n; k++) {
			size_t width = key_width(l, &map->children[2 * k]);
			widest = width > widest ? width : widest;
			pads[k] = 1;
		}
		if (is_moved || !is_lined_up(l, map->children + 2 * i, n))
			continue;
		for (uint32_t k = i; k < i + n; k++)
			pads[k] += (uint32_t)(widest - key_width(l, &map->children[2 * k]));
	}
}
