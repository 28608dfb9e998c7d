/*
 * Where people read: Slack's incoming webhook and its bots, and Statuspage's incidents.
 * What Slack receives is appended to slack.jsonl beside state.json.
 */
#include "standins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

static void keep_message(struct visit *visit, json_t *payload)
{
	char *path = text_of("%s/slack.jsonl", visit->world->dir);
	FILE *file = fopen(path, "ae");
	char now[32];
	json_t *entry;

	iso_time(now, time(NULL));
	entry = json_pack("{s:s, s:O}", "time", now, "message", payload);
	if (file) {
		json_dumpf(entry, file, JSON_COMPACT);
		fputc('\n', file);
		fclose(file);
	}
	json_decref(entry);
	free(path);
}

static void incoming(struct visit *visit)
{
	const char *ours = json_string_value(json_object_get(visit->state, "slack"));
	json_t *payload = json_loadb(visit->request->body, visit->request->body_len, 0, NULL);
	const char *text = json_string_value(json_object_get(payload, "text"));
	unsigned status = 200;
	const char *word = "ok";

	if (!ours || strcmp(visit->path, ours) != 0) {
		status = 404;
		word = "no_service";
	} else if (strcmp(visit->request->method, "POST") != 0 || !json_is_object(payload)) {
		status = 400;
		word = "invalid_payload";
	} else if ((!text || !*text) && !json_object_get(payload, "blocks") &&
		   !json_object_get(payload, "attachments")) {
		status = 400;
		word = "no_text";
	} else {
		keep_message(visit, payload);
	}
	reply_text(visit->reply, status, "text/html", word);
	json_decref(payload);
}

/* A bot posts to a channel that it is in: C1. Slack says no with status 200. */
static void post_message(struct visit *visit)
{
	json_t *payload = json_loadb(visit->request->body, visit->request->body_len, 0, NULL);
	const char *channel = json_string_value(json_object_get(payload, "channel"));
	const char *trouble = NULL;
	char ts[32];

	if (!web_header(visit->request, "Authorization"))
		trouble = "not_authed";
	else if (!has_token(visit, "Bearer", "slack"))
		trouble = "invalid_auth";
	else if (!channel || strcmp(channel, "C1") != 0)
		trouble = channel && strcmp(channel, "C2") == 0 ? "not_in_channel"
								: "channel_not_found";
	else
		keep_message(visit, payload);
	snprintf(ts, sizeof(ts), "%lld.000100", (long long)time(NULL));
	reply_json(visit->reply, 200,
		trouble ? json_pack("{s:b, s:s}", "ok", 0, "error", trouble)
			: json_pack("{s:b, s:s, s:s}", "ok", 1, "channel", channel, "ts", ts));
	json_decref(payload);
}

void slack_answer(struct visit *visit)
{
	if (strcmp(visit->path, "/api/chat.postMessage") == 0)
		post_message(visit);
	else
		incoming(visit);
}

static bool is_resolved(const json_t *incident)
{
	const char *status = json_string_value(json_object_get(incident, "status"));

	return status && (strcmp(status, "resolved") == 0 || strcmp(status, "postmortem") == 0 ||
				 strcmp(status, "completed") == 0);
}

static json_t *unresolved(struct visit *visit)
{
	json_t *all = json_object_get(visit->state, "incidents"), *incident;
	json_t *open = json_array();
	size_t i;

	json_array_foreach(all, i, incident) if (!is_resolved(incident))
		json_array_append(open, incident);
	return open;
}

/* A new incident, or with `id` new fields of an old one. */
static void put_incident(struct visit *visit, const char *id)
{
	json_t *all = json_object_get(visit->state, "incidents"), *incident = NULL, *known;
	json_t *body = json_loads(visit->request->body, 0, NULL);
	json_t *fields = json_object_get(body, "incident");
	char now[32];
	size_t i;

	iso_time(now, time(NULL));
	json_array_foreach(all, i,
		known) if (id && strcmp(json_string_value(json_object_get(known, "id")), id) == 0)
		incident = known;
	if (id && !incident) {
		reply_json(visit->reply, 404, json_pack("{s:s}", "error", "Not found"));
	} else if (!json_is_object(fields) || (!id && !json_object_get(fields, "name"))) {
		reply_json(visit->reply, 422, json_pack("{s:[s]}", "error", "Name can't be blank"));
	} else {
		if (!incident) {
			char *new_id = text_of("inc%zu", json_array_size(all) + 1);

			incident = json_pack("{s:s, s:s, s:s, s:s}", "id", new_id, "status",
				"investigating", "impact", "none", "created_at", now);
			json_array_append_new(all, incident);
			free(new_id);
		}
		json_object_update(incident, fields);
		json_object_set_new(incident, "updated_at", json_string(now));
		save_state(visit);
		reply_json(visit->reply, id ? 200 : 201, json_incref(incident));
	}
	json_decref(body);
}

static void manage(struct visit *visit, const char *rest)
{
	const char *method = visit->request->method;

	if (!has_token(visit, "OAuth", "statuspage"))
		reply_json(
			visit->reply, 401, json_pack("{s:s}", "error", "Could not authenticate"));
	else if (strcmp(rest, "/unresolved") == 0 || strcmp(rest, "/unresolved.json") == 0)
		reply_json(visit->reply, 200, unresolved(visit));
	else if ((!*rest || strcmp(rest, ".json") == 0) && strcmp(method, "POST") == 0)
		put_incident(visit, NULL);
	else if (*rest == '/' && strcmp(method, "PATCH") == 0)
		put_incident(visit, rest + 1);
	else
		reply_json(visit->reply, 404, json_pack("{s:s}", "error", "Not found"));
}

/* The management API needs a key; the page's own public API does not. */
void statuspage_answer(struct visit *visit)
{
	char page[64] = "";
	const char *rest = NULL;
	char now[32];

	if (sscanf(visit->path, "/v1/pages/%63[^/]/incidents", page) == 1)
		rest = strstr(visit->path, "/incidents");
	iso_time(now, time(NULL));
	if (rest)
		manage(visit, rest + strlen("/incidents"));
	else if (strcmp(visit->path, "/api/v2/incidents/unresolved.json") == 0)
		reply_json(visit->reply, 200,
			json_pack("{s:{s:s, s:s, s:s}, s:o}", "page", "id", "shop", "name", "Shop",
				"updated_at", now, "incidents", unresolved(visit)));
	else
		reply_json(visit->reply, 404, json_pack("{s:s}", "error", "Not found"));
}
