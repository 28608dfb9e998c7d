#include "source/suppress.h"

/* One word in the brackets. */
struct silenced {
	struct span span;
	enum rule_id rule;
	const char *because;
	size_t from, to;   /* bytes it holds for */
	size_t also, upto; /* and these: the first line of the step around; empty: none */
	bool is_used;
};

struct scan {
	const struct source_file *file;
	struct diagnostics *d;
	struct silenced *found; /* on the heap */
	size_t count, cap;
};

/* ---- rules ---------------------------------------------------------------------------------- */

bool rule_is_fixed(enum rule_id id)
{
	return rule_info(id)->severity == SEVERITY_ERROR;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static size_t line_start(struct str text, size_t at)
{
	while (at && text.at[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(struct str text, size_t at)
{
	const char *end = at < text.len ? memchr(text.at + at, '\n', text.len - at) : NULL;

	return end ? (size_t)(end - text.at) : text.len;
}

static size_t indent_of(struct str text, size_t line)
{
	size_t at = line;

	while (at < text.len && text.at[at] == ' ')
		at++;
	return at - line;
}

static bool is_empty_line(struct str text, size_t line)
{
	size_t at = line + indent_of(text, line);

	return at >= text.len || text.at[at] == '\n' || text.at[at] == '\r' || text.at[at] == '#';
}

static bool is_item(struct str text, size_t line)
{
	size_t at = line + indent_of(text, line);

	return at + 1 < text.len && text.at[at] == '-' && text.at[at + 1] == ' ';
}

/* Behind the last line that is indented further than `line`. */
static size_t block_end(struct str text, size_t line)
{
	size_t indent = indent_of(text, line), end = line_end(text, line);

	for (size_t at = end + 1; at < text.len; at = line_end(text, at) + 1) {
		if (is_empty_line(text, at))
			continue;
		if (indent_of(text, at) <= indent)
			break;
		end = line_end(text, at);
	}
	return end;
}

/* The line of the `- ` that the key on `line` stands under; SIZE_MAX: it is no key of an item. */
static size_t item_above(struct str text, size_t line)
{
	size_t indent = indent_of(text, line);

	if (is_item(text, line))
		return line;
	while (line) {
		line = line_start(text, line - 1);
		if (is_empty_line(text, line))
			continue;
		if (indent_of(text, line) >= indent)
			continue;
		return is_item(text, line) && indent_of(text, line) + 2 == indent ? line : SIZE_MAX;
	}
	return SIZE_MAX;
}

/* ---- comments ------------------------------------------------------------------------------- */

/* Whether the `#` at `at` begins a comment: not inside quotes, as far as its line can tell. */
static bool begins_comment(struct str text, size_t line, size_t at)
{
	char quote = 0, before = ' ';

	if (at > line && text.at[at - 1] != ' ' && text.at[at - 1] != '\t')
		return false;
	for (size_t i = line; i < at; i++) {
		char c = text.at[i];

		if ((quote == '"' && c == '\\') ||
			(quote == '\'' && c == quote && text.at[i + 1] == quote))
			i++;
		else if (quote)
			quote = c == quote ? 0 : quote;
		else if ((c == '"' || c == '\'') && strchr(" [{,:(=", before))
			quote = c;
		before = c;
	}
	return !quote;
}

static void set_region(struct silenced *s, struct str text, size_t comment)
{
	size_t line = line_start(text, comment), item;
	bool is_alone = line + indent_of(text, line) == comment;

	if (is_alone) {
		do
			line = line_end(text, line) + 1;
		while (line < text.len && is_empty_line(text, line));
		if (line >= text.len)
			return;
	}
	s->from = line;
	s->to = is_alone && (is_item(text, line) || indent_of(text, line)) ? block_end(text, line)
									   : line_end(text, line);
	item = item_above(text, line);
	if (item != SIZE_MAX) {
		s->also = item;
		s->upto = line_end(text, item);
	}
}

/* ---- one comment ---------------------------------------------------------------------------- */

static struct span span_of(const struct scan *s, size_t from, size_t to)
{
	return (struct span){(uint32_t)from, (uint32_t)(to - from), s->file->id};
}

static void tell_unknown(struct scan *s, struct str word, struct span span)
{
	const char *words[2 * RULE_COUNT];
	size_t count = 0;
	struct diagnostic *told = diagnose(s->d, RB901, span,
		word.len ? "there is no rule `%.*s`" : "no rule is named", STR_ARGS(word));

	for (int i = 0; i < RULE_COUNT; i++) {
		words[count++] = rule_info((enum rule_id)i)->code;
		words[count++] = rule_info((enum rule_id)i)->name;
	}
	if (!word.len || !diagnostic_nearest(s->d, told, word, words, count))
		diagnostic_hint(s->d, told, "write `# runbook: ignore[RB401] -- why it may stay`");
}

static void add(struct scan *s, size_t from, size_t to, size_t comment, const char *because)
{
	struct str word = str_trim((struct str){s->file->text.at + from, to - from});
	size_t start = (size_t)(word.at - s->file->text.at);
	struct silenced *new;
	enum rule_id rule = rule_find(word);

	if (rule == RULE_COUNT) {
		tell_unknown(s, word,
			word.len ? span_of(s, start, start + word.len) : span_of(s, from - 1, to));
		return;
	}
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->found = heap_array(s->found, s->cap, sizeof *s->found);
	}
	new = &s->found[s->count++];
	*new = (struct silenced){
		.span = span_of(s, start, start + word.len), .rule = rule, .because = because};
	set_region(new, s->file->text, comment);
}

/* Behind the bracket; NULL: none. */
static const char *reason_of(struct scan *s, size_t from, size_t end)
{
	struct str rest = str_trim((struct str){s->file->text.at + from, end - from});

	if (!str_starts_with(rest, STR("--")))
		return NULL;
	rest = str_trim((struct str){rest.at + 2, rest.len - 2});
	return rest.len ? arena_copy(s->d->arena, rest.at, rest.len) : NULL;
}

/* At the `#`; `open` is behind the word `ignore`. */
static void read_comment(struct scan *s, size_t comment, size_t open)
{
	struct str text = s->file->text;
	size_t end = line_end(text, comment), close = open;
	const char *because;

	while (close < end && text.at[close] != ']')
		close++;
	if (open >= end || text.at[open] != '[' || close == end) {
		tell_unknown(s, STR(""), span_of(s, comment, open));
		return;
	}
	because = reason_of(s, close + 1, end);
	if (!because) {
		struct diagnostic *told = diagnose(s->d, RB903, span_of(s, comment, close + 1),
			"this silences a rule and does not say why");

		diagnostic_hint(
			s->d, told, "add the reason: `-- the table is rebuilt every night`");
	}
	for (size_t from = open + 1, at = from; at <= close; at++) {
		if (at < close && text.at[at] != ',')
			continue;
		add(s, from, at, comment, because);
		from = at + 1;
	}
}

static void read_comments(struct scan *s)
{
	struct str text = s->file->text, word = STR("runbook:"), ignore = STR("ignore");

	for (ptrdiff_t found = 0; (found = str_find(text, word, (size_t)found)) >= 0; found++) {
		size_t at = (size_t)found, comment = at, open = at + word.len;

		while (comment && text.at[comment - 1] == ' ')
			comment--;
		while (open < text.len && text.at[open] == ' ')
			open++;
		if (!comment || text.at[comment - 1] != '#' || open + ignore.len > text.len ||
			memcmp(text.at + open, ignore.at, ignore.len) != 0 ||
			!begins_comment(text, line_start(text, comment - 1), comment - 1))
			continue;
		read_comment(s, comment - 1, open + ignore.len);
	}
}

/* ---- silencing ------------------------------------------------------------------------------- */

static bool holds_for(const struct silenced *s, const struct diagnostic *x)
{
	size_t at = x->span.start;

	return s->rule == x->rule &&
	       ((at >= s->from && at <= s->to && s->to) || (at >= s->also && at < s->upto));
}

static void silence(struct scan *s)
{
	for (struct diagnostic *x = s->d->first; x; x = x->next) {
		if (x->span.file != s->file->id || rule_is_fixed(x->rule))
			continue;
		for (size_t i = 0; i < s->count; i++) {
			if (!holds_for(&s->found[i], x))
				continue;
			s->found[i].is_used = true;
			diagnostic_suppress(s->d, x, s->found[i].because);
		}
	}
}

static void tell_unused(struct scan *s, bool (*is_certain)(const void *context, enum rule_id id),
	const void *context)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct silenced *x = &s->found[i];
		struct diagnostic *told;

		if (x->is_used || (is_certain && !is_certain(context, x->rule)))
			continue;
		told = diagnose(s->d, RB902, x->span, "`%s` has nothing to say here",
			rule_info(x->rule)->code);
		if (rule_is_fixed(x->rule))
			diagnostic_hint(s->d, told,
				"it is an error, which would stop the run: no comment silences it");
		else
			diagnostic_hint(
				s->d, told, "take the comment away, or move it to its step");
	}
}

void suppress(const struct source_file *file, struct diagnostics *d,
	bool (*is_certain)(const void *context, enum rule_id id), const void *context)
{
	struct scan s = {.file = file, .d = d};

	read_comments(&s);
	silence(&s);
	tell_unused(&s, is_certain, context);
	free(s.found);
}
