/*
 * The servers that a runbook speaks to, as far as its text tells: every `http://…` and `https://…`
 * in requests, scripts, arguments, variables and defaults, and what `hosts` names.
 */
#ifndef TOOL_HOSTS_H
#define TOOL_HOSTS_H

#include "plan/plan.h"

struct hosts {
	struct arena *arena;
	struct value list; /* of strings `example.com` or `example.com:8080`, each once */
};

void hosts_init(struct hosts *h, struct arena *a);
void hosts_add(struct hosts *h, struct str host);
void hosts_of_text(struct hosts *h, struct str text);
/* All of a plan, modules included. */
void hosts_of_plan(struct hosts *h, const struct plan *p);
bool hosts_have(const struct hosts *h, struct str host);

#endif
