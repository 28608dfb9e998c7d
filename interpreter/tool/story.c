/* Events on their way into the story. */
#include "tool/story.h"

#include "tool/history.h"
#include "tool/story_decisions.h"

#include <math.h>

#define TIMELINE_MAX 20000 /* lines: a run of days may have more than anybody reads */

/* ---- memory ---------------------------------------------------------------------------------- */

static struct str keep(struct story *s, struct str text)
{
	return (struct str){arena_copy(&s->arena, text.at ? text.at : "", text.len), text.len};
}

static void take_line(struct report *r, const struct report_line *l);

void story_init(
	struct story *s, const struct run_row *row, struct str status, const struct plan *plan)
{
	struct value *const lists[] = {
		&s->undone, &s->passed, &s->still, &s->left, &s->kept, &s->to_do, &s->decisions};

	*s = (struct story){.row = row, .status = status, .plan = plan, .report.line = take_line};
	arena_init(&s->arena);
	report_init(&s->report, plan);
	account_init(&s->account, plan);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		*lists[i] = value_list(&s->arena);
}

void story_release(struct story *s)
{
	report_release(&s->report);
	account_release(&s->account);
	free(s->steps);
	free(s->index);
	free(s->lines);
	free(s->watches);
	arena_release(&s->arena);
}

/* ---- the timeline ---------------------------------------------------------------------------- */

static void take_line(struct report *r, const struct report_line *l)
{
	struct story *s = (struct story *)((char *)r - offsetof(struct story, report));
	struct layout layout = {.newline = "\n", .ascii = s->ascii};
	struct strbuf b = {0};
	struct story_line *line;

	if ((l->kind != LINE_EVENT && l->kind != LINE_DETAIL) || s->line_count == TIMELINE_MAX)
		return;
	layout.glyphs = glyphs_get(s->ascii);
	layout_line(&b, &layout, l, 0);
	while (b.len && b.at[b.len - 1] == '\n')
		b.len--;
	if (s->line_count == s->line_cap) {
		s->line_cap = s->line_cap ? s->line_cap * 2 : 256;
		s->lines = heap_array(s->lines, s->line_cap, sizeof(*s->lines));
	}
	line = &s->lines[s->line_count++];
	*line = (struct story_line){.wall_ns = s->now->wall_ns,
		.time_ns = s->now->time_ns,
		.is_detail = l->kind == LINE_DETAIL};
	line->text = strbuf_take(&b, &s->arena);
	strbuf_release(&b);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct story *s, const struct event *e)
{
	uint64_t key = (uint64_t)e->frame << 32 | e->node;
	uint32_t at = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (s->index_size - 1);

	while (s->index[at]) {
		const struct story_step *step = &s->steps[s->index[at] - 1];

		if (step->frame == e->frame && step->node == e->node)
			break;
		at = (at + 1) & (s->index_size - 1);
	}
	return at;
}

static void grow_index(struct story *s)
{
	s->index_size = s->index_size ? s->index_size * 2 : 256;
	free(s->index);
	s->index = heap_array(NULL, s->index_size, sizeof(*s->index));
	memset(s->index, 0, s->index_size * sizeof(*s->index));
	for (size_t i = 0; i < s->step_count; i++) {
		struct event e = {.frame = s->steps[i].frame, .node = s->steps[i].node};

		s->index[slot_of(s, &e)] = (uint32_t)i + 1;
	}
}

static const char *part_of(const struct story *s, const struct event *e)
{
	const struct plan *p = s->plan;

	if (p && p->finally != NODE_NONE && e->node < p->count &&
		plan_is_within(p, e->node, p->finally))
		return "finally";
	if (node_is_apart(p, e->node) || str_starts_with(e->step, STR("rollback.")) ||
		str_find(e->step, STR(".rollback"), 0) >= 0)
		return "rollback";
	return str_starts_with(e->step, STR("finally.")) ? "finally" : "steps";
}

static struct story_step *step_of(struct story *s, const struct event *e)
{
	struct story_step *step;
	struct strbuf label = {0};
	uint32_t at;

	if ((s->step_count + 1) * 2 > s->index_size)
		grow_index(s);
	at = slot_of(s, e);
	if (s->index[at])
		return &s->steps[s->index[at] - 1];
	if (s->step_count == s->step_cap) {
		s->step_cap = s->step_cap ? s->step_cap * 2 : 64;
		s->steps = heap_array(s->steps, s->step_cap, sizeof(*s->steps));
	}
	step = &s->steps[s->step_count++];
	s->index[at] = (uint32_t)s->step_count;
	step_label(&label, e);
	*step = (struct story_step){.step = keep(s, e->step),
		.item = keep(s, e->item),
		.action = keep(s, e->action),
		.part = part_of(s, e),
		.frame = e->frame,
		.node = e->node,
		.wall_ns = e->wall_ns,
		.time_ns = e->time_ns};
	step->label = strbuf_take(&label, &s->arena);
	strbuf_release(&label);
	return step;
}

static void add_step_event(struct story *s, const struct event *e)
{
	struct story_step *step = step_of(s, e);

	if (e->attempt > step->attempts)
		step->attempts = e->attempt;
	if (e->command.len)
		step->command = keep(s, e->command);
	if (e->title.len)
		step->title = keep(s, e->title);
	if (e->log.len)
		step->log = keep(s, e->log);
	step->has_ended = e->kind == EVENT_STEP_FINISHED;
	step->state = e->kind == EVENT_STEP_FINISHED ? e->state : STEP_RUNNING;
	if (e->kind != EVENT_STEP_FINISHED)
		return;
	step->duration_ns = e->duration_ns;
	step->reason = e->reason ? arena_string(&s->arena, e->reason) : NULL;
	step->message = keep(s, e->message);
}

/* ---- watches --------------------------------------------------------------------------------- */

static struct story_watch *watch_of(struct story *s, struct str name)
{
	for (size_t i = 0; i < s->watch_count; i++) {
		if (str_equal(s->watches[i].name, name))
			return &s->watches[i];
	}
	s->watches = heap_array(s->watches, s->watch_count + 1, sizeof(*s->watches));
	s->watches[s->watch_count] = (struct story_watch){.name = keep(s, name)};
	return &s->watches[s->watch_count++];
}

static void add_sample(struct story *s, const struct event *e)
{
	struct story_watch *w = watch_of(s, e->watch);
	double n;

	w->samples++;
	if (e->value.kind == VALUE_INT)
		n = (double)e->value.integer;
	else if (e->value.kind == VALUE_FLOAT)
		n = e->value.number;
	else if (e->value.kind == VALUE_BOOL)
		n = e->value.boolean;
	else {
		if (e->value.kind == VALUE_UNKNOWN && !str_is(w->why, e->value.unknown))
			w->why = keep(s, str_of(e->value.unknown));
		w->unknown++;
		return;
	}
	w->least = w->samples == w->unknown + 1 ? n : fmin(w->least, n);
	w->most = w->samples == w->unknown + 1 ? n : fmax(w->most, n);
	w->last = n;
}

/* ---- all of them ----------------------------------------------------------------------------- */

void story_add(struct story *s, const struct event *e)
{
	s->now = e;
	report_event(&s->report, e);
	account_add(&s->account, e);
	story_decide(s, e);
	switch (e->kind) {
	case EVENT_RUN_STARTED:
		s->inputs = value_deep_copy(&s->arena, &e->inputs);
		break;
	case EVENT_STEP_STARTED:
	case EVENT_ATTEMPT_FINISHED:
	case EVENT_STEP_RETRY:
	case EVENT_STEP_FINISHED:
		add_step_event(s, e);
		break;
	case EVENT_SAMPLE:
		add_sample(s, e);
		break;
	case EVENT_RUN_FINISHED:
		s->end = *e;
		s->end.step = keep(s, e->step);
		s->end.message = keep(s, e->message);
		s->end.reason = e->reason ? arena_string(&s->arena, e->reason) : NULL;
		s->end.left = value_deep_copy(&s->arena, &e->left);
		s->outputs = value_deep_copy(&s->arena, &e->outputs);
		break;
	case EVENT_RUN_RESUMED:
		s->end = (struct event){0};
		break;
	default:
		break;
	}
}

/* `c, a` on one line of an account; `nothing` is none. */
static void add_names(struct story *s, struct list *list, struct str names)
{
	if (str_is(names, "nothing"))
		return;
	while (names.len) {
		ptrdiff_t at = str_find(names, STR(", "), 0);
		size_t len = at < 0 ? names.len : (size_t)at, next = at < 0 ? len : len + 2;

		list_add(&s->arena, list, value_str(keep(s, (struct str){names.at, len})));
		names = (struct str){names.at + next, names.len - next};
	}
}

static void take_account(void *context, struct str label, struct str text)
{
	struct story *s = context;
	const struct {
		const char *label;
		struct value *list;
		bool is_names;
	} rows[] = {{"undone", &s->undone, true}, {"still in effect", &s->still, true},
		{"kept on purpose", &s->kept, true}, {"left as it is", &s->passed, false},
		{"left behind", &s->left, false}, {"what to do", &s->to_do, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!str_is(label, rows[i].label))
			continue;
		if (rows[i].is_names)
			add_names(s, rows[i].list->list, text);
		else
			list_add(&s->arena, rows[i].list->list, value_str(keep(s, text)));
	}
}

static void advise(struct story *s, const char *what)
{
	list_add(&s->arena, s->to_do.list, value_str(str_of(what)));
}

void story_end(struct story *s)
{
	bool is_lost = str_is(s->status, "lost");

	/* Nobody wrote down how it ended; what is in effect is known all the same. */
	if (is_lost)
		s->end = (struct event){.kind = EVENT_RUN_FINISHED, .status = RUN_INTERRUPTED};
	if (s->end.kind == EVENT_RUN_FINISHED)
		account_tell(&s->account, &s->end, take_account, s);
	if (is_lost || s->end.status == RUN_HELD || s->end.status == RUN_INTERRUPTED)
		advise(s,
			arena_printf(&s->arena,
				"go on: `runbook resume %.*s`; go back: `runbook rollback %.*s`; "
				"leave it as it is: `runbook abort %.*s`",
				STR_ARGS(s->row->id), STR_ARGS(s->row->id), STR_ARGS(s->row->id)));
	else if (s->end.status == RUN_ROLLBACK_INCOMPLETE)
		advise(s, arena_printf(&s->arena,
				  "when the cause is mended: `runbook rollback %.*s --retry`",
				  STR_ARGS(s->row->id)));
}
