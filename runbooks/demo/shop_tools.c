/*
 * Small helpers for the scripts of the demo: they ask, wait and stop without
 * curl, jq or a sleep.
 */
#include "shop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client.h"
#include "util.h"

static bool has_flag(char **argv, const char *name)
{
	for (; *argv; argv++)
		if (strcmp(*argv, name) == 0)
			return true;
	return false;
}

static char *header_lines(char **argv)
{
	char *lines = text_of("%s", "");

	for (; *argv; argv++)
		if (strcmp(*argv, "--header") == 0 && argv[1]) {
			char *longer = text_of("%s%s\r\n", lines, argv[1]);

			free(lines);
			lines = longer;
		}
	return lines;
}

/* Prints the body (or with --code the status); 0 for a 2xx, 1 for another status, 2 for none. */
int shop_http(char **argv)
{
	struct call call = {0};
	struct answer answer;
	const char *problem;
	char *headers;
	int result = 2;

	if (!argv[0] || !argv[1])
		die("usage: shop http METHOD URL [--code] [--json TEXT] [--header LINE]");
	headers = header_lines(argv);
	call = (struct call){argv[0], argv[1], option(argv, "--json", NULL), headers};
	problem = client_call(&call, 10000, &answer);
	if (problem) {
		fprintf(stderr, "%s: %s\n", call.url, problem);
	} else {
		if (has_flag(argv, "--code"))
			printf("%d\n", answer.status);
		else
			printf("%s\n", answer.body);
		result = answer.status / 100 == 2 ? 0 : 1;
	}
	answer_release(&answer);
	free(headers);
	return result;
}

/* The value at a path like `data.result.1.value`; numbers are places in a list, from 0. */
static const json_t *find_field(const json_t *json, const char *path)
{
	char name[128];

	while (json && *path) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		json = json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10))
					   : json_object_get(json, name);
		path += len + (path[len] == '.');
	}
	return json;
}

static char *field_text(const json_t *json, const char *path)
{
	const json_t *value = find_field(json, path);
	char *text, *copy;

	if (!value || json_is_string(value))
		return value ? text_of("%s", json_string_value(value)) : NULL;
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
	copy = text_of("%s", text ? text : "");
	free(text);
	return copy;
}

int shop_field(char **argv)
{
	json_t *json = json_loadf(stdin, JSON_DECODE_ANY, NULL);
	char *text = argv[0] ? field_text(json, argv[0]) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(json);
	return text ? 0 : 1;
}

static bool has_value(const char *url, const char *field, const char *value, char **seen)
{
	struct call call = {"GET", url, NULL, NULL};
	struct answer answer;
	const char *problem = client_call(&call, 2000, &answer);
	json_t *json = problem ? NULL : json_loads(answer.body, 0, NULL);
	char *text = field_text(json, field);
	bool is_equal = text && strcmp(text, value) == 0;

	free(*seen);
	*seen = problem ? text_of("%s", problem) : text_of("%s", text ? text : "no such field");
	free(text);
	json_decref(json);
	answer_release(&answer);
	return is_equal;
}

int shop_await(char **argv)
{
	int64_t end = now_ms() + 1000 * atoll(option(argv, "--timeout", "10"));
	char *seen = NULL;
	bool is_there;

	if (!argv[0] || !argv[1] || !argv[2])
		die("usage: shop await URL FIELD VALUE [--timeout SECONDS]");
	while (!(is_there = has_value(argv[0], argv[1], argv[2], &seen)) && now_ms() < end)
		pause_ms(50);
	if (!is_there)
		fprintf(stderr, "%s: %s is not %s but: %s\n", argv[0], argv[1], argv[2], seen);
	free(seen);
	return is_there ? 0 : 1;
}

/* The supervisor's word on `version`, newer than generation `before`; NULL while there is none.
 * An attempt at another version may end in between: somebody was stopped half-way. */
static json_t *outcome_of(const char *path, const char *version, json_int_t before)
{
	json_t *status = load_json(path);
	const char *attempted = json_string_value(json_object_get(status, "attempted"));

	if (attempted && json_integer_value(json_object_get(status, "generation")) > before &&
		(strcmp(attempted, version) == 0 || strcmp(attempted, "?") == 0))
		return status;
	json_decref(status);
	return NULL;
}

static json_int_t generation_now(const char *path)
{
	json_t *status = load_json(path);
	json_int_t generation = json_integer_value(json_object_get(status, "generation"));

	json_decref(status);
	return generation;
}

/* 0 when the release behind the link serves, 1 when it does not (its reason is printed). */
int shop_reload(char **argv)
{
	const char *path = needed(argv, "--status");
	const char *version = needed(argv, "--version");
	int64_t end = now_ms() + 1000 * atoll(option(argv, "--timeout", "30"));
	json_int_t before = generation_now(path);
	json_t *status = NULL;
	int result = 1;
	pid_t pid;
	int fd = pid_file_open(needed(argv, "--pid"), &pid);

	if (fd < 0 || syscall(SYS_pidfd_send_signal, fd, SIGHUP, NULL, 0) < 0)
		die("the service is not running");
	while (!(status = outcome_of(path, version, before)) && now_ms() < end)
		pause_ms(20);
	if (!status)
		fputs("no outcome in time\n", stderr);
	else if (strcmp(json_string_value(json_object_get(status, "outcome")), "ok") != 0)
		fprintf(stderr, "%s\n", json_string_value(json_object_get(status, "reason")));
	else
		result = 0;
	json_decref(status);
	close(fd);
	return result;
}

int shop_stop(char **argv)
{
	int result = 0;

	for (; *argv; argv++) {
		if (access(*argv, F_OK) == 0 && !pid_file_stop(*argv, 10000)) {
			fprintf(stderr, "%s: still alive\n", *argv);
			result = 1;
		}
	}
	return result;
}
