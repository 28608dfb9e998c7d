/*
 * Evaluation of expressions, in three values: Kleene logic in `and or not`, Lua's meaning in all
 * else, and *unknown* wherever a part is not to be known.
 *
 * Operators: an unknown operand makes the result unknown with the operand's reason. Division by
 * zero and a result that is not a number are unknown. `==` with nil is a plain comparison; ordering
 * or computing with nil is an error that names the part that was missing and why.
 */
#ifndef SCRIPT_EVAL_H
#define SCRIPT_EVAL_H

#include "script/expr.h"

struct sandbox;
struct eval;

/* What names mean to the one who evaluates. */
struct scope {
	/* False: no such name. May give VALUE_OBJECT or VALUE_UNKNOWN. */
	bool (*lookup)(
		const struct scope *scope, struct str name, struct eval *ev, struct value *out);
	/* Why the value of this expression is nothing ("step `migrate` was skipped"), or NULL.
	 * May itself be NULL. */
	const char *(*missing)(const struct scope *scope, const struct expr *e, struct eval *ev);
	const struct scope *outer; /* asked when lookup says no */
};

/* Budgets for one evaluation. */
#define EVAL_MAX_STEPS 1000000
#define EVAL_MAX_BYTES (16u << 20)

struct eval {
	struct arena *arena; /* results and scratch; the caller resets it */
	const struct scope *scope;
	struct sandbox
		*sandbox; /* Lua leaves and the helper file; may be NULL in tests: no Lua library */
	int64_t wall_ns;  /* what date() goes by: nanoseconds since 1970, UTC */
	struct masker *masker; /* told of secrets that are derived; may be NULL */

	/* Set by the evaluation: */
	const char *error;   /* NULL, or what broke (in `arena`) */
	bool is_over_budget; /* the error is an exceeded budget */
	const struct expr *error_at;
	uint32_t steps;
	size_t bytes_at_start;
	unsigned depth;
};

/* False: ev->error and ev->error_at are set. */
bool eval_expr(struct eval *ev, const struct expr *e, struct value *out);
/* For functions: sets the error and returns false. */
bool eval_fail(struct eval *ev, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum verdict {
	VERDICT_FALSE,
	VERDICT_TRUE,
	VERDICT_UNKNOWN, /* *why: the reason */
	VERDICT_BROKEN,	 /* *why: the error: a part that cannot be computed, no boolean, a budget */
};
/* A guard's answer. The whole must be a boolean: anything else is VERDICT_BROKEN. `why` lives in
 * ev->arena. */
enum verdict guard_test(struct eval *ev, const struct guard *g, const char **why);

/* The working of a guard that did not hold: each part that is no constant, with its value. */
struct part {
	struct str text;     /* as written */
	struct value value;  /* VALUE_UNKNOWN with its reason where it could not be computed */
	const char *missing; /* why the value is nothing, or NULL */
};
/* Parts in reading order, without repeats, at most `max`; returns how many. */
size_t guard_working(struct eval *ev, const struct guard *g, struct part *parts, size_t max);
/* `status = 503 (a whole number)`: for people, cut to a line. */
void part_print(struct strbuf *b, const struct part *p);

#endif
