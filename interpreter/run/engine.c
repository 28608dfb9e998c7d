#include "run/engine.h"

#include "base/duration.h"
#include "run/begin.h"
#include "run/masked.h"

static uint64_t token_of(struct spot s)
{
	return (uint64_t)s.frame->number << 32 | s.node;
}

static struct spot spot_of_token(const struct run *r, uint64_t token)
{
	return (struct spot){r->frames[token >> 32], (uint32_t)token};
}

static void read_clocks(struct engine *e)
{
	e->decider.now_ns = world_now(e->world) - e->started_ns;
	e->decider.wall_ns = world_wall(e->world);
}

/* ---- telling -------------------------------------------------------------------------------- */

static void deliver(struct engine *e, const struct event *event)
{
	for (size_t i = 0; i < e->sink_count; i++)
		e->sinks[i]->event(e->sinks[i], event);
}

/* How a sample comes about is nobody's concern: there are thousands. What it is, is told. */
static bool is_inside_sample(const struct run *r, const struct event *event)
{
	if (event->kind == EVENT_SAMPLE_STARTED)
		return true;
	return event->action.len && plan_is_sample(r->plan, event->node);
}

static void record(struct engine *e, struct event *event)
{
	struct run *r = e->decider.run;
	struct event masked;

	event->seq = r->seq + 1;
	event->run = r->id;
	/* State needs the values themselves; nobody else gets to see a secret. */
	state_apply(r, event);
	if (is_inside_sample(r, event))
		return;
	event_mask(e->masker, e->scratch, event, &masked);
	deliver(e, &masked);
}

static void tell_output(struct engine *e, struct spot s, struct str stream, struct str text)
{
	struct event event, masked;

	spot_event(&e->decider, s, EVENT_STEP_OUTPUT, &event);
	if (is_inside_sample(e->decider.run, &event))
		return;
	event.seq = e->decider.run->seq;
	event.run = e->decider.run->id;
	event.stream = stream;
	event.text = text;
	/* The real world masks streams as they pass, also across two chunks; a scripted one does
	 * not. */
	event_mask(e->masker, e->scratch, &event, &masked);
	deliver(e, &masked);
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void start(struct engine *e, struct decision *d)
{
	record(e, &d->event);
	world_start(e->world, token_of(d->spot), &d->request);
}

static void cancel(struct engine *e, struct decision *d)
{
	const struct node *n = &e->decider.run->plan->nodes[d->spot.node];
	const struct step_state *st = spot_state(d->spot);
	bool is_out = st->phase == PHASE_ASKING ||
		      (st->phase == PHASE_RUNNING && action_asks_world(n->action));

	record(e, &d->event);
	if (is_out)
		world_cancel(e->world, token_of(d->spot));
}

static void note_recorded(struct engine *e, struct decision *d)
{
	record(e, &d->event);
	if (d->event.kind == EVENT_STEP_STARTED && d->event.text.len)
		tell_output(e, d->spot, STR("say"), d->event.text);
}

static int64_t tick_sinks(struct engine *e)
{
	int64_t next = NS_NEVER;

	for (size_t i = 0; i < e->sink_count; i++) {
		int64_t wish = NS_NEVER;

		if (e->sinks[i]->tick)
			wish = e->sinks[i]->tick(e->sinks[i], e->decider.now_ns);
		if (wish < next)
			next = wish;
	}
	return next;
}

static void tell_signal(struct engine *e, int number)
{
	struct event event = {.kind = EVENT_SIGNAL,
		.time_ns = e->decider.now_ns,
		.wall_ns = e->decider.wall_ns,
		.signal = number};

	record(e, &event);
}

static void handle(struct engine *e, const struct happening *h)
{
	struct event event;

	switch (h->kind) {
	case HAPPENED_FINISHED:
		answer_event(
			&e->decider, spot_of_token(e->decider.run, h->token), &h->answer, &event);
		record(e, &event);
		break;
	case HAPPENED_OUTPUT:
		tell_output(e, spot_of_token(e->decider.run, h->token),
			h->stream == 2 ? STR("stderr") : STR("stdout"), h->text);
		break;
	case HAPPENED_SIGNAL:
		tell_signal(e, h->signal);
		break;
	case HAPPENED_RESIZE:
		for (size_t i = 0; i < e->sink_count; i++) {
			if (e->sinks[i]->resize)
				e->sinks[i]->resize(e->sinks[i]);
		}
		break;
	case HAPPENED_TIME:
		break;
	}
}

static void wait_for_something(struct engine *e, int64_t until_ns)
{
	struct happening h = {0};
	int64_t draw_ns = tick_sinks(e);

	if (draw_ns < until_ns)
		until_ns = draw_ns;
	if (until_ns != NS_NEVER)
		until_ns += e->started_ns;
	world_wait(e->world, until_ns, e->scratch, &h);
	read_clocks(e);
	handle(e, &h);
}

static void begin(struct engine *e, const struct value *inputs, const struct value *vars)
{
	const struct run *r = e->decider.run;
	struct event event = {.kind = EVENT_RUN_STARTED,
		.wall_ns = e->decider.wall_ns,
		.inputs = *inputs,
		.vars = *vars,
		.runbook = r->plan->book->name,
		.title = r->plan->book->title,
		.file = str_of(r->plan->book->file->path)};

	record(e, &event);
}

int engine_run(struct engine *e, const struct value *inputs)
{
	struct decision d;
	struct unit_state values = {.inputs = *inputs};
	int exit_code = 1;

	e->decider.scratch = e->scratch;
	e->started_ns = world_now(e->world);
	read_clocks(e);
	/* They were filled in once already, to refuse what cannot be: it does not fail here. */
	fill_vars(&e->decider, e->decider.run->plan->units[0], &values);
	begin(e, inputs, &values.vars);
	for (;;) {
		arena_reset(e->scratch);
		decide(&e->decider, &d);
		switch (d.kind) {
		case DECIDE_RECORD:
			if (d.event.kind == EVENT_RUN_FINISHED)
				exit_code = (int)d.event.exit;
			note_recorded(e, &d);
			break;
		case DECIDE_START:
			start(e, &d);
			break;
		case DECIDE_CANCEL:
			cancel(e, &d);
			break;
		case DECIDE_WAIT:
			wait_for_something(e, d.until_ns);
			break;
		case DECIDE_DONE:
			return exit_code;
		}
		if (d.kind != DECIDE_WAIT)
			read_clocks(e);
	}
}
