/* Moments as people write them. */
#include "test.h"

#include "base/duration.h"
#include "tool/when.h"

#define NOW (INT64_C(1767225600) * NS_PER_S) /* 2026-01-01T00:00:00Z */

TEST(when_reads_what_people_write)
{
	static const struct {
		const char *text;
		int64_t seconds; /* from NOW; -1: refused */
	} rows[] = {{"2026-01-01T00:00:00Z", 0}, {"2026-01-01T01:30:00+01:00", 1800},
		{"2025-12-31T19:00:00-05:00", 0}, {"2026-01-02t00:00:00z", 86400},
		{"2026-01-01T00:00:00", -1}, {"2026-13-01T00:00:00Z", -1},
		{"2026-01-01T24:00:00Z", -1}, {"2026-01-01T00:00:00+1:00", -1}, {"yesterday", -1},
		{"7", -1}, {"", -1}, {"2026-1-1", -1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ns = 0;
		bool is_good = when_parse(str_of(rows[i].text), NOW, &ns);

		test_about("%s", rows[i].text);
		CHECK(is_good == (rows[i].seconds >= 0));
		if (is_good)
			CHECK_INT(ns, NOW + rows[i].seconds * NS_PER_S);
	}
}

TEST(when_counts_back_and_keeps_fractions)
{
	int64_t ns;

	CHECK(when_parse(STR("7d"), NOW, &ns));
	CHECK_INT(ns, NOW - 7 * INT64_C(86400) * NS_PER_S);
	CHECK(when_parse(STR("10000d"), NS_PER_S, &ns));
	CHECK_INT(ns, 0);
	CHECK(when_parse(STR("2026-01-01T00:00:00.25Z"), 0, &ns));
	CHECK_INT(ns, NOW + NS_PER_S / 4);
}

TEST(when_reads_a_day_by_the_clock_here)
{
	int64_t ns;

	setenv("TZ", "XXX-2", 1);
	tzset();
	CHECK(when_parse(STR("2026-01-01"), 0, &ns));
	CHECK_INT(ns, NOW - 2 * 3600 * NS_PER_S);
	unsetenv("TZ");
	tzset();
}

TEST(when_writes)
{
	struct strbuf b = {0};

	when_utc(&b, NOW + 1234 * NS_PER_MS);
	CHECK_STR(b.at, "2026-01-01T00:00:01.234Z");
	strbuf_clear(&b);
	setenv("TZ", "XXX-2", 1);
	tzset();
	when_local(&b, NOW);
	CHECK_STR(b.at, "2026-01-01 02:00:00");
	unsetenv("TZ");
	tzset();
	strbuf_release(&b);
}
