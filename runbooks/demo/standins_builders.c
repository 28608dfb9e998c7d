/*
 * Services that build and deploy: CircleCI, Heroku, Railway. What they do takes no time but one
 * look: it is under way at the first question after it began, and has ended at the second, as
 * `outcome` of the service in state.json says.
 */
#include "standins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

static json_t *part(struct visit *visit, const char *service, const char *name)
{
	return json_object_get(json_object_get(visit->state, service), name);
}

static const char *text_at(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static json_t *find_id(json_t *list, const char *id)
{
	json_t *item;
	size_t i;

	json_array_foreach(
		list, i, item) if (id && strcmp(text_at(item, "id"), id) == 0) return item;
	return NULL;
}

/* How something under way looks now: once as `busy`, then as the outcome; kept in the state. */
static void look(struct visit *visit, json_t *item, const char *service, const char *busy)
{
	bool is_new = strcmp(text_at(item, "status"), "new") == 0;

	if (!is_new && strcmp(text_at(item, "status"), busy) != 0)
		return;
	json_object_set_new(item, "status",
		is_new ? json_string(busy) : json_incref(part(visit, service, "outcome")));
	save_state(visit);
}

/* ---- CircleCI ------------------------------------------------------------------------------- */

static void circleci_no(struct visit *visit, unsigned status, const char *message)
{
	reply_json(visit->reply, status, json_pack("{s:s}", "message", message));
}

static void trigger(struct visit *visit, const char *slug)
{
	json_t *pipelines = part(visit, "circleci", "pipelines");
	json_t *body = json_loads(visit->request->body, 0, NULL), *pipeline;
	char id[48];
	json_int_t number = (json_int_t)json_array_size(pipelines) + 1;

	snprintf(id, sizeof(id), "5034460f-c7c4-4c43-9457-%012lld", (long long)number);
	if (strcmp(slug, "gh/acme/shop") != 0) {
		circleci_no(visit, 404, "Project not found");
	} else if (!json_is_object(body) ||
		   (json_object_get(body, "branch") && json_object_get(body, "tag"))) {
		circleci_no(visit, 400, "branch and tag are mutually exclusive");
	} else {
		pipeline =
			json_pack("{s:s, s:I, s:s}", "id", id, "number", number, "status", "new");
		json_array_append_new(pipelines, pipeline);
		save_state(visit);
		reply_json(visit->reply, 201,
			json_pack("{s:s, s:I, s:s, s:s}", "id", id, "number", number, "state",
				"pending", "created_at", "2025-01-15T10:00:00Z"));
	}
	json_decref(body);
}

static void workflows(struct visit *visit, json_t *pipeline)
{
	look(visit, pipeline, "circleci", "running");
	reply_json(visit->reply, 200,
		json_pack("{s:[{s:s, s:s, s:s}, {s:s, s:s, s:O}], s:n}", "items", "id", "w-build",
			"name", "build", "status", "success", "id", "w-deploy", "name", "deploy",
			"status", json_object_get(pipeline, "status"), "next_page_token"));
}

void circleci_answer(struct visit *visit)
{
	json_t *pipelines = part(visit, "circleci", "pipelines"), *pipeline;
	char id[64] = "", rest[32] = "", slug[128];
	bool is_post = strcmp(visit->request->method, "POST") == 0;

	if (!has_key(visit, "Circle-Token", "", "circleci")) {
		circleci_no(visit, 401, "You must log in first.");
	} else if (is_post && sscanf(visit->path, "/api/v2/project/%127s", slug) == 1 &&
		   strlen(slug) > 9 && strcmp(slug + strlen(slug) - 9, "/pipeline") == 0) {
		slug[strlen(slug) - 9] = '\0';
		trigger(visit, slug);
	} else if (is_post && sscanf(visit->path, "/api/v2/workflow/%63[^/]/%31s", id, rest) == 2 &&
		   strcmp(rest, "cancel") == 0) {
		circleci_no(visit, 202, "Accepted.");
	} else if (sscanf(visit->path, "/api/v2/pipeline/%63[^/]/%31s", id, rest) >= 1 &&
		   (pipeline = find_id(pipelines, id))) {
		if (strcmp(rest, "workflow") == 0)
			workflows(visit, pipeline);
		else
			reply_json(visit->reply, 200,
				json_pack("{s:s, s:O, s:s, s:[]}", "id", id, "number",
					json_object_get(pipeline, "number"), "state", "created",
					"errors"));
	} else {
		circleci_no(visit, 404, "Not found");
	}
}

/* ---- Heroku --------------------------------------------------------------------------------- */

static void heroku_no(struct visit *visit, unsigned status, const char *id, const char *message)
{
	reply_json(visit->reply, status, json_pack("{s:s, s:s}", "id", id, "message", message));
}

/* The new release is the current one; each change makes one, as there. */
static json_t *release(struct visit *visit, const char *status, const char *what)
{
	json_t *releases = part(visit, "heroku", "releases"), *old, *made;
	json_int_t version = (json_int_t)json_array_size(releases) + 1;
	char id[48];
	size_t i;

	json_array_foreach(releases, i, old) json_object_set_new(old, "current", json_false());
	snprintf(id, sizeof(id), "01234567-89ab-cdef-0123-%012lld", (long long)version);
	made = json_pack("{s:s, s:I, s:s, s:b, s:s}", "id", id, "version", version, "status",
		status, "current", 1, "description", what);
	json_array_append_new(releases, made);
	save_state(visit);
	return made;
}

static void roll_back(struct visit *visit, const json_t *body)
{
	json_t *old = find_id(part(visit, "heroku", "releases"), text_at(body, "release"));

	if (!old)
		heroku_no(visit, 404, "not_found", "Couldn't find that release.");
	else
		reply_json(visit->reply, 201,
			json_incref(release(visit, "succeeded",
				text_at(old, "description") ? text_at(old, "description") : "")));
}

static void build(struct visit *visit, const json_t *body)
{
	const json_t *blob = json_object_get(body, "source_blob");
	json_t *made;

	if (!text_at(blob, "url")) {
		heroku_no(visit, 422, "invalid_params", "Source URL is missing.");
		return;
	}
	made = json_pack("{s:s, s:s, s:s, s:n}", "id", "build-1", "status", "new", "version",
		text_at(blob, "version") ? text_at(blob, "version") : "", "release");
	json_array_append_new(part(visit, "heroku", "builds"), made);
	save_state(visit);
	reply_json(visit->reply, 201,
		json_pack("{s:s, s:s}", "id", text_at(made, "id"), "status", "pending"));
}

static void look_at_build(struct visit *visit, json_t *item)
{
	json_t *made;

	look(visit, item, "heroku", "pending");
	if (strcmp(text_at(item, "status"), "succeeded") == 0 &&
		json_is_null(json_object_get(item, "release"))) {
		made = release(visit, "succeeded", text_at(item, "version"));
		json_object_set_new(
			item, "release", json_pack("{s:O}", "id", json_object_get(made, "id")));
		save_state(visit);
	}
	reply_json(visit->reply, 200, json_incref(item));
}

static void heroku_app(struct visit *visit, const char *kind, const char *id)
{
	bool is_post = strcmp(visit->request->method, "POST") == 0;
	json_t *items = part(visit, "heroku", kind);
	json_t *body = json_loads(visit->request->body, 0, NULL), *item;

	if (is_post && strcmp(kind, "builds") == 0)
		build(visit, body);
	else if (is_post && strcmp(kind, "releases") == 0)
		roll_back(visit, body);
	else if (!*id && items)
		reply_json(visit->reply, 200, json_incref(items));
	else if ((item = find_id(items, id)) && strcmp(kind, "builds") == 0)
		look_at_build(visit, item);
	else if (item)
		reply_json(visit->reply, 200, json_incref(item));
	else
		heroku_no(visit, 404, "not_found", "The requested API endpoint was not found.");
	json_decref(body);
}

void heroku_answer(struct visit *visit)
{
	const char *accept = web_header(visit->request, "Accept");
	char app[64] = "", kind[32] = "", id[64] = "";

	if (!has_key(visit, "Authorization", "Bearer ", "heroku"))
		heroku_no(visit, 401, "unauthorized", "Invalid credentials provided.");
	else if (!accept || !strstr(accept, "application/vnd.heroku+json"))
		heroku_no(visit, 404, "not_found", "The requested API endpoint was not found.");
	else if (sscanf(visit->path, "/apps/%63[^/]/%31[^/]/%63s", app, kind, id) < 2)
		heroku_no(visit, 404, "not_found", "The requested API endpoint was not found.");
	else if (strcmp(app, "acme-shop") != 0)
		heroku_no(visit, 404, "not_found", "Couldn't find that app.");
	else
		heroku_app(visit, kind, id);
}

/* ---- Railway -------------------------------------------------------------------------------- */

/* GraphQL says no with status 200. */
static void railway_no(struct visit *visit, const char *message)
{
	reply_json(visit->reply, 200,
		json_pack("{s:[{s:s}], s:n}", "errors", "message", message, "data"));
}

static json_t *deployments_that_serve(struct visit *visit)
{
	json_t *all = part(visit, "railway", "deployments"), *edges = json_array();

	for (size_t i = json_array_size(all); i-- > 0 && json_array_size(edges) == 0;) {
		json_t *node = json_array_get(all, i);

		if (strcmp(text_at(node, "status"), "SUCCESS") == 0)
			json_array_append_new(edges, json_pack("{s:O}", "node", node));
	}
	return json_pack("{s:{s:{s:o}}}", "data", "deployments", "edges", edges);
}

static json_t *deploy(struct visit *visit)
{
	json_t *all = part(visit, "railway", "deployments");
	char id[32];

	snprintf(id, sizeof(id), "d-%zu", json_array_size(all) + 1);
	json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "id", id, "status", "new", "url",
					   "https://shop.example"));
	save_state(visit);
	return json_pack("{s:{s:s}}", "data", "serviceInstanceDeployV2", id);
}

static void railway_do(struct visit *visit, const char *query, const json_t *variables)
{
	json_t *item = find_id(part(visit, "railway", "deployments"), text_at(variables, "id"));

	if (text_at(variables, "service") && strcmp(text_at(variables, "service"), "s-1") != 0) {
		railway_no(visit, "Service not found");
	} else if (strstr(query, "serviceInstanceDeployV2(")) {
		reply_json(visit->reply, 200, deploy(visit));
	} else if (strstr(query, "deployments(")) {
		reply_json(visit->reply, 200, deployments_that_serve(visit));
	} else if (!item) {
		railway_no(visit, "Deployment not found");
	} else if (strstr(query, "deploymentRollback(")) {
		json_object_set_new(json_object_get(visit->state, "railway"), "rolled_back_to",
			json_incref(json_object_get(item, "id")));
		save_state(visit);
		reply_json(
			visit->reply, 200, json_pack("{s:{s:b}}", "data", "deploymentRollback", 1));
	} else {
		look(visit, item, "railway", "DEPLOYING");
		reply_json(visit->reply, 200, json_pack("{s:{s:O}}", "data", "deployment", item));
	}
}

void railway_answer(struct visit *visit)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	const char *query = text_at(body, "query");

	if (strcmp(visit->path, "/graphql/v2") != 0)
		reply_text(visit->reply, 404, "text/plain", "Not Found");
	else if (!query)
		reply_json(visit->reply, 400,
			json_pack(
				"{s:[{s:s}]}", "errors", "message", "Problem processing request"));
	else if (!has_key(visit, "Authorization", "Bearer ", "railway"))
		railway_no(visit, "Not Authorized");
	else
		railway_do(visit, query, json_object_get(body, "variables"));
	json_decref(body);
}
