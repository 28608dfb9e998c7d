/*
 * A tiny harness: TEST(name) { CHECK(x); CHECK_STR(got, "expected"); } and nothing to register.
 */
#ifndef TEST_H
#define TEST_H

#include "base/arena.h"
#include "base/str.h"

struct test {
	const char *file, *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *t);
/* Each counts one check; false and a line with the place if it did not hold. */
bool test_check(bool holds, const char *file, int line, const char *what);
bool test_check_str(struct str got, struct str expected, const char *file, int line);
bool test_check_int(long long got, long long expected, const char *file, int line);
/* Says what the checks of this test are about from here on (a row of a table), printed with a
 * failure. NULL: nothing in particular. */
void test_about(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Counts one skipped thing and says why. */
void test_skip(const char *why);

/* A file of the public suites beside the repository; NULL when they are not there (counted as
 * skipped). The caller frees it. */
char *test_suite_file(const char *path, size_t *len);
/* The folder itself, or NULL. */
const char *test_suites(void);
/* A clock for what waits, and the processor time of this process for what computes: a busy machine
 * does not make it longer. Bounds on either are far off: they find what hangs or grows quadratic,
 * not what is slow. */
double test_seconds(void);
double test_cpu_seconds(void);

#define TEST(name)                                                                                 \
	static void test_##name(void);                                                             \
	static struct test entry_##name = {__FILE__, #name, test_##name, NULL};                    \
	__attribute__((constructor)) static void register_##name(void)                             \
	{                                                                                          \
		test_register(&entry_##name);                                                      \
	}                                                                                          \
	static void test_##name(void)

#define CHECK(x) test_check((x), __FILE__, __LINE__, #x)
#define CHECK_STR(got, expected) test_check_str(str_of(got), str_of(expected), __FILE__, __LINE__)
#define CHECK_TEXT(got, expected) test_check_str((got), str_of(expected), __FILE__, __LINE__)
/* Under valgrind (TEST_SLOW is set) everything takes thirty times as long. */
#define CHECK_CPU(start, seconds)                                                                  \
	CHECK(getenv("TEST_SLOW") || test_cpu_seconds() - (start) < (seconds))
#define CHECK_INT(got, expected)                                                                   \
	test_check_int((long long)(got), (long long)(expected), __FILE__, __LINE__)

#endif
