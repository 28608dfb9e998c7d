#include "cli/saved_plan.h"

#include "base/json.h"
#include "base/sha256.h"
#include "cli/command.h"
#include "cli/session_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct value digest(struct arena *a, struct str text)
{
	char out[SHA256_TEXT];

	sha256_text(text, out);
	return value_copy_str(a, str_of(out));
}

/* Each input apart, so that the one that has changed can be named. */
static struct value input_digests(
	struct arena *a, const struct loaded *l, const struct value *inputs)
{
	struct value v = value_map(a);

	for (size_t i = 0; i < l->book->inputs.count; i++) {
		const struct input *in = l->book->inputs.items[i];
		const struct entry *e = map_find(inputs->map, in->name);
		struct strbuf text = {0};

		/* The digest of a short secret would tell it. */
		if (!e || in->secret > 0)
			continue;
		json_encode(&text, &e->value, 0);
		map_set(a, v.map, in->name, digest(a, strbuf_str(&text)));
		strbuf_release(&text);
	}
	return v;
}

static struct value file_digests(struct arena *a, const struct loaded *l, size_t count)
{
	struct value v = value_map(a);

	for (size_t i = 0; i < count; i++) {
		const struct source_file *file = l->files.files[i];

		map_set(a, v.map, str_of(file->path), digest(a, file->text));
	}
	return v;
}

static struct value saved_form(
	struct arena *a, const struct loaded *l, size_t count, const struct value *inputs)
{
	struct value v = value_map(a);

	map_set(a, v.map, STR("version"), value_int(1));
	map_set(a, v.map, STR("runbook"), value_str(l->book->name));
	map_set(a, v.map, STR("files"), file_digests(a, l, count));
	map_set(a, v.map, STR("inputs"), input_digests(a, l, inputs));
	return v;
}

bool saved_plan_write(
	const char *path, const struct loaded *l, size_t count, const struct value *inputs)
{
	struct strbuf text = {0};
	struct arena a;
	struct value v;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool is_written;

	arena_init(&a);
	v = saved_form(&a, l, count, inputs);
	json_encode(&text, &v, 2);
	strbuf_putc(&text, '\n');
	is_written = fd >= 0 && write_all(fd, strbuf_str(&text));
	if (fd >= 0 && close(fd) != 0)
		is_written = false;
	if (!is_written)
		usage_error(NULL, "cannot write `%s`: %s", path, strerror(errno));
	strbuf_release(&text);
	arena_release(&a);
	return is_written;
}

/* What of `now` is not as in `then`, the first of it; NULL: nothing. */
static const char *first_change(
	struct arena *a, const struct value *then, const struct value *now, const char *what)
{
	if (!then || then->kind != VALUE_MAP)
		return what;
	for (size_t i = 0; i < now->map->count; i++) {
		const struct entry *e = &now->map->entries[i];
		const struct entry *old = map_find(then->map, entry_key(e));

		if (!old || !value_equal(&old->value, &e->value))
			return arena_printf(a, "%s `%.*s`", what, STR_ARGS(entry_key(e)));
	}
	return then->map->count == now->map->count ? NULL : what;
}

static int compare(
	struct arena *a, const char *path, const struct value *then, const struct value *now)
{
	const char *change = first_change(
		a, map_get(then->map, "files"), map_get(now->map, "files"), "the file");

	if (!change)
		change = first_change(
			a, map_get(then->map, "inputs"), map_get(now->map, "inputs"), "the input");
	if (!change)
		return -1;
	usage_error("look at it again: `runbook plan --save`",
		"%s is not as it was when `%s` was saved", change, path);
	return EXIT_REFUSED;
}

int saved_plan_check(const char *path, struct loaded *l, size_t count, const struct value *inputs)
{
	struct source_set files;
	struct json_error error;
	struct source_file *file;
	struct value then, now;
	const char *why;
	struct arena a;
	int code;

	if (!path)
		return -1;
	arena_init(&a);
	source_init(&files, &a);
	file = source_read(&files, path, &why);
	if (!file) {
		code = usage_error(NULL, "cannot read `%s`: %s", path, why);
	} else if (!json_decode(&a, file->text, &then, &error) || then.kind != VALUE_MAP) {
		code = usage_error(NULL, "`%s` is no saved plan", path);
	} else {
		now = saved_form(&a, l, count, inputs);
		code = compare(&a, path, &then, &now);
	}
	arena_release(&a);
	return code;
}
