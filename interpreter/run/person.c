#include "run/person.h"

#include "base/utc.h"

static struct str user_of(struct str by)
{
	ptrdiff_t at = str_find(by, STR("@"), 0);

	return at < 0 ? by : (struct str){by.at, (size_t)at};
}

bool person_is(struct str by, struct str name)
{
	return name.len && (str_equal(by, name) || str_equal(user_of(by), name));
}

bool person_is_same(struct str one, struct str other)
{
	return str_equal(user_of(one), user_of(other));
}

struct value person_result(struct arena *a, const struct person_answer *p, int64_t wall_ns)
{
	struct value v = value_map(a);
	struct strbuf at = {0};

	utc_print(&at, wall_ns);
	strbuf_putc(&at, 'Z');
	map_set(a, v.map, STR("answer"), value_bool(p->is_yes));
	map_set(a, v.map, STR("by"), value_copy_str(a, p->by));
	map_set(a, v.map, STR("at"), value_copy_str(a, strbuf_str(&at)));
	map_set(a, v.map, STR("comment"), value_copy_str(a, p->comment));
	strbuf_release(&at);
	return v;
}

const char *person_refusal(struct arena *a, const struct person_answer *p)
{
	return arena_printf(a, "%.*s said no%s%.*s", STR_ARGS(p->by), p->comment.len ? ": " : "",
		STR_ARGS(p->comment));
}

static struct str text_of(const struct value *v, const char *key)
{
	const struct value *text = map_get(v->map, key);

	return text && text->kind == VALUE_STRING ? value_string(text) : STR("");
}

bool person_from_json(const struct value *v, struct str *step, struct person_answer *out)
{
	const struct value *answer = v->kind == VALUE_MAP ? map_get(v->map, "answer") : NULL;

	if (!answer || answer->kind != VALUE_BOOL)
		return false;
	*step = text_of(v, "step");
	*out = (struct person_answer){answer->boolean, text_of(v, "by"), text_of(v, "comment")};
	return true;
}

struct value person_to_json(struct arena *a, struct str step, const struct person_answer *p)
{
	struct value v = value_map(a);

	map_set(a, v.map, STR("step"), value_str(step));
	map_set(a, v.map, STR("answer"), value_bool(p->is_yes));
	map_set(a, v.map, STR("by"), value_str(p->by));
	map_set(a, v.map, STR("comment"), value_str(p->comment));
	return v;
}
