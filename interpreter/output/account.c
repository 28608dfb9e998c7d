#include "output/account.h"

#include "output/board.h"
#include "output/summary.h"
#include "output/text.h"
#include "output/watching.h"

#include <stdarg.h>

/* ---- memory ---------------------------------------------------------------------------------- */

void account_init(struct account *a, const struct plan *plan)
{
	*a = (struct account){.plan = plan};
	arena_init(&a->arena);
}

void account_release(struct account *a)
{
	arena_release(&a->arena);
	strbuf_release(&a->turn_why);
	free(a->effects);
}

static struct str keep(struct account *a, struct str s)
{
	return (struct str){arena_copy(&a->arena, s.at ? s.at : "", s.len), s.len};
}

static struct str keep_label(struct account *a, const struct event *e)
{
	struct strbuf b = {0};
	step_label(&b, e);
	struct str label = strbuf_take(&b, &a->arena);
	strbuf_release(&b);
	return label;
}

static void add_task(struct account *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_task(struct account *a, const char *format, ...)
{
	va_list args;
	if (a->task_count == ACCOUNT_TASKS) {
		a->more_tasks++;
		return;
	}
	va_start(args, format);
	a->tasks[a->task_count++] = str_of(arena_vprintf(&a->arena, format, args));
	va_end(args);
}

/* ---- what is in effect ----------------------------------------------------------------------- */

static const struct node *node_of(const struct account *a, uint32_t node)
{
	return a->plan && node < a->plan->count ? &a->plan->nodes[node] : NULL;
}

/* What stays on purpose is told as who wrote the runbook knows it: of what a module keeps, the step
 * that uses it; of a step without an id, what it does. */
static struct str kept_label(struct account *a, const struct event *e)
{
	const struct node *n = node_of(a, e->node), *outer = n;
	struct str text = e->title.len ? e->title : e->command;
	for (; outer && outer->unit->outer && outer->unit->node != NODE_NONE;)
		outer = node_of(a, outer->unit->node);
	if (outer && outer != n)
		return plan_name(a->plan, (uint32_t)(outer - a->plan->nodes), &a->arena);
	if (n && n->step && !n->step->id.len && text.len)
		return keep(a, text_line(&text));
	return keep_label(a, e);
}

static void add_effect(struct account *a, const struct event *e, bool is_kept)
{
	if (a->effect_count == a->effect_cap) {
		a->effect_cap = a->effect_cap ? a->effect_cap * 2 : 16;
		a->effects = heap_array(a->effects, a->effect_cap, sizeof *a->effects);
	}
	a->effects[a->effect_count++] =
		(struct lasting){.label = is_kept ? kept_label(a, e) : keep_label(a, e),
			.node = e->node,
			.item = keep(a, e->item),
			.is_kept = is_kept};
}

static void drop_effect(struct account *a, uint32_t node, struct str item)
{
	size_t kept = 0;
	for (size_t i = 0; i < a->effect_count; i++) {
		const struct lasting *f = &a->effects[i];
		if (f->node != node || !str_equal(f->item, item))
			a->effects[kept++] = *f;
	}
	a->effect_count = kept;
}

static void step_started(struct account *a, const struct event *e)
{
	const struct node *n = node_of(a, e->node);
	if (!n || e->attempt > 1 || node_is_apart(a->plan, e->node) || step_is_loop(a->plan, e))
		return;
	bool is_kept = n->step && n->step->more && n->step->more->keep;
	if (n->undo == NODE_NONE && !is_kept)
		return;
	drop_effect(a, e->node, e->item);
	add_effect(a, e, n->undo == NODE_NONE);
}

/* A request that was never sent had no effect. */
static void attempt_finished(struct account *a, const struct event *e)
{
	const struct node *n = node_of(a, e->node);
	if (n && n->needs_slot && !e->was_sent && e->attempt <= 1)
		drop_effect(a, e->node, e->item);
}

/* ---- what a person has to do ----------------------------------------------------------------- */

static void pass_over(struct account *a, struct str step, struct str why)
{
	struct passed *p = arena_new(&a->arena, struct passed), **last = &a->passed;

	while (*last)
		last = &(*last)->next;
	*p = (struct passed){.step = step, .why = keep(a, why)};
	*last = p;
}

static void undo_finished(struct account *a, const struct node *n, const struct event *e)
{
	struct event step = *e;
	step.step = plan_name(a->plan, n->parent, &a->arena);
	struct str whose = keep_label(a, &step), label = keep_label(a, e);
	if (str_is(str_of(e->reason), "skipped"))
		pass_over(a, whose, e->message);
	else if (str_is(str_of(e->reason), "blocked"))
		add_task(a, "then undo `%.*s` by hand", STR_ARGS(whose));
	else if (is_undone(e))
		drop_effect(a, n->parent, e->item);
	else
		add_task(a, "find out why `%.*s` failed, and undo `%.*s` by hand%s%.*s",
			STR_ARGS(label), STR_ARGS(whose), e->log.len ? "; its log: " : "",
			STR_ARGS(e->log));
}

static void step_finished(struct account *a, const struct event *e)
{
	const struct node *n = node_of(a, e->node);
	const struct node *parent = n ? node_of(a, n->parent) : NULL;
	if (!n)
		return;
	if (n->role == ROLE_UNDO && !step_is_loop(a->plan, e))
		undo_finished(a, n, e);
	else if (parent && parent->role == ROLE_AFTER && e->state == STEP_FAILED && !e->item.len)
		add_task(a, "look at `%.*s`: it failed after the steps were undone",
			STR_ARGS(e->step));
}

static struct str *keep_texts(struct account *a, const struct value *texts, size_t *count)
{
	*count = texts->kind == VALUE_LIST ? texts->list->count : 0;
	struct str *kept = arena_array(&a->arena, *count + 1, sizeof *kept);
	struct strbuf b = {0};
	for (size_t i = 0; i < *count; i++) {
		value_print(&b, &texts->list->items[i]);
		kept[i] = strbuf_take(&b, &a->arena);
	}
	strbuf_release(&b);
	return kept;
}

static void rollback_finished(struct account *a, const struct event *e)
{
	a->ended_ns = e->time_ns;
	a->undone = keep_texts(a, &e->undo, &a->undone_count);
	a->bare = keep_texts(a, &e->bare, &a->bare_count);
	if (!str_is(str_of(e->reason), "ineffective"))
		return;
	add_task(a, "find out why it has not recovered: what was undone is not all that is wrong");
}

/* What a person, the runbook or a watch has to say speaks for itself; of a step the name goes
 * before. */
static bool is_of_step(const struct event *e)
{
	static const char *const others[] = {"condition", "blind", "interrupt", "baseline",
		"irreversible", "approval", "ask", "person"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (str_is(str_of(e->reason), others[i]))
			return false;
	}
	return e->step.len != 0;
}

static void turn(struct account *a, const struct event *e)
{
	struct strbuf why = {0};
	a->turned_ns = e->time_ns;
	a->turn_reason = keep(a, str_of(e->reason));
	a->turn_step = keep(a, e->step);
	if (is_of_step(e)) {
		strbuf_printf(&why, "`%.*s` failed: ", STR_ARGS(e->step));
		reason_text(&why, e);
	} else {
		strbuf_put(&why, e->message.len ? e->message : str_of(e->reason));
	}
	struct str text = strbuf_str(&why);
	strbuf_clear(&a->turn_why);
	strbuf_put(&a->turn_why, text_line(&text));
	strbuf_release(&why);
}

void account_add(struct account *a, const struct event *e)
{
	a->was_verified |= e->kind == EVENT_STAGE && e->stage == STAGE_VERIFY;
	if (e->kind == EVENT_RUN_RESUMED)
		a->task_count = a->more_tasks = 0; /* what was to be done then may be done */
	if (e->kind == EVENT_RUN_STARTED)
		a->file = keep(a, e->file);
	else if (e->kind == EVENT_STEP_STARTED)
		step_started(a, e);
	else if (e->kind == EVENT_ATTEMPT_FINISHED)
		attempt_finished(a, e);
	else if (e->kind == EVENT_STEP_FINISHED)
		step_finished(a, e);
	else if (e->kind == EVENT_HOLD || e->kind == EVENT_REFUSED ||
		 e->kind == EVENT_ROLLBACK_STARTED)
		turn(a, e);
	else if (e->kind == EVENT_ROLLBACK_FINISHED)
		rollback_finished(a, e);
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool is_in_effect(const struct account *a)
{
	for (size_t i = 0; i < a->effect_count; i++) {
		if (!a->effects[i].is_kept)
			return true;
	}
	return false;
}

static void close_held(struct account *a)
{
	struct str reason = a->turn_reason;
	if (str_is(reason, "blind"))
		add_task(a, "find out why there is no data, and how the system is without it");
	else if (str_is(reason, "irreversible"))
		add_task(a, "decide: going back is only possible in part, mending forward may be "
			    "better");
	else if (str_is(reason, "approval"))
		add_task(a, "get the answer it waits for: on a terminal, or with --yes");
	else if (str_is(reason, "ask"))
		add_task(a, "look at what failed, and decide how it goes on");
	else if (str_is(reason, "condition"))
		add_task(a, "decide whether what the condition found is bad enough to go back");
	if (is_in_effect(a))
		add_task(a, "undo by hand what is not to stay");
	else
		add_task(a, "nothing that has a rollback has run");
}

static void add_commands(struct account *a, const struct event *e)
{
	struct str run = e->run;
	if (!a->is_recorded || !run.len)
		return;
	if (str_is(a->turn_reason, "approval"))
		add_task(a, "answer it: runbook approve %.*s, or runbook reject %.*s",
			STR_ARGS(run), STR_ARGS(run));
	else if (str_is(a->turn_reason, "ask"))
		add_task(a, "go on: runbook resume %.*s --resolve %.*s=retry|done|failed",
			STR_ARGS(run), STR_ARGS(a->turn_step));
	else if (str_is(a->turn_reason, "irreversible") && e->step.len)
		/* A step has failed: to go on would only come back to here. */
		add_task(a, "leave it as it is: runbook abort %.*s", STR_ARGS(run));
	else
		add_task(a, "go on: runbook resume %.*s", STR_ARGS(run));
	if (is_in_effect(a))
		add_task(a, "go back: runbook rollback %.*s", STR_ARGS(run));
}

static void close_refused(struct account *a)
{
	struct str file = a->file.len ? a->file : STR("FILE");
	if (!str_is(a->turn_reason, "baseline"))
		return;
	add_task(a, "bring the system into order, then run it again");
	add_task(a, "or, if this run is the cure: runbook exec %.*s --hotfix \"why\"",
		STR_ARGS(file));
}

static void close_tasks(struct account *a, enum run_status status)
{
	if (status == RUN_HELD)
		close_held(a);
	else if (status == RUN_REFUSED)
		close_refused(a);
	else if (status == RUN_INTERRUPTED && is_in_effect(a))
		add_task(a, "look at what was under way; undo by hand what is not to stay");
}

/* ---- telling --------------------------------------------------------------------------------- */

struct telling {
	struct account *account;
	account_line *line;
	void *context;
	struct strbuf text;
};

static void tell(struct telling *t, struct str label, struct str text)
{
	t->line(t->context, label, text);
}

static void tell_names(struct telling *t, struct str label, const struct str *names, size_t count)
{
	strbuf_clear(&t->text);
	for (size_t i = 0; i < count; i++)
		strbuf_printf(&t->text, "%s%.*s", i ? ", " : "", STR_ARGS(names[i]));
	tell(t, label, count ? strbuf_str(&t->text) : STR("nothing"));
}

static bool is_passed(const struct account *a, struct str step)
{
	const struct passed *p = a->passed;
	while (p && !str_equal(p->step, step))
		p = p->next;
	return p != NULL;
}

static void tell_undone(struct telling *t)
{
	struct account *a = t->account;
	size_t count = 0;
	tell_names(t, STR("undone"), a->undone, a->undone_count);
	for (const struct passed *p = a->passed; p; p = p->next) {
		strbuf_clear(&t->text);
		strbuf_printf(&t->text, "%.*s: %.*s", STR_ARGS(p->step), STR_ARGS(p->why));
		tell(t, STR("left as it is"), strbuf_str(&t->text));
	}
	for (size_t i = 0; i < a->bare_count; i++)
		if (!is_passed(a, a->bare[i]))
			a->bare[count++] = a->bare[i];
	if (count)
		tell_names(t, STR("nothing to undo"), a->bare, count);
}

/* The last begun first: that is the order to undo them in. */
static void tell_effects(struct telling *t, bool is_kept, struct str label)
{
	const struct account *a = t->account;
	strbuf_clear(&t->text);
	for (size_t i = a->effect_count; i-- > 0;) {
		bool is_again = is_kept && i + 1 < a->effect_count &&
				str_equal(a->effects[i].label, a->effects[i + 1].label);
		if (a->effects[i].is_kept == is_kept && !is_again)
			strbuf_printf(&t->text, "%s%.*s", t->text.len ? ", " : "",
				STR_ARGS(a->effects[i].label));
	}
	if (t->text.len)
		tell(t, label, strbuf_str(&t->text));
}

static void tell_tasks(struct telling *t, enum run_status status)
{
	const struct account *a = t->account;
	const struct runbook *book = a->plan ? a->plan->book : NULL;
	bool is_verified = a->was_verified || (book && book->rollback && book->rollback->verify);
	for (size_t i = 0; i < a->task_count; i++)
		tell(t, STR("what to do"), a->tasks[i]);
	if (a->more_tasks) {
		strbuf_clear(&t->text);
		strbuf_printf(&t->text, "and %zu more things like these", a->more_tasks);
		tell(t, STR("what to do"), strbuf_str(&t->text));
	}
	if (a->task_count || status != RUN_ROLLED_BACK)
		return;
	tell(t, STR("what to do"),
		is_verified ? STR("nothing: all is undone, and recovery was shown")
			    : STR("see that all is well again: nothing has looked "
				  "(no `rollback.verify`)"));
}

void account_tell(struct account *a, const struct event *e, account_line *line, void *context)
{
	struct telling t = {.account = a, .line = line, .context = context};
	bool is_back = e->status == RUN_ROLLED_BACK || e->status == RUN_ROLLBACK_INCOMPLETE;
	if (e->status == RUN_SUCCEEDED || e->status == RUN_FAILED || e->status == RUN_OPEN)
		return;
	a->left = keep_texts(a, &e->left, &a->left_count);
	close_tasks(a, e->status);
	if (e->status == RUN_HELD || e->status == RUN_INTERRUPTED)
		add_commands(a, e);
	if (is_back)
		tell_undone(&t);
	else if (e->status != RUN_REFUSED)
		tell_effects(&t, false, STR("still in effect"));
	for (size_t i = 0; i < a->left_count; i++)
		tell(&t, STR("left behind"), a->left[i]);
	tell_effects(&t, true, STR("kept on purpose"));
	tell_tasks(&t, e->status);
	strbuf_release(&t.text);
}
