/* A run on its way in: all lines are looked at before the first is written. */
#include "tool/parcel_private.h"

#include "base/base64.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SOURCES 256

struct arriving {
	struct store *store;
	struct arena *arena;
	struct run_row row;
	struct source_row sources[MAX_SOURCES];
	size_t source_count, line;
	struct str *bodies; /* of the events; on the heap */
	uint64_t *seqs;
	size_t event_count, event_cap;
	struct value *logs; /* the lines with them; on the heap */
	size_t log_count, log_cap;
	struct parcel_sum sum;
	bool is_whole;
	const char *why;
};

static bool refuse(struct arriving *w, const char *what)
{
	w->why = arena_printf(w->arena, "line %zu: %s", w->line, what);
	return false;
}

/* ---- one line -------------------------------------------------------------------------------- */

static struct str text_of(const struct value *v, const char *key)
{
	const struct value *member = map_get(v->map, key);

	return member && member->kind == VALUE_STRING ? value_string(member) : STR("");
}

static int64_t int_of(const struct value *v, const char *key)
{
	const struct value *member = map_get(v->map, key);

	return member && member->kind == VALUE_INT ? member->integer : 0;
}

static bool is_true(const struct value *v, const char *key)
{
	const struct value *member = map_get(v->map, key);

	return member && member->kind == VALUE_BOOL && member->boolean;
}

static struct value map_of(const struct value *v, const char *key)
{
	const struct value *member = map_get(v->map, key);

	return member ? *member : value_nil();
}

/* It becomes a part of paths. */
static bool is_run_id(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && c != '-')
			return false;
	}
	return id.len > 0 && id.len < 100;
}

static bool take_row(struct arriving *w, const struct value *line)
{
	const struct value *v = map_get(line->map, "run");

	if (int_of(line, "runbook_export") != PARCEL_VERSION || !v || v->kind != VALUE_MAP)
		return refuse(w, "this is no exported run, or one of a later version");
	w->row = (struct run_row){.id = text_of(v, "id"),
		.runbook = text_of(v, "runbook"),
		.title = text_of(v, "title"),
		.file = text_of(v, "file"),
		.started_ns = int_of(v, "started_ns"),
		.ended_ns = int_of(v, "ended_ns"),
		.status = text_of(v, "status"),
		.exit = int_of(v, "exit"),
		.reason = text_of(v, "reason"),
		.message = text_of(v, "message"),
		.step = text_of(v, "step"),
		.owner = text_of(v, "owner"),
		.host = text_of(v, "host"),
		.pid = int_of(v, "pid"),
		.waited_ns = int_of(v, "waited_ns"),
		.turned_ns = int_of(v, "turned_ns"),
		.is_exposed = is_true(v, "exposed"),
		.options = map_of(v, "options"),
		.targets = map_of(v, "targets")};
	return is_run_id(w->row.id) || refuse(w, "the run has no id that could be one");
}

static bool take_source(struct arriving *w, const struct value *line)
{
	struct source_row *source = &w->sources[w->source_count];
	struct strbuf bytes = {0};
	bool is_good = true;

	if (w->source_count == MAX_SOURCES)
		return refuse(w, "these are too many texts");
	w->source_count++;
	source->path = text_of(line, "source");
	source->is_embedded = is_true(line, "embedded");
	source->text = text_of(line, "text");
	if (map_get(line->map, "base64")) {
		is_good = base64_decode(&bytes, text_of(line, "base64"));
		source->text = strbuf_take(&bytes, w->arena);
	}
	strbuf_release(&bytes);
	return is_good || refuse(w, "this is no base64");
}

/* The event is kept byte for byte. */
static bool take_event(struct arriving *w, struct str text, const struct value *event)
{
	static const char head[] = "{\"event\":";
	size_t before = sizeof(head) - 1;

	if (event->kind != VALUE_MAP || !str_starts_with(text, str_of(head)))
		return refuse(w, "this is no event");
	if (w->event_count == w->event_cap) {
		w->event_cap = w->event_cap ? w->event_cap * 2 : 256;
		w->bodies = heap_array(w->bodies, w->event_cap, sizeof(*w->bodies));
		w->seqs = heap_array(w->seqs, w->event_cap, sizeof(*w->seqs));
	}
	w->seqs[w->event_count] = (uint64_t)int_of(event, "seq");
	w->bodies[w->event_count++] = (struct str){text.at + before, text.len - before - 1};
	return true;
}

static bool take_log(struct arriving *w, const struct value *line)
{
	struct str name = text_of(line, "log");
	bool is_name = str_ends_with(name, STR(".out")) || str_ends_with(name, STR(".err"));

	if (!is_name || memchr(name.at, '/', name.len) || memchr(name.at, 0, name.len) ||
		name.at[0] == '.')
		return refuse(w, "this is no name of a log");
	if (w->log_count == w->log_cap) {
		w->log_cap = w->log_cap ? w->log_cap * 2 : 16;
		w->logs = heap_array(w->logs, w->log_cap, sizeof(*w->logs));
	}
	w->logs[w->log_count++] = *line;
	return true;
}

static bool take_line(struct arriving *w, struct str text)
{
	struct json_error error;
	struct value v;

	if (w->is_whole)
		return refuse(w, "it goes on behind its end");
	if (!json_decode(w->arena, text, &v, &error) || v.kind != VALUE_MAP)
		return refuse(w, "this is no JSON object");
	if (map_get(v.map, "sha256")) {
		w->is_whole = true;
		return str_is(text_of(&v, "sha256"), w->sum.text) ||
		       refuse(w, "the file was changed since it was exported: its sum differs");
	}
	parcel_sum_add(&w->sum, text);
	if (w->line == 1)
		return take_row(w, &v);
	if (map_get(v.map, "source"))
		return take_source(w, &v);
	if (map_get(v.map, "event"))
		return take_event(w, text, map_get(v.map, "event"));
	return map_get(v.map, "log") ? take_log(w, &v) : refuse(w, "nobody knows what this is");
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool take_file(struct arriving *w, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	bool is_good = true;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!f) {
		w->why = strerror(errno);
		return false;
	}
	while (is_good && (len = getline(&line, &cap, f)) > 0) {
		struct str text = {line, (size_t)len};

		w->line++;
		if (text.at[text.len - 1] == '\n')
			text.len--;
		is_good = take_line(
			w, (struct str){arena_copy(w->arena, text.at, text.len), text.len});
	}
	if (is_good && !w->is_whole) {
		w->why = "it was cut: its end is missing";
		is_good = false;
	}
	free(line);
	if (f != stdin)
		fclose(f);
	return is_good;
}

/* ---- into the store -------------------------------------------------------------------------- */

static bool append_log(int folder, const struct value *line)
{
	struct strbuf bytes = {0};
	struct str name = text_of(line, "log");
	bool is_good = base64_decode(&bytes, text_of(line, "base64"));
	int fd = openat(folder, strndupa(name.at, name.len),
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	for (size_t at = 0; is_good && at < bytes.len;) {
		ssize_t n = fd < 0 ? -1 : write(fd, bytes.at + at, bytes.len - at);

		is_good = n > 0;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	strbuf_release(&bytes);
	return is_good;
}

static bool write_logs(struct arriving *w)
{
	const char *path = store_run_dir(w->store, w->arena, w->row.id);
	const char *slash = strrchr(path, '/');
	int folder;
	bool is_good;

	mkdir(arena_copy(w->arena, path, (size_t)(slash - path)), 0700);
	mkdir(path, 0700);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_good = folder >= 0;
	for (size_t i = 0; is_good && i < w->log_count; i++)
		is_good = append_log(folder, &w->logs[i]);
	if (!is_good)
		w->why = arena_printf(
			w->arena, "its logs cannot be written to `%s`: %s", path, strerror(errno));
	if (folder >= 0)
		close(folder);
	return is_good;
}

static bool write_run(struct arriving *w)
{
	struct run_row there;
	const char *why;

	if (store_find(w->store, arena_copy(w->arena, w->row.id.at, w->row.id.len), w->arena,
		    &there, &why) &&
		str_equal(there.id, w->row.id)) {
		w->why = arena_printf(
			w->arena, "the run `%.*s` is in the store already", STR_ARGS(w->row.id));
		return false;
	}
	if (w->log_count && !write_logs(w))
		return false;
	store_begin_run(w->store, &w->row, w->sources, w->source_count);
	for (size_t i = 0; i < w->event_count; i++)
		store_event(w->store, &w->row, w->seqs[i], w->bodies[i]);
	store_end_run(w->store, &w->row);
	if (store_commit(w->store, true))
		return true;
	w->why = store_error(w->store);
	return false;
}

bool parcel_read(
	struct store *s, const char *path, struct arena *a, struct str *id, const char **why)
{
	struct arriving *w = heap_alloc(sizeof(*w));
	bool is_good;

	*w = (struct arriving){.store = s, .arena = a};
	is_good = take_file(w, path);
	if (!is_good)
		w->why = arena_printf(a, "`%s`: %s", path, w->why);
	is_good = is_good && write_run(w);
	*id = w->row.id;
	*why = w->why;
	free(w->bodies);
	free(w->seqs);
	free(w->logs);
	free(w);
	return is_good;
}
