/*
 * Memory by lifetime: what is allocated together is freed together.
 *
 * An arena hands out zeroed memory aligned to 8 bytes; nothing in it is freed alone.
 * There is no failure to check: when the system has no memory left, out_of_memory() prints
 * one line (and what the last out_of_memory_context() said) and ends the program.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena {
	struct arena_block *block; /* newest block first */
	char *next, *end;	   /* the free rest of the newest block */
	size_t bytes;		   /* taken from the system so far */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);
/* Empties the arena but keeps one block, for arenas that are filled again and again. */
void arena_reset(struct arena *a);

/* Everything in `from` lives as long as `a` from now on; `from` is empty afterwards. */
void arena_adopt(struct arena *a, struct arena *from);

void *arena_alloc(struct arena *a, size_t size);
/* `count` elements of `size` bytes; the multiplication is checked here, in the one place. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Copies get a NUL behind them, which their length does not count. */
char *arena_copy(struct arena *a, const char *at, size_t len);
char *arena_string(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* The heap, for what has a lifetime of its own; same rule about failure. */
void *heap_alloc(size_t size);
void *heap_array(void *old, size_t count, size_t size); /* realloc of count * size, checked */
_Noreturn void out_of_memory(void);
/* What the program is at (a file, a step), for the line above; the text must outlive its use. */
void out_of_memory_context(const char *what);

#endif
