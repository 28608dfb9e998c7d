/*
 * Arithmetic and bit operators with Lua 5.4's meaning: whole numbers wrap around, `//` and `%`
 * round down, `/` and `^` give floats. What has no number as its result is unknown.
 */
#include "script/eval_private.h"

#include "script/expr_number.h"

#include <math.h>

static struct value division_by_zero(void)
{
	return value_unknown("division by zero");
}

/* Unsigned, where C leaves overflow undefined. */
static int64_t wrapped(enum operator op, int64_t x, int64_t y)
{
	uint64_t a = (uint64_t)x, b = (uint64_t)y;
	return (int64_t)(op == OP_ADD ? a + b : op == OP_SUB ? a - b : a * b);
}

static int64_t floor_division(int64_t x, int64_t y)
{
	if (y == -1)
		return wrapped(OP_SUB, 0, x); /* the smallest number has no positive twin */
	int64_t quotient = x / y;
	return quotient - (x % y != 0 && (x ^ y) < 0);
}

static int64_t floor_modulo(int64_t x, int64_t y)
{
	if (y == -1)
		return 0;
	int64_t rest = x % y;
	return rest != 0 && (rest ^ y) < 0 ? rest + y : rest;
}

static double float_modulo(double x, double y)
{
	double rest = fmod(x, y);
	/* fmod has the sign of x, Lua's % that of y. */
	return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

static struct value float_result(enum operator op, double x, double y)
{
	bool divides = op == OP_DIV || op == OP_IDIV || op == OP_MOD;
	if (divides && y == 0)
		return division_by_zero();
	switch (op) {
	case OP_ADD:
		return value_float(x + y);
	case OP_SUB:
		return value_float(x - y);
	case OP_MUL:
		return value_float(x * y);
	case OP_DIV:
		return value_float(x / y);
	case OP_IDIV:
		return value_float(floor(x / y));
	case OP_MOD:
		return value_float(float_modulo(x, y));
	default:
		return value_float(y == 2 ? x * x : pow(x, y));
	}
}

static struct value integer_result(enum operator op, int64_t x, int64_t y)
{
	if (op == OP_ADD || op == OP_SUB || op == OP_MUL)
		return value_int(wrapped(op, x, y));
	if (op == OP_DIV || op == OP_POW)
		return float_result(op, (double)x, (double)y);
	if (y == 0)
		return division_by_zero();
	return value_int(op == OP_IDIV ? floor_division(x, y) : floor_modulo(x, y));
}

/* Bits are shifted in as zeros, and out at 64; a negative distance is the other direction. */
static int64_t shifted(int64_t x, int64_t left)
{
	uint64_t bits = (uint64_t)x;
	if (left <= -64 || left >= 64)
		return 0;
	return (int64_t)(left >= 0 ? bits << left : bits >> -left);
}

static int64_t bit_result(enum operator op, int64_t x, int64_t y)
{
	switch (op) {
	case OP_BAND:
		return x & y;
	case OP_BOR:
		return x | y;
	case OP_BXOR:
		return x ^ y;
	case OP_SHL:
		return shifted(x, y);
	default:
		return shifted(x, y == INT64_MIN ? INT64_MAX : -y);
	}
}

/* A number, or a string that reads as one. */
static bool to_number(
	struct eval *ev, const struct expr *part, const struct value *v, struct value *out)
{
	if (v->kind == VALUE_INT || v->kind == VALUE_FLOAT) {
		*out = *v;
		return true;
	}
	if (v->kind == VALUE_STRING && lua_tonumber(value_string(v), out))
		return true;
	return eval_fail(ev, "%s, and cannot be computed with", eval_state(ev, part, v));
}

/* No strings here: Lua only reads them as numbers where it computes. */
bool eval_bits(struct eval *ev, const struct expr *part, const struct value *v, int64_t *out)
{
	if (v->kind == VALUE_INT) {
		*out = v->integer;
		return true;
	}
	if (v->kind != VALUE_FLOAT)
		return eval_fail(ev, "%s, and has no bits", eval_state(ev, part, v));
	return lua_float_to_int(v->number, out) ||
	       eval_fail(ev, "%s, and has no bits: it is not whole", eval_state(ev, part, v));
}

static bool is_bit_operator(enum operator op)
{
	return op >= OP_BAND && op <= OP_SHR;
}

bool eval_arith(struct eval *ev, const struct expr *e, const struct value *x, const struct value *y,
	struct value *out)
{
	enum operator op = e->op;
	struct value a, b;
	if (is_bit_operator(op)) {
		int64_t i, j;
		if (!eval_bits(ev, e->left, x, &i) || !eval_bits(ev, e->right, y, &j))
			return false;
		*out = value_int(bit_result(op, i, j));
		return true;
	}
	if (!to_number(ev, e->left, x, &a) || !to_number(ev, e->right, y, &b))
		return false;
	if (a.kind == VALUE_INT && b.kind == VALUE_INT)
		*out = integer_result(op, a.integer, b.integer);
	else
		*out = float_result(op, a.kind == VALUE_INT ? (double)a.integer : a.number,
			b.kind == VALUE_INT ? (double)b.integer : b.number);
	eval_settle(out);
	return true;
}
