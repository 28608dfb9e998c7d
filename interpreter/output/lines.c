#include "output/lines.h"

#define ESC '\x1b'
#define BEL '\a'

static bool is_between(char c, char low, char high)
{
	return c >= low && c <= high;
}

/* The length of the CSI sequence that `s` begins with: parameters, intermediates, a final byte. */
static size_t csi_length(struct str s)
{
	size_t i = 2;
	while (i < s.len && is_between(s.at[i], 0x30, 0x3F))
		i++;
	while (i < s.len && is_between(s.at[i], 0x20, 0x2F))
		i++;
	return i < s.len && is_between(s.at[i], 0x40, 0x7E) ? i + 1 : 0;
}

/* OSC: up to BEL or ESC \ ; no other control character within. */
static size_t osc_length(struct str s)
{
	for (size_t i = 2; i < s.len; i++) {
		if (s.at[i] == BEL)
			return i + 1;
		if (s.at[i] == ESC)
			return i + 1 < s.len && s.at[i + 1] == '\\' ? i + 2 : 0;
		if ((unsigned char)s.at[i] < 0x20)
			return 0;
	}
	return 0;
}

static size_t sequence_length(struct str s)
{
	if (s.len < 2 || s.at[0] != ESC)
		return 0;
	if (s.at[1] == '[')
		return csi_length(s);
	return s.at[1] == ']' ? osc_length(s) : 0;
}

void lines_strip(struct strbuf *out, struct str text)
{
	while (text.len) {
		const char *esc = memchr(text.at, ESC, text.len);
		size_t plain = esc ? (size_t)(esc - text.at) : text.len;
		strbuf_add(out, text.at, plain);
		text.at += plain;
		text.len -= plain;
		if (!text.len)
			return;
		size_t skip = sequence_length(text);
		if (!skip)
			strbuf_putc(out, text.at[skip++]);
		text.at += skip;
		text.len -= skip;
	}
}

/* A cut must not leave half a character behind. */
static void drop_partial_character(struct strbuf *b)
{
	size_t len = b->len;
	while (len && b->len - len < 3 && (b->at[len - 1] & 0xC0) == 0x80)
		len--;
	if (len && (unsigned char)b->at[len - 1] >= 0xC0)
		b->len = len - 1;
}

static void end_line(struct lines *l, void (*line)(void *context, struct str text), void *context)
{
	struct strbuf text = {0};
	if (l->dropped)
		drop_partial_character(&l->line);
	lines_strip(&text, strbuf_str(&l->line));
	if (l->dropped)
		strbuf_printf(&text, " [%llu bytes more]", (unsigned long long)l->dropped);
	line(context, strbuf_str(&text));
	strbuf_release(&text);
	strbuf_clear(&l->line);
	l->dropped = 0;
	l->has_returned = false;
}

static void keep(struct lines *l, const char *at, size_t len)
{
	if (len && l->has_returned) {
		strbuf_clear(&l->line);
		l->dropped = 0;
		l->has_returned = false;
	}
	size_t room = LINE_MAX_BYTES - l->line.len;
	size_t kept = l->dropped ? 0 : len < room ? len : room;
	strbuf_add(&l->line, at, kept);
	l->dropped += len - kept;
}

void lines_add(struct lines *l, struct str chunk, void (*line)(void *context, struct str text),
	void *context)
{
	size_t start = 0;
	for (size_t i = 0; i < chunk.len; i++) {
		char c = chunk.at[i];
		if (c != '\n' && c != '\r')
			continue;
		keep(l, chunk.at + start, i - start);
		start = i + 1;
		if (c == '\n')
			end_line(l, line, context);
		else
			l->has_returned = true;
	}
	keep(l, chunk.at + start, chunk.len - start);
}

void lines_finish(struct lines *l, void (*line)(void *context, struct str text), void *context)
{
	if (l->line.len)
		end_line(l, line, context);
}

void lines_release(struct lines *l)
{
	strbuf_release(&l->line);
}
