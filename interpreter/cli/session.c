#include "cli/session_private.h"

#include "action/table.h"
#include "cli/command.h"
#include "cli/place.h"
#include "cli/saved_plan.h"
#include "cli/secrets.h"
#include "model/inputs.h"
#include "run/begin.h"
#include "run/hosts.h"
#include "run/late.h"

#include <errno.h>
#include <unistd.h>

/* ---- --from and --skip ---------------------------------------------------------------------- */

static bool find_step(const struct plan *p, const char *id, uint32_t *node)
{
	const char **names;
	const char *nearest;
	size_t count = 0;

	*node = plan_step(p, p->units[0], str_of(id));
	if (*node != NODE_NONE)
		return true;
	names = arena_array(p->arena, p->count, sizeof(*names));
	for (uint32_t i = 0; i < p->count; i++) {
		const struct step *s = p->nodes[i].step;

		if (s && s->id.len && p->nodes[i].unit == p->units[0])
			names[count++] = arena_copy(p->arena, s->id.at, s->id.len);
	}
	nearest = nearest_word(str_of(id), names, count);
	usage_error(nearest ? arena_printf(p->arena, "did you mean `%s`?", nearest) : NULL,
		"there is no step `%s`", id);
	return false;
}

/* Only what is above in the same lists: the groups around the step are not skipped. */
static void skip_above(struct run *r, uint32_t node)
{
	for (uint32_t i = r->plan->main + 1; i < node; i++) {
		if (!plan_is_within(r->plan, node, i))
			r->is_skipped[i] = true;
	}
}

bool session_mark_skips(struct session *s, const char *from, const char *const *skips, size_t count)
{
	struct run *r = s->engine.decider.run;
	uint32_t node;

	if (!from && !count)
		return true;
	r->is_skipped = arena_array(r->arena, r->plan->count, sizeof(bool));
	for (size_t i = 0; i < count; i++) {
		if (!find_step(r->plan, skips[i], &node))
			return false;
		r->is_skipped[node] = true;
	}
	if (from) {
		if (!find_step(r->plan, from, &node))
			return false;
		skip_above(r, node);
	}
	return true;
}

/* ---- preparing ------------------------------------------------------------------------------ */

void session_init(struct session *s, const struct order *o, struct venue *venue)
{
	*s = (struct session){.order = o, .venue = venue, .masker = masker_new()};
	arena_init(&s->run_arena);
	arena_init(&s->scratch);
}

void session_free(struct session *s)
{
	if (s->has_recorder)
		recorder_close(&s->recorder);
	if (s->engine.decider.run)
		run_free(s->engine.decider.run);
	sandbox_free(s->engine.decider.sandbox);
	masker_free(s->masker);
	arena_release(&s->scratch);
	arena_release(&s->run_arena);
	loaded_free(&s->loaded);
}

bool session_prepare(struct session *s, struct str id)
{
	const struct order *o = s->order;
	struct decider *d = &s->engine.decider;

	d->run = run_new(&s->run_arena, s->loaded.plan, id, o->jobs);
	d->run->env = environment_value(&s->run_arena);
	d->scratch = &s->scratch;
	d->actions = action_table;
	d->masker = s->masker;
	d->hotfix = o->hotfix;
	d->has_person = o->has_person;
	d->resolutions = o->resolutions;
	d->resolution_count = o->resolution_count;
	d->approve = o->approve;
	d->comment = o->comment;
	d->undo_skips = o->undo_skips;
	d->undo_skip_count = o->undo_skip_count;
	d->sandbox = sandbox_new();
	d->base_env = base_environment(&s->run_arena);
	d->wall_ns = wall_clock_ns();
	s->engine.scratch = &s->scratch;
	s->engine.masker = s->masker;
	return gather_secrets(d->run, &s->run_arena, s->masker, d->base_env);
}

bool session_fill_late(struct session *s)
{
	struct unit_state values = {.inputs = s->inputs, .vars = s->vars};
	struct decider *d = &s->engine.decider;
	const struct unit *u = s->loaded.plan->units[0];
	struct value durations;
	const char *error = late_fill(d, u, &values, &durations);

	if (error)
		usage_error(NULL, "%s", error);
	else
		late_apply(d->run, u, &d->run->root_unit, &durations);
	return !error;
}

/* --limit, and what is known by now of the hosts that steps name. */
static bool settle_hosts(struct session *s)
{
	struct unit_state values = {.inputs = s->inputs, .vars = s->vars};
	const struct order *o = s->order;
	const char *why;

	if (o->limit_count) {
		if (!loaded_limit(
			    &s->loaded, &s->run_arena, o->limits, o->limit_count, &s->host_limit))
			return false;
		s->engine.decider.host_limit = &s->host_limit;
	}
	why = hosts_check(&s->engine.decider, &values);
	if (why)
		usage_error(NULL, "%s", why);
	return !why;
}

/* Refuses what the vars cannot be, before anything runs. */
static bool fill_vars_once(struct session *s)
{
	struct unit_state values = {.inputs = s->inputs};
	const char *error = fill_vars(&s->engine.decider, s->loaded.plan->units[0], &values);

	if (error)
		usage_error(NULL, "%s", error);
	s->vars = values.vars;
	return !error;
}

/* ---- the record ------------------------------------------------------------------------------ */

static struct value order_options(struct session *s)
{
	const struct order *o = s->order;
	struct arena *a = &s->run_arena;
	struct value v = value_map(a), skips = value_list(a);
	char *cwd = getcwd(NULL, 0);

	for (size_t i = 0; i < o->skip_count; i++)
		list_add(a, skips.list, value_str(str_of(o->skips[i])));
	map_set(a, v.map, STR("version"), value_str(str_of(PROGRAM_VERSION)));
	map_set(a, v.map, STR("cwd"), value_copy_str(a, str_of(cwd ? cwd : "")));
	map_set(a, v.map, STR("jobs"), value_int(o->jobs));
	map_set(a, v.map, STR("from"), o->from ? value_str(str_of(o->from)) : value_nil());
	map_set(a, v.map, STR("skip"), skips);
	if (o->inventory)
		map_set(a, v.map, STR("inventory"), value_str(str_of(o->inventory)));
	if (o->limit_count)
		map_set(a, v.map, STR("limit"), s->host_limit);
	map_set(a, v.map, STR("hotfix"), o->hotfix ? value_str(str_of(o->hotfix)) : value_nil());
	free(cwd);
	return v;
}

/* Everything is known; from here on it is on record. */
static int begin_record(struct session *s)
{
	struct str id = s->engine.decider.run->id;
	int code;

	if (!s->venue->keeps_record)
		return -1;
	if (s->order->no_record && session_needs_lock(s))
		return usage_error(NULL, "this runbook takes a lock: that needs the record");
	if (s->order->no_record)
		return -1;
	s->has_recorder = true;
	code = recorder_open(&s->recorder, s->order->store);
	if (code < 0)
		code = recorder_own(&s->recorder, id);
	if (code < 0)
		code = session_lock(s);
	if (code < 0)
		recorder_begin(
			&s->recorder, id, &s->loaded, s->source_count, s->masker, order_options(s));
	return code;
}

/* ---- the run -------------------------------------------------------------------------------- */

int session_play(struct session *s, const char *how)
{
	const struct order *o = s->order;
	struct real_options world_options = {
		.masker = s->masker,
		.assume_yes = o->assume_yes,
		.check_input = input_from_text,
		.user_agent = "runbook/" PROGRAM_VERSION,
	};
	struct sink *sink = s->venue->sink(s->venue, o, s->loaded.plan, &world_options);
	int code;

	if (s->has_recorder) {
		s->engine.journal = &s->recorder.base;
		world_options.log_dir = s->recorder.run_dir;
		world_options.children_fd = s->recorder.children_fd;
		world_options.children_first = s->engine.children + 1;
	}
	if (s->recall && sink->recall)
		s->recall(s, sink);
	s->engine.starts_ahead = !o->no_ahead;
	s->engine.sinks[s->engine.sink_count++] = sink;
	s->engine.world = s->venue->world(s->venue, &world_options);
	code = how ? engine_resume(&s->engine, how, recorder_by(&s->run_arena))
		   : engine_run(&s->engine, &s->inputs);
	world_free(s->engine.world);
	if (sink->tick)
		sink->tick(sink, NS_NEVER);
	/* The run is what it is; but who reads its output has to know that some is missing. */
	if (sink->error && sink->error != EPIPE)
		usage_error(NULL, "cannot write the output of the run: %s", strerror(sink->error));
	sink->free(sink);
	if (s->engine.record_error)
		usage_error(
			s->recorder.row.number
				? "what ran is as it was left; `runbook resume` goes on from there"
				: "nothing was run",
			"the run cannot be recorded: %s", s->engine.record_error);
	return code;
}

int session_run(const struct order *o, struct venue *venue)
{
	struct session s;
	int code = EXIT_USAGE;
	bool is_good;

	session_init(&s, o, venue);
	is_good = load_for_run(&s.loaded, o->file, o->inventory);
	s.source_count = s.loaded.files.count;
	loaded_tell(&s.loaded, o->color);
	is_good = is_good &&
		  gather_inputs(&s.loaded, &o->given, o->has_person, s.masker, &s.inputs) &&
		  session_prepare(&s, run_id_new(&s.run_arena)) &&
		  session_mark_skips(&s, o->from, o->skips, o->skip_count) && fill_vars_once(&s) &&
		  session_fill_late(&s) && settle_hosts(&s);
	if (is_good)
		code = saved_plan_check(o->plan, &s.loaded, s.source_count, &s.inputs);
	if (is_good && code < 0)
		code = begin_record(&s);
	if (is_good && code < 0)
		code = session_play(&s, NULL);
	session_free(&s);
	return code;
}
