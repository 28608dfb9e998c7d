/* The report's lines about what is watched: conditions that change, watches that see nothing. */
#include "output/report.h"

#include "base/duration.h"

#define SAMPLES_TOLD 8

static struct report_line line_of(struct report *r, const struct event *e, struct str label)
{
	strbuf_clear(&r->note);
	strbuf_clear(&r->text);
	return (struct report_line){
		.kind = LINE_EVENT, .time_ns = e->time_ns, .label = label, .is_sentence = true};
}

/* ---- samples --------------------------------------------------------------------------------- */

static void put_samples(struct strbuf *out, const struct watched *w, size_t most)
{
	size_t count = w->count < most ? w->count : most;
	for (size_t i = w->count - count; i < w->count; i++) {
		strbuf_puts(out, i > w->count - count ? " " : "");
		sample_text(out, &w->recent[i]);
	}
}

static void tell_sample(struct report *r, const struct event *e)
{
	struct watched *w = watching_watch(&r->watching, e);
	if (!w || !r->verbose || r->is_live)
		return;
	struct report_line l = line_of(r, e, strbuf_str(&w->name));
	put_samples(&r->text, w, 1);
	if (w->why.len)
		strbuf_printf(&r->text, ": %.*s", STR_ARGS(strbuf_str(&w->why)));
	l.text = strbuf_str(&r->text);
	l.style = STYLE_DIM;
	report_tell(r, &l);
}

/* The evidence: the last samples of what the condition reads. */
static void tell_evidence(struct report *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->watching.watch_count; i++) {
		const struct watched *w = &r->watching.watches[i];
		if (!w->count || !rule_reads(rule, strbuf_str(&w->name)))
			continue;
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "%.*s: ", STR_ARGS(strbuf_str(&w->name)));
		put_samples(&r->text, w, SAMPLES_TOLD);
		report_tell(r, &(struct report_line){.kind = LINE_DETAIL,
				       .depth = 1,
				       .text = strbuf_str(&r->text),
				       .is_sentence = true});
	}
}

/* `error_rate is 0.0812`: what a condition that begins to hold has seen. */
static void put_values(struct strbuf *out, const struct report *r, const struct rule *rule)
{
	for (size_t i = 0; i < r->watching.watch_count; i++) {
		const struct watched *w = &r->watching.watches[i];
		if (!w->count || !rule_reads(rule, strbuf_str(&w->name)))
			continue;
		strbuf_puts(out, out->len ? ", " : "");
		strbuf_printf(out, "%.*s is ", STR_ARGS(strbuf_str(&w->name)));
		put_samples(out, w, 1);
	}
}

/* ---- conditions ------------------------------------------------------------------------------ */

static void put_held(struct strbuf *b, int64_t held_ns)
{
	if (!held_ns)
		return;
	strbuf_puts(b, "held ");
	/* A condition may be a matter of less than seconds. */
	if (held_ns % NS_PER_S)
		duration_human(b, held_ns);
	else
		text_clock(b, held_ns);
}

static void tell_recovery(struct report *r, const struct rule *rule, struct report_line *l)
{
	l->label = STR("recovery");
	l->mark = MARK_WAIT;
	l->text = strbuf_str(&rule->guard);
	if (rule->phase == CONDITION_FIRING) {
		l->mark = MARK_OK;
		l->word = STR("shown");
		put_held(&r->note, rule->held_ns);
	} else if (rule->phase == CONDITION_PENDING) {
		l->word = STR("begins to show");
		strbuf_puts(&r->note, rule->for_ns ? "has to hold " : "");
		if (rule->for_ns)
			duration_print(&r->note, rule->for_ns);
	} else {
		l->word = STR("is gone again");
		put_held(&r->note, rule->held_before_ns);
	}
}

static void tell_rule(struct report *r, const struct rule *rule, struct report_line *l)
{
	if (rule->phase == CONDITION_FIRING) {
		bool is_serious = !rule->is_muted && !rule->is_observed;
		l->mark = is_serious ? MARK_FAILED : MARK_WARNED;
		l->word = rule->is_muted      ? STR("would fire, but is muted")
			  : rule->is_observed ? STR("fires, and is only observed")
					      : STR("fires");
		put_held(&r->text, rule->held_ns);
		l->text = strbuf_str(&r->text);
	} else if (rule->phase == CONDITION_PENDING) {
		l->mark = MARK_WARNED;
		l->word = STR("pending");
		strbuf_puts(&r->note, rule->for_ns ? "fires after " : "");
		if (rule->for_ns)
			duration_print(&r->note, rule->for_ns);
		put_values(&r->text, r, rule);
		l->text = strbuf_str(&r->text);
	} else {
		l->mark = MARK_OK;
		l->word = STR("quiet again");
		put_held(&r->note, rule->held_before_ns);
	}
}

static void tell_muted(struct report *r, const struct rule *rule, const struct event *e)
{
	struct report_line l = line_of(r, e, rule_name(rule));
	l.mark = MARK_WARNED;
	l.word = STR("holds already, and is muted");
	l.text = e->message;
	report_tell(r, &l);
}

/* Live, all but what counts for good is seen in the panel. */
static void tell_condition(struct report *r, const struct event *e)
{
	const struct rule *rule = watching_rule(&r->watching, e);
	if (rule && str_is(str_of(e->phase), "muted")) {
		tell_muted(r, rule, e);
		return;
	}
	if (!rule || rule->phase == rule->phase_before || !rule_is_live(&r->watching, rule))
		return;
	if (r->is_live && !r->verbose && rule->phase != CONDITION_FIRING)
		return;
	struct report_line l = line_of(r, e, rule_name(rule));
	if (rule->is_verify)
		tell_recovery(r, rule, &l);
	else
		tell_rule(r, rule, &l);
	l.note = strbuf_str(&r->note);
	report_tell(r, &l);
	if (rule->phase == CONDITION_FIRING)
		tell_evidence(r, rule);
}

/* ---- blind ----------------------------------------------------------------------------------- */

static void tell_blind(struct report *r, const struct event *e)
{
	const struct watched *w = watching_watch(&r->watching, e);
	if (!w)
		return;
	struct report_line l = line_of(r, e, strbuf_str(&w->name));
	l.label = e->watch;
	l.mark = w->is_blind ? MARK_UNKNOWN : MARK_OK;
	l.word = w->is_blind ? STR("is blind") : STR("is seen again");
	strbuf_put(&r->text, e->message);
	if (w->is_blind && !r->watching.is_rolling_back)
		strbuf_printf(&r->text, "%snothing with effects starts meanwhile",
			r->text.len ? "; " : "");
	l.text = strbuf_str(&r->text);
	report_tell(r, &l);
}

void report_watch_event(struct report *r, const struct event *e)
{
	if (e->kind == EVENT_SAMPLE)
		tell_sample(r, e);
	else if (e->kind == EVENT_CONDITION)
		tell_condition(r, e);
	else
		tell_blind(r, e);
}
