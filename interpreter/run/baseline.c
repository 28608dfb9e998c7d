/* What holds already before a runbook has had an effect: it would be blamed for what it found. */
#include "run/rollback.h"
#include "run/watch.h"

/* Of a called runbook the call fails: what the run did before it is not for nothing. */
static void refuse_call(struct decider *d, const struct unit *u, struct decision *out)
{
	out->kind = DECIDE_CANCEL;
	out->spot = (struct spot){d->run->root, u->node};
	spot_event(d, out->spot, EVENT_STEP_CANCEL, &out->event);
	out->event.reason = REASON_BASELINE;
}

static bool holds_already(const struct condition_state *c)
{
	return c->has_ticked && c->last == TICK_TRUE && !c->is_muted && !c->is_over &&
	       !c->is_verify && c->owner_node == NODE_NONE && c->rule->mode != CONDITION_OBSERVE;
}

static bool breaches_baseline(const struct run *r, const struct condition_state *c)
{
	if (!holds_already(c) || !baseline_is_open(r, c->unit))
		return false;
	/* A call that fails of it already is let go. */
	return !r->effects_began || !spot_is_stopping(r, (struct spot){r->root, c->unit->node});
}

const char *baseline_reason(struct decider *d, const struct unit *u)
{
	const char *reasons = condition_reasons(d, holds_already, u);

	return reasons ? arena_printf(d->scratch, "it holds already: %s", reasons)
		       : "a condition held already";
}

/* A condition that holds already, before anything had an effect. */
bool decide_baseline(struct decider *d, struct decision *out)
{
	struct run *r = d->run;

	for (uint32_t i = 0; i < r->condition_count; i++) {
		struct condition_state *c = &r->conditions[i];

		if (!breaches_baseline(r, c))
			continue;
		if (d->hotfix) {
			turn_event(d, EVENT_CONDITION, "hotfix", d->hotfix, out);
			out->event.index = (int64_t)i + 1;
			out->event.condition = c->rule->holds->text;
			out->event.phase = "muted";
			out->event.value = value_bool(true);
			return true;
		}
		if (r->effects_began) {
			refuse_call(d, c->unit, out);
			return true;
		}
		turn_event(d, EVENT_REFUSED, REASON_BASELINE, baseline_reason(d, NULL), out);
		return true;
	}
	return false;
}
