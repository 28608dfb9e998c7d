#include "cli/stage.h"

#include "cli/command.h"
#include "output/output.h"

#include <unistd.h>

enum { OUTPUT_AUTO, OUTPUT_TTY, OUTPUT_PLAIN, OUTPUT_JSONL, OUTPUT_JUNIT };

int stage_take_output(struct order *o, const char *word)
{
	static const char *const words[] = {"auto", "tty", "plain", "jsonl", "junit"};
	const char *nearest;

	for (int i = 0; i < 5; i++) {
		if (strcmp(word, words[i]) == 0) {
			o->output = i;
			return -1;
		}
	}
	nearest = nearest_word(str_of(word), words, 5);
	return usage_error(
		nearest ? nearest : "tty, plain, jsonl or junit", "there is no output `%s`", word);
}

static int choose_output(const struct order *o)
{
	const char *term = getenv("TERM");

	if (o->output != OUTPUT_AUTO)
		return o->output;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 ? OUTPUT_TTY
									  : OUTPUT_PLAIN;
}

static struct sink *make_sink(const struct order *o, int output, const struct plan *plan)
{
	struct output_options options_of_output = {.color = color_wanted(o->color, STDOUT_FILENO),
		.ascii = !locale_is_utf8(),
		.verbose = o->verbose,
		.is_recorded = !o->no_record};

	switch (output) {
	case OUTPUT_TTY:
		return tty_sink_new(STDOUT_FILENO, plan, &options_of_output);
	case OUTPUT_JSONL:
		return jsonl_sink_new(STDOUT_FILENO);
	case OUTPUT_JUNIT:
		return junit_sink_new(STDOUT_FILENO, plan);
	default:
		return plain_sink_new(STDOUT_FILENO, plan, &options_of_output);
	}
}

static void pause_output(void *context)
{
	tty_pause(context);
}

static void resume_output(void *context)
{
	tty_resume(context);
}

static struct world *real_stage_world(struct venue *s, const struct real_options *o)
{
	(void)s;
	return real_world_new(o);
}

static struct sink *real_stage_sink(
	struct venue *s, const struct order *o, const struct plan *plan, struct real_options *world)
{
	int output = choose_output(o);
	struct sink *sink = make_sink(o, output, plan);

	(void)s;
	world->wants_live_output = output != OUTPUT_JUNIT;
	world->hooks = (struct terminal_hooks){pause_output, resume_output, sink};
	return sink;
}

struct venue stage_venue(void)
{
	return (struct venue){real_stage_world, real_stage_sink, .keeps_record = true};
}
