#include "store_fixture.h"

#include "base/duration.h"
#include "test.h"

#include <dirent.h>
#include <unistd.h>

#define START_OF_2026 INT64_C(1767225600)

void store_fixture_init(struct store_fixture *f)
{
	arena_init(&f->arena);
	snprintf(f->folder, sizeof(f->folder), "/tmp/runbook-store-XXXXXX");
	CHECK(mkdtemp(f->folder) != NULL);
	f->path = store_fixture_path(f, "runbook.db");
	f->why = NULL;
}

const char *store_fixture_path(struct store_fixture *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->folder, name);
}

/* Two levels of folders below it: logs, and those of one run. */
static void remove_folder(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char inner[512];

	while (dir && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, e->d_name);
		if (unlink(inner) < 0 && depth)
			remove_folder(inner, depth - 1);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

void store_fixture_release(struct store_fixture *f)
{
	remove_folder(f->folder, 3);
	arena_release(&f->arena);
}

struct store *store_fixture_open(struct store_fixture *f, enum store_use use)
{
	return store_open(f->path, use, &f->arena, &f->why);
}

struct run_row store_fixture_run(struct store *s, const char *id, int64_t second)
{
	struct source_row source = {.path = STR("deploy.yml"), .text = STR("version: 1\n")};
	struct run_row row = {.id = str_of(id),
		.runbook = STR("deploy"),
		.title = STR("Production Deployment"),
		.file = STR("deploy.yml"),
		.started_ns = (START_OF_2026 + second) * NS_PER_S,
		.owner = STR("ana"),
		.host = STR("one"),
		.pid = 4711};

	store_begin_run(s, &row, &source, 1);
	CHECK(store_commit(s, false));
	return row;
}

void store_fixture_events(struct store *s, const struct run_row *row, int count)
{
	char body[32];

	for (int i = 1; i <= count; i++) {
		snprintf(body, sizeof(body), "{\"n\":%d}", i);
		store_event(s, row, (uint64_t)i, str_of(body));
	}
	CHECK(store_commit(s, true));
}

void store_fixture_fill(struct store *s, const struct run_row *row)
{
	char body[4001];

	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	for (int i = 0; i < 100; i++)
		store_event(s, row, (uint64_t)i, str_of(body));
	CHECK(store_commit(s, true));
}

void store_fixture_end(struct store *s, struct run_row *row, const char *status)
{
	row->status = str_of(status);
	row->ended_ns = row->started_ns + 60 * NS_PER_S;
	store_end_run(s, row);
	CHECK(store_commit(s, true));
}

static bool add_body(void *context, struct str body)
{
	strbuf_put(context, body);
	return true;
}

const char *store_fixture_read(struct store_fixture *f, struct store *s, int64_t run)
{
	struct strbuf b = {0};
	bool is_torn = false;
	const char *text = "damaged";

	if (store_events(s, run, add_body, &b, &is_torn))
		text = arena_printf(&f->arena, "%s%s", is_torn ? "torn " : "", b.at ? b.at : "");
	strbuf_release(&b);
	return text;
}
