#include "output/report.h"

#include "base/duration.h"

/* Of a for_each with more items than this, only those that went wrong get a line of their own. */
#define LIVE_ITEMS 12

void report_init(struct report *r, const struct plan *plan)
{
	board_init(&r->board, plan);
	r->board.is_deep = r->verbose;
	summary_init(&r->summary, plan);
	watching_init(&r->watching, plan);
	account_init(&r->account, plan);
}

void report_release(struct report *r)
{
	board_release(&r->board);
	summary_release(&r->summary);
	watching_release(&r->watching);
	account_release(&r->account);
	strbuf_release(&r->label);
	strbuf_release(&r->note);
	strbuf_release(&r->text);
}

void report_tell(struct report *r, const struct report_line *l)
{
	r->printed = NULL;
	r->line(r, l);
}

/* ---- what a step prints ---------------------------------------------------------------------- */

struct printing {
	struct report *report;
	struct card *card;
	const struct event *event;
	bool is_say;
};

static void print_line(void *context, struct str text)
{
	struct printing *p = context;
	struct report *r = p->report;
	struct card *c = p->card;
	strbuf_clear(&c->last_line);
	strbuf_put(&c->last_line, text);
	struct report_line l = {.kind = LINE_DETAIL,
		.mark = MARK_OUTPUT,
		.depth = c->depth,
		.time_ns = p->event->time_ns,
		.text = text,
		.is_sentence = true};
	if (p->is_say) {
		l.kind = LINE_EVENT;
		l.mark = MARK_SAY;
		report_tell(r, &l);
		return;
	}
	if ((r->is_live && !r->verbose) || (c->is_check && !r->verbose))
		return;
	if (r->board.running > 1)
		l.label = strbuf_str(&c->label);
	r->line(r, &l);
	r->printed = c;
}

static void step_output(struct report *r, struct card *c, const struct event *e)
{
	struct printing p = {.report = r, .card = c, .event = e};
	struct lines *stream = &c->streams[str_is(e->stream, "stderr")];
	p.is_say = str_is(e->stream, "say");
	lines_add(stream, e->text, print_line, &p);
	if (p.is_say)
		lines_finish(stream, print_line, &p);
}

/* Lines that were never ended by the program that wrote them. */
static void end_output(struct report *r, struct card *c, const struct event *e)
{
	struct printing p = {.report = r, .card = c, .event = e};
	lines_finish(&c->streams[0], print_line, &p);
	lines_finish(&c->streams[1], print_line, &p);
}

/* ---- a step begins --------------------------------------------------------------------------- */

/* Whether the good news about a step is kept for `verbose`: how a module does its work, and steps
 * whose one line is what they say. */
static bool is_quiet(const struct report *r, const struct card *c)
{
	return !r->verbose &&
	       ((c->is_inner && !c->is_question) || c->is_check || c->action == ACTION_SAY);
}

static struct report_line line_for(struct report *r, const struct card *c, const struct event *e)
{
	strbuf_clear(&r->note);
	strbuf_clear(&r->text);
	return (struct report_line){.kind = LINE_EVENT,
		.depth = c->depth,
		.time_ns = e->time_ns,
		.label = strbuf_str(&c->label)};
}

static void step_started(struct report *r, const struct card *c, const struct event *e)
{
	bool begins = e->kind == EVENT_STEP_EXPANDED || e->attempt <= 1;
	if ((r->is_live && !c->is_interactive) || !begins || is_quiet(r, c))
		return;
	struct report_line l = line_for(r, c, e);
	l.mark = c->mood == CARD_ASKING ? MARK_ASK : MARK_START;
	l.style = c->mood == CARD_ASKING ? STYLE_BOLD : STYLE_DIM;
	struct str detail = strbuf_str(&c->detail);
	l.text = text_line(&detail);
	if (e->kind == EVENT_STEP_EXPANDED)
		strbuf_printf(&r->note, "%zu %s", c->total, c->total == 1 ? "item" : "items");
	else if (c->mood == CARD_WAITING && c->until_ns > e->time_ns)
		duration_print(&r->note, c->until_ns - e->time_ns);
	l.note = strbuf_str(&r->note);
	report_tell(r, &l);
}

static void step_retry(struct report *r, struct card *c, const struct event *e)
{
	end_output(r, c, e);
	/* Live, the countdown is seen, and the line at the end counts the attempts. */
	if ((c->is_check || r->is_live) && !r->verbose)
		return;
	struct report_line l = line_for(r, c, e);
	l.mark = MARK_RETRY;
	l.is_sentence = true;
	strbuf_clear(&r->label);
	strbuf_printf(&r->label, "attempt %lld", (long long)e->attempt + 1);
	if (e->attempts)
		strbuf_printf(&r->label, " of %lld", (long long)e->attempts);
	strbuf_puts(&r->label, " in ");
	duration_human(&r->label, e->delay_ns);
	l.note = strbuf_str(&r->label);
	reason_text(&r->text, e);
	struct str text = strbuf_str(&r->text);
	l.text = text_line(&text);
	report_tell(r, &l);
}

/* An `until` that does not hold is told once; the polls after it are no news. */
static void step_waiting(struct report *r, struct card *c, const struct event *e)
{
	bool is_monitor = c->action == ACTION_MONITOR || str_is(e->action, "monitor");
	bool is_news = !c->was_told_waiting && !r->is_live;
	if (is_monitor && c->until_ns)
		return;
	is_news |= !c->was_told_waiting && is_monitor;
	c->was_told_waiting = true;
	if (!is_news && (!r->verbose || is_monitor))
		return;
	struct report_line l = line_for(r, c, e);
	l.mark = MARK_WAIT;
	l.word = is_monitor ? STR("goes on past its end") : STR("does not hold yet");
	l.is_sentence = true;
	l.text = is_monitor ? STR(MONITOR_STAYS) : e->message;
	report_tell(r, &l);
}

static void step_cancel(struct report *r, const struct card *c, const struct event *e)
{
	if (r->is_live || is_quiet(r, c))
		return;
	struct report_line l = line_for(r, c, e);
	l.mark = MARK_CANCELLED;
	l.word = STR("is asked to end");
	l.is_sentence = true;
	l.text = str_of(e->reason);
	report_tell(r, &l);
}

/* ---- a step ends ----------------------------------------------------------------------------- */

static enum mark state_mark(enum step_status s)
{
	static const uint8_t marks[] = {
		[STEP_PENDING] = MARK_NONE,
		[STEP_RUNNING] = MARK_START,
		[STEP_WAITING] = MARK_WAIT,
		[STEP_OK] = MARK_OK,
		[STEP_WARNED] = MARK_WARNED,
		[STEP_FAILED] = MARK_FAILED,
		[STEP_SKIPPED] = MARK_SKIPPED,
		[STEP_CANCELLED] = MARK_CANCELLED,
		[STEP_UNKNOWN] = MARK_UNKNOWN,
	};
	return (enum mark)marks[s];
}

static void detail_text(
	struct report *r, const struct card *c, enum style style, struct str text, bool is_output)
{
	struct report_line l = {.kind = LINE_DETAIL,
		.mark = is_output ? MARK_OUTPUT : MARK_NONE,
		.depth = c->depth + 1,
		.style = style,
		.is_sentence = true};
	while (text.len) {
		l.text = text_line(&text);
		report_tell(r, &l);
	}
}

static void detail_list(
	struct report *r, const struct card *c, const char *before, const struct value *texts)
{
	for (size_t i = 0; texts->kind == VALUE_LIST && i < texts->list->count; i++) {
		strbuf_clear(&r->text);
		strbuf_puts(&r->text, before);
		value_print(&r->text, &texts->list->items[i]);
		detail_text(r, c, STYLE_NONE, strbuf_str(&r->text), false);
	}
}

static void detail_tail(struct report *r, const struct card *c, struct str tail)
{
	struct strbuf line = {0};
	while (tail.len) {
		strbuf_clear(&line);
		lines_strip(&line, text_line(&tail));
		struct str text = strbuf_str(&line);
		detail_text(r, c, STYLE_NONE, text.len ? text : STR(" "), true);
	}
	strbuf_release(&line);
}

/* Whether it failed by one of its items, which has told the hints of the step already. */
static bool is_told_by_item(const struct card *c, const struct event *e)
{
	struct str text = e->message, label = strbuf_str(&c->label);
	return c->is_group && text.len > label.len + 2 && text.at[0] == '`' &&
	       memcmp(text.at + 1, label.at, label.len) == 0 && text.at[label.len + 1] == '[';
}

/* What helps to understand a failure. The tail only where its lines do not stand right above. */
static void failure_details(
	struct report *r, const struct card *c, const struct event *e, bool output_is_above)
{
	struct str message = strbuf_str(&r->text);
	text_line(&message);
	struct strbuf more = {0};
	strbuf_put(&more, message);
	detail_text(r, c, STYLE_NONE, strbuf_str(&more), false);
	strbuf_release(&more);
	detail_list(r, c, "", &e->working);
	if (!output_is_above)
		detail_tail(r, c, e->tail);
	if (c->exit_code && (str_find(e->message, STR("exit"), 0) < 0)) {
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "exit code %lld", (long long)c->exit_code);
		detail_text(r, c, STYLE_NONE, strbuf_str(&r->text), false);
	}
	if (!is_told_by_item(c, e))
		detail_list(r, c, "hint: ", &e->hints);
	if (e->log.len) {
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "log: %.*s", STR_ARGS(e->log));
		detail_text(r, c, STYLE_DIM, strbuf_str(&r->text), false);
	}
}

/* `7.7s, 10 attempts, branch 2, by ana` */
static void finished_note(struct report *r, const struct card *c, const struct event *e)
{
	if (e->state != STEP_SKIPPED)
		duration_human(&r->note, e->duration_ns);
	if (c->attempt > 1)
		strbuf_printf(&r->note, ", %lld attempts", (long long)c->attempt);
	if (e->branch && e->state != STEP_SKIPPED)
		strbuf_printf(&r->note, ", branch %lld", (long long)e->branch);
	if (c->by.len)
		strbuf_printf(&r->note, ", by %.*s%s", STR_ARGS(strbuf_str(&c->by)),
			c->is_assumed ? " with --yes" : "");
}

static bool is_one_of_many(const struct card *c)
{
	return c->parent && c->parent->node == c->node && c->parent->total > LIVE_ITEMS &&
	       c->item.len;
}

/* A compensation that may not run leaves something behind: no good news, though it did not fail. */
static bool is_blocked(const struct event *e)
{
	return e->state == STEP_SKIPPED && str_is(str_of(e->reason), "blocked");
}

static void well_finished(struct report *r, const struct card *c, const struct event *e)
{
	if (is_quiet(r, c) || (r->is_live && !r->verbose && is_one_of_many(c)))
		return;
	struct report_line l = line_for(r, c, e);
	l.mark = state_mark(e->state);
	finished_note(r, c, e);
	l.note = strbuf_str(&r->note);
	l.style = STYLE_DIM;
	struct str detail = strbuf_str(&c->detail);
	if (is_blocked(e))
		l.mark = MARK_FAILED;
	if (e->state == STEP_SKIPPED)
		l.word = is_blocked(e) ? STR("blocked") : STR("skipped");
	else if (r->is_live)
		l.text = text_line(&detail);
	if (e->state == STEP_SKIPPED && e->message.len) {
		l.text = e->message;
		l.is_sentence = true;
	}
	report_tell(r, &l);
	if (!r->verbose || e->outputs.kind != VALUE_MAP)
		return;
	for (size_t i = 0; i < e->outputs.map->count; i++) {
		const struct entry *output = &e->outputs.map->entries[i];
		strbuf_clear(&r->text);
		strbuf_printf(&r->text, "%.*s = ", STR_ARGS(entry_key(output)));
		value_print(&r->text, &output->value);
		struct str text = strbuf_str(&r->text);
		detail_text(r, c, STYLE_DIM, text_line(&text), false);
	}
}

/* A `check` that does not hold is no failure: it says that the step has work to do. */
static void check_finished(struct report *r, const struct card *c, const struct event *e)
{
	struct report_line l = line_for(r, c, e);
	l.mark = MARK_SKIPPED;
	l.style = STYLE_DIM;
	l.word = STR("not done yet");
	l.is_sentence = true;
	finished_note(r, c, e);
	l.note = strbuf_str(&r->note);
	reason_text(&r->text, e);
	struct str text = strbuf_str(&r->text);
	l.text = text_line(&text);
	report_tell(r, &l);
}

static void badly_finished(
	struct report *r, const struct card *c, const struct event *e, bool output_is_above)
{
	if (c->is_check) {
		if (r->verbose)
			check_finished(r, c, e);
		return;
	}
	struct report_line l = line_for(r, c, e);
	l.mark = state_mark(e->state);
	l.word = str_of(step_status_names[e->state]);
	l.is_sentence = true;
	finished_note(r, c, e);
	l.note = strbuf_str(&r->note);
	/* A group's reason is that of the step in it that failed, which its message names. */
	if (c->is_group && e->message.len)
		strbuf_put(&r->text, e->message);
	else
		reason_text(&r->text, e);
	struct str text = strbuf_str(&r->text);
	l.text = text_line(&text);
	report_tell(r, &l);
	failure_details(r, c, e, output_is_above);
}

/* What --yes has ticked: nobody was shown it. */
static void assumed_items(struct report *r, const struct card *c, const struct value *result)
{
	const struct value *items = map_get(result->map, "items");
	for (size_t i = 0; items && items->kind == VALUE_LIST && i < items->list->count; i++) {
		const struct value *item = &items->list->items[i];
		const struct value *text =
			item->kind == VALUE_MAP ? map_get(item->map, "text") : NULL;
		if (text && text->kind == VALUE_STRING)
			detail_text(r, c, STYLE_NONE, value_string(text), false);
	}
}

/* What a process left behind is told however the step ends: nobody else knows of it any more. */
static void attempt_finished(struct report *r, struct card *c, const struct event *e)
{
	if (c->is_assumed)
		assumed_items(r, c, &e->result);
	if (!e->note.len)
		return;
	end_output(r, c, e);
	struct report_line l = line_for(r, c, e);
	l.mark = MARK_WARNED;
	l.is_sentence = true;
	l.text = e->note;
	report_tell(r, &l);
}

static void step_finished(struct report *r, struct card *c, const struct event *e)
{
	end_output(r, c, e);
	bool output_is_above = r->printed == c;
	if (e->state == STEP_OK || e->state == STEP_SKIPPED)
		well_finished(r, c, e);
	else
		badly_finished(r, c, e, output_is_above);
	if (r->printed == c)
		r->printed = NULL;
	board_drop(&r->board, c);
}

static void step_event(struct report *r, struct card *c, const struct event *e)
{
	if (e->kind == EVENT_STEP_STARTED || e->kind == EVENT_STEP_EXPANDED)
		step_started(r, c, e);
	else if (e->kind == EVENT_STEP_OUTPUT)
		step_output(r, c, e);
	else if (e->kind == EVENT_ATTEMPT_FINISHED)
		attempt_finished(r, c, e);
	else if (e->kind == EVENT_STEP_RETRY)
		step_retry(r, c, e);
	else if (e->kind == EVENT_STEP_CANCEL)
		step_cancel(r, c, e);
	else if (e->kind == EVENT_STEP_WAITING)
		step_waiting(r, c, e);
	else if (e->kind == EVENT_STEP_FINISHED)
		step_finished(r, c, e);
}

void report_event(struct report *r, const struct event *e)
{
	struct card *c = board_apply(&r->board, e);
	summary_add(&r->summary, e);
	watching_apply(&r->watching, e);
	account_add(&r->account, e);
	if (c)
		step_event(r, c, e);
	else if (e->kind == EVENT_SAMPLE || e->kind == EVENT_CONDITION || e->kind == EVENT_BLIND)
		report_watch_event(r, e);
	else if (e->kind == EVENT_RUN_FINISHED)
		report_run_finished(r, e);
	else
		report_run_event(r, e);
}

void report_recall(struct report *r, const struct event *e)
{
	struct card *c = board_apply(&r->board, e);

	summary_add(&r->summary, e);
	watching_apply(&r->watching, e);
	account_add(&r->account, e);
	if (c && e->kind == EVENT_STEP_FINISHED)
		board_drop(&r->board, c);
}
