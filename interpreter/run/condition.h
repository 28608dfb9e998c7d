/*
 * Conditions in time: how long something has held, counted on ticks as Prometheus alerts do. Pure.
 *
 * A tick that holds begins or goes on holding, one that does not starts over, one that cannot be
 * known neither counts nor clears: only time between two ticks in a row that both held is observed.
 */
#ifndef RUN_CONDITION_H
#define RUN_CONDITION_H

#include "model/runbook.h"

enum tick { TICK_FALSE, TICK_TRUE, TICK_UNKNOWN };
enum condition_phase {
	CONDITION_QUIET,
	CONDITION_PENDING,
	CONDITION_FIRING, /* for good: what was decided because of it stands, unless `is_accepted`
			   */
	CONDITION_PHASES,
};
extern const char *const condition_phase_names[];

struct unit;

struct condition_state {
	const struct condition *rule;
	const struct unit *unit; /* whose names it sees */
	bool is_verify;		 /* `rollback.verify`, not `when` */
	uint8_t phase;		 /* enum condition_phase */
	uint8_t last;		 /* enum tick of the last tick */
	bool has_ticked;
	bool holds;	  /* the last known tick */
	bool is_muted;	  /* --hotfix: counts, and changes nothing */
	bool is_over;	  /* of a monitor that ended, or it is not its turn yet */
	bool is_due;	  /* a tick came in and was not answered yet */
	bool was_decided; /* firing, and the run has acted on it */
	bool is_accepted; /* firing, and a person went on: once it clears it counts anew */
	int64_t due_tick_ns, last_tick_ns, held_ns, first_ns;
	int64_t known_ns; /* the last tick that could be known; INT64_MIN: none */
	uint64_t history; /* of `breach`: the last `of` known ticks, newest in bit 0 */
	uint32_t in_a_row;
	uint32_t owner; /* the monitor's frame and node; node NODE_NONE: of the run */
	uint32_t owner_node;
	uint64_t watches; /* bits: the watches it reads (the 64th and later share the last bit) */
	const char *why;  /* why the last tick could not be known */
};

/* One more tick; ticks come in order. */
void condition_tick(struct condition_state *c, enum tick tick, int64_t at_ns);
/* How long it has to hold; 0 when it counts ticks instead. */
int64_t condition_for(const struct condition *rule);

#endif
