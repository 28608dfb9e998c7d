#include "run/record_value.h"

#include "base/json.h"

#define MASKED_WHY "it held a secret, which the record does not keep"

/* ---- writing --------------------------------------------------------------------------------- */

static bool is_plain(const struct value *v)
{
	if (v->kind == VALUE_UNKNOWN || (v->kind == VALUE_STRING && (v->flags & VALUE_MASKED)))
		return false;
	for (size_t i = 0; v->kind == VALUE_LIST && i < v->list->count; i++) {
		if (!is_plain(&v->list->items[i]))
			return false;
	}
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->map->count; i++) {
		struct str key = entry_key(&v->map->entries[i]);

		if ((v->map->count == 1 && key.len && key.at[0] == '$') ||
			!is_plain(&v->map->entries[i].value))
			return false;
	}
	return true;
}

static struct value wrapped(struct arena *a, const char *word, struct value inner)
{
	struct value out = value_map(a);

	map_append(a, out.map, str_of(word), inner);
	return out;
}

static struct value written(struct arena *a, const struct value *v)
{
	struct value out, item;

	switch (v->kind) {
	case VALUE_UNKNOWN:
		return wrapped(a, "$unknown", value_str(str_of(v->unknown)));
	case VALUE_STRING:
		return v->flags & VALUE_MASKED ? wrapped(a, "$masked", *v) : *v;
	case VALUE_LIST:
		out = value_list(a);
		for (size_t i = 0; i < v->list->count; i++)
			list_add(a, out.list, written(a, &v->list->items[i]));
		return out;
	case VALUE_MAP:
		out = value_map(a);
		for (size_t i = 0; i < v->map->count; i++) {
			item = written(a, &v->map->entries[i].value);
			map_append(a, out.map, entry_key(&v->map->entries[i]), item);
		}
		if (out.map->count == 1 && entry_key(&out.map->entries[0]).len &&
			entry_key(&out.map->entries[0]).at[0] == '$')
			return wrapped(a, "$map", out);
		return out;
	default:
		return *v;
	}
}

void record_value_encode(struct strbuf *b, const struct value *v)
{
	struct arena a;
	struct value out;

	if (is_plain(v)) {
		json_encode(b, v, 0);
		return;
	}
	arena_init(&a);
	out = written(&a, v);
	json_encode(b, &out, 0);
	arena_release(&a);
}

/* ---- reading --------------------------------------------------------------------------------- */

static struct value rebuilt(struct arena *a, const struct value *v,
	struct value (*each)(struct arena *, const struct value *))
{
	struct value out = v->kind == VALUE_LIST ? value_list(a) : value_map(a);

	for (size_t i = 0; v->kind == VALUE_LIST && i < v->list->count; i++)
		list_add(a, out.list, each(a, &v->list->items[i]));
	for (size_t i = 0; v->kind == VALUE_MAP && i < v->map->count; i++)
		map_append(a, out.map, entry_key(&v->map->entries[i]),
			each(a, &v->map->entries[i].value));
	out.flags = v->flags;
	return out;
}

static struct value unwrapped(struct arena *a, struct str word, const struct value *inner)
{
	struct value out;

	if (str_is(word, "$unknown") && inner->kind == VALUE_STRING)
		return value_unknown(arena_copy(a, inner->string, inner->len));
	if (str_is(word, "$masked") && inner->kind == VALUE_STRING) {
		out = *inner;
		out.flags |= VALUE_MASKED;
		return out;
	}
	return rebuilt(a, inner, record_value_decoded);
}

struct value record_value_decoded(struct arena *a, const struct value *v)
{
	if (v->kind == VALUE_MAP && v->map->count == 1 && entry_key(&v->map->entries[0]).len &&
		entry_key(&v->map->entries[0]).at[0] == '$')
		return unwrapped(a, entry_key(&v->map->entries[0]), &v->map->entries[0].value);
	if (v->kind == VALUE_MAP || v->kind == VALUE_LIST)
		return rebuilt(a, v, record_value_decoded);
	return *v;
}

struct value record_value_usable(struct arena *a, const struct value *v)
{
	if (v->kind == VALUE_STRING && (v->flags & VALUE_MASKED))
		return value_unknown(MASKED_WHY);
	if (v->kind == VALUE_MAP || v->kind == VALUE_LIST)
		return rebuilt(a, v, record_value_usable);
	return *v;
}
