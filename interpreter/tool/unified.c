#include "tool/unified.h"

#include "base/arena.h"
#include "source/render.h"

#define CONTEXT 3
/* Beyond this many edits the rest is one change: nobody reads a smaller one of a file that is new
 * from top to bottom, and the search takes the square of it. */
#define MAX_EDITS 2000

struct lines {
	struct str *items;
	uint32_t *hashes;
	size_t count;
};

struct differ {
	struct lines old, new;
	bool *is_removed, *is_added; /* by line */
};

static struct lines lines_of(struct arena *a, struct str text)
{
	struct lines l = {0};
	size_t count = 0;
	for (size_t at = 0; at < text.len; at++)
		count += text.at[at] == '\n' || at + 1 == text.len;
	l.items = arena_array(a, count, sizeof *l.items);
	l.hashes = arena_array(a, count, sizeof *l.hashes);
	for (size_t at = 0; at < text.len;) {
		const char *end = memchr(text.at + at, '\n', text.len - at);
		size_t len = end ? (size_t)(end - text.at) + 1 - at : text.len - at;
		l.items[l.count] = (struct str){text.at + at, len};
		l.hashes[l.count] = str_hash(l.items[l.count]);
		l.count++;
		at += len;
	}
	return l;
}

static bool is_equal(const struct differ *d, size_t x, size_t y)
{
	return d->old.hashes[x] == d->new.hashes[y] && str_equal(d->old.items[x], d->new.items[y]);
}

/* ---- the shortest edit between two runs of lines, by Myers' greedy search -----------------------
 */

struct search {
	struct differ *d;
	size_t x0, y0;		 /* where the runs begin */
	ptrdiff_t width, height; /* their lengths */
	ptrdiff_t *reach;	 /* furthest x on each diagonal, from -MAX to MAX */
	ptrdiff_t **trail;	 /* a copy of it before each round */
};

static ptrdiff_t start_of(const ptrdiff_t *reach, ptrdiff_t k, ptrdiff_t round)
{
	bool is_down = k == -round || (k != round && reach[k - 1] < reach[k + 1]);
	return is_down ? reach[k + 1] : reach[k - 1] + 1;
}

/* The number of edits, or -1: more than MAX_EDITS. */
static ptrdiff_t find_rounds(struct search *s, struct arena *a)
{
	for (ptrdiff_t round = 0; round <= MAX_EDITS; round++) {
		ptrdiff_t *kept = arena_array(a, (size_t)(2 * round + 3), sizeof *kept);
		s->trail[round] = kept + round + 1;
		memcpy(kept, s->reach - round - 1, (size_t)(2 * round + 3) * sizeof *kept);
		for (ptrdiff_t k = -round; k <= round; k += 2) {
			ptrdiff_t x = start_of(s->reach, k, round), y = x - k;
			while (x < s->width && y < s->height &&
				is_equal(s->d, s->x0 + (size_t)x, s->y0 + (size_t)y))
				x++, y++;
			s->reach[k] = x;
			if (x >= s->width && y >= s->height)
				return round;
		}
	}
	return -1;
}

static void walk_back(struct search *s, ptrdiff_t rounds)
{
	ptrdiff_t x = s->width, y = s->height;
	for (ptrdiff_t round = rounds; round > 0; round--) {
		ptrdiff_t *reach = s->trail[round], k = x - y;
		bool is_down = k == -round || (k != round && reach[k - 1] < reach[k + 1]);
		k += is_down ? 1 : -1;
		x = reach[k];
		y = x - k;
		if (is_down)
			s->d->is_added[s->y0 + (size_t)y] = true;
		else
			s->d->is_removed[s->x0 + (size_t)x] = true;
	}
}

static void compare(struct differ *d, struct arena *a)
{
	size_t head = 0, old = d->old.count, new = d->new.count;
	while (head < old && head < new &&is_equal(d, head, head))
		head++;
	while (old > head && new > head && is_equal(d, old - 1, new - 1))
		old--, new --;
	struct search s = {.d = d, .x0 = head, .y0 = head};
	s.width = (ptrdiff_t)(old - head);
	s.height = (ptrdiff_t)(new - head);
	ptrdiff_t *reach = arena_array(a, 2 * MAX_EDITS + 5, sizeof *reach);
	s.reach = reach + MAX_EDITS + 2;
	s.trail = arena_array(a, MAX_EDITS + 1, sizeof *s.trail);
	ptrdiff_t rounds = find_rounds(&s, a);
	if (rounds >= 0) {
		walk_back(&s, rounds);
		return;
	}
	memset(d->is_removed + head, true, old - head);
	memset(d->is_added + head, true, new - head);
}

/* ---- writing --------------------------------------------------------------------------------- */

struct writer {
	struct differ *d;
	struct strbuf *out;
	bool color;
};

static void paint(struct writer *w, const char *code)
{
	if (w->color)
		strbuf_puts(w->out, code);
}

static void put_line(struct writer *w, char sign, struct str line)
{
	bool has_end = line.len && line.at[line.len - 1] == '\n';
	line.len -= has_end;
	paint(w, sign == '+' ? "\x1b[32m" : sign == '-' ? "\x1b[31m" : "");
	strbuf_putc(w->out, sign);
	if (w->color)
		escape_for_terminal(w->out, line);
	else
		strbuf_put(w->out, line);
	paint(w, sign == ' ' ? "" : "\x1b[0m");
	strbuf_putc(w->out, '\n');
	if (!has_end)
		strbuf_puts(w->out, "\\ No newline at end of file\n");
}

static void put_range(struct writer *w, char sign, size_t from, size_t count)
{
	strbuf_printf(w->out, "%c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		strbuf_printf(w->out, ",%zu", count);
}

struct hunk {
	size_t x, y, x_end, y_end;
};

/* Grows from its first change to the last that is near enough to share its context. */
static void grow(const struct differ *d, struct hunk *h)
{
	size_t x = h->x, y = h->y, same = 0;
	while (x < d->old.count || y < d->new.count) {
		bool is_changed = (x < d->old.count && d->is_removed[x]) ||
				  (y < d->new.count && d->is_added[y]);
		if (!is_changed && ++same > 2 * CONTEXT)
			break;
		if (x < d->old.count && d->is_removed[x])
			x++;
		else if (y < d->new.count && d->is_added[y])
			y++;
		else
			x++, y++;
		if (!is_changed)
			continue;
		same = 0;
		h->x_end = x;
		h->y_end = y;
	}
}

static void put_hunk(struct writer *w, struct hunk h)
{
	const struct differ *d = w->d;
	size_t before = h.x < CONTEXT ? h.x : CONTEXT;
	size_t rest = d->old.count - h.x_end, after = rest < CONTEXT ? rest : CONTEXT;
	size_t x = h.x - before, y = h.y - before, x_end = h.x_end + after, y_end = h.y_end + after;
	paint(w, "\x1b[36m");
	strbuf_puts(w->out, "@@ ");
	put_range(w, '-', x, x_end - x);
	strbuf_putc(w->out, ' ');
	put_range(w, '+', y, y_end - y);
	strbuf_puts(w->out, " @@");
	paint(w, "\x1b[0m");
	strbuf_putc(w->out, '\n');
	while (x < x_end || y < y_end) {
		if (x < x_end && d->is_removed[x])
			put_line(w, '-', d->old.items[x++]);
		else if (y < y_end && d->is_added[y])
			put_line(w, '+', d->new.items[y++]);
		else {
			put_line(w, ' ', d->old.items[x++]);
			y++;
		}
	}
}

static void put_path(struct writer *w, const char *sign, const char *folder, const char *path)
{
	strbuf_puts(w->out, sign);
	if (path[0] != '/')
		strbuf_puts(w->out, folder);
	escape_for_terminal(w->out, str_of(path));
	strbuf_putc(w->out, '\n');
}

static void put_hunks(struct writer *w, const char *path)
{
	const struct differ *d = w->d;
	struct hunk h = {0};
	put_path(w, "--- ", "a/", path);
	put_path(w, "+++ ", "b/", path);
	while (h.x < d->old.count || h.y < d->new.count) {
		bool is_changed = (h.x < d->old.count && d->is_removed[h.x]) ||
				  (h.y < d->new.count && d->is_added[h.y]);
		if (!is_changed) {
			h.x++, h.y++;
			continue;
		}
		h.x_end = h.x;
		h.y_end = h.y;
		grow(d, &h);
		put_hunk(w, h);
		h.x = h.x_end;
		h.y = h.y_end;
	}
}

void unified_diff(
	struct strbuf *b, const char *path, struct str before, struct str after, bool color)
{
	struct arena a;
	if (str_equal(before, after))
		return;
	arena_init(&a);
	struct differ d = {.old = lines_of(&a, before), .new = lines_of(&a, after)};
	d.is_removed = arena_array(&a, d.old.count + 1, sizeof *d.is_removed);
	d.is_added = arena_array(&a, d.new.count + 1, sizeof *d.is_added);
	compare(&d, &a);
	struct writer w = {.d = &d, .out = b, .color = color};
	put_hunks(&w, path);
	arena_release(&a);
}
