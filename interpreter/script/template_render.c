#include "script/template.h"

#include "script/eval_private.h"

/* ---- one interpolation ---------------------------------------------------------------------- */

/* As text when `as_text`, with its type otherwise. Objects become the plain value they stand for.
 */
static bool render_code(struct eval *ev, const struct template_piece *piece, struct value *out)
{
	const struct guard *g = &piece->code;
	if (!eval_expr(ev, g->expr, out))
		return false;
	*out = eval_plain(ev, *out);
	if (out->kind == VALUE_UNKNOWN)
		return eval_fail(ev, "`%s` is unknown (%s)", eval_text(ev, g->expr), out->unknown);
	if (out->kind != VALUE_NIL)
		return true;
	ev->error_at = g->expr;
	return eval_fail(ev, "%s", eval_state(ev, g->expr, out));
}

static bool is_code(const struct template_piece *piece)
{
	return piece->code.expr != NULL;
}

/* Without `strict`, what cannot be known is written as its source again. */
static bool render_pieces(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	struct strbuf text = {0};
	uint8_t flags = 0;
	bool ok = true;
	for (size_t i = 0; i < t->count && ok; i++) {
		const struct template_piece *piece = &t->pieces[i];
		struct value v;
		if (is_code(piece) && render_code(ev, piece, &v)) {
			value_print(&text, &v);
			flags |= v.flags & VALUE_SECRET;
		} else {
			ok = !is_code(piece) || !strict;
			strbuf_put(&text, piece->text);
		}
		if (ok && text.len > EVAL_MAX_BYTES)
			ok = eval_over_budget(ev, "the text is longer than 16 MiB");
	}
	if (ok) {
		*out = value_str(strbuf_take(&text, ev->arena));
		out->flags = flags;
	}
	strbuf_release(&text);
	return ok;
}

static bool render_single(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	const struct template_piece *piece = &t->pieces[0];
	if (is_code(piece) && render_code(ev, piece, out))
		return true;
	*out = value_str(piece->text);
	return !is_code(piece) || !strict;
}

/* ---- all kinds ------------------------------------------------------------------------------ */

static bool render(struct eval *ev, const struct template *t, bool strict, struct value *out);

static bool render_list(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	struct value list = value_list(ev->arena);
	for (size_t i = 0; i < t->count; i++) {
		struct value item;
		if (!render(ev, &t->items[i], strict, &item))
			return false;
		list.flags |= item.flags & VALUE_SECRET;
		list_add(ev->arena, list.list, item);
	}
	*out = list;
	return true;
}

static bool render_map(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	struct value map = value_map(ev->arena);
	for (size_t i = 0; i < t->count; i++) {
		struct value v;
		if (!render(ev, &t->items[i], strict, &v))
			return false;
		map.flags |= v.flags & VALUE_SECRET;
		map_append(ev->arena, map.map, entry_key(&t->source.map->entries[i]), v);
	}
	*out = map;
	return true;
}

/* The place is the template's, for whoever finds something wrong with the value. */
static struct value placed(struct value v, const struct template *t)
{
	v.file = t->source.file;
	v.start = t->source.start;
	v.span_len = t->source.span_len;
	return v;
}

static bool render_kind(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	switch (t->kind) {
	case TEMPLATE_CONSTANT:
		*out = t->source;
		return true;
	case TEMPLATE_SINGLE:
		return render_single(ev, t, strict, out);
	case TEMPLATE_TEXT:
		return render_pieces(ev, t, strict, out);
	case TEMPLATE_LIST:
		return render_list(ev, t, strict, out);
	case TEMPLATE_MAP:
		return render_map(ev, t, strict, out);
	}
	return false;
}

static bool render(struct eval *ev, const struct template *t, bool strict, struct value *out)
{
	if (!render_kind(ev, t, strict, out))
		return false;
	*out = placed(*out, t);
	return true;
}

bool template_render(struct eval *ev, const struct template *t, struct value *out)
{
	return render(ev, t, true, out);
}

bool template_render_text(struct eval *ev, const struct template *t, struct value *out)
{
	struct value v;
	if (!render(ev, t, true, &v))
		return false;
	if (v.kind == VALUE_STRING) {
		*out = v;
		return true;
	}
	struct strbuf text = {0};
	value_print(&text, &v);
	struct value printed = value_str(strbuf_take(&text, ev->arena));
	printed.flags = v.flags & VALUE_SECRET;
	strbuf_release(&text);
	*out = placed(printed, t);
	return true;
}

void template_render_partial(struct eval *ev, const struct template *t, struct value *out)
{
	if (!render(ev, t, false, out))
		*out = t->source; /* over a limit */
	/* Nothing failed: it was only not known yet. */
	ev->error = NULL;
	ev->error_at = NULL;
	ev->is_over_budget = false;
}
