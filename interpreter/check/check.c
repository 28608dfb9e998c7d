/*
 * The table of rules.
 */
#include "check/rule.h"

/* In the order in which findings at one place are told. */
static const struct rule *const rules[] = {
	&rule_names,
	&rule_fields,
	&rule_order,
	&rule_functions,
	&rule_arguments,
	&rule_operators,
	&rule_guards,
	&rule_items,
	&rule_patterns,
	&rule_jsonpaths,
	&rule_durations,
	&rule_inputs,
};

/* Wrong by themselves: no name, type or result is missing because of them. */
static bool stands_alone(enum rule_id rule)
{
	switch (rule) {
	case RB104: /* a value, a duration, a size, an input's default, a URL */
	case RB105:
	case RB106:
	case RB112:
	case RB114:
	case RB201: /* one guard, one text */
	case RB202:
	case RB206:
	case RB207:
	case RB208:
	case RB209:
	case RB211:
	case RB301: /* a need that is left out */
	case RB601: /* one script */
	case RB701: /* one pattern */
		return true;
	default:
		return false;
	}
}

bool check_is_fair(const struct diagnostics *d)
{
	if (d->dropped)
		return false;
	for (const struct diagnostic *x = d->first; x; x = x->next) {
		if (x->severity == SEVERITY_ERROR && !stands_alone(x->rule))
			return false;
	}
	return true;
}

void check_plan(const struct plan *p, struct diagnostics *d)
{
	struct check c = {.plan = p,
		.d = d,
		.rules = rules,
		.rule_count = sizeof rules / sizeof *rules,
		.was_broken = d->errors > 0};
	arena_init(&c.arena);
	books_make(&c);
	walk_plan(&c);
	check_conditions(&c);
	check_hosts(&c);
	check_honoured(&c);
	free(c.types);
	arena_release(&c.arena);
}
