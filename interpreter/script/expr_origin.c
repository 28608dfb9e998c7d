/*
 * From a byte of an expression to its place in the file, also where the YAML text was written with
 * escapes, folded or indented: the two texts are then walked side by side.
 */
#include "script/expr.h"

static struct str span_text(const struct source_file *file, struct span span)
{
	if (!file || span.start > file->text.len || span.len > file->text.len - span.start)
		return (struct str){"", 0};
	return (struct str){file->text.at + span.start, span.len};
}

static struct origin not_exact(
	struct arena *a, const struct source_file *file, const struct value *v)
{
	struct origin_source *source = arena_new(a, struct origin_source);
	source->file = file;
	source->span = value_span(v);
	if (v->kind == VALUE_STRING)
		source->whole = value_string(v);
	return (struct origin){.file = v->file, .source = source};
}

struct origin origin_of(struct arena *a, const struct source_file *file, const struct value *v)
{
	if (v->kind != VALUE_STRING)
		return not_exact(a, file, v);
	struct str source = span_text(file, value_span(v)), text = value_string(v);
	/* Exact when the text stands in the span as it is, perhaps behind a quote. */
	for (size_t quote = 0; quote < 2; quote++) {
		if (text.len + quote <= source.len &&
			str_equal((struct str){source.at + quote, text.len}, text) &&
			(quote == 0 || source.at[0] == '"' || source.at[0] == '\''))
			return (struct origin){.file = v->file,
				.shift = v->start + (uint32_t)quote,
				.is_exact = true};
	}
	return not_exact(a, file, v);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(struct str s, size_t i)
{
	while (i < s.len && is_blank(s.at[i]))
		i++;
	return i;
}

/* The bytes that an escape of a double-quoted scalar takes. */
static size_t escape_length(char c)
{
	return c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2;
}

struct walk {
	struct str source, text;
	size_t in_source, in_text;
	char style; /* `"`, `'`, `|` or `>`, or 0 for plain text */
};

static void walk_begin(struct walk *w)
{
	char c = w->source.len ? w->source.at[0] : '\0';
	w->style = c == '"' || c == '\'' || c == '|' || c == '>' ? c : '\0';
	if (w->style)
		w->in_source = 1;
	if (w->style == '|' || w->style == '>') {
		while (w->in_source < w->source.len && w->source.at[w->in_source] != '\n')
			w->in_source++;
		w->in_source = skip_blanks(w->source, w->in_source);
		w->in_text = skip_blanks(w->text, 0);
	}
}

static bool walk_escape(struct walk *w)
{
	char c = w->in_source + 1 < w->source.len ? w->source.at[w->in_source + 1] : '\0';
	if (c == '\n' || c == '\r') {
		w->in_source = skip_blanks(w->source, w->in_source + 1);
		return true;
	}
	w->in_source += escape_length(c);
	uint32_t code;
	size_t len =
		utf8_decode((struct str){w->text.at + w->in_text, w->text.len - w->in_text}, &code);
	w->in_text += len ? len : 1;
	return true;
}

/* One character of both. False: they do not belong together. */
static bool walk_step(struct walk *w)
{
	char c = w->source.at[w->in_source], t = w->text.at[w->in_text];
	if (w->style == '"' && c == '\\')
		return walk_escape(w);
	if (w->style == '\'' && c == '\'' && t == '\'') {
		w->in_source += 2;
		w->in_text++;
		return true;
	}
	/* A line's end: what was folded, and what was indented, on one side or the other. */
	if (c == '\n' || c == '\r') {
		w->in_source = skip_blanks(w->source, w->in_source);
		w->in_text = skip_blanks(w->text, w->in_text);
		return true;
	}
	/* Blanks at the end of a folded line are in the file only. */
	if (c != t && (c == ' ' || c == '\t') && w->style != '|') {
		w->in_source++;
		return true;
	}
	w->in_source++;
	w->in_text++;
	return c == t;
}

/* The place in the source of byte `at` of the text; false when it cannot be told. */
static bool walk_to(struct walk *w, size_t at)
{
	while (w->in_text < at) {
		if (w->in_source >= w->source.len || !walk_step(w))
			return false;
	}
	return true;
}

static struct span aligned_span(const struct origin *o, size_t offset, size_t len)
{
	const struct origin_source *from = o->source;
	struct walk w = {.source = span_text(from->file, from->span), .text = from->whole};
	if (!w.source.len || o->shift + offset + len > from->whole.len)
		return from->span;
	walk_begin(&w);
	if (!walk_to(&w, o->shift + offset))
		return from->span;
	size_t start = w.in_source;
	if (!walk_to(&w, o->shift + offset + len))
		return from->span;
	return (struct span){from->span.start + (uint32_t)start, (uint32_t)(w.in_source - start),
		from->span.file};
}

struct span origin_span(const struct origin *o, size_t offset, size_t len)
{
	if (o->is_exact)
		return (struct span){o->shift + (uint32_t)offset, (uint32_t)len, o->file};
	if (!o->source)
		return (struct span){0};
	return o->source->whole.at ? aligned_span(o, offset, len) : o->source->span;
}
