/*
 * Operators on values that they have no meaning for, and comparisons that are always false.
 */
#include "check/rule.h"

#include "script/semver.h"

#include "script/expr_number.h"

static bool is_comparison(const struct expr *e)
{
	return e->kind == EXPR_BINARY && e->op >= OP_EQ && e->op <= OP_GE;
}

static bool is_scalar(enum type type)
{
	return type == TYPE_BOOL || type == TYPE_NUMBER || type == TYPE_STRING;
}

/* ---- literals of the wrong kind ---------------------------------------------------------------
 */

/* `"200"` beside a number is `200`, `"true"` beside a boolean is `true`. NULL: it is neither. */
static const char *as_type(struct check *c, const struct expr *e, enum type type)
{
	struct value number;
	if (e->kind != EXPR_CONSTANT || e->constant.kind != VALUE_STRING)
		return NULL;
	struct str s = value_string(&e->constant);
	if (type == TYPE_BOOL && (str_is(s, "true") || str_is(s, "false")))
		return arena_copy(c->d->arena, s.at, s.len);
	if (type == TYPE_NUMBER && lua_numeral(s, &number))
		return arena_copy(c->d->arena, s.at, s.len);
	return NULL;
}

/* A number or boolean beside a string: in quotes it is one. */
static const char *quoted(struct check *c, const struct code *code, const struct expr *e)
{
	bool is_plain = e->kind == EXPR_CONSTANT &&
			(e->constant.kind == VALUE_INT || e->constant.kind == VALUE_FLOAT ||
				e->constant.kind == VALUE_BOOL);
	return is_plain ? arena_printf(c->d->arena, "\"%s\"", expr_text(c, code, e)) : NULL;
}

/* The literal among two operands that would fit in another spelling. */
static bool mend_literal(struct check *c, struct diagnostic *told, const struct code *code,
	const struct expr *e, enum type left, enum type right)
{
	const struct expr *at = e->right;
	const char *mend = as_type(c, e->right, left);
	if (!mend && (mend = as_type(c, e->left, right)))
		at = e->left;
	if (!mend && left == TYPE_STRING && (mend = quoted(c, code, e->right)))
		at = e->right;
	if (!mend && right == TYPE_STRING && (mend = quoted(c, code, e->left)))
		at = e->left;
	if (!mend)
		return false;
	diagnostic_hint(c->d, told, "write `%s`", mend);
	fix_expr(c, told, code, at, mend);
	return true;
}

/* An input of type `duration`. */
static bool is_duration(struct check *c, const struct code *code, const struct expr *e)
{
	if (e->kind != EXPR_FIELD || code_root(c, code, e->object) != ROOT_INPUTS)
		return false;
	const struct name_slot *slot = names_find(&code->reader->book->inputs, e->name);
	return slot && ((const struct input *)slot->what)->type == INPUT_DURATION;
}

/* A literal that reads as a number was mended; another one never does. */
static void hint_tonumber(
	struct check *c, struct diagnostic *told, const struct code *code, const struct expr *text)
{
	if (is_duration(c, code, text))
		diagnostic_hint(c->d, told, "`seconds(%s)` is a number", expr_text(c, code, text));
	else if (text->kind != EXPR_CONSTANT)
		diagnostic_hint(
			c->d, told, "`tonumber(%s)` reads a number", expr_text(c, code, text));
}

/* ---- == and ~= --------------------------------------------------------------------------------
 */

/* `not x == 3` */
static bool mend_not(
	struct check *c, struct diagnostic *told, const struct code *code, const struct expr *e)
{
	if (e->left->kind != EXPR_NOT || e->left->in_parens)
		return false;
	const char *mend = arena_printf(c->d->arena, "%s %s %s", expr_text(c, code, e->left->left),
		e->op == OP_EQ ? "~=" : "==", expr_text(c, code, e->right));
	diagnostic_hint(c->d, told, "`not` goes before the comparison; write `%s`", mend);
	fix_expr(c, told, code, e, mend);
	return true;
}

static void check_equality(struct check *c, const struct code *code, const struct expr *e,
	enum type left, enum type right)
{
	bool is_step = left == TYPE_STEP || right == TYPE_STEP;
	bool is_text = left == TYPE_STRING || right == TYPE_STRING;
	bool is_certain =
		left != TYPE_ANY && right != TYPE_ANY && left != TYPE_NIL && right != TYPE_NIL;
	if (!is_certain || left == right || (!is_step && !is_scalar(left) && !is_scalar(right)))
		return;
	struct diagnostic *told = diagnose(c->d, RB214, expr_span(code, e),
		"`%s` is %s and `%s` is %s: they are never equal", expr_text(c, code, e->left),
		type_name(left), expr_text(c, code, e->right), type_name(right));
	const struct expr *text = left == TYPE_STRING ? e->left : e->right;
	if (mend_not(c, told, code, e))
		return;
	if (!is_duration(c, code, text) && mend_literal(c, told, code, e, left, right))
		return;
	if (is_step)
		diagnostic_hint(c->d, told, "the state of a step is `%s.state`",
			expr_text(c, code, left == TYPE_STEP ? e->left : e->right));
	else if (is_text && (left == TYPE_NUMBER || right == TYPE_NUMBER))
		hint_tonumber(c, told, code, text);
}

/* ---- order ------------------------------------------------------------------------------------
 */

/* `1 < x < 5` */
static bool mend_chain(
	struct check *c, struct diagnostic *told, const struct code *code, const struct expr *e)
{
	const struct expr *left = e->left;
	if (!is_comparison(left) || left->in_parens || left->op < OP_LT)
		return false;
	const char *mend = arena_printf(c->d->arena, "%s and %s %s %s", expr_text(c, code, left),
		expr_text(c, code, left->right), operator_signs[e->op],
		expr_text(c, code, e->right));
	diagnostic_hint(c->d, told, "write `%s`", mend);
	fix_expr(c, told, code, e, mend);
	return true;
}

static bool has_order(enum type type)
{
	return type == TYPE_ANY || type == TYPE_NUMBER || type == TYPE_STRING;
}

/* `semver(x) < "1.x"` */
static bool check_version(struct check *c, const struct code *code, const struct expr *version,
	const struct expr *other)
{
	const char *why;
	struct diagnostic *told;
	if (version->kind != EXPR_CALL || !version->function || !str_is(version->name, "semver") ||
		other->kind != EXPR_CONSTANT)
		return false;
	if (other->constant.kind == VALUE_STRING &&
		semver_parse(&c->arena, value_string(&other->constant), &why))
		return true;
	told = diagnose(c->d, RB214, expr_span(code, other),
		"`%s` is no version and cannot be compared with `%s`", expr_text(c, code, other),
		expr_text(c, code, version));
	diagnostic_hint(c->d, told, "a version is text such as \"1.2.0\"");
	return true;
}

static void check_order(struct check *c, const struct code *code, const struct expr *e,
	enum type left, enum type right)
{
	struct diagnostic *told;
	if (check_version(c, code, e->left, e->right) || check_version(c, code, e->right, e->left))
		return;
	if (!has_order(left) || !has_order(right)) {
		const struct expr *bad = has_order(left) ? e->right : e->left;
		enum type type = has_order(left) ? right : left;
		told = diagnose(c->d, RB214, expr_span(code, bad),
			"`%s` is %s and cannot be compared with `%s`", expr_text(c, code, bad),
			type_name(type), operator_signs[e->op]);
		if (!mend_chain(c, told, code, e) && (type == TYPE_LIST || type == TYPE_MAP))
			diagnostic_hint(
				c->d, told, "its length is `len(%s)`", expr_text(c, code, bad));
		return;
	}
	if (left == right || left == TYPE_ANY || right == TYPE_ANY)
		return;
	told = diagnose(c->d, RB214, expr_span(code, e),
		"`%s` is %s and `%s` is %s: they cannot be compared with `%s`",
		expr_text(c, code, e->left), type_name(left), expr_text(c, code, e->right),
		type_name(right), operator_signs[e->op]);
	/* In quotes a number would have an order, too: that of letters. */
	const struct expr *text = left == TYPE_STRING ? e->left : e->right;
	if (text->kind != EXPR_CONSTANT || !mend_literal(c, told, code, e, left, right))
		hint_tonumber(c, told, code, text);
}

/* ---- arithmetic and text ----------------------------------------------------------------------
 */

static bool computes(const struct expr *e, enum type type)
{
	struct value number;
	if (type == TYPE_STRING && e->kind == EXPR_CONSTANT)
		return lua_tonumber(value_string(&e->constant), &number);
	return has_order(type);
}

static void check_computed(struct check *c, const struct code *code, const struct expr *e,
	const struct expr *operand, enum type type)
{
	if (computes(operand, type))
		return;
	struct diagnostic *told = diagnose(c->d, RB214, expr_span(code, operand),
		"`%s` is %s and cannot be computed with", expr_text(c, code, operand),
		type == TYPE_STRING ? "no number" : type_name(type));
	if (e->kind == EXPR_BINARY && e->op == OP_ADD && type == TYPE_STRING)
		diagnostic_hint(c->d, told, "text is joined with `..`");
	else if (type == TYPE_LIST || type == TYPE_MAP)
		diagnostic_hint(c->d, told, "its length is `len(%s)`", expr_text(c, code, operand));
}

static void check_joined(
	struct check *c, const struct code *code, const struct expr *operand, enum type type)
{
	if (has_order(type))
		return;
	struct diagnostic *told = diagnose(c->d, RB214, expr_span(code, operand),
		"`%s` is %s and cannot be joined with `..`", expr_text(c, code, operand),
		type_name(type));
	if (type == TYPE_LIST)
		diagnostic_hint(c->d, told, "`join(%s, \", \")` makes text of it",
			expr_text(c, code, operand));
	else if (type == TYPE_BOOL || type == TYPE_MAP)
		diagnostic_hint(
			c->d, told, "`tostring(%s)` makes text of it", expr_text(c, code, operand));
}

static void check_length(
	struct check *c, const struct code *code, const struct expr *operand, enum type type)
{
	if (type != TYPE_NUMBER && type != TYPE_BOOL && type != TYPE_NIL && type != TYPE_STEP)
		return;
	diagnose(c->d, RB214, expr_span(code, operand), "`%s` is %s and has no length",
		expr_text(c, code, operand), type_name(type));
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

static void check_operator(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	enum type left = child_type(c, t, 0);
	if (e->kind == EXPR_UNARY) {
		if (e->op == OP_LEN)
			check_length(c, code, e->left, left);
		else
			check_computed(c, code, e, e->left, left);
		return;
	}
	enum type right = child_type(c, t, 1);
	if (e->op == OP_EQ || e->op == OP_NE) {
		check_equality(c, code, e, left, right);
	} else if (is_comparison(e)) {
		check_order(c, code, e, left, right);
	} else if (e->op == OP_CONCAT) {
		check_joined(c, code, e->left, left);
		check_joined(c, code, e->right, right);
	} else {
		check_computed(c, code, e, e->left, left);
		check_computed(c, code, e, e->right, right);
	}
}

const struct rule rule_operators = {
	.id = RB214, .term = check_operator, .kinds = KIND(EXPR_BINARY) | KIND(EXPR_UNARY)};
