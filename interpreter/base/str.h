/*
 * Text with its length: a borrowed slice (`struct str`) and a growing buffer (`struct strbuf`).
 * Bytes, not characters: a NUL is a byte like any other, and nothing here needs one at the end.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *at;
	size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf's `%.*s`. */
#define STR_ARGS(s) (int)(s).len, (s).at

static inline struct str str_of(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool str_is(struct str a, const char *text)
{
	size_t len;

	/* Mostly it is not, and that shows at once. */
	if (!a.len || a.at[0] != text[0])
		return !a.len && !text[0];
	len = strlen(text);
	return a.len == len && memcmp(a.at, text, len) == 0;
}

int str_compare(struct str a, struct str b); /* by bytes, shorter first; <0, 0, >0 */
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
struct str str_trim(struct str s); /* without ASCII white space at both ends */
/* Position of `needle` in `s` from `from` on, or -1. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
uint32_t str_hash(struct str s);
uint64_t str_hash_wide(struct str s);

/* Valid UTF-8 (RFC 3629: shortest form, no surrogates). Gives the offset of the first bad byte. */
bool utf8_valid(struct str s, size_t *bad);
/* Decodes one code point at `s.at` (s.len > 0); returns its bytes, 0 if it is not valid UTF-8. */
size_t utf8_decode(struct str s, uint32_t *code);
/* Under another name for the linker: the static jansson exports a utf8_encode of its own. */
size_t utf8_encode(uint32_t code, char out[4]) __asm__("runbook_utf8_encode");

/* A growing buffer on the heap. All zero is an empty buffer. Released by its owner. */
struct strbuf {
	char *at; /* NUL behind the text once anything was added; NULL while empty */
	size_t len, cap;
};

void strbuf_release(struct strbuf *b);
void strbuf_clear(struct strbuf *b); /* keeps the memory */
void strbuf_reserve(struct strbuf *b, size_t more);
void strbuf_add(struct strbuf *b, const char *at, size_t len);
void strbuf_puts(struct strbuf *b, const char *text);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_put(struct strbuf *b, struct str s);
void strbuf_printf(struct strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
static inline struct str strbuf_str(const struct strbuf *b)
{
	return (struct str){b->at ? b->at : "", b->len};
}
/* The text copied into an arena; the buffer is cleared for its next use. */
struct str strbuf_take(struct strbuf *b, struct arena *a);

/* Numbers with a point in every locale. parse: the whole text must be the number. */
bool parse_int(struct str s, int64_t *out);  /* decimal, optional sign, refuses overflow */
bool parse_float(struct str s, double *out); /* decimal notation only; no inf, nan, hex */
void strbuf_float(
	struct strbuf *b, double f); /* shortest text that reads back; 1e15 -> 1e+15, 2.0 -> 2.0 */

/* The candidate nearest to `word` by Damerau-Levenshtein distance, or NULL when none is near
 * enough to be a slip (distance at most 1 + len/4, first letters folded). */
const char *nearest_word(struct str word, const char *const *candidates, size_t count);

#endif
