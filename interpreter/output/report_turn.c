/* The report's lines about a run that turns: back, to a halt, or away before it began. */
#include "output/report.h"

#include "base/duration.h"

static void tell_turn(struct report *r, const struct event *e, enum mark mark, const char *label)
{
	struct report_line l = {.kind = LINE_EVENT,
		.mark = mark,
		.time_ns = e->time_ns,
		.label = str_of(label),
		.is_sentence = true};
	l.text = strbuf_str(&r->account.turn_why);
	report_tell(r, &l);
}

static void tell_section(struct report *r, const struct event *e, const char *text)
{
	if (r->is_live)
		return;
	report_tell(r, &(struct report_line){.kind = LINE_EVENT,
			       .time_ns = e->time_ns,
			       .style = STYLE_DIM,
			       .text = str_of(text)});
}

void report_finally(struct report *r, const struct event *e)
{
	const struct plan *p = r->board.plan;
	if (p && p->finally != NODE_NONE)
		tell_section(r, e, "finally");
}

static void tell_stage(struct report *r, const struct event *e)
{
	if (e->stage == STAGE_BEFORE)
		tell_section(r, e, "before undoing");
	else if (e->stage == STAGE_UNDO)
		tell_section(r, e, "undoing");
	else if (e->stage == STAGE_AFTER)
		tell_section(r, e, "after undoing");
	else if (e->stage == STAGE_VERIFY)
		tell_section(r, e, "looking for recovery");
}

static void rollback_finished(struct report *r, const struct event *e)
{
	bool is_whole = e->status == RUN_ROLLED_BACK, is_nothing = e->status == RUN_FAILED;
	bool is_in_vain = str_is(str_of(e->reason), "ineffective");
	struct report_line l = {.kind = LINE_EVENT,
		.mark = is_whole || is_nothing ? MARK_OK : MARK_FAILED,
		.time_ns = e->time_ns,
		.label = is_whole     ? STR("rolled back")
			 : is_nothing ? STR("there was nothing to undo")
			 : is_in_vain ? STR("rollback ineffective")
				      : STR("rollback incomplete"),
		.text = e->message,
		.is_sentence = true};
	strbuf_clear(&r->note);
	duration_human(&r->note, e->time_ns - r->account.turned_ns);
	l.note = strbuf_str(&r->note);
	/* Live, the account follows at once, unless there is more to do. */
	if (!r->is_live || (r->board.plan && r->board.plan->finally != NODE_NONE))
		report_tell(r, &l);
	report_finally(r, e);
}

void report_turn_event(struct report *r, const struct event *e)
{
	if (e->kind == EVENT_HOLD)
		tell_turn(r, e, MARK_ASK, "held");
	else if (e->kind == EVENT_REFUSED)
		tell_turn(r, e, MARK_FAILED, "refused");
	else if (e->kind == EVENT_ROLLBACK_STARTED)
		tell_turn(r, e, MARK_BACK, "rolling back");
	else if (e->kind == EVENT_STAGE)
		tell_stage(r, e);
	else if (e->kind == EVENT_ROLLBACK_FINISHED)
		rollback_finished(r, e);
}
