#include "base/str.h"

/* How many bytes the sequence starting with `first` has, and the range its second byte must be in:
 * that range is what keeps out long forms, surrogates and what is over U+10FFFF. */
static size_t sequence(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xBF;
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	if (first < 0xE0)
		return 2;
	if (first == 0xE0)
		*low = 0xA0;
	if (first == 0xED)
		*high = 0x9F;
	if (first == 0xF0)
		*low = 0x90;
	if (first == 0xF4)
		*high = 0x8F;
	return first < 0xF0 ? 3 : 4;
}

size_t utf8_decode(struct str s, uint32_t *code)
{
	unsigned char low, high, first = (unsigned char)s.at[0];
	size_t n = sequence(first, &low, &high);
	if (n == 1)
		*code = first;
	if (n <= 1)
		return n;
	if (s.len < n)
		return 0;
	uint32_t c = first & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char byte = (unsigned char)s.at[i];
		if (byte < low || byte > high)
			return 0;
		low = 0x80;
		high = 0xBF;
		c = c << 6 | (byte & 0x3F);
	}
	*code = c;
	return n;
}

size_t utf8_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)((0xF00u >> n & 0xFF) | code);
	return n;
}

bool utf8_valid(struct str s, size_t *bad)
{
	size_t i = 0;
	while (i < s.len) {
		uint64_t eight;
		/* Most text is ASCII: eight bytes at a time while that holds. */
		while (s.len - i >= 8) {
			memcpy(&eight, s.at + i, 8);
			if (eight & UINT64_C(0x8080808080808080))
				break;
			i += 8;
		}
		if (i == s.len)
			break;
		uint32_t code;
		size_t n = utf8_decode((struct str){s.at + i, s.len - i}, &code);
		if (!n) {
			if (bad)
				*bad = i;
			return false;
		}
		i += n;
	}
	return true;
}
