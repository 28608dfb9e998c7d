/*
 * The locks of a run: of the runbook, and of those that it calls. They are taken before anything is
 * run, in the order of their names, so that no two runs wait for each other.
 */
#include "cli/command.h"
#include "cli/session_private.h"
#include "run/scope.h"

struct wanted {
	struct str name, reason;
	bool waits;
};

struct wanted_list {
	struct wanted *at;
	size_t count;
};

static int render_lock_text(
	struct session *s, const struct template *t, const char *key, struct str *out)
{
	struct unit_state values = {.inputs = s->inputs, .vars = s->vars};
	struct step_scope scope;
	struct eval ev;
	struct value text;

	*out = (struct str){0};
	if (!t)
		return -1;
	scope_enter_top(&s->engine.decider, s->loaded.plan->units[0], &values, &scope, &ev);
	if (!template_render_text(&ev, t, &text))
		return usage_error(NULL, "lock `%s`: %s", key, ev.error);
	*out = (struct str){arena_copy(&s->run_arena, text.string, text.len), text.len};
	return -1;
}

static int add_own(struct session *s, struct wanted_list *list)
{
	const struct lock *lock = s->loaded.book->lock;
	struct wanted *w = &list->at[list->count];
	int code;

	if (!lock || !lock->name)
		return -1;
	code = render_lock_text(s, lock->name, "name", &w->name);
	if (code < 0)
		code = render_lock_text(s, lock->reason, "reason", &w->reason);
	if (code < 0 && !w->name.len)
		code = usage_error(NULL, "the lock has no name");
	w->waits = lock->conflict == LOCK_WAIT;
	list->count++;
	return code;
}

static const struct lock *called_lock(const struct unit *u)
{
	const struct lock *lock = u->outer && !u->book->is_module ? u->book->lock : NULL;

	return lock && lock->name ? lock : NULL;
}

/* Its name is a constant (RB118), its reason need not be one: no value of the call is known yet. */
static void add_called(struct session *s, struct wanted_list *list, const struct unit *u)
{
	const struct lock *lock = called_lock(u);
	struct str name = value_string(&lock->name->source);
	struct str step = plan_name(s->loaded.plan, u->node, &s->run_arena);

	for (size_t i = 0; i < list->count; i++) {
		if (str_equal(list->at[i].name, name))
			return;
	}
	list->at[list->count++] = (struct wanted){.name = name,
		.reason = lock->reason && lock->reason->kind == TEMPLATE_CONSTANT
				  ? value_string(&lock->reason->source)
				  : str_of(arena_printf(&s->run_arena, "`%.*s` calls `%.*s`",
					    STR_ARGS(step), STR_ARGS(u->book->name))),
		.waits = lock->conflict == LOCK_WAIT};
}

static int by_name(const void *x, const void *y)
{
	struct str a = ((const struct wanted *)x)->name, b = ((const struct wanted *)y)->name;
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool session_needs_lock(const struct session *s)
{
	const struct plan *p = s->loaded.plan;

	for (uint32_t i = 0; i < p->unit_count; i++) {
		if (called_lock(p->units[i]))
			return true;
	}
	return p->book->lock != NULL;
}

int session_lock(struct session *s)
{
	const struct plan *p = s->loaded.plan;
	struct wanted_list list = {
		.at = arena_array(&s->run_arena, p->unit_count, sizeof(struct wanted))};
	int code = add_own(s, &list);

	for (uint32_t i = 0; i < p->unit_count; i++) {
		if (called_lock(p->units[i]))
			add_called(s, &list, p->units[i]);
	}
	qsort(list.at, list.count, sizeof(*list.at), by_name);
	for (size_t i = 0; i < list.count && code < 0; i++)
		code = recorder_lock(
			&s->recorder, list.at[i].name, list.at[i].reason, list.at[i].waits);
	return code;
}
