/*
 * The rules of lint. Nobody outside of check/ includes this.
 */
#ifndef CHECK_LINT_RULES_H
#define CHECK_LINT_RULES_H

#include "base/duration.h"
#include "check/rule.h"

extern const struct rule lint_effects, lint_undone, lint_early_undo;
extern const struct rule lint_timeouts, lint_retries, lint_resends, lint_endless;
extern const struct rule lint_answers, lint_plain_http, lint_unverified;
extern const struct rule lint_constants, lint_contradictions, lint_truth, lint_choices,
	lint_skipped;
extern const struct rule lint_races, lint_needs, lint_branches;
extern const struct rule lint_raw, lint_secrets, lint_literals;
extern const struct rule lint_shell, lint_shellcheck;
extern const struct rule lint_patterns;
extern const struct rule lint_names;

/* What no step or expression alone can show. */
void lint_times(struct check *c); /* RB501: deadlines against what has to fit in */
void lint_inputs(struct check *c, const struct book *b); /* RB702…704: their patterns */
void lint_unused(struct check *c, const struct book *b); /* RB803 */
void lint_braces(struct check *c, const struct book *b); /* RB224 */
/* RB604: literals that look like credentials, wherever they stand. */
void lint_tokens(struct check *c, const struct source_file *file);
/* RB603, when the value is or holds a secret. */
void tell_secret_argument(
	struct check *c, const struct reader *r, const struct guard *g, struct str program);

/* Whether the step is part of the way forward, so that a rollback may have to undo it. */
static inline bool is_forward(const struct reader *r)
{
	return r->section == SECTION_MAIN;
}

/* lint_text.c: the key in the step's mapping; the step itself when it cannot be found. */
struct span step_key_span(const struct check *c, const struct step *s, const char *key);
/* "`deploy`", "this step": for messages. */
const char *step_words(struct check *c, const struct step *s);
/* A field of a step that has a value however it ended. */
bool field_is_always_there(struct str name);
/* Whether the whole expression breaks when this part of it is nothing. */
bool term_needs_value(const struct term *t);
/* "1m30s" */
const char *time_words(struct check *c, int64_t ns);

#endif
