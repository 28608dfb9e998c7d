/*
 * GitHub's REST API, as far as a deployment asks: check runs of a commit, issues,
 * comments. Commits are those of the real repository; how their checks ended
 * stands in state.json under `checks`, by ref or commit, with "*" for the rest.
 */
#include "standins.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

extern char **environ;

void github_refuse(struct visit *visit, unsigned status, const char *message)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", status);
	reply_json(visit->reply, status,
		json_pack("{s:s, s:s, s:s}", "message", message, "documentation_url",
			"https://docs.github.com/rest", "status", number));
}

static bool run_git(const struct standins *world, const char *revision, char *out, size_t size)
{
	char *argv[] = {"git", "--git-dir", (char *)world->repository, "rev-parse", "--quiet",
		"--verify", "--end-of-options", (char *)revision, NULL};
	posix_spawn_file_actions_t files;
	int pipe_fds[2], status = -1;
	ssize_t n = 0;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return false;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, pipe_fds[1], STDOUT_FILENO);
	if (posix_spawnp(&pid, "git", &files, NULL, argv, environ) == 0) {
		close(pipe_fds[1]);
		pipe_fds[1] = -1;
		n = read(pipe_fds[0], out, size - 1);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	posix_spawn_file_actions_destroy(&files);
	close(pipe_fds[0]);
	if (pipe_fds[1] >= 0)
		close(pipe_fds[1]);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return status == 0 && strlen(out) == 40;
}

bool github_resolve(const struct standins *world, const char *ref, char sha[64])
{
	char *revision = text_of("%s^{commit}", ref);
	bool is_known = run_git(world, revision, sha, 64);

	free(revision);
	return is_known;
}

static json_t *check_run(json_t *template, const char *sha, json_int_t id)
{
	const char *status = json_string_value(json_object_get(template, "status"));
	bool is_completed = status && strcmp(status, "completed") == 0;
	char now[32];
	json_t *run;

	iso_time(now, time(NULL));
	run = json_pack("{s:I, s:s, s:s, s:s, s:n, s:s, s:{s:s, s:s}, s:[]}", "id", id, "head_sha",
		sha, "status", status ? status : "queued", "started_at", now, "conclusion",
		"completed_at", now, "app", "slug", "github-actions", "name", "GitHub Actions",
		"pull_requests");
	json_object_update(run, template);
	if (!is_completed) {
		json_object_set_new(run, "conclusion", json_null());
		json_object_set_new(run, "completed_at", json_null());
	}
	return run;
}

static bool is_wanted(
	const struct visit *visit, const json_t *run, const char *field, const char *parameter)
{
	const char *wanted = web_query(visit->request, parameter);
	const char *value = json_string_value(json_object_get(run, field));

	return !wanted || (value && strcmp(value, wanted) == 0);
}

/* One page of a list, as `per_page` and `page` say; takes over the list. */
static json_t *page_of(const struct visit *visit, json_t *all)
{
	const char *size = web_query(visit->request, "per_page");
	const char *number = web_query(visit->request, "page");
	size_t per_page = size ? strtoul(size, NULL, 10) : 30;
	size_t from = per_page * (number ? strtoul(number, NULL, 10) - 1 : 0);
	json_t *page = json_array();

	if (per_page > 100)
		per_page = 100;
	for (size_t i = from; i < from + per_page && i < json_array_size(all); i++)
		json_array_append(page, json_array_get(all, i));
	json_decref(all);
	return page;
}

static void check_runs(struct visit *visit, const char *ref)
{
	json_t *checks = json_object_get(visit->state, "checks");
	json_t *templates = json_object_get(checks, ref), *template;
	json_t *runs = json_array();
	char sha[64], *message;
	size_t i;
	int total;

	if (!github_resolve(visit->world, ref, sha)) {
		message = text_of("No commit found for SHA: %s", ref);
		github_refuse(visit, 422, message);
		free(message);
		json_decref(runs);
		return;
	}
	if (!templates)
		templates = json_object_get(checks, sha);
	if (!templates)
		templates = json_object_get(checks, "*");
	json_array_foreach(templates, i, template)
	{
		json_t *run = check_run(template, sha, (json_int_t)(1000 + i));

		if (is_wanted(visit, run, "name", "check_name") &&
			is_wanted(visit, run, "status", "status"))
			json_array_append(runs, run);
		json_decref(run);
	}
	total = (int)json_array_size(runs);
	reply_json(visit->reply, 200,
		json_pack("{s:i, s:o}", "total_count", total, "check_runs", page_of(visit, runs)));
}

static json_t *find_issue(struct visit *visit, const char *number)
{
	json_t *issues = json_object_get(visit->state, "issues"), *issue;
	size_t i;

	json_array_foreach(issues, i, issue) if (json_integer_value(json_object_get(issue,
							 "number")) == atoll(number)) return issue;
	return NULL;
}

static bool is_state_known(const char *state)
{
	return strcmp(state, "open") == 0 || strcmp(state, "closed") == 0;
}

static void change_issue(struct visit *visit, json_t *issue)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	const char *state = json_string_value(json_object_get(body, "state"));
	json_t *reason = json_object_get(body, "state_reason");
	char now[32];

	if (!json_is_object(body)) {
		github_refuse(visit, 400, "Problems parsing JSON");
	} else if (state && !is_state_known(state)) {
		github_refuse(visit, 422, "Validation Failed");
	} else {
		iso_time(now, time(NULL));
		if (state) {
			bool is_closed = strcmp(state, "closed") == 0;

			json_object_set_new(issue, "state", json_string(state));
			json_object_set_new(
				issue, "closed_at", is_closed ? json_string(now) : json_null());
			json_object_set_new(issue, "state_reason",
				json_string(is_closed ? "completed" : "reopened"));
		}
		if (json_is_string(reason))
			json_object_set(issue, "state_reason", reason);
		json_object_set_new(issue, "updated_at", json_string(now));
		save_state(visit);
		reply_json(visit->reply, 200, json_incref(issue));
	}
	json_decref(body);
}

static void add_comment(struct visit *visit, json_t *issue)
{
	json_t *body = json_loads(visit->request->body, 0, NULL);
	const char *text = json_string_value(json_object_get(body, "body"));
	json_t *comments = json_object_get(issue, "comment_list"), *comment;
	char now[32];

	iso_time(now, time(NULL));
	if (!text) {
		github_refuse(visit, 422, "Validation Failed");
	} else {
		if (!comments) {
			comments = json_array();
			json_object_set_new(issue, "comment_list", comments);
		}
		comment = json_pack("{s:i, s:s, s:s, s:{s:s}}", "id",
			(int)json_array_size(comments) + 1, "body", text, "created_at", now, "user",
			"login", "shop-deploy");
		json_array_append(comments, comment);
		save_state(visit);
		reply_json(visit->reply, 201, comment);
	}
	json_decref(body);
}

static void issues(struct visit *visit, const char *rest)
{
	json_t *issue = find_issue(visit, rest);
	const char *method = visit->request->method;
	const char *sub = strchr(rest, '/');

	if (!issue)
		github_refuse(visit, 404, "Not Found");
	else if (sub && strcmp(sub, "/comments") == 0 && strcmp(method, "POST") == 0)
		add_comment(visit, issue);
	else if (sub)
		github_refuse(visit, 404, "Not Found");
	else if (strcmp(method, "PATCH") == 0)
		change_issue(visit, issue);
	else
		reply_json(visit->reply, 200, json_incref(issue));
}

/* Where the path goes on after /repos/OWNER/REPO/, or NULL. */
static const char *inside_repo(const char *path)
{
	const char *at = strncmp(path, "/repos/", 7) == 0 ? strchr(path + 7, '/') : NULL;

	at = at ? strchr(at + 1, '/') : NULL;
	return at ? at + 1 : NULL;
}

void github_answer(struct visit *visit)
{
	const char *rest = inside_repo(visit->path);
	const char *end = rest ? strstr(rest, "/check-runs") : NULL;

	if (!has_token(visit, "Bearer", "github") && !has_token(visit, "token", "github")) {
		github_refuse(visit, 401, "Bad credentials");
	} else if (rest && strncmp(rest, "issues/", 7) == 0) {
		issues(visit, rest + 7);
	} else if (rest && strncmp(rest, "pulls/", 6) == 0) {
		pulls_answer(visit, rest + 6);
	} else if (rest && strncmp(rest, "releases", 8) == 0) {
		releases_answer(visit, rest + 8);
	} else if (rest && strncmp(rest, "actions/", 8) == 0) {
		actions_answer(visit, rest + 8);
	} else if (end && !end[11] && strncmp(rest, "commits/", 8) == 0) {
		char *ref = text_of("%.*s", (int)(end - rest - 8), rest + 8);

		check_runs(visit, ref);
		free(ref);
	} else {
		github_refuse(visit, 404, "Not Found");
	}
}
