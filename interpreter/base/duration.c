#include "base/duration.h"

__extension__ typedef unsigned __int128 wide;

struct unit {
	const char *name;
	int64_t size;
};

/* Smallest first: a duration's units have to come from the end of the table to its start. */
static const struct unit times[] = {
	{"ms", NS_PER_MS},
	{"s", NS_PER_S},
	{"m", 60 * NS_PER_S},
	{"h", 3600 * NS_PER_S},
	{"d", 24 * 3600 * NS_PER_S},
	{"w", 7 * 24 * 3600 * NS_PER_S},
};
#define TIMES (sizeof times / sizeof times[0])

static const struct unit sizes[] = {
	{"B", 1},
	{"kB", 1000},
	{"KB", 1000},
	{"MB", 1000 * 1000},
	{"GB", 1000 * 1000 * 1000},
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
};
#define SIZES (sizeof sizes / sizeof sizes[0])

/* `whole` + `part` / `scale` */
struct decimal {
	uint64_t whole, part, scale;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes a number off the front of `text`. */
static bool take_number(struct str *text, struct decimal *out, const char **why)
{
	*out = (struct decimal){.scale = 1};
	size_t i = 0;
	for (; i < text->len && is_digit(text->at[i]); i++) {
		uint64_t digit = (uint64_t)(text->at[i] - '0');
		if (__builtin_mul_overflow(out->whole, 10, &out->whole) ||
			__builtin_add_overflow(out->whole, digit, &out->whole)) {
			*why = "the number is too large";
			return false;
		}
	}
	bool is_number = i > 0;
	if (is_number && i < text->len && text->at[i] == '.') {
		size_t start = ++i;
		for (; i < text->len && is_digit(text->at[i]); i++) {
			if (i - start == 18) {
				*why = "the fraction has too many digits";
				return false;
			}
			out->part = out->part * 10 + (uint64_t)(text->at[i] - '0');
			out->scale *= 10;
		}
		is_number = i > start;
	}
	if (!is_number) {
		bool is_sign = i == 0 && text->len && (text->at[0] == '-' || text->at[0] == '+');
		*why = is_sign ? "a sign has no meaning here" : "a number is missing";
		return false;
	}
	text->at += i;
	text->len -= i;
	return true;
}

static const struct unit *take_unit(struct str *text, const struct unit *units, size_t count)
{
	struct str name = {text->at, 0};
	while (name.len < text->len && is_letter(name.at[name.len]))
		name.len++;
	for (size_t i = 0; i < count; i++) {
		if (str_is(name, units[i].name)) {
			text->at += name.len;
			text->len -= name.len;
			return &units[i];
		}
	}
	return NULL;
}

/* Adds number * size to *sum; what is finer than one is cut off. */
static bool add_scaled(int64_t *sum, const struct decimal *n, int64_t size)
{
	wide product = (wide)n->whole * (uint64_t)size + (wide)n->part * (uint64_t)size / n->scale;
	product += (uint64_t)*sum;
	if (product >= INT64_MAX)
		return false;
	*sum = (int64_t)product;
	return true;
}

bool duration_parse(struct str text, int64_t *ns, const char **why)
{
	const struct unit *before = times + TIMES;
	int64_t sum = 0;
	if (!text.len) {
		*why = "the duration is empty";
		return false;
	}
	while (text.len) {
		struct decimal n;
		if (!take_number(&text, &n, why))
			return false;
		const struct unit *unit = take_unit(&text, times, TIMES);
		if (!unit) {
			*why = text.len && is_letter(text.at[0])
				       ? "the units of time are ms, s, m, h, d and w"
				       : "a number needs a unit";
			return false;
		}
		if (unit >= before) {
			*why = "units go from large to small, each at most once";
			return false;
		}
		before = unit;
		if (!add_scaled(&sum, &n, unit->size)) {
			*why = "the duration is too long";
			return false;
		}
	}
	*ns = sum;
	return true;
}

bool size_parse(struct str text, int64_t *bytes, const char **why)
{
	int64_t sum = 0;
	struct decimal n;
	if (!text.len) {
		*why = "the size is empty";
		return false;
	}
	if (!take_number(&text, &n, why))
		return false;
	const struct unit *unit = take_unit(&text, sizes, SIZES);
	if (!unit || text.len) {
		*why = text.len ? "the units of size are B, kB, MB, GB, KiB, MiB and GiB"
				: "a number needs a unit";
		return false;
	}
	if (!add_scaled(&sum, &n, unit->size)) {
		*why = "the size is too large";
		return false;
	}
	*bytes = sum;
	return true;
}

/* ---- printing ------------------------------------------------------------------------------- */

/* `n` / `scale` as a decimal number, without zeros at its end. */
static void print_decimal(struct strbuf *b, uint64_t n, uint64_t scale)
{
	strbuf_printf(b, "%llu", (unsigned long long)(n / scale));
	uint64_t rest = n % scale;
	if (!rest)
		return;
	strbuf_putc(b, '.');
	while (rest) {
		rest *= 10;
		strbuf_putc(b, (char)('0' + rest / scale));
		rest %= scale;
	}
}

static uint64_t magnitude(struct strbuf *b, int64_t ns)
{
	if (ns >= 0)
		return (uint64_t)ns;
	strbuf_putc(b, '-');
	return -(uint64_t)ns;
}

/* Weeks are read but not written: nobody counts in them past one. */
void duration_print(struct strbuf *b, int64_t ns)
{
	uint64_t rest = magnitude(b, ns);
	if (rest && rest < (uint64_t)NS_PER_S) {
		print_decimal(b, rest, (uint64_t)NS_PER_MS);
		strbuf_puts(b, "ms");
		return;
	}
	bool is_empty = true;
	for (size_t i = 4; i >= 2; i--) {
		uint64_t size = (uint64_t)times[i].size;
		if (rest < size)
			continue;
		strbuf_printf(b, "%llu%s", (unsigned long long)(rest / size), times[i].name);
		rest %= size;
		is_empty = false;
	}
	if (rest || is_empty) {
		print_decimal(b, rest, (uint64_t)NS_PER_S);
		strbuf_putc(b, 's');
	}
}

void duration_human(struct strbuf *b, int64_t ns)
{
	if (ns == NS_NEVER) {
		strbuf_puts(b, "never");
		return;
	}
	uint64_t n = magnitude(b, ns);
	uint64_t tenths = (n + (uint64_t)NS_PER_S / 20) / ((uint64_t)NS_PER_S / 10);
	unsigned long long s = (n + (uint64_t)NS_PER_S / 2) / (uint64_t)NS_PER_S;
	if (tenths < 600)
		strbuf_printf(b, "%llu.%llus", (unsigned long long)tenths / 10,
			(unsigned long long)tenths % 10);
	else if (s < 3600)
		strbuf_printf(b, "%llum%02llus", s / 60, s % 60);
	else if (s < 24 * 3600)
		strbuf_printf(b, "%lluh%02llum", s / 3600, s / 60 % 60);
	else
		strbuf_printf(b, "%llud%02lluh", s / 86400, s / 3600 % 24);
}
