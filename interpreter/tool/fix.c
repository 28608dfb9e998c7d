#include "tool/fix_private.h"

#include "source/fingerprint.h"
#include "source/render.h"

/* Each round mends something; a file that needs more is mended by calling it again. */
#define MAX_ROUNDS 50

struct refusal {
	char print[FINGERPRINT_SIZE];
	struct refusal *next;
};

/* Findings whose edits are tried together. */
struct batch {
	const struct diagnostic **items;
	size_t count;
};

struct fixing {
	struct fixer *fixer;
	struct arena arena;
	struct refusal *refusals;
};

/* ---- choosing -------------------------------------------------------------------------------- */

static bool is_refused(const struct fixing *f, const struct fix_view *v, const struct diagnostic *x)
{
	char print[FINGERPRINT_SIZE];
	diagnostic_fingerprint(v->files, v->diagnostics, x, print);
	for (const struct refusal *r = f->refusals; r; r = r->next) {
		if (strcmp(r->print, print) == 0)
			return true;
	}
	return false;
}

static bool are_all_in(const struct fix_view *v, const struct diagnostic *x)
{
	for (const struct fix *fix = x->fixes; fix; fix = fix->next) {
		if (fix->span.file != v->file->id ||
			(size_t)fix->span.start + fix->span.len > v->file->text.len)
			return false;
	}
	return x->fixes && !x->is_suppressed;
}

/* Two that begin at one place overlap too: which comes first would be chance. Unless they are the
 * same one: an id and who needs it are renamed together. */
static bool do_overlap(const struct fix *x, const struct fix *y)
{
	if (x->span.start == y->span.start && x->span.len == y->span.len &&
		strcmp(x->text, y->text) == 0)
		return false;
	uint32_t x_end = x->span.start + x->span.len, y_end = y->span.start + y->span.len;
	return x->span.start == y->span.start || (x->span.start < y_end && y->span.start < x_end);
}

static bool is_free(const struct batch *b, const struct diagnostic *x)
{
	for (const struct fix *fix = x->fixes; fix; fix = fix->next) {
		for (const struct fix *other = fix->next; other; other = other->next) {
			if (do_overlap(fix, other))
				return false;
		}
		for (size_t i = 0; i < b->count; i++) {
			const struct fix *other = b->items[i]->fixes;
			for (; other; other = other->next) {
				if (do_overlap(fix, other))
					return false;
			}
		}
	}
	return true;
}

static struct batch choose(struct fixing *f, const struct fix_view *v)
{
	struct batch b = {0};
	b.items = arena_array(&f->arena, v->diagnostics->count, sizeof(struct diagnostic *));
	for (const struct diagnostic *x = v->diagnostics->first; x; x = x->next) {
		if (are_all_in(v, x) && is_free(&b, x) && !is_refused(f, v, x))
			b.items[b.count++] = x;
	}
	return b;
}

/* ---- applying -------------------------------------------------------------------------------- */

static int compare_edits(const void *x, const void *y)
{
	uint32_t a = ((const struct edit *)x)->start, b = ((const struct edit *)y)->start;
	return a < b ? -1 : a > b;
}

static struct edits edits_of(struct fixing *f, const struct batch *b)
{
	struct edits e = {0};
	for (size_t i = 0; i < b->count; i++) {
		for (const struct fix *fix = b->items[i]->fixes; fix; fix = fix->next)
			e.count++;
	}
	e.items = arena_array(&f->arena, e.count, sizeof *e.items);
	size_t n = 0;
	for (size_t i = 0; i < b->count; i++) {
		for (const struct fix *fix = b->items[i]->fixes; fix; fix = fix->next)
			e.items[n++] = (struct edit){.start = fix->span.start,
				.end = fix->span.start + fix->span.len,
				.text = str_of(fix->text)};
	}
	qsort(e.items, e.count, sizeof *e.items, compare_edits);
	n = 0;
	for (size_t i = 0; i < e.count; i++) {
		if (!n || e.items[i].start != e.items[n - 1].start)
			e.items[n++] = e.items[i];
	}
	e.count = n;
	return e;
}

static void apply(struct strbuf *out, struct str text, struct edits *e)
{
	size_t at = 0;
	for (size_t i = 0; i < e->count; i++) {
		struct edit *x = &e->items[i];
		strbuf_add(out, text.at + at, x->start - at);
		x->made = (uint32_t)out->len;
		strbuf_put(out, x->text);
		at = x->end;
	}
	strbuf_add(out, text.at + at, text.len - at);
}

/* ---- trying ---------------------------------------------------------------------------------- */

/* NULL: the view is of the text with these edits now. Otherwise it is what it was. */
static const char *try_batch(struct fixing *f, struct fix_view *view, const struct batch *b)
{
	struct strbuf text = {0};
	struct edits edits = edits_of(f, b);
	apply(&text, view->file->text, &edits);
	struct fix_view next = f->fixer->look(f->fixer->context, strbuf_str(&text));
	strbuf_release(&text);
	const char *why = fix_judge(&f->arena, view, &next, &edits, b->items, b->count);
	struct fix_view old = why ? next : *view;
	*view = why ? *view : next;
	f->fixer->mended += why ? 0 : b->count;
	f->fixer->forget(f->fixer->context, &old);
	return why;
}

static void refuse(
	struct fixing *f, const struct fix_view *v, const struct diagnostic *x, const char *why)
{
	struct refusal *r = arena_new(&f->arena, struct refusal);
	struct place p = source_place(v->file, x->span.start);
	struct strbuf *b = &f->fixer->left_out;
	diagnostic_fingerprint(v->files, v->diagnostics, x, r->print);
	r->next = f->refusals;
	f->refusals = r;
	escape_for_terminal(b, str_of(v->file->path));
	strbuf_printf(b, ":%zu:%zu: the mend for %s is left out: ", p.line, p.column,
		rule_info(x->rule)->code);
	escape_for_terminal(b, str_of(why));
	strbuf_putc(b, '\n');
}

/* One of a batch that did not work out: the first that does alone, for the others the next round
 * will tell. */
static void try_each(struct fixing *f, struct fix_view *view, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct batch one = {.items = b->items + i, .count = 1};
		const char *why = try_batch(f, view, &one);
		if (!why)
			return;
		refuse(f, view, b->items[i], why);
	}
}

struct fix_view fix_text(struct fixer *fixer, struct fix_view view)
{
	struct fixing f = {.fixer = fixer};
	arena_init(&f.arena);
	for (int round = 0; round < MAX_ROUNDS; round++) {
		struct batch b = choose(&f, &view);
		if (!b.count)
			break;
		if (b.count == 1 || try_batch(&f, &view, &b))
			try_each(&f, &view, &b);
	}
	arena_release(&f.arena);
	return view;
}
