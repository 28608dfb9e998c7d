#include "cli/findings.h"

#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool report_format(struct report *r, const char *word)
{
	struct strbuf hint = {0};

	if (findings_format_find(word, &r->format))
		return true;
	for (size_t i = 0; findings_format_names[i]; i++)
		strbuf_printf(&hint, "%s%s", i ? findings_format_names[i + 1] ? ", " : " or " : "",
			findings_format_names[i]);
	usage_error(hint.at, "there is no format `%s`", word);
	strbuf_release(&hint);
	return false;
}

struct loaded *report_file(void)
{
	return heap_alloc(sizeof(struct loaded));
}

static void print(struct report *r)
{
	struct strbuf b = {0};

	findings_write(&b, r->format, r->files, r->count, color_wanted(r->color, STDOUT_FILENO));
	r->is_broken |= print_answer(strbuf_str(&b)) != EXIT_OK;
	strbuf_release(&b);
}

void report_leave_out(struct loaded *l)
{
	loaded_free(l);
	free(l);
}

static void forget(struct report *r)
{
	for (size_t i = 0; i < r->count; i++)
		report_leave_out(r->kept[i]);
	r->count = 0;
}

void report_add(struct report *r, struct loaded *l, const char *path)
{
	diagnostics_sort(&l->diagnostics);
	r->files = heap_array(r->files, r->count + 1, sizeof *r->files);
	r->kept = heap_array(r->kept, r->count + 1, sizeof *r->kept);
	r->kept[r->count] = l;
	r->files[r->count++] = (struct findings_file){
		.path = path, .files = &l->files, .diagnostics = &l->diagnostics};
	if (r->format == FINDINGS_TEXT || r->format == FINDINGS_SHORT) {
		print(r);
		forget(r);
	}
}

/* A summary that cannot be written is no reason to fail: the annotations are there. */
static void append_summary(const struct report *r, const char *path)
{
	struct strbuf b = {0};
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	findings_write_summary(&b, r->files, r->count);
	if (fd < 0 || !write_all(fd, strbuf_str(&b)))
		usage_error(
			NULL, "cannot write the job's summary to `%s`: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	strbuf_release(&b);
}

bool report_end(struct report *r)
{
	const char *summary = getenv("GITHUB_STEP_SUMMARY");

	if (r->format != FINDINGS_TEXT && r->format != FINDINGS_SHORT)
		print(r);
	if (r->format == FINDINGS_GITHUB && summary && *summary)
		append_summary(r, summary);
	forget(r);
	free(r->files);
	free(r->kept);
	return !r->is_broken;
}
