/*
 * The actions as a table: what each gives, and what it does to the world.
 */
#include "model/runbook.h"

#include "script/function.h"

const char *const step_fields[] = {
	"state", "ok", "failed", "skipped", "reason", "duration", "attempts", "items", NULL};

static const struct result_field run_results[] = {
	{"exit_code", ARG_NUMBER, "How the program ended; 128 and the signal when it was killed."},
	{"stdout", ARG_STRING, "What it printed, as much as is kept."},
	{"stderr", ARG_STRING, "What it printed on standard error, as much as is kept."},
	{"lines", ARG_LIST, "The lines of `stdout`."},
	{"json", ARG_ANY, "`stdout` as JSON."},
	{NULL, 0, NULL},
};

static const struct result_field http_results[] = {
	{"status", ARG_NUMBER, "The HTTP status."},
	{"headers", ARG_MAP, "The headers of the answer, names in lower case."},
	{"body", ARG_STRING, "The body, as much as is kept."},
	{"json", ARG_ANY, "The body as JSON."},
	{"duration", ARG_NUMBER, "Seconds from the request to the end of the answer."},
	{"url", ARG_STRING, "The URL that answered, after redirects."},
	{NULL, 0, NULL},
};

static const struct result_field confirm_results[] = {
	{"by", ARG_STRING, "Who answered."},
	{"at", ARG_STRING, "When, in UTC."},
	{"answer", ARG_BOOL, "Whether it was yes."},
	{"comment", ARG_STRING, "What was said with the answer."},
	{NULL, 0, NULL},
};

static const struct result_field checklist_results[] = {
	{"items", ARG_LIST, "The items, each with its note."},
	{"by", ARG_STRING, "Who ticked them."},
	{NULL, 0, NULL},
};

static const struct result_field wait_results[] = {
	{"waited", ARG_NUMBER, "Seconds."},
	{NULL, 0, NULL},
};

static const struct result_field monitor_results[] = {
	{"samples", ARG_NUMBER, "How many samples were taken."},
	{"coverage", ARG_NUMBER, "The share of them that is known."},
	{NULL, 0, NULL},
};

static const struct result_field choose_results[] = {
	{"branch", ARG_NUMBER, "Which branch ran, from 1."},
	{NULL, 0, NULL},
};

static const struct result_field call_results[] = {
	{"status", ARG_STRING, "How the other runbook ended."},
	{NULL, 0, NULL},
};

static const struct result_field no_results[] = {{NULL, 0, NULL}};

static const struct action_info actions[ACTION_COUNT] = {
	[ACTION_RUN] = {"run", EFFECT_WRITES, false, run_results, "Runs a script or a program."},
	[ACTION_HTTP] = {"http", EFFECT_WRITES, false, http_results, "Sends an HTTP request."},
	[ACTION_ASSERT] = {"assert", EFFECT_NONE, false, no_results,
		"Fails unless all its guards hold."},
	[ACTION_CONFIRM] = {"confirm", EFFECT_NONE, false, confirm_results,
		"Asks a person for a yes."},
	[ACTION_CHECKLIST] = {"checklist", EFFECT_NONE, false, checklist_results,
		"Has a person tick items."},
	[ACTION_PROMPT] = {"prompt", EFFECT_NONE, false, no_results, "Asks a person for values."},
	[ACTION_WAIT] = {"wait", EFFECT_NONE, false, wait_results,
		"Waits for a time, or until a guard holds."},
	[ACTION_MONITOR] = {"monitor", EFFECT_READS, false, monitor_results,
		"Stays and samples the watches."},
	[ACTION_SAY] = {"say", EFFECT_NONE, false, no_results, "Writes a line to the log."},
	[ACTION_USES] = {"uses", EFFECT_UNSAID, false, no_results, "Runs the steps of a module."},
	[ACTION_CALL] = {"call", EFFECT_UNSAID, false, call_results, "Runs another runbook."},
	[ACTION_STEPS] = {"steps", EFFECT_NONE, true, no_results, "Runs steps in order."},
	[ACTION_PARALLEL] = {"parallel", EFFECT_NONE, true, no_results, "Runs steps at once."},
	[ACTION_CHOOSE] = {"choose", EFFECT_NONE, true, choose_results,
		"Runs the first branch whose `if` holds."},
};

const struct action_info *action_info(enum action_kind kind)
{
	return kind > ACTION_NONE && kind < ACTION_COUNT ? &actions[kind] : NULL;
}

/* ---- effects ----------------------------------------------------------------------------------
 */

struct str http_method(const struct http_args *http)
{
	bool has_body = http->json || http->form || http->body || http->file;
	if (!http->method)
		return has_body ? STR("POST") : STR("GET");
	if (http->method->kind != TEMPLATE_CONSTANT)
		return (struct str){NULL, 0};
	return value_string(&http->method->source);
}

static enum effect http_effect(const struct http_args *http)
{
	struct str method = http ? http_method(http) : STR("GET");
	return str_is(method, "GET") || str_is(method, "HEAD") ? EFFECT_READS : EFFECT_WRITES;
}

/* How strong an effect is; what a module does is not known here and may be anything. */
static int strength(enum effect e)
{
	static const int order[] = {
		[EFFECT_NONE] = 0, [EFFECT_READS] = 1, [EFFECT_UNSAID] = 2, [EFFECT_WRITES] = 3};
	return order[e];
}

static enum effect strongest(const struct step_list *steps)
{
	enum effect most = EFFECT_NONE;
	for (size_t i = 0; steps && i < steps->count; i++) {
		enum effect e = step_effect(steps->items[i]);
		if (strength(e) > strength(most))
			most = e;
	}
	return most;
}

enum effect step_effect(const struct step *s)
{
	if (s->effects)
		return (enum effect)s->effects;
	if (s->more && (s->more->keep || s->more->irreversible))
		return EFFECT_WRITES;
	const struct action_info *info = action_info((enum action_kind)s->action);
	if (!info)
		return EFFECT_UNSAID;
	if (s->action == ACTION_HTTP)
		return http_effect(s->http);
	return info->is_composite ? strongest(s->steps) : info->effect;
}
