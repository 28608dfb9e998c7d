/*
 * Functions that encode: base64 (RFC 4648), SHA-256, percent-encoding (RFC 3986).
 */
#include "script/function_impl.h"

#include "base/base64.h"
#include "base/sha256.h"

FUNCTION(base64)
{
	struct str text;
	struct strbuf code = {0};
	(void)count;
	if (!arg_string(ev, "base64", args, 0, &text))
		return false;
	base64_encode(&code, text);
	return give_text(ev, "base64", &code, out);
}

FUNCTION(url_encode)
{
	struct str text;
	struct strbuf code = {0};
	(void)count;
	if (!arg_string(ev, "url_encode", args, 0, &text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
			c == '~')
			strbuf_putc(&code, c);
		else
			strbuf_printf(&code, "%%%02X", (unsigned)(uint8_t)c);
	}
	return give_text(ev, "url_encode", &code, out);
}

FUNCTION(sha256)
{
	char digest[SHA256_TEXT];
	struct str text;
	(void)count;
	if (!arg_string(ev, "sha256", args, 0, &text))
		return false;
	sha256_text(text, digest);
	*out = value_copy_str(ev->arena, str_of(digest));
	return true;
}
