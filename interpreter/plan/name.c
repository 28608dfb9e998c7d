/* What steps and watches are called: in events, messages and on the command line. */
#include "plan/plan.h"

static const char *const role_names[] = {
	[ROLE_ROOT] = "run",
	[ROLE_MAIN] = "steps",
	[ROLE_FINALLY] = "finally",
	[ROLE_BEFORE] = "rollback.before",
	[ROLE_AFTER] = "rollback.steps",
	[ROLE_CHECK] = "check",
	[ROLE_UNDO] = "rollback",
};

static struct str watch_name(const struct plan *p, uint32_t node)
{
	for (uint32_t i = 0; i < p->watch_count; i++) {
		if (p->watches[i].node == node)
			return p->watches[i].watch->name;
	}
	return (struct str){"", 0};
}

/* The top of a section: what is named from there is named from its file. */
static bool starts_file(const struct node *n)
{
	return n->role == ROLE_FINALLY || n->role == ROLE_BEFORE || n->role == ROLE_AFTER ||
	       n->role == ROLE_WATCH;
}

static void name_into(const struct plan *p, uint32_t node, struct strbuf *b)
{
	const struct node *n = &p->nodes[node];

	if (n->unit->outer && ((n->step && n->step->id.len) || starts_file(n))) {
		name_into(p, n->unit->node, b);
		strbuf_putc(b, '.');
	}
	if (n->step && n->step->id.len) {
		strbuf_put(b, n->step->id);
		return;
	}
	if (n->role == ROLE_WATCH) {
		strbuf_printf(b, "watch.%.*s", STR_ARGS(watch_name(p, node)));
		return;
	}
	if (!n->step || starts_file(n)) {
		strbuf_puts(b, role_names[n->role]);
		return;
	}
	name_into(p, n->parent, b);
	if (n->role == ROLE_CHECK || n->role == ROLE_UNDO)
		strbuf_printf(b, ".%s", role_names[n->role]);
	else if (p->nodes[n->parent].role != ROLE_WATCH)
		strbuf_printf(b, ".%u", n->place);
}

struct str plan_name(const struct plan *p, uint32_t node, struct arena *a)
{
	const struct node *n = &p->nodes[node];
	struct strbuf b = {0};
	struct str name;

	/* The plain case without a copy: most steps have an id. */
	if (n->step && n->step->id.len && !n->unit->outer)
		return n->step->id;
	name_into(p, node, &b);
	name = strbuf_take(&b, a);
	strbuf_release(&b);
	return name;
}

struct str plan_watch_name(const struct plan *p, uint32_t watch, struct arena *a)
{
	const struct plan_watch *w = &p->watches[watch];
	struct str outer;

	if (!w->unit->outer)
		return w->watch->name;
	outer = plan_name(p, w->unit->node, a);
	return str_of(arena_printf(a, "%.*s.%.*s", STR_ARGS(outer), STR_ARGS(w->watch->name)));
}
