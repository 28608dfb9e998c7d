/*
 * Decoding goes over the text once before jansson does, for three things jansson has no switch
 * for: our depth limit, whole numbers over 64 bits (it refuses them; they become floats), and NUL
 * in a key (it refuses that too). The latter two are rare and solved by handing jansson a copy in
 * which they are written differently in the same number of bytes, so that places stay right.
 */
#include "base/json.h"

#include <jansson.h>

struct scan {
	struct str text;
	size_t at, depth;
	char *copy;	  /* of the text, once something had to be written differently */
	char sentinel[3]; /* UTF-8 of the character that stands for NUL in keys, if any */
	bool has_sentinel;
};

static bool fail(struct json_error *error, struct str text, size_t offset, const char *message)
{
	*error = (struct json_error){.line = 1, .column = 1, .offset = offset};
	snprintf(error->message, sizeof error->message, "%s", message);
	for (size_t i = 0; i < offset && i < text.len; i++) {
		if (text.at[i] == '\n') {
			error->line++;
			error->column = 1;
		} else if (((unsigned char)text.at[i] & 0xC0) != 0x80) {
			error->column++;
		}
	}
	return false;
}

static char *scan_copy(struct scan *s)
{
	if (!s->copy) {
		s->copy = heap_array(NULL, s->text.len + 1, 1);
		memcpy(s->copy, s->text.at, s->text.len);
		s->copy[s->text.len] = '\0';
	}
	return s->copy;
}

/* ---- NUL in keys ---------------------------------------------------------------------------- */

/* A private-use character that the text does not hold, neither as it is nor as an escape. */
static bool choose_sentinel(struct scan *s, char escape[8])
{
	if (s->has_sentinel) {
		uint32_t code;
		utf8_decode((struct str){s->sentinel, 3}, &code);
		snprintf(escape, 8, "\\u%04x", code);
		return true;
	}
	char *copy = scan_copy(s);
	for (uint32_t code = 0xE000; code < 0xE040; code++) {
		char raw[4];
		utf8_encode(code, raw);
		snprintf(escape, 8, "\\u%04x", code);
		/* What is behind a NUL byte does not matter: jansson refuses that text. */
		if (str_find(s->text, (struct str){raw, 3}, 0) >= 0 || strcasestr(copy, escape))
			continue;
		memcpy(s->sentinel, raw, 3);
		s->has_sentinel = true;
		return true;
	}
	return false;
}

/* `start` to `end` is a key's text, quotes left out. */
static bool hide_nul(struct scan *s, size_t start, size_t end)
{
	char escape[8];
	if (!choose_sentinel(s, escape))
		return false;
	char *copy = scan_copy(s);
	for (size_t i = start; i < end; i++) {
		if (copy[i] != '\\')
			continue;
		if (end - i >= 6 && memcmp(copy + i, "\\u0000", 6) == 0)
			memcpy(copy + i, escape, 6);
		i++;
	}
	return true;
}

static struct str key_text(const struct scan *s, struct arena *a, const char *key, size_t len)
{
	char *copy = arena_copy(a, key, len);
	if (!s->has_sentinel)
		return (struct str){copy, len};
	size_t kept = 0;
	for (size_t i = 0; i < len;) {
		if (len - i >= 3 && memcmp(copy + i, s->sentinel, 3) == 0) {
			copy[kept++] = '\0';
			i += 3;
		} else {
			copy[kept++] = copy[i++];
		}
	}
	copy[kept] = '\0';
	return (struct str){copy, kept};
}

/* ---- the pass before ------------------------------------------------------------------------ */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `s->at` is behind the opening quote; goes behind the closing one. */
static bool scan_string(struct scan *s)
{
	struct str t = s->text;
	size_t start = s->at;
	bool has_nul = false;
	while (s->at < t.len && t.at[s->at] != '"') {
		if (t.at[s->at] == '\\') {
			if (t.len - s->at >= 6 && memcmp(t.at + s->at, "\\u0000", 6) == 0)
				has_nul = true;
			s->at++;
		}
		s->at++;
	}
	size_t end = s->at < t.len ? s->at : t.len;
	s->at = end + (end < t.len);
	if (!has_nul)
		return true;
	size_t next = s->at;
	while (next < t.len && strchr(" \t\r\n", t.at[next]))
		next++;
	bool is_key = next < t.len && t.at[next] == ':';
	return !is_key || hide_nul(s, start, end);
}

/* As 17 digits and an exponent, which is never longer than 19 digits or more were. */
static void write_as_float(struct scan *s, size_t start, double f)
{
	char digits[40], text[40];
	bool negative = f < 0;
	snprintf(digits, sizeof digits, "%.16e", negative ? -f : f);
	int64_t exponent = 0;
	parse_int(str_of(strchr(digits, 'e') + 1), &exponent);
	int len = snprintf(text, sizeof text, "%s%c%.16se%d", negative ? "-" : "", digits[0],
		digits + 2, (int)exponent - 16);
	char *copy = scan_copy(s);
	memset(copy + start, ' ', s->at - start);
	memcpy(copy + start, text, (size_t)len);
}

/* False: too large even for a double. What is no number at all is left to jansson. */
static bool scan_number(struct scan *s)
{
	size_t start = s->at;
	bool negative = s->text.at[s->at] == '-';
	s->at += negative;
	size_t first = s->at;
	while (s->at < s->text.len && is_digit(s->text.at[s->at]))
		s->at++;
	struct str number = {s->text.at + start, s->at - start};
	if (s->at - first < 19 || s->text.at[first] == '0')
		return true;
	if (s->at < s->text.len && memchr(".eE", s->text.at[s->at], 3)) {
		while (s->at < s->text.len &&
			(is_digit(s->text.at[s->at]) || memchr(".eE+-", s->text.at[s->at], 5)))
			s->at++;
		return true;
	}
	int64_t whole;
	double f;
	if (parse_int(number, &whole))
		return true;
	if (!parse_float(number, &f))
		return false;
	write_as_float(s, start, f);
	return true;
}

static bool scan_text(struct scan *s, struct json_error *error)
{
	while (s->at < s->text.len) {
		size_t start = s->at;
		char c = s->text.at[start];
		if (c == '-' || is_digit(c)) {
			if (!scan_number(s))
				return fail(error, s->text, start, "the number is too large");
			continue;
		}
		s->at++;
		/* jansson takes it for the end when it is the last byte. */
		if (c == '\0')
			return fail(error, s->text, start, "a NUL byte is not allowed here");
		if (c == '"' && !scan_string(s))
			return fail(error, s->text, start, "a key with NUL cannot be held");
		if (c == '[' || c == '{') {
			if (++s->depth > VALUE_MAX_DEPTH)
				return fail(error, s->text, start, "nested too deep");
		} else if ((c == ']' || c == '}') && s->depth > 0) {
			s->depth--;
		}
	}
	return true;
}

/* ---- jansson's tree to values --------------------------------------------------------------- */

static struct value convert(const struct scan *s, struct arena *a, json_t *j);

static struct value convert_list(const struct scan *s, struct arena *a, json_t *j)
{
	struct value v = value_list(a);
	size_t count = json_array_size(j);
	v.list->items = arena_array(a, count, sizeof *v.list->items);
	v.list->count = v.list->cap = count;
	for (size_t i = 0; i < count; i++)
		v.list->items[i] = convert(s, a, json_array_get(j, i));
	return v;
}

static struct value convert_map(const struct scan *s, struct arena *a, json_t *j)
{
	struct value v = value_map(a);
	map_reserve(a, v.map, json_object_size(j));
	for (void *i = json_object_iter(j); i; i = json_object_iter_next(j, i)) {
		struct str key =
			key_text(s, a, json_object_iter_key(i), json_object_iter_key_len(i));
		map_append(a, v.map, key, convert(s, a, json_object_iter_value(i)));
	}
	return v;
}

static struct value convert(const struct scan *s, struct arena *a, json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		return convert_map(s, a, j);
	case JSON_ARRAY:
		return convert_list(s, a, j);
	case JSON_STRING:
		return value_copy_str(a, (struct str){json_string_value(j), json_string_length(j)});
	case JSON_INTEGER:
		return value_int(json_integer_value(j));
	case JSON_REAL:
		return value_float(json_real_value(j));
	case JSON_TRUE:
	case JSON_FALSE:
		return value_bool(json_is_true(j));
	case JSON_NULL:
		break;
	}
	return value_nil();
}

static const char *explain(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_premature_end_of_input:
		return "the text ends too early";
	case json_error_end_of_input_expected:
		return "something follows the value";
	case json_error_duplicate_key:
		return "a key is given twice in one object";
	case json_error_numeric_overflow:
		return "the number is too large";
	case json_error_invalid_utf8:
		return "the text is not valid UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL byte is not allowed here";
	default:
		return e->text;
	}
}

static bool refuse(struct json_error *error, struct str text, const json_error_t *e)
{
	size_t offset = e->position > 0 ? (size_t)e->position : 0;
	bool is_at_end = json_error_code(e) == json_error_premature_end_of_input;
	/* jansson stands behind what it did not like. */
	if (offset > 0 && !is_at_end)
		offset--;
	fail(error, text, offset < text.len ? offset : text.len, explain(e));
	size_t bad;
	if (!utf8_valid(str_of(error->message), &bad))
		error->message[bad] = '\0';
	return false;
}

static bool decode(
	struct arena *a, struct str text, size_t flags, struct value *out, struct json_error *error)
{
	struct scan s = {.text = text};
	json_error_t wrong;
	json_t *tree = NULL;
	bool is_good = scan_text(&s, error);
	if (is_good) {
		const char *from = s.copy ? s.copy : text.len ? text.at : "";
		tree = json_loadb(from, text.len, flags | JSON_DECODE_ANY | JSON_ALLOW_NUL, &wrong);
		is_good = tree || refuse(error, text, &wrong);
	}
	if (is_good)
		*out = convert(&s, a, tree);
	json_decref(tree);
	free(s.copy);
	return is_good;
}

bool json_decode(struct arena *a, struct str text, struct value *out, struct json_error *error)
{
	return decode(a, text, 0, out, error);
}

bool json_decode_unique(
	struct arena *a, struct str text, struct value *out, struct json_error *error)
{
	return decode(a, text, JSON_REJECT_DUPLICATES, out, error);
}
