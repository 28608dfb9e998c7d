/* A run on its way out. */
#include "tool/parcel_private.h"

#include "base/base64.h"
#include "base/json.h"
#include "tool/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void parcel_sum_add(struct parcel_sum *sum, struct str line)
{
	struct strbuf b = {0};

	strbuf_puts(&b, sum->text);
	strbuf_put(&b, line);
	sha256_text(strbuf_str(&b), sum->text);
	strbuf_release(&b);
}

struct writing {
	bool (*put)(void *context, struct str text);
	void *context;
	struct arena *arena;
	struct parcel_sum sum;
	struct strbuf line;
	const char *why;
};

static bool put_line(struct writing *w)
{
	bool is_good;

	parcel_sum_add(&w->sum, strbuf_str(&w->line));
	strbuf_putc(&w->line, '\n');
	is_good = w->put(w->context, strbuf_str(&w->line));
	if (!is_good)
		w->why = arena_printf(w->arena, "cannot write it: %s", strerror(errno));
	strbuf_clear(&w->line);
	return is_good;
}

static bool put_row(struct writing *w, const struct run_row *row)
{
	struct arena *a = w->arena;
	struct value v = value_map(a);

	history_set(&v, "id", value_str(row->id), a);
	history_set(&v, "runbook", value_str(row->runbook), a);
	history_set(&v, "title", value_str(row->title), a);
	history_set(&v, "file", value_str(row->file), a);
	history_set(&v, "started_ns", value_int(row->started_ns), a);
	history_set(&v, "ended_ns", value_int(row->ended_ns), a);
	history_set(&v, "status", value_str(row->status), a);
	history_set(&v, "exit", value_int(row->exit), a);
	history_set(&v, "reason", value_str(row->reason), a);
	history_set(&v, "message", value_str(row->message), a);
	history_set(&v, "step", value_str(row->step), a);
	history_set(&v, "owner", value_str(row->owner), a);
	history_set(&v, "host", value_str(row->host), a);
	history_set(&v, "pid", value_int(row->pid), a);
	history_set(&v, "waited_ns", value_int(row->waited_ns), a);
	history_set(&v, "turned_ns", value_int(row->turned_ns), a);
	history_set(&v, "exposed", value_bool(row->is_exposed), a);
	history_set(&v, "options", row->options, a);
	history_set(&v, "targets", row->targets, a);
	strbuf_printf(&w->line, "{\"runbook_export\":%d,\"run\":", PARCEL_VERSION);
	json_encode(&w->line, &v, 0);
	strbuf_putc(&w->line, '}');
	return put_line(w);
}

/* JSON holds text; what is none goes as its bytes. */
static void put_bytes(struct strbuf *b, struct str bytes)
{
	size_t bad;

	if (utf8_valid(bytes, &bad)) {
		strbuf_puts(b, "\"text\":");
		json_quote(b, bytes);
		return;
	}
	strbuf_puts(b, "\"base64\":\"");
	base64_encode(b, bytes);
	strbuf_putc(b, '"');
}

static bool put_sources(struct writing *w, struct store *s, const struct run_row *row)
{
	struct source_row *sources;
	size_t count;

	if (!store_sources(s, row->number, w->arena, &sources, &count)) {
		w->why = store_error(s);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&w->line, "{\"source\":");
		json_quote(&w->line, sources[i].path);
		strbuf_printf(
			&w->line, ",\"embedded\":%s,", sources[i].is_embedded ? "true" : "false");
		put_bytes(&w->line, sources[i].text);
		strbuf_putc(&w->line, '}');
		if (!put_line(w))
			return false;
	}
	return true;
}

static bool put_event(void *context, struct str body)
{
	struct writing *w = context;

	strbuf_puts(&w->line, "{\"event\":");
	strbuf_put(&w->line, body);
	strbuf_putc(&w->line, '}');
	return put_line(w);
}

static bool put_log(struct writing *w, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *chunk = heap_alloc(PARCEL_CHUNK);
	bool is_good = fd >= 0;
	ssize_t n = 0;

	while (is_good && (n = read(fd, chunk, PARCEL_CHUNK)) > 0) {
		strbuf_puts(&w->line, "{\"log\":");
		json_quote(&w->line, str_of(name));
		strbuf_puts(&w->line, ",\"base64\":\"");
		base64_encode(&w->line, (struct str){chunk, (size_t)n});
		strbuf_puts(&w->line, "\"}");
		is_good = put_line(w);
	}
	if (is_good && n < 0)
		w->why = arena_printf(w->arena, "`%s` cannot be read: %s", name, strerror(errno));
	free(chunk);
	if (fd >= 0)
		close(fd);
	return !w->why;
}

static int is_log(const struct dirent *e)
{
	struct str name = str_of(e->d_name);

	return str_ends_with(name, STR(".out")) || str_ends_with(name, STR(".err"));
}

static bool put_logs(struct writing *w, const char *path)
{
	struct dirent **names = NULL;
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = folder < 0 ? 0 : scandir(path, &names, is_log, alphasort);
	bool is_good = true;

	for (int i = 0; i < count; i++) {
		is_good = is_good && put_log(w, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (folder >= 0)
		close(folder);
	return is_good;
}

bool parcel_write(struct store *s, const struct run_row *row, bool with_logs,
	bool (*put)(void *context, struct str text), void *context, struct arena *a,
	const char **why)
{
	struct writing w = {.put = put, .context = context, .arena = a};

	if (put_row(&w, row) && put_sources(&w, s, row)) {
		if (!store_events(s, row->number, put_event, &w, NULL) && !w.why)
			w.why = store_error(s);
		if (!w.why && with_logs)
			put_logs(&w, store_run_dir(s, a, row->id));
	}
	if (!w.why) {
		strbuf_printf(&w.line, "{\"sha256\":\"%s\"}", w.sum.text);
		put_line(&w);
	}
	strbuf_release(&w.line);
	*why = w.why;
	return !w.why;
}
