/*
 * A long list whose items are taken one by one while the document is read.
 */
#include "test.h"

#include "source/yaml.h"

struct document {
	struct arena a;
	struct source_set files;
	struct diagnostics d;
	struct value whole, rest;
	struct list *taken; /* copies */
	size_t begun, most; /* take no more than these */
};

static bool begins(void *context, const struct entry *keys, size_t count)
{
	struct document *doc = context;
	doc->begun++;
	return str_is(entry_key(&keys[count - 1]), "steps");
}

static bool take(void *context, const struct value *items, size_t count)
{
	struct document *doc = context;
	for (size_t i = 0; i < count; i++)
		list_add(&doc->a, doc->taken, yaml_copy(&doc->a, &items[i]));
	return doc->taken->count < doc->most;
}

static bool read_both(struct document *doc, struct str text)
{
	*doc = (struct document){.most = SIZE_MAX};
	const struct yaml_stream stream = {begins, take, doc};
	arena_init(&doc->a);
	source_init(&doc->files, &doc->a);
	diagnostics_init(&doc->d, &doc->a);
	doc->taken = value_list(&doc->a).list;
	struct source_file *file = source_add(&doc->files, "steps.yml", text, false);
	return yaml_read(file, &doc->a, &doc->d, &doc->whole) &&
	       yaml_read_stream(file, &doc->a, &doc->d, &stream, &doc->rest);
}

static const struct list *steps(const struct value *v)
{
	return map_get(v->map, "steps")->list;
}

static void check_taken(const struct document *doc)
{
	const struct list *all = steps(&doc->whole);
	CHECK_INT(doc->taken->count, all->count);
	CHECK_INT(steps(&doc->rest)->count, 0);
	for (size_t i = 0; i < all->count; i++)
		CHECK(value_equal(&doc->taken->items[i], &all->items[i]));
}

TEST(yaml_stream_gives_each_item)
{
	struct document doc;
	struct strbuf text = {0};
	strbuf_puts(&text, "env: {A: [b]}\nsteps:\n  - {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, "
			   "g: 7, h: 8, i: [9]}\n");
	for (int i = 0; i < 5000; i++)
		strbuf_printf(&text, "  - id: s%d\n    env: {A: \"t\\x41\", B: [1, 2]}\n", i);
	strbuf_puts(&text, "  - a scalar\n  - [a, list]\nvars: {C: [d]}\n");
	CHECK(read_both(&doc, strbuf_str(&text)));
	check_taken(&doc);
	CHECK(map_get(doc.taken->items[0].map, "i") != NULL);
	CHECK(value_equal(map_get(doc.rest.map, "env"), map_get(doc.whole.map, "env")));
	CHECK(value_equal(map_get(doc.rest.map, "vars"), map_get(doc.whole.map, "vars")));
	/* Asked for the list at the top, not for those inside of it or of `env`. */
	CHECK_INT(doc.begun, 1);
	strbuf_release(&text);
	arena_release(&doc.a);
}

TEST(yaml_stream_keeps_what_has_an_anchor)
{
	struct document doc;
	CHECK(read_both(&doc,
		STR("steps:\n  - &one {id: a, e: &two [1, 2]}\n  - [x]\n  - {f: *two}\n  - *one\n"
		    "vars: *two\n")));
	check_taken(&doc);
	CHECK(value_equal(map_get(doc.rest.map, "vars"), map_get(doc.whole.map, "vars")));
	arena_release(&doc.a);
}

TEST(yaml_stream_leaves_a_list_that_an_alias_may_need)
{
	struct document doc;
	CHECK(read_both(&doc, STR("steps: &all\n  - {id: a}\nvars: *all\n")));
	CHECK_INT(doc.taken->count, 0);
	CHECK(value_equal(&doc.whole, &doc.rest));
	arena_release(&doc.a);
}

TEST(yaml_stream_stops_when_told)
{
	struct document doc;
	struct strbuf text = {0};
	CHECK(read_both(&doc, STR("steps: [a]\n")));
	const struct yaml_stream stream = {begins, take, &doc};
	strbuf_puts(&text, "steps:\n");
	for (int i = 0; i < 5000; i++)
		strbuf_printf(&text, "  - s%d\n", i);
	strbuf_puts(&text, "  - *none\n");
	struct source_file *file = source_add(&doc.files, "more.yml", strbuf_str(&text), false);
	doc.most = 2;
	CHECK(yaml_read_stream(file, &doc.a, &doc.d, &stream, &doc.rest));
	CHECK(doc.taken->count < 1000);
	CHECK_INT(doc.d.errors, 0);
	strbuf_release(&text);
	arena_release(&doc.a);
}
