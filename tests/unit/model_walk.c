/* Files as a whole: ids, broken YAML, modules, ways through the steps, limits. */
#include "model_load.h"

#include "test.h"

static void collect(void *context, struct step *s)
{
	struct strbuf *b = context;
	strbuf_put(b, s->id);
	strbuf_putc(b, ' ');
}

TEST(model_each_step)
{
	struct loaded l;
	struct strbuf b = {0};
	load(&l, "version: 1\nrunbook: t\n"
		 "watch: { w: { run: x, value: 1 } }\n"
		 "rollback: { before: [{ id: f, say: x }], steps: [{ id: g, say: x }] }\n"
		 "finally: [{ id: e, say: x }]\n"
		 "steps:\n"
		 "  - id: a\n    steps: [{ id: b, say: x }]\n"
		 "    rollback: { id: c, say: x }\n    check: { id: d, run: x }\n");
	CHECK_TEXT(told(&l), "");
	runbook_each_step(l.book, collect, &b);
	CHECK_STR(b.at, "a b c d e f g  ");
	strbuf_release(&b);
	unload(&l);
}

TEST(model_module)
{
	struct loaded l;
	load(&l, "version: 1\nmodule: post\nabout: Says it\ninputs: { text: { required: true } }\n"
		 "steps: [{ id: a, run: 'echo ${{ inputs.text }}', rollback: { say: no } }]\n"
		 "outputs: { status: steps.a.exit_code }\n");
	CHECK_TEXT(told(&l), "");
	CHECK(l.book->is_module);
	CHECK_TEXT(l.book->about->purpose, "Says it");
	CHECK(runbook_is_kind(l.book, true, (struct span){0}, &l.diagnostics));
	CHECK(!runbook_is_kind(l.book, false, (struct span){0}, &l.diagnostics));
	CHECK_TEXT(told(&l),
		"2:9 RB115 `test.yml` is a module, not a runbook | modules are named by "
		"`uses`\n");
	unload(&l);
}

/* After an error that hides parts of the file, nothing is said about the parts; after a local one,
 * the rest is checked. */
TEST(model_broken_yaml)
{
	struct loaded l;
	load(&l, "version: 1\nrunbook: t\nsteps:\n  - run: [x\n    foo: y\n");
	CHECK_INT(l.diagnostics.count, 1);
	CHECK(l.book != NULL);
	unload(&l);
	load(&l, "version: 1\nrunbook: t\nsteps:\n  - run: x\n    run: y\n  - foo: 1\n");
	CHECK_INT(l.diagnostics.count, 2);
	CHECK(str_find(told(&l), STR("6:5 RB101"), 0) > 0);
	unload(&l);
	load(&l, "");
	CHECK_INT(l.diagnostics.first->rule, RB003);
	unload(&l);
	load(&l, "- run: x\n");
	CHECK_INT(l.diagnostics.first->rule, RB102);
	unload(&l);
}

TEST(model_unreadable)
{
	struct loaded l;
	arena_init(&l.arena);
	source_init(&l.files, &l.arena);
	diagnostics_init(&l.diagnostics, &l.arena);
	CHECK(runbook_load(&l.arena, &l.files, "/nowhere/x.yml", &l.diagnostics) == NULL);
	CHECK_INT(l.diagnostics.first->rule, RB001);
	CHECK_STR(l.diagnostics.first->path, "/nowhere/x.yml");
	unload(&l);
}

/* Deep nesting ends with one error, not with the stack. */
TEST(model_depth)
{
	struct loaded l;
	struct strbuf b = {0};
	strbuf_puts(&b, "version: 1\nrunbook: t\nsteps: ");
	for (int i = 0; i < 45; i++)
		strbuf_puts(&b, "[{ steps: ");
	strbuf_puts(&b, "[{ say: x }]");
	for (int i = 0; i < 45; i++)
		strbuf_puts(&b, " }]");
	strbuf_puts(&b, "\n");
	load(&l, b.at);
	CHECK_TEXT(told(&l), "");
	CHECK_INT(l.book->steps.count, 1);
	unload(&l);
	strbuf_release(&b);
}

/* Ten thousand steps with the same id: told up to the limit, and soon. */
TEST(model_many_duplicates)
{
	struct loaded l;
	struct strbuf b = {0};
	strbuf_puts(&b, "version: 1\nrunbook: t\nsteps:\n");
	for (int i = 0; i < 10000; i++)
		strbuf_puts(&b, "  - { id: a, say: x, retrys: 3 }\n");
	load(&l, b.at);
	CHECK(l.diagnostics.dropped > 0);
	CHECK_INT(l.book->steps.count, 10000);
	unload(&l);
	strbuf_release(&b);
}
