/*
 * What the value of a term certainly is. Where it may be of several types, it is of none.
 */
#include "check/rule.h"

#include "script/function.h"

const char *type_name(enum type type)
{
	static const char *const names[] = {
		[TYPE_ANY] = "anything",
		[TYPE_NIL] = "nothing",
		[TYPE_BOOL] = "true or false",
		[TYPE_NUMBER] = "a number",
		[TYPE_STRING] = "a string",
		[TYPE_LIST] = "a list",
		[TYPE_MAP] = "a map",
		[TYPE_STEP] = "a step",
	};
	return names[type];
}

enum type value_type(const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		return TYPE_NIL;
	case VALUE_BOOL:
		return TYPE_BOOL;
	case VALUE_INT:
	case VALUE_FLOAT:
		return TYPE_NUMBER;
	case VALUE_STRING:
		return TYPE_STRING;
	case VALUE_LIST:
		return TYPE_LIST;
	case VALUE_MAP:
		return TYPE_MAP;
	default:
		return TYPE_ANY;
	}
}

static enum type option_type(const struct input *in)
{
	enum type type = TYPE_STRING;
	if (in->options.kind != VALUE_LIST)
		return TYPE_STRING;
	for (size_t i = 0; i < in->options.list->count; i++) {
		enum type option = value_type(&in->options.list->items[i]);
		if (i && option != type)
			return TYPE_ANY;
		type = option;
	}
	return type;
}

enum type input_value_type(const struct input *in)
{
	switch ((enum input_type)in->type) {
	case INPUT_STRING:
	case INPUT_URL:
	case INPUT_DURATION:
		return TYPE_STRING;
	case INPUT_BOOLEAN:
		return TYPE_BOOL;
	case INPUT_INTEGER:
	case INPUT_NUMBER:
		return TYPE_NUMBER;
	case INPUT_LIST:
		return TYPE_LIST;
	case INPUT_CHOICE:
		return option_type(in);
	}
	return TYPE_ANY; /* told already */
}

/* ---- names and fields -------------------------------------------------------------------------
 */

static enum type declared_type(
	struct check *c, const struct code *code, const struct expr *e, enum root root)
{
	const struct book *b = code->reader->book;
	const struct name_slot *slot;
	struct target step;
	switch (root) {
	case ROOT_INPUTS:
		slot = names_find(&b->inputs, e->name);
		return slot ? input_value_type(slot->what) : TYPE_ANY;
	case ROOT_VARS:
		slot = names_find(&b->vars, e->name);
		return slot && slot->number < code->reader->vars
			       ? (enum type)b->var_types[slot->number]
			       : TYPE_ANY;
	case ROOT_SECRETS:
	case ROOT_ENV:
	case ROOT_FAILURE:
		return TYPE_STRING;
	case ROOT_RUN:
		return str_is(e->name, "duration") ? TYPE_NUMBER : TYPE_STRING;
	case ROOT_STEPS:
		return book_step(c, b, e->name, &step) ? TYPE_STEP : TYPE_ANY;
	default:
		return TYPE_ANY;
	}
}

static enum type field_type(struct check *c, const struct code *code, const struct expr *e)
{
	enum root root = code_root(c, code, e->object);
	struct target step;
	enum type type;
	if (root != ROOT_NONE && root != ROOT_SELF)
		return declared_type(c, code, e, root);
	if (code_step(c, code, e->object, &step))
		return field_find(c, &step, e->name, &type) ? type : TYPE_ANY;
	if (is_watch(c, code, e->object) && str_is(e->name, "age"))
		return TYPE_NUMBER;
	return TYPE_ANY;
}

static enum type name_type(struct check *c, const struct code *code, const struct expr *e)
{
	enum type type;
	if (result_find(c, code, e->name, &type))
		return type;
	switch (code_root(c, code, e)) {
	case ROOT_NONE:
		return str_is(e->name, "index") && sees_item(c, code, e->name) ? TYPE_NUMBER
									       : TYPE_ANY;
	case ROOT_STEPS: /* objects, whose type no rule asks for */
	case ROOT_WATCH:
		return TYPE_ANY;
	case ROOT_SELF:
		return TYPE_STEP;
	default:
		return TYPE_MAP;
	}
}

/* ---- calls and operators ----------------------------------------------------------------------
 */

static enum type result_type(const struct function *f)
{
	switch ((enum arg_type)(f ? f->result : ARG_ANY)) {
	case ARG_STRING:
		return TYPE_STRING;
	case ARG_NUMBER:
		return TYPE_NUMBER;
	case ARG_BOOL:
		return TYPE_BOOL;
	case ARG_LIST:
		return TYPE_LIST;
	case ARG_MAP:
		return TYPE_MAP;
	default:
		return TYPE_ANY;
	}
}

static enum type binary_type(enum operator op)
{
	switch (op) {
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return TYPE_BOOL;
	case OP_CONCAT:
		return TYPE_STRING;
	default:
		return TYPE_NUMBER;
	}
}

/* `and` gives its left side only when that is false or nothing. */
static enum type and_type(enum type left, enum type right)
{
	if (left == TYPE_NIL)
		return TYPE_NIL;
	if (left == TYPE_BOOL || left == TYPE_ANY)
		return right == TYPE_BOOL ? TYPE_BOOL : TYPE_ANY;
	return right;
}

static enum type or_type(enum type left, enum type right)
{
	if (left == TYPE_NIL)
		return right;
	return left == right ? left : TYPE_ANY;
}

static enum type table_type(const struct expr *e)
{
	if (!e->count)
		return TYPE_ANY; /* a list as well as a map */
	for (size_t i = 0; i < e->count; i++) {
		if (e->items[i].key)
			return TYPE_ANY; /* whole numbers as keys make a list again */
	}
	return TYPE_LIST;
}

enum type term_type(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
		return value_type(&e->constant);
	case EXPR_NAME:
		return name_type(c, code, e);
	case EXPR_FIELD:
		return field_type(c, code, e);
	case EXPR_INDEX:
		return code_step(c, code, e, &(struct target){0}) ? TYPE_STEP : TYPE_ANY;
	case EXPR_CALL:
		return result_type(e->function);
	case EXPR_METHOD:
		return method_type(c, code, t);
	case EXPR_UNARY:
		return TYPE_NUMBER;
	case EXPR_BINARY:
		return binary_type((enum operator)e->op);
	case EXPR_AND:
		return and_type(child_type(c, t, 0), child_type(c, t, 1));
	case EXPR_OR:
		return or_type(child_type(c, t, 0), child_type(c, t, 1));
	case EXPR_NOT:
		return TYPE_BOOL;
	case EXPR_TABLE:
		return table_type(e);
	}
	return TYPE_ANY;
}

/* ---- what a guard gives ------------------------------------------------------------------------
 */

static void hint_boolean(struct check *c, struct diagnostic *told, const struct code *code,
	const struct expr *e, enum type type)
{
	const char *text = expr_text(c, code, e);
	struct arena *a = c->d->arena;
	bool is_short = e->kind != EXPR_BINARY && e->kind != EXPR_OR && e->kind != EXPR_AND;
	if (e->kind == EXPR_CONSTANT || !is_short) {
		diagnostic_hint(c->d, told, "a guard compares, or reads what is true or false");
	} else if (type == TYPE_NUMBER) {
		bool is_exit = (e->kind == EXPR_FIELD || e->kind == EXPR_NAME) &&
			       str_is(e->name, "exit_code");
		const char *mend = arena_printf(a, "%s %s 0", text, is_exit ? "==" : ">");
		diagnostic_hint(c->d, told, "0 counts as true in Lua, too; compare it: `%s`", mend);
		if (is_exit)
			fix_expr(c, told, code, e, mend);
	} else if (type == TYPE_STRING) {
		diagnostic_hint(
			c->d, told, "compare it: `%s == \"…\"` or `%s ~= \"\"`", text, text);
	} else if (type == TYPE_STEP) {
		diagnostic_hint(c->d, told, "write `%s.ok`", text);
		fix_expr(c, told, code, e, arena_printf(a, "%s.ok", text));
	} else if (type == TYPE_LIST || type == TYPE_MAP) {
		diagnostic_hint(c->d, told, "compare its length: `len(%s) > 0`", text);
	}
}

static bool is_certain(enum type type)
{
	return type != TYPE_ANY && type != TYPE_BOOL;
}

static void tell_guard(
	struct check *c, const struct code *code, const struct expr *e, enum type type)
{
	struct diagnostic *told = diagnose(c->d, RB210, expr_span(code, e),
		"`%s` is %s, not true or false", expr_text(c, code, e), type_name(type));
	hint_boolean(c, told, code, e, type);
}

static void check_guard(struct check *c, const struct code *code, enum type type)
{
	if (code->has_to_hold && is_certain(type))
		tell_guard(c, code, code->guard->expr, type);
}

/* `x == 3 or 4` */
static void tell_operand(
	struct check *c, const struct code *code, const struct expr *e, enum type type)
{
	const struct expr *left = e->left, *right = e->right;
	if (e->kind != EXPR_OR || right->kind != EXPR_CONSTANT || left->kind != EXPR_BINARY ||
		left->op != OP_EQ) {
		tell_guard(c, code, right, type);
		return;
	}
	struct diagnostic *told = diagnose(c->d, RB210, expr_span(code, right),
		"`%s` is %s, not true or false", expr_text(c, code, right), type_name(type));
	const char *mend = arena_printf(
		c->d->arena, "%s == %s", expr_text(c, code, left->left), expr_text(c, code, right));
	diagnostic_hint(
		c->d, told, "compare once more: `%s or %s`", expr_text(c, code, left), mend);
	fix_expr(c, told, code, right, mend);
}

/* Whether what the term gives is what the whole guard gives. */
static bool is_answer(const struct term *t)
{
	for (; t->above; t = t->above) {
		const struct expr *above = t->above->e;
		if (above->kind != EXPR_OR && (above->kind != EXPR_AND || above->right != t->e))
			return false;
	}
	return true;
}

/* The whole is of several types, so of none, but what its right side gives breaks it each time that
 * is asked for: `a.ok and a.exit_code`. */
static void check_operand(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	if (!code->has_to_hold || !is_answer(t))
		return;
	enum type left = child_type(c, t, 0), right = child_type(c, t, 1);
	enum type whole = e->kind == EXPR_AND ? and_type(left, right) : or_type(left, right);
	if (is_certain(whole))
		return; /* told of the whole, or by a term above */
	if (is_certain(right) && right != TYPE_NIL)
		tell_operand(c, code, e, right);
}

const struct rule rule_guards = {.id = RB210,
	.code = check_guard,
	.term = check_operand,
	.kinds = KIND(EXPR_AND) | KIND(EXPR_OR)};

/* ---- for_each ----------------------------------------------------------------------------------
 */

static void check_items(struct check *c, const struct code *code, enum type type)
{
	const struct step_more *m = code->reader->step ? code->reader->step->more : NULL;
	bool may_be_one = m && m->hosts && type == TYPE_STRING; /* a host or a group */
	if (!code->is_items || type == TYPE_ANY || type == TYPE_LIST || may_be_one)
		return;
	const struct expr *e = code->guard->expr;
	struct diagnostic *told = diagnose(c->d, RB102, expr_span(code, e),
		"`%s` takes a list, and `%s` is %s", m && m->hosts ? "hosts" : "for_each",
		expr_text(c, code, e), type_name(type));
	if (type == TYPE_STRING)
		diagnostic_hint(
			c->d, told, "`lines(s)` and `split(s, separator)` make a list of it");
	else if (type == TYPE_MAP)
		diagnostic_hint(c->d, told, "`keys(map)` is the list of its keys");
}

const struct rule rule_items = {.id = RB102, .code = check_items};
