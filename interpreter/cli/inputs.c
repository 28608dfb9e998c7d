#include "cli/inputs.h"

#include "base/json.h"
#include "cli/command.h"
#include "cli/early.h"
#include "model/inputs.h"
#include "source/render.h"
#include "source/yaml.h"

#include <unistd.h>

struct gathering {
	struct loaded *l;
	struct map *values;
	bool is_good;
};

static const struct input *find_input(const struct runbook *book, struct str name)
{
	for (size_t i = 0; i < book->inputs.count; i++) {
		const struct input *in = book->inputs.items[i];

		if (str_equal(in->name, name))
			return in;
	}
	return NULL;
}

static void refuse(struct gathering *g, const char *hint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct gathering *g, const char *hint, const char *format, ...)
{
	struct strbuf text = {0}, safe = {0};
	va_list args;

	va_start(args, format);
	strbuf_vprintf(&text, format, args);
	va_end(args);
	escape_for_terminal(&safe, strbuf_str(&text));
	usage_error(hint, "%s", safe.at);
	strbuf_release(&text);
	strbuf_release(&safe);
	g->is_good = false;
}

static void refuse_unknown(struct gathering *g, struct str name)
{
	const struct record_list *inputs = &g->l->book->inputs;
	const char **names = arena_array(&g->l->arena, inputs->count + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < inputs->count; i++) {
		struct str n = ((struct input *)inputs->items[i])->name;

		names[i] = arena_copy(&g->l->arena, n.at, n.len);
	}
	nearest = nearest_word(name, names, inputs->count);
	refuse(g,
		nearest		? arena_printf(&g->l->arena, "did you mean `%s`?", nearest)
		: inputs->count ? "the runbook's `inputs` declare what there is"
				: "this runbook declares no inputs",
		"there is no input `%.*s`", STR_ARGS(name));
}

/* ---- --input k=v ---------------------------------------------------------------------------- */

static void take_text(struct gathering *g, const char *text, struct map *seen)
{
	const char *equals = strchr(text, '=');
	struct str name = {text, equals ? (size_t)(equals - text) : strlen(text)};
	const struct input *in = find_input(g->l->book, name);
	struct value v;
	const char *why;

	if (!equals) {
		refuse(g, "--input name=value", "`--input %s` has no `=`", text);
	} else if (!in) {
		refuse_unknown(g, name);
	} else if (map_find(seen, name)) {
		refuse(g, NULL, "input `%.*s` is given twice", STR_ARGS(name));
	} else if (!input_from_text(&g->l->arena, in, str_of(equals + 1), &v, &why)) {
		refuse(g,
			in->about.len ? arena_printf(&g->l->arena, "%.*s", STR_ARGS(in->about))
				      : NULL,
			"input `%.*s`: %s", STR_ARGS(name), why);
		map_set(&g->l->arena, g->values, in->name,
			value_bool(false)); /* not missing, too */
	} else {
		map_set(&g->l->arena, g->values, in->name, v);
	}
	if (equals)
		map_set(&g->l->arena, seen, name, value_bool(true));
}

/* ---- --inputs FILE -------------------------------------------------------------------------- */

static void take_values(struct gathering *g, const char *path, const struct map *values)
{
	const char *why;

	for (size_t i = 0; i < values->count; i++) {
		const struct entry *e = &values->entries[i];
		const struct input *in = find_input(g->l->book, entry_key(e));
		struct value checked;

		if (!in)
			refuse_unknown(g, entry_key(e));
		else if (!input_check(&g->l->arena, in, &e->value, &checked, &why))
			refuse(g, NULL, "input `%.*s` in %s: %s", STR_ARGS(in->name), path, why);
		else
			map_set(&g->l->arena, g->values, in->name, checked);
	}
}

/* YAML reads most JSON; surrogate pairs, as programs write them, it does not. */
static bool is_json(struct str text)
{
	text = str_trim(text);
	return text.len && text.at[0] == '{';
}

static void take_file(struct gathering *g, const char *path)
{
	const char *why;
	struct source_file *file = source_read(&g->l->files, path, &why);
	struct diagnostics d;
	struct json_error error;
	struct value v;
	bool is_mapping;

	if (!file) {
		refuse(g, NULL, "cannot read inputs from `%s`: %s", path, why);
		return;
	}
	if (is_json(file->text) && json_decode_unique(&g->l->arena, file->text, &v, &error) &&
		v.kind == VALUE_MAP) {
		take_values(g, path, v.map);
		return;
	}
	diagnostics_init(&d, &g->l->arena);
	is_mapping = yaml_read(file, &g->l->arena, &d, &v) && v.kind == VALUE_MAP;
	/* An empty file is as `{}`: nothing is given. */
	if (!is_mapping && d.first && d.first->rule == RB003)
		return;
	if (!is_mapping) {
		struct strbuf b = {0};

		if (d.errors)
			diagnostics_render(&b, &g->l->files, &d, false);
		write_all(STDERR_FILENO, strbuf_str(&b));
		strbuf_release(&b);
		refuse(g, "a line an input: `version: v1.2.3`", "`%s` is no mapping of inputs",
			path);
		return;
	}
	take_values(g, path, v.map);
}

/* ---- asking --------------------------------------------------------------------------------- */

static bool ask(struct gathering *g, const struct input *in, struct value *out)
{
	struct strbuf prompt = {0};
	char *line = NULL;
	size_t cap = 0;
	bool has_answer = false;

	if (in->secret > 0)
		early_hide();
	while (!has_answer) {
		const char *why;
		ssize_t n;

		strbuf_clear(&prompt);
		strbuf_put(&prompt, in->name);
		if (in->about.len)
			strbuf_printf(&prompt, " (%.*s)", STR_ARGS(in->about));
		strbuf_puts(&prompt, ": ");
		write_all(STDERR_FILENO, strbuf_str(&prompt));
		n = getline(&line, &cap, stdin);
		if (n < 0)
			break;
		if (n && line[n - 1] == '\n')
			n--;
		has_answer =
			input_from_text(&g->l->arena, in, (struct str){line, (size_t)n}, out, &why);
		if (!has_answer) {
			strbuf_clear(&prompt);
			strbuf_printf(&prompt, "  %s\n", why);
			write_all(STDERR_FILENO, strbuf_str(&prompt));
		} else {
			*out = value_deep_copy(&g->l->arena, out);
		}
	}
	early_show();
	if (line)
		explicit_bzero(line, cap);
	free(line);
	strbuf_release(&prompt);
	return has_answer;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void complete(struct gathering *g, bool may_ask)
{
	const struct record_list *inputs = &g->l->book->inputs;

	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *in = inputs->items[i];
		const struct entry *given = map_find(g->values, in->name);
		struct value v = in->has_default ? in->fallback : value_nil();

		if (given && given->value.kind != VALUE_NIL)
			continue;
		if (in->required > 0 && !(may_ask && ask(g, in, &v))) {
			refuse(g,
				arena_printf(&g->l->arena, "--input %.*s=…%s%.*s",
					STR_ARGS(in->name), in->about.len ? ": " : "",
					STR_ARGS(in->about)),
				"input `%.*s` is required", STR_ARGS(in->name));
			continue;
		}
		map_set(&g->l->arena, g->values, in->name, v);
	}
}

static void mark_secrets(struct gathering *g, struct masker *masker)
{
	const struct record_list *inputs = &g->l->book->inputs;

	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *in = inputs->items[i];
		struct entry *e = map_find(g->values, in->name);

		if (in->secret <= 0 || !e || e->value.kind != VALUE_STRING)
			continue;
		e->value.flags |= VALUE_SECRET;
		if (!masker_add(masker, value_string(&e->value)))
			refuse(g, "a word this short would be starred out everywhere",
				"input `%.*s` is a secret of fewer than %d bytes",
				STR_ARGS(in->name), MASK_MIN_BYTES);
	}
}

bool gather_inputs(struct loaded *l, const struct given_inputs *given, bool may_ask,
	struct masker *masker, struct value *out)
{
	struct value seen = value_map(&l->arena);
	struct gathering g = {.l = l, .is_good = true};

	*out = value_map(&l->arena);
	g.values = out->map;
	/* What stands on the command line wins over files, wherever it stands. */
	for (size_t i = 0; i < given->count; i++) {
		if (given->items[i].file)
			take_file(&g, given->items[i].file);
	}
	for (size_t i = 0; i < given->count; i++) {
		if (given->items[i].text)
			take_text(&g, given->items[i].text, seen.map);
	}
	complete(&g, may_ask && g.is_good);
	mark_secrets(&g, masker);
	return g.is_good;
}
