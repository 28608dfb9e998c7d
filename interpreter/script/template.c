#include "script/template.h"

struct parsing {
	struct arena *arena;
	struct arena *structs; /* where the template itself goes, and its pieces */
	const struct source_file *file;
	bool allow_raw;
	struct diagnostics *d;
};

static void parse_value(struct parsing *p, struct template *t, const struct value *v);

/* ---- one text ------------------------------------------------------------------------------- */

struct guard template_code(struct arena *a, struct str whole, struct str code,
	const struct origin *origin, struct diagnostics *d)
{
	struct guard g = {.text = str_trim(code), .origin = *origin};
	g.origin.shift += (uint32_t)(g.text.at - whole.at);
	if (g.text.len) {
		g.expr = expr_parse(a, g.text, &g.origin, d);
		return g;
	}
	size_t start = (size_t)(code.at - whole.at);
	struct diagnostic *told = diagnose(d, RB209, origin_span(origin, start - 3, code.len + 5),
		"an interpolation with nothing in it");
	diagnostic_hint(d, told, "write `$${{` for the text `${{`");
	return g;
}

static bool is_raw_call(const struct expr *e)
{
	return e->kind == EXPR_CALL && str_is(e->name, "raw") && !e->function;
}

/* `raw` that is not the whole of an interpolation. */
static void refuse_inner_raw(struct parsing *p, const struct guard *g, const struct expr *e)
{
	if (is_raw_call(e)) {
		struct span span = origin_span(&g->origin, e->start, e->len);
		diagnose(p->d, RB206, span, "`raw` has to be the whole of its `${{ }}`");
	}
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++)
		refuse_inner_raw(p, g, child);
}

static void take_raw(struct parsing *p, struct template_piece *piece)
{
	struct guard *g = &piece->code;
	const struct expr *e = g->expr;
	struct span span = origin_span(&g->origin, e->start, e->len);
	if (!p->allow_raw) {
		struct diagnostic *told =
			diagnose(p->d, RB206, span, "`raw` only has a meaning in a `run` script");
		diagnostic_hint(p->d, told, "nothing is quoted here: write the value itself");
	} else if (e->count != 1) {
		diagnose(p->d, RB205, span, "`raw` takes 1 argument, not %u", (unsigned)e->count);
	} else {
		piece->is_raw = true;
		g->expr = e->arguments[0];
		refuse_inner_raw(p, g, g->expr);
		return;
	}
	g->expr = NULL;
}

/* Pieces as they are found; they are copied at their exact number. */
struct pieces {
	struct template_piece few[8], *at;
	size_t count, cap;
};

static void add_piece(struct pieces *out, struct template_piece piece)
{
	if (out->count == out->cap) {
		bool are_few = out->at == out->few;
		out->cap *= 4;
		out->at = heap_array(are_few ? NULL : out->at, out->cap, sizeof *out->at);
		if (are_few)
			memcpy(out->at, out->few, sizeof out->few);
	}
	out->at[out->count++] = piece;
}

static void add_text(struct pieces *out, struct str text)
{
	if (text.len)
		add_piece(out, (struct template_piece){.text = text});
}

static void add_code(struct parsing *p, struct pieces *out, struct str whole,
	const struct template_mark *mark, const struct origin *origin)
{
	struct template_piece piece = {
		.text = {whole.at + mark->start, mark->end - mark->start},
		.code = template_code(p->arena, whole, mark->code, origin, p->d),
	};
	if (piece.code.expr) {
		if (is_raw_call(piece.code.expr))
			take_raw(p, &piece);
		else
			refuse_inner_raw(p, &piece.code, piece.code.expr);
	}
	add_piece(out, piece);
}

static void tell_unclosed(
	struct parsing *p, const struct template_mark *mark, const struct origin *origin)
{
	struct diagnostic *told = diagnose(
		p->d, RB209, origin_span(origin, mark->start, 3), "this `${{` is not closed");
	diagnostic_hint(p->d, told, "close it with `}}`, or write `$${{` for the text `${{`");
}

static void parse_pieces(struct parsing *p, struct template *t)
{
	struct str text = value_string(&t->source);
	struct origin origin = origin_of(p->arena, p->file, &t->source);
	struct template_mark mark;
	struct pieces found;
	size_t at = 0;
	found.at = found.few;
	found.count = 0;
	found.cap = sizeof found.few / sizeof *found.few;
	while (template_find(text, at, &mark)) {
		add_text(&found, (struct str){text.at + at, mark.start - at});
		if (mark.kind == TEMPLATE_MARK_CODE) {
			add_code(p, &found, text, &mark, &origin);
		} else {
			if (mark.kind == TEMPLATE_MARK_UNCLOSED)
				tell_unclosed(p, &mark, &origin);
			add_text(&found, STR("${{"));
		}
		at = mark.end;
	}
	add_text(&found, (struct str){text.at + at, text.len - at});
	t->count = found.count;
	t->pieces = arena_array(p->structs, found.count, sizeof *t->pieces);
	memcpy(t->pieces, found.at, found.count * sizeof *t->pieces);
	if (found.at != found.few)
		free(found.at);
}

static void parse_text(struct parsing *p, struct template *t)
{
	struct str text = value_string(&t->source);
	if (str_find(text, STR("${{"), 0) < 0)
		return;
	parse_pieces(p, t);
	bool is_single = t->count == 1 && t->pieces[0].code.text.at;
	t->kind = is_single ? TEMPLATE_SINGLE : TEMPLATE_TEXT;
}

/* ---- lists and maps ------------------------------------------------------------------------- */

static const struct value *child_of(const struct value *v, size_t i)
{
	return v->kind == VALUE_LIST ? &v->list->items[i] : &v->map->entries[i].value;
}

/* Most hold no interpolation and get no items: there are some from the first on that does. */
static void parse_collection(struct parsing *p, struct template *t)
{
	const struct value *v = &t->source;
	t->count = v->kind == VALUE_LIST ? v->list->count : v->map->count;
	for (size_t i = 0; i < t->count; i++) {
		struct template item = {0};
		parse_value(p, &item, child_of(v, i));
		if (!t->items && item.kind != TEMPLATE_CONSTANT) {
			t->kind = v->kind == VALUE_LIST ? TEMPLATE_LIST : TEMPLATE_MAP;
			t->items = arena_array(p->structs, t->count, sizeof *t->items);
			for (size_t k = 0; k < i; k++)
				t->items[k].source = *child_of(v, k);
		}
		if (t->items)
			t->items[i] = item;
	}
}

/* The depth is bounded by what read the value. */
static void parse_value(struct parsing *p, struct template *t, const struct value *v)
{
	t->kind = TEMPLATE_CONSTANT;
	t->source = *v;
	if (v->kind == VALUE_STRING)
		parse_text(p, t);
	else if (v->kind == VALUE_LIST || v->kind == VALUE_MAP)
		parse_collection(p, t);
}

static struct template *parse(struct parsing *p, const struct value *v)
{
	struct template t = {0};
	parse_value(p, &t, v);
	size_t size = t.kind == TEMPLATE_CONSTANT ? offsetof(struct template, count) : sizeof t;
	return memcpy(arena_alloc(p->structs, size), &t, size);
}

struct template *template_parse(struct arena *a, const struct source_file *file,
	const struct value *v, bool allow_raw, struct diagnostics *d)
{
	struct parsing p = {a, a, file, allow_raw, d};
	return parse(&p, v);
}

struct template *template_parse_script(struct arena *a, struct arena *scratch,
	const struct source_file *file, const struct value *v, struct diagnostics *d)
{
	struct parsing p = {a, scratch, file, true, d};
	return parse(&p, v);
}

void template_visit(const struct template *t, void (*call)(void *context, const struct guard *code),
	void *context)
{
	if (t->kind == TEMPLATE_CONSTANT)
		return;
	for (size_t i = 0; i < t->count; i++) {
		if (t->kind == TEMPLATE_LIST || t->kind == TEMPLATE_MAP)
			template_visit(&t->items[i], call, context);
		else if (t->pieces[i].code.expr)
			call(context, &t->pieces[i].code);
	}
}
