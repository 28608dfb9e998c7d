#include "test.h"

static bool is_zero(const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i])
			return false;
	}
	return true;
}

TEST(arena_gives_zeroed_aligned_memory)
{
	struct arena a;
	arena_init(&a);
	for (size_t size = 0; size < 5000; size += 37) {
		char *at = arena_alloc(&a, size);
		test_about("%zu bytes", size);
		CHECK((uintptr_t)at % 8 == 0 && is_zero(at, size));
		memset(at, 0xFF, size);
	}
	arena_release(&a);
	CHECK(a.bytes == 0 && !a.block);
}

TEST(arena_reset_gives_zeroed_memory_again)
{
	struct arena a;
	arena_init(&a);
	for (int round = 0; round < 4; round++) {
		for (size_t size = 1; size < 60000; size += size / 3 + 5) {
			char *at = arena_alloc(&a, size);
			CHECK(is_zero(at, size));
			memset(at, 0xFF, size);
		}
		arena_reset(&a);
		CHECK(a.bytes > 0 && a.bytes < 300000);
	}
	arena_alloc(&a, 10 << 20);
	arena_release(&a);
	arena_alloc(&a, 10 << 20);
	arena_reset(&a);
	CHECK(a.bytes == 0); /* a huge block is not kept */
	arena_release(&a);
	arena_reset(&a);
}

TEST(arena_large_blocks_leave_the_rest_in_use)
{
	struct arena a;
	arena_init(&a);
	char *first = arena_alloc(&a, 16);
	char *large = arena_alloc(&a, 1 << 20);
	char *second = arena_alloc(&a, 16);
	CHECK(second > first && second - first <= 64);
	memset(large, 1, 1 << 20);
	CHECK(is_zero(second, 16));
	arena_release(&a);
}

TEST(arena_text)
{
	struct arena a;
	arena_init(&a);
	CHECK_STR(arena_printf(&a, "%s-%d", "a", 7), "a-7");
	char *text = arena_printf(&a, "%0*d", 1000, 0);
	CHECK_INT(strlen(text), 1000);
	CHECK_STR(arena_copy(&a, "abc", 2), "ab");
	CHECK_STR(arena_copy(&a, NULL, 0), "");
	CHECK_STR(arena_string(&a, "x"), "x");
	arena_release(&a);
}

TEST(heap_array_grows)
{
	int *numbers = heap_array(NULL, 3, sizeof *numbers);
	numbers[2] = 7;
	numbers = heap_array(numbers, 3000, sizeof *numbers);
	CHECK_INT(numbers[2], 7);
	free(numbers);
}

TEST(arena_adopts_another)
{
	struct arena a, b;
	arena_init(&a);
	arena_init(&b);
	arena_adopt(&a, &b);
	CHECK(a.bytes == 0);
	const char *kept = arena_string(&b, "kept");
	arena_alloc(&b, 1 << 20);
	arena_adopt(&a, &b);
	CHECK(b.bytes == 0 && a.bytes > 1 << 20);
	const char *own = arena_string(&b, "own");
	arena_adopt(&a, &b);
	CHECK_STR(kept, "kept");
	CHECK_STR(own, "own");
	arena_release(&a);
	arena_release(&b);
}
