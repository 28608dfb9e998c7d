#include "shop_release.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const char *fill_in(struct release *release, const json_t *json)
{
	const char *version = json_string_value(json_object_get(json, "version"));
	const json_t *faults = json_object_get(json, "faults");
	const json_t *schema = json_object_get(json, "schema");

	if (!version || strlen(version) >= sizeof(release->version))
		return "release.json has no usable version";
	if (!json_is_integer(schema))
		return "release.json has no schema";
	strcpy(release->version, version);
	release->schema = (int)json_integer_value(schema);
	release->error_rate = json_number_value(json_object_get(faults, "error_rate"));
	release->latency_ms = json_integer_value(json_object_get(faults, "latency_ms"));
	release->fail_start = json_is_true(json_object_get(faults, "fail_start"));
	if (!(release->error_rate >= 0 && release->error_rate <= 1))
		return "error_rate is not between 0 and 1";
	if (release->latency_ms < 0 || release->latency_ms > 60000)
		return "latency_ms is not between 0 and 60000";
	return NULL;
}

const char *release_load(struct release *release, const char *path)
{
	const char *problem;
	char *file;
	json_t *json;

	memset(release, 0, sizeof(*release));
	if (!realpath(path, release->dir))
		return "there is no such release";
	file = text_of("%s/release.json", release->dir);
	json = load_json(file);
	free(file);
	problem = json ? fill_in(release, json) : "release.json is missing or not JSON";
	json_decref(json);
	return problem;
}
