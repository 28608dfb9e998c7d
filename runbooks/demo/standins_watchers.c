/*
 * Services that watch and call people: Datadog and New Relic know the shop's error rate, PagerDuty
 * the incidents of state.json, page by page.
 */
#include "standins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

/* JSON knows no NaN: without requests there is no number. */
static json_t *error_rate(int64_t seconds)
{
	struct window window = scrape_window(seconds);

	return window.requests > 0 ? json_real(window.errors / window.requests) : json_null();
}

static int64_t number_of(const struct visit *visit, const char *name, int64_t fallback)
{
	const char *text = web_query(visit->request, name);

	return text ? strtoll(text, NULL, 10) : fallback;
}

/* ---- Datadog -------------------------------------------------------------------------------- */

/* A query is AGGREGATION:METRIC{TAGS}; `shop.error_rate` has points, `shop.by_route` two series. */
static void datadog_query(struct visit *visit, const char *query)
{
	int64_t to = number_of(visit, "to", time(NULL)), from = number_of(visit, "from", to - 60);
	bool is_two = strstr(query, ":shop.by_route{");
	json_t *series = json_array();

	for (int i = 0; i < (is_two ? 2 : strstr(query, ":shop.error_rate{") ? 1 : 0); i++)
		json_array_append_new(
			series, json_pack("{s:s, s:[[f, o], [f, n]]}", "metric", "shop.error_rate",
					"pointlist", (double)from * 1000, error_rate(to - from),
					(double)to * 1000));
	reply_json(visit->reply, 200,
		json_pack("{s:s, s:s, s:o, s:I, s:I}", "status", "ok", "res_type", "time_series",
			"series", series, "from_date", (json_int_t)from * 1000, "to_date",
			(json_int_t)to * 1000));
}

void datadog_answer(struct visit *visit)
{
	const char *query = web_query(visit->request, "query");

	if (!has_key(visit, "DD-API-KEY", "", "datadog") ||
		!has_key(visit, "DD-APPLICATION-KEY", "", "datadog_app"))
		reply_json(visit->reply, 403, json_pack("{s:[s]}", "errors", "Forbidden"));
	else if (strcmp(visit->path, "/api/v1/query") != 0)
		reply_json(visit->reply, 404, json_pack("{s:[s]}", "errors", "Not Found"));
	else if (!query || !strchr(query, ':') || !strchr(query, '{'))
		reply_json(visit->reply, 400,
			json_pack("{s:[s]}", "errors", "Rule 'scope_expr' didn't match"));
	else
		datadog_query(visit, query);
}

/* ---- New Relic ------------------------------------------------------------------------------ */

static void newrelic_no(struct visit *visit, unsigned status, const char *kind, const char *message)
{
	reply_json(visit->reply, status,
		json_pack("{s:[{s:s, s:{s:s}}]}", "errors", "message", message, "extensions",
			"errorClass", kind));
}

/* NRQL begins with SELECT or FROM; FACET makes a row for each value. */
static void nrql(struct visit *visit, const char *text)
{
	json_t *rows = json_array();

	if (strncasecmp(text, "SELECT ", 7) != 0 && strncasecmp(text, "FROM ", 5) != 0) {
		json_decref(rows);
		newrelic_no(visit, 200, "BAD_USER_INPUT",
			"NRQL Syntax Error: Error at line 1 position 1");
		return;
	}
	for (int i = 0; i < (strstr(text, " FACET ") ? 2 : 1); i++)
		json_array_append_new(rows, json_pack("{s:o}", "result", error_rate(60)));
	reply_json(visit->reply, 200,
		json_pack("{s:{s:{s:{s:{s:o}}}}}", "data", "actor", "account", "nrql", "results",
			rows));
}

void newrelic_answer(struct visit *visit)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	json_t *variables = json_object_get(body, "variables");
	const char *text = json_string_value(json_object_get(variables, "nrql"));

	if (strcmp(visit->path, "/graphql") != 0)
		reply_text(visit->reply, 404, "text/plain", "Not Found");
	else if (!has_key(visit, "API-Key", "", "newrelic"))
		newrelic_no(visit, 401, "UNAUTHORIZED", "Api-Key is invalid");
	else if (json_integer_value(json_object_get(variables, "account")) != 42)
		newrelic_no(visit, 200, "FORBIDDEN", "Access denied to account");
	else
		nrql(visit, text ? text : "");
	json_decref(body);
}

/* ---- PagerDuty ------------------------------------------------------------------------------ */

static void pagerduty_no(struct visit *visit, unsigned status, int code, const char *message)
{
	reply_json(visit->reply, status,
		json_pack("{s:{s:s, s:i}}", "error", "message", message, "code", code));
}

void pagerduty_answer(struct visit *visit)
{
	json_t *all = json_object_get(json_object_get(visit->state, "pagerduty"), "incidents");
	int64_t limit = number_of(visit, "limit", 25), offset = number_of(visit, "offset", 0);
	int64_t total = (int64_t)json_array_size(all);
	const char *wants_total = web_query(visit->request, "total");
	const char *service = web_query(visit->request, "service_ids[]");
	json_t *page = json_array();

	if (!has_key(visit, "Authorization", "Token token=", "pagerduty")) {
		pagerduty_no(visit, 401, 2006, "Unauthorized");
	} else if (strcmp(visit->path, "/incidents") != 0) {
		pagerduty_no(visit, 404, 2100, "Not Found");
	} else if (limit < 1 || limit > 100 || (service && *service != 'P')) {
		pagerduty_no(visit, 400, 2001, "Invalid Input Provided");
	} else {
		for (int64_t i = offset; i < total && i < offset + limit; i++)
			json_array_append(page, json_array_get(all, (size_t)i));
		reply_json(visit->reply, 200,
			json_pack("{s:O, s:I, s:I, s:b, s:o}", "incidents", page, "limit",
				(json_int_t)limit, "offset", (json_int_t)offset, "more",
				offset + limit < total, "total",
				wants_total && strcmp(wants_total, "true") == 0
					? json_integer(total)
					: json_null()));
	}
	json_decref(page);
}
