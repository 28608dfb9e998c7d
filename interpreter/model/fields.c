/*
 * Values of keys by the type of their row: texts, guards, lists, records in records.
 */
#include "model/decode.h"

#include "base/duration.h"
#include "source/yaml.h"

void store_pointer(void *member, void *pointer)
{
	memcpy(member, &pointer, sizeof pointer);
}

void store_list(void *member, size_t count, void **items)
{
	struct record_list list = {count, items};
	memcpy(member, &list, sizeof list);
}

/* ---- one or many ------------------------------------------------------------------------------
 */

/* What a key for several takes: the items of a list, or the one value that stands for a list. */
struct items {
	const struct value *at;
	size_t count;
};

static struct items items_of(const struct value *v)
{
	if (v->kind == VALUE_LIST)
		return (struct items){v->list->items, v->list->count};
	return (struct items){v, 1};
}

/* Room for `count` things; never NULL, so that an empty list differs from none. */
static void *room(struct decoder *d, size_t count, size_t size)
{
	return arena_array(d->arena, count ? count : 1, size);
}

static bool empty_is_told(struct decoder *d, const struct field *f, const struct value *v)
{
	if (!(f->flags & FIELD_NOT_EMPTY) || v->kind != VALUE_LIST || v->list->count)
		return false;
	struct diagnostic *told =
		diagnose(d->diagnostics, RB104, value_place(d, v), "`%s` is empty", f->name);
	diagnostic_hint(d->diagnostics, told, "for example `%s: %s`", f->name, f->example);
	return true;
}

/* ---- plain strings ----------------------------------------------------------------------------
 */

/* Plain text is printed as it is: an interpolation in it would be shown, not filled in. */
static bool plain_text(
	struct decoder *d, const struct field *f, const struct value *v, struct str *out)
{
	if (!decode_str(d, f, v, out))
		return false;
	if (!is_interpolated(*out))
		return true;
	struct diagnostic *told = diagnose(
		d->diagnostics, RB104, value_place(d, v), "`%s` takes no interpolation", f->name);
	diagnostic_hint(d->diagnostics, told, "it has to be known before the run: write it out");
	return false;
}

static void decode_id(
	struct decoder *d, const struct field *f, const struct value *v, struct str *out)
{
	/* Kept even if it is no id: what refers to it needs no second error. */
	if (decode_str(d, f, v, out))
		id_check(d, *out, value_span(v));
}

static void decode_strings(
	struct decoder *d, const struct field *f, const struct value *v, struct str_list *out)
{
	struct items from = items_of(v);
	if (v->kind == VALUE_MAP || v->kind == VALUE_NIL) {
		wrong_type(d, f, v,
			f->type == FIELD_IDS ? "a list of ids" : "text or a list of texts");
		return;
	}
	if (empty_is_told(d, f, v))
		return;
	out->items = room(d, from.count, sizeof *out->items);
	out->spans = room(d, from.count, sizeof *out->spans);
	for (size_t i = 0; i < from.count; i++) {
		struct str *item = &out->items[out->count];
		if (f->type == FIELD_IDS ? !decode_str(d, f, &from.at[i], item)
					 : !plain_text(d, f, &from.at[i], item))
			continue;
		out->spans[out->count++] = value_span(&from.at[i]);
		if (f->type == FIELD_IDS)
			id_check(d, *item, value_span(&from.at[i]));
	}
}

/* ---- texts and values with interpolation ------------------------------------------------------
 */

static struct template *parsed(struct decoder *d, const struct value *v)
{
	struct value kept = yaml_copy(d->arena, v);
	return template_parse(d->arena, d->file, &kept, false, d->diagnostics);
}

static struct template *decode_text(struct decoder *d, const struct field *f, const struct value *v)
{
	struct str text;
	return decode_str(d, f, v, &text) ? parsed(d, v) : NULL;
}

static void decode_texts(
	struct decoder *d, const struct field *f, const struct value *v, struct template_list *out)
{
	struct items from = items_of(v);
	if (v->kind == VALUE_MAP || v->kind == VALUE_NIL) {
		wrong_type(d, f, v, "text or a list of texts");
		return;
	}
	if (empty_is_told(d, f, v))
		return;
	out->items = room(d, from.count, sizeof *out->items);
	for (size_t i = 0; i < from.count; i++) {
		struct template *t = decode_text(d, f, &from.at[i]);
		if (t)
			out->items[out->count++] = t;
	}
}

struct value verbatim(struct decoder *d, const struct value *v)
{
	struct value out = *v;
	if (v->kind == VALUE_INT || v->kind == VALUE_FLOAT) {
		struct str text = scalar_text(d, v);
		out.kind = VALUE_STRING;
		out.string = text.at;
		out.len = (uint32_t)text.len;
	} else if (v->kind == VALUE_LIST) {
		out.list = value_list(d->arena).list;
		for (size_t i = 0; i < v->list->count; i++)
			list_add(d->arena, out.list, verbatim(d, &v->list->items[i]));
	} else if (v->kind == VALUE_MAP) {
		out.map = value_map(d->arena).map;
		for (size_t i = 0; i < v->map->count; i++) {
			const struct entry *e = &v->map->entries[i];
			struct entry *copy =
				map_append(d->arena, out.map, entry_key(e), verbatim(d, &e->value));
			copy->key_start = e->key_start;
			copy->key_span_len = e->key_span_len;
		}
	}
	return out;
}

/* A string that is one interpolation can become anything when it is filled in. */
static bool may_become_anything(const struct value *v)
{
	return v->kind == VALUE_STRING && str_starts_with(value_string(v), STR("${{"));
}

static struct template *decode_value(
	struct decoder *d, const struct field *f, const struct value *v)
{
	bool wants_map = f->flags & FIELD_IS_MAP, wants_list = f->flags & FIELD_IS_LIST;
	if (wants_map && v->kind != VALUE_MAP && !may_become_anything(v)) {
		wrong_type(d, f, v, "a mapping");
		return NULL;
	}
	if (wants_list && v->kind != VALUE_LIST && !may_become_anything(v)) {
		struct diagnostic *told = wrong_type(d, f, v, "a list");
		diagnostic_hint(d->diagnostics, told, "for example `%s: %s`", f->name, f->example);
		return NULL;
	}
	if (!(f->flags & FIELD_VERBATIM))
		return parsed(d, v);
	struct value texts = verbatim(d, v);
	return template_parse(d->arena, d->file, &texts, false, d->diagnostics);
}

static struct template *decode_duration_text(
	struct decoder *d, const struct field *f, const struct value *v)
{
	int64_t ns;
	if (v->kind == VALUE_STRING && is_interpolated(value_string(v)))
		return parsed(d, v);
	return decode_duration(d, f, v, &ns) ? parsed(d, v) : NULL;
}

/* ---- guards -----------------------------------------------------------------------------------
 */

static struct guard *decode_guard(struct decoder *d, const struct value *v)
{
	struct guard *g = arena_new(d->arena, struct guard);
	/* One that does not parse is kept without its expression: the key was given. */
	guard_parse(d->arena, d->file, v, d->diagnostics, g);
	return g;
}

static void decode_guards(
	struct decoder *d, const struct field *f, const struct value *v, struct guard_list *out)
{
	struct items from = items_of(v);
	if (empty_is_told(d, f, v))
		return;
	out->items = room(d, from.count, sizeof *out->items);
	for (size_t i = 0; i < from.count; i++) {
		if (guard_parse(d->arena, d->file, &from.at[i], d->diagnostics,
			    &out->items[out->count]))
			out->count++;
	}
}

/* ---- records ----------------------------------------------------------------------------------
 */

static void decode_one(
	struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	if (f->flags & FIELD_INLINE) {
		decode_record(d, f->record, f, v, (char *)member - f->offset);
		return;
	}
	if (v->kind != VALUE_MAP && (!f->record->shorthand || v->kind == VALUE_NIL)) {
		decode_record(d, f->record, f, v, NULL); /* tells what is wrong */
		return;
	}
	void *out = arena_alloc(d->arena, f->record->size);
	decode_record(d, f->record, f, v, out);
	store_pointer(member, out);
}

static bool fits_record(const struct record *r, const struct value *v)
{
	return v->kind == VALUE_MAP || (r->shorthand && v->kind != VALUE_NIL);
}

static void decode_many(
	struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	struct items from = items_of(v);
	if (empty_is_told(d, f, v))
		return;
	if (v->kind != VALUE_LIST && !fits_record(f->record, v)) {
		struct diagnostic *told = wrong_type(
			d, f, v, f->record->shorthand ? "a list" : "a mapping or a list of them");
		if (f->example)
			diagnostic_hint(
				d->diagnostics, told, "for example `%s: %s`", f->name, f->example);
		return;
	}
	void **items = room(d, from.count, sizeof *items);
	char *structs = room(d, from.count, f->record->size);
	size_t count = 0;
	for (size_t i = 0; i < from.count; i++) {
		void *out = structs + count * f->record->size;
		if (!fits_record(f->record, &from.at[i])) {
			diagnose(d->diagnostics, RB102, value_span(&from.at[i]),
				"an item of `%s` has to be a mapping, this is %s", f->name,
				value_kind_name(&from.at[i]));
			continue;
		}
		decode_record(d, f->record, f, &from.at[i], out);
		items[count++] = out;
	}
	store_list(member, count, items);
}

/* ---- mappings of names ------------------------------------------------------------------------
 */

/* How every struct begins that is found by a name. */
struct named {
	struct str name;
	struct span span;
};

static bool is_names(struct decoder *d, const struct field *f, const struct value *v)
{
	if (v->kind == VALUE_MAP)
		return true;
	struct diagnostic *told = wrong_type(d, f, v, "a mapping of names");
	if (f->example)
		diagnostic_hint(d->diagnostics, told, "for example `%s: %s`", f->name, f->example);
	return false;
}

static size_t size_of_item(const struct field *f)
{
	switch (f->type) {
	case FIELD_GUARD_MAP:
		return sizeof(struct named_guard);
	case FIELD_VALUE_MAP:
		return sizeof(struct named_value);
	default:
		return f->record->size;
	}
}

/* A name alone (`version:`) is a record without keys. */
static void decode_named_record(
	struct decoder *d, const struct field *f, const struct entry *e, void *out)
{
	struct map none = {0};
	struct value empty = e->value;
	if (empty.kind == VALUE_NIL) {
		empty.kind = VALUE_MAP;
		empty.map = &none;
		empty.start = e->key_start;
		empty.span_len = e->key_span_len;
	}
	struct field named = *f;
	named.name = arena_copy(d->diagnostics->arena, e->key, e->key_len);
	named.example = NULL;
	decode_record(d, f->record, &named, &empty, out);
}

static void decode_item(struct decoder *d, const struct field *f, const struct entry *e, void *out)
{
	struct named_guard *guard = out;
	struct named_value *value = out;
	struct value texts = e->value;
	switch (f->type) {
	case FIELD_GUARD_MAP:
		guard_parse(d->arena, d->file, &e->value, d->diagnostics, &guard->guard);
		break;
	case FIELD_VALUE_MAP:
		if (f->flags & FIELD_VERBATIM)
			texts = verbatim(d, &e->value);
		value->value = parsed(d, &texts);
		break;
	default:
		decode_named_record(d, f, e, out);
		break;
	}
}

static void env_check(struct decoder *d, const struct entry *e)
{
	struct diagnostic *told;
	if (!env_name_check(d, entry_key(e), entry_key_span(e)) || e->value.kind != VALUE_NIL)
		return;
	told = diagnose(d->diagnostics, RB102, entry_key_span(e), "`%.*s` has no value",
		STR_ARGS(entry_key(e)));
	diagnostic_hint(d->diagnostics, told, "write `''` for an empty one");
}

static void decode_names(
	struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	if (!is_names(d, f, v))
		return;
	size_t count = v->map->count, size = size_of_item(f);
	void **items = room(d, count, sizeof *items);
	char *structs = room(d, count, size);
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &v->map->entries[i];
		struct named *out = (struct named *)(void *)(structs + i * size);
		out->name = entry_key(e);
		out->span = entry_key_span(e);
		if (d->frame)
			d->frame->key = out->span;
		if (f->flags & FIELD_ENV_NAMES)
			env_check(d, e);
		else
			id_check(d, out->name, out->span);
		items[i] = out;
		decode_item(d, f, e, out);
	}
	store_list(member, count, items);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static void decode_scalar(
	struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	struct str name;
	switch (f->type) {
	case FIELD_STRING:
		plain_text(d, f, v, member);
		break;
	case FIELD_ID:
		decode_id(d, f, v, member);
		break;
	case FIELD_NAME:
		if (decode_str(d, f, v, &name)) {
			*(struct str *)member = name;
			name_check(d, name, value_span(v));
		}
		break;
	case FIELD_BOOL:
		decode_bool(d, f, v, member);
		break;
	case FIELD_SHARE:
		decode_share(d, f, v, member);
		break;
	case FIELD_INT:
		decode_int(d, f, v, member);
		break;
	case FIELD_NUMBER:
		decode_number(d, f, v, member);
		break;
	case FIELD_DURATION:
		decode_duration(d, f, v, member);
		break;
	case FIELD_SIZE:
		decode_size(d, f, v, member);
		break;
	default:
		decode_choice(d, f, v, member);
		break;
	}
}

static void decode_duration_late(
	struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	if (v->kind == VALUE_STRING && is_interpolated(value_string(v)))
		((struct template **)member)[1] = decode_duration_text(d, f, v);
	else
		decode_duration(d, f, v, member);
}

void decode_field(struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	switch (f->type) {
	case FIELD_TEXT:
		*(struct template **)member = decode_text(d, f, v);
		break;
	case FIELD_VALUE:
		*(struct template **)member = decode_value(d, f, v);
		break;
	case FIELD_DURATION_TEXT:
		*(struct template **)member = decode_duration_text(d, f, v);
		break;
	case FIELD_DURATION_LATE:
		decode_duration_late(d, f, v, member);
		break;
	case FIELD_GUARD:
		*(struct guard **)member = decode_guard(d, v);
		break;
	case FIELD_GUARDS:
		decode_guards(d, f, v, member);
		break;
	case FIELD_STRINGS:
	case FIELD_IDS:
		decode_strings(d, f, v, member);
		break;
	case FIELD_TEXTS:
		decode_texts(d, f, v, member);
		break;
	case FIELD_ANY:
		*(struct value *)member = yaml_copy(d->arena, v);
		break;
	case FIELD_RECORD:
		decode_one(d, f, v, member);
		break;
	case FIELD_RECORDS:
		decode_many(d, f, v, member);
		break;
	case FIELD_NAMED:
	case FIELD_GUARD_MAP:
	case FIELD_VALUE_MAP:
		decode_names(d, f, v, member);
		break;
	case FIELD_CUSTOM:
		f->decode(d, f, v, member);
		break;
	default:
		decode_scalar(d, f, v, member);
		break;
	}
}
