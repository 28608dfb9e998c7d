#include "run/masked.h"

static struct str mask_str(const struct masker *m, struct arena *a, struct str s)
{
	struct strbuf b = {0};

	if (!s.len || !mask_would_change(m, s))
		return s;
	mask_text(m, &b, s);
	s = strbuf_take(&b, a);
	strbuf_release(&b);
	return s;
}

static struct value mask_value(const struct masker *m, struct arena *a, const struct value *v)
{
	struct value out;
	struct str text;

	switch (v->kind) {
	case VALUE_STRING:
		text = mask_str(m, a, value_string(v));
		out = value_str(text);
		out.flags = v->flags;
		if (text.at != v->string)
			out.flags |= VALUE_MASKED;
		return out;
	case VALUE_UNKNOWN:
		text = mask_str(m, a, str_of(v->unknown));
		return value_unknown(arena_copy(a, text.at, text.len));
	case VALUE_LIST:
		out = value_list(a);
		for (size_t i = 0; i < v->list->count; i++)
			list_add(a, out.list, mask_value(m, a, &v->list->items[i]));
		return out;
	case VALUE_MAP:
		out = value_map(a);
		for (size_t i = 0; i < v->map->count; i++) {
			const struct entry *e = &v->map->entries[i];

			map_append(a, out.map, mask_str(m, a, entry_key(e)),
				mask_value(m, a, &e->value));
		}
		return out;
	default:
		return *v;
	}
}

void event_mask(const struct masker *m, struct arena *a, const struct event *in, struct event *out)
{
	*out = *in;
	if (!m || masker_is_empty(m))
		return;
	struct str *const texts[] = {&out->title, &out->message, &out->note, &out->command,
		&out->text, &out->tail, &out->log, &out->item, &out->host, &out->file};
	struct value *const values[] = {&out->result, &out->outputs, &out->inputs, &out->vars,
		&out->items, &out->working, &out->hints, &out->value, &out->undo, &out->left,
		&out->bare, &out->samples};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = mask_str(m, a, *texts[i]);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		*values[i] = mask_value(m, a, values[i]);
}
