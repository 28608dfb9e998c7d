/*
 * Questions to a person: how they are put and how what was typed is checked.
 *
 * Without a terminal and without --yes a question ends `unanswered`, "nobody to ask …": also when
 * the terminal goes away before an answer.
 */
#ifndef WORLD_QUESTION_H
#define WORLD_QUESTION_H

#include "run/request.h"

struct input;

/* Checks a text typed for a prompt; model's input_from_text() fits. False: *why says what is
 * expected. */
typedef bool question_check(struct arena *a, const struct input *in, struct str text,
	struct value *out, const char **why);

/* What one line is asked for. */
struct question_line {
	const struct question_request *question;
	size_t item;	 /* of a checklist or prompt */
	bool is_note;	 /* the note of an item that was ticked */
	bool is_hidden;	 /* a secret: what is typed is not shown, a line break has to be */
	const char *why; /* what was wrong with the last answer, or NULL */
};

/*
 * The drawing of questions, so that a terminal output can take it over. None of these may wait:
 * lines that are typed come back by themselves. Texts may hold control characters and have to be
 * escaped by who draws them. One question at a time; the next is opened when the last is closed.
 */
struct question_ui {
	void (*open)(void *context, const struct question_request *q);
	void (*ask)(void *context, const struct question_line *line);
	void (*close)(void *context, const struct question_request *q, bool was_answered);
	void *context;
};

#endif
