/*
 * Sources are handled one at a time and only when everything that happened was told, so that no
 * more than what one of them produced is ever queued: a child that floods us is held up by its
 * pipe.
 */
#include "world/loop.h"

#include <errno.h>
#include <unistd.h>

/* A FINISHED with its job, or any other happening with its own text. */
struct pending {
	struct pending *next;
	struct happening what;
	struct job *job;
	char text[];
};

bool loop_init(struct loop *l)
{
	*l = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	l->last = &l->first;
	return l->epoll >= 0;
}

void loop_release(struct loop *l)
{
	free(l->told);
	while (l->first) {
		struct pending *p = l->first;
		l->first = p->next;
		free(p);
	}
	while (l->jobs) {
		struct job *j = l->jobs;
		l->jobs = j->next;
		if (l->jobs)
			l->jobs->place = &l->jobs;
		j->type->free(j);
	}
	/* Sources may still be stopped after this. */
	if (l->epoll >= 0)
		close(l->epoll);
	l->epoll = -1;
}

int64_t loop_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static bool control(struct loop *l, int operation, struct source *s, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = s};
	return epoll_ctl(l->epoll, operation, s->fd, &e) == 0;
}

bool loop_watch(struct loop *l, struct source *s, uint32_t events)
{
	return control(l, EPOLL_CTL_ADD, s, events);
}

bool loop_rewatch(struct loop *l, struct source *s, uint32_t events)
{
	return control(l, EPOLL_CTL_MOD, s, events);
}

void loop_unwatch(struct loop *l, struct source *s)
{
	if (s->fd >= 0)
		control(l, EPOLL_CTL_DEL, s, 0);
	loop_forget(l, s);
}

void loop_forget(struct loop *l, struct source *s)
{
	for (int i = l->ready_next; i < l->ready_count; i++)
		if (l->ready[i].data.ptr == s)
			l->ready[i].data.ptr = NULL;
}

void timer_disarm(struct timer *t)
{
	if (!t->place)
		return;
	*t->place = t->next;
	if (t->next)
		t->next->place = t->place;
	t->place = NULL;
}

/* Few are armed at a time (a child that ends by itself needs none): a plain list will do. */
void timer_arm(struct loop *l, struct timer *t, int64_t due_ns)
{
	timer_disarm(t);
	t->due_ns = due_ns;
	t->next = l->timers;
	t->place = &l->timers;
	if (t->next)
		t->next->place = &t->next;
	l->timers = t;
}

static struct timer *first_due(struct loop *l)
{
	struct timer *first = l->timers;
	for (struct timer *t = first; t; t = t->next)
		if (t->due_ns < first->due_ns)
			first = t;
	return first;
}

void loop_add(struct loop *l, struct job *j)
{
	j->next = l->jobs;
	j->place = &l->jobs;
	if (j->next)
		j->next->place = &j->next;
	l->jobs = j;
}

void loop_remove(struct job *j)
{
	*j->place = j->next;
	if (j->next)
		j->next->place = j->place;
}

struct job *loop_job(struct loop *l, uint64_t token)
{
	for (struct job *j = l->jobs; j; j = j->next)
		if (j->token == token && !j->is_finished)
			return j;
	return NULL;
}

static struct pending *push(struct loop *l, enum happening_kind kind, size_t text_len)
{
	struct pending *p = heap_alloc(sizeof *p + text_len);
	p->what.kind = kind;
	*l->last = p;
	l->last = &p->next;
	return p;
}

void loop_finish(struct loop *l, struct job *j)
{
	j->is_finished = true;
	struct pending *p = push(l, HAPPENED_FINISHED, 0);
	p->job = j;
	p->what.token = j->token;
}

static struct pending *push_text(struct loop *l, enum happening_kind kind, struct str text)
{
	struct pending *p = push(l, kind, text.len);
	if (text.len)
		memcpy(p->text, text.at, text.len);
	p->what.text = (struct str){p->text, text.len};
	return p;
}

void loop_output(struct loop *l, uint64_t token, int stream, struct str text)
{
	struct pending *p = push_text(l, HAPPENED_OUTPUT, text);
	p->what.token = token;
	p->what.stream = stream;
}

void loop_answer(struct loop *l, struct str line)
{
	push_text(l, HAPPENED_ANSWER, line);
}

void loop_signal(struct loop *l, enum happening_kind kind, int signal)
{
	push(l, kind, 0)->what.signal = signal;
}

static struct pending *take_pending(struct loop *l)
{
	struct pending *p = l->first;
	if (!p)
		return NULL;
	l->first = p->next;
	if (!l->first)
		l->last = &l->first;
	return p;
}

static bool is_own(const struct pending *p)
{
	return p->job && !p->job->type->answer;
}

static void free_job(struct job *j)
{
	loop_remove(j);
	j->type->free(j);
}

static bool tell(struct loop *l, struct arena *a, struct happening *out)
{
	struct pending *p;
	while ((p = take_pending(l)) && is_own(p)) {
		free_job(p->job);
		free(p);
	}
	if (!p)
		return false;
	l->told = p;
	*out = p->what;
	if (p->job) {
		p->job->type->answer(p->job, a, &out->answer);
		free_job(p->job);
	}
	return true;
}

/* Rounded up: waking early would only mean to wait again. */
static int milliseconds_until(int64_t due)
{
	if (due == NS_NEVER)
		return -1;
	int64_t left = due - loop_now();
	if (left <= 0)
		return 0;
	int64_t ms = (left - 1) / NS_PER_MS + 1;
	return ms > 3600 * 1000 ? 3600 * 1000 : (int)ms;
}

static void poll_sources(struct loop *l, int64_t until)
{
	struct timer *t = first_due(l);
	if (t && t->due_ns < until)
		until = t->due_ns;
	int n = epoll_wait(
		l->epoll, l->ready, sizeof l->ready / sizeof *l->ready, milliseconds_until(until));
	l->ready_next = 0;
	l->ready_count = n > 0 ? n : 0;
}

static bool fire_due(struct loop *l)
{
	struct timer *t = first_due(l);
	if (!t || t->due_ns > loop_now())
		return false;
	timer_disarm(t);
	t->fire(t);
	return true;
}

/* One piece of work: a timer that is due, a source that is ready, or a wait for either. */
void loop_turn(struct loop *l, int64_t until)
{
	if (l->timers && fire_due(l))
		return;
	if (l->ready_next == l->ready_count) {
		poll_sources(l, until);
		return;
	}
	struct epoll_event *e = &l->ready[l->ready_next++];
	struct source *s = e->data.ptr;
	if (s)
		s->ready(s, e->events);
}

/* The time goes before sources that are still ready, so that a flood of output cannot hide it. */
void loop_wait(struct loop *l, int64_t until, struct arena *a, struct happening *out)
{
	free(l->told);
	l->told = NULL;
	*out = (struct happening){.kind = HAPPENED_TIME};
	while (!tell(l, a, out)) {
		if (until != NS_NEVER && loop_now() >= until)
			return;
		loop_turn(l, until);
	}
}
