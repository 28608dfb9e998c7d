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
	check_honoured(&c);
	free(c.types);
	arena_release(&c.arena);
}
