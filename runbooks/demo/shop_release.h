/*
 * A release is a folder that build.sh made: release.json, the page, migrations.
 * The program that serves it is always this one; release.json says how it behaves.
 */
#ifndef SHOP_RELEASE_H
#define SHOP_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

struct release {
	char dir[4096]; /* with links resolved: the link may move on while we serve */
	char version[32];
	double error_rate;  /* of business requests, 0 to 1 */
	int64_t latency_ms; /* added to business requests */
	bool fail_start;
	int schema; /* the least schema this release can work with */
};

/* Reads the release behind `path`, a folder or a link to one. NULL, or what is wrong with it. */
const char *release_load(struct release *release, const char *path);

#endif
