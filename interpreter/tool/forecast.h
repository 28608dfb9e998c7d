/*
 * What a run would do, before it: conditions answered as far as the inputs tell, values filled in
 * or left as they are written. What depends on a step that has not run is unknown.
 *
 * Nothing is started, unless steps are probed: those that change nothing may really run, and what
 * they give is then known to the steps behind them.
 */
#ifndef TOOL_FORECAST_H
#define TOOL_FORECAST_H

#include "run/decide.h"
#include "run/world.h"

struct forecast_step {
	uint32_t node;
	unsigned depth;	       /* 0: at the top of its section */
	enum verdict will_run; /* FALSE: skipped; BROKEN: its condition breaks */
	const char *why;       /* unknown, broken: the reason; or NULL */
	struct str does;       /* its action, filled in */
	struct value hosts;    /* of a step that runs on others: names, or unknown; or nil */
	struct value with;     /* arguments of a module or runbook, filled in; or nil */
	const char *probed;    /* NULL: not run; `ok`, or why it failed */
};

struct forecast {
	struct arena *arena;
	struct decider *decider; /* plan, inputs, secrets, environment */
	const struct plan *plan;
	struct world *world;	     /* to probe in; NULL: nothing is run */
	struct forecast_step *steps; /* the way forward, around an undo, `finally` */
	size_t count, cap;
	size_t forward;			       /* as many of them stand on the way forward */
	struct value *inputs, *vars, *results; /* by number of the unit: maps */
};

/* `inputs`: the runbook's own, complete. All is in `a`. */
void forecast_make(struct forecast *f, struct arena *a, struct decider *d, struct world *probe,
	const struct value *inputs);
void forecast_release(struct forecast *f);

enum forecast_format { FORECAST_TEXT, FORECAST_JSON };
void forecast_write(struct strbuf *b, struct forecast *f, enum forecast_format format);

/* ---- its parts ------------------------------------------------------------------------------ */

struct forecast_scope {
	struct scope scope;
	struct forecast *f;
	const struct unit *unit;
	const struct value *result; /* of a probed step, by bare name; NULL: none */
};
/* Ready to evaluate what stands in a step of this namespace. */
void forecast_enter(
	struct forecast *f, const struct unit *u, struct forecast_scope *scope, struct eval *ev);
/* The longest that all attempts of a step may take; INT64_MIN: no limit is set. */
int64_t forecast_limit(struct forecast *f, const struct node *n);
/* The way forward, one step after another; of branches and of what runs at once the longest. */
struct forecast_time {
	int64_t at_most_ns;		    /* of all that has a limit */
	int64_t waits_ns;		    /* of that: waiting and watching */
	size_t unlimited, questions, loops; /* no limit; a person; counted once */
};
struct forecast_time forecast_time(struct forecast *f);
/* What the step would do, in one text. */
struct str forecast_action(struct forecast *f, uint32_t node);
/* Runs it, if it changes nothing and all it needs is known. Its result is then in f->results.
 * NULL: it was not run. */
const char *forecast_probe(struct forecast *f, uint32_t node);

/* ---- what is told of it --------------------------------------------------------------------- */

extern const char *const forecast_answers[]; /* by enum verdict */
/* `undone`, `kept`, `irreversible`, `changes`, `none`, or `unsaid`: its steps say it. */
const char *forecast_effect(const struct node *n);
/* What undoes it, a line each; empty: nothing does. */
struct str forecast_rollback(struct forecast *f, const struct node *n);
/* A text of the file of `u`, with what is known filled in; `text` is released. */
struct str forecast_fill(struct forecast *f, const struct unit *u, struct strbuf *text);
/* Lists of names. */
struct value forecast_secrets(struct forecast *f);
struct value forecast_hosts(struct forecast *f);
/* plan->main, before, after or finally. */
uint32_t forecast_section(const struct forecast *f, const struct forecast_step *s);
void forecast_text(struct strbuf *b, struct forecast *f);

#endif
