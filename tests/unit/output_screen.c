#include "output_screen.h"

#include "source/width.h"

void test_screen_init(struct test_screen *s, int columns, int rows)
{
	memset(s, 0, sizeof *s);
	s->columns = columns;
	s->rows = rows;
	s->wraps = s->is_cursor_shown = true;
}

static void clear_cells(struct test_screen *s, int row, int from)
{
	for (int i = from; i < s->columns; i++)
		s->cells[row][i][0] = '\0';
}

static void line_feed(struct test_screen *s)
{
	if (s->row + 1 < s->rows) {
		s->row++;
		return;
	}
	memmove(s->cells[0], s->cells[1], sizeof s->cells[0] * (size_t)(s->rows - 1));
	clear_cells(s, s->rows - 1, 0);
	s->scrolled++;
}

static void put(struct test_screen *s, const struct glyph *g)
{
	int width = (int)g->width;
	if (!width)
		return;
	if (s->is_pending || s->column + width > s->columns) {
		if (!s->wraps) {
			s->clipped++;
			return;
		}
		s->column = 0;
		line_feed(s);
	}
	s->is_pending = false;
	char *cell = s->cells[s->row][s->column];
	memcpy(cell, g->text, g->len);
	cell[g->len] = '\0';
	if (width == 2)
		memcpy(s->cells[s->row][s->column + 1], "\x01", 2); /* its right half */
	s->column += width;
	if (s->column == s->columns) {
		s->column--;
		s->is_pending = true;
	}
}

static void private_mode(struct test_screen *s, int mode, bool is_on)
{
	if (mode == 2026)
		s->is_updating = is_on;
	else if (mode == 25)
		s->is_cursor_shown = is_on;
	else if (mode == 7)
		s->wraps = is_on;
	else
		s->unknown++;
}

static void control(struct test_screen *s, bool is_private, int n, char final)
{
	if (is_private && (final == 'h' || final == 'l')) {
		private_mode(s, n, final == 'h');
		return;
	}
	s->is_pending = s->is_pending && final == 'm';
	if (final == 'A')
		s->row = s->row > n ? s->row - n : 0;
	else if (final == 'K' || final == 'J')
		clear_cells(s, s->row, s->column);
	else if (final != 'm')
		s->unknown++;
	for (int i = s->row + 1; final == 'J' && i < s->rows; i++)
		clear_cells(s, i, 0);
}

/* How long the sequence is that begins at `at`. */
static size_t sequence(struct test_screen *s, struct str bytes)
{
	size_t i = 2;
	int n = 0;
	if (bytes.len < 3 || bytes.at[1] != '[') {
		s->unknown++;
		return 1;
	}
	bool is_private = bytes.at[i] == '?';
	i += is_private;
	for (; i < bytes.len && ((bytes.at[i] >= '0' && bytes.at[i] <= '9') || bytes.at[i] == ';');
		i++)
		n = bytes.at[i] == ';' ? 0 : n * 10 + (bytes.at[i] - '0');
	if (i == bytes.len) {
		s->unknown++;
		return i;
	}
	control(s, is_private, n, bytes.at[i]);
	return i + 1;
}

void test_screen_feed(struct test_screen *s, struct str bytes)
{
	while (bytes.len) {
		size_t n = 1;
		struct glyph g = glyph_of(bytes);
		if (bytes.at[0] == '\x1b') {
			n = sequence(s, bytes);
		} else if (bytes.at[0] == '\r') {
			s->column = 0;
			s->is_pending = false;
		} else if (bytes.at[0] == '\n') {
			line_feed(s);
		} else if (g.len != g.bytes || (unsigned char)bytes.at[0] < ' ') {
			s->unknown++;
		} else {
			n = g.bytes;
			put(s, &g);
		}
		bytes.at += n;
		bytes.len -= n;
	}
}

static void row_text(const struct test_screen *s, int row, struct strbuf *out)
{
	int last = s->columns;
	while (last && (!s->cells[row][last - 1][0] || s->cells[row][last - 1][0] == ' '))
		last--;
	for (int i = 0; i < last; i++) {
		const char *cell = s->cells[row][i];
		if (cell[0] != '\x01')
			strbuf_puts(out, cell[0] ? cell : " ");
	}
	strbuf_putc(out, '\n');
}

void test_screen_text(const struct test_screen *s, struct strbuf *out)
{
	size_t kept = out->len;
	for (int i = 0; i < s->rows; i++) {
		size_t before = out->len;
		row_text(s, i, out);
		if (out->len > before + 1)
			kept = out->len;
	}
	out->len = kept;
	if (out->at)
		out->at[kept] = '\0';
}
