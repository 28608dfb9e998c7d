#include "output_bake.h"

#include "run/state.h"

#define TICK (60 * NS_PER_S)

static const struct {
	const char *id;
	uint32_t parent;
	uint8_t role, action;
} rows[B_COUNT] = {
	[B_ROOT] = {"", NODE_NONE, ROLE_ROOT, ACTION_STEPS},
	[B_MAIN] = {"", B_ROOT, ROLE_MAIN, ACTION_STEPS},
	[B_DB] = {"db", B_MAIN, ROLE_STEP, ACTION_RUN},
	[B_DB_UNDO] = {"db.rollback", B_DB, ROLE_UNDO, ACTION_RUN},
	[B_MIGRATE] = {"migrate", B_MAIN, ROLE_STEP, ACTION_RUN},
	[B_MIGRATE_UNDO] = {"migrate.rollback", B_MIGRATE, ROLE_UNDO, ACTION_RUN},
	[B_DEPLOY] = {"deploy", B_MAIN, ROLE_STEP, ACTION_CHOOSE},
	[B_DEPLOY_UNDO] = {"deploy.rollback", B_DEPLOY, ROLE_UNDO, ACTION_STEPS},
	[B_DEPLOY_UNDO_1] = {"deploy.rollback.1", B_DEPLOY_UNDO, ROLE_STEP, ACTION_RUN},
	[B_DEPLOY_1] = {"deploy.1", B_DEPLOY, ROLE_STEP, ACTION_RUN},
	[B_ANNOUNCE] = {"announce", B_MAIN, ROLE_STEP, ACTION_RUN},
	[B_BAKE] = {"bake", B_MAIN, ROLE_STEP, ACTION_MONITOR},
	[B_TAG] = {"tag", B_MAIN, ROLE_STEP, ACTION_RUN},
	[B_FINALLY] = {"", B_ROOT, ROLE_FINALLY, ACTION_STEPS},
	[B_NOTIFY] = {"notify", B_FINALLY, ROLE_STEP, ACTION_RUN},
	[B_BEFORE] = {"", B_ROOT, ROLE_BEFORE, ACTION_STEPS},
	[B_BEFORE_1] = {"rollback.before.1", B_BEFORE, ROLE_STEP, ACTION_SAY},
	[B_AFTER] = {"", B_ROOT, ROLE_AFTER, ACTION_STEPS},
	[B_AFTER_1] = {"rollback.steps.1", B_AFTER, ROLE_STEP, ACTION_HTTP},
	[B_WATCH_1] = {"", B_ROOT, ROLE_WATCH, ACTION_STEPS},
	[B_WATCH_2] = {"", B_ROOT, ROLE_WATCH, ACTION_STEPS},
};

/* ---- the plan -------------------------------------------------------------------------------- */

static struct rollback_section *make_rollback(struct arena *a)
{
	struct rollback_section *r = arena_new(a, struct rollback_section);
	r->when.items = arena_array(a, 2, sizeof *r->when.items);
	r->when.count = 2;
	for (size_t i = 0; i < r->when.count; i++)
		r->when.items[i] = arena_new(a, struct condition);
	r->verify = arena_new(a, struct condition);
	return r;
}

static void make_node(struct arena *a, struct plan *p, uint32_t i)
{
	struct node *n = &p->nodes[i];
	n->unit = p->units[0];
	n->parent = rows[i].parent;
	n->role = rows[i].role;
	n->action = rows[i].action;
	n->next = n->check = n->undo = NODE_NONE;
	n->end = n->end ? n->end : i + 1;
	if (i + 1 < B_COUNT && p->nodes[i + 1].role == ROLE_UNDO)
		n->undo = i + 1;
	if (n->parent != NODE_NONE && p->nodes[n->parent].end < n->end)
		p->nodes[n->parent].end = n->end;
	if (n->role != ROLE_STEP && n->role != ROLE_UNDO)
		return;
	struct step *s = arena_new(a, struct step);
	s->id = str_of(rows[i].id);
	s->action = rows[i].action;
	if (i == B_ANNOUNCE) {
		s->more = arena_new(a, struct step_more);
		s->more->keep = arena_new(a, struct template);
	}
	n->step = s;
}

static void add_conditions(struct arena *a, struct plan *p)
{
	const struct rollback_section *r = p->book->rollback;
	p->conditions = arena_array(a, r->when.count + 1, sizeof *p->conditions);
	for (size_t i = 0; i < r->when.count; i++)
		p->conditions[p->condition_count++] =
			(struct plan_condition){r->when.items[i], p->units[0], false};
	p->conditions[p->condition_count++] = (struct plan_condition){r->verify, p->units[0], true};
}

struct plan *bake_plan(struct arena *a)
{
	struct plan *p = arena_new(a, struct plan);
	struct runbook *book = arena_new(a, struct runbook);
	struct unit *unit = arena_new(a, struct unit);
	book->name = STR("deploy");
	book->title = STR("Production Deployment");
	book->rollback = make_rollback(a);
	unit->book = p->book = book;
	p->units = arena_array(a, 1, sizeof *p->units);
	p->units[0] = unit;
	add_conditions(a, p);
	p->arena = a;
	p->count = B_COUNT;
	p->main = B_MAIN;
	p->finally = B_FINALLY;
	p->before = B_BEFORE;
	p->after = B_AFTER;
	p->nodes = arena_array(a, B_COUNT, sizeof *p->nodes);
	for (uint32_t i = B_COUNT; i-- > 0;)
		make_node(a, p, i);
	return p;
}

/* ---- steps ----------------------------------------------------------------------------------- */

struct event bake_step(enum event_kind kind, uint32_t node)
{
	static const char *const actions[ACTION_COUNT] = {[ACTION_RUN] = "run",
		[ACTION_HTTP] = "http",
		[ACTION_SAY] = "say",
		[ACTION_CHOOSE] = "choose",
		[ACTION_STEPS] = "steps",
		[ACTION_MONITOR] = "monitor"};
	return (struct event){.kind = kind,
		.node = node,
		.step = str_of(rows[node].id),
		.action = str_of(actions[rows[node].action]),
		.attempt = 1};
}

static void start(struct fixture *f, uint32_t node, const char *command)
{
	struct event e = bake_step(EVENT_STEP_STARTED, node);
	e.command = str_of(command);
	fixture_send(f, e);
}

void bake_ok(struct fixture *f, uint32_t node, int64_t duration_ns)
{
	struct event e = bake_step(EVENT_STEP_FINISHED, node);
	e.state = STEP_OK;
	e.duration_ns = duration_ns;
	fixture_send(f, e);
}

static void run_step(struct fixture *f, uint32_t node, const char *command, int64_t duration_ns)
{
	start(f, node, command);
	fixture_wait(f, duration_ns);
	bake_ok(f, node, duration_ns);
}

/* ---- what is watched ------------------------------------------------------------------------- */

static void sample(struct fixture *f, int64_t index, struct value value)
{
	struct event e = {.kind = EVENT_SAMPLE,
		.node = index == 1 ? B_WATCH_1 : B_WATCH_2,
		.index = index,
		.watch = index == 1 ? STR("error_rate") : STR("p95"),
		.value = value,
		.tick_ns = f->now_ns};
	if (value.kind == VALUE_UNKNOWN) {
		e.reason = "status";
		e.message = str_of(value.unknown);
	}
	fixture_send(f, e);
}

static void condition(struct fixture *f, int64_t index, const char *guard, const char *phase,
	int64_t held_ns, struct value value)
{
	struct event e = {.kind = EVENT_CONDITION,
		.index = index,
		.condition = str_of(guard),
		.phase = phase,
		.held_ns = held_ns,
		.for_ns = (index == 3 ? 2 : 5) * TICK,
		.value = value,
		.tick_ns = f->now_ns};
	if (value.kind == VALUE_UNKNOWN)
		e.message = str_of(value.unknown);
	fixture_send(f, e);
}

static void rate_condition(struct fixture *f, const char *phase, int held)
{
	condition(f, 1, "watch.error_rate > 0.05", phase, held * TICK, value_bool(phase[0] != 'q'));
}

static void blind(struct fixture *f, const char *phase)
{
	fixture_send(f, (struct event){.kind = EVENT_BLIND,
				.node = B_WATCH_2,
				.index = 2,
				.watch = STR("p95"),
				.phase = phase,
				.message = phase[0] == 'b' ? STR("HTTP status 500") : STR("")});
}

static void good_tick(struct fixture *f, int i)
{
	sample(f, 1, value_float(0.002 + 0.0005 * (i % 4)));
	rate_condition(f, "quiet", 0);
	sample(f, 2, value_int(180 + 7 * (i % 3)));
	condition(f, 2, "watch.p95 > 500", "quiet", 0, value_bool(false));
}

static void bad_tick(struct fixture *f, int i)
{
	sample(f, 1, value_float(0.0712 + 0.01 * (i % 2)));
	rate_condition(f, i < 5 ? "pending" : "firing", i);
	sample(f, 2, value_unknown("HTTP status 500"));
	condition(f, 2, "watch.p95 > 500", "quiet", 0, value_unknown("HTTP status 500"));
	if (i == 2)
		blind(f, "blind");
}

/* ---- the story ------------------------------------------------------------------------------- */

void bake_begin(struct fixture *f)
{
	fixture_send(f, (struct event){.kind = EVENT_RUN_STARTED,
				.runbook = STR("deploy"),
				.file = STR("deploy.yml")});
	good_tick(f, 0);
	run_step(f, B_DB, "./db.sh", NS_PER_S);
	run_step(f, B_MIGRATE, "./migrate.sh", 2 * NS_PER_S);
	start(f, B_DEPLOY, "");
	run_step(f, B_DEPLOY_1, "./deploy.sh v1.2.3", 3 * NS_PER_S);
	bake_ok(f, B_DEPLOY, 3 * NS_PER_S);
	run_step(f, B_ANNOUNCE, "./announce.sh", NS_PER_S);
	struct event e = bake_step(EVENT_STEP_STARTED, B_BAKE);
	e.until_ns = f->now_ns + 30 * TICK;
	fixture_send(f, e);
	fixture_wait(f, TICK - f->now_ns);
	for (int i = 1; i < 12; i++) {
		good_tick(f, i);
		fixture_wait(f, TICK);
	}
}

void bake_sample(struct fixture *f, int bad)
{
	bad_tick(f, bad);
	if (bad < 5)
		fixture_wait(f, TICK);
}

void bake_turn(struct fixture *f)
{
	struct event e = {.kind = EVENT_ROLLBACK_STARTED,
		.reason = "condition",
		.message = STR("Error rate above 5% for more than 5 minutes")};
	e.samples = value_map(f->arena);
	map_set(f->arena, e.samples.map, STR("error_rate"),
		fixture_texts(f->arena, "0.0712", "0.0812"));
	fixture_send(f, e);
	e = bake_step(EVENT_STEP_CANCEL, B_BAKE);
	e.reason = "rollback";
	fixture_send(f, e);
	e = bake_step(EVENT_STEP_FINISHED, B_BAKE);
	e.state = STEP_CANCELLED;
	e.reason = "rollback";
	e.duration_ns = f->now_ns - 7 * NS_PER_S;
	fixture_send(f, e);
	fixture_send(f, (struct event){.kind = EVENT_STAGE, .stage = STAGE_BEFORE});
	start(f, B_BEFORE_1, "");
	e = bake_step(EVENT_STEP_OUTPUT, B_BEFORE_1);
	e.stream = STR("say");
	e.text = STR("Going back to v1.2.2");
	fixture_send(f, e);
	bake_ok(f, B_BEFORE_1, 0);
	fixture_send(f, (struct event){.kind = EVENT_STAGE, .stage = STAGE_UNDO});
	start(f, B_DEPLOY_UNDO, "");
	start(f, B_DEPLOY_UNDO_1, "./deploy.sh v1.2.2");
}

static void fail_migrate(struct fixture *f)
{
	start(f, B_MIGRATE_UNDO, "./migrate.sh --undo");
	fixture_wait(f, 2 * NS_PER_S);
	struct event e = bake_step(EVENT_STEP_FINISHED, B_MIGRATE_UNDO);
	e.state = STEP_FAILED;
	e.reason = "exit";
	e.message = STR("exited with 1");
	e.tail = STR("cannot drop column: it is in use\n");
	e.duration_ns = 2 * NS_PER_S;
	fixture_send(f, e);
	e = bake_step(EVENT_STEP_FINISHED, B_DB_UNDO);
	e.state = STEP_SKIPPED;
	e.reason = "blocked";
	e.message = STR("what needed it could not be undone");
	fixture_send(f, e);
}

void bake_undo(struct fixture *f, bool is_whole)
{
	fixture_wait(f, 4 * NS_PER_S);
	bake_ok(f, B_DEPLOY_UNDO_1, 4 * NS_PER_S);
	bake_ok(f, B_DEPLOY_UNDO, 4 * NS_PER_S);
	if (is_whole) {
		run_step(f, B_MIGRATE_UNDO, "./migrate.sh --undo", 2 * NS_PER_S);
		run_step(f, B_DB_UNDO, "./db.sh --undo", NS_PER_S);
	} else {
		fail_migrate(f);
	}
	fixture_send(f, (struct event){.kind = EVENT_STAGE, .stage = STAGE_AFTER});
	run_step(f, B_AFTER_1, "GET https://api.example.com/health", NS_PER_S);
	fixture_send(f, (struct event){.kind = EVENT_STAGE, .stage = STAGE_VERIFY});
	sample(f, 1, value_float(0.003));
	condition(f, 3, "watch.error_rate <= 0.05", "pending", 0, value_bool(true));
	fixture_wait(f, TICK);
	sample(f, 2, value_int(190));
	blind(f, "over");
}

static struct value list_of(struct fixture *f, const char *first, const char *second)
{
	return first ? fixture_texts(f->arena, first, second) : value_nil();
}

void bake_end(struct fixture *f, bool is_whole)
{
	struct event e = {.kind = EVENT_ROLLBACK_FINISHED,
		.status = is_whole ? RUN_ROLLED_BACK : RUN_ROLLBACK_INCOMPLETE};
	fixture_wait(f, TICK);
	condition(f, 3, "watch.error_rate <= 0.05", "firing", 2 * TICK, value_bool(true));
	e.undo = list_of(f, "deploy", NULL);
	if (is_whole)
		e.undo = list_of(f, "deploy", "migrate");
	if (is_whole)
		list_add(f->arena, e.undo.list, value_str(STR("db")));
	fixture_send(f, e);
	run_step(f, B_NOTIFY, "./notify.sh", NS_PER_S);
	e.kind = EVENT_RUN_FINISHED;
	e.undo = value_nil();
	e.reason = "condition";
	e.message = STR("Error rate above 5% for more than 5 minutes");
	e.exit = is_whole ? 3 : 4;
	e.duration_ns = f->now_ns;
	if (!is_whole)
		e.left = list_of(f, "`migrate` is not undone: its rollback failed: exited with 1",
			"`db` is not undone: what needed it could not be undone");
	fixture_send(f, e);
}

void bake_run(struct fixture *f, bool is_whole)
{
	bake_begin(f);
	for (int bad = 0; bad <= 5; bad++)
		bake_sample(f, bad);
	bake_turn(f);
	bake_undo(f, is_whole);
	bake_end(f, is_whole);
}
