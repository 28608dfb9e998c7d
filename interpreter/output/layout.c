/* How a line of the report is written: marks, colours, what fits the width. */
#include "output/report.h"

#define INDENT 2
#define MIN_TEXT 10 /* less room than this for a text is none: it goes on the next line */

struct canvas {
	struct strbuf *out;
	const struct layout *layout;
	size_t used; /* columns of the line so far */
};

static size_t room(const struct canvas *c)
{
	if (!c->layout->width)
		return SIZE_MAX;
	return c->layout->width > c->used ? c->layout->width - c->used : 0;
}

static void put(struct canvas *c, enum style style, struct str text)
{
	const struct layout *l = c->layout;
	if (!text.len)
		return;
	style_on(c->out, l->color, style);
	if (l->width)
		c->used += text_cut(c->out, text, room(c), l->ascii);
	else
		text_safe(c->out, text);
	style_off(c->out, l->color, style);
}

/* Our own characters. */
static void put_own(struct canvas *c, const char *text, size_t columns)
{
	if (room(c) < columns)
		return;
	strbuf_puts(c->out, text);
	c->used += columns;
}

static void put_blanks(struct canvas *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_own(c, " ", 1);
}

static void put_mark(struct canvas *c, enum mark m)
{
	if (!room(c))
		return;
	style_on(c->out, c->layout->color, mark_style(m));
	put_own(c, c->layout->glyphs->marks[m], 1);
	style_off(c->out, c->layout->color, mark_style(m));
	put_blanks(c, 1);
}

static void put_note(struct canvas *c, struct str note)
{
	if (!note.len || room(c) < 6)
		return;
	enum style style = STYLE_DIM;
	style_on(c->out, c->layout->color, style);
	put_own(c, " (", 2);
	if (c->layout->width)
		c->used += text_cut(c->out, note, room(c) - 1, c->layout->ascii);
	else
		text_safe(c->out, note);
	put_own(c, ")", 1);
	style_off(c->out, c->layout->color, style);
}

/* A text that matters is never cut: it goes on below, under where it began or near the margin. */
static void put_wrapped(struct canvas *c, enum style style, struct str text, size_t margin)
{
	const struct layout *l = c->layout;
	if (!l->width) {
		put(c, style, text);
		return;
	}
	if (margin + MIN_TEXT > l->width)
		margin = 0;
	while (text.len) {
		if (room(c) < MIN_TEXT && !text_fits(text, room(c)) && c->used > margin) {
			strbuf_puts(c->out, l->newline);
			c->used = 0;
			put_blanks(c, margin);
		}
		size_t used;
		size_t bytes = text_fit(text, room(c), &used);
		put(c, style, (struct str){text.at, bytes});
		text.at += bytes;
		text.len -= bytes;
		text = text.len && text.at[0] == ' ' ? str_trim(text) : text;
		if (text.len)
			c->used = l->width;
	}
}

static enum style label_style(const struct report_line *line)
{
	bool is_calm = line->mark == MARK_OK || line->mark == MARK_OUTPUT;
	if (line->mark == MARK_SKIPPED || line->mark == MARK_OUTPUT)
		return STYLE_DIM;
	return is_calm && line->kind == LINE_EVENT ? STYLE_NONE : STYLE_BOLD;
}

static void put_label(struct canvas *c, const struct report_line *line)
{
	put(c, label_style(line), line->label);
	if (!line->word.len)
		return;
	put_blanks(c, 1);
	put(c, line->kind == LINE_PLAIN ? STYLE_NONE : mark_style(line->mark), line->word);
}

/* `label word (note): text` */
static void put_sentence(struct canvas *c, const struct report_line *line, size_t margin)
{
	put_label(c, line);
	put_note(c, line->note);
	bool has_lead = line->label.len || line->word.len || line->note.len;
	if (!line->text.len)
		return;
	if (has_lead && line->mark == MARK_OUTPUT) {
		put_blanks(c, 1);
		put_mark(c, MARK_OUTPUT);
	} else if (has_lead) {
		put_own(c, ": ", 2);
	}
	put_wrapped(c, line->style, line->text, margin);
}

static size_t note_width(const struct report_line *line)
{
	return line->note.len ? text_width(line->note) + 3 : 0;
}

/* `label  text (note)`: the text gives way to the note. */
static void put_entry(struct canvas *c, const struct report_line *line)
{
	put_label(c, line);
	size_t kept = note_width(line), lead = line->label.len ? 2 : 0;
	struct layout narrow = *c->layout;
	bool is_worth_it = !narrow.width || room(c) >= kept + lead + MIN_TEXT / 2;
	if (line->text.len && is_worth_it) {
		put_blanks(c, lead);
		struct canvas inner = {.out = c->out, .layout = &narrow, .used = c->used};
		if (narrow.width)
			narrow.width -= kept;
		put(&inner, line->style, line->text);
		c->used = inner.used;
	}
	put_note(c, line->note);
}

void layout_line(
	struct strbuf *out, const struct layout *l, const struct report_line *line, size_t left)
{
	struct canvas c = {.out = out, .layout = l, .used = left};
	if (line->kind != LINE_BLANK) {
		size_t depth = line->depth * INDENT;
		if (l->width && depth > l->width / 2)
			depth = l->width / 2;
		put_blanks(&c, depth);
		if (line->kind != LINE_PLAIN || line->mark != MARK_NONE)
			put_mark(&c, line->mark);
		size_t margin = c.used;
		if (line->is_sentence)
			put_sentence(&c, line, margin);
		else
			put_entry(&c, line);
	}
	strbuf_puts(out, l->newline);
}
