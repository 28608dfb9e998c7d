/*
 * Cases of one line: `ANSWER => ADVICE` in a section `hints`. The world is that of the case but for
 * the answer; the run fails, and advises this in the name of the module that the title begins with.
 */
#include "case.h"

static void add(struct test_case *one, const char *name, struct str text, size_t line)
{
	one->sections[one->section_count++] =
		(struct section){.name = name, .text = text, .line = line};
}

/* A case of its own for a line; false: the line has no arrow. */
static bool one_case(struct arena *a, const struct test_case *c, struct str row, size_t line,
	struct test_case *one)
{
	ptrdiff_t arrow = str_find(row, STR(" => "), 0),
		  colon = str_find(str_of(c->name), STR(": "), 0);

	if (arrow < 0 || colon < 0)
		return false;
	struct str answer = {row.at, (size_t)arrow};
	struct str advice = {row.at + arrow + 4, row.len - (size_t)arrow - 4};
	*one = (struct test_case){.file = c->file, .name = c->name, .line = line};
	for (size_t i = 0; i < c->section_count; i++)
		if (strcmp(c->sections[i].name, "hints") != 0)
			add(one, c->sections[i].name, c->sections[i].text, c->sections[i].line);
	add(one, case_section(c, "world") ? "world but" : "world", answer, line);
	add(one, "exit not 0", STR(""), line);
	const char *text =
		arena_printf(a, "hint: %.*s: %.*s", (int)colon, c->name, STR_ARGS(advice));
	add(one, "plain has", str_of(text), line);
	return true;
}

void case_each_hint(const struct test_case *c, void (*run)(const struct test_case *one))
{
	const struct section *hints = case_section(c, "hints");
	struct arena a;
	size_t line = hints->line;

	arena_init(&a);
	for (size_t at = 0; at < hints->text.len; line++) {
		ptrdiff_t end = str_find(hints->text, STR("\n"), at);
		size_t stop = end < 0 ? hints->text.len : (size_t)end;
		struct str row = {hints->text.at + at, stop - at};
		struct test_case one;

		at = stop + 1;
		if (!str_trim(row).len)
			continue;
		if (!one_case(&a, c, row, line, &one))
			one = (struct test_case){.file = c->file,
				.name = "a line of `hints` is `ANSWER => ADVICE`",
				.line = line};
		run(&one);
	}
	arena_release(&a);
}
