/*
 * What the rules of this folder share: who reads, what is read, and what is known of a file.
 * Nobody outside of check/ includes this.
 *
 * All files are walked once. A rule is asked about each file, step, expression and term of an
 * expression that it names a function for; terms come from the inside out, with their types.
 */
#ifndef CHECK_RULE_H
#define CHECK_RULE_H

#include "check/check.h"
#include "plan/visit.h"

/* ---- types ---------------------------------------------------------------------------------- */

/* What the value of a term certainly is, if it is there at all: any of them may turn out to be
 * nothing or unknown. */
enum type {
	TYPE_ANY,
	TYPE_NIL, /* written so */
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_LIST,
	TYPE_MAP,
	TYPE_STEP, /* `steps.x`, `self` */
};

/* ---- a file --------------------------------------------------------------------------------- */

/* Names to what they stand for; of one given twice the first counts. */
struct names {
	struct name_slot *slots;
	uint32_t mask, count;
};
struct name_slot {
	struct str name;
	const void *what; /* NULL: the slot is free */
	uint32_t number;  /* in the order of the file */
};
const struct name_slot *names_find(const struct names *n, struct str name);
void names_add(struct arena *a, struct names *n, struct str name, const void *what);

/* When something is read, in the order of a run. */
enum section {
	SECTION_START, /* `vars`, `lock`: before any step */
	SECTION_MAIN,
	SECTION_WHEN, /* `rollback.when` */
	SECTION_BEFORE,
	SECTION_UNDO, /* a step's own rollback */
	SECTION_AFTER,
	SECTION_VERIFY,
	SECTION_FINALLY,
	SECTION_ANY, /* `outputs`, `invariants`, watches, `env`: at no one time */
};

/* A step that is read where it is written, not as a node of the plan: a compensation, say. */
struct loose_step {
	const struct step *step;
	enum section section;
	uint32_t top; /* place in the section's list, of it or of the group around it */
};

struct book {
	const struct runbook *runbook;
	const struct unit *unit; /* the first use of the file */
	struct names inputs, vars, secrets, watches, outputs;
	struct names loose; /* ids of steps that are no nodes: struct loose_step */
	uint8_t *var_types; /* enum type */
	bool has_needs;
	const char **ids; /* of all its steps, for "did you mean"; made when first asked for */
	size_t id_count;
};

/* A step that is named. */
struct target {
	const struct step *step;
	uint32_t node; /* NODE_NONE: loose */
	enum section section;
	uint32_t top;
};

struct check;

/* The file of a runbook that the plan uses. */
const struct book *book_of(const struct check *c, const struct runbook *r);
bool book_step(struct check *c, const struct book *b, struct str id, struct target *out);
/* The file that a `uses` or `call` means; NULL: not known. `node` is NODE_NONE for a loose step. */
const struct book *book_inside(const struct check *c, const struct step *s, uint32_t node);
/* Makes the books of all files; the file of unit `n` is books[n], NULL when an earlier unit has it.
 */
void books_make(struct check *c);

/* The top of what is read where it is written, not as nodes: a called runbook may be called twice,
 * or in a place where not all of it is followed. */
static inline bool is_read_loose(const struct node *n)
{
	return plan_is_apart(n) || plan_is_called_section(n);
}

/* ---- who reads ------------------------------------------------------------------------------ */

/* Loose steps around a loose step, innermost first. */
struct around {
	const struct step *step;
	const struct around *outer;
};

struct reader {
	const struct book *book;
	const struct step *step; /* NULL: outside of steps */
	uint32_t node;		 /* of the step; NODE_NONE: loose, or none */
	uint32_t anchor;	 /* the node whose loops are around it, or NODE_NONE */
	const struct around *around;
	uint32_t self; /* the node that is undone, or NODE_NONE */
	enum section section;
	uint32_t top;	  /* see struct loose_step */
	const char *what; /* SECTION_START: what is being filled in */
	uint32_t vars;	  /* as many are filled in */
};

/* An expression in a file. */
struct code {
	const struct reader *reader;
	const struct guard *guard;
	enum guard_place place;
	bool has_to_hold; /* a guard: true or false in the end */
	bool is_items;	  /* all of `for_each` */
};

/* A term on the way from the whole expression to its parts. */
struct term {
	const struct expr *e;
	const struct term *above; /* NULL: the whole */
	size_t first;		  /* types of its children: check->types from here */
};

/* ---- rules ---------------------------------------------------------------------------------- */

struct rule {
	enum rule_id id; /* what it tells first of all */
	void (*step)(struct check *c, const struct reader *r);
	void (*code)(struct check *c, const struct code *code, enum type type);
	void (*term)(struct check *c, const struct code *code, const struct term *t);
	unsigned kinds; /* of terms, as bits: KIND(EXPR_CALL) */
};
#define KIND(kind) (1u << (kind))
#define KINDS_ALL UINT32_MAX

extern const struct rule rule_names, rule_fields, rule_functions, rule_arguments, rule_guards;
extern const struct rule rule_operators, rule_items, rule_patterns, rule_jsonpaths;
extern const struct rule rule_durations, rule_order, rule_inputs;

/* What book_step() was asked last. */
struct last_step {
	const struct book *book;
	struct str id;
	struct target target;
	bool is_found;
};

struct check {
	const struct plan *plan;
	struct diagnostics *d;
	struct arena arena; /* gone when the check is done; what is told lies in d->arena */
	const struct rule *const *rules;
	size_t rule_count;
	struct book **books;	   /* by unit; see books_make */
	struct book *by_file[257]; /* by the id of its file: see struct source_set */
	uint8_t *types;		   /* enum type: of the children of the terms at hand */
	size_t type_count, type_cap;
	bool was_broken;     /* there were errors before: not all guards could be read */
	bool is_lint;	     /* files that are part of the program are left out */
	bool is_quiet;	     /* types are asked for, nothing is told */
	size_t nearest_used; /* words looked at for "did you mean" */
	struct last_step last_step;
	struct names members; /* of choices, by step: see results.c */
	struct names apart;   /* nodes of loose steps, by step: see book.c */
	struct order *order;
};

/* walk.c: everything that a rule can be asked about. */
void walk_plan(struct check *c);
/* terms.c: an expression and its terms, rules asked; returns the type of the whole. */
enum type check_code(struct check *c, const struct code *code);
/* The type alone. */
enum type code_type(struct check *c, const struct code *code);

/* ---- what terms are ------------------------------------------------------------------------- */

/* What a bare name that is always there stands for. */
enum root {
	ROOT_NONE,
	ROOT_INPUTS,
	ROOT_VARS,
	ROOT_SECRETS,
	ROOT_ENV,
	ROOT_RUN,
	ROOT_STEPS,
	ROOT_WATCH,
	ROOT_FAILURE,
	ROOT_SELF,
	ROOT_COUNT
};
extern const struct str root_names[ROOT_COUNT];
bool root_is_visible(const struct code *code, enum root root);
/* ROOT_NONE for what is no bare name, or one that is not visible there. */
enum root code_root(struct check *c, const struct code *code, const struct expr *e);
/* The step that a term means: `steps.x`, `self`, `steps.x.items[n]`. */
bool code_step(struct check *c, const struct code *code, const struct expr *e, struct target *out);
/* Whether `name` is an item of a loop around the reader. */
bool sees_item(const struct check *c, const struct code *code, struct str name);
/* A result of a step, as its own guards see it by bare name. */
bool target_result(struct check *c, const struct target *t, struct str name, enum type *type);
/* A field of a step: its own, its result's, its outputs. False: there is none. */
bool field_find(struct check *c, const struct target *t, struct str name, enum type *type);
/* Whether the results of the reader's own step are there by bare name. */
bool sees_results(const struct code *code);
/* Such a result. */
bool result_find(struct check *c, const struct code *code, struct str name, enum type *type);
/* `watch.x.name`, `watch.x:name()`; the constant names a watch. */
bool is_watch(struct check *c, const struct code *code, const struct expr *e);

/* Given the types of its children. */
enum type term_type(struct check *c, const struct code *code, const struct term *t);
enum type method_type(struct check *c, const struct code *code, const struct term *t);
/* The argument of a watch's method that is a stretch of time, or NULL. */
const struct expr *method_window(struct check *c, const struct code *code, const struct expr *e);
enum type input_value_type(const struct input *in);
enum type value_type(const struct value *v);
/* "a number", "true or false": for messages. */
const char *type_name(enum type type);
static inline enum type child_type(const struct check *c, const struct term *t, size_t n)
{
	return (enum type)c->types[t->first + n];
}

/* ---- telling -------------------------------------------------------------------------------- */

struct span expr_span(const struct code *code, const struct expr *e);
/* Of `x` in `steps.a.x`. */
struct span field_span(const struct code *code, const struct expr *e);
/* As written, cut to what fits a message. */
const char *expr_text(struct check *c, const struct code *code, const struct expr *e);
/* Puts `text` in place of the term, if its bytes are in the file as they are. */
void fix_expr(struct check *c, struct diagnostic *told, const struct code *code,
	const struct expr *e, const char *text);

/* What can be known of conditions and watches from their times. */
void check_conditions(struct check *c);
/* Names of hosts, as far as they are written out. */
void check_hosts(struct check *c);
/* Keys of the language that this version does not act on, where silence would be dangerous. */
void check_honoured(struct check *c);

/* Candidates for "did you mean". */
struct words {
	const char **at; /* on the heap */
	size_t count, cap;
};
void words_add(struct check *c, struct words *w, struct str word);
void words_add_names(struct check *c, struct words *w, const struct names *n);
/* What a step has as fields, or by bare name when not `as_fields`. */
void words_add_results(struct check *c, struct words *w, const struct target *t, bool as_fields);
/* The hint, if one is near; empties the words. */
bool words_nearest(struct check *c, struct diagnostic *told, struct str word, struct words *w);
/* The same among all ids of steps in the file. */
bool nearest_step(struct check *c, struct diagnostic *told, const struct book *b, struct str word);

#endif
