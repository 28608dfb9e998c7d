/*
 * The working of a guard: which parts it had, and what they were.
 */
#include "script/eval_private.h"

#include "base/json.h"

struct working {
	struct eval *ev;
	const struct guard *guard;
	struct part *parts;
	size_t count, max;
};

static bool is_known(const struct working *w, struct str text)
{
	for (size_t i = 0; i < w->count; i++) {
		if (str_equal(w->parts[i].text, text))
			return true;
	}
	return false;
}

/* With budgets of its own: what broke in the guard must not hide its other parts. */
static struct value part_value(struct working *w, const struct expr *e)
{
	struct eval *ev = w->ev;
	struct value v;
	if (!eval_expr(ev, e, &v))
		return value_unknown(ev->error);
	return eval_plain(ev, v);
}

static void add_part(struct working *w, const struct expr *e)
{
	struct str text = {w->guard->text.at + e->start, e->len};
	if (w->count == w->max || is_known(w, text))
		return;
	size_t at = w->count++;
	w->parts[at] = (struct part){.text = text};
	w->parts[at].value = part_value(w, e);
	if (w->parts[at].value.kind == VALUE_NIL)
		w->parts[at].missing = eval_missing(w->ev, e);
}

static void visit(struct working *w, const struct expr *e);

static void visit_children(struct working *w, const struct expr *e)
{
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++)
		visit(w, child);
}

/* The keys of `a.b[k].c`: the chain is one part, what stands in its brackets is another. */
static void visit_keys(struct working *w, const struct expr *e)
{
	for (;;) {
		if (e->kind == EXPR_FIELD) {
			e = e->object;
		} else if (e->kind == EXPR_INDEX) {
			visit(w, e->right);
			e = e->left;
		} else {
			break;
		}
	}
	if (e->kind != EXPR_NAME)
		visit(w, e);
}

static bool is_comparison(const struct expr *e)
{
	return e->kind == EXPR_BINARY && e->op >= OP_EQ && e->op <= OP_GE;
}

static void visit(struct working *w, const struct expr *e)
{
	if (expr_is_constant(e))
		return;
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
		break;
	case EXPR_NAME:
		add_part(w, e);
		break;
	case EXPR_FIELD:
	case EXPR_INDEX:
		add_part(w, e);
		visit_keys(w, e);
		break;
	case EXPR_BINARY:
		if (!is_comparison(e))
			add_part(w, e);
		visit_children(w, e);
		break;
	case EXPR_CALL:
	case EXPR_METHOD:
	case EXPR_UNARY:
		add_part(w, e);
		visit_children(w, e);
		break;
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
	case EXPR_TABLE:
		visit_children(w, e);
		break;
	}
}

size_t guard_working(struct eval *ev, const struct guard *g, struct part *parts, size_t max)
{
	struct working w = {.ev = ev, .guard = g, .parts = parts, .max = max};
	bool is_over_budget = ev->is_over_budget;
	if (g->expr)
		visit(&w, g->expr);
	ev->is_over_budget = is_over_budget; /* why the guard broke, not a part of it */
	return w.count;
}

/* ---- for people ----------------------------------------------------------------------------- */

#define PART_TEXT_MOST 80
#define PART_VALUE_MOST 200

/* On one line, and not longer than `most` bytes. */
static void put_line(struct strbuf *b, struct str s, size_t most)
{
	bool is_long = s.len > most;
	size_t len = is_long ? most : s.len;
	while (is_long && len && (s.at[len] & 0xc0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++) {
		char c = s.at[i];
		bool is_blank = c == '\n' || c == '\r' || c == '\t';
		/* A guard over several lines is indented; one space says as much. */
		if (is_blank || c == ' ') {
			if (i + 1 < len && strchr(" \n\r\t", s.at[i + 1]))
				continue;
			c = ' ';
		}
		strbuf_putc(b, c);
	}
	if (is_long)
		strbuf_puts(b, "…");
}

static void put_value(struct strbuf *b, const struct value *v)
{
	struct strbuf text = {0};
	if (v->kind == VALUE_STRING)
		json_quote(&text, value_string(v));
	else
		value_print(&text, v);
	put_line(b, strbuf_str(&text), PART_VALUE_MOST);
	strbuf_release(&text);
	strbuf_printf(b, " (%s%s)", value_kind_name(v),
		v->flags & VALUE_TRUNCATED ? ", the last part of what there was" : "");
}

void part_print(struct strbuf *b, const struct part *p)
{
	put_line(b, p->text, PART_TEXT_MOST);
	strbuf_puts(b, " = ");
	if (p->value.kind == VALUE_NIL && p->missing)
		strbuf_printf(b, "nothing (%s)", p->missing);
	else if (p->value.kind == VALUE_NIL)
		strbuf_puts(b, "nothing");
	else if (p->value.kind == VALUE_UNKNOWN)
		strbuf_printf(b, "unknown (%s)", p->value.unknown);
	else
		put_value(b, &p->value);
}
