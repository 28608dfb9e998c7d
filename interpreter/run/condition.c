#include "run/condition.h"

const char *const condition_phase_names[] = {
	[CONDITION_QUIET] = "quiet",
	[CONDITION_PENDING] = "pending",
	[CONDITION_FIRING] = "firing",
};

int64_t condition_for(const struct condition *rule)
{
	return rule->for_ns == INT64_MIN ? 0 : rule->for_ns;
}

static uint32_t count_bits(uint64_t bits)
{
	return (uint32_t)__builtin_popcountll(bits);
}

/* Whether the ticks so far are enough. */
static bool is_enough(const struct condition_state *c)
{
	const struct condition *rule = c->rule;

	if (rule->breach > 0)
		return count_bits(c->history) >= (uint32_t)rule->breach;
	if (rule->confirm > 0)
		return c->in_a_row >= (uint32_t)rule->confirm;
	return c->held_ns >= condition_for(rule);
}

static void hold_on(struct condition_state *c, int64_t at_ns)
{
	if (c->phase == CONDITION_QUIET) {
		c->phase = CONDITION_PENDING;
		c->first_ns = at_ns;
		c->held_ns = 0;
	} else if (c->last == TICK_TRUE) {
		c->held_ns += at_ns - c->last_tick_ns;
	}
	c->in_a_row++;
	if (c->phase != CONDITION_FIRING && is_enough(c))
		c->phase = CONDITION_FIRING;
}

static void start_over(struct condition_state *c)
{
	c->held_ns = 0;
	c->in_a_row = 0;
	if (c->phase == CONDITION_FIRING && !c->is_accepted)
		return;
	if (c->is_accepted)
		c->history = 0;
	c->is_accepted = c->was_decided = false;
	/* `breach` looks back over ticks that did not hold, too. */
	c->phase = c->rule->breach > 0 && c->history ? CONDITION_PENDING : CONDITION_QUIET;
}

void condition_tick(struct condition_state *c, enum tick tick, int64_t at_ns)
{
	if (tick != TICK_UNKNOWN && c->rule->breach > 0) {
		uint64_t of = c->rule->of > 0 ? (uint64_t)c->rule->of : 64;
		uint64_t mask = of >= 64 ? UINT64_MAX : (UINT64_C(1) << of) - 1;

		c->history = ((c->history << 1) | (tick == TICK_TRUE)) & mask;
	}
	if (tick == TICK_TRUE)
		hold_on(c, at_ns);
	else if (tick == TICK_FALSE)
		start_over(c);
	if (tick != TICK_UNKNOWN) {
		c->holds = tick == TICK_TRUE;
		c->known_ns = at_ns;
	}
	c->last = (uint8_t)tick;
	c->last_tick_ns = at_ns;
	c->has_ticked = true;
}
