/*
 * Runs all unit tests, or those whose file or name contains the argument.
 */
#include "test.h"

#include <time.h>
#include <unistd.h>

static struct test *tests, **last = &tests;
static struct {
	size_t passed, failed, skipped;
	char about[256];
	const struct test *now;
} state;

void test_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

void test_about(const char *format, ...)
{
	va_list args;

	if (!format) {
		state.about[0] = 0;
		return;
	}
	va_start(args, format);
	vsnprintf(state.about, sizeof state.about, format, args);
	va_end(args);
}

static bool count(bool holds, const char *file, int line)
{
	if (holds) {
		state.passed++;
		return true;
	}
	state.failed++;
	printf("%s:%d: %s: ", file, line, state.now->name);
	if (state.about[0])
		printf("[%s] ", state.about);
	return false;
}

bool test_check(bool holds, const char *file, int line, const char *what)
{
	if (!count(holds, file, line))
		printf("`%s` does not hold\n", what);
	return holds;
}

bool test_check_str(struct str got, struct str expected, const char *file, int line)
{
	bool holds = got.at && expected.at && str_equal(got, expected);
	if (!count(holds, file, line))
		printf("\n    got      `%.*s`\n    expected `%.*s`\n", (int)got.len,
			got.at ? got.at : "", (int)expected.len, expected.at ? expected.at : "");
	return holds;
}

bool test_check_int(long long got, long long expected, const char *file, int line)
{
	if (!count(got == expected, file, line))
		printf("got %lld, expected %lld\n", got, expected);
	return got == expected;
}

void test_skip(const char *why)
{
	state.skipped++;
	printf("skipped: %s: %s\n", state.now->name, why);
}

static double seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double test_seconds(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

double test_cpu_seconds(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

const char *test_suites(void)
{
	const char *folder = getenv("RUNBOOK_SUITES");
	if (!folder || !folder[0])
		folder = "../shared/suites";
	return access(folder, R_OK | X_OK) == 0 ? folder : NULL;
}

static char *read_all(FILE *f, size_t *len)
{
	struct strbuf b = {0};
	char part[65536];
	size_t n;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		strbuf_add(&b, part, n);
	strbuf_add(&b, "", 0);
	*len = b.len;
	return b.at;
}

char *test_suite_file(const char *path, size_t *len)
{
	const char *folder = test_suites();
	char name[4096];
	snprintf(name, sizeof name, "%s/%s", folder ? folder : "", path);
	FILE *f = folder ? fopen(name, "rb") : NULL;
	if (!f) {
		test_skip("the public suites are not in ../shared/suites or $RUNBOOK_SUITES");
		return NULL;
	}
	char *text = read_all(f, len);
	fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct test *t = tests; t; t = t->next) {
		if (argc > 1 && !strstr(t->file, argv[1]) && !strstr(t->name, argv[1]))
			continue;
		state.now = t;
		state.about[0] = '\0';
		t->run();
	}
	if (state.skipped)
		printf("%zu skipped\n", state.skipped);
	printf("%zu passed, %zu failed\n", state.passed, state.failed);
	return state.failed ? 1 : 0;
}
