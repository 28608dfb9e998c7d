/*
 * Local stand-ins for the services that a deployment talks to. They speak the
 * documented shapes of the real ones, as far as the demo asks; what they say
 * rests on the real shop, the real repository, and one file of state.
 */
#ifndef STANDINS_H
#define STANDINS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "web.h"

struct standins {
	const char *dir;	/* state.json, and what was received */
	const char *repository; /* a bare git repository: the commits of the GitHub stand-in */
	const char *runner;	/* the clone that the pipeline works in */
	const char *shop;	/* the URL of production */
};

/* One request with the service's prefix taken off the path, and what it may use. */
struct visit {
	const struct standins *world;
	const struct request *request;
	const char *path;
	json_t *state; /* of state.json, read for this request */
	struct reply *reply;
};

void github_answer(struct visit *visit);
void slack_answer(struct visit *visit);
void sentry_answer(struct visit *visit);
void prometheus_answer(struct visit *visit);
void statuspage_answer(struct visit *visit);
void circleci_answer(struct visit *visit);
void heroku_answer(struct visit *visit);
void railway_answer(struct visit *visit);
void datadog_answer(struct visit *visit);
void newrelic_answer(struct visit *visit);
void pagerduty_answer(struct visit *visit);
void launchdarkly_answer(struct visit *visit);
void unleash_answer(struct visit *visit);

/* Parts of the GitHub stand-in: `rest` is the path after /repos/OWNER/REPO/actions/. */
void actions_answer(struct visit *visit, const char *rest);
void actions_stop(void);
/* `rest` is the path after …/pulls/ and …/releases. */
void pulls_answer(struct visit *visit, const char *rest);
void releases_answer(struct visit *visit, const char *rest);
void github_refuse(struct visit *visit, unsigned status, const char *message);

/* The commit that a ref of the repository names; false when there is none. */
bool github_resolve(const struct standins *world, const char *ref, char sha[64]);

/* True when the header is `prefix` (in any case) and the token that the state has for `service`.
 * `has_token` looks at Authorization, for a scheme and a blank. */
bool has_key(
	const struct visit *visit, const char *header, const char *prefix, const char *service);
bool has_token(const struct visit *visit, const char *scheme, const char *service);

/* Keeps a changed state. */
void save_state(const struct visit *visit);

/* What Prometheus and Sentry know of the shop, gathered once a second from its /metrics. */
struct window {
	int64_t samples; /* scrapes that worked */
	double requests, errors, seconds;
	double p95_ms;	    /* NaN without requests */
	double cpu_seconds; /* used in the window */
	bool is_up;	    /* at the last scrape */
	double memory_bytes, cpu_total, start_time;
	char version[32];
};

/* What a release did wrong, as an error tracker sees it. */
struct error_group {
	char version[32];
	int64_t count, first_seen, last_seen;
};

bool scrape_start(const char *shop_url);
void scrape_stop(void);

/* The last `seconds`; at most 15 minutes are kept. */
struct window scrape_window(int64_t seconds);

/* Copies at most `max` groups; returns how many there are. */
int scrape_errors(struct error_group *groups, int max);

#endif
