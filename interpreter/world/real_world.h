/*
 * The parts of the real world. Private to world/.
 */
#ifndef WORLD_REAL_WORLD_H
#define WORLD_REAL_WORLD_H

#include "world/loop.h"
#include "world/real.h"

struct family; /* the children: process.c */
struct http;   /* connections: http.c; NULL until the first request */

struct real_world {
	struct world base;
	struct loop loop;
	struct real_options options;
	struct source signals;
	sigset_t mask_before;
	struct family *family;
	struct ssh *ssh; /* connections to other machines: ssh.c; NULL until the first */
	struct http *http;
	struct asker *asker;	 /* questions, one at a time: question.c; NULL until the first */
	struct answers *answers; /* from elsewhere: answers.c; NULL until the first question */
};

/* Each starts a request; it ends with loop_finish(), also when it cannot even begin. */
void process_start(struct real_world *w, uint64_t token, const struct request *r);
void process_prepare(struct real_world *w, const struct process_request *hint);
void http_start(struct real_world *w, uint64_t token, const struct request *r);
void question_start(struct real_world *w, uint64_t token, const struct request *r);

struct family *family_new(struct real_world *w);
/* Kills and reaps all that is left of any step. */
void family_kill(struct family *f);
/* When its jobs are freed. */
void family_free(struct family *f);
void http_free(struct http *h);	  /* NULL: nothing; its jobs are freed */
void asker_free(struct asker *a); /* likewise */
void answers_free(struct answers *x);

/* The controlling terminal, opened once; -1: there is none. */
int terminal_fd(struct real_world *w);

/* A job that ends at once: it could not even begin. `reason` is static, `message` copied. */
void refuse(struct real_world *w, uint64_t token, const char *reason, const char *message);

#endif
