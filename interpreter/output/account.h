/*
 * What a run leaves when it does not simply succeed: what was undone, what is still in effect, what
 * a person has to do.
 */
#ifndef OUTPUT_ACCOUNT_H
#define OUTPUT_ACCOUNT_H

#include "plan/plan.h"
#include "run/event.h"

#define ACCOUNT_TASKS 20

struct lasting {
	struct str label; /* `deploy`, `restart[2]` */
	uint32_t node;
	struct str item;
	bool is_kept; /* on purpose: it has no rollback */
};

/* By a person's word not undone. */
struct passed {
	struct passed *next;
	struct str step, why;
};

struct account {
	const struct plan *plan; /* may be NULL: no effects are known then */
	bool was_verified;	 /* `rollback.verify` was asked for */
	struct arena arena;
	struct lasting
		*effects; /* of steps that started, have a rollback and are not undone; kept ones */
	size_t effect_count, effect_cap;
	struct str tasks[ACCOUNT_TASKS]; /* `undo `migrate` by hand` */
	size_t task_count, more_tasks;
	struct passed *passed;
	struct str *undone, *left; /* as the engine tells them */
	struct str *bare;	   /* what the file has no way to undo, or passed over */
	size_t undone_count, bare_count, left_count;
	struct str file;
	bool is_recorded; /* see output_options */
	struct str turn_reason, turn_step;
	struct strbuf
		turn_why; /* why it turned (back, held, refused), on one line; empty: it did not */
	int64_t turned_ns, ended_ns; /* of the rollback */
};

void account_init(struct account *a, const struct plan *plan);
void account_release(struct account *a);
void account_add(struct account *a, const struct event *e);
/* The account itself, at the end of a run that did not simply succeed or fail: `undone`, `still in
 * effect`, `left behind`, `kept on purpose`, `what to do`, each in as many lines as it takes. */
typedef void account_line(void *context, struct str label, struct str text);
void account_tell(
	struct account *a, const struct event *run_finished, account_line *line, void *context);

#endif
