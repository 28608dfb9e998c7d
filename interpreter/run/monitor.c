/* `monitor`: stays until its time is up, and passes only on enough evidence. */
#include "run/begin.h"
#include "run/rollback.h"
#include "run/scope.h"
#include "run/undo.h"
#include "run/watch.h"

#define DEFAULT_COVERAGE 0.8

/* The worst-covered watch counts: one that was blind all the time is not made good by another. */
static double coverage(const struct run *r, const struct monitor_state *m, uint64_t *samples)
{
	double worst = 1;

	*samples = 0;
	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct samples_ring *ring = &r->watches[i].ring;
		uint64_t total = ring->total - m->total[i], known = ring->known - m->known[i];

		if (!r->watches[i].is_armed)
			continue;
		*samples += known;
		if (!total)
			worst = 0;
		else if ((double)known / (double)total < worst)
			worst = (double)known / (double)total;
	}
	return worst;
}

static bool counts_for(const struct run *r, const struct condition_state *c, struct spot s)
{
	if (c->is_over || c->is_muted || c->rule->mode == CONDITION_OBSERVE)
		return false;
	return c->owner_node == NODE_NONE ||
	       (c->owner_node == s.node && r->frames[c->owner] == s.frame);
}

static const struct condition_state *find_phase(
	const struct run *r, struct spot s, enum condition_phase phase, bool own)
{
	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		/* What is pending and will not be known is not waited for with `on_blind:
		 * continue`. */
		if (phase == CONDITION_PENDING && condition_is_let_be(r, c))
			continue;
		if (c->is_accepted)
			continue;
		if (counts_for(r, c, s) && c->phase == phase &&
			(!own || c->owner_node != NODE_NONE))
			return c;
	}
	return NULL;
}

static const char *condition_text(struct decider *d, struct spot s, const struct condition_state *c)
{
	struct step_scope scope;
	struct eval ev;
	struct value text;

	scope_enter(d, s, false, &scope, &ev);
	if (c->rule->reason && template_render_text(&ev, c->rule->reason, &text))
		return arena_copy(d->scratch, text.string, text.len);
	return arena_printf(d->scratch, "`%.*s` holds", STR_ARGS(c->rule->holds->text));
}

static void finish_monitor(struct decider *d, struct spot s, const char *reason,
	const char *message, struct decision *out)
{
	struct answer answer = {.reason = reason, .message = message, .was_sent = true};
	uint64_t samples;
	double covered = coverage(d->run, spot_state(s)->monitor, &samples);

	answer.result = value_map(d->scratch);
	map_set(d->scratch, answer.result.map, STR("samples"), value_int((int64_t)samples));
	map_set(d->scratch, answer.result.map, STR("coverage"), value_float(covered));
	out->kind = DECIDE_RECORD;
	answer_event(d, s, &answer, &out->event);
}

/* `c` may be NULL: what the file says for all. */
static uint8_t blind_policy(const struct unit *u, const struct condition_state *c)
{
	const struct rollback_section *rollback = u->book->rollback;

	if (c && c->rule->on_blind)
		return c->rule->on_blind;
	return rollback && rollback->on_blind ? rollback->on_blind : ON_BLIND_HOLD;
}

/* A condition that no tick of the monitor could know, though its watches answered: too little
 * traffic, say. To pass would be to read that as healthy. */
static bool decide_never_known(struct decider *d, struct spot s, struct decision *out)
{
	const struct run *r = d->run;
	int64_t since_ns = spot_state(s)->attempt_ns;

	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (!c->watches || !counts_for(r, c, s) || !c->has_ticked ||
			c->last_tick_ns < since_ns || c->known_ns >= since_ns ||
			blind_policy(c->unit, c) == ON_BLIND_CONTINUE)
			continue;
		decide_blind_turn(d, blind_policy(c->unit, c),
			arena_printf(d->scratch,
				"`%.*s` could not be known at any time of the monitor%s%s",
				STR_ARGS(c->rule->holds->text), c->why ? ": " : "",
				c->why ? c->why : ""),
			out);
		return true;
	}
	return false;
}

static const char *too_little_known(struct decider *d, double covered, double wanted)
{
	return arena_printf(d->scratch,
		"only %.0f %% of the samples were known, %.0f %% are needed", covered * 100,
		wanted * 100);
}

/* Too little was seen to pass. That is no failure either: missing evidence undoes nothing by
 * itself. */
static bool decide_too_little(struct decider *d, const struct unit *u, double covered,
	double wanted, struct decision *out)
{
	uint8_t policy = blind_policy(u, NULL);

	if (policy == ON_BLIND_CONTINUE || !undo_is_needed(d->run))
		return false;
	decide_blind_turn(d, policy, too_little_known(d, covered, wanted), out);
	return true;
}

void decide_monitor(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const struct monitor_args *args = d->run->plan->nodes[s.node].step->monitor;
	const struct condition_state *firing = find_phase(d->run, s, CONDITION_FIRING, true);
	double wanted = args->min_coverage >= 0 ? args->min_coverage : DEFAULT_COVERAGE, covered;
	uint64_t samples;

	if (firing) {
		finish_monitor(d, s, "condition", condition_text(d, s, firing), out);
		return;
	}
	covered = coverage(d->run, st->monitor, &samples);
	if (d->now_ns < st->monitor_end_ns || d->run->any_condition_due ||
		find_phase(d->run, s, CONDITION_PENDING, false) ||
		find_phase(d->run, s, CONDITION_FIRING, false) || monitor_is_blind(d->run)) {
		/* It stays: past its end until what is pending fires or clears. */
		out->kind = DECIDE_RECORD;
		spot_event(d, s, EVENT_STEP_WAITING, &out->event);
		out->event.until_ns = monitor_next(d->run, s, d->now_ns);
		return;
	}
	if (wanted > 0 && d->run->stage == STAGE_MAIN && !d->run->is_rolling_back &&
		(covered < wanted ? decide_too_little(d, d->run->plan->nodes[s.node].unit, covered,
					    wanted, out)
				  : decide_never_known(d, s, out)))
		return;
	if (covered < wanted)
		finish_monitor(d, s, "coverage", too_little_known(d, covered, wanted), out);
	else
		finish_monitor(d, s, NULL, NULL, out);
}

int64_t monitor_next(const struct run *r, struct spot s, int64_t now_ns)
{
	const struct step_state *st = spot_state(s);

	(void)r;
	/* Past its end it is looked at again when a condition has ticked. */
	return now_ns < st->monitor_end_ns ? st->monitor_end_ns : NS_NEVER;
}

bool monitor_is_blind(const struct run *r)
{
	uint8_t policy;
	uint32_t watch;

	return blind_deadline(r, &policy, &watch) != NS_NEVER;
}
