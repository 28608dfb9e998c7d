/* Whether the files of a run are still what it began with. */
#include "cli/command.h"
#include "cli/session_private.h"
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

int changes_refused(const struct pinned_text *pinned, size_t count, const struct order *o)
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
	if (diff.len && !o->accepts_changes) {
		write_all(STDERR_FILENO, strbuf_str(&diff));
		usage_error("put it back, or `--accept-changes` to go on as it began",
			"the runbook was changed since the run began");
		code = EXIT_REFUSED;
	}
	strbuf_release(&diff);
	arena_release(&a);
	return code;
}
