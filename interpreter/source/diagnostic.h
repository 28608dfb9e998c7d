/*
 * What the author of a file is told: the one type for every mistake that can be known from text.
 *
 * A diagnostic is collected, never printed where it is found. Its code names a rule of the table
 * in rules.def; `explain` has the long text for each.
 */
#ifndef SOURCE_DIAGNOSTIC_H
#define SOURCE_DIAGNOSTIC_H

#include "source/file.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO };

enum rule_id {
#define RULE(code, name, severity, title) code,
#include "source/rules.def"
#undef RULE
	RULE_COUNT
};

struct rule_info {
	const char *code; /* "RB101" */
	const char *name; /* "unknown-key" */
	enum severity severity;
	const char *title;
};
const struct rule_info *rule_info(enum rule_id id);
/* By code or name, in upper or lower case; RULE_COUNT: there is none. */
enum rule_id rule_find(struct str word);

struct label {
	struct span span;
	const char *text;
	struct label *next;
};

/* A mend: replace these bytes. */
struct fix {
	struct span span;
	const char *text;
	struct fix *next;
};

/* Whether the rule proves what it says, or knows it from experience. */
enum confidence { CONFIDENCE_CERTAIN, CONFIDENCE_LIKELY };

struct diagnostic {
	enum rule_id rule;
	enum severity severity;
	enum confidence confidence;
	struct span span;     /* the culprit; file 0 for what has no place */
	const char *path;     /* for what has no place in a file that was read: the path given */
	const char *message;  /* lower case, no full stop, names in backticks: a fact */
	const char *note;     /* one more fact: why it matters; or NULL */
	const char *hint;     /* advice, or NULL */
	struct label *labels; /* other places that take part, in order */
	struct fix *fixes;
	bool is_suppressed;  /* silenced: not in `errors` and `warnings`, and only shown where asked
			      */
	const char *because; /* the reason that was given for it, or NULL */
	struct diagnostic *next;
};

struct diagnostics {
	struct arena *arena;
	struct diagnostic *first, **last;
	size_t errors, warnings, count;
	size_t suppressed;	  /* of `count` */
	size_t max;		  /* how many are kept */
	size_t dropped;		  /* beyond `max`: in `errors` and `warnings`, not in `count` */
	const int8_t *severities; /* by rule: enum severity, or below 0: not told; NULL: as the
				   * table of rules says */
	struct diagnostic *spare; /* what diagnose() gives for one that is dropped */
};

#define DIAGNOSTICS_MAX 200 /* `max`, when nobody says otherwise */

void diagnostics_init(struct diagnostics *d, struct arena *arena);
/* Adds one. What comes back can be given a hint, labels and fixes; it is never NULL. */
struct diagnostic *diagnose(struct diagnostics *d, enum rule_id rule, struct span span,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void diagnostic_hint(struct diagnostics *d, struct diagnostic *to, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diagnostic_note(struct diagnostics *d, struct diagnostic *to, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diagnostic_label(struct diagnostics *d, struct diagnostic *to, struct span span,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void diagnostic_fix(
	struct diagnostics *d, struct diagnostic *to, struct span span, const char *text);
/* "did you mean `x`?" as the hint, when a candidate is near; says whether there was one. */
bool diagnostic_nearest(struct diagnostics *d, struct diagnostic *to, struct str word,
	const char *const *candidates, size_t count);

/* Gives it another severity, or silences it for a reason (may be NULL); counts follow. */
void diagnostic_set_severity(struct diagnostics *d, struct diagnostic *x, enum severity severity);
void diagnostic_suppress(struct diagnostics *d, struct diagnostic *x, const char *because);

/* The counts without this one, which is taken off the list. */
void diagnostics_forget(struct diagnostics *d, const struct diagnostic *x);

/* Takes back what this rule has told of this place: something else says it better. */
void diagnostics_drop(struct diagnostics *d, enum rule_id rule, struct span span);

/* By file, place, severity; follow-on findings at the same place and rule once. */
void diagnostics_sort(struct diagnostics *d);

#endif
