/*
 * Numbers in the sentences of a process: `Error rate >5% for more than 5 minutes`.
 */
#include "tool/import_private.h"

#include <ctype.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_word_at(struct str text, size_t at, const char *word)
{
	size_t len = strlen(word);

	return at + len <= text.len && strncasecmp(text.at + at, word, len) == 0 &&
	       (at == 0 || !isalpha((unsigned char)text.at[at - 1]) || word[0] == ' ');
}

static size_t skip_number(struct str text, size_t at)
{
	while (at < text.len &&
		(is_digit(text.at[at]) ||
			(text.at[at] == '.' && at + 1 < text.len && is_digit(text.at[at + 1]))))
		at++;
	return at;
}

/* ---- a time --------------------------------------------------------------------------------- */

bool import_duration(struct str text, struct strbuf *out)
{
	static const char units[] = "smhd";
	static const char *const words[] = {"sec", "min", "hour", "day"};

	for (size_t at = 0; at < text.len; at++) {
		size_t end = skip_number(text, at), unit;

		if (end == at)
			continue;
		for (unit = end; unit < text.len && strchr(" -", text.at[unit]); unit++)
			;
		for (size_t i = 0; i < 4; i++) {
			if (!has_word_at(text, unit, words[i]))
				continue;
			strbuf_printf(out, "%.*s%c", (int)(end - at), text.at + at, units[i]);
			return true;
		}
		at = end;
	}
	return false;
}

/* ---- a comparison --------------------------------------------------------------------------- */

struct comparison {
	size_t at, end; /* of the words that compare */
	const char *op;
};

static bool find_comparison(struct str text, struct comparison *c)
{
	static const struct {
		const char *words, *op;
	} forms[] = {{">=", ">="}, {"<=", "<="}, {">", ">"}, {"<", "<"}, {"above ", ">"},
		{"over ", ">"}, {"exceeds ", ">"}, {"more than ", ">"}, {"greater than ", ">"},
		{"below ", "<"}, {"under ", "<"}, {"less than ", "<"}};

	for (size_t at = 1; at < text.len; at++) {
		for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
			size_t end = at + strlen(forms[i].words);

			if (!has_word_at(text, at, forms[i].words))
				continue;
			while (end < text.len && text.at[end] == ' ')
				end++;
			if (end >= text.len || !is_digit(text.at[end]))
				continue;
			*c = (struct comparison){at, end, forms[i].op};
			return true;
		}
	}
	return false;
}

/* What is measured: the words before the comparison, without those that only say that it is so. */
static void put_name(struct strbuf *b, struct str text)
{
	static const char *const idle[] = {"remains", "remain", "normal", "stays", "stay", "is",
		"are", "the", "a", "goes", "rises", "must", "be", "if", "check", "verify", "that"};
	struct strbuf words = {0};

	for (size_t at = 0; at < text.len;) {
		size_t end = at;
		bool is_idle = false;

		while (end < text.len && isalnum((unsigned char)text.at[end]))
			end++;
		for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
			is_idle |= end - at == strlen(idle[i]) && has_word_at(text, at, idle[i]);
		if (end > at && !is_idle)
			strbuf_printf(&words, "%.*s ", (int)(end - at), text.at + at);
		at = end > at ? end : end + 1;
	}
	import_id(b, strbuf_str(&words), 0);
	strbuf_release(&words);
}

/* `5%` is 0.05, and of `500ms` the unit is left out: it is in the name of few metrics. */
static size_t put_number(struct strbuf *b, struct str text, size_t at)
{
	size_t end = skip_number(text, at);

	if (end < text.len && text.at[end] == '%') {
		char digits[32];

		snprintf(digits, sizeof digits, "%.*s", (int)(end - at), text.at + at);
		strbuf_printf(b, "%g", strtod(digits, NULL) / 100);
		return end + 1;
	}
	strbuf_add(b, text.at + at, end - at);
	return end;
}

static void add_watch(struct import *m, struct str name)
{
	struct strbuf key = {0};

	strbuf_printf(&key, "  %.*s:\n", STR_ARGS(name));
	if (str_find(strbuf_str(&m->watches), strbuf_str(&key), 0) < 0) {
		strbuf_put(&m->watches, strbuf_str(&key));
		strbuf_printf(&m->watches,
			"    every: 15s\n"
			"    uses: prometheus/query\n"
			"    with: { url: '${{ inputs.prometheus }}', query: %.*s }\n"
			"    value: result\n",
			STR_ARGS(name));
	}
	strbuf_release(&key);
}

bool import_metric(struct import *m, struct str text, struct strbuf *condition, struct strbuf *hold)
{
	struct comparison c;
	struct strbuf name = {0};
	size_t end;

	if (!find_comparison(text, &c))
		return false;
	put_name(&name, (struct str){text.at, c.at});
	if (str_is(strbuf_str(&name), "part")) {
		strbuf_release(&name); /* nothing says what it is */
		return false;
	}
	strbuf_printf(condition, "watch.%.*s %s ", STR_ARGS(strbuf_str(&name)), c.op);
	end = put_number(condition, text, c.end);
	import_duration((struct str){text.at + end, text.len - end}, hold);
	add_watch(m, strbuf_str(&name));
	strbuf_release(&name);
	return true;
}
