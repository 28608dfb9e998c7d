/*
 * The samples of one watch: a ring of bounded size, and the windows computed over it.
 *
 * Ticks stand on a fixed grid; a tick that brought nothing is a sample too, an unknown one. All
 * window functions give a number, or unknown with the reason: a window that reaches back before
 * the first tick is not filled, one with fewer known than unknown samples knows too little.
 */
#ifndef RUN_SAMPLES_H
#define RUN_SAMPLES_H

#include "model/runbook.h"

struct sample {
	int64_t at_ns;	     /* its tick, on the run's clock */
	double number;	     /* when known */
	const char *unknown; /* why not; NULL: known */
	bool is_boolean;
};

struct samples_ring {
	struct sample *at; /* WATCH_SAMPLES of them, in an arena */
	uint32_t first, count;
	uint64_t known, total; /* since the beginning, also those that were dropped */
	int64_t every_ns;
};

void samples_init(struct samples_ring *r, struct arena *a, int64_t every_ns);
void samples_add(struct samples_ring *r, struct sample s);
/* The newest; NULL: none yet. */
const struct sample *samples_last(const struct samples_ring *r);
const struct sample *samples_get(const struct samples_ring *r, uint32_t from_oldest);
/* The longest window that can ever be answered. */
int64_t samples_reach(const struct samples_ring *r);

enum window_kind {
	WINDOW_AVG,
	WINDOW_MIN,
	WINDOW_MAX,
	WINDOW_SUM,
	WINDOW_COUNT,
	WINDOW_INCREASE,
	WINDOW_RATE,
	WINDOW_PERCENTILE,
	WINDOW_VALUES,
	WINDOW_KINDS,
};
extern const char *const window_names[WINDOW_KINDS];

/* Over (now - window, now]. `q` is for WINDOW_PERCENTILE. COUNT counts the known samples; INCREASE
 * takes a fall of a counter for a reset, RATE is per second (as Prometheus does, without its
 * extrapolation). */
struct value samples_window(const struct samples_ring *r, enum window_kind kind, int64_t now_ns,
	int64_t window_ns, double q, struct arena *a);

#endif
