/*
 * Prometheus, as far as an instant query goes: /api/v1/query with one metric or
 * recording rule and matchers with = and !=. Rules carry their window in the
 * name: job:errors:ratio1m, job:errors:ratio10s, job:latency_ms:p95_5m.
 * Whatever else PromQL can say is refused as a parse error, never guessed.
 */
#include "standins.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

#define MAX_SECONDS 900

struct rule {
	const char *name; /* with a window: what stands before it */
	bool has_window;
	double (*value)(const struct window *window);
};

static double error_ratio(const struct window *w)
{
	/* 0/0 is NaN, there as here: nobody came, nothing is known. */
	return w->errors / w->requests;
}

static double request_rate(const struct window *w)
{
	return w->requests / w->seconds;
}

static double p95_ms(const struct window *w)
{
	return w->p95_ms;
}

static double p95_seconds(const struct window *w)
{
	return w->p95_ms / 1000;
}

static double cpu_percent(const struct window *w)
{
	return w->cpu_seconds / w->seconds * 100;
}

static double up(const struct window *w)
{
	return w->is_up ? 1 : 0;
}

static double memory_bytes(const struct window *w)
{
	return w->memory_bytes;
}

static double cpu_total(const struct window *w)
{
	return w->cpu_total;
}

static double start_time(const struct window *w)
{
	return w->start_time;
}

static const struct rule rules[] = {
	{"job:errors:ratio", true, error_ratio},
	{"job:requests:rate", true, request_rate},
	{"job:latency_ms:p95_", true, p95_ms},
	{"job:latency_seconds:p95_", true, p95_seconds},
	{"job:cpu:percent", true, cpu_percent},
	{"up", false, up},
	{"process_resident_memory_bytes", false, memory_bytes},
	{"process_cpu_seconds_total", false, cpu_total},
	{"process_start_time_seconds", false, start_time},
};

static void bad_data(struct visit *visit, const char *message)
{
	reply_json(visit->reply, 400,
		json_pack("{s:s, s:s, s:s}", "status", "error", "errorType", "bad_data", "error",
			message));
}

/* The seconds of 10s or 5m, or 0. */
static int64_t window_of(const char *text)
{
	char *unit;
	long count = strtol(text, &unit, 10);
	int64_t seconds = 0;

	if (isdigit((unsigned char)*text) && strcmp(unit, "s") == 0)
		seconds = count;
	else if (isdigit((unsigned char)*text) && strcmp(unit, "m") == 0)
		seconds = count * 60;
	return seconds > 0 && seconds <= MAX_SECONDS ? seconds : 0;
}

static const struct rule *find_rule(const char *name, int64_t *seconds)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		size_t len = strlen(rules[i].name);

		if (strncmp(name, rules[i].name, len) != 0)
			continue;
		*seconds = rules[i].has_window ? window_of(name + len) : 60;
		if (*seconds && (rules[i].has_window || !name[len]))
			return &rules[i];
	}
	return NULL;
}

static const char *skip_spaces(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

/* Reads a name; its length, or 0. */
static size_t name_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_' || at[len] == ':')
		len++;
	return isdigit((unsigned char)*at) ? 0 : len;
}

/* One matcher like env="production"; false when it is none. *matches turns false if it excludes. */
static bool read_matcher(const char **at, const json_t *labels, bool *matches)
{
	char name[64], value[128], *end;
	size_t len = name_length(*at);
	bool is_not;
	const char *label;

	snprintf(name, sizeof(name), "%.*s", (int)len, *at);
	*at = skip_spaces(*at + len);
	is_not = **at == '!';
	*at += is_not;
	if (!len || **at != '=' || strchr("~=", (*at)[1]))
		return false;
	*at = skip_spaces(*at + 1);
	end = **at == '"' ? strchr(*at + 1, '"') : NULL;
	if (!end)
		return false;
	snprintf(value, sizeof(value), "%.*s", (int)(end - *at - 1), *at + 1);
	label = json_string_value(json_object_get(labels, name));
	if ((strcmp(label ? label : "", value) == 0) == is_not)
		*matches = false;
	*at = skip_spaces(end + 1);
	return true;
}

static bool read_matchers(const char *at, const json_t *labels, bool *matches)
{
	at = skip_spaces(at);
	*matches = true;
	if (*at == '{') {
		at = skip_spaces(at + 1);
		while (*at && *at != '}') {
			if (!read_matcher(&at, labels, matches))
				return false;
			if (*at == ',')
				at = skip_spaces(at + 1);
			else if (*at != '}')
				return false;
		}
		if (*at++ != '}')
			return false;
		at = skip_spaces(at);
	}
	return !*at;
}

static void number_text(char out[32], double value)
{
	if (isnan(value))
		strcpy(out, "NaN");
	else if (isinf(value))
		strcpy(out, value > 0 ? "+Inf" : "-Inf");
	else
		snprintf(out, 32, "%.10g", value);
}

static void send_vector(
	struct visit *visit, json_t *metric, const struct rule *rule, const struct window *window)
{
	json_t *result = json_array();
	struct timespec now;
	char value[32];

	clock_gettime(CLOCK_REALTIME, &now);
	if (rule && metric) {
		number_text(value, rule->value(window));
		json_array_append_new(result,
			json_pack("{s:O, s:[f, s]}", "metric", metric, "value",
				(double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3, value));
	}
	reply_json(visit->reply, 200,
		json_pack("{s:s, s:{s:s, s:o}}", "status", "success", "data", "resultType",
			"vector", "result", result));
}

static void query(struct visit *visit, const char *text)
{
	const char *at = skip_spaces(text);
	size_t len = name_length(at);
	char *name = text_of("%.*s", (int)len, at);
	json_t *metric = json_pack("{s:s, s:s, s:s, s:s}", "__name__", name, "job", "shop", "env",
		"production", "instance", visit->world->shop + strlen("http://"));
	int64_t seconds = 60;
	const struct rule *rule = find_rule(name, &seconds);
	struct window window = scrape_window(seconds);
	bool matches;

	/* A rate needs two points; one that never was scraped has no series but `up`. */
	if (rule && (rule->has_window ? window.samples < 2 : window.samples < 1) &&
		rule->value != up)
		rule = NULL;
	if (!*at)
		bad_data(visit, "invalid parameter \"query\": unknown position: parse error: "
				"no expression found in input");
	else if (!len || !read_matchers(at + len, metric, &matches))
		bad_data(visit,
			"invalid parameter \"query\": 1:1: parse error: this stand-in knows "
			"one metric with = and != matchers");
	else
		send_vector(visit, matches ? metric : NULL, rule, &window);
	json_decref(metric);
	free(name);
}

void prometheus_answer(struct visit *visit)
{
	const char *text = web_query(visit->request, "query");

	if (strcmp(visit->path, "/-/healthy") == 0)
		reply_text(visit->reply, 200, "text/plain", "Prometheus Server is Healthy.\n");
	else if (strcmp(visit->path, "/api/v1/query") != 0)
		reply_text(visit->reply, 404, "text/plain", "404 page not found\n");
	else if (strcmp(visit->request->method, "GET") != 0)
		reply_text(visit->reply, 405, "text/plain", "Method Not Allowed\n");
	else
		query(visit, text ? text : "");
}
