/*
 * What the shop measures of itself: business requests by status code and how
 * long they took, in total and second by second. /health and /metrics do not
 * count, or looking often enough would make any release look healthy.
 */
#ifndef SHOP_METRICS_H
#define SHOP_METRICS_H

#include <jansson.h>
#include <stdint.h>

#include "shop_release.h"

/* This worker begins to count. */
void metrics_start(void);

/* One business request has been answered. */
void metrics_record(unsigned status, double ms);

/* The text that Prometheus scrapes; the caller frees it. */
char *metrics_text(const struct release *release, int schema);

/* The same facts over the last `window` seconds. What rests on no request at all is null. */
json_t *metrics_json(const struct release *release, int schema, int64_t window);

#endif
