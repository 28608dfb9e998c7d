#include "base/mask_forms.h"

struct forms {
	void (*add)(void *context, struct str form);
	void *context;
	struct strbuf text;
};

static void give(struct forms *f)
{
	f->add(f->context, strbuf_str(&f->text));
	strbuf_clear(&f->text);
}

/* ---- base64 and hex ------------------------------------------------------------------------- */

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The six bits at `bit` of the secret standing `shift` bytes behind the start of a group. */
static unsigned sextet(struct str s, size_t shift, size_t bit)
{
	unsigned value = 0;
	for (size_t i = bit; i < bit + 6; i++) {
		size_t byte = i / 8;
		bool is_inside = byte >= shift && byte - shift < s.len;
		unsigned set = is_inside ? (uint8_t)s.at[byte - shift] >> (7 - i % 8) & 1u : 0;
		value = value << 1 | set;
	}
	return value;
}

/* Behind `shift` other bytes: only the characters that are wholly the secret's are certain. */
static void base64_inside(struct forms *f, struct str s, size_t shift, const char *digits)
{
	size_t last = (shift + s.len) * 8 / 6;
	for (size_t i = (shift * 8 + 5) / 6; i < last; i++)
		strbuf_putc(&f->text, digits[sextet(s, shift, i * 6)]);
	give(f);
}

/* On its own, so that the last character and the padding are certain too. `columns`: as tools break
 * it into lines, each of which is a form. */
static void base64_whole(struct forms *f, struct str s, const char *digits, size_t columns)
{
	size_t count = (s.len * 8 + 5) / 6;
	for (size_t i = 0; i < count; i++) {
		if (columns && i && i % columns == 0)
			give(f);
		strbuf_putc(&f->text, digits[sextet(s, 0, i * 6)]);
	}
	for (size_t i = count; i % 4; i++)
		strbuf_putc(&f->text, '=');
	/* A short rest of a line would be found in harmless text. */
	if (columns && count % columns && count % columns < 8)
		strbuf_clear(&f->text);
	else
		give(f);
}

static void base64_forms(struct forms *f, struct str s)
{
	for (size_t shift = 0; shift < 3; shift++) {
		base64_inside(f, s, shift, standard);
		base64_inside(f, s, shift, url_safe);
	}
	base64_whole(f, s, standard, 0);
	base64_whole(f, s, url_safe, 0);
	if (s.len > 48) {
		base64_whole(f, s, standard, 64);
		base64_whole(f, s, standard, 76);
	}
}

/* `digits` hexadecimal digits of a number. */
static void put_hex(struct forms *f, uint32_t number, unsigned digits, bool upper)
{
	const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	while (digits--)
		strbuf_putc(&f->text, alphabet[number >> 4 * digits & 15]);
}

static void hex_form(struct forms *f, struct str s, const char *before, bool upper)
{
	for (size_t i = 0; i < s.len; i++) {
		strbuf_puts(&f->text, before);
		put_hex(f, (uint8_t)s.at[i], 2, upper);
	}
	give(f);
}

/* ---- escapes -------------------------------------------------------------------------------- */

/* Each character in `special` becomes its word. */
struct escape {
	char c;
	const char *word;
};

static void escape_form(struct forms *f, struct str s, const struct escape *escapes)
{
	for (size_t i = 0; i < s.len; i++) {
		const struct escape *e = escapes;
		while (e->word && e->c != s.at[i])
			e++;
		if (e->word)
			strbuf_puts(&f->text, e->word);
		else
			strbuf_putc(&f->text, s.at[i]);
	}
	give(f);
}

static bool is_unreserved(char c, const char *more)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(more, c));
}

/* `plus`: a blank is `+`, as forms have it. */
static void url_form(struct forms *f, struct str s, const char *kept, bool plus, bool upper)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (plus && c == ' ') {
			strbuf_putc(&f->text, '+');
		} else if (is_unreserved(c, kept)) {
			strbuf_putc(&f->text, c);
		} else {
			strbuf_putc(&f->text, '%');
			put_hex(f, (uint8_t)c, 2, upper);
		}
	}
	give(f);
}

static void url_forms(struct forms *f, struct str s)
{
	static const char *const kept[] = {"-._~", "-._~!*'()", "-._*", "-._~:/?#[]@!$&'()*+,;="};
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		for (unsigned bits = 0; bits < 4; bits++)
			url_form(f, s, kept[i], bits & 1, bits & 2);
	}
}

struct json_style {
	bool slash, html, ascii, upper;
};

static void json_code(struct forms *f, uint32_t code, bool upper)
{
	strbuf_puts(&f->text, "\\u");
	if (code >= 0x10000) {
		put_hex(f, 0xD7C0 + (code >> 10), 4, upper);
		strbuf_puts(&f->text, "\\u");
		code = 0xDC00 + (code & 0x3FF);
	}
	put_hex(f, code, 4, upper);
}

static void json_char(struct forms *f, uint32_t code, struct str bytes, struct json_style style)
{
	static const char named[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
	const char *name = code && code < 0x80 ? strchr(named, (int)code) : NULL;
	if (name)
		strbuf_printf(&f->text, "\\%c", letters[name - named]);
	else if (code == '/' && style.slash)
		strbuf_puts(&f->text, "\\/");
	else if (code < 0x20 || (style.html && code < 0x80 && strchr("<>&'", (int)code)) ||
		 (style.ascii && code >= 0x7F))
		json_code(f, code, style.upper);
	else
		strbuf_put(&f->text, bytes);
}

static void json_text(struct forms *f, struct str s, struct json_style style)
{
	while (s.len) {
		uint32_t code;
		size_t len = utf8_decode(s, &code);
		if (!len) {
			len = 1;
			code = 0xFFFD;
		}
		json_char(f, code, (struct str){s.at, len}, style);
		s = (struct str){s.at + len, s.len - len};
	}
}

/* Text in a string in JSON in a string: one level more. */
static void json_twice(struct forms *f, struct str s)
{
	json_text(f, s, (struct json_style){0});
	struct strbuf once = f->text;
	f->text = (struct strbuf){0};
	json_text(f, strbuf_str(&once), (struct json_style){0});
	strbuf_release(&once);
	give(f);
}

static void json_forms(struct forms *f, struct str s)
{
	for (unsigned bits = 0; bits < 16; bits++) {
		json_text(f, s, (struct json_style){bits & 1, bits & 2, bits & 4, bits & 8});
		give(f);
	}
	json_twice(f, s);
}

static void xml_forms(struct forms *f, struct str s)
{
	static const struct escape styles[][6] = {
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}},
		{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}},
	};
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		escape_form(f, s, styles[i]);
}

/* As `printf %q` writes it: a backslash before whatever is no plain letter. */
static void backslash_form(struct forms *f, struct str s, const char *plain)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_unreserved(s.at[i], plain) && !(s.at[i] & 0x80))
			strbuf_putc(&f->text, '\\');
		strbuf_putc(&f->text, s.at[i]);
	}
	give(f);
}

static void shell_forms(struct forms *f, struct str s)
{
	static const struct escape styles[][6] = {
		{{'\'', "'\\''"}},
		{{'\'', "'\"'\"'"}},
		{{'\'', "\\'"}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}},
		{{'"', "\\\""}, {'\\', "\\\\"}, {'$', "\\$"}, {'`', "\\`"}},
		{{'"', "\\\""}, {'\\', "\\\\"}, {'$', "\\$"}, {'`', "\\`"}, {'!', "\\!"}},
		{{'\'', "''"}},
	};
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		escape_form(f, s, styles[i]);
	backslash_form(f, s, "-._/:@%+=");
	backslash_form(f, s, "-._/:@%+=,~#");
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void all_forms(struct forms *f, struct str s)
{
	f->add(f->context, s);
	base64_forms(f, s);
	hex_form(f, s, "", false);
	hex_form(f, s, "", true);
	hex_form(f, s, "\\x", false);
	url_forms(f, s);
	json_forms(f, s);
	xml_forms(f, s);
	shell_forms(f, s);
}

/* Each line too: it may be indented, quoted or end in CRLF where it is printed. */
static void line_forms(struct forms *f, struct str s)
{
	while (s.len) {
		const char *newline = memchr(s.at, '\n', s.len);
		size_t len = newline ? (size_t)(newline - s.at) : s.len;
		size_t taken = len + (newline != NULL);
		all_forms(f, str_trim((struct str){s.at, len}));
		s = (struct str){s.at + taken, s.len - taken};
	}
}

void mask_forms(struct str secret, void (*add)(void *context, struct str form), void *context)
{
	struct forms f = {.add = add, .context = context};
	all_forms(&f, secret);
	if (memchr(secret.at, '\n', secret.len))
		line_forms(&f, secret);
	else if (str_trim(secret).len != secret.len)
		all_forms(&f, str_trim(secret));
	strbuf_release(&f.text);
}
