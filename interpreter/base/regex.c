/*
 * PCRE2's own limits count per starting position and not what one item reads at a stretch, so a
 * pattern can stay under all of them and still run for minutes on a long text. Therefore each
 * pattern is compiled with a callout before each item, and the callout counts work: a little for
 * itself and one for each character gone over since the last. That count, unlike a clock, gives
 * the same answer on each machine and in each replay.
 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 100000
#define HEAP_LIMIT_KIB (32 * 1024)
#define WORK_LIMIT 200000000
#define WORK_ITEM 10 /* what one step costs, in characters read */
#define PATTERN_MAX (64 * 1024)
#define CACHE_MAX 10000
#define CACHE_BUCKETS 256
#define JIT_FROM (16 * 1024) /* shorter subjects do not pay for the compilation */
#define JIT_STACK_MAX (1024 * 1024)

struct regex {
	struct regex *next;
	struct str pattern;
	uint32_t hash;
	uint32_t groups;
	bool has_references, jit_tried, jit_ready;
	pcre2_code *code;
};

/* Everything of PCRE2's that all patterns share. */
static struct {
	struct regex *buckets[CACHE_BUCKETS];
	size_t count;
	pcre2_match_context *context;
	pcre2_jit_stack *jit_stack;
	pcre2_match_data *data; /* room for `data_groups` groups */
	uint32_t data_groups;
	int64_t last_work;
} shared;

/* ---- compiling ------------------------------------------------------------------------------ */

static struct regex *compile(
	struct arena *a, struct str pattern, const char **error, size_t *offset)
{
	const uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
	*offset = 0;
	if (pattern.len > PATTERN_MAX) {
		*error = "the pattern is longer than 64 KiB";
		return NULL;
	}
	int code;
	PCRE2_SPTR text = (PCRE2_SPTR)(pattern.len ? pattern.at : "");
	pcre2_code *compiled = pcre2_compile(text, pattern.len, options, &code, offset, NULL);
	if (!compiled) {
		char *message = arena_alloc(a, 160);
		pcre2_get_error_message(code, (PCRE2_UCHAR *)message, 160);
		*error = message;
		return NULL;
	}
	struct regex *re = heap_alloc(sizeof *re);
	char *copy = heap_alloc(pattern.len + 1);
	if (pattern.len)
		memcpy(copy, pattern.at, pattern.len);
	re->pattern = (struct str){copy, pattern.len};
	re->code = compiled;
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &re->groups);
	uint32_t references = 0;
	pcre2_pattern_info(compiled, PCRE2_INFO_BACKREFMAX, &references);
	re->has_references = references > 0;
	return re;
}

struct regex *regex_new(struct arena *a, struct str pattern, const char **error)
{
	size_t offset;
	return compile(a, pattern, error, &offset);
}

void regex_free(struct regex *re)
{
	pcre2_code_free(re->code);
	free((char *)re->pattern.at);
	free(re);
}

struct regex *regex_get(struct arena *a, struct str pattern, const char **error, size_t *offset)
{
	uint32_t hash = str_hash(pattern);
	struct regex **bucket = &shared.buckets[hash % CACHE_BUCKETS];
	for (struct regex *re = *bucket; re; re = re->next) {
		if (re->hash == hash && str_equal(re->pattern, pattern))
			return re;
	}
	if (shared.count == CACHE_MAX) {
		*error = "more than 10000 different patterns in one run";
		*offset = 0;
		return NULL;
	}
	struct regex *re = compile(a, pattern, error, offset);
	if (!re)
		return NULL;
	re->hash = hash;
	re->next = *bucket;
	*bucket = re;
	shared.count++;
	return re;
}

void regex_release_all(void)
{
	for (size_t i = 0; i < CACHE_BUCKETS; i++) {
		while (shared.buckets[i]) {
			struct regex *re = shared.buckets[i];
			shared.buckets[i] = re->next;
			regex_free(re);
		}
	}
	pcre2_match_data_free(shared.data);
	pcre2_jit_stack_free(shared.jit_stack);
	pcre2_match_context_free(shared.context);
	shared.count = 0;
	shared.data = NULL;
	shared.data_groups = 0;
	shared.jit_stack = NULL;
	shared.context = NULL;
}

/* ---- counting work -------------------------------------------------------------------------- */

struct meter {
	const struct regex *re;
	int64_t left;
	size_t position;
};

/* How far a reference to a group reads before it fails, which no later position shows. */
static size_t reference_cost(const pcre2_callout_block *at)
{
	size_t longest = 0;
	for (uint32_t i = 1; i < at->capture_top; i++) {
		size_t start = at->offset_vector[2 * i], end = at->offset_vector[2 * i + 1];
		if (start != PCRE2_UNSET && end > start && end - start > longest)
			longest = end - start;
	}
	return longest;
}

/* The same for `\d{5000}`: the count, for the item's text ends with it. */
static size_t repeat_cost(struct str item)
{
	size_t open = item.len, count = 0;
	while (open > 0 && item.at[open - 1] != '{')
		open--;
	for (size_t i = open; i < item.len && item.at[i] >= '0' && item.at[i] <= '9'; i++)
		count = count * 10 + (size_t)(item.at[i] - '0');
	return count;
}

static int count_work(pcre2_callout_block *at, void *data)
{
	struct meter *m = data;
	size_t now = at->current_position, cost = WORK_ITEM;
	cost += now > m->position ? now - m->position : m->position - now;
	m->position = now;
	struct str item = {m->re->pattern.at + at->pattern_position, at->next_item_length};
	if (item.len > 2 && item.at[item.len - 1] == '}')
		cost += repeat_cost(item);
	if (m->re->has_references)
		cost += reference_cost(at);
	m->left -= (int64_t)cost;
	return m->left < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

/* ---- matching ------------------------------------------------------------------------------- */

static void prepare(struct regex *re, size_t subject_len)
{
	if (!shared.context) {
		shared.context = pcre2_match_context_create(NULL);
		if (!shared.context)
			out_of_memory();
		pcre2_set_match_limit(shared.context, MATCH_LIMIT);
		pcre2_set_depth_limit(shared.context, DEPTH_LIMIT);
		pcre2_set_heap_limit(shared.context, HEAP_LIMIT_KIB);
	}
	if (re->groups > shared.data_groups || !shared.data) {
		pcre2_match_data_free(shared.data);
		shared.data_groups = re->groups < 15 ? 15 : re->groups;
		shared.data = pcre2_match_data_create(shared.data_groups + 1, NULL);
		if (!shared.data)
			out_of_memory();
	}
	if (subject_len < JIT_FROM || re->jit_tried)
		return;
	re->jit_tried = true;
	/* Where memory may not be made executable this fails, and the interpreter does it. */
	re->jit_ready = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
	if (!re->jit_ready || shared.jit_stack)
		return;
	shared.jit_stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(shared.context, NULL, shared.jit_stack);
}

static const char *failure(int code)
{
	switch (code) {
	case PCRE2_ERROR_CALLOUT:
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
	case PCRE2_ERROR_RECURSELOOP:
		return "the pattern needs too many steps for this text";
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_NOMEMORY:
		return "the pattern needs too much memory for this text";
	default:
		return "the pattern cannot be applied to this text";
	}
}

/* Leaves the places of the groups in shared.data. */
static enum regex_result search(
	struct regex *re, struct str subject, size_t from, const char **error)
{
	if (subject.len > REGEX_MAX_SUBJECT) {
		*error = "the text is longer than 1 MiB";
		return REGEX_ERROR;
	}
	bool is_inside = from < subject.len && ((unsigned char)subject.at[from] & 0xC0) == 0x80;
	if (is_inside || from > subject.len || !utf8_valid(subject, NULL)) {
		*error = "the text is not valid UTF-8";
		return REGEX_ERROR;
	}
	prepare(re, subject.len);
	struct meter meter = {.re = re, .left = WORK_LIMIT, .position = from};
	pcre2_set_callout(shared.context, count_work, &meter);
	uint32_t options = PCRE2_NO_UTF_CHECK;
	if (subject.len < JIT_FROM)
		options |= PCRE2_NO_JIT;
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.len ? subject.at : "");
	int code = pcre2_match(
		re->code, text, subject.len, from, options, shared.data, shared.context);
	shared.last_work = WORK_LIMIT - meter.left;
	if (code == PCRE2_ERROR_NOMATCH)
		return REGEX_NO_MATCH;
	if (code < 0) {
		*error = failure(code);
		return REGEX_ERROR;
	}
	return REGEX_MATCH;
}

int64_t regex_last_work(void)
{
	return shared.last_work;
}

enum regex_result regex_test(struct regex *re, struct str subject, const char **error)
{
	return search(re, subject, 0, error);
}

static struct value group(struct arena *a, struct str subject, uint32_t n)
{
	const size_t *places = pcre2_get_ovector_pointer(shared.data) + 2 * (size_t)n;
	/* `\K` in a recursion can put the end before the start. */
	if (n >= pcre2_get_ovector_count(shared.data) || places[0] == PCRE2_UNSET ||
		places[1] < places[0])
		return value_nil();
	return value_copy_str(a, (struct str){subject.at + places[0], places[1] - places[0]});
}

/* An entry of PCRE2's table: the number in two bytes, then the name. Several groups may share a
 * name; the one that took part gives its value. */
static void add_names(struct arena *a, struct regex *re, struct map *m)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR row = NULL;
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &row);
	for (; count > 0; count--, row += size) {
		uint32_t n = (uint32_t)row[0] << 8 | row[1];
		struct str name = str_of(arena_string(a, (const char *)row + 2));
		struct value v = m->items->items[n - 1];
		struct entry *known = map_find(m, name);
		if (!known || known->value.kind == VALUE_NIL)
			map_set(a, m, name, v);
	}
}

enum regex_result regex_match_from(struct arena *a, struct regex *re, struct str subject,
	size_t from, struct value *groups, size_t *end, const char **error)
{
	*groups = value_nil();
	enum regex_result result = search(re, subject, from, error);
	if (result != REGEX_MATCH)
		return result;
	*end = pcre2_get_ovector_pointer(shared.data)[1];
	*groups = value_map(a);
	groups->map->items = arena_new(a, struct list);
	map_set(a, groups->map, STR("0"), group(a, subject, 0));
	for (uint32_t n = 1; n <= re->groups; n++)
		list_add(a, groups->map->items, group(a, subject, n));
	add_names(a, re, groups->map);
	return REGEX_MATCH;
}

enum regex_result regex_match(struct arena *a, struct regex *re, struct str subject,
	struct value *groups, const char **error)
{
	size_t end;
	return regex_match_from(a, re, subject, 0, groups, &end, error);
}
