#include "script/semver.h"

struct semver {
	struct object object;
	struct str text;
	int64_t number[3]; /* major, minor, patch */
	struct str prerelease, build;
};

/* ---- order ---------------------------------------------------------------------------------- */

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len > 0;
}

/* Takes the identifier before the next dot off the front. */
static struct str next_identifier(struct str *rest)
{
	const char *dot = rest->len ? memchr(rest->at, '.', rest->len) : NULL;
	struct str first = *rest;
	if (dot)
		first.len = (size_t)(dot - rest->at);
	size_t taken = first.len + (dot != NULL);
	*rest = (struct str){rest->at + taken, rest->len - taken};
	return first;
}

/* Numbers come before words and compare as numbers, of any length. */
static int compare_identifiers(struct str x, struct str y)
{
	bool x_number = is_digits(x), y_number = is_digits(y);
	if (x_number != y_number)
		return x_number ? -1 : 1;
	if (x_number && x.len != y.len)
		return x.len < y.len ? -1 : 1;
	return str_compare(x, y);
}

/* A version without a prerelease comes after those with one. */
static int compare_prereleases(struct str x, struct str y)
{
	if (!x.len || !y.len)
		return (x.len == 0) - (y.len == 0);
	while (x.len && y.len) {
		struct str a = next_identifier(&x), b = next_identifier(&y);
		int order = compare_identifiers(a, b);
		if (order)
			return order;
	}
	return (x.len > 0) - (y.len > 0);
}

static int semver_compare(struct object *x, struct object *y)
{
	const struct semver *a = (struct semver *)x, *b = (struct semver *)y;
	for (size_t i = 0; i < 3; i++)
		if (a->number[i] != b->number[i])
			return a->number[i] < b->number[i] ? -1 : 1;
	return compare_prereleases(a->prerelease, b->prerelease);
}

/* ---- the object ----------------------------------------------------------------------------- */

static bool semver_field(struct object *o, struct str name, struct arena *a, struct value *out)
{
	static const char *const numbers[] = {"major", "minor", "patch"};
	const struct semver *v = (struct semver *)o;
	(void)a;
	for (size_t i = 0; i < 3; i++) {
		if (str_is(name, numbers[i])) {
			*out = value_int(v->number[i]);
			return true;
		}
	}
	if (str_is(name, "prerelease"))
		*out = value_str(v->prerelease);
	else if (str_is(name, "build"))
		*out = value_str(v->build);
	else
		return false;
	return true;
}

static struct str semver_text(struct object *o, struct arena *a)
{
	(void)a;
	return ((struct semver *)o)->text;
}

static const struct object_type semver_type = {
	.name = "semver",
	.field = semver_field,
	.compare = semver_compare,
	.of_text = semver_parse,
	.text = semver_text,
};

bool value_is_semver(const struct value *v)
{
	return v->kind == VALUE_OBJECT && v->object->type == &semver_type;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool has_leading_zero(struct str digits)
{
	return digits.len > 1 && digits.at[0] == '0';
}

static bool take_number(struct str *rest, int64_t *out, const char **why)
{
	struct str digits = {rest->at, 0};
	while (digits.len < rest->len && rest->at[digits.len] >= '0' && rest->at[digits.len] <= '9')
		digits.len++;
	*rest = (struct str){rest->at + digits.len, rest->len - digits.len};
	*why = "it needs three numbers: `major.minor.patch`";
	if (!digits.len)
		return false;
	*why = "a number has a leading zero";
	if (has_leading_zero(digits))
		return false;
	*why = "a number is too large";
	return parse_int(digits, out);
}

static bool take_char(struct str *rest, char c)
{
	if (!rest->len || rest->at[0] != c)
		return false;
	*rest = (struct str){rest->at + 1, rest->len - 1};
	return true;
}

static bool is_identifier_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-';
}

/* Identifiers joined by dots, none empty; numbers in a prerelease have no leading zero. */
static bool check_identifiers(struct str s, bool is_prerelease, const char **why)
{
	*why = "it has an empty identifier";
	if (!s.len || s.at[s.len - 1] == '.')
		return false;
	while (s.len) {
		struct str one = next_identifier(&s);
		*why = "it has an empty identifier";
		if (!one.len)
			return false;
		*why = "an identifier has a character other than letters, digits and `-`";
		for (size_t i = 0; i < one.len; i++)
			if (!is_identifier_char(one.at[i]))
				return false;
		*why = "a number has a leading zero";
		if (is_prerelease && is_digits(one) && has_leading_zero(one))
			return false;
	}
	return true;
}

static bool take_numbers(struct str *rest, struct semver *v, const char **why)
{
	for (size_t i = 0; i < 3; i++) {
		if (i && !take_char(rest, '.')) {
			*why = "it needs three numbers: `major.minor.patch`";
			return false;
		}
		if (!take_number(rest, &v->number[i], why))
			return false;
	}
	return true;
}

static bool take_labels(struct str *rest, struct semver *v, const char **why)
{
	if (take_char(rest, '-')) {
		const char *plus = rest->len ? memchr(rest->at, '+', rest->len) : NULL;
		v->prerelease = *rest;
		if (plus)
			v->prerelease.len = (size_t)(plus - rest->at);
		*rest = (struct str){rest->at + v->prerelease.len, rest->len - v->prerelease.len};
		if (!check_identifiers(v->prerelease, true, why))
			return false;
	}
	if (take_char(rest, '+')) {
		v->build = *rest;
		*rest = (struct str){rest->at + rest->len, 0};
		return check_identifiers(v->build, false, why);
	}
	*why = "there is text behind it";
	return !rest->len;
}

struct object *semver_parse(struct arena *a, struct str text, const char **why)
{
	struct semver *v = arena_new(a, struct semver);
	struct str rest = text;
	v->object.type = &semver_type;
	v->text = text;
	v->prerelease = v->build = STR("");
	if (!take_char(&rest, 'v'))
		take_char(&rest, 'V');
	return take_numbers(&rest, v, why) && take_labels(&rest, v, why) ? &v->object : NULL;
}
