/*
 * A person's answer to a `confirm`, wherever it was given.
 */
#ifndef RUN_PERSON_H
#define RUN_PERSON_H

#include "base/value.h"

struct person_answer {
	bool is_yes;
	struct str by, comment;
};

/* Whether `by` is meant by `name`: `ann` means her on every machine, `ann@one` on that one. */
bool person_is(struct str by, struct str name);
/* Whether both are the same person, on whatever machines. */
bool person_is_same(struct str one, struct str other);
/* The result of the step, in `a`: `answer by at comment`. */
struct value person_result(struct arena *a, const struct person_answer *p, int64_t wall_ns);
/* Why a no is a failure: `ana@one said no: not today`. */
const char *person_refusal(struct arena *a, const struct person_answer *p);
/* As it travels from another process: a JSON object `{"step":"approve","answer":true,…}`. */
bool person_from_json(const struct value *v, struct str *step, struct person_answer *out);
struct value person_to_json(struct arena *a, struct str step, const struct person_answer *p);

#endif
