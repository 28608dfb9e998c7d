#include "output_fixture.h"

static const struct {
	const char *id;
	uint32_t parent;
	uint8_t role, action;
	bool has_items, is_interactive;
} rows[N_COUNT] = {
	[N_ROOT] = {"", NODE_NONE, ROLE_ROOT, ACTION_STEPS, false, false},
	[N_MAIN] = {"", N_ROOT, ROLE_MAIN, ACTION_STEPS, false, false},
	[N_PREVIOUS] = {"previous", N_MAIN, ROLE_STEP, ACTION_RUN, false, false},
	[N_APPROVE] = {"approve", N_MAIN, ROLE_STEP, ACTION_CONFIRM, false, false},
	[N_MIGRATE] = {"migrate", N_MAIN, ROLE_STEP, ACTION_RUN, false, false},
	[N_DEPLOY] = {"deploy", N_MAIN, ROLE_STEP, ACTION_CHOOSE, false, false},
	[N_DEPLOY_1] = {"deploy.1", N_DEPLOY, ROLE_STEP, ACTION_RUN, false, false},
	[N_DEPLOY_2] = {"deploy.2", N_DEPLOY, ROLE_STEP, ACTION_RUN, false, false},
	[N_RESTART] = {"restart", N_MAIN, ROLE_STEP, ACTION_RUN, true, false},
	[N_SMOKE] = {"smoke", N_MAIN, ROLE_STEP, ACTION_PARALLEL, false, false},
	[N_SMOKE_1] = {"smoke.1", N_SMOKE, ROLE_STEP, ACTION_HTTP, false, false},
	[N_SMOKE_2] = {"smoke.2", N_SMOKE, ROLE_STEP, ACTION_HTTP, false, false},
	[N_HEALTH] = {"health", N_MAIN, ROLE_STEP, ACTION_HTTP, false, false},
	[N_BAKE] = {"bake", N_MAIN, ROLE_STEP, ACTION_WAIT, false, false},
	[N_CONSOLE] = {"console", N_MAIN, ROLE_STEP, ACTION_RUN, false, true},
	[N_TAG] = {"tag", N_MAIN, ROLE_STEP, ACTION_RUN, false, false},
	[N_FINALLY] = {"", N_ROOT, ROLE_FINALLY, ACTION_STEPS, false, false},
	[N_NOTIFY] = {"notify", N_FINALLY, ROLE_STEP, ACTION_USES, false, false},
	[N_NOTIFY_POST] = {"notify.post", N_NOTIFY, ROLE_STEP, ACTION_HTTP, false, false},
};

static struct step *make_step(struct arena *a, uint32_t i)
{
	struct step *s = arena_new(a, struct step);
	s->id = str_of(rows[i].id);
	s->action = rows[i].action;
	s->interactive = rows[i].is_interactive ? 1 : -1;
	if (rows[i].has_items) {
		s->more = arena_new(a, struct step_more);
		s->more->for_each = arena_new(a, struct template);
	}
	return s;
}

struct plan *fixture_plan(struct arena *a)
{
	struct plan *p = arena_new(a, struct plan);
	struct runbook *book = arena_new(a, struct runbook);
	struct unit *unit = arena_new(a, struct unit);
	book->name = STR("deploy");
	book->title = STR("Production Deployment");
	unit->book = p->book = book;
	p->arena = a;
	p->count = N_COUNT;
	p->main = N_MAIN;
	p->finally = N_FINALLY;
	p->before = p->after = NODE_NONE;
	p->nodes = arena_array(a, N_COUNT, sizeof *p->nodes);
	for (uint32_t i = N_COUNT; i-- > 0;) {
		struct node *n = &p->nodes[i];
		n->unit = unit;
		n->parent = rows[i].parent;
		n->role = rows[i].role;
		n->action = rows[i].action;
		n->next = n->check = n->undo = NODE_NONE;
		if (n->role == ROLE_STEP)
			n->step = make_step(a, i);
		n->end = n->end ? n->end : i + 1;
		if (n->parent != NODE_NONE && p->nodes[n->parent].end < n->end)
			p->nodes[n->parent].end = n->end;
	}
	return p;
}

/* ---- events ---------------------------------------------------------------------------------- */

void fixture_wait(struct fixture *f, int64_t ns)
{
	int64_t until = f->now_ns + ns;
	while (f->now_ns < until) {
		int64_t next = f->sink->tick ? f->sink->tick(f->sink, f->now_ns) : NS_NEVER;
		if (next <= f->now_ns)
			next = f->now_ns + 1;
		next = next < until ? next : until;
		if (f->pass)
			f->pass(f, next);
		f->now_ns = next;
	}
	if (f->sink->tick)
		f->sink->tick(f->sink, f->now_ns);
}

void fixture_send(struct fixture *f, struct event e)
{
	e.seq = ++f->seq;
	e.time_ns = f->now_ns;
	e.wall_ns = INT64_C(1767225600000000000) + f->now_ns;
	e.run = STR("r-1");
	f->sink->event(f->sink, &e);
}

struct event fixture_step(struct fixture *f, enum event_kind kind, uint32_t node)
{
	static const char *const actions[ACTION_COUNT] = {[ACTION_RUN] = "run",
		[ACTION_HTTP] = "http",
		[ACTION_CONFIRM] = "confirm",
		[ACTION_WAIT] = "wait",
		[ACTION_CHOOSE] = "choose",
		[ACTION_PARALLEL] = "parallel",
		[ACTION_USES] = "uses"};
	(void)f;
	return (struct event){.kind = kind,
		.node = node,
		.step = str_of(rows[node].id),
		.action = str_of(actions[rows[node].action])};
}

void fixture_start(struct fixture *f, uint32_t node, const char *command)
{
	struct event e = fixture_step(f, EVENT_STEP_STARTED, node);
	e.attempt = e.attempts = 1;
	e.command = str_of(command);
	fixture_send(f, e);
}

void fixture_output(struct fixture *f, uint32_t node, const char *text)
{
	struct event e = fixture_step(f, EVENT_STEP_OUTPUT, node);
	e.stream = STR("stdout");
	e.text = str_of(text);
	fixture_send(f, e);
}

void fixture_ok(struct fixture *f, uint32_t node, int64_t duration_ns)
{
	struct event e = fixture_step(f, EVENT_STEP_FINISHED, node);
	e.state = STEP_OK;
	e.duration_ns = duration_ns;
	fixture_send(f, e);
}

struct value fixture_texts(struct arena *a, const char *first, const char *second)
{
	struct value v = value_list(a);
	list_add(a, v.list, value_str(str_of(first)));
	if (second)
		list_add(a, v.list, value_str(str_of(second)));
	return v;
}

/* ---- the story ------------------------------------------------------------------------------- */

static void begin(struct fixture *f)
{
	struct value inputs = value_map(f->arena);
	map_set(f->arena, inputs.map, STR("version"), value_str(STR("v1.2.3")));
	map_set(f->arena, inputs.map, STR("migrate"), value_bool(false));
	struct value token = value_str(STR("hunter2"));
	token.flags = VALUE_SECRET;
	map_set(f->arena, inputs.map, STR("token"), token);
	fixture_send(f, (struct event){.kind = EVENT_RUN_STARTED,
				.runbook = STR("deploy"),
				.file = STR("deploy.yml"),
				.inputs = inputs});
	fixture_start(f, N_PREVIOUS, "git describe --tags --abbrev=0");
	fixture_wait(f, 150 * NS_PER_MS);
	fixture_output(f, N_PREVIOUS, "v1.2.2\n");
	fixture_ok(f, N_PREVIOUS, 150 * NS_PER_MS);
}

static void approve(struct fixture *f)
{
	fixture_start(f, N_APPROVE, "Deploy v1.2.3 over v1.2.2?");
	fixture_wait(f, 2 * NS_PER_S);
	struct event e = fixture_step(f, EVENT_ATTEMPT_FINISHED, N_APPROVE);
	e.result = value_map(f->arena);
	map_set(f->arena, e.result.map, STR("by"), value_str(STR("ana")));
	fixture_send(f, e);
	fixture_ok(f, N_APPROVE, 2 * NS_PER_S);
	e = fixture_step(f, EVENT_STEP_FINISHED, N_MIGRATE);
	e.state = STEP_SKIPPED;
	fixture_send(f, e);
}

static void deploy(struct fixture *f)
{
	struct event e = fixture_step(f, EVENT_STEP_STARTED, N_DEPLOY);
	e.attempt = e.attempts = 1;
	e.branch = 2;
	fixture_send(f, e);
	fixture_start(f, N_DEPLOY_2, "./deploy.sh v1.2.3");
	fixture_wait(f, 400 * NS_PER_MS);
	fixture_output(f, N_DEPLOY_2, "Building image\r\nUploading  10%\rUploading  60%");
	fixture_wait(f, 1600 * NS_PER_MS);
	fixture_output(f, N_DEPLOY_2, "\rUploading 100%\n\x1b[32mSwitched\x1b[0m to v1.2.3");
	fixture_wait(f, 1200 * NS_PER_MS);
	fixture_ok(f, N_DEPLOY_2, 3200 * NS_PER_MS);
	e = fixture_step(f, EVENT_STEP_FINISHED, N_DEPLOY);
	e.state = STEP_OK;
	e.branch = 2;
	e.duration_ns = 3200 * NS_PER_MS;
	fixture_send(f, e);
}

static void restart_one(struct fixture *f, const char *item, enum event_kind kind)
{
	struct event e = fixture_step(f, kind, N_RESTART);
	e.item = str_of(item);
	e.frame = (uint32_t)(item[0] - '0');
	e.attempt = e.attempts = 1;
	e.duration_ns = NS_PER_S;
	e.state = kind == EVENT_STEP_FINISHED ? STEP_OK : STEP_PENDING;
	if (kind == EVENT_STEP_STARTED)
		e.command = item[0] == '1' ? STR("ssh web1 restart") : STR("ssh web2 restart");
	fixture_send(f, e);
}

static void restart(struct fixture *f)
{
	struct event e = fixture_step(f, EVENT_STEP_EXPANDED, N_RESTART);
	e.items = fixture_texts(f->arena, "web1", "web2");
	fixture_send(f, e);
	restart_one(f, "1", EVENT_STEP_STARTED);
	fixture_wait(f, NS_PER_S);
	restart_one(f, "1", EVENT_STEP_FINISHED);
	restart_one(f, "2", EVENT_STEP_STARTED);
	fixture_wait(f, NS_PER_S);
	restart_one(f, "2", EVENT_STEP_FINISHED);
	fixture_ok(f, N_RESTART, 2 * NS_PER_S);
}

static void smoke(struct fixture *f)
{
	fixture_start(f, N_SMOKE, "");
	fixture_start(f, N_SMOKE_1, "GET https://api.example.com/");
	fixture_start(f, N_SMOKE_2, "POST https://api.example.com/signup");
	fixture_output(f, N_SMOKE_1, "one\n");
	fixture_output(f, N_SMOKE_2, "two\n");
	fixture_wait(f, 700 * NS_PER_MS);
	fixture_ok(f, N_SMOKE_1, 700 * NS_PER_MS);
	fixture_wait(f, 700 * NS_PER_MS);
	struct event e = fixture_step(f, EVENT_STEP_FINISHED, N_SMOKE_2);
	e.state = STEP_WARNED;
	e.reason = "status";
	e.message = STR("429 Too Many Requests");
	e.duration_ns = 1400 * NS_PER_MS;
	fixture_send(f, e);
	fixture_ok(f, N_SMOKE, 1400 * NS_PER_MS);
}

static void health(struct fixture *f, bool is_healthy)
{
	fixture_start(f, N_HEALTH, "GET https://api.example.com/health");
	fixture_wait(f, 500 * NS_PER_MS);
	struct event e = fixture_step(f, EVENT_STEP_RETRY, N_HEALTH);
	e.attempt = 1;
	e.attempts = 2;
	e.delay_ns = 3 * NS_PER_S;
	e.reason = "expect";
	e.message = STR("`status == 200` does not hold");
	fixture_send(f, e);
	fixture_wait(f, 3 * NS_PER_S);
	e = fixture_step(f, EVENT_STEP_STARTED, N_HEALTH);
	e.attempt = e.attempts = 2;
	fixture_send(f, e);
	fixture_wait(f, 500 * NS_PER_MS);
	e = fixture_step(f, EVENT_STEP_FINISHED, N_HEALTH);
	e.attempt = e.attempts = 2;
	e.state = is_healthy ? STEP_OK : STEP_FAILED;
	e.duration_ns = 4 * NS_PER_S;
	if (!is_healthy) {
		e.reason = "expect";
		e.message = STR("`status == 200` does not hold");
		e.working = fixture_texts(f->arena, "status = 503 (a whole number)", NULL);
		e.hints = fixture_texts(f->arena, "Look at the load balancer first", NULL);
		e.tail = STR("upstream is down\n::error::forged\n##[error]forged\n");
		e.log = STR("/var/runs/r-1/health.log");
	}
	fixture_send(f, e);
}

static void bake(struct fixture *f)
{
	struct event e = fixture_step(f, EVENT_STEP_STARTED, N_BAKE);
	e.attempt = e.attempts = 1;
	e.until_ns = f->now_ns + 6 * NS_PER_S;
	e.title = STR("Let it bake");
	fixture_send(f, e);
	fixture_wait(f, 6 * NS_PER_S);
	fixture_ok(f, N_BAKE, 6 * NS_PER_S);
	fixture_start(f, N_TAG, "git tag v1.2.3");
	fixture_wait(f, 200 * NS_PER_MS);
	fixture_ok(f, N_TAG, 200 * NS_PER_MS);
}

static void end(struct fixture *f, bool is_healthy)
{
	struct event e = {
		.kind = EVENT_MAIN_FINISHED, .status = is_healthy ? RUN_SUCCEEDED : RUN_FAILED};
	fixture_send(f, e);
	fixture_start(f, N_NOTIFY, "");
	fixture_start(f, N_NOTIFY_POST, "POST https://hooks.example.com");
	fixture_wait(f, 300 * NS_PER_MS);
	fixture_ok(f, N_NOTIFY_POST, 300 * NS_PER_MS);
	fixture_ok(f, N_NOTIFY, 300 * NS_PER_MS);
	e.kind = EVENT_RUN_FINISHED;
	e.exit = is_healthy ? 0 : 1;
	e.duration_ns = f->now_ns;
	e.log = STR("/var/runs/r-1");
	fixture_send(f, e);
}

void fixture_run(struct fixture *f, bool is_healthy)
{
	begin(f);
	approve(f);
	deploy(f);
	restart(f);
	smoke(f);
	health(f, is_healthy);
	if (is_healthy)
		bake(f);
	end(f, is_healthy);
}
