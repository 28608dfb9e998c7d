/* The tables themselves: every example in them loads, every row is documented, rows and enums
 * agree. */
#include "model/decode.h"
#include "model_load.h"
#include "source/yaml.h"
#include "test.h"

#define RECORDS_MAX 64

struct seen {
	const struct record *records[RECORDS_MAX];
	size_t count;
};

static void see(struct seen *seen, const struct record *r)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->records[i] == r)
			return;
	}
	if (!CHECK(seen->count < RECORDS_MAX))
		return;
	seen->records[seen->count++] = r;
	if (r->beside)
		see(seen, r->beside);
	for (size_t i = 0; i < r->count; i++) {
		if (r->fields[i].record)
			see(seen, r->fields[i].record);
	}
}

static struct seen all_records(void)
{
	struct seen seen = {.count = 0};
	see(&seen, &runbook_record);
	see(&seen, &module_record);
	return seen;
}

static void check_row(const struct record *r, const struct field *f)
{
	test_about("`%s` in %s", f->name, r->name);
	struct str doc = str_of(f->doc);
	CHECK(doc.len > 5 && str_ends_with(doc, STR(".")));
	CHECK(f->example != NULL);
	CHECK((f->type == FIELD_CUSTOM) == (f->decode != NULL));
	CHECK((f->type == FIELD_CUSTOM) == (f->schema != NULL && f->expects != NULL));
	CHECK((f->type == FIELD_CHOICE) == (f->choices != NULL));
	CHECK(record_field(r, str_of(f->name)) == f);
	CHECK(f->min <= f->max || f->max == 0);
}

TEST(model_rows_are_complete)
{
	struct seen seen = all_records();
	CHECK(seen.count > 25);
	for (size_t i = 0; i < seen.count; i++) {
		for (size_t j = 0; j < seen.records[i]->count; j++)
			check_row(seen.records[i], &seen.records[i]->fields[j]);
	}
	test_about("%s", "");
}

/* `key: example` as the author would write it. */
static void check_example(const struct field *f)
{
	struct loaded l;
	struct value v;
	_Alignas(16) char member[512] = {0};
	arena_init(&l.arena);
	source_init(&l.files, &l.arena);
	diagnostics_init(&l.diagnostics, &l.arena);
	const char *text = arena_printf(&l.arena, "%s: %s\n", f->name, f->example);
	struct source_file *file = source_add(&l.files, "row.yml", str_of(text), false);
	struct decoder d = {
		.arena = &l.arena, .files = &l.files, .file = file, .diagnostics = &l.diagnostics};
	test_about("%s", text);
	if (CHECK(yaml_read(file, &l.arena, &l.diagnostics, &v)) && CHECK(v.kind == VALUE_MAP))
		decode_field(&d, f, &v.map->entries[0].value, member + f->offset);
	CHECK_TEXT(told(&l), "");
	arena_release(&l.arena);
}

TEST(model_examples_load)
{
	struct seen seen = all_records();
	for (size_t i = 0; i < seen.count; i++) {
		for (size_t j = 0; j < seen.records[i]->count; j++)
			check_example(&seen.records[i]->fields[j]);
	}
	test_about("%s", "");
}

TEST(model_actions_agree)
{
	for (size_t i = 1; i < ACTION_COUNT; i++) {
		const struct field *f = &step_record.fields[i - 1];
		CHECK_STR(f->name, action_info((enum action_kind)i)->name);
		CHECK(f->flags & FIELD_ACTION);
	}
	CHECK(!(step_record.fields[ACTION_COUNT - 1].flags & FIELD_ACTION));
	CHECK(action_info(ACTION_NONE) == NULL);
	CHECK(sizeof(struct step) <= 192);
}

TEST(model_habits)
{
	CHECK_STR(habit_key(STR("when")), "if");
	CHECK_STR(habit_key(STR("depends_on")), "needs");
	CHECK_STR(habit_key(STR("shell-script")), "run");
	CHECK(habit_key(STR("run")) == NULL);
}
