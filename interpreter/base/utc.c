#include "base/utc.h"

#include "base/duration.h"

#define DAY 86400
#define DAYS_400 146097 /* the calendar repeats */
#define DAYS_100 36524
#define DAYS_4 1461
#define DAYS_TO_1970 719468 /* from the first of March of the year 0 */

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Years are counted from March on, so that the day more is at their end. */
static void fill_date(struct tm *tm, int64_t days)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t since = days + DAYS_TO_1970, era = since / DAYS_400, day = since % DAYS_400;
	int64_t year = (day - day / (DAYS_4 - 1) + day / DAYS_100 - day / (DAYS_400 - 1)) / 365;
	int in_year = (int)(day - (365 * year + year / 4 - year / 100));
	int month =
		(5 * in_year + 2) / 153; /* months from March: 31 30 31 30 31, again and again */
	tm->tm_mday = in_year - (153 * month + 2) / 5 + 1;
	tm->tm_mon = month < 10 ? month + 2 : month - 10;
	year += era * 400 + (month >= 10);
	tm->tm_year = (int)(year - 1900);
	tm->tm_yday = before[tm->tm_mon] + tm->tm_mday - 1 + (tm->tm_mon > 1 && is_leap(year));
	tm->tm_wday = (int)((since + 3) % 7); /* that first of March was a Wednesday */
}

struct tm utc_fields(int64_t seconds)
{
	struct tm tm = {.tm_zone = "UTC"};
	int64_t days = seconds / DAY - (seconds % DAY < 0);
	int rest = (int)(seconds - days * DAY);
	tm.tm_hour = rest / 3600;
	tm.tm_min = rest / 60 % 60;
	tm.tm_sec = rest % 60;
	fill_date(&tm, days);
	return tm;
}

int64_t utc_seconds(int64_t wall_ns)
{
	return wall_ns / NS_PER_S - (wall_ns % NS_PER_S < 0);
}

void utc_print(struct strbuf *b, int64_t wall_ns)
{
	struct tm t = utc_fields(utc_seconds(wall_ns));
	strbuf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
		t.tm_hour, t.tm_min, t.tm_sec);
}

/* Days from 1970 to a date: the other way round from fill_date(). */
static int64_t days_to(int64_t year, int month, int day)
{
	int64_t since_march = month < 2 ? year - 1 : year;
	int from_march = month < 2 ? month + 10 : month - 2;
	int64_t in_year = (153 * from_march + 2) / 5 + day - 1;

	return since_march * 365 + since_march / 4 - since_march / 100 + since_march / 400 +
	       in_year - DAYS_TO_1970;
}

static bool find_month(const char *name, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (*month = 0; *month < 12; (*month)++) {
		if (strncmp(names + 3 * *month, name, 3) == 0)
			return true;
	}
	return false;
}

bool utc_parse_http(struct str text, int64_t *seconds)
{
	char copy[40], name[4];
	int day, month, year, hour, minute, second, end = 0;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	if (sscanf(copy, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, name, &year,
		    &hour, &minute, &second, &end) != 6 ||
		(size_t)end != text.len || !find_month(name, &month))
		return false;
	if (day < 1 || day > 31 || year < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 60)
		return false;
	*seconds = days_to(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
	return true;
}
