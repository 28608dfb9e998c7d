/*
 * `hosts` as far as the file says: names that the inventory does not have, or that are none. What
 * is interpolated is looked at when the inputs are there.
 */
#include "check/rule.h"

static void check_host(struct check *c, const struct value *name)
{
	struct value hosts = value_list(&c->arena);
	struct diagnostic *told;
	const char *why, *hint;

	if (name->kind != VALUE_STRING) {
		diagnose(c->d, RB102, value_span(name), "a host is a name, not %s",
			value_kind_name(name));
		return;
	}
	if (inventory_add(
		    c->plan->inventory, &c->arena, value_string(name), hosts.list, &why, &hint))
		return;
	told = diagnose(c->d, RB119, value_span(name), "%s", arena_string(c->d->arena, why));
	if (hint)
		diagnostic_hint(c->d, told, "%s", hint);
}

/* Whole, or the items of a list that are no interpolation. */
static void check_names(struct check *c, const struct template *t)
{
	const struct value *v = &t->source;

	if (t->kind == TEMPLATE_LIST) {
		for (size_t i = 0; i < t->count; i++) {
			if (t->items[i].kind == TEMPLATE_CONSTANT)
				check_host(c, &t->items[i].source);
		}
	} else if (t->kind == TEMPLATE_CONSTANT && v->kind == VALUE_LIST) {
		for (size_t i = 0; i < v->list->count; i++)
			check_host(c, &v->list->items[i]);
	} else if (t->kind == TEMPLATE_CONSTANT) {
		check_host(c, v);
	}
}

void check_hosts(struct check *c)
{
	for (uint32_t i = 0; i < c->plan->count; i++) {
		const struct step *s = c->plan->nodes[i].step;

		if (s && s->more && s->more->hosts)
			check_names(c, s->more->hosts);
	}
}
