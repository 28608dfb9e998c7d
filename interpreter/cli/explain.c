/* `runbook explain [CODE]`: what a rule means, or the list of all. */
#include "check/explain.h"
#include "cli/command.h"

#include <unistd.h>

enum { OPTION_MARKDOWN, OPTION_COLOR };

static const struct option_row options[] = {
	{"--markdown", 0, NULL, "all rules as one document"},
	{"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"},
	{0},
};

struct request_to_explain {
	const char *words[64];
	size_t count;
	bool is_document;
	int color;
};

static int take_options(struct request_to_explain *r, struct arguments *a)
{
	int next;

	while ((next = arguments_next(a)) != ARGUMENT_END) {
		switch (next) {
		case ARGUMENT_HELP:
			return a->help_code;
		case ARGUMENT_ERROR:
			return EXIT_USAGE;
		case ARGUMENT_OPERAND:
			if (r->count == sizeof(r->words) / sizeof(r->words[0]))
				return usage_error(NULL, "more than %zu rules", r->count);
			r->words[r->count++] = a->value;
			break;
		case OPTION_MARKDOWN:
			r->is_document = true;
			break;
		case OPTION_COLOR:
			if (!color_option(a->value, &r->color))
				return usage_error(
					"auto, always or never", "`--color %s`", a->value);
			break;
		}
	}
	if (r->is_document && r->count)
		return usage_error(NULL, "`--markdown` is for all rules, not for one");
	return -1;
}

static int unknown_rule(const char *word)
{
	const char *names[RULE_COUNT * 2];
	size_t count = 0;
	const char *nearest;
	struct strbuf hint = {0};
	int code;

	for (int i = 0; i < RULE_COUNT; i++) {
		names[count++] = rule_info((enum rule_id)i)->name;
		names[count++] = rule_info((enum rule_id)i)->code;
	}
	nearest = nearest_word(str_of(word), names, count);
	if (nearest)
		strbuf_printf(&hint, "did you mean `%s`?", nearest);
	else
		strbuf_puts(&hint, "`runbook explain` lists them");
	code = usage_error(hint.at, "there is no rule `%s`", word);
	strbuf_release(&hint);
	return code;
}

static void list_rules(struct strbuf *b)
{
	static const char *const severities[] = {"error", "warning", "info"};

	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule_info *rule = rule_info((enum rule_id)i);

		strbuf_printf(b, "%s  %-8s %-24s %s\n", rule->code, severities[rule->severity],
			rule->name, rule->title);
	}
}

static int explain(struct strbuf *b, const struct request_to_explain *r)
{
	if (r->is_document)
		explain_document(b);
	else if (!r->count)
		list_rules(b);
	for (size_t i = 0; i < r->count; i++) {
		enum rule_id id = rule_find(str_of(r->words[i]));

		if (id == RULE_COUNT)
			return unknown_rule(r->words[i]);
		if (i)
			strbuf_putc(b, '\n');
		explain_print(b, id, color_wanted(r->color, STDOUT_FILENO));
	}
	return EXIT_OK;
}

static int run_explain(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct request_to_explain r = {0};
	struct strbuf b = {0};
	int code = take_options(&r, &a);

	if (code >= 0)
		return code;
	code = explain(&b, &r);
	if (code == EXIT_OK)
		code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

const struct command explain_command = {
	.name = "explain",
	.operands = "[CODE…]",
	.summary = "what a rule means, what it costs and how to mend it",
	.examples = "  runbook explain RB101\n"
		    "  runbook explain unsafe-interpolation\n"
		    "  runbook explain              # lists all rules\n",
	.options = options,
	.run = run_explain,
};
