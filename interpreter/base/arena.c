/*
 * Blocks come from calloc, so fresh memory is zero without touching it; only arena_reset() has to
 * clear what was used. Invariant: everything from `next` to `end` is zero.
 */
#include "base/arena.h"

#include <stdint.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
/* A gap behind each allocation, so that an overrun inside the arena is reported too. */
#include <sanitizer/asan_interface.h>
#define ARENA_GAP 16
#define poison(at, size) __asan_poison_memory_region((at), (size))
#define unpoison(at, size) __asan_unpoison_memory_region((at), (size))
#else
#define ARENA_GAP 0
#define poison(at, size) ((void)(at), (void)(size))
#define unpoison(at, size) ((void)(at), (void)(size))
#endif

#define ARENA_ALIGN 8
#define BLOCK_FIRST 4096
#define BLOCK_MOST ((size_t)1 << 20)

struct arena_block {
	struct arena_block *older;
	size_t size; /* of data */
	_Alignas(ARENA_ALIGN) char data[];
};

static const char *memory_context;

void out_of_memory_context(const char *what)
{
	memory_context = what;
}

/* No stdio: it might allocate. */
static void complain(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));
	(void)n;
}

_Noreturn void out_of_memory(void)
{
	complain("runbook: out of memory");
	if (memory_context) {
		complain(" at ");
		complain(memory_context);
	}
	complain("\n");
	_exit(71); /* EX_OSERR: none of the results a run can have */
}

void *heap_alloc(size_t size)
{
	void *at = calloc(1, size ? size : 1);
	if (!at)
		out_of_memory();
	return at;
}

void *heap_array(void *old, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	void *at = realloc(old, bytes ? bytes : 1);
	if (!at)
		out_of_memory();
	return at;
}

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

static void block_free(struct arena_block *b)
{
	unpoison(b->data, b->size);
	free(b);
}

void arena_release(struct arena *a)
{
	struct arena_block *b = a->block;
	while (b) {
		struct arena_block *older = b->older;
		block_free(b);
		b = older;
	}
	arena_init(a);
}

void arena_reset(struct arena *a)
{
	struct arena_block *kept = a->block;
	/* One huge result must not be kept for the sake of the small ones after it. */
	if (!kept || kept->size > BLOCK_MOST) {
		arena_release(a);
		return;
	}
	struct arena_block *b = kept->older;
	while (b) {
		struct arena_block *older = b->older;
		block_free(b);
		b = older;
	}
	kept->older = NULL;
	unpoison(kept->data, kept->size);
	memset(kept->data, 0, (size_t)(a->next - kept->data));
	poison(kept->data, kept->size);
	a->next = kept->data;
	a->end = kept->data + kept->size;
	a->bytes = sizeof *kept + kept->size;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
	size_t bytes;
	if (__builtin_add_overflow(sizeof(struct arena_block), size, &bytes))
		out_of_memory();
	struct arena_block *b = heap_alloc(bytes);
	b->size = size;
	poison(b->data, size);
	a->bytes += bytes;
	return b;
}

/* What is larger than the usual block gets one of its own, behind the newest: the free rest of
 * that one stays in use. */
static void *alloc_large(struct arena *a, size_t size)
{
	struct arena_block *b = block_new(a, size);
	if (a->block) {
		b->older = a->block->older;
		a->block->older = b;
	} else {
		a->block = b;
		a->next = a->end = b->data + size;
	}
	return b->data;
}

static void block_add(struct arena *a)
{
	size_t size = a->block ? a->block->size * 2 : BLOCK_FIRST;
	if (size > BLOCK_MOST)
		size = BLOCK_MOST;
	struct arena_block *b = block_new(a, size);
	b->older = a->block;
	a->block = b;
	a->next = b->data;
	a->end = b->data + size;
}

void arena_adopt(struct arena *a, struct arena *from)
{
	if (!a->block) {
		*a = *from;
	} else if (from->block) {
		struct arena_block *oldest = from->block;
		while (oldest->older)
			oldest = oldest->older;
		oldest->older = a->block->older;
		a->block->older = from->block;
		a->bytes += from->bytes;
	}
	arena_init(from);
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t padded;
	if (__builtin_add_overflow(size ? size : 1, ARENA_ALIGN - 1 + ARENA_GAP, &padded))
		out_of_memory();
	padded &= ~(size_t)(ARENA_ALIGN - 1);
	char *at;
	if (padded <= (size_t)(a->end - a->next)) {
		at = a->next;
		a->next += padded;
	} else if (padded > BLOCK_FIRST / 4) {
		at = alloc_large(a, padded);
	} else {
		block_add(a);
		at = a->next;
		a->next += padded;
	}
	unpoison(at, size);
	return at;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return arena_alloc(a, bytes);
}

char *arena_copy(struct arena *a, const char *at, size_t len)
{
	if (len == SIZE_MAX)
		out_of_memory();
	char *copy = arena_alloc(a, len + 1);
	if (len)
		memcpy(copy, at, len);
	return copy;
}

char *arena_string(struct arena *a, const char *text)
{
	return arena_copy(a, text, strlen(text));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	char small[256];
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(small, sizeof small, format, args);
	char *text;
	if (len < 0) {
		text = arena_string(a, "");
	} else if ((size_t)len < sizeof small) {
		text = arena_copy(a, small, (size_t)len);
	} else {
		text = arena_alloc(a, (size_t)len + 1);
		vsnprintf(text, (size_t)len + 1, format, again);
	}
	va_end(again);
	return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(a, format, args);
	va_end(args);
	return text;
}
