/*
 * Functions about structured data, versions and the clock.
 */
#include "script/function_impl.h"

#include "base/json.h"
#include "base/jsonpath.h"
#include "base/utc.h"
#include "script/expr_number.h"
#include "script/semver.h"

#include <locale.h>
#include <time.h>

/* A value takes several times the room of its text. */
#define JSON_MAX_TEXT (EVAL_MAX_BYTES / 4)

FUNCTION(semver)
{
	struct str text;
	const char *why;
	(void)count;
	if (value_is_semver(&args[0])) {
		*out = args[0];
		return true;
	}
	if (!arg_string(ev, "semver", args, 0, &text))
		return false;
	struct object *version = semver_parse(ev->arena, text, &why);
	if (!version)
		return eval_fail(ev, "`semver`: \"%.*s\" is no semantic version: %s",
			text.len > 80 ? 80 : (int)text.len, text.at, why);
	*out = value_object(version);
	return true;
}

FUNCTION(jsonpath)
{
	struct str query;
	const char *error = NULL;
	size_t offset = 0;
	(void)count;
	if (!arg_string(ev, "jsonpath", args, 1, &query))
		return false;
	struct jsonpath *path = jsonpath_parse(ev->arena, query, &error, &offset);
	if (!path)
		return eval_fail(
			ev, "`jsonpath`: %s at character %zu of the query", error, offset + 1);
	struct value plain = value_kept(ev->arena, &args[0]);
	if (jsonpath_select(path, ev->arena, &plain, out, &error))
		return true;
	ev->is_over_budget = true; /* one that can be read only fails for a limit */
	return eval_fail(ev, "`jsonpath`: %s", error);
}

FUNCTION(json_decode)
{
	struct str text;
	struct json_error error;
	(void)count;
	if (!arg_string(ev, "json_decode", args, 0, &text))
		return false;
	if (text.len > JSON_MAX_TEXT) {
		ev->is_over_budget = true;
		return eval_fail(ev, "`json_decode` takes at most %u bytes", JSON_MAX_TEXT);
	}
	if (json_decode(ev->arena, text, out, &error))
		return true;
	return eval_fail(ev, "`json_decode`: %s (line %zu, column %zu)", error.message, error.line,
		error.column);
}

FUNCTION(json_encode)
{
	struct strbuf text = {0};
	(void)count;
	struct value plain = value_kept(ev->arena, &args[0]);
	json_encode(&text, &plain, 0);
	return give_text(ev, "json_encode", &text, out);
}

FUNCTION(tostring)
{
	struct strbuf text = {0};
	char number[LUA_NUMBER_TEXT];
	(void)count;
	if (args[0].kind == VALUE_STRING) {
		*out = args[0];
		return true;
	}
	if (args[0].kind == VALUE_INT || args[0].kind == VALUE_FLOAT)
		strbuf_add(&text, number, lua_number_text(&args[0], number));
	else
		value_print(&text, &args[0]);
	return give_text(ev, "tostring", &text, out);
}

FUNCTION(type)
{
	static const char *const names[] = {[VALUE_NIL] = "nil",
		[VALUE_BOOL] = "boolean",
		[VALUE_INT] = "number",
		[VALUE_FLOAT] = "number",
		[VALUE_STRING] = "string",
		[VALUE_LIST] = "table",
		[VALUE_MAP] = "table",
		[VALUE_UNKNOWN] = "unknown",
		[VALUE_OBJECT] = "userdata"};
	(void)ev;
	(void)count;
	*out = value_str(str_of(names[args[0].kind]));
	return true;
}

/* ---- date ----------------------------------------------------------------------------------- */

/* strftime's `%s` would go by the local time zone, and `%Z` call UTC by its old name. */
static void fix_format(struct strbuf *fixed, struct str format, int64_t seconds)
{
	for (size_t i = 0; i < format.len; i++) {
		char next = i + 1 < format.len ? format.at[i + 1] : '\0';
		if (format.at[i] != '%' || !next) {
			strbuf_putc(fixed, format.at[i]);
			continue;
		}
		i++;
		if (next == 's')
			strbuf_printf(fixed, "%lld", (long long)seconds);
		else if (next == 'Z')
			strbuf_puts(fixed, "UTC");
		else
			strbuf_printf(fixed, "%%%c", next);
	}
	/* Something always comes out, so that an empty result is not taken for one that is too
	 * long. */
	strbuf_putc(fixed, '.');
}

/* The names of days and months are English whatever the environment says. */
static size_t format_time(char *text, size_t size, const char *format, const struct tm *tm)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c)
		return 0;
	size_t len = strftime_l(text, size, format, tm, c);
	freelocale(c);
	return len;
}

FUNCTION(date)
{
	struct str format = STR("%Y-%m-%dT%H:%M:%SZ");
	struct strbuf fixed = {0};
	char text[4096];
	time_t seconds = (time_t)utc_seconds(ev->wall_ns);
	struct tm tm = utc_fields(seconds);
	if (count && !arg_string(ev, "date", args, 0, &format))
		return false;
	if (format.len && memchr(format.at, '\0', format.len))
		return eval_fail(ev, "`date`: the format has a NUL byte");
	fix_format(&fixed, format, seconds);
	size_t len = format_time(text, sizeof text, fixed.at, &tm);
	strbuf_release(&fixed);
	if (!len)
		return eval_fail(ev, "`date` gives more than %zu bytes", sizeof text - 2);
	*out = value_copy_str(ev->arena, (struct str){text, len - 1});
	return true;
}
