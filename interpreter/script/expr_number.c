#include "script/expr_number.h"

#include <math.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A mantissa that is too long keeps its top 64 bits; what is cut off only leaves its trace in the
 * lowest bit, which is all that rounding to 53 bits needs. */
struct mantissa {
	uint64_t bits;
	int exponent;
	bool is_inexact;
};

static void mantissa_add(struct mantissa *m, int digit, bool is_fraction)
{
	if (m->bits >> 60) {
		m->is_inexact |= digit != 0;
		m->exponent += is_fraction ? 0 : 4;
	} else {
		m->bits = m->bits << 4 | (unsigned)digit;
		m->exponent -= is_fraction ? 4 : 0;
	}
}

/* The exponent behind `p`, held to what can make a difference. -1 digits: none there. */
static bool binary_exponent(struct str s, size_t i, int *exponent)
{
	bool negative = i < s.len && s.at[i] == '-';
	if (i < s.len && (s.at[i] == '-' || s.at[i] == '+'))
		i++;
	if (i == s.len)
		return false;
	int n = 0;
	for (; i < s.len; i++) {
		if (!is_lua_digit(s.at[i]))
			return false;
		n = n < 1000000 ? n * 10 + (s.at[i] - '0') : n;
	}
	*exponent = negative ? -n : n;
	return true;
}

static bool hex_numeral(struct str s, struct value *out)
{
	struct mantissa m = {0};
	uint64_t integer = 0;
	size_t digits = 0, i = 2;
	bool is_float = false;
	for (; i < s.len; i++) {
		int digit = hex_digit(s.at[i]);
		if (digit < 0 && s.at[i] == '.' && !is_float) {
			is_float = true;
			continue;
		}
		if (digit < 0)
			break;
		digits++;
		integer = integer << 4 | (unsigned)digit;
		mantissa_add(&m, digit, is_float);
	}
	int exponent = 0;
	if (i < s.len) {
		if ((s.at[i] | 0x20) != 'p' || !binary_exponent(s, i + 1, &exponent))
			return false;
		is_float = true;
	}
	if (!digits)
		return false;
	if (!is_float) {
		*out = value_int((int64_t)integer);
		return true;
	}
	*out = value_float(ldexp((double)(m.bits | m.is_inexact), m.exponent + exponent));
	return true;
}

static size_t skip_digits(struct str s, size_t i)
{
	while (i < s.len && is_lua_digit(s.at[i]))
		i++;
	return i;
}

/* Digits with at most one point and an exponent; *fraction is where the point's digits begin, or 0
 * without a point. */
static bool is_decimal(struct str s, size_t *fraction)
{
	size_t whole = skip_digits(s, 0), i = whole, digits = whole;
	*fraction = 0;
	if (i < s.len && s.at[i] == '.') {
		*fraction = i + 1;
		i = skip_digits(s, i + 1);
		digits += i - *fraction;
	}
	if (digits && i < s.len && (s.at[i] | 0x20) == 'e') {
		i++;
		if (i < s.len && (s.at[i] == '-' || s.at[i] == '+'))
			i++;
		size_t start = i;
		i = skip_digits(s, i);
		if (i == start)
			return false;
	}
	return digits && i == s.len;
}

/* `3.` and `.5` are numerals of Lua, but not of everybody: zeros are put in around the point. */
static bool decimal_float(struct str s, struct value *out)
{
	char small[80], *text = small;
	size_t fraction, len = 0;
	if (!is_decimal(s, &fraction))
		return false;
	if (s.len + 2 > sizeof small)
		text = heap_array(NULL, s.len + 2, 1);
	if (fraction) {
		text[len++] = '0';
		memcpy(text + len, s.at, fraction);
		len += fraction;
		text[len++] = '0';
		/* `1.5` must not become `1.05`. */
		if (fraction < s.len && is_lua_digit(s.at[fraction]))
			len--;
	}
	memcpy(text + len, s.at + fraction, s.len - fraction);
	len += s.len - fraction;
	double f;
	/* What has the form of a number and does not fit is infinite, as in Lua. */
	if (!parse_float((struct str){text, len}, &f))
		f = HUGE_VAL;
	if (text != small)
		free(text);
	*out = value_float(f);
	return true;
}

bool lua_numeral(struct str s, struct value *out)
{
	if (!s.len || !(is_lua_digit(s.at[0]) || s.at[0] == '.'))
		return false;
	if (s.len > 2 && s.at[0] == '0' && (s.at[1] | 0x20) == 'x')
		return hex_numeral(s, out);
	int64_t n;
	if (parse_int(s, &n)) {
		*out = value_int(n);
		return true;
	}
	return decimal_float(s, out);
}

bool lua_tonumber(struct str s, struct value *out)
{
	while (s.len && is_lua_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_lua_space(s.at[s.len - 1]))
		s.len--;
	bool negative = s.len && s.at[0] == '-';
	if (s.len && (s.at[0] == '-' || s.at[0] == '+')) {
		/* With its sign, or the smallest number would be a float. */
		int64_t n;
		if (parse_int(s, &n)) {
			*out = value_int(n);
			return true;
		}
		s.at++;
		s.len--;
	}
	if (!lua_numeral(s, out))
		return false;
	if (negative && out->kind == VALUE_INT)
		out->integer = (int64_t)(0 - (uint64_t)out->integer);
	else if (negative)
		out->number = -out->number;
	return true;
}

size_t lua_number_text(const struct value *v, char text[LUA_NUMBER_TEXT])
{
	if (v->kind == VALUE_INT)
		return (size_t)snprintf(text, LUA_NUMBER_TEXT, "%lld", (long long)v->integer);
	int len = snprintf(text, LUA_NUMBER_TEXT, "%.14g", v->number);
	if (!text[strspn(text, "-0123456789")] && len + 2 < LUA_NUMBER_TEXT) {
		memcpy(text + len, ".0", 3);
		len += 2;
	}
	return (size_t)len;
}

bool lua_float_to_int(double f, int64_t *out)
{
	if (!(f >= -0x1p63 && f < 0x1p63) || floor(f) != f)
		return false;
	*out = (int64_t)f;
	return true;
}
