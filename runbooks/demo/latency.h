/*
 * The buckets that shop counts response times in, and that the stand-in for
 * Prometheus reads: upper bounds in milliseconds, the last one open.
 */
#ifndef DEMO_LATENCY_H
#define DEMO_LATENCY_H

#include <stdint.h>

#define LATENCY_BUCKETS 14

/* The bucket a time belongs to, and a bucket's upper bound (the last: a negative number). */
int latency_bucket(double ms);
double latency_bound(int bucket);

/* The time that `share` of the counted requests stayed below, interpolated within a bucket as
 * Prometheus does; NaN without requests. */
double latency_quantile(const int64_t counts[LATENCY_BUCKETS], double share);

#endif
