/*
 * The terminal stays in the mode it is in: the kernel edits the line, we get it whole. Questions
 * that come while one is asked wait in line.
 */
#include "world/question_private.h"

#include <errno.h>
#include <unistd.h>

/* ---- reading -------------------------------------------------------------------------------- */

static void hide(struct asker *k, bool is_hidden)
{
	if (k->is_hidden == is_hidden)
		return;
	if (is_hidden) {
		if (tcgetattr(k->terminal.fd, &k->modes) < 0)
			return;
		struct termios silent = k->modes;
		silent.c_lflag &= (tcflag_t)~ECHO;
		silent.c_lflag |= ECHONL;
		tcsetattr(k->terminal.fd, TCSADRAIN, &silent);
	} else {
		tcsetattr(k->terminal.fd, TCSADRAIN, &k->modes);
	}
	k->is_hidden = is_hidden;
}

static void ask(struct asker *k)
{
	struct question_job *j = k->first;
	hide(k, j->line.is_hidden);
	k->ui->ask(k->ui->context, &j->line);
}

static void open_first(struct asker *k)
{
	if (!k->first)
		return;
	struct loop *l = &k->world->loop;
	loop_watch(l, &k->terminal, EPOLLIN);
	k->ui->open(k->ui->context, &k->first->request);
	ask(k);
}

/* The first in the line leaves it, answered or not. */
static void close_first(struct asker *k, bool was_answered)
{
	struct question_job *j = k->first;
	hide(k, false);
	loop_unwatch(&k->world->loop, &k->terminal);
	k->ui->close(k->ui->context, &j->request, was_answered);
	k->first = j->next;
	loop_finish(&k->world->loop, &j->job);
	open_first(k);
}

static void take_line(struct asker *k, struct str line)
{
	if (question_typed(k->first, line))
		close_first(k, true);
	else
		ask(k);
}

/* Lines that are there already answer the questions that follow: who types ahead means it. */
static void take_lines(struct asker *k)
{
	while (k->first) {
		ptrdiff_t end = str_find(strbuf_str(&k->typed), STR("\n"), 0);
		if (end < 0)
			return;
		struct strbuf rest = {0};
		strbuf_add(&rest, k->typed.at + end + 1, k->typed.len - (size_t)end - 1);
		struct strbuf line = k->typed;
		line.len = (size_t)end;
		k->typed = rest;
		take_line(k, strbuf_str(&line));
		explicit_bzero(line.at, line.len);
		strbuf_release(&line);
	}
}

static void give_up(struct asker *k, const char *reason, const char *why)
{
	k->first->reason = reason;
	k->first->message = why;
	close_first(k, false);
}

static void terminal_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct asker *k = (struct asker *)((char *)s - offsetof(struct asker, terminal));
	char part[4096];
	ssize_t n = read(s->fd, part, sizeof part);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (!k->first)
		return;
	if (n <= 0) {
		give_up(k, UNANSWERED,
			n == 0 ? "nobody to ask: the end of input was typed"
			       : "nobody to ask: the terminal is gone");
		return;
	}
	strbuf_add(&k->typed, part, (size_t)n);
	explicit_bzero(part, (size_t)n);
	if (k->typed.len > LINE_MAX_BYTES) {
		strbuf_clear(&k->typed);
		give_up(k, "rejected", "the answer is too long");
		return;
	}
	take_lines(k);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void leave_line(struct question_job *j, bool was_answered)
{
	struct asker *k = j->asker;
	if (k->first == j) {
		close_first(k, was_answered);
		return;
	}
	struct question_job **place = &k->first;
	while (*place != j)
		place = &(*place)->next;
	*place = j->next;
	loop_finish(&k->world->loop, &j->job);
}

static void question_cancel(struct job *job)
{
	struct question_job *j = (struct question_job *)job;
	j->reason = "cancelled";
	j->message = "the question was taken back";
	leave_line(j, false);
}

static void question_answer(struct job *job, struct arena *a, struct answer *out)
{
	struct question_job *j = (struct question_job *)job;
	out->reason = j->reason;
	out->message = j->message ? arena_string(a, j->message) : NULL;
	out->result = value_deep_copy(a, &j->result);
}

static void question_free(struct job *job)
{
	struct question_job *j = (struct question_job *)job;
	arena_release(&j->arena);
	free(j);
}

static const struct job_type question_type = {question_cancel, question_answer, question_free};

static struct str copy(struct arena *a, struct str s)
{
	return (struct str){arena_copy(a, s.at, s.len), s.len};
}

static void copy_request(struct question_job *j, const struct request *r)
{
	const struct question_request *q = &r->question;
	struct arena *a = &j->arena;
	struct question_item *items = arena_array(a, q->item_count, sizeof *items);
	for (size_t i = 0; i < q->item_count; i++) {
		items[i] = q->items[i];
		items[i].text = copy(a, q->items[i].text);
		items[i].about = copy(a, q->items[i].about);
	}
	struct str *approvers = arena_array(a, q->approver_count, sizeof *approvers);
	for (size_t i = 0; i < q->approver_count; i++)
		approvers[i] = copy(a, q->approvers[i]);
	j->request = *q;
	j->request.approvers = approvers;
	j->request.message = copy(a, q->message);
	j->request.items = items;
	if (r->step)
		j->name = str_of(r->item ? arena_printf(a, "%s[%s]", r->step, r->item)
					 : arena_string(a, r->step));
}

static bool may_answer(const struct question_request *q, struct str by)
{
	for (size_t i = 0; i < q->approver_count; i++) {
		if (person_is(by, q->approvers[i]))
			return true;
	}
	return !q->approver_count;
}

bool question_answered_elsewhere(struct real_world *w, const struct value *v)
{
	struct person_answer p;
	struct str step;
	if (!w->asker || !person_from_json(v, &step, &p))
		return false;
	for (struct question_job *j = w->asker->first; j; j = j->next) {
		if (j->request.kind != QUESTION_CONFIRM || !str_equal(j->name, step) ||
			!may_answer(&j->request, p.by))
			continue;
		question_answered_by(j, &p);
		leave_line(j, true);
		return true;
	}
	return false;
}

static struct asker *get_asker(struct real_world *w)
{
	if (w->asker)
		return w->asker;
	struct asker *k = heap_alloc(sizeof *k);
	k->world = w;
	k->terminal = (struct source){terminal_fd(w), terminal_ready};
	k->plain = question_plain_ui(w);
	k->ui = w->options.ui ? w->options.ui : &k->plain;
	return w->asker = k;
}

void asker_free(struct asker *k)
{
	if (!k)
		return;
	hide(k, false);
	strbuf_release(&k->typed);
	free(k);
}

/* What was typed so far was meant for the question that stood there; it is asked again later. */
static void go_first(struct asker *k, struct question_job *j)
{
	hide(k, false);
	loop_unwatch(&k->world->loop, &k->terminal);
	k->ui->close(k->ui->context, &k->first->request, false);
	strbuf_clear(&k->typed);
	j->next = k->first;
	k->first = j;
	open_first(k);
}

static void stand_in_line(struct asker *k, struct question_job *j)
{
	if (j->request.is_urgent && k->first) {
		go_first(k, j);
		return;
	}
	struct question_job **place = &k->first;
	while (*place)
		place = &(*place)->next;
	*place = j;
	if (k->first == j)
		open_first(k);
	take_lines(k);
}

void question_start(struct real_world *w, uint64_t token, const struct request *r)
{
	bool has_terminal = terminal_fd(w) >= 0;
	if (!w->options.assume_yes)
		answers_listen(w);
	if (!w->options.assume_yes && !has_terminal) {
		refuse(w, token, UNANSWERED, "nobody to ask: no terminal and no --yes");
		return;
	}
	struct question_job *j = heap_alloc(sizeof *j);
	j->job = (struct job){.token = token, .type = &question_type};
	j->asker = get_asker(w);
	arena_init(&j->arena);
	copy_request(j, r);
	question_begin(j);
	loop_add(&w->loop, &j->job);
	bool is_empty = r->question.kind != QUESTION_CONFIRM &&
			r->question.kind != QUESTION_CHOICE && r->question.item_count == 0;
	if (w->options.assume_yes || is_empty) {
		question_assume(j);
		loop_finish(&w->loop, &j->job);
		return;
	}
	stand_in_line(j->asker, j);
}
