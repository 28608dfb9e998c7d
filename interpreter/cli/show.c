/* `runbook show RUN`: the story of one run. */
#include "cli/records.h"

#include "output/output.h"
#include "tool/history.h"
#include "tool/story.h"

enum { OPTION_FORMAT, OPTION_STORE, OPTION_COLOR };

static const struct option_row options[] = {
	{"--format", 'f', "text|json|md", "md is an incident report (default: text)"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_MD };

struct show_order {
	const char *run, *store;
	int format, color;
};

static bool add_event(void *context, struct event *e)
{
	story_add(context, e);
	return true;
}

static int print_story(const struct show_order *o, struct story *s)
{
	struct table_look look = table_look_of(o->color);
	struct strbuf b = {0};
	int code;

	if (o->format == FORMAT_JSON)
		story_json(&b, s);
	else if (o->format == FORMAT_MD)
		story_markdown(&b, s);
	else
		story_text(&b, s, &look);
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

static int show(const struct show_order *o)
{
	struct records r;
	struct loaded plan;
	struct history history = {0};
	struct story story;
	int code;

	if (!records_open_run(&r, o->store, o->run, STORE_READ)) {
		code = r.code;
		records_close(&r);
		return code;
	}
	if (!records_plan(&r, &plan)) {
		code = r.code;
	} else {
		story_init(&story, &r.row, history_status(r.store, &r.row), plan.plan);
		story.ascii = o->format == FORMAT_TEXT && !locale_is_utf8();
		if (history_read(&history, r.store, &r.row, &r.arena, add_event, &story)) {
			story.is_torn = history.is_torn;
			story_end(&story);
			code = print_story(o, &story);
		} else {
			code = records_damaged(history.why);
		}
		story_release(&story);
	}
	loaded_free(&plan);
	records_close(&r);
	return code;
}

static int take_option(struct show_order *o, int option, const char *value)
{
	static const char *const formats[] = {"text", "json", "md"};

	switch (option) {
	case OPTION_FORMAT:
		for (o->format = 0; o->format < 3; o->format++) {
			if (strcmp(value, formats[o->format]) == 0)
				return -1;
		}
		return usage_error("text, json or md", "there is no format `%s`", value);
	case OPTION_STORE:
		o->store = value;
		return -1;
	case OPTION_COLOR:
		if (!color_option(value, &o->color))
			return usage_error("auto, always or never", "`--color %s`", value);
		return -1;
	default:
		if (o->run)
			return usage_error("one run at a time", "`%s` is one run too many", value);
		o->run = value;
		return -1;
	}
}

static int run_show(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct show_order o = {0};
	int next, code = -1;

	while (code < 0 && (next = arguments_next(&a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		code = take_option(&o, next, a.value);
	}
	if (code >= 0)
		return code;
	return o.run ? show(&o) : usage_error("runbook show last", "which run?");
}

const struct command show_command = {
	.name = "show",
	.operands = "RUN",
	.summary = "tells a run: its steps, decisions, evidence, what was undone and what is left",
	.examples = "  runbook show last\n"
		    "  runbook show 20261124-14 --format json\n"
		    "  runbook show last --format md > incident.md\n",
	.options = options,
	.run = run_show,
};
