/*
 * Scrapes the shop's /metrics once a second and keeps fifteen minutes of it.
 *
 * Invariants:
 *  1. The totals kept here only grow: a worker that starts anew counts from zero, and what it
 *     has counted is added (Prometheus: a counter reset).
 *  2. While two workers share the socket, a late answer of the older one is left out, or its
 *     total would look like another reset.
 */
#include "standins.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "latency.h"
#include "util.h"

#define SAMPLES 900
#define GROUPS 16

struct sample {
	int64_t at_ms; /* 0: never */
	double requests, errors, cpu_seconds;
	int64_t latency[LATENCY_BUCKETS];
};

/* One page of /metrics as it was read. */
struct page {
	struct sample totals;
	double memory_bytes, start_time;
	char version[32];
};

static struct {
	char *url;
	pthread_t thread;
	atomic_bool is_over;
	pthread_mutex_t lock;
	struct sample ring[SAMPLES];
	int64_t count; /* samples so far; the newest is ring[(count - 1) % SAMPLES] */
	struct page last;
	bool is_up;
	struct error_group groups[GROUPS];
	int group_count;
} scrape = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void read_bucket(struct page *page, const char *line)
{
	char bound[16];
	double value;

	if (sscanf(line, "http_request_duration_seconds_bucket{le=\"%15[^\"]\"} %lf", bound,
		    &value) != 2)
		return;
	/* A little below the bound lies inside its bucket, however it was rounded; +Inf reads as
	 * infinity and is the last one. */
	page->totals.latency[latency_bucket(strtod(bound, NULL) * 999.9)] = (int64_t)value;
}

static void read_line(struct page *page, const char *line)
{
	double value;
	int code;

	if (sscanf(line, "http_requests_total{code=\"%d\"} %lf", &code, &value) == 2) {
		page->totals.requests += value;
		page->totals.errors += code >= 500 ? value : 0;
	} else if (sscanf(line, "process_cpu_seconds_total %lf", &value) == 1) {
		page->totals.cpu_seconds = value;
	} else if (sscanf(line, "process_resident_memory_bytes %lf", &value) == 1) {
		page->memory_bytes = value;
	} else if (sscanf(line, "process_start_time_seconds %lf", &value) == 1) {
		page->start_time = value;
	} else if (sscanf(line, "shop_build_info{version=\"%31[^\"]\"", page->version) != 1) {
		read_bucket(page, line);
	}
}

static void read_page(struct page *page, char *text)
{
	char *rest = NULL;

	memset(page, 0, sizeof(*page));
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_line(page, line);
	/* The page counts up from bucket to bucket; here each stands for itself. */
	for (int i = LATENCY_BUCKETS - 1; i > 0; i--)
		page->totals.latency[i] -= page->totals.latency[i - 1];
}

static void note_errors(const char *version, int64_t count)
{
	struct error_group *group = NULL;
	int64_t now = time(NULL);

	for (int i = 0; i < scrape.group_count; i++)
		if (strcmp(scrape.groups[i].version, version) == 0)
			group = &scrape.groups[i];
	if (!group && scrape.group_count < GROUPS) {
		group = &scrape.groups[scrape.group_count++];
		*group = (struct error_group){.first_seen = now};
		snprintf(group->version, sizeof(group->version), "%s", version);
	}
	if (!group)
		return;
	group->count += count;
	group->last_seen = now;
}

/* Adds what happened between two pages of one worker, or since a new worker's start. */
static void add_page(const struct page *page)
{
	static const struct sample zero;
	bool is_new = page->start_time > scrape.last.start_time;
	const struct sample *from = is_new ? &zero : &scrape.last.totals;
	const struct sample *before = &scrape.ring[(scrape.count + SAMPLES - 1) % SAMPLES];
	struct sample next = scrape.count ? *before : zero;
	double errors = page->totals.errors - from->errors;

	next.at_ms = now_ms();
	next.requests += page->totals.requests - from->requests;
	next.errors += errors;
	next.cpu_seconds += page->totals.cpu_seconds - from->cpu_seconds;
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		next.latency[i] += page->totals.latency[i] - from->latency[i];
	if (errors > 0)
		note_errors(page->version, (int64_t)errors);
	scrape.ring[scrape.count++ % SAMPLES] = next;
	scrape.last = *page;
}

static void scrape_once(void)
{
	struct call call = {"GET", scrape.url, NULL, NULL};
	struct answer answer;
	bool is_up = !client_call(&call, 2000, &answer) && answer.status == 200;
	struct page page;

	if (is_up)
		read_page(&page, answer.body);
	pthread_mutex_lock(&scrape.lock);
	scrape.is_up = is_up;
	if (is_up && page.start_time >= scrape.last.start_time)
		add_page(&page);
	pthread_mutex_unlock(&scrape.lock);
	answer_release(&answer);
}

static void *scrape_thread(void *unused)
{
	int64_t due = now_ms();

	(void)unused;
	while (!atomic_load(&scrape.is_over)) {
		scrape_once();
		due += 1000;
		while (!atomic_load(&scrape.is_over) && now_ms() < due)
			pause_ms(100);
	}
	return NULL;
}

bool scrape_start(const char *shop_url)
{
	scrape.url = text_of("%s/metrics", shop_url);
	return pthread_create(&scrape.thread, NULL, scrape_thread, NULL) == 0;
}

void scrape_stop(void)
{
	atomic_store(&scrape.is_over, true);
	pthread_join(scrape.thread, NULL);
	free(scrape.url);
}

/* The oldest sample that is not older than `from_ms`, counted in *samples with its successors. */
static const struct sample *first_since(int64_t from_ms, int64_t *samples)
{
	int64_t oldest = scrape.count > SAMPLES ? scrape.count - SAMPLES : 0;
	int64_t i = scrape.count;

	while (i > oldest && scrape.ring[(i - 1) % SAMPLES].at_ms >= from_ms)
		i--;
	*samples = scrape.count - i;
	return *samples ? &scrape.ring[i % SAMPLES] : NULL;
}

struct window scrape_window(int64_t seconds)
{
	struct window window = {.p95_ms = NAN};
	const struct sample *first, *last;
	int64_t latency[LATENCY_BUCKETS];

	pthread_mutex_lock(&scrape.lock);
	first = first_since(now_ms() - seconds * 1000, &window.samples);
	last = &scrape.ring[(scrape.count + SAMPLES - 1) % SAMPLES];
	if (first) {
		window.requests = last->requests - first->requests;
		window.errors = last->errors - first->errors;
		window.cpu_seconds = last->cpu_seconds - first->cpu_seconds;
		window.seconds = (double)(last->at_ms - first->at_ms) / 1000;
		for (int i = 0; i < LATENCY_BUCKETS; i++)
			latency[i] = last->latency[i] - first->latency[i];
		window.p95_ms = latency_quantile(latency, 0.95);
	}
	window.is_up = scrape.is_up;
	window.memory_bytes = scrape.last.memory_bytes;
	window.cpu_total = scrape.last.totals.cpu_seconds;
	window.start_time = scrape.last.start_time;
	memcpy(window.version, scrape.last.version, sizeof(window.version));
	pthread_mutex_unlock(&scrape.lock);
	return window;
}

int scrape_errors(struct error_group *groups, int max)
{
	int count;

	pthread_mutex_lock(&scrape.lock);
	count = scrape.group_count < max ? scrape.group_count : max;
	memcpy(groups, scrape.groups, (size_t)count * sizeof(*groups));
	pthread_mutex_unlock(&scrape.lock);
	return count;
}
