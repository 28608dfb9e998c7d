/*
 * GitHub Actions, as far as a deployment asks: dispatch the workflow deploy.yml,
 * list its runs, look at one. The run is real: ci.sh of the runner's clone builds
 * and deploys. Its output is kept in run-ID.log beside state.json.
 *
 * Runs live as long as this process; one that is under way when it ends is ended with it.
 */
#include "standins.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

#define RUNS 64
#define FIRST_ID 7000

extern char **environ;

struct run {
	pid_t pid; /* 0 once it has completed */
	bool is_success;
	int64_t started, updated;
	char branch[128], sha[64];
};

static struct {
	pthread_mutex_t lock;
	struct run list[RUNS];
	int count;
} runs = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Learns which runs have ended. The caller holds the lock. */
static void look_at_children(void)
{
	for (int i = 0; i < runs.count; i++) {
		struct run *run = &runs.list[i];
		int status;

		if (run->pid && waitpid(run->pid, &status, WNOHANG) == run->pid) {
			run->pid = 0;
			run->is_success = status == 0;
			run->updated = time(NULL);
		}
	}
}

/* ci.sh REF [VERSION] in a process group of its own, so that it can be ended as a whole. */
static pid_t spawn_ci(const struct standins *world, int id, const char *ref, const char *version)
{
	char *script = text_of("%s/ci.sh", world->runner);
	char *log = text_of("%s/run-%d.log", world->dir, id);
	char *argv[] = {"sh", script, (char *)ref, (char *)version, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid = 0;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	if (posix_spawnp(&pid, "sh", &files, &attributes, argv, environ) != 0)
		pid = 0;
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	free(log);
	free(script);
	return pid;
}

static bool start_run(struct visit *visit, const char *ref, const char *sha, const char *version)
{
	struct run *run = &runs.list[runs.count];

	if (runs.count == RUNS)
		return false;
	*run = (struct run){.started = time(NULL), .updated = time(NULL)};
	snprintf(run->branch, sizeof(run->branch), "%s", ref);
	snprintf(run->sha, sizeof(run->sha), "%s", sha);
	run->pid = spawn_ci(visit->world, FIRST_ID + runs.count, ref, version);
	runs.count += run->pid > 0;
	return run->pid > 0;
}

static void dispatch(struct visit *visit)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	const char *ref = json_string_value(json_object_get(body, "ref"));
	const json_t *inputs = json_object_get(body, "inputs");
	const char *version = json_string_value(json_object_get(inputs, "version"));
	char sha[64];

	if (!ref) {
		github_refuse(visit, 422, "Invalid request. \"ref\" wasn't supplied.");
	} else if (!github_resolve(visit->world, ref, sha)) {
		char *message = text_of("No ref found for: %s", ref);

		github_refuse(visit, 422, message);
		free(message);
	} else if (!start_run(visit, ref, sha, version)) {
		github_refuse(visit, 500, "no runner");
	} else {
		reply_text(visit->reply, 204, "application/json", "");
	}
	json_decref(body);
}

static json_t *run_json(int index)
{
	const struct run *run = &runs.list[index];
	char started[32], updated[32], url[64];

	iso_time(started, run->started);
	iso_time(updated, run->updated);
	snprintf(
		url, sizeof(url), "https://github.com/acme/shop/actions/runs/%d", FIRST_ID + index);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:o, s:s, s:s}", "id",
		FIRST_ID + index, "name", "deploy", "path", ".github/workflows/deploy.yml",
		"head_branch", run->branch, "head_sha", run->sha, "event", "workflow_dispatch",
		"run_number", index + 1, "html_url", url, "status",
		run->pid ? "in_progress" : "completed", "conclusion",
		run->pid ? json_null() : json_string(run->is_success ? "success" : "failure"),
		"created_at", started, "updated_at", updated);
}

/* Newest first, as there. */
static void list(struct visit *visit)
{
	const char *branch = web_query(visit->request, "branch");
	json_t *all = json_array();

	for (int i = runs.count - 1; i >= 0; i--)
		if (!branch || strcmp(branch, runs.list[i].branch) == 0)
			json_array_append_new(all, run_json(i));
	reply_json(visit->reply, 200,
		json_pack("{s:i, s:o}", "total_count", (int)json_array_size(all), "workflow_runs",
			all));
}

void actions_answer(struct visit *visit, const char *rest)
{
	bool is_post = strcmp(visit->request->method, "POST") == 0;
	long index = strncmp(rest, "runs/", 5) == 0 ? strtol(rest + 5, NULL, 10) - FIRST_ID : -1;

	pthread_mutex_lock(&runs.lock);
	look_at_children();
	if (is_post && strcmp(rest, "workflows/deploy.yml/dispatches") == 0)
		dispatch(visit);
	else if (!is_post &&
		 (strcmp(rest, "workflows/deploy.yml/runs") == 0 || strcmp(rest, "runs") == 0))
		list(visit);
	else if (!is_post && index >= 0 && index < runs.count)
		reply_json(visit->reply, 200, run_json((int)index));
	else
		github_refuse(visit, 404, "Not Found");
	pthread_mutex_unlock(&runs.lock);
}

void actions_stop(void)
{
	pthread_mutex_lock(&runs.lock);
	look_at_children();
	for (int i = 0; i < runs.count; i++)
		if (runs.list[i].pid) {
			kill(-runs.list[i].pid, SIGKILL);
			waitpid(runs.list[i].pid, NULL, 0);
		}
	pthread_mutex_unlock(&runs.lock);
}
