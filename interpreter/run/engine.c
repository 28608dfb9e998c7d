#include "run/engine.h"

#include "base/duration.h"
#include "run/approval.h"
#include "base/json.h"
#include "run/begin.h"
#include "run/hosts.h"
#include "run/masked.h"
#include "run/person.h"
#include "run/undo.h"

/* Of each stream of a program that is taken up again: whatever reads it may. */
#define ADOPTED_KEEP ((size_t)1 << 20)

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

/* ---- the record ------------------------------------------------------------------------------ */

/* What is kept in memory until then is bounded. */
#define MAX_UNWRITTEN 512

static bool has_effect(const struct run *r, uint32_t node)
{
	const struct node *n = &r->plan->nodes[node];

	return n->step && n->effect == EFFECT_WRITES && action_asks_world(n->action) &&
	       !plan_is_sample(r->plan, node);
}

static bool put_down(struct engine *e, bool durable)
{
	if (!e->journal || e->record_error)
		return !e->record_error;
	if (!e->unwritten && !durable)
		return true;
	if (!e->journal->commit(e->journal, durable))
		e->record_error = e->journal->error(e->journal);
	e->unwritten = 0;
	e->is_durable_due &= !durable;
	return !e->record_error;
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

/* The end of a run is told when it is on record, and only then. */
static void journalize(struct engine *e, const struct event *masked)
{
	if (!e->journal || e->record_error)
		return;
	e->journal->event(e->journal, masked);
	e->unwritten++;
	if (masked->kind == EVENT_RUN_FINISHED)
		put_down(e, true);
	else if (e->unwritten >= MAX_UNWRITTEN)
		put_down(e, false);
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
	e->is_durable_due |= event->kind == EVENT_ATTEMPT_FINISHED && has_effect(r, event->node);
	journalize(e, &masked);
	if (event->kind != EVENT_RUN_FINISHED || !e->record_error)
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

/* Whether another script for a shell stands soon behind this one: only then it pays to begin a
 * shell for it. */
#define LOOK_AHEAD 16

static bool shell_follows(const struct plan *p, uint32_t node)
{
	for (uint32_t i = node + 1; i < p->count && i <= node + LOOK_AHEAD; i++) {
		const struct node *n = &p->nodes[i];

		if (n->step && n->role == ROLE_STEP && n->action == ACTION_RUN &&
			n->step->run->script && plan_host_step(p, i) == NODE_NONE)
			return true;
	}
	return false;
}

/* Its environment is what every child gets: a value, let alone a secret, comes with the script. */
static void prepare_next(struct engine *e, const struct held_start *last)
{
	struct request hint = last->request;

	if (!e->starts_ahead || !e->journal || hint.kind != REQUEST_PROCESS ||
		!hint.process.child || !hint.process.script || hint.process.remote ||
		!shell_follows(e->decider.run->plan, last->spot.node))
		return;
	hint.process.env = e->decider.base_env;
	world_prepare(e->world, &hint);
}

/* The starts that wait: when they are on record, the world is asked. A step without effects waits
 * for nothing but its turn. */
static void release(struct engine *e)
{
	bool is_effect = false;
	const char *why = NULL;

	for (size_t i = 0; i < e->held_count; i++)
		is_effect |= has_effect(e->decider.run, e->held[i].spot.node);
	if (!e->held_count)
		return;
	if (e->journal && is_effect && e->journal->fenced && !e->record_error)
		why = e->journal->fenced(e->journal);
	if (why)
		e->record_error = why;
	if (!put_down(e, is_effect))
		return;
	for (size_t i = 0; i < e->held_count; i++) {
		world_start(e->world, token_of(e->held[i].spot), &e->held[i].request);
		e->out++;
	}
	prepare_next(e, &e->held[e->held_count - 1]);
	e->held_count = 0;
}

static void start(struct engine *e, struct decision *d)
{
	if (e->journal && d->request.kind == REQUEST_PROCESS &&
		!plan_is_sample(e->decider.run->plan, d->spot.node))
		d->event.child = d->request.process.child = ++e->children;
	record(e, &d->event);
	if (e->held_count == ENGINE_MAX_HELD)
		release(e);
	if (e->held_count < ENGINE_MAX_HELD)
		e->held[e->held_count++] = (struct held_start){d->spot, d->request};
}

static void cancel(struct engine *e, struct decision *d)
{
	const struct node *n = &e->decider.run->plan->nodes[d->spot.node];
	const struct step_state *st = spot_state(d->spot);
	bool is_out = st->phase == PHASE_ASKING ||
		      (st->phase == PHASE_RUNNING && action_asks_world(n->action));

	release(e); /* what is taken back must have begun */
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

/* To a question that waits for somebody who is not there. One that was settled meanwhile is not. */
static void take_answer(struct engine *e, struct str line)
{
	struct run *r = e->decider.run;
	struct answer answer = {0};
	struct person_answer p;
	struct json_error error;
	struct event event;
	struct value v;
	struct str step;

	if (!json_decode(e->scratch, line, &v, &error) || !person_from_json(&v, &step, &p))
		return;
	for (uint32_t i = 0; i < r->live_count; i++) {
		struct spot s = r->live[i];

		if (spot_state(s)->phase != PHASE_PARKED || spot_is_stopping(r, s) ||
			r->plan->nodes[s.node].action != ACTION_CONFIRM ||
			!str_equal(undo_name(r, s, e->scratch), step) ||
			!approval_may_answer(&e->decider, s, p.by))
			continue;
		answer.result = person_result(e->scratch, &p, e->decider.wall_ns);
		if (!p.is_yes) {
			answer.reason = "rejected";
			answer.message = person_refusal(e->scratch, &p);
		}
		answer_event(&e->decider, s, &answer, &event);
		record(e, &event);
		return;
	}
}

static void handle(struct engine *e, const struct happening *h)
{
	struct event event;

	switch (h->kind) {
	case HAPPENED_FINISHED:
		e->out--;
		answer_event(
			&e->decider, spot_of_token(e->decider.run, h->token), &h->answer, &event);
		record(e, &event);
		break;
	case HAPPENED_OUTPUT:
		tell_output(e, spot_of_token(e->decider.run, h->token),
			h->stream == 2	 ? STR("stderr")
			: h->stream == 1 ? STR("stdout")
					 : STR("say"),
			h->text);
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
	case HAPPENED_ANSWER:
		take_answer(e, h->text);
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
	if (!put_down(e, e->is_durable_due))
		return;
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

/* ---- when nothing can be recorded -------------------------------------------------------------
 */

/* What runs ends as it was declared to; nothing new begins, and nothing is called done. */
static int leave_unrecorded(struct engine *e)
{
	struct event event = {.kind = EVENT_RUN_FINISHED,
		.status = RUN_REFUSED,
		.exit = 7,
		.reason = "record",
		.message = str_of(e->record_error)};
	struct happening h;

	while (e->out) {
		arena_reset(e->scratch);
		world_wait(e->world, NS_NEVER, e->scratch, &h);
		read_clocks(e);
		e->out -= h.kind == HAPPENED_FINISHED;
		if (h.kind == HAPPENED_SIGNAL) {
			for (uint32_t i = 0; i < e->decider.run->live_count; i++)
				world_cancel(e->world, token_of(e->decider.run->live[i]));
		}
	}
	event.run = e->decider.run->id;
	event.seq = e->decider.run->seq + 1;
	event.time_ns = event.duration_ns = e->decider.now_ns;
	event.wall_ns = e->decider.wall_ns;
	deliver(e, &event);
	return 7;
}

static void take_step(struct engine *e, struct decision *d, int *exit_code)
{
	switch (d->kind) {
	case DECIDE_RECORD:
		if (d->event.kind == EVENT_RUN_FINISHED)
			*exit_code = (int)d->event.exit;
		note_recorded(e, d);
		break;
	case DECIDE_START:
		start(e, d);
		break;
	case DECIDE_CANCEL:
		cancel(e, d);
		break;
	case DECIDE_WAIT:
		release(e);
		if (!e->record_error)
			wait_for_something(e, d->until_ns);
		break;
	case DECIDE_DONE:
		break;
	}
}

static int loop(struct engine *e)
{
	struct decision d = {0};
	int exit_code = 1;

	while (d.kind != DECIDE_DONE) {
		/* The requests that wait for the record lie there. */
		if (!e->held_count)
			arena_reset(e->scratch);
		decide(&e->decider, &d);
		take_step(e, &d, &exit_code);
		if (e->record_error)
			return leave_unrecorded(e);
		if (d.kind != DECIDE_WAIT)
			read_clocks(e);
	}
	return exit_code;
}

int engine_run(struct engine *e, const struct value *inputs)
{
	struct unit_state values = {.inputs = *inputs};

	e->decider.scratch = e->scratch;
	e->started_ns = world_now(e->world);
	read_clocks(e);
	/* They were filled in once already, to refuse what cannot be: it does not fail here. */
	fill_vars(&e->decider, e->decider.run->plan->units[0], &values);
	begin(e, inputs, &values.vars);
	return loop(e);
}

/* ---- going on with one that stopped ------------------------------------------------------------
 */

/* A program that was running may still run, or have left word of its end; of a request nobody knows
 * how it ended, and a question is asked anew. */
static void take_up(struct engine *e, struct spot s)
{
	const struct node *n = &e->decider.run->plan->nodes[s.node];
	struct step_state *st = spot_state(s);
	struct answer answer = {.reason = "lost", .was_sent = true};
	struct request request = {.kind = REQUEST_PROCESS, .attempt = st->attempts};
	struct str name;
	struct event event;

	if (n->action != ACTION_RUN || !st->child) {
		answer.message = "the run stopped while it was under way";
		answer_event(&e->decider, s, &answer, &event);
		record(e, &event);
		return;
	}
	name = plan_name(e->decider.run->plan, s.node, e->scratch);
	request.step = arena_copy(e->scratch, name.at, name.len);
	if (s.frame->name.len)
		request.item = arena_copy(e->scratch, s.frame->name.at, s.frame->name.len);
	request.process.remote = spot_remote(&e->decider, s);
	request.process.child = st->child;
	request.process.is_adopted = true;
	request.process.keep = ADOPTED_KEEP;
	world_start(e->world, token_of(s), &request);
	e->out++;
	if (st->is_cancelling)
		world_cancel(e->world, token_of(s));
}

int engine_resume(struct engine *e, const char *how, struct str by)
{
	struct run *r = e->decider.run;
	struct event event = {.kind = EVENT_RUN_RESUMED, .phase = how, .by = by};
	struct spot *running;
	uint32_t count = 0;

	e->decider.scratch = e->scratch;
	/* The run's clock stood still while nobody was there. */
	e->started_ns = world_now(e->world) - r->now_ns;
	read_clocks(e);
	event.time_ns = e->decider.now_ns;
	event.wall_ns = e->decider.wall_ns;
	running = heap_array(NULL, (size_t)r->live_count + 1, sizeof(*running));
	for (uint32_t i = 0; i < r->live_count; i++) {
		if (spot_state(r->live[i])->phase == PHASE_RUNNING &&
			action_asks_world(r->plan->nodes[r->live[i].node].action))
			running[count++] = r->live[i];
	}
	record(e, &event);
	for (uint32_t i = 0; i < count; i++)
		take_up(e, running[i]);
	free(running);
	return e->record_error ? leave_unrecorded(e) : loop(e);
}
