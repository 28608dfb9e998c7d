/* `runbook runs prune`: what ended long ago goes, with its logs. */
#include "cli/runs.h"

#include "base/duration.h"
#include "tool/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The folder of one run has files and no folders. */
static bool remove_logs(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return errno == ENOENT;
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	closedir(dir);
	return rmdir(path) == 0;
}

/* What somebody may still go on with stays, however old it is. */
static bool is_to_go(struct store *s, const struct run_row *row, int64_t before_ns)
{
	int64_t pid;

	return history_is_over(row) && row->ended_ns < before_ns &&
	       !store_run_is_owned(s, row->id, &pid);
}

static int forget(const struct runs_order *o, struct records *r, const struct run_row *row)
{
	const char *logs = store_run_dir(r->store, &r->arena, row->id);

	if (o->is_dry)
		return EXIT_OK;
	if (!store_forget(r->store, row->number))
		return records_damaged(store_error(r->store));
	if (!remove_logs(logs))
		usage_error(NULL, "cannot remove `%s`: %s", logs, strerror(errno));
	return EXIT_OK;
}

static int tell(const struct runs_order *o, size_t gone, size_t count)
{
	struct strbuf b = {0};
	int code;

	strbuf_printf(&b, "%s %zu run%s that ended more than ",
		o->is_dry ? "would remove" : "removed", gone, gone == 1 ? "" : "s");
	duration_print(&b, o->keep_ns);
	strbuf_printf(&b, " ago; %zu stay\n", count - gone);
	code = print_answer(strbuf_str(&b));
	strbuf_release(&b);
	return code;
}

int runs_prune(const struct runs_order *o)
{
	struct run_filter filter = {.runbook = o->filter.runbook, .status = o->filter.status};
	struct run_row *rows;
	struct records r;
	size_t count = 0, gone = 0;
	int code;

	if (o->operand)
		return usage_error(NULL, "`prune` takes no run: `%s`", o->operand);
	if (o->keep_ns < 0)
		return usage_error("runbook runs prune --keep 90d", "what is to stay?");
	/* Nothing is made where there is nothing to remove. */
	if (!records_open(&r, o->store, STORE_READ)) {
		code = r.code;
	} else if (!r.store) {
		code = tell(o, 0, 0);
	} else {
		records_close(&r);
		if (!records_open(&r, o->store, o->is_dry ? STORE_READ : STORE_WRITE) ||
			!store_runs(r.store, &filter, &r.arena, &rows, &count))
			code = r.store ? records_damaged(store_error(r.store)) : r.code;
		else
			code = EXIT_OK;
		for (size_t i = 0; code == EXIT_OK && i < count; i++) {
			if (!is_to_go(r.store, &rows[i], o->now_ns - o->keep_ns))
				continue;
			code = forget(o, &r, &rows[i]);
			gone++;
		}
		if (code == EXIT_OK)
			code = tell(o, gone, count);
	}
	records_close(&r);
	return code;
}
