/*
 * Keys that are not in the table: what the author may have meant, or where the key belongs.
 */
#include "model/decode.h"

/* What people write who come from other tools. `same_value`: only the name has to change. */
struct habit {
	const char *habit, *key;
	bool same_value;
	const char *hint; /* instead of "write `key`" */
};

/* Several rows for one habit: the first whose key exists where it is met. */
static const struct habit habits[] = {
	{"when", "if", true, "conditions are written `if`"},
	{"condition", "if", true, "conditions are written `if`"},
	{"expr", "if", true, "conditions are written `if`"},
	{"only_if", "if", true, "conditions are written `if`"},
	{"unless", "if", false, "write the opposite: `if: not …`"},
	{"depends_on", "needs", true, NULL},
	{"depends-on", "needs", true, NULL},
	{"dependsOn", "needs", true, NULL},
	{"depends", "needs", true, NULL},
	{"requires", "needs", true, NULL},
	{"after", "needs", true, NULL},
	{"cmd", "run", true, NULL},
	{"command", "run", true, NULL},
	{"commands", "run", false, "write one script: `run: |`"},
	{"script", "run", true, NULL},
	{"shell-script", "run", true, NULL},
	{"shell_script", "run", true, NULL},
	{"exec", "run", true, NULL},
	{"bash", "run", false, "write the script as `run`, and `shell: bash` beside it"},
	{"sh", "run", true, NULL},
	{"uri", "http", false, "write `http: URL`, or `url` inside `http`"},
	{"request", "http", false, NULL},
	{"get", "http", true, NULL},
	{"curl", "http", false, NULL},
	{"retries", "retry", true, NULL},
	{"retry_count", "retry", true, NULL},
	{"max_retries", "retry", true, NULL},
	{"max_attempts", "attempts", true, NULL},
	{"tries", "attempts", true, NULL},
	{"count", "attempts", true, NULL},
	{"times", "attempts", true, NULL},
	{"environment", "env", true, NULL},
	{"env_vars", "env", true, NULL},
	{"env vars", "env", true, NULL},
	{"envs", "env", true, NULL},
	{"loop", "for_each", true, NULL},
	{"foreach", "for_each", true, NULL},
	{"for-each", "for_each", true, NULL},
	{"with_items", "for_each", true, NULL},
	{"each", "for_each", true, NULL},
	{"matrix", "for_each", false, NULL},
	{"serial", "limit", true, NULL},
	{"max_fail_percentage", "max_failures", false, "write `max_failures: 10%`"},
	{"concurrency", "limit", false, NULL},
	{"max_parallel", "limit", true, NULL},
	{"max-parallel", "limit", true, NULL},
	{"working_directory", "cwd", true, NULL},
	{"working-directory", "cwd", true, NULL},
	{"workdir", "cwd", true, NULL},
	{"chdir", "cwd", true, NULL},
	{"dir", "cwd", true, NULL},
	{"name", "runbook", false, "the name of a runbook is written `runbook`"},
	{"name", "module", false, "the name of a module is written `module`"},
	{"title", "name", true, NULL},
	{"label", "name", true, NULL},
	{"description", "what", true, NULL},
	{"description", "about", true, NULL},
	{"desc", "what", true, NULL},
	{"desc", "about", true, NULL},
	{"doc", "what", true, NULL},
	{"doc", "about", true, NULL},
	{"timeout-minutes", "timeout", false, "write `timeout` with its unit: `10m`"},
	{"timeout_seconds", "timeout", false, "write `timeout` with its unit: `30s`"},
	{"continue-on-error", "on_failure", false, "write `on_failure: continue`"},
	{"continue_on_error", "on_failure", false, "write `on_failure: continue`"},
	{"ignore_errors", "on_failure", false, "write `on_failure: continue`"},
	{"allow_failure", "on_failure", false, "write `on_failure: continue`"},
	{"on_error", "on_failure", true, NULL},
	{"on-failure", "on_failure", true, NULL},
	{"register", "outputs", false,
		"give the step an `id`: its results are read as `steps.<id>.…`"},
	{"until", "expect", true, "what has to hold after each attempt is written `expect`"},
	{"verify", "expect", true, NULL},
	{"undo", "rollback", true, NULL},
	{"compensate", "rollback", true, NULL},
	{"revert", "rollback", true, NULL},
	{"args", "with", true, NULL},
	{"params", "with", true, NULL},
	{"arguments", "with", true, NULL},
	{"module", "uses", true, NULL},
	{"tasks", "steps", true, NULL},
	{"group", "steps", true, NULL},
	{"block", "steps", true, NULL},
	{"jobs", "steps", false, NULL},
	{"stages", "steps", false, NULL},
	{"switch", "choose", true, NULL},
	{"case", "choose", true, NULL},
	{"approve", "confirm", true, NULL},
	{"approval", "confirm", true, NULL},
	{"pause", "wait", true, NULL},
	{"sleep", "wait", true, NULL},
	{"echo", "say", true, NULL},
	{"log", "say", true, NULL},
	{"print", "say", true, NULL},
	{"parameters", "inputs", true, NULL},
	{"params", "inputs", true, NULL},
	{"variables", "vars", true, NULL},
	{"cleanup", "finally", true, NULL},
	{"always", "finally", true, NULL},
	{"ensure", "finally", true, NULL},
	{"mutex", "lock", true, NULL},
	{"concurrency", "lock", false, NULL},
	{"watches", "watch", true, NULL},
	{"params", "query", true, NULL},
	{"data", "body", true, NULL},
	{"payload", "json", true, NULL},
	{"uri", "url", true, NULL},
	{"insecure", "tls", false, "write `tls: { insecure: true }`"},
	{"redirects", "follow", true, NULL},
	{"follow_redirects", "follow", true, NULL},
	{"interval", "every", true, NULL},
	{"interval", "delay", true, NULL},
	{"sleep", "delay", true, NULL},
	{"wait", "delay", true, NULL},
	{"factor", "backoff", true, NULL},
	{"until", "if", false, "`if` says when to try again: the opposite of `until`"},
	{"duration", "for", true, NULL},
	{"choices", "options", true, NULL},
	{"enum", "options", true, NULL},
	{"values", "options", true, NULL},
	{"regex", "pattern", true, NULL},
	{"value", "default", true, NULL},
	{"if", "that", true, NULL},
	{"assert", "that", true, NULL},
	{"msg", "message", true, NULL},
	{"question", "message", true, NULL},
	{"prompt", "message", true, NULL},
	{"message", "reason", true, NULL},
	{"message", "say", true, NULL},
	{"text", "say", true, NULL},
	{"username", "user", true, NULL},
	{"pass", "password", true, NULL},
	{"token", "bearer", true, NULL},
	{"key", "name", true, NULL},
};

#define HABITS (sizeof habits / sizeof *habits)

const char *habit_key(struct str key)
{
	for (size_t i = 0; i < HABITS; i++) {
		if (str_is(key, habits[i].habit))
			return habits[i].key;
	}
	return NULL;
}

/* ---- rows that may stand here -----------------------------------------------------------------
 */

static bool takes(const struct decoder *d, const struct record *r, const struct field *f)
{
	return f && !(f->not_in & (r->place | d->places));
}

static void suggest(struct decoder *d, const char *key)
{
	struct frame *frame = d->frame;
	if (frame->suggested < SUGGESTED_MAX)
		frame->suggestions[frame->suggested++] = key;
}

/* Renames the key, unless the right one is there, too. */
static void offer_rename(
	struct decoder *d, struct diagnostic *told, const struct entry *e, const char *key)
{
	struct str text = d->file ? d->file->text : STR("");
	bool is_plain = (size_t)e->key_start + e->key_len <= text.len &&
			e->key_span_len == e->key_len &&
			memcmp(text.at + e->key_start, e->key, e->key_len) == 0;
	suggest(d, key);
	if (is_plain && !has_key(d->frame->value, key))
		diagnostic_fix(d->diagnostics, told, entry_key_span(e), key);
}

static bool told_by_habit(
	struct decoder *d, const struct record *r, const struct entry *e, struct diagnostic *told)
{
	for (size_t i = 0; i < HABITS; i++) {
		const struct habit *h = &habits[i];
		if (!str_is(entry_key(e), h->habit) ||
			!takes(d, r, record_field(r, str_of(h->key))))
			continue;
		if (h->hint)
			diagnostic_hint(d->diagnostics, told, "%s", h->hint);
		else
			diagnostic_hint(d->diagnostics, told, "this is written `%s`", h->key);
		if (h->same_value)
			offer_rename(d, told, e, h->key);
		else
			suggest(d, h->key);
		return true;
	}
	return false;
}

/* ---- where it belongs -------------------------------------------------------------------------
 */

#define PATH_DEPTH 3

/* A chain of keys under which `key` is one, as `http.auth`; records with steps inside are not
 * searched: everything is a step's key somewhere. Those the author wrote go first. */
static const char *path_inside(struct decoder *d, const struct record *r, struct str key,
	const struct value *written, unsigned depth)
{
	for (; r && depth; r = r->beside) {
		for (size_t i = 0; i < r->count; i++) {
			const struct field *f = &r->fields[i];
			bool is_record = f->type == FIELD_RECORD || f->type == FIELD_RECORDS;
			if (!is_record || f->flags & FIELD_LOADS_STEPS || !takes(d, r, f) ||
				(written && !has_key(written, f->name)))
				continue;
			if (record_field(f->record, key))
				return f->name;
			const char *rest = path_inside(d, f->record, key, NULL, depth - 1);
			if (rest)
				return arena_printf(d->diagnostics->arena, "%s.%s", f->name, rest);
		}
	}
	return NULL;
}

static bool told_inside(struct decoder *d, const struct record *r, const struct value *v,
	struct str key, struct diagnostic *told)
{
	const char *path = path_inside(d, r, key, v, PATH_DEPTH);
	if (!path)
		path = path_inside(d, r, key, NULL, PATH_DEPTH);
	if (path)
		diagnostic_hint(
			d->diagnostics, told, "`%.*s` belongs inside `%s`", STR_ARGS(key), path);
	return path != NULL;
}

static bool told_outside(struct decoder *d, struct str key, struct diagnostic *told)
{
	const struct frame *inner = d->frame;
	for (const struct frame *at = inner->outer; at; inner = at, at = at->outer) {
		if (!takes(d, at->record, record_field(at->record, key)))
			continue;
		if (!at->outer)
			diagnostic_hint(d->diagnostics, told, "`%.*s` belongs at the top level",
				STR_ARGS(key));
		else
			diagnostic_hint(d->diagnostics, told,
				"`%.*s` belongs beside `%s`, not inside it", STR_ARGS(key),
				inner->field ? inner->field->name : "it");
		return true;
	}
	return false;
}

/* The key of a record that hangs at one further out, as `expect: { headers: … }`. */
static bool told_nearby(struct decoder *d, struct str key, struct diagnostic *told)
{
	for (const struct frame *at = d->frame->outer; at; at = at->outer) {
		if (told_inside(d, at->record, at->value, key, told))
			return true;
	}
	return false;
}

/* ---- slips ------------------------------------------------------------------------------------
 */

#define KEYS_MAX 96

static size_t keys_here(
	struct decoder *d, const struct record *r, const char *keys[static KEYS_MAX])
{
	size_t count = 0;
	const struct record *outer = r;
	for (; r; r = r->beside) {
		for (size_t i = 0; i < r->count && count < KEYS_MAX; i++) {
			if (takes(d, outer, &r->fields[i]))
				keys[count++] = r->fields[i].name;
		}
	}
	return count;
}

static bool told_by_nearness(
	struct decoder *d, const struct record *r, const struct entry *e, struct diagnostic *told)
{
	const char *keys[KEYS_MAX];
	const char *near = nearest_word(entry_key(e), keys, keys_here(d, r, keys));
	if (!near)
		return false;
	diagnostic_hint(d->diagnostics, told, "did you mean `%s`?", near);
	offer_rename(d, told, e, near);
	return true;
}

/* Few keys can be listed; of many, the reference tells. */
#define KEYS_LISTED 10

void list_keys(struct decoder *d, const struct record *r, struct diagnostic *told)
{
	const char *keys[KEYS_MAX];
	size_t count = keys_here(d, r, keys);
	struct strbuf b = {0};
	if (count > KEYS_LISTED)
		return;
	for (size_t i = 0; i < count; i++)
		strbuf_printf(&b, "%s`%s`", i ? ", " : "", keys[i]);
	diagnostic_hint(d->diagnostics, told, "the keys here are %.*s", STR_ARGS(strbuf_str(&b)));
	strbuf_release(&b);
}

/* ---- told -------------------------------------------------------------------------------------
 */

void unknown_key(struct decoder *d, const struct record *r, const struct entry *e)
{
	struct str key = entry_key(e);
	const char *habit = habit_key(key);
	d->frame->unknown++;
	struct diagnostic *told = diagnose(d->diagnostics, RB101, entry_key_span(e),
		"unknown key `%.*s` in %s", STR_ARGS(key), r->name);
	if (d->diagnostics->dropped)
		return; /* nobody will see the advice */
	if (key.len > 1 && key.at[0] == '-' && key.at[1] != ' ') {
		diagnostic_hint(d->diagnostics, told, "a space is missing after the dash: `- %.*s`",
			(int)key.len - 1, key.at + 1);
		return;
	}
	if (told_by_habit(d, r, e, told) || told_inside(d, r, d->frame->value, key, told) ||
		told_outside(d, key, told) || told_by_nearness(d, r, e, told) ||
		told_nearby(d, key, told) || (habit && told_outside(d, str_of(habit), told)))
		return;
	list_keys(d, r, told);
}

/* Whose rule it is that refuses a key: the record's own, or that of what it stands in. */
static const char *refusing(const struct decoder *d, const struct record *r, const struct field *f)
{
	uint16_t by = f->not_in & d->places;
	if (f->not_in & r->place)
		return r->name;
	return by & PLACE_UNDO	    ? undo_record.name
	       : by & PLACE_FINALLY ? finally_record.name
	       : by & PLACE_CHECK   ? check_record.name
				    : sample_record.name;
}

void refused_key(
	struct decoder *d, const struct record *r, const struct field *f, const struct entry *e)
{
	d->frame->unknown++;
	struct diagnostic *told = diagnose(d->diagnostics, RB101, entry_key_span(e),
		"%s takes no `%s`", refusing(d, r, f), f->name);
	if (f->refusal)
		diagnostic_hint(d->diagnostics, told, "%s", f->refusal);
}
