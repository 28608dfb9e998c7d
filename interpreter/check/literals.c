/*
 * Texts of another language in quotes: patterns, JSONPath, durations. What is wrong inside is shown
 * where it stands.
 */
#include "check/rule.h"

#include "base/duration.h"
#include "base/jsonpath.h"
#include "base/regex.h"
#include "script/function.h"

static bool is_text(const struct expr *e)
{
	return e->kind == EXPR_CONSTANT && e->constant.kind == VALUE_STRING;
}

/* ---- places inside a literal ------------------------------------------------------------------
 */

/* What stands before the first byte of the text: a quote or a long bracket; 0: neither. */
static size_t opening(struct str source)
{
	size_t at = 1;
	if (!source.len)
		return 0;
	if (source.at[0] == '"' || source.at[0] == '\'')
		return 1;
	while (at < source.len && source.at[at] == '=')
		at++;
	return source.at[0] == '[' && at < source.len && source.at[at] == '[' ? at + 1 : 0;
}

/* The byte of the literal, if it is written as it is up to there; else all of the literal. */
static struct span inner_span(const struct code *code, const struct expr *e, size_t offset)
{
	struct str text = code->guard->text, value = value_string(&e->constant);
	if ((size_t)e->start + e->len > text.len)
		return expr_span(code, e);
	struct str source = {text.at + e->start, e->len};
	size_t open = opening(source);
	/* At the end of the text: its last byte is to blame. */
	if (offset >= value.len && offset)
		offset = value.len - 1;
	if (!open || !value.len || open + offset >= source.len ||
		memcmp(source.at + open, value.at, offset + 1) != 0)
		return expr_span(code, e);
	return origin_span(&code->guard->origin, e->start + open + offset, 1);
}

/* Calls `look` for each argument of the wanted kind that is a literal. */
static void each_literal(struct check *c, const struct code *code, const struct expr *e,
	enum arg_type wanted,
	void (*look)(struct check *c, const struct code *code, const struct expr *literal))
{
	const struct function *f = e->function;
	for (size_t i = 0; f && i < e->count && i < FUNCTION_MAX_ARGS; i++) {
		if (f->args[i] == wanted && is_text(e->arguments[i]))
			look(c, code, e->arguments[i]);
	}
}

/* ---- patterns ---------------------------------------------------------------------------------
 */

static void check_pattern(struct check *c, const struct code *code, const struct expr *e)
{
	const char *error;
	size_t offset = 0;
	if (regex_get(c->d->arena, value_string(&e->constant), &error, &offset))
		return;
	diagnose(c->d, RB701, inner_span(code, e, offset), "the pattern does not compile: %s",
		error);
}

static void check_patterns(struct check *c, const struct code *code, const struct term *t)
{
	each_literal(c, code, t->e, ARG_PATTERN, check_pattern);
}

const struct rule rule_patterns = {.id = RB701, .term = check_patterns, .kinds = KIND(EXPR_CALL)};

/* ---- JSONPath ---------------------------------------------------------------------------------
 */

static void check_path(struct check *c, const struct code *code, const struct expr *e)
{
	const char *error;
	size_t offset = 0;
	if (jsonpath_parse(&c->arena, value_string(&e->constant), &error, &offset))
		return;
	diagnose(
		c->d, RB211, inner_span(code, e, offset), "the JSONPath cannot be read: %s", error);
}

static void check_paths(struct check *c, const struct code *code, const struct term *t)
{
	each_literal(c, code, t->e, ARG_JSONPATH, check_path);
}

const struct rule rule_jsonpaths = {.id = RB211, .term = check_paths, .kinds = KIND(EXPR_CALL)};

/* ---- durations --------------------------------------------------------------------------------
 */

static void check_duration(struct check *c, const struct code *code, const struct expr *e)
{
	int64_t ns;
	const char *why;
	struct str text = value_string(&e->constant);
	if (duration_parse(text, &ns, &why))
		return;
	struct diagnostic *told = diagnose(c->d, RB105, expr_span(code, e),
		"`%.*s` is not a duration: %s", STR_ARGS(text), why);
	diagnostic_hint(c->d, told, "for example `\"30s\"`, `\"5m\"` or `\"1h30m\"`");
}

static void check_durations(struct check *c, const struct code *code, const struct term *t)
{
	if (t->e->kind == EXPR_CALL) {
		each_literal(c, code, t->e, ARG_DURATION, check_duration);
		return;
	}
	const struct expr *window = method_window(c, code, t->e);
	if (window && is_text(window))
		check_duration(c, code, window);
}

const struct rule rule_durations = {
	.id = RB105, .term = check_durations, .kinds = KIND(EXPR_CALL) | KIND(EXPR_METHOD)};
