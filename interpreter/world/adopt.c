/*
 * Children that an earlier interpreter of the run started, or was about to. They are nobody's
 * children here: their end is seen through a pidfd, and how they ended is in their record, where
 * their shim has written it (child.h).
 */
#include "world/process.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILLING_NS (2 * NS_PER_S)

enum outcome { UNDER_WAY, NOT_BEGUN, LOST, ENDED };

struct adopted {
	struct job job;
	struct source pidfd; /* of its shim, or of itself if that is gone */
	struct timer timer;
	struct family *family;
	struct adopted *next, **place;
	uint32_t number;
	struct child child;
	enum outcome outcome;
	bool is_masked, is_remote, is_cancelled, was_killed, has_survivors, was_told;
	int error; /* errno: why nothing is known */
	size_t keep;
	struct slot *slot; /* NULL: it printed elsewhere */
	char *note;
};

static void finish(struct adopted *a, enum outcome outcome)
{
	a->outcome = outcome;
	timer_disarm(&a->timer);
	*a->place = a->next;
	if (a->next)
		a->next->place = a->place;
	struct strbuf names = {0};
	if (outcome != NOT_BEGUN)
		orphans_signal_marked(&a->child, SIGKILL, &names);
	if (names.len && asprintf(&a->note, "killed what it left running: %s", names.at) < 0)
		out_of_memory();
	strbuf_release(&names);
	if (a->slot)
		slot_adopted_end(a->slot);
	loop_finish(&a->family->world->loop, &a->job);
}

/* ---- how it stands -------------------------------------------------------------------------- */

static void look(struct adopted *a);

static void unwatch(struct adopted *a)
{
	if (a->pidfd.fd < 0)
		return;
	loop_unwatch(&a->family->world->loop, &a->pidfd);
	close(a->pidfd.fd);
	a->pidfd.fd = -1;
}

static void pidfd_ready(struct source *s, uint32_t events)
{
	(void)events;
	struct adopted *a = (struct adopted *)((char *)s - offsetof(struct adopted, pidfd));
	unwatch(a);
	look(a);
}

/* False: there is no such process, or it cannot be watched (`error`). */
static bool watch(struct adopted *a, pid_t pid)
{
	a->pidfd = (struct source){(int)syscall(SYS_pidfd_open, pid, 0), pidfd_ready};
	if (a->pidfd.fd < 0) {
		a->error = errno == ESRCH ? 0 : errno;
		return false;
	}
	if (loop_watch(&a->family->world->loop, &a->pidfd, EPOLLIN))
		return true;
	a->error = errno;
	close(a->pidfd.fd);
	a->pidfd.fd = -1;
	return false;
}

static void read_record(struct adopted *a)
{
	struct family *f = a->family;
	if (!child_read(f->children_fd, a->number, &a->child))
		a->error = errno;
	/* Nobody else may print where it still does. */
	if (a->child.slot && !a->slot)
		a->slot = slot_adopt(
			f->world, &f->slots, a->job.token, a->child.slot, a->child.log_start);
}

/* Nobody who could begin it is there, nor can be as long as we hold the lock. */
static enum outcome without_shim(struct adopted *a)
{
	int fd = a->family->children_fd;
	read_record(a);
	if (a->error)
		return LOST;
	switch (a->child.phase) {
	case CHILD_ENDED:
		return ENDED;
	case CHILD_REVOKED:
		return NOT_BEGUN;
	case CHILD_BEGUN:
		/* Twice: what we watch must be what we have looked at. */
		if (child_is_alive(&a->child) && watch(a, a->child.pid)) {
			if (child_is_alive(&a->child))
				return UNDER_WAY;
			unwatch(a);
		}
		return LOST;
	default:
		/* An earlier boot may have lost what was written here. */
		if (!child_is_of_this_boot(fd, a->number))
			return LOST;
		a->child.phase = CHILD_REVOKED;
		if (child_write(fd, a->number, &a->child))
			return NOT_BEGUN;
		a->error = errno;
		return LOST;
	}
}

/* Who goes on with a run and sees nothing happen wants to know why. */
static void tell_waiting(struct adopted *a)
{
	struct strbuf b = {0};

	if (!a->was_told && a->family->world->options.wants_live_output &&
		a->child.phase == CHILD_BEGUN) {
		strbuf_printf(&b,
			"still running since an earlier sitting, as process %d: its end is waited "
			"for",
			(int)a->child.pid);
		loop_output(&a->family->world->loop, a->job.token, 0, strbuf_str(&b));
		a->was_told = true;
	}
	strbuf_release(&b);
}

static void look(struct adopted *a)
{
	int fd = a->family->children_fd;
	for (;;) {
		pid_t shim = child_lock(fd, a->number);
		if (shim == 0) {
			enum outcome outcome = without_shim(a);
			child_unlock(fd, a->number);
			if (outcome != UNDER_WAY)
				finish(a, outcome);
			return;
		}
		if (shim > 0 && watch(a, shim)) {
			if (child_lock(fd, a->number) == shim) {
				read_record(a);
				tell_waiting(a);
				return;
			}
			unwatch(a);
			child_unlock(fd, a->number);
		} else if (shim < 0 || a->error) {
			a->error = a->error ? a->error : errno;
			finish(a, LOST);
			return;
		}
	}
}

/* ---- cancelling ----------------------------------------------------------------------------- */

/* As long as its shim lives its number is its own. */
static bool is_there(const struct adopted *a)
{
	int fd = a->family->children_fd;
	pid_t shim = child_lock(fd, a->number);
	if (shim == 0)
		child_unlock(fd, a->number);
	return shim > 0 || child_is_alive(&a->child);
}

static void send(struct adopted *a, int signal)
{
	read_record(a);
	if (a->child.phase != CHILD_BEGUN || !is_there(a))
		return;
	kill(-a->child.pid, signal);
	orphans_signal_marked(&a->child, signal, NULL);
}

static void adopted_cancel(struct job *j)
{
	struct adopted *a = (struct adopted *)j;
	if (a->is_cancelled)
		return;
	a->is_cancelled = true;
	send(a, SIGTERM);
	send(a, SIGCONT);
	timer_arm(&a->family->world->loop, &a->timer,
		loop_now() + a->family->world->options.grace_ns);
}

static void kill_it(struct adopted *a)
{
	a->is_cancelled = a->was_killed = true;
	send(a, SIGKILL);
	timer_arm(&a->family->world->loop, &a->timer, loop_now() + KILLING_NS);
}

static void timer_fired(struct timer *t)
{
	struct adopted *a = (struct adopted *)((char *)t - offsetof(struct adopted, timer));
	if (!a->was_killed) {
		kill_it(a);
		return;
	}
	unwatch(a);
	a->has_survivors = true;
	finish(a, LOST);
}

bool adopted_kill(struct family *f)
{
	for (struct adopted *a = f->adopted; a; a = a->next)
		if (!a->was_killed)
			kill_it(a);
	return f->adopted != NULL;
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* An ssh that lost its connection: what it said is gone, and 255 may mean that. */
static bool is_cut_off(const struct adopted *a)
{
	return a->is_remote && a->outcome == ENDED &&
	       (a->child.code != CLD_EXITED || a->child.status == 255);
}

static void judge(struct adopted *a, struct arena *arena, struct answer *out)
{
	if (is_cut_off(a)) {
		out->reason = "lost";
		out->message = "its connection may have been lost: nobody saw it end";
	} else if (a->outcome == ENDED)
		exit_answer(a->child.code, a->child.status, arena, out);
	if (a->is_cancelled) {
		out->reason = "cancelled";
		out->message = a->has_survivors ? "could not be killed"
			       : a->was_killed	? "killed: it did not end in time after SIGTERM"
			       : a->outcome == ENDED && a->child.code == CLD_EXITED
				       ? arena_printf(arena, "exited with %d after SIGTERM",
						 a->child.status)
				       : "ended by SIGTERM";
	} else if (a->outcome == LOST) {
		out->reason = "lost";
		out->message = a->error ? arena_printf(arena, "how it ended cannot be told: %s",
						  strerror(a->error))
					: "nobody saw it end";
	}
}

static void answer_output(struct adopted *a, struct arena *arena, struct answer *out)
{
	out->is_partial = a->outcome == LOST || a->child.is_partial;
	if (a->slot) {
		slot_answer(a->slot, a->keep, arena, out);
		return;
	}
	struct value none = a->is_masked ? value_unknown(MASKED_OUTPUT) : value_str(STR(""));
	if (!a->is_masked && a->child.slot)
		out->is_partial = true;
	map_set(arena, out->result.map, STR("stdout"), none);
	map_set(arena, out->result.map, STR("stderr"), none);
}

static void adopted_answer(struct job *j, struct arena *arena, struct answer *out)
{
	struct adopted *a = (struct adopted *)j;
	out->result = value_map(arena);
	if (a->outcome == NOT_BEGUN) {
		out->reason = "not_begun";
		out->message = "it had not begun";
		return;
	}
	out->was_sent = true;
	judge(a, arena, out);
	answer_output(a, arena, out);
	if (a->note)
		out->note = arena_string(arena, a->note);
	else if (out->is_partial && a->outcome == ENDED)
		out->note = "some of its output is lost";
}

static void adopted_free(struct job *j)
{
	struct adopted *a = (struct adopted *)j;
	timer_disarm(&a->timer);
	unwatch(a);
	if (a->slot)
		slot_release(a->slot, false);
	free(a->note);
	free(a);
}

static const struct job_type adopted_type = {adopted_cancel, adopted_answer, adopted_free};

void process_adopt(struct family *f, uint64_t token, const struct process_request *r)
{
	struct adopted *a = heap_alloc(sizeof *a);
	a->job = (struct job){.token = token, .type = &adopted_type};
	a->timer.fire = timer_fired;
	a->pidfd.fd = -1;
	a->family = f;
	a->number = r->child;
	a->keep = r->keep;
	a->is_masked = r->is_masked;
	a->is_remote = r->remote != NULL;
	a->next = f->adopted;
	a->place = &f->adopted;
	if (a->next)
		a->next->place = &a->next;
	f->adopted = a;
	loop_add(&f->world->loop, &a->job);
	if (f->children_fd >= 0) {
		look(a);
		return;
	}
	a->error = f->children_error ? f->children_error : EBADF;
	finish(a, LOST);
}
