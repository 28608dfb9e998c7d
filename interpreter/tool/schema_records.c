/* The walk over the field tables that schema and reference share. */
#include "tool/schema.h"

const struct field *record_row(const struct record *r, size_t n)
{
	const struct record *at = r;

	for (size_t i = 0; at; i++) {
		if (i == at->count) {
			at = at->beside;
			i = (size_t)-1;
			continue;
		}
		if (record_takes(r, &at->fields[i]) && n-- == 0)
			return &at->fields[i];
	}
	return NULL;
}

static void add(struct record_set *set, const struct record *r)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->records[i] == r)
			return;
	}
	if (set->count < SCHEMA_MAX_RECORDS)
		set->records[set->count++] = r;
}

void record_set_fill(struct record_set *set, const struct record *top)
{
	const struct field *f;

	add(set, top);
	/* It grows while it is walked. */
	for (size_t i = 0; i < set->count; i++) {
		for (size_t k = 0; (f = record_row(set->records[i], k)) != NULL; k++) {
			if (f->record)
				add(set, f->record);
		}
	}
}

struct str record_title(const struct record *r, struct arena *a)
{
	const char *name = r->name;
	struct strbuf b = {0};
	struct str title;

	if (strncmp(name, "a ", 2) == 0)
		name += 2;
	else if (strncmp(name, "an ", 3) == 0)
		name += 3;
	for (; *name; name++) {
		if (*name != '`')
			strbuf_putc(&b, *name);
	}
	title = strbuf_take(&b, a);
	strbuf_release(&b);
	return title;
}
