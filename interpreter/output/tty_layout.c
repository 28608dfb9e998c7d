/* The live picture: what runs, what is next, how far the run is. */
#include "output/tty_pen.h"

#include "base/duration.h"

#define BLANK_FROM_ROWS 16 /* a terminal this high has room for a line of air */
#define BAR_COLUMNS 20
#define MIN_DETAIL 8 /* columns that make showing a detail worth while */
#define NEXT_STEPS 8
#define SPIN_NS (100 * NS_PER_MS)
#define CLOCK_COLUMN 100 /* on a wide terminal the clock stays near what it belongs to */

/* ---- one step -------------------------------------------------------------------------------- */

/* How a `uses` or `choose` does its work is its own business: while one step is at it, that step's
 * doings are shown as those of the whole. */
static const struct card *at_work(const struct card *c)
{
	while (c->children && c->children->is_inner && c->children == c->last)
		c = c->children;
	return c;
}

static bool is_seen(const struct card *c)
{
	return !c->is_inner && (c->has_begun || c->is_group);
}

static void put_step_glyph(struct pen *pen, const struct card *c)
{
	const struct glyphs *g = pen->view->layout->glyphs;
	const struct card *work = at_work(c);
	uint64_t frame = (uint64_t)(pen->view->now_ns / SPIN_NS);
	if (work->mood == CARD_PAUSED)
		pen_glyph(pen, STYLE_WARNED, g->marks[MARK_RETRY]);
	else if (work->mood == CARD_ASKING)
		pen_glyph(pen, STYLE_WARNED, g->marks[MARK_ASK]);
	else if (work->is_group && work->children)
		pen_glyph(pen, STYLE_BUSY, g->marks[MARK_START]);
	else
		pen_glyph(pen, STYLE_BUSY, g->spinner[frame % g->spinner_count]);
	pen_blanks(pen, 1);
}

static void put_bar(struct pen *pen, const struct card *c)
{
	const struct glyphs *g = pen->view->layout->glyphs;
	int64_t whole = c->until_ns - c->since_ns, gone = pen->view->now_ns - c->since_ns;
	size_t columns = pen_left(pen) / 2 < BAR_COLUMNS ? pen_left(pen) / 2 : BAR_COLUMNS;
	if (columns < 6 || whole <= 0)
		return;
	gone = gone < 0 ? 0 : gone > whole ? whole : gone;
	size_t full = (size_t)((double)gone / (double)whole * (double)columns + 0.5);
	for (size_t i = 0; i < columns; i++)
		pen_glyph(pen, i < full ? STYLE_BUSY : STYLE_DIM,
			i < full ? g->bar_full : g->bar_rest);
	pen_blanks(pen, 1);
}

/* A second that has begun is still to come: a countdown ends with 1, not with 0. */
static void put_time_left(struct pen *pen, const struct card *c, const char *form)
{
	struct strbuf time = {0}, text = {0};
	text_clock(&time, c->until_ns - pen->view->now_ns + NS_PER_S - 1);
	strbuf_puts(&text, form[0] == 'i' ? "in " : "");
	strbuf_put(&text, strbuf_str(&time));
	strbuf_puts(&text, form[0] == 'i' ? "" : " left");
	strbuf_release(&time);
	pen_buf(pen, STYLE_NONE, &text);
}

static void put_attempt(struct pen *pen, int64_t attempt, int64_t attempts)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "attempt %lld", (long long)attempt);
	if (attempts)
		strbuf_printf(&text, " of %lld", (long long)attempts);
	pen_buf(pen, STYLE_NONE, &text);
}

static void put_progress(struct pen *pen, const struct card *c)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "%zu of %zu", c->done, c->total);
	pen_buf(pen, STYLE_NONE, &text);
}

/* What the mood says before the description; whether it said anything. */
static bool put_mood(struct pen *pen, const struct card *c)
{
	if (c->mood == CARD_PAUSED) {
		put_attempt(pen, c->attempt + 1, c->attempts);
		pen_blanks(pen, 1);
		put_time_left(pen, c, "in");
	} else if (c->mood == CARD_WAITING && c->until_ns) {
		put_bar(pen, c);
		put_time_left(pen, c, "left");
	} else if (c->is_group && c->total) {
		put_progress(pen, c);
	} else if (c->note.len && c->mood == CARD_RUNNING) {
		pen_put(pen, STYLE_WARNED, STR("ending"));
	} else if (c->attempt > 1) {
		put_attempt(pen, c->attempt, c->attempts);
	} else {
		return false;
	}
	return true;
}

static void put_detail(struct pen *pen, const struct card *c)
{
	const struct card *work = at_work(c);
	struct str text = strbuf_str(c->detail.len ? &c->detail : &work->detail);
	if (work->note.len)
		text = strbuf_str(&work->note);
	text = text_line(&text);
	if (pen_left(pen) < MIN_DETAIL)
		return;
	pen_blanks(pen, 2);
	bool has_mood = put_mood(pen, work);
	if (has_mood && text.len && pen_left(pen) >= MIN_DETAIL)
		pen_dot(pen);
	if (!has_mood || pen_left(pen) >= MIN_DETAIL)
		pen_put(pen, work->mood == CARD_ASKING ? STYLE_NONE : STYLE_DIM, text);
}

/* `⠹ deploy  ./deploy.sh v1.2.3                1m02s` */
static void step_line(struct picture *p, const struct view *v, const struct card *c)
{
	struct pen pen = pen_begin(p, v);
	struct strbuf clock = {0};
	text_clock(&clock, v->now_ns - c->started_ns);
	size_t whole = pen.width < CLOCK_COLUMN ? pen.width : CLOCK_COLUMN;
	size_t depth = c->depth * 2 < whole / 3 ? c->depth * 2 : whole / 3;
	pen_blanks(&pen, depth);
	if (whole > clock.len + 8)
		pen.width = whole - clock.len - 1;
	put_step_glyph(&pen, c);
	pen_put(&pen, STYLE_BOLD, strbuf_str(&c->label));
	put_detail(&pen, c);
	if (whole > clock.len + 8) {
		pen.width = whole;
		pen_blanks(&pen, whole - clock.len - pen.used);
		pen_put(&pen, STYLE_DIM, strbuf_str(&clock));
	}
	strbuf_release(&clock);
	pen_end(&pen);
}

static bool has_output(const struct card *c)
{
	const struct card *work = at_work(c);
	return work->mood == CARD_RUNNING && !work->is_group &&
	       (work->last_line.len || work->streams[0].line.len || work->streams[1].line.len);
}

/* The last thing it printed: a line that is still growing (a progress bar), or the last whole one.
 */
static void output_line(struct picture *p, const struct view *v, const struct card *c)
{
	const struct card *work = at_work(c);
	struct pen pen = pen_begin(p, v);
	struct strbuf text = {0};
	const struct strbuf *growing =
		work->streams[0].line.len ? &work->streams[0].line : &work->streams[1].line;
	lines_strip(&text, strbuf_str(growing->len ? growing : &work->last_line));
	size_t depth = c->depth * 2 < pen.width / 3 ? c->depth * 2 : pen.width / 3;
	pen_blanks(&pen, depth);
	pen_glyph(&pen, STYLE_DIM, v->layout->glyphs->marks[MARK_OUTPUT]);
	pen_blanks(&pen, 1);
	pen_buf(&pen, STYLE_DIM, &text);
	pen_end(&pen);
}

/* ---- all steps ------------------------------------------------------------------------------- */

struct counts {
	size_t steps, outputs;
};

static const struct card *next_seen(const struct board *b, const struct card *c)
{
	do
		c = board_next(b, c);
	while (c && !is_seen(c));
	return c;
}

static struct counts count_steps(const struct board *b)
{
	struct counts n = {0};
	for (const struct card *c = next_seen(b, &b->top); c; c = next_seen(b, c)) {
		n.steps++;
		n.outputs += has_output(c);
	}
	return n;
}

static void more_line(struct picture *p, const struct view *v, size_t more)
{
	struct pen pen = pen_begin(p, v);
	struct strbuf text = {0};
	strbuf_printf(&text, "+%zu more", more);
	pen_buf(&pen, STYLE_DIM, &text);
	pen_end(&pen);
}

/* Steps first: what they print is shown as far as there are lines left. */
static void step_lines(struct picture *p, const struct view *v, size_t lines)
{
	const struct board *b = &v->report->board;
	struct counts n = count_steps(b);
	size_t shown = n.steps <= lines ? n.steps : lines ? lines - 1 : 0;
	size_t outputs = lines - shown < n.outputs ? lines - shown : n.outputs;
	if (n.steps > lines)
		outputs = 0;
	const struct card *c = next_seen(b, &b->top);
	for (size_t i = 0; i < shown && c; i++, c = next_seen(b, c)) {
		step_line(p, v, c);
		if (outputs && has_output(c)) {
			output_line(p, v, c);
			outputs--;
		}
	}
	if (n.steps > shown && lines)
		more_line(p, v, n.steps - shown);
}

/* ---- what is next, and how far we are -------------------------------------------------------- */

static bool is_looked_into(const struct plan *p, const struct board *b, uint32_t node)
{
	const struct node *n = &p->nodes[node];
	bool is_loop = step_items(n->step) != NULL;
	return b->nodes[node] == NODE_OPEN && !is_loop &&
	       (n->action == ACTION_STEPS || n->action == ACTION_PARALLEL ||
		       n->action == ACTION_CALL);
}

/* Steps of a section that have not begun, a group as one; those of open groups singly. */
static size_t find_next(const struct board *b, uint32_t section, uint32_t *found)
{
	const struct plan *p = b->plan;
	size_t count = 0;
	if (!p || section >= p->count)
		return 0;
	uint32_t i = section + 1;
	while (i < p->nodes[section].end && count < NEXT_STEPS) {
		bool is_step = p->nodes[i].role == ROLE_STEP;
		if (is_step && b->nodes[i] == NODE_FRESH)
			found[count++] = i;
		i = is_step && is_looked_into(p, b, i) ? i + 1 : p->nodes[i].end;
	}
	return count;
}

/* `next: tag, announce`; nothing once something failed, for then it is not what comes next. */
static void next_line(struct picture *p, const struct view *v)
{
	const struct board *b = &v->report->board;
	uint32_t found[NEXT_STEPS];
	if (v->report->summary.failure_count || !b->plan)
		return;
	size_t count = find_next(b, b->plan->main, found);
	if (!count)
		count = find_next(b, b->plan->finally, found);
	if (!count)
		return;
	struct strbuf text = {0};
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&text, i ? ", " : "next: ");
		strbuf_put(&text, plan_name(b->plan, found[i], v->scratch));
	}
	struct pen pen = pen_begin(p, v);
	pen_buf(&pen, STYLE_DIM, &text);
	pen_end(&pen);
}

static void put_count(struct pen *pen, enum style style, size_t count, const char *what)
{
	struct strbuf text = {0};
	if (!count || pen_left(pen) < 4)
		return;
	pen_dot(pen);
	strbuf_printf(&text, "%zu %s", count, what);
	pen_buf(pen, style, &text);
}

static bool is_going_back(const struct view *v)
{
	return v->report->watching.is_rolling_back && !v->report->watching.is_over;
}

/* `12 of 20 steps`, `2 undone` */
static void put_progress_of_run(struct pen *pen, const struct view *v)
{
	const struct summary *s = &v->report->summary;
	struct strbuf text = {0};
	if (is_going_back(v))
		strbuf_printf(&text, "%zu undone", v->report->watching.undone);
	else if (s->plan)
		strbuf_printf(&text, "%zu of %zu steps", s->done, s->total);
	else
		strbuf_printf(&text, "%zu steps", s->done);
	pen_buf(pen, STYLE_NONE, &text);
}

/* `12 of 20 steps · 1m32s · 1 failed` */
static void total_line(struct picture *p, const struct view *v)
{
	const struct summary *s = &v->report->summary;
	struct pen pen = pen_begin(p, v);
	struct strbuf text = {0};
	put_progress_of_run(&pen, v);
	text_clock(&text, v->now_ns);
	if (pen_left(&pen) >= text.len + 3)
		pen_dot(&pen);
	else
		strbuf_clear(&text);
	pen_buf(&pen, STYLE_NONE, &text);
	put_count(&pen, STYLE_FAILED, s->by_state[STEP_FAILED], "failed");
	put_count(&pen, STYLE_WARNED, s->by_state[STEP_WARNED], "warned");
	pen_end(&pen);
}

/* ---- going back ------------------------------------------------------------------------------ */

/* `⤺ rolling back: Error rate above 5%` */
static void back_line(struct picture *p, const struct view *v)
{
	struct pen pen = pen_begin(p, v);
	pen_glyph(&pen, STYLE_WARNED, v->layout->glyphs->marks[MARK_BACK]);
	pen_blanks(&pen, 1);
	pen_put(&pen, STYLE_BOLD, STR("rolling back: "));
	pen_put(&pen, STYLE_NONE, strbuf_str(&v->report->account.turn_why));
	pen_end(&pen);
}

/* No step runs, and yet something happens. */
static bool is_verifying(const struct view *v)
{
	return is_going_back(v) && v->report->watching.stage == STAGE_VERIFY;
}

static void verify_line(struct picture *p, const struct view *v)
{
	const struct glyphs *g = v->layout->glyphs;
	struct pen pen = pen_begin(p, v);
	pen_glyph(&pen, STYLE_BUSY, g->spinner[(uint64_t)(v->now_ns / SPIN_NS) % g->spinner_count]);
	pen_put(&pen, STYLE_BOLD, STR(" looking for recovery"));
	pen_end(&pen);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void blank_line(struct picture *p, const struct view *v)
{
	struct pen pen = pen_begin(p, v);
	pen_end(&pen);
}

/* At most two thirds of a high terminal: what has happened is to stay in sight. */
static size_t height(const struct view *v)
{
	size_t rows = v->size.rows > 2 ? (size_t)v->size.rows - 1 : 1;
	size_t most = rows > 9 ? rows * 2 / 3 : rows;
	return most < PICTURE_LINES ? most : PICTURE_LINES;
}

/* The steps keep half of the lines, if they need them; the panel gets what it wants of the rest. */
static void middle_lines(struct picture *p, const struct view *v, size_t lines)
{
	size_t steps = count_steps(&v->report->board).steps + is_verifying(v);
	size_t kept = steps < (lines + 1) / 2 ? steps : (lines + 1) / 2;
	size_t panel = panel_height(v, lines - kept);
	if (is_verifying(v) && lines > panel) {
		verify_line(p, v);
		lines--;
	}
	step_lines(p, v, lines - panel);
	panel_lines(p, v, panel);
}

void picture_make(struct picture *p, const struct view *v)
{
	size_t lines = height(v);
	bool has_air = v->size.rows >= BLANK_FROM_ROWS;
	picture_clear(p);
	if (has_air)
		blank_line(p, v);
	size_t rest = lines - p->count;
	if (rest > 2)
		middle_lines(p, v, rest - 2);
	if (rest > 1 && is_going_back(v))
		back_line(p, v);
	else if (rest > 1)
		next_line(p, v);
	total_line(p, v);
}
