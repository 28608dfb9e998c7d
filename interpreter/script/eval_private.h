/*
 * What the parts of the evaluator share. Private to eval*.c.
 *
 * Invariants: (1) a value that leaves eval_node() is never a float that is not a number: that is
 * unknown; (2) false means that ev->error is set.
 */
#ifndef SCRIPT_EVAL_PRIVATE_H
#define SCRIPT_EVAL_PRIVATE_H

#include "script/eval.h"

bool eval_node(struct eval *ev, const struct expr *e, struct value *out);

/* eval_operators.c: `x` and `y` are known, plain values. */
bool eval_binary(struct eval *ev, const struct expr *e, const struct value *x,
	const struct value *y, struct value *out);
bool eval_unary(struct eval *ev, const struct expr *e, const struct value *x, struct value *out);
/* eval_arith.c: two numbers, or strings that read as numbers. */
bool eval_arith(struct eval *ev, const struct expr *e, const struct value *x, const struct value *y,
	struct value *out);
/* The operand of a bit operator. */
bool eval_bits(struct eval *ev, const struct expr *part, const struct value *v, int64_t *out);
/* eval_index.c */
bool eval_field(struct eval *ev, const struct expr *e, struct value *out);
bool eval_index(struct eval *ev, const struct expr *e, struct value *out);
bool eval_table(struct eval *ev, const struct expr *e, struct value *out);
/* eval_call.c */
bool eval_call(struct eval *ev, const struct expr *e, struct value *out);
bool eval_method(struct eval *ev, const struct expr *e, struct value *out);

/* The plain value that an object stands for in operators; itself when it has none. */
struct value eval_plain(struct eval *ev, struct value v);
bool eval_truth(const struct value *v);
/* What came from elsewhere, brought to invariant (1). */
static inline void eval_settle(struct value *v)
{
	if (v->kind == VALUE_FLOAT && v->number != v->number)
		*v = value_unknown("not a number");
}

bool eval_over_budget(struct eval *ev, const char *what);
/* False when the evaluation holds too much memory, or would with `more`. */
bool eval_has_room(struct eval *ev, size_t more);
/* Marks what was made from a secret, and tells the masker of its strings. */
void eval_derived(struct eval *ev, uint8_t flags, struct value *v);

/* The expression for a message, cut to a line. */
const char *eval_text(struct eval *ev, const struct expr *e);
/* Why `e` is nothing, as far as a scope knows: "step `migrate` was skipped". NULL: nobody does. */
const char *eval_missing(struct eval *ev, const struct expr *e);
/* "`inputs.x` is nothing (step `migrate` was skipped)", or "`x` is 3 (a whole number)" for other
 * values. */
const char *eval_state(struct eval *ev, const struct expr *e, const struct value *v);

#endif
