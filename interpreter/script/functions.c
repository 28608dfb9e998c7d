/*
 * The table of functions, in the order of the reference.
 */
#include "script/function_impl.h"

#include <math.h>

#define MANY 255
#define ALL(type)                                                                                  \
	{                                                                                          \
		type, type, type, type, type, type                                                 \
	}

/* What each row says beyond its name, signature, sentence and number of arguments. */
#define OURS(function) .call = function_##function
#define LUA .call = NULL

static const struct function table[] = {
	/* text */
	{"matches", "matches(s, pattern)", "Whether the pattern (PCRE2) is found in the string.", 2,
		2, {ARG_STRING, ARG_PATTERN}, ARG_BOOL, OURS(matches)},
	{"match", "match(s, pattern)",
		"The groups of the pattern's first match, by number and by name, or `nil`.", 2, 2,
		{ARG_STRING, ARG_PATTERN}, ARG_ANY, OURS(match)},
	{"contains", "contains(where, what)",
		"Whether a string has the part, a list an equal item, a map the key.", 2, 2,
		{ARG_COLLECTION, ARG_ANY}, ARG_BOOL, OURS(contains)},
	{"starts_with", "starts_with(s, prefix)", "Whether the string begins with the prefix.", 2,
		2, {ARG_STRING, ARG_STRING}, ARG_BOOL, OURS(starts_with)},
	{"ends_with", "ends_with(s, suffix)", "Whether the string ends with the suffix.", 2, 2,
		{ARG_STRING, ARG_STRING}, ARG_BOOL, OURS(ends_with)},
	{"trim", "trim(s)", "The string without white space at both ends.", 1, 1, {ARG_STRING},
		ARG_STRING, OURS(trim)},
	{"lines", "lines(s)",
		"The string's lines as a list, without their ends and an empty last one.", 1, 1,
		{ARG_STRING}, ARG_LIST, OURS(lines)},
	{"split", "split(s, separator)",
		"The parts of the string between separators, which are plain text.", 2, 2,
		{ARG_STRING, ARG_STRING}, ARG_LIST, OURS(split)},
	{"join", "join(list, separator)", "The items as text, with the separator between them.", 2,
		2, {ARG_LIST, ARG_STRING}, ARG_STRING, OURS(join)},
	{"len", "len(x)",
		"How many bytes a string has (characters: `utf8.len`), items a list, entries a "
		"map.",
		1, 1, {ARG_COLLECTION}, ARG_NUMBER, OURS(len)},
	{"keys", "keys(map)", "The map's keys as a list, in the order of the file.", 1, 1,
		{ARG_MAP}, ARG_LIST, OURS(keys)},

	/* numbers and samples */
	{"seconds", "seconds(duration)", "A duration such as \"1h30m\" in seconds.", 1, 1,
		{ARG_DURATION}, ARG_NUMBER, OURS(seconds)},
	{"round", "round(x, digits)",
		"The number to so many digits (default 0) behind the point, halves away from zero.",
		1, 2, {ARG_NUMBER, ARG_NUMBER}, ARG_NUMBER, OURS(round)},
	{"mean", "mean(list)", "The average; unknown without samples.", 1, 1, {ARG_LIST},
		ARG_NUMBER, OURS(mean)},
	{"percentile", "percentile(list, q)",
		"The value below which the share q (0 to 1) of the samples lies, interpolated.", 2,
		2, {ARG_LIST, ARG_NUMBER}, ARG_NUMBER, OURS(percentile)},
	{"ratio", "ratio(a, b, min_events)",
		"a divided by b; unknown when b is zero or below min_events (default 0).", 2, 3,
		{ARG_NUMBER, ARG_NUMBER, ARG_NUMBER}, ARG_NUMBER, OURS(ratio)},
	{"burn", "burn(errors, total, slo, window)",
		"The error rate over the error budget 1 - slo; watched counters count by their "
		"increase "
		"over the window.",
		3, 4, {ARG_ANY, ARG_ANY, ARG_NUMBER, ARG_DURATION}, ARG_NUMBER, OURS(burn)},
	{"mann_whitney", "mann_whitney(a, b)",
		"The rank test of two lists as a map of `u` and the two-sided `p`.", 2, 2,
		{ARG_LIST, ARG_LIST}, ARG_MAP, OURS(mann_whitney)},
	{"worse", "worse(canary, base, alpha, min_effect)",
		"Whether the canary's samples tend to be greater: one-sided rank test at alpha "
		"(0.05), and "
		"a mean greater by the share min_effect (0); unknown with too few samples.",
		2, 4, {ARG_LIST, ARG_LIST, ARG_NUMBER, ARG_NUMBER}, ARG_BOOL, OURS(worse)},
	{"tonumber", "tonumber(x, base)", "The number that the string reads as, or `nil`.", 1, 2,
		{ARG_ANY, ARG_NUMBER}, ARG_ANY, OURS(tonumber)},

	/* data */
	{"jsonpath", "jsonpath(value, query)",
		"The list of nodes that the JSONPath query (RFC 9535) selects.", 2, 2,
		{ARG_ANY, ARG_JSONPATH}, ARG_LIST, OURS(jsonpath)},
	{"json_decode", "json_decode(s)", "The value that the JSON text stands for.", 1, 1,
		{ARG_STRING}, ARG_ANY, OURS(json_decode)},
	{"json_encode", "json_encode(x)", "The value as JSON text on one line.", 1, 1, {ARG_ANY},
		ARG_STRING, OURS(json_encode)},
	{"semver", "semver(s)",
		"A semantic version, which compares as such and has `major minor patch prerelease "
		"build`.",
		1, 1, {ARG_ANY}, ARG_ANY, OURS(semver)},
	{"base64", "base64(s)", "The string's bytes in base64.", 1, 1, {ARG_STRING}, ARG_STRING,
		OURS(base64)},
	{"sha256", "sha256(s)", "The SHA-256 digest of the string's bytes, in hexadecimal.", 1, 1,
		{ARG_STRING}, ARG_STRING, OURS(sha256)},
	{"url_encode", "url_encode(s)", "The string percent-encoded for a part of a URL.", 1, 1,
		{ARG_STRING}, ARG_STRING, OURS(url_encode)},
	{"date", "date(format)", "The time now in UTC, by a strftime format (default ISO 8601).", 0,
		1, {ARG_STRING}, ARG_STRING, OURS(date), .is_impure = true},
	{"tostring", "tostring(x)", "The value as text; lists and maps as JSON.", 1, 1, {ARG_ANY},
		ARG_STRING, OURS(tostring)},
	{"type", "type(x)", "The name of the value's Lua type.", 1, 1, {ARG_ANY}, ARG_STRING,
		OURS(type)},

	/* Lua's own */
	{"string.format", "string.format(format, …)", "Text by a printf-like format.", 1, MANY,
		{ARG_STRING}, ARG_STRING, LUA},
	{"string.upper", "string.upper(s)", "The string with a-z in upper case.", 1, 1,
		{ARG_STRING}, ARG_STRING, LUA},
	{"string.lower", "string.lower(s)", "The string with A-Z in lower case.", 1, 1,
		{ARG_STRING}, ARG_STRING, LUA},
	{"string.len", "string.len(s)", "How many bytes the string has.", 1, 1, {ARG_STRING},
		ARG_NUMBER, LUA},
	{"string.sub", "string.sub(s, i, j)",
		"The bytes from i to j; negative ones count from the end.", 2, 3,
		{ARG_STRING, ARG_NUMBER, ARG_NUMBER}, ARG_STRING, LUA},
	{"string.reverse", "string.reverse(s)", "The string's bytes in reverse.", 1, 1,
		{ARG_STRING}, ARG_STRING, LUA},
	{"string.rep", "string.rep(s, n, separator)",
		"The string n times, with the separator between.", 2, 3,
		{ARG_STRING, ARG_NUMBER, ARG_STRING}, ARG_STRING, LUA},
	{"string.byte", "string.byte(s, i)", "The byte at i (default 1) as a number.", 1, 2,
		{ARG_STRING, ARG_NUMBER}, ARG_ANY, LUA},
	{"string.char", "string.char(…)", "The string of these bytes.", 0, MANY, ALL(ARG_NUMBER),
		ARG_STRING, LUA},
	{"string.find", "string.find(s, pattern, init, plain)",
		"Where the Lua pattern is first found, or `nil`.", 2, 4,
		{ARG_STRING, ARG_STRING, ARG_NUMBER, ARG_BOOL}, ARG_ANY, LUA},
	{"string.match", "string.match(s, pattern, init)",
		"The first capture of the Lua pattern, or its match, or `nil`.", 2, 3,
		{ARG_STRING, ARG_STRING, ARG_NUMBER}, ARG_ANY, LUA},
	{"string.gsub", "string.gsub(s, pattern, replacement, n)",
		"The string with matches of the Lua pattern replaced, at most n.", 3, 4,
		{ARG_STRING, ARG_STRING, ARG_ANY, ARG_NUMBER}, ARG_STRING, LUA},
	{"table.concat", "table.concat(list, separator, i, j)",
		"The strings and numbers of the list, with the separator between.", 1, 4,
		{ARG_LIST, ARG_STRING, ARG_NUMBER, ARG_NUMBER}, ARG_STRING, LUA},
	{"math.abs", "math.abs(x)", "The number without its sign.", 1, 1, {ARG_NUMBER}, ARG_NUMBER,
		LUA},
	{"math.ceil", "math.ceil(x)", "The least whole number not below x.", 1, 1, {ARG_NUMBER},
		ARG_NUMBER, LUA},
	{"math.floor", "math.floor(x)", "The greatest whole number not above x.", 1, 1,
		{ARG_NUMBER}, ARG_NUMBER, LUA},
	{"math.max", "math.max(x, …)", "The greatest of the numbers.", 1, MANY, ALL(ARG_NUMBER),
		ARG_NUMBER, LUA},
	{"math.min", "math.min(x, …)", "The least of the numbers.", 1, MANY, ALL(ARG_NUMBER),
		ARG_NUMBER, LUA},
	{"math.fmod", "math.fmod(x, y)", "The remainder of x / y, with the sign of x.", 2, 2,
		{ARG_NUMBER, ARG_NUMBER}, ARG_NUMBER, LUA},
	{"math.sqrt", "math.sqrt(x)", "The square root.", 1, 1, {ARG_NUMBER}, ARG_NUMBER, LUA},
	{"math.exp", "math.exp(x)", "e to the power of x.", 1, 1, {ARG_NUMBER}, ARG_NUMBER, LUA},
	{"math.log", "math.log(x, base)", "The logarithm, natural without a base.", 1, 2,
		{ARG_NUMBER, ARG_NUMBER}, ARG_NUMBER, LUA},
	{"math.sin", "math.sin(x)", "The sine of an angle in radians.", 1, 1, {ARG_NUMBER},
		ARG_NUMBER, LUA},
	{"math.cos", "math.cos(x)", "The cosine of an angle in radians.", 1, 1, {ARG_NUMBER},
		ARG_NUMBER, LUA},
	{"math.tan", "math.tan(x)", "The tangent of an angle in radians.", 1, 1, {ARG_NUMBER},
		ARG_NUMBER, LUA},
	{"math.tointeger", "math.tointeger(x)", "The number as a whole number, or `nil`.", 1, 1,
		{ARG_ANY}, ARG_ANY, LUA},
	{"math.type", "math.type(x)", "`integer`, `float`, or `nil` for what is no number.", 1, 1,
		{ARG_ANY}, ARG_ANY, LUA},
	{"math.ult", "math.ult(m, n)", "Whether m is below n as unsigned numbers.", 2, 2,
		{ARG_NUMBER, ARG_NUMBER}, ARG_BOOL, LUA},
	{"utf8.len", "utf8.len(s, i, j)",
		"How many characters the string has; `nil` if it is not UTF-8.", 1, 3,
		{ARG_STRING, ARG_NUMBER, ARG_NUMBER}, ARG_ANY, LUA},
	{"utf8.char", "utf8.char(…)", "The string of these characters.", 0, MANY, ALL(ARG_NUMBER),
		ARG_STRING, LUA},
	{"utf8.codepoint", "utf8.codepoint(s, i)",
		"The code of the character at byte i (default 1).", 1, 2, {ARG_STRING, ARG_NUMBER},
		ARG_ANY, LUA},
};

const struct function *function_table(size_t *count)
{
	*count = sizeof table / sizeof *table;
	return table;
}

const struct function *function_find(struct str name)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (name.len && table[i].name[0] == name.at[0] && str_is(name, table[i].name))
			return &table[i];
	return NULL;
}

bool library_constant(struct str name, struct value *out)
{
	/* Lua's own has a NUL where this has one, so its length is told. */
	static const char charpattern[] = "[\0-\x7F\xC2-\xFD][\x80-\xBF]*";
	if (str_is(name, "math.pi"))
		*out = value_float(M_PI);
	else if (str_is(name, "math.huge"))
		*out = value_float(INFINITY);
	else if (str_is(name, "math.maxinteger"))
		*out = value_int(INT64_MAX);
	else if (str_is(name, "math.mininteger"))
		*out = value_int(INT64_MIN);
	else if (str_is(name, "utf8.charpattern"))
		*out = value_str((struct str){charpattern, sizeof charpattern - 1});
	else
		return false;
	return true;
}

const struct function *string_method(struct str name)
{
	static const char *const methods[][2] = {{"upper", "string.upper"},
		{"lower", "string.lower"}, {"len", "string.len"}, {"sub", "string.sub"},
		{"reverse", "string.reverse"}};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_is(name, methods[i][0]))
			return function_find(str_of(methods[i][1]));
	return NULL;
}
