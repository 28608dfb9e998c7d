/*
 * How long it may take: what has a limit is added up, what has none is counted.
 */
#include "run/decide.h"
#include "tool/forecast.h"

#define DEFAULT_REQUEST_NS (30 * NS_PER_S) /* as action/http.c */
#define MOST_NS (INT64_MAX / 4)

static int64_t sum(int64_t x, int64_t y)
{
	return x > MOST_NS - y ? MOST_NS : x + y;
}

static int64_t times(int64_t ns, int64_t n)
{
	return ns > MOST_NS / n ? MOST_NS : ns * n;
}

/* ---- one step ------------------------------------------------------------------------------- */

static int64_t rendered(struct forecast *f, const struct unit *u, const struct template *t)
{
	struct forecast_scope scope;
	struct eval ev;
	struct value v;
	const char *why;
	int64_t ns;

	forecast_enter(f, u, &scope, &ev);
	if (!t || !template_render(&ev, t, &v) || v.kind != VALUE_STRING ||
		!duration_parse(value_string(&v), &ns, &why))
		return INT64_MIN;
	return ns;
}

static int64_t one_attempt(struct forecast *f, const struct node *n)
{
	const struct step *s = n->step;
	int64_t limit = attempt_timeout(n);

	switch (n->action) {
	case ACTION_WAIT:
		if (s->wait->until)
			return s->wait->timeout_ns == INT64_MIN ? limit : s->wait->timeout_ns;
		return rendered(f, n->unit, s->wait->duration);
	case ACTION_MONITOR:
		return rendered(f, n->unit, s->monitor->duration);
	case ACTION_HTTP:
		if (limit != INT64_MIN)
			return limit;
		return s->http->timeout_ns == INT64_MIN ? DEFAULT_REQUEST_NS : s->http->timeout_ns;
	case ACTION_SAY:
	case ACTION_ASSERT:
		return 0;
	default:
		return limit;
	}
}

int64_t forecast_limit(struct forecast *f, const struct node *n)
{
	const struct retry *retry = n->step->more ? n->step->more->retry : NULL;
	int64_t each;

	if (n->step->deadline_ns != INT64_MIN)
		return n->step->deadline_ns;
	each = one_attempt(f, n);
	if (each == INT64_MIN || !retry)
		return each;
	return sum(times(each, retry_attempts(retry)), retry_delays_ns(retry));
}

/* ---- all of them ---------------------------------------------------------------------------- */

static int64_t time_of_leaf(struct forecast *f, const struct node *n, struct forecast_time *t)
{
	int64_t limit = forecast_limit(f, n);

	if (limit == INT64_MIN && node_is_question(n))
		t->questions++;
	else if (limit == INT64_MIN)
		t->unlimited++;
	else if (n->action == ACTION_WAIT || n->action == ACTION_MONITOR)
		t->waits_ns = sum(t->waits_ns, limit);
	return limit == INT64_MIN ? 0 : limit;
}

/* `at` is the first entry of the list at that depth, and the first behind it afterwards. */
static int64_t time_of_list(
	struct forecast *f, size_t *at, unsigned depth, bool is_sum, struct forecast_time *t)
{
	int64_t all = 0;

	while (*at < f->forward && f->steps[*at].depth == depth) {
		const struct forecast_step *s = &f->steps[(*at)++];
		const struct node *n = &f->plan->nodes[s->node];
		struct forecast_time inside = {0};
		bool is_leaf = n->action < ACTION_USES;
		int64_t one = time_of_list(f, at, depth + 1,
			n->action != ACTION_PARALLEL && n->action != ACTION_CHOOSE, &inside);

		if (s->will_run == VERDICT_FALSE)
			continue;
		if (is_leaf)
			one = time_of_leaf(f, n, &inside);
		else if (n->step->deadline_ns != INT64_MIN) {
			one = n->step->deadline_ns;
			inside.unlimited = inside.questions = 0;
		}
		if (step_items(n->step))
			t->loops++;
		t->unlimited += inside.unlimited;
		t->questions += inside.questions;
		t->loops += inside.loops;
		t->waits_ns = is_sum			      ? sum(t->waits_ns, inside.waits_ns)
			      : t->waits_ns > inside.waits_ns ? t->waits_ns
							      : inside.waits_ns;
		all = is_sum ? sum(all, one) : all > one ? all : one;
	}
	return all;
}

struct forecast_time forecast_time(struct forecast *f)
{
	struct forecast_time t = {0};
	size_t at = 0;

	/* The first section is the way forward. */
	t.at_most_ns = time_of_list(f, &at, 0, true, &t);
	return t;
}
