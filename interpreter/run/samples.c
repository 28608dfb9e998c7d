#include "run/samples.h"

#include "base/duration.h"
#include "script/statistics.h"

#include <math.h>

const char *const window_names[WINDOW_KINDS] = {
	[WINDOW_AVG] = "avg",
	[WINDOW_MIN] = "min",
	[WINDOW_MAX] = "max",
	[WINDOW_SUM] = "sum",
	[WINDOW_COUNT] = "count",
	[WINDOW_INCREASE] = "increase",
	[WINDOW_RATE] = "rate",
	[WINDOW_PERCENTILE] = "percentile",
	[WINDOW_VALUES] = "values",
};

void samples_init(struct samples_ring *r, struct arena *a, int64_t every_ns)
{
	*r = (struct samples_ring){.every_ns = every_ns};
	r->at = arena_array(a, WATCH_SAMPLES, sizeof(struct sample));
}

void samples_add(struct samples_ring *r, struct sample s)
{
	if (r->count == WATCH_SAMPLES) {
		r->first = (r->first + 1) % WATCH_SAMPLES;
		r->count--;
	}
	r->at[(r->first + r->count++) % WATCH_SAMPLES] = s;
	r->total++;
	r->known += !s.unknown;
}

const struct sample *samples_get(const struct samples_ring *r, uint32_t from_oldest)
{
	return &r->at[(r->first + from_oldest) % WATCH_SAMPLES];
}

const struct sample *samples_last(const struct samples_ring *r)
{
	return r->count ? samples_get(r, r->count - 1) : NULL;
}

int64_t samples_reach(const struct samples_ring *r)
{
	return r->every_ns * WATCH_SAMPLES;
}

/* ---- one window ----------------------------------------------------------------------------- */

struct window {
	double *known;
	int64_t *times;
	size_t count, unknown;
	bool is_filled;
	const char *why; /* of the last unknown one */
};

static struct window collect(
	const struct samples_ring *r, int64_t now_ns, int64_t window_ns, struct arena *a)
{
	struct window w = {0};
	uint32_t from = r->count;

	while (from && samples_get(r, from - 1)->at_ns > now_ns - window_ns)
		from--;
	/* One sample before the window, or one a tick behind its beginning, fills it. */
	w.is_filled = from > 0 ||
		      (r->count && samples_get(r, 0)->at_ns <= now_ns - window_ns + r->every_ns);
	w.known = arena_array(a, r->count - from + 1, sizeof(double));
	w.times = arena_array(a, r->count - from + 1, sizeof(int64_t));
	for (uint32_t i = from; i < r->count; i++) {
		const struct sample *s = samples_get(r, i);

		if (s->unknown) {
			w.unknown++;
			w.why = s->unknown;
		} else {
			w.times[w.count] = s->at_ns;
			w.known[w.count++] = s->number;
		}
	}
	return w;
}

static double increase(const struct window *w)
{
	double sum = 0;

	for (size_t i = 1; i < w->count; i++)
		sum += w->known[i] >= w->known[i - 1] ? w->known[i] - w->known[i - 1] : w->known[i];
	return sum;
}

static double fold(const struct window *w, enum window_kind kind)
{
	double result = kind == WINDOW_AVG || kind == WINDOW_SUM ? 0 : w->known[0];

	for (size_t i = 0; i < w->count; i++) {
		if (kind == WINDOW_MIN)
			result = fmin(result, w->known[i]);
		else if (kind == WINDOW_MAX)
			result = fmax(result, w->known[i]);
		else
			result += w->known[i];
	}
	return kind == WINDOW_AVG ? result / (double)w->count : result;
}

static struct value list_of(const struct window *w, struct arena *a)
{
	struct value list = value_list(a);

	for (size_t i = 0; i < w->count; i++)
		list_add(a, list.list, value_float(w->known[i]));
	return list;
}

static struct value counted(const struct window *w, enum window_kind kind)
{
	double seconds;

	if (w->count < 2)
		return value_unknown("fewer than two samples");
	if (kind == WINDOW_INCREASE)
		return value_float(increase(w));
	seconds = (double)(w->times[w->count - 1] - w->times[0]) / (double)NS_PER_S;
	return value_float(increase(w) / seconds);
}

struct value samples_window(const struct samples_ring *r, enum window_kind kind, int64_t now_ns,
	int64_t window_ns, double q, struct arena *a)
{
	struct window w = collect(r, now_ns, window_ns, a);
	struct samples s = {w.known, w.count};

	if (!w.is_filled)
		return value_unknown("window not filled");
	if (kind == WINDOW_COUNT)
		return value_int((int64_t)w.count);
	if (!w.count)
		return value_unknown(w.why ? w.why : "no samples");
	if (w.unknown > w.count)
		return value_unknown(arena_printf(a, "%zu of %zu samples in the window are unknown",
			w.unknown, w.unknown + w.count));
	switch (kind) {
	case WINDOW_INCREASE:
	case WINDOW_RATE:
		return counted(&w, kind);
	case WINDOW_PERCENTILE:
		return value_float(statistics_percentile(a, s, q));
	case WINDOW_VALUES:
		return list_of(&w, a);
	default:
		return value_float(fold(&w, kind));
	}
}
