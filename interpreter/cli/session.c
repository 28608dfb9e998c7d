#include "cli/session.h"

#include "action/table.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/place.h"
#include "cli/secrets.h"
#include "model/inputs.h"
#include "run/begin.h"
#include "run/late.h"
#include "source/render.h"

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

static bool mark_skips(struct run *r, const struct order *o)
{
	uint32_t node;

	if (!o->from && !o->skip_count)
		return true;
	r->is_skipped = arena_array(r->arena, r->plan->count, sizeof(bool));
	for (size_t i = 0; i < o->skip_count; i++) {
		if (!find_step(r->plan, o->skips[i], &node))
			return false;
		r->is_skipped[node] = true;
	}
	if (o->from) {
		if (!find_step(r->plan, o->from, &node))
			return false;
		skip_above(r, node);
	}
	return true;
}

/* ---- the run -------------------------------------------------------------------------------- */

struct session {
	const struct order *order;
	struct venue *venue;
	struct loaded loaded;
	struct arena run_arena, scratch;
	struct masker *masker;
	struct engine engine;
	struct value inputs;
};

/* Refuses what the vars cannot be, before anything runs. */
static bool check_vars(struct session *s)
{
	struct unit_state values = {.inputs = s->inputs};
	const char *error;

	s->engine.decider.scratch = &s->scratch;
	error = fill_vars(&s->engine.decider, s->loaded.plan->units[0], &values);
	if (!error)
		error = late_fill(&s->engine.decider, &values);
	if (error)
		usage_error(NULL, "%s", error);
	return !error;
}

static bool prepare(struct session *s)
{
	const struct order *o = s->order;
	struct decider *d = &s->engine.decider;
	struct run *r;

	if (!gather_inputs(&s->loaded, &o->given, o->has_person, s->masker, &s->inputs))
		return false;
	r = run_new(&s->run_arena, s->loaded.plan, run_id_new(&s->run_arena), o->jobs);
	r->env = environment_value(&s->run_arena);
	d->run = r;
	d->actions = action_table;
	d->masker = s->masker;
	d->hotfix = o->hotfix;
	d->has_person = o->has_person;
	d->sandbox = sandbox_new();
	d->base_env = base_environment(&s->run_arena);
	d->wall_ns = wall_clock_ns();
	s->engine.scratch = &s->scratch;
	s->engine.masker = s->masker;
	if (!gather_secrets(r, &s->run_arena, s->masker, d->base_env))
		return false;
	return mark_skips(r, o) && check_vars(s);
}

static int run_it(struct session *s)
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

	if (s->venue->keeps_logs)
		world_options.log_dir = log_dir_path(&s->run_arena, s->engine.decider.run->id);
	s->engine.sinks[s->engine.sink_count++] = sink;
	s->engine.world = s->venue->world(s->venue, &world_options);
	code = engine_run(&s->engine, &s->inputs);
	world_free(s->engine.world);
	if (sink->tick)
		sink->tick(sink, NS_NEVER);
	/* The run is what it is; but who reads its output has to know that some is missing. */
	if (sink->error && sink->error != EPIPE)
		usage_error(NULL, "cannot write the output of the run: %s", strerror(sink->error));
	sink->free(sink);
	return code;
}

static void tell_diagnostics(const struct loaded *l, int color)
{
	struct strbuf b = {0};

	diagnostics_render(&b, &l->files, &l->diagnostics, color_wanted(color, STDERR_FILENO));
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
}

int session_run(const struct order *o, struct venue *venue)
{
	struct session s = {.order = o, .venue = venue, .masker = masker_new()};
	int code = EXIT_USAGE;
	bool is_good;

	arena_init(&s.run_arena);
	arena_init(&s.scratch);
	is_good = load_runbook(&s.loaded, o->file, false);
	/* Warnings are told, too, and do not keep it from running. */
	if (s.loaded.diagnostics.count) {
		diagnostics_sort(&s.loaded.diagnostics);
		tell_diagnostics(&s.loaded, o->color);
	}
	if (is_good && prepare(&s))
		code = run_it(&s);
	if (s.engine.decider.run)
		run_free(s.engine.decider.run);
	sandbox_free(s.engine.decider.sandbox);
	masker_free(s.masker);
	arena_release(&s.scratch);
	arena_release(&s.run_arena);
	loaded_free(&s.loaded);
	return code;
}
