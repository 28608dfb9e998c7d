#include "script/eval_private.h"

#include "base/json.h"
#include "base/mask.h"

/* ---- errors and budgets --------------------------------------------------------------------- */

bool eval_fail(struct eval *ev, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ev->error = arena_vprintf(ev->arena, format, args);
	va_end(args);
	return false;
}

bool eval_over_budget(struct eval *ev, const char *what)
{
	ev->is_over_budget = true;
	return eval_fail(ev, "%s", what);
}

bool eval_has_room(struct eval *ev, size_t more)
{
	size_t used = ev->arena->bytes - ev->bytes_at_start;
	if (used <= EVAL_MAX_BYTES && more <= EVAL_MAX_BYTES - used)
		return true;
	return eval_over_budget(ev, "the expression needs more than 16 MiB of memory");
}

static bool out_of_steps(struct eval *ev)
{
	return eval_over_budget(ev, "the expression takes more than 1000000 steps");
}

/* ---- secrets -------------------------------------------------------------------------------- */

static void tell_masker(struct masker *m, const struct value *v, unsigned depth)
{
	if (v->kind == VALUE_STRING) {
		masker_add(m, value_string(v));
	} else if (v->kind == VALUE_LIST && depth) {
		for (size_t i = 0; i < v->list->count; i++)
			tell_masker(m, &v->list->items[i], depth - 1);
	} else if (v->kind == VALUE_MAP && depth) {
		for (size_t i = 0; i < v->map->count; i++)
			tell_masker(m, &v->map->entries[i].value, depth - 1);
		for (size_t i = 0; v->map->items && i < v->map->items->count; i++)
			tell_masker(m, &v->map->items->items[i], depth - 1);
	}
}

void eval_derived(struct eval *ev, uint8_t flags, struct value *v)
{
	if (!(flags & VALUE_SECRET))
		return;
	if (v->kind != VALUE_STRING && v->kind != VALUE_LIST && v->kind != VALUE_MAP)
		return;
	v->flags |= VALUE_SECRET;
	if (ev->masker)
		tell_masker(ev->masker, v, VALUE_MAX_DEPTH);
}

/* ---- for messages --------------------------------------------------------------------------- */

#define TEXT_MOST 100

static const char *cut(struct eval *ev, struct str s)
{
	bool is_long = s.len > TEXT_MOST;
	size_t len = is_long ? TEXT_MOST : s.len;
	/* Not in the middle of a character. */
	while (is_long && len && (s.at[len] & 0xc0) == 0x80)
		len--;
	char *text = arena_alloc(ev->arena, len + 4);
	for (size_t i = 0; i < len; i++)
		text[i] = s.at[i] == '\n' ? ' ' : s.at[i];
	if (is_long)
		memcpy(text + len, "…", 3);
	return text;
}

const char *eval_text(struct eval *ev, const struct expr *e)
{
	struct strbuf b = {0};
	expr_print(&b, e);
	const char *text = cut(ev, strbuf_str(&b));
	strbuf_release(&b);
	return text;
}

const char *eval_missing(struct eval *ev, const struct expr *e)
{
	for (const struct scope *s = ev->scope; s; s = s->outer) {
		const char *why = s->missing ? s->missing(s, e, ev) : NULL;
		if (why)
			return why;
	}
	return NULL;
}

const char *eval_state(struct eval *ev, const struct expr *e, const struct value *v)
{
	const char *text = eval_text(ev, e);
	if (v->kind == VALUE_NIL) {
		const char *why = eval_missing(ev, e);
		return why ? arena_printf(ev->arena, "`%s` is nothing (%s)", text, why)
			   : arena_printf(ev->arena, "`%s` is nothing", text);
	}
	if (v->kind != VALUE_BOOL && v->kind != VALUE_INT && v->kind != VALUE_FLOAT)
		return arena_printf(ev->arena, "`%s` is %s", text, value_kind_name(v));
	struct strbuf b = {0};
	value_print(&b, v);
	text = arena_printf(
		ev->arena, "`%s` is %.*s (%s)", text, (int)b.len, b.at, value_kind_name(v));
	strbuf_release(&b);
	return text;
}

/* ---- three values --------------------------------------------------------------------------- */

struct value eval_plain(struct eval *ev, struct value v)
{
	/* The scalar of an object is plain; a bound all the same, against one that is not. */
	for (int i = 0; i < 2 && v.kind == VALUE_OBJECT && v.object->type->scalar; i++) {
		uint8_t flags = v.flags & VALUE_SECRET;
		v = v.object->type->scalar(v.object, ev->arena);
		v.flags |= flags;
	}
	eval_settle(&v);
	return v;
}

bool eval_truth(const struct value *v)
{
	return v->kind != VALUE_NIL && (v->kind != VALUE_BOOL || v->boolean);
}

/* Without the right side, what the left is worth in `and`, `or` and `not`. */
enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

static enum truth truth_of(struct eval *ev, struct value *v)
{
	if (v->kind != VALUE_OBJECT && v->kind != VALUE_UNKNOWN)
		return eval_truth(v) ? TRUTH_YES : TRUTH_NO;
	struct value plain = eval_plain(ev, *v);
	if (plain.kind != VALUE_UNKNOWN)
		return eval_truth(&plain) ? TRUTH_YES : TRUTH_NO;
	*v = plain;
	return TRUTH_UNKNOWN;
}

/* The left side is unknown: the right one decides if it can. What breaks in it may not be needed
 * at all, so it is no error yet; the answer stays unknown. */
static bool decide_right(
	struct eval *ev, const struct expr *e, enum truth deciding, struct value *out)
{
	struct value right;
	if (!eval_node(ev, e->right, &right)) {
		if (ev->is_over_budget)
			return false;
		ev->error = NULL;
		ev->error_at = NULL;
		return true;
	}
	if (truth_of(ev, &right) == deciding)
		*out = right;
	return true;
}

static bool eval_logic(struct eval *ev, const struct expr *e, struct value *out)
{
	enum truth deciding = e->kind == EXPR_AND ? TRUTH_NO : TRUTH_YES;
	if (!eval_node(ev, e->left, out))
		return false;
	enum truth left = truth_of(ev, out);
	if (left == deciding)
		return true;
	if (left == TRUTH_UNKNOWN)
		return decide_right(ev, e, deciding, out);
	return eval_node(ev, e->right, out);
}

static bool eval_not(struct eval *ev, const struct expr *e, struct value *out)
{
	if (!eval_node(ev, e->left, out))
		return false;
	enum truth truth = truth_of(ev, out);
	if (truth != TRUTH_UNKNOWN)
		*out = value_bool(truth == TRUTH_NO);
	return true;
}

/* ---- operators with their operands ---------------------------------------------------------- */

/* Two of a type that has an order of its own are not asked for their scalars. */
static bool compare_objects(
	const struct expr *e, const struct value *x, const struct value *y, struct value *out)
{
	if (x->kind != VALUE_OBJECT || y->kind != VALUE_OBJECT || e->op < OP_EQ || e->op > OP_GE ||
		x->object->type != y->object->type || !x->object->type->compare)
		return false;
	int order = x->object->type->compare(x->object, y->object);
	bool holds = e->op == OP_EQ   ? order == 0
		     : e->op == OP_NE ? order != 0
		     : e->op == OP_LT ? order < 0
		     : e->op == OP_LE ? order <= 0
		     : e->op == OP_GT ? order > 0
				      : order >= 0;
	*out = value_bool(holds);
	return true;
}

/* A text beside an object: what was kept of one is compared like it. */
static bool text_as_object(struct eval *ev, const struct value *object, struct value *text)
{
	const char *why;
	if (object->kind != VALUE_OBJECT || text->kind != VALUE_STRING ||
		!object->object->type->of_text)
		return true;
	struct object *made = object->object->type->of_text(ev->arena, value_string(text), &why);
	if (!made)
		return eval_fail(ev, "\"%s\" is compared with %s: %s", cut(ev, value_string(text)),
			object->object->type->name, why);
	*text = value_object(made);
	return true;
}

static bool eval_operator(struct eval *ev, const struct expr *e, struct value *out)
{
	struct value x, y;
	if (!eval_node(ev, e->left, &x) || !eval_node(ev, e->right, &y))
		return false;
	if (x.kind == VALUE_OBJECT || y.kind == VALUE_OBJECT) {
		if (e->op >= OP_EQ && e->op <= OP_GE &&
			(!text_as_object(ev, &x, &y) || !text_as_object(ev, &y, &x)))
			return false;
		if (compare_objects(e, &x, &y, out))
			return true;
		x = eval_plain(ev, x);
		y = eval_plain(ev, y);
	}
	if (x.kind == VALUE_UNKNOWN || y.kind == VALUE_UNKNOWN) {
		*out = x.kind == VALUE_UNKNOWN ? x : y;
		return true;
	}
	return eval_binary(ev, e, &x, &y, out);
}

static bool eval_sign(struct eval *ev, const struct expr *e, struct value *out)
{
	struct value x;
	if (!eval_node(ev, e->left, &x))
		return false;
	x = eval_plain(ev, x);
	if (x.kind == VALUE_UNKNOWN) {
		*out = x;
		return true;
	}
	return eval_unary(ev, e, &x, out);
}

static bool eval_name(struct eval *ev, const struct expr *e, struct value *out)
{
	for (const struct scope *s = ev->scope; s; s = s->outer) {
		if (!s->lookup(s, e->name, ev, out))
			continue;
		eval_settle(out);
		return true;
	}
	/* A lookup that broke on its way has said so. */
	return ev->error ? false : eval_fail(ev, "there is no `%.*s` here", STR_ARGS(e->name));
}

static bool eval_kind(struct eval *ev, const struct expr *e, struct value *out)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
		*out = e->constant;
		return true;
	case EXPR_NAME:
		return eval_name(ev, e, out);
	case EXPR_FIELD:
		return eval_field(ev, e, out);
	case EXPR_INDEX:
		return eval_index(ev, e, out);
	case EXPR_CALL:
		return eval_call(ev, e, out);
	case EXPR_METHOD:
		return eval_method(ev, e, out);
	case EXPR_UNARY:
		return eval_sign(ev, e, out);
	case EXPR_BINARY:
		return eval_operator(ev, e, out);
	case EXPR_AND:
	case EXPR_OR:
		return eval_logic(ev, e, out);
	case EXPR_NOT:
		return eval_not(ev, e, out);
	case EXPR_TABLE:
		return eval_table(ev, e, out);
	}
	return eval_fail(ev, "an expression of no kind");
}

bool eval_node(struct eval *ev, const struct expr *e, struct value *out)
{
	bool ok = ++ev->steps > EVAL_MAX_STEPS ? out_of_steps(ev) : eval_kind(ev, e, out);
	if (!ok && !ev->error_at)
		ev->error_at = e; /* the innermost part that broke */
	return ok;
}

bool eval_expr(struct eval *ev, const struct expr *e, struct value *out)
{
	/* A function that evaluates in turn shares the budgets of what called it. */
	if (ev->depth == 0) {
		ev->steps = 0;
		ev->bytes_at_start = ev->arena->bytes;
		ev->error = NULL;
		ev->error_at = NULL;
		ev->is_over_budget = false;
	}
	ev->depth++;
	bool ok = eval_node(ev, e, out);
	ev->depth--;
	return ok;
}

/* ---- guards --------------------------------------------------------------------------------- */

enum verdict guard_test(struct eval *ev, const struct guard *g, const char **why)
{
	struct value v;
	*why = NULL;
	if (!g->expr) {
		*why = "the guard does not parse";
		return VERDICT_BROKEN;
	}
	if (!eval_expr(ev, g->expr, &v)) {
		*why = ev->error;
		return VERDICT_BROKEN;
	}
	v = eval_plain(ev, v);
	if (v.kind == VALUE_BOOL)
		return v.boolean ? VERDICT_TRUE : VERDICT_FALSE;
	if (v.kind == VALUE_UNKNOWN) {
		*why = v.unknown;
		return VERDICT_UNKNOWN;
	}
	*why = arena_printf(
		ev->arena, "%s, where true or false is needed", eval_state(ev, g->expr, &v));
	return VERDICT_BROKEN;
}
