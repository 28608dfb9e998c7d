#include "run/hosts.h"

#include "plan/visit.h"
#include "run/scope.h"

/* ---- names to hosts ------------------------------------------------------------------------- */

static const char *add_name(struct decider *d, const struct value *name, struct list *hosts)
{
	const char *why, *hint;

	if (name->kind != VALUE_STRING)
		return arena_printf(d->scratch, "a host is a name, not %s", value_kind_name(name));
	if (inventory_add(
		    d->run->plan->inventory, d->scratch, value_string(name), hosts, &why, &hint))
		return NULL;
	return arena_printf(d->scratch, "%s%s%s", why, hint ? ": " : "", hint ? hint : "");
}

static bool has_name(const struct list *hosts, const struct value *name)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (str_equal(value_string(&hosts->items[i]), value_string(name)))
			return true;
	}
	return false;
}

static void keep_limited(struct decider *d, struct value *hosts)
{
	struct list *all = hosts->list;

	if (!d->host_limit)
		return;
	*hosts = value_list(d->scratch);
	for (size_t i = 0; i < all->count; i++) {
		if (has_name(d->host_limit->list, &all->items[i]))
			list_add(d->scratch, hosts->list, all->items[i]);
	}
}

const char *hosts_items(struct decider *d, struct eval *ev, const struct step *s, struct value *out)
{
	const char *error = NULL;
	struct value v;

	if (!template_render(ev, s->more->hosts, &v))
		return ev->error;
	*out = value_list(d->scratch);
	if (v.kind != VALUE_LIST)
		error = add_name(d, &v, out->list);
	for (size_t i = 0; v.kind == VALUE_LIST && i < v.list->count && !error; i++)
		error = add_name(d, &v.list->items[i], out->list);
	keep_limited(d, out);
	return error;
}

/* ---- where a step runs ---------------------------------------------------------------------- */

struct str spot_host(const struct run *r, struct spot s)
{
	uint32_t node = plan_host_step(r->plan, s.node);
	const struct frame *f = node == NODE_NONE ? NULL : frame_of(r, s.frame, node);

	if (!f || f->node != node || f->item.kind != VALUE_STRING)
		return (struct str){0};
	return value_string(&f->item);
}

const struct remote *spot_remote(struct decider *d, struct spot s)
{
	const struct inventory *v = d->run->plan->inventory;
	struct str name = spot_host(d->run, s);
	const struct host *h = inventory_host(v, name);
	struct remote *remote;

	if (!name.len)
		return NULL;
	remote = arena_new(d->scratch, struct remote);
	*remote = (struct remote){.name = arena_copy(d->scratch, name.at, name.len),
		.config = v ? v->ssh_config : NULL,
		.ssh_env = d->base_env,
		.port = INT64_MIN};
	if (h) {
		remote->address = h->address;
		remote->user = h->user;
		remote->identity = h->identity;
		remote->port = h->port;
	}
	return remote;
}

/* ---- before anything runs ------------------------------------------------------------------- */

bool hosts_limit(struct arena *a, const struct plan *p, const char *const *names, size_t count,
	struct value *out, const char **why, const char **hint)
{
	*out = value_list(a);
	for (size_t i = 0; i < count; i++) {
		struct str rest = str_of(names[i]);

		while (rest.len) {
			const char *comma = memchr(rest.at, ',', rest.len);
			size_t len = comma ? (size_t)(comma - rest.at) : rest.len;
			struct str name = str_trim((struct str){rest.at, len});

			if (!inventory_add(p->inventory, a, name, out->list, why, hint))
				return false;
			len += comma != NULL;
			rest = (struct str){rest.at + len, rest.len - len};
		}
	}
	return true;
}

static void note_name(void *context, const struct expr *e)
{
	bool *is_early = context;

	if (e->kind == EXPR_NAME && !str_is(e->name, "inputs") && !str_is(e->name, "vars"))
		*is_early = false;
}

static void note_names(void *context, const struct guard *code)
{
	if (code->expr)
		visit_expr(code->expr, note_name, context);
}

/* What reads a step or an item is known when it runs. */
static bool is_known_early(const struct template *t)
{
	bool is_early = true;

	template_visit(t, note_names, &is_early);
	return is_early;
}

const char *hosts_check(struct decider *d, struct unit_state *values)
{
	const struct plan *p = d->run->plan;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;
		struct step_scope scope;
		struct eval ev;
		struct value hosts;
		const char *error;

		if (p->nodes[i].unit->outer || !s || !s->more || !s->more->hosts ||
			!is_known_early(s->more->hosts))
			continue;
		scope_enter_top(d, p->units[0], values, &scope, &ev);
		error = hosts_items(d, &ev, s, &hosts);
		if (error)
			return arena_printf(d->scratch, "step `%.*s`: hosts: %s",
				STR_ARGS(plan_name(p, i, d->scratch)), error);
	}
	return NULL;
}

/* ---- failures that are let be --------------------------------------------------------------- */

bool failure_is_tolerated(const struct run *r, struct spot s)
{
	const struct step *step = r->plan->nodes[s.node].step;
	const struct step_state *loop;
	int64_t most;

	if (!spot_is_item(s) || !step->more || step->more->max_failures == INT64_MIN)
		return false;
	loop = spot_state((struct spot){s.frame->outer, s.node});
	most = step->more->max_failures;
	if (most < 0)
		most = -most * (int64_t)loop->item_count / 100;
	return loop->warned_items < most;
}
