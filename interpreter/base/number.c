/*
 * Numbers as text, with a point whatever the locale of the process says.
 */
#include "base/str.h"

#include "base/arena.h"

#include <locale.h>
#include <math.h>

static locale_t c_locale(void)
{
	static locale_t locale;
	if (!locale)
		locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!locale)
		out_of_memory();
	return locale;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool parse_int(struct str s, int64_t *out)
{
	size_t i = 0;
	bool negative = s.len && s.at[0] == '-';
	if (s.len && (s.at[0] == '-' || s.at[0] == '+'))
		i++;
	if (i == s.len)
		return false;
	int64_t n = 0;
	for (; i < s.len; i++) {
		if (!is_digit(s.at[i]))
			return false;
		int digit = s.at[i] - '0';
		/* Towards the sign, or the smallest number could not be read. */
		if (__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, negative ? -digit : digit, &n))
			return false;
	}
	*out = n;
	return true;
}

static size_t skip_digits(struct str s, size_t i)
{
	while (i < s.len && is_digit(s.at[i]))
		i++;
	return i;
}

static bool is_decimal(struct str s)
{
	size_t i = s.len && (s.at[0] == '-' || s.at[0] == '+');
	size_t start = i;
	i = skip_digits(s, i);
	size_t digits = i - start;
	if (i < s.len && s.at[i] == '.') {
		start = ++i;
		i = skip_digits(s, i);
		digits += i - start;
	}
	if (!digits)
		return false;
	if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
		i++;
		if (i < s.len && (s.at[i] == '-' || s.at[i] == '+'))
			i++;
		start = i;
		i = skip_digits(s, i);
		if (i == start)
			return false;
	}
	return i == s.len;
}

bool parse_float(struct str s, double *out)
{
	char small[64], *text = small;
	if (!is_decimal(s))
		return false;
	if (s.len >= sizeof small)
		text = heap_array(NULL, s.len + 1, 1);
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	double f = strtod_l(text, NULL, c_locale());
	if (text != small)
		free(text);
	if (!isfinite(f))
		return false;
	*out = f;
	return true;
}

void strbuf_float(struct strbuf *b, double f)
{
	if (!isfinite(f)) {
		strbuf_puts(b, isnan(f) ? "nan" : f < 0 ? "-inf" : "inf");
		return;
	}
	char text[40];
	locale_t before = uselocale(c_locale());
	/* 15 digits always survive the way there and back; only the tiniest numbers hold fewer. */
	int digits = f != 0 && fabs(f) < 2.2250738585072014e-308 ? 1 : 15;
	do
		snprintf(text, sizeof text, "%.*g", digits, f);
	while (digits++ < 17 && strtod(text, NULL) != f);
	uselocale(before);
	strbuf_puts(b, text);
	if (!strpbrk(text, ".e"))
		strbuf_puts(b, ".0");
}
