/*
 * Anchors and aliases. An alias shares the value it stands for, and is charged for all of it.
 */
#include "source/yaml_private.h"

/* Room for one more; doubled, so that the cost of copying stays linear. */
void *yaml_with_room(void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 256;
	return heap_array(items, *cap, size);
}

struct str yaml_anchor_name(const struct yaml_reader *r, size_t at, const yaml_char_t *name)
{
	return (struct str){r->file->text.at + at + 1, strlen((const char *)name)};
}

/* Properties come before the node in any order; `at` moves behind them. Gives the number + 1 of the
 * anchor, 0 for none. */
uint16_t yaml_take_properties(struct yaml_reader *r, size_t *at, size_t end,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct str text = r->file->text;
	size_t anchor_at = 0, i = *at;
	bool is_found = false;
	while (i < end && (text.at[i] == '&' || text.at[i] == '!')) {
		/* What follows may be the properties of a first key: only the first of each counts.
		 */
		if (text.at[i] == '&' && !is_found) {
			anchor_at = i;
			is_found = true;
		} else if (text.at[i] == '!' && tag) {
			yaml_report_tag(r, i);
			tag = NULL;
		}
		while (i < end && !strchr(" \t\r\n", text.at[i]))
			i++;
		while (i < end && strchr(" \t\r\n", text.at[i]))
			i++;
		if (i < end && text.at[i] == '#')
			i = yaml_line_end(text, i);
		while (i < end && strchr(" \t\r\n", text.at[i]))
			i++;
	}
	*at = i;
	if (!anchor)
		return 0;
	if (r->anchor_count == YAML_MAX_ANCHORS) {
		diagnose(r->d, RB016, yaml_span(r, anchor_at, anchor_at + 1),
			"more than %d anchors in one file", YAML_MAX_ANCHORS);
		r->is_done = true;
		return 0;
	}
	r->anchors =
		yaml_with_room(r->anchors, r->anchor_count, &r->anchor_cap, sizeof *r->anchors);
	struct str name = yaml_anchor_name(r, anchor_at, anchor);
	r->anchors[r->anchor_count++] = (struct yaml_anchor){
		.is_open = true, .start = (uint32_t)anchor_at, .len = (uint32_t)name.len + 1};
	map_set(r->arena, r->anchor_names, name, value_int((int64_t)r->anchor_count));
	return (uint16_t)r->anchor_count;
}

void yaml_close_anchor(struct yaml_reader *r, uint16_t anchor, const struct value *v,
	uint64_t nodes, uint16_t height)
{
	if (!anchor)
		return;
	struct yaml_anchor *a = &r->anchors[anchor - 1];
	a->value = *v;
	a->nodes = nodes;
	a->height = height;
	a->is_open = false;
}

void yaml_report_alias(
	struct yaml_reader *r, struct span span, struct str name, const struct yaml_anchor *a)
{
	if (!a) {
		struct diagnostic *x = diagnose(
			r->d, RB011, span, "alias `*%.*s` has no anchor above it", STR_ARGS(name));
		diagnostic_hint(r->d, x, "if the `*` is part of the text, quote it: `'*%.*s'`",
			STR_ARGS(name));
		return;
	}
	struct diagnostic *x =
		diagnose(r->d, RB011, span, "the anchor `&%.*s` contains itself", STR_ARGS(name));
	diagnostic_label(r->d, x, yaml_span(r, a->start, (size_t)a->start + a->len),
		"the anchor is still open");
	diagnostic_hint(r->d, x, "an alias stands for a value that is complete");
}

/* An alias costs what it stands for, so that a bomb stops before it is built. */
bool yaml_charge_alias(struct yaml_reader *r, struct span span, const struct yaml_anchor *a)
{
	r->expanded += a->nodes;
	if (r->expanded > YAML_MAX_EXPANDED) {
		struct diagnostic *x = diagnose(r->d, RB016, span,
			"aliases and merges stand for more than %u nodes", YAML_MAX_EXPANDED);
		diagnostic_label(r->d, x, yaml_span(r, a->start, (size_t)a->start + a->len),
			"this one alone for %llu", (unsigned long long)a->nodes);
		r->is_done = true;
		return false;
	}
	if (r->depth + a->height > YAML_MAX_DEPTH) {
		diagnose(r->d, RB016, span, "nested deeper than %d levels, aliases included",
			YAML_MAX_DEPTH);
		r->is_done = true;
		return false;
	}
	return true;
}
