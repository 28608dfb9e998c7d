#include "script/shell_look.h"

#include "script/shell_scan.h"

struct shell_look {
	struct arena *arena;
	struct str source; /* the script as written, with its `${{ }}` */
	void (*see)(void *context, const struct shell_seen *command);
	void *context;
	struct shell_seen last; /* the command before, until it is known whether it is piped */
	size_t last_end;
	bool has_last;
	bool has_marks;
	size_t from, flat; /* a place in both texts */
};

/* Where byte `at` of the flat text stands in the script as written. Asked mostly from front to
 * back.
 */
static size_t as_written(struct shell_look *l, size_t at)
{
	struct template_mark mark;

	if (at < l->flat)
		l->from = l->flat = 0;
	while (l->has_marks && template_find(l->source, l->from, &mark)) {
		size_t kept = mark.kind == TEMPLATE_MARK_CODE ? 1 : 3;

		if (mark.kind == TEMPLATE_MARK_UNCLOSED ||
			l->flat + (mark.start - l->from) + kept > at)
			break;
		l->flat += mark.start - l->from + kept;
		l->from = mark.end;
	}
	return l->from + (at - l->flat);
}

static void copy_word(
	const struct shell_scan *s, const struct shell_word *w, struct shell_seen_word *out)
{
	struct shell_look *l = s->look;

	out->text = (struct str){arena_copy(l->arena, w->text ? w->text : "", w->len), w->len};
	out->at = as_written(l, w->at);
	out->len = as_written(l, w->end) - out->at;
	if (w->bare_len) {
		out->bare = as_written(l, w->bare);
		out->bare_len = w->bare_len;
	}
	out->assigns = word_assigns(w) != 0;
	for (size_t i = 0; i < w->count && i < 8; i++)
		out->values[out->value_count++] = &s->holes[w->holes[i]].code;
}

static void let_go(struct shell_look *l, bool is_piped)
{
	if (!l->has_last)
		return;
	l->has_last = false;
	l->last.is_piped = is_piped;
	l->see(l->context, &l->last);
}

void look_command(struct shell_scan *s, const struct shell_command *c)
{
	struct shell_look *l = s->look;
	struct shell_seen_word *words;

	let_go(l, false);
	if (!c->count)
		return;
	words = arena_array(l->arena, c->count, sizeof *words);
	for (size_t i = 0; i < c->count; i++)
		copy_word(s, &c->words[i], &words[i]);
	l->last = (struct shell_seen){.words = words, .count = c->count};
	while (l->last.name < c->count && words[l->last.name].assigns)
		l->last.name++;
	l->last_end = s->at;
	l->has_last = true;
}

void look_pipe(struct shell_scan *s)
{
	struct shell_look *l = s->look;

	/* Behind a `)` or `done` it is not the command itself that is piped. */
	if (l->has_last && l->last_end == s->at)
		let_go(l, true);
}

void shell_look(const struct source_file *file, const struct value *v, bool is_bash,
	void (*see)(void *context, const struct shell_seen *command), void *context)
{
	struct arena arena;
	struct diagnostics unheard;
	struct shell_look look = {.arena = &arena, .see = see, .context = context};

	if (v->kind != VALUE_STRING)
		return;
	arena_init(&arena);
	diagnostics_init(&unheard, &arena);
	look.source = value_string(v);
	look.has_marks = str_find(look.source, STR("${{"), 0) >= 0;
	shell_scan_with(&arena, file, v, is_bash, &unheard, &look);
	let_go(&look, false);
	arena_release(&arena);
}
