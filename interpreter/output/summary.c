#include "output/summary.h"

#include "output/board.h"

/* ---- what counts ----------------------------------------------------------------------------- */

static bool is_loop(const struct node *n)
{
	return step_items(n->step) != NULL;
}

static bool counts_once(const struct node *n)
{
	return n->role == ROLE_STEP &&
	       (is_loop(n) || n->action == ACTION_USES || n->action == ACTION_CHOOSE ||
		       n->action < ACTION_USES);
}

/* No part of the way forward: what undoes it, what decides whether it is needed. */
static bool is_beside(const struct node *n)
{
	return n->role == ROLE_CHECK || plan_is_apart(n);
}

/* The next node that counts, from `i` on and before `end`; what lies inside of one is passed. */
static uint32_t next_counted(const struct plan *p, uint32_t i, uint32_t end)
{
	while (i < end && !counts_once(&p->nodes[i]))
		i = is_beside(&p->nodes[i]) ? p->nodes[i].end : i + 1;
	return i;
}

static size_t count_all(const struct plan *p)
{
	size_t count = 0;
	uint32_t i = next_counted(p, 0, p->count);
	for (; i < p->count; i = next_counted(p, p->nodes[i].end, p->count))
		count++;
	return count;
}

/* Inside of something that counts as a whole, or not at all. */
static bool is_within_counted(const struct plan *p, uint32_t node)
{
	for (uint32_t i = p->nodes[node].parent; i < p->count; i = p->nodes[i].parent) {
		if (counts_once(&p->nodes[i]) || is_beside(&p->nodes[i]))
			return true;
	}
	return is_beside(&p->nodes[node]);
}

/* ---- memory ---------------------------------------------------------------------------------- */

void summary_init(struct summary *s, const struct plan *plan)
{
	*s = (struct summary){.plan = plan};
	arena_init(&s->arena);
	if (!plan)
		return;
	s->ended = arena_alloc(&s->arena, plan->count + 1);
	s->total = count_all(plan);
}

void summary_release(struct summary *s)
{
	arena_release(&s->arena);
}

static struct str keep(struct summary *s, struct strbuf *b)
{
	struct str text = strbuf_take(b, &s->arena);
	strbuf_release(b);
	return text;
}

/* ---- counting -------------------------------------------------------------------------------- */

static void end_node(struct summary *s, uint32_t node, enum step_status state)
{
	if (s->ended[node]) {
		s->by_state[s->ended[node] - 1]--;
		s->done--;
	}
	s->ended[node] = (uint8_t)(state + 1);
	s->by_state[state]++;
	s->done++;
}

/* A group around it starts over: what had ended has not. */
static void reopen(struct summary *s, uint32_t node)
{
	const struct plan *p = s->plan;
	uint32_t end = p->nodes[node].end;
	uint32_t i = next_counted(p, node, end);
	for (; i < end; i = next_counted(p, p->nodes[i].end, end)) {
		if (!s->ended[i])
			continue;
		s->by_state[s->ended[i] - 1]--;
		s->ended[i] = 0;
		s->done--;
	}
}

/* Steps of a group that ended are over, whether they ran or not. Those of a skipped group are
 * skipped; the others stay `pending`: not run. */
static void end_steps(struct summary *s, const struct event *e)
{
	const struct plan *p = s->plan;
	uint32_t end = p->nodes[e->node].end;
	if (counts_once(&p->nodes[e->node])) {
		end_node(s, e->node, e->state);
		return;
	}
	enum step_status rest = e->state == STEP_SKIPPED ? STEP_SKIPPED : STEP_PENDING;
	uint32_t i = next_counted(p, e->node, end);
	for (; i < end; i = next_counted(p, p->nodes[i].end, end)) {
		if (!s->ended[i])
			end_node(s, i, rest);
	}
}

static void count(struct summary *s, const struct event *e)
{
	const struct plan *p = s->plan;
	if (!p) {
		s->by_state[e->state]++;
		s->total = ++s->done;
	} else if (e->node < p->count && !e->item.len && !is_within_counted(p, e->node)) {
		end_steps(s, e);
	}
}

/* ---- what failed, what was slow -------------------------------------------------------------- */

void reason_text(struct strbuf *out, const struct event *e)
{
	struct str reason = str_of(e->reason);
	bool says_it = str_starts_with(e->message, reason) || !reason.len;
	if (!says_it) {
		strbuf_put(out, reason);
		if (e->message.len)
			strbuf_puts(out, ": ");
	}
	strbuf_put(out, e->message);
}

/* A group fails because a step in it did: that one is told, the group is not. */
static bool is_explained(const struct summary *s, uint32_t node)
{
	for (size_t i = 0; s->plan && i < s->failure_count; i++) {
		if (node < s->plan->count && plan_is_within(s->plan, s->failures[i].node, node))
			return true;
	}
	return false;
}

static void note_failure(struct summary *s, const struct event *e)
{
	if (e->state != STEP_FAILED && e->state != STEP_UNKNOWN)
		return;
	if (node_is_check(s->plan, e->node) || (!e->item.len && is_explained(s, e->node)))
		return;
	/* What could not be undone is told by the account of the rollback. */
	if (node_is_apart(s->plan, e->node))
		return;
	if (s->failure_count == SUMMARY_FAILURES) {
		s->more_failures++;
		return;
	}
	struct failure *f = &s->failures[s->failure_count++];
	struct strbuf b = {0};
	step_label(&b, e);
	f->node = e->node;
	f->label = keep(s, &b);
	reason_text(&b, e);
	f->text = keep(s, &b);
}

static void note_duration(struct summary *s, const struct event *e)
{
	if (s->plan && (e->node >= s->plan->count || !counts_once(&s->plan->nodes[e->node]) ||
			       is_within_counted(s->plan, e->node)))
		return;
	size_t at = s->slow_count;
	while (at && s->slowest[at - 1].duration_ns < e->duration_ns)
		at--;
	if (at == SUMMARY_SLOWEST || !e->duration_ns)
		return;
	if (s->slow_count < SUMMARY_SLOWEST)
		s->slow_count++;
	for (size_t i = s->slow_count - 1; i > at; i--)
		s->slowest[i] = s->slowest[i - 1];
	struct strbuf b = {0};
	step_label(&b, e);
	s->slowest[at] = (struct slow){.label = keep(s, &b), .duration_ns = e->duration_ns};
}

/* What failed inside of a group is taken back by its next attempt, and forgiven by its good end. */
static void forget_failures(struct summary *s, uint32_t node)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->failure_count; i++) {
		if (!plan_is_within(s->plan, s->failures[i].node, node))
			s->failures[kept++] = s->failures[i];
	}
	s->failure_count = kept;
}

void summary_add(struct summary *s, const struct event *e)
{
	bool is_known = s->plan && e->node < s->plan->count && !e->item.len;
	if (e->kind == EVENT_STEP_RETRY && is_known) {
		if (!is_within_counted(s->plan, e->node))
			reopen(s, e->node);
		forget_failures(s, e->node);
	}
	if (e->kind != EVENT_STEP_FINISHED)
		return;
	if (is_known && (e->state == STEP_OK || e->state == STEP_WARNED))
		forget_failures(s, e->node);
	count(s, e);
	note_failure(s, e);
	note_duration(s, e);
}

void summary_counts(struct strbuf *out, const struct summary *s, bool at_end)
{
	static const uint8_t order[] = {
		STEP_OK, STEP_WARNED, STEP_FAILED, STEP_UNKNOWN, STEP_CANCELLED, STEP_SKIPPED};
	const char *between = "";
	size_t told = 0;
	for (size_t i = 0; i < sizeof order; i++) {
		size_t n = s->by_state[order[i]];
		told += n;
		if (!n)
			continue;
		strbuf_printf(out, "%s%zu %s", between, n, step_status_names[order[i]]);
		between = ", ";
	}
	if (at_end && s->total > told)
		strbuf_printf(out, "%s%zu not run", between, s->total - told);
	else if (!told)
		strbuf_puts(out, "nothing ran");
}
