/*
 * The rest of the GitHub stand-in: pull requests that can be merged, and releases; both are lists
 * of state.json.
 */
#include "standins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static json_t *find(json_t *list, const char *field, const char *wanted)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		json_t *value = json_object_get(item, field);
		char number[32];

		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		if (strcmp(json_is_string(value) ? json_string_value(value) : number, wanted) == 0)
			return item;
	}
	return NULL;
}

static void merge(struct visit *visit, json_t *pull)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	json_t *head = json_object_get(json_object_get(pull, "head"), "sha");
	const char *sha = json_string_value(json_object_get(body, "sha"));

	if (!json_is_true(json_object_get(pull, "mergeable"))) {
		github_refuse(visit, 405, "Pull Request is not mergeable");
	} else if (sha && strcmp(sha, json_string_value(head)) != 0) {
		github_refuse(
			visit, 409, "Head branch was modified. Review and try the merge again.");
	} else {
		json_object_set_new(pull, "merged", json_true());
		json_object_set_new(pull, "state", json_string("closed"));
		save_state(visit);
		reply_json(visit->reply, 200,
			json_pack("{s:O, s:b, s:s}", "sha", head, "merged", 1, "message",
				"Pull Request successfully merged"));
	}
	json_decref(body);
}

void pulls_answer(struct visit *visit, const char *rest)
{
	char number[16] = "", sub[16] = "";
	int parts = sscanf(rest, "%15[0-9]/%15s", number, sub);
	json_t *pull = find(json_object_get(visit->state, "pulls"), "number", number);

	if (!pull || (parts == 2 && strcmp(sub, "merge") != 0))
		github_refuse(visit, 404, "Not Found");
	else if (parts == 2 && strcmp(visit->request->method, "PUT") == 0)
		merge(visit, pull);
	else
		reply_json(visit->reply, 200, json_incref(pull));
}

static void publish(struct visit *visit, json_t *releases)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	const char *tag = json_string_value(json_object_get(body, "tag_name"));
	char sha[64];
	json_t *made;

	if (!tag || !github_resolve(visit->world, tag, sha)) {
		github_refuse(visit, 422, "Validation Failed");
	} else {
		made = json_pack("{s:I, s:s}", "id", (json_int_t)json_array_size(releases) + 1,
			"html_url", "https://github.com/acme/shop/releases");
		json_object_update(made, body);
		json_array_append_new(releases, made);
		save_state(visit);
		reply_json(visit->reply, 201, json_incref(made));
	}
	json_decref(body);
}

static void withdraw(struct visit *visit, json_t *releases, const json_t *release)
{
	for (size_t i = json_array_size(releases); i-- > 0;)
		if (json_array_get(releases, i) == release)
			json_array_remove(releases, i);
	save_state(visit);
	reply_text(visit->reply, 204, "text/plain", "");
}

void releases_answer(struct visit *visit, const char *rest)
{
	json_t *releases = json_object_get(visit->state, "releases"), *release;
	const char *method = visit->request->method;
	bool is_tag = strncmp(rest, "/tags/", 6) == 0;

	release = find(releases, is_tag ? "tag_name" : "id", rest + (is_tag ? 6 : *rest == '/'));
	if (!*rest && strcmp(method, "POST") == 0)
		publish(visit, releases);
	else if (!release)
		github_refuse(visit, 404, "Not Found");
	else if (strcmp(method, "DELETE") == 0)
		withdraw(visit, releases, release);
	else
		reply_json(visit->reply, 200, json_incref(release));
}
