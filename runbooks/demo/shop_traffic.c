/*
 * Visitors: a steady stream of everyday requests, so that error rates rest on
 * something. The report says how many had no answer at all; a change of
 * release without downtime leaves that number at zero.
 */
#include "shop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "util.h"

#define VISITORS 8
#define ADDRESSES 20

struct visit {
	const char *method, *path, *json; /* %d in the JSON is the visitor's number */
};

static const struct visit visits[] = {
	{"GET", "/", NULL},
	{"GET", "/api/products", NULL},
	{"POST", "/signup", "{\"email\":\"visitor%d@example.com\"}"},
	{"POST", "/login", "{\"email\":\"visitor%d@example.com\"}"},
	{"POST", "/orders", "{\"email\":\"visitor%d@example.com\",\"product\":\"teapot\"}"},
};

static struct {
	const char *url, *report;
	int64_t count; /* 0: without end */
	double rate;
	int64_t start_ms;
	atomic_bool is_over;
	atomic_llong next, sent, ok, server_errors, client_errors, unanswered;
	pthread_mutex_t lock;
	char last_failure[128];
} traffic = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void note_failure(const char *path, const char *problem)
{
	char time_text[32];

	iso_time(time_text, time(NULL));
	pthread_mutex_lock(&traffic.lock);
	snprintf(traffic.last_failure, sizeof(traffic.last_failure), "%s %s: %s", time_text, path,
		problem);
	pthread_mutex_unlock(&traffic.lock);
}

static char *filled_in(const char *json, int number)
{
	const char *gap = json ? strstr(json, "%d") : NULL;

	if (!gap)
		return NULL;
	return text_of("%.*s%d%s", (int)(gap - json), json, number, gap + 2);
}

static void visit(long long turn)
{
	const struct visit *plan = &visits[turn % 5];
	int number = (int)(turn / 5 % ADDRESSES);
	char *url = text_of("%s%s", traffic.url, plan->path);
	char *json = filled_in(plan->json, number);
	struct call call = {plan->method, url, json, NULL};
	struct answer answer;
	const char *problem = client_call(&call, 5000, &answer);

	atomic_fetch_add(&traffic.sent, 1);
	if (problem) {
		atomic_fetch_add(&traffic.unanswered, 1);
		note_failure(plan->path, problem);
	} else if (answer.status >= 500) {
		atomic_fetch_add(&traffic.server_errors, 1);
	} else {
		atomic_fetch_add(answer.status >= 400 ? &traffic.client_errors : &traffic.ok, 1);
	}
	answer_release(&answer);
	free(json);
	free(url);
}

/* Turns are handed out in order, each with its own time: a slow answer holds up one visitor. */
static void *visitor(void *unused)
{
	(void)unused;
	while (!atomic_load(&traffic.is_over)) {
		long long turn = atomic_fetch_add(&traffic.next, 1);
		int64_t due = traffic.start_ms + (int64_t)((double)turn * 1000 / traffic.rate);
		int64_t left = due - now_ms();

		if (traffic.count && turn >= traffic.count)
			break;
		if (left > 0)
			pause_ms(left);
		if (!atomic_load(&traffic.is_over))
			visit(turn);
	}
	return NULL;
}

static void write_report(bool is_running)
{
	json_t *report;

	pthread_mutex_lock(&traffic.lock);
	report = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:s}", "running", is_running, "sent",
		(json_int_t)traffic.sent, "ok", (json_int_t)traffic.ok, "server_errors",
		(json_int_t)traffic.server_errors, "client_errors",
		(json_int_t)traffic.client_errors, "unanswered", (json_int_t)traffic.unanswered,
		"last_failure", traffic.last_failure);
	pthread_mutex_unlock(&traffic.lock);
	save_json(traffic.report, report);
	json_decref(report);
}

static bool is_finished(void)
{
	return traffic.count && atomic_load(&traffic.sent) >= traffic.count;
}

static void report_until_end(const char *pid_path, const sigset_t *ends)
{
	struct timespec tick = {0, 250000000};

	while (!is_finished() && (!pid_path || pid_file_is_mine(pid_path))) {
		write_report(true);
		if (sigtimedwait(ends, NULL, &tick) > 0)
			break;
	}
	atomic_store(&traffic.is_over, true);
}

int shop_traffic(char **argv)
{
	const char *pid_path = option(argv, "--pid", NULL);
	pthread_t visitors[VISITORS];
	sigset_t ends;

	traffic.url = needed(argv, "--url");
	traffic.report = needed(argv, "--report");
	traffic.rate = strtod(option(argv, "--rate", "25"), NULL);
	traffic.count = atoll(option(argv, "--count", "0"));
	if (!(traffic.rate > 0 && traffic.rate <= 10000))
		die("--rate is not a number of requests a second");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (pid_path) {
		setsid();
		if (!pid_file_write(pid_path))
			die("cannot write %s: %s", pid_path, strerror(errno));
	}
	traffic.start_ms = now_ms();
	for (int i = 0; i < VISITORS; i++)
		if (pthread_create(&visitors[i], NULL, visitor, NULL) != 0)
			die("no thread can be started");
	report_until_end(pid_path, &ends);
	for (int i = 0; i < VISITORS; i++)
		pthread_join(visitors[i], NULL);
	write_report(false);
	return atomic_load(&traffic.unanswered) ? 1 : 0;
}
