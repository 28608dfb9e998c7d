#include "output/watching.h"

#include "base/duration.h"
#include "output/text.h"

#include <math.h>

#define INDEX_MAX 100000
#define LEVELS 8
/* A window that varies less than this, compared with what it is about, is drawn as calm. */
#define CALM 0.25

/* ---- memory ---------------------------------------------------------------------------------- */

void watching_init(struct watching *w, const struct plan *plan)
{
	*w = (struct watching){.plan = plan};
}

void watching_release(struct watching *w)
{
	for (size_t i = 0; i < w->watch_count; i++) {
		strbuf_release(&w->watches[i].name);
		strbuf_release(&w->watches[i].why);
	}
	for (size_t i = 0; i < w->rule_count; i++) {
		strbuf_release(&w->rules[i].guard);
		strbuf_release(&w->rules[i].told);
		strbuf_release(&w->rules[i].why);
	}
	free(w->watches);
	free(w->rules);
}

static void set_text(struct strbuf *b, struct str text)
{
	strbuf_clear(b);
	strbuf_put(b, text_line(&text));
}

struct watched *watching_watch(struct watching *w, const struct event *e)
{
	bool is_about_one = e->kind == EVENT_SAMPLE || e->kind == EVENT_BLIND;
	if (!is_about_one || e->index < 1 || e->index > INDEX_MAX)
		return NULL;
	size_t count = (size_t)e->index;
	if (count > w->watch_count) {
		w->watches = heap_array(w->watches, count, sizeof *w->watches);
		for (; w->watch_count < count; w->watch_count++)
			w->watches[w->watch_count] = (struct watched){0};
	}
	return &w->watches[count - 1];
}

/* Those of the plan come first, then those of monitors. */
static void place_rule(const struct watching *w, size_t i, struct rule *r)
{
	if (!w->plan)
		return;
	r->is_monitors = i >= w->plan->condition_count;
	r->is_verify = !r->is_monitors && w->plan->conditions[i].is_verify;
	if (r->is_monitors || r->is_verify)
		return;
	const struct condition *c = w->plan->conditions[i].rule;
	r->is_observed = c->mode == CONDITION_OBSERVE;
	/* A reason with values in it is filled in when it is given. */
	if (c->reason && c->reason->source.kind == VALUE_STRING &&
		str_find(value_string(&c->reason->source), STR("${{"), 0) < 0)
		r->reason = value_string(&c->reason->source);
}

struct str rule_name(const struct rule *r)
{
	struct str reason = r->reason;
	if (r->told.len)
		return strbuf_str(&r->told);
	return reason.len ? text_line(&reason) : strbuf_str(&r->guard);
}

struct rule *watching_rule(struct watching *w, const struct event *e)
{
	if (e->kind != EVENT_CONDITION || e->index < 1 || e->index > INDEX_MAX)
		return NULL;
	size_t count = (size_t)e->index;
	if (count > w->rule_count) {
		w->rules = heap_array(w->rules, count, sizeof *w->rules);
		for (; w->rule_count < count; w->rule_count++) {
			w->rules[w->rule_count] = (struct rule){0};
			place_rule(w, w->rule_count, &w->rules[w->rule_count]);
		}
	}
	return &w->rules[count - 1];
}

/* ---- events ---------------------------------------------------------------------------------- */

static struct recent_sample sample_from(const struct value *v)
{
	struct recent_sample s = {.is_known = true};
	if (v->kind == VALUE_INT)
		s.number = (double)v->integer;
	else if (v->kind == VALUE_FLOAT)
		s.number = v->number;
	else if (v->kind == VALUE_BOOL)
		s = (struct recent_sample){v->boolean, true, true};
	else
		s.is_known = false;
	return s;
}

static void apply_sample(struct watched *w, const struct event *e)
{
	set_text(&w->name, e->watch);
	if (w->count == RECENT_SAMPLES)
		memmove(w->recent, w->recent + 1, (--w->count) * sizeof w->recent[0]);
	w->recent[w->count] = sample_from(&e->value);
	struct str why = e->message.len ? e->message : str_of(e->reason);
	if (!why.len && e->value.kind == VALUE_UNKNOWN)
		why = str_of(e->value.unknown);
	set_text(&w->why, w->recent[w->count].is_known ? STR("") : why);
	w->count++;
}

static void apply_condition(struct rule *r, const struct event *e)
{
	struct str phase = str_of(e->phase);
	set_text(&r->guard, e->condition);
	if (e->title.len)
		set_text(&r->told, e->title);
	if (str_is(phase, "muted")) {
		r->is_muted = r->has_ticked = true;
		return;
	}
	r->phase_before = r->has_ticked ? r->phase : CONDITION_QUIET;
	r->held_before_ns = r->held_ns;
	for (unsigned i = 0; i < CONDITION_PHASES; i++) {
		if (str_is(phase, condition_phase_names[i]))
			r->phase = (enum condition_phase)i;
	}
	r->held_ns = e->held_ns;
	r->for_ns = e->for_ns;
	r->is_unknown = e->value.kind == VALUE_UNKNOWN;
	set_text(&r->why, r->is_unknown ? e->message : STR(""));
	r->has_ticked = true;
	r->is_over = false;
}

/* Which monitor a condition belongs to is not told: another one that still runs tells of its own at
 * their next tick. */
static void end_monitor(struct watching *w)
{
	for (size_t i = 0; i < w->rule_count; i++)
		w->rules[i].is_over |= w->rules[i].is_monitors;
}

/* The compensation did its work, or found none to do. */
bool is_undone(const struct event *e)
{
	if (e->state == STEP_SKIPPED)
		return !str_is(str_of(e->reason), "blocked");
	return e->state == STEP_OK || e->state == STEP_WARNED;
}

static void step_ended(struct watching *w, const struct event *e)
{
	const struct plan *p = w->plan;
	bool is_undo = p && e->node < p->count && p->nodes[e->node].role == ROLE_UNDO;
	if (str_is(e->action, "monitor"))
		end_monitor(w);
	w->undone += is_undo && is_undone(e);
}

static void turn(struct watching *w, const struct event *e)
{
	w->is_rolling_back = true;
	w->turned_ns = e->time_ns;
}

void watching_apply(struct watching *w, const struct event *e)
{
	struct watched *watch = watching_watch(w, e);
	struct rule *rule = watching_rule(w, e);
	if (watch && e->kind == EVENT_SAMPLE)
		apply_sample(watch, e);
	else if (watch)
		watch->is_blind = str_is(str_of(e->phase), "blind");
	else if (rule)
		apply_condition(rule, e);
	else if (e->kind == EVENT_STEP_FINISHED)
		step_ended(w, e);
	else if (e->kind == EVENT_ROLLBACK_STARTED)
		turn(w, e);
	else if (e->kind == EVENT_STAGE)
		w->stage = (enum stage)e->stage;
	else if (e->kind == EVENT_MAIN_FINISHED || e->kind == EVENT_ROLLBACK_FINISHED)
		w->is_over = true;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static bool is_name_char(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool rule_reads(const struct rule *r, struct str watch)
{
	struct str guard = strbuf_str(&r->guard);
	ptrdiff_t at = -1;
	while (watch.len && (at = str_find(guard, watch, (size_t)(at + 1))) >= 0) {
		size_t start = (size_t)at, end = start + watch.len;
		bool is_whole = end == guard.len || !is_name_char(guard.at[end]);
		struct str before = {guard.at, start};
		if (is_whole && str_ends_with(before, STR("watch.")))
			return true;
	}
	return false;
}

bool rule_is_live(const struct watching *w, const struct rule *r)
{
	if (!r->has_ticked || r->is_over)
		return false;
	return r->is_verify ? w->stage == STAGE_VERIFY : !w->is_rolling_back;
}

void rule_state_text(struct strbuf *out, const struct rule *r)
{
	if (r->is_muted)
		strbuf_puts(out, "muted");
	else if (r->phase == CONDITION_QUIET)
		strbuf_puts(out, r->is_unknown ? "unknown" : "quiet");
	else
		strbuf_puts(out, condition_phase_names[r->phase]);
	if (r->phase != CONDITION_PENDING || r->is_muted)
		return;
	strbuf_putc(out, ' ');
	text_clock(out, r->held_ns);
	if (r->for_ns) {
		strbuf_puts(out, " of ");
		duration_print(out, r->for_ns);
	}
}

/* ---- samples --------------------------------------------------------------------------------- */

void sample_text(struct strbuf *out, const struct recent_sample *s)
{
	if (!s->is_known)
		strbuf_puts(out, "unknown");
	else if (s->is_boolean)
		strbuf_puts(out, s->number > 0 ? "true" : "false");
	else
		text_number(out, s->number);
}

struct range {
	double low, high;
};

static struct range range_of(const struct recent_sample *samples, size_t count)
{
	struct range r = {0};
	bool has_any = false;
	for (size_t i = 0; i < count; i++) {
		double n = samples[i].number;
		if (!samples[i].is_known)
			continue;
		r.low = has_any && r.low < n ? r.low : n;
		r.high = has_any && r.high > n ? r.high : n;
		has_any = true;
	}
	/* Small changes of a large number are not to look like a drama. */
	double most = r.high > -r.low ? r.high : -r.low;
	double middle = r.low / 2 + r.high / 2, half = r.high / 2 - r.low / 2;
	if (half < most * CALM / 2)
		half = most * CALM / 2;
	return (struct range){middle - half, middle + half};
}

void sample_levels(const struct watched *w, size_t count, int8_t *levels)
{
	const struct recent_sample *samples = w->recent + w->count - count;
	struct range r = range_of(samples, count);
	for (size_t i = 0; i < count; i++) {
		double part = r.high > r.low ? (samples[i].number / 2 - r.low / 2) /
						       (r.high / 2 - r.low / 2)
					     : 0;
		int level = isfinite(part) ? (int)(part * (LEVELS - 1) + 0.5) : 0;
		if (samples[i].is_boolean)
			level = samples[i].number > 0 ? LEVELS - 1 : 0;
		levels[i] = (int8_t)(level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level);
		if (!samples[i].is_known)
			levels[i] = -1;
	}
}
