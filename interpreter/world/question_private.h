/*
 * Private to world/.
 */
#ifndef WORLD_QUESTION_PRIVATE_H
#define WORLD_QUESTION_PRIVATE_H

#include "run/person.h"
#include "world/real_world.h"

#include <termios.h>

#define LINE_MAX_BYTES (64u << 10)

/* A question from its start to its answer. */
struct question_job {
	struct job job;
	struct asker *asker;
	struct question_job *next; /* in the asker's line */
	struct arena arena;
	struct question_request request; /* copied */
	struct str name;		 /* of the step: `approve`, `web[3]` */
	struct question_line line;
	struct value result;
	struct value items; /* checklist: the list in the result */
	const char *reason, *message;
};

/* Who reads the terminal: for the first question of the line. */
struct asker {
	struct real_world *world;
	struct source terminal;
	struct question_job *first;
	struct strbuf typed;
	struct termios modes;
	bool is_hidden; /* echo is off: `modes` are what it was */
	const struct question_ui *ui;
	struct question_ui plain;
};

/* question_answer.c. One line typed: true, the question is settled; false, `line` says what to ask
 * next. */
bool question_typed(struct question_job *j, struct str text);
/* Answered by --yes. */
void question_assume(struct question_job *j);
void question_begin(struct question_job *j);
void question_reject(struct question_job *j, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As person_from_json() takes it. False: no such question is asked here. */
bool question_answered_elsewhere(struct real_world *w, const struct value *v);
void question_answered_by(struct question_job *j, const struct person_answer *p);

/* answers.c: hears of answers from elsewhere from now on. */
void answers_listen(struct real_world *w);

/* question_plain.c: lines on the terminal `fd`. */
struct question_ui question_plain_ui(struct real_world *w);

#endif
