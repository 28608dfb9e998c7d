#include "standins.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

struct service {
	const char *prefix;
	void (*answer)(struct visit *visit);
};

static const struct service services[] = {
	{"/github", github_answer},
	{"/slack", slack_answer},
	{"/sentry", sentry_answer},
	{"/prometheus", prometheus_answer},
	{"/statuspage", statuspage_answer},
	{"/circleci", circleci_answer},
	{"/heroku", heroku_answer},
	{"/railway", railway_answer},
	{"/datadog", datadog_answer},
	{"/newrelic", newrelic_answer},
	{"/pagerduty", pagerduty_answer},
	{"/launchdarkly", launchdarkly_answer},
	{"/unleash", unleash_answer},
};

static char *state_path(const struct standins *world)
{
	return text_of("%s/state.json", world->dir);
}

void save_state(const struct visit *visit)
{
	char *path = state_path(visit->world);

	if (!save_json(path, visit->state))
		say("ERROR %s: %s", path, strerror(errno));
	free(path);
}

bool has_key(const struct visit *visit, const char *header, const char *prefix, const char *service)
{
	const json_t *tokens = json_object_get(visit->state, "tokens");
	const char *token = json_string_value(json_object_get(tokens, service));
	const char *value = web_header(visit->request, header);
	size_t len = strlen(prefix);

	return token && value && strncasecmp(value, prefix, len) == 0 &&
	       strcmp(value + len, token) == 0;
}

bool has_token(const struct visit *visit, const char *scheme, const char *service)
{
	char *prefix = text_of("%s ", scheme);
	bool has = has_key(visit, "Authorization", prefix, service);

	free(prefix);
	return has;
}

static const struct service *find_service(const char *path)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
		size_t len = strlen(services[i].prefix);

		if (strncmp(path, services[i].prefix, len) == 0 && path[len] == '/')
			return &services[i];
	}
	return NULL;
}

/* What a service has instead of its answer: `faults` of the state, by its name. An entry is
 * { "status": 429, "body": "text", "retry_after": 30, "delay_ms": 500, "times": 2 }; without
 * `status` the service answers itself after the delay, without `times` it goes on. True when the
 * reply is made. */
static bool answer_fault(struct visit *visit, const char *service)
{
	json_t *fault = json_object_get(json_object_get(visit->state, "faults"), service);
	json_t *times = json_object_get(fault, "times"), *status = json_object_get(fault, "status");
	const char *body = json_string_value(json_object_get(fault, "body"));

	if (!fault || (times && json_integer_value(times) <= 0))
		return false;
	if (times) {
		json_object_set_new(fault, "times", json_integer(json_integer_value(times) - 1));
		save_state(visit);
	}
	pause_ms(json_integer_value(json_object_get(fault, "delay_ms")));
	if (!status)
		return false;
	visit->reply->retry_after_s =
		(int)json_integer_value(json_object_get(fault, "retry_after"));
	reply_text(
		visit->reply, (unsigned)json_integer_value(status), "text/plain", body ? body : "");
	return true;
}

static void answer(const struct request *request, struct reply *reply, void *context)
{
	/* One at a time: a request may read the state, change it and write it back. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const struct service *service = find_service(request->path);
	struct visit visit = {context, request, NULL, NULL, reply};
	char *path;

	if (!service) {
		reply_json(reply, 404, json_pack("{s:s}", "error", "no such stand-in"));
		return;
	}
	pthread_mutex_lock(&lock);
	path = state_path(visit.world);
	visit.path = request->path + strlen(service->prefix);
	visit.state = load_json(path);
	if (visit.state) {
		if (!answer_fault(&visit, service->prefix + 1))
			service->answer(&visit);
	} else {
		reply_json(reply, 500, json_pack("{s:s}", "error", "state.json cannot be read"));
	}
	json_decref(visit.state);
	free(path);
	pthread_mutex_unlock(&lock);
}

static void publish(const struct standins *world, int port)
{
	char *path = text_of("%s/standins.json", world->dir);
	char *url = text_of("http://127.0.0.1:%d", port);
	json_t *status =
		json_pack("{s:i, s:i, s:s}", "pid", (int)getpid(), "port", port, "url", url);

	save_json(path, status);
	json_decref(status);
	free(url);
	free(path);
}

static void wait_for_end(const char *pid_path, const sigset_t *ends)
{
	struct timespec tick = {0, 500000000};

	/* The file's absence says that the world has been removed. */
	while (pid_file_is_mine(pid_path) && sigtimedwait(ends, NULL, &tick) < 0)
		;
}

int main(int argc, char **argv)
{
	struct standins world;
	const char *pid_path;
	struct web *web;
	sigset_t ends;
	int fd;

	(void)argc;
	world = (struct standins){needed(argv, "--dir"), needed(argv, "--repository"),
		needed(argv, "--runner"), needed(argv, "--shop")};
	pid_path = needed(argv, "--pid");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = web_listen(atoi(option(argv, "--port", "0")));
	if (fd < 0)
		die("cannot listen: %s", strerror(errno));
	setsid();
	if (!pid_file_write(pid_path))
		die("cannot write %s: %s", pid_path, strerror(errno));
	web = scrape_start(world.shop) ? web_start(fd, answer, &world) : NULL;
	if (!web)
		die("cannot start");
	publish(&world, web_port(fd));
	wait_for_end(pid_path, &ends);
	web_quiesce(web);
	web_stop(web, 1000);
	actions_stop();
	scrape_stop();
	close(fd);
	return 0;
}
