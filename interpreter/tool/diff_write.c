/*
 * The comparison as lines, as a comment of a pull request, and for programs.
 */
#include "base/json.h"
#include "source/render.h"
#include "tool/diff.h"
#include "tool/markdown.h"

static const char *const severity_words[] = {"notice", "danger"};

static void put_place(struct strbuf *b, const struct plan *p, struct span span)
{
	struct source_file *file = source_get(p->files, span.file);

	if (!file)
		return;
	strbuf_printf(b, "%s:%zu", file->path, source_place(file, span.start).line);
}

/* Where to look: the new file, or the old one for what is gone. */
static void put_where(struct strbuf *b, const struct diff *d, const struct change *c)
{
	if (c->after_at.file)
		put_place(b, d->after, c->after_at);
	else
		put_place(b, d->before, c->before_at);
}

static void put_count(struct strbuf *b, const struct diff *d)
{
	size_t notices = d->count - d->dangers;

	if (!d->count)
		strbuf_puts(b, "nothing has changed in meaning");
	if (d->dangers)
		strbuf_printf(b, "%zu danger%s", d->dangers, d->dangers == 1 ? "" : "s");
	if (notices)
		strbuf_printf(b, "%s%zu notice%s", d->dangers ? ", " : "", notices,
			notices == 1 ? "" : "s");
	strbuf_putc(b, '\n');
}

/* ---- text ----------------------------------------------------------------------------------- */

static void put_value_lines(struct strbuf *b, char sign, const char *value, bool color)
{
	struct str rest = str_of(value);

	while (rest.len) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.at) : rest.len;

		strbuf_puts(b, !color ? "    " : sign == '-' ? "    \033[31m" : "    \033[32m");
		strbuf_printf(b, "%c ", sign);
		escape_for_terminal(b, (struct str){rest.at, len});
		strbuf_puts(b, color ? "\033[0m\n" : "\n");
		len += end != NULL;
		rest = (struct str){rest.at + len, rest.len - len};
	}
}

static void write_text(struct strbuf *b, const struct diff *d, bool color)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct change *c = &d->changes[i];

		if (color && c->severity == CHANGE_DANGER)
			strbuf_puts(b, "\033[1;31mdanger\033[0m ");
		else
			strbuf_printf(b, "%s ", severity_words[c->severity]);
		if (c->subject)
			strbuf_printf(b, "%s: ", c->subject);
		escape_for_terminal(b, str_of(c->message));
		if (c->after_at.file || c->before_at.file) {
			strbuf_puts(b, " (");
			put_where(b, d, c);
			strbuf_putc(b, ')');
		}
		strbuf_putc(b, '\n');
		if (c->before)
			put_value_lines(b, '-', c->before, color);
		if (c->after)
			put_value_lines(b, '+', c->after, color);
	}
	put_count(b, d);
}

/* ---- Markdown ------------------------------------------------------------------------------- */

static void write_markdown(struct strbuf *b, const struct diff *d)
{
	strbuf_puts(b, "### What changes in ");
	md_text(b, d->after->book->title.len ? d->after->book->title : d->after->book->name);
	strbuf_puts(b, "\n\n");
	if (d->count)
		strbuf_puts(b, "| | Where | What | Before | After |\n"
			       "|---|-------|------|--------|-------|\n");
	for (size_t i = 0; i < d->count; i++) {
		const struct change *c = &d->changes[i];

		strbuf_puts(b, c->severity == CHANGE_DANGER ? "| ⚠️ | " : "| | ");
		md_cell_code(b, str_of(c->subject));
		strbuf_puts(b, " | ");
		md_text(b, str_of(c->message));
		strbuf_puts(b, " | ");
		md_cell_code(b, str_of(c->before));
		strbuf_puts(b, " | ");
		md_cell_code(b, str_of(c->after));
		strbuf_puts(b, " |\n");
	}
	if (d->count)
		strbuf_putc(b, '\n');
	put_count(b, d);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_text(struct diff *d, struct map *m, const char *key, const char *text)
{
	if (text)
		map_set(d->arena, m, str_of(key), value_str(str_of(text)));
}

static void put_line(
	struct diff *d, struct map *m, const char *key, const struct plan *p, struct span span)
{
	struct source_file *file = source_get(p->files, span.file);

	if (file)
		map_set(d->arena, m, str_of(key),
			value_int((int64_t)source_place(file, span.start).line));
}

static void write_json(struct strbuf *b, const struct diff *source)
{
	struct diff *d = &(struct diff){.arena = source->arena};
	struct value top = value_map(d->arena), list = value_list(d->arena);

	map_set(d->arena, top.map, STR("version"), value_int(1));
	put_text(d, top.map, "before", source->before->book->file->path);
	put_text(d, top.map, "after", source->after->book->file->path);
	map_set(d->arena, top.map, STR("dangers"), value_int((int64_t)source->dangers));
	map_set(d->arena, top.map, STR("notices"),
		value_int((int64_t)(source->count - source->dangers)));
	for (size_t i = 0; i < source->count; i++) {
		const struct change *c = &source->changes[i];
		struct value item = value_map(d->arena);

		put_text(d, item.map, "severity", severity_words[c->severity]);
		put_text(d, item.map, "kind", c->kind);
		put_text(d, item.map, "subject", c->subject);
		put_text(d, item.map, "message", c->message);
		put_text(d, item.map, "before", c->before);
		put_text(d, item.map, "after", c->after);
		put_line(d, item.map, "before_line", source->before, c->before_at);
		put_line(d, item.map, "after_line", source->after, c->after_at);
		list_add(d->arena, list.list, item);
	}
	map_set(d->arena, top.map, STR("changes"), list);
	json_encode(b, &top, 2);
	strbuf_putc(b, '\n');
}

void diff_write(struct strbuf *b, const struct diff *d, enum diff_format format, bool color)
{
	if (format == DIFF_JSON)
		write_json(b, d);
	else if (format == DIFF_MARKDOWN)
		write_markdown(b, d);
	else
		write_text(b, d, color);
}
