/*
 * Matters of taste: what makes a runbook harder to follow than it has to be. Only `strict` asks.
 */
#include "check/lint_rules.h"

#define LINES_MAX 40

static size_t count_lines(struct str text)
{
	size_t lines = 1;

	text = str_trim(text);
	for (size_t i = 0; i < text.len; i++)
		lines += text.at[i] == '\n';
	return lines;
}

static void check_names(struct check *c, const struct reader *r)
{
	const struct step *s = r->step;
	const struct run_args *run = s->action == ACTION_RUN ? s->run : NULL;
	size_t lines = run && run->script_value.kind == VALUE_STRING
			       ? count_lines(value_string(&run->script_value))
			       : 0;

	if (is_forward(r) && !s->id.len && !s->name && s->action != ACTION_SAY &&
		s->action != ACTION_WAIT)
		diagnostic_hint(c->d,
			diagnose(c->d, RB801, s->span,
				"this step has neither `id` nor `name`: records and messages call "
				"it by its place"),
			"a place changes with every step that is added above");
	if (lines > LINES_MAX)
		diagnostic_hint(c->d,
			diagnose(c->d, RB802, s->action_span, "a script of %zu lines", lines),
			"put it into a file that can be tested by itself, or make several steps "
			"of it");
}

const struct rule lint_names = {.id = RB801, .step = check_names};

/* ---- declared and not used ---------------------------------------------------------------------
 */

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Whether `root.name` stands anywhere in the file, or all of `root` is given away. */
static bool is_used(struct check *c, struct str text, const char *root, struct str name)
{
	struct str wanted = str_of(arena_printf(&c->arena, "%s.%.*s", root, STR_ARGS(name)));
	struct str computed = str_of(arena_printf(&c->arena, "%s[", root));

	if (str_find(text, computed, 0) >= 0)
		return true;
	for (ptrdiff_t at = 0; (at = str_find(text, wanted, (size_t)at)) >= 0; at++) {
		size_t end = (size_t)at + wanted.len;

		if (end >= text.len || !is_word_char(text.at[end]))
			return true;
	}
	return false;
}

struct named {
	struct str name;
	struct span span;
};

/* Beyond that it would take too long to look for each of them. */
#define NAMES_MAX 200

static void check_list(struct check *c, const struct book *b, const struct record_list *list,
	const char *root, const char *what)
{
	struct str text = b->runbook->file->text;

	for (size_t i = 0; i < list->count && list->count <= NAMES_MAX; i++) {
		const struct named *n = list->items[i];

		if (!is_used(c, text, root, n->name))
			diagnose(c->d, RB803, n->span, "nothing reads the %s `%.*s`", what,
				STR_ARGS(n->name));
	}
}

void lint_unused(struct check *c, const struct book *b)
{
	if (c->d->severities && c->d->severities[RB803] < 0)
		return;
	check_list(c, b, &b->runbook->inputs, "inputs", "input");
	check_list(c, b, &b->runbook->vars, "vars", "variable");
	check_list(c, b, &b->runbook->secrets, "secrets", "secret");
}
