#include "output/tty.h"

#include "base/duration.h"

#include <sys/ioctl.h>

/* How often the picture moves by itself, and how soon it may follow a change. */
#define FRAME_NS (100 * NS_PER_MS)
#define CHANGE_NS (40 * NS_PER_MS)
#define SCROLL_ENOUGH (64u << 10)

struct tty {
	struct sink sink;
	struct report report;
	struct layout layout;
	struct screen screen;
	struct strbuf scroll;	/* lines that go up with the next frame */
	struct picture picture; /* the next one */
	struct arena scratch;
	const struct screen_size *given_size;
	struct screen_size size;
	int64_t now_ns, drawn_ns;
	bool has_changed, has_drawn, is_over;
	unsigned pauses;
};

/* ---- frames ---------------------------------------------------------------------------------- */

static void update_size(struct tty *t)
{
	struct winsize w;
	struct screen_size size = {80, 24};
	if (t->given_size)
		size = *t->given_size;
	else if (ioctl(t->screen.writer.fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row)
		size = (struct screen_size){w.ws_col, w.ws_row};
	t->size = size;
	t->layout.width = size.columns > 1 ? (size_t)size.columns - 1 : 1;
}

static void draw(struct tty *t)
{
	update_size(t);
	struct view v = {.report = &t->report,
		.layout = &t->layout,
		.size = t->size,
		.now_ns = t->now_ns,
		.scratch = &t->scratch};
	if (t->is_over) {
		screen_clear(&t->screen, &t->scroll, t->size);
	} else {
		picture_make(&t->picture, &v);
		screen_draw(&t->screen, &t->scroll, &t->picture, t->size);
		arena_reset(&t->scratch);
	}
	t->drawn_ns = t->now_ns;
	t->has_drawn = true;
	t->has_changed = false;
	t->sink.error = t->screen.writer.error;
}

/* While all that is open waits for a person, only the clock moves. */
static int64_t frame_ns(const struct tty *t)
{
	const struct board *b = &t->report.board;
	const struct watching *w = &t->report.watching;
	const struct card *c = b->top.children;
	if (!c)
		return w->stage == STAGE_VERIFY && !w->is_over ? FRAME_NS : NS_NEVER;
	for (; c; c = board_next(b, c)) {
		if (!c->is_group && c->mood != CARD_ASKING)
			return FRAME_NS;
	}
	return NS_PER_S;
}

static int64_t tty_tick(struct sink *s, int64_t now_ns)
{
	struct tty *t = (struct tty *)s;
	t->now_ns = now_ns > t->now_ns ? now_ns : t->now_ns;
	if (t->pauses || t->is_over)
		return NS_NEVER;
	int64_t after = frame_ns(t);
	if (t->has_changed)
		after = CHANGE_NS;
	if (after == NS_NEVER)
		return NS_NEVER;
	if (t->has_drawn && t->now_ns - t->drawn_ns < after)
		return t->drawn_ns + after;
	draw(t);
	after = frame_ns(t);
	return after == NS_NEVER ? NS_NEVER : t->now_ns + after;
}

/* ---- others at the terminal ------------------------------------------------------------------ */

static void pause_tty(struct tty *t)
{
	if (t->pauses++)
		return;
	update_size(t);
	screen_clear(&t->screen, &t->scroll, t->size);
}

static void resume_tty(struct tty *t)
{
	if (!t->pauses || --t->pauses)
		return;
	update_size(t);
	screen_take(&t->screen, t->size);
	t->has_changed = true;
	t->has_drawn = false;
}

/* Before the step is told to have ended. */
static void give_back(struct tty *t, const struct event *e)
{
	if (e->kind != EVENT_ATTEMPT_FINISHED && e->kind != EVENT_STEP_FINISHED &&
		e->kind != EVENT_STEP_RETRY)
		return;
	struct card *c = board_find(&t->report.board, e->node, e->item);
	if (!c || !c->holds_terminal)
		return;
	c->holds_terminal = false;
	resume_tty(t);
}

/* After it was told to have begun: its line, if any, stands above what it does. */
static void lend(struct tty *t, const struct event *e)
{
	if (e->kind != EVENT_STEP_STARTED)
		return;
	struct card *c = board_find(&t->report.board, e->node, e->item);
	if (!c || c->holds_terminal || !c->is_interactive)
		return;
	c->holds_terminal = true;
	pause_tty(t);
}

/* ---- the sink -------------------------------------------------------------------------------- */

static void tty_line(struct report *r, const struct report_line *l)
{
	struct tty *t = (struct tty *)((char *)r - offsetof(struct tty, report));
	layout_line(&t->scroll, &t->layout, l, 0);
}

static void tty_event(struct sink *s, const struct event *e)
{
	struct tty *t = (struct tty *)s;
	t->now_ns = e->time_ns > t->now_ns ? e->time_ns : t->now_ns;
	t->has_changed = true;
	give_back(t, e);
	report_event(&t->report, e);
	lend(t, e);
	if (e->kind == EVENT_RUN_FINISHED)
		t->is_over = true;
	if (!t->pauses && (t->is_over || t->scroll.len > SCROLL_ENOUGH))
		draw(t);
}

static void tty_recall(struct sink *s, const struct event *e)
{
	report_recall(&((struct tty *)s)->report, e);
}

static void tty_resize(struct sink *s)
{
	struct tty *t = (struct tty *)s;
	update_size(t);
	t->has_changed = true;
}

static void tty_free(struct sink *s)
{
	struct tty *t = (struct tty *)s;
	if (t->pauses)
		screen_take(&t->screen, t->size);
	update_size(t);
	screen_clear(&t->screen, &t->scroll, t->size);
	report_release(&t->report);
	screen_release(&t->screen);
	picture_release(&t->picture);
	strbuf_release(&t->scroll);
	arena_release(&t->scratch);
	free(t);
}

struct sink *tty_sink_new(int fd, const struct plan *plan, const struct output_options *o)
{
	struct tty *t = heap_alloc(sizeof *t);
	*t = (struct tty){.sink = {.event = tty_event,
				  .recall = tty_recall,
				  .tick = tty_tick,
				  .resize = tty_resize,
				  .free = tty_free},
		.report = {.line = tty_line, .is_live = true, .verbose = o->verbose},
		.layout = {.glyphs = glyphs_get(o->ascii),
			.color = o->color,
			.ascii = o->ascii,
			.newline = SCREEN_NEWLINE},
		.screen = {.writer = {.fd = fd}},
		.given_size = o->size};
	report_init(&t->report, plan);
	t->report.account.is_recorded = o->is_recorded;
	arena_init(&t->scratch);
	update_size(t);
	t->screen.size = t->size;
	return &t->sink;
}

static bool is_tty(const struct sink *s)
{
	return s && s->event == tty_event;
}

void tty_pause(struct sink *s)
{
	if (is_tty(s))
		pause_tty((struct tty *)s);
}

void tty_resume(struct sink *s)
{
	if (is_tty(s))
		resume_tty((struct tty *)s);
}
