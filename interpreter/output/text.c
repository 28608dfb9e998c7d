#include "output/text.h"

#include "base/duration.h"
#include "source/render.h"
#include "source/width.h"

#include <math.h>

/* ---- marks and colours ----------------------------------------------------------------------- */

/* Only characters that every terminal draws one column wide: no emoji among them. */
static const struct glyphs unicode = {
	.marks =
		{
			[MARK_NONE] = " ",
			[MARK_START] = "▶",
			[MARK_OK] = "✔",
			[MARK_WARNED] = "!",
			[MARK_FAILED] = "✖",
			[MARK_SKIPPED] = "-",
			[MARK_CANCELLED] = "⊘",
			[MARK_UNKNOWN] = "?",
			[MARK_RETRY] = "↻",
			[MARK_WAIT] = "◌",
			[MARK_ASK] = "?",
			[MARK_SAY] = "»",
			[MARK_OUTPUT] = "│",
			[MARK_BACK] = "⤺",
		},
	.spinner = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	.spinner_count = 10,
	.ellipsis = "…",
	.dot = "·",
	.bar_full = "━",
	.bar_rest = "─",
	.spark = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
};

static const struct glyphs plain_ascii = {
	.marks =
		{
			[MARK_NONE] = " ",
			[MARK_START] = ">",
			[MARK_OK] = "+",
			[MARK_WARNED] = "!",
			[MARK_FAILED] = "X",
			[MARK_SKIPPED] = "-",
			[MARK_CANCELLED] = "/",
			[MARK_UNKNOWN] = "?",
			[MARK_RETRY] = "~",
			[MARK_WAIT] = ".",
			[MARK_ASK] = "?",
			[MARK_SAY] = "*",
			[MARK_OUTPUT] = "|",
			[MARK_BACK] = "<",
		},
	.spinner = {"|", "/", "-", "\\"},
	.spinner_count = 4,
	.ellipsis = "~",
	.dot = "-",
	.bar_full = "#",
	.bar_rest = ".",
	.spark = {"_", ".", ":", "-", "=", "+", "*", "#"},
};

const struct glyphs *glyphs_get(bool ascii)
{
	return ascii ? &plain_ascii : &unicode;
}

enum style mark_style(enum mark m)
{
	static const uint8_t styles[MARK_COUNT] = {
		[MARK_START] = STYLE_BUSY,
		[MARK_OK] = STYLE_OK,
		[MARK_WARNED] = STYLE_WARNED,
		[MARK_FAILED] = STYLE_FAILED,
		[MARK_SKIPPED] = STYLE_DIM,
		[MARK_CANCELLED] = STYLE_WARNED,
		[MARK_UNKNOWN] = STYLE_WARNED,
		[MARK_RETRY] = STYLE_WARNED,
		[MARK_WAIT] = STYLE_DIM,
		[MARK_ASK] = STYLE_WARNED,
		[MARK_SAY] = STYLE_BUSY,
		[MARK_OUTPUT] = STYLE_DIM,
		[MARK_BACK] = STYLE_WARNED,
	};
	return styles[m];
}

void style_on(struct strbuf *out, bool color, enum style s)
{
	static const char *const codes[] = {
		[STYLE_BOLD] = "\x1b[1m",
		[STYLE_DIM] = "\x1b[2m",
		[STYLE_OK] = "\x1b[32m",
		[STYLE_FAILED] = "\x1b[1;31m",
		[STYLE_WARNED] = "\x1b[33m",
		[STYLE_BUSY] = "\x1b[36m",
	};
	if (color && s != STYLE_NONE)
		strbuf_puts(out, codes[s]);
}

void style_off(struct strbuf *out, bool color, enum style s)
{
	if (color && s != STYLE_NONE)
		strbuf_puts(out, "\x1b[0m");
}

/* ---- what is safe ---------------------------------------------------------------------------- */

/* The next piece of `*rest` as it is shown. A tab becomes a blank; the sign that asks for the
 * colourful, wider form of a character is left out, for terminals disagree about its width. */
static struct glyph next_glyph(struct str *rest)
{
	struct glyph g = glyph_of(*rest);
	if (rest->at[0] == '\t') {
		g.text[0] = ' ';
		g.len = g.width = 1;
	} else if (g.len == 3 && memcmp(g.text, "\xEF\xB8\x8F", 3) == 0) {
		g.len = 0;
	}
	rest->at += g.bytes;
	rest->len -= g.bytes;
	return g;
}

void text_safe(struct strbuf *out, struct str text)
{
	/* Commands at the start of a line are no concern: ours start with a time or a mark. */
	escape_for_terminal(out, text);
}

/* ---- what fits ------------------------------------------------------------------------------- */

size_t text_width(struct str text)
{
	size_t width = 0;
	while (text.len)
		width += next_glyph(&text).width;
	return width;
}

static void put_glyph(struct strbuf *out, const struct glyph *g, bool ascii)
{
	if (!ascii || (g->len && !(g->text[0] & 0x80)))
		strbuf_add(out, g->text, g->len);
	else
		for (size_t i = 0; i < g->width; i++)
			strbuf_putc(out, '?');
}

/* What follows may be a megabyte: it is looked at only until it is known not to fit. */
bool text_fits(struct str text, size_t width)
{
	size_t used = 0;
	while (text.len && used <= width)
		used += next_glyph(&text).width;
	return used <= width;
}

size_t text_cut(struct strbuf *out, struct str text, size_t width, bool ascii)
{
	size_t used = 0;
	bool is_whole = text_fits(text, width);
	size_t room = is_whole || !width ? width : width - 1;
	while (text.len) {
		struct glyph g = next_glyph(&text);
		if (used + g.width > room)
			break;
		put_glyph(out, &g, ascii);
		used += g.width;
	}
	if (!is_whole && width) {
		strbuf_puts(out, glyphs_get(ascii)->ellipsis);
		used++;
	}
	return used;
}

size_t text_fit(struct str text, size_t width, size_t *used)
{
	struct str rest = text;
	size_t blank_at = 0, blank_used = 0;
	*used = 0;
	while (rest.len) {
		size_t at = text.len - rest.len;
		if (rest.at[0] == ' ' && at) {
			blank_at = at;
			blank_used = *used;
		}
		size_t next = next_glyph(&rest).width;
		if (*used + next > width && at) {
			/* A break that leaves most of the line empty helps nobody. */
			if (!blank_at || blank_used < width / 2)
				return at;
			*used = blank_used;
			return blank_at;
		}
		*used += next;
	}
	return text.len;
}

struct str text_line(struct str *rest)
{
	const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
	struct str line = {rest->at, end ? (size_t)(end - rest->at) : rest->len};
	size_t taken = line.len + (end ? 1 : 0);
	rest->at += taken;
	rest->len -= taken;
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

void text_clock(struct strbuf *out, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	if (ns < 60 * NS_PER_S)
		strbuf_printf(out, "%lds", (long)(ns / NS_PER_S));
	else
		duration_human(out, ns / NS_PER_S * NS_PER_S);
}

/* Whole up to five digits, for limits like 1500 are written that way; then in thousands and so on.
 */
static void put_large(struct strbuf *out, double n)
{
	static const char *const units[] = {"k", "M", "G", "T"};
	size_t unit = 0;
	if (fabs(n) < 99999.5) {
		strbuf_printf(out, "%.0f", n);
		return;
	}
	n /= 1000;
	while (fabs(n) >= 999.5 && unit < 3) {
		n /= 1000;
		unit++;
	}
	if (fabs(n) >= 999.5)
		strbuf_printf(out, "%.2e", n * 1e12);
	else
		strbuf_printf(out, "%.*f%s",
			fabs(n) < 9.995	  ? 2
			: fabs(n) < 99.95 ? 1
					  : 0,
			n, units[unit]);
}

void text_number(struct strbuf *out, double n)
{
	double size = fabs(n);
	if (size >= 999.5)
		put_large(out, n);
	else if (n == floor(n))
		strbuf_printf(out, "%.0f", n == 0 ? 0 : n);
	else if (size < 0.000995)
		strbuf_printf(out, "%.2e", n);
	else
		strbuf_printf(out, "%.*f",
			size < 0.00995	? 5
			: size < 0.0995 ? 4
			: size < 0.995	? 3
			: size < 9.95	? 2
			: size < 99.5	? 1
					: 0,
			n);
}
