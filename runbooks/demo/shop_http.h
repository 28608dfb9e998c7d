/*
 * The shop's endpoints. README.md lists them with their answers.
 */
#ifndef SHOP_HTTP_H
#define SHOP_HTTP_H

#include "shop_data.h"
#include "shop_release.h"
#include "web.h"

struct shop {
	struct release release;
	struct store *store;
	int64_t window; /* seconds that /metrics.json looks back over */
};

/* Answers one request; `context` is the struct shop. */
void shop_answer(const struct request *request, struct reply *reply, void *context);

#endif
