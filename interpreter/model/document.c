/*
 * Rules between the keys at the top of a file.
 */
#include "model/decode.h"

/* ---- secrets ----------------------------------------------------------------------------------
 */

void secret_finish(struct decoder *d, void *out, const struct value *v)
{
	const struct secret *s = out;
	const char *hint = "a secret has one source";
	struct diagnostic *told;
	if (keys_exclude(d, v, "env", "file", hint) || keys_exclude(d, v, "env", "command", hint) ||
		keys_exclude(d, v, "file", "command", hint))
		return;
	if (has_key(v, "env")) {
		if (s->env.at)
			env_name_check(d, s->env, value_span(map_get(v->map, "env")));
	} else if (!has_key(v, "file") && !has_key(v, "command") && !d->frame->unknown) {
		told = diagnose(d->diagnostics, RB103, s->span, "the secret `%.*s` has no source",
			STR_ARGS(s->name));
		diagnostic_hint(d->diagnostics, told,
			"say where it is found: `env: NAME`, `file: PATH` or `command: [ … ]`");
	}
}

/* ---- targets ----------------------------------------------------------------------------------
 */

/* `2/week`: a number and what it is counted in. */
static bool is_frequency(struct str s)
{
	static const char *const units[] = {"hour", "day", "week", "month", "year"};
	double n;
	ptrdiff_t slash = str_find(s, STR("/"), 0);
	if (slash <= 0)
		return false;
	struct str unit = {s.at + slash + 1, s.len - (size_t)slash - 1};
	if (!parse_float((struct str){s.at, (size_t)slash}, &n) || !(n > 0))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (str_is(unit, units[i]))
			return true;
	}
	return false;
}

void targets_finish(struct decoder *d, void *out, const struct value *v)
{
	const struct targets *t = out;
	if (!t->frequency.at || is_frequency(t->frequency))
		return;
	struct diagnostic *told =
		diagnose(d->diagnostics, RB104, value_span(map_get(v->map, "frequency")),
			"`%.*s` is not a frequency", STR_ARGS(t->frequency));
	diagnostic_hint(d->diagnostics, told, "for example `2/week` or `1/day`");
}

/* ---- watches ----------------------------------------------------------------------------------
 */

void *watch_member(struct decoder *d, void *out, const struct field *f, const struct entry *e)
{
	struct watch *w = out;
	if (f->offset == offsetof(struct watch, after))
		w->after_span = value_place(d, &e->value);
	return (char *)out + f->offset;
}

void watch_finish(struct decoder *d, void *out, const struct value *v)
{
	const struct watch *w = out;
	(void)v;
	if (w->sample || d->frame->unknown)
		return; /* an action that is missing among other keys of a step was told */
	struct diagnostic *told = diagnose(d->diagnostics, RB110, w->span,
		"the watch `%.*s` takes no samples", STR_ARGS(w->name));
	diagnostic_hint(d->diagnostics, told, "say how: `uses`, `http` or `run`");
}

/* ---- the file ---------------------------------------------------------------------------------
 */

void *runbook_member(struct decoder *d, void *out, const struct field *f, const struct entry *e)
{
	struct runbook *r = out;
	if (f->type == FIELD_NAME)
		r->name_span = value_place(d, &e->value);
	else if (f->offset == offsetof(struct runbook, lua))
		r->lua_span = value_place(d, &e->value);
	else if (f->offset == offsetof(struct runbook, inventory))
		r->inventory_span = value_place(d, &e->value);
	else if (f->offset == offsetof(struct runbook, steps) && d->taken.items) {
		store_list(&r->steps, d->taken.count, d->taken.items);
		return NULL;
	}
	return (char *)out + f->offset;
}

void runbook_finish(struct decoder *d, void *out, const struct value *v)
{
	struct runbook *r = out;
	(void)v;
	for (size_t i = 0; i < r->outputs.count; i++) {
		const struct named_guard *o = r->outputs.items[i];
		result_name_check(d, o->name, o->span, r->is_module ? ACTION_USES : ACTION_CALL);
	}
}
