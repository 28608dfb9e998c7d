#include "script/template.h"

struct parsing {
	struct arena *arena;
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

static void add_piece(
	struct parsing *p, struct template *t, size_t *cap, struct template_piece piece)
{
	if (t->count == *cap) {
		size_t more = *cap ? *cap * 2 : 4;
		struct template_piece *pieces = arena_array(p->arena, more, sizeof *pieces);
		if (t->count)
			memcpy(pieces, t->pieces, t->count * sizeof *pieces);
		t->pieces = pieces;
		*cap = more;
	}
	t->pieces[t->count++] = piece;
}

static void add_text(struct parsing *p, struct template *t, size_t *cap, struct str text)
{
	if (text.len)
		add_piece(p, t, cap, (struct template_piece){.text = text});
}

static void add_code(struct parsing *p, struct template *t, size_t *cap,
	const struct template_mark *mark, const struct origin *origin)
{
	struct str whole = value_string(&t->source);
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
	add_piece(p, t, cap, piece);
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
	size_t at = 0, cap = 0;
	while (template_find(text, at, &mark)) {
		add_text(p, t, &cap, (struct str){text.at + at, mark.start - at});
		if (mark.kind == TEMPLATE_MARK_CODE) {
			add_code(p, t, &cap, &mark, &origin);
		} else {
			if (mark.kind == TEMPLATE_MARK_UNCLOSED)
				tell_unclosed(p, &mark, &origin);
			add_text(p, t, &cap, STR("${{"));
		}
		at = mark.end;
	}
	add_text(p, t, &cap, (struct str){text.at + at, text.len - at});
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

static void parse_collection(struct parsing *p, struct template *t)
{
	const struct value *v = &t->source;
	t->count = v->kind == VALUE_LIST ? v->list->count : v->map->count;
	t->items = arena_array(p->arena, t->count, sizeof *t->items);
	bool is_constant = true;
	for (size_t i = 0; i < t->count; i++) {
		parse_value(p, &t->items[i], child_of(v, i));
		is_constant &= t->items[i].kind == TEMPLATE_CONSTANT;
	}
	if (!is_constant)
		t->kind = v->kind == VALUE_LIST ? TEMPLATE_LIST : TEMPLATE_MAP;
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

struct template *template_parse(struct arena *a, const struct source_file *file,
	const struct value *v, bool allow_raw, struct diagnostics *d)
{
	struct parsing p = {a, file, allow_raw, d};
	struct template *t = arena_new(a, struct template);
	parse_value(&p, t, v);
	return t;
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
