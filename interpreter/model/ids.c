/*
 * Names: ids that guards read (`steps.deploy_api`), machine names of files, environment variables.
 */
#include "model/decode.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lua_keyword(struct str s)
{
	static const char *const words[] = {"and", "break", "do", "else", "elseif", "end", "false",
		"for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
		"return", "then", "true", "until", "while"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_is(s, words[i]))
			return true;
	}
	return false;
}

/* The first byte that cannot stand there, or s.len. */
static size_t bad_byte(struct str s, bool takes_hyphen)
{
	size_t i = 0;
	for (; i < s.len; i++) {
		char c = s.at[i];
		bool fits = is_lower(c) ||
			    (i && (is_digit(c) || c == '_' || (c == '-' && takes_hyphen)));
		if (!fits)
			break;
	}
	return i;
}

/* The nearest name that is allowed: lower case, `_` for what cannot be there. NULL: none is near.
 */
static const char *mended(struct decoder *d, struct str s, bool takes_hyphen)
{
	char *out = arena_copy(d->diagnostics->arena, s.at, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (is_upper(out[i]))
			out[i] = (char)(out[i] + 32);
		else if (out[i] == '-' && takes_hyphen)
			continue;
		else if (out[i] == '-' || out[i] == ' ')
			out[i] = '_';
	}
	struct str t = {out, s.len};
	return s.len && bad_byte(t, takes_hyphen) == t.len && !is_lua_keyword(t) ? out : NULL;
}

/* As it stands in a text: one word, so that a fix does not touch quotes that are not there. */
static bool is_verbatim(struct decoder *d, struct str s, struct span span)
{
	return d->file && span.file == d->file->id && span.len == s.len &&
	       (size_t)span.start + span.len <= d->file->text.len &&
	       memcmp(d->file->text.at + span.start, s.at, s.len) == 0;
}

static void offer(struct decoder *d, struct diagnostic *told, struct str s, struct span span,
	const char *mend, const char *rule)
{
	if (!mend) {
		diagnostic_hint(d->diagnostics, told, "%s", rule);
		return;
	}
	diagnostic_hint(d->diagnostics, told, "write `%s`", mend);
	if (is_verbatim(d, s, span))
		diagnostic_fix(d->diagnostics, told, span, mend);
}

/* Beyond this, a file is not searched for each of its bad ids. */
#define SEARCHED_BYTES (1u << 20)

static bool goes_on(struct str text, size_t at)
{
	char c = at < text.len ? text.at[at] : 0;
	return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
}

/* Guards and templates that read it have to be mended with it. */
static void offer_mentions(
	struct decoder *d, struct diagnostic *told, struct str id, const char *mend)
{
	static const char *const spaces[] = {"steps", "inputs", "vars", "watch", "secrets"};
	struct str text = d->file ? d->file->text : (struct str){"", 0};
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		struct strbuf b = {0};
		strbuf_printf(&b, "%s.%.*s", spaces[i], STR_ARGS(id));
		ptrdiff_t at = text.len > SEARCHED_BYTES ? -1 : str_find(text, strbuf_str(&b), 0);
		for (; at >= 0; at = str_find(text, strbuf_str(&b), (size_t)at + b.len)) {
			struct span span = {.start = (uint32_t)((size_t)at + b.len - id.len),
				.len = (uint32_t)id.len,
				.file = d->file->id};
			bool is_other = (at && goes_on(text, (size_t)at - 1)) ||
					goes_on(text, (size_t)at + b.len);
			if (!is_other)
				diagnostic_fix(d->diagnostics, told, span, mend);
		}
		strbuf_release(&b);
	}
}

/* The one of `hash`, or the free one where it belongs. */
static uint64_t *id_slot(const struct id_set *set, uint64_t hash)
{
	size_t at = (size_t)(hash >> 1) & (set->size - 1);
	while (set->slots[at] && set->slots[at] != hash)
		at = (at + 1) & (set->size - 1);
	return &set->slots[at];
}

static void id_set_grow(struct id_set *set)
{
	struct id_set old = *set;
	set->size = old.size ? old.size * 2 : 64;
	set->slots = heap_array(NULL, set->size, sizeof *set->slots);
	memset(set->slots, 0, set->size * sizeof *set->slots);
	for (size_t i = 0; i < old.size; i++) {
		if (old.slots[i])
			*id_slot(set, old.slots[i]) = old.slots[i];
	}
	free(old.slots);
}

void id_set_add(struct id_set *set, struct str id)
{
	uint64_t hash = str_hash_wide(id) | 1; /* 0 is a free slot */
	if (set->count * 2 >= set->size)
		id_set_grow(set);
	uint64_t *slot = id_slot(set, hash);
	set->has_twice |= *slot == hash;
	*slot = hash;
	set->count++;
}

bool id_check(struct decoder *d, struct str id, struct span span)
{
	size_t bad = bad_byte(id, false);
	struct diagnostic *told;
	if (bad == id.len && id.len && !is_lua_keyword(id))
		return true;
	if (id.len == 0)
		told = diagnose(d->diagnostics, RB107, span, "an id is empty");
	else if (bad == id.len)
		told = diagnose(d->diagnostics, RB107, span,
			"`%.*s` is a word of Lua, guards could not name it", STR_ARGS(id));
	else if (id.at[bad] == '-' && bad)
		told = diagnose(d->diagnostics, RB107, span,
			"the id `%.*s` has a hyphen, which reads as minus in guards", STR_ARGS(id));
	else
		told = diagnose(d->diagnostics, RB107, span, "`%.*s` is not an id", STR_ARGS(id));
	const char *mend = mended(d, id, false);
	offer(d, told, id, span, mend,
		"ids are lower-case letters, digits and `_`, a letter first");
	if (told->fixes)
		offer_mentions(d, told, id, mend);
	return false;
}

bool name_check(struct decoder *d, struct str name, struct span span)
{
	if (name.len && bad_byte(name, true) == name.len)
		return true;
	struct diagnostic *told =
		diagnose(d->diagnostics, RB107, span, "`%.*s` is not a name", STR_ARGS(name));
	offer(d, told, name, span, mended(d, name, true),
		"names are lower-case letters, digits, `_` and `-`, a letter first");
	return false;
}

/* Scripts get their values as RUNBOOK_1, RUNBOOK_2 …: these names are taken. */
static bool is_taken(struct str s)
{
	struct str prefix = STR("RUNBOOK_");
	if (!str_starts_with(s, prefix) || s.len == prefix.len)
		return false;
	for (size_t i = prefix.len; i < s.len; i++) {
		if (!is_digit(s.at[i]))
			return false;
	}
	return true;
}

bool env_name_check(struct decoder *d, struct str name, struct span span)
{
	struct diagnostic *told;
	size_t i = 0;
	while (i < name.len && (is_lower(name.at[i]) || is_upper(name.at[i]) || name.at[i] == '_' ||
				       (i && is_digit(name.at[i]))))
		i++;
	if (i < name.len || !name.len) {
		told = diagnose(d->diagnostics, RB107, span,
			"`%.*s` is no name for an environment variable", STR_ARGS(name));
		diagnostic_hint(d->diagnostics, told, "letters, digits and `_`, no digit first");
		return false;
	}
	if (is_taken(name)) {
		told = diagnose(d->diagnostics, RB104, span,
			"`%.*s` is taken: values travel to scripts under such names",
			STR_ARGS(name));
		diagnostic_hint(d->diagnostics, told, "take a name of your own");
		return false;
	}
	return true;
}

/* Who has a result of that name: every step, or steps with this action; NULL: it is free. */
static const char *owner_of(struct decoder *d, enum action_kind kind, struct str name)
{
	for (const char *const *f = step_fields; *f; f++) {
		if (str_is(name, *f))
			return "every step";
	}
	const struct action_info *info = action_info(kind);
	for (const struct result_field *f = info ? info->results : NULL; f && f->name; f++) {
		if (str_is(name, f->name))
			return arena_printf(d->diagnostics->arena, "`%s`", info->name);
	}
	return NULL;
}

bool result_name_check(struct decoder *d, struct str name, struct span span, enum action_kind kind)
{
	const char *owner = owner_of(d, kind, name);
	if (!owner)
		return true;
	struct diagnostic *told = diagnose(d->diagnostics, RB108, span,
		"`%.*s` is taken: %s has a field of that name", STR_ARGS(name), owner);
	diagnostic_hint(d->diagnostics, told, "take another name");
	return false;
}
