/*
 * Mappings of the language: keys are looked up in the record's rows, values go where the rows say.
 */
#include "model/decode.h"

#include <assert.h>
#include <math.h>

/* ---- rows by name -----------------------------------------------------------------------------
 */

/* Zero means "not given" for most; these say it in another way. */
static bool is_unset_by_zero(const struct field *f)
{
	switch (f->type) {
	case FIELD_BOOL:
	case FIELD_INT:
	case FIELD_SHARE:
	case FIELD_DURATION:
	case FIELD_DURATION_LATE:
	case FIELD_SIZE:
	case FIELD_NUMBER:
		return false;
	default:
		return true;
	}
}

static void index_row(struct record_index *index, const struct field *f, uint8_t row)
{
	uint8_t slot = (uint8_t)str_hash(str_of(f->name));
	while (index->slots[slot])
		slot++;
	index->slots[slot] = (uint8_t)(row + 1);
	assert(index->unset_count < sizeof index->unset);
	assert(index->required_count < sizeof index->required);
	if (!is_unset_by_zero(f))
		index->unset[index->unset_count++] = row;
	if (f->flags & FIELD_REQUIRED)
		index->required[index->required_count++] = row;
}

static const struct record_index *index_of(const struct record *r)
{
	struct record_index *index = r->index;
	if (!index->is_ready) {
		for (size_t i = 0; i < r->count; i++)
			index_row(index, &r->fields[i], (uint8_t)i);
		index->is_ready = true;
	}
	return index;
}

static const struct field *find_row(const struct record *r, struct str key, uint32_t hash)
{
	const struct record_index *index = index_of(r);
	for (uint8_t slot = (uint8_t)hash; index->slots[slot]; slot++) {
		const struct field *f = &r->fields[index->slots[slot] - 1];
		if (str_is(key, f->name))
			return f;
	}
	return NULL;
}

const struct field *record_field(const struct record *r, struct str key)
{
	const struct field *f = NULL;
	uint32_t hash = str_hash(key);
	for (; r && !f; r = r->beside)
		f = find_row(r, key, hash);
	return f;
}

/* ---- structs ----------------------------------------------------------------------------------
 */

static void *member_at(void *out, const struct field *f)
{
	return (char *)out + f->offset;
}

static void set_not_given(const struct record *r, void *out)
{
	const struct record_index *index = index_of(r);
	for (size_t i = 0; i < index->unset_count; i++) {
		const struct field *f = &r->fields[index->unset[i]];
		void *member = member_at(out, f);
		if (f->type == FIELD_BOOL)
			*(int8_t *)member = -1;
		else if (f->type == FIELD_NUMBER)
			*(double *)member = (double)NAN;
		else
			*(int64_t *)member = INT64_MIN;
	}
}

static void *beside_if_any(const struct record *r, void *out)
{
	void *inner;
	memcpy(&inner, (char *)out + r->beside_offset, sizeof inner);
	return inner;
}

static void *beside(struct decoder *d, const struct record *r, void *out)
{
	void *inner = beside_if_any(r, out);
	if (!inner) {
		inner = arena_alloc(d->arena, r->beside->size);
		set_not_given(r->beside, inner);
		store_pointer((char *)out + r->beside_offset, inner);
	}
	return inner;
}

/* ---- places -----------------------------------------------------------------------------------
 */

struct span mapping_span(const struct value *v)
{
	if (v->kind != VALUE_MAP || v->map->count == 0 || v->flags & VALUE_FLOW)
		return value_span(v);
	return entry_key_span(&v->map->entries[0]);
}

struct span value_place(const struct decoder *d, const struct value *v)
{
	if (v->kind == VALUE_NIL && v->span_len == 0 && d->frame)
		return d->frame->key;
	return v->kind == VALUE_MAP ? mapping_span(v) : value_span(v);
}

/* ---- decoding ---------------------------------------------------------------------------------
 */

static void decode_entry(
	struct decoder *d, const struct record *r, void *out, const struct entry *e)
{
	const struct field *f = NULL;
	const struct record *owner;
	for (owner = r; owner; owner = owner->beside) {
		f = find_row(owner, entry_key(e), e->hash);
		if (f)
			break;
	}
	d->frame->key = entry_key_span(e);
	if (!f) {
		unknown_key(d, r, e);
		return;
	}
	if (f->not_in & (r->place | d->places)) {
		refused_key(d, r, f, e);
		return;
	}
	for (; r != owner; r = r->beside)
		out = beside(d, r, out);
	void *member = r->member ? r->member(d, out, f, e) : member_at(out, f);
	if (member)
		decode_field(d, f, &e->value, member);
}

static bool was_suggested(const struct frame *frame, const char *name)
{
	for (unsigned i = 0; i < frame->suggested; i++) {
		if (strcmp(frame->suggestions[i], name) == 0)
			return true;
	}
	return false;
}

static void require_keys(struct decoder *d, const struct record *r, const struct value *v)
{
	const struct record_index *index = index_of(r);
	for (size_t i = 0; i < index->required_count; i++) {
		const struct field *f = &r->fields[index->required[i]];
		if (f->not_in & (r->place | d->places) || has_key(v, f->name) ||
			was_suggested(d->frame, f->name))
			continue;
		struct diagnostic *told = diagnose(
			d->diagnostics, RB103, mapping_span(v), "%s needs `%s`", r->name, f->name);
		diagnostic_hint(d->diagnostics, told, "add `%s`, for example `%s: %s`", f->name,
			f->name, f->example);
	}
}

/* The struct beside comes first: the record's own rules may look into it. */
static void finish(struct decoder *d, const struct record *r, void *out, const struct value *v)
{
	void *inner = r->beside ? beside_if_any(r, out) : NULL;
	if (inner)
		finish(d, r->beside, inner, v);
	require_keys(d, r, v);
	if (r->finish)
		r->finish(d, out, v);
}

static void decode_mapping(struct decoder *d, const struct record *r, const struct field *f,
	const struct value *v, void *out)
{
	struct frame frame = {.record = r, .field = f, .value = v, .outer = d->frame};
	uint16_t places = d->places;
	d->frame = &frame;
	d->places |= r->place & PLACES_INHERITED;
	set_not_given(r, out);
	for (size_t i = 0; i < v->map->count; i++)
		decode_entry(d, r, out, &v->map->entries[i]);
	finish(d, r, out, v);
	d->places = places;
	d->frame = frame.outer;
}

/* A value in the record's place is its shorthand's; messages call it by the name the author used.
 */
static void decode_shorthand(struct decoder *d, const struct record *r, const struct field *f,
	const struct value *v, void *out)
{
	const struct field *row = record_field(r, str_of(r->shorthand));
	struct field named = *row;
	set_not_given(r, out);
	if (f)
		named.name = f->name;
	decode_field(d, &named, v, member_at(out, row));
	if (r->finish)
		r->finish(d, out, v);
}

static void not_a_mapping(
	struct decoder *d, const struct record *r, const struct field *f, const struct value *v)
{
	struct span span = value_place(d, v);
	if (!f) {
		diagnose(d->diagnostics, RB102, span, "expected a mapping, got %s",
			value_kind_name(v));
		return;
	}
	struct diagnostic *told = diagnose(d->diagnostics, RB102, span,
		"`%s` expects a mapping, got %s", f->name, value_kind_name(v));
	if (f->example)
		diagnostic_hint(d->diagnostics, told, "for example `%s: %s`", f->name, f->example);
	else
		list_keys(d, r, told);
}

/* A list is no shorthand unless the key takes lists. */
static bool is_shorthand(const struct record *r, const struct value *v)
{
	if (!r->shorthand || v->kind == VALUE_NIL)
		return false;
	if (v->kind != VALUE_LIST)
		return true;
	enum field_type type = record_field(r, str_of(r->shorthand))->type;
	return type == FIELD_GUARDS || type == FIELD_STRINGS || type == FIELD_TEXTS;
}

void decode_record(struct decoder *d, const struct record *r, const struct field *f,
	const struct value *v, void *out)
{
	if (d->depth >= VALUE_MAX_DEPTH) {
		diagnose(d->diagnostics, RB016, value_place(d, v), "nested deeper than %d levels",
			VALUE_MAX_DEPTH);
		return;
	}
	d->depth++;
	if (v->kind == VALUE_MAP)
		decode_mapping(d, r, f, v, out);
	else if (is_shorthand(r, v))
		decode_shorthand(d, r, f, v, out);
	else
		not_a_mapping(d, r, f, v);
	d->depth--;
}

void record_decode(struct decoder *d, const struct record *r, const struct value *v, void *out)
{
	decode_record(d, r, NULL, v, out);
}

bool has_key(const struct value *v, const char *key)
{
	return v->kind == VALUE_MAP && map_get(v->map, key);
}

bool keys_exclude(struct decoder *d, const struct value *v, const char *one, const char *other,
	const char *hint)
{
	if (!has_key(v, one) || !has_key(v, other))
		return false;
	const struct entry *x = map_find(v->map, str_of(one)), *y = map_find(v->map, str_of(other));
	const struct entry *first = x->key_start < y->key_start ? x : y;
	const struct entry *second = first == x ? y : x;
	struct diagnostic *told = diagnose(d->diagnostics, RB111, entry_key_span(second),
		"`%.*s` and `%.*s` exclude each other", STR_ARGS(entry_key(first)),
		STR_ARGS(entry_key(second)));
	diagnostic_label(d->diagnostics, told, entry_key_span(first), "the other one");
	if (hint)
		diagnostic_hint(d->diagnostics, told, "%s", hint);
	return true;
}
