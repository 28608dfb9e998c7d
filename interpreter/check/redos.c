#include "check/redos.h"

#define REPS_MAX 8    /* characters that stand for what the pattern takes */
#define GROUPS_MAX 16 /* groups that are tried */
#define DEPTH_MAX 40
#define TEXT_MAX 2000
#define PUMPS 40

/* A group that is repeated and could be split in several ways. */
struct suspect {
	size_t start, end;	  /* of the group with its quantifier */
	size_t before, one, rest; /* in the sample text: where it begins, ends */
	unsigned char reps[REPS_MAX];
	size_t rep_count;
};

/* Reads a pattern and makes a text of it that it would match. */
struct sampler {
	struct str p;
	size_t at;
	struct strbuf out;
	bool is_lost; /* something in it is not understood */
	unsigned depth;
	unsigned char reps[64]; /* of all atoms so far, in order */
	size_t rep_count;
	bool is_mixed; /* a quantifier or a choice was seen; reset by whoever asks */
	struct suspect found[GROUPS_MAX];
	size_t count;
};

static bool more(const struct sampler *s)
{
	return s->at < s->p.len && !s->is_lost;
}

static char peek(const struct sampler *s, size_t ahead)
{
	return s->at + ahead < s->p.len ? s->p.at[s->at + ahead] : 0;
}

static void add_rep(struct sampler *s, unsigned char c)
{
	if (s->rep_count < sizeof s->reps)
		s->reps[s->rep_count++] = c;
}

static void emit(struct sampler *s, unsigned char c)
{
	if (s->out.len < TEXT_MAX)
		strbuf_putc(&s->out, (char)c);
}

/* ---- atoms ----------------------------------------------------------------------------------- */

static unsigned char hex(struct sampler *s)
{
	unsigned value = 0;
	size_t most = 2;

	if (peek(s, 0) == '{') {
		s->at++;
		most = 8;
	}
	for (size_t i = 0; i < most && more(s); i++, s->at++) {
		char c = peek(s, 0);

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value * 16 + (unsigned)((c | 32) - 'a' + 10);
		else
			break;
	}
	if (peek(s, 0) == '}')
		s->at++;
	return value < 128 ? (unsigned char)value : 'a';
}

/* Behind the backslash. 0: it takes no character. */
static unsigned char escaped(struct sampler *s)
{
	char c = peek(s, 0);

	s->at++;
	switch (c) {
	case 'd':
		return '0';
	case 'w':
	case 'D':
	case 'S':
	case 'N':
	case 'X':
		return 'a';
	case 's':
	case 'h':
		return ' ';
	case 'W':
		return '!';
	case 'n':
	case 'R':
	case 'v':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'x':
		return hex(s);
	case 'b':
	case 'B':
	case 'A':
	case 'z':
	case 'Z':
	case 'G':
	case 'K':
		return 0;
	default:
		/* Back references, properties, quoted runs. */
		if ((c >= '0' && c <= '9') || c == 'Q' || c == 'g' || c == 'k' || c == 'p' ||
			c == 'P' || c == 'E' || c == 'c' || c == 'o')
			s->is_lost = true;
		return (unsigned char)c;
	}
}

static void posix_class(struct sampler *s, bool set[256])
{
	bool is_digit = strncmp(s->p.at + s->at, "[:digit:]", 9) == 0;
	bool is_space = strncmp(s->p.at + s->at, "[:space:]", 9) == 0;

	set[(unsigned char)(is_digit ? '0' : is_space ? ' ' : 'a')] = true;
	while (more(s) && peek(s, 0) != ']')
		s->at++;
	s->at++;
}

/* Behind the `[`. Two characters of it, at least one. */
static unsigned char class_atom(struct sampler *s)
{
	bool set[256] = {false}, is_negated = peek(s, 0) == '^';
	unsigned char first = 0, last = 0;

	s->at += is_negated;
	for (size_t n = 0; more(s) && (peek(s, 0) != ']' || !n); n++) {
		unsigned char c = (unsigned char)peek(s, 0), to;

		if (c == '[' && peek(s, 1) == ':') {
			posix_class(s, set);
			continue;
		}
		s->at++;
		if (c == '\\') {
			char word = peek(s, 0);

			c = escaped(s);
			if (word == 'w')
				set['0'] = set['_'] = true;
			if (!c)
				c = '\b';
		}
		to = c;
		if (peek(s, 0) == '-' && peek(s, 1) != ']' && s->at + 1 < s->p.len) {
			s->at++;
			to = (unsigned char)peek(s, 0);
			s->at++;
			if (to == '\\')
				to = escaped(s);
		}
		for (unsigned x = c; x <= to; x++)
			set[x] = true;
	}
	s->at++;
	for (unsigned i = 0; i < 128; i++) {
		/* Letters and digits first: they are in most other classes, too. */
		static const char order[] = "a0A_ -.,:/!\n\t";
		unsigned char c = i < sizeof order - 1 ? (unsigned char)order[i]
						       : (unsigned char)(33 + (i - 13) % 94);

		if (set[c] == is_negated)
			continue;
		if (first && c != first) {
			last = c;
			break;
		}
		first = c;
	}
	if (last)
		add_rep(s, last);
	if (!first)
		s->is_lost = true;
	return first;
}

static void alternatives(struct sampler *s);

/* ---- groups ---------------------------------------------------------------------------------- */

static bool takes_text(struct sampler *s)
{
	char c;

	if (peek(s, 0) == '*') {
		s->is_lost = true;
		return false;
	}
	if (peek(s, 0) != '?')
		return true;
	c = peek(s, 1);
	if (c == ':' || c == '|' || c == '>') {
		s->at += 2;
		return true;
	}
	if (c == '=' || c == '!' || (c == '<' && (peek(s, 2) == '=' || peek(s, 2) == '!'))) {
		s->at += c == '<' ? 3 : 2;
		return false;
	}
	if (c == '<' || c == '\'' || (c == 'P' && peek(s, 2) == '<')) {
		char end = c == '\'' ? '\'' : '>';

		s->at += 2;
		while (more(s) && peek(s, 0) != end)
			s->at++;
		s->at++;
		return true;
	}
	s->at++;
	while (more(s) && strchr("imsxn-", peek(s, 0)))
		s->at++;
	if (peek(s, 0) == ':')
		s->at++;
	else if (peek(s, 0) != ')')
		s->is_lost = true;
	return true;
}

/* Behind the parenthesis. */
static void group(struct sampler *s)
{
	size_t before = s->out.len;
	bool is_seen = takes_text(s);

	if (s->is_lost || ++s->depth > DEPTH_MAX) {
		s->is_lost = true;
		return;
	}
	alternatives(s);
	s->depth--;
	if (!is_seen)
		s->out.len = before;
	if (peek(s, 0) != ')')
		s->is_lost = true;
	s->at++;
}

/* ---- quantifiers ----------------------------------------------------------------------------- */

/* Whether more than one may come; *least is how many have to. */
static bool quantifier(struct sampler *s, size_t *least)
{
	size_t at = s->at, least_read = 0, most = 0;
	bool is_open = false;

	*least = 1;
	switch (peek(s, 0)) {
	case '*':
	case '?':
		*least = 0;
		s->at++;
		return peek(s, 0) == '+' ? (s->at++, false) : s->p.at[s->at - 1] == '*';
	case '+':
		s->at++;
		return peek(s, 0) == '+' ? (s->at++, false) : true;
	case '{':
		break;
	default:
		return false;
	}
	for (at++; at < s->p.len && s->p.at[at] >= '0' && s->p.at[at] <= '9'; at++)
		least_read = least_read * 10 + (size_t)(s->p.at[at] - '0') % 10;
	most = least_read;
	if (at < s->p.len && s->p.at[at] == ',') {
		at++;
		is_open = at < s->p.len && s->p.at[at] == '}';
		for (most = 0; at < s->p.len && s->p.at[at] >= '0' && s->p.at[at] <= '9'; at++)
			most = most * 10 + (size_t)(s->p.at[at] - '0');
	}
	if (at >= s->p.len || s->p.at[at] != '}')
		return false; /* a plain brace */
	s->at = at + 1;
	*least = least_read < 50 ? least_read : 50;
	return is_open || most > 1;
}

static void suspect(struct sampler *s, size_t start, size_t before, size_t reps, size_t one)
{
	struct suspect *x;

	if (s->count == GROUPS_MAX)
		return;
	x = &s->found[s->count++];
	*x = (struct suspect){
		.start = start, .end = s->at, .before = before, .one = one, .rest = s->out.len};
	for (size_t i = reps; i < s->rep_count && x->rep_count < REPS_MAX; i++) {
		if (!memchr(x->reps, s->reps[i], x->rep_count))
			x->reps[x->rep_count++] = s->reps[i];
	}
}

static void repeat(struct sampler *s, size_t before, size_t least)
{
	size_t len = s->out.len - before;

	if (!least)
		s->out.len = before;
	for (size_t i = 1; i < least && s->out.len + len < TEXT_MAX; i++) {
		strbuf_reserve(&s->out, len + 1);
		strbuf_add(&s->out, s->out.at + before, len);
	}
}

/* An atom with what follows it. */
static void piece(struct sampler *s)
{
	size_t start = s->at, before = s->out.len, reps = s->rep_count, least, one;
	bool was_mixed = s->is_mixed, is_group = peek(s, 0) == '(', is_repeated;
	unsigned char c = (unsigned char)peek(s, 0);

	s->at++;
	if (is_group) {
		s->is_mixed = false;
		group(s);
	} else if (c != '^' && c != '$') {
		c = c == '\\' ? escaped(s) : c == '[' ? class_atom(s) : c == '.' ? 'a' : c;
		if (c) {
			add_rep(s, c);
			emit(s, c);
		}
	}
	if (s->is_lost)
		return;
	one = s->out.len;
	size_t behind = s->at;
	is_repeated = quantifier(s, &least);
	repeat(s, before, least);
	if (is_group && is_repeated && s->is_mixed)
		suspect(s, start, before, reps, one);
	if (s->at > behind) {
		s->is_mixed = true;
		if (peek(s, 0) == '?')
			s->at++;
	}
	s->is_mixed |= was_mixed;
}

/* One alternative stays in the text: the first with a suspect in it, else the last. */
static void alternatives(struct sampler *s)
{
	size_t from = s->out.len, suspects = s->count, kept = SIZE_MAX;

	while (more(s) && peek(s, 0) != ')') {
		if (peek(s, 0) != '|') {
			piece(s);
			continue;
		}
		s->at++;
		s->is_mixed = true;
		if (kept != SIZE_MAX || s->count > suspects)
			kept = kept == SIZE_MAX ? s->out.len : kept;
		else
			s->out.len = from;
	}
	if (kept < s->out.len)
		s->out.len = kept;
}

/* ---- trying ---------------------------------------------------------------------------------- */

static bool exceeds(struct regex *re, struct str text)
{
	const char *error;

	return regex_test(re, text, &error) == REGEX_ERROR;
}

/* The text up to the group, the pump again and again, something that does not fit, and the rest. */
static bool try_pump(struct arena *a, struct regex *re, const struct sampler *s,
	const struct suspect *x, struct str pump, struct redos *out)
{
	static const char *const misfits[] = {"\x01", "\n\x01", ""};
	struct str sample = strbuf_str(&s->out);
	struct strbuf b = {0};
	bool found = false;

	if (x->before > sample.len)
		return false;
	strbuf_add(&b, sample.at, x->before);
	for (size_t i = 0; i < PUMPS; i++)
		strbuf_put(&b, pump);
	size_t len = b.len, rest = x->rest < sample.len ? x->rest : sample.len;
	for (size_t i = 0; i < 3 && !found; i++) {
		b.len = len;
		strbuf_puts(&b, misfits[i]);
		strbuf_add(&b, sample.at + rest, sample.len - rest);
		found = exceeds(re, strbuf_str(&b));
	}
	if (found) {
		*out = (struct redos){.at = x->start, .len = x->end - x->start};
		out->text.at = arena_copy(a, sample.at, x->before);
		out->text.len = x->before;
		out->pump.at = arena_copy(a, pump.at, pump.len);
		out->pump.len = pump.len;
	}
	strbuf_release(&b);
	return found;
}

static bool try_suspect(struct arena *a, struct regex *re, const struct sampler *s,
	const struct suspect *x, struct redos *out)
{
	for (size_t i = 0; i < x->rep_count; i++) {
		if (try_pump(a, re, s, x, (struct str){(const char *)&x->reps[i], 1}, out))
			return true;
	}
	for (size_t i = 0; i < x->rep_count; i++) {
		for (size_t k = 0; k < x->rep_count; k++) {
			char pair[2] = {(char)x->reps[i], (char)x->reps[k]};

			if (i != k && try_pump(a, re, s, x, (struct str){pair, 2}, out))
				return true;
		}
	}
	return false;
}

bool redos_find(struct arena *a, struct str pattern, struct redos *out)
{
	struct sampler s = {.p = pattern};
	const char *error;
	size_t offset;
	bool found = false;
	struct regex *re = NULL;

	/* A pattern without a repeated group is let go before anything is compiled. */
	if (!memchr(pattern.at, '(', pattern.len))
		return false;
	while (more(&s)) {
		alternatives(&s);
		if (more(&s))
			s.is_lost = true;
	}
	if (s.count && !s.is_lost)
		re = regex_get(a, pattern, &error, &offset);
	for (size_t i = 0; re && i < s.count && !found; i++)
		found = try_suspect(a, re, &s, &s.found[i], out);
	strbuf_release(&s.out);
	return found;
}
