/*
 * Random runbooks, random outcomes, and what has to hold of every run: nothing starts before its
 * needs, nothing new starts after a decision, each effect is undone once or named, every run ends.
 *
 * A failure prints its seed and the whole case, in the format of tests/cases.
 */
#include "run_property.h"

#include "action/table.h"
#include "base/duration.h"
#include "check/check.h"
#include "source/render.h"
#include "source/yaml.h"
#include "world/fake.h"

#include <signal.h>

/* ---- one run --------------------------------------------------------------------------------- */

struct trial {
	struct arena load, run, scratch;
	struct source_set files;
	struct diagnostics diagnostics;
	struct plan *plan;
	struct value script;
};

static bool trial_load(struct trial *t, struct str book, struct str world)
{
	arena_init(&t->load);
	arena_init(&t->run);
	arena_init(&t->scratch);
	source_init(&t->files, &t->load);
	diagnostics_init(&t->diagnostics, &t->load);
	struct source_file *file = source_add(&t->files, "t.yml", book, false);
	struct runbook *b = runbook_load_file(&t->load, &t->files, file, &t->diagnostics);
	t->plan = b ? plan_build(&t->load, &t->files, b, &t->diagnostics) : NULL;
	if (t->plan && !t->diagnostics.errors)
		check_plan(t->plan, &t->diagnostics);
	t->script = value_nil();
	if (world.len)
		yaml_read(source_add(&t->files, "world", world, false), &t->load, &t->diagnostics,
			&t->script);
	return t->plan && !t->diagnostics.errors;
}

static void trial_free(struct trial *t)
{
	plan_release(t->plan);
	arena_release(&t->scratch);
	arena_release(&t->run);
	arena_release(&t->load);
}

static struct sandbox *shared_sandbox(void)
{
	static struct sandbox *sandbox;
	if (!sandbox)
		sandbox = sandbox_new();
	return sandbox;
}

static int trial_run(struct trial *t, struct world *world, struct sink *sink, struct run *run)
{
	static const char *const no_env[] = {NULL};
	struct engine e = {.world = world, .scratch = &t->scratch, .sink_count = 1};
	struct value inputs = value_map(&t->run);
	e.sinks[0] = sink;
	e.decider.run = run;
	e.decider.actions = action_table;
	e.decider.sandbox = shared_sandbox();
	e.decider.base_env = no_env;
	return engine_run(&e, &inputs);
}

/* NULL: all holds. Otherwise what does not. The stream is the caller's. */
static const char *run_once(
	struct str book, struct str world, const struct guarded *wish, struct strbuf *stream)
{
	static char why[512];
	struct trial t;
	struct checker *c;
	struct guarded g = *wish;
	const char *error = NULL;
	int code;
	if (!trial_load(&t, book, world)) {
		struct strbuf b = {0};
		diagnostics_render(&b, &t.files, &t.diagnostics, false);
		snprintf(why, sizeof why, "it does not load: %s", b.at ? b.at : "");
		strbuf_release(&b);
		trial_free(&t);
		return why;
	}
	c = heap_alloc(sizeof *c);
	checker_init(c, t.plan, &g);
	g.world.type = &guarded_type;
	g.plan = t.plan;
	g.inner = fake_world_new(
		t.script.kind == VALUE_MAP ? &t.script : NULL, &t.load, &error, NULL);
	c->run = run_new(&t.run, t.plan, STR("run"), 3);
	code = trial_run(&t, &g.world, &c->sink, c->run);
	if (g.is_stuck)
		broken(c, "it does not end");
	if (!c->is_over)
		broken(c, "it never told its end");
	if (code != c->exit)
		broken(c, "it told %lld and returned %d", (long long)c->exit, code);
	snprintf(why, sizeof why, "%s", c->broken ? c->broken : "");
	if (stream)
		strbuf_put(stream, strbuf_str(&c->stream));
	world_free(&g.world);
	run_free(c->run);
	checker_release(c);
	free(c);
	trial_free(&t);
	return why[0] ? why : NULL;
}

static void tell(uint64_t seed, const struct making *m, const char *why)
{
	test_about("seed %llu", (unsigned long long)seed);
	CHECK(why == NULL);
	printf("=== seed %llu: %s\n--- runbook\n%.*s--- args\n--jobs 3\n--- world\n%.*s",
		(unsigned long long)seed, why, STR_ARGS(strbuf_str(&m->book)),
		STR_ARGS(strbuf_str(&m->world)));
}

static bool try_seed(uint64_t seed)
{
	struct making m;
	struct strbuf first = {0}, second = {0};
	const char *why;
	make_runbook(&m, seed);
	struct guarded wish = {.signals_left = m.signals};
	bool twice = seed % 8 == 0;
	why = run_once(strbuf_str(&m.book), strbuf_str(&m.world), &wish, twice ? &first : NULL);
	if (!why && twice) {
		run_once(strbuf_str(&m.book), strbuf_str(&m.world), &wish, &second);
		if (!str_equal(strbuf_str(&first), strbuf_str(&second)))
			why = "the same run twice is not the same";
	}
	if (why)
		tell(seed, &m, why);
	strbuf_release(&m.book);
	strbuf_release(&m.world);
	strbuf_release(&first);
	strbuf_release(&second);
	return !why;
}

TEST(run_property_random_runs)
{
	const char *only = getenv("RUNBOOK_PROPERTY_SEED"), *runs = getenv("RUNBOOK_PROPERTY_RUNS");
	uint64_t count = runs ? strtoull(runs, NULL, 10) : 2500;
	unsigned failures = 0;
	if (only) {
		try_seed(strtoull(only, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= count && failures < 5; seed++)
		failures += !try_seed(seed);
	test_about(NULL);
	CHECK_INT(failures, 0);
}

/* ---- the wall clock -------------------------------------------------------------------------- */

/* Set forward an hour while a condition is pending: time that was held is not counted twice. */
TEST(run_property_wall_clock)
{
	static const char book[] =
		"version: 1\nrunbook: r\n"
		"watch:\n"
		"  m: { every: 60s, http: 'http://localhost/m', value: json.v, after: a }\n"
		"steps:\n"
		"  - { id: a, run: up, rollback: { run: down } }\n"
		"  - { id: bake, monitor: { for: 30m } }\n"
		"rollback: { when: [{ if: watch.m > 5, for: 5m }] }\n";
	static const char world[] = "watch.m: { json: { v: 9 } }\n";
	struct guarded jumping = {.jump_at_ns = 150 * NS_PER_S, .jump_ns = 3600 * NS_PER_S};
	struct strbuf stream = {0};
	const char *why = run_once(STR(book), STR(world), &jumping, &stream);
	CHECK(why == NULL);
	struct str s = strbuf_str(&stream);
	ptrdiff_t at = str_find(s, STR("\"rollback_started\""), 0);
	CHECK(at >= 0);
	CHECK(str_find(s, STR("\"held\":240"), 0) >= 0);
	CHECK(str_find(s, STR("\"held\":300"), 0) >= 0);
	CHECK(str_find(s, STR("\"held\":3"), 0) == str_find(s, STR("\"held\":300"), 0));
	/* Five minutes on the run's clock: an hour and five on the wall. */
	CHECK(at >= 0 && str_find(s, STR("2026-01-01T01:05:00"), 0) >= 0);
	strbuf_release(&stream);
}

/* ---- many compensations ---------------------------------------------------------------------- */

/* A world without time: everything ends well at once, but for one step. */
struct instant {
	struct world world;
	uint64_t *tokens;
	size_t count, first, cap;
	uint32_t failing;
};

static int64_t instant_now(struct world *w)
{
	(void)w;
	return 0;
}

static void instant_start(struct world *w, uint64_t token, const struct request *r)
{
	struct instant *i = (struct instant *)w;
	(void)r;
	if (i->count == i->cap) {
		i->cap = i->cap ? i->cap * 2 : 64;
		i->tokens = heap_array(i->tokens, i->cap, sizeof *i->tokens);
	}
	i->tokens[i->count++] = token;
}

static void instant_cancel(struct world *w, uint64_t token)
{
	(void)w;
	(void)token;
}

static void instant_wait(struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	struct instant *i = (struct instant *)w;
	(void)until;
	*out = (struct happening){.kind = HAPPENED_FINISHED};
	if (i->first == i->count) {
		*out = (struct happening){.kind = HAPPENED_SIGNAL, .signal = SIGTERM};
		return;
	}
	out->token = i->tokens[i->first++];
	out->answer = (struct answer){.was_sent = true, .result = value_map(a)};
	if ((uint32_t)out->token == i->failing)
		out->answer.reason = "exit";
}

static void instant_free(struct world *w)
{
	free(((struct instant *)w)->tokens);
}

static const struct world_type instant_type = {
	instant_now, instant_now, instant_start, instant_cancel, instant_wait, instant_free, NULL};

struct order_sink {
	struct sink sink;
	const struct plan *plan;
	uint64_t *started; /* by node */
	unsigned undone, wrong;
	uint64_t last;
};

static void on_order(struct sink *sink, const struct event *e)
{
	struct order_sink *o = (struct order_sink *)sink;
	if (e->kind != EVENT_STEP_STARTED)
		return;
	o->started[e->node] = e->seq;
	if (o->plan->nodes[e->node].role != ROLE_UNDO)
		return;
	uint64_t when = o->started[o->plan->nodes[e->node].parent];
	o->wrong += o->undone++ && when > o->last;
	o->last = when;
}

static void many(unsigned count)
{
	struct chance c = {count};
	struct strbuf book = {0};
	struct trial t;
	strbuf_puts(&book, "version: 1\nrunbook: r\nsteps:\n");
	for (unsigned i = 0; i < count; i++) {
		strbuf_printf(
			&book, "  - { id: s%u, run: up, rollback: { run: down }, needs: [", i);
		if (i)
			strbuf_printf(&book, "s%u", below(&c, i));
		strbuf_puts(&book, "] }\n");
	}
	strbuf_puts(&book, "  - { id: last, run: no, effects: none }\n");
	bool is_loaded = trial_load(&t, strbuf_str(&book), (struct str){0});
	if (CHECK(is_loaded)) {
		struct order_sink o = {.sink = {.event = on_order}, .plan = t.plan};
		struct instant w = {.world = {&instant_type}};
		struct run *run = run_new(&t.run, t.plan, STR("run"), 64);
		o.started = arena_array(&t.load, t.plan->count, sizeof(uint64_t));
		w.failing = plan_step(t.plan, t.plan->units[0], STR("last"));
		CHECK_INT(trial_run(&t, &w.world, &o.sink, run), 3);
		CHECK_INT(o.undone, count);
		CHECK_INT(o.wrong, 0);
		world_free(&w.world);
		run_free(run);
	}
	trial_free(&t);
	strbuf_release(&book);
}

TEST(run_property_many_compensations)
{
	many(1000);
	many(4000);
}
