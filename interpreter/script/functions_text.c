/*
 * Functions about text and collections.
 */
#include "script/function_impl.h"

#include "base/regex.h"

static bool contains_item(const struct list *list, const struct value *item)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (value_equal(&list->items[i], item))
			return true;
	return false;
}

FUNCTION(contains)
{
	bool found;
	struct str part;
	(void)count;
	switch (args[0].kind) {
	case VALUE_STRING:
		if (!arg_string(ev, "contains", args, 1, &part))
			return false;
		found = str_find(value_string(&args[0]), part, 0) >= 0;
		break;
	case VALUE_LIST:
		found = contains_item(args[0].list, &args[1]);
		break;
	case VALUE_MAP:
		found = args[1].kind == VALUE_STRING
				? map_find(args[0].map, value_string(&args[1])) != NULL
				: contains_item(args[0].map->items, &args[1]);
		break;
	default:
		return arg_wrong(ev, "contains", args, 0, "a string, a list or a map");
	}
	*out = value_bool(found);
	return true;
}

FUNCTION(starts_with)
{
	struct str text, part;
	(void)count;
	if (!arg_string(ev, "starts_with", args, 0, &text) ||
		!arg_string(ev, "starts_with", args, 1, &part))
		return false;
	*out = value_bool(str_starts_with(text, part));
	return true;
}

FUNCTION(ends_with)
{
	struct str text, part;
	(void)count;
	if (!arg_string(ev, "ends_with", args, 0, &text) ||
		!arg_string(ev, "ends_with", args, 1, &part))
		return false;
	*out = value_bool(str_ends_with(text, part));
	return true;
}

FUNCTION(trim)
{
	struct str text;
	(void)count;
	if (!arg_string(ev, "trim", args, 0, &text))
		return false;
	*out = value_str(str_trim(text));
	return true;
}

FUNCTION(lines)
{
	struct str rest;
	(void)count;
	if (!arg_string(ev, "lines", args, 0, &rest))
		return false;
	*out = value_list(ev->arena);
	while (rest.len) {
		const char *newline = memchr(rest.at, '\n', rest.len);
		size_t len = newline ? (size_t)(newline - rest.at) : rest.len;
		size_t taken = len + (newline != NULL);
		struct str line = {rest.at, len};
		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		if (!has_room(ev, "lines", out->list->count + 1))
			return false;
		list_add(ev->arena, out->list, value_str(line));
		rest = (struct str){rest.at + taken, rest.len - taken};
	}
	return true;
}

FUNCTION(split)
{
	struct str text, separator;
	(void)count;
	if (!arg_string(ev, "split", args, 0, &text) ||
		!arg_string(ev, "split", args, 1, &separator))
		return false;
	if (!separator.len)
		return eval_fail(ev, "`split` takes a separator that is not empty");
	*out = value_list(ev->arena);
	for (size_t from = 0;;) {
		ptrdiff_t found = str_find(text, separator, from);
		size_t end = found < 0 ? text.len : (size_t)found;
		struct str part = {text.at + from, end - from};
		if (!has_room(ev, "split", out->list->count + 1))
			return false;
		list_add(ev->arena, out->list, value_str(part));
		if (found < 0)
			return true;
		from = end + separator.len;
	}
}

FUNCTION(join)
{
	const struct list *list;
	struct str separator;
	struct strbuf text = {0};
	(void)count;
	if (!arg_list(ev, "join", args, 0, &list) || !arg_string(ev, "join", args, 1, &separator))
		return false;
	for (size_t i = 0; i < list->count && text.len <= EVAL_MAX_BYTES; i++) {
		const struct value *item = &list->items[i];
		if (item->kind == VALUE_UNKNOWN) {
			strbuf_release(&text);
			*out = *item;
			return true;
		}
		if (item->kind == VALUE_NIL) {
			strbuf_release(&text);
			return eval_fail(ev, "`join`: item %zu is nothing", i + 1);
		}
		if (i)
			strbuf_put(&text, separator);
		value_print(&text, item);
	}
	return give_text(ev, "join", &text, out);
}

FUNCTION(len)
{
	size_t size;
	(void)count;
	if (args[0].kind == VALUE_STRING)
		size = args[0].len;
	else if (args[0].kind == VALUE_LIST)
		size = args[0].list->count;
	else if (args[0].kind == VALUE_MAP)
		size = args[0].map->count   ? args[0].map->count
		       : args[0].map->items ? args[0].map->items->count
					    : 0;
	else
		return arg_wrong(ev, "len", args, 0, "a string, a list or a map");
	*out = value_int((int64_t)size);
	return true;
}

FUNCTION(keys)
{
	const struct map *map;
	(void)count;
	if (!arg_map(ev, "keys", args, 0, &map))
		return false;
	*out = value_list(ev->arena);
	for (size_t i = 0; i < map->count; i++)
		list_add(ev->arena, out->list, value_str(entry_key(&map->entries[i])));
	return true;
}

/* ---- patterns ------------------------------------------------------------------------------- */

static struct regex *pattern(struct eval *ev, const char *name, struct str text)
{
	const char *error = NULL;
	size_t offset = 0;
	struct regex *re = regex_get(ev->arena, text, &error, &offset);
	if (!re)
		eval_fail(ev, "`%s`: %s at character %zu of the pattern", name, error, offset + 1);
	return re;
}

/* What is text fails for a limit alone. */
static bool fail_pattern(struct eval *ev, const char *name, struct str text, const char *error)
{
	ev->is_over_budget |= utf8_valid(text, NULL);
	return eval_fail(ev, "`%s`: %s", name, error);
}

FUNCTION(matches)
{
	struct str text, source;
	struct regex *re;
	const char *error = NULL;
	(void)count;
	if (!arg_string(ev, "matches", args, 0, &text) ||
		!arg_string(ev, "matches", args, 1, &source) ||
		!(re = pattern(ev, "matches", source)))
		return false;
	enum regex_result result = regex_test(re, text, &error);
	if (result == REGEX_ERROR)
		return fail_pattern(ev, "matches", text, error);
	*out = value_bool(result == REGEX_MATCH);
	return true;
}

FUNCTION(match)
{
	struct str text, source;
	struct regex *re;
	const char *error = NULL;
	(void)count;
	if (!arg_string(ev, "match", args, 0, &text) ||
		!arg_string(ev, "match", args, 1, &source) || !(re = pattern(ev, "match", source)))
		return false;
	enum regex_result result = regex_match(ev->arena, re, text, out, &error);
	if (result == REGEX_ERROR)
		return fail_pattern(ev, "match", text, error);
	if (result == REGEX_NO_MATCH)
		*out = value_nil();
	return true;
}
