/* What an event about a step says of it, and what of its action's answer. */
#include "run/action.h"
#include "run/decide.h"
#include "run/hosts.h"
#include "run/scope.h"

static struct str step_title(struct decider *d, struct spot s)
{
	const struct step *step = d->run->plan->nodes[s.node].step;
	struct step_scope scope;
	struct eval ev;
	struct value text;

	if (!step || !step->name)
		return (struct str){0};
	scope_enter(d, s, false, &scope, &ev);
	/* Of a for_each as a whole the item is not known: its id says what it is. */
	return template_render_text(&ev, step->name, &text) ? value_string(&text) : (struct str){0};
}

void spot_event(struct decider *d, struct spot s, enum event_kind kind, struct event *out)
{
	const struct node *n = &d->run->plan->nodes[s.node];

	*out = (struct event){.kind = kind,
		.frame = s.frame->number,
		.node = s.node,
		.step = plan_name(d->run->plan, s.node, d->scratch),
		.item = s.frame->name,
		.time_ns = d->now_ns,
		.wall_ns = d->wall_ns};
	if (!n->step)
		return;
	out->action = str_of(action_info(n->action)->name);
	out->host = spot_host(d->run, s);
	if (kind == EVENT_STEP_STARTED || kind == EVENT_STEP_FINISHED ||
		kind == EVENT_STEP_EXPANDED)
		out->title = step_title(d, s);
}

/* Who judges by a part has to know that it is one. */
static struct str answer_note(struct decider *d, struct spot s, const struct answer *a)
{
	static const char *const streams[] = {"stdout", "stderr"};

	if (a->note || !d->run->plan->nodes[s.node].reads_output || a->result.kind != VALUE_MAP)
		return str_of(a->note ? a->note : "");
	for (int i = 0; i < 2; i++) {
		const struct value *v = map_get(a->result.map, streams[i]);

		if (v && v->kind == VALUE_STRING && v->flags & VALUE_TRUNCATED)
			return str_of(arena_printf(d->scratch,
				"guards see only the last %u bytes of its %s; the log has all",
				v->len, streams[i]));
	}
	return STR("");
}

/* Of a program that outlived the interpreter some of what it printed is lost, and nobody knows
 * what: a guard that reads the rest would judge by it. */
static struct value answer_result(struct decider *d, const struct answer *a)
{
	static const char *const streams[] = {"stdout", "stderr"};
	struct value result;

	if (!a->is_partial || a->result.kind != VALUE_MAP)
		return a->result;
	result = value_deep_copy(d->scratch, &a->result);
	for (int i = 0; i < 2; i++) {
		const struct value *v = map_get(result.map, streams[i]);

		if (v && v->kind == VALUE_STRING)
			map_set(d->scratch, result.map, str_of(streams[i]),
				value_unknown(LOST_OUTPUT));
	}
	return result;
}

void answer_event(struct decider *d, struct spot s, const struct answer *a, struct event *out)
{
	const struct step_state *st = spot_state(s);

	if (st->phase == PHASE_ASKING) {
		const struct value *answer =
			a->result.kind == VALUE_MAP ? map_get(a->result.map, "answer") : NULL;

		spot_event(d, s, EVENT_STEP_ANSWERED, out);
		if (answer && answer->kind == VALUE_STRING)
			out->text = value_string(answer);
		else
			out->reason = a->reason;
		return;
	}
	spot_event(d, s, EVENT_ATTEMPT_FINISHED, out);
	out->attempt = st->attempts;
	out->reason = a->reason;
	out->message = str_of(a->message ? a->message : "");
	out->result = answer_result(d, a);
	out->was_sent = a->was_sent;
	out->note = answer_note(d, s, a);
	out->log = str_of(a->log_path ? a->log_path : "");
	for (int i = 0; a->log_path && i < 2; i++) {
		out->log_from[i] = a->log_start[i];
		out->log_to[i] = a->log_end[i];
	}
	out->duration_ns = d->now_ns - st->attempt_ns;
}
