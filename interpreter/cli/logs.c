/* `runbook logs RUN [STEP]`: what the steps printed, and what they print now. */
#include "cli/records.h"

#include "base/duration.h"
#include "output/board.h"
#include "output/lines.h"
#include "tool/history.h"
#include "tool/logs.h"
#include "world/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_EVERY_NS (200 * NS_PER_MS)

enum { OPTION_FOLLOW, OPTION_STORE, OPTION_COLOR };

static const struct option_row options[] = {
	{"--follow", 'f', NULL, "goes on until the run ends"},
	STORE_OPTION,
	COLOR_OPTION,
	{0},
};

/* A program that runs now: its output is in a log, and no event says where yet. */
struct at_work {
	struct str step, item; /* on the heap */
	uint32_t node, frame, child;
	int64_t shown[2]; /* up to where; -1: nothing yet */
};

struct logs {
	struct records r;
	const char *step; /* NULL: all */
	const char *run_dir;
	bool follows, is_terminal, is_step_seen;
	struct table_look look;
	struct history history;
	struct strbuf heading; /* the one that stands above what is printed now */
	struct lines lines;    /* of the terminal */
	struct at_work *working;
	size_t working_count;
	int64_t skip[2]; /* of the part at hand: what was shown already */
	bool has_failed, is_in_line;
	struct arena scratch; /* of one look */
};

/* ---- printing -------------------------------------------------------------------------------- */

static void put(struct logs *l, struct str text)
{
	if (text.len)
		l->is_in_line = text.at[text.len - 1] != '\n';
	if (!l->has_failed && !write_all(STDOUT_FILENO, text))
		l->has_failed = true;
}

static void put_line(void *context, struct str text)
{
	struct strbuf b = {0};

	text_safe(&b, text);
	strbuf_putc(&b, '\n');
	put(context, strbuf_str(&b));
	strbuf_release(&b);
}

/* A file gets the bytes as they were, a terminal what cannot harm it. */
static void print_piece(void *context, struct str text)
{
	struct logs *l = context;

	if (l->is_terminal)
		lines_add(&l->lines, text, put_line, l);
	else
		put(l, text);
}

static void end_lines(struct logs *l)
{
	if (l->is_terminal)
		lines_finish(&l->lines, put_line, l);
}

static void put_heading(struct logs *l, const struct log_part *part)
{
	struct event e = {.step = part->step, .item = part->item, .host = part->host};
	struct strbuf b = {0}, line = {0};

	step_label(&b, &e);
	if (part->attempt > 1)
		strbuf_printf(&b, " (attempt %lld)", (long long)part->attempt);
	if (part->stream == 2)
		strbuf_puts(&b, " stderr");
	if (!str_equal(strbuf_str(&b), strbuf_str(&l->heading))) {
		end_lines(l);
		if (l->is_in_line)
			strbuf_putc(&line, '\n');
		strbuf_clear(&l->heading);
		strbuf_put(&l->heading, strbuf_str(&b));
		style_on(&line, l->look.color, STYLE_BOLD);
		strbuf_printf(&line, "%s ", l->look.ascii ? "==" : "──");
		text_safe(&line, strbuf_str(&b));
		style_off(&line, l->look.color, STYLE_BOLD);
		strbuf_putc(&line, '\n');
		put(l, strbuf_str(&line));
	}
	strbuf_release(&b);
	strbuf_release(&line);
}

static void print_part(void *context, const struct log_part *part)
{
	struct logs *l = context;
	int64_t from = part->from;

	if (l->skip[part->stream - 1] > from)
		from = l->skip[part->stream - 1];
	if (from >= part->to)
		return;
	if (!l->step)
		put_heading(l, part);
	if (!log_read(part->path, from, part->to, print_piece, l))
		usage_error(NULL, "`%s`: %s", part->path, strerror(errno));
	if (!l->follows)
		end_lines(l);
}

/* ---- which steps ----------------------------------------------------------------------------- */

/* `smoke` is also `smoke.1`, but what undoes it goes by its own name. */
static bool is_inside(struct str step, struct str wanted)
{
	struct str rest = {step.at + wanted.len, step.len - wanted.len};

	return step.len > wanted.len && str_starts_with(step, wanted) && rest.at[0] == '.' &&
	       !str_starts_with(rest, STR(".rollback")) && !str_starts_with(rest, STR(".check"));
}

static bool is_item(const struct event *e, struct str wanted, struct str item)
{
	struct strbuf b = {0};
	bool is_it;

	strbuf_printf(&b, "%.*s[%.*s]", STR_ARGS(e->step), STR_ARGS(item));
	is_it = item.len && str_equal(strbuf_str(&b), wanted);
	strbuf_release(&b);
	return is_it;
}

/* `restart[2]` is that item, `restart[web1]` the one on that host, `restart` all of it. */
static bool is_wanted(const struct logs *l, const struct event *e)
{
	struct str wanted = str_of(l->step);

	return !l->step || is_item(e, wanted, e->item) || is_item(e, wanted, e->host) ||
	       str_equal(e->step, wanted) || is_inside(e->step, wanted);
}

static struct str keep(struct str s)
{
	char *copy = heap_alloc(s.len + 1);

	memcpy(copy, s.at ? s.at : "", s.len);
	return (struct str){copy, s.len};
}

static void begin_work(struct logs *l, const struct event *e)
{
	l->working = heap_array(l->working, l->working_count + 1, sizeof(*l->working));
	l->working[l->working_count++] = (struct at_work){.step = keep(e->step),
		.item = keep(e->item),
		.node = e->node,
		.frame = e->frame,
		.child = e->child,
		.shown = {-1, -1}};
}

static void drop_work(struct logs *l, size_t at)
{
	free((char *)l->working[at].step.at);
	free((char *)l->working[at].item.at);
	l->working[at] = l->working[--l->working_count];
}

static void end_work(struct logs *l, const struct event *e)
{
	l->skip[0] = l->skip[1] = -1;
	for (size_t i = 0; i < l->working_count; i++) {
		if (l->working[i].node != e->node || l->working[i].frame != e->frame)
			continue;
		l->skip[0] = l->working[i].shown[0];
		l->skip[1] = l->working[i].shown[1];
		drop_work(l, i);
		return;
	}
}

static bool take_event(void *context, struct event *e)
{
	struct logs *l = context;

	if (!e->step.len || !is_wanted(l, e))
		return true;
	l->is_step_seen = true;
	if (e->kind == EVENT_STEP_STARTED && e->child && l->follows)
		begin_work(l, e);
	if (e->kind != EVENT_ATTEMPT_FINISHED)
		return !l->has_failed;
	end_work(l, e);
	log_parts(l->run_dir, e, &l->scratch, print_part, l);
	return !l->has_failed;
}

/* ---- what is printed now --------------------------------------------------------------------- */

static int64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

static void show_work(struct logs *l, struct at_work *w, const struct child *c)
{
	struct log_part part = {.step = w->step, .item = w->item};

	for (int i = 0; i < 2; i++) {
		part.stream = i + 1;
		part.path = arena_printf(
			&l->scratch, "%s/slot-%u.%s", l->run_dir, c->slot, i ? "err" : "out");
		part.from = w->shown[i] >= 0 ? w->shown[i] : c->log_start[i];
		part.to = size_of(part.path);
		l->skip[i] = -1;
		if (part.to > part.from) {
			print_part(l, &part);
			w->shown[i] = part.to;
		}
	}
}

static void show_working(struct logs *l)
{
	int fd = open(arena_printf(&l->scratch, "%s/children", l->run_dir),
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct child c;

	for (size_t i = 0; fd >= 0 && i < l->working_count; i++) {
		if (child_read(fd, l->working[i].child, &c) && c.slot)
			show_work(l, &l->working[i], &c);
	}
	if (fd >= 0)
		close(fd);
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool is_open(struct logs *l)
{
	const char *name = arena_copy(&l->scratch, l->r.row.id.at, l->r.row.id.len), *why;
	struct run_row row;
	int64_t pid;

	return store_find(l->r.store, name, &l->scratch, &row, &why) && !row.ended_ns &&
	       store_run_is_owned(l->r.store, row.id, &pid);
}

static bool read_events(struct logs *l)
{
	l->history.from = l->history.events;
	return history_read(&l->history, l->r.store, &l->r.row, &l->r.arena, take_event, l);
}

static void rest(void)
{
	struct timespec t = {.tv_nsec = LOOK_EVERY_NS};

	nanosleep(&t, NULL);
}

/* Whether it is open is asked before its events are read: none comes after the last look. */
static int print_logs(struct logs *l)
{
	bool goes_on;

	do {
		arena_reset(&l->scratch);
		goes_on = l->follows && is_open(l);
		if (!read_events(l))
			return records_damaged(l->history.why);
		if (l->follows)
			show_working(l);
		if (goes_on && !l->has_failed)
			rest();
	} while (goes_on && !l->has_failed);
	end_lines(l);
	if (l->step && !l->is_step_seen)
		return usage_error("`runbook show RUN` lists the steps that ran",
			"no step `%s` ran in run `%.*s`", l->step, STR_ARGS(l->r.row.id));
	return l->has_failed ? EXIT_FAILED : EXIT_OK;
}

static int run_it(struct logs *l, const char *run, const char *store, int color)
{
	int code;

	arena_init(&l->scratch);
	if (!records_open_run(&l->r, store, run, STORE_READ)) {
		code = l->r.code;
	} else {
		l->run_dir = store_run_dir(l->r.store, &l->r.arena, l->r.row.id);
		l->is_terminal = isatty(STDOUT_FILENO);
		l->look = table_look_of(color);
		code = print_logs(l);
	}
	while (l->working_count)
		drop_work(l, 0);
	free(l->working);
	strbuf_release(&l->heading);
	lines_release(&l->lines);
	arena_release(&l->scratch);
	records_close(&l->r);
	return code;
}

static int run_logs(const struct command *c, int argc, char **argv)
{
	struct arguments a = {.command = c, .argc = argc, .argv = argv};
	struct logs l = {.skip = {-1, -1}};
	const char *run = NULL, *store = NULL;
	int next, color = COLOR_AUTO;

	while ((next = arguments_next(&a)) != ARGUMENT_END) {
		if (next == ARGUMENT_HELP)
			return a.help_code;
		if (next == ARGUMENT_ERROR)
			return EXIT_USAGE;
		if (next == OPTION_FOLLOW)
			l.follows = true;
		else if (next == OPTION_STORE)
			store = a.value;
		else if (next == OPTION_COLOR && !color_option(a.value, &color))
			return usage_error("auto, always or never", "`--color %s`", a.value);
		else if (next == ARGUMENT_OPERAND && l.step)
			return usage_error("a run and perhaps a step", "`%s` is too much", a.value);
		else if (next == ARGUMENT_OPERAND)
			*(run ? &l.step : &run) = a.value;
	}
	return run ? run_it(&l, run, store, color) : usage_error("runbook logs last", "which run?");
}

const struct command logs_command = {
	.name = "logs",
	.operands = "RUN [STEP]",
	.summary = "prints what the steps of a run printed",
	.examples = "  runbook logs last\n"
		    "  runbook logs last deploy > deploy.log\n"
		    "  runbook logs last --follow\n",
	.options = options,
	.run = run_logs,
};
