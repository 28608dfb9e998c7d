/*
 * Where a key of a step stands: the model keeps the places of what it decodes, not of every key.
 */
#include "check/lint_rules.h"

static size_t line_end(struct str text, size_t at)
{
	const char *end = at < text.len ? memchr(text.at + at, '\n', text.len - at) : NULL;

	return end ? (size_t)(end - text.at) : text.len;
}

static bool is_key(struct str text, size_t at, struct str key)
{
	return at + key.len < text.len && memcmp(text.at + at, key.at, key.len) == 0 &&
	       text.at[at + key.len] == ':';
}

/* In a mapping of braces. */
static size_t find_in_flow(struct str text, struct span step, struct str key)
{
	for (size_t at = step.start; at + 1 < (size_t)step.start + step.len; at++) {
		char c = text.at[at];

		if ((c == '{' || c == ',' || c == ' ') && is_key(text, at + 1, key))
			return at + 1;
	}
	return SIZE_MAX;
}

/* In lines: the keys of a mapping stand under each other. */
static size_t find_in_lines(struct str text, size_t start, struct str key)
{
	size_t line = start, column;

	while (line && text.at[line - 1] != '\n' && text.at[line - 1] != '\r')
		line--;
	column = start - line;
	if (is_key(text, start, key))
		return start;
	for (size_t at = line_end(text, start) + 1; at < text.len; at = line_end(text, at) + 1) {
		size_t first = at;

		while (first < text.len && text.at[first] == ' ')
			first++;
		if (first >= text.len || strchr("\r\n#", text.at[first]))
			continue;
		if (first - at < column)
			break;
		if (first - at == column && is_key(text, first, key))
			return first;
	}
	return SIZE_MAX;
}

struct span step_key_span(const struct check *c, const struct step *s, const char *key)
{
	struct source_file *file = source_get(c->plan->files, s->span.file);
	struct str name = str_of(key);
	size_t at;

	if (!file || s->span.start >= file->text.len)
		return s->span;
	at = file->text.at[s->span.start] == '{' ? find_in_flow(file->text, s->span, name)
						 : find_in_lines(file->text, s->span.start, name);
	if (at == SIZE_MAX)
		return s->span;
	return (struct span){
		.file = s->span.file, .start = (uint32_t)at, .len = (uint32_t)name.len};
}

const char *step_words(struct check *c, const struct step *s)
{
	return s->id.len ? arena_printf(c->d->arena, "`%.*s`", STR_ARGS(s->id)) : "this step";
}

const char *time_words(struct check *c, int64_t ns)
{
	struct strbuf b = {0};
	struct str text;

	duration_print(&b, ns);
	text = strbuf_take(&b, c->d->arena);
	strbuf_release(&b);
	return text.at;
}
