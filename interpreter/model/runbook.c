/*
 * One file, from its text to the structs: read, decoded, and what can only be said of all of it.
 */
#include "model/decode.h"

#include "source/yaml.h"

#define LANGUAGE_VERSION 1

/* ---- ids --------------------------------------------------------------------------------------
 */

/* Open addressing over the steps that have an id; at most half full. */
struct id_table {
	struct diagnostics *diagnostics;
	struct step **slots;
	size_t mask, count;
};

static char folded(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* FNV-1a over lower case: ids that differ only by case meet. */
static uint32_t id_hash(struct str id)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < id.len; i++)
		h = (h ^ (unsigned char)folded(id.at[i])) * 16777619u;
	return h;
}

static bool same_folded(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (folded(a.at[i]) != folded(b.at[i]))
			return false;
	}
	return true;
}

static bool same_place(struct span a, struct span b)
{
	return a.file == b.file && a.start == b.start;
}

static void id_is_taken(struct diagnostics *d, const struct step *first, const struct step *second)
{
	struct diagnostic *told;
	if (same_place(first->id_span, second->id_span)) {
		told = diagnose(d, RB108, second->id_span,
			"the id `%.*s` stands for two steps: an alias repeats it",
			STR_ARGS(second->id));
		diagnostic_hint(d, told, "write the second step out, with an id of its own");
		return;
	}
	if (str_equal(first->id, second->id)) {
		told = diagnose(
			d, RB108, second->id_span, "the id `%.*s` is taken", STR_ARGS(second->id));
	} else {
		/* That one of them is no id would be mended into the other. */
		diagnostics_drop(d, RB107, first->id_span);
		diagnostics_drop(d, RB107, second->id_span);
		told = diagnose(d, RB108, second->id_span,
			"the ids `%.*s` and `%.*s` differ only by case", STR_ARGS(first->id),
			STR_ARGS(second->id));
	}
	diagnostic_label(d, told, first->id_span, "first used here");
	diagnostic_hint(d, told, "ids are %sunique in the whole file, in groups and branches too",
		str_equal(first->id, second->id) ? "" : "lower-case, and ");
}

static void count_id(void *context, struct step *s)
{
	struct id_table *t = context;
	t->count += s->id.len > 0;
}

static void put_id(void *context, struct step *s)
{
	struct id_table *t = context;
	if (!s->id.len)
		return;
	size_t slot = id_hash(s->id) & t->mask;
	while (t->slots[slot]) {
		if (same_folded(t->slots[slot]->id, s->id)) {
			id_is_taken(t->diagnostics, t->slots[slot], s);
			return;
		}
		slot = (slot + 1) & t->mask;
	}
	t->slots[slot] = s;
}

static void check_ids(const struct runbook *r, struct diagnostics *d)
{
	struct id_table t = {.diagnostics = d};
	size_t size = 16;
	runbook_each_step(r, count_id, &t);
	while (size < t.count * 2)
		size *= 2;
	t.slots = heap_array(NULL, size, sizeof *t.slots);
	memset(t.slots, 0, size * sizeof *t.slots);
	t.mask = size - 1;
	runbook_each_step(r, put_id, &t);
	free(t.slots);
}

/* ---- scripts ----------------------------------------------------------------------------------
 */

/* Scripts are compiled last: a group's or the runbook's `shell` may stand below them. */
static void compile_steps(struct decoder *d, const struct step_list *list, uint8_t shell);

static void compile_step(struct decoder *d, const struct step *s, uint8_t shell)
{
	struct step_list inner[3];
	if (s->shell)
		shell = s->shell;
	if (s->action == ACTION_RUN && s->run) {
		struct run_args *run = s->run;
		run->shell = shell;
		if (run->script_value.kind == VALUE_STRING)
			run->script = shell_compile(d->arena, &d->scratch, d->file,
				&run->script_value, shell == SHELL_BASH, d->diagnostics);
	}
	size_t count = step_lists(s, inner);
	for (size_t i = 0; i < count; i++)
		compile_steps(d, &inner[i], shell);
}

static void compile_steps(struct decoder *d, const struct step_list *list, uint8_t shell)
{
	for (size_t i = 0; i < list->count; i++)
		compile_step(d, list->items[i], shell);
}

static void compile_scripts(struct decoder *d, const struct runbook *r)
{
	struct step_list lists[4];
	uint8_t shell = r->shell ? r->shell : SHELL_SH;
	size_t count = runbook_lists(r, lists);
	for (size_t i = 0; i < count; i++)
		compile_steps(d, &lists[i], shell);
	for (size_t i = 0; i < r->watch.count; i++) {
		struct watch *w = r->watch.items[i];
		if (w->sample)
			compile_step(d, w->sample, shell);
	}
}

/* ---- the file ---------------------------------------------------------------------------------
 */

bool names_module(const struct entry *keys, size_t count)
{
	uint32_t module = UINT32_MAX, runbook = UINT32_MAX;
	for (size_t i = 0; i < count; i++) {
		if (str_is(entry_key(&keys[i]), "module"))
			module = keys[i].key_start;
		else if (str_is(entry_key(&keys[i]), "runbook"))
			runbook = keys[i].key_start;
	}
	return module < runbook;
}

/* What another version means by its keys is not known here. */
static bool knows_version(const struct map *m, struct diagnostics *d)
{
	const struct value *v = map_get(m, "version");
	if (!v || v->kind != VALUE_INT || v->integer == LANGUAGE_VERSION)
		return true;
	struct diagnostic *told = diagnose(d, RB113, value_span(v),
		"version %lld of the language is not known", (long long)v->integer);
	diagnostic_hint(d, told, "this program knows `version: %d`", LANGUAGE_VERSION);
	return false;
}

static bool decode_document(struct runbook *r, struct decoder *d, const struct value *document)
{
	const struct map *m = document->map;
	r->is_module = names_module(m->entries, m->count);
	if (!knows_version(m, d->diagnostics))
		return false;
	record_decode(d, r->is_module ? &module_record : &runbook_record, document, r);
	return true;
}

/* In an arena of its own, as most of it would be in the way when it has to be done again. */
static bool decode_while_reading(struct runbook *r, struct decoder *whole)
{
	struct arena own = {0};
	struct diagnostics told;
	struct decoder d = *whole;
	struct value document;
	diagnostics_init(&told, &own);
	d.arena = &own;
	d.diagnostics = &told;
	bool is_good = stream_read(&d, r->file, &document) && decode_document(r, &d, &document) &&
		       !told.first;
	whole->ids.has_twice = d.ids.has_twice;
	free(d.ids.slots);
	arena_release(&d.scratch);
	if (is_good) {
		arena_adopt(whole->arena, &own);
		return true;
	}
	arena_release(&own);
	*r = (struct runbook){.file = r->file};
	return false;
}

/* Errors after which what was read is all there is; after others, parts are missing. */
static bool is_complete(const struct diagnostics *d, const struct diagnostic *before)
{
	const struct diagnostic *at = before ? before->next : d->first;
	for (; at; at = at->next) {
		bool is_local = at->rule == RB011 || at->rule == RB012 || at->rule == RB014 ||
				at->rule == RB015 || at->rule == RB018;
		if (!is_local)
			return false;
	}
	return d->dropped == 0;
}

static const struct diagnostic *last_of(const struct diagnostics *d)
{
	const struct diagnostic *at = d->first;
	while (at && at->next)
		at = at->next;
	return at;
}

static bool decode_whole(struct runbook *r, struct decoder *d)
{
	struct diagnostics *heard = d->diagnostics;
	struct value document;
	const struct diagnostic *before = last_of(heard);
	bool is_read = yaml_read_mapping(r->file, d->arena, heard, &document);
	if (!is_read && !is_complete(heard, before)) {
		/* For editors: what is there, without complaints about what is not. */
		d->diagnostics = arena_new(d->arena, struct diagnostics);
		diagnostics_init(d->diagnostics, d->arena);
	}
	return document.kind == VALUE_MAP && decode_document(r, d, &document);
}

struct runbook *runbook_load_file(
	struct arena *a, struct source_set *files, struct source_file *file, struct diagnostics *d)
{
	struct runbook *r = arena_new(a, struct runbook);
	struct decoder decoder = {.arena = a, .files = files, .file = file, .diagnostics = d};
	r->file = file;
	bool is_clean = decode_while_reading(r, &decoder);
	if (is_clean || decode_whole(r, &decoder)) {
		/* Ids that differ by case only have been told of already: they are no ids. */
		if (!is_clean || decoder.ids.has_twice)
			check_ids(r, decoder.diagnostics);
		compile_scripts(&decoder, r);
	}
	free(decoder.ids.slots);
	arena_release(&decoder.scratch);
	return r;
}

struct runbook *runbook_load(
	struct arena *a, struct source_set *files, const char *path, struct diagnostics *d)
{
	const char *why;
	struct source_file *file = source_read(files, path, &why);
	if (file)
		return runbook_load_file(a, files, file, d);
	struct diagnostic *told =
		diagnose(d, RB001, (struct span){0}, "cannot read `%s`: %s", path, why);
	told->path = arena_string(d->arena, path);
	return NULL;
}

bool runbook_is_kind(
	const struct runbook *r, bool want_module, struct span span, struct diagnostics *d)
{
	if (r->is_module == want_module)
		return true;
	struct diagnostic *told = diagnose(d, RB115, span.file ? span : r->name_span,
		want_module ? "`%s` is a runbook, not a module" : "`%s` is a module, not a runbook",
		r->file->path);
	diagnostic_hint(d, told,
		want_module ? "runbooks are named by `call`" : "modules are named by `uses`");
	return false;
}
