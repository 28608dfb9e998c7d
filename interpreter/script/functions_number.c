/*
 * Functions about numbers and samples. No evidence is unknown, never a number.
 */
#include "script/function_impl.h"

#include "base/duration.h"
#include "script/expr_number.h"

#include <math.h>

/* A whole number where it is one. */
static struct value tidy(double f)
{
	if (f == floor(f) && fabs(f) < 0x1p53)
		return value_int((int64_t)f);
	return value_float(f);
}

FUNCTION(seconds)
{
	int64_t ns;
	const char *why;
	double number;
	(void)count;
	if (args[0].kind == VALUE_INT || args[0].kind == VALUE_FLOAT) {
		*out = args[0];
		return true;
	}
	if (args[0].kind != VALUE_STRING)
		return arg_wrong(ev, "seconds", args, 0, "a duration such as \"5m\"");
	if (!duration_parse(value_string(&args[0]), &ns, &why))
		return eval_fail(ev, "`seconds`: \"%.*s\" is no duration: %s",
			STR_ARGS(value_string(&args[0])), why);
	number = (double)ns / (double)NS_PER_S;
	*out = ns % NS_PER_S ? value_float(number) : value_int(ns / NS_PER_S);
	return true;
}

FUNCTION(round)
{
	double number;
	int64_t digits = 0;
	if (!arg_number(ev, "round", args, 0, &number) ||
		(count > 1 && !arg_integer(ev, "round", args, 1, &digits)))
		return false;
	if (digits < -300 || digits > 300)
		return eval_fail(ev, "`round`: %lld digits are out of range", (long long)digits);
	if (args[0].kind == VALUE_INT && digits >= 0) {
		*out = args[0];
		return true;
	}
	number = statistics_round(number, (int)digits);
	*out = digits > 0 ? value_float(number) : tidy(number);
	return true;
}

FUNCTION(mean)
{
	struct samples s;
	const char *unknown;
	(void)count;
	if (!arg_samples(ev, "mean", args, 0, &s, &unknown))
		return false;
	*out = unknown ? value_unknown(unknown) : value_float(statistics_mean(s));
	return true;
}

FUNCTION(percentile)
{
	struct samples s;
	const char *unknown;
	double q;
	(void)count;
	if (!arg_samples(ev, "percentile", args, 0, &s, &unknown) ||
		!arg_number(ev, "percentile", args, 1, &q))
		return false;
	if (!(q >= 0 && q <= 1))
		return eval_fail(
			ev, "`percentile` takes a share from 0 to 1 as argument 2, not %g", q);
	*out = unknown ? value_unknown(unknown)
		       : value_float(statistics_percentile(ev->arena, s, q));
	return true;
}

FUNCTION(ratio)
{
	double part, whole, least = 0;
	if (!arg_number(ev, "ratio", args, 0, &part) || !arg_number(ev, "ratio", args, 1, &whole) ||
		(count > 2 && !arg_number(ev, "ratio", args, 2, &least)))
		return false;
	if (whole == 0)
		*out = value_unknown("division by zero");
	else if (whole < least)
		*out = value_unknown(
			arena_printf(ev->arena, "low traffic (%.15g of %.15g)", whole, least));
	else
		*out = value_float(part / whole);
	return true;
}

/* A counter that is watched, as its increase over the window; anything else as it is. */
static bool increase(struct eval *ev, struct value *v, const struct value *window)
{
	const char *error = NULL;
	if (v->kind != VALUE_OBJECT)
		return true;
	const struct object_type *type = v->object->type;
	if (!window || !type->method) {
		if (type->scalar)
			*v = type->scalar(v->object, ev->arena);
		return true;
	}
	if (type->method(v->object, STR("increase"), window, 1, ev->arena, v, &error))
		return true;
	return eval_fail(
		ev, "`burn`: %s", error ? error : "a counter has to be a number or a watch");
}

FUNCTION(burn)
{
	struct value counts[2] = {args[0], args[1]};
	const struct value *window = count > 3 ? &args[3] : NULL, *unknown = NULL;
	double errors, total, slo;
	struct value seconds;
	if (!arg_number(ev, "burn", args, 2, &slo) ||
		(window && !function_seconds(ev, window, 1, &seconds)))
		return false;
	if (!(slo >= 0 && slo < 1))
		return eval_fail(ev,
			"`burn` takes an objective from 0 to below 1 as argument 3, not %g", slo);
	for (size_t i = 0; i < 2; i++) {
		if (!increase(ev, &counts[i], window))
			return false;
		if (counts[i].kind == VALUE_UNKNOWN && !unknown)
			unknown = &counts[i];
	}
	if (unknown) {
		*out = *unknown;
		return true;
	}
	if (!arg_number(ev, "burn", counts, 0, &errors) ||
		!arg_number(ev, "burn", counts, 1, &total))
		return false;
	*out = total == 0 ? value_unknown("division by zero")
			  : value_float(errors / total / (1 - slo));
	return true;
}

/* Two groups; false: told. *unknown also when they hold too little. */
static bool groups(struct eval *ev, const char *name, const struct value *args, struct samples s[2],
	const char **unknown)
{
	const char *second;
	if (!arg_samples(ev, name, args, 0, &s[0], unknown) ||
		!arg_samples(ev, name, args, 1, &s[1], &second))
		return false;
	if (!*unknown)
		*unknown = second;
	return true;
}

FUNCTION(mann_whitney)
{
	struct samples s[2];
	const char *unknown;
	(void)count;
	if (!groups(ev, "mann_whitney", args, s, &unknown))
		return false;
	if (unknown) {
		*out = value_unknown(unknown);
		return true;
	}
	struct mann_whitney test = statistics_mann_whitney(ev->arena, s[0], s[1]);
	*out = value_map(ev->arena);
	map_set(ev->arena, out->map, STR("u"), tidy(test.u));
	map_set(ev->arena, out->map, STR("p"), value_float(test.p));
	return true;
}

FUNCTION(worse)
{
	struct samples s[2];
	const char *unknown;
	double alpha = 0.05, least = 0;
	if (!groups(ev, "worse", args, s, &unknown) ||
		(count > 2 && !arg_number(ev, "worse", args, 2, &alpha)) ||
		(count > 3 && !arg_number(ev, "worse", args, 3, &least)))
		return false;
	if (!(alpha > 0 && alpha < 1))
		return eval_fail(ev,
			"`worse` takes a probability between 0 and 1 as argument 3, not %g", alpha);
	if (!unknown && statistics_least_p(s[0].count, s[1].count) > alpha)
		unknown =
			arena_printf(ev->arena, "low traffic (%zu samples against %zu cannot tell)",
				s[0].count, s[1].count);
	if (unknown) {
		*out = value_unknown(unknown);
		return true;
	}
	struct mann_whitney test = statistics_mann_whitney(ev->arena, s[0], s[1]);
	double canary = statistics_mean(s[0]), base = statistics_mean(s[1]);
	*out = value_bool(test.p_greater <= alpha && canary - base >= least * fabs(base));
	return true;
}

/* Digits of any base from 2 to 36, as Lua's tonumber reads them. */
static bool based_number(struct str s, int64_t base, int64_t *out)
{
	uint64_t number = 0;
	bool is_negative = s.len && s.at[0] == '-';
	size_t i = is_negative;
	for (; i < s.len; i++) {
		char c = s.at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'z' ? c - 'a' + 10
			    : c >= 'A' && c <= 'Z' ? c - 'A' + 10
						   : 99;
		if (digit >= base)
			return false;
		number = number * (uint64_t)base + (uint64_t)digit;
	}
	*out = (int64_t)(is_negative ? 0 - number : number);
	return s.len > (size_t)is_negative;
}

FUNCTION(tonumber)
{
	int64_t base, number;
	struct str text;
	*out = value_nil();
	if (count > 1) {
		if (!arg_string(ev, "tonumber", args, 0, &text) ||
			!arg_integer(ev, "tonumber", args, 1, &base))
			return false;
		if (base < 2 || base > 36)
			return eval_fail(ev, "`tonumber` takes a base from 2 to 36, not %lld",
				(long long)base);
		if (based_number(str_trim(text), base, &number))
			*out = value_int(number);
	} else if (args[0].kind == VALUE_INT || args[0].kind == VALUE_FLOAT) {
		*out = args[0];
	} else if (args[0].kind == VALUE_STRING && !lua_tonumber(value_string(&args[0]), out)) {
		*out = value_nil();
	}
	return true;
}
