/* Whether the files of a run are still what it began with, and what becomes of it if not. */
#include "cli/command.h"
#include "cli/session_private.h"
#include "tool/accept.h"
#include "tool/unified.h"

#include <unistd.h>

/* What lies at the path now; a file that is gone changes nothing: the record has its text. */
static bool text_now(struct source_set *files, const char *path, struct str *text)
{
	const char *why;
	struct source_file *file = source_read(files, path, &why);

	if (file)
		*text = file->text;
	return file != NULL;
}

int changes_refused(
	const struct pinned_text *pinned, size_t count, const struct order *o, bool *has_changed)
{
	struct source_set files;
	struct strbuf diff = {0};
	struct arena a;
	int code = -1;

	arena_init(&a);
	source_init(&files, &a);
	for (size_t i = 0; i < count; i++) {
		struct str now;

		if (pinned[i].is_embedded || strcmp(pinned[i].path, "<stdin>") == 0 ||
			!text_now(&files, pinned[i].path, &now) || str_equal(now, pinned[i].text))
			continue;
		unified_diff(&diff, pinned[i].path, pinned[i].text, now,
			color_wanted(o->color, STDERR_FILENO));
	}
	*has_changed = diff.len > 0;
	if (diff.len && !o->accepts_changes) {
		write_all(STDERR_FILENO, strbuf_str(&diff));
		usage_error("put it back, or go on with it as it is now: `--accept-changes`",
			"the runbook was changed since the run began");
		code = EXIT_REFUSED;
	}
	strbuf_release(&diff);
	arena_release(&a);
	return code;
}

/* Steps that the command line named when the run began are looked for each time. */
static bool has_named_steps(const struct plan *p, const struct value *names)
{
	bool is_good = true;

	if (!names || names->kind == VALUE_NIL)
		return true;
	if (names->kind == VALUE_STRING)
		return plan_step(p, p->units[0], value_string(names)) != NODE_NONE;
	for (size_t i = 0; names->kind == VALUE_LIST && i < names->list->count; i++)
		is_good &= has_named_steps(p, &names->list->items[i]);
	return is_good;
}

static int refuse(const char *why)
{
	usage_error("put it back as it was, or begin a new run",
		"the changed runbook does not fit what has happened: %s", why);
	return EXIT_REFUSED;
}

static int accept(struct session *s, const struct run_row *row, const struct loaded *now)
{
	const struct run *r = s->engine.decider.run;
	struct arena *a = &s->run_arena;
	const struct map *options = row->options.kind == VALUE_MAP ? row->options.map : NULL;
	struct value numbers, noted;
	const char *why;

	if (!accept_change(r, now->plan, a, &numbers, &why))
		return refuse(why);
	if (options && !(has_named_steps(now->plan, map_get(options, "skip")) &&
			       has_named_steps(now->plan, map_get(options, "from"))))
		return refuse("a step that was named when the run began is gone");
	noted = accept_note(a, &row->options, r->seq, recorder_by(a), &numbers);
	return recorder_repin(&s->recorder, row, now, s->masker, noted);
}

int changes_accept(struct session *s, const struct run_row *row, const char *path)
{
	struct loaded now;
	int code = EXIT_USAGE;

	if (load_for_run(&now, path, recorded_option(&s->run_arena, row, "inventory")))
		code = accept(s, row, &now);
	else
		loaded_tell(&now, s->order->color);
	loaded_free(&now);
	return code;
}
