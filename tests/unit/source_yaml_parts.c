/*
 * A document whose first steps are given back before the last are used.
 */
#include "test.h"

#include "source/yaml.h"

struct document {
	struct arena a;
	struct source_set files;
	struct diagnostics d;
	struct yaml_parts parts;
	struct value whole, parted;
};

static void read_steps(struct document *doc, const char *first)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "env: {A: b}\nsteps:\n  - %s\n", first);
	for (int i = 0; i < 5000; i++)
		strbuf_printf(&text, "  - id: s%d\n    env: {A: \"t\\x41\", B: [1, 2]}\n", i);
	strbuf_puts(&text, "vars: {C: [d]}\n");
	*doc = (struct document){0};
	arena_init(&doc->a);
	source_init(&doc->files, &doc->a);
	diagnostics_init(&doc->d, &doc->a);
	struct str kept = strbuf_take(&text, &doc->a);
	struct source_file *file = source_add(&doc->files, "steps.yml", kept, false);
	strbuf_release(&text);
	CHECK(yaml_read(file, &doc->a, &doc->d, &doc->whole));
	CHECK(yaml_read_parts(file, &doc->a, &doc->d, &doc->parts, &doc->parted));
	CHECK(value_equal(&doc->whole, &doc->parted));
}

static size_t part_count(const struct document *doc)
{
	size_t count = 0;
	for (const struct yaml_part *p = doc->parts.first; p; p = p->next)
		count++;
	return count;
}

static const struct value *step_at(const struct value *v, size_t i)
{
	return &map_get(v->map, "steps")->list->items[i];
}

TEST(yaml_parts_are_given_back)
{
	struct document doc;
	read_steps(
		&doc, "{id: first, env: {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: [9]}}");
	CHECK(part_count(&doc) > 3);
	struct value copy = yaml_copy(&doc.a, step_at(&doc.parted, 0));
	size_t before = part_count(&doc);
	yaml_parts_forget(&doc.parts, step_at(&doc.parted, 0)->start);
	CHECK_INT(part_count(&doc), before);
	yaml_parts_forget(&doc.parts, step_at(&doc.parted, 5000)->start);
	CHECK_INT(part_count(&doc), 1);
	CHECK(value_equal(&copy, step_at(&doc.whole, 0)));
	CHECK(map_get(map_get(copy.map, "env")->map, "i") != NULL);
	CHECK(value_equal(step_at(&doc.parted, 5000), step_at(&doc.whole, 5000)));
	CHECK(value_equal(map_get(doc.parted.map, "vars"), map_get(doc.whole.map, "vars")));
	yaml_parts_release(&doc.parts);
	CHECK_INT(part_count(&doc), 0);
	CHECK(value_equal(map_get(doc.parted.map, "env"), map_get(doc.whole.map, "env")));
	arena_release(&doc.a);
}

TEST(yaml_parts_with_anchors_stay)
{
	struct document doc;
	read_steps(&doc, "&first {id: first}");
	size_t before = part_count(&doc);
	yaml_parts_forget(&doc.parts, step_at(&doc.parted, 5000)->start);
	CHECK_INT(part_count(&doc), before);
	CHECK(value_equal(&doc.whole, &doc.parted));
	yaml_parts_release(&doc.parts);
	arena_release(&doc.a);
}

/* An item with nothing in it ends where it begins, and so does its part. */
TEST(yaml_parts_with_an_empty_item)
{
	struct document doc = {0};
	arena_init(&doc.a);
	source_init(&doc.files, &doc.a);
	diagnostics_init(&doc.d, &doc.a);
	struct source_file *file =
		source_add(&doc.files, "steps.yml", STR("steps:\n  - steps:\n    -\n"), false);
	CHECK(yaml_read_parts(file, &doc.a, &doc.d, &doc.parts, &doc.parted));
	const struct value *inner = map_get(step_at(&doc.parted, 0)->map, "steps");
	yaml_parts_forget(&doc.parts, inner->list->items[0].start);
	CHECK_INT(part_count(&doc), 1);
	yaml_parts_release(&doc.parts);
	arena_release(&doc.a);
}
