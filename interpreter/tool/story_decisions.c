#include "tool/story_decisions.h"

#include "base/duration.h"
#include "tool/history.h"

#include <signal.h>

/* ---- taking them in -------------------------------------------------------------------------- */

static struct value begin(struct story *s, const struct event *e, const char *kind)
{
	struct value v = value_map(&s->arena);

	history_set(&v, "time", history_time(e->wall_ns, &s->arena), &s->arena);
	history_set(&v, "elapsed", history_seconds(e->time_ns), &s->arena);
	history_set(&v, "kind", value_str(str_of(kind)), &s->arena);
	return v;
}

static void add_text(struct story *s, struct value *v, const char *key, struct str text)
{
	if (text.len)
		history_set(v, key, value_copy_str(&s->arena, text), &s->arena);
}

static void add_value(struct story *s, struct value *v, const char *key, const struct value *given)
{
	if (given && given->kind != VALUE_NIL)
		history_set(v, key, value_deep_copy(&s->arena, given), &s->arena);
}

static void finish(struct story *s, struct value *v)
{
	list_add(&s->arena, s->decisions.list, *v);
}

/* The last samples of what is watched, as far as they are remembered. */
static void add_recent(struct story *s, struct value *v, const struct rule *rule)
{
	const struct watching *w = &s->report.watching;
	struct value all = value_map(&s->arena);

	for (size_t i = 0; i < w->watch_count; i++) {
		const struct watched *watch = &w->watches[i];
		struct value list = value_list(&s->arena);

		if (!watch->count || (rule && !rule_reads(rule, strbuf_str(&watch->name))))
			continue;
		for (size_t k = 0; k < watch->count; k++) {
			const struct recent_sample *r = &watch->recent[k];

			list_add(&s->arena, list.list,
				!r->is_known	? value_unknown("unknown")
				: r->is_boolean ? value_bool(r->number > 0)
						: value_float(r->number));
		}
		map_set(&s->arena, all.map,
			str_of(arena_copy(&s->arena, watch->name.at, watch->name.len)), list);
	}
	if (all.map->count)
		history_set(v, "samples", all, &s->arena);
}

static void add_turn(struct story *s, const struct event *e, const char *kind)
{
	struct value v = begin(s, e, kind);

	add_text(s, &v, "step", e->step);
	add_text(s, &v, "reason", str_of(e->reason));
	add_text(s, &v, "message", e->message);
	add_text(s, &v, "text", strbuf_str(&s->account.turn_why));
	add_value(s, &v, "undo", &e->undo);
	if (e->kind == EVENT_ROLLBACK_STARTED)
		add_value(s, &v, "samples", &e->samples);
	else
		add_recent(s, &v, NULL);
	finish(s, &v);
}

static void add_condition(struct story *s, const struct event *e)
{
	const struct rule *rule = watching_rule(&s->report.watching, e);
	bool is_muted = str_is(str_of(e->phase), "muted");
	struct value v;

	if (!is_muted &&
		(!rule || rule->phase == rule->phase_before || rule->phase != CONDITION_FIRING))
		return;
	v = begin(s, e, is_muted ? "muted" : "condition");
	add_text(s, &v, "condition", e->condition);
	history_set(&v, "held", history_seconds(e->held_ns), &s->arena);
	add_text(s, &v, "message", e->message);
	add_recent(s, &v, rule);
	finish(s, &v);
}

/* What a person answered. */
static void add_answer(struct story *s, const struct event *e)
{
	static const char *const keys[] = {"answer", "comment", "by", "items"};
	struct value v;

	if (!str_is(e->action, "confirm") && !str_is(e->action, "checklist") &&
		!str_is(e->action, "prompt"))
		return;
	/* A step's end only has what was answered while nobody was there to ask. */
	if (e->kind == EVENT_STEP_FINISHED && e->result.kind != VALUE_MAP)
		return;
	v = begin(s, e, "answer");
	add_text(s, &v, "step", e->step);
	if (e->kind != EVENT_STEP_ANSWERED)
		add_text(s, &v, "reason", str_of(e->reason));
	for (size_t i = 0; e->result.kind == VALUE_MAP && i < 4; i++)
		add_value(s, &v, keys[i], map_get(e->result.map, keys[i]));
	finish(s, &v);
}

static void add_word(struct story *s, const struct event *e)
{
	struct value v;

	/* Of a `confirm` that needs several people the attempt has told it, but for what was said
	 * while the run was held. */
	if (e->by.len) {
		if (e->reason && e->result.kind == VALUE_MAP)
			add_answer(s, e);
		return;
	}
	v = begin(s, e, "answer");
	add_text(s, &v, "step", e->step);
	history_set(&v, "answer", value_copy_str(&s->arena, e->text), &s->arena);
	finish(s, &v);
}

static void add_blind(struct story *s, const struct event *e)
{
	struct value v = begin(s, e, str_is(str_of(e->phase), "blind") ? "blind" : "sighted");

	add_text(s, &v, "watch", e->watch);
	add_text(s, &v, "message", e->message);
	finish(s, &v);
}

static void add_signal(struct story *s, const struct event *e)
{
	const char *name = sigabbrev_np((int)e->signal);
	struct value v = begin(s, e, "signal");

	add_text(s, &v, "signal", str_of(name ? arena_printf(&s->arena, "SIG%s", name) : "?"));
	finish(s, &v);
}

static void add_resumed(struct story *s, const struct event *e)
{
	struct value v = begin(s, e, "resumed");

	add_text(s, &v, "how", str_of(e->phase));
	add_text(s, &v, "by", e->by);
	add_text(s, &v, "message", e->message);
	finish(s, &v);
}

void story_decide(struct story *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_ROLLBACK_STARTED:
		add_turn(s, e, "rollback");
		break;
	case EVENT_HOLD:
		add_turn(s, e, "hold");
		break;
	case EVENT_REFUSED:
		add_turn(s, e, "refused");
		break;
	case EVENT_CONDITION:
		add_condition(s, e);
		break;
	case EVENT_ATTEMPT_FINISHED:
	case EVENT_STEP_FINISHED:
		add_answer(s, e);
		break;
	case EVENT_STEP_ANSWERED:
		add_word(s, e);
		break;
	case EVENT_BLIND:
		add_blind(s, e);
		break;
	case EVENT_SIGNAL:
		add_signal(s, e);
		break;
	case EVENT_RUN_RESUMED:
		add_resumed(s, e);
		break;
	default:
		break;
	}
}

/* ---- in words -------------------------------------------------------------------------------- */

static struct str member(const struct value *v, const char *key)
{
	const struct value *found = map_get(v->map, key);

	return found && found->kind == VALUE_STRING ? value_string(found) : STR("");
}

static void put_answer(struct strbuf *b, const struct value *v)
{
	const struct value *answer = map_get(v->map, "answer");
	struct str by = member(v, "by"), comment = member(v, "comment"), reason;

	reason = member(v, "reason");
	strbuf_printf(b, "`%.*s`: ", STR_ARGS(member(v, "step")));
	if (answer && answer->kind == VALUE_BOOL)
		strbuf_puts(b, answer->boolean ? "yes" : "no");
	else if (answer && answer->kind == VALUE_STRING)
		strbuf_put(b, answer->len ? value_string(answer) : STR("no answer"));
	else
		strbuf_put(b, reason.len ? reason : STR("answered"));
	if (by.len)
		strbuf_printf(b, ", by %.*s", STR_ARGS(by));
	if (comment.len)
		strbuf_printf(b, " (%.*s)", STR_ARGS(comment));
}

static void put_condition(struct strbuf *b, const struct value *v)
{
	const struct value *held = map_get(v->map, "held");

	strbuf_printf(b, "`%.*s` ", STR_ARGS(member(v, "condition")));
	if (str_is(member(v, "kind"), "muted")) {
		strbuf_printf(b, "is muted: %.*s", STR_ARGS(member(v, "message")));
		return;
	}
	strbuf_puts(b, "fires: held ");
	duration_human(b, held->kind == VALUE_INT ? held->integer * NS_PER_S
						  : (int64_t)(held->number * (double)NS_PER_S));
}

static void put_decision(struct strbuf *b, const struct value *v)
{
	struct str kind = member(v, "kind"), by = member(v, "by"), message = member(v, "message");

	if (str_is(kind, "answer"))
		put_answer(b, v);
	else if (str_is(kind, "condition") || str_is(kind, "muted"))
		put_condition(b, v);
	else if (str_is(kind, "blind"))
		strbuf_printf(b, "`%.*s` is blind%s%.*s", STR_ARGS(member(v, "watch")),
			message.len ? ": " : "", STR_ARGS(message));
	else if (str_is(kind, "sighted"))
		strbuf_printf(b, "`%.*s` is seen again", STR_ARGS(member(v, "watch")));
	else if (str_is(kind, "signal"))
		strbuf_printf(b, "%.*s received", STR_ARGS(member(v, "signal")));
	else if (str_is(kind, "resumed"))
		strbuf_printf(b, "gone on with (%.*s)%s%.*s", STR_ARGS(member(v, "how")),
			by.len ? " by " : "", STR_ARGS(by));
	else
		strbuf_printf(b, "%s: %.*s",
			str_is(kind, "rollback") ? "rolling back"
			: str_is(kind, "hold")	 ? "held"
						 : "refused",
			STR_ARGS(member(v, "text")));
}

struct str story_decision_text(struct story *s, const struct value *decision)
{
	struct strbuf b = {0};
	struct str text;

	put_decision(&b, decision);
	text = strbuf_take(&b, &s->arena);
	strbuf_release(&b);
	return text;
}

struct str story_samples_text(struct story *s, const struct value *samples)
{
	struct strbuf b = {0};
	struct str text;

	for (size_t i = 0; samples->kind == VALUE_LIST && i < samples->list->count; i++) {
		const struct value *v = &samples->list->items[i];

		strbuf_puts(&b, i ? " " : "");
		if (v->kind == VALUE_FLOAT)
			text_number(&b, v->number);
		else if (v->kind == VALUE_UNKNOWN)
			strbuf_puts(&b, "unknown");
		else
			value_print(&b, v);
	}
	text = strbuf_take(&b, &s->arena);
	strbuf_release(&b);
	return text;
}
