/*
 * The engine: a short loop around decide(). Each decision becomes an event; the record hears it
 * first, then state, then everybody else; only then the world is asked.
 */
#ifndef RUN_ENGINE_H
#define RUN_ENGINE_H

#include "run/decide.h"
#include "run/world.h"

#define ENGINE_MAX_SINKS 8

struct engine {
	struct decider decider;
	struct world *world;
	struct arena *scratch;
	struct sink
		*sinks[ENGINE_MAX_SINKS]; /* in order; the first is the record, once there is one */
	size_t sink_count;
	int64_t started_ns; /* of the world's clock */
	const struct masker *masker;
};

/* Runs it to its end and returns the exit code of LANGUAGE.md, section 5. The run has its inputs,
 * secrets and environment in place; `vars` are filled in first. */
int engine_run(struct engine *e, const struct value *inputs);

#endif
