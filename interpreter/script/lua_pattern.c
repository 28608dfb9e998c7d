#include "script/lua_pattern.h"

#define NO_MATCH ((ptrdiff_t)-1)

static ptrdiff_t fail(struct lua_match *m, const char *why)
{
	if (!m->error)
		m->error = why;
	return NO_MATCH;
}

static bool spend(struct lua_match *m)
{
	if (*m->fuel == 0) {
		m->is_out_of_fuel = true;
		fail(m, "the pattern takes too many steps");
		return false;
	}
	--*m->fuel;
	return true;
}

static unsigned char pattern_byte(const struct lua_match *m, size_t p)
{
	return p < m->pattern.len ? (unsigned char)m->pattern.at[p] : '\0';
}

/* ---- one character -------------------------------------------------------------------------- */

/* ASCII only: a locale must not change what a guard says. */
static bool in_class(unsigned char c, unsigned char letter)
{
	bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';
	bool is_digit = c >= '0' && c <= '9', is_graph = c > ' ' && c < 0x7f;
	bool holds;
	switch (letter | 0x20) {
	case 'a':
		holds = is_lower || is_upper;
		break;
	case 'c':
		holds = c < ' ' || c == 0x7f;
		break;
	case 'd':
		holds = is_digit;
		break;
	case 'g':
		holds = is_graph;
		break;
	case 'l':
		holds = is_lower;
		break;
	case 'p':
		holds = is_graph && !is_lower && !is_upper && !is_digit;
		break;
	case 's':
		holds = c == ' ' || (c >= '\t' && c <= '\r');
		break;
	case 'u':
		holds = is_upper;
		break;
	case 'w':
		holds = is_lower || is_upper || is_digit;
		break;
	case 'x':
		holds = is_digit || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
		break;
	default:
		return c == letter; /* `%.`: the character itself */
	}
	return letter & 0x20 ? holds : !holds;
}

/* The set that begins at `p` and whose `]` is at `close`. */
static bool in_set(const struct lua_match *m, unsigned char c, size_t p, size_t close)
{
	bool is_negated = pattern_byte(m, p + 1) == '^';
	for (p += is_negated ? 2 : 1; p < close; p++) {
		unsigned char from = pattern_byte(m, p);
		if (from == '%') {
			if (in_class(c, pattern_byte(m, ++p)))
				return !is_negated;
		} else if (pattern_byte(m, p + 1) == '-' && p + 2 < close) {
			if (from <= c && c <= pattern_byte(m, p + 2))
				return !is_negated;
			p += 2;
		} else if (from == c) {
			return !is_negated;
		}
	}
	return is_negated;
}

/* Behind the item at `p`: a character, a class or a set. 0: malformed. */
static size_t item_end(struct lua_match *m, size_t p)
{
	unsigned char c = pattern_byte(m, p++);
	if (c == '%') {
		if (p < m->pattern.len)
			return p + 1;
		fail(m, "malformed pattern (ends with `%`)");
		return 0;
	}
	if (c != '[')
		return p;
	if (pattern_byte(m, p) == '^')
		p++;
	/* A `]` that comes first belongs to the set. */
	do {
		if (p < m->pattern.len && m->pattern.at[p++] == '%')
			p++;
		if (p >= m->pattern.len) {
			fail(m, "malformed pattern (missing `]`)");
			return 0;
		}
	} while (m->pattern.at[p] != ']');
	return p + 1;
}

static bool matches_one(const struct lua_match *m, size_t at, size_t p, size_t end)
{
	if (at >= m->subject.len)
		return false;
	unsigned char c = (unsigned char)m->subject.at[at];
	switch (m->pattern.at[p]) {
	case '.':
		return true;
	case '%':
		return in_class(c, pattern_byte(m, p + 1));
	case '[':
		return in_set(m, c, p, end - 1);
	default:
		return c == pattern_byte(m, p);
	}
}

/* ---- repetition ----------------------------------------------------------------------------- */

static ptrdiff_t match(struct lua_match *m, size_t at, size_t p);

static ptrdiff_t longest_first(struct lua_match *m, size_t at, size_t p, size_t end)
{
	size_t most = 0;
	while (matches_one(m, at + most, p, end)) {
		most++;
		if (!spend(m))
			return NO_MATCH;
	}
	for (;;) {
		ptrdiff_t found = match(m, at + most, end + 1);
		if (found != NO_MATCH || most == 0 || m->error)
			return found;
		most--;
	}
}

static ptrdiff_t shortest_first(struct lua_match *m, size_t at, size_t p, size_t end)
{
	for (;;) {
		ptrdiff_t found = match(m, at, end + 1);
		if (found != NO_MATCH || m->error)
			return found;
		if (!matches_one(m, at, p, end))
			return NO_MATCH;
		at++;
	}
}

/* ---- captures ------------------------------------------------------------------------------- */

static ptrdiff_t open_capture(struct lua_match *m, size_t at, size_t p)
{
	bool is_position = pattern_byte(m, p + 1) == ')' && p + 1 < m->pattern.len;
	if (m->count == LUA_PATTERN_CAPTURES)
		return fail(m, "too many captures");
	m->captures[m->count] =
		(struct lua_capture){is_position ? LUA_CAPTURE_POSITION : LUA_CAPTURE_OPEN, at, 0};
	m->count++;
	ptrdiff_t found = match(m, at, p + (is_position ? 2 : 1));
	if (found == NO_MATCH)
		m->count--;
	return found;
}

static ptrdiff_t close_capture(struct lua_match *m, size_t at, size_t p)
{
	size_t i = m->count;
	while (i > 0 && m->captures[i - 1].kind != LUA_CAPTURE_OPEN)
		i--;
	if (i == 0)
		return fail(m, "invalid pattern capture");
	struct lua_capture *c = &m->captures[i - 1];
	c->kind = LUA_CAPTURE_TEXT;
	c->len = at - c->start;
	ptrdiff_t found = match(m, at, p + 1);
	if (found == NO_MATCH)
		c->kind = LUA_CAPTURE_OPEN;
	return found;
}

/* ---- what a `%` begins ---------------------------------------------------------------------- */

/* `%bxy`: the end of the balanced text, or NO_MATCH. */
static ptrdiff_t balanced(struct lua_match *m, size_t at, size_t p)
{
	if (p + 3 >= m->pattern.len)
		return fail(m, "malformed pattern (missing arguments to `%b`)");
	char open = m->pattern.at[p + 2], close = m->pattern.at[p + 3];
	size_t depth = 1;
	if (at >= m->subject.len || m->subject.at[at] != open)
		return NO_MATCH;
	while (++at < m->subject.len && spend(m)) {
		char c = m->subject.at[at];
		if (c == close && --depth == 0)
			return (ptrdiff_t)at + 1;
		if (c == open && c != close)
			depth++;
	}
	return NO_MATCH;
}

/* `%f[set]`: between a character outside the set and one inside. Gives the set's end, 0: not here.
 */
static size_t frontier(struct lua_match *m, size_t at, size_t p)
{
	if (pattern_byte(m, p + 2) != '[') {
		fail(m, "missing `[` after `%f` in pattern");
		return 0;
	}
	size_t end = item_end(m, p + 2);
	if (!end)
		return 0;
	unsigned char before = at ? (unsigned char)m->subject.at[at - 1] : '\0';
	unsigned char here = at < m->subject.len ? (unsigned char)m->subject.at[at] : '\0';
	bool holds = !in_set(m, before, p + 2, end - 1) && in_set(m, here, p + 2, end - 1);
	return holds ? end : 0;
}

/* `%1`: the end of the same text again, or NO_MATCH. */
static ptrdiff_t repeated(struct lua_match *m, size_t at, size_t p)
{
	size_t i = (size_t)(pattern_byte(m, p + 1) - '1');
	if (pattern_byte(m, p + 1) == '0' || i >= m->count ||
		m->captures[i].kind == LUA_CAPTURE_OPEN)
		return fail(m, "invalid capture index in pattern");
	const struct lua_capture *c = &m->captures[i];
	if (c->kind == LUA_CAPTURE_POSITION)
		return NO_MATCH; /* a place is no text that could come again */
	/* Compared at once, but paid for by the byte. */
	for (size_t n = 0; n < c->len; n += 16) {
		if (!spend(m))
			return NO_MATCH;
	}
	if (m->subject.len - at < c->len ||
		memcmp(m->subject.at + c->start, m->subject.at + at, c->len) != 0)
		return NO_MATCH;
	return (ptrdiff_t)(at + c->len);
}

/* ---- the whole ------------------------------------------------------------------------------ */

enum step { STEP_DONE, STEP_ON, STEP_ITEM };

/* `%b`, `%f` and `%1`; STEP_ITEM for every other `%`. */
static enum step match_percent(struct lua_match *m, size_t *at, size_t *p, ptrdiff_t *found)
{
	unsigned char c = pattern_byte(m, *p + 1);
	*found = NO_MATCH;
	if (c == 'f') {
		size_t end = frontier(m, *at, *p);
		*p = end;
		return end ? STEP_ON : STEP_DONE;
	}
	if (c != 'b' && !(c >= '0' && c <= '9'))
		return STEP_ITEM;
	ptrdiff_t end = c == 'b' ? balanced(m, *at, *p) : repeated(m, *at, *p);
	if (end == NO_MATCH)
		return STEP_DONE;
	*at = (size_t)end;
	*p += c == 'b' ? 4 : 2;
	return STEP_ON;
}

/* One item with what repeats it. */
static enum step match_item(struct lua_match *m, size_t *at, size_t *p, ptrdiff_t *found)
{
	size_t end = item_end(m, *p);
	*found = NO_MATCH;
	if (!end)
		return STEP_DONE;
	unsigned char suffix = pattern_byte(m, end);
	if (suffix == '*' || suffix == '-') {
		*found = suffix == '*' ? longest_first(m, *at, *p, end)
				       : shortest_first(m, *at, *p, end);
		return STEP_DONE;
	}
	bool holds = matches_one(m, *at, *p, end);
	if (suffix == '+') {
		if (holds)
			*found = longest_first(m, *at + 1, *p, end);
		return STEP_DONE;
	}
	if (suffix == '?') {
		if (holds && (*found = match(m, *at + 1, end + 1)) != NO_MATCH)
			return STEP_DONE;
		*p = end + 1;
		return m->error ? STEP_DONE : STEP_ON;
	}
	*at += holds;
	*p = end;
	return holds ? STEP_ON : STEP_DONE;
}

static ptrdiff_t match_here(struct lua_match *m, size_t at, size_t p)
{
	ptrdiff_t found;
	enum step step = STEP_ON;
	while (step == STEP_ON) {
		if (!spend(m))
			return NO_MATCH;
		if (p == m->pattern.len)
			return (ptrdiff_t)at;
		char c = m->pattern.at[p];
		if (c == '(')
			return open_capture(m, at, p);
		if (c == ')')
			return close_capture(m, at, p);
		if (c == '$' && p + 1 == m->pattern.len)
			return at == m->subject.len ? (ptrdiff_t)at : NO_MATCH;
		step = c == '%' ? match_percent(m, &at, &p, &found) : STEP_ITEM;
		if (step == STEP_ITEM)
			step = match_item(m, &at, &p, &found);
	}
	return found;
}

static ptrdiff_t match(struct lua_match *m, size_t at, size_t p)
{
	if (m->error)
		return NO_MATCH;
	if (m->depth == LUA_PATTERN_DEPTH)
		return fail(m, "the pattern is too complex");
	m->depth++;
	ptrdiff_t found = match_here(m, at, p);
	m->depth--;
	return found;
}

ptrdiff_t lua_match_at(struct lua_match *m, size_t at, size_t from)
{
	m->count = 0;
	m->depth = 0;
	ptrdiff_t found = match(m, at, from);
	return m->error ? NO_MATCH : found;
}

bool lua_pattern_is_plain(struct str pattern)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.at[i] && strchr("^$*+?.([%-", pattern.at[i]))
			return false;
	}
	return true;
}
