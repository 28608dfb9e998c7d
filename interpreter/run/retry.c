#include "run/retry.h"

#include "base/utc.h"
#include "run/hosts.h"
#include "run/scope.h"

/* ---- what the server asks for -----------------------------------------------------------------
 */

bool retry_may_be_asked(const struct value *result)
{
	const struct value *status =
		result->kind == VALUE_MAP ? map_get(result->map, "status") : NULL;

	return status && status->kind == VALUE_INT &&
	       (status->integer == 429 || status->integer == 503);
}

/* `Retry-After: 120`, or a date. 0: it asks for nothing, or for nothing that is understood. */
static int64_t asked_delay(const struct decider *d, const struct step_state *st)
{
	const struct value *headers, *text;
	int64_t seconds = 0;
	struct str s;

	if (st->phase != PHASE_JUDGED || !retry_may_be_asked(&st->result))
		return 0;
	headers = map_get(st->result.map, "headers");
	text = headers && headers->kind == VALUE_MAP ? map_get(headers->map, "retry-after") : NULL;
	if (!text || text->kind != VALUE_STRING)
		return 0;
	s = str_trim(value_string(text));
	for (size_t i = 0; i < s.len && s.at[i] >= '0' && s.at[i] <= '9'; i++) {
		seconds = seconds * 10 + (s.at[i] - '0');
		if (i + 1 == s.len || seconds > 1000000000)
			return seconds > 1000000000 ? NS_NEVER : seconds * NS_PER_S;
	}
	if (!utc_parse_http(s, &seconds) || seconds <= utc_seconds(d->wall_ns))
		return 0;
	seconds -= utc_seconds(d->wall_ns);
	return seconds > 1000000000 ? NS_NEVER : seconds * NS_PER_S;
}

static int64_t later(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

/* ---- when -------------------------------------------------------------------------------------
 */

/* The delay before attempt n + 1; jitter from the run's id and the place, so that the same run
 * decides the same. What the server asks for is no shorter than that, up to `max_delay`. */
static int64_t retry_delay(const struct decider *d, struct spot s, const struct retry *r,
	uint32_t failed, int64_t asked_ns)
{
	double delay = r->delay_ns == INT64_MIN ? (double)NS_PER_S : (double)r->delay_ns;
	double limit =
		r->max_delay_ns == INT64_MIN ? (double)RETRY_MAX_DELAY_NS : (double)r->max_delay_ns;

	for (uint32_t i = 1; i < failed && r->backoff > 0 && delay < limit; i++)
		delay *= r->backoff;
	if (delay > limit)
		delay = limit;
	if (r->jitter > 0) {
		uint32_t hash = str_hash(d->run->id) ^ (s.node * 2654435761u) ^ (failed * 40503u);

		delay *= 1 - r->jitter / 2 + r->jitter * (double)(hash % 1000) / 1000;
	}
	return later((int64_t)delay, asked_ns < (int64_t)limit ? asked_ns : (int64_t)limit);
}

/* ---- whether ----------------------------------------------------------------------------------
 */

/* What undoes a step tries harder than what goes forward. */
static const struct retry default_compensation = {
	.attempts = 3, .delay_ns = NS_PER_S, .max_delay_ns = INT64_MIN, .backoff = 2};

/* A leaf of it, or of `rollback.steps`: a group's steps each have their tries. A person who said no
 * is not asked again. */
static bool is_compensation(const struct run *r, struct spot s)
{
	const struct plan *p = r->plan;
	uint8_t action = p->nodes[s.node].action;

	return (action == ACTION_RUN || action == ACTION_HTTP) &&
	       (plan_undone_step(p, s.node) != NODE_NONE ||
		       (p->after != NODE_NONE && plan_is_within(p, s.node, p->after)));
}

static const struct retry *retry_of(const struct run *r, struct spot s)
{
	const struct step *step = r->plan->nodes[s.node].step;

	if (step->more && step->more->retry)
		return step->more->retry;
	return is_compensation(r, s) ? &default_compensation : NULL;
}

/* A request that changes something and was lost on the way, or a program whose host was: nobody
 * knows what came of it, and once more may do it twice. */
static bool may_have_happened(const struct run *r, struct spot s, const char *reason)
{
	const struct node *n = &r->plan->nodes[s.node];

	if ((n->action != ACTION_HTTP && !spot_host(r, s).len) || n->effect != EFFECT_WRITES ||
		n->step->idempotent > 0 || !spot_state(s)->has_started)
		return false;
	if (n->action == ACTION_RUN)
		return strcmp(reason, "reset") == 0;
	return strcmp(reason, "reset") == 0 || strcmp(reason, "timeout") == 0 ||
	       strcmp(reason, "protocol") == 0;
}

/* The attempt that failed before it could start counts too. */
static uint32_t tries(const struct step_state *st)
{
	return st->attempts + (st->phase != PHASE_JUDGED && st->phase != PHASE_OPEN);
}

static uint32_t most_tries(const struct retry *r)
{
	return r->attempts > 0 ? (uint32_t)r->attempts : 3;
}

static bool may_retry(struct decider *d, struct spot s, const char *reason)
{
	const struct retry *r = retry_of(d->run, s);
	struct step_scope scope;
	struct eval ev;
	const char *why;

	if (!r || spot_has_items(d->run, s) || strcmp(reason, "deadline") == 0 ||
		strcmp(reason, "budget") == 0)
		return false;
	if (may_have_happened(d->run, s, reason))
		return false;
	if (tries(spot_state(s)) >= most_tries(r))
		return false;
	if (spot_is_stopping(d->run, spot_container(d->run, s)))
		return false;
	if (!r->only_if || !r->only_if->expr)
		return true;
	scope_enter(d, s, true, &scope, &ev);
	return guard_test(&ev, r->only_if, &why) == VERDICT_TRUE;
}

static const char *asked_message(struct decider *d, const char *message, int64_t asked_ns)
{
	struct strbuf b = {0};
	const char *text;

	duration_print(&b, asked_ns);
	text = arena_printf(d->scratch, "%s%sthe server asks to wait %.*s", message ? message : "",
		message ? "; " : "", STR_ARGS(strbuf_str(&b)));
	strbuf_release(&b);
	return text;
}

bool decide_retry(struct decider *d, struct spot s, const char *reason, const char *message,
	struct value working, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct retry *r;
	int64_t asked_ns;

	if (!may_retry(d, s, reason))
		return false;
	r = retry_of(d->run, s);
	asked_ns = asked_delay(d, st);
	if (asked_ns && asked_ns != NS_NEVER)
		message = asked_message(d, message, asked_ns);
	out->kind = DECIDE_RECORD;
	spot_event(d, s, EVENT_STEP_RETRY, &out->event);
	out->event.attempt = tries(st);
	out->event.attempts = most_tries(r);
	out->event.reason = reason;
	out->event.message = str_of(message ? message : "");
	out->event.delay_ns = retry_delay(d, s, r, tries(st), asked_ns);
	out->event.working = working;
	return true;
}
