/*
 * The runbook as the author wrote it: structs that the field tables fill. Nothing is resolved here;
 * read-only once loaded.
 *
 * Members of "not given": pointers NULL, INT64_MIN for numbers with units, -1 for booleans.
 */
#ifndef MODEL_RUNBOOK_H
#define MODEL_RUNBOOK_H

#include "base/duration.h"
#include "model/record.h"

enum input_type {
	INPUT_STRING = 1,
	INPUT_BOOLEAN,
	INPUT_INTEGER,
	INPUT_NUMBER,
	INPUT_CHOICE,
	INPUT_URL,
	INPUT_DURATION,
	INPUT_LIST
};

struct input {
	struct str name;
	struct span span; /* of the name */
	uint8_t type;	  /* enum input_type; string when not given */
	int8_t required, secret;
	struct value
		fallback; /* `default`; a string may hold interpolation only in vars, not here */
	bool has_default;
	struct str pattern;
	struct value options;  /* list of scalars */
	struct value min, max; /* numbers, or durations for a duration */
	struct str about;
	struct span default_span, pattern_span;
};

struct secret {
	struct str name;
	struct span span;
	struct str env; /* exactly one of the three */
	struct str file;
	struct str_list command; /* argv */
	int8_t optional;	 /* may be absent: then nil */
};

struct about {
	struct str owner, frequency, purpose, status, updated, estimate, notes;
	struct str_list success_criteria, related, triggers, who, access, knowledge, tools;
	struct value more; /* any further prose, printed by `doc` as it is */
};

enum effect { EFFECT_UNSAID, EFFECT_NONE, EFFECT_READS, EFFECT_WRITES };

struct retry {
	int64_t attempts; /* all tries, from 1 */
	int64_t delay_ns, max_delay_ns;
	double backoff; /* factor per try */
	double jitter;	/* 0 to 1: share of the delay that is random */
	struct guard *only_if;
};

struct require {
	struct guard *that;
	struct template *message;
};

struct hint {
	struct guard *only_if;
	struct template *say;
};

/* The arguments of each action: one struct, one record (model/actions.c). */
struct run_args {
	struct value script_value; /* a string; nil for argv */
	uint8_t shell; /* enum shell, never unsaid: the step's, its group's, the runbook's, or sh */
	struct shell_script *script; /* compiled when the step's shell is known; NULL for argv */
	struct template_list argv;
	bool *no_flags; /* by word of argv: filled in, it may not begin with `-` */
};
struct http_args {
	struct template *url, *method, *body, *file;
	struct template *headers, *query, *json, *form; /* maps */
	struct template *basic_user, *basic_password, *bearer;
	int64_t timeout_ns, connect_timeout_ns, max_bytes;
	int64_t follow; /* redirects: 0 none; INT64_MIN not given */
	struct tls_args *tls;
};
struct tls_args {
	struct template *ca, *cert, *key;
	int8_t insecure; /* the explicit word that switches the check off */
};
enum confirm_default { CONFIRM_UNSAID, CONFIRM_YES, CONFIRM_NO };
struct confirm_args {
	struct template *message;
	struct template_list approvers;
	int64_t min; /* answers needed */
	int64_t timeout_ns;
	uint8_t fallback; /* `default`: 0 none, 1 yes, 2 no: what a timeout means */
};
struct checklist_item {
	struct template *text;
	int8_t note; /* asks for a note as evidence */
};
struct checklist_args {
	struct record_list items;
};
struct prompt_args {
	struct record_list inputs; /* struct input */
};
struct wait_args {
	struct template *duration;
	struct guard *until;
	int64_t every_ns, timeout_ns;
};
struct monitor_args {
	struct template *duration;
	double min_coverage;
	struct record_list fail; /* struct condition */
};
struct uses_args {
	struct str name;
	struct span span;
};

/* A watch condition; see LANGUAGE.md section 5. */
struct condition {
	struct guard *holds;
	int64_t for_ns;
	struct template *for_late; /* FIELD_DURATION_LATE: `for` by an input */
	int64_t decide_within_ns;
	struct template *decide_within_late;
	int64_t confirm, breach, of;
	struct template *reason;
	uint8_t on_blind; /* enum on_blind */
	uint8_t mode;	  /* enum condition_mode */
	struct span span;
};

enum on_blind { ON_BLIND_UNSAID, ON_BLIND_HOLD, ON_BLIND_ROLLBACK, ON_BLIND_CONTINUE };
enum on_interrupt { ON_INTERRUPT_UNSAID, ON_INTERRUPT_HOLD, ON_INTERRUPT_ROLLBACK };
/* What a condition does that fires; rollback when not said. */
enum condition_mode { CONDITION_UNSAID, CONDITION_ROLLBACK, CONDITION_ASK, CONDITION_OBSERVE };
enum lock_conflict { LOCK_UNSAID, LOCK_FAIL, LOCK_WAIT };

enum action_kind {
	ACTION_NONE,
	ACTION_RUN,
	ACTION_HTTP,
	ACTION_ASSERT,
	ACTION_CONFIRM,
	ACTION_CHECKLIST,
	ACTION_PROMPT,
	ACTION_WAIT,
	ACTION_MONITOR,
	ACTION_SAY,
	ACTION_USES,
	ACTION_CALL,
	ACTION_STEPS,
	ACTION_PARALLEL,
	ACTION_CHOOSE,
	ACTION_COUNT
};

enum on_failure {
	ON_FAILURE_UNSAID,
	ON_FAILURE_STOP,
	ON_FAILURE_CONTINUE,
	ON_FAILURE_ROLLBACK,
	ON_FAILURE_ASK
};
enum shell { SHELL_UNSAID, SHELL_SH, SHELL_BASH };

struct step_list {
	size_t count;
	struct step **items;
};

struct step {
	struct str id;		   /* empty: called by its place */
	struct span id_span, span; /* span: the step's first line */
	struct span action_span;   /* of the action's key */
	uint8_t action;		   /* enum action_kind */
	uint8_t effects;	   /* enum effect, EFFECT_UNSAID when not said */
	uint8_t on_failure, shell;
	int8_t idempotent, mask, interactive, is_else;
	bool has_needs, has_rollback;

	struct template *name;
	struct str what;
	struct guard *only_if;
	struct str_list needs;
	int64_t timeout_ns, deadline_ns;
	int64_t limit; /* of items or children at once; below 0: that percentage of the items */

	union { /* by `action` */
		struct run_args *run;
		struct http_args *http;
		struct guard_list *assertions;
		struct confirm_args *confirm;
		struct checklist_args *checklist;
		struct prompt_args *prompt;
		struct wait_args *wait;
		struct monitor_args *monitor;
		struct template *say;
		struct uses_args *uses;	 /* uses and call */
		struct step_list *steps; /* steps, parallel, choose */
	};
	struct template *with; /* arguments of uses and call: a map */

	struct step_more *more; /* the rarer keys; NULL when none is given */
};

/* Kept apart so that a plain step stays small. */
struct step_more {
	struct template *cwd, *for_each;
	struct str as;
	struct record_list env;	    /* struct named_value */
	struct record_list require; /* struct require */
	struct guard_list expect;
	struct record_list outputs; /* struct named_guard */
	struct retry *retry;
	struct record_list hints; /* struct hint */
	struct step_list rollback;
	struct step *check;
	struct template *keep, *irreversible;
	struct template *hosts;
	int64_t max_failures; /* of items that may fail; below 0: that percentage of them */
};

/* The list whose items it runs for, once each: `for_each` or `hosts`. NULL: it is no loop. */
static inline const struct template *step_items(const struct step *s)
{
	if (!s || !s->more)
		return NULL;
	return s->more->hosts ? s->more->hosts : s->more->for_each;
}

struct lock {
	struct template *name, *reason;
	uint8_t conflict;
};
struct targets {
	int64_t duration_ns;
	double success_rate, rollback_rate;
	struct str frequency;
};

/* Of a watch that does not say `every`, and how many samples of each are kept. */
#define WATCH_EVERY_NS (15 * NS_PER_S)
#define WATCH_SAMPLES 4096

struct watch {
	struct str name;
	struct span span;
	struct str after;
	struct span after_span;
	int64_t every_ns;
	struct template *every_late;
	int64_t max_gap_ns;
	struct template *max_gap_late;
	struct step *sample; /* its action */
	struct guard *value;
};

struct rollback_section {
	struct step_list before, steps;
	struct record_list when; /* struct condition */
	struct condition *verify;
	int64_t decide_within_ns;
	struct template *decide_within_late;
	uint8_t on_blind, on_interrupt;
};

/* A runbook or a module: one file. */
struct runbook {
	struct source_file *file;
	bool is_module;
	struct str name; /* `runbook` or `module` */
	struct str title;
	struct about *about;
	struct record_list inputs, secrets, watch; /* struct input, secret, watch */
	struct record_list vars, env;		   /* struct named_value */
	struct record_list outputs;		   /* struct named_guard */
	struct guard_list invariants;
	struct step_list steps, finally;
	struct rollback_section *rollback;
	struct lock *lock;
	struct targets *targets;
	int64_t version, deadline_ns, timeout_ns;
	struct template *cwd;
	uint8_t shell;
	struct str lua, inventory;
	struct span name_span, lua_span, inventory_span;
};

/* Reads and decodes one file. NULL when it cannot be read at all; otherwise as much as could be
 * understood. Diagnostics tell the rest: the runbook may run only if none is an error. */
struct runbook *runbook_load(
	struct arena *a, struct source_set *files, const char *path, struct diagnostics *d);
struct runbook *runbook_load_file(
	struct arena *a, struct source_set *files, struct source_file *file, struct diagnostics *d);

/* Whether the file is what is wanted; if not, that is told at `span` (where it is named, or no
 * place). */
bool runbook_is_kind(
	const struct runbook *r, bool want_module, struct span span, struct diagnostics *d);

/* The lists of steps inside a step: its group, parallel steps or branches; its rollback; its check.
 * Returns how many there are. */
size_t step_lists(const struct step *s, struct step_list lists[3]);
/* The lists of steps of a file: steps, finally, rollback.before, rollback.steps. Watches have their
 * samples apart. */
size_t runbook_lists(const struct runbook *r, struct step_list lists[4]);
/* Every step of the file in that order, groups before what is inside, samples of watches last. */
void runbook_each_step(
	const struct runbook *r, void (*visit)(void *context, struct step *s), void *context);

extern const struct record runbook_record, module_record, step_record;

/* The declarative side of an action. */
struct result_field {
	const char *name;
	uint8_t type; /* enum arg_type */
	const char *doc;
};
struct action_info {
	const char *name;
	enum effect effect;		    /* when the step says nothing; http: by its method */
	bool is_composite;		    /* has steps inside */
	const struct result_field *results; /* ends with name NULL */
	const char *doc;
};
const struct action_info *action_info(enum action_kind kind);
/* What the step does to the world: said, or by its action and method; of a group or branches the
 * strongest inside. EFFECT_UNSAID: it is for the module or runbook that it uses to say. */
enum effect step_effect(const struct step *s);
/* The method of a request: what is written, POST when there is a body, else GET. A NULL `at`: it is
 * interpolated, so known at run time only. */
struct str http_method(const struct http_args *http);

/* How many tries a `retry` allows, the first included. */
static inline int64_t retry_attempts(const struct retry *r)
{
	return r->attempts > 0 ? r->attempts : 3;
}
/* All that is waited between them, without jitter. */
int64_t retry_delays_ns(const struct retry *r);

/* Fields that every step has (`state ok failed …`): outputs may not take these names. */
extern const char *const step_fields[]; /* NULL-ended */

#endif
