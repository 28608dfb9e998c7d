/*
 * Holes: found by place, placed, dropped, refused.
 */
#include "script/shell_scan.h"

void *shell_grow(struct shell_scan *s, void *old, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return old;
	size_t larger = *cap ? *cap * 2 : 8;
	void *new = arena_array(s->arena, larger, size);
	if (count)
		memcpy(new, old, count * size);
	*cap = larger;
	return new;
}

void word_add(struct shell_scan *s, struct shell_word *w, char c)
{
	w->text = shell_grow(s, w->text, w->len, &w->cap, 1);
	w->text[w->len++] = c;
}

size_t shell_first_hole(const struct shell_scan *s, size_t from)
{
	size_t low = 0, high = s->hole_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->holes[middle].at < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool shell_has_hole(const struct shell_scan *s, size_t from, size_t to)
{
	size_t n = shell_first_hole(s, from);
	return n < s->hole_count && s->holes[n].at < to;
}

void shell_refuse(struct shell_hole *h, const struct shell_refusal *why)
{
	if (!h->refusal && !h->is_raw)
		h->refusal = why;
}

void shell_refuse_range(
	struct shell_scan *s, size_t from, size_t to, const struct shell_refusal *why)
{
	for (size_t n = shell_first_hole(s, from); n < s->hole_count && s->holes[n].at < to; n++)
		shell_refuse(&s->holes[n], why);
}

/* Text that no shell reads: the value is not even computed. */
void shell_drop_range(struct shell_scan *s, size_t from, size_t to)
{
	for (size_t n = shell_first_hole(s, from); n < s->hole_count && s->holes[n].at < to; n++)
		s->holes[n].is_dropped = true;
}

void shell_doubt(struct shell_scan *s, const struct shell_refusal *why)
{
	if (!s->doubt)
		s->doubt = why;
}

bool shell_burn(struct shell_scan *s, size_t bytes)
{
	static const struct shell_refusal why = {"the script before it is too intricate to be read",
		"put the value in a variable at the top of the script"};
	if (bytes <= s->fuel) {
		s->fuel -= bytes;
		return true;
	}
	shell_doubt(s, &why);
	return false;
}

bool shell_enter(struct shell_scan *s)
{
	static const struct shell_refusal why = {"the script before it is nested too deeply",
		"put the value in a variable at the top of the script"};
	if (s->depth < SHELL_MAX_DEPTH) {
		s->depth++;
		return true;
	}
	shell_refuse_range(s, s->at, s->end, &why);
	shell_doubt(s, &why);
	s->at = s->end;
	return false;
}

void shell_unclosed(struct shell_scan *s, size_t from)
{
	static const struct shell_refusal why = {"a quote or bracket before it is not closed",
		"close it: the shell would not read this script"};
	shell_refuse_range(s, from, s->end, &why);
	shell_doubt(s, &why);
}

/* The hole at s->at is placed, in word `w` unless that is NULL. */
void shell_place(struct shell_scan *s, struct shell_word *w, enum hole_form form)
{
	size_t n = shell_first_hole(s, s->at);
	struct shell_hole *h = &s->holes[n];
	h->is_placed = true;
	h->form = (uint8_t)form;
	if (form == FORM_NUMBER || form == FORM_SPACED)
		h->must_be_integer = true;
	if (s->doubt)
		shell_refuse(h, s->doubt);
	s->at++;
	if (!w)
		return;
	word_add(s, w, HOLE);
	w->holes = shell_grow(s, w->holes, w->count, &w->hole_cap, sizeof *w->holes);
	w->holes[w->count++] = n;
}

size_t shell_joined(const struct shell_scan *s, size_t at)
{
	while (at + 1 < s->end && s->text.at[at] == '\\' && s->text.at[at + 1] == '\n')
		at += 2;
	return at;
}
