#include "tool/when.h"

#include "base/duration.h"
#include "base/utc.h"

/* `form` has a 0 for each digit; all else has to be as it is there. */
static bool has_form(struct str s, const char *form)
{
	if (s.len < strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool is_digit = s.at[i] >= '0' && s.at[i] <= '9';

		bool is_same = s.at[i] == form[i] || (form[i] == 'T' && s.at[i] == 't');

		if (form[i] == '0' ? !is_digit : !is_same)
			return false;
	}
	return true;
}

static int number(const char *at, int digits)
{
	int n = 0;

	for (int i = 0; i < digits; i++)
		n = n * 10 + (at[i] - '0');
	return n;
}

static bool is_in_range(const struct tm *tm)
{
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 &&
	       tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

static bool local_day(struct str s, int64_t *ns)
{
	struct tm tm = {.tm_year = number(s.at, 4) - 1900,
		.tm_mon = number(s.at + 5, 2) - 1,
		.tm_mday = number(s.at + 8, 2),
		.tm_isdst = -1};

	if (!is_in_range(&tm))
		return false;
	*ns = (int64_t)mktime(&tm) * NS_PER_S;
	return true;
}

static int64_t take_fraction(struct str *rest)
{
	int64_t ns = 0, unit = NS_PER_S;

	if (!rest->len || rest->at[0] != '.')
		return 0;
	do {
		rest->at++;
		rest->len--;
		if (!rest->len || rest->at[0] < '0' || rest->at[0] > '9')
			break;
		unit /= 10;
		ns += unit * (rest->at[0] - '0');
	} while (true);
	return ns;
}

static bool take_offset(struct str rest, int64_t *seconds)
{
	*seconds = 0;
	if (rest.len == 1 && (rest.at[0] | 0x20) == 'z')
		return true;
	if (rest.len != 6 || (rest.at[0] != '+' && rest.at[0] != '-') ||
		!has_form((struct str){rest.at + 1, 5}, "00:00"))
		return false;
	*seconds = number(rest.at + 1, 2) * 3600 + number(rest.at + 4, 2) * 60;
	if (rest.at[0] == '-')
		*seconds = -*seconds;
	return true;
}

static bool exact_time(struct str s, int64_t *ns)
{
	struct tm tm = {.tm_year = number(s.at, 4) - 1900,
		.tm_mon = number(s.at + 5, 2) - 1,
		.tm_mday = number(s.at + 8, 2),
		.tm_hour = number(s.at + 11, 2),
		.tm_min = number(s.at + 14, 2),
		.tm_sec = number(s.at + 17, 2)};
	struct str rest = {s.at + 19, s.len - 19};
	int64_t fraction, offset;

	if (!is_in_range(&tm))
		return false;
	fraction = take_fraction(&rest);
	if (!take_offset(rest, &offset))
		return false;
	*ns = ((int64_t)timegm(&tm) - offset) * NS_PER_S + fraction;
	return true;
}

bool when_parse(struct str text, int64_t now_ns, int64_t *ns)
{
	const char *why;

	if (has_form(text, "0000-00-00T00:00:00"))
		return exact_time(text, ns);
	if (text.len == 10 && has_form(text, "0000-00-00"))
		return local_day(text, ns);
	if (!duration_parse(text, ns, &why))
		return false;
	*ns = *ns < now_ns ? now_ns - *ns : 0;
	return true;
}

void when_utc(struct strbuf *b, int64_t ns)
{
	int64_t rest = ns - utc_seconds(ns) * NS_PER_S;

	utc_print(b, ns);
	strbuf_printf(b, ".%03dZ", (int)(rest / NS_PER_MS));
}

void when_local(struct strbuf *b, int64_t ns)
{
	time_t seconds = (time_t)utc_seconds(ns);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		return;
	strbuf_printf(b, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
