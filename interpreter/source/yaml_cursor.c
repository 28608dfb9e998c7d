/* From libyaml's marks to bytes. */
#include "source/yaml_private.h"

static size_t ascii_prefix(struct str text)
{
	size_t i = 0;
	uint64_t word;
	for (; i + sizeof word <= text.len; i += sizeof word) {
		memcpy(&word, text.at + i, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < text.len && (unsigned char)text.at[i] < 0x80)
		i++;
	return i;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

struct yaml_cursor yaml_cursor_at(struct str text)
{
	return (struct yaml_cursor){.text = text, .ascii = ascii_prefix(text)};
}

/* Invariant: `index` code points begin before `byte`. Eight bytes at a time as long as they cannot
 * hold the one that is looked for. */
size_t yaml_byte_at(struct yaml_cursor *c, size_t index)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	struct str text = c->text;
	if (index <= c->ascii)
		return index;
	if (c->index < c->ascii)
		c->index = c->byte = c->ascii;
	while (c->index + sizeof ones <= index && text.len - c->byte >= sizeof ones) {
		uint64_t word;
		memcpy(&word, text.at + c->byte, sizeof word);
		c->index += 8 - ((((word >> 7) & ~(word >> 6) & ones) * ones) >> 56);
		c->byte += sizeof word;
	}
	while (c->byte < text.len && (c->index < index || is_continuation(text.at[c->byte])))
		c->index += !is_continuation(text.at[c->byte++]);
	while (c->index > index)
		c->index -= !is_continuation(text.at[--c->byte]);
	return c->byte;
}
