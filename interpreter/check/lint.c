/*
 * The table of what lint looks for, and how loud each is.
 */
#include "check/lint.h"

#include "check/lint_rules.h"

static const struct rule *const rules[] = {
	&lint_effects,
};

/* ---- how loud ------------------------------------------------------------------------------- */

static const char *const profile_names[] = {"default", "strict", "production"};

bool lint_profile_find(struct str name, enum lint_profile *out)
{
	for (size_t i = 0; i < sizeof profile_names / sizeof *profile_names; i++) {
		if (!str_is(name, profile_names[i]))
			continue;
		*out = (enum lint_profile)i;
		return true;
	}
	return false;
}

void lint_options_init(struct lint_options *o)
{
	o->profile = LINT_DEFAULT;
	memset(o->severity, LINT_UNSAID, sizeof o->severity);
}

/* Matters of taste, which only `strict` asks about. */
static bool is_taste(enum rule_id id)
{
	return rule_info(id)->severity == SEVERITY_INFO;
}

/* What leaves production in a state that nobody asked for. */
static bool is_danger(enum rule_id id)
{
	return id == RB401;
}

static int severity_of(const struct lint_options *o, enum rule_id id)
{
	if (o->severity[id] != LINT_UNSAID)
		return o->severity[id];
	if (is_taste(id) && o->profile != LINT_STRICT)
		return LINT_OFF;
	if (is_danger(id) && o->profile == LINT_PRODUCTION)
		return SEVERITY_ERROR;
	return (int)rule_info(id)->severity;
}

static void set_severities(struct diagnostics *d, const struct lint_options *o)
{
	struct diagnostic **at = &d->first;

	while (*at) {
		struct diagnostic *x = *at;
		int severity = severity_of(o, x->rule);

		if (rule_info(x->rule)->severity != SEVERITY_ERROR && severity == LINT_OFF) {
			diagnostic_suppress(d, x, NULL);
			d->suppressed--;
			d->count--;
			*at = x->next;
			continue;
		}
		if (rule_info(x->rule)->severity != SEVERITY_ERROR && severity >= 0)
			diagnostic_set_severity(d, x, (enum severity)severity);
		at = &x->next;
	}
	d->last = at;
}

/* ---- the way through ------------------------------------------------------------------------ */

void lint_plan(const struct plan *p, struct diagnostics *d, const struct lint_options *o)
{
	struct check c = {.plan = p,
		.d = d,
		.rules = rules,
		.rule_count = sizeof rules / sizeof *rules,
		.is_lint = true};

	arena_init(&c.arena);
	books_make(&c);
	walk_plan(&c);
	free(c.types);
	arena_release(&c.arena);
	set_severities(d, o);
}
