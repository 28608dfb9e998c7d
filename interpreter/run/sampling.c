/* The deciding half of watch.h: samples, conditions, being blind, monitors. */
#include "run/begin.h"
#include "run/scope.h"
#include "run/step_object.h"
#include "run/watch.h"

#define DEFAULT_DECIDE_WITHIN (600 * NS_PER_S)

/* ---- samples -------------------------------------------------------------------------------- */

static void sample_event(struct decider *d, const struct watch_state *w, enum event_kind kind,
	int64_t tick_ns, struct decision *out)
{
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = kind,
		.node = w->node,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.watch = plan_watch_name(d->run->plan, (uint32_t)(w - d->run->watches), d->scratch),
		.index = w - d->run->watches + 1,
		.tick_ns = tick_ns};
}

static void unknown_sample(struct event *e, const char *reason, const char *message)
{
	e->value = value_unknown(message);
	e->reason = reason;
	e->message = str_of(message);
}

/* Why there is no number, in one word; an unknown value only has it in words for people. */
static const char *word_for(const char *why)
{
	static const struct {
		const char *says, *word;
	} words[] = {{"not JSON", "parse"}, {"division by zero", "division_by_zero"},
		{"low traffic", "low_traffic"}, {"not a number", "not_a_number"},
		{"larger than what is kept", "too_large"}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strstr(why, words[i].says))
			return words[i].word;
	}
	return "unknown";
}

/* A sample may say how old its data is: `timestamp`, in seconds since 1970. */
static bool is_stale(struct decider *d, const struct watch_state *w, struct spot child, double *age)
{
	struct value v;

	if (!step_result_field(d->run, child, STR("timestamp"), d->scratch, &v))
		return false;
	if (v.kind == VALUE_INT)
		*age = (double)d->wall_ns / 1e9 - (double)v.integer;
	else if (v.kind == VALUE_FLOAT)
		*age = (double)d->wall_ns / 1e9 - v.number;
	else
		return false;
	return *age > (double)w->max_gap_ns / 1e9;
}

static void judge_value(struct decider *d, const struct watch_state *w, struct eval *ev,
	const struct value *v, struct event *e)
{
	switch (v->kind) {
	case VALUE_INT:
	case VALUE_FLOAT:
	case VALUE_BOOL:
		e->value = *v;
		return;
	case VALUE_UNKNOWN:
		unknown_sample(e, word_for(v->unknown), v->unknown);
		return;
	case VALUE_NIL:
		unknown_sample(e, "missing",
			arena_printf(
				ev->arena, "`%.*s` is missing", STR_ARGS(w->watch->value->text)));
		return;
	default:
		unknown_sample(e, "not_a_number",
			arena_printf(d->scratch, "`%.*s` is %s, not a number",
				STR_ARGS(w->watch->value->text), value_kind_name(v)));
	}
}

static void finish_sample(struct decider *d, const struct watch_state *w, struct decision *out)
{
	struct spot child = {d->run->root, w->node + 1};
	const struct step_state *st = spot_state(child);
	struct step_scope scope;
	struct eval ev;
	struct value v;
	double age = 0;

	sample_event(d, w, EVENT_SAMPLE, w->tick_ns, out);
	if (st->status != STEP_OK && st->status != STEP_WARNED) {
		const char *reason = st->reason ? st->reason : "failed";

		unknown_sample(&out->event, reason, st->message ? st->message : reason);
		return;
	}
	if (is_stale(d, w, child, &age)) {
		unknown_sample(&out->event, "stale",
			arena_printf(d->scratch, "the sample is %.0f s old", age));
		return;
	}
	scope_enter(d, child, true, &scope, &ev);
	if (!w->watch->value || !w->watch->value->expr)
		unknown_sample(&out->event, "missing", "no value");
	else if (!eval_expr(&ev, w->watch->value->expr, &v))
		unknown_sample(&out->event, broken_reason(&ev), ev.error);
	else
		judge_value(d, w, &ev, &v, &out->event);
}

void decide_watch(struct decider *d, struct spot s, struct decision *out)
{
	const struct watch_state *w = watch_of_node(d->run, s.node);
	const struct step_state *st = spot_state(s);

	if (w->is_in_flight && st->phase == PHASE_OPEN && !st->open) {
		finish_sample(d, w, out);
	} else if (w->is_in_flight) {
		/* One at a time, and never shifted: this tick brings nothing. */
		sample_event(d, w, EVENT_SAMPLE, w->next_tick_ns, out);
		unknown_sample(&out->event, "missed", "the sample before was still under way");
	} else {
		sample_event(d, w, EVENT_SAMPLE_STARTED, w->next_tick_ns, out);
	}
}

/* ---- conditions ----------------------------------------------------------------------------- */

static bool is_answerable(const struct run *r, const struct condition_state *c)
{
	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct watch_state *w = &r->watches[i];
		const struct sample *last = samples_last(&w->ring);

		/* One that hangs is told as missed, tick by tick: what others say counts. */
		if ((c->watches & (UINT64_C(1) << (i < 63 ? i : 63))) && w->is_in_flight &&
			w->tick_ns <= c->due_tick_ns && !(last && last->at_ns >= c->due_tick_ns))
			return false;
	}
	return true;
}

static void tick_condition(struct decider *d, uint32_t index, int64_t tick_ns, struct decision *out)
{
	struct run *r = d->run;
	struct condition_state c = r->conditions[index];
	struct step_scope scope;
	struct eval ev;
	const char *why = NULL;
	enum verdict verdict;
	enum tick tick;
	struct value reason;

	if (c.owner_node != NODE_NONE)
		scope_enter(d, (struct spot){r->frames[c.owner], c.owner_node}, false, &scope, &ev);
	else
		scope_enter_file(d, c.unit, &scope, &ev);
	verdict = guard_test(&ev, c.rule->holds, &why);
	tick = verdict == VERDICT_TRUE	  ? TICK_TRUE
	       : verdict == VERDICT_FALSE ? TICK_FALSE
					  : TICK_UNKNOWN;
	condition_tick(&c, tick, tick_ns);
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = EVENT_CONDITION,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.index = (int64_t)index + 1,
		.condition = c.rule->holds->text,
		.phase = condition_phase_names[c.phase],
		.held_ns = c.held_ns,
		.for_ns = condition_for(c.rule),
		.tick_ns = tick_ns,
		.value = tick == TICK_UNKNOWN ? value_unknown(why ? why : "unknown")
					      : value_bool(tick == TICK_TRUE),
		.message = str_of(tick == TICK_UNKNOWN && why ? why : "")};
	if (c.phase != CONDITION_QUIET && c.rule->reason &&
		template_render_text(&ev, c.rule->reason, &reason))
		out->event.title = value_string(&reason);
}

/* What reads no watch has no grid: beside the ends of steps it ticks when it has held long enough.
 */
static int64_t own_tick(const struct condition_state *c)
{
	if (c->is_over || c->watches || c->phase != CONDITION_PENDING || c->last != TICK_TRUE ||
		!condition_for(c->rule))
		return NS_NEVER;
	return c->last_tick_ns + condition_for(c->rule) - c->held_ns;
}

int64_t conditions_next(const struct run *r)
{
	int64_t first = NS_NEVER;

	for (uint32_t i = 0; r->reads_steps && i < r->condition_count; i++) {
		if (own_tick(&r->conditions[i]) < first)
			first = own_tick(&r->conditions[i]);
	}
	return first;
}

bool decide_condition(struct decider *d, struct decision *out)
{
	struct run *r = d->run;

	for (uint32_t i = 0; r->reads_steps && i < r->condition_count; i++) {
		if (own_tick(&r->conditions[i]) > d->now_ns)
			continue;
		tick_condition(d, i, d->now_ns, out);
		return true;
	}

	for (uint32_t i = 0; r->any_condition_due && i < r->condition_count; i++) {
		struct condition_state *c = &r->conditions[i];

		if (!c->is_due || c->is_over || !c->rule->holds || !c->rule->holds->expr ||
			!is_answerable(r, c))
			continue;
		tick_condition(d, i, c->due_tick_ns, out);
		return true;
	}
	return false;
}

/* ---- what fires on one tick ----------------------------------------------------------------- */

/* Longer than answers of one tick lie apart, short against any `for`. */
#define ONE_TICK (5 * NS_PER_S)

bool condition_wants_turn(const struct condition_state *c)
{
	return c->phase == CONDITION_FIRING && !c->was_decided && !c->is_over &&
	       c->owner_node == NODE_NONE;
}

/* Whether a sample of this tick is under way that another condition has yet to judge. */
static bool awaits_sample(const struct run *r, int64_t tick_ns)
{
	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (c->is_over || c->is_muted || c->phase == CONDITION_FIRING ||
			c->owner_node != NODE_NONE || c->rule->mode == CONDITION_OBSERVE)
			continue;
		for (uint32_t k = 0; k < r->watch_count; k++) {
			const struct watch_state *w = &r->watches[k];

			if ((c->watches & (UINT64_C(1) << (k < 63 ? k : 63))) && w->is_in_flight &&
				w->tick_ns == tick_ns)
				return true;
		}
	}
	return false;
}

int64_t firing_waits_until(const struct run *r)
{
	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (condition_wants_turn(c) && c->watches)
			return awaits_sample(r, c->last_tick_ns) ? c->last_tick_ns + ONE_TICK : 0;
	}
	return 0;
}

static bool is_anything_firing(const struct run *r)
{
	for (uint32_t i = 0; i < r->condition_count; i++) {
		if (condition_wants_turn(&r->conditions[i]))
			return true;
	}
	return false;
}

/* ---- blind ---------------------------------------------------------------------------------- */

/* Only what something waits for makes the run blind. */
static bool is_needed(const struct run *r, uint32_t watch)
{
	uint64_t bit = UINT64_C(1) << (watch < 63 ? watch : 63);

	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (!c->is_over && !c->is_muted && c->rule->mode != CONDITION_OBSERVE &&
			(c->watches & bit))
			return true;
	}
	return false;
}

bool decide_blind(struct decider *d, struct decision *out)
{
	struct run *r = d->run;

	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct watch_state *w = &r->watches[i];
		const struct sample *last = samples_last(&w->ring);

		if (w->is_blind == w->blind_told || (w->is_blind && !is_needed(r, i)))
			continue;
		sample_event(d, w, EVENT_BLIND, w->blind_ns, out);
		out->event.phase = w->is_blind ? "blind" : "over";
		if (w->is_blind && last && last->unknown)
			out->event.message = str_of(last->unknown);
		return true;
	}
	return false;
}

static void find_policy(const struct run *r, uint32_t watch, uint8_t *on_blind, int64_t *within_ns)
{
	const struct unit *u = r->plan->watches[watch].unit;
	const struct rollback_section *rollback = u->book->rollback;
	uint64_t bit = UINT64_C(1) << (watch < 63 ? watch : 63);

	*on_blind = rollback && rollback->on_blind ? rollback->on_blind : ON_BLIND_HOLD;
	*within_ns = u->outer ? spot_state((struct spot){r->root, u->node})->unit->decide_within_ns
			      : r->root_unit.decide_within_ns;
	if (*within_ns <= 0)
		*within_ns = DEFAULT_DECIDE_WITHIN;
	for (uint32_t i = 0; i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (c->is_over || !(c->watches & bit))
			continue;
		if (c->rule->on_blind)
			*on_blind = c->rule->on_blind;
		if (c->rule->decide_within_ns != INT64_MIN)
			*within_ns = c->rule->decide_within_ns;
	}
}

/* `on_blind: continue`, and it has been waited for long enough. */
static bool is_let_be(const struct run *r, uint32_t watch, int64_t now_ns)
{
	uint8_t policy;
	int64_t within_ns;

	find_policy(r, watch, &policy, &within_ns);
	return policy == ON_BLIND_CONTINUE && now_ns >= r->watches[watch].blind_ns + within_ns;
}

bool condition_is_let_be(const struct run *r, const struct condition_state *c)
{
	for (uint32_t i = 0; i < r->watch_count; i++) {
		if ((c->watches & (UINT64_C(1) << (i < 63 ? i : 63))) && r->watches[i].is_blind &&
			is_let_be(r, i, r->now_ns))
			return true;
	}
	return false;
}

bool baseline_is_open(const struct run *r, const struct unit *u)
{
	return !(u->outer ? spot_state((struct spot){r->root, u->node})->effects_began
			  : r->effects_began);
}

/* A condition that has to be answered before its runbook may have an effect. */
static bool awaits_baseline(const struct run *r)
{
	for (uint32_t i = 0; r->any_condition_due && i < r->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];

		if (c->is_due && !c->is_over && baseline_is_open(r, c->unit))
			return true;
	}
	return false;
}

bool gate_is_closed(const struct run *r, int64_t now_ns)
{
	if (!r->condition_count || r->stage != STAGE_MAIN)
		return false;
	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct watch_state *w = &r->watches[i];

		if (!w->is_armed || !is_needed(r, i))
			continue;
		if (w->is_blind ? !is_let_be(r, i, now_ns) : !w->has_answered)
			return true;
	}
	return awaits_baseline(r) || is_anything_firing(r);
}

int64_t blind_deadline(const struct run *r, uint8_t *on_blind, uint32_t *watch)
{
	int64_t first = NS_NEVER;

	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct watch_state *w = &r->watches[i];
		uint8_t policy;
		int64_t within_ns;

		if (!w->is_blind || !is_needed(r, i))
			continue;
		find_policy(r, i, &policy, &within_ns);
		if (policy == ON_BLIND_CONTINUE || w->blind_ns + within_ns >= first)
			continue;
		first = w->blind_ns + within_ns;
		*on_blind = policy;
		*watch = i;
	}
	return first;
}
