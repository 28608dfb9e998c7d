/*
 * The real world: the machine's clock, processes, HTTP and a person at a terminal.
 *
 * One thread and one place where it waits. The clock is CLOCK_MONOTONIC: it cannot be set, and it
 * stands still while the machine sleeps, as the children do; a timeout that counted the sleep
 * would kill a healthy step on waking up. Wherever a question is asked or a child has the terminal,
 * `hooks` say so first, so that whoever draws there can make room.
 */
#ifndef WORLD_REAL_H
#define WORLD_REAL_H

#include "base/duration.h"
#include "run/world.h"
#include "world/question.h"

#define GRACE_NS (5 * NS_PER_S)
/* A FIFO in the folder of the logs, from the first question on: who writes a line into it answers
 * one (run/person.h). A longer line would not be written at once. */
#define ANSWERS_FILE "answers"
#define ANSWER_MAX_BYTES 4096

/* Someone else is about to use the terminal, and has left it. Both may be NULL. */
struct terminal_hooks {
	void (*suspend)(void *context);
	void (*resume)(void *context);
	void *context;
};

/* All strings are borrowed and have to outlive the world. */
struct real_options {
	const char *log_dir;	     /* made for the first log; NULL: keep no logs */
	const struct masker *masker; /* NULL: nothing is masked */
	bool wants_live_output;	     /* HAPPENED_OUTPUT as it comes */
	bool assume_yes;	     /* questions are answered yes, prompts by their defaults */
	int64_t grace_ns;	     /* between TERM and KILL; 0: GRACE_NS */
	struct terminal_hooks hooks;
	int terminal_fd;	      /* 0: the controlling terminal, if standard input is one */
	const struct question_ui *ui; /* NULL: plain lines on the terminal */
	question_check *check_input;  /* what was typed at a prompt; NULL: any text is good */
	const char *user_agent;	      /* NULL: `runbook/VERSION` */
	/* Proxy for HTTP, from what the runbook declares; NULL: none, whatever the environment
	 * says. */
	const char *proxy;
	/* A file for what has to be known of the run's children later (process_request.child), open
	 * for reading and writing; 0: none is kept. And the first number that is still free:
	 * children below it were started by earlier interpreters. */
	int children_fd;
	uint32_t children_first;
};

/* Never NULL. Blocks INT, TERM, HUP and WINCH until it is freed: they are happenings from here on
 * (HUP not when it was ignored at the start, as under nohup). Becomes the one that orphaned
 * descendants are handed to. */
struct world *real_world_new(const struct real_options *options);

#endif
