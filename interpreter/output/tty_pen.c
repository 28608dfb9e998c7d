#include "output/tty_pen.h"

struct pen pen_begin(struct picture *p, const struct view *v)
{
	size_t columns = v->size.columns > 1 ? (size_t)v->size.columns - 1 : 1;
	p->lines[p->count].start = p->text.len;
	return (struct pen){.picture = p, .view = v, .width = columns};
}

void pen_end(struct pen *pen)
{
	struct picture *p = pen->picture;
	p->lines[p->count].len = p->text.len - p->lines[p->count].start;
	p->lines[p->count].columns = pen->used;
	p->count++;
}

size_t pen_left(const struct pen *pen)
{
	return pen->width > pen->used ? pen->width - pen->used : 0;
}

void pen_put(struct pen *pen, enum style style, struct str text)
{
	struct strbuf *out = &pen->picture->text;
	const struct layout *l = pen->view->layout;
	if (!text.len || !pen_left(pen))
		return;
	style_on(out, l->color, style);
	pen->used += text_cut(out, text, pen_left(pen), l->ascii);
	style_off(out, l->color, style);
}

void pen_buf(struct pen *pen, enum style style, struct strbuf *text)
{
	pen_put(pen, style, strbuf_str(text));
	strbuf_release(text);
}

/* One of our own characters. */
void pen_glyph(struct pen *pen, enum style style, const char *glyph)
{
	struct strbuf *out = &pen->picture->text;
	if (!pen_left(pen))
		return;
	style_on(out, pen->view->layout->color, style);
	strbuf_puts(out, glyph);
	style_off(out, pen->view->layout->color, style);
	pen->used++;
}

void pen_blanks(struct pen *pen, size_t count)
{
	for (size_t i = 0; i < count && pen_left(pen); i++) {
		strbuf_putc(&pen->picture->text, ' ');
		pen->used++;
	}
}

void pen_dot(struct pen *pen)
{
	pen_blanks(pen, 1);
	pen_glyph(pen, STYLE_DIM, pen->view->layout->glyphs->dot);
	pen_blanks(pen, 1);
}
