/*
 * Going on with an earlier run: from the texts and inputs it began with, and the state that its
 * record leads to.
 */
#include "cli/session_private.h"

#include "cli/command.h"
#include "cli/place.h"
#include "model/inputs.h"
#include "run/resume.h"
#include "tool/history.h"
#include "run/undo.h"

#include <signal.h>
#include <unistd.h>

struct resumption {
	struct session s; /* first: it is found by it */
	struct run_row row;
	struct source_row *sources;
	size_t source_count;
	struct pinned_text *pinned; /* of those, what is all there */
	size_t pinned_count;
	const char *path; /* of the runbook */
	struct replay replay;
	struct arena event_arena;
	struct value recorded; /* inputs of the first event */
	bool has_beginning;
	bool has_changed; /* a file of it, and that is accepted */
};

/* ---- an interpreter that is still there --------------------------------------------------------
 */

#define LEAVE_WITHIN_MS 10000

/* Asked to leave; what it has done is on record. */
static bool take_over(struct resumption *z, int64_t pid)
{
	struct store *store = z->s.recorder.store;

	if (pid <= 1 || kill((pid_t)pid, SIGTERM) < 0)
		return false;
	for (int waited = 0; waited < LEAVE_WITHIN_MS; waited += 20) {
		if (!store_run_is_owned(store, z->row.id, &pid))
			return true;
		usleep(20000);
	}
	return false;
}

static bool is_word(const struct str status, const char *const *words)
{
	for (; *words; words++) {
		if (str_is(status, *words))
			return true;
	}
	return false;
}

/* What has ended is not gone on with; what has ended well may still be undone. */
static int refuse_ended(struct resumption *z)
{
	static const char *const open[] = {"running", "held", "interrupted", NULL};
	static const char *const no_undo[] = {"rolled_back", "refused", NULL};
	const char *how = z->s.order->how;
	bool undoes = strcmp(how, "rollback") == 0 || strcmp(how, "retry") == 0;

	if (undoes ? !is_word(z->row.status, no_undo) : is_word(z->row.status, open))
		return -1;
	usage_error(undoes ? NULL : "`runbook exec` begins a new one",
		"run `%.*s` has ended: it is %.*s", STR_ARGS(z->row.id), STR_ARGS(z->row.status));
	return EXIT_REFUSED;
}

static int find_run(struct resumption *z)
{
	struct recorder *rec = &z->s.recorder;
	const char *why;
	int64_t pid;
	bool is_resume = strcmp(z->s.order->how, "resume") == 0, is_live;
	int code;

	if (!store_find(rec->store, z->s.order->run, &z->s.run_arena, &z->row, &why))
		return usage_error("`runbook runs` lists them", "%s", why);
	code = refuse_ended(z);
	if (code >= 0)
		return code;
	is_live = store_run_is_owned(rec->store, z->row.id, &pid);
	if (is_live && z->s.order->approve)
		return answer_live(&z->s, &z->row, pid);
	if (is_live && !is_resume && !take_over(z, pid)) {
		usage_error(NULL, "run `%.*s` is under way, by process %lld, which does not leave",
			STR_ARGS(z->row.id), (long long)pid);
		return EXIT_LOCKED;
	}
	code = recorder_own(rec, z->row.id);
	if (code >= 0)
		return code;
	/* It may have ended while we came to own it. */
	if (!store_find(rec->store, z->row.id.at, &z->s.run_arena, &z->row, &why))
		return usage_error(NULL, "%s", why);
	return refuse_ended(z);
}

/* ---- what it began with -------------------------------------------------------------------------
 */

static const struct value *option(const struct resumption *z, const char *name)
{
	const struct value *v =
		z->row.options.kind == VALUE_MAP ? map_get(z->row.options.map, name) : NULL;

	return v && v->kind != VALUE_NIL ? v : NULL;
}

static bool read_sources(struct resumption *z)
{
	struct arena *a = &z->s.run_arena;

	if (!store_sources(z->s.recorder.store, z->row.number, a, &z->sources, &z->source_count))
		return false;
	z->pinned = arena_array(a, z->source_count + 1, sizeof(*z->pinned));
	for (size_t i = 0; i < z->source_count; i++) {
		struct source_row *source = &z->sources[i];

		if (!i)
			z->path = arena_copy(a, source->path.at, source->path.len);
		if (!source->is_masked)
			z->pinned[z->pinned_count++] = (struct pinned_text){
				arena_copy(a, source->path.at, source->path.len), source->text,
				source->is_embedded};
	}
	return z->source_count > 0;
}

/* ---- the state
 * ----------------------------------------------------------------------------------- */

static bool replay_one(void *context, struct event *e)
{
	struct resumption *z = context;

	arena_reset(&z->event_arena);
	replay_event(&z->replay, &z->event_arena, e);
	return true;
}

static int replay_all(struct resumption *z)
{
	struct history h = {0};

	z->replay.run = z->s.engine.decider.run;
	if (!history_read(&h, z->s.recorder.store, &z->row, &z->s.run_arena, replay_one, z)) {
		usage_error("it is not gone on with; `runbook show` still tells what can be read",
			"%s", h.why);
		return EXIT_REFUSED;
	}
	if (h.is_torn)
		fprintf(stderr,
			"runbook: the last event of the record was cut off and is left out\n");
	z->s.engine.children = z->replay.children;
	return -1;
}

struct recalling {
	struct resumption *resumption;
	struct sink *sink;
	bool is_stopping;
};

static bool recall_one(void *context, struct event *e)
{
	struct recalling *x = context;

	x->is_stopping = replay_is_stopping(x->resumption->s.engine.decider.run, e, x->is_stopping);
	if (!x->is_stopping)
		x->sink->recall(x->sink, e);
	return true;
}

/* What belonged to the stopping of a sitting is left out, as it is in the state. */
static void recall(struct session *s, struct sink *sink)
{
	struct recalling x = {(struct resumption *)s, sink, false};
	struct history h = {0};

	history_read(&h, s->recorder.store, &x.resumption->row, &s->run_arena, recall_one, &x);
}

/* ---- inputs
 * -------------------------------------------------------------------------------------- */

static const struct given_input *find_given(const struct order *o, struct str name)
{
	for (size_t i = 0; i < o->given.count; i++) {
		const char *text = o->given.items[i].text;

		if (text && strncmp(text, name.at, name.len) == 0 && text[name.len] == '=')
			return &o->given.items[i];
	}
	return NULL;
}

/* A secret is in no record: it is asked for again. */
static bool restore_secret_input(struct resumption *z, const struct input *in, struct value *out)
{
	const struct given_input *given = find_given(z->s.order, in->name);
	const char *why = NULL;
	struct str text = given ? str_of(given->text + in->name.len + 1) : (struct str){0};

	if (!given) {
		usage_error(arena_printf(&z->s.run_arena, "--input %.*s=…", STR_ARGS(in->name)),
			"input `%.*s` is secret, so it is not in the record: give it again",
			STR_ARGS(in->name));
		return false;
	}
	if (!input_from_text(&z->s.run_arena, in, text, out, &why)) {
		usage_error(NULL, "input `%.*s`: %s", STR_ARGS(in->name), why);
		return false;
	}
	out->flags |= VALUE_SECRET;
	masker_add(z->s.masker, text);
	return true;
}

static bool restore_inputs(struct resumption *z, const struct value *recorded)
{
	struct session *s = &z->s;
	bool is_good = true;

	s->inputs = value_map(&s->run_arena);
	for (size_t i = 0; i < s->loaded.book->inputs.count; i++) {
		const struct input *in = s->loaded.book->inputs.items[i];
		const struct entry *was =
			recorded->kind == VALUE_MAP ? map_find(recorded->map, in->name) : NULL;
		struct value v = was ? was->value : value_nil();

		if (v.kind == VALUE_STRING && (v.flags & VALUE_MASKED))
			is_good &= restore_secret_input(z, in, &v);
		map_set(&s->run_arena, s->inputs.map, in->name, value_deep_copy(&s->run_arena, &v));
	}
	return is_good;
}

static bool take_beginning(void *context, struct event *e)
{
	struct resumption *z = context;

	z->has_beginning = e->kind == EVENT_RUN_STARTED;
	if (z->has_beginning) {
		z->s.vars = value_deep_copy(&z->s.run_arena, &e->vars);
		z->recorded = value_deep_copy(&z->s.run_arena, &e->inputs);
	}
	return false;
}

/* Of the first event: before the state is rebuilt, because the masker has to know them first. */
static int read_beginning(struct resumption *z)
{
	struct history h = {0};

	history_read(&h, z->s.recorder.store, &z->row, &z->s.run_arena, take_beginning, z);
	if (h.why || !z->has_beginning) {
		usage_error(NULL, "%s",
			h.why ? h.why : "nothing of this run is on record: begin a new one");
		return h.why ? EXIT_REFUSED : EXIT_USAGE;
	}
	return restore_inputs(z, &z->recorded) ? -1 : EXIT_USAGE;
}

/* What the record has masked is put back where it is known. */
static void put_inputs_back(struct resumption *z)
{
	z->s.engine.decider.run->root_unit.inputs = z->s.inputs;
}

/* ---- command-line choices of the first sitting -------------------------------------------------
 */

static bool restore_options(struct resumption *z)
{
	const struct value *from = option(z, "from"), *skip = option(z, "skip");
	const struct value *hotfix = option(z, "hotfix"), *limit = option(z, "limit");
	const char **skips = NULL;
	size_t count = 0;

	if (skip && skip->kind == VALUE_LIST) {
		skips = arena_array(&z->s.run_arena, skip->list->count + 1, sizeof(*skips));
		for (size_t i = 0; i < skip->list->count; i++)
			skips[count++] = skip->list->items[i].string;
	}
	if (hotfix && hotfix->kind == VALUE_STRING)
		z->s.engine.decider.hotfix = hotfix->string;
	z->s.engine.decider.host_limit = limit;
	return session_mark_skips(
		&z->s, from && from->kind == VALUE_STRING ? from->string : NULL, skips, count);
}

static bool go_there(struct resumption *z)
{
	const struct value *cwd = option(z, "cwd");

	if (!cwd || cwd->kind != VALUE_STRING || !cwd->len || chdir(cwd->string) == 0)
		return true;
	usage_error(NULL, "the run began in `%s`, which cannot be entered now", cwd->string);
	return false;
}

/* ---- all of it
 * ------------------------------------------------------------------------------------ */

static int load(struct resumption *z)
{
	struct session *s = &z->s;

	if (!read_sources(z)) {
		usage_error(NULL, "%s", store_error(s->recorder.store));
		return EXIT_REFUSED;
	}
	if (!go_there(z))
		return EXIT_REFUSED;
	if (!load_pinned(&s->loaded, z->path, z->pinned, z->pinned_count,
		    recorded_option(&s->run_arena, &z->row, "inventory"))) {
		loaded_tell(&s->loaded, s->order->color);
		usage_error("use the version that began it",
			"this version of runbook does not take the runbook of this run");
		return EXIT_REFUSED;
	}
	s->source_count = z->source_count;
	if (strcmp(s->order->how, "resume") == 0)
		return changes_refused(z->pinned, z->pinned_count, s->order, &z->has_changed);
	return -1;
}

/* Of a text with a secret in it the record has only the rest: that much has to be the same. */
static bool is_what_it_was(struct resumption *z, const struct source_row *source)
{
	struct source_set *files = &z->s.loaded.files;
	struct strbuf b = {0};
	bool is_same = false;

	for (size_t i = 0; i < files->count && !is_same; i++) {
		if (!str_is(source->path, files->files[i]->path))
			continue;
		strbuf_clear(&b);
		mask_text(z->s.masker, &b, files->files[i]->text);
		is_same = str_equal(strbuf_str(&b), source->text);
	}
	strbuf_release(&b);
	return is_same;
}

static int check_masked_texts(struct resumption *z)
{
	for (size_t i = 0; i < z->source_count; i++) {
		if (!z->sources[i].is_masked || is_what_it_was(z, &z->sources[i]))
			continue;
		usage_error("put it back as it was", "`%.*s` was changed since the run began",
			STR_ARGS(z->sources[i].path));
		return EXIT_REFUSED;
	}
	return -1;
}

/* ---- names of steps in the order ----------------------------------------------------------------
 */

/* `settled`: one that has ended, or has not begun, says how in it; may be NULL. */
static bool is_known(struct resumption *z, const char *step, const char **settled)
{
	const struct run *r = z->s.engine.decider.run;

	for (uint32_t f = 0; f < r->frame_count; f++) {
		struct frame *frame = r->frames[f];

		for (uint32_t i = 0; i < frame->count; i++) {
			struct spot s = {frame, frame->first + i};

			uint8_t phase = spot_state(s)->phase;

			if (!str_is(undo_name(r, s, &z->s.scratch), step))
				continue;
			if (settled && (phase == PHASE_DONE || phase == PHASE_IDLE))
				*settled = step_status_names[spot_state(s)->status];
			return true;
		}
	}
	return false;
}

/* A slip in the name would undo the very step that is to be left alone. */
static int check_undo_skip(struct resumption *z, const char *step)
{
	const struct run *r = z->s.engine.decider.run;
	struct strbuf names = {0};
	struct spot *spots;
	uint32_t count = undo_list(r, &z->s.scratch, &spots);
	bool is_there = false;

	for (uint32_t i = 0; i < count; i++) {
		struct str name = undo_name(r, spots[i], &z->s.scratch);

		is_there |= str_is(name, step);
		strbuf_printf(&names, "%s`%.*s`", i ? ", " : "to undo: ", STR_ARGS(name));
	}
	if (!is_there)
		usage_error(count ? strbuf_str(&names).at : "nothing of it can be undone",
			is_known(z, step, NULL)
				? "`--skip %s`: there is nothing to undo of this step"
				: "`--skip %s`: there is no such step",
			step);
	strbuf_release(&names);
	return is_there ? -1 : EXIT_USAGE;
}

/* `approve` and `reject` are for a question: a run that waits for something else stays as it is. */
static int check_question(struct resumption *z)
{
	const struct run *r = z->s.engine.decider.run;

	for (uint32_t i = 0; i < r->live_count; i++) {
		uint8_t phase = spot_state(r->live[i])->phase;

		if (r->plan->nodes[r->live[i].node].action == ACTION_CONFIRM &&
			(phase == PHASE_RUNNING || phase == PHASE_PARKED))
			return -1;
	}
	usage_error("`runbook show` says what it waits for", "run `%.*s` waits for no approval",
		STR_ARGS(z->row.id));
	return EXIT_REFUSED;
}

static int check_names(struct resumption *z)
{
	const struct order *o = z->s.order;
	int code = -1;

	for (size_t i = 0; i < o->resolution_count && code < 0; i++) {
		const char *step = o->resolutions[i].step, *settled = NULL;

		if (!is_known(z, step, &settled))
			code = usage_error("`runbook show RUN` lists them",
				"`--resolve %s`: there is no such step", step);
		else if (settled)
			code = usage_error("only what nobody saw end, or what waits for a person "
					   "after a failure, is resolved",
				"`--resolve %s`: the step is %s", step, settled);
	}
	for (size_t i = 0; i < o->undo_skip_count && code < 0; i++)
		code = check_undo_skip(z, o->undo_skips[i].step);
	return code;
}

static int restore(struct resumption *z)
{
	struct session *s = &z->s;
	int code;

	if (!session_prepare(s, z->row.id))
		return EXIT_USAGE;
	code = read_beginning(z);
	/* Only now all secrets are known, those among the inputs too. */
	if (code < 0)
		code = check_masked_texts(z);
	if (code >= 0)
		return code;
	if (!restore_options(z) || !session_fill_late(s))
		return EXIT_USAGE;
	code = replay_all(z);
	if (code >= 0)
		return code;
	put_inputs_back(z);
	if (s->engine.decider.run->is_rolling_back && strcmp(s->order->how, "abort") == 0) {
		usage_error("`runbook resume` finishes it", "the run is rolling back");
		return EXIT_REFUSED;
	}
	code = check_names(z);
	return code < 0 && s->order->approve ? check_question(z) : code;
}

/* Once a changed runbook is accepted the run is rebuilt from that. */
static int resume_once(const struct order *o, struct venue *venue, bool *starts_over)
{
	struct resumption z = {0};
	struct session *s = &z.s;
	int code;

	session_init(s, o, venue);
	arena_init(&z.event_arena);
	s->has_recorder = true;
	code = recorder_open(&s->recorder, o->store);
	if (code < 0)
		code = find_run(&z);
	if (code < 0)
		code = load(&z);
	if (code < 0)
		code = restore(&z);
	*starts_over = code < 0 && z.has_changed;
	if (*starts_over)
		code = changes_accept(s, &z.row, z.path);
	*starts_over &= code < 0;
	if (code < 0 && !*starts_over)
		code = session_lock(s);
	if (code < 0 && !*starts_over)
		code = recorder_reopen(&s->recorder, &z.row, s->loaded.plan);
	s->recall = recall;
	if (code < 0 && !*starts_over)
		code = session_play(s, o->how);
	session_free(s);
	arena_release(&z.event_arena);
	return code;
}

int session_resume(const struct order *o, struct venue *venue)
{
	bool starts_over = true;
	int code = EXIT_USAGE;

	while (starts_over)
		code = resume_once(o, venue, &starts_over);
	return code;
}
