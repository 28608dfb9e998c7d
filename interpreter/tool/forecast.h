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
	struct value with;     /* arguments of a module or runbook, filled in; or nil */
	const char *probed;    /* NULL: not run; `ok`, or why it failed */
};

struct forecast {
	struct arena *arena;
	struct decider *decider; /* plan, inputs, secrets, environment */
	const struct plan *plan;
	struct world *world; /* to probe in; NULL: nothing is run */
	struct forecast_step *steps;
	size_t count, cap;
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
/* What the step would do, in one text. */
struct str forecast_action(struct forecast *f, uint32_t node);
/* Runs it, if it changes nothing and all it needs is known. Its result is then in f->results.
 * NULL: it was not run. */
const char *forecast_probe(struct forecast *f, uint32_t node);

#endif
