#include "test.h"

#include "base/duration.h"

TEST(duration_parse)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{"500ms", 500 * NS_PER_MS},
		{"30s", 30 * NS_PER_S},
		{"1h30m", 5400 * NS_PER_S},
		{"2d", 2 * 86400 * NS_PER_S},
		{"1w2d3h4m5s6ms", 788645 * NS_PER_S + 6 * NS_PER_MS},
		{"1.5s", 1500 * NS_PER_MS},
		{"0.1s", 100 * NS_PER_MS},
		{"0s", 0},
		{"0.000000000000000001s", 0},
		{"0.000001ms", 1},
		{"106751d", INT64_C(106751) * 86400 * NS_PER_S},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ns = -1;
		const char *why;
		test_about("%s", rows[i].text);
		CHECK(duration_parse(str_of(rows[i].text), &ns, &why));
		CHECK_INT(ns, rows[i].ns);
	}
}

static const char *duration_error(const char *text)
{
	int64_t ns;
	const char *why = "it was read";
	duration_parse(str_of(text), &ns, &why);
	return why;
}

static const char *size_error(const char *text)
{
	int64_t bytes;
	const char *why = "it was read";
	size_parse(str_of(text), &bytes, &why);
	return why;
}

TEST(duration_refuses)
{
	CHECK_STR(duration_error(""), "the duration is empty");
	CHECK_STR(duration_error("30"), "a number needs a unit");
	CHECK_STR(duration_error("0"), "a number needs a unit");
	CHECK_STR(duration_error("1h30"), "a number needs a unit");
	CHECK_STR(duration_error("s"), "a number is missing");
	CHECK_STR(duration_error("1.s"), "a number is missing");
	CHECK_STR(duration_error(".5s"), "a number is missing");
	CHECK_STR(duration_error("-5s"), "a sign has no meaning here");
	CHECK_STR(duration_error("5 s"), "a number needs a unit");
	CHECK_STR(duration_error("5S"), "the units of time are ms, s, m, h, d and w");
	CHECK_STR(duration_error("5sec"), "the units of time are ms, s, m, h, d and w");
	CHECK_STR(duration_error("5m1h"), "units go from large to small, each at most once");
	CHECK_STR(duration_error("5m5m"), "units go from large to small, each at most once");
	CHECK_STR(duration_error("106752d"), "the duration is too long");
	CHECK_STR(duration_error("106751d23h47m16.9s"), "the duration is too long");
	CHECK_STR(duration_error("18446744073709551615w"), "the duration is too long");
	CHECK_STR(duration_error("18446744073709551616ms"), "the number is too large");
	CHECK_STR(duration_error("1.0000000000000000001s"), "the fraction has too many digits");
	CHECK_STR(duration_error("5s\n"), "a number is missing");
}

TEST(size_parse)
{
	int64_t n;
	const char *why;
	CHECK(size_parse(STR("10MB"), &n, &why) && n == 10000000);
	CHECK(size_parse(STR("4KiB"), &n, &why) && n == 4096);
	CHECK(size_parse(STR("0B"), &n, &why) && n == 0);
	CHECK(size_parse(STR("1.5kB"), &n, &why) && n == 1500);
	CHECK(size_parse(STR("2GiB"), &n, &why) && n == INT64_C(1) << 31);
	CHECK_STR(size_error("10"), "a number needs a unit");
	CHECK_STR(size_error("10mb"), "the units of size are B, kB, MB, GB, KiB, MiB and GiB");
	CHECK_STR(size_error("1MB2B"), "the units of size are B, kB, MB, GB, KiB, MiB and GiB");
	CHECK_STR(size_error("99999999999GiB"), "the size is too large");
	CHECK_STR(size_error(""), "the size is empty");
	CHECK_STR(size_error("-1B"), "a sign has no meaning here");
}

static const char *shown(void (*show)(struct strbuf *, int64_t), int64_t ns)
{
	static char text[100];
	struct strbuf b = {0};
	show(&b, ns);
	snprintf(text, sizeof text, "%s", b.at);
	strbuf_release(&b);
	return text;
}

TEST(duration_print)
{
	CHECK_STR(shown(duration_print, 0), "0s");
	CHECK_STR(shown(duration_print, 500 * NS_PER_MS), "500ms");
	CHECK_STR(shown(duration_print, 1500 * NS_PER_MS), "1.5s");
	CHECK_STR(shown(duration_print, 5400 * NS_PER_S), "1h30m");
	CHECK_STR(shown(duration_print, 172800 * NS_PER_S), "2d");
	CHECK_STR(shown(duration_print, 1), "0.000001ms");
	CHECK_STR(shown(duration_print, -60 * NS_PER_S), "-1m");
	CHECK_STR(shown(duration_print, INT64_MIN), "-106751d23h47m16.854775808s");
	for (int64_t ns = 1; ns > 0 && ns < INT64_MAX / 7; ns = ns * 7 + 3) {
		int64_t back = -1;
		const char *why, *text = shown(duration_print, ns);
		test_about("%s", text);
		CHECK(duration_parse(str_of(text), &back, &why));
		CHECK_INT(back, ns);
	}
}

TEST(duration_human)
{
	CHECK_STR(shown(duration_human, 4230 * NS_PER_MS), "4.2s");
	CHECK_STR(shown(duration_human, 0), "0.0s");
	CHECK_STR(shown(duration_human, 59949 * NS_PER_MS), "59.9s");
	CHECK_STR(shown(duration_human, 59960 * NS_PER_MS), "1m00s");
	CHECK_STR(shown(duration_human, 192 * NS_PER_S), "3m12s");
	CHECK_STR(shown(duration_human, 3599600 * NS_PER_MS), "1h00m");
	CHECK_STR(shown(duration_human, 7500 * NS_PER_S), "2h05m");
	CHECK_STR(shown(duration_human, 100 * 3600 * NS_PER_S), "4d04h");
	CHECK_STR(shown(duration_human, NS_NEVER), "never");
	CHECK_STR(shown(duration_human, -4230 * NS_PER_MS), "-4.2s");
}
