#include "tool/table.h"

#define GAP 2 /* blanks between two columns */
#define MAX_COLUMNS 16

struct table_cell {
	struct str text;
	uint32_t width;
	enum style style;
};

void table_init(struct table *t, struct arena *a, size_t columns, uint32_t right)
{
	*t = (struct table){.arena = a, .columns = columns, .right = right};
}

void table_release(struct table *t)
{
	free(t->cells);
	t->cells = NULL;
}

void table_add(struct table *t, struct str text, enum style style)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 256;
		t->cells = heap_array(t->cells, t->cap, sizeof(*t->cells));
	}
	t->cells[t->count++] = (struct table_cell){text, (uint32_t)text_width(text), style};
}

static void put_blanks(struct strbuf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_putc(out, ' ');
}

static void put_cell(
	struct strbuf *out, const struct table_cell *c, size_t room, const struct table_look *look)
{
	style_on(out, look->color && c->text.len, c->style);
	text_cut(out, c->text, room, look->ascii);
	style_off(out, look->color && c->text.len, c->style);
}

static void put_row(struct strbuf *out, const struct table *t, const struct table_cell *row,
	const size_t *widths, const struct table_look *look)
{
	size_t used = look->indent, filled = t->columns;

	put_blanks(out, look->indent);
	/* No blanks at the end of a line. */
	while (filled && !row[filled - 1].text.len)
		filled--;
	for (size_t i = 0; i < filled; i++) {
		size_t left = !look->width ? SIZE_MAX : look->width > used ? look->width - used : 0;
		size_t blanks = widths[i] - row[i].width;
		bool is_right = t->right >> i & 1;

		if (left <= (is_right ? blanks : 0))
			break;
		put_blanks(out, is_right ? blanks : 0);
		left -= is_right ? blanks : 0;
		put_cell(out, &row[i], row[i].width < left ? row[i].width : left, look);
		used += widths[i] + GAP;
		if (i + 1 < filled && (!look->width || used < look->width))
			put_blanks(out, (is_right ? 0 : blanks) + GAP);
	}
	strbuf_putc(out, '\n');
}

void table_print(struct strbuf *out, const struct table *t, const struct table_look *look)
{
	size_t widths[MAX_COLUMNS] = {0};

	for (size_t i = 0; i < t->count; i++) {
		if (t->cells[i].width > widths[i % t->columns])
			widths[i % t->columns] = t->cells[i].width;
	}
	for (size_t i = 0; i + t->columns <= t->count; i += t->columns)
		put_row(out, t, &t->cells[i], widths, look);
}
