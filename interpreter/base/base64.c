#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct strbuf *b, struct str bytes)
{
	strbuf_reserve(b, bytes.len / 3 * 4 + 4);
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t bits = (uint32_t)(uint8_t)bytes.at[i] << 16;

		bits |= left > 1 ? (uint32_t)(uint8_t)bytes.at[i + 1] << 8 : 0;
		bits |= left > 2 ? (uint8_t)bytes.at[i + 2] : 0;
		strbuf_putc(b, digits[bits >> 18]);
		strbuf_putc(b, digits[bits >> 12 & 63]);
		strbuf_putc(b, left > 1 ? digits[bits >> 6 & 63] : '=');
		strbuf_putc(b, left > 2 ? digits[bits & 63] : '=');
	}
}

static bool decode_four(struct strbuf *b, const char *at, bool is_last)
{
	size_t pads = at[3] != '=' ? 0 : at[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	if (pads && !is_last)
		return false;
	for (size_t i = 0; i < 4; i++) {
		const char *digit = i < 4 - pads && at[i] ? strchr(digits, at[i]) : NULL;

		if (i < 4 - pads && !digit)
			return false;
		bits = bits << 6 | (digit ? (uint32_t)(digit - digits) : 0);
	}
	for (size_t i = 0; i < 3 - pads; i++)
		strbuf_putc(b, (char)(bits >> (16 - 8 * i)));
	return true;
}

bool base64_decode(struct strbuf *b, struct str text)
{
	if (text.len % 4)
		return false;
	for (size_t i = 0; i < text.len; i += 4) {
		if (!decode_four(b, text.at + i, i + 4 == text.len))
			return false;
	}
	return true;
}
