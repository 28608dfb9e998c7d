#include "cli/recorder.h"

#include "base/duration.h"
#include "base/mask.h"
#include "cli/command.h"
#include "cli/place.h"
#include "run/action.h"
#include "tool/when.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#define EXIT_LOCKED 6
#define EXIT_REFUSED 7

/* ---- who --------------------------------------------------------------------------------------
 */

static struct str user_name(struct arena *a)
{
	const char *name = getenv("USER");
	const struct passwd *user;

	if (!name || !*name) {
		user = getpwuid(geteuid());
		name = user ? user->pw_name : NULL;
	}
	return str_of(name ? arena_string(a, name) : arena_printf(a, "%d", (int)geteuid()));
}

static struct str host_name(struct arena *a)
{
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	return str_of(arena_string(a, *name ? name : "localhost"));
}

struct str recorder_by(struct arena *a)
{
	struct str user = user_name(a), host = host_name(a);

	return str_of(arena_printf(a, "%.*s@%.*s", STR_ARGS(user), STR_ARGS(host)));
}

const char *recorded_option(struct arena *a, const struct run_row *row, const char *name)
{
	const struct value *v =
		row->options.kind == VALUE_MAP ? map_get(row->options.map, name) : NULL;

	return v && v->kind == VALUE_STRING ? arena_copy(a, v->string, v->len) : NULL;
}

/* ---- what the row says of the run ---------------------------------------------------------------
 */

static void note_question(struct recorder *r, const struct event *e, bool begins)
{
	if (begins && !r->questions++)
		r->asked_ns = e->wall_ns;
	if (begins || !r->questions)
		return;
	if (!--r->questions && e->wall_ns > r->asked_ns)
		r->row.waited_ns += e->wall_ns - r->asked_ns;
}

static void note_step(struct recorder *r, const struct event *e)
{
	const struct node *n = &r->plan->nodes[e->node];

	if (node_is_question(n))
		note_question(r, e, e->kind == EVENT_STEP_STARTED);
	if (e->kind == EVENT_STEP_STARTED && n->needs_slot && n->effect == EFFECT_WRITES &&
		plan_is_within(r->plan, e->node, r->plan->main))
		r->row.is_exposed = true;
}

static void note_end(struct recorder *r, const struct event *e)
{
	if (r->questions && e->wall_ns > r->asked_ns)
		r->row.waited_ns += e->wall_ns - r->asked_ns;
	r->questions = 0;
	/* The clock may have been set back; how long it took is on the other one. */
	r->row.ended_ns = e->wall_ns > r->row.started_ns ? e->wall_ns : r->row.started_ns;
	r->row.status = str_of(run_status_names[e->status]);
	r->row.exit = e->exit;
	r->row.reason = str_of(e->reason ? e->reason : "");
	r->row.message = e->message;
	r->row.step = e->step;
	store_end_run(r->store, &r->row);
}

/* ---- the journal --------------------------------------------------------------------------------
 */

static void journal_event(struct journal *j, const struct event *e)
{
	struct recorder *r = (struct recorder *)j;

	strbuf_clear(&r->body);
	event_record(&r->body, e);
	store_event(r->store, &r->row, e->seq, strbuf_str(&r->body));
	if (e->kind == EVENT_STEP_STARTED || e->kind == EVENT_ATTEMPT_FINISHED)
		note_step(r, e);
	else if (e->kind == EVENT_ROLLBACK_STARTED && !r->row.turned_ns)
		r->row.turned_ns = e->wall_ns;
	else if (e->kind == EVENT_RUN_FINISHED)
		note_end(r, e);
}

static bool journal_commit(struct journal *j, bool durable)
{
	return store_commit(((struct recorder *)j)->store, durable);
}

static const char *journal_fenced(struct journal *j)
{
	struct recorder *r = (struct recorder *)j;

	for (size_t i = 0; i < r->lock_count; i++) {
		const struct held_lock *held = &r->locks[i];

		if (!store_lock_holds(r->store, held->name, held->epoch))
			return arena_printf(&r->arena,
				"lock `%.*s` is not ours any more: somebody broke it",
				STR_ARGS(held->name));
	}
	return NULL;
}

static const char *journal_error(struct journal *j)
{
	return store_error(((struct recorder *)j)->store);
}

/* ---- opening ------------------------------------------------------------------------------------
 */

static int refuse(struct recorder *r, const char *hint)
{
	usage_error(hint, "%s", store_error(r->store));
	return EXIT_REFUSED;
}

int recorder_open(struct recorder *r, const char *given)
{
	const char *path, *why;

	*r = (struct recorder){
		.base = {journal_event, journal_commit, journal_fenced, journal_error}};
	arena_init(&r->arena);
	if (given && !*given)
		return usage_error(STORE_HINT, "`--store` names no file");
	path = store_path(&r->arena, given);
	if (!path) {
		usage_error("name a file: `--store FILE`, or RUNBOOK_STORE",
			"there is no home directory to keep the record in");
		return EXIT_REFUSED;
	}
	r->store = store_open(path, STORE_WRITE, &r->arena, &why);
	if (r->store)
		return -1;
	usage_error("nothing runs without a record; `--store FILE` names another place", "%s", why);
	return EXIT_REFUSED;
}

int recorder_own(struct recorder *r, struct str run)
{
	int64_t pid;

	r->row.id = run;
	if (!store_own_run(r->store, run, &pid)) {
		if (!pid)
			return refuse(r, NULL);
		usage_error(NULL, "run `%.*s` is under way already, by process %lld", STR_ARGS(run),
			(long long)pid);
		return EXIT_LOCKED;
	}
	r->run_dir = store_run_dir(r->store, &r->arena, run);
	r->children_fd = open(arena_printf(&r->arena, "%s/children", r->run_dir),
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->children_fd >= 0)
		return -1;
	r->children_fd = 0;
	usage_error(NULL, "`%s`: %s", r->run_dir, strerror(errno));
	return EXIT_REFUSED;
}

/* ---- the lock -----------------------------------------------------------------------------------
 */

void recorder_describe_lock(struct strbuf *b, const struct lock_row *row)
{
	strbuf_printf(b, "lock `%.*s` is held by %.*s@%.*s (run %.*s, process %lld) since ",
		STR_ARGS(row->name), STR_ARGS(row->owner), STR_ARGS(row->host), STR_ARGS(row->run),
		(long long)row->pid);
	when_local(b, row->since_ns);
	if (row->reason.len)
		strbuf_printf(b, ": %.*s", STR_ARGS(row->reason));
}

static void tell_holder(const struct lock_row *held, bool waits)
{
	struct strbuf b = {0};

	strbuf_puts(&b, "runbook: ");
	recorder_describe_lock(&b, held);
	strbuf_puts(&b, waits ? "; waiting\n" : "\n");
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
}

/* Whoever had the lock is gone without giving it back, and its run may be half done. */
static void tell_lost(struct recorder *r, const struct lock_row *taken)
{
	struct run_row lost;
	const char *why;

	if (!taken->lost.len || !store_find(r->store, taken->lost.at, &r->arena, &lost, &why) ||
		lost.ended_ns)
		return;
	usage_error(arena_printf(&r->arena,
			    "`runbook resume %.*s` goes on with it, `runbook rollback` undoes it",
			    STR_ARGS(lost.id)),
		"run `%.*s` of `%.*s` had lock `%.*s` and was killed: it may be half done",
		STR_ARGS(lost.id), STR_ARGS(lost.runbook), STR_ARGS(taken->name));
}

int recorder_lock(struct recorder *r, struct str name, struct str reason, bool waits)
{
	struct str owner = user_name(&r->arena), host = host_name(&r->arena);
	bool told = false;

	for (;;) {
		struct lock_row row = {.name = name,
			.run = r->row.id,
			.owner = owner,
			.host = host,
			.pid = getpid(),
			.reason = reason,
			.since_ns = wall_clock_ns()};
		enum lock_answer answer = store_lock(r->store, &r->arena, &row, waits);

		if (answer == LOCK_FAILED)
			return refuse(r, NULL);
		if (answer == LOCK_TAKEN) {
			r->locks = heap_array(r->locks, r->lock_count + 1, sizeof(*r->locks));
			r->locks[r->lock_count++] = (struct held_lock){name, row.epoch};
			tell_lost(r, &row);
			return -1;
		}
		if (!told && row.run.len)
			tell_holder(&row, waits);
		told |= row.run.len > 0;
		if (!waits)
			return EXIT_LOCKED;
		usleep(100000);
	}
}

/* ---- the run ------------------------------------------------------------------------------------
 */

static struct value targets_value(struct arena *a, const struct targets *t)
{
	struct value v = value_map(a);

	if (!t)
		return v;
	if (t->duration_ns != INT64_MIN)
		map_set(a, v.map, STR("duration"),
			value_float((double)t->duration_ns / (double)NS_PER_S));
	if (t->success_rate >= 0)
		map_set(a, v.map, STR("success_rate"), value_float(t->success_rate));
	if (t->rollback_rate >= 0)
		map_set(a, v.map, STR("rollback_rate"), value_float(t->rollback_rate));
	if (t->frequency.len)
		map_set(a, v.map, STR("frequency"), value_copy_str(a, t->frequency));
	return v;
}

/* A secret that somebody wrote into the file itself is not kept either. */
static struct source_row source_of(
	struct arena *a, const struct source_file *file, const struct masker *masker)
{
	struct source_row row = {
		.path = str_of(file->path), .text = file->text, .is_embedded = file->is_embedded};
	struct strbuf b = {0};

	if (masker_is_empty(masker) || !mask_would_change(masker, file->text))
		return row;
	mask_text(masker, &b, file->text);
	row.text = strbuf_take(&b, a);
	row.is_masked = true;
	strbuf_release(&b);
	return row;
}

static const struct source_row *sources_of(
	struct recorder *r, const struct loaded *l, size_t count, const struct masker *masker)
{
	struct source_row *sources = arena_array(&r->arena, count + 1, sizeof(*sources));

	for (size_t i = 0; i < count; i++)
		sources[i] = source_of(&r->arena, l->files.files[i], masker);
	return sources;
}

void recorder_begin(struct recorder *r, struct str run, const struct loaded *l, size_t source_count,
	const struct masker *masker, struct value options)
{
	const struct source_row *sources = sources_of(r, l, source_count, masker);

	r->plan = l->plan;
	r->row = (struct run_row){.id = run,
		.runbook = l->book->name,
		.title = l->book->title,
		.file = str_of(l->book->file->path),
		.started_ns = wall_clock_ns(),
		.owner = user_name(&r->arena),
		.host = host_name(&r->arena),
		.pid = getpid(),
		.options = options,
		.targets = targets_value(&r->arena, l->book->targets)};
	store_begin_run(r->store, &r->row, sources, source_count);
}

int recorder_repin(struct recorder *r, const struct run_row *row, const struct loaded *l,
	const struct masker *masker, struct value options)
{
	const struct source_row *sources = sources_of(r, l, l->files.count, masker);
	struct run_row changed = *row;

	changed.options = options;
	return store_repin_run(r->store, &changed, sources, l->files.count)
		       ? -1
		       : refuse(r, "nothing was run");
}

int recorder_reopen(struct recorder *r, const struct run_row *row, const struct plan *plan)
{
	r->plan = plan;
	r->row = *row;
	r->row.owner = user_name(&r->arena);
	r->row.host = host_name(&r->arena);
	r->row.pid = getpid();
	/* The time in which nobody was there is no time of the run's. */
	if (row->ended_ns && wall_clock_ns() > row->ended_ns)
		r->row.waited_ns += wall_clock_ns() - row->ended_ns;
	return store_reopen_run(r->store, &r->row) ? -1 : refuse(r, "nothing was run");
}

void recorder_close(struct recorder *r)
{
	while (r->lock_count) {
		const struct held_lock *held = &r->locks[--r->lock_count];

		store_unlock(r->store, held->name, held->epoch);
	}
	free(r->locks);
	if (r->children_fd > 0)
		close(r->children_fd);
	store_close(r->store);
	strbuf_release(&r->body);
	arena_release(&r->arena);
}
