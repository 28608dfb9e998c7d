#include "cli/command.h"

#include <errno.h>
#include <unistd.h>

bool write_all(int fd, struct str text)
{
	for (size_t at = 0; at < text.len;) {
		ssize_t n = write(fd, text.at + at, text.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

int print_answer(struct str text)
{
	if (write_all(STDOUT_FILENO, text))
		return EXIT_OK;
	usage_error(NULL, "cannot write to standard output: %s", strerror(errno));
	return EXIT_FAILED;
}

int usage_error(const char *hint, const char *format, ...)
{
	struct strbuf b = {0};
	va_list args;

	strbuf_puts(&b, "runbook: ");
	va_start(args, format);
	strbuf_vprintf(&b, format, args);
	va_end(args);
	strbuf_putc(&b, '\n');
	if (hint)
		strbuf_printf(&b, "  = help: %s\n", hint);
	write_all(STDERR_FILENO, strbuf_str(&b));
	strbuf_release(&b);
	return EXIT_USAGE;
}

/* Every command takes --color. Those that have no row for it draw nothing of their own, but what is
 * wrong with their files: it is kept here for them. */
static const struct option_row color_row = {
	"--color", 0, "auto|always|never", "colour on a terminal (default: auto)"};
static int color_said = COLOR_AUTO;

static bool has_color_row(const struct command *c)
{
	for (const struct option_row *row = c->options; row->name; row++) {
		if (strcmp(row->name, color_row.name) == 0)
			return true;
	}
	return false;
}

static int unknown_option(const struct arguments *a, struct str name)
{
	const char *names[64];
	size_t count = 0;
	const char *nearest;
	struct strbuf hint = {0};

	for (const struct option_row *row = a->command->options; row->name && count < 62; row++)
		names[count++] = row->name;
	names[count++] = "--help";
	names[count++] = color_row.name;
	nearest = nearest_word(name, names, count);
	if (nearest)
		strbuf_printf(&hint, "did you mean `%s`?", nearest);
	else
		strbuf_printf(&hint, "`runbook %s --help` lists the options", a->command->name);
	usage_error(hint.at, "`%s` has no option `%.*s`", a->command->name, STR_ARGS(name));
	strbuf_release(&hint);
	return ARGUMENT_ERROR;
}

/* The option's value: behind `=`, or the next word. */
static int take_value(
	struct arguments *a, const struct option_row *option, int row, const char *inline_value)
{
	if (!option->value) {
		if (inline_value) {
			usage_error(NULL, "`%s` takes no value", option->name);
			return ARGUMENT_ERROR;
		}
		return row;
	}
	a->value = inline_value;
	if (!a->value && a->at < a->argc)
		a->value = a->argv[a->at++];
	if (!a->value) {
		usage_error(NULL, "`%s` needs a value: %s", option->name, option->value);
		return ARGUMENT_ERROR;
	}
	return row;
}

static int take_color(struct arguments *a, const char *inline_value)
{
	if (take_value(a, &color_row, 0, inline_value) == ARGUMENT_ERROR)
		return ARGUMENT_ERROR;
	if (color_option(a->value, &color_said))
		return arguments_next(a);
	usage_error("auto, always or never", "`--color %s`", a->value);
	return ARGUMENT_ERROR;
}

static int long_option(struct arguments *a, const char *word)
{
	const char *equals = strchr(word, '=');
	struct str name = {word, equals ? (size_t)(equals - word) : strlen(word)};

	if (str_is(name, "--help")) {
		a->help_code = command_help(a->command);
		return ARGUMENT_HELP;
	}
	for (int i = 0; a->command->options[i].name; i++) {
		if (str_is(name, a->command->options[i].name))
			return take_value(
				a, &a->command->options[i], i, equals ? equals + 1 : NULL);
	}
	if (str_is(name, color_row.name))
		return take_color(a, equals ? equals + 1 : NULL);
	return unknown_option(a, name);
}

static int short_option(struct arguments *a)
{
	char letter = *a->cluster++;

	if (!*a->cluster)
		a->cluster = NULL;
	if (letter == 'h') {
		a->help_code = command_help(a->command);
		return ARGUMENT_HELP;
	}
	for (int i = 0; a->command->options[i].name; i++) {
		const char *rest = a->cluster;

		if (a->command->options[i].letter != letter)
			continue;
		if (a->command->options[i].value)
			a->cluster = NULL;
		else
			rest = NULL;
		return take_value(a, &a->command->options[i], i, rest);
	}
	return unknown_option(a, (struct str){(char[]){'-', letter}, 2});
}

int arguments_next(struct arguments *a)
{
	const char *word;

	a->value = NULL;
	if (a->cluster)
		return short_option(a);
	if (a->at >= a->argc)
		return ARGUMENT_END;
	word = a->argv[a->at++];
	if (a->only_operands || word[0] != '-' || !word[1]) {
		a->value = word;
		return ARGUMENT_OPERAND;
	}
	if (strcmp(word, "--") == 0) {
		a->only_operands = true;
		return arguments_next(a);
	}
	if (word[1] == '-')
		return long_option(a, word);
	a->cluster = word + 1;
	return short_option(a);
}

static void put_option(struct strbuf *b, const struct option_row *o)
{
	struct strbuf left = {0};

	if (o->letter)
		strbuf_printf(&left, "-%c, ", o->letter);
	else
		strbuf_puts(&left, "    ");
	strbuf_puts(&left, o->name);
	if (o->value)
		strbuf_printf(&left, " %s", o->value);
	strbuf_printf(b, "  %-28s %s\n", left.at, o->help);
	strbuf_release(&left);
}

int command_help(const struct command *c)
{
	struct strbuf b = {0};
	int code;

	strbuf_printf(&b, "%s\n\nusage: runbook %s %s\n", c->summary, c->name, c->operands);
	strbuf_puts(&b, "\noptions:\n");
	for (const struct option_row *o = c->options; o->name; o++)
		put_option(&b, o);
	if (!has_color_row(c))
		put_option(&b, &color_row);
	strbuf_printf(&b, "  %-28s %s\n", "-h, --help", "this text");
	strbuf_printf(&b, "\nexamples:\n%s", c->examples);
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

bool color_option(const char *word, int *mode)
{
	static const char *const words[] = {"auto", "always", "never"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			*mode = i;
			return true;
		}
	}
	return false;
}

bool color_wanted(int mode, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (mode == COLOR_AUTO)
		mode = color_said;
	if (mode != COLOR_AUTO)
		return mode == COLOR_ALWAYS;
	if ((no_color && *no_color) || (term && strcmp(term, "dumb") == 0))
		return false;
	return isatty(fd);
}
