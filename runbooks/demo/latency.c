#include "latency.h"

#include <math.h>

static const double bounds[LATENCY_BUCKETS] = {
	0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, -1};

int latency_bucket(double ms)
{
	int bucket = 0;

	while (bucket < LATENCY_BUCKETS - 1 && ms > bounds[bucket])
		bucket++;
	return bucket;
}

double latency_bound(int bucket)
{
	return bounds[bucket];
}

double latency_quantile(const int64_t counts[LATENCY_BUCKETS], double share)
{
	double total = 0, rank, lower, upper, below = 0;
	int bucket = 0;

	for (int i = 0; i < LATENCY_BUCKETS; i++)
		total += (double)counts[i];
	if (total <= 0)
		return NAN;
	rank = share * total;
	while (bucket < LATENCY_BUCKETS - 1 && below + (double)counts[bucket] < rank)
		below += (double)counts[bucket++];
	lower = bucket > 0 ? bounds[bucket - 1] : 0;
	upper = bounds[bucket];
	if (upper < 0 || counts[bucket] == 0)
		return lower;
	return lower + (upper - lower) * (rank - below) / (double)counts[bucket];
}
