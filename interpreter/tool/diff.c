/*
 * Which step of one plan is which of the other, and what came, went and moved.
 */
#include "tool/diff.h"

#include "tool/describe.h"

struct change *diff_add(struct diff *d, enum change_severity severity, const char *kind,
	const char *subject, const char *format, ...)
{
	struct change *c;
	va_list args;

	if (d->count == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->changes = heap_array(d->changes, d->cap, sizeof(*d->changes));
	}
	c = &d->changes[d->count++];
	*c = (struct change){.severity = severity, .kind = kind, .subject = subject};
	d->dangers += severity == CHANGE_DANGER;
	va_start(args, format);
	c->message = arena_vprintf(d->arena, format, args);
	va_end(args);
	return c;
}

void diff_release(struct diff *d)
{
	free(d->changes);
}

void diff_text(struct diff *d, const char *kind, const char *subject, const char *what,
	struct str before, struct str after, enum change_severity on_loss)
{
	struct change *c;

	before = str_trim(before);
	after = str_trim(after);
	if (str_equal(before, after))
		return;
	c = diff_add(d, before.len ? on_loss : CHANGE_NOTICE,
		arena_printf(d->arena, "%s-%s", kind,
			!before.len  ? "added"
			: !after.len ? "removed"
				     : "changed"),
		subject, "%s was %s", what,
		!before.len  ? "added"
		: !after.len ? "removed"
			     : "changed");
	c->before = before.len ? arena_copy(d->arena, before.at, before.len) : NULL;
	c->after = after.len ? arena_copy(d->arena, after.at, after.len) : NULL;
}

static const char *time_text(struct diff *d, int64_t ns)
{
	struct strbuf b = {0};
	struct str text;

	if (ns == INT64_MIN)
		return NULL;
	duration_print(&b, ns);
	text = strbuf_take(&b, d->arena);
	strbuf_release(&b);
	return text.at;
}

void diff_time(struct diff *d, const char *kind, const char *subject, const char *what,
	int64_t before, int64_t after, enum change_severity on_more)
{
	const char *how = before == INT64_MIN  ? "added"
			  : after == INT64_MIN ? "removed"
			  : after > before     ? "raised"
					       : "lowered";
	bool is_more = before != INT64_MIN && (after == INT64_MIN || after > before);
	struct change *c;

	if (before == after)
		return;
	c = diff_add(d, is_more ? on_more : CHANGE_NOTICE,
		arena_printf(d->arena, "%s-%s", kind, how), subject, "%s was %s", what, how);
	c->before = time_text(d, before);
	c->after = time_text(d, after);
}

/* ---- pairs ---------------------------------------------------------------------------------- */

struct pairing {
	struct diff *d;
	uint32_t *mate_before; /* by node of `before`: its mate in `after`, or NODE_NONE */
	uint32_t *mate_after;
};

static void mate(struct pairing *m, uint32_t before, uint32_t after)
{
	m->mate_before[before] = after;
	m->mate_after[after] = before;
}

/* By id, wherever it has gone to; in modules only below mates. */
static void pair_ids(struct pairing *m)
{
	const struct plan *b = m->d->before, *a = m->d->after;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct node *n = &b->nodes[i];
		uint32_t found;

		if (!n->step || !n->step->id.len || n->unit->outer)
			continue;
		found = plan_step(a, a->units[0], n->step->id);
		if (found != NODE_NONE && m->mate_after[found] == NODE_NONE)
			mate(m, i, found);
	}
}

static bool does_the_same(const struct step *x, const struct step *y)
{
	struct strbuf one = {0}, other = {0};
	bool is_same = x->action == y->action;

	if (is_same) {
		describe_whole(&one, x);
		describe_whole(&other, y);
		describe_template(&one, x->name);
		describe_template(&other, y->name);
		is_same = str_equal(strbuf_str(&one), strbuf_str(&other));
	}
	strbuf_release(&one);
	strbuf_release(&other);
	return is_same;
}

static bool is_free(const struct plan *p, const uint32_t *mates, uint32_t node)
{
	const struct node *n = &p->nodes[node];

	return mates[node] == NODE_NONE && n->step && (!n->step->id.len || n->unit->outer);
}

/* The first child of `to` that nobody has yet, and that does the same (or has the same action). */
static uint32_t find_like(struct pairing *m, uint32_t child, uint32_t to, bool exactly)
{
	const struct plan *b = m->d->before, *a = m->d->after;
	const struct step *s = b->nodes[child].step;
	uint32_t other = NODE_NONE;

	while ((other = plan_child(a, to, other)) != NODE_NONE) {
		const struct step *t = a->nodes[other].step;

		if (!is_free(a, m->mate_after, other) || !str_equal(s->id, t->id))
			continue;
		if (exactly ? does_the_same(s, t) : s->action == t->action)
			return other;
	}
	return NODE_NONE;
}

static void pair_children(struct pairing *m, uint32_t from, uint32_t to);

static void pair_below(struct pairing *m, uint32_t from, uint32_t to)
{
	const struct node *b = &m->d->before->nodes[from], *a = &m->d->after->nodes[to];

	if (b->undo != NODE_NONE && a->undo != NODE_NONE) {
		mate(m, b->undo, a->undo);
		pair_below(m, b->undo, a->undo);
	}
	if (b->check != NODE_NONE && a->check != NODE_NONE) {
		mate(m, b->check, a->check);
		pair_below(m, b->check, a->check);
	}
	pair_children(m, from, to);
}

static void pair_children(struct pairing *m, uint32_t from, uint32_t to)
{
	const struct plan *b = m->d->before;
	uint32_t child;

	for (int exactly = 1; exactly >= 0; exactly--) {
		child = NODE_NONE;
		while ((child = plan_child(b, from, child)) != NODE_NONE) {
			uint32_t other;

			if (!is_free(b, m->mate_before, child))
				continue;
			other = find_like(m, child, to, exactly);
			if (other != NODE_NONE)
				mate(m, child, other);
		}
	}
	child = NODE_NONE;
	while ((child = plan_child(b, from, child)) != NODE_NONE) {
		if (m->mate_before[child] != NODE_NONE)
			pair_below(m, child, m->mate_before[child]);
	}
}

static void pair_sections(struct pairing *m)
{
	const struct plan *b = m->d->before, *a = m->d->after;
	const uint32_t of_before[] = {b->main, b->before, b->after, b->finally};
	const uint32_t of_after[] = {a->main, a->before, a->after, a->finally};

	for (size_t i = 0; i < 4; i++) {
		if (of_before[i] == NODE_NONE || of_after[i] == NODE_NONE)
			continue;
		mate(m, of_before[i], of_after[i]);
		pair_children(m, of_before[i], of_after[i]);
	}
}

/* ---- what came and went --------------------------------------------------------------------- */

static const char *subject_of(struct diff *d, const struct plan *p, uint32_t node)
{
	struct str name = plan_name(p, node, d->arena);

	return arena_copy(d->arena, name.at, name.len);
}

/* A step that lets the run go on only when somebody or something agrees. */
static bool is_gate(const struct step *s)
{
	return s->action == ACTION_CONFIRM || s->action == ACTION_CHECKLIST ||
	       s->action == ACTION_ASSERT || s->action == ACTION_MONITOR ||
	       (s->more && (s->more->expect.count || s->more->require.count));
}

static const char *summary_of(struct diff *d, const struct step *s)
{
	struct strbuf text = {0};
	struct str whole;

	describe_action(&text, s);
	whole = strbuf_take(&text, d->arena);
	strbuf_release(&text);
	return whole.at;
}

static void tell_removed(struct diff *d, uint32_t node)
{
	const struct node *n = &d->before->nodes[node];
	bool is_approval = n->action == ACTION_CONFIRM || n->action == ACTION_CHECKLIST;
	struct change *c;

	if (n->role == ROLE_UNDO)
		c = diff_add(d, CHANGE_DANGER, "rollback-removed",
			subject_of(d, d->before, n->parent), "the rollback was removed");
	else if (n->role == ROLE_CHECK)
		c = diff_add(d, CHANGE_NOTICE, "check-removed", subject_of(d, d->before, n->parent),
			"the check was removed");
	else if (is_approval)
		c = diff_add(d, CHANGE_DANGER, "approval-dropped", subject_of(d, d->before, node),
			"an approval was dropped");
	else
		c = diff_add(d,
			is_gate(n->step) || n->undo != NODE_NONE ? CHANGE_DANGER : CHANGE_NOTICE,
			"step-removed", subject_of(d, d->before, node), "the step was removed");
	c->before = summary_of(d, n->step);
	c->before_at = n->step->span;
}

static void tell_added(struct diff *d, uint32_t node)
{
	const struct node *n = &d->after->nodes[node];
	bool writes = n->effect == EFFECT_WRITES;
	struct change *c;

	if (n->role == ROLE_UNDO)
		c = diff_add(d, CHANGE_NOTICE, "rollback-added", subject_of(d, d->after, n->parent),
			"a rollback was added");
	else if (n->role == ROLE_CHECK)
		c = diff_add(d, CHANGE_NOTICE, "check-added", subject_of(d, d->after, n->parent),
			"a check was added");
	else
		c = diff_add(d, writes ? CHANGE_DANGER : CHANGE_NOTICE,
			writes ? "effect-added" : "step-added", subject_of(d, d->after, node),
			writes && n->undo == NODE_NONE ? "a step with an effect and no way back "
							 "was added"
			: writes		       ? "a step with an effect was added"
						       : "a step was added");
	c->after = summary_of(d, n->step);
	c->after_at = n->step->span;
}

/* Samples are compared with their watches. */
static bool is_told(const struct plan *p, uint32_t node)
{
	return p->nodes[node].step && !plan_is_sample(p, node);
}

/* Of what is inside something that is gone, or that now is another module, nothing is told. */
static bool parent_is_kept(const struct plan *p, const uint32_t *mates, uint32_t node)
{
	return mates[p->nodes[node].parent] != NODE_NONE;
}

static bool is_same_module(const struct pairing *m, uint32_t before, uint32_t after)
{
	const struct step *x = m->d->before->nodes[before].step;
	const struct step *y = m->d->after->nodes[after].step;

	if (!x || !y)
		return true;
	if ((x->action != ACTION_USES && x->action != ACTION_CALL) || x->action != y->action)
		return x->action == y->action;
	return str_equal(x->uses->name, y->uses->name);
}

static void tell_steps(struct pairing *m)
{
	struct diff *d = m->d;

	for (uint32_t i = 0; i < d->before->count; i++) {
		uint32_t parent = d->before->nodes[i].parent;

		if (is_told(d->before, i) && m->mate_before[i] == NODE_NONE &&
			parent_is_kept(d->before, m->mate_before, i) &&
			is_same_module(m, parent, m->mate_before[parent]))
			tell_removed(d, i);
	}
	for (uint32_t i = 0; i < d->after->count; i++) {
		uint32_t parent = d->after->nodes[i].parent;

		if (!is_told(d->after, i))
			continue;
		if (m->mate_after[i] != NODE_NONE)
			diff_step(d, m->mate_after[i], i, subject_of(d, d->after, i));
		else if (parent_is_kept(d->after, m->mate_after, i) &&
			 is_same_module(m, m->mate_after[parent], parent))
			tell_added(d, i);
	}
}

/* ---- order ---------------------------------------------------------------------------------- */

/* The kept step that stood before this one, in the same list. */
static uint32_t kept_before(const struct plan *p, const uint32_t *mates, uint32_t node)
{
	uint32_t child = NODE_NONE, last = NODE_NONE;

	while ((child = plan_child(p, p->nodes[node].parent, child)) != NODE_NONE &&
		child != node) {
		if (mates[child] != NODE_NONE)
			last = child;
	}
	return last;
}

/* A step has moved when it stands in another group, or behind another step than it did. Of two that
 * change places one is told. */
static void tell_moves(struct pairing *m)
{
	struct diff *d = m->d;

	for (uint32_t i = 0; i < d->after->count; i++) {
		const struct node *n = &d->after->nodes[i];
		uint32_t old = m->mate_after[i], behind, was_behind;
		const char *subject;

		if (!is_told(d->after, i) || old == NODE_NONE || n->role != ROLE_STEP)
			continue;
		subject = subject_of(d, d->after, i);
		if (m->mate_before[d->before->nodes[old].parent] != n->parent) {
			diff_add(d, CHANGE_NOTICE, "step-moved", subject,
				"the step was moved to another group")
				->after_at = n->step->span;
			continue;
		}
		behind = kept_before(d->after, m->mate_after, i);
		was_behind = kept_before(d->before, m->mate_before, old);
		/* Backwards: something that stood before it stands behind it now. */
		if (behind != NODE_NONE && m->mate_after[behind] > old &&
			(was_behind == NODE_NONE || m->mate_before[was_behind] != behind))
			diff_add(d, CHANGE_NOTICE, "step-moved", subject,
				"the step was moved behind `%s`", subject_of(d, d->after, behind))
				->after_at = n->step->span;
	}
}

void diff_make(struct diff *d, struct arena *a, const struct plan *before, const struct plan *after)
{
	struct pairing m = {.d = d};

	*d = (struct diff){.arena = a, .before = before, .after = after};
	m.mate_before = arena_array(a, before->count, sizeof(uint32_t));
	m.mate_after = arena_array(a, after->count, sizeof(uint32_t));
	memset(m.mate_before, 0xff, before->count * sizeof(uint32_t));
	memset(m.mate_after, 0xff, after->count * sizeof(uint32_t));
	pair_ids(&m);
	pair_sections(&m);
	d->mates = m.mate_before;
	tell_steps(&m);
	tell_moves(&m);
	diff_file(d);
}
