#include "plan/visit.h"

struct template_visit {
	struct guard_visitor *visitor;
	const struct step *step;
	enum guard_place place;
};

static void visit_code(void *context, const struct guard *code)
{
	struct template_visit *t = context;

	if (code->expr)
		t->visitor->visit(t->visitor, t->step, t->place, code);
}

void visit_template(struct guard_visitor *v, const struct step *s, enum guard_place place,
	const struct template *t)
{
	struct template_visit context = {v, s, place};

	if (t && t->kind != TEMPLATE_CONSTANT)
		template_visit(t, visit_code, &context);
}

static void visit_guard(struct guard_visitor *v, const struct step *s, enum guard_place place,
	const struct guard *g)
{
	if (g && g->expr)
		v->visit(v, s, place, g);
}

static void visit_guards(struct guard_visitor *v, const struct step *s, enum guard_place place,
	const struct guard_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		visit_guard(v, s, place, &list->items[i]);
}

static void visit_values(
	struct guard_visitor *v, const struct step *s, const struct record_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		visit_template(v, s, PLACE_ARGUMENT, ((struct named_value *)list->items[i])->value);
}

static void visit_texts(
	struct guard_visitor *v, const struct step *s, const struct template_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		visit_template(v, s, PLACE_ARGUMENT, list->items[i]);
}

static void visit_run(struct guard_visitor *v, const struct step *s)
{
	const struct run_args *run = s->run;

	visit_texts(v, s, &run->argv);
	if (!run->script)
		return;
	for (size_t i = 0; i < run->script->count; i++)
		visit_guard(v, s, PLACE_ARGUMENT, &run->script->values[i].code);
	if (run->script->has_raw)
		visit_template(v, s, PLACE_ARGUMENT, run->script->raw);
}

static void visit_http(struct guard_visitor *v, const struct step *s)
{
	const struct http_args *h = s->http;
	const struct template *const texts[] = {h->url, h->method, h->body, h->file, h->headers,
		h->query, h->json, h->form, h->basic_user, h->basic_password, h->bearer};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		visit_template(v, s, PLACE_ARGUMENT, texts[i]);
	if (h->tls) {
		visit_template(v, s, PLACE_ARGUMENT, h->tls->ca);
		visit_template(v, s, PLACE_ARGUMENT, h->tls->cert);
		visit_template(v, s, PLACE_ARGUMENT, h->tls->key);
	}
}

static void visit_action(struct guard_visitor *v, const struct step *s)
{
	switch (s->action) {
	case ACTION_RUN:
		visit_run(v, s);
		break;
	case ACTION_HTTP:
		visit_http(v, s);
		break;
	case ACTION_ASSERT:
		visit_guards(v, s, PLACE_REQUIRE, s->assertions);
		break;
	case ACTION_CONFIRM:
		visit_template(v, s, PLACE_ARGUMENT, s->confirm->message);
		visit_texts(v, s, &s->confirm->approvers);
		break;
	case ACTION_CHECKLIST:
		for (size_t i = 0; i < s->checklist->items.count; i++) {
			const struct checklist_item *item = s->checklist->items.items[i];

			visit_template(v, s, PLACE_ARGUMENT, item->text);
		}
		break;
	case ACTION_WAIT:
		visit_template(v, s, PLACE_ARGUMENT, s->wait->duration);
		visit_guard(v, s, PLACE_UNTIL, s->wait->until);
		break;
	case ACTION_SAY:
		visit_template(v, s, PLACE_ARGUMENT, s->say);
		break;
	case ACTION_USES:
	case ACTION_CALL:
		visit_template(v, s, PLACE_ARGUMENT, s->with);
		break;
	default:
		break;
	}
}

static void visit_more(struct guard_visitor *v, const struct step *s, const struct step_more *m)
{
	visit_template(v, s, PLACE_FOR_EACH, m->for_each);
	visit_template(v, s, PLACE_FOR_EACH, m->hosts);
	visit_template(v, s, PLACE_ARGUMENT, m->cwd);
	visit_values(v, s, &m->env);
	for (size_t i = 0; i < m->require.count; i++) {
		const struct require *r = m->require.items[i];

		visit_guard(v, s, PLACE_REQUIRE, r->that);
		visit_template(v, s, PLACE_REQUIRE, r->message);
	}
	visit_guards(v, s, PLACE_RESULT, &m->expect);
	for (size_t i = 0; i < m->outputs.count; i++)
		visit_guard(
			v, s, PLACE_RESULT, &((struct named_guard *)m->outputs.items[i])->guard);
	if (m->retry)
		visit_guard(v, s, PLACE_RESULT, m->retry->only_if);
	for (size_t i = 0; i < m->hints.count; i++) {
		const struct hint *h = m->hints.items[i];

		visit_guard(v, s, PLACE_HINT, h->only_if);
		visit_template(v, s, PLACE_HINT, h->say);
	}
}

void visit_step(struct guard_visitor *v, const struct step *s)
{
	visit_guard(v, s, PLACE_IF, s->only_if);
	visit_template(v, s, PLACE_ARGUMENT, s->name);
	visit_action(v, s);
	if (s->more)
		visit_more(v, s, s->more);
}

/* Depth is bounded by the parser (EXPR_MAX_DEPTH). */
void visit_expr(
	const struct expr *e, void (*visit)(void *context, const struct expr *e), void *context)
{
	const struct expr *child;

	visit(context, e);
	for (size_t i = 0; (child = expr_child(e, i)) != NULL; i++)
		visit_expr(child, visit, context);
}
