/*
 * Feature flags: LaunchDarkly and Unleash. Which flags there are, and where each is on, stands in
 * state.json under `flags`, one list for both.
 */
#include "standins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static json_t *find_flag(const struct visit *visit, const char *flag)
{
	return json_object_get(json_object_get(visit->state, "flags"), flag);
}

static void set_flag(struct visit *visit, json_t *flag, const char *environment, bool is_on)
{
	json_object_set_new(flag, environment, json_boolean(is_on));
	save_state(visit);
}

/* ---- LaunchDarkly --------------------------------------------------------------------------- */

static void launchdarkly_no(
	struct visit *visit, unsigned status, const char *code, const char *message)
{
	reply_json(visit->reply, status, json_pack("{s:s, s:s}", "code", code, "message", message));
}

static void show_flag(struct visit *visit, const char *key, const json_t *flag)
{
	json_t *environments = json_object(), *is_on;
	const char *name;

	json_object_foreach((json_t *)flag, name, is_on)
		json_object_set_new(environments, name, json_pack("{s:O}", "on", is_on));
	reply_json(visit->reply, 200,
		json_pack("{s:s, s:s, s:o}", "key", key, "kind", "boolean", "environments",
			environments));
}

/* A semantic patch: { environmentKey, instructions: [{ kind }] }. */
static bool patch_flag(struct visit *visit, json_t *flag)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	json_t *first = json_array_get(json_object_get(body, "instructions"), 0);
	const char *environment = json_string_value(json_object_get(body, "environmentKey"));
	const char *kind = json_string_value(json_object_get(first, "kind"));
	bool is_on = kind && strcmp(kind, "turnFlagOn") == 0;
	bool is_understood = environment && json_object_get(flag, environment) && kind &&
			     (is_on || strcmp(kind, "turnFlagOff") == 0);

	if (is_understood)
		set_flag(visit, flag, environment, is_on);
	json_decref(body);
	return is_understood;
}

void launchdarkly_answer(struct visit *visit)
{
	const char *type = web_header(visit->request, "Content-Type");
	char project[64] = "", key[64] = "";
	bool is_patch = strcmp(visit->request->method, "PATCH") == 0;
	int parts = sscanf(visit->path, "/api/v2/flags/%63[^/]/%63s", project, key);
	json_t *flag = find_flag(visit, key);

	if (!has_key(visit, "Authorization", "", "launchdarkly"))
		launchdarkly_no(visit, 401, "unauthorized", "Invalid access token");
	else if (parts != 2 || strcmp(project, "shop") != 0 || !flag)
		launchdarkly_no(visit, 404, "not_found", "Unknown feature flag key");
	else if (is_patch && (!type || !strstr(type, "domain-model=launchdarkly.semanticpatch")))
		launchdarkly_no(visit, 400, "invalid_request", "Invalid JSON patch");
	else if (is_patch && !patch_flag(visit, flag))
		launchdarkly_no(visit, 400, "invalid_request", "Invalid instruction");
	else
		show_flag(visit, key, flag);
}

/* ---- Unleash -------------------------------------------------------------------------------- */

static void unleash_no(struct visit *visit, unsigned status, const char *name, const char *message)
{
	reply_json(visit->reply, status, json_pack("{s:s, s:s}", "name", name, "message", message));
}

void unleash_answer(struct visit *visit)
{
	char project[64] = "", key[64] = "", environment[64] = "", what[16] = "";
	int parts = sscanf(visit->path,
		"/api/admin/projects/%63[^/]/features/%63[^/]/environments/%63[^/]/%15s", project,
		key, environment, what);
	json_t *flag = find_flag(visit, key), *is_on = json_object_get(flag, environment);
	bool is_post = strcmp(visit->request->method, "POST") == 0;

	if (!has_key(visit, "Authorization", "", "unleash")) {
		unleash_no(visit, 401, "AuthenticationRequired",
			"You must log in to use Unleash. Your request had no authorization header, "
			"so we could not authorize you.");
	} else if (parts < 3 || !is_on) {
		unleash_no(
			visit, 404, "NotFoundError", "Could not find the feature or environment");
	} else if (!is_post && parts == 3) {
		reply_json(visit->reply, 200,
			json_pack("{s:s, s:s, s:O}", "name", environment, "type", "production",
				"enabled", is_on));
	} else if (is_post && (strcmp(what, "on") == 0 || strcmp(what, "off") == 0)) {
		set_flag(visit, flag, environment, strcmp(what, "on") == 0);
		reply_text(visit->reply, 200, "text/plain", "");
	} else {
		unleash_no(visit, 404, "NotFoundError", "The path is not known");
	}
}
