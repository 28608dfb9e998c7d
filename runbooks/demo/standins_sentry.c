/*
 * Sentry's list of issues. An issue is here what a release did wrong: the errors
 * that the shop's own counters show, grouped by release. Searches know is:, release:,
 * firstSeen:, lastSeen: (as -5m) and level:; an unknown tag matches nothing, as there.
 * Issues under `sentry` of the state are there whatever is searched for.
 */
#include "standins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

#define GROUPS 16

static void say_no(struct visit *visit, unsigned status, const char *detail)
{
	reply_json(visit->reply, status, json_pack("{s:s}", "detail", detail));
}

/* -5m means: not more than five minutes ago; +5m: longer ago. False when it is no such age. */
static bool age_matches(const char *text, int64_t seen, bool *matches)
{
	const char *units = "smhdw";
	const int64_t seconds[] = {1, 60, 3600, 86400, 604800};
	char *unit;
	long count = (*text == '-' || *text == '+') ? strtol(text + 1, &unit, 10) : 0;
	const char *found;
	bool is_recent;

	if (count <= 0 || !*unit || unit[1] || !(found = strchr(units, *unit)))
		return false;
	is_recent = time(NULL) - seen <= count * seconds[found - units];
	*matches = is_recent == (*text == '-');
	return true;
}

/* False when the search cannot be understood. */
static bool term_matches(const char *term, const struct error_group *group, bool *matches)
{
	const char *value = strchr(term, ':');

	if (strncmp(term, "firstSeen:", 10) == 0)
		return age_matches(term + 10, group->first_seen, matches);
	if (strncmp(term, "lastSeen:", 9) == 0)
		return age_matches(term + 9, group->last_seen, matches);
	if (strncmp(term, "is:", 3) == 0)
		*matches = strcmp(term + 3, "unresolved") == 0;
	else if (strncmp(term, "release:", 8) == 0)
		*matches = strcmp(term + 8, group->version) == 0 ||
			   (strncmp(term + 8, "shop@", 5) == 0 &&
				   strcmp(term + 13, group->version) == 0);
	else if (strncmp(term, "level:", 6) == 0)
		*matches = strcmp(term + 6, "error") == 0;
	else
		*matches = !value && strcasestr("InternalError: internal error", term);
	return true;
}

static bool search_matches(const char *search, const struct error_group *group, bool *matches)
{
	char *copy = text_of("%s", search), *rest = NULL;
	bool is_understood = true;

	*matches = true;
	for (char *term = strtok_r(copy, " ", &rest); term && is_understood;
		term = strtok_r(NULL, " ", &rest)) {
		bool one = true;

		is_understood = term_matches(term, group, &one);
		*matches = *matches && one;
	}
	free(copy);
	return is_understood;
}

static json_t *issue(const struct error_group *group, int number)
{
	char id[16], short_id[24], count[24], first[32], last[32];

	snprintf(id, sizeof(id), "%d", 4100 + number);
	snprintf(short_id, sizeof(short_id), "SHOP-%d", number + 1);
	snprintf(count, sizeof(count), "%lld", (long long)group->count);
	iso_time(first, group->first_seen);
	iso_time(last, group->last_seen);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:b,"
			 " s:{s:s, s:s}, s:{s:s, s:s, s:s}, s:{s:s}}",
		"id", id, "shortId", short_id, "title", "InternalError: internal error", "culprit",
		"shop_answer", "level", "error", "status", "unresolved", "type", "error", "count",
		count, "userCount", 0, "firstSeen", first, "lastSeen", last, "isUnhandled", 1,
		"metadata", "type", "InternalError", "value", "internal error", "project", "id",
		"1", "name", "shop", "slug", "shop", "firstRelease", "version", group->version);
}

/*
 * One page; where the next one begins stands in the header Link, as a cursor. `sentry_page` of the
 * state makes a page smaller than `limit`, so that few issues are many pages. Takes over the list.
 */
static json_t *page_of(struct visit *visit, json_t *all)
{
	const char *cursor = web_query(visit->request, "cursor");
	const char *limit = web_query(visit->request, "limit");
	json_int_t cap = json_integer_value(json_object_get(visit->state, "sentry_page"));
	size_t size = cap > 0 ? (size_t)cap : limit ? strtoul(limit, NULL, 10) : 25;
	size_t from = 0;
	json_t *page = json_array();

	if (cursor)
		sscanf(cursor, "0:%zu:0", &from);
	for (size_t i = from; i < from + size && i < json_array_size(all); i++)
		json_array_append(page, json_array_get(all, i));
	visit->reply->link = text_of("<http://127.0.0.1%s?cursor=0:%zu:0>; rel=\"next\"; "
				     "results=\"%s\"; cursor=\"0:%zu:0\"",
		visit->path, from + size, from + size < json_array_size(all) ? "true" : "false",
		from + size);
	json_decref(all);
	return page;
}

static void list(struct visit *visit)
{
	const char *search = web_query(visit->request, "query");
	struct error_group groups[GROUPS];
	int count = scrape_errors(groups, GROUPS);
	struct error_group probe = {.version = ""};
	json_t *issues = json_array();
	bool matches;

	if (!search)
		search = "is:unresolved";
	if (!search_matches(search, &probe, &matches)) {
		json_decref(issues);
		say_no(visit, 400, "Error parsing search query");
		return;
	}
	for (int i = 0; i < count; i++)
		if (search_matches(search, &groups[i], &matches) && matches)
			json_array_append_new(issues, issue(&groups[i], i));
	json_array_extend(issues, json_object_get(visit->state, "sentry"));
	reply_json(visit->reply, 200, page_of(visit, issues));
}

static bool is_period_known(const char *period)
{
	return !period || !*period || strcmp(period, "24h") == 0 || strcmp(period, "14d") == 0;
}

void sentry_answer(struct visit *visit)
{
	char organization[64], project[64], rest[16] = "";
	int parts = sscanf(
		visit->path, "/api/0/projects/%63[^/]/%63[^/]/%15s", organization, project, rest);
	bool is_of_project = parts == 3 && strcmp(rest, "issues/") == 0;
	bool is_of_organization =
		!is_of_project &&
		sscanf(visit->path, "/api/0/organizations/%63[^/]/%15s", organization, rest) == 2 &&
		strcmp(rest, "issues/") == 0;

	if (!web_header(visit->request, "Authorization"))
		say_no(visit, 401, "Authentication credentials were not provided.");
	else if (!has_token(visit, "Bearer", "sentry"))
		say_no(visit, 401, "Invalid token");
	else if (!is_of_project && !is_of_organization)
		say_no(visit, 404, "The requested resource does not exist");
	else if (is_of_project && !is_period_known(web_query(visit->request, "statsPeriod")))
		say_no(visit, 400, "Invalid stats_period. Valid choices are '', '24h', and '14d'");
	else
		list(visit);
}
