/*
 * Steps: exactly one action each, and the rules between their keys.
 */
#include "model/decode.h"

/* ---- actions ----------------------------------------------------------------------------------
 */

/* Rows of actions come first, in the order of the enum. */
static enum action_kind kind_of(const struct field *f)
{
	return (enum action_kind)(f - step_record.fields + 1);
}

static const char *action_key(const struct step *s)
{
	return step_record.fields[s->action - 1].name;
}

static void two_actions(
	struct decoder *d, const struct step *s, const struct field *f, const struct entry *e)
{
	struct diagnostic *told = diagnose(d->diagnostics, RB109, entry_key_span(e),
		"%s has one action, here are two: `%s` and `%s`", d->frame->record->name,
		action_key(s), f->name);
	diagnostic_label(d->diagnostics, told, s->action_span, "`%s` is here", action_key(s));
	diagnostic_hint(
		d->diagnostics, told, "make two steps of it, perhaps in a group: `steps: [ … ]`");
}

/* Where the arguments of an action go: those that are a list or a name have a struct around. */
static void *action_member(struct decoder *d, struct step *s, const struct entry *e)
{
	switch (s->action) {
	case ACTION_CHECKLIST:
		s->checklist = arena_new(d->arena, struct checklist_args);
		return &s->checklist->items;
	case ACTION_PROMPT:
		s->prompt = arena_new(d->arena, struct prompt_args);
		return &s->prompt->inputs;
	case ACTION_USES:
	case ACTION_CALL:
		s->uses = arena_new(d->arena, struct uses_args);
		s->uses->span = value_place(d, &e->value);
		return &s->uses->name;
	case ACTION_STEPS:
	case ACTION_PARALLEL:
	case ACTION_CHOOSE:
		s->steps = arena_new(d->arena, struct step_list);
		return s->steps;
	case ACTION_ASSERT:
		s->assertions = arena_new(d->arena, struct guard_list);
		return s->assertions;
	default:
		return &s->run; /* any pointer of the union */
	}
}

static void *take_action(
	struct decoder *d, struct step *s, const struct field *f, const struct entry *e)
{
	if (s->action) {
		two_actions(d, s, f, e);
		return NULL;
	}
	s->action = (uint8_t)kind_of(f);
	s->action_span = entry_key_span(e);
	return action_member(d, s, e);
}

/* `rollback: {}` is the same as an empty list. */
static bool is_empty_map(const struct value *v)
{
	return v->kind == VALUE_MAP && v->map->count == 0;
}

void *step_member(struct decoder *d, void *out, const struct field *f, const struct entry *e)
{
	struct step *s = out;
	if (f->flags & FIELD_ACTION)
		return take_action(d, s, f, e);
	if (f->offset == offsetof(struct step, needs))
		s->has_needs = true;
	else if (f->offset == offsetof(struct step, id))
		s->id_span = value_place(d, &e->value);
	return (char *)out + f->offset;
}

void *step_more_member(struct decoder *d, void *out, const struct field *f, const struct entry *e)
{
	(void)d;
	if (f->offset == offsetof(struct step_more, rollback) && is_empty_map(&e->value)) {
		store_list((char *)out + f->offset, 0, arena_array(d->arena, 1, sizeof(void *)));
		return NULL;
	}
	return (char *)out + f->offset;
}

void decode_else(struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	if (v->kind == VALUE_NIL || (v->kind == VALUE_BOOL && v->boolean)) {
		*(int8_t *)member = 1;
		return;
	}
	*(int8_t *)member = 1; /* meant, at least: no second error about a missing `if` */
	d->frame->unknown++;   /* the action may be in there */
	struct diagnostic *told = wrong_type(d, f, v, f->expects);
	diagnostic_hint(d->diagnostics, told,
		v->kind == VALUE_MAP ? "put the action beside `else:`, in the same column"
				     : "write `else:` alone, or `else: true`");
}

/* ---- rules between keys -----------------------------------------------------------------------
 */

static void has_no_action(struct decoder *d, const struct value *v)
{
	const struct record *r = d->frame->record;
	bool is_full = !(r->place & (PLACE_CHECK | PLACE_SAMPLE));
	/* A key that was not understood may have been the action. */
	if (d->frame->unknown)
		return;
	struct diagnostic *told =
		diagnose(d->diagnostics, RB110, mapping_span(v), "%s without an action", r->name);
	diagnostic_hint(d->diagnostics, told,
		is_full ? "say what to do: `run`, `http`, `uses`, `confirm`, `steps` or another "
			  "action"
			: "say what to do: `run`, `http` or `uses`");
}

/* A key that means nothing without another one. */
static void only_beside(struct decoder *d, const struct value *v, const char *key, bool is_there,
	const char *others)
{
	if (is_there || d->frame->unknown || !has_key(v, key))
		return;
	const struct entry *e = map_find(v->map, str_of(key));
	struct diagnostic *told =
		diagnose(d->diagnostics, RB101, entry_key_span(e), "`%s` has no meaning here", key);
	diagnostic_hint(d->diagnostics, told, "it stands beside %s", others);
}

static void hosts_agree(struct decoder *d, const struct step *s, const struct value *v)
{
	only_beside(
		d, v, "hosts", s->action == ACTION_RUN, "`run`, which it runs on other machines");
	keys_exclude(d, v, "hosts", "for_each",
		"put the step into a group: `for_each` stands at the group");
	if (s->interactive == 1)
		keys_exclude(d, v, "hosts", "interactive", "the terminal is on this machine");
}

/* What is let be need not be counted; and of a group's children no share is known. */
static void shares_agree(struct decoder *d, const struct step *s, const struct value *v)
{
	if (s->on_failure == ON_FAILURE_CONTINUE)
		keys_exclude(d, v, "max_failures", "on_failure",
			"`on_failure: continue` lets every item fail");
	if (s->action == ACTION_PARALLEL && !step_items(s) && s->limit < 0 && s->limit != INT64_MIN)
		diagnose(d->diagnostics, RB104, value_place(d, map_get(v->map, "limit")),
			"the `limit` of `parallel` is a number, not a percentage");
}

static void companions(struct decoder *d, const struct step *s, const struct value *v)
{
	bool is_group = s->action >= ACTION_STEPS;
	bool has_list = step_items(s) != NULL;
	if (s->with)
		only_beside(d, v, "with", s->action == ACTION_USES || s->action == ACTION_CALL,
			"`uses` or `call`");
	if (s->limit != INT64_MIN)
		only_beside(d, v, "limit", s->action == ACTION_PARALLEL || has_list,
			"`parallel`, `for_each` or `hosts`");
	if (s->more && s->more->max_failures != INT64_MIN)
		only_beside(d, v, "max_failures", has_list, "`for_each` or `hosts`");
	if (s->more && s->more->hosts)
		hosts_agree(d, s, v);
	if (s->more && s->more->as.len)
		only_beside(d, v, "as", has_key(v, "for_each"), "`for_each`");
	if (s->interactive == 1)
		only_beside(d, v, "interactive", s->action == ACTION_RUN, "`run`");
	if (s->shell) {
		only_beside(d, v, "shell", s->action == ACTION_RUN || is_group,
			"`run` or a group of steps");
		if (s->action == ACTION_RUN && s->run && s->run->argv.items)
			keys_exclude(
				d, v, "run", "shell", "a list of words is run without a shell");
	}
}

static void effects_agree(struct decoder *d, const struct step *s, const struct value *v)
{
	if (!has_key(v, "keep") && !has_key(v, "irreversible"))
		return;
	if (s->effects == EFFECT_NONE) {
		keys_exclude(d, v, "effects", "keep", "`keep` is for an effect that stays");
		keys_exclude(
			d, v, "effects", "irreversible", "what changes nothing can be repeated");
	}
	keys_exclude(d, v, "keep", "irreversible",
		"`keep` stays on purpose; after `irreversible` nothing is undone");
}

/* ---- branches ---------------------------------------------------------------------------------
 */

static void check_branch(struct decoder *d, const struct step *s, bool is_last)
{
	struct diagnostic *told;
	if (s->is_else && s->only_if) {
		told = diagnose(
			d->diagnostics, RB111, s->span, "a branch has `if` or `else`, not both");
		diagnostic_hint(d->diagnostics, told, "an `else` runs when no other branch does");
	} else if (s->is_else && !is_last) {
		told = diagnose(d->diagnostics, RB104, s->span,
			"only the last branch may have `else`: those behind it would never run");
		diagnostic_hint(d->diagnostics, told, "move it to the end");
	} else if (!s->is_else && !s->only_if) {
		told = diagnose(d->diagnostics, RB103, s->span, "a branch of `choose` needs `if`");
		diagnostic_hint(d->diagnostics, told,
			is_last ? "add `if: …`, or `else:` to this last one" : "add `if: …`");
	}
}

static void check_branches(struct decoder *d, const struct step_list *branches)
{
	for (size_t i = 0; i < branches->count; i++)
		check_branch(d, branches->items[i], i + 1 == branches->count);
}

/* ---- the end of a step ------------------------------------------------------------------------
 */

static void check_outputs(struct decoder *d, const struct step *s)
{
	for (size_t i = 0; i < s->more->outputs.count; i++) {
		const struct named_guard *o = s->more->outputs.items[i];
		result_name_check(d, o->name, o->span, s->action);
	}
}

/* A prompt's values are results, too. */
static void check_prompt(struct decoder *d, const struct step *s)
{
	for (size_t i = 0; i < s->prompt->inputs.count; i++) {
		const struct input *in = s->prompt->inputs.items[i];
		result_name_check(d, in->name, in->span, ACTION_NONE);
	}
}

/* `as` must not hide what guards call by that name. */
static void check_as(struct decoder *d, const struct step *s, const struct value *v)
{
	static const char *const names[] = {"inputs", "vars", "secrets", "env", "run", "steps",
		"watch", "self", "failure", "item", "index"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!str_is(s->more->as, names[i]))
			continue;
		const struct value *as = map_get(v->map, "as");
		diagnose(d->diagnostics, RB108, value_place(d, as),
			"`%s` is taken: guards have something else of that name", names[i]);
	}
}

/* The first line of a step, for messages about all of it. */
static struct span first_line(struct decoder *d, const struct value *v)
{
	struct span span = mapping_span(v);
	struct str text = d->file->text;
	if (span.file != d->file->id || span.start >= text.len)
		return span;
	const char *start = text.at + span.start;
	const char *end = memchr(start, '\n', text.len - span.start);
	size_t len = end ? (size_t)(end - start) : text.len - span.start;
	if (!(v->flags & VALUE_FLOW) || len < span.len)
		span.len = (uint32_t)str_trim((struct str){start, len}).len;
	return span;
}

void step_finish(struct decoder *d, void *out, const struct value *v)
{
	struct step *s = out;
	s->span = first_line(d, v);
	if (s->id.len)
		id_set_add(&d->ids, s->id);
	if (!s->action) {
		has_no_action(d, v);
		return;
	}
	companions(d, s, v);
	shares_agree(d, s, v);
	if (s->action == ACTION_CHOOSE)
		check_branches(d, s->steps);
	else if (s->action == ACTION_PROMPT)
		check_prompt(d, s);
	if (!s->more)
		return;
	s->has_rollback = s->more->rollback.items != NULL;
	effects_agree(d, s, v);
	check_outputs(d, s);
	if (s->more->as.len)
		check_as(d, s, v);
}

/* As run/judge.c waits. */
int64_t retry_delays_ns(const struct retry *r)
{
	double delay = r->delay_ns == INT64_MIN ? (double)NS_PER_S : (double)r->delay_ns;
	double limit = r->max_delay_ns == INT64_MIN ? 3600.0 * NS_PER_S : (double)r->max_delay_ns;
	double all = 0;

	for (int64_t i = 1; i < retry_attempts(r) && all < 9e18; i++) {
		all += delay < limit ? delay : limit;
		if (r->backoff > 0 && delay < limit)
			delay *= r->backoff;
	}
	return all < 9e18 ? (int64_t)all : INT64_MAX;
}
