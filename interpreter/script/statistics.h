/*
 * Numbers about samples: pure arithmetic, no values, no reasons.
 */
#ifndef SCRIPT_STATISTICS_H
#define SCRIPT_STATISTICS_H

#include "base/arena.h"

#include <stdbool.h>

struct samples {
	const double *at; /* in any order, no NaN */
	size_t count;
};

/* Of at least one sample. */
double statistics_mean(struct samples s);
/* Linear interpolation between the two nearest ranks (R's type 7); q from 0 to 1, one sample at
 * least. Scratch comes from `a`. */
double statistics_percentile(struct arena *a, struct samples s, double q);
/* To `digits` places behind the point (before it when negative), halves away from zero. */
double statistics_round(double x, int digits);

/* The Mann-Whitney test of two groups of at least one sample each. `u` counts the pairs in which
 * the first group's sample is the greater one, equal pairs as a half. Exact up to
 * STATISTICS_EXACT samples in all, ties or not; beyond that the normal approximation, corrected
 * for ties and continuity. */
struct mann_whitney {
	double u;
	double p;	  /* two-sided: the groups differ */
	double p_greater; /* one-sided: the first group tends to be greater */
	bool is_exact;
};
#define STATISTICS_EXACT 40
struct mann_whitney statistics_mann_whitney(struct arena *a, struct samples x, struct samples y);
/* The smallest one-sided p that groups of these sizes can give at all. */
double statistics_least_p(size_t x, size_t y);

#endif
