/*
 * Calls of functions and methods.
 */
#include "script/eval_private.h"

#include "script/function.h"
#include "script/sandbox.h"

#define FEW_ARGUMENTS 8

struct call {
	struct value few[FEW_ARGUMENTS], *arguments;
	size_t count;
	uint8_t flags;		     /* of all arguments together */
	const struct value *unknown; /* the first that is, or NULL */
};

static void call_begin(struct eval *ev, struct call *c, size_t count)
{
	c->count = count;
	c->flags = 0;
	c->unknown = NULL;
	c->arguments = c->few;
	if (count > FEW_ARGUMENTS)
		c->arguments = arena_array(ev->arena, count, sizeof *c->arguments);
}

/* An object is asked for its value only where the function would not know what to do with it. */
static struct value as_argument(struct eval *ev, const struct function *f, size_t i, struct value v)
{
	if (v.kind != VALUE_OBJECT)
		return v;
	size_t last = FUNCTION_MAX_ARGS - 1;
	enum arg_type type = f ? f->args[i < last ? i : last] : ARG_ANY;
	struct value plain = eval_plain(ev, v);
	return type != ARG_ANY || plain.kind == VALUE_UNKNOWN ? plain : v;
}

static void put_argument(
	struct eval *ev, struct call *c, const struct function *f, size_t i, struct value v)
{
	c->arguments[i] = as_argument(ev, f, i, v);
	c->flags |= v.flags;
	if (c->arguments[i].kind == VALUE_UNKNOWN && !c->unknown)
		c->unknown = &c->arguments[i];
}

/* The call's arguments behind the first `from`, which are there already. */
static bool eval_arguments(struct eval *ev, struct call *c, const struct function *f, size_t from,
	const struct expr *e)
{
	for (size_t i = 0; i < e->count; i++) {
		struct value v;
		if (!eval_node(ev, e->arguments[i], &v))
			return false;
		put_argument(ev, c, f, from + i, v);
	}
	return true;
}

static bool finish(struct eval *ev, const struct call *c, struct value *out)
{
	eval_settle(out);
	eval_derived(ev, c->flags, out);
	return eval_has_room(ev, 0);
}

static bool run(struct eval *ev, struct call *c, const struct function *f, struct str name,
	struct value *out)
{
	if (c->unknown && !(f && f->takes_unknown)) {
		*out = *c->unknown;
		return true;
	}
	*out = value_nil();
	bool ok = f && f->call ? f->call(ev, c->arguments, c->count, out)
			       : sandbox_call(ev, name, c->arguments, c->count, out);
	return ok && finish(ev, c, out);
}

bool eval_call(struct eval *ev, const struct expr *e, struct value *out)
{
	struct call c;
	call_begin(ev, &c, e->count);
	if (!eval_arguments(ev, &c, e->function, 0, e))
		return false;
	if (!e->function && (!ev->sandbox || !sandbox_has_helper(ev->sandbox, e->name)))
		return eval_fail(ev, "there is no function `%.*s`", STR_ARGS(e->name));
	return run(ev, &c, e->function, e->name, out);
}

/* ---- methods -------------------------------------------------------------------------------- */

static bool no_method(struct eval *ev, const struct expr *e, const struct value *v)
{
	if (v->kind == VALUE_OBJECT)
		return eval_fail(ev, "`%s` (a %s) has no method `%.*s`", eval_text(ev, e->object),
			v->object->type->name, STR_ARGS(e->name));
	return eval_fail(ev, "%s, and has no method `%.*s`", eval_state(ev, e->object, v),
		STR_ARGS(e->name));
}

static bool string_call(
	struct eval *ev, const struct expr *e, const struct value *v, struct value *out)
{
	const struct function *f = string_method(e->name);
	struct call c;
	if (!f)
		return no_method(ev, e, v);
	size_t count = (size_t)e->count + 1;
	if (count < f->min_args || (f->max_args != 255 && count > f->max_args))
		return eval_fail(ev, "`%s` is called with too %s arguments", eval_text(ev, e),
			count < f->min_args ? "few" : "many");
	call_begin(ev, &c, count);
	put_argument(ev, &c, f, 0, *v);
	return eval_arguments(ev, &c, f, 1, e) && run(ev, &c, f, str_of(f->name), out);
}

/* False with no error set: the object has no such method. */
static bool object_call(
	struct eval *ev, const struct expr *e, const struct value *v, struct value *out)
{
	struct object *o = v->object;
	struct call c;
	const char *error = NULL;
	call_begin(ev, &c, e->count);
	if (!o->type->method || !eval_arguments(ev, &c, NULL, 0, e))
		return false;
	if (c.unknown) {
		*out = *c.unknown;
		return true;
	}
	c.flags |= v->flags;
	*out = value_nil();
	if (o->type->method(o, e->name, c.arguments, c.count, ev->arena, out, &error))
		return finish(ev, &c, out);
	return error ? eval_fail(ev, "`%s`: %s", eval_text(ev, e), error) : false;
}

bool eval_method(struct eval *ev, const struct expr *e, struct value *out)
{
	struct value v;
	if (!eval_node(ev, e->object, &v))
		return false;
	if (v.kind == VALUE_OBJECT) {
		if (object_call(ev, e, &v, out))
			return true;
		if (ev->error)
			return false;
		/* What stands for text has the methods of text. */
		struct value plain = eval_plain(ev, v);
		if (plain.kind == VALUE_STRING)
			v = plain;
	}
	if (v.kind == VALUE_UNKNOWN) {
		*out = v;
		return true;
	}
	return v.kind == VALUE_STRING ? string_call(ev, e, &v, out) : no_method(ev, e, &v);
}
