/* The report's last lines: how it ended, what that leaves, what a person has to do. */
#include "output/report.h"

#include "base/duration.h"

static void tell_text(struct report *r, enum style style, struct str label, struct str text)
{
	report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
			       .depth = 1,
			       .style = style,
			       .label = label,
			       .text = text,
			       .is_sentence = true});
}

/* ---- the first line -------------------------------------------------------------------------- */

static enum mark run_mark(const struct report *r, enum run_status s)
{
	switch (s) {
	case RUN_SUCCEEDED:
		return r->summary.by_state[STEP_WARNED] ? MARK_WARNED : MARK_OK;
	case RUN_FAILED:
	case RUN_ROLLBACK_INCOMPLETE:
	case RUN_REFUSED:
		return MARK_FAILED;
	case RUN_ROLLED_BACK:
		return MARK_BACK;
	case RUN_HELD:
		return MARK_ASK;
	case RUN_OPEN:
	case RUN_INTERRUPTED:
		break;
	}
	return MARK_CANCELLED;
}

static bool has_rolled_back(const struct event *e)
{
	return e->status == RUN_ROLLED_BACK || e->status == RUN_ROLLBACK_INCOMPLETE;
}

static void status_text(struct strbuf *out, const struct report *r, const struct event *e)
{
	if (e->status == RUN_ROLLED_BACK)
		strbuf_puts(out, "rolled back");
	else if (e->status == RUN_ROLLBACK_INCOMPLETE)
		strbuf_puts(out, "rollback incomplete");
	else
		strbuf_puts(out, run_status_names[e->status]);
	if (e->status == RUN_SUCCEEDED && r->summary.by_state[STEP_WARNED])
		strbuf_puts(out, " with warnings");
}

/* `8m12s in all: 2 ok, 1 cancelled`, where the first line has something else to say. */
static void tell_counts(struct report *r, const struct event *e)
{
	strbuf_clear(&r->text);
	if (has_rolled_back(e)) {
		duration_human(&r->text, e->duration_ns ? e->duration_ns : e->time_ns);
		strbuf_puts(&r->text, " in all: ");
	}
	summary_counts(&r->text, &r->summary, true);
	tell_text(r, STYLE_DIM, STR(""), strbuf_str(&r->text));
}

static void tell_status(struct report *r, const struct event *e)
{
	struct str cause = strbuf_str(&r->account.turn_why);
	struct report_line l = {.kind = LINE_PLAIN, .mark = run_mark(r, e->status)};
	bool is_cut_short = e->status == RUN_HELD || e->status == RUN_ROLLBACK_INCOMPLETE;
	bool has_turned = cause.len && e->status != RUN_INTERRUPTED;
	strbuf_clear(&r->label);
	status_text(&r->label, r, e);
	l.label = strbuf_str(&r->label);
	int64_t duration_ns = e->duration_ns ? e->duration_ns : e->time_ns;
	if (has_rolled_back(e) && r->account.ended_ns)
		duration_ns = r->account.ended_ns - r->account.turned_ns;
	strbuf_clear(&r->text);
	strbuf_puts(&r->text, is_cut_short ? "after " : "in ");
	duration_human(&r->text, duration_ns);
	if (e->status != RUN_REFUSED)
		l.word = strbuf_str(&r->text);
	strbuf_clear(&r->note);
	if (!has_turned)
		summary_counts(&r->note, &r->summary, true);
	l.text = has_turned ? cause : strbuf_str(&r->note);
	l.is_sentence = true;
	report_tell(r, &l);
	if (has_turned && e->status != RUN_REFUSED)
		tell_counts(r, e);
}

/* ---- what failed ----------------------------------------------------------------------------- */

static void run_failures(struct report *r, const struct event *e)
{
	const struct summary *s = &r->summary;
	for (size_t i = 0; i < s->failure_count; i++) {
		struct str text = s->failures[i].text;
		report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
				       .depth = 1,
				       .label = s->failures[i].label,
				       .text = text_line(&text),
				       .is_sentence = true});
	}
	if (s->more_failures) {
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "and %zu more", s->more_failures);
		tell_text(r, STYLE_DIM, STR(""), strbuf_str(&r->text));
	}
	if (!s->failure_count && e->message.len)
		report_tell(r, &(struct report_line){.kind = LINE_PLAIN,
				       .depth = 1,
				       .text = e->message,
				       .is_sentence = true});
}

/* Where the time went, once it was enough to wonder. */
static void run_slowest(struct report *r, const struct event *e)
{
	const struct summary *s = &r->summary;
	if (e->time_ns < 30 * NS_PER_S || s->done < 4)
		return;
	strbuf_clear(&r->text);
	for (size_t i = 0; i < s->slow_count; i++) {
		strbuf_printf(
			&r->text, "%s%.*s ", i ? ", " : "slowest: ", STR_ARGS(s->slowest[i].label));
		duration_human(&r->text, s->slowest[i].duration_ns);
	}
	if (s->slow_count)
		tell_text(r, STYLE_DIM, STR(""), strbuf_str(&r->text));
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void account_told(void *context, struct str label, struct str text)
{
	tell_text(context, STYLE_NONE, label, text);
}

/* Whether the first line has said it: the failure is why the run turned. */
static bool is_told(const struct report *r)
{
	return r->account.turn_why.len && r->summary.failure_count <= 1;
}

void report_run_finished(struct report *r, const struct event *e)
{
	report_tell(r, &(struct report_line){.kind = LINE_BLANK});
	tell_status(r, e);
	if (e->status != RUN_SUCCEEDED && !is_told(r))
		run_failures(r, e);
	account_tell(&r->account, e, account_told, r);
	run_slowest(r, e);
	strbuf_clear(&r->text);
	if (e->log.len)
		strbuf_printf(&r->text, "log: %.*s", STR_ARGS(e->log));
	if (r->text.len)
		tell_text(r, STYLE_DIM, STR(""), strbuf_str(&r->text));
}
