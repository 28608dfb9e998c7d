/*
 * Questions, on a terminal that a test types on.
 */
#include "world_help.h"
#include "model/runbook.h"
#include "world/real.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct desk {
	struct arena arena;
	struct world *world;
	int keys, terminal; /* the two ends */
};

static bool check(struct arena *a, const struct input *in, struct str text, struct value *out,
	const char **why)
{
	(void)a;
	(void)in;
	int64_t number;
	*why = "a number is expected";
	if (!parse_int(text, &number))
		return false;
	*out = value_int(number);
	return true;
}

static struct desk setup(bool assume_yes)
{
	struct desk d = {0};
	arena_init(&d.arena);
	CHECK(openpty(&d.keys, &d.terminal, NULL, NULL, NULL) == 0);
	fcntl(d.keys, F_SETFD, FD_CLOEXEC);
	fcntl(d.terminal, F_SETFD, FD_CLOEXEC);
	d.world = real_world_new(&(struct real_options){
		.terminal_fd = d.terminal, .assume_yes = assume_yes, .check_input = check});
	return d;
}

static void teardown(struct desk *d)
{
	world_free(d->world);
	arena_release(&d->arena);
	close(d->keys);
	close(d->terminal);
}

static void type(struct desk *d, const char *text)
{
	CHECK(write(d->keys, text, strlen(text)) == (ssize_t)strlen(text));
}

/* What the terminal shows by now. */
static struct str screen(struct desk *d)
{
	char *text = arena_alloc(&d->arena, 8192);
	size_t len = 0;
	struct pollfd p = {.fd = d->keys, .events = POLLIN};
	while (poll(&p, 1, 20) > 0 && len < 8000) {
		ssize_t n = read(d->keys, text + len, 8000 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return (struct str){text, len};
}

static bool shows(struct str text, const char *what)
{
	return str_find(text, str_of(what), 0) >= 0;
}

static struct answer ask(struct desk *d, struct question_request q, const char *typed)
{
	struct request r = {.kind = REQUEST_QUESTION, .step = "s", .question = q};
	type(d, typed);
	world_start(d->world, 1, &r);
	return finish(d->world, 1, &d->arena, NULL);
}

TEST(question_confirm)
{
	struct desk d = setup(false);
	struct question_request q = {
		.kind = QUESTION_CONFIRM, .message = STR("Deploy \x1b[31mv1?\nReally?")};
	struct answer a = ask(&d, q, "\nmaybe\nyEs, go ahead\n");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK(field_bool(&a, "answer"));
	CHECK_TEXT(field_text(&a, "comment"), "go ahead");
	CHECK(field_text(&a, "by").len > 0);
	CHECK_INT(field_text(&a, "at").len, 20);
	CHECK(!a.was_sent);
	struct str seen = screen(&d);
	CHECK(shows(seen, "? Deploy \\x1b[31mv1?\r\n  Really?\r\n  [y/n] "));
	CHECK(shows(seen, "type y or n\r\n"));
	a = ask(&d, q, "n not today\n");
	CHECK_STR(reason_of(&a), "rejected");
	CHECK_STR(message_of(&a), "answered no: not today");
	CHECK(map_get(a.result.map, "answer") && !field_bool(&a, "answer"));
	a = ask(&d, q, "\x04");
	CHECK_STR(reason_of(&a), "unanswered");
	CHECK_STR(message_of(&a), "nobody to ask: the end of input was typed");
	struct question_item words[] = {{.text = STR("retry")}, {.text = STR("continue")}};
	q.kind = QUESTION_CHOICE;
	q.items = words;
	q.item_count = 2;
	a = ask(&d, q, "x\nc\n");
	CHECK_TEXT(field_text(&a, "answer"), "continue");
	teardown(&d);
}

TEST(question_checklist)
{
	struct desk d = setup(false);
	struct question_item items[] = {{.text = STR("Backups are fresh"), .note = true},
		{.text = STR("Nobody deploys")}, {.text = STR("Coffee is made")}};
	struct question_request q = {.kind = QUESTION_CHECKLIST, .items = items, .item_count = 3};
	struct answer a = ask(&d, q, "y\nseen at nine\ny quiet\ny\n");
	CHECK_STR(reason_of(&a), "(none)");
	const struct list *list = map_get(a.result.map, "items")->list;
	CHECK_INT(list->count, 3);
	CHECK_TEXT(value_string(map_get(list->items[0].map, "note")), "seen at nine");
	CHECK_TEXT(value_string(map_get(list->items[1].map, "note")), "quiet");
	CHECK_TEXT(value_string(map_get(list->items[2].map, "text")), "Coffee is made");
	CHECK(map_get(list->items[2].map, "done")->boolean);
	CHECK(shows(screen(&d), "  1/3 Backups are fresh [y/n] "));
	a = ask(&d, q, "y\n\nn Bob is at it\n");
	CHECK_STR(message_of(&a), "not done: Nobody deploys (Bob is at it)");
	CHECK_INT(map_get(a.result.map, "items")->list->count, 2);
	teardown(&d);
}

TEST(question_prompt)
{
	struct desk d = setup(false);
	struct input required = {.required = 1}, optional = {0},
		     secret = {.required = 1, .secret = 1},
		     defaulted = {.has_default = true, .fallback = value_int(7)};
	struct question_item items[] = {
		{.text = STR("count"), .about = STR("how many"), .input = &required},
		{.text = STR("maybe"), .input = &optional},
		{.text = STR("seven"), .input = &defaulted},
		{.text = STR("pin"), .input = &secret}};
	struct question_request q = {.kind = QUESTION_PROMPT, .items = items, .item_count = 4};
	struct request r = {.kind = REQUEST_QUESTION, .step = "s", .question = q};
	world_start(d.world, 1, &r);
	struct happening h;
	type(&d, "\nmany\n 12 \n\n\n");
	world_wait(d.world, world_now(d.world) + 50 * NS_PER_MS, &d.arena, &h);
	CHECK_INT(h.kind, HAPPENED_TIME);
	struct str seen = screen(&d);
	CHECK(shows(seen, "  count (how many): "));
	CHECK(shows(seen, "something has to be given"));
	CHECK(shows(seen, "a number is expected"));
	type(&d, "4711\n");
	struct answer a = finish(d.world, 1, &d.arena, NULL);
	CHECK(!shows(screen(&d), "4711"));
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(field_int(&a, "count"), 12);
	CHECK_INT(map_get(a.result.map, "maybe")->kind, VALUE_NIL);
	CHECK_INT(field_int(&a, "seven"), 7);
	CHECK_INT(field_int(&a, "pin"), 4711);
	CHECK(map_get(a.result.map, "pin")->flags & VALUE_SECRET);
	struct termios modes;
	CHECK(tcgetattr(d.terminal, &modes) == 0 && (modes.c_lflag & ECHO));
	teardown(&d);
}

TEST(question_cancel_and_line)
{
	struct desk d = setup(false);
	struct request r = {.kind = REQUEST_QUESTION,
		.step = "s",
		.question = {.kind = QUESTION_CONFIRM, .message = STR("one?")}};
	for (uint64_t i = 1; i <= 3; i++)
		world_start(d.world, i, &r);
	world_cancel(d.world, 2);
	struct answer a = finish(d.world, 2, &d.arena, NULL);
	CHECK_STR(reason_of(&a), "cancelled");
	world_cancel(d.world, 1);
	a = finish(d.world, 1, &d.arena, NULL);
	CHECK_STR(reason_of(&a), "cancelled");
	type(&d, "y\n");
	a = finish(d.world, 3, &d.arena, NULL);
	CHECK_STR(reason_of(&a), "(none)");
	/* One that is open when everything ends. */
	world_start(d.world, 4, &r);
	teardown(&d);
}

TEST(question_that_is_urgent)
{
	struct desk d = setup(false);
	struct question_item words[] = {{.text = STR("hold")}, {.text = STR("go on")}};
	struct request confirm = {.kind = REQUEST_QUESTION,
		.step = "q",
		.question = {.kind = QUESTION_CONFIRM, .message = STR("Deploy?")}};
	struct request urgent = {.kind = REQUEST_QUESTION,
		.step = "interrupt",
		.question = {.kind = QUESTION_CHOICE,
			.message = STR("What now?"),
			.items = words,
			.item_count = 2,
			.is_urgent = true}};

	world_start(d.world, 1, &confirm);
	world_start(d.world, 2, &urgent);
	type(&d, "g\n");
	struct answer a = finish(d.world, 2, &d.arena, NULL);
	CHECK_TEXT(field_text(&a, "answer"), "go on");
	type(&d, "y\n");
	a = finish(d.world, 1, &d.arena, NULL);
	CHECK(field_bool(&a, "answer"));
	teardown(&d);
}

TEST(question_without_person)
{
	struct desk d = setup(true);
	struct question_request q = {.kind = QUESTION_CONFIRM, .message = STR("?")};
	struct answer a = ask(&d, q, "");
	CHECK(field_bool(&a, "answer"));
	struct input with_default = {.has_default = true, .fallback = value_int(3)};
	struct input required = {.required = 1};
	struct question_item items[] = {
		{.text = STR("a"), .input = &with_default}, {.text = STR("b"), .input = &required}};
	q = (struct question_request){.kind = QUESTION_CHECKLIST, .items = items, .item_count = 2};
	a = ask(&d, q, "");
	CHECK_STR(reason_of(&a), "(none)");
	CHECK_INT(map_get(a.result.map, "items")->list->count, 2);
	q.kind = QUESTION_PROMPT;
	a = ask(&d, q, "");
	CHECK_STR(reason_of(&a), "rejected");
	CHECK_STR(message_of(&a), "nobody to ask for `b`, which has no default");
	CHECK_INT(field_int(&a, "a"), 3);
	teardown(&d);
}

/* ---- a child that has the terminal ---------------------------------------------------------- */

static void interactive_child(void)
{
	setsid();
	ioctl(0, TIOCSCTTY, 0);
	struct arena arena;
	arena_init(&arena);
	struct world *w = real_world_new(&(struct real_options){.grace_ns = NS_PER_S});
	struct request r = {.kind = REQUEST_PROCESS,
		.step = "s",
		.process = {.script = "test -t 0; read -r line; echo \"got $line\"; kill -STOP "
				      "$$; stty -echo; exit 5",
			.is_interactive = true,
			.env = (const char *[]){"PATH=/usr/bin:/bin", NULL}}};
	world_start(w, 1, &r);
	struct answer a = finish(w, 1, &arena, NULL);
	struct termios modes;
	bool is_ours = tcgetpgrp(0) == getpgrp();
	bool echoes = tcgetattr(0, &modes) == 0 && (modes.c_lflag & ECHO);
	printf("%s %d %d\n", message_of(&a), is_ours, echoes);
	fflush(stdout);
	world_free(w);
	_exit(0);
}

TEST(process_interactive)
{
	int keys, terminal;
	CHECK(openpty(&keys, &terminal, NULL, NULL, NULL) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			dup2(terminal, i);
		close(terminal);
		close(keys);
		interactive_child();
	}
	close(terminal);
	struct desk d = {.keys = keys};
	arena_init(&d.arena);
	type(&d, "hello\n");
	struct strbuf seen = {0};
	double start = test_seconds();
	while (test_seconds() - start < 5 && waitpid(pid, NULL, WNOHANG) == 0)
		strbuf_put(&seen, screen(&d));
	strbuf_put(&seen, screen(&d));
	CHECK(shows(strbuf_str(&seen), "got hello"));
	CHECK(shows(strbuf_str(&seen), "exited with 5 1 1"));
	strbuf_release(&seen);
	arena_release(&d.arena);
	close(keys);
}

TEST(process_interactive_without_terminal)
{
	if (isatty(0)) {
		test_skip("standard input is a terminal");
		return;
	}
	struct arena arena;
	arena_init(&arena);
	struct world *w = real_world_new(&(struct real_options){0});
	struct request r = {.kind = REQUEST_PROCESS,
		.step = "s",
		.process = {.script = "true", .is_interactive = true}};
	world_start(w, 1, &r);
	struct answer a = finish(w, 1, &arena, NULL);
	CHECK_STR(reason_of(&a), "rejected");
	r = (struct request){.kind = REQUEST_QUESTION, .step = "s"};
	world_start(w, 1, &r);
	a = finish(w, 1, &arena, NULL);
	CHECK_STR(reason_of(&a), "unanswered");
	CHECK_STR(message_of(&a), "nobody to ask: no terminal and no --yes");
	world_free(w);
	arena_release(&arena);
}
