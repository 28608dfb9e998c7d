/*
 * The steps of a file, decoded while it is read: of a large file no more YAML is in memory than
 * that of a few steps, and it is still in the processor's cache when it is decoded.
 *
 * Only as long as there is nothing to tell: what is wrong may depend on keys that come later.
 */
#include "model/decode.h"

#include "source/yaml.h"

#define CHUNK_FIRST 4
#define CHUNK_MOST 256

struct stream {
	struct decoder *d;
	struct frame frame; /* of the file's mapping */
	void **items;	    /* on the heap while their number is not known */
	size_t count, cap;
	struct step *chunk; /* steps lie side by side: many walks go over all of them */
	size_t chunk_size, chunk_left;
	bool has_begun, has_failed;
};

static bool begins(void *context, const struct entry *keys, size_t count)
{
	struct stream *s = context;
	bool has_name = false;
	for (size_t i = 0; i < count; i++)
		has_name |= str_is(entry_key(&keys[i]), "runbook") ||
			    str_is(entry_key(&keys[i]), "module");
	if (s->has_begun || !has_name || !str_is(entry_key(&keys[count - 1]), "steps"))
		return false;
	s->frame.record = names_module(keys, count) ? &module_record : &runbook_record;
	return s->has_begun = true;
}

static struct step *step_room(struct stream *s)
{
	if (!s->chunk_left) {
		s->chunk_size = s->chunk_size ? s->chunk_size * 2 : CHUNK_FIRST;
		if (s->chunk_size > CHUNK_MOST)
			s->chunk_size = CHUNK_MOST;
		s->chunk = arena_array(s->d->arena, s->chunk_size, sizeof *s->chunk);
		s->chunk_left = s->chunk_size;
	}
	return &s->chunk[s->chunk_size - s->chunk_left--];
}

static bool take_step(struct stream *s, const struct value *item)
{
	const struct field *steps = record_field(s->frame.record, STR("steps"));
	if (item->kind != VALUE_MAP)
		return false;
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : CHUNK_MOST;
		s->items = heap_array(s->items, s->cap, sizeof *s->items);
	}
	s->items[s->count] = step_room(s);
	decode_record(s->d, &step_record, steps, item, s->items[s->count++]);
	return !s->d->diagnostics->first;
}

static bool take(void *context, const struct value *items, size_t count)
{
	struct stream *s = context;
	for (size_t i = 0; i < count && !s->has_failed; i++)
		s->has_failed = !take_step(s, &items[i]);
	return !s->has_failed;
}

bool stream_read(struct decoder *d, struct source_file *file, struct value *document)
{
	struct stream s = {.d = d};
	const struct yaml_stream stream = {begins, take, &s};
	/* As deep in the file as a step is when the file is decoded as a whole. */
	d->frame = &s.frame;
	d->depth++;
	bool is_read = yaml_read_stream(file, d->arena, d->diagnostics, &stream, document);
	d->depth--;
	d->frame = NULL;
	if (s.count) {
		void **items = arena_array(d->arena, s.count, sizeof *items);
		memcpy(items, s.items, s.count * sizeof *items);
		d->taken = (struct record_list){s.count, items};
	}
	free(s.items);
	return is_read && !s.has_failed && s.has_begun == (s.count > 0);
}
