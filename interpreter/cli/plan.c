/* `runbook plan FILE`: what a run would do. */
#include "action/table.h"
#include "cli/inputs.h"
#include "cli/place.h"
#include "cli/saved_plan.h"
#include "cli/secrets.h"
#include "cli/tool.h"
#include "run/begin.h"
#include "run/hosts.h"
#include "script/sandbox.h"
#include "tool/forecast.h"
#include "world/real.h"

#include <unistd.h>

enum {
	OPTION_INPUT,
	OPTION_INPUTS,
	OPTION_INVENTORY,
	OPTION_LIMIT,
	OPTION_PROBE,
	OPTION_FORMAT,
	OPTION_SAVE,
};

static const struct option_row options[] = {
	{"--input", 'i', "NAME=VALUE", "an input of the runbook"},
	{"--inputs", 0, "FILE", "a YAML or JSON mapping of inputs; --input wins over it"},
	{"--inventory", 0, "FILE", "the hosts of `hosts`, in place of the runbook's `inventory`"},
	{"--limit", 0, "HOST|GROUP,…", "of the hosts only these"},
	{"--probe", 0, NULL, "really run the steps that change nothing"},
	{"--format", 'f', "text|json", "how it is printed (default: text)"},
	{"--save", 0, "FILE", "note files and inputs, for `exec --plan FILE`"},
	{0},
};

#define MAX_LIMITS 64

struct plan_order {
	const char *file, *save, *inventory;
	const char *limits[MAX_LIMITS];
	size_t limit_count;
	struct given_inputs given;
	bool probes, is_json;
	size_t source_count; /* files that the plan is made from */
};

static int take_option(struct plan_order *o, int option, const char *value)
{
	switch (option) {
	case OPTION_INPUT:
	case OPTION_INPUTS:
		if (o->given.count == MAX_GIVEN)
			return usage_error(
				"put them into a file: --inputs FILE", "too many inputs");
		o->given.items[o->given.count++] = option == OPTION_INPUT
							   ? (struct given_input){.text = value}
							   : (struct given_input){.file = value};
		return -1;
	case OPTION_INVENTORY:
		o->inventory = value;
		return -1;
	case OPTION_LIMIT:
		if (o->limit_count == MAX_LIMITS)
			return usage_error("--limit web1,web2", "too many --limit");
		o->limits[o->limit_count++] = value;
		return -1;
	case OPTION_PROBE:
		o->probes = true;
		return -1;
	case OPTION_FORMAT:
		o->is_json = strcmp(value, "json") == 0;
		if (!o->is_json && strcmp(value, "text") != 0)
			return usage_error("text or json", "there is no format `%s`", value);
		return -1;
	case OPTION_SAVE:
		o->save = value;
		return -1;
	default:
		if (o->file)
			return usage_error(
				"one runbook at a time", "`%s` is one file too many", value);
		o->file = value;
		return -1;
	}
}

static int take_options(struct plan_order *o, struct arguments *a)
{
	int next, code = -1;

	while (code < 0 && (next = arguments_next(a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a->help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = take_option(o, next, a->value);
	}
	if (code < 0 && !o->file)
		return usage_error("runbook plan deploy.yml", "no file");
	return code;
}

/* Secrets may be in anything that was filled in. */
static int print_masked(const struct masker *masker, struct strbuf *text)
{
	struct strbuf safe = {0};
	int code;

	mask_text(masker, &safe, strbuf_str(text));
	code = print_answer(strbuf_str(&safe));
	strbuf_release(&safe);
	return code;
}

static int foresee(const struct plan_order *o, struct loaded *l, struct arena *a, struct decider *d,
	const struct value *inputs)
{
	struct world *world = NULL;
	struct strbuf text = {0};
	struct forecast f;
	int code;

	if (o->probes)
		world = real_world_new(&(struct real_options){.masker = d->masker});
	forecast_make(&f, a, d, world, inputs);
	world_free(world);
	forecast_write(&text, &f, o->is_json ? FORECAST_JSON : FORECAST_TEXT);
	code = print_masked(d->masker, &text);
	if (code == EXIT_OK && o->save && !saved_plan_write(o->save, l, o->source_count, inputs))
		code = EXIT_FAILED;
	strbuf_release(&text);
	forecast_release(&f);
	return code;
}

static bool limit_hosts(const struct plan_order *o, const struct loaded *l, struct decider *d)
{
	struct value *limit = arena_new(d->scratch, struct value);

	if (!o->limit_count)
		return true;
	d->host_limit = limit;
	return loaded_limit(l, d->scratch, o->limits, o->limit_count, limit);
}

/* As exec does: what a slip names would not run. */
static bool check_hosts(struct decider *d, const struct value *inputs)
{
	struct unit_state values = {.inputs = *inputs};
	const char *why = NULL;

	if (!fill_vars(d, d->run->plan->units[0], &values))
		why = hosts_check(d, &values);
	if (why)
		usage_error(NULL, "%s", why);
	return !why;
}

static int plan_file(const struct plan_order *o, struct loaded *l, struct masker *masker)
{
	struct arena a, scratch;
	struct decider d = {.actions = action_table,
		.scratch = &scratch,
		.masker = masker,
		.wall_ns = wall_clock_ns()};
	struct value inputs;
	int code = EXIT_USAGE;

	arena_init(&a);
	arena_init(&scratch);
	if (gather_inputs(l, &o->given, false, masker, &inputs)) {
		d.sandbox = sandbox_new();
		d.base_env = base_environment(&a);
		d.run = run_new(&a, l->plan, STR("plan"), 1);
		d.run->env = environment_value(&a);
		glance_at_secrets(d.run, &a, masker, o->probes ? d.base_env : NULL);
		code = limit_hosts(o, l, &d) && check_hosts(&d, &inputs)
			       ? foresee(o, l, &a, &d, &inputs)
			       : EXIT_USAGE;
		run_free(d.run);
		sandbox_free(d.sandbox);
	}
	arena_release(&scratch);
	arena_release(&a);
	return code;
}

static int run_plan(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	/* Large, and not worth a page that is not used. */
	static struct plan_order o;
	struct masker *masker;
	struct loaded l;
	int code = take_options(&o, &a);

	if (code >= 0)
		return code;
	code = EXIT_USAGE;
	masker = masker_new();
	if (tool_tell(&l, load_for_run(&l, o.file, o.inventory))) {
		o.source_count = l.files.count;
		code = plan_file(&o, &l, masker);
	}
	loaded_free(&l);
	masker_free(masker);
	return code;
}

const struct command plan_command = {
	.name = "plan",
	.operands = "FILE [--input NAME=VALUE]…",
	.summary = "what would run, with every value that is known; changes nothing",
	.examples = "  runbook plan deploy.yml --input version=v1.2.3\n"
		    "  runbook plan deploy.yml --probe --save deploy.plan\n"
		    "  runbook exec deploy.yml --plan deploy.plan\n",
	.options = options,
	.run = run_plan,
};
