#include "run/approval.h"

#include "run/begin.h"
#include "run/person.h"
#include "run/request.h"
#include "run/scope.h"

/* ---- who ------------------------------------------------------------------------------------ */

static const struct confirm_args *confirm_of(const struct decider *d, struct spot s)
{
	return d->run->plan->nodes[s.node].step->confirm;
}

const struct str *approval_names(struct decider *d, struct spot s, size_t *count)
{
	const struct template_list *approvers = &confirm_of(d, s)->approvers;
	struct str *names = arena_array(d->scratch, approvers->count + 1, sizeof(*names));
	struct step_scope scope;
	struct eval ev;
	struct value name;

	*count = 0;
	scope_enter(d, s, false, &scope, &ev);
	for (size_t i = 0; i < approvers->count; i++) {
		/* One that cannot be filled in is nobody, and not everybody. */
		names[(*count)++] = template_render_text(&ev, approvers->items[i], &name)
					    ? value_string(&name)
					    : STR("");
	}
	return names;
}

bool approval_may_answer(struct decider *d, struct spot s, struct str by)
{
	size_t count;
	const struct str *names = approval_names(d, s, &count);

	for (size_t i = 0; i < count; i++) {
		if (person_is(by, names[i]))
			return true;
	}
	return !count;
}

/* ---- how many ------------------------------------------------------------------------------- */

static struct str text_of(const struct value *answer, const char *key)
{
	const struct value *v = answer->kind == VALUE_MAP ? map_get(answer->map, key) : NULL;

	return v && v->kind == VALUE_STRING ? value_string(v) : STR("");
}

static bool has_approved(const struct step_state *st, struct str by)
{
	for (size_t i = 0; st->approvals && i < st->approvals->count; i++) {
		if (person_is_same(text_of(&st->approvals->items[i], "by"), by))
			return true;
	}
	return false;
}

static size_t given(const struct step_state *st)
{
	return st->approvals ? st->approvals->count : 0;
}

static void add_text(struct strbuf *b, struct str text, const char *between)
{
	if (!text.len)
		return;
	if (b->len)
		strbuf_puts(b, between);
	strbuf_put(b, text);
}

/* Its members are those of one answer: who they were, what they said, when the last one did. */
static struct value together(
	struct decider *d, const struct step_state *st, const struct value *last)
{
	struct value v = value_deep_copy(d->scratch, last);
	struct strbuf by = {0}, comment = {0};

	for (size_t i = 0; i < given(st); i++) {
		add_text(&by, text_of(&st->approvals->items[i], "by"), ", ");
		add_text(&comment, text_of(&st->approvals->items[i], "comment"), "; ");
	}
	add_text(&by, text_of(last, "by"), ", ");
	add_text(&comment, text_of(last, "comment"), "; ");
	map_set(d->scratch, v.map, STR("by"), value_str(strbuf_take(&by, d->scratch)));
	map_set(d->scratch, v.map, STR("comment"), value_str(strbuf_take(&comment, d->scratch)));
	strbuf_release(&by);
	strbuf_release(&comment);
	return v;
}

static void answered(struct decider *d, struct spot s, struct str by, struct decision *out)
{
	out->kind = DECIDE_RECORD;
	spot_event(d, s, EVENT_STEP_ANSWERED, &out->event);
	out->event.by = by;
}

/* Nobody else is there to ask: it is waited for those who are not here. */
static void wait_for_others(
	struct decider *d, struct spot s, struct str by, const char *why, struct decision *out)
{
	const struct run *r = d->run;

	/* In what turns back or cleans up nobody is waited for. */
	if (r->stage != STAGE_MAIN || r->is_rolling_back) {
		decide_failure(d, s, UNANSWERED, why, value_nil(), out);
		return;
	}
	answered(d, s, by, out);
	out->event.reason = UNANSWERED;
	out->event.message = str_of(why ? why : "");
}

void decide_stranger(struct decider *d, struct spot s, struct str by, struct decision *out)
{
	wait_for_others(d, s, by,
		arena_printf(d->scratch, "`%.*s` is none of its approvers", STR_ARGS(by)), out);
}

bool decide_approval(struct decider *d, struct spot s, const struct value *answer, bool asks_again,
	struct value *all, struct decision *out)
{
	const struct step_state *st = spot_state(s);
	int64_t min = confirm_of(d, s)->min;
	struct str by = text_of(answer, "by");

	*all = *answer;
	if (min <= 1 || answer->kind != VALUE_MAP)
		return false;
	if (has_approved(st, by)) {
		wait_for_others(d, s, by,
			arena_printf(d->scratch, "`%.*s` has approved it already", STR_ARGS(by)),
			out);
		return true;
	}
	if ((int64_t)given(st) + 1 >= min) {
		*all = together(d, st, answer);
		return false;
	}
	if (asks_again)
		answered(d, s, by, out);
	else
		wait_for_others(d, s, by, NULL, out);
	out->event.text = STR("yes");
	out->event.result = *answer;
	return true;
}

/* ---- in words ------------------------------------------------------------------------------- */

static void print_names(const struct str *names, size_t count, struct strbuf *b)
{
	for (size_t i = 0; i < count; i++)
		strbuf_printf(b, "%s%.*s",
			!i		 ? ""
			: i + 1 == count ? " or "
					 : ", ",
			STR_ARGS(names[i]));
}

static size_t leave_out(
	const struct step_state *st, const struct str *all, size_t count, struct str *missing)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!has_approved(st, all[i]))
			missing[kept++] = all[i];
	}
	return kept;
}

void approval_print_missing(struct decider *d, struct spot s, struct strbuf *b)
{
	const struct step_state *st = spot_state(s);
	int64_t min = confirm_of(d, s)->min, more = (min > 1 ? min : 1) - (int64_t)given(st);
	struct strbuf who = {0};
	size_t count;
	const struct str *names = approval_names(d, s, &count);
	struct str *missing = arena_array(d->scratch, count + 1, sizeof(*missing));

	print_names(missing, leave_out(st, names, count, missing), &who);
	if (min <= 1)
		strbuf_put(b, count ? strbuf_str(&who) : STR("a person"));
	else if (count)
		strbuf_printf(b, "%lld %sof %.*s", (long long)more, given(st) ? "more " : "",
			STR_ARGS(strbuf_str(&who)));
	else
		strbuf_printf(b, "%lld %s%s", (long long)more, given(st) ? "more " : "",
			more == 1 ? "person" : "people");
	for (size_t i = 0; i < given(st); i++)
		strbuf_printf(b, "%s%.*s", i ? ", " : " (approved by ",
			STR_ARGS(text_of(&st->approvals->items[i], "by")));
	if (given(st))
		strbuf_putc(b, ')');
	strbuf_release(&who);
}
