/*
 * Whose answer to a `confirm` counts, and how many are needed. Part of decide().
 */
#ifndef RUN_APPROVAL_H
#define RUN_APPROVAL_H

#include "run/decide.h"

/* Its `approvers`, filled in, in scratch; *count 0: anybody may answer. */
const struct str *approval_names(struct decider *d, struct spot s, size_t *count);
bool approval_may_answer(struct decider *d, struct spot s, struct str by);
/* A yes, with `answer` as its result, of somebody who may. True: more are needed, and `*out` is
 * decided: another person is asked, or, without `asks_again` or after a second yes of the same one,
 * waited for. False: it is enough, and `*all` is the result that the answers together make. */
bool decide_approval(struct decider *d, struct spot s, const struct value *answer, bool asks_again,
	struct value *all, struct decision *out);
/* Somebody answered who may not: it is waited for those who may. */
void decide_stranger(struct decider *d, struct spot s, struct str by, struct decision *out);
/* `ann or ben`, `1 more of ben or cleo (ann has approved)`, `2 people`. */
void approval_print_missing(struct decider *d, struct spot s, struct strbuf *b);

#endif
