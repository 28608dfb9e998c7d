/*
 * Rules between the arguments of an action, and the few arguments that no row type fits.
 */
#include "model/decode.h"

/* ---- run --------------------------------------------------------------------------------------
 */

static bool is_scalar(const struct value *v)
{
	return v->kind == VALUE_STRING || v->kind == VALUE_INT || v->kind == VALUE_FLOAT ||
	       v->kind == VALUE_BOOL;
}

/* A scalar as the text it is written with: `true` is a program, 0644 an argument. */
static struct value as_text(struct decoder *d, const struct value *v)
{
	struct value text = *v;
	struct str written = scalar_text(d, v);
	text.kind = VALUE_STRING;
	text.string = written.at;
	text.len = (uint32_t)written.len;
	return text;
}

static void decode_argv(
	struct decoder *d, const struct field *f, const struct value *v, struct run_args *run)
{
	struct template_list *argv = &run->argv;
	size_t count = v->list->count;
	if (count == 0) {
		struct diagnostic *told =
			diagnose(d->diagnostics, RB104, value_place(d, v), "`run` is empty");
		diagnostic_hint(d->diagnostics, told, "for example `run: [git, push]`");
	}
	argv->items = arena_array(d->arena, count ? count : 1, sizeof *argv->items);
	for (size_t i = 0; i < count; i++) {
		const struct value *word = &v->list->items[i];
		if (!is_scalar(word)) {
			wrong_type(d, f, word, "words in its list");
			continue;
		}
		struct value text = as_text(d, word);
		argv->items[argv->count++] =
			template_parse(d->arena, d->file, &text, false, d->diagnostics);
	}
	run->no_flags = shell_check_words(
		d->arena, &d->scratch, d->file, argv->items, argv->count, d->diagnostics);
}

void decode_run(struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	struct run_args *run = arena_new(d->arena, struct run_args);
	*(struct run_args **)member = run;
	if (v->kind == VALUE_LIST) {
		decode_argv(d, f, v, run);
	} else if (!is_scalar(v)) {
		wrong_type(d, f, v, f->expects);
	} else if (str_trim(scalar_text(d, v)).len == 0) {
		diagnose(d->diagnostics, RB104, value_place(d, v), "`run` is empty");
	} else {
		run->script_value = v->kind == VALUE_STRING ? *v : as_text(d, v);
	}
}

/* ---- http -------------------------------------------------------------------------------------
 */

/* How many redirects `follow: true` takes. */
#define FOLLOW_DEFAULT 10

void decode_follow(struct decoder *d, const struct field *f, const struct value *v, void *member)
{
	int64_t *out = member;
	struct field number = *f;
	number.max = 50;
	if (v->kind == VALUE_BOOL)
		*out = v->boolean ? FOLLOW_DEFAULT : 0;
	else if (v->kind == VALUE_INT)
		decode_int(d, &number, v, out);
	else
		wrong_type(d, f, v, f->expects);
}

static bool has_scheme(struct str url, const char *scheme)
{
	struct str s = str_of(scheme);
	if (url.len < s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = url.at[i] >= 'A' && url.at[i] <= 'Z' ? (char)(url.at[i] + 32) : url.at[i];
		if (c != s.at[i])
			return false;
	}
	return true;
}

static void bad_url(
	struct decoder *d, const struct template *url, const char *why, const char *hint)
{
	struct diagnostic *told =
		diagnose(d->diagnostics, RB114, value_span(&url->source), "%s", why);
	diagnostic_hint(d->diagnostics, told, "%s", hint);
}

/* Only what stands before the first interpolation can be known. */
static void check_url(struct decoder *d, const struct template *url)
{
	if (!url || url->source.kind != VALUE_STRING)
		return;
	struct str text = value_string(&url->source);
	ptrdiff_t dollar = str_find(text, STR("${{"), 0);
	if (dollar >= 0)
		text.len = (size_t)dollar;
	bool is_web = has_scheme(text, "http://") || has_scheme(text, "https://");
	if (text.len == 0 || (is_web && dollar >= 0))
		return;
	if (is_web) {
		size_t from = (size_t)str_find(text, STR("//"), 0) + 2;
		if (from == text.len || text.at[from] == '/' || text.at[from] == '?')
			bad_url(d, url, "the URL names no host",
				"for example `https://example.com/`");
	} else if (str_find(text, STR("://"), 0) > 0) {
		bad_url(d, url, "only http and https URLs can be requested",
			"write `https://…`, or use `run` for other protocols");
	} else if (dollar < 0 || str_find(text, STR("."), 0) > 0 ||
		   str_starts_with(text, STR("/"))) {
		bad_url(d, url, "the URL has no scheme", "begin it with `https://` or `http://`");
	}
}

/* Methods are case-sensitive tokens; nobody means `get`. */
static void check_method(struct decoder *d, const struct template *method)
{
	if (!method || method->kind != TEMPLATE_CONSTANT)
		return;
	struct str text = value_string(&method->source);
	char *upper = arena_copy(d->diagnostics->arena, text.at, text.len);
	bool is_word = true, has_lower = false;
	for (size_t i = 0; i < text.len; i++) {
		bool is_lower = upper[i] >= 'a' && upper[i] <= 'z';
		has_lower |= is_lower;
		if (is_lower)
			upper[i] = (char)(upper[i] - 32);
		is_word &= (upper[i] >= 'A' && upper[i] <= 'Z') || (i && upper[i] == '-');
	}
	if (is_word && !has_lower)
		return;
	struct diagnostic *told = diagnose(d->diagnostics, RB104, value_span(&method->source),
		"`%.*s` is not a method", STR_ARGS(text));
	if (!is_word)
		return;
	diagnostic_hint(d->diagnostics, told, "methods are written in capitals: `%s`", upper);
	diagnostic_fix(d->diagnostics, told, value_span(&method->source), upper);
}

static void one_body(struct decoder *d, const struct value *v)
{
	static const char *const bodies[] = {"json", "form", "body", "file"};
	const char *first = NULL;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		if (!has_key(v, bodies[i]))
			continue;
		if (first && keys_exclude(d, v, first, bodies[i], "a request has one body"))
			return;
		first = bodies[i];
	}
}

void http_finish(struct decoder *d, void *out, const struct value *v)
{
	struct http_args *http = out;
	if (!has_key(v, "follow"))
		http->follow = INT64_MIN;
	one_body(d, v);
	check_url(d, http->url);
	check_method(d, http->method);
}

void auth_finish(struct decoder *d, void *out, const struct value *v)
{
	(void)out;
	if (keys_exclude(d, v, "basic", "bearer", "a request has one set of credentials"))
		return;
	if (has_key(v, "basic") || has_key(v, "bearer") || d->frame->unknown)
		return;
	struct diagnostic *told = diagnose(
		d->diagnostics, RB103, mapping_span(v), "`auth` needs `basic` or `bearer`");
	diagnostic_hint(d->diagnostics, told, "for example `bearer: '${{ secrets.token }}'`");
}

/* ---- confirm, wait ----------------------------------------------------------------------------
 */

void confirm_finish(struct decoder *d, void *out, const struct value *v)
{
	struct confirm_args *confirm = out;
	struct diagnostic *told;
	if (confirm->approvers.count && confirm->min > (int64_t)confirm->approvers.count) {
		told = diagnose(d->diagnostics, RB104, value_span(map_get(v->map, "min")),
			"`min` is %lld, but there are only %zu approvers", (long long)confirm->min,
			confirm->approvers.count);
		diagnostic_hint(d->diagnostics, told, "nobody can answer twice");
	}
	if (confirm->fallback && confirm->timeout_ns == INT64_MIN && !has_key(v, "timeout")) {
		told = diagnose(d->diagnostics, RB103,
			entry_key_span(map_find(v->map, STR("default"))),
			"`default` needs `timeout`: without it the answer is waited for");
		diagnostic_hint(d->diagnostics, told, "add `timeout: 1h`");
	}
}

void wait_finish(struct decoder *d, void *out, const struct value *v)
{
	(void)out;
	struct diagnostic *told;
	if (v->kind != VALUE_MAP ||
		keys_exclude(d, v, "for", "until", "wait for a time, or for something to hold"))
		return;
	if (!has_key(v, "for") && !has_key(v, "until")) {
		if (d->frame->unknown)
			return;
		told = diagnose(d->diagnostics, RB103, mapping_span(v),
			"`wait` needs a duration or `until`");
		diagnostic_hint(d->diagnostics, told,
			"for example `wait: 30s`, or `wait: { until: …, timeout: 10m }`");
		return;
	}
	keys_exclude(d, v, "for", "every", "`every` says how often `until` is looked at");
	keys_exclude(d, v, "for", "timeout", "`timeout` is for `until`");
}

/* ---- conditions -------------------------------------------------------------------------------
 */

static void needs_other(struct decoder *d, const struct value *v, const char *key,
	const char *other, const char *example)
{
	if (!has_key(v, key) || has_key(v, other) || d->frame->unknown)
		return;
	struct diagnostic *told = diagnose(d->diagnostics, RB103,
		entry_key_span(map_find(v->map, str_of(key))), "`%s` needs `%s`", key, other);
	diagnostic_hint(d->diagnostics, told, "for example `%s`", example);
}

void condition_finish(struct decoder *d, void *out, const struct value *v)
{
	struct condition *c = out;
	const char *one = "a condition counts time in one way";
	c->span = mapping_span(v);
	if (v->kind != VALUE_MAP)
		return;
	if (!keys_exclude(d, v, "for", "confirm", one) && !keys_exclude(d, v, "for", "breach", one))
		keys_exclude(d, v, "confirm", "breach", one);
	needs_other(d, v, "breach", "of", "breach: 4, of: 6");
	needs_other(d, v, "of", "breach", "breach: 4, of: 6");
	if (c->breach != INT64_MIN && c->of != INT64_MIN && c->breach > c->of) {
		struct diagnostic *told =
			diagnose(d->diagnostics, RB104, value_span(map_get(v->map, "breach")),
				"`breach: %lld` cannot happen in the last %lld ticks",
				(long long)c->breach, (long long)c->of);
		diagnostic_hint(d->diagnostics, told, "`breach` is at most `of`");
	}
}
