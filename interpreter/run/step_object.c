#include "run/step_object.h"

#include "base/duration.h"
#include "base/json.h"
#include "run/hosts.h"

/* ---- results -------------------------------------------------------------------------------- */

static struct value text_lines(struct arena *a, const struct value *text)
{
	struct value lines = value_list(a);
	struct str s = value_string(text);

	lines.flags = text->flags & VALUE_TRUNCATED;

	for (size_t at = 0; at < s.len;) {
		ptrdiff_t end = str_find(s, STR("\n"), at);
		size_t stop = end < 0 ? s.len : (size_t)end;
		struct str line = {s.at + at, stop - at};
		struct value v;

		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		v = value_str(line);
		v.flags = text->flags & VALUE_SECRET;
		list_add(a, lines.list, v);
		at = stop + 1;
	}
	return lines;
}

static struct value text_json(struct arena *a, const struct value *text, const char *of)
{
	struct json_error error;
	struct value v;

	if (text->flags & VALUE_TRUNCATED)
		return value_unknown(arena_printf(a, "%s is larger than what is kept", of));
	if (!json_decode(a, value_string(text), &v, &error))
		return value_unknown(arena_printf(a, "%s is not JSON: line %zu, column %zu: %s", of,
			error.line, error.column, error.message));
	return v;
}

/* Decoded once: guards of the same step often read several fields. Not a change of state: the
 * same result always decodes to the same value. */
static struct value derived(struct arena *a, struct value **memo, const struct value *text,
	bool as_json, const char *of)
{
	if (!*memo) {
		*memo = arena_new(a, struct value);
		**memo = as_json ? text_json(a, text, of) : text_lines(a, text);
	}
	return **memo;
}

static const struct result_field *find_result(uint8_t action, struct str name)
{
	const struct result_field *f = action_info(action)->results;

	for (; f && f->name; f++) {
		if (str_is(name, f->name))
			return f;
	}
	return NULL;
}

static struct value absent(const struct run *r, struct spot s, struct arena *a)
{
	const struct step_state *st = spot_state(s);

	if (status_is_final(st->status) || st->phase >= PHASE_JUDGED)
		return value_nil();
	return value_unknown(arena_printf(
		a, "step `%.*s` has not run", STR_ARGS(plan_name(r->plan, s.node, a))));
}

/* An output of the module that is not there. */
static bool declares_inner(const struct node *n, struct str name, struct value *out)
{
	const struct record_list *outputs = &n->inner->book->outputs;

	for (size_t i = 0; i < outputs->count; i++) {
		if (str_equal(((struct named_guard *)outputs->items[i])->name, name)) {
			*out = value_nil();
			return true;
		}
	}
	return false;
}

/* What it has is what its branch has, also what is made of it when it is read. */
static bool find_branch(const struct run *r, struct spot s, struct spot *branch)
{
	const struct step_state *st = spot_state(s);
	uint32_t child = NODE_NONE;

	while (st->branch && (child = plan_child(r->plan, s.node, child)) != NODE_NONE) {
		if (r->plan->nodes[child].place != st->branch)
			continue;
		*branch = (struct spot){s.frame, child};
		return true;
	}
	return false;
}

bool step_result_field(
	struct run *r, struct spot s, struct str name, struct arena *a, struct value *out)
{
	struct step_state *st = spot_state(s);
	const struct node *n = &r->plan->nodes[s.node];
	const struct map *result = st->result.kind == VALUE_MAP ? st->result.map : NULL;
	const struct entry *e = result ? map_find(result, name) : NULL;
	const struct value *text;
	struct spot branch;

	if (!e && st->outputs.kind == VALUE_MAP)
		e = map_find(st->outputs.map, name);
	if (e) {
		*out = e->value;
		return true;
	}
	if (n->action == ACTION_CHOOSE && find_branch(r, s, &branch))
		return step_result_field(r, branch, name, a, out);
	if (str_is(name, "host") && n->step && n->step->more && n->step->more->hosts) {
		struct str host = spot_host(r, s);

		*out = host.len ? value_str(host) : value_nil();
		return true;
	}
	if (!find_result(n->action, name))
		return n->inner ? declares_inner(n, name, out) : false;
	text = result ? map_get(result, n->action == ACTION_HTTP ? "body" : "stdout") : NULL;
	if (text && text->kind == VALUE_UNKNOWN)
		*out = *text;
	else if (text && text->kind == VALUE_STRING && str_is(name, "lines"))
		*out = derived(spot_arena(r, s), &st->lines, text, false, NULL);
	else if (text && text->kind == VALUE_STRING && str_is(name, "json"))
		*out = derived(spot_arena(r, s), &st->json, text, true,
			n->action == ACTION_HTTP ? "the body" : "stdout");
	else
		*out = absent(r, s, a);
	return true;
}

/* ---- steps.<id> ----------------------------------------------------------------------------- */

struct step_object {
	struct object object;
	struct run *run;
	struct spot spot;
};

static const struct object_type step_type;

struct value step_value(struct run *r, struct spot s, struct arena *a)
{
	struct step_object *o = arena_new(a, struct step_object);

	*o = (struct step_object){.object = {&step_type}, .run = r, .spot = s};
	return value_object(&o->object);
}

static struct value items_value(struct run *r, struct spot s, struct arena *a)
{
	const struct step_state *st = spot_state(s);
	struct value list = value_list(a);

	for (uint32_t i = 0; i < st->item_count; i++) {
		struct value v = value_nil();

		if (st->items[i])
			v = step_value(r, (struct spot){st->items[i], s.node}, a);
		list_add(a, list.list, v);
	}
	return list;
}

static struct value step_duration(const struct run *r, const struct step_state *st)
{
	int64_t end = status_is_final(st->status) ? st->ended_ns : r->now_ns;

	if (!st->attempts)
		return value_int(0);
	return value_float((double)(end - st->started_ns) / (double)NS_PER_S);
}

static bool own_field(
	const struct step_object *o, struct str name, struct arena *a, struct value *out)
{
	const struct step_state *st = spot_state(o->spot);

	if (str_is(name, "state"))
		*out = value_str(str_of(step_status_names[st->status]));
	else if (str_is(name, "ok"))
		*out = value_bool(st->status == STEP_OK);
	else if (str_is(name, "failed"))
		*out = value_bool(st->status == STEP_FAILED || st->status == STEP_WARNED);
	else if (str_is(name, "skipped"))
		*out = value_bool(st->status == STEP_SKIPPED);
	else if (str_is(name, "reason"))
		*out = st->reason ? value_str(str_of(st->reason)) : value_nil();
	else if (str_is(name, "message"))
		*out = st->message ? value_str(str_of(st->message)) : value_nil();
	else if (str_is(name, "duration"))
		*out = step_duration(o->run, st);
	else if (str_is(name, "attempts"))
		*out = value_int(st->attempts);
	else if (str_is(name, "items") && spot_has_items(o->run, o->spot))
		*out = items_value(o->run, o->spot, a);
	else
		return false;
	return true;
}

static bool declares_output(const struct node *n, struct str name)
{
	const struct record_list *own = n->step && n->step->more ? &n->step->more->outputs : NULL;
	const struct record_list *inner = n->inner ? &n->inner->book->outputs : NULL;

	for (size_t i = 0; own && i < own->count; i++) {
		if (str_equal(((struct named_guard *)own->items[i])->name, name))
			return true;
	}
	for (size_t i = 0; inner && i < inner->count; i++) {
		if (str_equal(((struct named_guard *)inner->items[i])->name, name))
			return true;
	}
	return false;
}

static bool declares_prompt(const struct node *n, struct str name)
{
	if (n->action != ACTION_PROMPT)
		return false;
	for (size_t i = 0; i < n->step->prompt->inputs.count; i++) {
		if (str_equal(((struct input *)n->step->prompt->inputs.items[i])->name, name))
			return true;
	}
	return false;
}

static bool step_field(struct object *object, struct str name, struct arena *a, struct value *out)
{
	struct step_object *o = (struct step_object *)object;
	const struct step_state *st = spot_state(o->spot);
	const struct node *n = &o->run->plan->nodes[o->spot.node];
	const struct entry *e = NULL;

	if (own_field(o, name, a, out))
		return true;
	if (str_is(name, "outputs")) {
		*out = st->outputs.kind == VALUE_MAP ? st->outputs : absent(o->run, o->spot, a);
		return true;
	}
	if (st->outputs.kind == VALUE_MAP)
		e = map_find(st->outputs.map, name);
	if (e) {
		*out = e->value;
		return true;
	}
	if (step_result_field(o->run, o->spot, name, a, out))
		return true;
	/* A choose has what its branches have. */
	if (!declares_output(n, name) && !declares_prompt(n, name) && n->action != ACTION_CHOOSE)
		return false;
	*out = absent(o->run, o->spot, a);
	return true;
}

static struct str step_text(struct object *object, struct arena *a)
{
	struct step_object *o = (struct step_object *)object;

	return plan_name(o->run->plan, o->spot.node, a);
}

/* What guards would read of it, as it is now. */
static struct value step_kept(struct object *object, struct arena *a)
{
	static const char *const own[] = {"state", "ok", "failed", "skipped", "reason", "message",
		"duration", "attempts", "items", NULL};
	struct step_object *o = (struct step_object *)object;
	const struct value *outputs = &spot_state(o->spot)->outputs;
	const struct result_field *f =
		action_info(o->run->plan->nodes[o->spot.node].action)->results;
	struct value kept = value_map(a), v;

	for (const char *const *name = own; *name; name++)
		if (own_field(o, str_of(*name), a, &v))
			map_set(a, kept.map, str_of(*name), v);
	for (; f && f->name; f++)
		if (step_result_field(o->run, o->spot, str_of(f->name), a, &v))
			map_set(a, kept.map, str_of(f->name), v);
	for (size_t i = 0; outputs->kind == VALUE_MAP && i < outputs->map->count; i++)
		map_set(a, kept.map, entry_key(&outputs->map->entries[i]),
			outputs->map->entries[i].value);
	return kept;
}

static const struct object_type step_type = {
	.name = "step",
	.field = step_field,
	.text = step_text,
	.kept = step_kept,
};

/* ---- steps ---------------------------------------------------------------------------------- */

struct steps_object {
	struct object object;
	struct run *run;
	const struct frame *frame;
	const struct unit *unit;
};

static bool steps_field(struct object *object, struct str name, struct arena *a, struct value *out)
{
	struct steps_object *o = (struct steps_object *)object;
	const struct plan *p = o->run->plan;
	uint32_t node = plan_step(p, o->unit, name);
	struct spot seen;

	if (node == NODE_NONE)
		return false;
	seen = spot_seen(o->run, o->frame, node);
	if (seen.frame)
		*out = step_value(o->run, seen, a);
	else
		*out = value_unknown(arena_printf(a, "step `%.*s` has not run", STR_ARGS(name)));
	return true;
}

static const struct object_type steps_type = {.name = "steps", .field = steps_field};

struct value steps_value(
	struct run *r, const struct frame *f, const struct unit *u, struct arena *a)
{
	struct steps_object *o = arena_new(a, struct steps_object);

	*o = (struct steps_object){.object = {&steps_type}, .run = r, .frame = f, .unit = u};
	return value_object(&o->object);
}
