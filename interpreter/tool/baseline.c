#include "tool/baseline.h"

#include "base/json.h"
#include "source/fingerprint.h"
#include "source/suppress.h"

#define VERSION 1

void baseline_init(struct baseline *b)
{
	*b = (struct baseline){0};
	arena_init(&b->arena);
	b->list = value_list(&b->arena);
}

void baseline_release(struct baseline *b)
{
	free(b->prints);
	arena_release(&b->arena);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int compare(const void *x, const void *y)
{
	return strcmp(x, y);
}

static bool add(struct baseline *b, const struct value *finding)
{
	const struct value *print =
		finding->kind == VALUE_MAP ? map_get(finding->map, "fingerprint") : NULL;

	if (!print || print->kind != VALUE_STRING || print->len >= sizeof *b->prints)
		return false;
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->prints = heap_array(b->prints, b->cap, sizeof *b->prints);
	}
	memcpy(b->prints[b->count], print->string, print->len);
	b->prints[b->count++][print->len] = 0;
	return true;
}

static bool take(struct baseline *b, const struct value *root)
{
	const struct value *version =
		root->kind == VALUE_MAP ? map_get(root->map, "version") : NULL;
	const struct value *list = version ? map_get(root->map, "findings") : NULL;

	if (!list || version->kind != VALUE_INT || version->integer != VERSION ||
		list->kind != VALUE_LIST)
		return false;
	for (size_t i = 0; i < list->list->count; i++) {
		if (!add(b, &list->list->items[i]))
			return false;
	}
	if (b->count)
		qsort(b->prints, b->count, sizeof *b->prints, compare);
	return true;
}

bool baseline_read(struct baseline *b, const char *path, const char **why)
{
	struct source_set files;
	struct source_file *file;
	struct value root;
	struct json_error error;

	source_init(&files, &b->arena);
	file = source_read(&files, path, why);
	if (!file)
		return false;
	if (!json_decode(&b->arena, file->text, &root, &error))
		*why = arena_printf(&b->arena, "line %zu: %s", error.line, error.message);
	else if (!take(b, &root))
		*why = "is no baseline of this version";
	else
		return true;
	return false;
}

/* ---- findings -------------------------------------------------------------------------------- */

void baseline_apply(const struct baseline *b, const struct source_set *files, struct diagnostics *d)
{
	char print[FINGERPRINT_SIZE];

	for (struct diagnostic *x = d->first; x && b->count; x = x->next) {
		if (x->is_suppressed || rule_is_fixed(x->rule))
			continue;
		diagnostic_fingerprint(files, d, x, print);
		if (bsearch(print, b->prints, b->count, sizeof *b->prints, compare))
			diagnostic_suppress(d, x, "it is in the baseline");
	}
}

static void put(struct arena *a, struct map *m, const char *key, const char *text)
{
	map_set(a, m, str_of(key), value_copy_str(a, str_of(text)));
}

void baseline_note(struct baseline *b, const struct source_set *files, struct diagnostics *d)
{
	char print[FINGERPRINT_SIZE];

	for (struct diagnostic *x = d->first; x; x = x->next) {
		struct source_file *file = source_get(files, x->span.file);
		struct value one = value_map(&b->arena);

		if (x->is_suppressed || rule_is_fixed(x->rule))
			continue;
		diagnostic_fingerprint(files, d, x, print);
		put(&b->arena, one.map, "fingerprint", print);
		put(&b->arena, one.map, "rule", rule_info(x->rule)->code);
		put(&b->arena, one.map, "path", file ? file->path : "");
		put(&b->arena, one.map, "message", x->message);
		list_add(&b->arena, b->list.list, one);
		diagnostic_suppress(d, x, "it is in the baseline");
	}
}

bool baseline_write(const struct baseline *b, const char *path)
{
	struct arena a;
	struct strbuf text = {0};
	FILE *out;
	bool is_good;

	arena_init(&a);
	struct value root = value_map(&a);
	map_set(&a, root.map, STR("version"), value_int(VERSION));
	map_set(&a, root.map, STR("findings"), b->list);
	json_encode(&text, &root, 2);
	strbuf_putc(&text, '\n');
	out = fopen(path, "we");
	is_good = out && fwrite(text.at, 1, text.len, out) == text.len;
	if (out)
		is_good &= fclose(out) == 0;
	strbuf_release(&text);
	arena_release(&a);
	return is_good;
}
