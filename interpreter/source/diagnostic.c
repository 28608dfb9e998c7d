#include "source/diagnostic.h"

static const struct rule_info rules[RULE_COUNT] = {
#define RULE(code, name, severity, title) [code] = {#code, name, severity, title},
#include "source/rules.def"
#undef RULE
};

const struct rule_info *rule_info(enum rule_id id)
{
	return &rules[id];
}

static bool is_word(struct str word, const char *name)
{
	return word.len == strlen(name) && strncasecmp(word.at, name, word.len) == 0;
}

enum rule_id rule_find(struct str word)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule_info *rule = rule_info((enum rule_id)i);

		if (is_word(word, rule->code) || is_word(word, rule->name))
			return (enum rule_id)i;
	}
	return RULE_COUNT;
}

void diagnostics_init(struct diagnostics *d, struct arena *arena)
{
	*d = (struct diagnostics){.arena = arena, .max = DIAGNOSTICS_MAX};
	d->last = &d->first;
	d->spare = arena_new(arena, struct diagnostic);
}

static void tally(struct diagnostics *d, enum severity severity, size_t by)
{
	if (severity == SEVERITY_ERROR)
		d->errors += by;
	else if (severity == SEVERITY_WARNING)
		d->warnings += by;
}

struct diagnostic *diagnose(
	struct diagnostics *d, enum rule_id rule, struct span span, const char *format, ...)
{
	int wanted = d->severities ? d->severities[rule] : (int)rules[rule].severity;
	enum severity severity = (enum severity)wanted;
	if (wanted < 0) {
		*d->spare = (struct diagnostic){.rule = rule, .message = ""};
		return d->spare;
	}
	tally(d, severity, 1);
	if (d->count >= d->max) {
		d->dropped++;
		*d->spare = (struct diagnostic){.rule = rule, .severity = severity, .message = ""};
		return d->spare;
	}
	struct diagnostic *new = arena_new(d->arena, struct diagnostic);
	new->rule = rule;
	new->severity = severity;
	new->span = span;
	va_list args;
	va_start(args, format);
	new->message = arena_vprintf(d->arena, format, args);
	va_end(args);
	*d->last = new;
	d->last = &new->next;
	d->count++;
	return new;
}

/* What is dropped takes no memory: there may be millions. */
static bool is_dropped(const struct diagnostics *d, const struct diagnostic *to)
{
	return to == d->spare;
}

void diagnostic_hint(struct diagnostics *d, struct diagnostic *to, const char *format, ...)
{
	if (is_dropped(d, to))
		return;
	va_list args;
	va_start(args, format);
	to->hint = arena_vprintf(d->arena, format, args);
	va_end(args);
}

void diagnostic_note(struct diagnostics *d, struct diagnostic *to, const char *format, ...)
{
	if (is_dropped(d, to))
		return;
	va_list args;
	va_start(args, format);
	to->note = arena_vprintf(d->arena, format, args);
	va_end(args);
}

void diagnostic_label(
	struct diagnostics *d, struct diagnostic *to, struct span span, const char *format, ...)
{
	if (is_dropped(d, to))
		return;
	struct label *label = arena_new(d->arena, struct label);
	label->span = span;
	va_list args;
	va_start(args, format);
	label->text = arena_vprintf(d->arena, format, args);
	va_end(args);
	struct label **end = &to->labels;
	while (*end)
		end = &(*end)->next;
	*end = label;
}

void diagnostic_fix(
	struct diagnostics *d, struct diagnostic *to, struct span span, const char *text)
{
	if (is_dropped(d, to))
		return;
	struct fix *fix = arena_new(d->arena, struct fix);
	fix->span = span;
	fix->text = arena_string(d->arena, text);
	struct fix **end = &to->fixes;
	while (*end)
		end = &(*end)->next;
	*end = fix;
}

bool diagnostic_nearest(struct diagnostics *d, struct diagnostic *to, struct str word,
	const char *const *candidates, size_t count)
{
	const char *near = nearest_word(word, candidates, count);
	if (near)
		diagnostic_hint(d, to, "did you mean `%s`?", near);
	return near != NULL;
}

void diagnostic_set_severity(struct diagnostics *d, struct diagnostic *x, enum severity severity)
{
	if (!x->is_suppressed) {
		tally(d, x->severity, (size_t)-1);
		tally(d, severity, 1);
	}
	x->severity = severity;
}

void diagnostic_suppress(struct diagnostics *d, struct diagnostic *x, const char *because)
{
	if (x->is_suppressed)
		return;
	tally(d, x->severity, (size_t)-1);
	x->is_suppressed = true;
	x->because = because;
	d->suppressed++;
}

/* ---- order ---------------------------------------------------------------------------------- */

static int compare_numbers(uint32_t x, uint32_t y)
{
	return x < y ? -1 : x > y;
}

static int compare(const struct diagnostic *x, const struct diagnostic *y)
{
	int order = compare_numbers(x->span.file, y->span.file);
	if (!order)
		order = compare_numbers(x->span.start, y->span.start);
	if (!order)
		order = compare_numbers(x->severity, y->severity);
	return order;
}

/* A merge sort on the list: equal ones stay in the order they were found. */
static struct diagnostic *merge(struct diagnostic *x, struct diagnostic *y)
{
	struct diagnostic *first = NULL, **last = &first;
	while (x && y) {
		struct diagnostic **from = compare(y, x) < 0 ? &y : &x;
		*last = *from;
		last = &(*from)->next;
		*from = *last;
	}
	*last = x ? x : y;
	return first;
}

static struct diagnostic *sort(struct diagnostic *list, size_t count)
{
	if (count < 2)
		return list;
	struct diagnostic *half = list;
	for (size_t i = 1; i < count / 2; i++)
		half = half->next;
	struct diagnostic *rest = half->next;
	half->next = NULL;
	return merge(sort(list, count / 2), sort(rest, count - count / 2));
}

/* Findings that have no place are told apart by what they say. */
static bool is_repeated(const struct diagnostic *x, const struct diagnostic *y)
{
	return x->rule == y->rule && compare(x, y) == 0 &&
	       (x->span.file || strcmp(x->message, y->message) == 0);
}

static bool is_in(const struct diagnostic *from, const struct diagnostic *x)
{
	for (; from != x; from = from->next) {
		if (is_repeated(from, x))
			return true;
	}
	return false;
}

void diagnostics_forget(struct diagnostics *d, const struct diagnostic *x)
{
	if (x->is_suppressed)
		d->suppressed--;
	else
		tally(d, x->severity, (size_t)-1);
	d->count--;
}

void diagnostics_drop(struct diagnostics *d, enum rule_id rule, struct span span)
{
	struct diagnostic **at = &d->first;

	while (*at) {
		struct diagnostic *x = *at;

		if (x->rule == rule && x->span.file == span.file && x->span.start == span.start) {
			diagnostics_forget(d, x);
			*at = x->next;
		} else {
			at = &x->next;
		}
	}
	d->last = at;
}

static bool is_of_yaml(const struct diagnostic *x)
{
	return x->rule < RB101;
}

static bool has_yaml_error(const struct diagnostics *d, uint32_t file)
{
	for (const struct diagnostic *x = d->first; x; x = x->next) {
		if (is_of_yaml(x) && x->span.file == file)
			return true;
	}
	return false;
}

/* What could not be read is nothing, and that is told again where something was wanted: without a
 * place, where the finding about the YAML is, or as what is missing. */
static bool follows(
	const struct diagnostics *d, const struct diagnostic *x, const struct diagnostic *yaml)
{
	if (is_of_yaml(x) || !yaml)
		return false;
	if ((x->rule == RB103 || x->rule == RB110) && has_yaml_error(d, x->span.file))
		return true;
	if (!x->span.file)
		return !x->path;
	return x->span.file == yaml->span.file && x->span.start >= yaml->span.start &&
	       x->span.start <= yaml->span.start + yaml->span.len;
}

static void drop_followers(struct diagnostics *d)
{
	const struct diagnostic *yaml = d->first;

	while (yaml && !is_of_yaml(yaml))
		yaml = yaml->next;
	for (struct diagnostic **at = &d->first; *at && yaml;) {
		struct diagnostic *x = *at;

		if (is_of_yaml(x) && x->span.file)
			yaml = x;
		if (follows(d, x, yaml)) {
			*at = x->next;
			diagnostics_forget(d, x);
		} else {
			at = &x->next;
		}
	}
}

void diagnostics_sort(struct diagnostics *d)
{
	d->first = sort(d->first, d->count);
	drop_followers(d);
	struct diagnostic **at = &d->first, *same = d->first;
	while (*at) {
		struct diagnostic *x = *at;
		/* `same` is the first at this place, so the look back is short. */
		if (compare(same, x) != 0)
			same = x;
		if (is_in(same, x)) {
			diagnostics_forget(d, x);
			*at = x->next;
		} else {
			at = &x->next;
		}
	}
	d->last = at;
}
