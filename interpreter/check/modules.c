/*
 * What `with` gives to a module or another runbook, against what that declares.
 */
#include "check/rule.h"

#include "model/inputs.h"

struct arguments {
	const struct reader *reader;
	const struct book *inner;
	struct str name; /* as the step calls it */
};

static void tell_undeclared(struct check *c, const struct arguments *a, const struct entry *e)
{
	struct words w = {0};
	struct diagnostic *told = diagnose(c->d, RB116, entry_key_span(e),
		"`%.*s` has no input `%.*s`", STR_ARGS(a->name), STR_ARGS(entry_key(e)));
	words_add_names(c, &w, &a->inner->inputs);
	if (!words_nearest(c, told, entry_key(e), &w) && !a->inner->inputs.count)
		diagnostic_hint(c->d, told, "it takes none");
}

static void tell_unfit(struct check *c, const struct arguments *a, const struct input *in,
	struct span span, const char *why)
{
	struct diagnostic *told = diagnose(c->d, RB116, span, "input `%.*s` of `%.*s`: %s",
		STR_ARGS(in->name), STR_ARGS(a->name), why);
	diagnostic_label(c->d, told, in->span, "declared here");
}

/* Lists and text are told apart for certain, numbers from each other are not. */
static void check_type(struct check *c, const struct arguments *a, const struct input *in,
	enum type type, const struct value *source)
{
	enum type wanted = input_value_type(in);
	if (type == TYPE_ANY || type == TYPE_NIL || wanted == TYPE_ANY || type == wanted)
		return;
	tell_unfit(c, a, in, value_span(source),
		arena_printf(
			c->d->arena, "expected %s, got %s", type_name(wanted), type_name(type)));
}

static void check_constant(
	struct check *c, const struct arguments *a, const struct input *in, const struct value *v)
{
	struct value checked;
	const char *why;
	if (v->kind != VALUE_NIL && !input_check(c->d->arena, in, v, &checked, &why))
		tell_unfit(c, a, in, value_span(v), why);
}

static void check_value(struct check *c, const struct arguments *a, const struct input *in,
	const struct template *t)
{
	struct code code = {.reader = a->reader, .place = PLACE_ARGUMENT};
	switch (t->kind) {
	case TEMPLATE_CONSTANT:
		check_constant(c, a, in, &t->source);
		break;
	case TEMPLATE_SINGLE:
		code.guard = &t->pieces[0].code;
		if (code.guard->expr)
			check_type(c, a, in, code_type(c, &code), &t->source);
		break;
	case TEMPLATE_TEXT:
		check_type(c, a, in, TYPE_STRING, &t->source);
		break;
	case TEMPLATE_LIST:
		check_type(c, a, in, TYPE_LIST, &t->source);
		break;
	case TEMPLATE_MAP:
		check_type(c, a, in, TYPE_MAP, &t->source);
		break;
	}
}

static void check_given(struct check *c, const struct arguments *a, const struct template *with)
{
	const struct map *given = with->source.map;
	for (size_t i = 0; i < given->count; i++) {
		const struct entry *e = &given->entries[i];
		const struct name_slot *slot = names_find(&a->inner->inputs, entry_key(e));
		if (!slot)
			tell_undeclared(c, a, e);
		else if (with->kind == TEMPLATE_MAP)
			check_value(c, a, slot->what, &with->items[i]);
		else
			check_constant(c, a, slot->what, &e->value);
	}
}

static void check_required(
	struct check *c, const struct arguments *a, const struct map *given, struct span span)
{
	const struct record_list *inputs = &a->inner->runbook->inputs;
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *in = inputs->items[i];
		const struct entry *e = given ? map_find(given, in->name) : NULL;
		if (in->required <= 0 || (e && e->value.kind != VALUE_NIL))
			continue;
		struct diagnostic *told = diagnose(c->d, RB116, span,
			"`%.*s` requires input `%.*s`", STR_ARGS(a->name), STR_ARGS(in->name));
		diagnostic_label(c->d, told, in->span, "declared here");
		diagnostic_hint(c->d, told, "give it: `with: { %.*s: … }`", STR_ARGS(in->name));
	}
}

static void check_arguments(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	if (s->action != ACTION_USES && s->action != ACTION_CALL)
		return;
	struct arguments a = {r, book_inside(c, s, r->node), s->uses->name};
	if (!a.inner)
		return;
	/* One interpolation for all of it: known at run time. */
	if (s->with && s->with->source.kind != VALUE_MAP)
		return;
	if (s->with)
		check_given(c, &a, s->with);
	check_required(c, &a, s->with ? s->with->source.map : NULL, s->uses->span);
}

const struct rule rule_inputs = {.id = RB116, .step = check_arguments};
