/*
 * `approve` and `reject` of a run that is under way in another process: the answer is handed to it,
 * and is taken when its record says so.
 */
#include "base/json.h"
#include "cli/command.h"
#include "cli/session_private.h"
#include "run/person.h"
#include "tool/history.h"
#include "world/real.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TAKEN_WITHIN_MS 5000
#define MAX_QUESTIONS 64

/* The questions that nobody has answered, the oldest first, as the record has them. */
struct open_questions {
	struct arena *arena;
	struct history history;
	struct str names[MAX_QUESTIONS];
	size_t count;
	struct str
		awaited; /* the one that was handed an answer; it may be asked of others at once */
	bool is_taken;
};

static struct str question_name(struct arena *a, const struct event *e)
{
	if (!e->item.len)
		return (struct str){arena_copy(a, e->step.at, e->step.len), e->step.len};
	return str_of(arena_printf(a, "%.*s[%.*s]", STR_ARGS(e->step), STR_ARGS(e->item)));
}

static bool is_open(const struct open_questions *q, struct str name, size_t *at)
{
	for (*at = 0; *at < q->count; (*at)++) {
		if (str_equal(q->names[*at], name))
			return true;
	}
	return false;
}

static bool take_event(void *context, struct event *e)
{
	struct open_questions *q = context;
	struct str name;
	size_t at;

	if (!str_is(e->action, "confirm") ||
		(e->kind != EVENT_STEP_STARTED && e->kind != EVENT_ATTEMPT_FINISHED &&
			e->kind != EVENT_STEP_FINISHED))
		return true;
	name = question_name(q->arena, e);
	if (e->kind == EVENT_STEP_STARTED) {
		if (!is_open(q, name, &at) && q->count < MAX_QUESTIONS)
			q->names[q->count++] = name;
	} else if (is_open(q, name, &at) && !(e->reason && strcmp(e->reason, UNANSWERED) == 0)) {
		memmove(&q->names[at], &q->names[at + 1], (--q->count - at) * sizeof(q->names[0]));
		q->is_taken |= q->awaited.len && str_equal(name, q->awaited);
	}
	return true;
}

/* Goes on reading where it was. */
static bool look(struct open_questions *q, struct store *s, const struct run_row *row)
{
	q->history.from = q->history.events;
	if (history_read(&q->history, s, row, q->arena, take_event, q))
		return true;
	usage_error(NULL, "%s", q->history.why);
	return false;
}

static bool hand_over(struct store *s, const struct run_row *row, struct str line, struct arena *a)
{
	const char *path = arena_printf(a, "%s/" ANSWERS_FILE, store_run_dir(s, a, row->id));
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	bool is_good = fd >= 0 && write(fd, line.at, line.len) == (ssize_t)line.len;

	if (fd >= 0)
		close(fd);
	return is_good;
}

static struct str make_line(struct session *s, struct str question)
{
	const struct order *o = s->order;
	struct person_answer p = {strcmp(o->approve, "yes") == 0, recorder_by(&s->run_arena),
		str_of(o->comment ? o->comment : "")};
	struct value v = person_to_json(&s->run_arena, question, &p);
	struct strbuf b = {0};
	struct str line;

	json_encode(&b, &v, 0);
	strbuf_putc(&b, '\n');
	line = strbuf_take(&b, &s->run_arena);
	strbuf_release(&b);
	return line;
}

static int not_taken(const struct run_row *row, int64_t pid, const char *why)
{
	usage_error(NULL, "run `%.*s` is under way, by process %lld, and %s", STR_ARGS(row->id),
		(long long)pid, why);
	return EXIT_LOCKED;
}

int answer_live(struct session *s, const struct run_row *row, int64_t pid)
{
	struct open_questions q = {.arena = &s->run_arena};
	struct store *store = s->recorder.store;
	struct str question, line;

	if (!look(&q, store, row))
		return EXIT_REFUSED;
	if (!q.count)
		return not_taken(row, pid, "asks nothing");
	question = q.awaited = q.names[0];
	line = make_line(s, question);
	if (line.len > ANSWER_MAX_BYTES)
		return usage_error("a shorter --comment", "the answer is too long");
	if (!hand_over(store, row, line, &s->run_arena))
		return not_taken(row, pid, "does not listen");
	for (int waited = 0; waited < TAKEN_WITHIN_MS; waited += 20) {
		if (!look(&q, store, row))
			return EXIT_REFUSED;
		if (q.is_taken) {
			fprintf(stderr,
				"runbook: `%.*s` is answered; run %.*s goes on, in process %lld\n",
				STR_ARGS(question), STR_ARGS(row->id), (long long)pid);
			return EXIT_OK;
		}
		usleep(20000);
	}
	return not_taken(row, pid, "does not take the answer: are you one of its approvers?");
}
