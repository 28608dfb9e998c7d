/*
 * "Did you mean": optimal string alignment, that is Levenshtein's distance in which two swapped
 * neighbours count once.
 */
#include "base/str.h"

/* Longer words are not typed by hand, and the cost is quadratic. */
#define WORD_MOST 64

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned x, unsigned y)
{
	return x < y ? x : y;
}

static unsigned distance(struct str a, struct str b)
{
	unsigned rows[3][WORD_MOST + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];
	for (unsigned j = 0; j <= b.len; j++) {
		before[j] = 0;
		last[j] = j;
	}
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned char x = folded(a.at[i - 1]);
		now[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned char y = folded(b.at[j - 1]);
			now[j] = least(last[j - 1] + (x != y), least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b.at[j - 2]) && folded(a.at[i - 2]) == y)
				now[j] = least(now[j], before[j - 2] + 1);
		}
		unsigned *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.len];
}

const char *nearest_word(struct str word, const char *const *candidates, size_t count)
{
	const char *best = NULL;
	if (!word.len || word.len > WORD_MOST)
		return NULL;
	/* A word of which nothing is left was no slip. */
	unsigned most = 1 + (unsigned)word.len / 4;
	most = least(most, (unsigned)word.len - 1);
	for (size_t i = 0; i < count; i++) {
		struct str candidate = str_of(candidates[i]);
		if (candidate.len > word.len + most || candidate.len + most < word.len ||
			candidate.len > WORD_MOST)
			continue;
		unsigned d = distance(word, candidate);
		if (d > most || (best && d == most))
			continue;
		best = candidates[i];
		most = d;
	}
	return best;
}
