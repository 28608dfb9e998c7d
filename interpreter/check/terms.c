/*
 * An expression and its terms: from the inside out, each with its type, all rules asked.
 */
#include "check/rule.h"

static void push_type(struct check *c, enum type type)
{
	if (c->type_count == c->type_cap) {
		c->type_cap = c->type_cap ? c->type_cap * 2 : 64;
		c->types = heap_array(c->types, c->type_cap, 1);
	}
	c->types[c->type_count++] = (uint8_t)type;
}

/* Depth is bounded by the parser (EXPR_MAX_DEPTH). */
static enum type walk(
	struct check *c, const struct code *code, const struct expr *e, const struct term *above)
{
	struct term t = {.e = e, .above = above, .first = c->type_count};
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++)
		push_type(c, walk(c, code, child, &t));
	for (size_t i = 0; i < c->rule_count && !c->is_quiet; i++) {
		const struct rule *rule = c->rules[i];
		if (rule->term && (rule->kinds & KIND(e->kind)))
			rule->term(c, code, &t);
	}
	enum type type = term_type(c, code, &t);
	c->type_count = t.first;
	return type;
}

enum type check_code(struct check *c, const struct code *code)
{
	enum type type = walk(c, code, code->guard->expr, NULL);
	for (size_t i = 0; i < c->rule_count && !c->is_quiet; i++) {
		if (c->rules[i]->code)
			c->rules[i]->code(c, code, type);
	}
	return type;
}

enum type code_type(struct check *c, const struct code *code)
{
	bool was_quiet = c->is_quiet;
	c->is_quiet = true;
	enum type type = check_code(c, code);
	c->is_quiet = was_quiet;
	return type;
}

/* ---- for messages ---------------------------------------------------------------------------- */

struct span expr_span(const struct code *code, const struct expr *e)
{
	return origin_span(&code->guard->origin, e->start, e->len);
}

struct span field_span(const struct code *code, const struct expr *e)
{
	struct str text = code->guard->text;
	size_t end = (size_t)e->start + e->len;
	if (end > text.len || e->len < e->name.len)
		return expr_span(code, e);
	struct str last = {text.at + end - e->name.len, e->name.len};
	if (e->name.len && str_equal(last, e->name))
		return origin_span(&code->guard->origin, end - e->name.len, e->name.len);
	/* `["name"]` */
	size_t start = (size_t)e->object->start + e->object->len;
	if (start >= end)
		return expr_span(code, e);
	return origin_span(&code->guard->origin, start, end - start);
}

#define TEXT_MOST 60

const char *expr_text(struct check *c, const struct code *code, const struct expr *e)
{
	struct str text = code->guard->text;
	if ((size_t)e->start + e->len > text.len)
		return "it";
	text = (struct str){text.at + e->start, e->len};
	bool is_long = text.len > TEXT_MOST;
	if (is_long) {
		text.len = TEXT_MOST;
		while (((unsigned char)text.at[text.len] & 0xC0) == 0x80)
			text.len--;
	}
	char *out = arena_printf(c->d->arena, "%.*s%s", STR_ARGS(text), is_long ? "…" : "");
	for (char *at = out; *at; at++) {
		if (*at == '\n')
			*at = ' ';
	}
	return out;
}

void fix_expr(struct check *c, struct diagnostic *told, const struct code *code,
	const struct expr *e, const char *text)
{
	if (code->guard->origin.is_exact)
		diagnostic_fix(c->d, told, expr_span(code, e), text);
}

/* ---- did you mean ---------------------------------------------------------------------------- */

/* Words that are looked at in all: many mistakes in a large file must not take long to tell. */
#define NEAREST_MAX 2000000

void words_add(struct check *c, struct words *w, struct str word)
{
	if (w->count == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 32;
		w->at = heap_array(w->at, w->cap, sizeof *w->at);
	}
	w->at[w->count++] = arena_copy(&c->arena, word.at, word.len);
}

void words_add_names(struct check *c, struct words *w, const struct names *n)
{
	/* They would not be looked at. */
	if (c->nearest_used + n->count > NEAREST_MAX)
		return;
	for (uint32_t i = 0; n->count && i <= n->mask; i++) {
		if (n->slots[i].what)
			words_add(c, w, n->slots[i].name);
	}
}

static bool nearest(struct check *c, struct diagnostic *told, struct str word,
	const char *const *at, size_t count)
{
	if (c->nearest_used + count > NEAREST_MAX)
		return false;
	c->nearest_used += count;
	return diagnostic_nearest(c->d, told, word, at, count);
}

bool words_nearest(struct check *c, struct diagnostic *told, struct str word, struct words *w)
{
	bool found = nearest(c, told, word, w->at, w->count);
	free(w->at);
	*w = (struct words){0};
	return found;
}

static void collect_ids(struct check *c, struct book *b)
{
	struct words w = {0};
	for (uint32_t i = 0; i < c->plan->count; i++) {
		const struct node *n = &c->plan->nodes[i];
		if (n->unit == b->unit && n->step && n->step->id.len)
			words_add(c, &w, n->step->id);
	}
	words_add_names(c, &w, &b->loose);
	b->ids = arena_array(&c->arena, w.count + 1, sizeof *b->ids);
	b->id_count = w.count;
	if (w.count)
		memcpy(b->ids, w.at, w.count * sizeof *w.at);
	free(w.at);
}

bool nearest_step(struct check *c, struct diagnostic *told, const struct book *b, struct str word)
{
	struct book *book = c->by_file[b->runbook->file->id];
	if (!book->ids)
		collect_ids(c, book);
	return nearest(c, told, word, book->ids, book->id_count);
}
