/*
 * What a step gives: its own fields, the result of its action, its outputs.
 */
#include "check/rule.h"

#include "script/function.h"

static enum type plain_type(uint8_t type)
{
	switch ((enum arg_type)type) {
	case ARG_STRING:
		return TYPE_STRING;
	case ARG_NUMBER:
		return TYPE_NUMBER;
	case ARG_BOOL:
		return TYPE_BOOL;
	case ARG_LIST:
		return TYPE_LIST;
	case ARG_MAP:
		return TYPE_MAP;
	default:
		return TYPE_ANY;
	}
}

/* The file that a `uses` or `call` means; NULL: not known, so it may give anything. */
static const struct book *inner_book(const struct check *c, const struct target *t)
{
	return t->step->action == ACTION_USES || t->step->action == ACTION_CALL
		       ? book_inside(c, t->step, t->node)
		       : NULL;
}

/* ---- choose -----------------------------------------------------------------------------------
 */

/* What the branches of a choice give, together: gathered when first asked for. */
struct members {
	const struct step *step;
	struct names names;
	bool is_open; /* a branch may give anything */
};
struct member {
	enum type type;
	bool is_result; /* and not only declared under `outputs` */
};

static void add_member(
	struct check *c, struct members *m, struct str name, enum type type, bool is_result)
{
	const struct name_slot *slot = names_find(&m->names, name);
	struct member *member = slot ? (struct member *)slot->what : NULL;
	if (!member) {
		member = arena_new(&c->arena, struct member);
		*member = (struct member){type, is_result};
		names_add(&c->arena, &m->names, name, member);
		return;
	}
	/* A type is certain only if all agree. */
	if (member->type != type)
		member->type = TYPE_ANY;
	member->is_result |= is_result;
}

static void gather_branches(struct check *c, struct members *m, const struct target *t);

static void gather_inner(struct check *c, struct members *m, const struct target *t)
{
	const struct book *inner = inner_book(c, t);
	if (!inner) {
		m->is_open = true;
		return;
	}
	const struct record_list *outputs = &inner->runbook->outputs;
	for (size_t i = 0; i < outputs->count; i++)
		add_member(c, m, ((const struct named_guard *)outputs->items[i])->name, TYPE_ANY,
			true);
}

static void gather_prompt(struct check *c, struct members *m, const struct step *s)
{
	for (size_t i = 0; s->prompt && i < s->prompt->inputs.count; i++) {
		const struct input *in = s->prompt->inputs.items[i];
		add_member(c, m, in->name, input_value_type(in), true);
	}
}

static void gather(struct check *c, struct members *m, const struct target *t)
{
	const struct step *s = t->step;
	const struct action_info *info = action_info((enum action_kind)s->action);
	for (size_t i = 0; s->more && i < s->more->outputs.count; i++)
		add_member(c, m, ((const struct named_guard *)s->more->outputs.items[i])->name,
			TYPE_ANY, false);
	for (const struct result_field *f = info ? info->results : NULL; f && f->name; f++)
		add_member(c, m, str_of(f->name), plain_type(f->type), true);
	if (s->action == ACTION_USES || s->action == ACTION_CALL)
		gather_inner(c, m, t);
	else if (s->action == ACTION_PROMPT)
		gather_prompt(c, m, s);
	else if (s->action == ACTION_CHOOSE)
		gather_branches(c, m, t);
}

static void gather_branches(struct check *c, struct members *m, const struct target *t)
{
	const struct step_list *branches = t->step->steps;
	uint32_t node = NODE_NONE;
	if (t->node != NODE_NONE)
		node = plan_child(c->plan, t->node, NODE_NONE);
	for (size_t i = 0; branches && i < branches->count; i++) {
		struct target branch = {.step = branches->items[i], .node = node};
		if (branch.step->action == ACTION_NONE)
			continue; /* no node either */
		if (node != NODE_NONE)
			node = plan_child(c->plan, t->node, node);
		gather(c, m, &branch);
	}
}

static const struct members *members_of(struct check *c, const struct target *t)
{
	struct str key = {(const char *)&t->step, sizeof t->step};
	const struct name_slot *slot = names_find(&c->members, key);
	if (slot)
		return slot->what;
	struct members *m = arena_new(&c->arena, struct members);
	m->step = t->step;
	key.at = (const char *)&m->step; /* lives as long as the table */
	names_add(&c->arena, &c->members, key, m);
	gather_branches(c, m, t);
	return m;
}

static bool find_in_choose(
	struct check *c, const struct target *t, struct str name, bool as_field, enum type *type)
{
	const struct members *m = members_of(c, t);
	const struct name_slot *slot = names_find(&m->names, name);
	const struct member *member = slot ? slot->what : NULL;
	if (!member || (!as_field && !member->is_result))
		return m->is_open;
	*type = m->is_open ? TYPE_ANY : member->type;
	return true;
}

/* ---- results and outputs ----------------------------------------------------------------------
 */

static bool find_own_output(const struct step *s, struct str name)
{
	for (size_t i = 0; s->more && i < s->more->outputs.count; i++) {
		if (str_equal(((const struct named_guard *)s->more->outputs.items[i])->name, name))
			return true;
	}
	return false;
}

static bool find_result_field(const struct step *s, struct str name, enum type *type)
{
	const struct action_info *info = action_info((enum action_kind)s->action);
	for (const struct result_field *f = info ? info->results : NULL; f && f->name; f++) {
		if (!str_is(name, f->name))
			continue;
		*type = plain_type(f->type);
		return true;
	}
	return false;
}

static bool find_prompt(const struct step *s, struct str name, enum type *type)
{
	for (size_t i = 0; s->prompt && i < s->prompt->inputs.count; i++) {
		const struct input *in = s->prompt->inputs.items[i];
		if (!str_equal(in->name, name))
			continue;
		*type = input_value_type(in);
		return true;
	}
	return false;
}

static bool find_inner_output(struct check *c, const struct target *t, struct str name)
{
	const struct book *inner = inner_book(c, t);
	return !inner || names_find(&inner->outputs, name);
}

static bool find(
	struct check *c, const struct target *t, struct str name, bool as_field, enum type *type)
{
	const struct step *s = t->step;
	*type = TYPE_ANY;
	if (as_field && find_own_output(s, name))
		return true;
	if (find_result_field(s, name, type))
		return true;
	if (str_is(name, "host") && s->more && s->more->hosts) {
		*type = TYPE_STRING;
		return true;
	}
	switch (s->action) {
	case ACTION_PROMPT:
		return find_prompt(s, name, type);
	case ACTION_USES:
	case ACTION_CALL:
		return find_inner_output(c, t, name);
	case ACTION_CHOOSE:
		return find_in_choose(c, t, name, as_field, type);
	default:
		return false;
	}
}

bool target_result(struct check *c, const struct target *t, struct str name, enum type *type)
{
	return find(c, t, name, false, type);
}

/* ---- fields of every step ---------------------------------------------------------------------
 */

static const struct {
	const char *name;
	enum type type;
} own_fields[] = {
	{"state", TYPE_STRING},
	{"ok", TYPE_BOOL},
	{"failed", TYPE_BOOL},
	{"skipped", TYPE_BOOL},
	{"reason", TYPE_STRING},
	{"message", TYPE_STRING},
	{"duration", TYPE_NUMBER},
	{"attempts", TYPE_NUMBER},
	{"items", TYPE_LIST},
	{"outputs", TYPE_MAP},
};
#define OWN_FIELDS (sizeof own_fields / sizeof *own_fields)

bool field_find(struct check *c, const struct target *t, struct str name, enum type *type)
{
	for (size_t i = 0; i < OWN_FIELDS; i++) {
		if (!str_is(name, own_fields[i].name))
			continue;
		*type = own_fields[i].type;
		return true;
	}
	return find(c, t, name, true, type);
}

/* ---- candidates -------------------------------------------------------------------------------
 */

/* Of a choice with very many branches these will do. */
#define BRANCHES_NAMED 50

static void add_branches(struct check *c, struct words *w, const struct target *t, bool as_fields)
{
	const struct step_list *branches = t->step->steps;
	for (size_t i = 0; branches && i < branches->count && i < BRANCHES_NAMED; i++) {
		struct target branch = {.step = branches->items[i], .node = NODE_NONE};
		words_add_results(c, w, &branch, as_fields);
	}
}

void words_add_results(struct check *c, struct words *w, const struct target *t, bool as_fields)
{
	const struct step *s = t->step;
	const struct action_info *info = action_info((enum action_kind)s->action);
	const struct book *inner = inner_book(c, t);
	for (size_t i = 0; as_fields && i < OWN_FIELDS; i++)
		words_add(c, w, str_of(own_fields[i].name));
	for (size_t i = 0; as_fields && s->more && i < s->more->outputs.count; i++)
		words_add(c, w, ((const struct named_guard *)s->more->outputs.items[i])->name);
	for (const struct result_field *f = info ? info->results : NULL; f && f->name; f++)
		words_add(c, w, str_of(f->name));
	if (s->more && s->more->hosts)
		words_add(c, w, STR("host"));
	if (s->action == ACTION_PROMPT && s->prompt) {
		for (size_t i = 0; i < s->prompt->inputs.count; i++)
			words_add(c, w, ((const struct input *)s->prompt->inputs.items[i])->name);
	}
	if (inner)
		words_add_names(c, w, &inner->outputs);
	if (s->action == ACTION_CHOOSE)
		add_branches(c, w, t, as_fields);
}
