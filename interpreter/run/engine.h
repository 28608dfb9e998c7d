/*
 * The engine: a short loop around decide(). Each decision becomes an event; the record hears it
 * first, then state, then everybody else; only then the world is asked.
 */
#ifndef RUN_ENGINE_H
#define RUN_ENGINE_H

#include "run/decide.h"
#include "run/journal.h"
#include "run/world.h"

#define ENGINE_MAX_SINKS 8
#define ENGINE_MAX_HELD 8

struct held_start {
	struct spot spot;
	struct request request;
};

struct engine {
	struct decider decider;
	struct world *world;
	struct arena *scratch;
	struct journal *journal; /* NULL: nothing is recorded */
	struct sink *sinks[ENGINE_MAX_SINKS];
	size_t sink_count;
	int64_t started_ns; /* of the world's clock */
	const struct masker *masker;

	/* Starts that are decided and wait for the record: they share one commit. */
	struct held_start held[ENGINE_MAX_HELD];
	size_t held_count;
	size_t unwritten;	  /* events since the last commit */
	bool is_durable_due;	  /* a step with effects has ended since */
	uint32_t children;	  /* programs started in this run */
	bool starts_ahead;	  /* the next step's shell is begun while this one runs */
	uint32_t out;		  /* requests that the world has */
	const char *record_error; /* it cannot be recorded any more */
};

/* Runs it to its end and returns the exit code of LANGUAGE.md, section 5. The run has its inputs,
 * secrets and environment in place; `vars` are filled in first. */
int engine_run(struct engine *e, const struct value *inputs);
/* Goes on with a run whose state was rebuilt (run/resume.h): `how` is `resume`, `rollback`, `retry`
 * or `abort`, `by` who asked for it. */
int engine_resume(struct engine *e, const char *how, struct str by);

#endif
