/*
 * Aho-Corasick over all forms, behind a filter: where no form begins with the next four bytes, the
 * automaton is not even entered. That is nearly everywhere, and costs one look into 16 KiB.
 *
 * 1. Every form has at least four bytes.
 * 2. While the automaton is in a state of depth d, a match that is still to come begins at most d
 *    bytes back. What lies before that is decided, and is never held back.
 * 3. Matches that overlap become one: no byte of a secret stays between two of them.
 */
#include "base/mask.h"

#include "base/arena.h"
#include "base/mask_forms.h"

#define FILTER_BITS 17
#define FILTER_BYTES ((1u << FILTER_BITS) / 8)
#define FORM_MIN_BYTES 4

struct state {
	uint32_t fail; /* the longest proper suffix that is a state too */
	uint32_t depth;
	uint32_t matched; /* bytes of the longest form that ends here; 0: none does */
	uint32_t child, sibling;
	uint8_t byte;
};

struct masker {
	struct state *states; /* 0 is the root */
	size_t count, cap;
	uint32_t *edges; /* hash table of state numbers, by parent and byte; 0 is free */
	uint32_t *parents;
	size_t edge_cap;
	uint64_t *filter;   /* NULL before the first secret, as are the edges */
	struct strbuf seen; /* hashes of the secrets that were added, 4 bytes each */
	bool is_linked;	    /* fail and matched hold for all states */
	uint32_t version;   /* changes with every addition */
};

/* ---- the tree of forms ---------------------------------------------------------------------- */

static size_t edge_slot(const struct masker *m, uint32_t parent, uint8_t byte)
{
	uint64_t key = ((uint64_t)parent << 8 | byte) * UINT64_C(0x9E3779B97F4A7C15);
	size_t slot = (size_t)(key >> 32) & (m->edge_cap - 1);
	while (m->edges[slot] &&
		(m->parents[slot] != parent || m->states[m->edges[slot]].byte != byte))
		slot = (slot + 1) & (m->edge_cap - 1);
	return slot;
}

static uint32_t next_state(const struct masker *m, uint32_t state, uint8_t byte)
{
	return m->edges[edge_slot(m, state, byte)];
}

static void grow_edges(struct masker *m)
{
	uint32_t *edges = m->edges, *parents = m->parents;
	size_t old = m->edge_cap;
	m->edge_cap = old ? old * 2 : 1024;
	m->edges = heap_array(NULL, m->edge_cap, sizeof *m->edges);
	m->parents = heap_array(NULL, m->edge_cap, sizeof *m->parents);
	memset(m->edges, 0, m->edge_cap * sizeof *m->edges);
	for (size_t i = 0; i < old; i++) {
		if (!edges[i])
			continue;
		size_t slot = edge_slot(m, parents[i], m->states[edges[i]].byte);
		m->edges[slot] = edges[i];
		m->parents[slot] = parents[i];
	}
	free(edges);
	free(parents);
}

static uint32_t new_state(struct masker *m, uint32_t parent, uint8_t byte)
{
	if (m->count == m->cap) {
		m->cap = m->cap > 1 ? m->cap * 2 : 512;
		m->states = heap_array(m->states, m->cap, sizeof *m->states);
	}
	if (m->count * 2 >= m->edge_cap)
		grow_edges(m);
	uint32_t state = (uint32_t)m->count++;
	m->states[state] = (struct state){.byte = byte,
		.depth = m->states[parent].depth + 1,
		.sibling = m->states[parent].child};
	m->states[parent].child = state;
	size_t slot = edge_slot(m, parent, byte);
	m->edges[slot] = state;
	m->parents[slot] = parent;
	return state;
}

static uint32_t filter_hash(const char *at)
{
	uint32_t four;
	memcpy(&four, at, sizeof four);
	return four * UINT32_C(0x9E3779B1) >> (32 - FILTER_BITS);
}

static void add_form(void *context, struct str form)
{
	struct masker *m = context;
	uint32_t state = 0;
	if (form.len < FORM_MIN_BYTES)
		return;
	for (size_t i = 0; i < form.len; i++) {
		uint32_t next = next_state(m, state, (uint8_t)form.at[i]);
		state = next ? next : new_state(m, state, (uint8_t)form.at[i]);
	}
	m->states[state].matched = (uint32_t)form.len;
	uint32_t hash = filter_hash(form.at);
	m->filter[hash / 64] |= UINT64_C(1) << hash % 64;
}

/* ---- links ---------------------------------------------------------------------------------- */

static uint32_t step(const struct masker *m, uint32_t state, uint8_t byte)
{
	for (;;) {
		uint32_t next = next_state(m, state, byte);
		if (next || !state)
			return next;
		state = m->states[state].fail;
	}
}

/* Breadth first, so that what a state falls back to is linked before it. */
static void link_states(struct masker *m)
{
	uint32_t *queue = heap_array(NULL, m->count, sizeof *queue);
	size_t head = 0, tail = 0;
	queue[tail++] = 0;
	while (head < tail) {
		uint32_t parent = queue[head++];
		for (uint32_t s = m->states[parent].child; s; s = m->states[s].sibling) {
			uint32_t fail =
				parent ? step(m, m->states[parent].fail, m->states[s].byte) : 0;
			m->states[s].fail = fail;
			if (m->states[s].matched < m->states[s].depth)
				m->states[s].matched = m->states[fail].matched;
			queue[tail++] = s;
		}
	}
	free(queue);
	m->is_linked = true;
}

/* ---- adding --------------------------------------------------------------------------------- */

struct masker *masker_new(void)
{
	struct masker *m = heap_alloc(sizeof *m);
	m->states = heap_alloc(sizeof *m->states);
	m->count = m->cap = 1;
	return m;
}

void masker_free(struct masker *m)
{
	if (!m)
		return;
	free(m->states);
	free(m->edges);
	free(m->parents);
	free(m->filter);
	strbuf_release(&m->seen);
	free(m);
}

bool masker_is_empty(const struct masker *m)
{
	return m->count == 1;
}

static bool is_common_word(struct str s)
{
	static const char *const words[] = {
		"true", "false", "null", "none", "yes", "no", "on", "off"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (s.len == strlen(words[i]) && strncasecmp(s.at, words[i], s.len) == 0)
			return true;
	return false;
}

/* The state at the end of `form` if that is a whole form; derived secrets come again and again. */
static bool is_added(const struct masker *m, struct str form)
{
	uint32_t state = 0;
	for (size_t i = 0; i < form.len && (state || !i); i++)
		state = m->edge_cap ? next_state(m, state, (uint8_t)form.at[i]) : 0;
	if (!state)
		return false;
	uint32_t hash = str_hash(form);
	for (size_t i = 0; i < m->seen.len; i += sizeof hash)
		if (memcmp(m->seen.at + i, &hash, sizeof hash) == 0)
			return m->states[state].matched == form.len;
	return false;
}

bool masker_add(struct masker *m, struct str secret)
{
	struct str word = str_trim(secret);
	if (word.len < MASK_MIN_BYTES || secret.len > UINT32_MAX / 16 || is_common_word(word))
		return false;
	if (is_added(m, secret))
		return true;
	if (!m->edge_cap) {
		grow_edges(m);
		m->filter = heap_alloc(FILTER_BYTES);
	}
	mask_forms(secret, add_form, m);
	uint32_t hash = str_hash(secret);
	strbuf_add(&m->seen, (const char *)&hash, sizeof hash);
	m->is_linked = false;
	m->version++;
	return true;
}

/* ---- masking -------------------------------------------------------------------------------- */

/* Where a text is: what was read, written, and found and not yet written. */
struct masking {
	const struct masker *masker;
	struct strbuf *out;
	struct str text;
	size_t at;	/* read up to here */
	size_t written; /* decided and written up to here */
	uint32_t state;
	/* Matches in order, apart from each other. A longer one that is still to come may swallow
	 * several, so they are written no sooner than what lies around them. */
	struct mask_range *ranges;
	size_t count, cap;
	bool is_starred; /* the stars of the first are written already */
};

static void write_until(struct masking *k, size_t to)
{
	if (to > k->written)
		strbuf_add(k->out, k->text.at + k->written, to - k->written);
	k->written = to;
}

/* Writes what no match to come can reach. */
static void settle(struct masking *k)
{
	size_t safe = k->at - k->masker->states[k->state].depth, done = 0;
	for (; done < k->count && (k->ranges[done].from < safe || k->is_starred); done++) {
		struct mask_range *r = &k->ranges[done];
		write_until(k, r->from);
		if (!k->is_starred)
			strbuf_puts(k->out, "***");
		k->is_starred = r->to > safe;
		k->written = k->is_starred ? safe : r->to;
		if (k->is_starred) {
			r->from = safe;
			break;
		}
	}
	if (!k->is_starred)
		write_until(k, safe);
	k->count -= done;
	if (done && k->count)
		memmove(k->ranges, k->ranges + done, k->count * sizeof *k->ranges);
}

static void found(struct masking *k, size_t from, size_t to)
{
	if (k->count >= 32)
		settle(k);
	for (; k->count && k->ranges[k->count - 1].to > from; k->count--) {
		struct mask_range last = k->ranges[k->count - 1];
		from = last.from < from ? last.from : from;
		to = last.to > to ? last.to : to;
	}
	if (k->count == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 16;
		k->ranges = heap_array(k->ranges, k->cap, sizeof *k->ranges);
	}
	k->ranges[k->count++] = (struct mask_range){from, to};
}

/* From the root: the next place where a form may begin; the last three bytes always may. */
static size_t skip(const struct masking *k)
{
	const uint64_t *filter = k->masker->filter;
	size_t at = k->at;
	for (; at + FORM_MIN_BYTES <= k->text.len; at++) {
		uint32_t hash = filter_hash(k->text.at + at);
		if (filter[hash / 64] >> hash % 64 & 1)
			break;
	}
	return at;
}

static void scan(struct masking *k)
{
	const struct masker *m = k->masker;
	while (k->at < k->text.len) {
		if (!k->state) {
			k->at = skip(k);
			if (k->at == k->text.len)
				break;
		}
		k->state = step(m, k->state, (uint8_t)k->text.at[k->at++]);
		uint32_t matched = m->states[k->state].matched;
		if (matched)
			found(k, k->at - matched, k->at);
	}
}

static void link_if_needed(const struct masker *m)
{
	/* Linking changes nothing that a caller could see. */
	if (!m->is_linked)
		link_states((struct masker *)(uintptr_t)m);
}

void mask_text(const struct masker *m, struct strbuf *out, struct str text)
{
	if (!m || masker_is_empty(m)) {
		strbuf_put(out, text);
		return;
	}
	link_if_needed(m);
	struct masking k = {.masker = m, .out = out, .text = text};
	scan(&k);
	k.state = 0;
	settle(&k);
	free(k.ranges);
}

bool mask_would_change(const struct masker *m, struct str text)
{
	if (!m || masker_is_empty(m))
		return false;
	link_if_needed(m);
	struct masking k = {.masker = m, .text = text};
	while (k.at < text.len) {
		if (!k.state && (k.at = skip(&k)) == text.len)
			break;
		k.state = step(m, k.state, (uint8_t)text.at[k.at++]);
		if (m->states[k.state].matched)
			return true;
	}
	return false;
}

/* ---- streams -------------------------------------------------------------------------------- */

static struct masking resume(struct mask_stream *s, struct strbuf *out)
{
	struct masking k = {.masker = s->masker,
		.out = out,
		.text = strbuf_str(&s->held),
		.at = s->scanned,
		.state = s->state,
		.ranges = s->ranges,
		.count = s->range_count,
		.cap = s->range_cap,
		.is_starred = s->is_starred};
	link_if_needed(s->masker);
	/* A secret was added since: what is held is read again. */
	if (s->version != s->masker->version) {
		k.state = 0;
		k.at = 0;
		s->version = s->masker->version;
	}
	return k;
}

static void suspend(struct mask_stream *s, const struct masking *k)
{
	size_t rest = s->held.len - k->written;
	if (k->written && rest)
		memmove(s->held.at, s->held.at + k->written, rest);
	s->held.len = rest;
	s->scanned = k->at - k->written;
	for (size_t i = 0; i < k->count; i++) {
		k->ranges[i].from -= k->written;
		k->ranges[i].to -= k->written;
	}
	s->ranges = k->ranges;
	s->range_count = k->count;
	s->range_cap = k->cap;
	s->state = k->state;
	s->is_starred = k->is_starred;
}

void mask_stream_add(struct mask_stream *s, struct strbuf *out, struct str chunk)
{
	if (!s->masker || (masker_is_empty(s->masker) && !s->held.len)) {
		strbuf_put(out, chunk);
		return;
	}
	strbuf_put(&s->held, chunk);
	struct masking k = resume(s, out);
	scan(&k);
	settle(&k);
	suspend(s, &k);
}

void mask_stream_flush(struct mask_stream *s, struct strbuf *out)
{
	if (!s->masker || (!s->held.len && !s->is_starred))
		return;
	struct masking k = resume(s, out);
	scan(&k);
	k.state = 0;
	settle(&k);
	suspend(s, &k);
}

void mask_stream_release(struct mask_stream *s)
{
	strbuf_release(&s->held);
	free(s->ranges);
	*s = (struct mask_stream){.masker = s->masker};
}
