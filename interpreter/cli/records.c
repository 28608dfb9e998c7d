#include "cli/records.h"

#include "cli/recorder.h"
#include "output/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

int records_damaged(const char *why)
{
	usage_error(NULL, "%s", why);
	return EXIT_RECORD;
}

bool records_open(struct records *r, const char *path, enum store_use use)
{
	const char *why = NULL;

	*r = (struct records){.code = EXIT_RECORD};
	arena_init(&r->arena);
	if (path && !*path) {
		r->code = usage_error(STORE_HINT, "`--store` names no file");
		return false;
	}
	path = store_path(&r->arena, path);
	if (!path) {
		r->code = usage_error("name one with --store, or set HOME", "there is no store");
		return false;
	}
	r->store = store_open(path, use, &r->arena, &why);
	if (why)
		records_damaged(why);
	return !why;
}

bool records_open_run(struct records *r, const char *path, const char *name, enum store_use use)
{
	const char *why = "there is no run yet";

	if (!records_open(r, path, use))
		return false;
	if (r->store && store_find(r->store, name, &r->arena, &r->row, &why))
		return true;
	if (r->store && *store_error(r->store))
		r->code = records_damaged(why);
	else
		r->code = usage_error("`runbook runs` lists them", "%s", why);
	return false;
}

bool records_plan(struct records *r, struct loaded *l)
{
	struct source_row *sources;
	struct pinned_text *pinned;
	size_t count;

	*l = (struct loaded){0};
	arena_init(&l->arena);
	if (!store_sources(r->store, r->row.number, &r->arena, &sources, &count)) {
		r->code = records_damaged(store_error(r->store));
		return false;
	}
	pinned = arena_array(&r->arena, count + 1, sizeof(*pinned));
	for (size_t i = 0; i < count; i++)
		pinned[i] = (struct pinned_text){
			arena_copy(&r->arena, sources[i].path.at, sources[i].path.len),
			sources[i].text, sources[i].is_embedded};
	if (!count)
		return true;
	arena_release(&l->arena);
	if (!load_pinned(l, pinned[0].path, pinned, count,
		    recorded_option(&r->arena, &r->row, "inventory"))) {
		plan_release(l->plan);
		l->plan = NULL;
	}
	return true;
}

void records_close(struct records *r)
{
	store_close(r->store);
	arena_release(&r->arena);
}

struct table_look table_look_of(int color)
{
	struct winsize size;
	struct table_look look = {
		.color = color_wanted(color, STDOUT_FILENO), .ascii = !locale_is_utf8()};

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		look.width = size.ws_col;
	return look;
}
