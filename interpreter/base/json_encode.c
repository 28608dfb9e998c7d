#include "base/json.h"

#include <math.h>

/* Decoders hold everything to VALUE_MAX_DEPTH; what is built may wrap that a few times over. */
#define ENCODE_DEPTH (4 * VALUE_MAX_DEPTH)

struct encoder {
	struct strbuf *out;
	int indent, depth;
};

static void encode(struct encoder *e, const struct value *v);

/* What JSON wants escaped, what a terminal takes for a command, and what ends a line for some who
 * read lines (U+0085, U+2028, U+2029), though JSON lets them stand. */
static bool is_quoted(uint32_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	       c == 0x2029;
}

static void quote_char(struct strbuf *b, uint32_t c)
{
	static const char short_forms[] = "btnvfr";
	if (c == '"' || c == '\\')
		strbuf_printf(b, "\\%c", (int)c);
	else if (c >= 8 && c <= 13 && c != 11)
		strbuf_printf(b, "\\%c", short_forms[c - 8]);
	else
		strbuf_printf(b, "\\u%04x", c);
}

void json_quote(struct strbuf *b, struct str s)
{
	strbuf_putc(b, '"');
	size_t kept = 0, i = 0; /* from `kept` to `i` goes out as it is */
	while (i < s.len) {
		unsigned char c = (unsigned char)s.at[i];
		uint32_t code = c;
		size_t n = c < 0x80 ? 1 : utf8_decode((struct str){s.at + i, s.len - i}, &code);
		if (n && !is_quoted(code)) {
			i += n;
			continue;
		}
		strbuf_add(b, s.at + kept, i - kept);
		if (n)
			quote_char(b, code);
		else
			strbuf_puts(b, "\xEF\xBF\xBD");
		kept = i += n ? n : 1;
	}
	strbuf_add(b, s.at + kept, s.len - kept);
	strbuf_putc(b, '"');
}

static void new_line(struct encoder *e)
{
	if (e->indent)
		strbuf_printf(e->out, "\n%*s", e->indent * e->depth, "");
}

static void encode_list(struct encoder *e, const struct list *l)
{
	strbuf_putc(e->out, '[');
	e->depth++;
	for (size_t i = 0; i < l->count; i++) {
		if (i)
			strbuf_putc(e->out, ',');
		new_line(e);
		encode(e, &l->items[i]);
	}
	e->depth--;
	if (l->count)
		new_line(e);
	strbuf_putc(e->out, ']');
}

static void encode_member(struct encoder *e, struct str key, const struct value *v, bool first)
{
	if (!first)
		strbuf_putc(e->out, ',');
	new_line(e);
	json_quote(e->out, key);
	strbuf_puts(e->out, e->indent ? ": " : ":");
	encode(e, v);
}

/* Numbered items become members named by their number, which is how `m[1]` is written in JSON. */
static void encode_map(struct encoder *e, const struct map *m)
{
	size_t items = m->items ? m->items->count : 0;
	if (items && !m->count) {
		encode_list(e, m->items);
		return;
	}
	strbuf_putc(e->out, '{');
	e->depth++;
	for (size_t i = 0; i < m->count; i++)
		encode_member(e, entry_key(&m->entries[i]), &m->entries[i].value, i == 0);
	for (size_t i = 0; i < items; i++) {
		char name[24];
		snprintf(name, sizeof name, "%zu", i + 1);
		encode_member(e, str_of(name), &m->items->items[i], false);
	}
	e->depth--;
	if (m->count)
		new_line(e);
	strbuf_putc(e->out, '}');
}

static void encode_object(struct encoder *e, const struct value *v)
{
	struct strbuf text = {0};
	value_print(&text, v);
	json_quote(e->out, strbuf_str(&text));
	strbuf_release(&text);
}

static void encode(struct encoder *e, const struct value *v)
{
	if (e->depth > ENCODE_DEPTH) {
		strbuf_puts(e->out, "null");
		return;
	}
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
	case VALUE_UNKNOWN:
		strbuf_puts(e->out, "null");
		break;
	case VALUE_FLOAT:
		if (isfinite(v->number))
			strbuf_float(e->out, v->number);
		else
			strbuf_puts(e->out, "null");
		break;
	case VALUE_BOOL:
	case VALUE_INT:
		value_print(e->out, v);
		break;
	case VALUE_STRING:
		json_quote(e->out, value_string(v));
		break;
	case VALUE_LIST:
		encode_list(e, v->list);
		break;
	case VALUE_MAP:
		encode_map(e, v->map);
		break;
	case VALUE_OBJECT:
		encode_object(e, v);
		break;
	}
}

void json_encode(struct strbuf *b, const struct value *v, int indent)
{
	encode(&(struct encoder){.out = b, .indent = indent}, v);
}
