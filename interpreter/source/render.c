#include "source/render.h"

#include "source/width.h"

#define TAB_WIDTH 4
#define MAX_COLUMNS 110 /* of a source line; a longer one is cut around the caret */
#define KEPT_BEFORE 40	/* columns shown before the caret of a line that is cut */
#define LOOKED_AT 1024	/* bytes of a long line that are looked at on both sides of the caret */

#define ELLIPSIS "…"

/* A span to be shown under its line. */
struct mark {
	struct source_file *file;
	struct place place;
	uint32_t from, to; /* bytes of the line */
	const char *text;  /* said beside it, or NULL */
	bool is_primary;
};

struct renderer {
	struct strbuf *out;
	const struct source_set *files;
	bool color;
	const char *severity_color;
	struct mark *marks;
	size_t mark_count;
	int gutter; /* digits of the largest line number */
};

static const char *const severity_names[] = {"error", "warning", "info"};
static const char *const severity_colors[] = {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m"};
#define BOLD "\x1b[1m"
#define BLUE "\x1b[1;34m"
#define PLAIN "\x1b[0m"

static void paint(struct renderer *r, const char *code)
{
	if (r->color)
		strbuf_puts(r->out, code);
}

void escape_for_terminal(struct strbuf *out, struct str text)
{
	while (text.len) {
		struct glyph g = glyph_in_log(text);
		strbuf_add(out, g.text, g.len);
		text.at += g.bytes;
		text.len -= g.bytes;
	}
}

static void put_safe(struct strbuf *out, const char *text)
{
	escape_for_terminal(out, str_of(text));
}

/* `::` at the start of a line is an order to a CI runner: a path is given another spelling, other
 * text its first colon escaped. */
static bool begins_an_order(struct str line)
{
	return str_starts_with(str_trim(line), STR("::"));
}

static void put_path(struct strbuf *out, const char *path)
{
	if (begins_an_order(str_of(path)))
		strbuf_puts(out, "./");
	put_safe(out, path);
}

static void put_advice(struct strbuf *out, struct str line)
{
	if (begins_an_order(line)) {
		line = str_trim(line);
		strbuf_puts(out, "\\x3a");
		line = (struct str){line.at + 1, line.len - 1};
	}
	escape_for_terminal(out, line);
}

static void put_spaces(struct strbuf *out, size_t count, char c)
{
	for (size_t i = 0; i < count; i++)
		strbuf_putc(out, c);
}

/* ---- one line of source ---------------------------------------------------------------------- */

/* The columns that `text` takes from the start of a line on; those in [from, to) are added to
 * `out`, if there is one. Carets and text go through here both, so that they agree. */
static size_t columns(struct str text, struct strbuf *out, size_t from, size_t to)
{
	size_t column = 0;
	while (text.len && column < to) {
		struct glyph g = glyph_in_log(text);
		bool is_tab = text.at[0] == '\t';
		size_t width = is_tab ? TAB_WIDTH - column % TAB_WIDTH : g.width;
		bool is_seen = out && column >= from && column + width <= to;
		if (is_seen && is_tab)
			put_spaces(out, width, ' ');
		else if (is_seen)
			strbuf_add(out, g.text, g.len);
		column += width;
		text.at += g.bytes;
		text.len -= g.bytes;
	}
	return column;
}

/* The part of a line that is looked at: of a long one only the bytes around the caret, because
 * there may be 200 findings in a line of 64 MB. What is shown of that is given in columns. */
struct window {
	struct str text;
	size_t skipped; /* bytes of the line before `text` */
	size_t from, to;
};

static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static struct str around(struct str line, size_t at, size_t *skipped)
{
	size_t from = at > 2 * LOOKED_AT ? at - LOOKED_AT : 0;
	size_t to = line.len - at > 2 * LOOKED_AT ? at + LOOKED_AT : line.len;
	while (from < at && from && is_inside_character(line.at[from]))
		from++;
	while (to > at && to < line.len && is_inside_character(line.at[to]))
		to--;
	*skipped = from;
	return (struct str){line.at + from, to - from};
}

static size_t column_at(struct window w, size_t byte)
{
	size_t len = byte > w.skipped ? byte - w.skipped : 0;
	return columns(
		(struct str){w.text.at, len < w.text.len ? len : w.text.len}, NULL, 0, SIZE_MAX);
}

static struct window window_for(const struct mark *m)
{
	struct window w = {.to = MAX_COLUMNS};
	w.text = around(m->place.text, m->from, &w.skipped);
	size_t caret = column_at(w, m->from);
	if (caret >= MAX_COLUMNS - 10) {
		w.from = caret - KEPT_BEFORE;
		w.to = w.from + MAX_COLUMNS;
	}
	return w;
}

static void put_gutter(struct renderer *r, size_t line)
{
	paint(r, BLUE);
	if (line)
		strbuf_printf(r->out, "%*zu |", r->gutter, line);
	else
		strbuf_printf(r->out, "%*s |", r->gutter, "");
	paint(r, PLAIN);
}

static void put_source_line(struct renderer *r, size_t line, struct window w)
{
	put_gutter(r, line);
	size_t before = r->out->len;
	strbuf_putc(r->out, ' ');
	if (w.from)
		strbuf_puts(r->out, ELLIPSIS);
	/* One column more than fits tells whether the line goes on. */
	columns(w.text, r->out, w.from, w.to);
	if (columns(w.text, NULL, 0, w.to + 1) > w.to)
		strbuf_puts(r->out, ELLIPSIS);
	while (r->out->len > before && r->out->at[r->out->len - 1] == ' ')
		r->out->len--;
	strbuf_putc(r->out, '\n');
}

static size_t clamp(size_t column, struct window w)
{
	size_t shift = w.from ? 1 : 0; /* the ellipsis */
	if (column < w.from)
		return 0;
	return (column > w.to ? w.to : column) - w.from + shift;
}

static void put_carets(struct renderer *r, const struct mark *m, struct window w)
{
	size_t from = clamp(column_at(w, m->from), w), to = clamp(column_at(w, m->to), w);
	put_gutter(r, 0);
	strbuf_putc(r->out, ' ');
	put_spaces(r->out, from, ' ');
	paint(r, m->is_primary ? r->severity_color : BLUE);
	put_spaces(r->out, to > from ? to - from : 1, m->is_primary ? '^' : '-');
	if (m->text) {
		strbuf_putc(r->out, ' ');
		put_safe(r->out, m->text);
	}
	paint(r, PLAIN);
	strbuf_putc(r->out, '\n');
}

/* ---- the marks of one diagnostic ------------------------------------------------------------- */

static void add_mark(struct renderer *r, struct span span, const char *text, bool is_primary)
{
	struct source_file *file = source_get(r->files, span.file);
	if (!file)
		return;
	struct mark *m = &r->marks[r->mark_count++];
	*m = (struct mark){.file = file, .text = text, .is_primary = is_primary};
	m->place = source_place(file, span.start);
	size_t from = span.start - m->place.line_start, len = m->place.text.len;
	size_t to = from + span.len;
	m->from = (uint32_t)(from < len ? from : len);
	m->to = (uint32_t)(to < len ? to : len);
	for (size_t line = m->place.line, digits = 1; line; line /= 10, digits++) {
		if ((int)digits > r->gutter)
			r->gutter = (int)digits;
	}
}

static void collect_marks(struct renderer *r, const struct diagnostic *d)
{
	size_t count = 1;
	for (const struct label *l = d->labels; l; l = l->next)
		count++;
	r->marks = heap_array(NULL, count, sizeof *r->marks);
	add_mark(r, d->span, NULL, true);
	for (const struct label *l = d->labels; l; l = l->next)
		add_mark(r, l->span, l->text, false);
}

/* Of the marks in `file` not before (line, index), the first by line; NULL: no more. */
static const struct mark *next_mark(
	const struct renderer *r, const struct source_file *file, const struct mark *after)
{
	const struct mark *best = NULL;
	for (const struct mark *m = r->marks; m < r->marks + r->mark_count; m++) {
		if (m->file != file)
			continue;
		if (after && (m->place.line < after->place.line ||
				     (m->place.line == after->place.line && m <= after)))
			continue;
		if (!best || m->place.line < best->place.line)
			best = m;
	}
	return best;
}

static void put_excerpt(struct renderer *r, const struct source_file *file)
{
	put_gutter(r, 0);
	strbuf_putc(r->out, '\n');
	size_t line = 0;
	struct window w = {0};
	const struct mark *m = NULL;
	while ((m = next_mark(r, file, m))) {
		if (m->place.line != line) {
			if (line && m->place.line > line + 1) {
				paint(r, BLUE);
				strbuf_puts(r->out, "...\n");
				paint(r, PLAIN);
			}
			w = window_for(m);
			line = m->place.line;
			put_source_line(r, line, w);
		}
		put_carets(r, m, w);
	}
}

static void put_place(struct renderer *r, const char *arrow, const struct mark *m)
{
	paint(r, BLUE);
	strbuf_printf(r->out, "%*s%s ", r->gutter, "", arrow);
	paint(r, PLAIN);
	put_safe(r->out, m->file->path);
	strbuf_printf(r->out, ":%zu:%zu\n", m->place.line, m->place.column);
}

/* The file of the culprit first, then the others in the order of the labels. */
static void put_files(struct renderer *r)
{
	for (size_t i = 0; i < r->mark_count; i++) {
		bool is_seen = false;
		for (size_t k = 0; k < i; k++)
			is_seen |= r->marks[k].file == r->marks[i].file;
		if (is_seen)
			continue;
		put_place(r, i ? ":::" : "-->", &r->marks[i]);
		put_excerpt(r, r->marks[i].file);
	}
}

/* ---- whole diagnostics ----------------------------------------------------------------------- */

static void put_heading(struct renderer *r, const struct diagnostic *d)
{
	paint(r, r->severity_color);
	strbuf_printf(r->out, "%s[%s]", severity_names[d->severity], rule_info(d->rule)->code);
	paint(r, PLAIN);
	paint(r, BOLD);
	strbuf_puts(r->out, ": ");
	put_safe(r->out, d->message);
	paint(r, PLAIN);
	strbuf_putc(r->out, '\n');
}

/* Several lines stand under each other. */
static void put_remark(struct renderer *r, const char *lead, const char *hint)
{
	while (hint) {
		const char *end = strchr(hint, '\n');
		paint(r, BLUE);
		strbuf_printf(r->out, "%*s %s", r->gutter, "", lead);
		paint(r, PLAIN);
		put_advice(r->out, (struct str){hint, end ? (size_t)(end - hint) : strlen(hint)});
		strbuf_putc(r->out, '\n');
		hint = end ? end + 1 : NULL;
		lead = "        ";
	}
}

void diagnostic_render(
	struct strbuf *out, const struct source_set *files, const struct diagnostic *d, bool color)
{
	struct renderer r = {.out = out, .files = files, .color = color, .gutter = 1};
	r.severity_color = severity_colors[d->severity];
	collect_marks(&r, d);
	put_heading(&r, d);
	if (r.mark_count) {
		put_files(&r);
	} else if (d->path) {
		paint(&r, BLUE);
		strbuf_puts(out, " --> ");
		paint(&r, PLAIN);
		put_safe(out, d->path);
		strbuf_putc(out, '\n');
	}
	put_remark(&r, "= note: ", d->note);
	put_remark(&r, "= help: ", d->hint);
	free(r.marks);
}

static void put_count(struct strbuf *out, size_t count, const char *what)
{
	strbuf_printf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* `2 errors, 1 warning` */
static void put_totals(struct strbuf *out, const struct diagnostics *d)
{
	size_t all = d->count - d->suppressed + d->dropped, infos = all - d->errors - d->warnings;
	const char *comma = "";
	if (d->errors) {
		put_count(out, d->errors, "error");
		comma = ", ";
	}
	if (d->warnings) {
		strbuf_puts(out, comma);
		put_count(out, d->warnings, "warning");
		comma = ", ";
	}
	if (infos) {
		strbuf_puts(out, comma);
		put_count(out, infos, "note");
	}
	if (d->dropped)
		strbuf_printf(out, " (%zu of them not shown)", d->dropped);
	strbuf_putc(out, '\n');
}

void diagnostics_render(
	struct strbuf *out, const struct source_set *files, const struct diagnostics *d, bool color)
{
	for (const struct diagnostic *x = d->first; x; x = x->next) {
		if (x->is_suppressed)
			continue;
		diagnostic_render(out, files, x, color);
		strbuf_putc(out, '\n');
	}
	if (d->count > d->suppressed || d->dropped)
		put_totals(out, d);
}

void diagnostics_render_short(
	struct strbuf *out, const struct source_set *files, const struct diagnostics *d)
{
	for (const struct diagnostic *x = d->first; x; x = x->next) {
		if (x->is_suppressed)
			continue;
		struct source_file *file = source_get(files, x->span.file);
		if (file) {
			struct place p = source_place(file, x->span.start);
			put_path(out, file->path);
			strbuf_printf(out, ":%zu:%zu: ", p.line, p.column);
		} else if (x->path) {
			put_path(out, x->path);
			strbuf_puts(out, ": ");
		}
		strbuf_printf(
			out, "%s[%s]: ", severity_names[x->severity], rule_info(x->rule)->code);
		put_safe(out, x->message);
		strbuf_putc(out, '\n');
	}
}
