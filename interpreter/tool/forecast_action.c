/*
 * An action with its values filled in, and a step that is tried out.
 */
#include "base/json.h"
#include "run/action.h"
#include "tool/describe.h"
#include "tool/forecast.h"

static void put(struct strbuf *b, struct eval *ev, const struct template *t)
{
	struct value v;

	if (!t)
		return;
	template_render_partial(ev, t, &v);
	value_print(b, &v);
}

static void put_run(struct forecast *f, struct strbuf *b, struct eval *ev, const struct node *n)
{
	const struct run_args *run = n->step->run;
	struct diagnostics unheard;

	for (size_t i = 0; i < run->argv.count; i++) {
		struct strbuf word = {0};

		put(&word, ev, run->argv.items[i]);
		strbuf_puts(b, i ? " " : "");
		shell_quote(b, strbuf_str(&word));
		strbuf_release(&word);
	}
	if (run->argv.count || run->script_value.kind != VALUE_STRING)
		return;
	/* As a person would read it; the shell is given its values in another way. */
	diagnostics_init(&unheard, f->arena);
	put(b, ev,
		template_parse(f->arena, n->unit->book->file, &run->script_value, true, &unheard));
}

static void put_http(struct strbuf *b, struct eval *ev, const struct http_args *h)
{
	const struct {
		const char *name;
		const struct template *value;
	} parts[] = {{"query", h->query}, {"headers", h->headers}, {"json", h->json},
		{"form", h->form}, {"body", h->body}, {"file", h->file}};
	struct str method = http_method(h);

	if (method.at)
		strbuf_put(b, method);
	else
		put(b, ev, h->method);
	strbuf_putc(b, ' ');
	put(b, ev, h->url);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].value)
			continue;
		strbuf_printf(b, "\n%s: ", parts[i].name);
		put(b, ev, parts[i].value);
	}
}

static void put_guards(struct strbuf *b, const struct guard_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		strbuf_printf(b, "%s%.*s", i ? "\n" : "", STR_ARGS(list->items[i].text));
}

static void put_wait(struct strbuf *b, struct eval *ev, const struct wait_args *w)
{
	if (w->until)
		strbuf_printf(b, "until %.*s", STR_ARGS(w->until->text));
	else
		put(b, ev, w->duration);
}

struct str forecast_action(struct forecast *f, uint32_t node)
{
	const struct node *n = &f->plan->nodes[node];
	const struct step *s = n->step;
	struct forecast_scope scope;
	struct strbuf b = {0};
	struct eval ev;
	struct str text;

	forecast_enter(f, n->unit, &scope, &ev);
	if (s->action == ACTION_RUN)
		put_run(f, &b, &ev, n);
	else if (s->action == ACTION_HTTP)
		put_http(&b, &ev, s->http);
	else if (s->action == ACTION_ASSERT)
		put_guards(&b, s->assertions);
	else if (s->action == ACTION_CONFIRM)
		put(&b, &ev, s->confirm->message);
	else if (s->action == ACTION_SAY)
		put(&b, &ev, s->say);
	else if (s->action == ACTION_WAIT)
		put_wait(&b, &ev, s->wait);
	else if (s->action == ACTION_MONITOR)
		put(&b, &ev, s->monitor->duration);
	else
		describe_action(&b, s);
	text = str_trim(strbuf_take(&b, f->arena));
	strbuf_release(&b);
	return text;
}

/* ---- trying out ----------------------------------------------------------------------------- */

/* Only what changes nothing and asks nobody; of loops and retries one look is taken. */
static bool is_harmless(const struct forecast *f, uint32_t node)
{
	const struct node *n = &f->plan->nodes[node];

	if (step_items(n->step))
		return false;
	return (n->action == ACTION_RUN || n->action == ACTION_HTTP) &&
	       (n->effect == EFFECT_NONE || n->effect == EFFECT_READS) && n->step->interactive != 1;
}

static void await(struct forecast *f, const struct node *n, struct happening *h)
{
	int64_t timeout = attempt_timeout(n);
	int64_t until = timeout == INT64_MIN ? NS_NEVER : world_now(f->world) + timeout;
	bool was_cancelled = false;

	do {
		world_wait(f->world, until, f->arena, h);
		if ((h->kind == HAPPENED_TIME || h->kind == HAPPENED_SIGNAL) && !was_cancelled) {
			world_cancel(f->world, 1);
			was_cancelled = true;
			until = NS_NEVER;
		}
	} while (h->kind != HAPPENED_FINISHED);
	if (was_cancelled)
		h->answer.reason = "timeout";
}

/* `json` and `lines` are read from what was printed when a guard asks for them. */
static void add_views(struct forecast *f, struct value *result)
{
	const struct value *out = map_get(result->map, "stdout");
	struct value lines = value_list(f->arena), json;
	struct json_error error;
	struct str rest;

	if (!out || out->kind != VALUE_STRING)
		return;
	rest = value_string(out);
	if (json_decode(f->arena, rest, &json, &error))
		map_set(f->arena, result->map, STR("json"), json);
	while (rest.len) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.at) : rest.len;

		list_add(f->arena, lines.list, value_str((struct str){rest.at, len}));
		len += end != NULL;
		rest = (struct str){rest.at + len, rest.len - len};
	}
	map_set(f->arena, result->map, STR("lines"), lines);
}

static void add_body(struct forecast *f, struct value *result)
{
	const struct value *body = map_get(result->map, "body");
	struct json_error error;
	struct value json;

	if (body && body->kind == VALUE_STRING &&
		json_decode(f->arena, value_string(body), &json, &error))
		map_set(f->arena, result->map, STR("json"), json);
}

/* The result, and the outputs that can be computed from it, as `steps.<id>`. */
static const char *settle(struct forecast *f, const struct node *n, struct value result)
{
	const struct step_more *m = n->step->more;
	struct forecast_scope scope;
	const char *why = NULL;
	struct eval ev;

	forecast_enter(f, n->unit, &scope, &ev);
	scope.result = &result;
	for (size_t i = 0; m && i < m->expect.count; i++) {
		if (guard_test(&ev, &m->expect.items[i], &why) != VERDICT_TRUE)
			return arena_printf(f->arena, "`%.*s` does not hold",
				STR_ARGS(m->expect.items[i].text));
	}
	for (size_t i = 0; m && i < m->outputs.count; i++) {
		const struct named_guard *g = m->outputs.items[i];
		struct value v;

		if (!g->guard.expr || !eval_expr(&ev, g->guard.expr, &v))
			v = value_unknown("it could not be computed");
		map_set(f->arena, result.map, g->name, v);
	}
	map_set(f->arena, result.map, STR("state"), value_str(STR("ok")));
	map_set(f->arena, result.map, STR("ok"), value_bool(true));
	map_set(f->arena, result.map, STR("failed"), value_bool(false));
	map_set(f->arena, result.map, STR("skipped"), value_bool(false));
	if (n->step->id.len)
		map_set(f->arena, f->results[n->unit->number].map, n->step->id, result);
	return "ok";
}

const char *forecast_probe(struct forecast *f, uint32_t node)
{
	const struct node *n = &f->plan->nodes[node];
	const struct action *action = f->decider->actions[n->action];
	struct forecast_scope scope;
	struct eval ev;
	struct event event = {.kind = EVENT_STEP_STARTED};
	struct preparation p = {.decider = f->decider,
		.spot = {f->decider->run->root, node},
		.node = n,
		.step = n->step,
		.ev = &ev,
		.event = &event};
	struct request request = {.attempt = 1};
	struct happening h;
	const char *message = NULL, *reason;

	if (!is_harmless(f, node))
		return NULL;
	forecast_enter(f, n->unit, &scope, &ev);
	/* A value that is not known yet: it stays a plan. */
	if (!action->prepare(&p, &request))
		return NULL;
	request.step = plan_name(f->plan, node, f->arena).at;
	world_start(f->world, 1, &request);
	await(f, n, &h);
	if (h.answer.reason)
		return h.answer.message ? h.answer.message : h.answer.reason;
	if (h.answer.result.kind != VALUE_MAP)
		return "no result";
	reason = action->judge ? action->judge(&p, &h.answer.result, &message) : NULL;
	if (reason)
		return message ? message : reason;
	if (n->action == ACTION_RUN)
		add_views(f, &h.answer.result);
	else
		add_body(f, &h.answer.result);
	return settle(f, n, h.answer.result);
}
