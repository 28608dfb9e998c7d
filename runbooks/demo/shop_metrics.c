#include "shop_metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "latency.h"
#include "util.h"

#define RING_SECONDS 301
#define CODES 600

struct second {
	int64_t at;
	int64_t requests, errors;
	int64_t latency[LATENCY_BUCKETS];
};

struct usage {
	int64_t at_ms;
	double cpu_seconds;
	double percent;
};

static struct {
	pthread_mutex_t lock;
	int64_t by_code[CODES];
	int64_t latency[LATENCY_BUCKETS];
	double latency_sum_ms;
	double start_time;
	struct second ring[RING_SECONDS];
	struct usage usage;
} metrics = {.lock = PTHREAD_MUTEX_INITIALIZER};

void metrics_record(unsigned status, double ms)
{
	int64_t second = now_ms() / 1000;
	struct second *slot = &metrics.ring[second % RING_SECONDS];
	int bucket = latency_bucket(ms);

	pthread_mutex_lock(&metrics.lock);
	if (slot->at != second)
		*slot = (struct second){.at = second};
	slot->requests++;
	slot->errors += status >= 500;
	slot->latency[bucket]++;
	metrics.by_code[status < CODES ? status : 0]++;
	metrics.latency[bucket]++;
	metrics.latency_sum_ms += ms;
	pthread_mutex_unlock(&metrics.lock);
}

static double cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static double resident_bytes(void)
{
	char *text = read_file("/proc/self/statm");
	long pages = 0;

	if (text && sscanf(text, "%*d %ld", &pages) != 1)
		pages = 0;
	free(text);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Share of one CPU between two looks that lie at least a second apart. */
static double cpu_percent(void)
{
	struct usage *usage = &metrics.usage;
	int64_t now = now_ms();

	if (now - usage->at_ms >= 1000) {
		double used = cpu_seconds();

		if (usage->at_ms > 0)
			usage->percent =
				(used - usage->cpu_seconds) * 1e5 / (double)(now - usage->at_ms);
		usage->cpu_seconds = used;
		usage->at_ms = now;
	}
	return usage->percent;
}

void metrics_start(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	metrics.start_time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_requests(FILE *out)
{
	int64_t total = 0;

	fputs("# TYPE http_requests_total counter\n", out);
	for (int code = 0; code < CODES; code++)
		if (metrics.by_code[code] || code == 200)
			fprintf(out, "http_requests_total{code=\"%d\"} %lld\n", code,
				(long long)metrics.by_code[code]);
	fputs("# TYPE http_request_duration_seconds histogram\n", out);
	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		char bound[32] = "+Inf";

		total += metrics.latency[i];
		if (latency_bound(i) > 0)
			snprintf(bound, sizeof(bound), "%g", latency_bound(i) / 1000);
		fprintf(out, "http_request_duration_seconds_bucket{le=\"%s\"} %lld\n", bound,
			(long long)total);
	}
	fprintf(out, "http_request_duration_seconds_sum %g\n", metrics.latency_sum_ms / 1000);
	fprintf(out, "http_request_duration_seconds_count %lld\n", (long long)total);
}

char *metrics_text(const struct release *release, int schema)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return text_of("%s", "");
	pthread_mutex_lock(&metrics.lock);
	print_requests(out);
	pthread_mutex_unlock(&metrics.lock);
	fputs("# TYPE shop_build_info gauge\n", out);
	fprintf(out, "shop_build_info{version=\"%s\",schema=\"%d\"} 1\n", release->version, schema);
	fputs("# TYPE process_cpu_seconds_total counter\n", out);
	fprintf(out, "process_cpu_seconds_total %g\n", cpu_seconds());
	fputs("# TYPE process_resident_memory_bytes gauge\n", out);
	fprintf(out, "process_resident_memory_bytes %.0f\n", resident_bytes());
	fputs("# TYPE process_start_time_seconds gauge\n", out);
	fprintf(out, "process_start_time_seconds %.3f\n", metrics.start_time);
	fclose(out);
	return text;
}

/* Adds up the last `window` whole or begun seconds. The caller holds the lock. */
static struct second sum_up(int64_t window)
{
	int64_t now = now_ms() / 1000;
	struct second sum = {0};

	for (int i = 0; i < RING_SECONDS; i++) {
		const struct second *slot = &metrics.ring[i];

		if (slot->at == 0 || slot->at <= now - window)
			continue;
		sum.requests += slot->requests;
		sum.errors += slot->errors;
		for (int b = 0; b < LATENCY_BUCKETS; b++)
			sum.latency[b] += slot->latency[b];
	}
	return sum;
}

static json_t *number_or_null(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

json_t *metrics_json(const struct release *release, int schema, int64_t window)
{
	struct second sum;
	double cpu, rate = NAN;

	pthread_mutex_lock(&metrics.lock);
	sum = sum_up(window);
	cpu = cpu_percent();
	pthread_mutex_unlock(&metrics.lock);
	if (sum.requests > 0)
		rate = (double)sum.errors / (double)sum.requests;
	return json_pack("{s:s, s:i, s:I, s:I, s:I, s:o, s:o, s:f, s:f, s:i}", "version",
		release->version, "schema", schema, "window_seconds", (json_int_t)window,
		"requests", (json_int_t)sum.requests, "errors", (json_int_t)sum.errors,
		"error_rate", number_or_null(rate), "p95_ms",
		number_or_null(latency_quantile(sum.latency, 0.95)), "cpu_percent", cpu,
		"memory_mb", resident_bytes() / 1048576, "pid", (int)getpid());
}
