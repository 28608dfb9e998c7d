/*
 * Frames. Each is one write, between the marks of a synchronised update, so that a terminal that
 * knows them never shows half of one; and only lines that changed are written, so that one that
 * does not has little to flicker with. Lines are clipped, not wrapped, while we draw: a character
 * that is wider than we believe costs the end of its line and nothing more.
 */
#include "output/tty.h"

#define BEGIN "\x1b[?2026h\x1b[?7l"
#define END "\x1b[?7h\x1b[?2026l"
#define HIDE "\x1b[?25l"
#define SHOW "\x1b[?25h"
#define CLEAR_LINE "\x1b[K"
#define CLEAR_BELOW "\x1b[J"

static struct str line_at(const struct picture *p, size_t i)
{
	return (struct str){p->text.at + p->lines[i].start, p->lines[i].len};
}

static bool same_line(const struct picture *x, const struct picture *y, size_t i)
{
	return i < x->count && i < y->count && str_equal(line_at(x, i), line_at(y, i));
}

static bool same_picture(const struct picture *x, const struct picture *y)
{
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++) {
		if (!same_line(x, y, i))
			return false;
	}
	return true;
}

/* Rows that the drawn picture takes now. A terminal that was made narrower has wrapped its lines.
 */
static size_t rows_of(const struct picture *p, struct screen_size size)
{
	size_t rows = 0, columns = size.columns > 0 ? (size_t)size.columns : 1;
	for (size_t i = 0; i < p->count; i++) {
		size_t taken = (p->lines[i].columns + columns - 1) / columns;
		rows += taken ? taken : 1;
	}
	return rows;
}

static void go_to_top(struct screen *s, struct screen_size size)
{
	struct strbuf *out = &s->writer.pending;
	size_t rows = rows_of(&s->drawn, size);
	strbuf_putc(out, '\r');
	if (rows > 1)
		strbuf_printf(out, "\x1b[%zuA", rows - 1);
}

static void draw_all(struct strbuf *out, const struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (i)
			strbuf_puts(out, SCREEN_NEWLINE);
		strbuf_put(out, line_at(p, i));
	}
	strbuf_puts(out, CLEAR_BELOW);
}

/* Nothing moved: only what is different is written. */
static void draw_changes(struct strbuf *out, const struct picture *p, const struct picture *before)
{
	for (size_t i = 0; i < p->count; i++) {
		if (i)
			strbuf_puts(out, "\r\n");
		if (same_line(p, before, i))
			continue;
		strbuf_put(out, line_at(p, i));
		strbuf_puts(out, CLEAR_LINE);
	}
}

static bool same_size(struct screen_size x, struct screen_size y)
{
	return x.columns == y.columns && x.rows == y.rows;
}

void screen_draw(
	struct screen *s, struct strbuf *scroll, struct picture *p, struct screen_size size)
{
	struct strbuf *out = &s->writer.pending;
	bool has_moved = scroll->len || p->count != s->drawn.count || !same_size(size, s->size);
	if (!has_moved && same_picture(p, &s->drawn))
		return;
	strbuf_puts(out, BEGIN);
	if (!s->is_hidden)
		strbuf_puts(out, HIDE);
	s->is_hidden = true;
	go_to_top(s, size);
	if (!same_size(size, s->size))
		strbuf_puts(out, CLEAR_BELOW);
	strbuf_put(out, strbuf_str(scroll));
	if (has_moved)
		draw_all(out, p);
	else
		draw_changes(out, p, &s->drawn);
	strbuf_puts(out, END);
	strbuf_clear(scroll);
	writer_flush(&s->writer);
	struct picture drawn = s->drawn;
	s->drawn = *p;
	s->size = size;
	*p = drawn;
}

void screen_clear(struct screen *s, struct strbuf *scroll, struct screen_size size)
{
	struct picture none = {0};
	screen_draw(s, scroll, &none, size);
	picture_release(&none);
	if (s->is_hidden)
		strbuf_puts(&s->writer.pending, SHOW);
	s->is_hidden = false;
	writer_flush(&s->writer);
}

/* As many blanks as a row has: from its start they fill it and the cursor can return to its start;
 * from any other place they end up in the next row. */
void screen_take(struct screen *s, struct screen_size size)
{
	strbuf_printf(&s->writer.pending, "%*s\r" CLEAR_LINE, size.columns, "");
}

void screen_release(struct screen *s)
{
	writer_release(&s->writer);
	picture_release(&s->drawn);
}

void picture_clear(struct picture *p)
{
	strbuf_clear(&p->text);
	p->count = 0;
}

void picture_release(struct picture *p)
{
	strbuf_release(&p->text);
	p->count = 0;
}
