#include "base/str.h"

#include "base/arena.h"

#include <sys/random.h>

int str_compare(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(struct str s, struct str prefix)
{
	if (s.len < prefix.len)
		return false;
	return str_equal((struct str){s.at, prefix.len}, prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
	if (s.len < suffix.len)
		return false;
	if (!suffix.len)
		return true;
	return memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.len && is_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

ptrdiff_t str_find(struct str s, struct str needle, size_t from)
{
	if (from > s.len || needle.len > s.len - from)
		return -1;
	if (!needle.len)
		return (ptrdiff_t)from;
	/* Most texts have not even the first byte, and that is found out many bytes at a time. */
	const char *hit = memchr(s.at + from, needle.at[0], s.len - from);
	if (hit)
		hit = memmem(hit, s.len - (size_t)(hit - s.at), needle.at, needle.len);
	return hit ? hit - s.at : -1;
}

/* ---- hashing -------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t x, uint64_t y)
{
	wide product = (wide)x * y;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Different in each process, so that nobody can write a document whose keys all collide. */
static uint64_t hash_seed(void)
{
	static uint64_t seed;
	if (!seed) {
		if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
			seed = (uint64_t)(uintptr_t)&seed ^ (uint64_t)time(NULL);
		seed |= 1;
	}
	return seed;
}

/* Up to seven bytes as a number, different for different bytes of one length. */
static uint64_t few_bytes(const char *at, size_t len)
{
	uint64_t number = 0;
	if (len >= 4) {
		uint32_t first, last;
		memcpy(&first, at, 4);
		memcpy(&last, at + len - 4, 4);
		return first | (uint64_t)last << 32;
	}
	for (size_t i = 0; i < len; i++)
		number = number << 8 | (unsigned char)at[i];
	return number;
}

uint64_t str_hash_wide(struct str s)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = hash_seed() ^ s.len;
	size_t i = 0;
	for (; s.len - i >= 8; i += 8) {
		uint64_t word;
		memcpy(&word, s.at + i, 8);
		h = fold(h ^ word, odd) + i;
	}
	h = fold(fold(h ^ few_bytes(s.at + i, s.len - i), odd) + hash_seed(), odd);
	return h;
}

uint32_t str_hash(struct str s)
{
	uint64_t h = str_hash_wide(s);
	return (uint32_t)(h ^ (h >> 32));
}

/* ---- buffers -------------------------------------------------------------------------------- */

void strbuf_release(struct strbuf *b)
{
	free(b->at);
	*b = (struct strbuf){0};
}

void strbuf_clear(struct strbuf *b)
{
	b->len = 0;
	if (b->at)
		b->at[0] = '\0';
}

void strbuf_reserve(struct strbuf *b, size_t more)
{
	size_t need;
	if (__builtin_add_overflow(b->len, more, &need) || __builtin_add_overflow(need, 1, &need))
		out_of_memory();
	if (need <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need) {
		if (__builtin_mul_overflow(cap, 2, &cap))
			cap = need;
	}
	b->at = heap_array(b->at, cap, 1);
	b->cap = cap;
}

void strbuf_add(struct strbuf *b, const char *at, size_t len)
{
	strbuf_reserve(b, len);
	if (len)
		memcpy(b->at + b->len, at, len);
	b->len += len;
	b->at[b->len] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *text)
{
	strbuf_add(b, text, strlen(text));
}

void strbuf_putc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_put(struct strbuf *b, struct str s)
{
	strbuf_add(b, s.at, s.len);
}

void strbuf_vprintf(struct strbuf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	strbuf_reserve(b, 120);
	size_t room = b->cap - b->len;
	int len = vsnprintf(b->at + b->len, room, format, args);
	if (len >= 0 && (size_t)len >= room) {
		strbuf_reserve(b, (size_t)len);
		vsnprintf(b->at + b->len, (size_t)len + 1, format, again);
	}
	va_end(again);
	if (len > 0)
		b->len += (size_t)len;
	b->at[b->len] = '\0';
}

void strbuf_printf(struct strbuf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	strbuf_vprintf(b, format, args);
	va_end(args);
}

struct str strbuf_take(struct strbuf *b, struct arena *a)
{
	struct str s = {arena_copy(a, b->at, b->len), b->len};
	strbuf_clear(b);
	return s;
}
