#include "tool/accept.h"

#include "tool/describe.h"
#include "tool/diff.h"

struct acceptance {
	const struct run *run;
	const struct plan *before, *after;
	struct arena *arena;
	struct diff diff;
	uint32_t *mates, *mates_after; /* by node of `before`, of `after`; NODE_NONE: none */
	bool *has_begun;	       /* by node of `before`, in whatever frame */
	bool *counts;		       /* the same, and what undoes or checks such a step */
	const char *why;
};

static bool refuse(struct acceptance *x, const struct plan *p, uint32_t node, const char *what)
{
	struct str name = plan_name(p, node, x->arena);

	x->why = arena_printf(x->arena, "`%.*s` %s", STR_ARGS(name), what);
	return false;
}

/* ---- what was there before ---------------------------------------------------------------------
 */

static void find_begun(struct acceptance *x)
{
	const struct plan *p = x->before;

	for (uint32_t f = 0; f < x->run->frame_count; f++) {
		const struct frame *frame = x->run->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			const struct step_state *st = &frame->steps[i];

			x->has_begun[frame->first + i] |=
				st->status != STEP_PENDING || st->phase != PHASE_IDLE;
		}
	}
	for (uint32_t i = 0; i < p->count; i++) {
		const struct node *n = &p->nodes[i];
		uint32_t parent = n->parent;

		x->counts[i] = x->has_begun[i];
		if (parent == NODE_NONE || !x->counts[parent])
			continue;
		x->counts[i] |= n->role == ROLE_UNDO || n->role == ROLE_CHECK;
		/* All of what undoes a step counts with it. */
		x->counts[i] |= plan_undone_step(p, parent) != NODE_NONE ||
				p->nodes[parent].role == ROLE_CHECK;
	}
}

static void mate(struct acceptance *x, uint32_t before, uint32_t after)
{
	x->mates[before] = after;
	x->mates_after[after] = before;
}

static bool is_same_text(struct strbuf *x, struct strbuf *y)
{
	bool is_same = str_equal(strbuf_str(x), strbuf_str(y));

	strbuf_clear(x);
	strbuf_clear(y);
	return is_same;
}

static bool is_same_watch(struct acceptance *x, uint32_t i)
{
	const struct watch *b = x->before->watches[i].watch, *a = x->after->watches[i].watch;

	return str_equal(plan_watch_name(x->before, i, x->arena),
		       plan_watch_name(x->after, i, x->arena)) &&
	       a->every_ns == b->every_ns && a->max_gap_ns == b->max_gap_ns;
}

/* The record knows watches and conditions by number. Those of the file itself are compared with it,
 * those of runbooks that it calls have to stay as they are. */
static bool check_called(struct acceptance *x)
{
	const struct plan *b = x->before, *a = x->after;
	struct strbuf before = {0}, after = {0};
	bool is_same = b->watch_count == a->watch_count && b->condition_count == a->condition_count;

	for (uint32_t i = 0; is_same && i < b->watch_count; i++)
		is_same = !b->watches[i].unit->outer || is_same_watch(x, i);
	for (uint32_t i = 0; is_same && i < b->condition_count; i++) {
		if (!b->conditions[i].unit->outer)
			continue;
		describe_condition(&before, b->conditions[i].rule);
		describe_condition(&after, a->conditions[i].rule);
		is_same = is_same_text(&before, &after);
	}
	strbuf_release(&before);
	strbuf_release(&after);
	if (!is_same)
		x->why = "watches or conditions of a called runbook were changed";
	return is_same;
}

/* The comparison pairs steps; the root and the samples, which are the same, come to that. */
static bool pair(struct acceptance *x)
{
	const struct plan *b = x->before, *a = x->after;

	mate(x, 0, 0);
	for (uint32_t i = 0; i < b->count; i++) {
		if (x->diff.mates[i] != NODE_NONE)
			mate(x, i, x->diff.mates[i]);
	}
	for (uint32_t w = 0; w < b->watch_count; w++) {
		uint32_t from = b->watches[w].node, to = a->watches[w].node;

		if (b->nodes[from].end - from != a->nodes[to].end - to)
			return refuse(x, b, from, "was changed");
		for (uint32_t i = 0; from + i < b->nodes[from].end; i++)
			mate(x, from + i, to + i);
	}
	return true;
}

/* ---- what may not have changed ------------------------------------------------------------------
 */

static bool is_harmless(const char *kind)
{
	static const char *const kinds[] = {"title", "host-added", "host-removed", "deadline",
		"timeout", "on-interrupt-changed", "decide-within"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return true;
	}
	return false;
}

static bool check_file(struct acceptance *x)
{
	struct diff *d = &x->diff;

	d->count = 0;
	diff_file(d);
	for (size_t i = 0; i < d->count; i++) {
		if (is_harmless(d->changes[i].kind))
			continue;
		x->why = arena_printf(x->arena, "%s%s%s", d->changes[i].subject ? "`" : "",
			d->changes[i].subject ? d->changes[i].subject : "",
			d->changes[i].subject ? "`: " : "");
		x->why = arena_printf(x->arena, "%s%s", x->why, d->changes[i].message);
		return false;
	}
	return true;
}

static bool has_need(const struct plan *p, uint32_t node, uint32_t need)
{
	const struct node *n = &p->nodes[node];

	for (uint32_t i = 0; i < n->need_count; i++) {
		if (p->edges[n->needs + i] == need)
			return true;
	}
	return false;
}

static bool check_place(struct acceptance *x, uint32_t before, uint32_t after)
{
	const struct node *b = &x->before->nodes[before], *a = &x->after->nodes[after];
	uint32_t need;

	if (b->parent != NODE_NONE && x->mates[b->parent] != a->parent)
		return refuse(x, x->before, before, "was moved, and has begun");
	for (uint32_t i = 0; i < a->need_count; i++) {
		need = x->mates_after[x->after->edges[a->needs + i]];
		if (need == NODE_NONE || !has_need(x->before, before, need))
			return refuse(x, x->before, before,
				"has begun, and stands behind other steps now");
	}
	if (a->need_count != b->need_count)
		return refuse(x, x->before, before, "has begun, and stands behind other steps now");
	return true;
}

static bool check_step(struct acceptance *x, uint32_t before)
{
	uint32_t after = x->mates[before];
	struct diff *d = &x->diff;

	if (after == NODE_NONE)
		return refuse(x, x->before, before, "was removed, and has begun");
	if (x->before->nodes[before].role != x->after->nodes[after].role)
		return refuse(x, x->before, before, "was moved, and has begun");
	d->count = 0;
	diff_step(d, before, after, NULL);
	if (d->count)
		return refuse(x, x->before, before,
			arena_printf(x->arena, "has begun: %s", d->changes[0].message));
	return check_place(x, before, after);
}

/* Of a new step: it may stand where nothing was decided yet. */
static bool check_new(struct acceptance *x, uint32_t after)
{
	const struct node *n = &x->after->nodes[after];
	uint32_t parent = n->parent == NODE_NONE ? NODE_NONE : x->mates_after[n->parent];

	if (parent == NODE_NONE || !x->counts[parent])
		return true;
	if (n->role == ROLE_UNDO || n->role == ROLE_CHECK || !x->has_begun[parent])
		return refuse(x, x->after, after, "was added to a step that has begun");
	for (uint32_t f = 0; f < x->run->frame_count; f++) {
		const struct frame *frame = x->run->frames[f];

		if (parent - frame->first < frame->count &&
			status_is_final(frame->steps[parent - frame->first].status))
			return refuse(x, x->after, after, "was added to steps that are over");
	}
	return true;
}

/* ---- where the numbers have gone ----------------------------------------------------------------
 */

static void add_numbers(struct acceptance *x, uint32_t first, uint32_t count, struct value *out)
{
	struct value part = value_list(x->arena);

	list_add(x->arena, part.list, value_int(first));
	list_add(x->arena, part.list, value_int(count));
	list_add(x->arena, part.list, value_int(x->mates[first]));
	list_add(x->arena, out->list, part);
}

static struct value make_numbers(struct acceptance *x)
{
	struct value out = value_list(x->arena);
	uint32_t first = 0;

	for (uint32_t i = 1; i <= x->before->count; i++) {
		bool goes_on = i < x->before->count && x->mates[i] != NODE_NONE &&
			       x->mates[first] != NODE_NONE &&
			       x->mates[i] - x->mates[first] == i - first;

		if (goes_on)
			continue;
		if (x->mates[first] != NODE_NONE)
			add_numbers(x, first, i - first, &out);
		first = i;
	}
	return out;
}

bool accept_change(const struct run *r, const struct plan *changed, struct arena *a,
	struct value *numbers, const char **why)
{
	struct acceptance x = {.run = r, .before = r->plan, .after = changed, .arena = a};
	bool is_good;

	x.mates = arena_array(a, x.before->count, sizeof(uint32_t));
	x.mates_after = arena_array(a, changed->count, sizeof(uint32_t));
	memset(x.mates, 0xff, x.before->count * sizeof(uint32_t));
	memset(x.mates_after, 0xff, changed->count * sizeof(uint32_t));
	x.has_begun = arena_array(a, x.before->count, sizeof(bool));
	x.counts = arena_array(a, x.before->count, sizeof(bool));
	find_begun(&x);
	diff_make(&x.diff, a, x.before, changed);
	is_good = check_file(&x) && check_called(&x) && pair(&x);
	for (uint32_t i = 0; is_good && i < x.before->count; i++) {
		if (x.counts[i] && !plan_is_sample(x.before, i))
			is_good = check_step(&x, i);
	}
	for (uint32_t i = 0; is_good && i < changed->count; i++) {
		if (x.mates_after[i] == NODE_NONE)
			is_good = check_new(&x, i);
	}
	if (is_good)
		*numbers = make_numbers(&x);
	diff_release(&x.diff);
	*why = x.why;
	return is_good;
}

/* ---- in the row ---------------------------------------------------------------------------------
 */

struct value accept_note(struct arena *a, const struct value *options, uint64_t seq, struct str by,
	const struct value *numbers)
{
	struct value all = options->kind == VALUE_MAP ? value_deep_copy(a, options) : value_map(a);
	struct value note = value_map(a), list = value_list(a);
	const struct value *before = map_get(all.map, "changes");

	map_set(a, note.map, STR("after"), value_int((int64_t)seq));
	map_set(a, note.map, STR("by"), value_str(by));
	map_set(a, note.map, STR("steps"), *numbers);
	for (size_t i = 0; before && before->kind == VALUE_LIST && i < before->list->count; i++)
		list_add(a, list.list, before->list->items[i]);
	list_add(a, list.list, note);
	map_set(a, all.map, STR("changes"), list);
	return all;
}

static uint32_t find_number(const struct value *numbers, uint32_t node)
{
	for (size_t i = 0; numbers && numbers->kind == VALUE_LIST && i < numbers->list->count;
		i++) {
		const struct value *part = &numbers->list->items[i];
		int64_t first, count;

		if (part->kind != VALUE_LIST || part->list->count != 3)
			continue;
		first = part->list->items[0].integer;
		count = part->list->items[1].integer;
		if (node >= first && node - first < count)
			return (uint32_t)(part->list->items[2].integer + (node - first));
	}
	return NODE_NONE;
}

uint32_t accept_renumber(const struct value *options, uint64_t seq, uint32_t node)
{
	const struct value *changes =
		options->kind == VALUE_MAP ? map_get(options->map, "changes") : NULL;

	for (size_t i = 0; changes && changes->kind == VALUE_LIST && i < changes->list->count;
		i++) {
		const struct value *change = &changes->list->items[i], *after;

		if (change->kind != VALUE_MAP || node == NODE_NONE)
			continue;
		after = map_get(change->map, "after");
		if (after && after->kind == VALUE_INT && seq <= (uint64_t)after->integer)
			node = find_number(map_get(change->map, "steps"), node);
	}
	return node;
}
