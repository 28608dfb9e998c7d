/*
 * Calls: functions and methods that do not exist, arguments that they do not take.
 */
#include "check/rule.h"

#include "script/expr_number.h"
#include "script/function.h"

/* ---- functions --------------------------------------------------------------------------------
 */

static void check_calls(struct check *c, const struct code *code, enum type type)
{
	const struct book *b = code->reader->book;
	(void)type;
	/* A helper file that could not be read was told; what it has is not known. */
	if (b->runbook->lua.len && !b->unit->helpers)
		return;
	expr_check_calls(code->guard->expr, &code->guard->origin, b->unit->helpers, c->d);
}

const struct rule rule_functions = {.id = RB204, .code = check_calls};

/* ---- arguments --------------------------------------------------------------------------------
 */

static bool is_table(enum type type)
{
	return type == TYPE_LIST || type == TYPE_MAP;
}

static bool takes_number(const struct expr *e, enum type type)
{
	struct value number;
	if (type == TYPE_STRING && e->kind == EXPR_CONSTANT)
		return lua_tonumber(value_string(&e->constant), &number);
	return type == TYPE_NUMBER || type == TYPE_STRING;
}

/* Whether a function could take it. Lists and maps are not told apart: an empty one is both. */
static bool takes(
	const struct function *f, enum arg_type wanted, const struct expr *e, enum type type)
{
	bool is_lua = !f->call;
	switch (wanted) {
	case ARG_STRING:
		return type == TYPE_STRING || (is_lua && type == TYPE_NUMBER);
	case ARG_PATTERN:
	case ARG_JSONPATH:
		return type == TYPE_STRING;
	case ARG_NUMBER:
		return takes_number(e, type);
	case ARG_LIST:
	case ARG_MAP:
		return is_table(type);
	case ARG_COLLECTION:
		return is_table(type) || type == TYPE_STRING;
	case ARG_DURATION:
		return type == TYPE_STRING || type == TYPE_NUMBER;
	default:
		return true;
	}
}

static const char *wanted_name(enum arg_type wanted)
{
	switch (wanted) {
	case ARG_NUMBER:
		return "a number";
	case ARG_LIST:
		return "a list";
	case ARG_MAP:
		return "a map";
	case ARG_COLLECTION:
		return "a string, a list or a map";
	case ARG_DURATION:
		return "a duration such as \"5m\"";
	case ARG_PATTERN:
		return "a pattern in quotes";
	case ARG_JSONPATH:
		return "a JSONPath in quotes";
	default:
		return "a string";
	}
}

static void check_argument(struct check *c, const struct code *code, const struct function *f,
	size_t i, const struct expr *e, enum type type)
{
	enum arg_type wanted = f->args[i < FUNCTION_MAX_ARGS ? i : FUNCTION_MAX_ARGS - 1];
	/* What may be left out may be nothing. */
	if (type == TYPE_ANY || (type == TYPE_NIL && i >= f->min_args) || takes(f, wanted, e, type))
		return;
	const char *text = expr_text(c, code, e);
	struct diagnostic *told;
	if (type == TYPE_STRING && wanted == ARG_NUMBER)
		told = diagnose(c->d, RB205, expr_span(code, e),
			"`%s` takes a number, and `%s` is none", f->name, text);
	else
		told = diagnose(c->d, RB205, expr_span(code, e), "`%s` takes %s, and `%s` is %s",
			f->name, wanted_name(wanted), text, type_name(type));
	diagnostic_hint(c->d, told, "`%s`", f->signature);
}

/* ---- methods ----------------------------------------------------------------------------------
 */

static const struct watch_method {
	const char *name;
	enum type result;
	uint8_t min_args, max_args, window; /* which argument the window is, from 1 */
	const char *signature;
} watch_methods[] = {
	{"avg", TYPE_NUMBER, 1, 1, 1, "watch.x:avg(\"5m\")"},
	{"min", TYPE_NUMBER, 1, 1, 1, "watch.x:min(\"5m\")"},
	{"max", TYPE_NUMBER, 1, 1, 1, "watch.x:max(\"5m\")"},
	{"sum", TYPE_NUMBER, 1, 1, 1, "watch.x:sum(\"5m\")"},
	{"count", TYPE_NUMBER, 1, 1, 1, "watch.x:count(\"5m\")"},
	{"increase", TYPE_NUMBER, 1, 1, 1, "watch.x:increase(\"5m\")"},
	{"rate", TYPE_NUMBER, 1, 1, 1, "watch.x:rate(\"5m\")"},
	{"percentile", TYPE_NUMBER, 2, 2, 2, "watch.x:percentile(0.95, \"5m\")"},
	{"values", TYPE_LIST, 1, 1, 1, "watch.x:values(\"5m\")"},
};
#define WATCH_METHODS (sizeof watch_methods / sizeof *watch_methods)

static const struct watch_method *watch_method(struct str name)
{
	for (size_t i = 0; i < WATCH_METHODS; i++) {
		if (str_is(name, watch_methods[i].name))
			return &watch_methods[i];
	}
	return NULL;
}

const struct expr *method_window(struct check *c, const struct code *code, const struct expr *e)
{
	if (!is_watch(c, code, e->object))
		return NULL;
	const struct watch_method *m = watch_method(e->name);
	return m && e->count >= m->window ? e->arguments[m->window - 1] : NULL;
}

enum type method_type(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	const struct watch_method *m = watch_method(e->name);
	if (m && is_watch(c, code, e->object))
		return m->result;
	const struct function *f = string_method(e->name);
	if (!f || child_type(c, t, 0) != TYPE_STRING)
		return TYPE_ANY;
	return f->result == ARG_NUMBER ? TYPE_NUMBER : TYPE_STRING;
}

static struct span method_span(const struct code *code, const struct expr *e)
{
	struct str text = code->guard->text;
	ptrdiff_t at = str_find(text, e->name, (size_t)e->object->start + e->object->len);
	if (at < 0)
		return expr_span(code, e);
	return origin_span(&code->guard->origin, (size_t)at, e->name.len);
}

static void tell_method(struct check *c, const struct code *code, const struct expr *e,
	const char *const *names, size_t count)
{
	struct words w = {0};
	struct diagnostic *told = diagnose(c->d, RB204, method_span(code, e),
		"`%s` has no method `%.*s`", expr_text(c, code, e->object), STR_ARGS(e->name));
	for (size_t i = 0; i < count; i++)
		words_add(c, &w, str_of(names[i]));
	if (words_nearest(c, told, e->name, &w))
		return;
	struct strbuf b = {0};
	for (size_t i = 0; i < count; i++)
		strbuf_printf(&b, "%s`%s`", i ? " " : "", names[i]);
	diagnostic_hint(c->d, told, "it has %s", b.at);
	strbuf_release(&b);
}

static void tell_count(
	struct check *c, const struct code *code, const struct expr *e, const char *signature)
{
	struct diagnostic *told = diagnose(c->d, RB205, expr_span(code, e),
		"`%.*s` is called with the wrong number of arguments", STR_ARGS(e->name));
	diagnostic_hint(c->d, told, "`%s`", signature);
}

static void check_watch_method(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	const struct watch_method *m = watch_method(e->name);
	const char *names[WATCH_METHODS];
	for (size_t i = 0; i < WATCH_METHODS; i++)
		names[i] = watch_methods[i].name;
	if (!m)
		tell_method(c, code, e, names, WATCH_METHODS);
	else if (e->count < m->min_args || e->count > m->max_args)
		tell_count(c, code, e, m->signature);
}

static void check_string_method(struct check *c, const struct code *code, const struct term *t)
{
	static const char *const names[] = {"upper", "lower", "len", "sub", "reverse"};
	const struct expr *e = t->e;
	const struct function *f = string_method(e->name);
	size_t count = (size_t)e->count + 1;
	if (!f) {
		tell_method(c, code, e, names, sizeof names / sizeof *names);
	} else if (count < f->min_args || (f->max_args != 255 && count > f->max_args)) {
		tell_count(c, code, e, f->signature);
	} else {
		for (size_t i = 0; i < e->count; i++)
			check_argument(c, code, f, i + 1, e->arguments[i], child_type(c, t, i + 1));
	}
}

static void check_method(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	enum type type = child_type(c, t, 0);
	if (is_watch(c, code, e->object)) {
		check_watch_method(c, code, t);
	} else if (type == TYPE_STRING) {
		check_string_method(c, code, t);
	} else if (type != TYPE_ANY) {
		diagnose(c->d, RB204, method_span(code, e), "`%s` is %s and has no methods",
			expr_text(c, code, e->object), type_name(type));
	}
}

/* ---- the rule ---------------------------------------------------------------------------------
 */

static void check_arguments(struct check *c, const struct code *code, const struct term *t)
{
	const struct expr *e = t->e;
	if (e->kind == EXPR_METHOD) {
		check_method(c, code, t);
		return;
	}
	for (size_t i = 0; e->function && i < e->count; i++)
		check_argument(c, code, e->function, i, e->arguments[i], child_type(c, t, i));
}

const struct rule rule_arguments = {
	.id = RB205, .term = check_arguments, .kinds = KIND(EXPR_CALL) | KIND(EXPR_METHOD)};
