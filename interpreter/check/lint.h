/*
 * What a careful reviewer would say about a runbook that could run: effects that nothing undoes,
 * times that do not fit, requests and scripts that go wrong one day.
 *
 * Unknown means silent: a rule speaks only about what it can see. How loud it is follows from the
 * profile and from what a project's settings say.
 */
#ifndef CHECK_LINT_H
#define CHECK_LINT_H

#include "plan/plan.h"

enum lint_profile {
	LINT_DEFAULT,
	LINT_STRICT,	 /* also matters of taste */
	LINT_PRODUCTION, /* what can leave production half-deployed is an error */
};
/* False: there is no profile of that name. */
bool lint_profile_find(struct str name, enum lint_profile *out);

struct lint_options {
	enum lint_profile profile;
	/* Asked for findings of its own before comments silence some: ShellCheck. May be NULL. */
	void (*also)(const struct plan *p, struct diagnostics *d);
	int8_t severity[RULE_COUNT]; /* LINT_UNSAID, LINT_OFF, or enum severity */
};
enum { LINT_UNSAID = -1, LINT_OFF = -2 };

void lint_options_init(struct lint_options *o);

/* The plan was built without an error; check_plan() may have told some. Only files that were read,
 * not those that are part of the program, are spoken of. Afterwards the severity of each finding
 * that is not an error of loading is what the options say; what is off is gone. */
void lint_plan(const struct plan *p, struct diagnostics *d, const struct lint_options *o);

#endif
