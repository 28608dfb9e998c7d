#include "script/statistics.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

double statistics_mean(struct samples s)
{
	double sum = 0;
	for (size_t i = 0; i < s.count; i++)
		sum += s.at[i];
	if (isfinite(sum))
		return sum / (double)s.count;
	/* Too large together, perhaps, but not apart. */
	sum = 0;
	for (size_t i = 0; i < s.count; i++)
		sum += s.at[i] / (double)s.count;
	return sum;
}

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

double statistics_percentile(struct arena *a, struct samples s, double q)
{
	double *sorted = arena_array(a, s.count, sizeof *sorted);
	memcpy(sorted, s.at, s.count * sizeof *sorted);
	qsort(sorted, s.count, sizeof *sorted, by_size);
	double rank = q * (double)(s.count - 1), below = floor(rank);
	size_t i = (size_t)below;
	if (i + 1 >= s.count)
		return sorted[s.count - 1];
	double part = rank - below;
	if (part == 0 || sorted[i] == sorted[i + 1])
		return sorted[i];
	return sorted[i] * (1 - part) + sorted[i + 1] * part;
}

/* 1.005 is a little less than it reads: one step of the last bit makes its half a half. */
double statistics_round(double x, int digits)
{
	double scale = pow(10, abs(digits));
	if (digits <= 0)
		return digits == 0 ? round(x) : round(x / scale) * scale;
	double scaled = x * scale;
	if (!isfinite(scaled) || fabs(scaled) >= 0x1p52)
		return x;
	return round(nextafter(scaled, copysign(INFINITY, x))) / scale;
}

/* ---- Mann-Whitney --------------------------------------------------------------------------- */

struct ranked {
	double value;
	bool is_first;
};

/* Ranks from 1, doubled so that a tie's middle rank is a whole number. */
struct ranking {
	uint32_t *doubled;
	size_t count, firsts;
	uint64_t first_sum; /* of the doubled ranks of the first group */
	double ties;	    /* the sum of t^3 - t over groups of t equal samples */
};

static int by_value(const void *x, const void *y)
{
	return by_size(&((const struct ranked *)x)->value, &((const struct ranked *)y)->value);
}

static struct ranked *merge(struct arena *a, struct samples x, struct samples y)
{
	struct ranked *all = arena_array(a, x.count + y.count, sizeof *all);
	for (size_t i = 0; i < x.count; i++)
		all[i] = (struct ranked){x.at[i], true};
	for (size_t i = 0; i < y.count; i++)
		all[x.count + i] = (struct ranked){y.at[i], false};
	qsort(all, x.count + y.count, sizeof *all, by_value);
	return all;
}

static struct ranking rank(struct arena *a, struct samples x, struct samples y)
{
	struct ranking r = {.count = x.count + y.count, .firsts = x.count};
	struct ranked *all = merge(a, x, y);
	r.doubled = arena_array(a, r.count, sizeof *r.doubled);
	for (size_t i = 0, end; i < r.count; i = end) {
		for (end = i + 1; end < r.count && all[end].value == all[i].value;)
			end++;
		double t = (double)(end - i);
		r.ties += t * t * t - t;
		for (size_t k = i; k < end; k++) {
			r.doubled[k] = (uint32_t)(i + 1 + end);
			r.first_sum += all[k].is_first ? i + 1 + end : 0;
		}
	}
	return r;
}

/* Of all ways to choose the first group among the ranks: how many have a sum of at most, and of at
 * least, the one seen. Counts stay below 2^53, so doubles hold them exactly. */
static void exact_tails(struct arena *a, const struct ranking *r, double *below, double *above)
{
	size_t sums = r->count * (r->count + 1) + 1;
	double *ways = arena_array(a, (r->firsts + 1) * sums, sizeof *ways);
	ways[0] = 1;
	for (size_t i = 0; i < r->count; i++) {
		size_t most = i + 1 < r->firsts ? i + 1 : r->firsts;
		for (size_t k = most; k > 0; k--) {
			double *to = ways + k * sums, *from = ways + (k - 1) * sums;
			for (size_t sum = sums - 1; sum >= r->doubled[i]; sum--)
				to[sum] += from[sum - r->doubled[i]];
		}
	}
	double all = 0, less = 0, more = 0;
	for (size_t sum = 0; sum < sums; sum++) {
		double n = ways[r->firsts * sums + sum];
		all += n;
		less += sum <= r->first_sum ? n : 0;
		more += sum >= r->first_sum ? n : 0;
	}
	*below = less / all;
	*above = more / all;
}

static void normal_tails(const struct ranking *r, double u, double *below, double *above)
{
	double n = (double)r->count, x = (double)r->firsts, y = n - x;
	double variance = x * y / 12 * (n + 1 - r->ties / (n * (n - 1)));
	*below = *above = 1;
	if (variance <= 0)
		return;
	double scale = sqrt(2 * variance), off = u - x * y / 2;
	*above = 0.5 * erfc((off - 0.5) / scale);
	*below = 0.5 * erfc((-off - 0.5) / scale);
}

struct mann_whitney statistics_mann_whitney(struct arena *a, struct samples x, struct samples y)
{
	struct ranking r = rank(a, x, y);
	double n = (double)x.count, below, above;
	struct mann_whitney result = {.is_exact = r.count <= STATISTICS_EXACT};
	result.u = (double)r.first_sum / 2 - n * (n + 1) / 2;
	if (result.is_exact)
		exact_tails(a, &r, &below, &above);
	else
		normal_tails(&r, result.u, &below, &above);
	result.p = fmin(1, 2 * fmin(below, above));
	result.p_greater = fmin(1, above);
	return result;
}

double statistics_least_p(size_t x, size_t y)
{
	double ways = 1;
	for (size_t i = 1; i <= x && ways < 1e18; i++)
		ways *= (double)(y + i) / (double)i;
	return 1 / ways;
}
