#include "base/xml.h"

/* XML 1.0 has no place for control characters, surrogates and the last two of the plane. */
static bool is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xFFFE) || c > 0xFFFF;
}

static void put_char(struct strbuf *b, uint32_t c, struct str bytes)
{
	if (!is_xml_char(c))
		strbuf_puts(b, "\xEF\xBF\xBD");
	else if (c == '&')
		strbuf_puts(b, "&amp;");
	else if (c == '<')
		strbuf_puts(b, "&lt;");
	else if (c == '>')
		strbuf_puts(b, "&gt;");
	else if (c == '"')
		strbuf_puts(b, "&quot;");
	else if (c < 0x20)
		strbuf_printf(b, "&#%u;", c);
	else
		strbuf_put(b, bytes);
}

/* In an attribute line ends would become blanks; as references they stay. In text they are as they
 * are, but for \r, which a reader would change. */
static void put_escaped(struct strbuf *b, struct str s, bool is_attribute)
{
	while (s.len) {
		uint32_t code = 0;
		size_t n = utf8_decode(s, &code);
		if (!n)
			strbuf_puts(b, "\xEF\xBF\xBD");
		else if (!is_attribute && (code == '\n' || code == '\t'))
			strbuf_putc(b, (char)code);
		else
			put_char(b, code, (struct str){s.at, n});
		n = n ? n : 1;
		s.at += n;
		s.len -= n;
	}
}

void xml_text(struct strbuf *b, struct str s)
{
	put_escaped(b, s, false);
}

void xml_attribute(struct strbuf *b, const char *name, struct str value)
{
	strbuf_printf(b, " %s=\"", name);
	put_escaped(b, value, true);
	strbuf_putc(b, '"');
}
