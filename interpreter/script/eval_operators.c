/*
 * Comparison, concatenation and the unary operators on values that are known and plain.
 */
#include "script/eval_private.h"

#include "script/expr_number.h"

#include <math.h>

static bool is_number(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

/* ---- order ---------------------------------------------------------------------------------- */

static int order_floats(double x, double y)
{
	return x < y ? -1 : x > y;
}

static int order_ints(int64_t x, int64_t y)
{
	return x < y ? -1 : x > y;
}

/* Exactly: a whole number over 2^53 has no float of its own, so the float is brought to it. */
static int order_int_float(int64_t i, double f)
{
	if (f >= 0x1p63)
		return -1;
	if (f < -0x1p63)
		return 1;
	double whole = floor(f);
	int order = order_ints(i, (int64_t)whole);
	return order == 0 && whole < f ? -1 : order;
}

static int order_numbers(const struct value *x, const struct value *y)
{
	if (x->kind == VALUE_INT && y->kind == VALUE_INT)
		return order_ints(x->integer, y->integer);
	if (x->kind == VALUE_FLOAT && y->kind == VALUE_FLOAT)
		return order_floats(x->number, y->number);
	if (x->kind == VALUE_INT)
		return order_int_float(x->integer, y->number);
	return -order_int_float(y->integer, x->number);
}

static bool order_fails(
	struct eval *ev, const struct expr *e, const struct value *x, const struct value *y)
{
	if (x->kind == VALUE_NIL || y->kind == VALUE_NIL) {
		bool is_left = x->kind == VALUE_NIL;
		return eval_fail(ev, "%s, and cannot be compared",
			eval_state(ev, is_left ? e->left : e->right, is_left ? x : y));
	}
	const char *left = eval_text(ev, e->left), *right = eval_text(ev, e->right);
	bool is_mixed = (is_number(x) && y->kind == VALUE_STRING) ||
			(is_number(y) && x->kind == VALUE_STRING);
	return eval_fail(ev, "`%s` (%s) and `%s` (%s) have no order%s", left, value_kind_name(x),
		right, value_kind_name(y), is_mixed ? "; `tonumber()` reads a number" : "");
}

static bool eval_order(struct eval *ev, const struct expr *e, const struct value *x,
	const struct value *y, struct value *out)
{
	int order;
	if (is_number(x) && is_number(y))
		order = order_numbers(x, y);
	else if (x->kind == VALUE_STRING && y->kind == VALUE_STRING)
		order = str_compare(value_string(x), value_string(y));
	else
		return order_fails(ev, e, x, y);
	switch (e->op) {
	case OP_LT:
		*out = value_bool(order < 0);
		break;
	case OP_LE:
		*out = value_bool(order <= 0);
		break;
	case OP_GT:
		*out = value_bool(order > 0);
		break;
	default:
		*out = value_bool(order >= 0);
	}
	return true;
}

/* ---- concatenation -------------------------------------------------------------------------- */

static bool text_of(struct eval *ev, const struct expr *part, const struct value *v,
	char buffer[LUA_NUMBER_TEXT], struct str *out)
{
	if (v->kind == VALUE_STRING) {
		*out = value_string(v);
		return true;
	}
	if (is_number(v)) {
		*out = (struct str){buffer, lua_number_text(v, buffer)};
		return true;
	}
	bool is_bool = v->kind == VALUE_BOOL;
	return eval_fail(ev, "%s, and cannot be joined with `..`%s", eval_state(ev, part, v),
		is_bool ? "; `tostring()` makes text of it" : "");
}

static bool eval_concat(struct eval *ev, const struct expr *e, const struct value *x,
	const struct value *y, struct value *out)
{
	char left[LUA_NUMBER_TEXT], right[LUA_NUMBER_TEXT];
	struct str a, b;
	if (!text_of(ev, e->left, x, left, &a) || !text_of(ev, e->right, y, right, &b))
		return false;
	if (!eval_has_room(ev, a.len + b.len))
		return false;
	char *joined = arena_alloc(ev->arena, a.len + b.len + 1);
	if (a.len)
		memcpy(joined, a.at, a.len);
	if (b.len)
		memcpy(joined + a.len, b.at, b.len);
	*out = value_str((struct str){joined, a.len + b.len});
	eval_derived(ev, x->flags | y->flags, out);
	return true;
}

bool eval_binary(struct eval *ev, const struct expr *e, const struct value *x,
	const struct value *y, struct value *out)
{
	switch ((enum operator)e->op) {
	case OP_EQ:
		*out = value_bool(value_equal(x, y));
		return true;
	case OP_NE:
		*out = value_bool(!value_equal(x, y));
		return true;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return eval_order(ev, e, x, y, out);
	case OP_CONCAT:
		return eval_concat(ev, e, x, y, out);
	default:
		return eval_arith(ev, e, x, y, out);
	}
}

/* ---- one operand ---------------------------------------------------------------------------- */

static bool eval_length(
	struct eval *ev, const struct expr *e, const struct value *x, struct value *out)
{
	switch ((enum value_kind)x->kind) {
	case VALUE_STRING:
		*out = value_int(x->len);
		return true;
	case VALUE_LIST:
		*out = value_int((int64_t)x->list->count);
		return true;
	case VALUE_MAP:
		*out = value_int(x->map->items ? (int64_t)x->map->items->count : 0);
		return true;
	default:
		return eval_fail(ev, "%s, and has no length", eval_state(ev, e->left, x));
	}
}

bool eval_unary(struct eval *ev, const struct expr *e, const struct value *x, struct value *out)
{
	if (e->op == OP_LEN)
		return eval_length(ev, e, x, out);
	int64_t bits;
	if (e->op == OP_BNOT) {
		if (!eval_bits(ev, e->left, x, &bits))
			return false;
		*out = value_int(~bits);
		return true;
	}
	struct value number = *x;
	if (!is_number(x) && (x->kind != VALUE_STRING || !lua_tonumber(value_string(x), &number)))
		return eval_fail(ev, "%s, and cannot be computed with", eval_state(ev, e->left, x));
	*out = number.kind == VALUE_INT ? value_int((int64_t)(0 - (uint64_t)number.integer))
					: value_float(-number.number);
	return true;
}
