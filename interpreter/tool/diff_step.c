/*
 * One step before and after.
 */
#include "tool/describe.h"
#include "tool/diff.h"

struct step_pair {
	struct diff *d;
	const struct node *b, *a;
	const struct step *x, *y;
	const char *subject;
	struct strbuf before, after; /* for texts at hand */
};

/* Tells when the two buffers differ, and empties them. */
static void compare(
	struct step_pair *p, const char *kind, const char *what, enum change_severity on_loss)
{
	diff_text(p->d, kind, p->subject, what, strbuf_str(&p->before), strbuf_str(&p->after),
		on_loss);
	strbuf_clear(&p->before);
	strbuf_clear(&p->after);
}

static void compare_templates(struct step_pair *p, const char *kind, const char *what,
	const struct template *before, const struct template *after, enum change_severity on_loss)
{
	describe_template(&p->before, before);
	describe_template(&p->after, after);
	compare(p, kind, what, on_loss);
}

/* ---- the action ----------------------------------------------------------------------------- */

static void compare_action(struct step_pair *p)
{
	bool writes = p->a->effect == EFFECT_WRITES || p->a->effect == EFFECT_UNSAID ||
		      p->b->effect == EFFECT_WRITES || p->b->effect == EFFECT_UNSAID;
	bool is_check = p->x->action == ACTION_ASSERT || p->x->action == ACTION_CHECKLIST;

	if (p->x->action != p->y->action) {
		struct change *c = diff_add(p->d, writes ? CHANGE_DANGER : CHANGE_NOTICE,
			"action-changed", p->subject, "`%s` became `%s`",
			action_info((enum action_kind)p->x->action)->name,
			action_info((enum action_kind)p->y->action)->name);

		describe_action(&p->before, p->x);
		describe_action(&p->after, p->y);
		c->before = strbuf_take(&p->before, p->d->arena).at;
		c->after = strbuf_take(&p->after, p->d->arena).at;
		return;
	}
	if (p->x->action == ACTION_MONITOR) {
		compare_templates(p, "monitor", "how long it is watched", p->x->monitor->duration,
			p->y->monitor->duration, CHANGE_DANGER);
		diff_conditions(p->d, p->subject, &p->x->monitor->fail, &p->y->monitor->fail);
		return;
	}
	describe_whole(&p->before, p->x);
	describe_whole(&p->after, p->y);
	compare(p, "action", action_info((enum action_kind)p->x->action)->name,
		writes || is_check ? CHANGE_DANGER : CHANGE_NOTICE);
}

static void compare_approval(struct step_pair *p)
{
	const struct confirm_args *x = p->x->confirm, *y = p->y->confirm;

	for (size_t i = 0; i < x->approvers.count; i++) {
		describe_template(&p->before, x->approvers.items[i]);
		strbuf_putc(&p->before, ' ');
	}
	for (size_t i = 0; i < y->approvers.count; i++) {
		describe_template(&p->after, y->approvers.items[i]);
		strbuf_putc(&p->after, ' ');
	}
	compare(p, "approvers", "who may approve", CHANGE_DANGER);
	if (y->fallback != x->fallback)
		diff_add(p->d, y->fallback == CONFIRM_YES ? CHANGE_DANGER : CHANGE_NOTICE,
			"approval-default", p->subject, "no answer in time now means %s",
			y->fallback == CONFIRM_YES  ? "yes"
			: y->fallback == CONFIRM_NO ? "no"
						    : "that the run is held");
	if (x->min != y->min)
		diff_add(p->d, y->min < x->min ? CHANGE_DANGER : CHANGE_NOTICE, "approvals-needed",
			p->subject, "other number of answers needed");
}

/* ---- what it does to the world -------------------------------------------------------------- */

static void compare_effects(struct step_pair *p)
{
	const struct step_more *x = p->x->more, *y = p->y->more;
	bool wrote = p->b->effect == EFFECT_WRITES, writes = p->a->effect == EFFECT_WRITES;

	if (!wrote && writes)
		diff_add(p->d, CHANGE_DANGER, "effect-added", p->subject,
			"the step has an effect now");
	else if (wrote && !writes)
		diff_add(p->d, CHANGE_NOTICE, "effect-removed", p->subject,
			"the step says it has no effect any more, so it needs no rollback and may "
			"run in a plan");
	compare_templates(
		p, "keep", "`keep`", x ? x->keep : NULL, y ? y->keep : NULL, CHANGE_NOTICE);
	if (!(x && x->irreversible) && y && y->irreversible)
		diff_add(p->d, CHANGE_DANGER, "irreversible-added", p->subject,
			"it is a point of no return now");
	else
		compare_templates(p, "irreversible", "`irreversible`", x ? x->irreversible : NULL,
			y ? y->irreversible : NULL, CHANGE_DANGER);
	if (p->y->idempotent == 1 && p->x->idempotent != 1)
		diff_add(p->d, CHANGE_DANGER, "idempotent-added", p->subject,
			"it may be run a second time after a crash");
	if (p->x->mask == 1 && p->y->mask != 1)
		diff_add(p->d, CHANGE_DANGER, "mask-removed", p->subject,
			"its output is no longer masked");
}

static void compare_failure(struct step_pair *p)
{
	static const char *const names[] = {
		"stops the run", "stops the run", "lets the run go on", "rolls back", "asks"};

	if (names[p->b->on_failure] == names[p->a->on_failure] ||
		p->b->on_failure == p->a->on_failure)
		return;
	diff_add(p->d, p->a->on_failure == ON_FAILURE_CONTINUE ? CHANGE_DANGER : CHANGE_NOTICE,
		"on-failure-changed", p->subject, "a failure now %s", names[p->a->on_failure]);
}

/* ---- guards --------------------------------------------------------------------------------- */

static bool has_guard(const struct guard_list *list, struct str text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (str_equal(list->items[i].text, text))
			return true;
	}
	return false;
}

static void compare_expects(struct step_pair *p)
{
	static const struct guard_list none;
	const struct guard_list *x = p->x->more ? &p->x->more->expect : &none;
	const struct guard_list *y = p->y->more ? &p->y->more->expect : &none;

	for (size_t i = 0; i < x->count; i++) {
		if (!has_guard(y, x->items[i].text))
			diff_add(p->d, CHANGE_DANGER, "expect-removed", p->subject,
				"it is no longer expected that `%.*s`", STR_ARGS(x->items[i].text));
	}
	for (size_t i = 0; i < y->count; i++) {
		if (!has_guard(x, y->items[i].text))
			diff_add(p->d, CHANGE_NOTICE, "expect-added", p->subject,
				"it is now expected that `%.*s`", STR_ARGS(y->items[i].text));
	}
}

static void put_requirements(struct strbuf *b, const struct step *s)
{
	for (size_t i = 0; s->more && i < s->more->require.count; i++)
		strbuf_printf(b, "%.*s\n",
			STR_ARGS(((struct require *)s->more->require.items[i])->that->text));
}

static void compare_guards(struct step_pair *p)
{
	bool is_gate = p->y->action == ACTION_CONFIRM || p->y->action == ACTION_CHECKLIST ||
		       p->y->action == ACTION_ASSERT;
	struct str before = p->x->only_if ? p->x->only_if->text : STR("");
	struct str after = p->y->only_if ? p->y->only_if->text : STR("");

	if (is_gate && !before.len && after.len)
		diff_add(p->d, CHANGE_DANGER, "guard-added", p->subject,
			"it is skipped now unless `%.*s`", STR_ARGS(after));
	else
		diff_text(p->d, "guard", p->subject, "`if`", before, after,
			is_gate || p->a->effect == EFFECT_WRITES ? CHANGE_DANGER : CHANGE_NOTICE);
	put_requirements(&p->before, p->x);
	put_requirements(&p->after, p->y);
	compare(p, "require", "`require`", CHANGE_DANGER);
	compare_expects(p);
}

/* ---- time and order ------------------------------------------------------------------------- */

static void put_retry(struct strbuf *b, const struct step *s)
{
	const struct retry *r = s->more ? s->more->retry : NULL;

	if (!r)
		return;
	strbuf_printf(b, "%lld attempts", (long long)r->attempts);
	if (r->delay_ns != INT64_MIN) {
		strbuf_puts(b, ", delay ");
		duration_print(b, r->delay_ns);
	}
	if (r->only_if)
		strbuf_printf(b, ", if %.*s", STR_ARGS(r->only_if->text));
}

static void put_needs(struct strbuf *b, const struct step *s)
{
	if (s->has_needs)
		strbuf_putc(b, '[');
	for (size_t i = 0; i < s->needs.count; i++)
		strbuf_printf(b, "%s%.*s", i ? ", " : "", STR_ARGS(s->needs.items[i]));
	if (s->has_needs)
		strbuf_putc(b, ']');
}

static void compare_times(struct step_pair *p)
{
	diff_time(p->d, "timeout", p->subject, "the timeout", p->x->timeout_ns, p->y->timeout_ns,
		p->y->timeout_ns == INT64_MIN ? CHANGE_DANGER : CHANGE_NOTICE);
	diff_time(p->d, "deadline", p->subject, "the deadline", p->x->deadline_ns,
		p->y->deadline_ns, CHANGE_DANGER);
	put_retry(&p->before, p->x);
	put_retry(&p->after, p->y);
	compare(p, "retry", "`retry`", CHANGE_NOTICE);
	put_needs(&p->before, p->x);
	put_needs(&p->after, p->y);
	compare(p, "needs", "`needs`", CHANGE_NOTICE);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void put_env(struct strbuf *b, const struct step *s)
{
	for (size_t i = 0; s->more && i < s->more->env.count; i++) {
		const struct named_value *v = s->more->env.items[i];

		strbuf_printf(b, "%.*s=", STR_ARGS(v->name));
		describe_template(b, v->value);
		strbuf_putc(b, '\n');
	}
}

static void put_outputs(struct strbuf *b, const struct step *s)
{
	for (size_t i = 0; s->more && i < s->more->outputs.count; i++) {
		const struct named_guard *g = s->more->outputs.items[i];

		strbuf_printf(b, "%.*s: %.*s\n", STR_ARGS(g->name), STR_ARGS(g->guard.text));
	}
}

static void compare_rest(struct step_pair *p)
{
	const struct step_more *x = p->x->more, *y = p->y->more;

	compare_templates(p, "for-each", "`for_each`", x ? x->for_each : NULL,
		y ? y->for_each : NULL, CHANGE_DANGER);
	compare_templates(p, "cwd", "`cwd`", x ? x->cwd : NULL, y ? y->cwd : NULL, CHANGE_NOTICE);
	compare_templates(
		p, "hosts", "`hosts`", x ? x->hosts : NULL, y ? y->hosts : NULL, CHANGE_DANGER);
	put_env(&p->before, p->x);
	put_env(&p->after, p->y);
	compare(p, "env", "`env`", CHANGE_NOTICE);
	put_outputs(&p->before, p->x);
	put_outputs(&p->after, p->y);
	compare(p, "outputs", "`outputs`", CHANGE_NOTICE);
	if (p->x->action == ACTION_RUN && p->y->action == ACTION_RUN &&
		p->x->run->shell != p->y->run->shell)
		diff_add(p->d, CHANGE_NOTICE, "shell-changed", p->subject,
			"the script is for another shell");
	if (p->x->limit != p->y->limit)
		diff_add(p->d, CHANGE_NOTICE, "limit-changed", p->subject,
			"another number of them runs at once");
	if ((x ? x->max_failures : INT64_MIN) != (y ? y->max_failures : INT64_MIN))
		diff_add(p->d, CHANGE_NOTICE, "max-failures-changed", p->subject,
			"another number of its items may fail");
}

void diff_step(struct diff *d, uint32_t before, uint32_t after, const char *subject)
{
	const struct node *b = &d->before->nodes[before], *a = &d->after->nodes[after];
	struct step_pair p = {
		.d = d, .b = b, .a = a, .x = b->step, .y = a->step, .subject = subject};
	size_t first = d->count;

	if (!p.x || !p.y)
		return;
	compare_action(&p);
	if (p.x->action == ACTION_CONFIRM && p.y->action == ACTION_CONFIRM)
		compare_approval(&p);
	compare_effects(&p);
	compare_guards(&p);
	compare_failure(&p);
	compare_times(&p);
	compare_rest(&p);
	compare_templates(&p, "name", "its name", p.x->name, p.y->name, CHANGE_NOTICE);
	for (size_t i = first; i < d->count; i++) {
		d->changes[i].before_at = p.x->span;
		d->changes[i].after_at = p.y->span;
	}
	strbuf_release(&p.before);
	strbuf_release(&p.after);
}
