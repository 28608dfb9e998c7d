#include "world/fake_script.h"

#include <signal.h>

static const char *const top_keys[] = {"start", "strict", "signals", "steps"};
static const char *const entry_keys[] = {"takes", "term", "exit_code", "stdout", "stderr", "signal",
	"output", "status", "headers", "body", "json", "url", "answer", "by", "comment", "reason",
	"message", "sent", "note", "adopted", "partial"};
static const char *const output_keys[] = {"at", "stream", "text"};
static const char *const signal_keys[] = {"at", "signal"};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool fail(struct fake_error *e, const struct value *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool fail(struct fake_error *e, const struct value *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	e->message = arena_vprintf(e->arena, format, args);
	va_end(args);
	if (at)
		e->at = value_span(at);
	return false;
}

static bool is_among(struct str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

static bool check_keys(struct fake_error *e, const struct value *v, const char *what,
	const char *const *keys, size_t count)
{
	if (v->kind != VALUE_MAP)
		return fail(e, v, "%s is a mapping, not %s", what, value_kind_name(v));
	for (size_t i = 0; i < v->map->count; i++) {
		const struct entry *entry = &v->map->entries[i];
		struct str key = entry_key(entry);
		if (is_among(key, keys, count))
			continue;
		const char *near = nearest_word(key, keys, count);
		fail(e, NULL, "%s has no key `%.*s`%s%s%s", what, STR_ARGS(key),
			near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
		e->at = entry_key_span(entry);
		return false;
	}
	return true;
}

static bool parse_duration(const struct value *v, int64_t *ns, const char **why)
{
	if (v->kind == VALUE_INT && v->integer == 0) {
		*ns = 0;
		return true;
	}
	*why = "a number needs a unit";
	return v->kind == VALUE_STRING && duration_parse(value_string(v), ns, why);
}

static bool check_duration(struct fake_error *e, const struct value *map, const char *key)
{
	const struct value *v = map_get(map->map, key);
	int64_t ns;
	const char *why;
	if (v && !parse_duration(v, &ns, &why))
		return fail(e, v, "`%s` is not a duration: %s", key, why);
	return true;
}

static bool check_kind(struct fake_error *e, const struct value *map, const char *key,
	enum value_kind kind, const char *name)
{
	const struct value *v = map_get(map->map, key);
	if (v && v->kind != kind)
		return fail(e, v, "`%s` is %s, not %s", key, name, value_kind_name(v));
	return true;
}

int fake_signal(const struct value *v)
{
	if (v->kind == VALUE_INT)
		return v->integer > 0 && v->integer < NSIG ? (int)v->integer : 0;
	if (v->kind != VALUE_STRING)
		return 0;
	struct str name = value_string(v);
	if (str_starts_with(name, STR("SIG")))
		name = (struct str){name.at + 3, name.len - 3};
	for (int i = 1; i < NSIG; i++) {
		const char *known = sigabbrev_np(i);
		if (known && str_is(name, known))
			return i;
	}
	return 0;
}

static bool check_signal(struct fake_error *e, const struct value *map)
{
	const struct value *v = map_get(map->map, "signal");
	if (v && !fake_signal(v))
		return fail(e, v, "`signal` is the name of a signal, as `KILL`");
	return true;
}

static bool check_output(struct fake_error *e, const struct value *entry)
{
	const struct value *list = map_get(entry->map, "output");
	for (size_t i = 0; list && i < list->list->count; i++) {
		const struct value *o = &list->list->items[i];
		if (!check_keys(e, o, "an `output`", output_keys, COUNT(output_keys)) ||
			!check_duration(e, o, "at") ||
			!check_kind(e, o, "text", VALUE_STRING, "a string"))
			return false;
		const struct value *stream = map_get(o->map, "stream");
		if (stream && !(stream->kind == VALUE_STRING &&
				      (str_is(value_string(stream), "stdout") ||
					      str_is(value_string(stream), "stderr"))))
			return fail(e, stream, "`stream` is `stdout` or `stderr`");
	}
	return true;
}

static bool check_adopted(struct fake_error *e, const struct value *map)
{
	const struct value *v = map_get(map->map, "adopted");
	if (v && !(v->kind == VALUE_STRING &&
			 (str_is(value_string(v), "lost") || str_is(value_string(v), "not_begun"))))
		return fail(e, v, "`adopted` is `lost` or `not_begun`");
	return check_kind(e, map, "partial", VALUE_BOOL, "true or false");
}

static bool check_entry(struct fake_error *e, const struct value *v)
{
	return check_keys(e, v, "an entry", entry_keys, COUNT(entry_keys)) &&
	       check_duration(e, v, "takes") && check_duration(e, v, "term") &&
	       check_kind(e, v, "exit_code", VALUE_INT, "a whole number") &&
	       check_kind(e, v, "status", VALUE_INT, "a whole number") &&
	       check_kind(e, v, "stdout", VALUE_STRING, "a string") &&
	       check_kind(e, v, "stderr", VALUE_STRING, "a string") &&
	       check_kind(e, v, "body", VALUE_STRING, "a string") &&
	       check_kind(e, v, "reason", VALUE_STRING, "a string") &&
	       check_kind(e, v, "message", VALUE_STRING, "a string") &&
	       check_kind(e, v, "sent", VALUE_BOOL, "true or false") &&
	       check_kind(e, v, "headers", VALUE_MAP, "a mapping") &&
	       check_kind(e, v, "output", VALUE_LIST, "a list") && check_signal(e, v) &&
	       check_output(e, v) && check_adopted(e, v);
}

static bool check_step(struct fake_error *e, const struct entry *entry)
{
	const struct value *v = &entry->value;
	if (v->kind != VALUE_LIST)
		return check_entry(e, v);
	if (v->list->count == 0)
		return fail(
			e, v, "`%.*s` is a list without entries", (int)entry->key_len, entry->key);
	for (size_t i = 0; i < v->list->count; i++)
		if (!check_entry(e, &v->list->items[i]))
			return false;
	return true;
}

bool fake_is_step_key(const struct fake_script *s, const struct entry *e)
{
	(void)s;
	return !is_among(entry_key(e), top_keys, COUNT(top_keys));
}

static bool check_signals(struct fake_error *e, const struct value *list)
{
	for (size_t i = 0; i < list->list->count; i++) {
		const struct value *v = &list->list->items[i];
		if (!check_keys(e, v, "a signal", signal_keys, COUNT(signal_keys)) ||
			!check_duration(e, v, "at") || !check_signal(e, v))
			return false;
		if (!map_get(v->map, "at") || !map_get(v->map, "signal"))
			return fail(e, v, "a signal has `at` and `signal`");
	}
	return true;
}

static bool parse_start(const struct value *v, int64_t *wall_ns)
{
	char text[64];
	struct tm t = {0};
	if (v->kind != VALUE_STRING || v->len >= sizeof text)
		return false;
	memcpy(text, v->string, v->len);
	text[v->len] = '\0';
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &t);
	if (!end || (strcmp(end, "Z") != 0 && *end != '\0'))
		return false;
	*wall_ns = (int64_t)timegm(&t) * NS_PER_S;
	return true;
}

static bool check_top(struct fake_script *s, struct fake_error *e)
{
	const struct value *top = s->top;
	if (top->kind != VALUE_MAP)
		return fail(
			e, top, "the script of a world is a mapping, not %s", value_kind_name(top));
	if (!check_kind(e, top, "strict", VALUE_BOOL, "true or false") ||
		!check_kind(e, top, "signals", VALUE_LIST, "a list") ||
		!check_kind(e, top, "steps", VALUE_MAP, "a mapping"))
		return false;
	const struct value *start = map_get(top->map, "start");
	if (start && !parse_start(start, &s->start_wall_ns))
		return fail(e, start, "`start` is a time in UTC, as 2026-01-01T00:00:00Z");
	const struct value *strict = map_get(top->map, "strict");
	s->is_strict = strict && strict->boolean;
	s->steps = map_get(top->map, "steps");
	const struct value *signals = map_get(top->map, "signals");
	return !signals || check_signals(e, signals);
}

bool fake_script_check(struct fake_script *s, const struct value *top, struct fake_error *e)
{
	*s = (struct fake_script){.top = top};
	s->start_wall_ns = INT64_C(1767225600) * NS_PER_S; /* 2026-01-01 */
	if (!top || top->kind == VALUE_NIL) {
		s->top = NULL;
		return true;
	}
	if (!check_top(s, e))
		return false;
	for (size_t i = 0; i < top->map->count; i++)
		if (fake_is_step_key(s, &top->map->entries[i]) &&
			!check_step(e, &top->map->entries[i]))
			return false;
	for (size_t i = 0; s->steps && i < s->steps->map->count; i++)
		if (!check_step(e, &s->steps->map->entries[i]))
			return false;
	return true;
}

static const struct entry *find(const struct fake_script *s, struct str key)
{
	const struct entry *e = s->steps ? map_find(s->steps->map, key) : NULL;
	if (e || !s->top)
		return e;
	e = map_find(s->top->map, key);
	return e && fake_is_step_key(s, e) ? e : NULL;
}

static const struct entry *find_item(
	const struct fake_script *s, const char *step, const char *item)
{
	struct strbuf name = {0};
	strbuf_printf(&name, "%s[%s]", step, item);
	const struct entry *e = find(s, strbuf_str(&name));
	strbuf_release(&name);
	return e;
}

const struct value *fake_script_entry(
	const struct fake_script *s, const struct request *r, unsigned count, struct str *key)
{
	const char *step = r->step ? r->step : "?";
	const struct remote *remote = r->kind == REQUEST_PROCESS ? r->process.remote : NULL;
	const struct entry *e = NULL;
	if (r->item && *r->item)
		e = find_item(s, step, r->item);
	if (!e && remote)
		e = find_item(s, step, remote->name);
	if (!e)
		e = find(s, str_of(step));
	if (!e)
		return NULL;
	*key = entry_key(e);
	const struct value *v = &e->value;
	if (v->kind != VALUE_LIST)
		return v;
	size_t last = v->list->count;
	return &v->list->items[(count < last ? count : last) - 1];
}

int64_t fake_duration(const struct value *entry, const char *key, int64_t fallback)
{
	const struct value *v = entry ? map_get(entry->map, key) : NULL;
	int64_t ns = fallback;
	const char *why;
	if (v)
		parse_duration(v, &ns, &why);
	return ns;
}
