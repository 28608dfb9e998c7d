#include "script/function_impl.h"

#include "script/expr_number.h"

bool arg_wrong(
	struct eval *ev, const char *name, const struct value *args, size_t i, const char *wanted)
{
	const char *got = value_kind_name(&args[i]);
	if (i == 0)
		return eval_fail(ev, "`%s` takes %s, not %s", name, wanted, got);
	return eval_fail(ev, "`%s` takes %s as argument %zu, not %s", name, wanted, i + 1, got);
}

bool arg_string(
	struct eval *ev, const char *name, const struct value *args, size_t i, struct str *out)
{
	if (args[i].kind != VALUE_STRING)
		return arg_wrong(ev, name, args, i, "a string");
	*out = value_string(&args[i]);
	return true;
}

static bool as_number(const struct value *v, double *out)
{
	struct value number = *v;
	if (v->kind == VALUE_STRING && !lua_tonumber(value_string(v), &number))
		return false;
	if (number.kind == VALUE_INT)
		*out = (double)number.integer;
	else if (number.kind == VALUE_FLOAT)
		*out = number.number;
	else
		return false;
	return true;
}

bool arg_number(struct eval *ev, const char *name, const struct value *args, size_t i, double *out)
{
	return as_number(&args[i], out) || arg_wrong(ev, name, args, i, "a number");
}

bool arg_integer(
	struct eval *ev, const char *name, const struct value *args, size_t i, int64_t *out)
{
	double f;
	if (args[i].kind == VALUE_INT) {
		*out = args[i].integer;
		return true;
	}
	if (!as_number(&args[i], &f) || !(f > -9e15 && f < 9e15) || (double)(int64_t)f != f)
		return arg_wrong(ev, name, args, i, "a whole number");
	*out = (int64_t)f;
	return true;
}

bool arg_list(struct eval *ev, const char *name, const struct value *args, size_t i,
	const struct list **out)
{
	static const struct list none;
	if (args[i].kind == VALUE_LIST) {
		*out = args[i].list;
		return true;
	}
	/* `{}` is a list as well as a map. */
	if (args[i].kind == VALUE_MAP && !args[i].map->count) {
		*out = args[i].map->items ? args[i].map->items : &none;
		return true;
	}
	return arg_wrong(ev, name, args, i, "a list");
}

bool arg_map(struct eval *ev, const char *name, const struct value *args, size_t i,
	const struct map **out)
{
	static const struct map none;
	if (args[i].kind == VALUE_MAP) {
		*out = args[i].map;
		return true;
	}
	if (args[i].kind == VALUE_LIST && !args[i].list->count) {
		*out = &none;
		return true;
	}
	return arg_wrong(ev, name, args, i, "a map");
}

/* An item that is an object (a watch, say) counts as the value it stands for. */
static struct value plain_item(struct eval *ev, const struct value *v)
{
	if (v->kind == VALUE_OBJECT && v->object->type->scalar)
		return v->object->type->scalar(v->object, ev->arena);
	return *v;
}

bool arg_samples(struct eval *ev, const char *name, const struct value *args, size_t i,
	struct samples *out, const char **unknown)
{
	const struct list *list;
	*unknown = NULL;
	if (!arg_list(ev, name, args, i, &list))
		return false;
	double *numbers = arena_array(ev->arena, list->count + 1, sizeof *numbers);
	for (size_t n = 0; n < list->count; n++) {
		struct value v = plain_item(ev, &list->items[n]);
		if (v.kind == VALUE_UNKNOWN) {
			*unknown = *unknown ? *unknown : v.unknown;
			continue;
		}
		if (!as_number(&v, &numbers[n]))
			return eval_fail(ev, "`%s` takes a list of numbers, and item %zu is %s",
				name, n + 1, value_kind_name(&v));
		if (numbers[n] != numbers[n] && !*unknown)
			*unknown = "not a number";
	}
	*out = (struct samples){numbers, list->count};
	if (!list->count)
		*unknown = "no samples";
	return true;
}

bool give_text(struct eval *ev, const char *name, struct strbuf *text, struct value *out)
{
	bool fits = text->len <= EVAL_MAX_BYTES;
	if (fits)
		*out = value_copy_str(ev->arena, strbuf_str(text));
	strbuf_release(text);
	if (fits)
		return true;
	ev->is_over_budget = true;
	return eval_fail(ev, "`%s` gives more than %u bytes", name, EVAL_MAX_BYTES);
}

bool has_room(struct eval *ev, const char *name, size_t count)
{
	if (count <= LIST_MAX_ITEMS)
		return true;
	ev->is_over_budget = true;
	return eval_fail(ev, "`%s` gives more than %zu items", name, LIST_MAX_ITEMS);
}
