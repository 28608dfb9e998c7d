/*
 * `{{ inputs.version }}`: an interpolation to other tools, plain text here.
 */
#include "check/lint_rules.h"

#include <ctype.h>

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && text.at[at] == ' ')
		at++;
	return at;
}

static size_t skip_word(struct str text, size_t at)
{
	while (at < text.len && is_word(text.at[at]))
		at++;
	return at;
}

static bool is_step(const struct check *c, const struct book *b, struct str id)
{
	return plan_step(c->plan, b->unit, id) != NODE_NONE;
}

/* Templates of other programs are left in peace: it has to name what this file has. */
static bool is_name(const struct check *c, const struct book *b, struct str space, struct str name)
{
	if (str_is(space, "inputs"))
		return names_find(&b->inputs, name) != NULL;
	if (str_is(space, "vars"))
		return names_find(&b->vars, name) != NULL;
	if (str_is(space, "secrets"))
		return names_find(&b->secrets, name) != NULL;
	return str_is(space, "steps") && is_step(c, b, name);
}

/* The length of `{{ inputs.x … }}` at that place, or 0. */
static size_t braces_at(const struct check *c, const struct book *b, struct str text, size_t at)
{
	size_t start = skip_blanks(text, at + 2), dot = skip_word(text, start), end;
	ptrdiff_t close;

	if (dot >= text.len || text.at[dot] != '.')
		return 0;
	end = skip_word(text, dot + 1);
	if (!is_name(c, b, (struct str){text.at + start, dot - start},
		    (struct str){text.at + dot + 1, end - dot - 1}))
		return 0;
	close = str_find(text, STR("}}"), end);
	if (close < 0 || memchr(text.at + end, '\n', (size_t)close - end))
		return 0;
	return (size_t)close + 2 - at;
}

static bool is_in_comment(struct str text, size_t at)
{
	size_t start = at;

	while (start > 0 && text.at[start - 1] != '\n')
		start--;
	start = skip_blanks(text, start);
	return start < text.len && text.at[start] == '#';
}

void lint_braces(struct check *c, const struct book *b)
{
	const struct source_file *file = b->runbook->file;
	struct str text = file->text;
	ptrdiff_t at = str_find(text, STR("{{"), 0);

	for (; at >= 0; at = str_find(text, STR("{{"), (size_t)at + 2)) {
		bool is_marked = at > 0 && strchr("${", text.at[at - 1]);
		size_t len = is_marked ? 0 : braces_at(c, b, text, (size_t)at);
		struct diagnostic *told;

		if (!len || is_in_comment(text, (size_t)at))
			continue;
		told = diagnose(c->d, RB224, (struct span){(uint32_t)at, (uint32_t)len, file->id},
			"`%.*s` is text as it stands: nothing is filled in", (int)len,
			text.at + at);
		told->confidence = CONFIDENCE_LIKELY;
		diagnostic_hint(
			c->d, told, "interpolation is written `$%.*s`", (int)len, text.at + at);
		diagnostic_fix(c->d, told, (struct span){(uint32_t)at, 0, file->id}, "$");
	}
}
