#include "run/lost.h"

#include "run/approval.h"
#include "run/begin.h"
#include "run/person.h"
#include "run/undo.h"

bool reason_is_lost(const char *reason)
{
	return reason &&
	       (strcmp(reason, REASON_LOST) == 0 || strcmp(reason, REASON_NOT_BEGUN) == 0);
}

static bool may_run_again(const struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];

	return strcmp(spot_state(s)->reason, REASON_NOT_BEGUN) == 0 || n->effect != EFFECT_WRITES ||
	       node_is_question(n) || n->role == ROLE_CHECK || n->check != NODE_NONE ||
	       n->step->idempotent > 0 ||
	       /* What undoes has to bear it: it is tried again after a failure, too. */
	       !plan_is_within(r->plan, s.node, r->plan->main) ||
	       plan_undone_step(r->plan, s.node) != NODE_NONE;
}

static const struct resolution *find_resolution(struct decider *d, struct str name)
{
	for (size_t i = 0; i < d->resolution_count; i++) {
		if (str_is(name, d->resolutions[i].step))
			return &d->resolutions[i];
	}
	return NULL;
}

static void again(struct decider *d, struct spot s, struct decision *out)
{
	out->kind = DECIDE_RECORD;
	spot_event(d, s, EVENT_STEP_RETRY, &out->event);
	out->event.reason = spot_state(s)->reason;
	out->event.message = str_of(spot_state(s)->message ? spot_state(s)->message : "");
	out->event.attempt = spot_state(s)->attempts;
}

static void resolve(
	struct decider *d, struct spot s, enum resolution_word word, struct decision *out)
{
	const char *by = arena_printf(d->scratch, "%.*s says so", STR_ARGS(d->run->asked_by));
	const struct step_state *st = spot_state(s);
	bool is_lost = reason_is_lost(st->reason);

	switch (word) {
	case RESOLVED_DONE:
		decide_finish(d, s, STEP_OK, "resolved", by, out);
		break;
	case RESOLVED_FAILED:
		decide_finish(d, s, STEP_FAILED, is_lost ? REASON_LOST : st->reason,
			is_lost ? by : st->message, out);
		break;
	case RESOLVED_RETRY:
		again(d, s, out);
		break;
	}
}

static bool waits_for_word(const struct run *r, struct spot s)
{
	const struct step_state *st = spot_state(s);

	return st->phase == PHASE_JUDGED && reason_is_lost(st->reason) && !may_run_again(r, s);
}

/* All of them at once, so that one command can answer for all. */
static void hold(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	struct strbuf b = {0}, command = {0};
	struct str names;

	for (uint32_t i = 0; i < r->live_count; i++) {
		struct str name;

		if (!waits_for_word(r, r->live[i]))
			continue;
		name = undo_name(r, r->live[i], d->scratch);
		strbuf_printf(&b, "%s`%.*s`", b.len ? ", " : "", STR_ARGS(name));
		strbuf_printf(&command, " --resolve %.*s=done|failed|retry", STR_ARGS(name));
	}
	names = strbuf_take(&b, d->scratch);
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_HOLD,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.reason = "unknown",
		.message = str_of(arena_printf(d->scratch,
			"nobody knows how %.*s ended: look, then `runbook resume %.*s%s`",
			STR_ARGS(names), STR_ARGS(r->id), command.at ? command.at : ""))};
	strbuf_release(&b);
	strbuf_release(&command);
}

/* The question that the run was held at, answered from outside. */
static void decide_answer(struct decider *d, struct spot s, struct decision *out)
{
	struct person_answer p = {strcmp(d->approve, "yes") == 0, d->run->asked_by,
		str_of(d->comment ? d->comment : "")};

	struct value one, all;

	if (!approval_may_answer(d, s, p.by)) {
		decide_stranger(d, s, p.by, out);
		return;
	}
	if (!p.is_yes) {
		decide_failure(d, s, "rejected", person_refusal(d->scratch, &p), value_nil(), out);
		return;
	}
	one = person_result(d->scratch, &p, d->wall_ns);
	if (decide_approval(d, s, &one, false, &all, out))
		return;
	decide_finish(d, s, STEP_OK, NULL, NULL, out);
	out->event.result = all;
}

/* It is not gone on with. A question changes nothing, whether it was answered or not. */
static void leave(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	bool is_question = node_is_question(&d->run->plan->nodes[s.node]);
	bool has_begun = strcmp(st->reason, REASON_NOT_BEGUN) != 0;

	if (is_question)
		decide_finish(d, s, STEP_CANCELLED, UNANSWERED, st->message, out);
	else
		decide_finish(d, s, has_begun ? STEP_UNKNOWN : STEP_CANCELLED, st->reason,
			st->message, out);
}

void decide_lost(struct decider *d, struct spot s, struct decision *out)
{
	const struct resolution *said;

	if (d->approve && d->run->plan->nodes[s.node].action == ACTION_CONFIRM &&
		!spot_is_stopping(d->run, s)) {
		decide_answer(d, s, out);
		return;
	}

	if (spot_is_stopping(d->run, s) || d->run->wants_undoing || d->run->is_aborted) {
		leave(d, s, out);
		return;
	}
	if (may_run_again(d->run, s)) {
		again(d, s, out);
		return;
	}
	said = find_resolution(d, undo_name(d->run, s, d->scratch));
	if (said)
		resolve(d, s, said->word, out);
	else
		hold(d, out);
}

bool decide_resolved(struct decider *d, struct spot s, struct decision *out)
{
	const struct resolution *said = NULL;

	if (spot_state(s)->was_asked)
		said = find_resolution(d, undo_name(d->run, s, d->scratch));
	if (said)
		resolve(d, s, said->word, out);
	return said != NULL;
}
