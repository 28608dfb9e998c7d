/*
 * What a change to a runbook means: two plans compared step by step, not line by line.
 *
 * Steps are the same step when they have the same id; those without one by what they do, then by
 * their order. A change is dangerous when production may fare worse by it than before: something
 * else is done, less is checked, asked or undone, or it is waited longer.
 */
#ifndef TOOL_DIFF_H
#define TOOL_DIFF_H

#include "plan/plan.h"

enum change_severity { CHANGE_NOTICE, CHANGE_DANGER };

struct change {
	enum change_severity severity;
	const char *kind;		 /* `rollback-removed`: for programs */
	const char *subject;		 /* the step or the part of the file; NULL: all of it */
	const char *message;		 /* lower case, no full stop */
	const char *before, *after;	 /* the values, where there are some; or NULL */
	struct span before_at, after_at; /* in the files of its plan; file 0: not there */
};

struct diff {
	struct arena *arena;
	const struct plan *before, *after;
	const uint32_t *mates; /* by node of `before`: the same in `after`, or NODE_NONE */
	struct change *changes;
	size_t count, cap;
	size_t dangers;
};

/* Compares; all is in `a`, which has to outlive the diff. */
void diff_make(
	struct diff *d, struct arena *a, const struct plan *before, const struct plan *after);
void diff_release(struct diff *d);

enum diff_format { DIFF_TEXT, DIFF_MARKDOWN, DIFF_JSON };
void diff_write(struct strbuf *b, const struct diff *d, enum diff_format format, bool color);

/* ---- its parts ------------------------------------------------------------------------------ */

/* The change comes back so that values and places can be set. */
struct change *diff_add(struct diff *d, enum change_severity severity, const char *kind,
	const char *subject, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Adds a change when the texts differ; "was added", "was removed", "was changed" by which is empty.
 * `on_loss` is the severity when it is gone or changed. */
void diff_text(struct diff *d, const char *kind, const char *subject, const char *what,
	struct str before, struct str after, enum change_severity on_loss);
/* A limit: more of it (or none at all any more) has the severity `on_more`. */
void diff_time(struct diff *d, const char *kind, const char *subject, const char *what,
	int64_t before, int64_t after, enum change_severity on_more);
/* One step of each plan. */
void diff_step(struct diff *d, uint32_t before, uint32_t after, const char *subject);
/* All that is not a step. */
void diff_file(struct diff *d);
/* Of a condition: `loosened` when it needs more than before to fire. */
void diff_condition(struct diff *d, const char *subject, const struct condition *before,
	const struct condition *after);
/* Conditions of two lists, paired by what they read. */
void diff_conditions(struct diff *d, const char *subject, const struct record_list *before,
	const struct record_list *after);

#endif
