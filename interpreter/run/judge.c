#include "run/action.h"
#include "run/approval.h"
#include "run/begin.h"
#include "run/hosts.h"
#include "run/lost.h"
#include "run/retry.h"
#include "run/rollback.h"
#include "run/scope.h"

/* ---- ending --------------------------------------------------------------------------------- */

struct value guard_parts(struct decider *d, struct eval *ev, const struct guard *g)
{
	struct part parts[16];
	size_t count = guard_working(ev, g, parts, sizeof(parts) / sizeof(parts[0]));
	struct value list = value_list(d->scratch);
	struct strbuf b = {0};

	for (size_t i = 0; i < count; i++) {
		part_print(&b, &parts[i]);
		list_add(d->scratch, list.list, value_str(strbuf_take(&b, d->scratch)));
	}
	strbuf_release(&b);
	return list;
}

void decide_finish(struct decider *d, struct spot s, enum step_status status, const char *reason,
	const char *message, struct decision *out)
{
	const struct step_state *st = spot_state(s);

	out->kind = DECIDE_RECORD;
	spot_event(d, s, EVENT_STEP_FINISHED, &out->event);
	out->event.state = status;
	out->event.reason = reason;
	out->event.message = str_of(message ? message : "");
	out->event.attempt = st->attempts;
	out->event.branch = st->branch;
	if (st->attempts)
		out->event.duration_ns = d->now_ns - st->started_ns;
}

/* ---- hints ---------------------------------------------------------------------------------- */

/* What its `hints` see by bare name, beside the result: the step has not ended yet. */
static struct value failure_fields(struct decider *d, const struct event *failed)
{
	struct value v = value_map(d->scratch);

	map_set(d->scratch, v.map, STR("reason"), value_str(str_of(failed->reason)));
	map_set(d->scratch, v.map, STR("message"), value_str(failed->message));
	map_set(d->scratch, v.map, STR("state"),
		value_str(str_of(step_status_names[failed->state])));
	map_set(d->scratch, v.map, STR("attempts"), value_int(failed->attempt));
	return v;
}

static struct value step_hints(
	struct decider *d, struct spot s, const struct step *step, const struct event *failed)
{
	const struct event fields = {.result = failure_fields(d, failed)};
	struct value list = value_nil();

	for (size_t i = 0; step->more && i < step->more->hints.count; i++) {
		const struct hint *h = step->more->hints.items[i];
		struct step_scope scope;
		struct eval ev;
		struct value text;
		const char *why;

		scope_enter(d, s, true, &scope, &ev);
		scope.pending = &fields;
		if (h->only_if && h->only_if->expr &&
			guard_test(&ev, h->only_if, &why) != VERDICT_TRUE)
			continue;
		if (!h->say || !template_render_text(&ev, h->say, &text))
			continue;
		if (list.kind == VALUE_NIL)
			list = value_list(d->scratch);
		list_add(d->scratch, list.list, text);
	}
	return list;
}

/* The end of what the step printed: standard error when there is any. */
#define TAIL_LINES 10
#define TAIL_BYTES 2000

static struct str output_tail(const struct step_state *st)
{
	const struct value *text = NULL;
	struct str s;
	size_t from, lines = 0;

	if (st->result.kind != VALUE_MAP)
		return (struct str){0};
	text = map_get(st->result.map, "stderr");
	if (!text || text->kind != VALUE_STRING || !text->len)
		text = map_get(st->result.map, "stdout");
	if (!text || text->kind != VALUE_STRING)
		return (struct str){0};
	s = value_string(text);
	while (s.len && s.at[s.len - 1] == '\n')
		s.len--;
	for (from = s.len; from > 0 && s.len - from < TAIL_BYTES; from--) {
		if (s.at[from - 1] == '\n' && ++lines == TAIL_LINES)
			break;
	}
	return (struct str){s.at + from, s.len - from};
}

/* ---- asking a person ------------------------------------------------------------------------ */

void choice_request(struct decider *d, const char *message, const char *const *words, size_t count,
	struct request *out)
{
	struct question_item *items = arena_array(d->scratch, count, sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i].text = str_of(words[i]);
	*out = (struct request){.kind = REQUEST_QUESTION,
		.question = {.kind = QUESTION_CHOICE,
			.message = str_of(message),
			.items = items,
			.item_count = count}};
}

static void ask(struct decider *d, struct spot s, const char *reason, const char *message,
	struct value working, struct decision *out)
{
	static const char *const words[] = {"retry", "continue", "stop"};

	out->kind = DECIDE_START;
	out->spot = s;
	spot_event(d, s, EVENT_STEP_ASK, &out->event);
	out->event.reason = reason;
	out->event.message = str_of(message ? message : "");
	out->event.working = working;
	choice_request(d,
		arena_printf(d->scratch, "`%.*s` failed: %s", STR_ARGS(out->event.step),
			message ? message : reason),
		words, sizeof(words) / sizeof(words[0]), &out->request);
	out->request.step = arena_copy(d->scratch, out->event.step.at, out->event.step.len);
	out->request.attempt = spot_state(s)->attempts + 1;
}

void decide_answered(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	bool is_stopping = spot_is_stopping(d->run, s);

	if (!is_stopping && strcmp(st->answer, "retry") == 0) {
		out->kind = DECIDE_RECORD;
		spot_event(d, s, EVENT_STEP_RETRY, &out->event);
		out->event.attempt = st->attempts;
		out->event.reason = st->reason;
		out->event.message = str_of(st->message ? st->message : "");
	} else {
		decide_finish(d, s,
			!is_stopping && strcmp(st->answer, "continue") == 0 ? STEP_WARNED
									    : STEP_FAILED,
			st->reason, st->message, out);
	}
}

/* How it ends when no try is left. */
static enum step_status failed_status(const struct run *r, struct spot s, const char *reason)
{
	const struct node *n = &r->plan->nodes[s.node];

	if (n->on_failure == ON_FAILURE_CONTINUE || failure_is_tolerated(r, s))
		return STEP_WARNED;
	/* The host went away under it: it may have done all, or half. */
	return n->action == ACTION_RUN && spot_state(s)->phase == PHASE_JUDGED &&
			       strcmp(reason, "reset") == 0
		       ? STEP_UNKNOWN
		       : STEP_FAILED;
}

void decide_failure(struct decider *d, struct spot s, const char *reason, const char *message,
	struct value working, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);

	if (decide_retry(d, s, reason, message, working, out))
		return;
	if (n->on_failure == ON_FAILURE_ASK && !st->answer &&
		!spot_is_stopping(d->run, spot_container(d->run, s))) {
		if (!decide_resolved(d, s, out))
			ask(d, s, reason, message, working, out);
		return;
	}
	decide_finish(d, s, failed_status(d->run, s, reason), reason, message, out);
	out->event.working = working;
	if (n->action == ACTION_CALL) {
		out->event.result = value_map(d->scratch);
		map_set(d->scratch, out->event.result.map, STR("status"), value_str(STR("failed")));
	}
	out->event.hints = step_hints(d, s, n->step, &out->event);
	if (n->action == ACTION_RUN && st->phase == PHASE_JUDGED)
		out->event.tail = output_tail(st);
}

/* ---- judging an attempt --------------------------------------------------------------------- */

struct filling {
	const struct record_list *list;
	bool is_inner; /* the outputs of the file inside a `uses` or `call` */
	const struct event *pending;
	const char *reason, *error; /* why it failed */
};

static bool fill_outputs(struct decider *d, struct spot s, struct filling *f, struct value *out)
{
	if (!f->list->count)
		return true;
	if (out->kind != VALUE_MAP)
		*out = value_map(d->scratch);
	for (size_t i = 0; i < f->list->count; i++) {
		const struct named_guard *g = f->list->items[i];
		struct step_scope scope;
		struct eval ev;
		struct value v;

		if (!g->guard.expr)
			continue;
		if (f->is_inner)
			scope_enter_inner(d, s, &scope, &ev);
		else
			scope_enter(d, s, true, &scope, &ev);
		scope.pending = f->pending;
		if (!eval_expr(&ev, g->guard.expr, &v)) {
			f->reason = broken_reason(&ev);
			f->error = arena_printf(
				d->scratch, "output `%.*s`: %s", STR_ARGS(g->name), ev.error);
			return false;
		}
		map_set(d->scratch, out->map, g->name, value_kept(d->scratch, &v));
	}
	return true;
}

/* The result of a choose is its branch's; that of a module or called runbook its outputs. */
static bool composite_result(struct decider *d, struct spot s, struct event *e, struct filling *f)
{
	const struct plan *p = d->run->plan;
	const struct node *n = &p->nodes[s.node];
	const struct step_state *st = spot_state(s);

	if (n->action == ACTION_CHOOSE) {
		for (uint32_t i = s.node + 1; i < n->end; i = p->nodes[i].end) {
			const struct step_state *branch = spot_state((struct spot){s.frame, i});

			if (p->nodes[i].role != ROLE_STEP || p->nodes[i].place != st->branch)
				continue;
			if (branch->result.kind == VALUE_MAP)
				e->result = value_deep_copy(d->scratch, &branch->result);
			else
				e->result = value_map(d->scratch);
			map_set(d->scratch, e->result.map, STR("branch"), value_int(st->branch));
			e->outputs = branch->outputs;
		}
		return true;
	}
	if (!n->inner)
		return true;
	f->list = &n->inner->book->outputs;
	f->is_inner = true;
	if (!fill_outputs(d, s, f, &e->outputs))
		return false;
	if (n->action == ACTION_CALL) {
		e->result = value_map(d->scratch);
		map_set(d->scratch, e->result.map, STR("status"), value_str(STR("succeeded")));
	}
	return true;
}

static void succeed(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	struct event composite = {0};
	struct filling f = {0};
	struct value outputs = value_nil();

	if (!composite_result(d, s, &composite, &f)) {
		decide_failure(d, s, f.reason, f.error, value_nil(), out);
		return;
	}
	/* `expect` and the step's own outputs see what the group gave. */
	if (!decide_expect(d, s, n->step, &composite, out))
		return;
	if (composite.outputs.kind == VALUE_MAP)
		outputs = value_deep_copy(d->scratch, &composite.outputs);
	if (n->step->more) {
		f = (struct filling){.list = &n->step->more->outputs, .pending = &composite};
		if (!fill_outputs(d, s, &f, &outputs)) {
			decide_failure(d, s, f.reason, f.error, value_nil(), out);
			return;
		}
	}
	decide_finish(d, s, STEP_OK, NULL, NULL, out);
	out->event.outputs = outputs;
	out->event.result = composite.result;
}

static bool is_own_fault(const char *cancel_reason)
{
	return strcmp(cancel_reason, "timeout") == 0 || strcmp(cancel_reason, "deadline") == 0 ||
	       strcmp(cancel_reason, REASON_BASELINE) == 0;
}

/* What a question means that nobody answered in time: its `default`. False: it has none. */
static bool judge_unanswered(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];

	if (n->action != ACTION_CONFIRM || !n->step->confirm->fallback)
		return false;
	if (n->step->confirm->fallback == CONFIRM_NO) {
		decide_failure(d, s, "rejected", "nobody answered in time, and the default is no",
			value_nil(), out);
		return true;
	}
	decide_finish(d, s, STEP_OK, NULL, "nobody answered in time, and the default is yes", out);
	out->event.result = value_map(d->scratch);
	map_set(d->scratch, out->event.result.map, STR("answer"), value_bool(true));
	map_set(d->scratch, out->event.result.map, STR("by"), value_str(STR("default")));
	map_set(d->scratch, out->event.result.map, STR("comment"), value_str(STR("")));
	return true;
}

static void judge_cancelled(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	const char *reason = st->cancel_reason, *message = "it took longer than its deadline";

	if (!reason || !is_own_fault(reason)) {
		decide_finish(d, s, STEP_CANCELLED, "stopped", NULL, out);
		return;
	}
	if (strcmp(reason, "timeout") == 0 && judge_unanswered(d, s, out))
		return;
	if (strcmp(reason, REASON_BASELINE) == 0)
		message = baseline_reason(d, d->run->plan->nodes[s.node].inner);
	else if (strcmp(reason, "timeout") == 0)
		message = "it took longer than its timeout";
	decide_failure(d, s, reason, message, value_nil(), out);
}

/* A group (or a for_each) in which nothing runs any more. */
static void judge_group(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);

	if (st->is_cancelling)
		judge_cancelled(d, s, out);
	else if (st->is_failing)
		decide_failure(
			d, s, st->reason ? st->reason : "steps", st->message, value_nil(), out);
	else if (st->open || st->was_stopped)
		decide_finish(d, s, STEP_CANCELLED, "stopped", NULL, out);
	else if (st->phase == PHASE_EXPANDED || plan_is_called_section(n))
		decide_finish(
			d, s, st->has_warned ? STEP_WARNED : STEP_OK, st->reason, st->message, out);
	else
		succeed(d, s, out);
}

/* Whose question nobody is there to answer: it ends because its time is up, or the run stops. */
static void judge_parked(struct decider *d, struct spot s, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	bool is_question = strcmp(st->reason, UNANSWERED) == 0;

	if (st->is_cancelling && st->cancel_reason && is_own_fault(st->cancel_reason))
		judge_cancelled(d, s, out);
	else
		decide_finish(d, s, is_question ? STEP_CANCELLED : STEP_FAILED, st->reason,
			st->message, out);
}

static void judge_confirmed(struct decider *d, struct spot s, struct decision *out)
{
	struct value all;

	if (decide_approval(d, s, &spot_state(s)->result, true, &all, out))
		return;
	succeed(d, s, out);
	if (out->event.kind == EVENT_STEP_FINISHED && out->event.state == STEP_OK)
		out->event.result = all;
}

void decide_judge(struct decider *d, struct spot s, struct decision *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];
	const struct step_state *st = spot_state(s);
	struct step_scope scope;
	struct eval ev;
	struct preparation p = {.decider = d, .spot = s, .node = n, .step = n->step, .ev = &ev};
	const char *message = NULL, *reason = NULL;

	if (st->phase == PHASE_PARKED) {
		judge_parked(d, s, out);
		return;
	}
	if (st->phase != PHASE_JUDGED) {
		judge_group(d, s, out);
		return;
	}
	if (st->is_cancelling) {
		judge_cancelled(d, s, out);
		return;
	}
	if (reason_is_lost(st->reason)) {
		decide_lost(d, s, out);
		return;
	}
	if (st->reason && !exit_is_expected(d, s)) {
		decide_failure(d, s, st->reason, st->message, value_nil(), out);
		return;
	}
	scope_enter(d, s, true, &scope, &ev);
	if (!st->reason && d->actions[n->action]->judge)
		reason = d->actions[n->action]->judge(&p, &st->result, &message);
	if (reason)
		decide_failure(d, s, reason, message, p.working, out);
	else if (n->action == ACTION_CONFIRM)
		judge_confirmed(d, s, out);
	else
		succeed(d, s, out);
}
