/*
 * A worker serves one release on a socket that it was given.
 *
 * It speaks to the supervisor over one pipe, its line: "ready", or why it
 * cannot start; and the end of the line means that it accepts nothing more.
 */
#include "shop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "shop_http.h"
#include "shop_metrics.h"
#include "util.h"

#define DRAIN_MS 3000

static void refuse_start(int line, const char *version, const char *why)
{
	say("FATAL %s cannot start: %s", version, why);
	dprintf(line, "%s", why);
}

/* NULL, or why this release cannot serve this database. */
static const char *prepare(struct shop *shop, char **argv, char why[128])
{
	const char *problem = release_load(&shop->release, needed(argv, "--release"));
	int schema;

	if (problem)
		return problem;
	if (shop->release.fail_start)
		return "missing environment variable PAYMENTS_URL";
	shop->store = store_open(needed(argv, "--db"), shop->release.schema);
	if (!shop->store)
		return "the database cannot be opened";
	schema = store_schema(shop->store);
	if (schema < 0)
		return "the database has no schema";
	if (schema < shop->release.schema) {
		snprintf(why, 128, "needs schema %d, the database has %d: run the migrations first",
			shop->release.schema, schema);
		return why;
	}
	return NULL;
}

static void serve_until_told(struct shop *shop, struct web *web, int line, const sigset_t *ends)
{
	int signal;

	say("INFO %s serves, schema %d", shop->release.version, store_schema(shop->store));
	dprintf(line, "ready");
	sigwait(ends, &signal);
	web_quiesce(web);
	close(line);
	web_stop(web, DRAIN_MS);
	say("INFO %s has ended", shop->release.version);
}

int shop_worker(char **argv)
{
	int listen_fd = atoi(needed(argv, "--listen"));
	int line = atoi(needed(argv, "--line"));
	struct shop shop = {.window = atoi(option(argv, "--window", "30"))};
	const char *problem;
	char why[128];
	struct web *web;
	sigset_t ends;

	/* A supervisor that dies takes its workers along; getppid() covers one already dead. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != atoi(needed(argv, "--parent")))
		return 1;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	fcntl(listen_fd, F_SETFD, FD_CLOEXEC);
	fcntl(line, F_SETFD, FD_CLOEXEC);
	metrics_start();
	problem = prepare(&shop, argv, why);
	web = problem ? NULL : web_start(listen_fd, shop_answer, &shop);
	if (web)
		serve_until_told(&shop, web, line, &ends);
	else
		refuse_start(line, shop.release.version,
			problem ? problem : "the server cannot be started");
	store_close(shop.store);
	return web ? 0 : 1;
}
