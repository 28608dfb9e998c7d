#include "test.h"

#include "base/duration.h"
#include "base/utc.h"

TEST(utc_known)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00"},
		{-1, "1969-12-31T23:59:59"},
		{INT64_C(951782399) * NS_PER_S, "2000-02-28T23:59:59"},
		{INT64_C(951782400) * NS_PER_S, "2000-02-29T00:00:00"},
		{INT64_C(951868800) * NS_PER_S, "2000-03-01T00:00:00"},
		{INT64_C(4107542400) * NS_PER_S, "2100-03-01T00:00:00"},
		{INT64_C(1795529730) * NS_PER_S + 999, "2026-11-24T14:15:30"},
		{INT64_MAX, "2262-04-11T23:47:16"},
		{INT64_MIN, "1677-09-21T00:12:43"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct strbuf b = {0};
		utc_print(&b, rows[i].ns);
		CHECK_TEXT(strbuf_str(&b), rows[i].text);
		strbuf_release(&b);
	}
}

/* Each day of years 1 to 9999, against the C library. */
TEST(utc_every_day)
{
	size_t wrong = 0;
	int yday = 0, wday = 0; /* it was a Monday */
	for (int64_t s = INT64_C(-62135596800); s < INT64_C(253402300800); s += 86400) {
		struct tm t = utc_fields(s + 86399), back = t;
		yday = t.tm_mon == 0 && t.tm_mday == 1 ? 0 : yday + 1;
		wday = (wday + 1) % 7;
		wrong += timegm(&back) != s + 86399 || back.tm_mon != t.tm_mon ||
			 back.tm_mday != t.tm_mday || t.tm_yday != yday || t.tm_wday != wday ||
			 t.tm_hour != 23 || t.tm_min != 59 || t.tm_sec != 59;
	}
	CHECK_INT(wrong, 0);
}

TEST(utc_dates_of_http)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: it is none */
	} rows[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Tue, 29 Feb 2000 23:59:59 GMT", 951868799},
		{"Tue, 24 Nov 2026 14:15:30 GMT", 1795529730},
		{"Sun, 06 Nov 1994 08:49:37 UTC", -1},
		{"Sun, 06 Nov 1994 08:49:37 GMT.", -1},
		{"Sun, 06 Nuv 1994 08:49:37 GMT", -1},
		{"Sun, 32 Nov 1994 08:49:37 GMT", -1},
		{"Sunday, 06-Nov-94 08:49:37 GMT", -1},
		{"soon", -1},
		{"", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds = -1;
		bool is_date = utc_parse_http(str_of(rows[i].text), &seconds);
		CHECK(is_date == (rows[i].seconds >= 0));
		if (is_date)
			CHECK_INT(seconds, rows[i].seconds);
	}
}
