/* The live picture's panel: what is watched, and where the conditions stand. */
#include "output/tty_pen.h"

#include "base/duration.h"

#define INDENT 2
#define MIN_SPARK 8 /* a shorter curve says nothing */
#define MIN_GUARD 8 /* columns that make showing a condition worth while … */
#define MIN_STATE 12
#define MAX_VALUE 32  /* a longer reason is cut before the curve gives way to it */
#define MIN_REASON 10 /* … and to say why it cannot be known */

/* ---- what there is room for ------------------------------------------------------------------ */

/* Lines by what they show; what is hidden is counted in a line of its own. */
struct choice {
	size_t watches, rules, hidden;
	bool has_calm; /* also conditions that are quiet */
};

/* Columns that names take, so that what follows them stands in line. */
struct columns {
	size_t name, guard, state;
};

static bool is_calm(const struct rule *r)
{
	return r->phase == CONDITION_QUIET && !r->is_unknown && !r->is_muted;
}

static size_t count_watches(const struct watching *w)
{
	size_t count = 0;
	for (size_t i = 0; i < w->watch_count; i++)
		count += w->watches[i].count != 0;
	return count;
}

static size_t count_rules(const struct watching *w, bool with_calm)
{
	size_t count = 0;
	for (size_t i = 0; i < w->rule_count; i++)
		count += rule_is_live(w, &w->rules[i]) && (with_calm || !is_calm(&w->rules[i]));
	return count;
}

static void widen(size_t *columns, size_t width)
{
	*columns = *columns > width ? *columns : width;
}

static struct columns measure(const struct view *v)
{
	const struct watching *w = &v->report->watching;
	struct columns c = {0};
	struct strbuf state = {0};
	for (size_t i = 0; i < w->watch_count; i++) {
		if (w->watches[i].count)
			widen(&c.name, text_width(strbuf_str(&w->watches[i].name)));
	}
	for (size_t i = 0; i < w->rule_count; i++) {
		const struct rule *r = &w->rules[i];
		if (!rule_is_live(w, r))
			continue;
		strbuf_clear(&state);
		rule_state_text(&state, r);
		widen(&c.guard, text_width(rule_name(r)));
		widen(&c.state, state.len);
	}
	strbuf_release(&state);
	size_t width = v->layout->width, lead = INDENT + 2;
	size_t room = width > lead + c.state + 2 ? width - lead - c.state - 2 : 0;
	room = room > MIN_GUARD ? room : MIN_GUARD;
	c.guard = c.guard < room ? c.guard : room;
	c.name = c.name < width / 2 ? c.name : width / 2;
	return c;
}

static bool has_room_for_rules(const struct view *v)
{
	return v->layout->width >= INDENT + 2 + MIN_GUARD + 2 + MIN_STATE;
}

/* What is not quiet goes before what is; of that and the watches, each gets a fair share. */
static struct choice choose(const struct view *v, size_t lines)
{
	const struct watching *w = &v->report->watching;
	bool has_rules = has_room_for_rules(v);
	size_t watches = count_watches(w), all = has_rules ? count_rules(w, true) : 0;
	size_t news = has_rules ? count_rules(w, false) : 0;
	if (watches + all <= lines)
		return (struct choice){watches, all, 0, true};
	size_t room = lines > 1 ? lines - 1 : lines;
	struct choice chosen = {.rules = news < (room + 1) / 2 ? news : (room + 1) / 2};
	chosen.watches = watches < room - chosen.rules ? watches : room - chosen.rules;
	if (chosen.watches + news < room)
		chosen.rules = news;
	else if (chosen.watches == watches)
		chosen.rules = news < room - watches ? news : room - watches;
	if (lines > 1)
		chosen.hidden = watches + all - chosen.watches - chosen.rules;
	return chosen;
}

size_t panel_height(const struct view *v, size_t room)
{
	const struct watching *w = &v->report->watching;
	size_t wanted = count_watches(w);
	if (w->is_over || !wanted)
		return 0;
	if (has_room_for_rules(v))
		wanted += count_rules(w, true);
	return wanted < room ? wanted : room;
}

/* ---- watches --------------------------------------------------------------------------------- */

static void put_mark(struct pen *pen, enum mark mark)
{
	pen_blanks(pen, INDENT);
	pen_glyph(pen, mark_style(mark), pen->view->layout->glyphs->marks[mark]);
	pen_blanks(pen, 1);
}

static void put_padded(struct pen *pen, enum style style, struct str text, size_t columns)
{
	size_t end = pen->used + columns, width = pen->width;
	if (end < width)
		pen->width = end;
	pen_put(pen, style, text);
	pen->width = width;
	pen_blanks(pen, end > pen->used ? end - pen->used : 0);
}

/* The newest sample stands beside the value; a value that needs the room gets it. */
static void put_spark(struct pen *pen, const struct watched *w, size_t value_columns)
{
	const struct glyphs *g = pen->view->layout->glyphs;
	size_t kept = NUMBER_COLUMNS + 4;
	size_t columns = pen_left(pen) > kept ? pen_left(pen) - kept : 0;
	columns = columns < RECENT_SAMPLES ? columns : RECENT_SAMPLES;
	if (columns < MIN_SPARK || columns + value_columns + 4 > pen_left(pen))
		return;
	int8_t levels[RECENT_SAMPLES];
	size_t count = w->count < columns ? w->count : columns;
	sample_levels(w, count, levels);
	pen_blanks(pen, 2 + columns - count);
	for (size_t i = 0; i < count; i++) {
		if (levels[i] < 0)
			pen_glyph(pen, STYLE_WARNED, g->marks[MARK_UNKNOWN]);
		else
			pen_glyph(pen, STYLE_BUSY, g->spark[levels[i]]);
	}
}

/* `  error_rate  ▁▁▂▁▁▃▂▁▅▇█  0.0812` */
static void watch_line(
	struct picture *p, const struct view *v, const struct columns *c, const struct watched *w)
{
	const struct recent_sample *last = &w->recent[w->count - 1];
	struct pen pen = pen_begin(p, v);
	struct strbuf text = {0};
	put_mark(&pen, last->is_known ? MARK_NONE : MARK_UNKNOWN);
	put_padded(&pen, STYLE_NONE, strbuf_str(&w->name), c->name);
	sample_text(&text, last);
	if (!last->is_known && w->why.len)
		strbuf_printf(&text, ": %.*s", STR_ARGS(strbuf_str(&w->why)));
	put_spark(&pen, w, text.len < MAX_VALUE ? text.len : MAX_VALUE);
	pen_blanks(&pen, 2);
	if (text.len < NUMBER_COLUMNS)
		pen_blanks(&pen, NUMBER_COLUMNS - text.len);
	pen_buf(&pen, last->is_known ? STYLE_BOLD : STYLE_WARNED, &text);
	pen_end(&pen);
}

/* ---- conditions ------------------------------------------------------------------------------ */

static enum mark rule_mark(const struct rule *r)
{
	if (r->is_muted)
		return MARK_SKIPPED;
	if (r->phase == CONDITION_QUIET)
		return r->is_unknown ? MARK_UNKNOWN : MARK_NONE;
	if (r->is_verify)
		return r->phase == CONDITION_FIRING ? MARK_OK : MARK_WAIT;
	return r->phase == CONDITION_FIRING ? MARK_FAILED : MARK_WARNED;
}

/* `! watch.error_rate > 0.05  pending 3m12s of 5m` */
static void rule_line(
	struct picture *p, const struct view *v, const struct columns *c, const struct rule *r)
{
	enum mark mark = rule_mark(r);
	enum style style = mark == MARK_NONE ? STYLE_DIM : mark_style(mark);
	struct pen pen = pen_begin(p, v);
	struct strbuf state = {0};
	put_mark(&pen, mark);
	put_padded(&pen, mark == MARK_NONE ? STYLE_DIM : STYLE_NONE, rule_name(r), c->guard);
	pen_blanks(&pen, 2);
	rule_state_text(&state, r);
	pen_buf(&pen, style, &state);
	if (r->is_unknown && r->why.len && pen_left(&pen) >= MIN_REASON) {
		pen_dot(&pen);
		pen_put(&pen, STYLE_DIM, strbuf_str(&r->why));
	}
	pen_end(&pen);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void hidden_line(struct picture *p, const struct view *v, size_t hidden)
{
	struct pen pen = pen_begin(p, v);
	struct strbuf text = {0};
	pen_blanks(&pen, INDENT + 2);
	strbuf_printf(&text, "+%zu more watched", hidden);
	pen_buf(&pen, STYLE_DIM, &text);
	pen_end(&pen);
}

void panel_lines(struct picture *p, const struct view *v, size_t lines)
{
	const struct watching *w = &v->report->watching;
	struct columns c = measure(v);
	struct choice left = choose(v, lines);
	for (size_t i = 0; i < w->watch_count && left.watches; i++) {
		if (!w->watches[i].count)
			continue;
		watch_line(p, v, &c, &w->watches[i]);
		left.watches--;
	}
	for (size_t i = 0; i < w->rule_count && left.rules; i++) {
		const struct rule *r = &w->rules[i];
		if (!rule_is_live(w, r) || (!left.has_calm && is_calm(r)))
			continue;
		rule_line(p, v, &c, r);
		left.rules--;
	}
	if (left.hidden)
		hidden_line(p, v, left.hidden);
}
