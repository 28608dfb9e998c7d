#include "run/rollback.h"

#include "run/approval.h"
#include "run/begin.h"
#include "run/scope.h"
#include "run/undo.h"
#include "run/watch.h"

#define DEFAULT_VERIFY_WITHIN (600 * NS_PER_S)

void turn_event(struct decider *d, enum event_kind kind, const char *reason, const char *message,
	struct decision *out)
{
	out->kind = DECIDE_RECORD;
	out->event = (struct event){.kind = kind,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns,
		.reason = reason,
		.message = str_of(message ? message : "")};
}

/* ---- evidence ------------------------------------------------------------------------------- */

static struct value samples_of(struct decider *d)
{
	struct run *r = d->run;
	struct value all = value_map(d->scratch);

	for (uint32_t i = 0; i < r->watch_count; i++) {
		const struct samples_ring *ring = &r->watches[i].ring;
		struct value list = value_list(d->scratch);

		for (uint32_t k = ring->count > 20 ? ring->count - 20 : 0; k < ring->count; k++) {
			const struct sample *s = samples_get(ring, k);

			list_add(d->scratch, list.list,
				s->unknown ? value_unknown(s->unknown) : value_float(s->number));
		}
		map_set(d->scratch, all.map, plan_watch_name(r->plan, i, d->scratch), list);
	}
	return all;
}

static const char *condition_reason(struct decider *d, const struct condition_state *c)
{
	struct step_scope scope;
	struct eval ev;
	struct value text;

	scope_enter_file(d, c->unit, &scope, &ev);
	if (c->rule->reason && template_render_text(&ev, c->rule->reason, &text))
		return arena_copy(d->scratch, text.string, text.len);
	return arena_printf(d->scratch, "`%.*s`", STR_ARGS(c->rule->holds->text));
}

const char *condition_reasons(
	struct decider *d, bool (*named)(const struct condition_state *c), const struct unit *u)
{
	struct strbuf b = {0};
	struct str text;

	for (uint32_t i = 0; i < d->run->condition_count; i++) {
		const struct condition_state *c = &d->run->conditions[i];

		if (named(c) && (!u || c->unit == u))
			strbuf_printf(&b, "%s%s", b.len ? "; " : "", condition_reason(d, c));
	}
	text = strbuf_take(&b, d->scratch);
	strbuf_release(&b);
	return text.len ? text.at : NULL;
}

/* The first in the file is the primary one; the others are named, too. */
static const char *firing_reason(struct decider *d, uint8_t *mode)
{
	*mode = CONDITION_UNSAID;
	for (uint32_t i = 0; i < d->run->condition_count; i++) {
		if (!condition_wants_turn(&d->run->conditions[i]))
			continue;
		*mode = d->run->conditions[i].rule->mode;
		break;
	}
	return condition_reasons(d, condition_wants_turn, NULL);
}

/* ---- turning -------------------------------------------------------------------------------- */

static void start_rollback(
	struct decider *d, const char *reason, const char *message, struct decision *out)
{
	struct spot *spots;
	uint32_t count = undo_list(d->run, d->scratch, &spots);

	turn_event(d, EVENT_ROLLBACK_STARTED, reason, message, out);
	out->event.undo = value_list(d->scratch);
	for (uint32_t i = 0; i < count; i++)
		list_add(d->scratch, out->event.undo.list,
			value_str(undo_name(d->run, spots[i], d->scratch)));
	out->event.samples = samples_of(d);
	/* What a person asks for is no step's doing, whatever failed before. */
	if (strcmp(reason, "person") != 0)
		out->event.step = d->run->failed_step;
}

static void turn_back(
	struct decider *d, const char *reason, const char *message, struct decision *out)
{
	const struct run *r = d->run;

	if (!r->is_irreversible) {
		start_rollback(d, reason, message, out);
		return;
	}
	turn_event(d, EVENT_HOLD, "irreversible",
		arena_printf(d->scratch, "`%.*s` cannot be undone, a person has to decide: %s",
			STR_ARGS(r->irreversible_step), message ? message : reason),
		out);
}

static void ask_about_interrupt(struct decider *d, struct decision *out)
{
	static const char *const with[] = {"hold", "rollback", "go on"};
	static const char *const without[] = {"hold", "go on"};
	bool can_undo = undo_is_needed(d->run);

	out->kind = DECIDE_START;
	out->spot = (struct spot){d->run->root, 0};
	out->event =
		(struct event){.kind = EVENT_STEP_ASK, .time_ns = d->now_ns, .wall_ns = d->wall_ns};
	choice_request(d, "Interrupted. What now?", can_undo ? with : without, can_undo ? 3 : 2,
		&out->request);
	out->request.question.is_urgent = true;
	out->request.step = "interrupt";
	out->request.attempt = 1;
}

/* On a terminal the person chooses; a second SIGINT, or nobody there, is what the file says. */
static bool decide_interrupt(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	const struct rollback_section *rollback = r->plan->book->rollback;
	bool by_file = rollback && rollback->on_interrupt == ON_INTERRUPT_ROLLBACK;
	bool by_person = r->interrupt_answer && strcmp(r->interrupt_answer, "rollback") == 0;

	if (!r->interrupts)
		return false;
	if (d->has_person && !r->interrupt_asked && r->interrupts == 1) {
		ask_about_interrupt(d, out);
		return true;
	}
	if (r->interrupt_asked && !r->interrupt_answer && r->interrupts == 1)
		return false; /* the answer is awaited */
	if ((r->interrupt_answer ? by_person : by_file) && undo_is_needed(r))
		turn_back(d, "interrupt", "interrupted by a person", out);
	else
		turn_event(d, EVENT_HOLD, "interrupt", "interrupted by a person", out);
	return true;
}

void decide_blind_turn(
	struct decider *d, uint8_t on_blind, const char *message, struct decision *out)
{
	if (on_blind == ON_BLIND_ROLLBACK)
		turn_back(d, "blind", message, out);
	else
		turn_event(d, EVENT_HOLD, "blind", message, out);
}

static bool decide_being_blind(struct decider *d, struct decision *out)
{
	uint8_t policy;
	uint32_t watch;
	const char *message;

	if (blind_deadline(d->run, &policy, &watch) > d->now_ns)
		return false;
	message = arena_printf(d->scratch, "watch `%.*s` has been unknown for too long",
		STR_ARGS(plan_watch_name(d->run->plan, watch, d->scratch)));
	decide_blind_turn(d, policy, message, out);
	return true;
}

bool decide_turn(struct decider *d, bool may_wait, struct decision *out)
{
	const struct run *r = d->run;
	const char *reason;
	int64_t until_ns = may_wait ? firing_waits_until(r) : 0;
	uint8_t mode;

	if (r->stage != STAGE_MAIN || r->is_rolling_back || r->is_held || r->is_refused)
		return false;
	if (r->wants_undoing) {
		/* One that goes on with an earlier rollback has its reason: that decision stands.
		 */
		if (r->stop_reason)
			start_rollback(d, r->stop_reason, r->stop_message, out);
		else
			start_rollback(d, "person",
				arena_printf(
					d->scratch, "%.*s asked for it", STR_ARGS(r->asked_by)),
				out);
		return true;
	}
	if (r->is_aborted)
		return false;
	if (decide_baseline(d, out) || decide_interrupt(d, out))
		return true;
	if (r->wants_rollback && undo_is_needed(r)) {
		decide_rollback_of_failure(d, out);
		return true;
	}
	if (until_ns > d->now_ns) {
		out->until_ns = until_ns;
		return false;
	}
	reason = firing_reason(d, &mode);
	if (reason && mode == CONDITION_ASK)
		turn_event(d, EVENT_HOLD, "condition", reason, out);
	else if (reason)
		turn_back(d, "condition", reason, out);
	else
		return decide_being_blind(d, out);
	return true;
}

/* What a condition over the step says of its failure, in its own words; NULL: none does. */
static const char *words_for_failure(struct decider *d)
{
	for (uint32_t i = 0; i < d->run->condition_count; i++) {
		const struct condition_state *c = &d->run->conditions[i];

		if (condition_wants_turn(c) && c->rule->reason && c->rule->mode != CONDITION_ASK)
			return condition_reason(d, c);
	}
	return NULL;
}

void decide_rollback_of_failure(struct decider *d, struct decision *out)
{
	const char *words = words_for_failure(d);
	const struct run *r = d->run;
	const struct step_state *main = spot_state((struct spot){r->root, r->plan->main});
	const char *reason = main->is_cancelling ? main->cancel_reason : r->reason;

	if (words) {
		turn_back(d, "condition", words, out);
		return;
	}
	turn_back(d, reason ? reason : "failed",
		r->message ? r->message : "the run took longer than its deadline", out);
}

/* ---- nobody to ask -------------------------------------------------------------------------- */

static bool waits_for_person(const struct run *r, struct spot s)
{
	const struct node *n = &r->plan->nodes[s.node];

	return spot_state(s)->phase == PHASE_PARKED &&
	       !(n->action == ACTION_CONFIRM && n->step->confirm->fallback);
}

/* Something goes on without an answer: a step that runs, a pause, a question with a default. */
static bool goes_on(const struct run *r, struct spot s)
{
	uint8_t phase = spot_state(s)->phase;

	return phase != PHASE_OPEN && phase != PHASE_EXPANDED && phase != PHASE_CHECKING &&
	       !waits_for_person(r, s) && !plan_is_sample(r->plan, s.node);
}

static void print_waiting(struct decider *d, struct spot s, struct strbuf *b)
{
	const struct step_state *st = spot_state(s);

	strbuf_printf(
		b, "%s`%.*s` ", b->len ? "; " : "", STR_ARGS(undo_name(d->run, s, d->scratch)));
	if (strcmp(st->reason, UNANSWERED) != 0) {
		strbuf_puts(b, "failed and waits for a person to decide");
		return;
	}
	strbuf_puts(b, "waits for ");
	if (d->run->plan->nodes[s.node].action != ACTION_CONFIRM) {
		strbuf_puts(b, "a person");
		return;
	}
	approval_print_missing(d, s, b);
}

bool decide_unattended(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	struct strbuf b = {0};
	bool is_question = false;

	if (!r->parked || r->stage != STAGE_MAIN || r->is_rolling_back || r->is_held ||
		r->is_refused || r->signal)
		return false;
	for (uint32_t i = 0; i < r->live_count; i++) {
		if (goes_on(r, r->live[i]))
			return false;
	}
	turn_event(d, EVENT_HOLD, NULL, NULL, out);
	for (uint32_t i = 0; i < r->live_count; i++) {
		if (!waits_for_person(r, r->live[i]))
			continue;
		if (!b.len)
			out->event.step = undo_name(d->run, r->live[i], d->scratch);
		is_question |= strcmp(spot_state(r->live[i])->reason, UNANSWERED) == 0;
		print_waiting(d, r->live[i], &b);
	}
	out->event.reason = is_question ? "approval" : "ask";
	strbuf_puts(&b, ", and nobody is there to ask");
	out->event.message = strbuf_take(&b, d->scratch);
	strbuf_release(&b);
	return true;
}

/* ---- stages --------------------------------------------------------------------------------- */

static bool has_stage(const struct run *r, enum stage stage)
{
	switch (stage) {
	case STAGE_BEFORE:
		return r->plan->before != NODE_NONE;
	case STAGE_AFTER:
		return r->plan->after != NODE_NONE;
	case STAGE_VERIFY:
		return verify_is_asked(r);
	default:
		return true;
	}
}

void decide_next_stage(struct decider *d, struct decision *out)
{
	static const char *const names[] = {[STAGE_BEFORE] = "before",
		[STAGE_UNDO] = "undo",
		[STAGE_AFTER] = "after",
		[STAGE_VERIFY] = "verify"};
	enum stage stage = d->run->stage + 1;

	while (!has_stage(d->run, stage))
		stage++;
	turn_event(d, EVENT_STAGE, NULL, NULL, out);
	out->event.stage = stage;
	out->event.phase = names[stage];
}

/* A step failed, and by the `if` of every rollback there was nothing to undo. */
static bool is_plain_failure(const struct run *r)
{
	static const char *const others[] = {"condition", "blind", "interrupt", "person"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(r->stop_reason, others[i]) == 0)
			return false;
	}
	return r->undo_count && r->undone.kind == VALUE_NIL;
}

static void finish_rollback(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	bool is_incomplete =
		r->is_unfinished || (r->left.kind == VALUE_LIST && r->left.list->count);

	turn_event(d, EVENT_ROLLBACK_FINISHED, NULL, NULL, out);
	out->event.status = is_incomplete	  ? RUN_ROLLBACK_INCOMPLETE
			    : is_plain_failure(r) ? RUN_FAILED
						  : RUN_ROLLED_BACK;
	out->event.undo = r->undone;
	out->event.left = r->left;
	out->event.bare = undo_bare(r, d->scratch);
	for (size_t i = 0; r->passed_over.kind == VALUE_LIST && i < r->passed_over.list->count;
		i++) {
		if (out->event.bare.kind == VALUE_NIL)
			out->event.bare = value_list(d->scratch);
		list_add(d->scratch, out->event.bare.list, r->passed_over.list->items[i]);
	}
	out->event.duration_ns = d->now_ns;
}

static const struct undo_skip *find_skip(const struct decider *d, struct str step)
{
	for (size_t i = 0; i < d->undo_skip_count; i++) {
		if (str_is(step, d->undo_skips[i].step))
			return &d->undo_skips[i];
	}
	return NULL;
}

static void decide_undo(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	struct spot s = r->undo[r->undo_next], undo;

	undo = (struct spot){s.frame, r->plan->nodes[s.node].undo};
	if (find_skip(d, undo_name(r, s, d->scratch)))
		decide_finish(d, undo, STEP_SKIPPED, "skipped",
			arena_printf(d->scratch, "%s (%.*s)",
				find_skip(d, undo_name(r, s, d->scratch))->why,
				STR_ARGS(r->asked_by)),
			out);
	else if (spot_state(s)->is_blocked)
		decide_finish(d, undo, STEP_SKIPPED, "blocked",
			"what needed it could not be undone", out);
	else
		decide_begin(d, undo, out);
}

static void finish_unrecovered(
	struct decider *d, const struct condition_state *c, struct decision *out)
{
	finish_rollback(d, out);
	out->event.status = RUN_ROLLBACK_INCOMPLETE;
	out->event.reason = "ineffective";
	out->event.message = str_of(arena_printf(d->scratch,
		"recovery was not shown: `%.*s` did not hold", STR_ARGS(c->rule->holds->text)));
}

/* Each condition that shows recovery has to hold in time. */
static bool decide_verify(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;
	bool is_shown = true;

	for (uint32_t i = 0; i < r->plan->condition_count; i++) {
		const struct condition_state *c = &r->conditions[i];
		int64_t within = c->rule->decide_within_ns;

		if (!verify_counts(r, c) || c->phase == CONDITION_FIRING)
			continue;
		is_shown = false;
		if (within == INT64_MIN)
			within = DEFAULT_VERIFY_WITHIN + condition_for(c->rule);
		if (d->now_ns - r->verify_ns >= within) {
			finish_unrecovered(d, c, out);
			return true;
		}
		if (r->verify_ns + within < out->until_ns)
			out->until_ns = r->verify_ns + within;
	}
	if (is_shown)
		finish_rollback(d, out);
	return is_shown;
}

static bool section_is_over(const struct run *r, uint32_t node)
{
	const struct step_state *st = spot_state((struct spot){r->root, node});

	return st->phase == PHASE_OPEN && !st->open;
}

bool decide_stage(struct decider *d, struct decision *out)
{
	const struct run *r = d->run;

	if (r->signal)
		return false;
	switch (r->stage) {
	case STAGE_BEFORE:
		if (!section_is_over(r, r->plan->before))
			return false;
		decide_next_stage(d, out);
		return true;
	case STAGE_UNDO:
		if (r->undo_is_running)
			return false;
		if (r->undo_next < r->undo_count)
			decide_undo(d, out);
		else if (has_stage(r, STAGE_AFTER) || has_stage(r, STAGE_VERIFY))
			decide_next_stage(d, out);
		else
			finish_rollback(d, out);
		return true;
	case STAGE_AFTER:
		if (!section_is_over(r, r->plan->after))
			return false;
		if (has_stage(r, STAGE_VERIFY))
			decide_next_stage(d, out);
		else
			finish_rollback(d, out);
		return true;
	case STAGE_VERIFY:
		return decide_verify(d, out);
	default:
		return false;
	}
}
