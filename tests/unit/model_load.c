#include "model_load.h"

#include "test.h"

void load(struct loaded *l, const char *text)
{
	arena_init(&l->arena);
	source_init(&l->files, &l->arena);
	diagnostics_init(&l->diagnostics, &l->arena);
	struct source_file *file = source_add(&l->files, "test.yml", str_of(text), false);
	l->book = runbook_load_file(&l->arena, &l->files, file, &l->diagnostics);
}

void unload(struct loaded *l)
{
	arena_release(&l->arena);
}

static void put_place(struct strbuf *b, const struct loaded *l, struct span span)
{
	struct source_file *file = span.file ? source_get(&l->files, span.file) : NULL;
	struct place p = file ? source_place(file, span.start) : (struct place){0};
	strbuf_printf(b, "%zu:%zu", p.line, p.column);
}

static void put_diagnostic(struct strbuf *b, const struct loaded *l, const struct diagnostic *x)
{
	put_place(b, l, x->span);
	strbuf_printf(b, " %s %s", rule_info(x->rule)->code, x->message);
	if (x->hint)
		strbuf_printf(b, " | %s", x->hint);
	for (const struct label *at = x->labels; at; at = at->next) {
		strbuf_puts(b, " @");
		put_place(b, l, at->span);
		strbuf_printf(b, " %s", at->text);
	}
	for (const struct fix *fix = x->fixes; fix; fix = fix->next)
		strbuf_printf(b, " -> %s", fix->text);
	strbuf_putc(b, '\n');
}

struct str told(struct loaded *l)
{
	struct strbuf b = {0};
	diagnostics_sort(&l->diagnostics);
	for (const struct diagnostic *x = l->diagnostics.first; x; x = x->next)
		put_diagnostic(&b, l, x);
	struct str text = strbuf_take(&b, &l->arena);
	strbuf_release(&b);
	return text;
}

void check_golden(const char *head, const struct golden *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf text = {0};
		struct loaded l;
		strbuf_printf(&text, "%s%s", head, rows[i].text);
		test_about("%s", rows[i].text);
		load(&l, text.at ? text.at : "");
		CHECK_TEXT(told(&l), rows[i].told);
		unload(&l);
		strbuf_release(&text);
	}
	test_about("%s", "");
}
