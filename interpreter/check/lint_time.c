/*
 * Times that do not fit into each other: what has to happen takes longer than what is allowed.
 *
 * Only what is written as a constant counts. A step that may be skipped, and a loop over a list
 * that is not known, take no time.
 */
#include "check/lint_rules.h"

#include <math.h>

#define NO_TIME INT64_MIN

static int64_t at_most(int64_t ns)
{
	return ns > INT64_MAX / 4 ? INT64_MAX / 4 : ns;
}

static int64_t constant_time(const struct template *t)
{
	int64_t ns;
	const char *why;

	if (!t || t->kind != TEMPLATE_CONSTANT || t->source.kind != VALUE_STRING ||
		!duration_parse(value_string(&t->source), &ns, &why))
		return 0;
	return ns;
}

/* ---- the least time that a step takes when all goes well ------------------------------------- */

static int64_t least_time(const struct step *s);

static int64_t least_of_list(const struct step_list *list, bool is_parallel)
{
	int64_t all = 0;

	for (size_t i = 0; list && i < list->count; i++) {
		int64_t one = list->items[i]->only_if ? 0 : least_time(list->items[i]);

		/* With `needs` some of a sequence may run together. */
		if (is_parallel || list->items[i]->has_needs)
			all = one > all ? one : all;
		else
			all = at_most(all + one);
	}
	return all;
}

static int64_t least_time(const struct step *s)
{
	if (s->more && (step_items(s) || s->more->check))
		return 0;
	switch (s->action) {
	case ACTION_WAIT:
		return s->wait && !s->wait->until ? constant_time(s->wait->duration) : 0;
	case ACTION_MONITOR:
		return s->monitor ? constant_time(s->monitor->duration) : 0;
	case ACTION_STEPS:
		return least_of_list(s->steps, false);
	case ACTION_PARALLEL:
		return least_of_list(s->steps, true);
	default:
		return 0;
	}
}

static bool has_needs(const struct step_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i]->has_needs)
			return true;
	}
	return false;
}

/* The step at whose end the limit is over; NULL: all fits. */
static const struct step *first_beyond(const struct step_list *list, int64_t limit_ns)
{
	int64_t all = 0;
	bool is_sequence = !has_needs(list);

	for (size_t i = 0; i < list->count; i++) {
		const struct step *s = list->items[i];
		int64_t one = s->only_if ? 0 : least_time(s);

		all = is_sequence ? at_most(all + one) : one;
		if (all > limit_ns)
			return s;
	}
	return NULL;
}

static struct span time_span(struct check *c, const struct step *s)
{
	const struct template *t = s->action == ACTION_WAIT && s->wait ? s->wait->duration
				   : s->action == ACTION_MONITOR && s->monitor
					   ? s->monitor->duration
					   : NULL;
	struct span span = t ? value_span(&t->source) : (struct span){0};

	return span.file ? span : step_key_span(c, s, action_info(s->action)->name);
}

static void tell_beyond(struct check *c, const struct step *s, int64_t all, int64_t limit_ns,
	const char *limit, struct span limit_span)
{
	struct diagnostic *told = diagnose(c->d, RB501, time_span(c, s),
		least_time(s) > limit_ns ? "%s takes %s, and %s is %s"
					 : "up to here %s%s have passed, and %s is %s",
		least_time(s) > limit_ns ? step_words(c, s) : "", time_words(c, all), limit,
		time_words(c, limit_ns));

	if (limit_span.file)
		diagnostic_label(c->d, told, limit_span, "the limit");
	diagnostic_note(c->d, told, "a run that goes well would still fail");
	diagnostic_hint(c->d, told, "make the limit longer, or the time shorter");
}

static void check_list(struct check *c, const struct step_list *list, int64_t limit_ns,
	const char *limit, struct span limit_span)
{
	const struct step *s = limit_ns == NO_TIME ? NULL : first_beyond(list, limit_ns);
	int64_t all = 0;

	if (!s)
		return;
	for (size_t i = 0; i < list->count; i++) {
		if (!has_needs(list) || list->items[i] == s)
			all += list->items[i]->only_if ? 0 : least_time(list->items[i]);
		if (list->items[i] == s)
			break;
	}
	/* Down to the wait itself, as long as it is alone too long. */
	while (least_time(s) > limit_ns && s->action == ACTION_STEPS && s->steps) {
		const struct step *inner = first_beyond(s->steps, limit_ns);

		if (!inner || least_time(inner) <= limit_ns)
			break;
		s = inner;
		all = least_time(s);
	}
	tell_beyond(
		c, s, least_time(s) > limit_ns ? least_time(s) : all, limit_ns, limit, limit_span);
}

/* The value behind a top-level key. */
static struct span top_key_span(const struct runbook *r, const char *key)
{
	struct str text = r->file->text;
	size_t len = strlen(key);

	for (ptrdiff_t at = 0; (at = str_find(text, (struct str){key, len}, (size_t)at)) >= 0;
		at++) {
		size_t end = (size_t)at + len;

		if ((!at || text.at[at - 1] == '\n') && end < text.len && text.at[end] == ':')
			return (struct span){(uint32_t)at, (uint32_t)len, r->file->id};
	}
	return (struct span){0};
}

/* A condition that has to hold longer than the run may take. */
static void check_conditions_end(struct check *c, const struct runbook *r, struct span limit)
{
	for (size_t i = 0; r->rollback && i < r->rollback->when.count; i++) {
		const struct condition *k = r->rollback->when.items[i];
		struct diagnostic *told;

		if (k->for_late || k->for_ns == NO_TIME || k->for_ns < r->deadline_ns)
			continue;
		told = diagnose(c->d, RB406, k->span,
			"this can never fire: it has to hold for %s, and the run ends after %s",
			time_words(c, k->for_ns), time_words(c, r->deadline_ns));
		diagnostic_label(c->d, told, limit, "the limit");
	}
}

void lint_times(struct check *c)
{
	for (uint32_t i = 0; i < c->plan->unit_count; i++) {
		const struct runbook *r = c->books[i] ? c->books[i]->runbook : NULL;

		if (!r || r->file->is_embedded || r->deadline_ns == NO_TIME)
			continue;
		struct span limit = top_key_span(r, "deadline");
		check_list(c, &r->steps, r->deadline_ns, "the `deadline` of the run", limit);
		check_conditions_end(c, r, limit);
	}
}

/* ---- limits of a step ------------------------------------------------------------------------ */

static void check_own_time(struct check *c, const struct step *s)
{
	int64_t least = least_time(s), limit = NO_TIME;
	const char *key = NULL;

	if (!least)
		return;
	if (s->timeout_ns != NO_TIME && least > s->timeout_ns) {
		limit = s->timeout_ns;
		key = "timeout";
	} else if (s->deadline_ns != NO_TIME && least > s->deadline_ns) {
		limit = s->deadline_ns;
		key = "deadline";
	}
	if (key)
		tell_beyond(c, s, least, limit, arena_printf(c->d->arena, "its `%s`", key),
			step_key_span(c, s, key));
}

static void check_timeout(struct check *c, const struct step *s)
{
	struct diagnostic *told;

	if (s->timeout_ns == NO_TIME || s->deadline_ns == NO_TIME ||
		s->timeout_ns <= s->deadline_ns)
		return;
	told = diagnose(c->d, RB503, step_key_span(c, s, "timeout"),
		"a `timeout` of %s is never reached: the `deadline` is %s",
		time_words(c, s->timeout_ns), time_words(c, s->deadline_ns));
	diagnostic_label(c->d, told, step_key_span(c, s, "deadline"), "for all attempts together");
}

static void check_timeouts(struct check *c, const struct reader *r)
{
	check_own_time(c, r->step);
	check_timeout(c, r->step);
}

const struct rule lint_timeouts = {.id = RB503, .step = check_timeouts};

/* ---- retries --------------------------------------------------------------------------------- */

static void check_retries(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	const struct retry *retry = s->more ? s->more->retry : NULL;
	int64_t limit = s->deadline_ns, all;
	bool is_run = limit == NO_TIME && is_forward(r);
	struct diagnostic *told;

	if (!retry || retry_attempts(retry) < 2)
		return;
	if (is_run)
		limit = r->book->runbook->deadline_ns;
	all = retry_delays_ns(retry);
	/* A step's own deadline may well be what ends its attempts: then it is not that far off. */
	if (limit == NO_TIME || all <= limit || (!is_run && all / 2 < limit))
		return;
	told = diagnose(c->d, RB502, step_key_span(c, s, "retry"),
		"the delays of %s attempts take %s, and %s is %s",
		arena_printf(c->d->arena, "%lld", (long long)retry_attempts(retry)),
		time_words(c, all), is_run ? "the `deadline` of the run" : "its `deadline`",
		time_words(c, limit));
	if (!is_run)
		diagnostic_label(c->d, told, step_key_span(c, s, "deadline"), "the limit");
	diagnostic_hint(c->d, told, "fewer attempts, a shorter `delay`, or a smaller `max_delay`");
}

const struct rule lint_retries = {.id = RB502, .step = check_retries};

/* ---- no limit at all ------------------------------------------------------------------------- */

static bool has_limit_around(const struct check *c, const struct reader *r)
{
	const struct plan *p = c->plan;

	for (const struct around *a = r->around; a; a = a->outer) {
		if (a->step->timeout_ns != NO_TIME || a->step->deadline_ns != NO_TIME)
			return true;
	}
	for (uint32_t up = r->node; up != NODE_NONE; up = p->nodes[up].parent) {
		const struct step *s = p->nodes[up].step;

		if (s && (s->timeout_ns != NO_TIME || s->deadline_ns != NO_TIME))
			return true;
	}
	return r->book->runbook->timeout_ns != NO_TIME;
}

static void check_endless(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;

	/* The run's deadline does not hold for what undoes it. */
	if (s->action != ACTION_RUN || s->interactive == 1 || has_limit_around(c, r) ||
		(is_forward(r) && r->book->runbook->deadline_ns != NO_TIME))
		return;
	diagnostic_hint(c->d,
		diagnose(c->d, is_forward(r) ? RB508 : RB404, s->action_span, "%s may run for ever",
			step_words(c, s)),
		"`timeout: 10m` ends an attempt that hangs");
}

const struct rule lint_endless = {.id = RB508, .step = check_endless};
